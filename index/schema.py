"""The catalogue in SQLite: its tables and its connections; or in PostgreSQL, if the home says so.

SQLite in WAL mode: one process writes, any number read, each reader sees whole transactions only. This
module does not know what the rows mean.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.connection import SqliteConnection, connect
from index.errors import IndexMissingError
from index.home import Home, require_postgres
from index.meta import SCHEMA_VERSION, check_format, write_meta
from index.sql import Database
from index.tokens import TOKENIZER

# Long columns stand last in a row, so that the short ones are read without their overflow pages.
# AUTOINCREMENT: a number is never given twice, so a stale number elsewhere can only miss, not mislead.
# files.sha256 is empty where a file must be read again whatever its state.
# passage_texts keeps no copy of the text (content=''); rows leave it by its 'delete' command, which every
# SQLite since 3.9 knows (contentless_delete needs 3.43).
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, published INTEGER, source TEXT NOT NULL,
    author TEXT NOT NULL, url TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, title TEXT NOT NULL,
    signature BLOB NOT NULL, text TEXT NOT NULL);
CREATE INDEX articles_published ON articles (published);
CREATE TABLE tags (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, position INTEGER NOT NULL,
    tag TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (article, position)) WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag, article);
CREATE TABLE places (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, own_id TEXT NOT NULL, title TEXT NOT NULL,
    published INTEGER, source TEXT NOT NULL COLLATE NOCASE, author TEXT NOT NULL, url TEXT NOT NULL,
    sha256 TEXT NOT NULL);
CREATE INDEX places_article ON places (article);
CREATE INDEX places_source ON places (source, article);
CREATE INDEX places_file ON places (file);
CREATE TABLE suspects (article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE);
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    failures TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE bands (
    key INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences BLOB NOT NULL);
CREATE INDEX passages_article ON passages (article);
CREATE VIRTUAL TABLE passage_texts USING fts5 (
    title, text, content = '', tokenize = 'TOKENIZER');
CREATE TABLE passage_vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, vector BLOB NOT NULL);
""".replace("TOKENIZER", TOKENIZER)


def open_database(home: Home, *, create: bool = False) -> Database:
    """The database that holds the catalogue of `home`; `create` makes its tables where there are none.

    Raises:
        as `SqliteDatabase`.
    """
    if not home.server:
        return SqliteDatabase(home, create=create)
    require_postgres()
    from index.postgres import PostgresDatabase

    home.create()
    return PostgresDatabase(home.server, create=create)


class SqliteDatabase:
    """Connections to the catalogue, one for each thread that uses it."""

    def __init__(self, home: Home, *, create: bool = False) -> None:
        """`create` makes the database where there is none.

        Raises:
            IndexMissingError: there is none, and `create` is false.
            IndexMismatchError: it was made by another version.
            DamagedError: it is no sound database.
            DatelineError: it cannot be opened.
        """
        self._home = home
        self._local = threading.local()
        if create:
            home.create()
        elif not home.catalogue.exists():
            raise _missing(home)
        self._check_version(create)

    @property
    def connection(self) -> SqliteConnection:
        """This thread's connection, outside a transaction unless in `writing`."""
        connection: SqliteConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._home.catalogue)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[SqliteConnection]:
        """One transaction: all of it, or after an error or a kill nothing; within another one, a part of that."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            if connection.in_transaction:  # SQLite ends it on its own where the disk is full
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[SqliteConnection]:
        """Several statements that see one state of the catalogue."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    @contextmanager
    def claim(self, work: str, *, wait: bool = False) -> Iterator[bool]:
        """Always: one process writes at a time (`Home.write_lock`)."""
        yield True

    def check(self) -> tuple[str, str]:
        """SQLite's own check of every page and index."""
        said = [str(row[0]) for row in self.connection.execute("PRAGMA integrity_check(10)")]
        orphans = self.connection.execute("PRAGMA foreign_key_check").fetchall()
        problems = [] if said == ["ok"] else said
        problems += [f"{len(orphans)} rows refer to nothing"] if orphans else []
        pages = self.connection.execute("PRAGMA page_count").fetchone()[0]
        return f"{pages:,} pages", "; ".join(problems)

    def bytes_on_disk(self) -> int:
        """The size of the catalogue's files."""
        return self._home.catalogue_bytes()

    def close(self) -> None:
        """Close this thread's connection; those of other threads close when their threads end."""
        connection: SqliteConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _check_version(self, create: bool) -> None:
        if create:
            self.connection.execute("PRAGMA journal_mode = WAL")
            with self.writing() as connection:
                if not _has_tables(connection):
                    _create_tables(connection)
        elif not _has_tables(self.connection):
            raise _missing(self._home)
        check_format(self.connection, self._home.folder)


def _has_tables(connection: SqliteConnection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is not None


def _create_tables(connection: SqliteConnection) -> None:
    """Statement by statement, because `executescript` would end the transaction."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    write_meta(connection, "schema", SCHEMA_VERSION)


def _missing(home: Home) -> IndexMissingError:
    return IndexMissingError(f"there is no index in {home.folder} yet: run `dateline index PATH` first")
