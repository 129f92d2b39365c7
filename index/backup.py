"""The catalogue as one file, and back: a backup holds articles, text search and vectors, all but Chroma's copy.

A backup is taken while others read and write; it holds one state of the catalogue. This module does not know
what the catalogue's rows mean.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.catalogue import Catalogue
from index.connection import SqliteConnection, connect, describe_damage, explain_sqlite
from index.errors import DamagedError, DatelineError, IndexMismatchError, UsageError
from index.home import Home
from index.meta import check_format
from index.schema import SqliteDatabase
from index.vectors import VectorIndex


def back_up(home: Home, file: Path) -> None:
    """Write the catalogue of `home` to `file`; an earlier backup there is replaced once the new one is whole.

    Raises:
        UsageError: the catalogue is in PostgreSQL, `file` exists and is no backup, or its folder does not exist.
        IndexMissingError: there is no index in `home`.
        DamagedError: the catalogue is damaged; the earlier backup stays.
        DatelineError: `file` cannot be written.
    """
    _refuse_server(home)
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent} is no folder: make it, or name another place for the backup")
    if file.exists():
        _refuse_other_files(file, home)
    part = file.with_name(f"{file.name}.part")
    catalogue = Catalogue(home)
    try:
        part.unlink(missing_ok=True)
        _copy(part, home)
        _check(part, home)
        part.replace(file)
        _flush(file.parent)
    except OSError as error:
        raise DatelineError(f"cannot write {file} ({error.strerror}): name another place for the backup") from error
    finally:
        catalogue.close()
        part.unlink(missing_ok=True)


def restore(home: Home, file: Path) -> None:
    """Put the backup in `file` in the place of the catalogue of `home`, and have Chroma hold its vectors.

    A catalogue that is damaged is set aside as `catalogue.sqlite3.damaged`; a sound one is written over in one
    transaction, so that whoever reads meanwhile sees the old state or the new one.

    Raises:
        UsageError: the catalogue is in PostgreSQL, or `file` is no backup.
        IndexMismatchError: it was made by another version.
        DamagedError: it is damaged; the index is left as it was.
        IndexBusyError: another process is writing the index.
        DatelineError: the index cannot be written.
    """
    _refuse_server(home)
    if not file.is_file():
        raise UsageError(f"{file}: no such backup")
    with home.write_lock():
        with _opened_backup(file) as backup:
            check_format(backup, file)
            if faults := _find_faults(backup):
                raise DamagedError(f"{file} is damaged ({faults}): take another backup")
            with _target(home) as target, explain_sqlite(home.catalogue):
                backup.backup(target)
        catalogue = Catalogue(home)
        try:
            VectorIndex(home, catalogue).publish()
        finally:
            catalogue.close()


def _refuse_server(home: Home) -> None:
    if home.server:
        raise UsageError(
            f"the catalogue is in {home.place}: keep it with PostgreSQL's own `pg_dump` and `pg_restore` "
            "(docs/scaling.md), then run `dateline index`"
        )


def _copy(part: Path, home: Home) -> None:
    with closing(connect(home.catalogue)) as source, closing(connect(part)) as target:
        with explain_sqlite(home.catalogue):
            source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it


def _check(part: Path, home: Home) -> None:
    """Make sure that what was copied is sound: a backup of a damaged catalogue must not replace a good one."""
    with closing(connect(part)) as copied:
        faults = _find_faults(copied)
    if faults:
        raise DamagedError(describe_damage(home.catalogue, faults))


def _find_faults(connection: sqlite3.Connection) -> str:
    said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    return "" if said == ["ok"] else "; ".join(said)


@contextmanager
def _opened_backup(file: Path) -> Iterator[SqliteConnection]:
    """The backup, checked to be one.

    Raises:
        UsageError: it is none.
    """
    with closing(connect(file)) as connection:
        try:
            found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'articles')")
            if found.fetchone()[0] != 2:
                raise UsageError(f"{file} is no backup of Dateline: name a file that `dateline backup` wrote")
        except DamagedError as error:
            raise UsageError(
                f"{file} is no backup of Dateline, or damaged: name a file that `dateline backup` wrote"
            ) from error
        yield connection


def _refuse_other_files(file: Path, home: Home) -> None:
    """Make sure that `file`, which is about to be replaced, is a backup and not the catalogue itself."""
    if file.samefile(home.catalogue) if home.catalogue.exists() else False:
        raise UsageError(f"{file} is the catalogue itself: name another place for the backup")
    with _opened_backup(file):
        pass


@contextmanager
def _target(home: Home) -> Iterator[sqlite3.Connection]:
    """The database to write over: the catalogue, or where that is damaged or another version's, a new one."""
    try:
        if home.catalogue.exists():
            database = SqliteDatabase(home)
            sound = database.connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            database.close()
            if not sound:
                _set_aside(home)
    except (DamagedError, IndexMismatchError):
        _set_aside(home)
    with closing(connect(home.catalogue)) as target:
        target.execute("PRAGMA journal_mode = WAL")
        yield target


def _set_aside(home: Home) -> None:
    """Move the catalogue away with its log, which must not be applied to another file."""
    for ending in ("", "-wal", "-shm"):
        path = home.catalogue.with_name(home.catalogue.name + ending)
        if path.exists():
            path.replace(path.with_name(f"{home.catalogue.name}.damaged{ending}"))


def _flush(folder: Path) -> None:
    """Have the disk know the file's new name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
