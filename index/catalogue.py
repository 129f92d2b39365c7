"""The catalogue: articles, their places and passages, text search; its vectors are `index/stored_vectors.py`'s.

It is the truth; Chroma is rebuilt from it. Every change is one transaction, and readers see whole
transactions only. One instance may be used from many threads. This module does not know Chroma, nor
which file holds what (`index/ledger.py`).
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from index.article import Article, Passage
from index.errors import UsageError
from index.fts import fts_query, select_allowed
from index.home import Home
from index.meta import read_meta, write_meta
from index.places import Place, day_of, drop_place, list_places, put_place, sweep
from index.query import Filters
from index.rows import SELECT_ARTICLE, insert_article, read_article, read_passage, update_tags
from index.schema import open_database
from index.sql import AMONG, Connection
from index.stored_vectors import StoredVectors

__all__ = ["Catalogue", "Place", "Status", "fts_query"]

_ALL = 2**63 - 1
_MANY = 1_000
"""Articles that pass a filter, from which on it is quicker to search all and look at what passes."""

_COUNTED = ("articles", "passages", "passage_vectors", "places")


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds. Counts of sources and tags are of articles; `undated` articles have no date."""

    articles: int
    passages: int
    vectors: int
    places: int
    first: date | None
    last: date | None
    undated: int
    sources: dict[str, int]
    tags: dict[str, int]
    embedder: str
    bytes_on_disk: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The published Chroma collection: its name, empty if there is none; what it holds of which generation.

    It holds `count` vectors, those of all passages up to the id `last` that there were.
    """

    name: str = ""
    generation: int = 0
    last: int = 0
    count: int = 0


class Catalogue:
    """The articles of one index."""

    def __init__(self, home: Home, *, create: bool = False) -> None:
        """Open the catalogue of `home`; `create` makes an empty one where there is none.

        Raises:
            IndexMissingError: there is none, and `create` is false.
            IndexMismatchError: it was made by another version.
            DatelineError: it is damaged or cannot be opened.
        """
        self.home = home
        self.database = open_database(home, create=create)
        self.vectors = StoredVectors(self.database, home.place)

    def close(self) -> None:
        """Close this thread's connection."""
        self.database.close()

    # Articles and places

    def add_article(
        self,
        article: Article,
        *,
        signature: npt.NDArray[np.uint32] | None = None,
        bands: Sequence[int] = (),
        file: str = "",
    ) -> None:
        """Store `article` with its passages, or where it is stored already, one more place of it.

        `article.path` is the place. An article that stood there before is replaced: at once, or if the
        place is one of many in `file`, at the end of the file's reading (records may only have moved).
        """
        with self.database.writing() as connection:
            number = _find_number(connection, article.id)
            if number is None:
                number = insert_article(connection, article, b"" if signature is None else signature.tobytes())
                connection.executemany(
                    "INSERT INTO bands VALUES (?, ?) ON CONFLICT DO NOTHING", [(key, number) for key in bands]
                )
            else:
                update_tags(connection, number, article)
            _settle(connection, article, file, number)

    def add_reprint(self, article: Article, *, of: str, file: str = "") -> None:
        """Store `article.path` as one more place of the stored article with the id `of`.

        Raises:
            UsageError: no such article is stored.
        """
        with self.database.writing() as connection:
            number = _find_number(connection, of)
            if number is None:
                raise UsageError(f"no article {of} in {self.home.place}")
            _settle(connection, article, file, number)

    def remove_place(self, path: str) -> bool:
        """Forget a place, and the article if it was the last that held it; whether there was one."""
        with self.database.writing() as connection:
            found = drop_place(connection, path)
            sweep(connection)
        return found

    def get_article(self, article_id: str) -> Article:
        """The article with this id, or the only one whose id begins so.

        Raises:
            UsageError: there is none, or more than one.
        """
        rows = self.database.connection.execute(
            f"{SELECT_ARTICLE} WHERE id = ?1 OR (?1 <> '' AND id >= ?1 AND id < ?2) ORDER BY id = ?1 DESC LIMIT 2",
            (article_id, article_id + chr(sys.maxunicode)),
        ).fetchall()
        if not rows:
            raise UsageError(f"no article {article_id!r} in {self.home.place}: take an id from an answer's sources")
        if len(rows) > 1 and rows[0][1] != article_id:
            raise UsageError(f"more than one article id begins with {article_id!r}: give more of it")
        return read_article(rows[0])

    def find_text(self, article_id: str) -> str | None:
        """The text of the article with exactly this id; None where it is not stored."""
        row = self.database.connection.execute("SELECT text FROM articles WHERE id = ?", (article_id,)).fetchone()
        return None if row is None else str(row[0])

    def newest_articles(self, count: int) -> list[Article]:
        """The `count` newest articles, those without a date last."""
        rows = self.database.connection.execute(
            f"{SELECT_ARTICLE} ORDER BY published IS NULL, published DESC, number LIMIT ?", (count,)
        )
        return [read_article(row) for row in rows]

    def places(self, article_id: str) -> list[Place]:
        """Every place that holds the article with this id, oldest first; empty if there is none."""
        number = _find_number(self.database.connection, article_id)
        return [] if number is None else list_places(self.database.connection, number)

    # Search

    def match(
        self,
        fts_query: str,
        *,
        k: int,
        filters: Filters | None = None,
        title_weight: float = 1.0,
        text_weight: float = 1.0,
        many: int = _MANY,
    ) -> list[tuple[int, float]]:
        """The `k` best `(passage id, BM25)` for a query made by `fts_query`, best first, higher is better.

        Word frequencies are those of the whole catalogue, whatever the filters. Where `many` articles pass them the
        best of all are looked through for those.
        """
        if not fts_query or k < 1:
            return []
        connection, weights = self.database.connection, (title_weight, text_weight)
        if filters and self.count_articles(filters, limit=many) == many:
            # Of a million passages 0.12 s instead of 0.23 for each match looked up; the best are the same.
            near = connection.texts.match(connection, fts_query, k=8 * k, weights=weights, allowed=None)
            there = self.still_there([passage for passage, _ in near], filters)
            kept = [pair for pair in near if pair[0] in there]
            if len(kept) >= k or len(near) < 8 * k:
                return kept[:k]
        allowed = select_allowed(filters) if filters else None
        return connection.texts.match(connection, fts_query, k=k, weights=weights, allowed=allowed)

    def rarest(self, terms: Sequence[str], *, most: int) -> list[str]:
        """Those of `terms`, beginning with the rarest, that `most` passages hold at most, added up; one at least."""
        (last,) = self.database.connection.execute("SELECT coalesce(max(id), 0) FROM passages").fetchone()
        if last * len(terms) <= most:
            return list(terms)
        counts = {term: self.count_matches(term, most + 1) for term in terms}
        kept: list[str] = []
        for term in sorted(counts, key=counts.__getitem__):
            most -= counts[term]
            if kept and most < 0:
                break
            kept.append(term)
        return [term for term in terms if term in kept]

    def count_matches(self, term: str, limit: int) -> int:
        """How many passages hold `term`, counted up to `limit`."""
        query, connection = fts_query([term]), self.database.connection
        return connection.texts.count(connection, query, limit=limit) if query else 0

    def count_articles(self, filters: Filters, *, limit: int = _ALL) -> int:
        """How many articles pass `filters`, counted up to `limit`."""
        allowed, parameters = select_allowed(filters)
        select = f"SELECT count(*) FROM ({allowed} LIMIT ?) AS passing"
        return int(self.database.connection.execute(select, [*parameters, limit]).fetchone()[0])

    def share_of_articles(self, filters: Filters, *, limit: int) -> float:
        """The share of all articles that pass `filters`, or less: counted up to `limit`, of all that ever were."""
        (last,) = self.database.connection.execute("SELECT coalesce(max(number), 0) FROM articles").fetchone()
        return self.count_articles(filters, limit=limit) / max(int(last), 1)

    def allowed_passages(self, filters: Filters, *, limit: int | None = None) -> list[int]:
        """Ids of the passages that pass `filters` and have a vector, ascending; of more than `limit` any."""
        allowed, parameters = select_allowed(filters)
        return sorted(
            self._ids(
                f"SELECT id FROM passages WHERE article IN ({allowed}) "
                f"AND EXISTS (SELECT 1 FROM passage_vectors WHERE passage = id){'' if limit is None else ' LIMIT ?'}",
                parameters if limit is None else [*parameters, limit],
            )
        )

    def still_there(self, ids: Sequence[int], filters: Filters | None = None) -> set[int]:
        """Those of `ids` that are passages yet, and pass `filters`."""
        allowed, parameters = select_allowed(filters) if filters else ("", [])
        condition = f" AND EXISTS ({allowed} AND number = passages.article)" if filters else ""
        select = f"SELECT id FROM passages WHERE id {AMONG}{condition}"
        return set(self._ids(select, [list(ids), *parameters]))

    def count_passages(self, *, up_to: int) -> int:
        """How many passages have an id up to `up_to`."""
        select = "SELECT count(*) FROM passages WHERE id <= ?"
        return int(self.database.connection.execute(select, (up_to,)).fetchone()[0])

    def published_days(self, ids: Sequence[int]) -> dict[int, date | None]:
        """Passage id -> the day its article was published; those that are gone are left out."""
        rows = self.database.connection.execute(
            f"SELECT p.id, a.published FROM passages p JOIN articles a ON a.number = p.article WHERE p.id {AMONG}",
            (list(ids),),
        )
        return {int(passage): day_of(None if day is None else int(day)) for passage, day in rows}

    def load_passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in the order given; those that are gone are left out."""
        with self.database.reading() as connection:
            rows = connection.execute(
                f'SELECT id, article, start, "end", sentences FROM passages WHERE id {AMONG}', (list(ids),)
            ).fetchall()
            numbers = sorted({row[1] for row in rows})
            articles = {
                row[0]: read_article(row)
                for row in connection.execute(f"{SELECT_ARTICLE} WHERE number {AMONG}", (numbers,))
            }
        found = {row[0]: read_passage(row, articles[row[1]]) for row in rows if row[1] in articles}
        return [found[i] for i in ids if i in found]

    def passages_without_vectors(self, limit: int, *, after: int = 0) -> list[Passage]:
        """The first `limit` passages above id `after` that have no vector yet, by id."""
        return self.load_passages(self.vectors.missing(limit, after=after))

    # State

    @property
    def generation(self) -> int:
        """A number that grows whenever the set of stored vectors changes."""
        return int(read_meta(self.database.connection, "generation", "0"))

    @property
    def archive(self) -> str:
        """A name that no other archive has, by which it is known in a server; made when it is first asked for."""
        if name := read_meta(self.database.connection, "archive"):
            return name
        with self.database.writing() as connection:
            name = read_meta(connection, "archive") or secrets.token_hex(6)
            write_meta(connection, "archive", name)
        return name

    @property
    def snapshot(self) -> Snapshot:
        """The Chroma collection to be searched."""
        name, *numbers = read_meta(self.database.connection, "snapshot").split(" ")
        # An index of before November 2026 does not tell: nothing of it waits, and it is brought up to date as a whole.
        generation, last, count = [*map(int, numbers), *(0, _ALL, 0)[len(numbers) :]]
        return Snapshot(name, generation, last, count)

    def publish_snapshot(self, snapshot: Snapshot) -> None:
        """Have readers search this Chroma collection from now on."""
        s = snapshot
        with self.database.writing() as connection:
            write_meta(connection, "snapshot", f"{s.name} {s.generation} {s.last} {s.count}")

    def status(self) -> Status:
        """What is stored, counted now."""
        with self.database.reading() as connection:
            articles, passages, vectors, places = (_count(connection, table) for table in _COUNTED)
            first, last, dated = connection.execute(
                "SELECT min(published), max(published), count(published) FROM articles"
            ).fetchone()
            sources = _tally(connection, "source", "places")
            tags = _tally(connection, "tag", "tags")
            embedder = self.vectors.embedder
        days = (day_of(first), day_of(last), articles - dated)
        size = self.database.bytes_on_disk() + self.home.vector_bytes()
        return Status(articles, passages, vectors, places, *days, sources, tags, embedder, size)

    def _ids(self, select: str, parameters: Sequence[Any]) -> list[int]:
        return [int(row[0]) for row in self.database.connection.execute(select, parameters).fetchall()]


def _find_number(connection: Connection, article_id: str) -> int | None:
    row = connection.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
    return None if row is None else int(row[0])


def _settle(connection: Connection, article: Article, file: str, number: int) -> None:
    put_place(connection, article, file or article.path, number)
    if file in ("", article.path):
        sweep(connection)


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _tally(connection: Connection, column: str, table: str) -> dict[str, int]:
    """How many articles each value of `column` has, those that differ in case alone as one."""
    rows = connection.execute(
        f"SELECT min({column}), count(DISTINCT article) FROM {table} WHERE {column} <> '' "
        f"GROUP BY {column} COLLATE NOCASE ORDER BY 2 DESC, 1"
    )
    return {str(name): int(count) for name, count in rows}
