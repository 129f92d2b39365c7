"""When what a sentence tells happened: which of its dates is that of the event.

A sentence may hold several dates. That of a remark ("police said on Friday") and that of something it is measured by
("the worst since March 2004") say nothing of the event as long as another is there. Where no date is left, the caller
has the day of publication to fall back on. This module does not know what the sentence is about.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from index.dates import LAST_YEAR
from qa.verbs import PAST
from qa.written_dates import Basis, When, Written, find_dates

LAST_DAY = date(LAST_YEAR - 1, 12, 31)

_REMARK = re.compile(
    r"\b(?:said|says|told|tells|reported|confirmed|added|wrote|stated|according to|acknowledged|admitted)\b"
    r"[^,;:.]{0,60}$"
)
_REMARKS = re.compile(
    r"^\S+(?: \d{1,2},?)?(?: \d{4})? (?:\w+ )?"
    r"(?:statement|interview|speech|letter|posts?|tweets?|report|filing|memo|e-?mail|briefing|release|conference|call)\b"
)
"""What a date says of a remark: "in a July 14 statement"."""
_NEAR_CHARS = 60
_MEASURE = re.compile(
    r"\b(?:since|until|(?<!brought )(?<!appeared )(?<!appear )before|than|after|following|between|compared)\b[^,;:]*$",
    re.IGNORECASE,
)
_SINCE_YEAR = re.compile(r"\bsince (?:\w+ )?(?:1[89]|20)\d\d(?= )")
"""What follows it is measured by it no more: "the first strike since 1977 began Tuesday"."""
_NAMES_ANOTHER = re.compile(
    r"(?<!\bend)(?<!start)(?<!beginning)(?<!middle)(?<!half)(?<!summer)(?<!autumn)(?<!winter)(?<!spring)(?<!night)"
    r"(?<!morning)(?<!evening)(?<!day) of $"
)
"""Followed by a date: "the bombings of March 2004", but not "the night of March 4"."""
_CLAUSE = re.compile(r"\b(?:who|which|that|whose|where)\b[^,;:]*$")
_FINITE = (
    r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might|did|does|do|(?!re?ed\b|need)[a-z]{2,}ed|says|"
    rf"{PAST})\b"
)
_ASIDE = re.compile(
    rf"[,–—(] ?(?:(?P<relative>who|which|whose)\b|(?:\w+ly |first |once )?(?:{_FINITE}|born\b|[a-z]+en\b))[^,;:–—()]*$"
)
"""What a comma adds to a noun: ", who retired in May", ", built in 1931"."""
_VERB = re.compile(rf"\b{_FINITE}")
_VERB_NEXT = re.compile(rf"\s*(?:\w+ly |also |then |later |still |now )?{_FINITE}")
_COMING = re.compile(
    r"\b(?:will|would|plans to|(?:is|are|was|were) to|(?:is|are|be) (?:due|scheduled|planned|expected|set))\b[^,;:]*$"
    r"|\b(?:set|called|scheduled|planned|slated|due|moved|postponed|adjourned|delayed|rescheduled)\b[^,;:]{0,40}?"
    r"\b(?:for|to|until|till) $",
    re.I,
)
_PERFECT = re.compile(r"\b(?:has|have) (?!to\b)")
_NEAR_PERIOD = re.compile(r"\b(this|last|past) (week|month|year)\b", re.IGNORECASE)
_YEARS = re.compile(
    r"\b(?:in|from|between|during) ((?:1[89]|20)\d\d) (?:and|or|to|until) ((?:1[89]|20)\d\d)\b", re.IGNORECASE
)
_BESIDE_YEAR = re.compile(r"\b(before|after|since) ((?:1[89]|20)\d\d)\b", re.IGNORECASE)
_GOVERNS = re.compile(r"\b(in|on|during|since|after|until|before|by)(?: (?:early|mid|late))?\s*$", re.IGNORECASE)


def find_when(
    sentence: str, published: date | None, *, previous: When | None = None, remarks: bool = True
) -> When | None:
    """When what `sentence` tells happened; None where it does not say, or what it says cannot be held against a day.

    `previous` is the date of the sentence before, which "two days later" and "that night" count from. For want of
    another the day of a remark is taken, unless `remarks` are left out.
    """
    found = find_written(sentence, published, previous=previous, remarks=remarks)
    return found[1] if found else None


def find_written(
    sentence: str, published: date | None, *, previous: When | None = None, remarks: bool = True
) -> tuple[Written, When] | None:
    """The date as it is written, too."""
    found = []
    for written in find_dates(sentence):
        when = written.resolve(published, previous, coming=bool(_COMING.search(sentence[: written.start])))
        if when is not None:
            found.append((_strength(written, sentence), written, when))
    best = max((strength for strength, *_ in found), default=0)
    if best <= (not remarks):
        return None
    return next((written, when) for strength, written, when in found if strength == best)


def _strength(written: Written, sentence: str) -> int:
    """How likely a date is the event's: 3 most, 2 if it counts from another, 1 for want of better, 0 not at all."""
    before, phrase = sentence[: written.start], sentence[written.start :]
    named = f"{before}of " if phrase.startswith("of ") else before
    if (
        _MEASURE.search(_SINCE_YEAR.sub("", before))
        or before.endswith(("the ", "The "))
        or _NAMES_ANOTHER.search(named)
    ):
        return 0
    if _REMARK.search(before) or _REMARKS.search(phrase[:_NEAR_CHARS]) or phrase.startswith(("since ", "Since ")):
        return 1
    if _is_aside(before, phrase):
        return 0
    if _CLAUSE.search(before):
        return 0 if _PERFECT.search(sentence) else 1
    return 2 if written.counts else 3


