"""The vectors of a catalogue's passages, as they were computed: the source of what Chroma holds.

This module does not know Chroma, nor how vectors are made or compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from index.errors import IndexMismatchError
from index.meta import advance_generation, read_meta, write_meta
from index.packed_vectors import Vectors, pack_vector, unpack_vectors
from index.sql import AMONG, Database

_ALL = 2**63 - 1
_UNSAID_DIMENSIONS = "384"
"""Of an index that does not tell how long its vectors are: only the default embedder could make one."""

_PUT_VECTOR = "INSERT INTO passage_vectors VALUES (?, ?) ON CONFLICT (passage) DO UPDATE SET vector = excluded.vector"


class StoredVectors:
    """The vectors in one catalogue's database."""

    def __init__(self, database: Database, place: object) -> None:
        """`place` names the catalogue in errors."""
        self._database = database
        self._place = place

    @property
    def embedder(self) -> str:
        """The name of the embedder whose vectors are stored; empty before the first."""
        return read_meta(self._database.connection, "embedder")

    @property
    def dimensions(self) -> int:
        """The length of the stored vectors."""
        return int(read_meta(self._database.connection, "dimensions", _UNSAID_DIMENSIONS))

    def use_embedder(self, name: str, dimensions: int) -> None:
        """Make sure that vectors of this embedder may be added or compared; the first one is noted.

        Raises:
            IndexMismatchError: the stored vectors are another's.
        """
        stored = self.embedder
        if stored not in ("", name):
            raise IndexMismatchError(
                f"the vectors in {self._place} were made by {stored}, not {name}: "
                "name that one with --embed-model, or run `dateline rebuild` with this one"
            )
        if not stored:
            with self._database.writing() as connection:
                write_meta(connection, "embedder", name)
                write_meta(connection, "dimensions", str(dimensions))

    def store(self, vectors: Iterable[tuple[int, Vectors]]) -> None:
        """Store `(passage id, its vector)` in one transaction."""
        packed = [(i, pack_vector(vector)) for i, vector in vectors]
        with self._database.writing() as connection:
            connection.executemany(_PUT_VECTOR, packed)
            advance_generation(connection)

    def of_passages(self, ids: Sequence[int] | None = None) -> tuple[list[int], Vectors]:
        """Ids, ascending, and unit vectors, shape (ids, dimensions), of these passages or of all."""
        condition = "" if ids is None else f"WHERE passage {AMONG}"
        rows = self._database.connection.execute(
            f"SELECT passage, vector FROM passage_vectors {condition} ORDER BY passage",
            () if ids is None else (list(ids),),
        ).fetchall()
        return [int(row[0]) for row in rows], unpack_vectors([row[1] for row in rows], self.dimensions)

    def ids(self, *, after: int = 0, up_to: int = _ALL) -> list[int]:
        """Ids of all passages above id `after` and up to `up_to` that have a vector, ascending."""
        select = "SELECT passage FROM passage_vectors WHERE passage > ? AND passage <= ? ORDER BY passage"
        return self._ids(select, (after, up_to))

    def count(self) -> int:
        """How many passages have a vector."""
        return self._number("SELECT count(*) FROM passage_vectors")

    def exist(self) -> bool:
        """Whether any passage has a vector."""
        return self._database.connection.execute("SELECT 1 FROM passage_vectors LIMIT 1").fetchone() is not None

    def missing(self, limit: int, *, after: int = 0) -> list[int]:
        """Ids of the first `limit` passages above id `after` that have no vector yet, ascending."""
        return self._ids(
            "SELECT id FROM passages WHERE id > ? AND NOT EXISTS "
            "(SELECT 1 FROM passage_vectors WHERE passage = passages.id) ORDER BY id LIMIT ?",
            (after, limit),
        )

    def count_missing(self) -> int:
        """How many passages have no vector yet."""
        return self._number("SELECT count(*) FROM passages") - self.count()

    def last_complete(self) -> int:
        """The highest passage id up to which no passage lacks a vector: several indexers finish in any order."""
        return self._number(
            "SELECT coalesce((SELECT min(id) - 1 FROM passages WHERE NOT EXISTS "
            "(SELECT 1 FROM passage_vectors WHERE passage = passages.id)), (SELECT max(id) FROM passages), 0)"
        )

    def _ids(self, select: str, parameters: Sequence[Any]) -> list[int]:
        return [int(row[0]) for row in self._database.connection.execute(select, parameters).fetchall()]

    def _number(self, select: str) -> int:
        return int(self._database.connection.execute(select).fetchone()[0])
