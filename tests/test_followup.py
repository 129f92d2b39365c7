"""Follow-up questions: what they become, and whether search then finds the right article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalogue import Catalogue
from index.cleaning import clean_article
from index.fts import fts_query
from index.home import Home
from index.query import Filters
from index.readers import RawArticle, find_files, read_file
from index.terms import search_terms
from qa.answer import Turn
from qa.capitals import with_capitals
from qa.followup import make_standalone
from qa.subject import bears_out, keeps_subject

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
NOT_ARTICLES = {"questions.jsonl", "unanswerable.jsonl", "conversations.jsonl", "README.md"}
CONVERSATIONS = [json.loads(line) for line in (SEEDS / "conversations.jsonl").read_text("utf-8").splitlines()]
MORE = [
    json.loads(line) for line in (Path(__file__).parent / "more_conversations.jsonl").read_text("utf-8").splitlines()
]
MORE_NEW = [record for record in MORE if record["kind"] == "new-subject"]

WORDS = re.findall(
    r"\S+",
    "who what which how many about and no not i mean the second one first he his it its there they that this 2017 in "
    "at Mali Paris attack attacks prison guards was did does killed happened Salman Abedi of since why when where",
)


TALKS = [json.loads(line) for line in (Path(__file__).parent / "talks.jsonl").read_text("utf-8").splitlines()]


def turn(question: str, answer: str = "") -> Turn:
    return Turn(question, question, answer)


class Archive:
    """The sample archive with text search alone: no vectors, no dates, a harder test than the whole search."""

    def __init__(self, home: Home) -> None:
        self.catalogue = Catalogue(home, create=True)
        for path in find_files([SEEDS]):
            for raw in () if path.name in NOT_ARTICLES else read_file(path):
                assert isinstance(raw, RawArticle), raw
                self.catalogue.add_article(clean_article(raw))

    def find(self, question: str, k: int = 3) -> list[str]:
        """The `k` best articles for `question`."""
        ids = [i for i, _ in self.catalogue.match(fts_query(search_terms(question)), k=30, title_weight=0.5)]
        places = [p.article.path.removeprefix(f"{SEEDS}/") for p in self.catalogue.load_passages(ids)]
        return list(dict.fromkeys(places))[:k]

    def understand(self, question: str, history: list[Turn]) -> str:
        """`question` made to stand alone, the archive asked as the assistant asks it."""
        keeps, bears = (partial(ask, self.catalogue, filters=Filters()) for ask in (keeps_subject, bears_out))
        return make_standalone(with_capitals(self.catalogue, question, Filters()), history, keeps, bears)

    def first_passage(self, question: str) -> str:
        """The best passage for `question`: an answer that says too much, with names of all kinds."""
        ids = [i for i, _ in self.catalogue.match(fts_query(search_terms(question)), k=1)]
        return " ".join(p.text for p in self.catalogue.load_passages(ids))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    archive = Archive(Home(tmp_path_factory.mktemp("conversations")))
    yield archive
    archive.catalogue.close()


VOLGOGRAD = "How many guards were killed in the attack on the Volgograd prison?"
BRAZIL = turn("Who won the election in Brazil in 2022?", "Lula da Silva won the election [1].")
HOTELS = turn(
    "Which hotels were bombed in Colombo?", "The Shangri-La, the Cinnamon Grand and the Kingsbury were hit [1]."
)
NICE = turn("How many people died in the Nice attack?")
ABEDI = turn("Where was Salman Abedi born?")


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        # Pronouns
        ([turn(VOLGOGRAD)], "and when did it happen?", "When did the attack on the Volgograd prison happen?"),
        (
            [turn(VOLGOGRAD)],
            "Were they armed?",
            "Were the guards who were killed in the attack on the Volgograd prison armed?",
        ),
        ([turn(VOLGOGRAD)], "Who claimed that attack?", "Who claimed the attack on the Volgograd prison?"),
        ([turn(VOLGOGRAD)], "Where is the prison?", "Where is the Volgograd prison?"),
        ([BRAZIL], "How old is he?", "How old is Lula da Silva?"),
        ([turn(BRAZIL.question)], "How old is he?", "How old is the person who won the election in Brazil in 2022?"),
        ([ABEDI], "Who were his parents?", "Who were Salman Abedi's parents?"),
        ([turn("What is the capital of Mali?")], "How many people live there?", "How many people live in Mali?"),
        (
            [turn("What did Boeing say about the strike?")],
            "How long did it last?",
            "How long did the strike last (Boeing)?",
        ),
        (
            [turn("What did Boeing say about the strike?")],
            "Who is its chief executive?",
            "Who is Boeing's chief executive?",
        ),
        ([turn("Who attacked the prison?")], "When did it happen?", "Who attacked the prison, and when did it happen?"),
        # Fragments
        (
            [turn(VOLGOGRAD)],
            "What about the hostages?",
            "How many hostages were killed in the attack on the Volgograd prison?",
        ),
        ([BRAZIL], "And in Argentina?", "Who won the election in Argentina in 2022?"),
        ([BRAZIL], "And in 2018?", "Who won the election in Brazil in 2018?"),
        ([NICE], "In 2016?", "How many people died in the Nice attack in 2016?"),
        ([NICE], "Thanks. What about Paris?", "How many people died in the Paris attack?"),
        ([turn("What did Boeing say about the strike?")], "And Airbus?", "What did Airbus say about the strike?"),
        ([turn("How many guards died in Mali?")], "And how many hostages?", "How many hostages died in Mali?"),
        ([turn("Who said so?")], "And the pilot?", "Who said so, and the pilot?"),
        (
            [turn("How many people were killed in the attack in Nice?")],
            "And how many injured?",
            "How many people were injured in the attack in Nice?",
        ),
        ([turn("How many people died on La Rambla?")], "no, in Cambrils", "How many people died in Cambrils?"),
        (
            [turn("Who claimed the attack on Crocus City Hall?")],
            "What about the Manchester bombing?",
            "Who claimed the Manchester bombing?",
        ),
        (
            [turn("How many people were killed in the Paris attacks?")],
            "How many suicide bombers at the Stade de France?",
            "How many suicide bombers at the Stade de France (the Paris attacks)?",
        ),
        ([NICE], "I said Paris, not Nice", "How many people died in the Paris attack?"),
        ([turn("How many soldiers has France in Niger?")], "And the US?", "How many soldiers has the US in Niger?"),
        ([turn("Who won the Masters?")], "and the US Open?", "Who won the US Open?"),
        ([turn("Did Ahmed al-Sharaa meet Trump?")], "where was he born?", "Where was Ahmed al-Sharaa born?"),
        ([turn("Did police arrest Ekrem İmamoğlu?")], "when is his trial?", "When is Ekrem İmamoğlu's trial?"),
        (
            [turn("What did the report say about the sea level?")],
            "how fast?",
            "What did the report say about the sea level, and how fast?",
        ),
        # Who is no land, and whose office it is
        ([turn("Did Israel kill Hassan Nasrallah?")], "who succeeded him?", "Who succeeded Hassan Nasrallah?"),
        ([turn("Did Chad Smith resign?")], "why did he?", "Why did Chad Smith?"),
        (
            [
                turn(
                    "Why did the prime minister of France resign?",
                    "he lost a vote [1]\n\nMichel Barnier resigned after he lost a vote. [1]",
                )
            ],
            "who replaced him?",
            "Who replaced Michel Barnier?",
        ),
        (
            [turn("Why did the prime minister of France resign?")],
            "who replaced him?",
            "Who replaced the prime minister of France?",
        ),
        (
            [turn("Who is the prime minister of Canada?", "Mark Carney [1]")],
            "Who was the prime minister before him?",
            "Who was the prime minister before Mark Carney?",
        ),
        # Several
        (
            [turn("How many women are in the cabinet of Mexico?")],
            "Who are they?",
            "Who are the women in the cabinet of Mexico?",
        ),
        (
            [turn("How many were on board the Titan?")],
            "Who were they?",
            "Who were the people who were on board the Titan?",
        ),
        (
            [turn("How many troops does Chad have in Mali?")],
            "how many of them were killed?",
            "How many of the troops that Chad have in Mali were killed?",
        ),
        (
            [
                turn("Who died in the crash in Iran?", "Ebrahim Raisi [1]"),
                Turn("Who succeeded him?", "Who succeeded Ebrahim Raisi?", ""),
            ],
            "what caused it?",
            "What caused the crash in Iran?",
        ),
        (
            [turn("Who is Claudia Sheinbaum?"), turn("Who are the women in the cabinet?")],
            "how old is she?",
            "How old is Claudia Sheinbaum?",
        ),
        # Another of whom the same is asked
        (
            [turn("Why did John Marsh resign?")],
            "What about the mayor of Port Elan?",
            "Why did the mayor of Port Elan resign?",
        ),
        ([turn("Who leads the RSF?")], "and the army?", "Who leads the army?"),
        ([turn("Did the senate pass the bill?")], "and the house?", "Did the house pass the bill?"),
        ([turn("Where did the plane crash?")], "and the helicopter?", "Where did the helicopter crash?"),
        ([turn("When was the ship hit by a missile?")], "and the port?", "When was the port hit by a missile?"),
        ([turn("How many seats did the SPD win?")], "and the greens?", "How many seats did the greens win?"),
        ([turn("What is the capital of Mali?")], "and the population?", "What is the population of Mali?"),
        ([turn("Why did the king of Spain resign?")], "and the pope?", "Why did the pope resign?"),
        ([turn("Who founded Wirecard?")], "and the board?", "Who founded Wirecard, and the board?"),
        # What belongs together
        (
            [turn("Where did supporters of the coup in Niger march to?")],
            "And what did they do there?",
            "What did the supporters of the coup in Niger do there?",
        ),
        (
            [turn("Who announced the new toll of the Brussels bombings?")],
            "Does it include the bombers?",
            "Does the new toll of the Brussels bombings include the bombers?",
        ),
        (
            [turn("When did the UN mission come to Mali?")],
            "How many of its members have died?",
            "How many of the UN mission's members have died?",
        ),
        (
            [turn("How many people did the bombs at Brussels airport kill?")],
            "Where was the third bomb?",
            "Where was the third bomb (the bombs at Brussels)?",
        ),
        # Who was asked about is "he", and no "it"; the answer tells what he was
        ([turn("who was Ivan Petrov?", "Wagner [1]")], "how did he die?", "How did Ivan Petrov die?"),
        ([turn("Who is Ivan Petrov?", "Wagner [1]")], "When was it confirmed?", "When was it confirmed (Ivan Petrov)?"),
        (
            [
                turn("Who attacked the shop?"),
                Turn("and his nationality?", "What is his nationality (the gunman of the shop)?", "Ali Hassan [1]"),
            ],
            "is he in custody?",
            "Is the gunman of the shop in custody?",
        ),
        # What is planned, claimed, carried out is what happened
        (
            [NICE, turn("How many people were killed on the promenade?")],
            "who planned it?",
            "Who planned the Nice attack?",
        ),
        (
            [turn("Did police stop the Paris attacks?"), turn("How many were killed at the Bataclan?")],
            "who was behind them?",
            "Who was behind the Paris attacks?",
        ),
        (
            [turn("Did police stop the Paris attacks?"), turn("Which hotels were attacked?")],
            "were they closed?",
            "Were the hotels that were attacked closed?",
        ),
        # The topic stays what it was
        (
            [Turn("why was the number lowered?", "Why was the number lowered (the Easter bombings)?", "")],
            "How many were injured?",
            "How many were injured (the Easter bombings)?",
        ),
        (
            [Turn("what did the attackers want?", "What did the attackers want (the Volgograd prison)?", "")],
            "were they killed?",
            "Were the attackers killed (the Volgograd prison)?",
        ),
        # A noun ends before the verb of its question
        (
            [turn("When did the man who drove the van flee?")],
            "How many were injured?",
            "How many were injured (the man who drove the van)?",
        ),
        (
            [turn("How did the siege of the detention centre end?")],
            "How many were injured?",
            "How many were injured (the siege of the detention centre)?",
        ),
        ([turn("Who did the Nice attack?")], "How many were injured?", "How many were injured (the Nice attack)?"),
        ([turn("How many gunmen were arrested?")], "Are they Tajik?", "Are the gunmen who were arrested Tajik?"),
        # Another place than that of an earlier question
        (
            [turn(VOLGOGRAD), turn("Were the attackers killed?")],
            "what about Rostov?",
            "How many guards were killed in the attack on the Rostov prison?",
        ),
        ([turn(VOLGOGRAD), turn("Were the attackers killed?")], "and in 2017?", "Were the attackers killed in 2017?"),
        # Question words alone
        ([turn("Did Russia blame Ukraine?")], "Why?", "Why did Russia blame Ukraine?"),
        ([turn("Did Russia agree?")], "Why not?", "Why didn't Russia agree?"),
        ([turn(VOLGOGRAD)], "Why?", "Why were guards killed in the attack on the Volgograd prison?"),
        ([turn("Who attacked the prison?")], "And why?", "Who attacked the prison, and why?"),
        # Items of a list
        ([HOTELS], "How many died in the second one?", "How many died in the Cinnamon Grand?"),
        ([turn(HOTELS.question)], "Who owns the second one?", "Who owns the second hotel (Colombo)?"),
        ([NICE], "What about the Paris one?", "How many people died in the Paris attack?"),
        # Corrections
        ([BRAZIL], "No, I mean the 2018 one.", "Who won the election in Brazil in 2018?"),
        ([NICE], "No, in Barcelona.", "How many people died in the Barcelona attack?"),
        ([NICE], "Not Nice, Paris", "How many people died in the Paris attack?"),
        ([NICE], "Sorry, I meant who was the attacker?", "Who was the attacker (the Nice attack)?"),
        # Too short to stand alone
        ([turn(VOLGOGRAD)], "How many were injured?", "How many were injured (the attack on the Volgograd prison)?"),
        (
            [turn(VOLGOGRAD)],
            "How many ceasefires were there?",
            "How many ceasefires were there (the attack on the Volgograd prison)?",
        ),
        (
            [turn("Which bank was sanctioned?")],
            "When did it freeze accounts?",
            "When did the bank that was sanctioned freeze accounts?",
        ),
        # Several turns
        (
            [ABEDI, turn("When did the attack happen?", "On Monday.")],
            "Where was he killed?",
            "Where was Salman Abedi killed?",
        ),
        ([ABEDI, turn("thanks", "You are welcome.")], "And when?", "When was Salman Abedi born?"),
        # The short answer alone is what an answer says; the sentence it is from is quoted below it
        (
            [turn("Who rules Mali?", "Assimi Goita [1]\n\nColonel Assimi Goita took power in Mali. [1]")],
            "How old is he?",
            "How old is Assimi Goita?",
        ),
        ([turn("Who is the prime minister of France?")], "And in the US?", "Who is the prime minister of the US?"),
        ([Turn("And in Mali?", "Who rules Mali?", "")], "Since when?", "Who rules Mali, and since when?"),
    ],
)
def test_follow_up_is_made_to_stand_alone(history: list[Turn], question: str, expected: str) -> None:
    assert make_standalone(question, history) == expected


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (
            turn("Who founded Nvidia?", "Jensen Huang [1]\n\nJensen Huang founded Nvidia in 1993. [1]"),
            "How old is he?",
            "How old is Jensen Huang?",
        ),
        (
            turn("Which companies were fined?", "Apple and Meta [1] [2]\n\nApple and Meta were fined in April. [1]"),
            "How much was the second one fined?",
            "How much was Meta fined?",
        ),
        (
            turn("Why did the minister step down?", "he lost a vote [1]\n\nMichel Barnier lost a vote. [1]"),
            "Where was he born?",
            "Where was Michel Barnier born?",
        ),
        (
            turn("Who attacked the shop?", "a man of 24 [1]\n\nA man of 24 attacked the shop of Ali Hassan. [1]"),
            "Was he arrested?",
            "Was the person who attacked the shop arrested?",
        ),
        (
            turn(
                "Is the killer a foreigner?", "Australian [1]\n\nThe minister, Ali Hassan, says he is Australian. [1]"
            ),
            "Was he arrested?",
            "Was the killer arrested?",
        ),
    ],
)
def test_short_answer_and_the_quote_below_it_are_read_apart(history: Turn, question: str, expected: str) -> None:
    assert make_standalone(question, [history]) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who leads JNIM in the Sahel?",
        "Did Macron say he would resign?",
        "When did France lose its soldiers in Mali?",
        "Which company said it would close its plants?",
        "Is it true that Wagner left Mali?",
        "Where in the US is it illegal to pump your own gas?",
        "What is the name of the dish that fed soldiers?",
        "what causes inflation?",
        "How many survivors are there in Derna?",
        "Did it rain in London?",
    ],
)
def test_question_on_a_new_subject_inherits_nothing(question: str) -> None:
    assert make_standalone(question, [turn(VOLGOGRAD, "Four guards of the colony in Surovikino [1].")]) == question


@pytest.mark.parametrize("past", ["What happened?", "What collapsed?", "What was stolen?"])
def test_a_question_that_names_nothing_gives_the_next_nothing(past: str) -> None:
    assert make_standalone("And the one in Genoa?", [turn(past)]) == f"{past[:-1]}, and the one in Genoa?"


def test_other_one_of_nothing_is_left_alone() -> None:
    history = [turn("Which groups are active in the Sahel?"), turn("Who leads JNIM?", "Iyad Ag Ghali [1]")]
    assert make_standalone("And the other one?", history) == "And the other one?"


@pytest.mark.parametrize("question", ["And in Mali?", "Why?", "he?", "", "   ", "No, I mean the 2017 one"])
def test_first_question_is_unchanged(question: str) -> None:
    assert make_standalone(question, []) == question
    assert make_standalone(question, [turn("hello", "Hello.")]) == question


@pytest.mark.parametrize(
    "message", ["Thanks!", "bye", "And who are you?", "Who are you?", "Wie viele starben in Paris?"]
)
def test_small_talk_is_unchanged(message: str) -> None:
    assert make_standalone(message, [turn(VOLGOGRAD)]) == message


def test_chain_of_follow_ups_keeps_the_subject() -> None:
    history: list[Turn] = []
    understood = []
    for question in ("Who rules Niger since the coup?", "And in Mali?", "And Burkina Faso?", "When did it happen?"):
        standalone = make_standalone(question, history)
        history.append(Turn(question, standalone, ""))
        understood.append(standalone)
    assert understood[1:3] == ["Who rules Mali since the coup?", "Who rules Burkina Faso since the coup?"]
    assert understood[3] == "When did the coup happen (Burkina Faso)?"


@settings(deadline=None)
@given(*(st.lists(st.sampled_from([*WORDS, *"?!,.()'’\"["]), max_size=9).map(" ".join) for _ in range(3)))
def test_any_words_give_a_question(past: str, answer: str, question: str) -> None:
    standalone = make_standalone(question, [Turn(past, past, answer)])
    assert standalone == question or re.fullmatch(r"\S.*\?", standalone)


@pytest.mark.parametrize("name", ["seeds", "realtimeqa", "realtimeqa-train"])
def test_questions_that_stand_alone_are_left_alone(name: str) -> None:
    """Each question after the one before it, which is on another subject: one in a hundred may be changed."""
    file = (SEEDS if name == "seeds" else SEEDS.parent.parent / "shared" / "eval" / name) / "questions.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    questions = [json.loads(line)["question"] for line in file.read_text("utf-8").splitlines()]
    changed = [b for a, b in pairwise(questions) if make_standalone(b, [turn(a)]) != b]
    assert len(changed) <= len(questions) // 100, changed


@pytest.mark.parametrize("record", [r for r in CONVERSATIONS if r["kind"] == "new-subject"], ids=lambda r: r["id"])
def test_sample_question_on_a_new_subject_is_unchanged(record: dict[str, Any]) -> None:
    assert make_standalone(record["turns"][1], [turn(record["turns"][0])]) == record["turns"][1]


@pytest.mark.parametrize(("answered", "least"), [(False, 48), (True, 47)])
def test_second_turn_finds_its_article(archive: Archive, answered: bool, least: int) -> None:
    """Measured 2026-11: 50 and 49 of 50, with no answer to the first turn and with its best passage as the answer.

    The second questions as typed find 36.
    """
    missed = []
    for record in CONVERSATIONS:
        first, second = record["turns"]
        history = [turn(first, archive.first_passage(first) if answered else "")]
        standalone = make_standalone(second, history)
        if record["article"] not in archive.find(standalone):
            missed.append((record["id"], standalone))
    assert len(CONVERSATIONS) - len(missed) >= least, missed


def test_second_turns_that_no_rule_was_written_for_find_their_article(archive: Archive) -> None:
    """Forty more conversations over the sample archive, written before any of the rules they have since mended.

    Measured 2026-11 with the whole search: 20 of the first 20 and 19 of the second found their article, 16 and 17 their
    answer among the evidence; the second 20 were first asked after the rules were mended for the first 20.
    """
    missed = []
    for record in MORE:
        first, second = record["turns"]
        standalone = make_standalone(second, [turn(first)])
        if record["article"] not in archive.find(standalone):
            missed.append((record["id"], standalone))
    assert len(MORE) - len(missed) >= 37, missed


def test_later_turns_of_talks_are_understood_and_find_their_article(archive: Archive) -> None:
    """Talks of two to four turns, written before the rules they have since mended; `about` must be in the words.

    Measured 2026-11, of 53 later turns: 47 are understood and find their article, 28 before; 48 have it first in the
    whole search, 46 before.
    """
    missed = []
    for record in TALKS:
        history: list[Turn] = []
        for asked in record["turns"]:
            standalone = archive.understand(asked["question"], history)
            history.append(Turn(asked["question"], standalone, asked.get("answer", "")))
            if "article" not in asked:
                continue
            understood = standalone == asked["question"] if asked.get("new") else asked.get("about", "") in standalone
            if not understood or asked["article"] not in archive.find(standalone):
                missed.append((record["id"], standalone))
    assert len(missed) <= 7, missed


@pytest.mark.parametrize("records", [CONVERSATIONS, MORE], ids=["conversations", "more"])
def test_archive_bears_no_new_subject_out(archive: Archive, records: list[dict[str, Any]]) -> None:
    for first, second in (r["turns"] for r in records if r["kind"] == "new-subject"):
        assert archive.understand(second, [turn(first)]) == second


@pytest.mark.parametrize("record", MORE_NEW, ids=lambda record: record["id"])
def test_further_question_on_a_new_subject_is_unchanged(record: dict[str, Any]) -> None:
    assert make_standalone(record["turns"][1], [turn(record["turns"][0])]) == record["turns"][1]
