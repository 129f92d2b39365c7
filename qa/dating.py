"""When what a sentence tells happened: which of its dates is that of the event.

A sentence may hold several dates. That of a remark ("police said on Friday") and that of something it is measured by
("the worst since March 2004") say nothing of the event as long as another is there. Where no date is left, the caller
has the day of publication to fall back on. This module does not know what the sentence is about.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from index.dates import LAST_YEAR
from qa.written_dates import Basis, When, Written, find_dates

LAST_DAY = date(LAST_YEAR - 1, 12, 31)

_REMARK = re.compile(
    r"\b(?:said|says|told|tells|reported|confirmed|added|wrote|stated|according to|acknowledged|admitted)\b"
    r"[^,;:.]{0,60}$"
)
_MEASURE = re.compile(
    r"\b(?:since|until|(?<!brought )(?<!appeared )(?<!appear )before|than|after|following|between|compared)\b[^,;:]*$",
    re.IGNORECASE,
)
_NAMES_ANOTHER = re.compile(
    r"(?<!\bend)(?<!start)(?<!beginning)(?<!middle)(?<!half)(?<!summer)(?<!autumn)(?<!winter)(?<!spring)(?<!night)"
    r"(?<!morning)(?<!evening)(?<!day) of $"
)
"""Followed by a date: "the bombings of March 2004", but not "the night of March 4"."""
_CLAUSE = re.compile(r"\b(?:who|which|that|whose|where)\b[^,;:]*$")
_COMING = re.compile(
    r"\b(?:will|would|plans to|(?:is|are|was|were) to|(?:is|are|be) (?:due|scheduled|planned|expected|set))\b[^,;:]*$",
    re.I,
)
_PERFECT = re.compile(r"\b(?:has|have) (?!to\b)")
_GOVERNS = re.compile(r"\b(in|on|during|since|after|until|before|by)(?: (?:early|mid|late))?\s*$", re.IGNORECASE)


def find_when(sentence: str, published: date | None, *, previous: When | None = None) -> When | None:
    """When what `sentence` tells happened; None where it does not say, or what it says cannot be held against a day.

    `previous` is the date of the sentence before, which "two days later" and "that night" count from.
    """
    found = []
    for written in find_dates(sentence):
        when = written.resolve(published, previous, coming=bool(_COMING.search(sentence[: written.start])))
        if when is not None:
            found.append((_strength(written, sentence), when))
    best = max((strength for strength, _ in found), default=0)
    return next((when for strength, when in found if strength == best), None) if best else None


def _strength(written: Written, sentence: str) -> int:
    """How likely a date is the event's: 3 most, 2 if it counts from another, 1 for want of better, 0 not at all."""
    before, phrase = sentence[: written.start], sentence[written.start :]
    named = f"{before}of " if phrase.startswith("of ") else before
    if _MEASURE.search(before) or before.endswith(("the ", "The ")) or _NAMES_ANOTHER.search(named):
        return 0
    if _REMARK.search(before):
        return 1
    if _CLAUSE.search(before):
        return 0 if _PERFECT.search(sentence) else 1
    return 2 if written.counts else 3


def say_when(when: When | None) -> str:
    """How a timeline says it; a day of publication is said to be one."""
    if when is None:
        return "no date"
    return f"reported {when.say()}" if when.basis is Basis.PUBLISHED else when.say()


def find_period(text: str, as_of: date) -> tuple[date, date] | None:
    """First and last day of the time that a question names: "in 2017", "since March", "last week", "on Friday"."""
    if match := re.search(r"\b(this|last|past) (week|month|year)\b", text, re.IGNORECASE):
        days = {"week": 7, "month": 31, "year": 366}[match[2].lower()]
        if match[1].lower() == "last":
            return as_of - timedelta(2 * days), as_of
        return as_of - timedelta(days), as_of
    for written in find_dates(text):
        before = _GOVERNS.search(text[: written.start])
        word = before[1].lower() if before else text[written.start :].split()[0].lower()
        when = written.resolve(as_of)
        if when is None:
            continue
        if word in {"since", "after"}:
            return when.day, LAST_DAY
        if word in {"until", "before", "by"}:
            return date.min, when.last
        if word in {"in", "on", "during", "yesterday", "today"}:
            return when.day, when.last
    return None
