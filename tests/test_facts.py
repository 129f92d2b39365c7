"""Checkable facts of a text."""

from __future__ import annotations

import pytest

from index.terms import stem
from qa.facts import facts_of, is_form_of, stands_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("four guards and 12 hostages", {4, 12}),
        ("2.5 million people", {2_500_000}),
        ("twenty-one of three hundred", {21, 300}),
        ("$19 million", {19_000_000}),
        ("1,200 were moved, 8bn live here", {1200, 8_000_000_000}),
        ("the second secretary", {2}),
        ("a dozen", {12}),
        ("no figure at all", set()),
    ],
)
def test_numbers_are_read_as_values(text: str, numbers: set[float]) -> None:
    assert facts_of(text).numbers == numbers


def test_digits_and_words_of_one_value_are_one_fact() -> None:
    assert facts_of("four").numbers == facts_of("4").numbers


def test_names_are_found_within_sentences_and_not_made_of_first_words() -> None:
    facts = facts_of("Police said Rustam Asildarov died in Dagestan. Later the FSB denied it.")
    assert {"rustam", "asildarov", "dagestan", "fsb"} <= facts.names
    assert not {"police", "later"} & facts.names


def test_months_and_weekdays_are_facts_and_the_verb_may_is_not() -> None:
    facts = facts_of("It may happen on Friday, March 8.")
    assert (facts.months, facts.weekdays, facts.numbers) == ({3}, {"friday"}, {8})


@pytest.mark.parametrize("text", ["He did not die", "It wasn't him", "She never left", "They denied it", "no one"])
def test_negation_is_seen(text: str) -> None:
    assert facts_of(text).negated


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("attacks", "attack"),
        ("killed", "killing"),
        ("agencies", "agency"),
        ("stopped", "stopping"),
        ("deaths", "death"),
        ("miles", "mile"),
        ("voted", "vote"),
        ("taking", "take"),
        ("movies", "movie"),
        ("carried", "carry"),
        ("tries", "tried"),
    ],
)
def test_inflections_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("written", ["11 a.m.", "11 AM", "11am", "11 A.M."])
def test_a_time_of_day_is_one_however_it_is_written(written: str) -> None:
    told = f"They meet on Wednesday at {written} in the Oval Office."
    assert stands_in("11 AM", told)
    assert not facts_of(told).names & {"am", "a", "m"}
    assert not stands_in("11 PM", told)


def test_a_superscript_is_no_number() -> None:
    assert facts_of("10 m²").numbers == {10}
    assert facts_of("²").numbers == frozenset()


@pytest.mark.parametrize(
    ("name", "other", "is_one"),
    [
        ("russia", "russian", True),
        ("germany", "german", True),
        ("sweden", "swedish", True),
        ("norway", "norwegian", True),
        ("afghanistan", "afghan", True),
        ("emmys", "emmy", True),
        ("nigeria", "nigerian", True),
        ("portugal", "portuguese", True),
        ("lebanon", "lebanese", True),
        ("belgium", "belgian", True),
        ("congo", "congolese", True),
        ("zelensky", "zelenskiy", True),
        ("israel", "israelis", True),
        ("peña", "pena", True),
        ("niger", "nigeria", False),
        ("austria", "australia", False),
        ("mauritius", "mauritania", False),
        ("india", "indiana", False),
        ("mali", "somali", False),
        ("oman", "woman", False),
        ("iran", "iraq", False),
    ],
)
def test_forms_of_one_name_are_told_from_names_that_begin_alike(name: str, other: str, *, is_one: bool) -> None:
    assert is_form_of(name, other) is is_one
    assert is_form_of(other, name) is is_one
