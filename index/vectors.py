"""The passages' vectors in Chroma, searched for the nearest.

Only one process may have a Chroma folder open for writing, and a reader there neither sees the changes of
another process nor leaves the files alone (chroma 1.5: the first query of a process applies the pending log
and may save the graph). So a folder that is read is never written: the writer copies it, brings the copy up
to date from the catalogue, and publishes its name there in one transaction; readers follow the name. What a
kill leaves behind is a folder without a name, deleted by the next writer.

Where few passages are allowed by filters, or Chroma's folder is missing or damaged, the vectors in the
catalogue are compared one by one instead, which is exact. This module does not know how vectors are made.
"""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
import chromadb.errors
import numpy as np
from chromadb.config import Settings

from index.catalogue import Catalogue
from index.errors import DatelineError
from index.home import Home
from index.query import Filters
from index.rows import Vectors

logger = logging.getLogger(__name__)

EXACT_LIMIT = 10_000
"""Up to so many allowed passages are compared one by one: 10,000 take about as long as one Chroma query."""

# AttributeError: what Chroma raises on every later try once opening a damaged folder has failed.
_UNHEALTHY = (chromadb.errors.ChromaError, OSError, ValueError, KeyError, RuntimeError, AttributeError)
_NAME = "passages"
_PROBE: Vectors = np.full(384, 384**-0.5, dtype=np.float32)
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
            for some in _batches(len(ids), self._client.get_max_batch_size()):
                self._collection.upsert([str(i) for i in ids[some]], embeddings=vectors[some])

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these passages."""
        with self._explained():
            for some in _batches(len(ids), self._client.get_max_batch_size()):
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

    def check(self, expected: int) -> None:
        """Make sure that the folder holds so many vectors, and finds them.

        Its count comes from a table, its answers from the graph's files: either can be lost alone.

        Raises:
            DatelineError: it does not.
        """
        k = min(expected, 10)
        if self.count() != expected or (k and len(self.nearest(_PROBE, k=k)) < k):
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


class VectorIndex:
    """Nearest passages of one index, from whichever Chroma folder is published. For many threads."""

    def __init__(self, home: Home, catalogue: Catalogue, *, exact_limit: int = EXACT_LIMIT) -> None:
        self._exact_limit = exact_limit
        self._home = home
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._name = ""
        self._folder: ChromaFolder | None = None

    def nearest(self, vector: Vectors, *, k: int, filters: Filters | None = None) -> list[tuple[int, float]]:
        """The `k` nearest `(passage id, cosine)` among the passages that pass `filters`, best first."""
        if k < 1:
            return []
        allowed = self._catalogue.allowed_passages(filters) if filters else None
        if allowed is not None and len(allowed) <= self._exact_limit:
            return self._compare(vector, allowed, k)
        with self._lock:
            try:
                found = self._query(vector, k, None if allowed is None else set(allowed))
            except DatelineError as error:
                logger.warning("%s", error)
                found = None
        return self._compare(vector, allowed, k) if found is None else found

    def count(self) -> int:
        """How many vectors can be searched."""
        return self._catalogue.count_vectors()

    def publish(self) -> None:
        """Have readers search all vectors that the catalogue holds now; call it with the write lock held.

        Raises:
            DatelineError: the folder cannot be written.
        """
        generation = self._catalogue.generation
        name, published = self._catalogue.snapshot
        if published == generation and self._is_whole(name):
            return
        self._delete_others(name)
        try:
            fresh = self._update_copy(name)
        except DatelineError as error:
            logger.warning("building the vectors' index anew: %s", error)
            fresh = self._update_copy("")
        self._catalogue.publish_snapshot(fresh, generation)
        self._delete_others(fresh)

    def close(self) -> None:
        """Let go of the open folder."""
        with self._lock:
            self._open("")

    def _query(self, vector: Vectors, k: int, allowed: set[int] | None) -> list[tuple[int, float]] | None:
        """Chroma's answer; None where there is no folder, or it finds too few, or too few that are allowed."""
        folder = self._open(self._catalogue.snapshot[0])
        if folder is None:
            return None
        found = folder.nearest(vector, k=k if allowed is None else 8 * k)
        kept = [(passage, score) for passage, score in found if allowed is None or passage in allowed][:k]
        return kept if len(kept) == k else None

    def _open(self, name: str) -> ChromaFolder | None:
        """The folder `name`, opened now if another one, or none, was open."""
        if name != self._name:
            if self._folder is not None:
                self._folder.close()
            self._folder, self._name = None, ""
            if name and (self._home.chroma / name).is_dir():
                self._folder, self._name = ChromaFolder(self._home.chroma / name), name
        return self._folder

    def _compare(self, vector: Vectors, allowed: Sequence[int] | None, k: int) -> list[tuple[int, float]]:
        """The nearest by comparing all the vectors in the catalogue that are allowed."""
        ids, vectors = self._catalogue.passage_vectors(allowed)
        scores = vectors @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        best = np.argsort(-scores, kind="stable")[:k]
        return [(ids[i], float(scores[i])) for i in best]

    def _is_whole(self, name: str) -> bool:
        """Whether the published folder opens and holds as many vectors as the catalogue."""
        if not name or not (self._home.chroma / name).is_dir():
            return False
        try:
            with opened(self._home.chroma / name) as folder:
                folder.check(self.count())
        except DatelineError:
            return False
        return True

    def _update_copy(self, name: str) -> str:
        """Make a folder that holds exactly the catalogue's vectors, from a copy of the folder `name`; its name."""
        old, fresh = self._home.chroma / name, uuid.uuid4().hex
        work = self._home.chroma / f"{fresh}.part"
        if name and old.is_dir():
            shutil.copytree(old, work)
        with opened(work, create=True) as folder:
            wanted, held = set(self._catalogue.vector_ids()), folder.ids()
            folder.remove(sorted(held - wanted))
            missing = sorted(wanted - held)
            for some in _batches(len(missing), EXACT_LIMIT):
                folder.add(*self._catalogue.passage_vectors(missing[some]))
            folder.check(len(wanted))
        work.rename(self._home.chroma / fresh)
        return fresh

    def _delete_others(self, name: str) -> None:
        for folder in self._home.chroma.iterdir():
            if folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[ChromaFolder]:
    """The folder, closed again at the end."""
    folder = ChromaFolder(path, create=create)
    try:
        yield folder
    finally:
        folder.close()


def _batches(count: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))
