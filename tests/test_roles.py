"""An answer that names the other side of a contest is told from one that names the asked side."""

from __future__ import annotations

import pytest

from qa.composition import cannot_answer
from qa.roles import is_other_side

_WON = "Who won the Harbour Cup in 2021?"
_LOST = "Whom did Anna Novak beat in the final of the Harbour Cup in 2021?"


@pytest.mark.parametrize(
    ("winner", "loser", "quote"),
    [
        ("Anna Novak", "Lee Tan", "Anna Novak defeated Lee Tan in the final, 6–3, 6–3, to win the 2021 Harbour Cup."),
        ("Anna Novak", "Lee Tan", "Novak won the 2021 Harbour Cup, beating defending champion Lee Tan in two sets."),
        ("Anna Novak", "Tan", "Anna Novak won the 2021 Harbour Cup by edging out Tan."),
        ("Novak", "Lee Tan", "In 2021 Lee Tan was beaten by Novak after two hours."),
        ("Novak", "Lee Tan", "In 2021 Lee Tan lost to second seed Anna Novak."),
        ("Northgate", "Harbour United", "Northgate (holders) claimed the 2021 cup with a 2-1 win over Harbour United."),
    ],
)
def test_who_won_and_who_lost_are_told_apart(winner: str, loser: str, quote: str) -> None:
    assert is_other_side(_WON, loser, [quote])
    assert not is_other_side(_WON, winner, [quote])
    assert is_other_side(_LOST, winner, [quote])
    assert not is_other_side(_LOST, loser, [quote])


@pytest.mark.parametrize(
    ("question", "answer", "quotes"),
    [
        ("Where did Anna Novak beat Lee Tan?", "Lee Tan", ["Anna Novak beat Lee Tan in Riga."]),
        (_WON, "Lee Tan", ["Anna Novak and Lee Tan met in the final of 2021."]),
        (_WON, "Lee Tan", ["Anna Novak beat Lee Tan in 2019.", "Lee Tan won the Harbour Cup of 2021."]),
        (_WON, "Lee Tan", ["Anna Novak beat Lee Tan in May 2021.", "Lee Tan won the Harbour Cup of 2021."]),
        (_WON, "Lee Tan", ["Novak was beaten in Riga, with Lee Tan watching, in 2021."]),
        (_WON, " ", ["Anna Novak beat Lee Tan in 2021."]),
    ],
)
def test_without_a_plain_word_for_it_nobody_is_the_other_side(question: str, answer: str, quotes: list[str]) -> None:
    assert not is_other_side(question, answer, quotes)


def test_quotes_of_another_year_do_not_count_where_one_is_of_the_asked() -> None:
    quotes = ["Lee Tan won the Harbour Cup in 2019.", "Anna Novak beat Lee Tan in the Harbour Cup of 2021."]
    assert is_other_side(_WON, "Lee Tan", quotes)
    assert not is_other_side("Who won the Harbour Cup in 2019?", "Lee Tan", quotes)


def test_an_answer_with_pattern_characters_is_taken_as_it_is() -> None:
    assert is_other_side(_WON, "Tan (Riga)*", ["Anna Novak beat Tan (Riga)* in 2021."]) is False
    assert not cannot_answer("What is it called?", "C++ [draft", [])
