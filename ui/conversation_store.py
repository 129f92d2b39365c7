"""Conversations kept: listed, renamed, searched, deleted, and there again after a restart.

SQLite in HOME, a connection for each operation, or the catalogue's PostgreSQL, so that any thread and several processes
may use it; every change is one transaction. A conversation belongs to an owner (empty where nobody logs in); another's
is not found. This module does not know the page, nor what a turn means.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from index.errors import DatelineError
from index.home import Home, require_postgres
from index.query import Filters
from index.sql import Statements
from ui.conversation import MAX_TURNS, Conversation, Exchange
from ui.turn_json import FindText, turn_from_json, turn_to_json

MAX_TITLE_CHARS = 120
_WAIT_S = 30.0
_ALL = 2**31
_TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_owner ON conversations (owner, changed);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, number INTEGER NOT NULL,
    question TEXT NOT NULL, words TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (conversation, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as the list shows it; `changed` is when it was last added to."""

    id: str
    title: str
    changed: datetime
    turns: int


class Engine(Protocol):
    """Where conversations are kept."""

    def changing(self) -> AbstractContextManager[Statements]:
        """One transaction, one at a time: all of it, or after an error or a kill nothing."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Several statements."""


def open_conversations(home: Home) -> ConversationStore:
    """The conversations of `home`.

    Raises:
        DatelineError: they cannot be read or written.
    """
    if home.server:
        require_postgres()
        from index.postgres import PostgresConversations

        return ConversationStore(PostgresConversations(home.server))
    return ConversationStore(ConversationFile(home.conversations))


class ConversationStore:
    """All conversations of one home. For many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, owner: str, title: str) -> str:
        """A new, empty conversation; its id."""
        name = secrets.token_urlsafe(9)
        with self._engine.changing() as connection:
            connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?)", (name, owner, _title(title), _now()))
        return name

    def add_turn(self, conversation: str, turn: Exchange) -> Exchange:
        """Store `turn` at the end; it is given the next number, whatever other tabs have added meanwhile.

        Raises:
            DatelineError: the conversation is gone.
        """
        with self._engine.changing() as connection:
            (last,) = connection.execute(
                "SELECT max(number) FROM turns WHERE conversation = ?", (conversation,)
            ).fetchone()
            numbered = replace(turn, number=(last or 0) + 1)
            self._put(connection, conversation, numbered)
        return numbered

    def save_turn(self, conversation: str, turn: Exchange) -> None:
        """Store `turn` in the place of the one with its number, unless that or the conversation is gone."""
        with self._engine.changing() as connection:
            found = connection.execute(
                "SELECT 1 FROM turns WHERE conversation = ? AND number = ?", (conversation, turn.number)
            ).fetchone()
            if found:
                self._put(connection, conversation, turn)

    def drop_turn(self, conversation: str, number: int) -> None:
        """Remove one turn."""
        with self._engine.changing() as connection:
            connection.execute("DELETE FROM turns WHERE conversation = ? AND number = ?", (conversation, number))

    def load(self, conversation: str, owner: str, find_text: FindText, *, last: int = MAX_TURNS) -> Conversation:
        """The conversation with its `last` newest turns.

        Raises:
            DatelineError: this owner has no such conversation.
        """
        with self._engine.reading() as connection:
            row = connection.execute(
                "SELECT title FROM conversations WHERE id = ? AND owner = ?", (conversation, owner)
            ).fetchone()
            rows = connection.execute(
                "SELECT number, question, value FROM turns WHERE conversation = ? ORDER BY number DESC LIMIT ?",
                (conversation, last),
            ).fetchall()
            (count,) = connection.execute(
                "SELECT count(*) FROM turns WHERE conversation = ?", (conversation,)
            ).fetchone()
        if row is None:
            raise DatelineError("there is no such conversation: it may have been deleted")
        turns = tuple(_read_turn(number, asked, value, find_text) for number, asked, value in reversed(rows))
        return Conversation(turns, id=conversation, title=str(row[0]), earlier=count - len(turns))

    def listed(self, owner: str, search: str = "", *, limit: int = 200) -> list[Summary]:
        """This owner's conversations, newest first; with `search` those whose title, questions or answers hold it."""
        wanted = search.casefold().strip()
        pattern = "%" + "".join(f"\\{c}" if c in "\\%_" else c for c in wanted) + "%"
        # Titles are compared here: neither database folds letters as Python does.
        with self._engine.reading() as connection:
            rows = connection.execute(
                "SELECT id, title, changed, (SELECT count(*) FROM turns WHERE conversation = id), EXISTS "
                "(SELECT 1 FROM turns t WHERE t.conversation = c.id AND t.words LIKE ? ESCAPE '\\') "
                "FROM conversations c WHERE owner = ? ORDER BY changed DESC LIMIT ?",
                (pattern, owner, _ALL if wanted else limit),
            ).fetchall()
        found = [row for row in rows if row[4] or wanted in str(row[1]).casefold()]
        return [Summary(str(r[0]), str(r[1]), datetime.fromisoformat(r[2]), int(r[3])) for r in found[:limit]]

    def rename(self, conversation: str, owner: str, title: str) -> None:
        """Give it another title; an empty one changes nothing."""
        if title.strip():
            with self._engine.changing() as connection:
                change = "UPDATE conversations SET title = ? WHERE id = ? AND owner = ?"
                connection.execute(change, (_title(title), conversation, owner))

    def delete(self, conversation: str, owner: str) -> None:
        """Remove the conversation with its turns."""
        with self._engine.changing() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation, owner))

    def _put(self, connection: Statements, conversation: str, turn: Exchange) -> None:
        if not connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation,)).fetchone():
            raise DatelineError("this conversation has been deleted: begin a new one")
        words = f"{turn.question}\n{turn.text}".casefold()
        connection.execute(
            "INSERT INTO turns VALUES (?, ?, ?, ?, ?) ON CONFLICT (conversation, number) DO UPDATE SET "
            "question = excluded.question, words = excluded.words, value = excluded.value",
            (conversation, turn.number, turn.question, words, turn_to_json(turn)),
        )
        connection.execute("UPDATE conversations SET changed = ? WHERE id = ?", (_now(), conversation))


class ConversationFile:
    """Conversations in a file of SQLite's; an `Engine`."""

    def __init__(self, file: Path) -> None:
        """Open `file`, made where it is missing.

        Raises:
            DatelineError: it is damaged or cannot be written.
        """
        self._file = file
        with self.changing() as connection:
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)

    @contextmanager
    def changing(self) -> Iterator[Statements]:
        """One transaction, one at a time: all of it, or after an error or a kill nothing."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Several statements."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=_WAIT_S, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA foreign_keys = ON")
                yield connection
        except (sqlite3.DatabaseError, OSError) as error:
            raise DatelineError(
                f"cannot keep conversations in {self._file} ({error}): make it and its folder readable and writable; "
                "if it is damaged, move it away"
            ) from error


def _title(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE_CHARS]


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _read_turn(number: int, question: str, value: str, find_text: FindText) -> Exchange:
    try:
        return turn_from_json(value, find_text)
    except DatelineError as error:
        return Exchange(number, question, Filters(), date.today()).failed(str(error))
