"""Hostile files uploaded on the page: bombs, entities, overlays, links, paths; nothing runs, covers or is fetched."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import httpx
from docx import Document
from page_driver import address, ask_and_wait, browser, gate, home, page
from playwright.sync_api import Page, expect

from index.home import Home

TEXT = "A walrus slept on the quay of Visby for 17 hours on Sunday, said the harbour master."
OVERLAY = (
    '<div style="position:fixed;inset:0;z-index:99999;background:red">Log in</div><style>body{display:none}</style>'
)
AWAY = "http://198.51.100.7"
REMOTE = f'<img src="{AWAY}/p.png"><link rel="stylesheet" href="{AWAY}/s.css"><iframe src="{AWAY}">'
LINK = '<a href="javascript:window.hacked=7">press</a>'


def hostile_files(folder: Path) -> list[Path]:
    """One of each kind; the last four cannot be read."""
    bodies = f"{TEXT} {OVERLAY} {REMOTE} {LINK}"
    page = f"<html><head><title>Walrus {OVERLAY}</title></head><body><article><p>{bodies}</p></article></body></html>"
    record = {"title": f"Walrus {LINK}", "text": bodies, "url": "javascript:window.hacked=8", "source": OVERLAY}
    (folder / "walrus.html").write_text(page, encoding="utf-8")
    (folder / "walrus.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "bomb.txt.gz").write_bytes(gzip.compress(b"a" * 300_000_000, 1))
    (folder / "bomb.docx").write_bytes(docx_with("word/document.xml", b"<a>" + b"a" * 300_000_000))
    entities = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    (folder / "entities.docx").write_bytes(docx_with("word/document.xml", entities.encode()))
    (folder / "sevenfold.docx").write_bytes(b"PK\x03\x04" + b"\x00" * 100)
    return sorted(folder.iterdir())


def docx_with(name: str, content: bytes) -> bytes:
    """A Word document with one of its parts replaced."""
    whole, changed = io.BytesIO(), io.BytesIO()
    Document().save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return changed.getvalue()


def test_hostile_files_are_text_or_refused(page: Page, tmp_path: Path, home: Home) -> None:
    page.get_by_role("button", name="Articles", exact=True).click()
    panel = page.get_by_role("dialog", name="Articles")
    panel.locator("#dl-files").set_input_files(hostile_files(tmp_path))
    report = panel.locator("[data-intake='done']")
    expect(report).to_contain_text("4 not read", timeout=120_000)
    for name in ("bomb.txt.gz", "bomb.docx", "entities.docx", "sevenfold.docx"):
        expect(report).to_contain_text(name)
    page.keyboard.press("Escape")
    answered = ask_and_wait(page, "How many hours did the walrus sleep on the quay of Visby?")
    expect(answered).to_be_visible()
    page.locator(".dl-card").first.get_by_role("button", name="Open article").click()
    expect(page.get_by_role("dialog")).to_contain_text("17 hours")
    drawn = page.locator("#dl-reader, #dl-turns, #dl-cards")
    assert drawn.locator("img, iframe, link, style, script, [style*='fixed']").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator("#dl-box textarea")).to_be_visible()  # nothing lies over it
    page.locator("#dl-box textarea").click()
    assert "root:" not in page.content()


def test_no_name_of_an_upload_leads_out_and_size_is_bounded(address: str, home: Home, tmp_path: Path) -> None:
    kept = {path for path in tmp_path.parent.rglob("*") if path.is_file()}
    for name in (
        "../../escaped.txt",
        f"{tmp_path}/escaped.txt",
        "..\\..\\escaped.txt",
        "a\x00b.txt",
        "." * 300 + ".txt",
    ):
        sent = httpx.post(f"{address}/gradio_api/upload", files={"files": (name, b"text")}, timeout=60)
        assert sent.status_code < 500 or "escaped" not in sent.text, sent.text
        for path in sent.json() if sent.status_code == 200 else ():
            assert ".." not in Path(path).parts
    new = {path for path in tmp_path.parent.rglob("*") if path.is_file()} - kept
    assert not any("escaped" in path.name for path in new)
    large = httpx.post(f"{address}/gradio_api/upload", files={"files": ("a.txt", b"a" * (65 << 20))}, timeout=300)
    assert large.status_code == 413
