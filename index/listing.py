"""The articles of a catalogue as a list: counted, searched, sorted, a page at a time.

This module does not know how articles are found for a question, nor who looks at the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.article import Article
from index.catalogue import Catalogue
from index.errors import UsageError
from index.places import day_of
from index.rows import SELECT_ARTICLE, read_article

# `number` last: a list must not jump where the rest is equal. Articles without a date come last either way.
SORTS = {
    "newest": "published IS NULL, published DESC, number DESC",
    "oldest": "published IS NULL, published, number",
    "title": "title COLLATE NOCASE, number",
    "source": "source COLLATE NOCASE, published DESC, number",
    "added": "number DESC",
}
"""Name of an order -> how SQL says it."""

_LISTED = "id, title, source, published, (SELECT count(*) FROM places WHERE article = articles.number)"


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it, without its text; `places` says how often it was found."""

    id: str
    title: str
    source: str
    published: date | None
    places: int


def list_articles(
    catalogue: Catalogue, *, search: str = "", sort: str = "newest", limit: int = 50, offset: int = 0
) -> tuple[list[Listed], int]:
    """`limit` articles from `offset` on whose title, source, tag or place holds `search`, and how many do in all.

    Raises:
        UsageError: there is no such order.
    """
    if sort not in SORTS:
        raise UsageError(f"articles cannot be sorted by {sort!r}: choose one of {', '.join(SORTS)}")
    words = search.split()
    holds = (
        "(title LIKE ?1 ESCAPE '\\' OR EXISTS (SELECT 1 FROM places p WHERE p.article = articles.number AND "
        "(p.source LIKE ?1 ESCAPE '\\' OR p.path LIKE ?1 ESCAPE '\\')) OR EXISTS (SELECT 1 FROM tags t "
        "WHERE t.article = articles.number AND t.tag LIKE ?1 ESCAPE '\\'))"
    )
    conditions = " AND ".join(holds.replace("?1", f"?{at}") for at, _ in enumerate(words, start=1)) or "TRUE"
    patterns = ["%" + "".join(f"\\{c}" if c in "\\%_" else c for c in word) + "%" for word in words]
    with catalogue.database.reading() as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM articles WHERE {conditions}", patterns).fetchone()
        rows = connection.execute(
            f"SELECT {_LISTED} FROM articles WHERE {conditions} ORDER BY {SORTS[sort]} "
            f"LIMIT {int(limit)} OFFSET {int(offset)}",
            patterns,
        ).fetchall()
    return [Listed(str(r[0]), str(r[1]), str(r[2]), day_of(r[3]), int(r[4])) for r in rows], int(count)


def articles_below(catalogue: Catalogue, folder: str) -> list[Listed]:
    """The articles found in files of `folder`, in the order they were added."""
    rows = catalogue.database.connection.execute(
        f"SELECT {_LISTED} FROM articles WHERE number IN "
        "(SELECT article FROM places WHERE substr(path, 1, length(?1)) = ?1) ORDER BY number",
        (folder.rstrip("/") + "/",),
    )
    return [Listed(str(r[0]), str(r[1]), str(r[2]), day_of(r[3]), int(r[4])) for r in rows]


def all_articles(catalogue: Catalogue) -> Iterator[Article]:
    """Every article, in the order they were added."""
    for row in catalogue.database.connection.stream(f"{SELECT_ARTICLE} ORDER BY number"):
        yield read_article(row)
