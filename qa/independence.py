"""How many independent sources say something: reprints and one publisher's own repetitions count once.

Two reports are held to be one where they name the same source, are the same article, or say it in nearly the same
words, as papers do that print one agency's text. This module does not know what is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer import Evidence
from qa.facts import stems_of

SAME_WORDS = 0.85
"""Share of all words of two sentences that both hold, from which the one is taken from the other."""


def independent(reports: Sequence[Evidence]) -> list[Evidence]:
    """The first report of each independent source, in the order given."""
    kept: list[Evidence] = []
    for report in reports:
        if not any(_is_one_source(report, other) for other in kept):
            kept.append(report)
    return kept


def _is_one_source(a: Evidence, b: Evidence) -> bool:
    if a.article.id == b.article.id:
        return True
    if a.article.source and a.article.source.casefold() == b.article.source.casefold():
        return True
    words, others = stems_of(a.quote), stems_of(b.quote)
    return len(words & others) >= SAME_WORDS * max(len(words | others), 1)
