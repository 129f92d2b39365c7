"""PostgreSQL's failures as errors with a way out.

This module does not know tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from index.errors import DatelineError

_REMEDIES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (psycopg.errors.DiskFull, "its disk is full; make room and run the command again, nothing that was stored is lost"),
    (psycopg.errors.TooManyConnections, "raise max_connections there, or run fewer processes"),
    (psycopg.errors.InsufficientPrivilege, "let its user create and change tables in this database"),
    (psycopg.errors.ReadOnlySqlTransaction, "name a server that may be written to with --catalogue"),
    (psycopg.OperationalError, "make sure that it runs, and that --catalogue names it, its user and database rightly"),
    (psycopg.InterfaceError, "make sure that it runs and try again"),
)


@contextmanager
def explain_postgres(place: str) -> Iterator[None]:
    """Turn PostgreSQL's errors that are nobody's mistake in this program into ours.

    Raises:
        DatelineError: the server cannot be reached, is full, or does not let us.
    """
    try:
        yield
    except psycopg.Error as error:
        for kind, remedy in _REMEDIES:
            if isinstance(error, kind):
                said = " ".join(str(error).split())
                raise DatelineError(f"cannot use the catalogue in {place} ({said}): {remedy}") from error
        raise
