"""Short answers put into their best form, never beyond what the quote says."""

from __future__ import annotations

import pytest

from qa.polish import complete_name, drop_counted
from qa.reading import repeats_question


@pytest.mark.parametrize(
    ("question", "answer", "polished"),
    [
        ("How many minutes did the outage last?", "187 minutes", "187"),
        ("How many subscribers did it lose?", "1.2 million subscribers", "1.2 million"),
        ("How long did the outage last?", "187 minutes", "187 minutes"),
        ("How many million people fled?", "3 million", "3 million"),
        ("How many people fled?", "187 families", "187 families"),
    ],
)
def test_a_counted_noun_that_the_question_names_is_dropped(question: str, answer: str, polished: str) -> None:
    assert drop_counted(question, answer) == polished


@pytest.mark.parametrize(
    ("question", "quote", "title", "completed"),
    [
        ("Who won?", "On Friday Anna Novak won; Novak thanked her team.", "", "Anna Novak"),
        ("Who won?", "Mayor Novak won by a head.", "Sen. Anna Novak takes Riga", "Anna Novak"),
        ("Who won?", "President Novak won.", "Anna Maria Novak takes Riga", "Anna Maria Novak"),
        ("Who won?", "She lost to Novak.", "A race in Riga", "Novak"),
        ("Which town did it hit?", "It hit West Novak first.", "", "Novak"),
    ],
)
def test_a_surname_is_completed_from_its_own_quote(question: str, quote: str, title: str, completed: str) -> None:
    assert complete_name(question, "Novak", quote, title) == completed


@pytest.mark.parametrize(
    ("question", "answer", "repeats"),
    [
        ("Where is Camp Hale?", "Camp Hale", True),
        ("Where is Camp Hale?", "Colorado", False),
        ("Was it Novak or Baker who won?", "Novak", False),
        ("Did Novak win?", "Novak", False),
    ],
)
def test_an_answer_that_only_repeats_the_question_is_known(question: str, answer: str, repeats: bool) -> None:
    assert repeats_question(question, answer) is repeats
