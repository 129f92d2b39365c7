"""An amount that the question presupposes and its quote contradicts is seen."""

from __future__ import annotations

import pytest
from made_articles import make_article

from index.article import Span
from qa.amounts import is_of_another_amount
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Who offered $2 billion for Halm?", "Northwind had offered $1.15 billion for Halm."),
        ("Who offered $2bn for Halm?", "Northwind had offered $1.15 billion for Halm."),
        ("Who offered 2 million euros for Halm?", "Northwind had offered €1.15m for Halm."),
        ("Who offered 2 million crowns for Halm?", "Northwind offered 12 million crowns for Halm."),
        ("Who owns 31 percent of Halm?", "Northwind owns 41% of Halm."),
        ("Who has 3 million subscribers?", "Northwind has 5.2 million subscribers."),
    ],
)
def test_an_answer_whose_quote_has_another_amount_is_weak(question: str, quote: str) -> None:
    evidence = [Evidence(1, make_article("A deal", quote), Span(0, len(quote)), 0.5)]
    judgement = judge_sentence("Northwind", evidence, question)
    assert (judgement.verdict, judgement.reason) == (Verdict.WEAK, "the quote has another amount than the question")


@pytest.mark.parametrize(
    ("question", "answer", "quote"),
    [
        ("Who offered $1.15 billion for Halm?", "Northwind", "Northwind offered $1.15bn for Halm."),
        ("Who offered $1.2 billion for Halm?", "Northwind", "Northwind offered $1.15 billion for Halm."),
        ("Who offered $1 billion for Halm?", "Northwind", "Northwind offered $1.15 billion for Halm."),
        ("Who offered more than $1 billion for Halm?", "Northwind", "Northwind offered $3.4 billion for Halm."),
        ("Who offered $2 billion for Halm?", "Northwind", "Northwind made an offer for Halm."),
        ("Who offered $2 billion for Halm?", "Northwind", "Northwind, which has 3 million members, bid for Halm."),
        ("Who offered $2 billion for Halm?", "Northwind", "Northwind offered €1.8 billion for Halm."),
        ("Who offered $2 billion for Halm?", "Northwind", "Northwind offered $2 billion, up from $1.5 billion."),
        ("After $2 billion in May, how much was offered?", "$3 billion", "Northwind offered $3 billion."),
        ("Who won in 2021?", "Northwind", "Northwind won in 2019."),
        ("Which town has 3 million people?", "Riga", "Riga has 2 million homes."),
        ("Who has the 5 boats?", "Northwind", "Northwind has 7 boats."),
    ],
)
def test_amounts_that_may_be_the_same_or_are_of_other_things_do_not_count(
    question: str, answer: str, quote: str
) -> None:
    assert not is_of_another_amount(question, answer, quote, "")


def test_the_title_may_have_the_amount() -> None:
    question, quote = "Who offered $2 billion for Halm?", "Northwind first offered $1.15 billion."
    assert not is_of_another_amount(question, "Northwind", quote, "Northwind to pay $2 billion for Halm")
    assert is_of_another_amount(question, "Northwind", quote, "Northwind to pay for Halm")
