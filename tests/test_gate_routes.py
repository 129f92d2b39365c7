"""Every route of the application as it is, walked: a stranger gets into none, a reader changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import make_home
from stand_in_model import StandIn
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from qa.assistant import Assistant
from ui.server import make_app
from ui.settings import Settings
from ui.users import Users

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OPEN = {"/login", "/logout"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_home(tmp_path_factory.mktemp("guarded"))
    Users(home).add("ann")
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with Assistant.open(home, llm=StandIn()) as assistant:
        app = make_app(assistant, Settings(home=home))
        with TestClient(app, follow_redirects=False, base_url="http://127.0.0.1") as client:
            yield client


def walk(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """Every route below `routes`, wherever it is mounted or included from, with its whole path."""
    for route in routes:
        path = before + str(getattr(route, "path", ""))
        below: Any = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if isinstance(route, Mount) and not below:
            yield f"{path}/anything", route  # a folder of files
        elif below:
            prefix = getattr(getattr(route, "include_context", None), "prefix", "")
            yield from walk(list(below), path + prefix)
        else:
            yield path, route


def filled(path: str) -> str:
    return re.sub(r"{[^}]*}", "x", path) or "/"


def test_no_route_lets_a_stranger_in(client: TestClient) -> None:
    walked = list(walk(client.app.routes))  # type: ignore[attr-defined]
    paths = {path for path, _ in walked}
    known = {"/api/ask", "/api/search", "/api/articles/{article_id}", "/v1/chat/completions", "/docs", "/openapi.json"}
    assert known <= paths, paths
    assert any("gradio_api/upload" in path for path in paths), "the page's own routes are walked, too"
    for path, route in walked:
        if isinstance(route, WebSocketRoute):
            with pytest.raises(WebSocketDisconnect), client.websocket_connect(filled(path)):
                pass
            continue
        assert isinstance(route, Route | Mount), f"{path}: a kind of route that this test cannot judge: {route!r}"
        for method in METHODS:
            for accept in ("application/json", "text/html") if method == "GET" else ("application/json",):
                answer = client.request(method, filled(path), headers={"Accept": accept})
                closed = answer.status_code == 401 or answer.headers.get("location") == "/login"
                assert closed or filled(path) in OPEN, (method, path, answer.status_code)
    print(f"\n{len(walked)} routes, {len(METHODS)} methods each: none lets a stranger in")


def test_what_every_answer_carries(client: TestClient, home: Path) -> None:
    token = {"Authorization": f"Bearer {Users(home).add('ben')}"}
    for path in ("/", "/docs", "/login", "/api/status", "/nothing/here", "/gradio_api/info", "/theme.css"):
        for headers in ({}, token):
            policy = client.get(path, headers=headers).headers["content-security-policy"]
            sources = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
            assert sources["default-src"] == "'self'"
            assert sources["object-src"] == sources["frame-ancestors"] == "'none'"
            assert not re.search(r"https?:|\*|//", policy), policy


def test_an_api_user_must_wait_after_wrong_tokens_whatever_the_route(home: Path) -> None:
    with Assistant.open(home, llm=StandIn()) as assistant:
        app = make_app(assistant, Settings(home=home))
        client = TestClient(app, base_url="http://127.0.0.1")
        for path in ("/api/ask", "/api/search?q=x", "/v1/models", "/gradio_api/info", "/docs"):
            assert client.get(path, headers={"Authorization": "Bearer guess"}).status_code == 401
        right = {"Authorization": f"Bearer {Users(home).add('cid')}"}
        refused = client.get("/v1/models", headers=right)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
