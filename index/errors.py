"""Every error Dateline raises on purpose.

    DatelineError
    ├── UsageError              the command or option cannot mean anything (exit status 2)
    ├── ReadError               one file or record could not be read; the run goes on (exit status 3)
    ├── IndexBusyError          another process is writing this index
    ├── IndexMissingError       there is no index at this place yet
    ├── IndexMismatchError      the index was made by another version or embedder
    ├── DamagedError            the catalogue's file is no longer what was written
    ├── ModelError              the model is missing, damaged or cannot be run
    │   └── ModelHashError      the joined model parts are not the published file
    └── CancelledError          the reader pressed stop

A message says what happened, where (file or option) and what to do.
"""

from __future__ import annotations


class DatelineError(Exception):
    """Base of all errors raised on purpose; `str(error)` is fit to be shown."""


class UsageError(DatelineError):
    """The command or option cannot mean anything."""


class ReadError(DatelineError):
    """One file or record could not be read."""


class IndexBusyError(DatelineError):
    """Another process is writing this index."""


class IndexMissingError(DatelineError):
    """There is no index at this place yet."""


class IndexMismatchError(DatelineError):
    """The index was made by another version or embedder."""


class DamagedError(DatelineError):
    """The catalogue's file is no longer what was written."""


class ModelError(DatelineError):
    """The model is missing, damaged or cannot be run."""


class ModelHashError(ModelError):
    """The joined model parts are not the published file."""


class CancelledError(DatelineError):
    """The reader pressed stop."""
