"""Another owner's office is not the one asked for."""

from __future__ import annotations

from functools import partial

import pytest
from made_articles import make_evidence

from qa.misfits import cannot_answer
from qa.owners import is_of_another_owner

_ASKED = "Who is the chief executive of Kestrel Milk?"


evidence_of = partial(make_evidence, title="A deal")


@pytest.mark.parametrize(
    "quote",
    [
        '"We are glad," said Northwind\'s chief executive, Anna Novak.',
        "Northwind’s chief executive Anna Novak was glad.",
        "The chief executive of Northwind, Anna Novak, was glad.",
        "Anna Novak, chief executive of Northwind, was glad.",
        "Anna Novak, 52, the chief executive of the Northwind group, was glad.",
        "Northwind Foods' chief executive, Novak, was glad.",
    ],
)
def test_another_owners_office_is_no_answer(quote: str) -> None:
    answer = "Anna Novak" if "Anna" in quote else "Novak"
    for question in (_ASKED, "Who is Kestrel Milk's chief executive?", "Who was the chief executive of Kestrel Milk?"):
        assert is_of_another_owner(question, answer, evidence_of(quote)), question
        assert cannot_answer(question, answer, evidence_of(quote)), question
    assert not is_of_another_owner("Who is the chief executive of Northwind?", answer, evidence_of(quote))


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (_ASKED, "Kestrel's chief executive, Anna Novak, was glad."),
        (_ASKED, "The company's chief executive, Anna Novak, was glad."),
        (_ASKED, "Northwind's chief executive, Anna Novak, came from Kestrel."),
        (_ASKED, "Northwind's lawyer, Anna Novak, was glad."),
        (_ASKED, "Lee Tan praised Northwind's chief executive; Anna Novak did not."),
        (_ASKED, "Anna Novak was glad."),
        ("Who praised the chief executive of Kestrel?", "Northwind's chief executive, Anna Novak, praised him."),
        ("Who is the prime minister of the UK?", "Britain's prime minister, Anna Novak, was glad."),
        ("Who is the president of the United States?", "America's president, Anna Novak, was glad."),
        ("Who is the president of the US?", "The president of the United States, Anna Novak, was glad."),
        ("Who is the president of Russia?", "The Russian president of Moscow, Anna Novak, was glad."),
        ("Who is the head of the United Nations?", "The UN's head, Anna Novak, was glad."),
        ("Who is the winner of the Harbour Cup?", "Sunday's winner, Anna Novak, was glad."),
        ("Who is the chief executive of Volkswagen?", "VW's chief executive, Anna Novak, was glad."),
        ("Who is the chief executive of Meta?", "Facebook's chief executive, Anna Novak, was glad."),
    ],
)
def test_an_owner_may_have_other_names(question: str, quote: str) -> None:
    assert not is_of_another_owner(question, "Anna Novak", evidence_of(quote))


def test_a_title_or_another_quote_may_name_the_owner() -> None:
    foreign = "Northwind's chief executive, Anna Novak, was glad."
    assert not is_of_another_owner(_ASKED, "Anna Novak", evidence_of(foreign, title="Kestrel, once Northwind, grows"))
    assert not is_of_another_owner(_ASKED, "Anna Novak", evidence_of(foreign, "Anna Novak runs Kestrel."))
