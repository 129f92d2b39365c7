"""Which names of a question its articles mention: where they tell of no other mayor a small model takes Moscow's for
Lisbon's.

A name counts as mentioned where its beginning stands ("Europe" for "European"). This module does not know what
becomes of an answer whose article mentions none.
"""

from __future__ import annotations

from collections.abc import Iterable

from index.article import Article
from qa.facts import facts_of

_NAME_CHARS, _ROOT_CHARS = 3, 5
"""Shorter names ("UK", "Q2") are written in several ways; of longer ones the beginning tells."""


def asked_names(question: str) -> frozenset[str]:
    """The names of `question`, lower-case, that can be looked for."""
    return frozenset(name for name in facts_of(question).names if name.isalpha() and len(name) >= _NAME_CHARS)


def unmentioned(question: str, articles: Iterable[Article]) -> frozenset[str]:
    """Those of `asked_names` that stand in none of `articles`."""
    texts = [f"{article.title}\n{article.text}".casefold() for article in articles]
    return frozenset(name for name in asked_names(question) if not any(name[:_ROOT_CHARS] in text for text in texts))
