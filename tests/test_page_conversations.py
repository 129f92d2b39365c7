"""Conversations on the page: their links, list, search, names and end; filters; the article reader."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta

from page_driver import address, ask, ask_and_wait, browser, gate, home, page, serve, turn
from playwright.sync_api import Page, expect

from index.home import Home

FERRY = "How many people were on board the ferry?"
CAPTAIN = "Who was the captain of the ferry?"
ZEPPELIN = "How many passengers did the zeppelin carry?"


def test_a_conversation_is_reached_by_its_link_in_another_tab(page: Page, address: str) -> None:
    ask_and_wait(page, FERRY)
    ask_and_wait(page, CAPTAIN, number=2)
    assert "?c=" in page.url
    other = page.context.new_page()
    other.goto(page.url)
    expect(turn(other, 1).locator(".dl-text")).to_contain_text("98")
    expect(turn(other, 2).locator(".dl-text")).to_contain_text("Maria Holm")
    expect(other.locator("[data-evidence='2'] .dl-card").first).to_be_visible()
    turn(other, 1).locator("a.dl-cite").first.click()
    expect(other.locator("[data-evidence='1'] .dl-card mark").first).to_contain_text("98 people")


def test_one_conversation_in_two_tabs_keeps_both_tabs_questions(page: Page) -> None:
    ask_and_wait(page, FERRY)
    other = page.context.new_page()
    other.goto(page.url)
    expect(turn(other, 1)).to_be_visible()
    ask_and_wait(other, CAPTAIN, number=2)
    third = ask_and_wait(page, ZEPPELIN, number=3)
    expect(third.locator(".dl-text")).to_contain_text("41")
    expect(turn(page, 2).locator(".dl-text")).to_contain_text("Maria Holm")


def test_a_conversation_is_there_after_a_restart(page: Page, address: str, home: Home, gate: threading.Event) -> None:
    ask_and_wait(page, FERRY)
    place = page.url.removeprefix(address)
    with serve(home, gate) as restarted:
        after = page.context.browser.new_context().new_page()
        after.goto(restarted + place)
        expect(turn(after, 1).locator(".dl-text")).to_contain_text("98")
        expect(after.locator("#dl-list a[aria-current]")).to_contain_text(FERRY)
        answered = ask_and_wait(after, "And who was its captain?", number=2)
        expect(answered.locator(".dl-text")).to_contain_text("Maria Holm")
        after.context.close()


def test_conversations_are_listed_searched_renamed_opened_and_deleted(page: Page) -> None:
    ask_and_wait(page, FERRY)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".dl-welcome")).to_be_visible()
    assert "?c=" not in page.url
    ask_and_wait(page, ZEPPELIN)
    expect(page.locator("#dl-list a[aria-current]")).to_contain_text(ZEPPELIN)

    page.get_by_label("Search conversations").fill("98 people on board")
    expect(page.locator("#dl-list a").filter(has_text=FERRY).first).to_be_visible()
    expect(page.locator("#dl-list a").filter(has_text=ZEPPELIN)).to_have_count(0)
    page.get_by_label("Search conversations").fill("")

    first = page.locator("#dl-list li").first
    first.get_by_role("button", name="Rename").click()
    page.get_by_label("New title").fill("Airships & <b>dirigibles</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#dl-list a span").first).to_have_text("Airships & <b>dirigibles</b>")

    page.locator("#dl-list a").filter(has_text=FERRY).first.click()
    expect(turn(page, 1).locator(".dl-question")).to_have_text(FERRY)
    page.go_back()
    expect(turn(page, 1).locator(".dl-question")).to_have_text(ZEPPELIN)

    airships = page.locator("#dl-list li").filter(has_text="Airships")
    airships.get_by_role("button", name="Delete").click()
    expect(turn(page, 1)).to_be_visible()
    airships.get_by_role("button", name="Delete").click()
    expect(page.locator(".dl-welcome")).to_be_visible()
    expect(airships).to_have_count(0)


def test_a_link_to_a_conversation_that_is_gone_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/?c=nonesuch")
    expect(page.get_by_text("there is no such conversation")).to_be_visible()
    expect(page.locator(".dl-welcome")).to_be_visible()


def test_dates_filter_and_are_taken_off_with_one_click(page: Page) -> None:
    page.locator("#dl-filters").get_by_label("From").fill("2022-01-01")
    expect(page.get_by_role("button", name="Remove filter: from 2022-01-01")).to_be_visible()
    answered = ask_and_wait(page, FERRY)
    chip = answered.locator(".dl-chips button")
    expect(chip).to_contain_text("from 1 January 2022")
    assert page.locator(".dl-card").filter(has_text="Ferry runs aground").count() == 0
    chip.click()
    again = turn(page, 2)
    expect(again).to_have_attribute("data-state", "done", timeout=60_000)
    expect(again.locator(".dl-text")).to_contain_text("98")
    expect(page.locator("#dl-filters").get_by_label("From")).to_have_value("")
    expect(page.locator("#dl-active button")).to_have_count(0)


def test_presets_count_back_from_the_as_of_day(page: Page) -> None:
    start = (date.today() - timedelta(days=31)).isoformat()
    page.get_by_role("button", name="Past month").click()
    expect(page.locator("#dl-filters").get_by_label("From")).to_have_value(start)
    page.locator("#dl-filters").get_by_label("As of").fill("2021-11-25")
    page.get_by_role("button", name="Past week").click()
    expect(page.locator("#dl-filters").get_by_label("From")).to_have_value("2021-11-18")
    answered = ask_and_wait(page, FERRY)
    expect(answered.locator(".dl-text")).to_contain_text("98")
    expect(answered.locator(".dl-chips")).to_contain_text("as of 25 November 2021")
    expect(page.locator(".dl-card .dl-age").first).to_have_text("3 days old")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#dl-active button")).to_have_count(0)


def test_dates_that_run_backwards_are_said_and_nothing_is_asked(page: Page) -> None:
    page.locator("#dl-filters").get_by_label("From").fill("2022-02-01")
    page.locator("#dl-filters").get_by_label("Until").fill("2022-01-01")
    ask(page, FERRY)
    expect(page.get_by_text("the dates run backwards")).to_be_visible()
    expect(turn(page, 1)).to_have_count(0)
    expect(page.locator("#dl-box textarea")).to_have_value(FERRY)


def test_sources_and_tags_filter(page: Page) -> None:
    page.get_by_role("checkbox", name="Harbour News").check()
    page.get_by_role("checkbox", name="rescue").check()
    answered = ask_and_wait(page, "How many people did the lifeboat bring ashore?")
    expect(answered.locator(".dl-chips")).to_contain_text("Harbour News")
    expect(answered.locator(".dl-chips")).to_contain_text("#rescue")
    expect(page.locator(".dl-card .dl-title").first).to_have_text("Lifeboat brings 98 ashore")
    assert set(page.locator(".dl-card .dl-title").all_text_contents()) == {"Lifeboat brings 98 ashore"}


def test_an_article_is_read_whole_and_asked_alone(page: Page) -> None:
    ask_and_wait(page, FERRY)
    page.locator(".dl-card").filter(has_text="Ferry runs aground").get_by_role(
        "button", name="Open article"
    ).first.click()
    reader = page.get_by_role("dialog")
    expect(reader.locator("mark.dl-here").first).to_contain_text("98 people")
    expect(reader).to_contain_text("The hull held and no oil leaked.")
    expect(reader).to_contain_text("22 November 2021")
    expect(reader).to_contain_text("ferry.txt")
    reader.get_by_role("button", name="Ask about this article only").click()
    expect(reader).to_be_hidden()
    expect(page.locator("#dl-box textarea")).to_be_focused()
    expect(page.locator("#dl-active")).to_contain_text("only: Ferry runs aground near Aland")
    answered = ask_and_wait(page, "How many passengers were on board?", number=2)
    expect(answered.locator(".dl-chips")).to_contain_text("only: Ferry runs aground near Aland")
    titles = page.locator("[data-evidence='2'] .dl-card .dl-title").all_text_contents()
    assert set(titles) == {"Ferry runs aground near Aland"}


def test_the_original_is_linked_and_every_quote_of_the_article_marked(page: Page) -> None:
    ask_and_wait(page, "How many people did the lifeboat bring ashore?")
    card = page.locator(".dl-card").filter(has_text="Lifeboat brings 98 ashore").first
    card.get_by_role("button", name="Open article").click()
    reader = page.get_by_role("dialog")
    link = reader.get_by_role("link", name="Original")
    expect(link).to_have_attribute("href", "https://harbour.example/lifeboat")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(reader).to_contain_text("by Ada Lind")
    quotes = page.locator("[data-evidence='1'] .dl-card").filter(has_text="Lifeboat brings 98 ashore").count()
    assert quotes > 1
    assert reader.locator("mark").count() >= 2


def test_a_card_counts_the_independent_sources(page: Page) -> None:
    ask_and_wait(page, FERRY)
    agree = page.locator(".dl-card .dl-agree").first
    expect(agree).to_contain_text("2 independent sources say this")
    expect(agree).to_contain_text("Harbour News")


def test_a_mark_lights_its_card_and_its_own_sentence(page: Page) -> None:
    answered = ask_and_wait(page, FERRY)
    cite = answered.locator("a.dl-cite").last
    cite.focus()
    expect(page.locator(f"[data-card='{cite.get_attribute('data-cite')}']")).to_have_class(re.compile("dl-lit"))
    expect(answered.locator(".dl-claim.dl-lit")).to_have_count(1)
    expect(answered.locator(".dl-claim.dl-lit")).to_contain_text("on board")


def test_a_refusal_says_what_was_searched_and_what_would_help(page: Page) -> None:
    page.locator("#dl-filters").get_by_label("From").fill("2022-01-01")
    answered = ask_and_wait(page, "What was the weather like on Jupiter and in the fog?")
    refusal = answered.locator(".dl-abstained")
    expect(refusal).to_contain_text("Searched 1 of 3 articles for")
    expect(refusal).to_contain_text("another word for")
    expect(refusal).to_contain_text("jupiter")
    expect(refusal).to_contain_text("fog stands only in articles they leave out")
    expect(refusal).to_contain_text("wider dates: 2 articles more")
    expect(refusal.locator(".dl-nearest").first).to_be_visible()
    refusal.get_by_role("button", name="Ask again without filters").click()
    expect(turn(page, 2)).to_have_attribute("data-state", "done", timeout=60_000)
    expect(turn(page, 2).locator(".dl-chips")).to_have_count(0)


def test_the_side_folds_and_the_page_remembers(page: Page) -> None:
    fold = page.get_by_role("button", name="Conversations and filters")
    expect(page.locator("#dl-side")).to_be_visible()
    fold.click()
    expect(page.locator("#dl-side")).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.reload()
    expect(page.locator(".dl-welcome")).to_be_visible()
    expect(page.locator("#dl-side")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    fold.click()
    expect(page.locator("#dl-side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dl-side")).to_be_hidden()
