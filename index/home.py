"""The folder an index lives in: where its parts are, and who may write.

This module does not know what the parts hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from index.errors import DatelineError, IndexBusyError


class Home:
    """One index's folder; nothing is created until something is written."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).expanduser().absolute()
        self.catalogue = self.folder / "catalogue.sqlite3"
        self.chroma = self.folder / "chroma"
        self.models = self.folder / "models"
        self.conversations = self.folder / "conversations.sqlite3"
        self.uploads = self.folder / "uploads"
        self.feedback = self.folder / "feedback.jsonl"
        self.lock = self.folder / "write.lock"

    def create(self) -> None:
        """Make the folders that are missing.

        Raises:
            DatelineError: the place cannot be written to.
        """
        try:
            self.chroma.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the right to write; it ends with the process, however that ends.

        Raises:
            IndexBusyError: another process holds it.
            DatelineError: the place cannot be written to.
        """
        self.create()
        lock = filelock.FileLock(self.lock, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise IndexBusyError(
                f"another process is writing the index in {self.folder}: wait for it to end, or choose another --home"
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def catalogue_bytes(self) -> int:
        """The size of the catalogue's files."""
        return sum(map(_size, self.folder.glob(f"{self.catalogue.name}*")))

    def vector_bytes(self) -> int:
        """The size of Chroma's folders."""
        return sum(map(_size, self.chroma.rglob("*")))

    def _unwritable(self, error: OSError) -> DatelineError:
        return DatelineError(
            f"cannot write to {self.folder} ({error.strerror or error}): make it writable, or choose another --home"
        )


def _size(file: Path) -> int:
    """The size of `file`; 0 for a folder, or a file that another process has just removed."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0
