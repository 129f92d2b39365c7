"""One Chroma folder of passage vectors: opened, filled, asked, checked.

This module does not know which folder is searched, nor the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
import chromadb.errors
import numpy as np
from chromadb.config import Settings

from index.errors import DatelineError
from index.rows import Vectors

# AttributeError: what Chroma raises on every later try once opening a damaged folder has failed.
_UNHEALTHY = (chromadb.errors.ChromaError, OSError, ValueError, KeyError, RuntimeError, AttributeError)
_NAME = "passages"
# sync_threshold 2: every batch is saved whole, so that opening replays no log (0.1 s instead of 7 s for
# 4,500 pending vectors, 2026-11). With these three, 99.5 % of the true nearest 50 of 10,000 clustered
# random vectors are found; Chroma's defaults with ef_search 200 find 98.8 %.
_HNSW = {
    "space": "cosine",
    "ef_construction": 200,
    "max_neighbors": 24,
    "ef_search": 200,
    "batch_size": 100,
    "sync_threshold": 2,
}


class ChromaFolder:
    """One open Chroma folder of passage vectors."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the folder; `create` makes an empty one where there is none.

        Raises:
            DatelineError: it is damaged or cannot be opened.
        """
        self._folder = folder
        with self._explained():
            self._client: Any = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
            self._collection = self._open_collection(create)

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or overwrite the vectors of these passages."""
        with self._explained():
            for some in split_batches(len(ids), self._client.get_max_batch_size()):
                self._collection.upsert([str(i) for i in ids[some]], embeddings=vectors[some])

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these passages."""
        with self._explained():
            for some in split_batches(len(ids), self._client.get_max_batch_size()):
                self._collection.delete([str(i) for i in ids[some]])

    def nearest(self, vector: Vectors, *, k: int) -> list[tuple[int, float]]:
        """The `k` nearest `(passage id, cosine)`, best first."""
        with self._explained():
            found = self._collection.query(query_embeddings=vector[None], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], distances[0], strict=True)]

    def count(self) -> int:
        """How many vectors the folder holds."""
        with self._explained():
            return self._collection.count()

    def check(self, expected: int, dimensions: int) -> None:
        """Make sure that the folder holds so many vectors of this length, and finds them.

        Its count comes from a table, its answers from the graph's files: either can be lost alone.

        Raises:
            DatelineError: it does not.
        """
        k = min(expected, 10)
        probe: Vectors = np.full(dimensions, dimensions**-0.5, dtype=np.float32)
        if self.count() != expected or (k and len(self.nearest(probe, k=k)) < k):
            raise DatelineError(f"the vectors in {self._folder} are incomplete: run `dateline index` again")

    def ids(self) -> set[int]:
        """The passages whose vectors the folder holds."""
        with self._explained():
            return {int(i) for i in self._collection.get(include=[])["ids"]}

    def batches(self, size: int = 1_000) -> Iterator[tuple[list[int], Vectors]]:
        """All passages with their vectors, `size` at a time."""
        for start in range(0, self.count(), size):
            with self._explained():
                found = self._collection.get(include=["embeddings"], limit=size, offset=start)
            yield [int(i) for i in found["ids"]], np.asarray(found["embeddings"], dtype=np.float32)

    def _open_collection(self, create: bool) -> chromadb.Collection:
        make: Any = self._client.get_or_create_collection if create else self._client.get_collection
        options = {"configuration": {"hnsw": _HNSW}} if create else {}
        collection: chromadb.Collection = make(_NAME, embedding_function=None, **options)
        return collection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _UNHEALTHY as error:
            raise DatelineError(
                f"the vectors in {self._folder} cannot be used ({error}): run `dateline index` again to rebuild them"
            ) from error


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[ChromaFolder]:
    """The folder, closed again at the end."""
    folder = ChromaFolder(path, create=create)
    try:
        yield folder
    finally:
        folder.close()


def split_batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `count`."""
    return (slice(start, start + size) for start in range(0, count, size))
