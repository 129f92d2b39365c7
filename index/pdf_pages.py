"""A PDF's pages as lines, and which of the first are its headline, by the size of the letters.

This module does not know what becomes of the lines.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile
from typing import Any

from index.imprint import is_publisher

_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
"""What pdfium puts for a hyphen and the line's end behind it."""
_HEAD_CHARS = 1_500
"""Of the first page: a headline stands above, the usual size of letters is known after so many."""
_HEADLINE_FROM, _HEADLINE_LINES = 12, 6
"""It begins within so many lines and has no more than so many."""
_LARGER = 1.25
"""A headline's letters are at least so much larger than the text's."""


def read_pages(document: Any, most: int) -> tuple[list[list[str]], str]:
    """The lines of the first `most` pages, blank ones left out, and the first page's headline, which is one of them."""
    pages, headline = [], ""
    for number in range(min(len(document), most)):
        page = document[number]
        try:
            page.set_rotation(0)  # pdfium takes lines of a page that was turned for words of one another
            words = page.get_textpage()
            try:
                text = _HYPHEN.sub("-\n", str(words.get_text_bounded()))
                lines = [line for line in map(str.strip, text.splitlines()) if line]
                if number == 0 and (head := _find_headline(lines, _sizes(words))):
                    at = lines.index(head[0])
                    headline = " ".join(head)
                    lines[at : at + len(head)] = [headline]
                pages.append(lines)
            finally:
                words.close()
        finally:
            page.close()
    return pages, headline


def _sizes(words: Any) -> list[tuple[str, float]]:
    """The first lines of a page, each with the height of its tallest letter."""
    text = str(words.get_text_range(0, min(words.count_chars(), _HEAD_CHARS)))
    lines, start = [], 0
    for line in text.split("\r\n"):
        places = [start + i for i, c in enumerate(line) if c.isalnum()]
        if places:
            boxes = [words.get_charbox(place, loose=True) for place in (places[0], places[-1])]
            lines.append((line.strip(), max(top - bottom for _, bottom, _, top in boxes)))
        start += len(line) + 2
    return lines


def _find_headline(lines: list[str], sizes: list[tuple[str, float]]) -> list[str]:
    """Those of a first page's `lines` that are its headline: the tallest, if taller than the text; [] for none."""
    usual = Counter[float]()
    for line, size in sizes:
        usual[round(size, 1)] += len(line)
    least = _LARGER * usual.most_common(1)[0][0] if usual else 0.0
    heads = {line: size for line, size in sizes if size >= least and len(line) > 2 and not is_publisher(line)}
    tallest = [line for line, size in heads.items() if size > 0.95 * max(heads.values())]
    at = lines.index(tallest[0]) if tallest and tallest[0] in lines else _HEADLINE_FROM
    found = list(takewhile(tallest.__contains__, lines[at:]))
    words = sum(len(line.split()) for line in found)
    return found if at < _HEADLINE_FROM and len(found) <= _HEADLINE_LINES and words > 2 else []
