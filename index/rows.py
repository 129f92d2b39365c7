"""Articles and passages as rows of the catalogue, and back.

This module does not know when rows are written or which are wanted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.article import Article, Passage, Span, hash_text
from index.errors import DamagedError
from index.passages import split_passages
from index.places import day_of, ordinal
from index.sql import Connection

_DAMAGED = "a passage in the catalogue is damaged: run `dateline rebuild`, which makes them anew from the articles"
SELECT_ARTICLE = (
    "SELECT number, id, title, text, published, source, author, url, path, sha256, (SELECT json_group_array(tag) "
    "FROM (SELECT tag FROM tags WHERE article = number ORDER BY position) AS listed) FROM articles"
)
"""Followed by a condition; `read_article` reads its rows."""


def insert_article(connection: Connection, article: Article, signature: bytes) -> int:
    """Store the article with its tags and passages; its number."""
    a = article
    (number,) = connection.execute(
        "INSERT INTO articles (id, published, source, author, url, path, sha256, title, signature, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (a.id, ordinal(a.published), a.source, a.author, a.url, a.path, a.sha256, a.title, signature, a.text),
    ).fetchone()
    _insert_tags(connection, int(number), a.tags)
    _insert_passages(connection, number, a.title, a.text)
    return int(number)


def update_tags(connection: Connection, number: int, article: Article) -> None:
    """Give the stored article `number` the tags of one of its places: instead of its own where it is the place that it
    is shown from, else those that it lacks."""
    (path,) = connection.execute("SELECT path FROM articles WHERE number = ?", (number,)).fetchone()
    rows = connection.execute("SELECT tag FROM tags WHERE article = ? ORDER BY position", (number,)).fetchall()
    known = [] if path == article.path else [tag for (tag,) in rows]
    connection.execute("DELETE FROM tags WHERE article = ?", (number,))
    _insert_tags(connection, number, (*known, *(tag for tag in article.tags if tag not in known)))


def _insert_tags(connection: Connection, number: int, tags: Sequence[str]) -> None:
    connection.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(number, i, tag) for i, tag in enumerate(tags)])


def insert_passages(connection: Connection, number: int) -> None:
    """Store the passages of the stored article `number`, which has none.

    Raises:
        DamagedError: its text is not what was stored.
    """
    row = connection.execute(f"{SELECT_ARTICLE} WHERE number = ?", (number,)).fetchone()
    article = read_article(row)
    _insert_passages(connection, number, article.title, article.text)


def _insert_passages(connection: Connection, number: int, title: str, text: str) -> None:
    spans = list(split_passages(text))
    connection.executemany(
        'INSERT INTO passages (article, start, "end", sentences) VALUES (?, ?, ?, ?)',
        [(number, span.start, span.end, pack_spans(sentences)) for span, sentences in spans],
    )
    ids = connection.execute("SELECT id FROM passages WHERE article = ? ORDER BY id", (number,))
    texts = [(int(row[0]), title, span.of(text)) for row, (span, _) in zip(ids, spans, strict=True)]
    connection.texts.add(connection, texts)


def read_article(row: Sequence[str]) -> Article:
    """The article in a row of `SELECT_ARTICLE`, its text checked: SQLite does not notice a flipped bit in it.

    The hash takes 10 microseconds of an average article, the whole of a search 50 milliseconds.

    Raises:
        DamagedError: title and text are not those that were stored.
    """
    _, article_id, title, text, published, source, author, url, path, sha256, tags = row
    digest = hash_text(title, text)
    if digest != sha256 or digest[:16] != article_id:
        raise DamagedError(
            f"the text of article {article_id} is not what was stored: restore a backup with "
            "`dateline restore FILE`, or move the index away and run `dateline index` on the articles again"
        )
    day = day_of(int(published) if published is not None else None)
    return Article(article_id, title, text, day, source, author, url, tuple(json.loads(tags)), path, sha256)


def pack_spans(spans: Sequence[Span]) -> bytes:
    """Spans as pairs of unsigned 32-bit integers."""
    return np.array([(span.start, span.end) for span in spans], dtype="<u4").tobytes()


def unpack_spans(packed: bytes) -> tuple[Span, ...]:
    """The spans that `pack_spans` packed.

    Raises:
        DamagedError: these are none.
    """
    if len(packed) % 8:
        raise DamagedError(_DAMAGED)
    return tuple(_span(start, end) for start, end in np.frombuffer(packed, dtype="<u4").reshape(-1, 2).tolist())


def read_passage(row: Sequence[Any], article: Article) -> Passage:
    """The passage of `article` in a row of id, article, start, end, sentences.

    Raises:
        DamagedError: it does not lie within its article.
    """
    span, sentences = _span(row[2], row[3]), unpack_spans(row[4])
    if span.end > len(article.text) or not all(span.contains(sentence) for sentence in sentences):
        raise DamagedError(_DAMAGED)
    return Passage(row[0], article, span, sentences)


def _span(start: Any, end: Any) -> Span:
    try:
        return Span(start, end)
    except (ValueError, TypeError) as error:  # TypeError: a flipped bit can make text of a number
        raise DamagedError(_DAMAGED) from error
