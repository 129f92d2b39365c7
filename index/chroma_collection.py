"""One Chroma collection of passage vectors, wherever it is: filled, asked, checked.

This module does not know which collection is searched, nor the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import chromadb
import chromadb.errors
import httpx
import numpy as np

from index.errors import DatelineError
from index.packed_vectors import Vectors

# AttributeError: what Chroma raises on every later try once opening a damaged folder has failed.
_UNHEALTHY = (
    chromadb.errors.ChromaError,
    httpx.HTTPError,
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    AttributeError,
)
# With these three, 99.5 % of the true nearest 50 of 10,000 clustered random vectors are found; Chroma's defaults with
# ef_search 200 find 98.8 % (2026-11).
HNSW: dict[str, Any] = {"space": "cosine", "ef_construction": 200, "max_neighbors": 24, "ef_search": 200}


class ChromaCollection:
    """One open collection of passage vectors."""

    def __init__(self, client: Any, name: str, place: str, *, hnsw: dict[str, Any] | None = None) -> None:
        """`hnsw` makes an empty collection so configured where there is none; `place` is what errors call it.

        Raises:
            DatelineError: it is damaged or cannot be opened.
        """
        self._place = place
        self._client = client
        with explain_chroma(place):
            make: Any = client.get_collection if hnsw is None else client.get_or_create_collection
            options = {} if hnsw is None else {"configuration": {"hnsw": hnsw}}
            self._collection: Any = make(name, embedding_function=None, **options)

    def close(self) -> None:
        """Let go of the folder's files, or of the connection."""
        self._client.close()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or overwrite the vectors of these passages."""
        with explain_chroma(self._place):
            for some in split_batches(len(ids), self._client.get_max_batch_size()):
                self._collection.upsert([str(i) for i in ids[some]], embeddings=vectors[some])

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these passages."""
        with explain_chroma(self._place):
            for some in split_batches(len(ids), self._client.get_max_batch_size()):
                self._collection.delete([str(i) for i in ids[some]])

    def nearest(self, vector: Vectors, *, k: int) -> list[tuple[int, float]]:
        """The `k` nearest `(passage id, cosine)`, best first."""
        with explain_chroma(self._place):
            found = self._collection.query(query_embeddings=vector[None], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], distances[0], strict=True)]

    def count(self) -> int:
        """How many vectors the collection holds."""
        with explain_chroma(self._place):
            return int(self._collection.count())

    def check(self, expected: int, dimensions: int) -> None:
        """Make sure that the collection holds so many vectors of this length, and finds them.

        Its count comes from a table, its answers from the graph's files: either can be lost alone.

        Raises:
            DatelineError: it does not.
        """
        k = min(expected, 10)
        probe: Vectors = np.full(dimensions, dimensions**-0.5, dtype=np.float32)
        if self.count() != expected or (k and len(self.nearest(probe, k=k)) < k):
            raise DatelineError(f"the vectors in {self._place} are incomplete: run `dateline index` again")

    def ids(self) -> set[int]:
        """The passages whose vectors the collection holds."""
        with explain_chroma(self._place):
            return {int(i) for i in self._collection.get(include=[])["ids"]}

    def batches(self, size: int = 1_000) -> Iterator[tuple[list[int], Vectors]]:
        """All passages with their vectors, `size` at a time."""
        for start in range(0, self.count(), size):
            with explain_chroma(self._place):
                found = self._collection.get(include=["embeddings"], limit=size, offset=start)
            yield [int(i) for i in found["ids"]], np.asarray(found["embeddings"], dtype=np.float32)


@contextmanager
def explain_chroma(place: str) -> Iterator[None]:
    """Turn Chroma's errors about `place` into ours.

    Raises:
        DatelineError: it is damaged or cannot be reached.
    """
    try:
        yield
    except _UNHEALTHY as error:
        raise DatelineError(
            f"the vectors in {place} cannot be used ({error}): run `dateline index` again to rebuild them"
        ) from error


def split_batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `count`."""
    return (slice(start, start + size) for start in range(0, count, size))
