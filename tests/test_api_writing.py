"""Articles added and removed over the API: by curl, in every way it is offered, and only by those who may."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from served import make_home, serving

import ui.api_writing
from index.catalogue import Catalogue
from index.home import Home
from ui.users import Users

HERON = "Heron nests on the town hall\n\nMarch 3, 2024\n\nA heron built its nest on the roof of the town hall in Visby."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return make_home(tmp_path / "made")


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


def titles(address: str, **headers: str) -> set[str]:
    return {entry["title"] for entry in httpx.get(f"{address}/api/articles", headers=headers).json()["articles"]}


def test_a_file_is_sent_found_and_removed(address: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "heron.txt"
    file.write_text(HERON, encoding="utf-8")
    if program := shutil.which("curl"):
        command = [program, "-sS", "-T", str(file), f"{address}/api/articles/files/"]
        added = httpx.Response(200, content=subprocess.run(command, capture_output=True, check=True).stdout).json()
    else:
        added = httpx.put(f"{address}/api/articles/files/heron.txt", content=file.read_bytes()).json()
    assert (added["added"], added["not_read"]) == (1, [])
    (entry,) = added["articles"]
    assert (entry["title"], entry["published"]) == ("Heron nests on the town hall", "2024-03-03")
    passages = httpx.get(f"{address}/api/search", params={"q": "heron nest Visby", "k": 1}).json()["passages"]
    assert passages[0]["article"]["id"] == entry["id"]
    assert httpx.delete(f"{address}/api/articles/{entry['id'][:8]}").status_code == 404  # a beginning deletes nothing
    assert httpx.delete(f"{address}/api/articles/{entry['id']}").json() == {"places": 1}
    assert httpx.delete(f"{address}/api/articles/{entry['id']}").status_code == 404
    assert "Heron nests on the town hall" not in titles(address)
    assert not list((home / "uploads").rglob("heron.txt"))


def test_a_text_without_a_title_keeps_its_first_sentence(address: str) -> None:
    lead = "Voters in Lund elected Kerstin Ek mayor on Sunday."
    for text, title in (
        (lead, ""),
        (f"{lead}\n\nShe takes office in June.", ""),
        (HERON, "Heron nests on the town hall"),
    ):
        (entry,) = httpx.post(f"{address}/api/articles", json={"text": text}).json()["articles"]
        assert entry["title"] == title
        stored = httpx.get(f"{address}/api/articles/{entry['id']}").json()["text"]
        assert stored.startswith(lead if not title else "A heron built")


def test_text_is_added_with_what_is_known_of_it(address: str) -> None:
    new = {
        "text": "The bridge at Lund was opened by Kerstin Ek.",
        "title": "Bridge <b>opens</b>",
        "source": "Lund Post",
    }
    added = httpx.post(f"{address}/api/articles", json={**new, "published": "2023-06-07"}).json()
    stored = httpx.get(f"{address}/api/articles/{added['articles'][0]['id']}").json()
    assert (stored["title"], stored["source"], stored["published"]) == (
        "Bridge <b>opens</b>",
        "Lund Post",
        "2023-06-07",
    )


def test_what_cannot_be_read_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = f"{address}/api/articles/files"
    for name, content, said in (("notes.xyz", b"?", "format"), ("empty.txt", b"", "empty"), ("bad.pdf", b"%PDF-", "")):
        told = httpx.put(f"{files}/{name}", content=content)
        assert (told.status_code, said in told.json()["detail"]) == (422, True), told.text
    for name in (".hidden.txt", "..%2f..%2fx.txt", "%2e%2e", "a%5cb.txt", "x" * 201 + ".txt"):
        assert httpx.put(f"{files}/{name}", content=HERON.encode()).status_code in (400, 404, 405), name
    assert httpx.post(f"{address}/api/articles", json={"text": "  "}).status_code == 400
    assert httpx.post(f"{address}/api/articles", json={"text": "x", "published": "soon"}).status_code == 400
    monkeypatch.setattr(ui.api_writing, "MAX_FILE_BYTES", 100)
    assert httpx.put(f"{files}/long.txt", content=b"word " * 100).status_code == 413
    assert len(titles(address)) == 2


def test_a_page_elsewhere_cannot_make_a_browser_send_articles(address: str) -> None:
    """What a form can send without the browser asking first is refused; for the rest no permission is given."""
    body = '{"text": "Planted by a page elsewhere."}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        sent = httpx.post(f"{address}/api/articles", content=body, headers={"Content-Type": kind})
        assert sent.status_code == 400, kind
    asked = httpx.options(
        f"{address}/api/articles/files/x.txt",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT"},
    )
    assert "access-control-allow-origin" not in asked.headers
    assert len(titles(address)) == 2


def test_only_those_allowed_change_the_articles(home: Path) -> None:
    reader, editor = Users(home).add("reader"), Users(home).add("editor", may_upload=True)
    catalogue = Catalogue(Home(home))
    (article, *_) = catalogue.newest_articles(1)
    with serving(home) as address:
        for token, expected in (("", 401), (reader, 403)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            for method, path in (("POST", ""), ("PUT", "/files/heron.txt"), ("DELETE", f"/{article.id}")):
                sent = httpx.request(method, f"{address}/api/articles{path}", content=HERON, headers=headers)
                assert sent.status_code == expected, (method, token)
        headers = {"Authorization": f"Bearer {editor}"}
        sent = httpx.put(f"{address}/api/articles/files/heron.txt", content=HERON.encode(), headers=headers)
        assert sent.json()["added"] == 1
        assert httpx.delete(f"{address}/api/articles/{article.id}", headers=headers).status_code == 200
    assert catalogue.find_text(article.id) is None
    catalogue.close()


def test_an_index_that_is_being_written_says_when_to_come_back(address: str, home: Path) -> None:
    with Home(home).write_lock():
        told = httpx.post(f"{address}/api/articles", json={"text": "The bridge was opened."}, timeout=60)
    assert told.status_code == 503
    assert told.headers["retry-after"]
