"""Dates as news writes them -> `datetime.date`.

A wrong date is worse than none: only a string that is a date and nothing else (a time, a zone, a weekday
or "Published:" may stand beside it) is read, the year must have four digits, and "3/4/2024", which is
March to some and April to others, is refused. "3.4.2024" is 3 April, as everywhere dates are written with
full stops. The day is the one written, in the zone it was written in; Unix timestamps are read as UTC.
This module does not know where a date stood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

FIRST_YEAR, LAST_YEAR = 1800, 2100
_TIMESTAMPS = range(631_152_000, 4_102_444_800)
"""1990-01-01 to 2100-01-01 in seconds; anything else is some other number."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d)",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}\b",
        rf"\b{_YEAR}\s+{_MONTH}\s+{_DAY}\b",
    )
)
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?")
_PDF = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_CLOCK = re.compile(
    r"T?\d{1,2}(?:[:.]\d{2}){1,2}(?:[.,]\d+)?|\b\d{1,2}(?=\s*[ap]\.?m\b)|[+-]\d{2}:?\d{2}\b", re.IGNORECASE
)
_BESIDE = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|[ap]\.?m|noon|midnight|[abcejmp][sd]?t|"
    r"utc|gmt|z|t|"
    r"cest|eest|ist|sgt|hkt|kst|msk|pkt|eat|wat|sast|a[ce][sd]t|nz[sd]t|local|time|hrs?|h|at|on|the|date|dated|issued|"
    r"posted|publish(?:ed)?|publication|updated?|last|first|modified|created|released?|and|as|of)\b\.?",
    re.IGNORECASE,
)
_GLUED_CLOCK = re.compile(r"(?<=[ /.-])(\d{4})(?=\d{1,2}:\d\d)")
"""Scraped: "August 23, 20241:53 PM"."""
_WEEKDAY = re.compile(r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\bdate\b", re.IGNORECASE)
_PARTED_BEFORE = re.compile(r"(?:^|[|•·,–—-]|  |^\d+ )[\s,.]*$")
_PARTED_AFTER = re.compile(r"\s*(?:$|[|•·,–—-]|  |\d+$|page\b)", re.IGNORECASE)
_OTHER_LANGUAGE = re.compile(r"(?=.*\b\d{1,2}\b)(?=.*\b\d{4}\b)(?=.*[^\W\d_]{3,})[\w\s.,]{8,40}")


def parse_date(value: str | int | float) -> date | None:
    """The day that `value` names, or None if it names none for certain."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_timestamp(value)
    text = _GLUED_CLOCK.sub(r"\1 ", value.strip())
    if not text or len(text) > 120 or not any(c.isdigit() for c in text):
        return None
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text, re.ASCII) and (found := _from_timestamp(float(text))):
        return found
    if match := _COMPACT.fullmatch(text) or _PDF.match(text):
        return _day(*match.groups())
    return _from_english(text) or _from_numbers(text) or _from_other_languages(text)


def is_bare_date(line: str) -> bool:
    """Whether `line` is a date without a time or a word of publishing, such as may head an entry of a timeline."""
    if len(line) > 40 or parse_date(line) is None:
        return False
    rest = _WEEKDAY.sub(" ", _NUMERIC.sub(" ", line))
    for pattern in _WRITTEN:
        rest = pattern.sub(" ", rest)
    return not any(c.isalnum() for c in rest)


def parted_date(line: str) -> date | None:
    """The one day in `line` where marks or wide spaces part it from the rest: "Harbour Post | Monday, 3 May 2021 | 7".

    Beside a time of day it is when something was printed.
    """
    found = [match for pattern in _WRITTEN for match in pattern.finditer(line)]
    if len(found) != 1 or _CLOCK.search(line[: found[0].start()] + " " + line[found[0].end() :]):
        return None
    before = _WEEKDAY.sub("", line[: found[0].start()])
    parted = _PARTED_BEFORE.search(before) and _PARTED_AFTER.match(line, found[0].end())
    return parse_date(found[0][0]) if parted else None


def tells_time(text: str) -> bool:
    """Whether `text` is a time of day and nothing else: "10:02 AM", "2:15PM SGT"."""
    return _CLOCK.search(text) is not None and _is_beside_a_date(text)


def find_date(lines: Sequence[str]) -> tuple[date, int] | None:
    """The first of `lines` that is a date, and its index."""
    for index, line in enumerate(lines):
        if found := parse_date(line):
            return found, index
    return None


def _from_timestamp(value: float) -> date | None:
    for seconds in (value, value / 1000):
        if _TIMESTAMPS.start <= seconds < _TIMESTAMPS.stop:
            return datetime.fromtimestamp(seconds, tz=UTC).date()
    return None


def _from_english(text: str) -> date | None:
    matches = sorted(filter(None, (p.search(text) for p in _WRITTEN)), key=re.Match.start)
    if not matches:
        return None
    first = matches[0]
    rest = text
    for pattern in _WRITTEN:  # "Published March 23, 2024, updated March 24, 2024"
        rest = pattern.sub(" ", rest)
    if not _is_beside_a_date(rest):
        return None
    month = first["month"].lower()
    return _day(first["year"], str(_MONTHS.get(month, month)), first["day"])


def _from_numbers(text: str) -> date | None:
    match = _NUMERIC.search(text)
    if not match or not _is_beside_a_date(_NUMERIC.sub(" ", text)):
        return None
    first, mark, second, year = match.groups()
    if int(first) > 12 or mark == "." or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if int(second) > 12 else None


def _is_beside_a_date(rest: str) -> bool:
    """Whether `rest` holds only what may stand beside a date: times, zones, weekdays, labels."""
    rest = _BESIDE.sub(" ", _CLOCK.sub(" ", rest))
    return not any(c.isalnum() for c in rest)


def _from_other_languages(text: str) -> date | None:
    """Dates such as "23 de marzo de 2024"; dateparser must find day, month and year in them."""
    if not _OTHER_LANGUAGE.fullmatch(text):
        return None
    import dateparser

    settings = {"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}
    found = dateparser.parse(text, settings=settings)
    if found is None or str(found.year) not in text:
        return None
    return _day(str(found.year), str(found.month), str(found.day))


def _day(year: str, month: str, day: str) -> date | None:
    if not FIRST_YEAR <= int(year) < LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
