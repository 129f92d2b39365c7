"""Sentences of a text, as exact spans.

Splitting is done line by line by `sentencex` (Wikimedia; rules and abbreviations per language), which
keeps every character within a line. It breaks after "p.m." and inside "D-W.Va.", so a piece that cannot
begin a sentence is joined to the one before. This module does not know about articles or passages.
"""

from __future__ import annotations

import functools
import re

import sentencex

from index.article import Span

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]+")
_SHORT = 4_000
"""Longer lines are not kept: some are whole files."""
_WEEKDAY_OR_ZONE = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|ET|EST|EDT|PT|PST|PDT|GMT|BST|CET|local time|on|in"
# Pieces of measured mistakes: "5 p.m. | Tuesday", "D-W. | Va., voted", "www.cnn.com. | for more".
_CONTINUES = re.compile(r"[a-z,;:)\]’”]|—|–\s")
_AFTER_CLOCK = re.compile(rf"(?:{_WEEKDAY_OR_ZONE})\b")
_ENDS_CLOCK = re.compile(r"\b[ap]\.m\.$")
_ENDS_PARTY = re.compile(r"\b[DRI]-(?:N|S|W)\.$")
_ENDS_RANK = re.compile(
    r"\b(?:Gov|Sens|Reps|Lt|Col|Gen|Sgt|Maj|Capt|Cmdr|Rev|Supt|Det|Ft|No|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.$"
)


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order, without surrounding white space.

    A line break always ends a sentence; text that holds no letter or digit is no sentence.
    """
    spans: list[Span] = []
    for match in _LINE.finditer(text):
        line, start = match.group(), match.start()
        split = _split_short_line if len(line) <= _SHORT else _split_line
        spans.extend([Span(start + a, start + b) for a, b in split(line)])
    return spans


def _split_line(line: str) -> tuple[tuple[int, int], ...]:
    spans: list[Span] = []
    offset = 0
    # sentencex refuses what is no valid Unicode; one character stands for one, so that offsets stay.
    for piece in sentencex.segment("en", _SURROGATE.sub("\ufffd", line)):
        span = _trimmed(line, offset, offset + len(piece))
        offset += len(piece)
        if span is None:
            continue
        if spans and _joins(spans[-1].of(line), span.of(line)):
            span = Span(spans.pop().start, span.end)
        spans.append(span)
    return tuple((span.start, span.end) for span in spans if any(c.isalnum() for c in span.of(line)))


_split_short_line = functools.lru_cache(maxsize=1024)(_split_line)
"""Reading an article splits each of its lines three times: looking for captions, for repetitions, and for passages."""


def _joins(left: str, right: str) -> bool:
    """Whether `right` is the rest of the sentence that `left` began."""
    if _CONTINUES.match(right) or _ENDS_PARTY.search(left) or _ENDS_RANK.search(left):
        return True
    return bool(_ENDS_CLOCK.search(left) and _AFTER_CLOCK.match(right))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(stripped))
