"""What a catalogue says of itself: its format, and numbers that many parts share.

This module does not know which database holds it.
"""

from __future__ import annotations

from index.errors import IndexMismatchError
from index.sql import Connection

SCHEMA_VERSION = "4"


def read_meta(connection: Connection, key: str, default: str = "") -> str:
    """The value stored under `key`."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return default if row is None else str(row[0])


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Store `value` under `key`."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )


def check_format(connection: Connection, place: object) -> None:
    """Make sure that this version of Dateline reads the database.

    Raises:
        IndexMismatchError: it does not.
    """
    version = read_meta(connection, "schema")
    if version != SCHEMA_VERSION:
        raise IndexMismatchError(
            f"the index in {place} has format {version or 'unknown'}, this version of Dateline reads {SCHEMA_VERSION}: "
            "use the version that made it, or move it away and run `dateline index` on the articles again"
        )


def advance_generation(connection: Connection) -> None:
    """Note that the set of stored vectors has changed."""
    write_meta(connection, "generation", str(int(read_meta(connection, "generation", "0")) + 1))
