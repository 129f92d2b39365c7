"""What stands above an article's text: its title, date line, byline, or a list of named fields.

This module does not know what becomes of the text below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from index.dates import is_bare_date, parse_date
from index.furniture import AGENCY_ENDED, AGENCY_LINE, BULLET, BYLINE, HASHTAGS, PLACE_AGENCY_LINE, name_furniture
from index.imprint import host_name, read_imprint
from index.sentences import list_sentences

MAX_TITLE_CHARS = 200
HEADER_LINES = 8
"""A date line or byline stands within this many lines of the top, before the first paragraph."""

_ENDS_SENTENCE = re.compile(r"[.!?…:;,][\"'”’)\]]*$")
_FIELD_LINE = re.compile(
    r"\s*(?P<label>title|headline|date|published|author|by|url|link|source|publisher) ?: *(?P<value>\S.*)(?:\n|$)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
STATES = re.compile(
    r"\d|\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|said|says|died|killed|dead|won|lost|"
    r"began|fell|rose|hit|struck|voted|ruled|agreed|approved|announced|arrested|resigned|elected)\b"
)
"""A figure or a verb that states something: what holds one is no mere caption."""


@dataclass(slots=True)
class Found:
    """What the lines themselves say about the article."""

    title: str = ""
    published: date | None = None
    stamped: date | None = None
    author: str = ""
    source: str = ""
    agency: str = ""
    url: str = ""
    tags: list[str] = field(default_factory=list)


def take_fields(text: str, found: Found) -> str:
    """`text` without a head of "Title: ..." and "Date: ..." lines, which go to `found`.

    One such line alone is text, and so are all where the title is known: they may describe a book.
    """
    fields: dict[str, str] = {}
    end = 0
    while match := _FIELD_LINE.match(text, end):
        fields.setdefault(match["label"].lower(), match["value"].strip())
        end = match.end()
    if len(fields) < 2 or found.title:
        return text
    found.title = fields.get("title") or fields.get("headline", "")
    found.published = parse_date(fields.get("date") or fields.get("published", ""))
    found.author = fields.get("author") or fields.get("by", "")
    url = fields.get("url") or fields.get("link", "")
    found.url = url if host_name(url) else ""
    found.source = fields.get("source") or fields.get("publisher", "")
    return text[end:]


def take_header(lines: list[str], found: Found, given: date | None) -> list[str]:
    """`lines` without title, date line and byline, which go to `found`; `given` is its date where that is known."""
    if not found.title and len(lines) > 1 and _looks_like_title(lines[0]):
        found.title = BULLET.sub("", lines[0]).lstrip("# ").strip()
        lines = lines[1:]
    body: list[str] = []
    entries, in_entries = _entry_dates(lines), False
    sentences = 0  # one may stand under the headline, the second is the article's
    for number, line in enumerate(lines):
        if number >= HEADER_LINES or sentences > 1 or (len(line) > MAX_TITLE_CHARS and not BULLET.match(line)):
            return body + lines[number:]
        if _is_title(line, found):
            continue
        day = parse_date(line)
        if day and is_bare_date(line) and (in_entries or _heads_entry(day, _others(entries, number), given)):
            in_entries = given is None
            body.append(line)
        elif day:
            found.published = found.published or day
        elif imprint := read_imprint(line):
            found.published = found.published or imprint.published
            found.author, found.agency = found.author or imprint.author, found.agency or imprint.source
        elif match := BYLINE.fullmatch(line):
            found.author = found.author or match["author"]
        elif found.published and len(lines) - number > 2 and _is_caption_of_title(line, found.title):
            continue
        else:
            sentences += bool(_ENDS_SENTENCE.search(line)) and not BULLET.match(line)
            body.append(line)
    return body


def _entry_dates(lines: Sequence[str]) -> list[tuple[int, date]]:
    """The plain dates that stand between paragraphs, as in a timeline, with the number of their line.

    (Those of links stand under headlines.)
    """
    return [
        (at, day)
        for at, (before, line, after) in enumerate(zip(lines, lines[1:], lines[2:], strict=False), start=1)
        if is_bare_date(line) and _ENDS_SENTENCE.search(before) and _ENDS_SENTENCE.search(after)
        if (day := parse_date(line))
    ]


def _others(entries: Sequence[tuple[int, date]], line: int) -> list[date]:
    return [day for at, day in entries if at != line]


def _heads_entry(day: date, others: Sequence[date], given: date | None) -> bool:
    """Whether a plain date at the head belongs to the text: another than the one given, or one of a timeline's.

    The date of publication may stand over a timeline, too: it is later than all of it. `others` are the entries' dates.
    """
    if given:
        return abs(day - given).days > 1
    return bool(others) and not (list(others) == sorted(others) and day > others[-1])


def _looks_like_title(line: str) -> bool:
    return (
        len(line) < MAX_TITLE_CHARS
        and (not _ENDS_SENTENCE.search(line.rstrip("'\"’”")) or (line.endswith("?") and len(list_sentences(line)) == 1))
        and (
            any(c.isalpha() for c in line)
            and name_furniture(line) is None
            and not any(form.fullmatch(line) for form in (AGENCY_LINE, PLACE_AGENCY_LINE, HASHTAGS, BYLINE))
            and parse_date(line) is None
            and not BULLET.match(line)
        )
    )


def _is_title(line: str, found: Found) -> bool:
    """Whether `line` repeats the title; a title cut short with "..." is made whole from it."""
    words, title = _WORDS.findall(line.casefold()), _WORDS.findall(found.title.casefold())
    if not title or not words:
        return False
    if found.title.endswith(("...", "…")) and words[: len(title)] == title and _looks_like_title(line):
        found.title = line
        return True
    return words == title


def _is_caption_of_title(line: str, title: str) -> bool:
    """Whether `line`, right under the date line, is a picture's that says the title again: "... (AP)"."""
    if not AGENCY_ENDED.fullmatch(line) or STATES.search(line):
        return False
    words, known = ({word for word in _WORDS.findall(text.casefold()) if len(word) > 3} for text in (line, title))
    return len(words & known) >= len(words) / 2
