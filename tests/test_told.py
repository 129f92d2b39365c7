"""Tolls and days that articles tell in so many words, where a model hesitates or reads another number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_articles import make_article, make_evidence, make_findings
from stand_in_model import StandIn

from index.article import Span
from index.build import build_index
from index.home import Home
from qa.answer import Evidence, Verdict
from qa.assistant import Assistant
from qa.composition import BY_RULE
from qa.days import tells_day, told_day
from qa.told import Standing, find_told

TITLE = "Karsk ferry sinking"
FIRST = ("Four people died when the ferry sank off Karsk on Monday.", date(2024, 3, 5))
LATER = ("The ferry's owner spoke. The number of people killed in Karsk rose to 11.", date(2024, 3, 7))
QUESTION = "How many people were killed in the Karsk ferry sinking?"


def told(question: str, *reports: tuple[str, date], title: str = TITLE) -> str:
    """The toll that reports under one title tell."""
    articles = [make_article(title, text, path=f"/{n}", published=day) for n, (text, day) in enumerate(reports)]
    found = find_told(question, "", [], make_findings(*articles))
    return found.value.shown if found else ""


@pytest.mark.parametrize(
    ("question", "toll"),
    [
        (QUESTION, "11"),
        ("How many people did the Karsk ferry sinking kill?", "11"),
        ("Karsk ferry sinking death toll", "11"),
        ("How many people were injured in the Karsk ferry sinking?", ""),
        ("How many children were killed in the Karsk ferry sinking?", ""),
        ("How many people were killed in the Karsk bus crash?", ""),
        ("How many people were killed in the Lorn ferry sinking?", ""),
        ("How many people were killed in the Karsk ferry sinking, according to the owner?", ""),
        ("How many people did the owner count killed in the Karsk ferry sinking?", ""),
        ("How many people were killed in the Karsk ferry sinking of 2011?", ""),
        ("How many people were killed in the last Karsk ferry sinking?", ""),
        ("Who was killed in the Karsk ferry sinking?", ""),
    ],
)
def test_the_newest_toll_of_the_event_is_told_to_plain_questions(question: str, toll: str) -> None:
    assert told(question, FIRST, LATER) == toll


@pytest.mark.parametrize(
    ("text", "toll"),
    [
        ("The toll of the Karsk ferry sinking surpassed 30.", "30"),
        ("Only two ferries have killed more than 90 people since 1950.", ""),
        ("In Lorn, the toll stood at 97.", ""),
        ("In Karsk, the toll stood at 97.", "97"),
        ("Lorn Governor Ida Moen said 97 people were killed in the Karsk ferry sinking.", ""),
        ("Karsk Mayor Ida Moen said 97 people were killed in the ferry sinking.", "97"),
        ("The Ferry Board said that 97 people were killed.", "97"),
        ("The ferry killed 97 people, according to the Harbour Wire.", "97"),
        ("The Harbour Wire counts 97 people killed in the Lorn floods.", ""),
    ],
)
def test_what_counts_other_dead_is_no_toll_of_it(text: str, toll: str) -> None:
    assert told(QUESTION, (text, date(2024, 3, 5))) == toll


@pytest.mark.parametrize(
    ("asked", "toll"),
    [("sickened", "75"), ("hospitalized", "22"), ("killed", "one"), ("displaced", ""), ("stranded", "")],
)
def test_the_sick_and_the_hospitalized_are_counted_as_well(asked: str, toll: str) -> None:
    text = "In Karsk 75 people across 13 towns have fallen ill and 22 people were hospitalized. Of them one died."
    report = (text, date(2024, 3, 5))
    assert told(f"How many people were {asked} in the Karsk outbreak?", report, title="Karsk outbreak") == toll


def test_a_report_of_something_else_from_there_is_not_the_newest() -> None:
    storm = make_article(
        "Storm hits Karsk", "A storm killed 15 people in Karsk.", path="/s", published=date(2024, 6, 1)
    )
    ferry = make_article(TITLE, FIRST[0], path="/f", published=FIRST[1])
    found = find_told("How many people died in the Karsk ferry sinking?", "", [], make_findings(storm, ferry))
    assert found is not None
    assert (found.value.shown, found.value.evidence.quote) == ("Four", FIRST[0])


def test_of_counts_of_one_day_that_of_most_articles_is_told_then_the_higher() -> None:
    day = date(2024, 3, 5)
    low, high = ("Nine people died when the Karsk ferry sank.", day), ("The Karsk ferry killed 11 people.", day)
    assert told(QUESTION, low, high) == told(QUESTION, high, low) == "11"
    assert told(QUESTION, low, high, ("The toll in Karsk is nine.", day)) == "nine"


def test_an_event_is_known_by_another_form_of_its_words() -> None:
    text = ("Nine people were killed in the Ruritan earthquake.", date(2024, 3, 5))
    assert told("How many people were killed in the Ruritania quake?", text, title="Earthquake") == "Nine"


def test_what_is_far_too_long_is_no_sentence() -> None:
    assert told(QUESTION, (f"Four people were killed in the Karsk ferry sinking {'and so on ' * 200}.", FIRST[1])) == ""


def test_a_count_at_one_of_two_places_is_told_for_it() -> None:
    report = ("Police have arrested 40 people, 31 in Karsk and nine in Lorn.", date(2024, 3, 5))
    assert told("How many people were arrested in Lorn?", report, title="Arrests in Karsk and Lorn") == "nine"


@pytest.mark.parametrize(("guess", "standing"), [("seven", Standing.DIFFERS), ("4", Standing.MAY_BE)])
def test_a_number_that_no_report_gives_as_the_toll_differs(guess: str, standing: Standing) -> None:
    findings = make_findings(make_article(TITLE, FIRST[0], published=FIRST[1]))
    found = find_told(QUESTION, guess, [], findings)
    assert found is not None
    assert (found.value.shown, found.standing) == ("Four", standing)
    assert find_told("Who was killed in the Karsk ferry sinking?", guess, [], findings) is None
    assert find_told(QUESTION, guess, [], make_findings()) is None


WHEN = "When was Ida Moen shot?"
SHOT = ("Ida Moen was shot in Lorn on Wednesday night, the police said on Friday.", date(2024, 5, 17))


def day_told(question: str, *reports: tuple[str, date], title: str = "Lorn") -> str:
    articles = [make_article(title, text, path=f"/{n}", published=day) for n, (text, day) in enumerate(reports)]
    told = told_day(question, make_findings(*articles))
    return told.value.shown if told else ""


@pytest.mark.parametrize(
    ("question", "day"),
    [
        (WHEN, "Wednesday night"),
        ("When did somebody shoot Ida Moen?", ""),
        ("When was Ida Moen killed?", ""),
        ("When was Per Moen shot?", ""),
        ("When was Ida Moen last shot?", ""),
        ("When was Ida Moen?", ""),
        ("When will Ida Moen be shot?", ""),
        ("Who shot Ida Moen?", ""),
    ],
)
def test_a_day_is_told_where_one_sentence_tells_of_the_event(question: str, day: str) -> None:
    assert day_told(question, SHOT) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("A gunman shot Ida Moen on Monday.", "Monday"),
        ("The shooting of Ida Moen, on Monday, shocked Lorn.", "Monday"),
        ("On Monday a crowd sang after Ida Moen was shot.", ""),
        ("“Ida Moen was shot, and on Monday we sang,” said Per Lund.", ""),
        ("Ida Moen was shot, said Per Lund on Monday.", ""),
        ("This is the news on Ida Moen, who was shot, for Monday, May 13.", ""),
        ("Ida Moen sang on Monday. Somebody was shot.", ""),
        ("The mayor was shot on Monday.", ""),
    ],
)
def test_a_day_of_something_else_is_none_of_it(text: str, day: str) -> None:
    assert day_told(WHEN, (text, date(2024, 5, 14))) == day


def test_of_several_days_the_one_that_is_told_at_once() -> None:
    trial = ("Ida Moen was shot, and the trial began on Tuesday.", date(2024, 11, 5))
    year = ("Ida Moen was shot in 2024.", date(2024, 11, 28))
    assert day_told(WHEN, SHOT, trial, year) == "Wednesday night"
    assert day_told(WHEN, year) == "2024"


def test_a_coming_day_is_one_that_is_still_to_come() -> None:
    reports = [("The court will sentence Ida Moen on Friday.", date(2024, 5, 14))]
    assert day_told("When will Ida Moen be sentenced?", *reports) == "Friday"
    assert day_told("When will Ida Moen be sentenced?", ("Moen was sentenced on Monday.", date(2024, 5, 14))) == ""


@pytest.mark.parametrize(
    ("begins", "quote", "day"),
    [
        ("begin", "Workers launched a strike at the Lorn port on Tuesday.", "Tuesday"),
        ("begin", "The strike at the Lorn port ended on Tuesday.", ""),
        ("end", "The strike at the Lorn port ended on Tuesday.", "Tuesday"),
        ("end", "The strike at the Lorn port went over into its fourth day on Tuesday.", ""),
        ("end", "The mayor called on Tuesday for a vote to end the strike at the Lorn port.", ""),
        ("begin", "If they vote for it on Tuesday, a strike will start at the Lorn port.", ""),
    ],
)
def test_a_begin_is_no_end(begins: str, quote: str, day: str) -> None:
    assert day_told(f"When did the Lorn port strike {begins}?", (quote, date(2024, 5, 16))) == day


@pytest.mark.parametrize(
    ("guess", "standing"),
    [
        ("Wednesday", Standing.AGREES),
        ("May 15", Standing.AGREES),
        ("Friday", Standing.DIFFERS),
        ("Lorn", Standing.DIFFERS),
    ],
)
def test_a_day_that_the_model_read_as_well_is_sure(guess: str, standing: Standing) -> None:
    other = "It was a mild May 15 in Lorn."
    articles = [make_article("Lorn", text, path=f"/{n}", published=SHOT[1]) for n, text in enumerate((SHOT[0], other))]
    evidence = [Evidence(n, a, Span(0, len(a.text)), 0.5) for n, a in enumerate(articles, start=1)]
    found = find_told(WHEN, guess, evidence, make_findings(*articles))
    assert found is not None
    assert (found.value.shown, found.standing) == ("Wednesday night", standing)


def test_what_the_model_read_in_a_later_report_stands() -> None:
    later = "Karsk: the company Lorn Lines now says that 31 were on board and died, the harbour master said."
    (cited,) = make_evidence(later, title="Karsk ferry", published=[date(2024, 4, 1)])
    findings = make_findings(make_article(TITLE, FIRST[0], published=FIRST[1]))
    found = find_told(QUESTION, "31", [cited], findings)
    assert found is None
    (earlier,) = make_evidence(later, title="Karsk ferry", published=[date(2024, 3, 1)])
    found = find_told(QUESTION, "31", [earlier], findings)
    assert found is not None
    assert found.standing is Standing.DIFFERS


def test_the_model_s_count_may_be_of_another_event() -> None:
    quote = "The storm Lorna, which hit in May, killed over 200 people."
    (cited,) = make_evidence(quote, title="Storm Karsk: what is known", published=[date(2024, 6, 1)])
    found = find_told("How many people did the storm Karsk kill?", "over 200", [cited], make_findings())
    assert found is not None
    assert found.standing is Standing.OF_ANOTHER
    assert find_told("How many people did the storm Lorna kill?", "over 200", [cited], make_findings()) is None


@pytest.mark.parametrize(
    ("question", "answer", "quote", "tells"),
    [
        ("When did the Karsk earthquake strike?", "Tuesday", "An earthquake rocked Karsk on Tuesday.", True),
        ("When was the Karsk earthquake?", "Tuesday", "An earthquake rocked Karsk on Tuesday.", True),
        ("When did the Lorn earthquake strike?", "Tuesday", "An earthquake rocked Karsk on Tuesday.", False),
        (
            "When did the Karsk earthquake strike?",
            "Tuesday",
            "Karsk still shook after the earthquake on Tuesday.",
            False,
        ),
        (
            "When did the Karsk earthquake strike?",
            "Friday",
            "An earthquake rocked Karsk on Tuesday, it said Friday.",
            False,
        ),
        ("When did the port strike begin?", "Tuesday", "Workers launched a strike at the port on Tuesday.", True),
        ("When did the port strike end?", "Tuesday", "Workers launched a strike at the port on Tuesday.", False),
        ("When did the port strike begin?", "Tuesday", "The first port strike since 1977 began Tuesday.", True),
        ("When did the port strike begin?", "1977", "The first port strike since 1977 began Tuesday.", False),
        ("When was Ida Moen shot?", "May 14", "In a May 14 statement the police said that Ida Moen was shot.", False),
        ("Who was shot on Tuesday?", "Tuesday", "Ida Moen was shot on Tuesday.", False),
        ("When was Ida Moen shot?", "Oslo", "Ida Moen was shot on Tuesday in Oslo.", False),
    ],
)
def test_the_day_of_an_event_is_its_sentence_s_own(question: str, answer: str, quote: str, *, tells: bool) -> None:
    (cited,) = make_evidence(quote, published=[date(2024, 5, 16)])
    assert tells_day(question, answer, cited) is tells


def test_a_toll_is_told_with_a_mark_and_what_others_give_where_the_model_finds_none(tmp_path: Path) -> None:
    for name, (text, day) in {"a": FIRST, "b": LATER}.items():
        (tmp_path / f"{name}.txt").write_text(f"{TITLE}\n{day.isoformat()}\n\n{text} It rained.\n", encoding="utf-8")
    home = Home(tmp_path / "home")
    build_index([tmp_path / "a.txt", tmp_path / "b.txt"], home)
    with Assistant.open(home, llm=StandIn(pattern="(no such words)")) as assistant:
        answer = assistant.ask(QUESTION, as_of=date(2024, 4, 1))
        refused = assistant.ask("How many people were injured in the Karsk ferry sinking?", as_of=date(2024, 4, 1))
    assert not answer.abstained
    assert answer.short == "11"
    assert (answer.citations[0].verdict, answer.citations[0].reason) == (Verdict.WEAK, BY_RULE)
    assert "The number of people killed in Karsk rose to 11." in answer.text
    assert [r.value for d in answer.disagreements for r in d.readings] == ["11", "Four"]
    assert refused.abstained
