"""The catalogue in PostgreSQL: connections, transactions, claims, and SQLite's words put into PostgreSQL's.

Writing transactions take turns, as they do in SQLite: what is slow in indexing (reading, embedding) happens outside
of them, and no two can get in each other's way. What a process works at it claims by an advisory lock, which ends
with the process however that ends. This module does not know what the rows mean.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from re import compile as pattern
from typing import Any

import psycopg

from index.errors import IndexBusyError, IndexMissingError
from index.home import without_password
from index.meta import SCHEMA_VERSION, check_format, write_meta
from index.postgres_errors import explain_postgres
from index.postgres_schema import TABLES
from index.postings import Postings

_CONNECTIONS = 8
"""Statements of one process that run at once; PostgreSQL allows 100 connections unless told otherwise."""
_STALE_S = 1.0
_WRITING, _INDEXING, _CONVERSING = 1, 2, 3
_LOCKS = 0x_DA7E  # the first of two keys of our advisory locks; claims have one key, which is another space
_SESSION = (
    "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET jit = off; SET client_min_messages = warning"
)
"""A machine that dies lets go of its claims within two minutes; compiling a search takes longer than running it."""

_RULES = (
    (
        pattern(r"(\w+(?:\.\w+)?) COLLATE NOCASE IN \(SELECT value FROM json_each\(\?\)\)"),
        r'lower(\1) IN (SELECT lower(value COLLATE "C") FROM unnest(?::text[]) AS value)',
    ),
    (pattern(r"IN \(SELECT value FROM json_each\(\?\)\)"), "= ANY(?)"),
    (pattern(r"(\w+(?:\.\w+)?) COLLATE NOCASE"), r"lower(\1)"),
    (pattern(r" LIKE "), " ILIKE "),
)
_MARK = pattern(r"\?(\d*)")


@lru_cache(maxsize=512)
def translate(statement: str) -> str:
    """SQLite's words as PostgreSQL says them; by the columns' collation "C", `lower` and `ILIKE` know ASCII alone."""
    for found, said in _RULES:
        statement = found.sub(said, statement)
    numbers = iter(range(1, 10_000))
    return _MARK.sub(lambda mark: f"${mark[1] or next(numbers)}", statement)


class _Rows:
    """What a statement brought, all of it."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self.rowcount = cursor.rowcount
        self._rows = iter(cursor.fetchall() if cursor.description else [])

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class PostgresConnection:
    """States what callers say in SQLite's words, each time on a connection that is free."""

    texts = Postings()

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> _Rows:
        """One statement."""
        with self._database.lent() as connection:
            return _Rows(connection.execute(translate(statement), _clean(parameters), binary=True))

    def executemany(self, statement: str, parameters: Iterable[Sequence[Any]], /) -> None:
        """One statement for each of `parameters`."""
        with self._database.lent() as connection:
            connection.cursor().executemany(translate(statement), [_clean(each) for each in parameters])

    def stream(self, statement: str, parameters: Sequence[Any] = (), /) -> Iterator[Any]:
        """The rows of a SELECT, a thousand at a time: they may be more than memory holds."""
        with self._database.reading(), self._database.lent() as connection:
            name = f"rows_{time.monotonic_ns()}"
            with psycopg.RawServerCursor(connection, name) as cursor:
                cursor.itersize = 1_000
                yield from cursor.execute(translate(statement), _clean(parameters), binary=True)


