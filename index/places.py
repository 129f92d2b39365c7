"""Where each article was found: its places, and what becomes of it when they change.

A place is a file, or `file#record`. It holds an article exactly (same title and text), or a reprint near
enough to count as the same. An article lives as long as a place holds it exactly: its text is always that of
a file that was there. Functions here run inside a transaction of the caller; `sweep` puts right what they
leave. This module does not know how articles are read or compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.article import Article, Span
from index.meta import advance_generation
from index.sql import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """One place an article was read from, with what that place says of it; `exact` is false for a reprint."""

    path: str
    title: str
    source: str
    author: str
    published: date | None
    url: str
    exact: bool


def ordinal(day: date | None) -> int | None:
    """A day as the catalogue stores it."""
    return None if day is None else day.toordinal()


def day_of(number: int | None) -> date | None:
    """The day that `ordinal` stored."""
    return None if number is None else date.fromordinal(number)


def list_places(connection: Connection, article: int) -> list[Place]:
    """All places of one article, oldest first."""
    rows = connection.execute(
        "SELECT p.path, p.title, p.source, p.author, p.published, p.url, p.own_id = a.id FROM places p "
        "JOIN articles a ON a.number = p.article WHERE p.article = ? ORDER BY p.number",
        (article,),
    )
    return [Place(r[0], r[1], r[2], r[3], day_of(r[4]), r[5], bool(r[6])) for r in rows]


def put_place(connection: Connection, article: Article, file: str, number: int) -> None:
    """Say that `article.path` holds the stored article `number`, whatever it held before."""
    connection.execute(
        "INSERT INTO suspects SELECT article FROM places WHERE path = ? UNION SELECT CAST(? AS INTEGER) "
        "ON CONFLICT DO NOTHING",
        (article.path, number),
    )
    a = article
    connection.execute(
        "INSERT INTO places (path, file, article, own_id, title, published, source, author, url, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET file = excluded.file, "
        "article = excluded.article, own_id = excluded.own_id, title = excluded.title, "
        "published = excluded.published, source = excluded.source, author = excluded.author, "
        "url = excluded.url, sha256 = excluded.sha256",
        (a.path, file, number, a.id, a.title, ordinal(a.published), a.source, a.author, a.url, a.sha256),
    )


def drop_place(connection: Connection, path: str) -> bool:
    """Forget a place; whether there was one."""
    connection.execute("INSERT INTO suspects SELECT article FROM places WHERE path = ? ON CONFLICT DO NOTHING", (path,))
    return connection.execute("DELETE FROM places WHERE path = ?", (path,)).rowcount > 0


def sweep(connection: Connection) -> None:
    """Remove the articles that no place holds exactly any more.

    Files with reprints of a removed article are marked as stale: what they hold must now stand for itself.
    """
    for (number,) in connection.execute("SELECT article FROM suspects").fetchall():
        if not _take_first_place(connection, number):
            _remove_article(connection, number)
    connection.execute("DELETE FROM suspects")


def _take_first_place(connection: Connection, number: int) -> bool:
    """Give the article the particulars of its oldest exact place that tells them; false where there is none."""
    rows = connection.execute(
        "SELECT p.published, p.source, p.author, p.url, p.path, p.sha256 FROM places p "
        "JOIN articles a ON a.number = p.article WHERE p.article = ? AND p.own_id = a.id ORDER BY p.number",
        (number,),
    ).fetchall()
    if not rows:
        return False
    published = next((row[0] for row in rows if row[0] is not None), None)
    texts = [next((row[column] for row in rows if row[column]), "") for column in (1, 2, 3)]
    connection.execute(
        "UPDATE articles SET published = ?, source = ?, author = ?, url = ?, path = ?, sha256 = ? WHERE number = ?",
        (published, *texts, *rows[0][4:], number),
    )
    return True


def _remove_article(connection: Connection, number: int) -> None:
    """Delete the article with all that hangs on it."""
    connection.execute(
        "UPDATE files SET sha256 = '' WHERE path IN (SELECT file FROM places WHERE article = ?)", (number,)
    )
    title, text = connection.execute("SELECT title, text FROM articles WHERE number = ?", (number,)).fetchone()
    passages = connection.execute('SELECT id, start, "end" FROM passages WHERE article = ?', (number,)).fetchall()
    connection.texts.remove(connection, [(i, title, Span(start, end).of(text)) for i, start, end in passages])
    connection.execute("DELETE FROM articles WHERE number = ?", (number,))
    advance_generation(connection)
