"""The page seen closely: the order of Tab, no flicker, weak sentences, what differs, real drops, a pack verified."""

from __future__ import annotations

import json
import re
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from page_driver import FERRY, address, ask, ask_and_wait, browser, gate, home, page, turn
from playwright.sync_api import Page, expect

from index.home import Home
from ui.cli import main

QUESTION = "How many people were on board the ferry?"

FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const regions = ['dl-top', 'dl-side', 'dl-turns', 'dl-above', 'dl-box', 'dl-evidence'];
  const style = getComputedStyle(e);
  const around = e.closest('.dl-pick, label, #dl-box');
  const ring = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  window.visited = window.visited ?? new Set();
  const again = window.visited.has(e) && window.last !== e; // a field for dates takes several presses
  window.visited.add(e);
  window.last = e;
  return {
    region: regions.find((id) => e.closest(`#${id}`)) ?? e.tagName,
    again,
    name: (e.getAttribute('aria-label') || e.innerText || e.placeholder || e.labels?.[0]?.innerText || '').trim(),
    html: e.outerHTML.slice(0, 120),
    seen: ring(style) || (around ? ring(getComputedStyle(around)) : false),
  };
}"""

MISSED = """() => [...document.querySelectorAll('#dl-top button, #dl-main :is(a[href], button, input, summary)')]
  .filter((e) => !window.visited.has(e) && !e.disabled && e.tabIndex >= 0 && e.type !== 'file')
  .filter((e) => e.checkVisibility({visibilityProperty: true}))
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_everything_in_the_order_it_is_read(page: Page, width: int) -> None:
    ask_and_wait(page, QUESTION)
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); window.visited = new Set()")
    stops: list[dict[str, Any]] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["again"]:
            break
        stops.append(focused)
    else:
        pytest.fail(f"Tab never comes to an end: {[stop['html'] for stop in stops[-5:]]}")
    order = ["dl-top", "dl-side", "dl-turns", "dl-above", "dl-box", "dl-evidence"]
    regions = [stop["region"] for stop in stops]
    assert set(regions) <= set(order), regions
    assert [order.index(region) for region in regions] == sorted(order.index(region) for region in regions), regions
    assert {"dl-top", "dl-turns", "dl-box", "dl-evidence"} <= set(regions)
    assert ("dl-side" in regions) == (width == 1280)  # on a phone it is folded until it is asked for
    assert page.evaluate(MISSED) == []
    assert [stop["html"] for stop in stops if not stop["name"]] == []
    assert [stop["html"] for stop in stops if not stop["seen"]] == []


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    opener = page.locator(".dl-card").first.get_by_role("button", name="Open article")
    opener.focus()
    page.keyboard.press("Enter")
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.dl-here").first).to_be_in_viewport()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("/")  # a key of the page behind it does nothing here
    expect(reader).to_be_visible()
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    expect(opener).to_be_focused()


def test_slash_is_a_letter_where_one_writes(page: Page) -> None:
    box = page.get_by_label("Search conversations")
    box.click()
    page.keyboard.type("98/")
    expect(box).to_have_value("98/")
    page.locator(".dl-welcome").click(position={"x": 2, "y": 2})
    page.keyboard.press("/")
    expect(page.locator("#dl-box textarea")).to_be_focused()
    page.keyboard.type("and/or")
    expect(page.locator("#dl-box textarea")).to_have_value("and/or")


WATCH = """() => {
  window.frames_ = [];
  const look = () => {
    const turns = document.querySelectorAll('.dl-turn[data-turn]');
    const last = turns[turns.length - 1];
    window.frames_.push({
      turns: turns.length,
      question: last?.querySelector('.dl-question')?.innerText ?? '',
      text: last?.querySelector('.dl-text')?.innerText.length ?? 0,
      cards: document.querySelectorAll('#dl-cards .dl-card').length,
      shown: last ? getComputedStyle(last).opacity : '1',
      pending: document.querySelectorAll('#dl-turns .pending, #dl-cards .pending, .dl-turn .eta-bar').length,
    });
    window.watching = requestAnimationFrame(look);
  };
  look();
}"""


def test_nothing_flickers_from_the_question_to_the_checked_answer(page: Page, gate: threading.Event) -> None:
    """Frame by frame: what once stands stays, the text only grows, nothing is dimmed."""
    ask_and_wait(page, QUESTION)
    page.evaluate(WATCH)
    gate.clear()
    ask(page, "Who was the captain of the ferry?")
    expect(turn(page, 2)).to_have_attribute("data-state", "reading")
    gate.set()
    expect(turn(page, 2)).to_have_attribute("data-state", "done")
    expect(turn(page, 2).locator("a.dl-cite").first).to_be_visible()
    frames = page.evaluate("cancelAnimationFrame(window.watching); window.frames_")
    turns = [frame["turns"] for frame in frames]
    assert turns == sorted(turns)
    assert set(turns) == {1, 2}
    asked = [frame for frame in frames if frame["turns"] == 2]
    assert {frame["question"] for frame in asked} == {"Who was the captain of the ferry?"}
    lengths = [frame["text"] for frame in asked]
    # "[3]" becomes a small 3 once it is checked and leads somewhere; nothing else may go.
    assert all(later >= earlier - 12 for earlier, later in pairwise(lengths)), lengths
    assert min(frame["cards"] for frame in frames) > 0
    assert {frame["shown"] for frame in frames} == {"1"}
    assert {frame["pending"] for frame in frames} == {0}


