"""Amounts that a question presupposes, against those of its quote: that Kestrel offered $1.15 billion does not tell
"Who offered $2 billion?".

Sums of money by their currency, percentages, and large numbers by what they count; one may be the other, rounded. This
module does not know which amount is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.terms import stem
from qa.facts import SCALE

_AMOUNT = re.compile(
    r"(?<![\w.,])(?P<sign>US\$|[$£€¥])?(?P<whole>\d[\d,]*)(?:\.(?P<part>\d+))?"
    r"(?:[ -]?(?P<scale>thousand|million|billion|trillion|[mb]n|tn|[kmb])(?!\w))?"
    r"(?P<percent>\s?%|[ -]per ?cent\b)?(?:[ -](?P<noun>[a-z]+))?",
    re.IGNORECASE,
)
_CURRENCIES = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}
_ABOUT = re.compile(
    r"\b(?:over|than|least|most|nearly|almost|about|around|roughly|some|to|from|under|between)\s+$", re.IGNORECASE
)
"""Before an amount that is a bound of what the quote may tell exactly."""


@dataclass(frozen=True, slots=True)
class _Amount:
    kind: str
    """A currency, "%", or the stem of what is counted."""
    value: float
    unit: float
    """Of its last digit: of two amounts that lie half of it apart one may be the other, rounded."""


def is_of_another_amount(question: str, answer: str, quote: str, title: str) -> bool:
    """Whether `quote` has an amount of a kind that `question` presupposes, and it and `title` not that one.

    Where `answer` is such an amount itself, the question's is what it is compared with: "How much more than $2".
    """
    asked = [amount for amount in _amounts_in(question, exact=True) if amount.kind not in _kinds(answer)]
    told = _amounts_in(quote, exact=False)
    known = [*told, *_amounts_in(title, exact=False)]
    against = [a for a in asked if any(a.kind == other.kind for other in told)]
    return bool(against) and not any(_may_be(a, other) for a in against for other in known)


def _kinds(text: str) -> frozenset[str]:
    return frozenset(amount.kind for amount in _amounts_in(text, exact=False))


def _may_be(amount: _Amount, other: _Amount) -> bool:
    apart = abs(amount.value - other.value)
    return amount.kind == other.kind and apart <= max(amount.unit, other.unit) / 2 * 1.000001


@lru_cache(maxsize=4096)
def _amounts_in(text: str, *, exact: bool) -> tuple[_Amount, ...]:
    """The amounts of `text`; `exact` ones only, without "more than $2 billion"."""
    found = []
    for match in _AMOUNT.finditer(text):
        kind = _kind_of(match)
        if kind and not (exact and _ABOUT.search(text[: match.start()])):
            scale = SCALE[match["scale"].lower()] if match["scale"] else 1.0
            part = match["part"] or ""
            number = float(f"{match['whole'].replace(',', '')}.{part or 0}")
            found.append(_Amount(kind, number * scale, scale / 10 ** len(part)))
    return tuple(found)


def _kind_of(match: re.Match[str]) -> str:
    """ "" for a number that is neither money nor a percentage nor large."""
    if match["percent"]:
        return "%"
    if match["sign"]:
        return match["sign"][-1]
    noun = stem((match["noun"] or "").lower())
    return _CURRENCIES.get(noun, noun if match["scale"] else "")
