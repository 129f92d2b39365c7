"""What the catalogue asks of a database: statements, transactions, a ranked text search.

Statements are written in SQLite's words, of which `index/postgres.py` translates the few that PostgreSQL says
otherwise. A list as a parameter stands for `(SELECT value FROM json_each(?))`; a table's key is never `lastrowid`
but asked for with RETURNING. This module knows neither database, nor the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

AMONG = "IN (SELECT value FROM json_each(?))"
"""Follows a column, or a column `COLLATE NOCASE`; the parameter is a list."""


class Rows(Protocol):
    """What a statement brought."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Statements(Protocol):
    """What takes statements."""

    def execute(self, statement: str, parameters: Sequence[Any] = ..., /) -> Rows: ...
    def executemany(self, statement: str, parameters: Sequence[Sequence[Any]], /) -> object: ...


class Connection(Statements, Protocol):
    """What takes statements about the catalogue."""

    @property
    def texts(self) -> TextIndex: ...
    def stream(self, statement: str, parameters: Sequence[Any] = ..., /) -> Iterable[Any]:
        """The rows of a SELECT that may be more than memory holds."""


class TextIndex(Protocol):
    """The ranked text search over the passages; every method is given the connection it may use."""

    def add(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Index `(passage id, title, text)`."""

    def remove(self, connection: Connection, passages: Sequence[tuple[int, str, str]]) -> None:
        """Take out what `add` was given."""

    def clear(self, connection: Connection) -> None:
        """Take out everything."""

    def match(
        self,
        connection: Connection,
        query: str,
        *,
        k: int,
        weights: tuple[float, float],
        allowed: tuple[str, Sequence[Any]] | None,
    ) -> list[tuple[int, float]]:
        """The `k` best `(passage id, BM25)` for a query made by `fts_query`, words in the title and text so weighted.

        `allowed` selects the articles that count, and has its parameters.
        """

    def count(self, connection: Connection, query: str, *, limit: int) -> int:
        """How many passages match, counted up to `limit`."""

    def held(self, connection: Connection) -> set[int]:
        """The passages that are indexed."""

    def check(self, connection: Connection) -> str:
        """What is wrong with the index itself; empty where nothing is."""

    def finds(self, connection: Connection, passage: int, terms: Sequence[str]) -> bool:
        """Whether a passage is found by all of `terms`."""


class Database(Protocol):
    """The catalogue's database, for many threads."""

    @property
    def connection(self) -> Connection: ...
    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it, or after an error or a kill nothing; within another one, a part of that."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Several statements that see one state of the catalogue."""

    def claim(self, work: str, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Whether `work` is this process's alone now; with `wait` it is, once others have let go of it."""

    def check(self) -> tuple[str, str]:
        """What the database's own check looked at, and what is wrong; empty where nothing is."""

    def bytes_on_disk(self) -> int:
        """What the catalogue takes."""

    def close(self) -> None: ...
