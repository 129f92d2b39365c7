"""The door before page and API: whoever is asked for a token comes in with one, as `Authorization: Bearer TOKEN`
or, from the login page, as a cookie.

Everything is closed but the login page. The cookie holds a name and an hour, signed with a key that only this
process knows and the hash of the user's token: it ends with the process, the token or the hour. This module does
not know what lies behind the door.
"""

from __future__ import annotations

import hmac
import html
import secrets
import threading
import time
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from importlib import resources
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import DatelineError
from ui.users import User, Users

COOKIE = "dateline_user"
LASTS_S = 12 * 3600
MAX_FAILURES = 5
"""Wrong tokens from one address before it has to wait; it then waits `WAIT_S` from the last one."""

WAIT_S = 60.0
_MAX_ADDRESSES = 4096
_MAX_LOGIN_BYTES = 4096


class Attempts:
    """Wrong tokens by address, the oldest forgotten first. A jump of the clock changes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def must_wait_s(self, address: str) -> float:
        """How long `address` must wait before it may try again."""
        with self._lock:
            count, last = self._failures.get(address, (0, 0.0))
        left = last + WAIT_S - time.monotonic()
        return max(left, 0.0) if count >= MAX_FAILURES else 0.0

    def note(self, address: str) -> None:
        """One more wrong token from `address`."""
        with self._lock:
            count, last = self._failures.pop(address, (0, 0.0))
            expired = time.monotonic() - last > WAIT_S
            self._failures[address] = (1 if expired else count + 1, time.monotonic())
            while len(self._failures) > _MAX_ADDRESSES:
                self._failures.popitem(last=False)


class Gate:
    """Lets through to `app` who has a token; with it `scope["state"]["user"]`, a `User`."""

    def __init__(self, app: ASGIApp, users: Users) -> None:
        self._app = app
        self._users = users
        self._attempts = Attempts()
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._admit(scope, receive)
        except DatelineError as error:
            answer = JSONResponse({"error": str(error)}, status_code=503)
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            await answer(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive) -> Response | None:
        """None where the request may pass, else what it is answered."""
        connection = HTTPConnection(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in ("/login", "/logout") and scope["type"] == "http":
            return await self._log_in_or_out(Request(scope, receive), path)
        user = self._user_by_cookie(connection)
        if user is None and (token := _bearer(connection)):
            if wait := self._attempts.must_wait_s(_address(connection)):
                return _too_many(wait)
            user = self._users.find(token)
            if user is None:
                self._attempts.note(_address(connection))
        if user is None:
            return _ask_for_token(connection)
        if scope.get("method", "GET") != "GET" and is_upload(path) and not user.may_upload:
            return JSONResponse({"error": "you may not upload: ask who runs Dateline"}, status_code=403)
        scope.setdefault("state", {})["user"] = user
        return None

    async def _log_in_or_out(self, request: Request, path: str) -> Response:
        if path == "/logout":
            gone = RedirectResponse("/login", status_code=303)
            gone.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_secure(request))
            return gone
        if request.method != "POST":
            return _login_page("")
        if wait := self._attempts.must_wait_s(_address(request)):
            return _login_page(f"Too many wrong tokens: wait {wait:.0f} seconds.", status=429, wait=wait)
        user = self._users.find(await _read_token(request))
        if user is None:
            self._attempts.note(_address(request))
            return _login_page("This is no valid token.", status=401)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            COOKIE, self._sign(user, int(time.time()) + LASTS_S), max_age=LASTS_S, path="/", httponly=True,
            samesite="strict", secure=_is_secure(request),
        )  # fmt: skip
        return answer

    def _sign(self, user: User, until: int) -> str:
        signed = f"{user.name}|{until}"
        mac = hmac.new(self._key + user.digest.encode(), signed.encode(), "sha256").hexdigest()
        return f"{signed.encode().hex()}.{mac}"

    def _user_by_cookie(self, connection: HTTPConnection) -> User | None:
        value = _cookie(connection)
        try:
            name, _, until = bytes.fromhex(value.partition(".")[0]).decode().rpartition("|")
        except ValueError:
            return None
        user = self._users.named(name)
        if user is None or not until.isdecimal() or not until.isascii() or int(until) < time.time():
            return None
        return user if hmac.compare_digest(self._sign(user, int(until)).encode(), value.encode()) else None


def user_name(connection: HTTPConnection) -> str | None:
    """The name of who asks, where the gate let someone in."""
    user = getattr(connection.state, "user", None)
    return user.name if isinstance(user, User) else None


def is_upload(path: str) -> bool:
    """Whether something that is sent to this path adds to, or takes from, the articles."""
    return path.rstrip("/").endswith("/upload") or path.startswith("/api/articles")


def _bearer(connection: HTTPConnection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _cookie(connection: HTTPConnection) -> str:
    try:
        found = SimpleCookie(connection.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None and found.value.isascii() else ""


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def _is_secure(request: Request) -> bool:
    """Whether the browser came by TLS; uvicorn believes a proxy on this machine about that."""
    return request.url.scheme == "https"


async def _read_token(request: Request) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_LOGIN_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()


def _ask_for_token(connection: HTTPConnection) -> Response:
    if "text/html" in connection.headers.get("accept", ""):
        return RedirectResponse("/login", status_code=303)
    return JSONResponse(
        {"error": "a token is needed: Authorization: Bearer TOKEN"}, 401, {"WWW-Authenticate": "Bearer"}
    )


def _too_many(wait: float) -> Response:
    return JSONResponse({"error": f"too many wrong tokens: wait {wait:.0f} s"}, 429, {"Retry-After": f"{wait:.0f}"})


def _login_page(message: str, *, status: int = 200, wait: float = 0.0) -> Response:
    page = resources.files("ui").joinpath("login.html").read_text(encoding="utf-8")
    headers = {"Retry-After": f"{wait:.0f}"} if wait else {}
    return HTMLResponse(page.replace("<!--message-->", html.escape(message)), status, headers)
