"""Text search in SQL: queries that FTS5 cannot misread, filters as conditions, and FTS5 itself.

This module does not know which terms are worth searching for, nor any other text search (`index/postings.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.query import Filters
from index.sql import AMONG, Connection

# Looked up article by article: a set of all that pass takes 0.2 s to make where half of 100,000 do.
_EXISTS = f"EXISTS (SELECT 1 FROM {{table}} WHERE article = articles.number AND {{column}} COLLATE NOCASE {AMONG})"


def fts_query(terms: Sequence[str]) -> str:
    """An FTS5 query for any of `terms`; a term of several words is a phrase; empty where nothing is left.

    Each term is a quoted string, so that no character in it is an operator.
    """
    cleaned = [term.replace("\0", " ").encode("utf-8", "ignore").decode("utf-8").replace('"', '""') for term in terms]
    return " OR ".join(f'"{term}"' for term in cleaned if any(c.isalnum() for c in term))


def select_allowed(filters: Filters) -> tuple[str, list[Any]]:
    """A SELECT of the numbers of the articles that pass `filters`, and its parameters.

    Another condition on `articles` may follow. Sources and tags are compared without regard to case (of ASCII
    letters); any place's source counts.
    """
    conditions: list[str] = []
    parameters: list[Any] = []

    def require(condition: str, value: int | list[str]) -> None:
        conditions.append(condition)
        parameters.append(value)

    if filters.after is not None:
        require("published >= ?", filters.after.toordinal())
    if filters.before is not None:
        require("published <= ?", filters.before.toordinal())
    if filters.sources:
        require(_EXISTS.format(table="places", column="source"), list(filters.sources))
    if filters.tags:
        require(_EXISTS.format(table="tags", column="tag"), list(filters.tags))
    if filters.article_ids:
        require(f"id {AMONG}", list(filters.article_ids))
    return f"SELECT number FROM articles WHERE {' AND '.join(conditions) or 'TRUE'}", parameters


class Fts5:
    """SQLite's own text search, in the table `passage_texts`; a `TextIndex`."""

    def add(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Index `(passage id, title, text)`."""
        connection.executemany("INSERT INTO passage_texts (rowid, title, text) VALUES (?, ?, ?)", passages)

    def remove(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Take out what `add` was given: the table keeps no text, so it must be told."""
        statement = "INSERT INTO passage_texts (passage_texts, rowid, title, text) VALUES ('delete', ?, ?, ?)"
        connection.executemany(statement, passages)

    def clear(self, connection: Connection) -> None:
        """Take out everything."""
        connection.execute("INSERT INTO passage_texts (passage_texts) VALUES ('delete-all')")

    def match(
        self,
        connection: Connection,
        query: str,
        *,
        k: int,
        weights: tuple[float, float],
        allowed: tuple[str, Sequence[Any]] | None,
    ) -> list[tuple[int, float]]:
        """The `k` best `(passage id, BM25)`, best first."""
        select, parameters = allowed or ("", ())
        condition = (
            f"AND (SELECT article FROM passages WHERE id = passage_texts.rowid) IN ({select})" if allowed else ""
        )
        rows = connection.execute(
            "SELECT rowid, bm25(passage_texts, ?, ?) AS cost FROM passage_texts "
            f"WHERE passage_texts MATCH ? {condition} ORDER BY cost, rowid LIMIT ?",
            (*weights, query, *parameters, k),
        )
        return [(int(passage), -float(cost)) for passage, cost in rows]

    def count(self, connection: Connection, query: str, *, limit: int) -> int:
        """How many passages match, counted up to `limit`."""
        select = "SELECT count(*) FROM (SELECT 1 FROM passage_texts WHERE passage_texts MATCH ? LIMIT ?)"
        return int(connection.execute(select, (query, limit)).fetchone()[0])

    def held(self, connection: Connection) -> set[int]:
        """The passages that are indexed."""
        return {int(row[0]) for row in connection.execute("SELECT id FROM passage_texts_docsize")}

    def check(self, connection: Connection) -> str:
        """FTS5 checks itself by way of an INSERT that stores nothing; what it finds, it raises."""
        connection.execute("INSERT INTO passage_texts (passage_texts) VALUES ('integrity-check')")
        return ""

    def finds(self, connection: Connection, passage: int, terms: Sequence[str]) -> bool:
        """Whether a passage is found by all of `terms`."""
        words = " ".join(fts_query([term]) for term in terms)  # side by side: all of them
        statement = "SELECT 1 FROM passage_texts WHERE passage_texts MATCH ? AND rowid = ?"
        return connection.execute(statement, (words, passage)).fetchone() is not None
