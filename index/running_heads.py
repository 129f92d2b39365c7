"""What stands on page after page above or below the text: names of papers, dates of issue, page numbers, addresses.

This module does not know what kind of file the pages come from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from index.dates import parted_date
from index.imprint import is_publisher

_MOST = 4
"""Running lines at one edge: programs that draw head and foot first have both above the text, of two lines each."""
_TITLE_WORDS = 5
_WORDS = re.compile(r"[^\W\d_]+")


def take_running_heads(pages: Sequence[Sequence[str]], title: str = "") -> tuple[list[str], list[str]]:
    """The lines of all pages that are text, and the running lines that stood at the pages' edges.

    Those are the first and last lines that half of the pages share, numbers aside: left and right pages may differ.
    So are, after the first page, lines that say `title` again. On the first page a shared line that may be
    the title stays where no title is known.
    """
    bare = [list(page) for page in pages]
    heads: list[str] = []
    for edge in (0, -1):
        for _ in range(_MOST):
            shared = Counter(_key(page[edge]) for page in bare if page)
            running = {key for key, count in shared.items() if count > 1 and count >= (len(bare) - 1) / 2}
            taken = 0
            for number, page in enumerate(bare):
                if not page:
                    continue
                again = number > 0 and bool(title) and _words(page[edge]) == _words(title)
                first = number == 0 and not title and _may_be_title(page[edge])
                if again or (_key(page[edge]) in running and not first):
                    heads.append(page.pop(edge))
                    taken += 1
            if not taken:
                break
    return [line for page in bare for line in page], heads


def issue_date(heads: Sequence[str]) -> date | None:
    """The day that running lines name as that of the issue, "Harbour Post | 3 May 2024 | 7"; None where they differ."""
    days = {day for head in set(heads) if (day := parted_date(head))}
    return days.pop() if len(days) == 1 else None


def _key(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _words(line: str) -> list[str]:
    return _WORDS.findall(line.casefold())


def _may_be_title(line: str) -> bool:
    return len(line.split()) >= _TITLE_WORDS and not any(c.isdigit() for c in line) and not is_publisher(line)
