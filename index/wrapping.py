"""Lines broken to fit a page -> paragraphs.

This module does not know where the lines come from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ENDS_SENTENCE = re.compile(r"[.!?…:][\"'”’)\]]*$")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad]$")
_BULLET = re.compile(r"(?:[-–—•*▪►]|\d{1,2}[.)])\s")
_FULL = 0.75
"""A line at least this part of the usual width is taken to be full."""


def join_wrapped(lines: Sequence[str]) -> list[str]:
    """Paragraphs of `lines`: one ends at a blank line, a bullet, or a line that stops short of the margin."""
    width = _usual_width(lines)
    paragraphs: list[list[str]] = []  # each in pieces: to lengthen one text line by line takes quadratic time
    goes_on = False
    for line in (raw.strip() for raw in lines):
        if not line:
            goes_on = False
            continue
        if goes_on and not _BULLET.match(line):
            _add(paragraphs[-1], line)
        else:
            paragraphs.append([line])
        short = len(line) < _FULL * width
        goes_on = not short or (len(line) > width / 3 and not _ENDS_SENTENCE.search(line) and len(paragraphs) > 1)
        if short and _ENDS_SENTENCE.search(line):
            goes_on = False
    return ["".join(paragraph) for paragraph in paragraphs]


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether the lines of one block look cut to fit a page rather than being a paragraph each."""
    full = lines[:-1]
    if not full or max(map(len, lines)) > 100 or min(map(len, full)) < 45:
        return False
    unfinished = sum(not _ENDS_SENTENCE.search(line) for line in full)
    return unfinished > len(full) / 2 and not any(_BULLET.match(line) for line in lines[1:])


def _usual_width(lines: Sequence[str]) -> int:
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _add(paragraph: list[str], line: str) -> None:
    """Add a line to a paragraph, to its last word where that is hyphenated."""
    if _HYPHENATED.search(paragraph[-1][-2:]) and line[:1].islower():
        paragraph[-1] = paragraph[-1][:-1]
        paragraph.append(line)
    else:
        paragraph.append(f" {line}")
