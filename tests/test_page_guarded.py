"""The page behind its gate, in a real browser: nothing before the token, everything after, nothing from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from page_driver import browser
from playwright.sync_api import Browser, Request, expect
from stand_in_model import StandIn

from index.build import build_index
from index.embedder import MiniLM
from index.home import Home
from qa.assistant import Assistant
from ui.server import make_app, open_port
from ui.settings import Settings
from ui.users import Users


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> Iterator[tuple[str, str]]:
    """Address and token of a page whose home has a user, who may not upload."""
    folder, home = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("home")
    (folder / "bridge.txt").write_text("Bridge closes\n\nFour bridges in Porto were closed on Monday after a storm.\n")
    build_index([folder], Home(home), embedder=lambda: embedder)
    token = Users(home).add("ann")
    listener = open_port("127.0.0.1", 0)
    with Assistant.open(home, llm=StandIn()) as assistant:
        config = uvicorn.Config(
            make_app(assistant, Settings(home=home)), log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", token
        server.should_exit = True
        thread.join()


def test_a_token_opens_the_page_and_questions_are_answered(
    browser: Browser,
    guarded: tuple[str, str],
) -> None:
    address, token = guarded
    context = browser.new_context()
    requests: list[Request] = []
    context.on("request", lambda request: requests.append(request))
    tab = context.new_page()
    tab.goto(address)
    expect(tab).to_have_url(f"{address}/login")
    tab.get_by_label("Access token").fill("a guess")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("no valid token")
    tab.get_by_label("Access token").fill(token)
    tab.keyboard.press("Enter")
    expect(tab.locator("#dl-box textarea")).to_be_visible(timeout=60_000)
    tab.locator("#dl-box textarea").fill("How many bridges were closed?")
    tab.keyboard.press("Enter")
    expect(tab.locator(".dl-turn[data-turn='1']")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(tab.locator("#dl-list a")).to_contain_text("How many bridges were closed?")  # kept for ann, listed for ann
    assert "You may read here" in tab.evaluate("window.dateline.call('remove', {ids: []})")
    assert tab.evaluate("document.cookie").find("dateline_user") < 0
    assert [r.url for r in requests if not r.url.startswith((address, "data:", "blob:"))] == []
    context.close()


def test_nothing_of_the_page_is_served_without_a_token(guarded: tuple[str, str], tmp_path: Path) -> None:
    address, token = guarded
    paths = ["/", "/config", "/gradio_api/info", "/gradio_api/upload", "/gradio_api/queue/join", "/theme.css", "/docs"]
    paths += ["/gradio_api/file=/etc/passwd", f"/gradio_api/file={tmp_path}", "/static/img/logo.svg", "/favicon.ico"]
    for path in paths:
        assert httpx.get(address + path).status_code == 401, path
        assert httpx.post(address + path, content=b"x").status_code == 401, path
    asked = httpx.get(f"{address}/", headers={"Authorization": f"Bearer {token}"})
    assert asked.status_code == 200
    assert "default-src 'self'" in asked.headers["content-security-policy"]


def test_no_path_leads_out_and_a_reader_may_not_upload(guarded: tuple[str, str]) -> None:
    address, token = guarded
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/etc/passwd", "/etc/hostname"):
        for way in (
            f"/gradio_api/file={path}",
            f"/gradio_api/file=..{path}",
            f"/gradio_api/file=%2e%2e%2f%2e%2e{path}",
            f"/static/..%2f..%2f..%2f..{path}",
            f"/assets/%2e%2e/%2e%2e/%2e%2e{path}",
            f"/gradio_api/file/{path}",
        ):
            answer = httpx.get(address + way, headers=headers)
            assert "root:" not in answer.text, way
            assert answer.status_code >= 400, way
    sent = httpx.post(f"{address}/gradio_api/upload", files={"files": ("a.txt", b"text")}, headers=headers)
    assert sent.status_code == 403
