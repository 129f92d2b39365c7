"""A connection to the catalogue whose every failure says what happened and what to do.

SQLite raises while rows are fetched as well as when a statement begins, so both are watched. This module does
not know tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import DamagedError, DatelineError
from index.fts import Fts5

_WAIT_S = 30.0

# The primary result codes of https://www.sqlite.org/rescode.html that are nobody's mistake in this program.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# No statement of ours is wrong in a database that has our tables, so these tell of a damaged schema or text.
_DAMAGED_WORDS = ("Could not decode to UTF-8", "malformed database schema", "no such ", "parse error")
_REMEDIES = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and run the command again, nothing that was stored is lost",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable, or choose another --home",
    sqlite3.SQLITE_PERM: "make the file and its folder readable and writable",
    sqlite3.SQLITE_CANTOPEN: "make the file and its folder readable and writable",
    sqlite3.SQLITE_IOERR: "make sure that the disk has room and is sound, then run the command again",
    sqlite3.SQLITE_BUSY: "another process holds it; wait for that to end and run the command again",
    sqlite3.SQLITE_LOCKED: "another process holds it; wait for that to end and run the command again",
}


def connect(path: Path) -> SqliteConnection:
    """A connection in autocommit mode that raises `DatelineError` for what fails outside this program.

    Raises:
        DatelineError: the file cannot be opened.
    """

    with explain_sqlite(path):
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, factory=SqliteConnection)
    connection.place = path
    return connection


def compact(path: Path) -> None:
    """Give back to the system what deleted rows have left free in a database that nobody has open.

    Raises:
        DatelineError: it is damaged or cannot be written.
    """
    connection = connect(path)
    try:
        connection.execute("VACUUM")
    finally:
        connection.close()


@contextmanager
def explain_sqlite(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the database in `path` into ours.

    Raises:
        DamagedError: the file is no sound database.
        DatelineError: the system does not let it be read or written.
    """
    try:
        yield
    except UnicodeDecodeError as error:  # of SQLite's own message, which names a damaged table
        raise DamagedError(describe_damage(path, "its tables cannot be read")) from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED or str(error).startswith(_DAMAGED_WORDS):
            raise DamagedError(describe_damage(path, str(error))) from error
        if code in _REMEDIES:
            raise DatelineError(f"cannot use {path} ({error}): {_REMEDIES[code]}") from error
        raise


def describe_damage(path: Path, what: str) -> str:
    """What to say of a damaged catalogue."""
    return (
        f"the catalogue {path} is damaged ({what}): restore a backup with `dateline restore FILE`, "
        f"or move {path.parent} away and run `dateline index` on the articles again"
    )


class SqliteConnection(sqlite3.Connection):
    """Says what failed, takes lists as parameters, and knows its text search."""

    place: Path
    texts = Fts5()

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(_WatchedCursor)

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        return self.cursor().executemany(*arguments)

    def stream(self, statement: str, parameters: Any = (), /) -> Any:
        """The rows of a SELECT, as they are asked for."""
        return self.execute(statement, parameters)


class _WatchedCursor(sqlite3.Cursor):
    def execute(self, statement: str, parameters: Any = (), /) -> Any:
        with explain_sqlite(self._place):
            return super().execute(statement, [json.dumps(p) if type(p) is list else p for p in parameters])

    def executemany(self, *arguments: Any) -> Any:
        with explain_sqlite(self._place):
            return super().executemany(*arguments)

    def fetchone(self) -> Any:
        with explain_sqlite(self._place):
            return super().fetchone()

    def fetchall(self) -> Any:
        with explain_sqlite(self._place):
            return super().fetchall()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.DatabaseError:
            with explain_sqlite(self._place):
                raise

    @property
    def _place(self) -> Path:
        connection: Any = self.connection
        return connection.place  # type: ignore[no-any-return]
