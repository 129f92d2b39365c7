"""What can be done with an answer on the page: copied, saved, judged, checked; accessibility; no flicker."""

from __future__ import annotations

import json
import threading
import time
from importlib import resources
from pathlib import Path

import pytest
from page_driver import address, ask, ask_and_wait, browser, gate, home, page, turn
from playwright.sync_api import Locator, Page, expect

from index.catalogue import Catalogue
from index.home import Home
from qa.evaluation.dataset import read_dataset
from ui.feedback import export_feedback

QUESTION = "How many people were on board the ferry?"
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")


def test_an_answer_is_copied_with_footnotes(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    answered = ask_and_wait(page, QUESTION)
    answered.get_by_role("button", name="Copy with footnotes").click()
    expect(answered.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "98" in copied
    assert "[^" in copied
    assert "All 98 people on board the ferry were taken off unhurt." in copied


@pytest.mark.parametrize(
    ("name", "beginning"), [("Markdown", b"# "), ("HTML", b"<!"), ("PDF", b"%PDF"), ("JSON", b"{")]
)
def test_an_answer_is_saved(page: Page, name: str, beginning: bytes) -> None:
    answered = ask_and_wait(page, QUESTION)
    answered.locator(".dl-save summary").click()
    with page.expect_download() as download:
        answered.locator(".dl-save button").filter(has_text=name).first.click()
    assert download.value.suggested_filename.startswith("How-many-people")
    assert Path(download.value.path()).read_bytes().lower().startswith(beginning.lower())


def test_a_whole_conversation_is_saved_as_one_pack(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    second = ask_and_wait(page, "Who was the captain of the ferry?", number=2)
    second.locator(".dl-save summary").click()
    with page.expect_download() as download:
        second.locator(".dl-save button").filter(has_text="JSON").last.click()
    pack = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [answer["question"] for answer in pack["answers"]] == [QUESTION, "Who was the captain of the ferry?"]


def test_what_readers_say_becomes_questions_that_eval_reads(page: Page, home: Home, tmp_path: Path) -> None:
    answered = ask_and_wait(page, QUESTION)
    answered.get_by_role("button", name="Right", exact=True).click()
    expect(answered.locator(".dl-judge [role=status]")).to_have_text("Kept")
    wrong = ask_and_wait(page, "Who was the captain of the ferry?", number=2)
    wrong.get_by_role("button", name="Wrong").click()
    form = page.get_by_role("dialog", name="What is wrong?")
    form.get_by_label("The right answer").fill("Captain Holm")
    form.get_by_label("Note").fill("The title is missing.")
    form.get_by_role("button", name="Keep").click()
    expect(wrong.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(turn(page, 2).get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")

    catalogue = Catalogue(home)
    made = export_feedback(home.feedback, catalogue, tmp_path / "judged")
    catalogue.close()
    assert (made.answerable, made.left_out) == (2, 0)
    cases = {case.question: case.alternatives for case in read_dataset(tmp_path / "judged").cases}
    assert cases[QUESTION] == ("98",)
    assert sorted(cases.values()) == [("98",), ("Captain Holm",)]


def test_a_timeline_is_drawn_with_its_dates_and_cites(page: Page) -> None:
    answered = ask_and_wait(page, "What happened with the ferry?")
    events = answered.locator(".dl-timeline li")
    expect(events.first).to_contain_text("November 2021")
    expect(events.first.locator("a.dl-cite").first).to_be_visible()
    assert answered.locator(".dl-strip a").count() >= 2


def test_checking_a_citation_takes_no_click_or_one(page: Page) -> None:
    """The quote stands marked beside the answer as soon as it is there; the whole article is one press away."""
    answered = ask_and_wait(page, QUESTION)
    started = time.perf_counter()
    cite = answered.locator("a.dl-cite").first
    card = page.locator(f"[data-card='{cite.get_attribute('data-cite')}']")
    expect(card.locator("mark").first).to_be_in_viewport()
    beside = time.perf_counter() - started
    card.get_by_role("button", name="Open article").click()
    expect(page.get_by_role("dialog").locator("mark.dl-here").first).to_be_in_viewport()
    print(f"quote beside the answer: 0 clicks, {beside:.2f} s; in its article: 1 click, "
          f"{time.perf_counter() - started:.2f} s")  # fmt: skip


def test_nothing_jumps_while_an_answer_comes(page: Page, gate: threading.Event) -> None:
    ask_and_wait(page, QUESTION)
    page.evaluate(
        """() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value;
          }).observe({type: 'layout-shift'});
        }"""
    )
    gate.clear()
    ask(page, "Who was the captain of the ferry?")
    expect(turn(page, 2)).to_have_attribute("data-state", "reading")
    settled = page.evaluate("window.shift")
    top = turn(page, 2).locator(".dl-question").bounding_box()
    gate.set()
    expect(turn(page, 2)).to_have_attribute("data-state", "done")
    assert turn(page, 2).locator(".dl-question").bounding_box() == top
    # The cards that were not cited fold away beside the answer; nothing else may move.
    assert page.evaluate("window.shift") - settled < 0.25


def find_faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{fault['id']}: {node['target']} {node['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.reload()
    page.set_viewport_size({"width": width, "height": 844})
    expect(page.locator(".dl-welcome")).to_be_visible()
    faults = find_faults(page)
    page.locator("#dl-filters").get_by_label("Until", exact=True).evaluate("e => { e.value = '2023-01-01'; "
        "e.dispatchEvent(new Event('change', {bubbles: true})); }")  # fmt: skip
    ask_and_wait(page, QUESTION)
    faults += find_faults(page)
    ask_and_wait(page, "What was the weather like on Jupiter?", number=2)
    if width == 390:
        page.get_by_role("button", name="Conversations and filters").click()
    faults += find_faults(page)
    if width == 390:
        page.keyboard.press("Escape")
    for name in ("Articles", "About"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        faults += find_faults(page)
        page.keyboard.press("Escape")
    turn(page, 1).locator("[data-show]").click()
    page.locator("[data-evidence='1'] [data-open]").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_be_visible()
    faults += find_faults(page)
    assert faults == [], faults
