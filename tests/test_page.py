"""The page in a real browser, over the real pipeline; only the language model is a stand-in."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from index.build import build_index
from index.home import Home
from qa.assistant import Assistant
from ui.server import make_app, open_port
from ui.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

FERRY = """Ferry runs aground near Aland

November 22, 2021

A ferry ran aground near Aland on Monday morning in thick fog. All 98 people on board the ferry were taken off unhurt.

The captain of the ferry, Maria Holm, said that the radar had failed. The hull held and no oil leaked."""

HOSTILE_WORDS = (
    "<img src=x onerror=window.hacked=1> <script>window.hacked=2</script> ${window.hacked=3} {{7*7}} "
    "{{constructor}} `tick` **bold** [x](javascript:alert(1)) &lt;b&gt; \\u003cimg onerror=alert(1)\\u003e"
)
HOSTILE = f"""Zeppelin lands <img src=x onerror=window.hacked=4>

May 3, 2022

The zeppelin carried 41 passengers and this text: {HOSTILE_WORDS} said the pilot of the zeppelin."""

REPLIES = {"zeppelin": "41 passengers", "captain": "Maria Holm", "board": "98"}


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    installed = next((path for path in map(shutil.which, BROWSERS) if path), None)
    with sync_playwright() as playwright:
        path = installed or playwright.chromium.executable_path
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
def address(tmp_path_factory: pytest.TempPathFactory, gate: threading.Event) -> Iterator[str]:
    """The address of a page over two articles, one of them hostile."""
    folder, home = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("home")
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (folder / "zeppelin.txt").write_text(HOSTILE, encoding="utf-8")
    build_index([folder], Home(home), prune=False, progress=None)
    listener = open_port("127.0.0.1", 0)
    with Assistant.open(home, llm=ScriptedModel(gate=gate)) as assistant:
        server = uvicorn.Server(
            uvicorn.Config(make_app(assistant, Settings(home=home)), log_level="error", timeout_graceful_shutdown=1)
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
    assert errors == []
    elsewhere = [r.url for r in requests if not r.url.startswith((address, "data:", "blob:"))]
    assert elsewhere == []
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


def turn(page: Page, number: int) -> Any:
    return page.locator(f".dl-turn[data-turn='{number}']")


def ask_and_wait(page: Page, question: str, number: int = 1) -> Any:
    ask(page, question)
    answered = turn(page, number)
    expect(answered).to_have_attribute("data-state", "done", timeout=60_000)
    return answered


def test_an_answer_links_to_its_card_and_the_card_to_the_article(page: Page) -> None:
    answered = ask_and_wait(page, "How many people were on board the ferry?")
    expect(answered.locator(".dl-text")).to_contain_text("98")
    cite = answered.locator("a.dl-cite").first
    card = page.locator(f"[data-card='{cite.get_attribute('data-cite')}']")
    expect(card).to_contain_text("Ferry runs aground near Aland")
    expect(card).to_contain_text("22 November 2021")
    expect(card.locator("mark").first).to_contain_text("98 people")

    cite.hover()
    expect(card).to_have_class(re.compile("dl-lit"))
    cite.click()
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()

    card.get_by_role("button", name="Open article").click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark").first).to_be_in_viewport()
    expect(reader.locator("mark").first).to_contain_text("98 people")
    expect(reader).to_contain_text("The hull held")
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()


def test_sources_come_first_and_stop_ends_the_answer(page: Page, gate: threading.Event) -> None:
    gate.clear()
    ask(page, "How many people were on board the ferry?")
    expect(page.locator(".dl-card").first).to_be_visible()
    expect(turn(page, 1)).to_have_attribute("data-state", "reading")
    page.get_by_role("button", name="Stop").click()
    expect(turn(page, 1)).to_have_attribute("data-state", "stopped", timeout=30_000)
    expect(turn(page, 1)).to_contain_text("Stopped")
    gate.set()

    turn(page, 1).get_by_role("button", name="Ask again").click()
    expect(turn(page, 1)).to_have_attribute("data-state", "done", timeout=60_000)
    expect(turn(page, 1).locator(".dl-text")).to_contain_text("98")


def test_escape_stops_and_slash_goes_to_the_question_box(page: Page, gate: threading.Event) -> None:
    gate.clear()
    ask(page, "How many people were on board the ferry?")
    expect(page.locator(".dl-card").first).to_be_visible()
    page.locator(".dl-question").first.click()
    page.keyboard.press("Escape")
    expect(turn(page, 1)).to_have_attribute("data-state", "stopped", timeout=30_000)
    page.keyboard.press("/")
    expect(page.locator("#dl-box textarea")).to_be_focused()
    expect(page.locator("#dl-box textarea")).to_have_value("")


def test_a_follow_up_is_understood_from_what_went_before(page: Page) -> None:
    ask_and_wait(page, "How many people were on board the ferry?")
    second = ask_and_wait(page, "And who was its captain?", number=2)
    expect(second.locator(".dl-understood")).to_contain_text("ferry")
    expect(second.locator(".dl-text")).to_contain_text("Maria Holm")
    expect(page.locator("[data-evidence='2']")).to_be_visible()
    expect(page.locator("[data-evidence='1']")).to_be_hidden()
    turn(page, 1).locator("a.dl-cite").first.click()
    expect(page.locator("[data-evidence='1']")).to_be_visible()
    expect(page.locator("[data-evidence='2']")).to_be_hidden()


def test_what_the_articles_do_not_answer_is_said_to_be_so(page: Page) -> None:
    answered = ask_and_wait(page, "What was the weather like on Mars in 1977?")
    expect(answered.locator(".dl-abstained")).to_contain_text("Not answered by these articles")


def test_hostile_text_shows_as_text_everywhere(page: Page) -> None:
    answered = ask_and_wait(page, "How many passengers did the zeppelin carry? <img src=x onerror=window.hacked=5>")
    expect(answered.locator(".dl-question")).to_contain_text("<img src=x onerror=window.hacked=5>")
    card = page.locator(".dl-card").filter(has_text="41 passengers").first
    expect(card).to_contain_text("Zeppelin lands <img src=x onerror=window.hacked=4>")
    for folded in page.locator(".dl-also > summary").all():
        folded.click()
    card.get_by_role("button", name="Open article").click()
    reader = page.get_by_role("dialog")
    expect(reader).to_contain_text("41 passengers")
    for word in ("${window.hacked=3}", "{{7*7}}", "{{constructor}}", "`tick`", "**bold**", "[x](javascript:alert(1))"):
        expect(reader).to_contain_text(word)
    drawn = page.locator("#dl-reader, #dl-turns, #dl-cards")
    assert drawn.locator("img, script, iframe, [onerror]").count() == 0
    assert drawn.locator("a[href^='javascript']").count() == 0


def test_filters_hold_are_shown_and_can_be_cleared(page: Page) -> None:
    page.get_by_role("button", name="Filters", exact=True).click()
    page.locator("#dl-filters input.time").first.fill("2022-01-01")
    page.locator("#dl-filters input.time").first.press("Tab")
    answered = ask_and_wait(page, "How many people were on board the ferry?")
    expect(answered.locator(".dl-chips")).to_contain_text("from 1 January 2022")
    assert page.locator(".dl-card").filter(has_text="Ferry runs aground").count() == 0
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#dl-filters input.time").first).to_have_value("")
    again = ask_and_wait(page, "How many people were on board the ferry?", number=2)
    expect(again.locator(".dl-text")).to_contain_text("98")


def test_a_wrong_date_is_said_and_nothing_is_asked(page: Page) -> None:
    page.get_by_role("button", name="Filters", exact=True).click()
    page.locator("#dl-filters input.time").nth(1).fill("2022-13-41")
    page.locator("#dl-filters input.time").nth(1).press("Tab")
    ask(page, "How many people were on board the ferry?")
    expect(page.get_by_text("is not a date, write it as 2024-08-23")).to_be_visible()
    expect(turn(page, 1)).to_have_count(0)
    expect(page.locator("#dl-box textarea")).to_have_value("How many people were on board the ferry?")


def test_an_error_of_the_model_is_said_and_the_page_stays_usable(page: Page) -> None:
    ask(page, "How did the crash of the ferry end?")
    expect(turn(page, 1)).to_have_attribute("data-state", "failed", timeout=60_000)
    expect(turn(page, 1).get_by_role("alert")).to_be_visible()
    answered = ask_and_wait(page, "How many people were on board the ferry?", number=2)
    expect(answered.locator(".dl-text")).to_contain_text("98")


def test_an_example_question_is_asked_by_pressing_it(page: Page) -> None:
    example = page.locator("[data-ask]").first
    question = example.inner_text()
    example.click()
    expect(turn(page, 1).locator(".dl-question")).to_have_text(question)
    expect(turn(page, 1)).to_have_attribute("data-state", "done", timeout=60_000)


def test_two_tabs_do_not_disturb_each_other(page: Page, address: str) -> None:
    other, errors = open_tab(page.context, address)
    ask(page, "How many people were on board the ferry?")
    ask(other, "Who was the captain of the ferry?")
    expect(turn(page, 1)).to_have_attribute("data-state", "done", timeout=60_000)
    expect(turn(other, 1)).to_have_attribute("data-state", "done", timeout=60_000)
    expect(turn(page, 1).locator(".dl-text")).to_contain_text("98")
    expect(turn(other, 1).locator(".dl-text")).to_contain_text("Maria Holm")
    other.get_by_role("button", name="New conversation").click()
    expect(other.locator(".dl-welcome")).to_be_visible()
    expect(turn(page, 1)).to_be_visible()
    assert errors == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    ask_and_wait(page, "How many people were on board the ferry?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    card = page.locator(".dl-card").first
    box = card.bounding_box()
    assert box is not None
    answer = turn(page, 1).bounding_box()
    assert answer is not None
    if width == 390:
        assert box["y"] >= answer["y"] + answer["height"]
    else:
        assert box["x"] >= answer["x"] + answer["width"]


def test_the_page_answers_to_this_machines_names_only(page: Page, address: str) -> None:
    response = page.request.get(address, headers={"Host": "rebound.example"})
    assert response.status == 400
    ours = page.request.get(address)
    assert "default-src 'self'" in ours.headers["content-security-policy"]
