"""What the index run remembers: which files were read in which state, and which articles resemble which.

Only the index run uses it. This module does not read files, nor judge resemblance.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.places import drop_place, sweep
from index.sql import AMONG, Database

Signature = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was read: its state on disk, and what in it could not be read; no `sha256` if stale."""

    size: int
    mtime_ns: int
    sha256: str
    failures: tuple[str, ...] = ()


class Ledger:
    """The index run's memory, kept in the catalogue's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def file_state(self, file: str) -> FileState | None:
        """How `file` was when it was last read to its end; None if it never was."""
        row = self._database.connection.execute(
            "SELECT size, mtime_ns, sha256, failures FROM files WHERE path = ?", (file,)
        ).fetchone()
        return None if row is None else FileState(row[0], row[1], row[2], tuple(json.loads(row[3])))

    def places_of(self, file: str) -> dict[str, str]:
        """The places in `file`: path -> id of the article that stands there."""
        rows = self._database.connection.execute("SELECT path, own_id FROM places WHERE file = ?", (file,))
        return {str(path): str(own_id) for path, own_id in rows}

    def close_file(self, file: str, state: FileState, kept: Collection[str]) -> None:
        """Say that `file` has been read to its end and holds the places `kept`, no others."""
        with self._database.writing() as connection:
            for path in self.places_of(file).keys() - set(kept):
                drop_place(connection, path)
            connection.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
                "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, failures = excluded.failures",
                (file, state.size, state.mtime_ns, state.sha256, json.dumps(state.failures)),
            )
            sweep(connection)  # last: it may find that this very file must be read again

    def forget_file(self, file: str) -> int:
        """Remove all that came from `file` alone; the number of its places."""
        with self._database.writing() as connection:
            paths = list(self.places_of(file))
            for path in paths:
                drop_place(connection, path)
            sweep(connection)
            connection.execute("DELETE FROM files WHERE path = ?", (file,))
        return len(paths)

    def stale_files(self) -> list[str]:
        """Files that must be read again because an article they held a reprint of is gone."""
        return [str(row[0]) for row in self._database.connection.execute("SELECT path FROM files WHERE sha256 = ''")]

    def files(self) -> set[str]:
        """Every file that has been read or has a place."""
        rows = self._database.connection.execute("SELECT path FROM files UNION SELECT file FROM places")
        return {str(row[0]) for row in rows}

    def look_alikes(self, bands: Sequence[int], *, besides: str) -> list[tuple[str, Signature]]:
        """`(article id, signature)` of articles that share a band, oldest first.

        An article that only the place `besides` holds is left out: it is about to be replaced.
        """
        rows = self._database.connection.execute(
            "SELECT a.id, a.signature FROM articles a WHERE a.number IN "
            f"(SELECT article FROM bands WHERE key {AMONG}) AND EXISTS "
            "(SELECT 1 FROM places p WHERE p.article = a.number AND p.own_id = a.id AND p.path <> ?) ORDER BY a.number",
            (list(bands), besides),
        )
        return [(str(row[0]), np.frombuffer(row[1], dtype=np.uint32)) for row in rows]
