"""The passages' vectors in Chroma, searched for the nearest.

What is searched is published: the catalogue names it in one transaction, and readers follow the name. It lies in a
folder of HOME (`index/chroma_folder.py`) or in a server (`index/chroma_server.py`).

Bringing a large folder up to date for a few new vectors would make each small update as dear as the archive is large.
So up to a tenth of it may wait: readers compare the waiting vectors one by one and leave out passages that are gone.

Where few passages are allowed by filters, or Chroma is missing or damaged, the vectors in the catalogue are compared
one by one instead, which is exact. This module does not know how vectors are made.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from index.catalogue import Catalogue, Snapshot
from index.chroma_collection import ChromaCollection
from index.chroma_folder import FolderShelf
from index.chroma_server import ServerShelf
from index.errors import DatelineError
from index.home import Home
from index.packed_vectors import Vectors
from index.query import Filters

logger = logging.getLogger(__name__)

EXACT_LIMIT = 10_000
"""Up to so many allowed passages are compared one by one, where they are few or rare."""

_FEW, _COMMON = 2_000, 8
"""Few are compared in 20 milliseconds. Of more, if they are an eighth of all, Chroma finds a hundred among its nearest
800 or 3,200: 7,600 of 30,000 took 90 milliseconds to compare (two cores, November 2026)."""

_SLACK = 1.4
"""Among the nearest there are more or fewer that pass a filter than among all."""

_LARGE = 5_000
"""Smaller folders are brought up to date at once: it takes less than a second."""
_MOST_WAITING = 2 * EXACT_LIMIT


class Shelf(Protocol):
    """Where an archive's Chroma collections are."""

    def has(self, name: str) -> bool:
        """Whether the collection `name` is there, as far as can be told without opening it."""

    def open(self, name: str) -> ChromaCollection:
        """The collection `name`. Raises DatelineError where it cannot be used."""

    def update(self, catalogue: Catalogue, name: str) -> Snapshot:
        """Have a collection hold exactly the catalogue's vectors, beginning with `name` if that is not empty."""

    def keep_only(self, name: str) -> None:
        """Delete the archive's other collections."""


