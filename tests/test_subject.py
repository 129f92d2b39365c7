"""Whether a short question is still on the subject of the talk, by what the articles on it hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from stand_in_model import StandIn

from index.build import build_index
from index.home import Home
from index.query import Filters
from qa.answer import Turn
from qa.assistant import Assistant
from qa.subject import keeps_subject, own_nouns

ARTICLES = {
    "romania": "Nicusor Dan won the presidential election in Romania on Sunday. Turnout was high, the count was quick.",
    "boeing": "Machinists at Boeing ended a strike on Monday. The strike lasted 53 days and cost billions.",
    "rome": "Leo XIV was chosen as the new pope in Rome. He was born in Chicago.",
    "pelicot": "Dominique Pelicot was sentenced to 20 years in a trial in Avignon. The judge spoke for an hour.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("subjects")
    for name, text in ARTICLES.items():
        (folder / f"{name}.txt").write_text(f"News from {name.title()}\n\n{text}\n", "utf-8")
    home = Path(tmp_path_factory.mktemp("home"))
    build_index([folder], Home(home))
    with Assistant.open(home, llm=StandIn()) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("How long did the strike last?", ("strike",)),
        ("what is the unemployment rate?", ("unemployment", "rate")),
        ("who is the new pope?", ("pope",)),
        ("how many jobs were lost?", ("jobs",)),
        ("How many were injured?", ()),
        ("what is the death toll?", ()),
        ("which towns were hit?", ()),
        ("where was the plane going?", ("plane",)),
    ],
)
def test_own_nouns_are_those_of_some_subjects_only(question: str, nouns: Sequence[str]) -> None:
    assert own_nouns(question) == nouns


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("Who won the election in Romania?", "How long did the strike last?", "How long did the strike last?"),
        ("Who won the election in Romania?", "who is the new pope?", "who is the new pope?"),
        ("Who was sentenced in Avignon?", "when was the election?", "when was the election?"),
        # The articles on the subject hold it
        ("Who was sentenced in Avignon?", "who was the judge?", "Who was the judge (Avignon)?"),
        ("What happened at Boeing?", "How long did the strike last?", "How long did the strike last (Boeing)?"),
        # It is said to go with what was asked before
        (
            "Who won the election in Romania?",
            "and the strike was long?",
            "The strike was long (the election in Romania)?",
        ),
        # No noun of its own, or one of which no article tells at all
        ("Who was sentenced in Avignon?", "How many were charged?", "How many were charged (Avignon)?"),
        ("Who was sentenced in Avignon?", "who was the lawyer?", "Who was the lawyer (Avignon)?"),
        # Nothing is told of the subject itself
        (
            "Who won the election in Ghana?",
            "How long did the strike last?",
            "How long did the strike last (the election in Ghana)?",
        ),
    ],
)
def test_short_question_keeps_the_subject_where_its_articles_hold_it(
    assistant: Assistant, before: str, question: str, understood: str
) -> None:
    assert assistant.understand(question, [Turn(before, before, "")]) == understood


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        # A name or many words, and a passage on the subject holds all of them
        (
            "What happened at Boeing?",
            "how many billions did machinists cost?",
            "How many billions did machinists cost (Boeing)?",
        ),
        (
            "Who was sentenced in Avignon?",
            "what was Dominique sentenced to?",
            "What was Dominique sentenced to (Avignon)?",
        ),
        # One word more, another subject, or a name of the question before, which is subject enough
        (
            "What happened at Boeing?",
            "did machinists at Airbus end a strike?",
            "did machinists at Airbus end a strike?",
        ),
        (
            "Who was sentenced in Avignon?",
            "how many billions did machinists cost?",
            "how many billions did machinists cost?",
        ),
        ("What happened at Boeing?", "did Boeing end the strike?", "did Boeing end the strike?"),
        # With a name only what is past: news says who leads whom by the way
        ("Who was sentenced in Avignon?", "who is Dominique Pelicot?", "who is Dominique Pelicot?"),
    ],
)
def test_longer_question_keeps_the_subject_that_bears_it_out(
    assistant: Assistant, before: str, question: str, understood: str
) -> None:
    assert assistant.understand(question, [Turn(before, before, "")]) == understood


def test_filters_say_which_articles_count(assistant: Assistant) -> None:
    article = assistant.catalogue.newest_articles(9)
    rome = next(a.id for a in article if "pope" in a.text)
    before = "Where was the pope chosen in Rome?"
    assert keeps_subject(assistant.catalogue, "when is the pope back?", before, Filters(article_ids=(rome,)))


def test_answer_is_sought_for_the_question_as_typed(assistant: Assistant) -> None:
    before = "Who won the election in Romania?"
    answer = assistant.ask("How long did the strike last?", history=[Turn(before, before, "")])
    assert answer.query.text == "How long did the strike last?"
    assert "Boeing" in answer.evidence[0].article.text
