"""A name is no answer where a sentence says that another did what is asked."""

from __future__ import annotations

from functools import partial

import pytest
from made_articles import make_evidence

from qa.misfits import cannot_answer
from qa.rivals import is_done_by_another

_BOUGHT = "Which company bought the creamery Ostra?"
_HOLDS = "Northwind has agreed to buy Halm Dairy for $3 million."


evidence_of = partial(make_evidence, title="A deal with Halm")


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (_BOUGHT, "Halm, which is based in Riga, bought the creamery Ostra for $8 million in 2011."),
        (_BOUGHT, "Halm Dairy had quietly bought Ostra, a creamery."),
        ("Who offered $2 million for Halm?", "Kestrel Milk had offered $2 million for Halm."),
        ("Who has offered $2 million for Halm?", "Kestrel Milk offered $2 million for Halm."),
    ],
)
def test_what_a_sentence_says_of_another_is_no_answer(question: str, quote: str) -> None:
    assert is_done_by_another(question, "Northwind", evidence_of(_HOLDS, quote))
    assert cannot_answer(question, "Northwind", evidence_of(_HOLDS, quote))
    assert not cannot_answer(question, quote.split()[0], evidence_of(_HOLDS, quote))


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        # A quote that names the answer holds as much, or nearly.
        (_BOUGHT, ["Halm bought the creamery Ostra in 2011.", "Northwind bought Ostra."]),
        # The name is not that of who did it.
        (_BOUGHT, ["Halm said that it bought butter of the creamery Ostra."]),
        (_BOUGHT, ["Halm has not bought the creamery Ostra."]),
        (_BOUGHT, ["It bought the creamery Ostra in 2011."]),
        (_BOUGHT, ["Shares rose; Halm bought the creamery Ostra in 2011."]),
        (_BOUGHT, ["Ostra bought another creamery."]),
        (_BOUGHT, ["Northwind bought the creamery Ostra."]),
        # Not all of the question stands in it.
        (_BOUGHT, ["Halm bought a creamery in 2011."]),
        ("Who bought Ostra?", ["Halm bought Ostra in 2011."]),
        ("Did Halm buy the creamery Ostra?", ["Halm bought the creamery Ostra in 2011."]),
        ("Which company did the creamery Ostra sue?", ["Halm sued the creamery Ostra in 2011."]),
    ],
)
def test_a_name_may_be_right_where_nothing_plain_speaks_against_it(question: str, quotes: list[str]) -> None:
    assert not is_done_by_another(question, "Northwind", evidence_of(_HOLDS, *quotes))


def test_a_title_counts_as_what_its_quote_speaks_of() -> None:
    said = evidence_of("Northwind is glad.", title="Northwind owns creamery Ostra")
    assert not is_done_by_another(_BOUGHT, "Northwind", [*said, *evidence_of("Halm bought the creamery Ostra.")])


def test_only_a_name_can_have_a_rival() -> None:
    said = evidence_of("Halm bought the creamery Ostra.")
    assert not is_done_by_another(_BOUGHT, "in 2011", said)
