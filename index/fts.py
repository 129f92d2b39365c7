"""Text search in SQL: queries that FTS5 cannot misread, and filters as conditions.

This module does not know which terms are worth searching for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from index.query import Filters


def fts_query(terms: Sequence[str]) -> str:
    """An FTS5 query for any of `terms`; a term of several words is a phrase; empty where nothing is left.

    Each term is a quoted string, so that no character in it is an operator.
    """
    cleaned = [term.replace("\0", " ").encode("utf-8", "ignore").decode("utf-8").replace('"', '""') for term in terms]
    return " OR ".join(f'"{term}"' for term in cleaned if any(c.isalnum() for c in term))


def select_allowed(filters: Filters) -> tuple[str, list[str | int]]:
    """A SELECT of the numbers of the articles that pass `filters`, and its parameters.

    Sources and tags are compared without regard to case (of ASCII letters); any place's source counts.
    """
    conditions: list[str] = []
    parameters: list[str | int] = []

    def require(condition: str, value: str | int) -> None:
        conditions.append(condition)
        parameters.append(value)

    if filters.after is not None:
        require("published >= ?", filters.after.toordinal())
    if filters.before is not None:
        require("published <= ?", filters.before.toordinal())
    if filters.sources:
        listed = "SELECT value FROM json_each(?)"
        require(f"number IN (SELECT article FROM places WHERE source IN ({listed}))", json.dumps(filters.sources))
    if filters.tags:
        listed = "SELECT value FROM json_each(?)"
        require(f"number IN (SELECT article FROM tags WHERE tag IN ({listed}))", json.dumps(filters.tags))
    if filters.article_ids:
        require("id IN (SELECT value FROM json_each(?))", json.dumps(filters.article_ids))
    return f"SELECT number FROM articles WHERE {' AND '.join(conditions) or 'TRUE'}", parameters
