"""Articles on the page: added by file, by dropping and by pasting, listed, asked at once, deleted; what Dateline is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_driver import address, ask_and_wait, browser, gate, home, page, turn
from playwright.sync_api import Locator, Page, expect

HERON = """Heron nests on the town hall

March 3, 2024

A heron built its nest on the roof of the town hall in Visby. All 12 passengers of a bus came to see it on Sunday."""


@pytest.fixture
def heron(tmp_path: Path) -> Path:
    file = tmp_path / "heron.txt"
    file.write_text(HERON, encoding="utf-8")
    return file


def open_articles(page: Page) -> Locator:
    page.get_by_role("button", name="Articles", exact=True).click()
    panel = page.get_by_role("dialog", name="Articles")
    expect(panel.locator("[data-article]").first).to_be_visible()
    return panel


def delete(panel: Locator, title: str) -> None:
    row = panel.locator("[data-article]").filter(has_text=title)
    row.locator("[data-remove]").click()
    expect(row).to_be_visible()
    row.locator("[data-remove]").click()
    expect(row).to_have_count(0)


def test_files_are_added_with_a_report_asked_at_once_and_deleted(page: Page, heron: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.xyz").write_text("?", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    panel = open_articles(page)
    panel.locator("#dl-files").set_input_files([heron, tmp_path / "notes.xyz", tmp_path / "empty.txt"])
    report = panel.locator("[data-intake='done']")
    expect(report).to_contain_text("1 added, 2 not read")
    expect(report).to_contain_text("notes.xyz: files of this format cannot be read")
    expect(report).to_contain_text("empty.txt")
    expect(panel.locator("[data-article]").filter(has_text="Heron nests")).to_be_visible()
    report.get_by_role("button", name="Ask about what was added").click()
    expect(page.locator("#dl-active")).to_contain_text("only: Heron nests on the town hall")
    ask_and_wait(page, "How many passengers came to see the heron?")
    expect(page.locator(".dl-card .dl-title").first).to_have_text("Heron nests on the town hall")

    delete(open_articles(page), "Heron nests")
    page.keyboard.press("Escape")
    card = page.locator(".dl-card").first
    card.get_by_role("button", name="Open article").click()
    expect(page.get_by_role("dialog")).to_contain_text("no article")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".dl-card mark").first).to_contain_text("12 passengers")


def test_text_is_pasted_and_a_wrong_date_refused_elsewhere(page: Page) -> None:
    panel = open_articles(page)
    panel.locator(".dl-paste summary").click()
    panel.get_by_label("Text").fill("The bridge at Lund was opened by Kerstin Ek on Tuesday, after 7 years of work.")
    panel.get_by_label("Title").fill("Bridge <b>opens</b>")
    panel.get_by_label("Date").fill("2023-06-07")
    panel.get_by_label("Source").fill("Lund Post")
    panel.get_by_role("button", name="Add article").click()
    expect(panel.locator("[data-intake='done']").last).to_contain_text("1 added")
    row = panel.locator("[data-article]").filter(has_text="Bridge <b>opens</b>")
    expect(row).to_contain_text("Lund Post")
    expect(row).to_contain_text("7 June 2023")
    expect(page.get_by_role("checkbox", name="Lund Post", include_hidden=True)).to_have_count(1)
    delete(panel, "Bridge <b>opens</b>")


def test_files_are_dropped_anywhere_on_the_page(page: Page) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'heron.txt', {type: 'text/plain'}));
          for (const name of ['dragover', 'drop']) {
            document.body.dispatchEvent(new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}));
          }
        }""",
        HERON,
    )
    panel = page.get_by_role("dialog", name="Articles")
    expect(panel.locator("[data-intake='done']")).to_contain_text("1 added")
    delete(panel, "Heron nests")


def test_a_folder_is_added_with_all_below_it(page: Page, tmp_path: Path) -> None:
    for place, bird in (("a/bird.txt", "heron"), ("b/bird.txt", "stork"), ("b/.hidden.txt", "ghost")):
        (tmp_path / "birds" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "birds" / place).write_text(
            HERON.replace("eron", bird[1:]).replace("Visby", bird), encoding="utf-8"
        )
    panel = open_articles(page)
    panel.locator("#dl-folder").set_input_files(tmp_path / "birds")
    expect(panel.locator("[data-intake='done']")).to_contain_text("2 added")
    expect(panel.locator("#dl-count")).to_have_text("5 articles")
    panel.get_by_label("Search articles").fill("nests on the town hall")
    expect(panel.locator("#dl-count")).to_have_text("2 articles")
    for box in panel.locator("tbody").get_by_role("checkbox").all():
        box.check()
    panel.get_by_role("button", name="Delete these").click()
    panel.get_by_role("button", name="Really delete?").click()
    expect(panel.locator("#dl-count")).to_have_text("0 articles")


def test_articles_are_searched_sorted_and_several_asked_together(page: Page) -> None:
    panel = open_articles(page)
    expect(panel.locator("#dl-count")).to_have_text("3 articles")
    panel.get_by_label("Order").select_option("oldest")
    expect(panel.locator("[data-article]").first).to_contain_text("Ferry runs aground")
    panel.get_by_label("Search articles").fill("harbour news")
    expect(panel.locator("#dl-count")).to_have_text("1 article")
    panel.get_by_label("Search articles").fill("")
    expect(panel.locator("#dl-count")).to_have_text("3 articles")
    for title in ("Ferry runs aground", "Lifeboat brings"):
        panel.locator("[data-article]").filter(has_text=title).get_by_role("checkbox").check()
    panel.get_by_role("button", name="Ask about these only").click()
    expect(page.locator("#dl-active button")).to_have_count(2)
    answered = ask_and_wait(page, "How many passengers did the zeppelin carry?")
    expect(answered.locator(".dl-chips button")).to_have_count(2)
    assert page.locator(".dl-card").filter(has_text="Zeppelin").count() == 0
    page.get_by_role("button", name=re.compile("Remove filter: only: Lifeboat")).click()
    expect(page.locator("#dl-active button")).to_have_count(1)


def test_a_hint_in_an_empty_field_does_not_look_like_text(page: Page) -> None:
    page.get_by_role("button", name="Articles", exact=True).click()
    colours = page.locator("#dl-search").evaluate(
        "field => [getComputedStyle(field, '::placeholder').color, getComputedStyle(field).color]"
    )
    assert colours[0] != colours[1]


def test_about_says_what_is_here_and_that_nothing_leaves(page: Page) -> None:
    page.get_by_role("button", name="About", exact=True).click()
    about = page.get_by_role("dialog", name="About Dateline")
    expect(about).to_contain_text("nothing is sent anywhere")
    expect(about).to_contain_text("3 in 3 places")
    expect(about).to_contain_text("Qwen2.5-Coder-1.5B-Instruct")
    expect(about.locator(".dl-health")).to_contain_text(re.compile(r"memory: [\d.]+ GiB"))
    page.keyboard.press("Escape")
    expect(about).to_be_hidden()
