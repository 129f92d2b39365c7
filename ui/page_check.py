"""Whether the page can be served, or is served, seen without a browser.

This module does not know what the page shows.
"""

from __future__ import annotations

import http.client
import socket

from ui.finding import Finding, State
from ui.running import authorization
from ui.settings import Settings
from ui.wording import one_line


def check_page(settings: Settings) -> Finding:
    """Whether the page's address can be served on, or the page is served there already."""
    where = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port), family=_family(settings.host)):
            return Finding("page", State.OK, f"{where} is free for `dateline chat`")
    except OSError as error:
        reason = one_line(error.strerror or str(error))
    return _visit_page(settings, where, reason)


def _visit_page(settings: Settings, where: str, reason: str) -> Finding:
    """What is at the address that cannot be had: the page itself, as a browser would get it, or something else."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 nothing is bound # nosec B104
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.connect()
    except OSError:
        return Finding("page", State.FAULT, f"cannot serve on {where} ({reason})", "choose another --host or --port")
    try:
        connection.request("GET", "/", headers={"Accept": "text/html", **authorization(settings.token)})
        reply = connection.getresponse()
        said = reply.read(2_000_000)
    except (OSError, http.client.HTTPException):  # it takes connections and speaks no HTTP
        return _taken(where)
    finally:
        connection.close()
    if reply.status == 200 and b"window.dateline" in said:
        return Finding("page", State.OK, f"Dateline is served on {where}")
    if reply.status == 303 and reply.headers.get("location") == "/login":
        return Finding("page", State.OK, f"Dateline is served on {where}, to who has a token")
    return _taken(where)


def _taken(where: str) -> Finding:
    return Finding("page", State.WARNING, f"something that is not Dateline listens on {where}", "choose another --port")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