class PostgresDatabase:
    """The catalogue's tables in one PostgreSQL database. For many threads."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        """`create` makes the tables where there are none.

        Raises:
            IndexMissingError: there are none, and `create` is false.
            IndexMismatchError: they were made by another version.
            DatelineError: the server cannot be reached, or does not let us.
        """
        self._url = url
        self._place = without_password(url)
        self._local = threading.local()
        self._idle: list[tuple[float, psycopg.Connection[Any]]] = []
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self._claims: psycopg.Connection[Any] | None = None
        self._claiming = threading.Lock()
        self.connection = PostgresConnection(self)
        if create:
            with self.writing() as connection:
                if not self._has_tables():
                    for statement in TABLES.split(";\n"):
                        if statement.strip():
                            connection.execute(statement)
                    write_meta(connection, "schema", SCHEMA_VERSION)
        elif not self._has_tables():
            raise IndexMissingError(f"there is no index in {self._place} yet: run `dateline index PATH` first")
        check_format(self.connection, self._place)

    @contextmanager
    def lent(self) -> Iterator[psycopg.Connection[Any]]:
        """The connection of this thread's transaction; outside of one, one that is free."""
        held: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        with explain_postgres(self._place):
            if held is not None:
                yield held
                return
            with self._free:
                connection = self._take()
                try:
                    yield connection
                finally:
                    self._put(connection)

    @contextmanager
    def writing(self, *, lock: int = _WRITING) -> Iterator[PostgresConnection]:
        """One transaction, in its turn: all of it, or nothing; within another one, a part of that."""
        with self._transaction() as (connection, fresh):
            if fresh:
                connection.execute("SELECT pg_advisory_xact_lock($1, $2)", (_LOCKS, lock))
            yield self.connection

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Several statements that see one state of the catalogue."""
        with self._transaction() as (connection, fresh):
            if fresh:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield self.connection

    @contextmanager
    def claim(self, work: str, *, wait: bool = False) -> Iterator[bool]:
        """Whether `work` is this process's alone now; with `wait` it is, once others have let go of it.

        Claims stand on a connection of their own, of one thread: `wait` holds up the others.
        """
        key = int.from_bytes(hashlib.sha256(work.encode("utf-8", "replace")).digest()[:8], signed=True)
        mine = self._claim("SELECT pg_advisory_lock($1)" if wait else "SELECT pg_try_advisory_lock($1)", key)
        try:
            yield wait or mine
        finally:
            if wait or mine:
                self._claim("SELECT pg_advisory_unlock($1)", key)

    def _claim(self, statement: str, key: int) -> bool:
        with explain_postgres(self._place), self._claiming:
            if self._claims is None:
                self._claims = _connect(self._url)
            (said,) = self._claims.execute(statement, (key,), binary=True).fetchone() or (False,)
        return said is True

    def check(self) -> tuple[str, str]:
        """What was looked at, and what is wrong: PostgreSQL itself upholds what refers to what."""
        (version,) = self.connection.execute("SHOW server_version").fetchone()
        return f"PostgreSQL {version}, {self.bytes_on_disk():,} bytes", ""

    def bytes_on_disk(self) -> int:
        """What all tables take, with their indexes."""
        select = (
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        )
        return int(self.connection.execute(select).fetchone()[0])

    def close(self) -> None:
        """Close the connections that are free; those in use close when they are given back."""
        while self._idle:
            self._idle.pop()[1].close()
        if self._claims is not None:
            self._claims.close()
            self._claims = None

    @contextmanager
    def _transaction(self) -> Iterator[tuple[psycopg.Connection[Any], bool]]:
        """This thread's transaction, and whether it begins here."""
        held: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held, False
            return
        with self.lent() as connection:
            self._local.connection = connection
            try:
                with connection.transaction():
                    yield connection, True
            finally:
                self._local.connection = None

    def _has_tables(self) -> bool:
        return bool(self.connection.execute("SELECT to_regclass('meta') IS NOT NULL").fetchone()[0])

    def _take(self) -> psycopg.Connection[Any]:
        """A connection that works: the server may have been started anew since one was last used."""
        while self._idle:
            try:
                since, connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            try:
                if time.monotonic() - since > _STALE_S:
                    connection.execute("")
            except psycopg.OperationalError:
                connection.close()
            else:
                return connection
        return _connect(self._url)

    def _put(self, connection: psycopg.Connection[Any]) -> None:
        if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append((time.monotonic(), connection))


class PostgresConversations:
    """Conversations beside the catalogue, in turns of their own."""

    def __init__(self, url: str) -> None:
        """Raises as `PostgresDatabase`."""
        self._database = PostgresDatabase(url, create=True)

    def changing(self) -> AbstractContextManager[PostgresConnection]:
        """One transaction, one at a time."""
        return self._database.writing(lock=_CONVERSING)

    def reading(self) -> AbstractContextManager[PostgresConnection]:
        """Several statements that see one state."""
        return self._database.reading()


@contextmanager
def hold_index(url: str, *, shared: bool) -> Iterator[None]:
    """Hold the right to write: alone, or `shared` with others who index. It ends with the process.

    Raises:
        IndexBusyError: another process holds it in a way that forbids this one.
        DatelineError: the server cannot be reached.
    """
    place = without_password(url)
    with explain_postgres(place), _connect(url) as connection:
        function = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
        held = connection.execute(f"SELECT {function}($1, $2)", (_LOCKS, _INDEXING)).fetchone()
        if not held or not held[0]:
            what = "is being rebuilt, restored or checked by" if shared else "is being written by"
            raise IndexBusyError(f"the index in {place} {what} another process: wait for it to end")
        yield


def _connect(url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(
        url, autocommit=True, connect_timeout=10, application_name="dateline", cursor_factory=psycopg.RawCursor
    )
    connection.execute(_SESSION)
    return connection


def _clean(parameters: Sequence[Any]) -> list[Any]:
    """PostgreSQL's texts cannot hold the character NUL; cleaned articles never do."""
    return [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in parameters]
