"""Who held an office once is told from who holds it."""

from __future__ import annotations

from datetime import date

import pytest
from made_articles import make_evidence

from qa.misfits import cannot_answer
from qa.offices import is_former_holder

_MAYOR = "Who is the mayor of Riga?"


@pytest.mark.parametrize(
    ("question", "quotes", "is_former"),
    [
        (_MAYOR, ["The former mayor, Lee Tan, was jailed."], True),
        ("Who is Riga's mayor?", ["Lee Tan, a former deputy mayor, was jailed."], True),
        (_MAYOR, ["The former mayor, Lee Tan, was jailed.", "The mayor, Lee Tan, spoke."], False),
        ("Who was the mayor of Riga?", ["The former mayor, Lee Tan, was jailed."], False),
        (_MAYOR, ["Lee Tan, the mayor, was a former minister."], False),
        ("Who is the former mayor of Riga?", ["The former mayor, Lee Tan, was jailed."], False),
        ("Who is suing the mayor?", ["Lee Tan is suing the former mayor."], False),
    ],
)
def test_who_is_called_former_is_told_from_who_holds_it(question: str, quotes: list[str], *, is_former: bool) -> None:
    assert is_former_holder(question, "Lee Tan", make_evidence(*quotes)) is is_former


@pytest.mark.parametrize(
    "quote",
    [
        "Anna Novak resigned as mayor of Riga on Friday.",
        "Mayor Novak quit over the flood.",
        "Riga's mayor, Anna Novak, stepped down on Friday.",
        "Anna Novak, 52, the mayor of Riga since 2014, has since resigned.",
        "Anna Novak, who stood down as mayor in May, has moved to Tartu.",
        "The mayor of Riga, Anna Novak, was abruptly dismissed on Monday.",
        "The mayor was at work when Novak died.",
        "Lee Tan became mayor after Anna Novak had left office.",
        "Anna Novak was succeeded as mayor by Lee Tan.",
        "Lee Tan succeeded Anna Novak as mayor.",
        "Mayor Novak resigned from her post.",
    ],
)
def test_who_left_an_office_does_not_hold_it(quote: str) -> None:
    for question in (_MAYOR, "Who is mayor of Riga?", "Who is the Mayor of Riga?", "Who's Riga's mayor?"):
        assert is_former_holder(question, "Anna Novak", make_evidence(quote)), question
        assert cannot_answer(question, "Anna Novak", make_evidence(quote)), question


@pytest.mark.parametrize(
    "quote",
    [
        "The mayor of Riga, Anna Novak, will resign on Friday.",
        "The mayor of Riga, Anna Novak, refused to resign.",
        "Mayor Novak rejected calls to step down after two officers were dismissed.",
        "Mayor Novak would have resigned but for the vote.",
        "Mayor Novak has not resigned.",
        "The council denied that Mayor Novak resigned.",
        "If Mayor Novak resigned there would be a vote.",
        "Protesters demanded that Mayor Novak quit.",
        "Mayor Novak quit smoking.",
        "Mayor Anna Novak resigned as chairwoman of the club.",
        "Mayor Anna Novak resigned from the party.",
        "Mayor Anna Novak resigned as mayor of Tartu to lead Riga.",
        "Anna Novak, who resigned as mayor in 2019, was re-elected in 2022.",
        "Anna Novak became mayor when Lee Tan resigned.",
        "Mayor Anna Novak's deputy resigned.",
        "Anna Novak replaced Lee Tan, who resigned as mayor.",
        "Colonel Peter Novak resigned after a row with the mayor.",
        "Anna Novak resigned as judge.",
    ],
)
def test_who_did_not_leave_it_may_hold_it(quote: str) -> None:
    assert not is_former_holder(_MAYOR, "Anna Novak", make_evidence(quote))


@pytest.mark.parametrize(
    ("question", "answer", "quote", "is_former"),
    [
        ("Who is the environment minister?", "Anna Novak", "Environment minister Anna Novak resigned.", True),
        ("Who is the health minister?", "Anna Novak", "Environment minister Anna Novak resigned.", False),
        ("Who is the Prime Minister of Latvia?", "Anna Novak", "Prime Minister Anna Novak was ousted.", True),
        ("Who is the mayor of Riga that resigned?", "Anna Novak", "Anna Novak resigned as mayor.", False),
        ("Who was the mayor of Riga?", "Anna Novak", "Anna Novak resigned as mayor.", False),
        ("Who resigned as mayor of Riga?", "Anna Novak", "Anna Novak resigned as mayor.", False),
        ("Who is the mayor of Riga in 2014?", "Anna Novak", "Anna Novak resigned as mayor in 2019.", False),
        (_MAYOR, "Novak", "Anna Novak resigned as mayor.", True),
        (_MAYOR, "Lee Tan", "Anna Novak resigned as mayor; Lee Tan follows.", False),
    ],
)
def test_only_the_office_asked_for_counts(question: str, answer: str, quote: str, *, is_former: bool) -> None:
    assert is_former_holder(question, answer, make_evidence(quote)) is is_former


@pytest.mark.parametrize(
    ("left", "held", "is_former"),
    [
        (date(2021, 5, 7), date(2021, 4, 2), True),
        (date(2021, 5, 7), date(2021, 5, 7), True),
        (date(2021, 5, 7), date(2023, 6, 1), False),
        (date(2021, 5, 7), None, False),
        (None, date(2021, 4, 2), False),
    ],
)
def test_a_later_article_that_names_the_holder_counts_more(
    left: date | None, held: date | None, *, is_former: bool
) -> None:
    for holding in (
        "The mayor of Riga, Anna Novak, spoke.",
        "Novak was sworn in as mayor.",
        "Anna Novak, the mayor, spoke.",
    ):
        evidence = make_evidence("Anna Novak resigned as mayor.", holding, published=(left, held))
        assert is_former_holder(_MAYOR, "Anna Novak", evidence) is is_former
    other = make_evidence("Anna Novak resigned as mayor.", "The mayor thanked Anna Novak.", published=(left, held))
    assert is_former_holder(_MAYOR, "Anna Novak", other)
