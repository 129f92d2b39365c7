"""Answers that cannot be right, however likely the model finds them."""

from __future__ import annotations

import pytest
from made_articles import make_evidence

from qa.misfits import cannot_answer, repeats_question


@pytest.mark.parametrize(
    ("question", "answer", "repeats"),
    [
        ("Where is Camp Hale?", "Camp Hale", True),
        ("Where is Camp Hale?", "Colorado", False),
        ("Who bought Harbourside?", "Harbourside Inc", True),
        ("Which company bought Harbourside?", "Northwind Inc", False),
        ("Was it Novak or Baker who won?", "Novak", False),
        ("Did Novak win?", "Novak", False),
    ],
)
def test_an_answer_that_only_repeats_the_question_is_known(question: str, answer: str, repeats: bool) -> None:
    assert repeats_question(question, answer) is repeats


def test_a_name_is_no_answer_to_what_happened() -> None:
    evidence = make_evidence("President Ivan Petrov was detained by his guard.")
    assert cannot_answer("What happened to the president?", "Ivan Petrov", evidence)
    assert not cannot_answer("What happened to the president?", "detained by his guard", evidence)
    assert not cannot_answer("Who was detained?", "Ivan Petrov", evidence)


@pytest.mark.parametrize(
    ("question", "quote", "cannot"),
    [
        ("When did the bombs go off?", "They went off four days after an arrest.", True),
        ("When did the bombs go off?", "They went off four days ago.", False),
        ("When will it open?", "It will open in four days.", False),
        ("How long did it last?", "It lasted four days.", False),
    ],
)
def test_a_time_without_its_end_is_no_answer_to_when(question: str, quote: str, *, cannot: bool) -> None:
    assert cannot_answer(question, "four days", make_evidence(quote)) is cannot


@pytest.mark.parametrize(
    ("answer", "cannot"),
    [
        ("probation and four years of prison", True),
        ("Ivan Petrov", True),
        ("Tehran", True),
        ("Wednesday", False),
        ("early May", False),
        ("after the verdict", False),
        ("2019", False),
        ("7 a.m.", False),
        ("three weeks after the verdict", False),
    ],
)
def test_what_names_no_time_is_no_answer_to_when(answer: str, *, cannot: bool) -> None:
    evidence = make_evidence(f"The court in Tehran told Ivan Petrov: {answer}.")
    assert cannot_answer("When will Petrov be sentenced?", answer, evidence) is cannot
    assert not cannot_answer("What did the court tell Petrov?", answer, evidence)
    assert not cannot_answer("When he was in court, what did it tell Petrov?", answer, evidence)


@pytest.mark.parametrize(
    ("question", "cannot"),
    [
        ("How did the Talmark fire start?", True),
        ("How did the guard die?", True),
        ("Who started the Talmark fire?", False),
        ("How did Ana Reyes start her career?", False),
    ],
)
def test_a_name_is_no_answer_to_how_something_happened(question: str, *, cannot: bool) -> None:
    evidence = make_evidence("Ivan Petrov set his car on fire, the police said.")
    assert cannot_answer(question, "Ivan Petrov", evidence) is cannot
