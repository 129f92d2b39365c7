"""Dates as sentences write them, resolved to a day, month or year: "22 March", "Friday", "two days later".

What lacks a year or is a weekday is held against the article's day of publication; what cannot be is left out. This
module does not know which of a sentence's dates is that of what it tells.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from index.dates import FIRST_YEAR, LAST_YEAR


class Basis(StrEnum):
    """What a date rests on."""

    WRITTEN = "written"
    """It stands in the sentence, with its year."""
    RELATIVE = "relative"
    """ "Friday", "yesterday", "March 8", held against the day of publication or the sentence before."""
    PUBLISHED = "published"
    """The sentence holds none: it is the article's day of publication, the latest it can have happened."""


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class When:
    """A day, month or year; `day` is its first day."""

    day: date
    precision: Precision
    basis: Basis

    @property
    def last(self) -> date:
        """Its last day."""
        if self.precision is Precision.YEAR:
            return date(self.day.year, 12, 31)
        if self.precision is Precision.MONTH:
            return self.day.replace(day=calendar.monthrange(self.day.year, self.day.month)[1])
        return self.day

    def say(self) -> str:
        """ "22 March 2024", "March 2024" or "2024"."""
        month = f"{calendar.month_name[self.day.month]} {self.day.year}"
        return {Precision.DAY: f"{self.day.day} {month}", Precision.MONTH: month}.get(
            self.precision, str(self.day.year)
        )


MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"Sept": 9}
"""Their numbers by name, written out or cut."""
_WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)\b"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
_COUNT = rf"(?P<count>\d{{1,2}}|(?i:{'|'.join(_NUMBERS)}))"
_SHIFT = r"(?:,? (?:of )?(?P<shift>last|this|next) year\b)"
_BEFORE = "[Ii]n|[Ss]ince|[Oo]f|[Dd]uring|[Bb]y"
_ABOUT = "(?: (?:early|mid|late|the end of))?"
_DATE = re.compile(
    "|".join(
        re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>_{at}>", form)
        for at, form in enumerate(
            (
                rf"\b{_YEAR}-(?P<month>\d\d)-{_DAY}",
                rf"\b{_MONTH} {_DAY}(?:,? {_YEAR}|{_SHIFT})?",
                rf"\b{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR}|{_SHIFT})?",
                rf"\b{_MONTH},?(?: of)? {_YEAR}",
                rf"\b(?:{_BEFORE}|[Ll]ast|[Uu]ntil){_ABOUT}[ -]{_MONTH}(?! \d){_SHIFT}?",
                rf"\b(?:{_BEFORE}|year){_ABOUT}[ -]{_YEAR}",
                rf"\b(?P<which>(?i:last|next|this) )?{_WEEKDAY}",
                r"\b(?P<near>(?i:yesterday|today|tonight|this (?:morning|afternoon|evening)|last night|tomorrow))\b",
                rf"\b{_COUNT} (?P<unit>day|week|month|year)s? (?P<way>ago|later|earlier)\b",
                r"\b(?P<way>[Nn]ext|[Ff]ollowing|[Ss]ame|[Tt]hat) (?P<unit>day|night|evening|morning|afternoon)\b",
            )
        )
    )
)
_GROUP = re.compile(r"(.+)_\d+")
_NO_DAY = re.compile(r"\b(?:the|Easter|Good|Black|Cyber|Palm|Ash|Holy|Bloody|Super|Fat|every|each|a) $")
_NO_DAY_AFTER = re.compile(r"s\b| (?:[Pp]rayers?|Times|Mass|[Ss]chool|Express|Mirror|Mail|[Ss]ervices?)\b")
_NEAR_DAYS = {"yesterday": -1, "last night": -1, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Written:
    """A date in a sentence: where it begins and ends, its parts by name."""

    start: int
    end: int
    parts: dict[str, str]

    @property
    def counts(self) -> bool:
        """Whether it counts from another date: "two days later"."""
        return "unit" in self.parts

    def resolve(self, published: date | None, previous: When | None = None, *, coming: bool = False) -> When | None:
        """The day meant; `previous` is what "later" counts from; `coming`: it is spoken of as still to come."""
        try:
            if "weekday" in self.parts:
                return _on_weekday(self.parts, published, coming=coming)
            if "near" in self.parts:
                days = _NEAR_DAYS.get(self.parts["near"].lower(), 0)
                return _relative(published + timedelta(days)) if published else None
            if self.counts:
                return _counted(self.parts, published, previous)
            return _written(self.parts, published, coming=coming)
        except (ValueError, OverflowError):
            return None  # 31 February, or beyond the calendar


def find_dates(text: str) -> Iterator[Written]:
    """Every date in `text`, without weekdays that stand beside one or name no day ("Easter Sunday")."""
    matches = list(_DATE.finditer(text))
    for number, match in enumerate(matches):
        parts = {_GROUP.sub(r"\1", name): value for name, value in match.groupdict().items() if value}
        following = matches[number + 1] if number + 1 < len(matches) else None
        if "weekday" in parts and (
            _NO_DAY.search(text[: match.start()])
            or _NO_DAY_AFTER.match(text, match.end())
            or (following and _is_beside(text[match.end() : following.start()], following.group()))
        ):
            continue
        yield Written(match.start(), match.end(), parts)


def without_dates(sentence: str) -> str:
    """`sentence` with blanks for its dates, every other character in its place."""
    return _DATE.sub(lambda match: " " * len(match.group()), sentence)


def _is_beside(gap: str, following: str) -> bool:
    """Whether a weekday and what follows are one date: "Friday, 22 March 2024"."""
    return not gap.strip(" ,(") and following[-1].isdigit()


def _written(parts: dict[str, str], published: date | None, *, coming: bool) -> When | None:
    if "month" not in parts:
        return When(date(_year(parts["year"]), 1, 1), Precision.YEAR, Basis.WRITTEN)
    month = int(parts["month"]) if parts["month"].isdigit() else MONTHS[parts["month"]]
    precision = Precision.DAY if "day" in parts else Precision.MONTH
    day = int(parts.get("day", "1"))
    if "year" in parts:
        return When(date(_year(parts["year"]), month, day), precision, Basis.WRITTEN)
    if published is None:
        return None
    if "shift" in parts:
        year = published.year + _SHIFTS[parts["shift"]]
        return When(date(year, month, day), precision, Basis.RELATIVE)
    years = range(published.year - 1, published.year + 2)
    days = [date(year, month, day) for year in years if _exists(year, month, day)]
    ahead = [found for found in days if found >= published - _SLACK]
    near = ahead if coming else [found for found in days if found <= published + _SLACK]
    best = min(near, key=lambda found: abs((found - published).days), default=None)
    if best is None or (precision is Precision.MONTH and abs((best - published).days) > _NEAR_MONTHS_DAYS):
        return None  # "in November" of an article in April may be the one to come
    return When(best, precision, Basis.RELATIVE)


_SHIFTS = {"last": -1, "this": 0, "next": 1}
_SLACK = timedelta(2)
"""An article may be dated a day before what it tells: other time zones, late changes."""
_NEAR_MONTHS_DAYS = 200


def _on_weekday(parts: dict[str, str], published: date | None, *, coming: bool) -> When | None:
    """The newest such day up to the day of publication; "next Friday" and "will ... on Friday" the first after it."""
    if published is None:
        return None
    behind = (published.weekday() - _WEEKDAYS[parts["weekday"]]) % 7
    which = parts.get("which", "").strip().lower()
    if which == "next" or (coming and behind):
        return _relative(published + timedelta(7 - behind))
    return _relative(published - timedelta(behind or (7 if which == "last" else 0)))


def _counted(parts: dict[str, str], published: date | None, previous: When | None) -> When | None:
    """ "Two days ago" counts from the day of publication, "two days later" from the sentence before."""
    way = parts["way"].lower()
    origin = published if way == "ago" else previous.day if previous and previous.precision is Precision.DAY else None
    if origin is None:
        return None
    if "count" not in parts:
        return _relative(origin + timedelta(way in {"next", "following"}))
    count = _NUMBERS.get(parts["count"].lower()) or int(parts["count"])
    if parts["unit"] == "year":
        return When(date(origin.year - count, 1, 1), Precision.YEAR, Basis.RELATIVE) if way == "ago" else None
    if parts["unit"] == "month":
        index = origin.year * 12 + origin.month - 1 - count
        return When(date(index // 12, index % 12 + 1, 1), Precision.MONTH, Basis.RELATIVE) if way == "ago" else None
    days = timedelta(count * (7 if parts["unit"] == "week" else 1))
    if parts["unit"] == "week" and way == "ago":
        return None  # "three weeks ago" names no day
    return _relative(origin + days if way == "later" else origin - days)


def _relative(day: date) -> When:
    return When(day, Precision.DAY, Basis.RELATIVE)


def _year(text: str) -> int:
    year = int(text)
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise ValueError(text)
    return year


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
