"""Who published an article and when, as lines around its text say it: "Aug. 17, 2017 - Harbour Wire", "(Island Post)".

Forms only, for names that no list holds. A line is taken only if it is that and nothing else. This module does not know
where in an article a line stood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.dates import parse_date

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.&'’-]*"
_NAME = rf"{_WORD}(?: (?:(?:of|the|and|de|del|la|le|der|&) )*{_WORD}){{0,5}}"
_SEPARATOR = re.compile(r"\s+[-–—|•·/]\s+|\s*[|•·]\s*")
_LABELLED = re.compile(
    r"(?:source|publisher|published (?:by|in)|publication|agency|news agency|outlet|newspaper)\s*:\s*"
    rf"(?P<source>(?-i:{_NAME}))",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:[Ww]ritten )?[Bb]y\s+|BY\s+")
_CLOSING = re.compile(rf"[(\[](?P<source>{_NAME})[)\]]")
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_DATELINE = re.compile(rf"[A-ZÀ-Ö][A-ZÀ-Ö.' -]{{2,30}}(?:, [\w. ]{{2,30}})? \((?P<source>{_NAME})\)\s*[-–—]\s")
_NO_SOURCE = re.compile(
    r"\b(?:photo|image|picture|file|video|updated?|published|posted|min|minutes?|read|share|continued|comments?|live|"
    r"opinion|analysis|exclusive|breaking|home|news)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a line tells: the name of a publisher, or of an author after "By", and a day; each may be missing."""

    source: str = ""
    author: str = ""
    published: date | None = None


def read_imprint(line: str) -> Imprint | None:
    """What a line between title and text tells of source and date; None if it is anything else.

    "Aug. 17, 2017 - Harbour Wire", "Harbour Wire | 3 May 2024", "By Anna Berg | June 16, 2024", "Source: Harbour Wire".
    """
    if match := _LABELLED.fullmatch(line):
        return Imprint(source=match["source"])
    parts = [part for part in _SEPARATOR.split(line) if part]
    days = [day for part in parts if (day := parse_date(part))]
    names = [part for part in parts if not parse_date(part)]
    if len(days) != 1 or len(names) != 1:
        return None
    name = _BY.sub("", names[0], count=1)
    if not re.fullmatch(_NAME, name) or _NO_SOURCE.search(name):
        return None
    return Imprint(author=name, published=days[0]) if name != names[0] else Imprint(source=name, published=days[0])


def closing_source(line: str) -> str:
    """The publisher that a line of its own in brackets names: "(Island Post)", "(ANP)"; "" for none."""
    match = _CLOSING.fullmatch(line)
    if not match or _NO_SOURCE.search(match["source"]):
        return ""
    name = match["source"]
    return name if " " in name or _ACRONYM.fullmatch(name) else ""


def dateline_source(paragraph: str) -> str:
    """The publisher in a dateline: "OSLO (Harbour Wire) — ..."; "" for none."""
    match = _DATELINE.match(paragraph)
    return match["source"] if match else ""
