"""Where an index lives: its folder, the servers that hold parts of it, and who may write.

This module does not know what the parts hold.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import filelock

from index.errors import DatelineError, IndexBusyError


class Home:
    """One index's folder; nothing is created until something is written."""

    def __init__(
        self, folder: Path | str, *, server: str = "", chroma_server: str = "", chroma_token: str = ""
    ) -> None:
        """`server` is the address of a PostgreSQL database for catalogue and conversations, empty for SQLite.

        `chroma_server` is the address of a Chroma server for the vectors, empty for a folder; it is shown
        `chroma_token`.
        """
        self.folder = Path(folder).expanduser().absolute()
        self.server = server
        self.chroma_server = chroma_server
        self.chroma_token = chroma_token
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

    @property
    def place(self) -> str:
        """Where the catalogue is, fit to be shown."""
        return without_password(self.server) if self.server else str(self.folder)

    @contextmanager
    def write_lock(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the right to write; it ends with the process, however that ends.

        `shared` lets others write too that share it, where the catalogue can bear it: in PostgreSQL.

        Raises:
            IndexBusyError: another process holds it.
            DatelineError: the place cannot be written to.
        """
        self.create()
        if self.server:
            require_postgres()
            from index.postgres import hold_index

            with hold_index(self.server, shared=shared):
                yield
            return
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


def without_password(url: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}"))


def require_postgres() -> None:
    """Make sure that PostgreSQL's client is installed. Raises DatelineError where it is not."""
    if importlib.util.find_spec("psycopg") is None:
        raise DatelineError(
            "a catalogue in PostgreSQL needs psycopg: install Dateline with its extra, `pip install 'dateline[server]'`"
        )


def _size(file: Path) -> int:
    """The size of `file`; 0 for a folder, or a file that another process has just removed."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0