def test_a_weakly_supported_sentence_looks_different_and_says_why(page: Page) -> None:
    answered = ask_and_wait(page, "Had the radar of the ferry failed, and whom does the captain, Maria Holm, blame?")
    weak = answered.locator(".dl-claim[data-verdict='weak']").first
    strong = answered.locator(".dl-claim[data-verdict='supported']").first
    expect(weak).to_contain_text("heavy snow")
    look = "e => getComputedStyle(e).textDecorationLine + ' ' + getComputedStyle(e).textDecorationStyle"
    assert weak.evaluate(look) == "underline dotted"
    assert strong.evaluate(look).startswith("none")
    why = answered.locator(".dl-why").first
    expect(why).to_have_text("weak")
    tip = "e => getComputedStyle(e, '::after').content"
    assert why.evaluate(tip) in ("none", '""')
    why.hover()
    assert why.evaluate(tip) == '"Weakly supported: the quote says only part of this"'
    page.mouse.move(0, 0)
    page.keyboard.press("Tab")
    why.focus()
    assert "only part of this" in why.evaluate(tip)
    expect(why).to_have_accessible_name("Weakly supported: the quote says only part of this")


def test_a_quote_is_copied_with_its_reference(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    ask_and_wait(page, "How many people did the lifeboat bring ashore?")
    card = page.locator(".dl-card").filter(has_text="Lifeboat brings 98 ashore").first
    card.get_by_role("button", name="Copy quote").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "All 98 people on board the ferry were brought ashore" in copied
    for part in ("Lifeboat brings 98 ashore", "Harbour News", "23 November 2021", "https://harbour.example/lifeboat"):
        assert part in copied


def test_what_was_read_and_not_cited_is_folded_below(page: Page) -> None:
    answered = ask_and_wait(page, QUESTION)
    cited = {mark.get_attribute("data-cite") for mark in answered.locator("a.dl-cite").all()}
    panel = page.locator("[data-evidence='1']")
    also = panel.locator(".dl-also")
    expect(also.locator("summary")).to_contain_text("Also read")
    folded = {card.get_attribute("data-card") for card in also.locator(".dl-card").all()}
    shown = {card.get_attribute("data-card") for card in panel.locator(".dl-card").all()} - folded
    assert shown == cited
    assert folded
    expect(also.locator(".dl-card").first).to_be_hidden()
    also.locator("summary").click()
    expect(also.locator(".dl-card").first).to_be_visible()


def add(page: Page, title: str, text: str, day: str, source: str) -> None:
    page.evaluate("form => window.dateline.call('paste', form)",
                  {"title": title, "text": text, "published": day, "source": source})  # fmt: skip


def remove_added(page: Page, *titles: str) -> None:
    page.get_by_role("button", name="Articles", exact=True).click()
    panel = page.get_by_role("dialog", name="Articles")
    for title in titles:
        row = panel.locator("[data-article]").filter(has_text=title)
        row.locator("[data-remove]").click()
        row.locator("[data-remove]").click()
        expect(row).to_have_count(0)
    page.keyboard.press("Escape")


def test_values_in_conflict_stand_side_by_side_with_source_and_date(page: Page) -> None:
    add(page, "Lund mill burns", "A fire at the Lund mill killed 12 workers on Monday.", "2023-06-06", "Lund Post")
    add(page, "Lund mill toll", "A fire at the Lund mill killed 15 workers on Monday.", "2023-06-09", "Malmo Times")
    try:
        answered = ask_and_wait(page, "How many workers did the fire at the Lund mill kill?")
        values = answered.locator(".dl-differ .dl-values > li")
        expect(values).to_have_count(2)
        expect(values.first).to_contain_text("15")
        expect(values.first).to_contain_text("Malmo Times, 9 June 2023")
        expect(values.last).to_contain_text("12")
        expect(values.last).to_contain_text("Lund Post, 6 June 2023")
        boxes = [value.bounding_box() for value in values.all()]
        assert boxes[0]["y"] == boxes[1]["y"]
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
        expect(values.first.locator("a.dl-cite")).to_have_count(1)
    finally:
        remove_added(page, "Lund mill burns", "Lund mill toll")


def test_an_answer_of_one_source_says_so(page: Page) -> None:
    answered = ask_and_wait(page, "Who was the captain of the ferry?")
    expect(answered.locator(".dl-basis")).to_contain_text("As far as one source says:")
    expect(answered.locator(".dl-basis")).to_contain_text("22 November 2021, 5 years old")


def test_the_reader_names_every_place_an_article_was_printed_in(page: Page, tmp_path: Path) -> None:
    reprint = {"title": "Ferry runs aground near Aland", "date": "2021-11-24", "source": "Island Gazette"}
    body = FERRY.split("\n\n", 2)[2]
    (tmp_path / "reprint.json").write_text(json.dumps({**reprint, "text": body}), encoding="utf-8")
    page.get_by_role("button", name="Articles", exact=True).click()
    panel = page.get_by_role("dialog", name="Articles")
    panel.locator("#dl-files").set_input_files(tmp_path / "reprint.json")
    expect(panel.locator("[data-intake='done']")).to_contain_text("1 known already")
    page.keyboard.press("Escape")
    ask_and_wait(page, QUESTION)
    page.locator(".dl-card").filter(has_text="Ferry runs aground").get_by_role(
        "button", name="Open article"
    ).first.click()
    reader = page.get_by_role("dialog")
    expect(reader).to_contain_text("reprint.json (Island Gazette, 24 November 2021)")
    expect(reader).to_contain_text("ferry.txt")


def test_files_and_a_folder_are_really_dropped(page: Page, tmp_path: Path) -> None:
    """As the browser itself gives them, by its own drag of files and folders from the desktop."""
    text = "Heron nests\n\nMarch 3, 2024\n\nA heron built its nest on the roof of the town hall in Visby."
    (tmp_path / "birds" / "below").mkdir(parents=True)
    (tmp_path / "heron.txt").write_text(text, encoding="utf-8")
    (tmp_path / "birds" / "stork.txt").write_text(text.replace("eron", "tork"), encoding="utf-8")
    (tmp_path / "birds" / "below" / "crane.txt").write_text(text.replace("eron", "crane"), encoding="utf-8")
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(tmp_path / "heron.txt"), str(tmp_path / "birds")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 400, "data": data})
    expect(page.locator("html.dl-dragging")).to_have_count(1)
    session.send("Input.dispatchDragEvent", {"type": "drop", "x": 600, "y": 400, "data": data})
    panel = page.get_by_role("dialog", name="Articles")
    expect(panel.locator("[data-intake='done']")).to_contain_text("3 added")
    expect(page.locator("html.dl-dragging")).to_have_count(0)
    page.keyboard.press("Escape")
    remove_added(page, "Heron nests", "Htork nests", "Hcrane nests")


