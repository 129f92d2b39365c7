"""HOME/server.json: where the server of an index is, told to other programs of the same user on this machine.

This module does not know what is served.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ui.loopback import is_loopback

log = logging.getLogger(__name__)

_FILE = "server.json"
_LIFE_S = 10.0
"""A server that does not say that it lives within this time is not waited for; one that is gone
refuses at once."""


@contextmanager
def announced(home: Path, address: str, model: str) -> Iterator[None]:
    """Have HOME/server.json name this process as the server of `home`; it is removed at the end."""
    file = home / _FILE
    value = {"address": address, "pid": os.getpid(), "model": model}
    part = home / f".{_FILE}.{os.getpid()}"
    part.touch(mode=0o600)
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(file)
    try:
        yield
    finally:
        if _read(file).get("pid") == os.getpid():
            file.unlink(missing_ok=True)


def find_server(home: Path, model: str, token: str = "") -> str:  # nosec B107
    """The address of a living server of `home` with this model on this machine; empty where there is none.

    `token` is shown to it; what is there but lets nobody in without one counts as none, and is told.
    """
    told = _read(home / _FILE)
    address, pid = str(told.get("address", "")), told.get("pid")
    parts = urlsplit(address)
    if told.get("model") != model or parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        return ""
    # A token goes to a living server's address only: whoever takes the port of one that died must not learn it.
    return address if isinstance(pid, int) and _lives(pid) and _answers(address, home, pid, token) else ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's, so not the server of a home of ours
        return False
    return True


def _answers(address: str, home: Path, pid: int, token: str) -> bool:
    """Whether what listens at `address` is the process `pid` over this very index, and lets us in."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_LIFE_S)
    try:
        connection.request("GET", "/api/alive", headers=authorization(token))
        reply = connection.getresponse()
        if reply.status == 401:
            log.warning(
                "the Dateline at %s asks for a token: set DATELINE_TOKEN to ask it, not a second model", address
            )
        said: Any = json.loads(reply.read()) if reply.status == 200 else {}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(said, dict) and said.get("pid") == pid and said.get("home") == str(home.absolute())


def authorization(token: str) -> dict[str, str]:
    """The header that shows `token`; none for an empty one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def _read(file: Path) -> dict[str, Any]:
    """What the file says; nothing where it is missing or damaged."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