def _is_aside(before: str, phrase: str) -> bool:
    """Whether a date stands in what is added to a noun, while the sentence tells something else.

    A verb after a comma may be one of several that the subject does; it is a participle if the sentence's verb comes
    only after the next comma.
    """
    aside = _ASIDE.search(before)
    if aside is None:
        return False
    following = "".join(re.split(r"[,;:–—)]", phrase, maxsplit=1)[1:])
    if aside["relative"]:
        return bool(_VERB.search(before[: aside.start()]) or _VERB.search(following))
    return bool(_VERB_NEXT.match(following))


def find_day(text: str, quote: str, published: date | None) -> When | None:
    """What the one date of `text`, which stands in `quote`, means: "Thursday". None where it names its year itself."""
    dates = list(find_dates(text))
    if len(dates) != 1 or "year" in dates[0].parts:
        return None
    same = next((written for written in find_dates(quote) if written.parts == dates[0].parts), None)
    return same.resolve(published, coming=bool(_COMING.search(quote[: same.start]))) if same else None


def say_when(when: When | None) -> str:
    """How a timeline says it; a day of publication is said to be one."""
    if when is None:
        return "no date"
    return f"reported {when.say()}" if when.basis is Basis.PUBLISHED else when.say()


def find_period(text: str, as_of: date) -> tuple[date, date] | None:
    """First and last day of the time that a question names: "in 2017", "since March", "last week", "on Friday"."""
    dates = list(find_dates(text))
    near = _NEAR_PERIOD.search(text)
    period = _near_period(near[1].lower(), near[2].lower(), as_of) if near else None
    if near and not any("shift" in written.parts for written in dates):
        return period
    if match := _YEARS.search(text):
        first, last = sorted((int(match[1]), int(match[2])))
        return date(first, 1, 1), date(last, 12, 31)
    if match := _BESIDE_YEAR.search(text):
        year, word = int(match[2]), match[1].lower()
        return (
            (date(year + (word == "after"), 1, 1), LAST_DAY) if word != "before" else (date.min, date(year - 1, 12, 31))
        )
    for written in dates:
        before = _GOVERNS.search(text[: written.start])
        word = before[1].lower() if before else text[written.start :].split()[0].lower()
        when = written.resolve(as_of)
        if when is None:
            continue
        if word in {"since", "after"}:
            return when.day, LAST_DAY
        if word in {"until", "before", "by"}:
            return date.min, when.last
        if written.counts or word in {"in", "on", "during", "yesterday", "today", "last"}:
            return when.day, when.last
    return None


def _near_period(which: str, unit: str, as_of: date) -> tuple[date, date]:
    """ "This year" began in January and "last year" is over; "last week" may be any day of the last two."""
    if which == "past" or unit == "week":
        days = {"week": 7, "month": 31, "year": 366}[unit] * (2 if which == "last" else 1)
        return as_of - timedelta(days), as_of
    first = as_of.replace(day=1) if unit == "month" else date(as_of.year, 1, 1)
    if which == "this":
        return first, as_of
    before = first - timedelta(1)
    return (before.replace(day=1) if unit == "month" else date(before.year, 1, 1)), before
