"""Drives the page in a real browser, over the real pipeline; only the language model is a stand-in.

Fixtures and steps that the tests of the page share.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from llama_index.core.llms import LLM, CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from index.build import build_index
from index.home import Home
from qa.assistant import Assistant
from ui.server import make_app, open_port
from ui.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
expect.set_options(timeout=60_000)  # a busy machine is no fault of the page

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

FERRY = """Ferry runs aground near Aland

November 22, 2021

A ferry ran aground near Aland on Monday morning in thick fog. All 98 people on board the ferry were taken off unhurt.

The captain of the ferry, Maria Holm, said that the radar had failed. The hull held and no oil leaked."""

LIFEBOAT = {
    "title": "Lifeboat brings 98 ashore",
    "date": "2021-11-23",
    "source": "Harbour News",
    "author": "Ada Lind",
    "url": "https://harbour.example/lifeboat",
    "tags": ["rescue", "sea"],
    "text": "All 98 people on board the ferry were brought ashore by a lifeboat and two tugs.\n\n"
    "The lifeboat made seven journeys in the dark, and its crew had hot soup for everyone.",
}

HOSTILE_WORDS = (
    "<img src=x onerror=window.hacked=1> <script>window.hacked=2</script> ${window.hacked=3} {{7*7}} "
    "{{constructor}} `tick` **bold** [x](javascript:alert(1)) &lt;b&gt; \\u003cimg onerror=alert(1)\\u003e"
)
HOSTILE = f"""Zeppelin lands <img src=x onerror=window.hacked=4>

May 3, 2022

The zeppelin carried 41 passengers and this text: {HOSTILE_WORDS} said the pilot of the zeppelin."""

REPLIES = {
    "blame": "Captain Maria Holm blamed a broken radar and heavy snow", "zeppelin": "41 passengers",
    "captain": "Maria Holm", "board": "98", "ashore": "98", "heron": "12", "mill": "12",
}  # fmt: skip


class ScriptedModel(CustomLLM):
    """Answers by a word of the question; holds every reply back while `gate` is closed."""

    gate: Any = None

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted", context_window=4096, num_output=64)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=_reply(prompt))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        def generate() -> CompletionResponseGen:
            text = ""
            for word in re.findall(r"\S+\s*", _reply(prompt)):
                while not self.gate.wait(0.05):
                    yield CompletionResponse(text=text, delta="")
                text += word
                yield CompletionResponse(text=text, delta=word)

        return generate()


def _reply(prompt: str) -> str:
    """What is answered to the prompt's last question; the prompt holds worked examples before it."""
    question = re.findall(r"Question \([\d-]+\): (.*)", prompt)[-1].lower()
    if "crash" in question:
        raise RuntimeError("the model ran out of memory")
    return next((reply for word, reply in REPLIES.items() if word in question), "not found")


def find_browser() -> str | None:
    """A browser of the system's."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        if not Path(path).exists():
            missing = f"no browser: none of {', '.join(BROWSERS)}, nor Playwright's own Chromium, is installed"
            pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def gate() -> threading.Event:
    """Open while the model may speak."""
    opened = threading.Event()
    opened.set()
    return opened


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Where the page's index and conversations are."""
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, home: Home, gate: threading.Event) -> Iterator[str]:
    """The address of a page over three articles, one of them hostile."""
    folder = tmp_path_factory.mktemp("articles")
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (folder / "lifeboat.json").write_text(json.dumps(LIFEBOAT), encoding="utf-8")
    (folder / "zeppelin.txt").write_text(HOSTILE, encoding="utf-8")
    build_index([folder], home, prune=False, progress=None)
    with serve(home, gate) as served:
        yield served


@contextmanager
def serve(home: Home, gate: threading.Event, llm: LLM | None = None) -> Iterator[str]:
    """The address of a page over `home` while it is served, answered by `llm` or as scripted."""
    listener = open_port("127.0.0.1", 0)
    with Assistant.open(home.folder, llm=llm or ScriptedModel(gate=gate)) as assistant:
        settings = Settings(home=home.folder)
        server = uvicorn.Server(
            uvicorn.Config(make_app(assistant, settings), log_level="error", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def page(browser: Browser, address: str, gate: threading.Event) -> Iterator[Page]:
    """A fresh tab; whatever it does, nothing may leave this machine, fail or be hacked."""
    gate.set()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    requests: list[Request] = []
    context.on("request", lambda request: requests.append(request))
    tab, errors = open_tab(context, address)
    yield tab
    assert tab.evaluate("window.hacked") is None
    assert errors == [], errors
    elsewhere = [r.url for r in requests if not r.url.startswith((address, "data:", "blob:"))]
    assert elsewhere == [], elsewhere
    context.close()


def open_tab(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(address)
    expect(tab.locator(".dl-welcome")).to_be_visible()
    return tab, errors


def ask(page: Page, question: str) -> None:
    page.locator("#dl-box textarea").fill(question)
    page.keyboard.press("Enter")


def turn(page: Page, number: int) -> Locator:
    return page.locator(f".dl-turn[data-turn='{number}']")


def ask_and_wait(page: Page, question: str, number: int = 1) -> Locator:
    ask(page, question)
    answered = turn(page, number)
    expect(answered).to_have_attribute("data-state", "done", timeout=60_000)
    return answered
