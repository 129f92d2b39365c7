"""Who may in: tokens, cookies, waiting after wrong ones, uploads; over a plain application, then over the page."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import ui.gate
from index.errors import DatelineError, UsageError
from ui.gate import COOKIE, MAX_FAILURES, Attempts, Gate, user_name
from ui.loopback import is_loopback
from ui.server import needs_token, refuse_open_door
from ui.users import Users

EVERYWHERE = "0.0.0.0"  # noqa: S104
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]


async def behind(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"inside: {user_name(request)}")


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path)


@pytest.fixture
def client(users: Users) -> Iterator[TestClient]:
    app = Starlette(routes=[Route("/{path:path}", behind, methods=METHODS)])
    app.add_middleware(Gate, users=users)
    with TestClient(app, follow_redirects=False) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_a_token_every_path_and_method_is_closed(client: TestClient, users: Users) -> None:
    users.add("ann")
    for path in ("/", "/api/ask", "/v1/chat/completions", "/gradio_api/queue/join", "/docs", "//login", "/login/x"):
        for method in METHODS:
            answer = client.request(method, path, headers={"Accept": "application/json"})
            assert answer.status_code == 401, (path, method)
            assert "inside" not in answer.text
            assert answer.headers["www-authenticate"] == "Bearer"
    page = client.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/login")


def test_a_token_opens_and_a_removed_user_is_out_at_once(client: TestClient, users: Users) -> None:
    token = users.add("ann")
    assert client.get("/api/ask", headers=bearer(token)).text == "inside: ann"
    other = Users(users._file.parent)  # another process: `dateline users remove`
    other.add("ben")
    other.remove("ann")
    assert client.get("/api/ask", headers=bearer(token)).status_code == 401


def test_logging_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(client: TestClient, users: Users) -> None:
    token = users.add("ann")
    assert client.post("/login", data={"token": "wrong"}).status_code == 401
    answer = client.post("/login", data={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert token not in cookie
    for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age"):
        assert word in cookie
    assert "Secure" not in cookie  # plain HTTP: the browser would throw it away
    assert client.get("/").text == "inside: ann"
    secure = client.post("https://testserver/login", data={"token": token})
    assert "Secure" in secure.headers["set-cookie"]
    assert client.get("/logout").headers["location"] == "/login"
    assert client.get("/").status_code == 401


def test_a_forged_or_outlived_cookie_opens_nothing(client: TestClient, users: Users) -> None:
    token = users.add("ann")
    users.add("ben")
    client.post("/login", data={"token": token})
    value = client.cookies[COOKIE]
    name, _, mac = value.partition(".")
    until = bytes.fromhex(name).decode().partition("|")[2]
    forged = [
        f"{f'ben|{until}'.encode().hex()}.{mac}",
        f"{f'ann|{int(until) + 9}'.encode().hex()}.{mac}",
        f"{b'ann|1'.hex()}.{mac}",
        f"{name}.{mac[:-1]}",
        f"{name}.",
        name,
        "zz.zz",
        "",
        "é" * 3,
    ]
    client.cookies.clear()
    for each in forged:
        answer = client.get("/", headers={"Cookie": f"{COOKIE}={each}".encode()})
        assert answer.status_code == 401, each
    assert client.get("/", headers={"Cookie": f"{COOKIE}={value}"}).text == "inside: ann"
    users.add("ann")  # a new token ends what the old one opened
    assert client.get("/", headers={"Cookie": f"{COOKIE}={value}"}).status_code == 401


def test_after_some_wrong_tokens_even_the_right_one_must_wait(
    client: TestClient, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = users.add("ann")
    inside = client.post("/login", data={"token": token}).cookies[COOKIE]
    client.cookies.clear()
    for _ in range(MAX_FAILURES):
        assert client.get("/", headers=bearer("guess")).status_code == 401
    for answer in (client.get("/", headers=bearer(token)), client.post("/login", data={"token": token})):
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 60
    assert client.get("/", headers={"Cookie": f"{COOKIE}={inside}"}).text == "inside: ann"
    monkeypatch.setattr(ui.gate, "WAIT_S", 0.0)  # a minute later
    assert client.get("/", headers=bearer(token)).text == "inside: ann"


def test_attempts_of_many_addresses_take_little_memory() -> None:
    attempts = Attempts()
    for n in range(10_000):
        attempts.note(str(n))
    assert len(attempts._failures) <= 4096


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/upload", "/api/articles", "/api/articles/abc"])
def test_only_those_allowed_may_upload_or_delete(client: TestClient, users: Users, path: str) -> None:
    reader, editor = users.add("reader"), users.add("editor", may_upload=True)
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, path, headers=bearer(reader)).status_code == 403
        assert client.request(method, path, headers=bearer(editor)).text == "inside: editor"
    assert client.get(path, headers=bearer(reader)).text == "inside: reader"


def test_the_file_holds_no_token_and_is_its_owners_alone(users: Users, tmp_path: Path) -> None:
    token = users.add("ann")
    file = tmp_path / "users.json"
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert len(token) >= 43


def test_a_damaged_file_lets_nobody_in(client: TestClient, users: Users, tmp_path: Path) -> None:
    token = users.add("ann")
    for wrong in ("", "{", "[1]", '[{"name": "ann"}]', json.dumps({"ann": "x"})):
        (tmp_path / "users.json").write_text(wrong)
        answer = client.get("/", headers=bearer(token))
        assert answer.status_code == 503, wrong
        assert "users.json" in answer.text


def test_a_home_that_cannot_be_written_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("os.open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DatelineError, match="make its folder writable"):
        Users(tmp_path).add("ann")


@pytest.mark.parametrize("name", ["", "a b", "a|b", "x" * 65, "../x", "é\n"])
def test_a_name_that_cannot_be_one_is_refused(users: Users, name: str) -> None:
    with pytest.raises(UsageError):
        users.add(name)


def test_a_large_or_strange_login_is_refused(client: TestClient, users: Users) -> None:
    users.add("ann")
    assert client.post("/login", content=b"token=" + b"x" * 10**6).status_code == 401
    assert client.post("/login", content=b"\xff\xfe%00").status_code == 401
    assert client.get("/", headers={"Authorization": b"Bearer \xff\xfe"}).status_code == 401


def test_a_message_on_the_login_page_is_text(client: TestClient, users: Users) -> None:
    users.add("ann")
    page = client.post("/login", data={"token": "<script>alert(1)</script>"})
    assert "<script" not in page.text
    assert re.search(r"no valid token", page.text)


def test_serving_elsewhere_demands_a_token(users: Users) -> None:
    for host in (EVERYWHERE, "192.168.1.7", "::", "example.org"):
        assert not is_loopback(host)
        with pytest.raises(UsageError, match="dateline users add"):
            refuse_open_door(host, users)
    refuse_open_door("127.0.0.1", users)
    assert not needs_token("127.0.0.1", users)
    users.add("ann")
    refuse_open_door(EVERYWHERE, users)
    assert needs_token("127.0.0.1", users)
    users._file.write_text("{")
    with pytest.raises(DatelineError):
        needs_token("127.0.0.1", users)
