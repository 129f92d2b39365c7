"""The main way through the page with the real local model: ask, check the citation, follow up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_driver import FERRY, LIFEBOAT, ask_and_wait, browser, gate, open_tab, serve, turn
from playwright.sync_api import Browser, expect

from index.build import build_index
from index.home import Home
from qa.model import LocalModel


@pytest.fixture
def address(tmp_path: Path, local_model: LocalModel, gate: threading.Event) -> Iterator[str]:
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (tmp_path / "lifeboat.json").write_text(json.dumps(LIFEBOAT), encoding="utf-8")
    home = Home(tmp_path / "home")
    build_index([tmp_path / "ferry.txt", tmp_path / "lifeboat.json"], home)
    with serve(home, gate, llm=local_model) as served:
        yield served


def test_ask_check_the_citation_and_follow_up(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, errors = open_tab(context, address)
    answered = ask_and_wait(page, "Who was the captain of the ferry that ran aground near Aland?")
    expect(answered.locator(".dl-short")).to_contain_text("Maria Holm")
    cite = answered.locator(".dl-short a.dl-cite").first
    card = page.locator(f"[data-card='{cite.get_attribute('data-cite')}']")
    expect(card.locator("mark").first).to_contain_text("Maria Holm, said that the radar had failed")
    expect(card.locator("mark").first).to_be_in_viewport()
    cite.click()
    expect(card).to_be_focused()
    card.get_by_role("button", name="Open article").click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.dl-here").first).to_contain_text("Maria Holm")
    page.keyboard.press("Escape")
    second = ask_and_wait(page, "And when did it run aground?", number=2)
    expect(second.locator(".dl-understood")).to_contain_text("ferry")
    expect(second.locator(".dl-text").first).to_contain_text("Monday")
    third = ask_and_wait(page, "What is the price of a ticket to Mars?", number=3)
    expect(third.locator(".dl-abstained")).to_be_visible()
    expect(turn(page, 1).locator(".dl-short")).to_contain_text("Maria Holm")
    assert errors == []
    context.close()
