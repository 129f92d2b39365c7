"""Texts as FTS5 takes them apart: lower-case, without accents, stemmed; so another text search holds the same terms.

A table in memory is filled, read by way of `fts5vocab`, and rolled back. This module does not know passages.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

TOKENIZER = "porter unicode61 remove_diacritics 2"

_here = threading.local()


def tokenise(texts: Sequence[str]) -> list[list[str]]:
    """The terms of each text, in order."""
    terms: list[list[tuple[int, str]]] = [[] for _ in texts]
    connection = _connection()
    connection.execute("BEGIN")
    try:
        connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts, start=1))
        for term, number, offset in connection.execute("SELECT term, doc, offset FROM terms"):
            terms[number - 1].append((offset, term))
    finally:
        connection.execute("ROLLBACK")
    return [[term for _, term in sorted(each)] for each in terms]


def _connection() -> sqlite3.Connection:
    connection: sqlite3.Connection | None = getattr(_here, "connection", None)
    if connection is None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', tokenize = '{TOKENIZER}')")
        connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (texts, instance)")
        _here.connection = connection
    return connection
