"""Facts about articles and quotes said in words, for the terminal and the page alike.

Plain text in, plain text out: this module knows neither HTML nor terminals.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.article import Article, Span
from index.places import Place

# C0 and C1 controls but for tab and newline (an article must not drive the terminal: C1 holds the one-byte
# escape introducers), and the marks that reorder or hide text (bidirectional overrides, separators).
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` without control and reordering characters; line breaks and tabs stay."""
    return _LONE_SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))


def one_line(text: str) -> str:
    """`text` printable and with every run of white space as one space."""
    return " ".join(printable(text).split())


def title_of(article: Article) -> str:
    """The article's title, or what there is instead of one."""
    return one_line(article.title) or "Untitled article"


def source_of(article: Article) -> str:
    """The article's source, or that it has none."""
    return one_line(article.source) or "unknown source"


def say_place(place: Place) -> str:
    """Where an article was found, and who printed it there and when; a reprint's words differ a little."""
    if place.exact and not place.source:
        return one_line(place.path)
    kind = "" if place.exact else "reprint: "
    return f"{one_line(place.path)} ({kind}{one_line(place.source) or 'unknown source'}, {say_date(place.published)})"


def say_waiting(place: int) -> str:
    """That the model is busy, and whose turn this is: `The model is busy: you are 3rd in line.`"""
    suffix = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"The model is busy: you are {place}{suffix} in line."


def say_date(day: date | None) -> str:
    """`23 August 2024`, or `no date`."""
    return "no date" if day is None else f"{day.day} {calendar.month_name[day.month]} {day.year}"


def say_age(day: date | None, as_of: date) -> str:
    """How old something of `day` is on `as_of`: `3 weeks old`; empty without a date."""
    if day is None:
        return ""
    days = (as_of - day).days
    if days < 0:
        return "after the as-of date"
    if days == 0:
        return "same day"
    for size, unit in ((365.25, "year"), (30.44, "month"), (7, "week")):
        if days >= 2 * size or (unit == "year" and days >= size):
            return f"{_count(int(days / size), unit)} old"
    return f"{_count(days, 'day')} old"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and whether it is quoted."""

    text: str
    quoted: bool


def mark_spans(text: str, spans: Sequence[Span], within: Span) -> list[Piece]:
    """`text` inside `within` as pieces, those under any of `spans` quoted; together they are that text."""
    pieces: list[Piece] = []
    at = within.start
    for start, end in _merged(spans, within):
        if start > at:
            pieces.append(Piece(text[at:start], quoted=False))
        pieces.append(Piece(text[start:end], quoted=True))
        at = end
    if at < within.end:
        pieces.append(Piece(text[at : within.end], quoted=False))
    return pieces


def _merged(spans: Sequence[Span], within: Span) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for span in sorted(spans):
        start, end = max(span.start, within.start), min(span.end, within.end)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def surroundings(text: str, span: Span, *, margin: int = 160) -> Span:
    """`span` with up to `margin` characters of its paragraph on each side, cut between words."""
    start = max(text.rfind("\n\n", 0, span.start) + 2, 0) if "\n\n" in text[: span.start] else 0
    if span.start - start > margin:
        gap = text.find(" ", span.start - margin, span.start)
        start = gap + 1 if gap >= 0 else span.start
    end = text.find("\n\n", span.end)
    end = len(text) if end < 0 else end
    if end - span.end > margin:
        gap = text.rfind(" ", span.end, span.end + margin)
        end = gap if gap >= 0 else span.end
    return Span(start, end)
