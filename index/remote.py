"""Names of models behind OpenAI-compatible servers: `openai:http://127.0.0.1:8000/v1#model`.

This module does not know what such a server is asked.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import UsageError

_NAME = re.compile(r"openai:(?P<url>https?://[^#\s]+)#(?P<model>\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RemoteName:
    """Where a model is served and what it is called there."""

    url: str
    model: str

    @property
    def stays_here(self) -> bool:
        """Whether the server is on this machine, so that no question or article leaves it."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def parse_remote(name: str, *, flag: str = "--llm") -> RemoteName:
    """What `openai:http://127.0.0.1:8000/v1#model` names; `flag` is where it was given.

    Raises:
        UsageError: it has another form.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise UsageError(f"{flag} {name!r} names no server: write it as openai:http://127.0.0.1:8000/v1#model")
    return RemoteName(match["url"].rstrip("/"), match["model"])
