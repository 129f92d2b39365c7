"""Different numbers for one thing, newest first; nothing where articles agree or speak of other things."""

from __future__ import annotations

from datetime import date

from index.article import Article, Span
from qa.answer import Evidence
from qa.disagreement import find_disagreements, recount

QUESTION = "How many people were killed in the attack in Paris?"


def said(*reports: tuple[str, int]) -> list[Evidence]:
    """One article for each (sentence, day of November 2015)."""
    return [
        Evidence(
            number,
            Article(f"{number:016d}", "Attack", text, date(2015, 11, day), "", "", "", (), f"{number}.txt", ""),
            Span(0, len(text)),
            1.0,
        )
        for number, (text, day) in enumerate(reports, start=1)
    ]


def values(evidence: list[Evidence], question: str = QUESTION) -> list[tuple[str, tuple[int, ...]]]:
    return [(r.value, r.numbers) for d in find_disagreements(question, evidence) for r in d.readings]


def test_values_are_told_newest_first_with_all_who_give_them() -> None:
    evidence = said(
        ("At least 120 people were killed in Paris.", 14),
        ("Officials in Paris now say 130 people were killed.", 20),
        ("In Paris 120 people died.", 13),
    )
    assert values(evidence) == [("130", (2,)), ("120", (1, 3))]


def test_one_value_in_words_and_digits_is_no_disagreement() -> None:
    assert not values(said(("Four people were killed in Paris.", 14), ("In Paris 4 people were killed.", 15)))


def test_other_places_and_other_things_do_not_disagree() -> None:
    assert not values(said(("In Paris 130 people were killed.", 14), ("In Nice 86 people were killed.", 15)))
    assert not values(said(("In Paris 130 people were killed.", 14), ("Police in Paris made 16 arrests.", 15)))


def test_a_sentence_with_two_candidates_is_not_taken_at_its_word() -> None:
    assert not values(
        said(("In Paris 130 people were killed.", 14), ("In Paris 89 people were killed here and 15 people there.", 15))
    )


def test_only_numbers_are_compared() -> None:
    assert not values(
        said(("Belgium won in Paris.", 14), ("France won in Paris.", 15)), "Which country won the match in Paris?"
    )


def test_a_number_taken_from_the_wrong_half_of_a_sentence_is_put_right() -> None:
    quote = said(("The attack in Paris killed four guards and left three others injured.", 14))[0]
    asked = "How many guards were killed in the attack in Paris?"
    assert recount(asked, "3", quote) == "four"
    assert recount(asked, "4", quote) == "4"
    assert recount("Where was the attack?", "3", quote) == "3"


def test_a_number_is_left_alone_where_its_quote_counts_nothing_of_the_kind() -> None:
    quote = said(("In Paris three others were injured.", 14))[0]
    assert recount("How many guards were killed in the attack in Paris?", "3", quote) == "3"