class VectorIndex:
    """Nearest passages of one index, from whichever collection is published. For many threads."""

    def __init__(
        self, home: Home, catalogue: Catalogue, *, exact_limit: int = EXACT_LIMIT, large: int = _LARGE
    ) -> None:
        """`exact_limit` allowed passages are compared one by one; in folders of `large` vectors and more some wait."""
        self._exact_limit = exact_limit
        self._large = large
        self._shelf: Shelf = ServerShelf(home, catalogue) if home.chroma_server else FolderShelf(home)
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._name = ""
        self._folder: ChromaCollection | None = None
        self._waiting: tuple[tuple[int, int], list[int], Vectors] | None = None

    def nearest(self, vector: Vectors, *, k: int, filters: Filters | None = None) -> list[tuple[int, float]]:
        """The `k` nearest `(passage id, cosine)` among the passages that pass `filters`, best first."""
        if k < 1:
            return []
        share = 1.0
        if filters:
            most = min(self._exact_limit, max(_FEW, self._catalogue.snapshot.count // _COMMON))
            share = self._catalogue.share_of_articles(filters, limit=most + 1)
            if share * self._catalogue.snapshot.count <= most:
                allowed = self._catalogue.allowed_passages(filters, limit=most + 1)
                if len(allowed) <= most:
                    return self._compare(vector, allowed, k)
        with self._lock:
            try:
                found = self._query(vector, k, filters, share)
            except DatelineError as error:
                logger.warning("%s", error)
                found = None
        if found is None:
            found = self._compare(vector, self._catalogue.allowed_passages(filters) if filters else None, k)
        return found

    def publish(self, *, thorough: bool = True) -> None:
        """Have readers search all vectors that the catalogue holds now; call it with the write lock held.

        `thorough` looks into the published collection even where it need not be brought up to date.

        Raises:
            DatelineError: the folder cannot be written, or the server does not let us.
        """
        with self._catalogue.database.claim("chroma", wait=True):
            old = self._catalogue.snapshot
            if not self.is_outdated() and self._is_whole(old, thorough=thorough):
                return
            self._shelf.keep_only(old.name)
            try:
                fresh = self._shelf.update(self._catalogue, old.name)
            except DatelineError as error:
                logger.warning("building the vectors' index anew: %s", error)
                fresh = self._shelf.update(self._catalogue, "")
            self._catalogue.publish_snapshot(fresh)
            self._shelf.keep_only(fresh.name)

    def is_published(self) -> bool:
        """Whether there is a collection to be searched, as far as can be told without opening it."""
        return self._shelf.has(self._catalogue.snapshot.name)

    @contextmanager
    def published(self) -> Iterator[ChromaCollection]:
        """The collection that is searched, opened apart and closed again at the end.

        Raises:
            DatelineError: it cannot be used.
        """
        collection = self._shelf.open(self._catalogue.snapshot.name)
        try:
            yield collection
        finally:
            collection.close()

    def is_outdated(self) -> bool:
        """Whether more has come or gone since the last `publish` than may wait."""
        snapshot = self._catalogue.snapshot
        return snapshot.generation != self._catalogue.generation and not self._may_wait(snapshot)

    def close(self) -> None:
        """Let go of the open folder."""
        with self._lock:
            self._open("")

    def _query(self, vector: Vectors, k: int, filters: Filters | None, share: float) -> list[tuple[int, float]] | None:
        """Chroma's answer and the waiting vectors; None where there is no folder, or it finds too few that count.

        It is asked for as many as are likely to hold `k` that pass `filters`, if a `share` of all do.
        """
        snapshot = self._catalogue.snapshot
        folder = self._open(snapshot.name)
        if folder is None:
            return None
        waiting = self._compare_waiting(snapshot, vector, k)
        likely = min(8 * k, math.ceil(_SLACK * k / max(share, 1 / 8)))
        for wanted in sorted({likely, 8 * k, 32 * k}) if filters else (k, 8 * k):
            near = folder.nearest(vector, k=min(wanted, snapshot.count or wanted))
            # One that is being added to a server can be in both.
            found = sorted((dict(near) | dict(waiting)).items(), key=lambda pair: -pair[1])
            there = self._catalogue.still_there([passage for passage, _ in found], filters)
            kept = [pair for pair in found if pair[0] in there][:k]
            # A nearer one may be hidden behind the last that was asked for.
            if len(kept) == k and (not near or kept[-1][1] >= near[-1][1]):
                return kept
        return None

    def _compare_waiting(self, snapshot: Snapshot, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The nearest of the vectors that came after the snapshot; read once for each generation."""
        state = (snapshot.last, self._catalogue.generation)
        if self._waiting is None or self._waiting[0] != state:
            new = self._catalogue.vectors.ids(after=snapshot.last)
            self._waiting = (state, *self._catalogue.vectors.of_passages(new))
        _, ids, vectors = self._waiting
        return nearest_of(vector, ids, vectors, k=k)

    def _may_wait(self, snapshot: Snapshot) -> bool:
        """Whether the published folder is large, and little is missing from it or gone."""
        if snapshot.count < self._large:
            return False
        missing = len(self._catalogue.vectors.ids(after=snapshot.last))
        gone = snapshot.count - self._catalogue.count_passages(up_to=snapshot.last)
        return missing + gone <= min(_MOST_WAITING, snapshot.count // 10)

    def _open(self, name: str) -> ChromaCollection | None:
        """The collection `name`, opened now if another one, or none, was open."""
        if name != self._name:
            if self._folder is not None:
                self._folder.close()
            self._folder, self._name = None, ""
            if self._shelf.has(name):
                self._folder, self._name = self._shelf.open(name), name
        return self._folder

    def _compare(self, vector: Vectors, allowed: Sequence[int] | None, k: int) -> list[tuple[int, float]]:
        """The nearest by comparing all the vectors in the catalogue that are allowed."""
        return nearest_of(vector, *self._catalogue.vectors.of_passages(allowed), k=k)

    def _is_whole(self, snapshot: Snapshot, *, thorough: bool) -> bool:
        """Whether the published collection is there, and if `thorough`, opens and holds as many as it should."""
        if not self._shelf.has(snapshot.name):
            return False
        if not thorough:
            return True
        try:
            with self.published() as collection:
                collection.check(snapshot.count, self._catalogue.vectors.dimensions)
        except DatelineError:
            return False
        return True


def nearest_of(vector: Vectors, ids: Sequence[int], vectors: Vectors, *, k: int) -> list[tuple[int, float]]:
    """The `k` nearest `(passage id, cosine)` of unit vectors, shape (ids, dimensions), compared one by one."""
    scores = vectors @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
    best = np.argsort(-scores, kind="stable")[:k]
    return [(ids[i], float(scores[i])) for i in best]
