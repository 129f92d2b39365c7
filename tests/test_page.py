"""The page: answers and their sources, keys, hostile text, errors, sizes."""

from __future__ import annotations

import re
import threading

import pytest
from page_driver import address, ask, ask_and_wait, browser, gate, home, open_tab, page, turn
from playwright.sync_api import Page, expect


def test_an_answer_links_to_its_card_and_the_card_to_the_article(page: Page) -> None:
    answered = ask_and_wait(page, "How many people were on board the ferry?")
    expect(answered.locator(".dl-text")).to_contain_text("98")
    card = page.locator(".dl-card").filter(has_text="Ferry runs aground near Aland").first
    cite = answered.locator(f"a.dl-cite[data-cite='{card.get_attribute('data-card')}']").first
    expect(card).to_contain_text("22 November 2021")
    expect(card.locator("mark").first).to_contain_text("98 people")

    cite.hover()
    expect(card).to_have_class(re.compile("dl-lit"))
    cite.click()
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()

    card.get_by_role("button", name="Open article").click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.dl-here").first).to_be_in_viewport()
    expect(reader.locator("mark.dl-here").first).to_contain_text("98 people")
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


_ASK_AT_THE_END = """question => new MutationObserver((_, watch) => {
    if (document.querySelector('.dl-turn[data-turn="1"]')?.dataset.state !== 'done') return;
    watch.disconnect();
    const box = document.querySelector('#dl-box textarea');
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, question);
    box.dispatchEvent(new Event('input', {bubbles: true}));
    box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true}));
    box.dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true}));
}).observe(document.documentElement, {childList: true, subtree: true, attributes: true})"""


def test_a_question_is_heard_the_moment_an_answer_is_there(page: Page) -> None:
    page.evaluate(_ASK_AT_THE_END, "Who was the captain of the ferry?")
    ask(page, "How many people were on board the ferry?")
    expect(turn(page, 2)).to_have_attribute("data-state", "done")
    expect(turn(page, 2)).to_contain_text("Maria Holm")
    expect(page.locator("#dl-box textarea")).to_have_value("")
    expect(turn(page, 3)).to_have_count(0)


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


@pytest.mark.parametrize("width", [240, 320, 390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    ask_and_wait(page, "How many people were on board the ferry?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Articles", "About"):  # what stands beyond the edge of a fixed head cannot be scrolled to
        button = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert button is not None
        assert button["x"] + button["width"] <= width
    card = page.locator(".dl-card").first
    box = card.bounding_box()
    assert box is not None
    answer = turn(page, 1).bounding_box()
    assert answer is not None
    if width <= 390:
        assert box["y"] >= answer["y"] + answer["height"]
    else:
        assert box["x"] >= answer["x"] + answer["width"]


def test_the_page_answers_to_this_machines_names_only(page: Page, address: str) -> None:
    response = page.request.get(address, headers={"Host": "rebound.example"})
    assert response.status == 400
    ours = page.request.get(address)
    assert "default-src 'self'" in ours.headers["content-security-policy"]
