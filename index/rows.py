"""Articles, passages and vectors as rows of the catalogue, and back.

This module does not know when rows are written or which are wanted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.article import Article, Span
from index.passages import split_passages
from index.places import day_of, ordinal

Vectors = npt.NDArray[np.float32]

_DIMENSIONS = 384
SELECT_ARTICLE = (
    "SELECT number, id, title, text, published, source, author, url, path, sha256, (SELECT json_group_array(tag) "
    "FROM (SELECT tag FROM tags WHERE article = number ORDER BY position)) FROM articles"
)
"""Followed by a condition; `read_article` reads its rows."""


def insert_article(connection: sqlite3.Connection, article: Article, signature: bytes) -> int:
    """Store the article with its tags and passages; its number."""
    a = article
    (number,) = connection.execute(
        "INSERT INTO articles (id, published, source, author, url, path, sha256, title, signature, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (a.id, ordinal(a.published), a.source, a.author, a.url, a.path, a.sha256, a.title, signature, a.text),
    ).fetchone()
    connection.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(number, i, tag) for i, tag in enumerate(a.tags)])
    for span, sentences in split_passages(a.text):
        passage = connection.execute(
            "INSERT INTO passages (article, start, end, sentences) VALUES (?, ?, ?, ?)",
            (number, span.start, span.end, pack_spans(sentences)),
        ).lastrowid
        connection.execute(
            "INSERT INTO passage_texts (rowid, title, text) VALUES (?, ?, ?)", (passage, a.title, span.of(a.text))
        )
    return int(number)


def read_article(row: Sequence[str]) -> Article:
    """The article in a row of `SELECT_ARTICLE`."""
    _, article_id, title, text, published, source, author, url, path, sha256, tags = row
    day = day_of(int(published) if published is not None else None)
    return Article(article_id, title, text, day, source, author, url, tuple(json.loads(tags)), path, sha256)


def pack_spans(spans: Sequence[Span]) -> bytes:
    """Spans as pairs of unsigned 32-bit integers."""
    return np.array([(span.start, span.end) for span in spans], dtype="<u4").tobytes()


def unpack_spans(packed: bytes) -> tuple[Span, ...]:
    """The spans that `pack_spans` packed."""
    return tuple(Span(start, end) for start, end in np.frombuffer(packed, dtype="<u4").reshape(-1, 2).tolist())


def pack_vectors(vectors: Vectors) -> bytes:
    """Vectors as float16, row after row."""
    return vectors.astype("<f2").tobytes()


def unpack_vectors(packed: bytes) -> Vectors:
    """Rows of unit length: rounding to float16 shifted it by up to a thousandth."""
    rows = np.frombuffer(packed, dtype="<f2").reshape(-1, _DIMENSIONS).astype(np.float32)
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
