"""Two indexers and two web processes over one PostgreSQL and one Chroma server, each killed in turn."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_archive import FILES, RECORDS, assert_undisturbed, write, write_archive
from many import BATCH, Page, Where, outcome, start, start_indexers
from servers import ChromaServer, PostgresServer, chroma_server, postgres_server

from index.catalogue import Catalogue
from index.home import Home


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "articles")


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def where(tmp_path: Path, postgres: PostgresServer, chroma: ChromaServer) -> Callable[[str], Where]:
    """Where a process of that name finds the archive of this test."""
    database = postgres.new_database()
    return lambda name: Where(str(tmp_path / name), database, chroma.url)


def test_two_indexers_share_the_work(where: Callable[[str], Where], articles: Path, tmp_path: Path) -> None:
    running = start_indexers([where("one"), where("two")], articles, 0.1)
    first, second = map(outcome, running)
    home = where("one").open()
    assert_undisturbed(home, articles, Home(tmp_path / "oracle"))
    assert first["added"] + second["added"] == FILES + RECORDS
    catalogue = Catalogue(home)
    assert first["embedded"] + second["embedded"] == catalogue.vectors.count(), "nothing is embedded twice"
    catalogue.close()
    assert min(first["embedded"], second["embedded"]) >= BATCH, "both had a part in it"


def test_an_indexer_that_is_killed_is_made_up_for_by_the_other(
    where: Callable[[str], Where], articles: Path, tmp_path: Path, long: bool
) -> None:
    """Each is killed in turn, in the first stage and the second, while articles come, change and go."""
    chance = random.Random(2026)
    (articles / "reprint.txt").unlink()  # it is the one kept where its original's indexer is killed before it stores it
    home = where("one").open()
    for turn in range(12 if long else 2):
        write(articles, f"{turn:03}.txt", 100 + turn)
        write(articles, f"new-{turn}.txt", 200 + turn)
        (articles / f"{20 + turn:03}.txt").unlink()
        running = start_indexers([where("one"), where("two")], articles, 0.1)
        _wait_for_work(home, vectors=turn % 4 in (1, 2))
        time.sleep(chance.random() * 0.2)
        running[turn % 2].kill()
        running[turn % 2].communicate()
        outcome(running[1 - turn % 2])
        assert_undisturbed(home, articles, Home(tmp_path / f"oracle-{turn}"))


def _wait_for_work(home: Home, *, vectors: bool) -> None:
    """Until something is stored in the stage that is wanted, by whichever indexer."""
    catalogue = Catalogue(home, create=True)
    before = catalogue.generation, catalogue.status().places
    fewest = count = catalogue.vectors.count()
    while count == fewest if vectors else before == (catalogue.generation, catalogue.status().places):
        time.sleep(0.02)
        count = catalogue.vectors.count()
        fewest = min(fewest, count)
    catalogue.close()


def test_web_processes_answer_while_indexers_run_and_servers_come_and_go(
    where: Callable[[str], Where], articles: Path, tmp_path: Path
) -> None:
    with postgres_server() as database, chroma_server(tmp_path / "vectors") as vectors:
        server = database.new_database()

        def at(name: str) -> Where:
            return Where(str(tmp_path / name), server, vectors.url)

        Catalogue(at("one").open(), create=True).close()
        starting = [start("serve", at(name)) for name in ("three", "four")]
        indexers = start_indexers([at("one"), at("two")], articles, 0.05)
        pages = [Page(process) for process in starting]
        added = {"title": "Ferry aground", "text": "Anna Peeters steered the ferry onto a rock near Porto on Monday."}
        said = httpx_post(pages[0], added)
        for process in indexers:
            outcome(process)
        assert said == "Ferry aground"
        for page in pages:
            assert page.search("Who steered the ferry onto a rock?")[0] == "Ferry aground"
            answer = page.ask("Who steered the ferry onto a rock near Porto?").json()
            assert "Anna Peeters" in answer["text"]

        pages[0].kill()
        assert pages[1].search("Report number 7")
        pages[0] = Page(start("serve", at("three")))
        assert pages[0].search("Report number 7") == pages[1].search("Report number 7")

        vectors.kill()
        found = pages[1].search("Report number 9")
        assert found, "all vectors are compared"
        vectors.start()
        assert pages[1].search("Report number 9") == found

        database.stop()
        refused = pages[1].ask("Who steered the ferry?")
        assert refused.status_code == 500
        assert "make sure that it runs" in refused.json()["detail"]
        assert "Traceback" not in refused.text
        database.start()
        assert pages[0].search("Report number 9") == found
        assert pages[1].search("Report number 9") == found
        (again,) = start_indexers([at("one")], articles, 0)
        assert outcome(again)["added"] == 0
        for page in pages:
            page.kill()


def httpx_post(page: Page, article: dict[str, str]) -> str:
    """Add an article over the API while indexers run; its title as stored."""
    import httpx

    reply = httpx.post(f"{page.address}/api/articles", json=article, trust_env=False, timeout=120)
    return str(reply.raise_for_status().json()["articles"][0]["title"])
