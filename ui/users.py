"""Who may use the page and the API from elsewhere: names, hashed access tokens, and who may upload.

A token is 256 random bits, so a plain SHA-256 keeps it as well as a slow hash would: those are for passwords that
people choose. The file is read again when it changes, so that a removed user is out at once. This module does not
know HTTP.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import DatelineError, UsageError

_NAME = re.compile(r"[\w.@-]{1,64}")
_MAX_TOKEN_CHARS = 200


@dataclass(frozen=True, slots=True)
class User:
    """Someone with a token; `digest` is its SHA-256."""

    name: str
    digest: str
    may_upload: bool


class Users:
    """The users of one home, in `users.json` there. For many threads."""

    def __init__(self, home: Path) -> None:
        self._file = home / "users.json"
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._known: tuple[User, ...] = ()

    def all(self) -> tuple[User, ...]:
        """Every user, in order of name.

        Raises:
            DatelineError: the file is damaged or may not be read; nobody is let in then.
        """
        with self._lock:
            try:
                stat = self._file.stat()
                stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if stamp != self._stamp:
                    self._known = _read(self._file.read_text(encoding="utf-8"))
                    self._stamp = stamp
            except FileNotFoundError:
                self._known, self._stamp = (), None
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise DatelineError(
                    f"{self._file} cannot be read ({error}): make it readable, or delete it and add the users again"
                ) from error
            return self._known

    def add(self, name: str, *, may_upload: bool = False) -> str:
        """Let `name` in; the new token, which is shown this once. One who is known gets a new token.

        Raises:
            UsageError: the name cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name: letters, digits and . @ - _, at most 64")
        token = secrets.token_urlsafe(32)
        others = [user for user in self.all() if user.name != name]
        self._write([*others, User(name, _digest(token), may_upload)])
        return token

    def remove(self, name: str) -> None:
        """Let `name` in no more.

        Raises:
            UsageError: there is no such user.
        """
        others = [user for user in self.all() if user.name != name]
        if len(others) == len(self.all()):
            raise UsageError(f"there is no user {name!r}: `dateline users list` names them")
        self._write(others)

    def find(self, token: str) -> User | None:
        """Whose token this is; it is compared with every user's in constant time."""
        digest = _digest(token[:_MAX_TOKEN_CHARS])
        found = None
        for user in self.all():
            if hmac.compare_digest(user.digest, digest):
                found = user
        return found

    def named(self, name: str) -> User | None:
        """The user of this name."""
        return next((user for user in self.all() if user.name == name), None)

    def _write(self, users: list[User]) -> None:
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                json.dump([asdict(user) for user in sorted(users, key=lambda user: user.name)], stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self._file)
        except OSError as error:
            with contextlib.suppress(OSError):  # nor can it be taken away where nothing can be written
                part.unlink()
            raise DatelineError(f"cannot write {self._file} ({error.strerror}): make its folder writable") from error


def _read(text: str) -> tuple[User, ...]:
    return tuple(User(str(u["name"]), str(u["digest"]), u["may_upload"] is True) for u in json.loads(text))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
