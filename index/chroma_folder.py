"""Passage vectors in folders of HOME: published snapshots.

Only one process may have a Chroma folder open for writing, and a reader there neither sees the changes of another
process nor leaves the files alone (chroma 1.5: the first query of a process applies the pending log and may save the
graph). So a folder that is read is never written: the writer copies it and brings the copy up to date. What a kill
leaves behind is a folder without a name, deleted by the next writer. This module does not know who searches.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromadb
from chromadb.config import Settings

from index.catalogue import Catalogue, Snapshot
from index.chroma_collection import HNSW, ChromaCollection, explain_chroma, split_batches
from index.connection import compact
from index.home import Home

READ_AT_ONCE = 10_000
"""Vectors that are held in memory while they are copied."""

_NAME = "passages"
_TABLES = "chroma.sqlite3"
"""Chroma's tables beside the graph. Vectors pass through them on their way into it and leave room behind, two
fifths of the folder's after a first run (November 2026; `chroma vacuum` gives it back, too)."""
# sync_threshold 2: every batch is saved whole, so that opening replays no log (0.1 s instead of 7 s for 4,500 pending
# vectors, 2026-11).
_HNSW = HNSW | {"batch_size": 100, "sync_threshold": 2}


class ChromaFolder(ChromaCollection):
    """One open Chroma folder of passage vectors."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the folder; `create` makes an empty one where there is none.

        Raises:
            DatelineError: it is damaged or cannot be opened.
        """
        with explain_chroma(str(folder)):
            client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
        super().__init__(client, _NAME, str(folder), hnsw=_HNSW if create else None)


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[ChromaFolder]:
    """The folder, closed again at the end."""
    folder = ChromaFolder(path, create=create)
    try:
        yield folder
    finally:
        folder.close()


class FolderShelf:
    """The folders of one home; a `Shelf`."""

    def __init__(self, home: Home) -> None:
        self._folder = home.chroma

    def has(self, name: str) -> bool:
        """Whether there is a folder `name`."""
        return bool(name) and (self._folder / name).is_dir()

    def open(self, name: str) -> ChromaCollection:
        """The folder `name`."""
        return ChromaFolder(self._folder / name)

    def update(self, catalogue: Catalogue, name: str) -> Snapshot:
        """A folder that holds exactly the catalogue's vectors, made from a copy of the folder `name`."""
        generation, last = catalogue.generation, catalogue.vectors.last_complete()
        old, fresh = self._folder / name, uuid.uuid4().hex
        work = self._folder / f"{fresh}.part"
        if name and old.is_dir():
            shutil.copytree(old, work)
        with opened(work, create=True) as folder:
            wanted, held = set(catalogue.vectors.ids(up_to=last)), folder.ids()
            folder.remove(sorted(held - wanted))
            missing = sorted(wanted - held)
            for some in split_batches(len(missing), READ_AT_ONCE):
                folder.add(*catalogue.vectors.of_passages(missing[some]))
            folder.check(len(wanted), catalogue.vectors.dimensions)
        compact(work / _TABLES)
        work.rename(self._folder / fresh)
        return Snapshot(fresh, generation, last, len(wanted))

    def keep_only(self, name: str) -> None:
        """Delete all folders but `name`."""
        for folder in self._folder.iterdir():
            if folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)