def test_a_pack_saved_on_the_page_is_verified_by_the_command(
    page: Page, home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answered = ask_and_wait(page, QUESTION)
    for name, suffix in (("JSON", "json"), ("PDF", "pdf"), ("HTML", "html")):
        answered.locator(".dl-save summary").click()
        with page.expect_download() as download:
            answered.locator(".dl-save button").filter(has_text=name).first.click()
        file = tmp_path / f"pack.{suffix}"
        download.value.save_as(file)
        assert main(["verify", str(file), "--home", str(home.folder)]) == 0, suffix
        assert re.search(r"1 answer: \d+ quotes stand, character for character", capsys.readouterr().out)
    (tmp_path / "pack.json").write_text((tmp_path / "pack.json").read_text().replace("98 people", "89 people"))
    assert main(["verify", str(tmp_path / "pack.json"), "--home", str(home.folder)]) == 3


def test_a_progress_bar_runs_while_files_are_read(page: Page, tmp_path: Path) -> None:
    for number in range(150):
        words = f"Number {number} of the herons flew past tower {number * 7} on day {number}. " * 3
        (tmp_path / f"heron{number}.txt").write_text(
            f"Heron {number} seen\n\nMarch 3, 2024\n\n{words}", encoding="utf-8"
        )
    page.get_by_role("button", name="Articles", exact=True).click()
    panel = page.get_by_role("dialog", name="Articles")
    page.evaluate(
        """() => {
          window.steps = [];
          const look = () => {
            const bar = document.querySelector('#dl-articles [data-intake=running] progress');
            if (bar) window.steps.push([bar.closest('label').innerText.split(':')[0], bar.value, bar.max]);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    panel.locator("#dl-files").set_input_files(sorted(tmp_path.glob("*.txt")))
    expect(panel.locator("[data-intake='done']")).to_contain_text("150 added")
    steps = page.evaluate("window.steps")
    reading = [value for said, value, _ in steps if said == "Reading files"]
    assert reading == sorted(reading)
    assert len({value for value in reading if 0 < value < 150}) >= 2, steps
    assert {maximum for _, _, maximum in steps} == {150}
    embedding = [value for said, value, _ in steps if said == "Making them searchable by meaning"]
    assert embedding, steps
    assert embedding == sorted(embedding)  # a busy page may miss its first steps
