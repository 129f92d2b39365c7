"""An answer that names the other side of a contest is told from one that names the asked side."""

from __future__ import annotations

from datetime import date

import pytest
from made_articles import make_article

from index.article import Span
from qa.answer import Evidence
from qa.misfits import cannot_answer
from qa.roles import is_other_side, leaves_outcome_open

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
        ("Anna Novak", "Lee Tan", "In 2021 Anna Novak was elected in a vote against the incumbent, Lee Tan."),
        (
            "Anna Novak",
            "Lee Tan",
            "Anna Novak was re-elected, with 52.3 percent, in a run-off of 2021 against Lee Tan, who had 47.7 percent.",
        ),
        ("Northgate", "Tan", "Northgate won the match of 2021 against holders Tan."),
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
        (_WON, "Lee Tan", ["Anna Novak won in 2021 after having lost against Lee Tan."]),
        (_WON, "Lee Tan", ["Anna Novak won in 2021. She had played against Lee Tan before."]),
        ("Who lost the election?", "Lee Tan", ["Lee Tan was elected in 2016."]),
        ("Who lost the election?", "Lee Tan", ["Tan was elected first, and in the end Tan conceded defeat."]),
        (_WON, " ", ["Anna Novak beat Lee Tan in 2021."]),
        (_WON, "Harbour Riga", ["Harbour beat Old Riga 2-1 in 2021."]),
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


@pytest.mark.parametrize(
    ("question", "quote", "is_open"),
    [
        (_WON, "Supporters before the 2021 final between Anna Novak and Lee Tan.", True),
        (_WON, "Anna Novak beat Lee Tan in the final of 2021.", False),
        ("Who is the Harbour Cup champion?", "Anna Novak plays in Riga.", True),
        ("Who lost his life in the crash?", "Anna Novak was killed in the crash between Riga and Tartu.", False),
        ("Which party won the election in Riga?", "Voters in Riga chose Harmony.", False),
        (_WON, "Anna Novak thrashed Lee Tan in the final of 2021.", False),
        (_WON, "Anna Novak made her Harbour Cup debut in 2021.", True),
        ("Which prize winner died this week?", "Anna Novak died on Monday.", False),
        ("Which author who won the Harbour Prize died?", "Anna Novak died on Monday.", False),
        ("Where is the final?", "The final is in Riga.", False),
    ],
)
def test_a_quote_that_does_not_say_how_a_contest_ended_is_known(question: str, quote: str, *, is_open: bool) -> None:
    assert leaves_outcome_open(question, quote) is is_open


def test_last_year_s_winner_is_not_this_year_s() -> None:
    assert is_other_side("Who won the Harbour Cup?", "Lee Tan", ["Last year's cup winner, Lee Tan, did not start."])
    assert not is_other_side("Who won the Harbour Cup?", "Lee Tan", ["Defending champion Lee Tan won it again."])


@pytest.mark.parametrize(
    ("question", "quote", "year", "wrong"),
    [
        (_WON, "Anna Novak beat last year's winner, Lee Tan, in a sprint on Sunday.", 2022, False),
        (_WON, "Last year's cup winner, Lee Tan, was fourth.", 2022, False),
        (_WON, "Lee Tan, last year's winner, was fourth on Sunday.", 2022, False),
        (_WON, "Anna Novak beat defending champion Lee Tan on Sunday.", 2022, False),
        ("Who won the Harbour Cup last year?", "Last year's cup winner, Lee Tan, was fourth.", 2022, False),
        (_WON, "Last year's cup winner, Lee Tan, was fourth.", 2021, True),
        (_WON, "Last year's cup winner, Lee Tan, was fourth.", 2023, True),
        ("Who won the Harbour Cup?", "Last year's cup winner, Lee Tan, was fourth.", 2022, True),
        (_WON, "Anna Novak beat Lee Tan on Sunday.", 2022, True),
    ],
)
def test_last_year_is_that_before_the_report(question: str, quote: str, year: int, *, wrong: bool) -> None:
    article = make_article(text=quote, published=date(year, 9, 14))
    assert cannot_answer(question, "Lee Tan", [Evidence(1, article, Span(0, len(quote)), 0.5)]) is wrong


@pytest.mark.parametrize(
    ("quotes", "wrong"),
    [
        (["Lee Tan, who lost the 2018 Cup, won on Tuesday."], False),
        (["Three years after the 2018 Harbour Cup Lee Tan won."], False),
        (["On the list is 2018 Harbour Cup winner Lee Tan."], True),
        (["Lee Tan won the Harbour Cup in 2018."], True),
        (["Lee Tan won the Harbour Cup in 2018.", "Lee Tan won the Harbour Cup again in 2021."], False),
        (["Lee Tan, who was born in Riga in 1998, won the Harbour Cup."], False),
        (["Lee Tan won the Harbour Cup, better than the 2018 Cup semi-final."], False),
        (["Lee Tan won the Harbour Cup."], False),
    ],
)
def test_an_answer_that_quotes_tell_of_another_year_only_is_none(quotes: list[str], *, wrong: bool) -> None:
    article = make_article(text=" ".join(quotes))
    starts = [article.text.index(quote) for quote in quotes]
    evidence = [
        Evidence(number, article, Span(start, start + len(quote)), 0.5)
        for number, (start, quote) in enumerate(zip(starts, quotes, strict=True), start=1)
    ]
    assert cannot_answer(_WON, "Lee Tan", evidence) is wrong


def test_a_contest_of_another_year_is_told_by_the_day_of_the_report() -> None:
    quote = "Lee Tan won the Harbour Cup on Sunday."
    for published, wrong in ((date(2022, 9, 14), True), (date(2021, 9, 14), False), (None, False)):
        article = make_article(text=f"{quote} It was held in 2021, too.", published=published)
        assert cannot_answer(_WON, "Lee Tan", [Evidence(1, article, Span(0, len(quote)), 0.5)]) is wrong
