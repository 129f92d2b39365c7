"""What must hold before an answer's likelihood is even weighed."""

from __future__ import annotations

import json
from datetime import date

import pytest

from index.article import Article
from qa.confidence import WEIGHTS, answer_from
from qa.mentions import is_of_asked_year, names_what_is_asked
from qa.weights import CARRIERS


@pytest.mark.parametrize(
    ("question", "text", "published", "fits"),
    [
        ("Who won the race in 2019?", "Novak won the race of 2019.", None, True),
        ("Who won the race in 2019?", "Baker won the race of 2018.", None, False),
        ("Who won the race in 2019?", "Baker won on Sunday.", date(2019, 5, 1), True),
        ("Who won the race in 2019?", "Baker won on Sunday.", date(2021, 5, 1), False),
        ("Who won the race?", "Baker won the race of 2018.", None, True),
        ("Who got $2019 at the race?", "Baker won the race of 2018.", None, True),
    ],
)
def test_an_article_of_another_year_does_not_answer(
    question: str, text: str, published: date | None, fits: bool
) -> None:
    article = Article("a" * 16, "A race in Riga", text, published, "", "", "", (), "a.txt", "a" * 64)
    assert is_of_asked_year(question, article) is fits


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        ("Who is the mayor of Lisbon?", "The mayor of Moscow, Sergei Sobyanin, spoke of a fire.", False),
        ("Who is the mayor of Moscow?", "The mayor of Moscow, Sergei Sobyanin, spoke of a fire.", True),
        ("What did the mayor of Riga tell Anna Novak?", "Novak heard of it in March.", True),
        ("Which European island saw an eruption?", "It is the loudest volcano of Europe.", True),
        ("Which island saw an eruption?", "The volcano of Stromboli erupted.", True),
        ("What did the UK pay?", "Britain paid a million.", True),
    ],
)
def test_an_article_that_names_nothing_of_the_question_does_not_answer(question: str, text: str, named: bool) -> None:
    article = Article("a" * 16, "A fire", text, None, "", "", "", (), "a.txt", "a" * 64)
    assert names_what_is_asked(question, article) is named


def test_each_model_has_weights_of_its_own_or_the_default_ones() -> None:
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert set(stored) == set(CARRIERS)
    for name, fitted in stored.items():
        assert answer_from(name) == fitted["threshold"]
    assert answer_from("small") != answer_from("default") == answer_from("someone/other")
