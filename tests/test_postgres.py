"""PostgreSQL beside SQLite: the same articles are found in the same order; passwords and outages."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_articles import WORDS, make_article
from servers import PostgresServer, postgres_server
from word_embedder import WordEmbedder

from index.article import Article
from index.backup import back_up, restore
from index.build import build_index
from index.catalogue import Catalogue, fts_query
from index.check import check_index
from index.errors import DatelineError, UsageError
from index.home import Home
from index.listing import all_articles
from index.postgres import translate
from index.query import Filters
from index.rebuild import rebuild_index
from index.search import TITLE_WEIGHT
from index.terms import search_terms
from index.tokens import tokenise

SEEDS = Path(__file__).parent.parent / "seeds"
PROSE = [
    "U.S.",
    "covid-19",
    "café",
    "Zürich's",
    "ＦＵＬＬ",
    "naïve",
    "ha ha ha",
    "3,000",
    "1990s",
    "O'Neill",
    "…",
    "x" * 40,
]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[tuple[Catalogue, Catalogue]]:
    """The same archive in both: the sample articles, made ones with odd words, some replaced, some gone."""
    folder = tmp_path_factory.mktemp("pair")
    homes = Home(folder / "sqlite"), Home(folder / "postgres", server=postgres.new_database())
    catalogues = [Catalogue(home, create=True) for home in homes]
    source = Home(folder / "seeds")
    build_index([SEEDS], source, embedder=WordEmbedder)
    seeds = Catalogue(source)
    for catalogue in catalogues:
        for article in all_articles(seeds):
            catalogue.add_article(article)
        for n in range(80):
            catalogue.add_article(_odd(n, f"/odd/{n}.txt"))
        for n in range(0, 80, 4):  # another article in the place of the first
            catalogue.add_article(_odd(n + 1000, f"/odd/{n}.txt"))
        for n in range(1, 80, 8):
            catalogue.remove_place(f"/odd/{n}.txt")
    yield catalogues[0], catalogues[1]
    for catalogue in (*catalogues, seeds):
        catalogue.close()


def _odd(n: int, path: str) -> Article:
    chance = random.Random(n)
    words = chance.choices([*WORDS, *PROSE], k=chance.randrange(5, 400))
    title = f"{chance.choice(PROSE)} {chance.choice(WORDS)}"
    return make_article(title, " ".join(words) + ".", path=path, source=f"S{n % 3}")


def _best(catalogue: Catalogue, terms: list[str], **options: object) -> list[tuple[str, int, float]]:
    """The best passages as `(article, start, score)`: ids may differ."""
    found = catalogue.match(fts_query(terms), k=10, title_weight=TITLE_WEIGHT, **options)  # type: ignore[arg-type]
    passages = {p.id: p for p in catalogue.load_passages([i for i, _ in found])}
    return [(passages[i].article.id, passages[i].span.start, score) for i, score in found]


def questions() -> list[str]:
    lines = [json.loads(line)["question"] for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
    return lines + [" ".join(pair) for pair in zip(WORDS, WORDS[7:] + PROSE, strict=False)]


def test_the_ten_best_are_the_same_with_the_same_scores(pair: tuple[Catalogue, Catalogue]) -> None:
    sqlite, postgres = pair
    assert len(questions()) >= 60
    for question in questions():
        terms = search_terms(question)
        found = _best(sqlite, terms)
        assert _best(postgres, terms) == [(a, s, pytest.approx(score, rel=1e-12)) for a, s, score in found], question
        assert sqlite.rarest(terms, most=40) == postgres.rarest(terms, most=40)
        few = Filters(sources=("s1", "S2"))
        assert [hit[:2] for hit in _best(sqlite, terms, filters=few)] == [
            hit[:2] for hit in _best(postgres, terms, filters=few)
        ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.lists(st.sampled_from([*WORDS, *PROSE]), max_size=3).map(" ".join), st.text()), max_size=4)
)
def test_any_terms_find_the_same(pair: tuple[Catalogue, Catalogue], terms: list[str]) -> None:
    sqlite, postgres = (_best(catalogue, terms) for catalogue in pair)
    assert [hit[:2] for hit in sqlite] == [hit[:2] for hit in postgres]


def test_terms_are_those_of_fts5() -> None:
    assert tokenise(["The Café's U.S. ferries", "", "…"]) == [["the", "cafe", "s", "u", "s", "ferri"], [], []]


def test_a_whole_archive_is_sound_found_and_made_anew(tmp_path: Path, postgres: PostgresServer) -> None:
    home = Home(tmp_path / "home", server=postgres.new_database())
    assert build_index([SEEDS], home, embedder=WordEmbedder).added > 30
    assert build_index([SEEDS], home, embedder=WordEmbedder).added == 0
    assert [check for check in check_index(home, embedder=WordEmbedder) if check.problem] == []
    catalogue = Catalogue(home)
    before = _best(catalogue, ["prison", "volgograd"])
    rebuild_index(home, embedder=WordEmbedder)
    assert _best(catalogue, ["prison", "volgograd"]) == before
    assert [check for check in check_index(home, embedder=WordEmbedder) if check.problem] == []
    with catalogue.database.writing() as connection:
        connection.execute("DELETE FROM postings WHERE term = (SELECT min(term) FROM postings)")
    (wrong,) = [check for check in check_index(home, embedder=WordEmbedder, sample=1) if check.name == "text search"]
    assert "other postings" in wrong.problem
    assert "rebuild" in wrong.remedy
    catalogue.close()


def test_statements_are_put_into_postgresqls_words() -> None:
    assert translate("SELECT 1 WHERE id = ?1 OR id < ?2 OR id = ?1") == "SELECT 1 WHERE id = $1 OR id < $2 OR id = $1"
    assert translate("a IN (SELECT value FROM json_each(?)) AND b = ?") == "a = ANY($1) AND b = $2"
    assert translate("ORDER BY p.source COLLATE NOCASE") == "ORDER BY lower(p.source)"


def test_a_backup_is_left_to_postgresqls_own_tool(tmp_path: Path, postgres: PostgresServer) -> None:
    home = Home(tmp_path / "home", server=postgres.new_database())
    for act in (back_up, restore):
        with pytest.raises(UsageError, match="pg_dump"):
            act(home, tmp_path / "file")


def test_no_password_is_shown_and_an_outage_is_said(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", server="postgresql://ann:secret@127.0.0.1:1/archive")
    with pytest.raises(DatelineError, match="make sure that it runs") as caught:
        Catalogue(home)
    assert "secret" not in str(caught.value)
    assert "ann@127.0.0.1:1/archive" in str(caught.value)


def test_a_catalogue_works_again_once_its_server_does(tmp_path: Path) -> None:
    with postgres_server() as server:
        catalogue = Catalogue(Home(tmp_path / "home", server=server.new_database()), create=True)
        catalogue.add_article(make_article())
        server.stop()
        with pytest.raises(DatelineError, match="cannot use the catalogue"):
            catalogue.status()
        server.start()
        assert catalogue.status().articles == 1
        catalogue.close()


def test_the_commands_work_over_a_server(tmp_path: Path, postgres: PostgresServer) -> None:
    (tmp_path / "ferry.txt").write_text("Ferry aground\n\nA ferry ran aground near Aland on Monday, said Maria Holm.\n")
    environ = {**os.environ, "DATELINE_HOME": str(tmp_path / "home"), "DATELINE_CATALOGUE": postgres.new_database()}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "ui.cli", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=SEEDS.parent, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "1 added" in run("index", str(tmp_path / "ferry.txt"))
    assert "1 unchanged" in run("index", str(tmp_path))
    assert json.loads(run("status", "--json"))["vectors"] == 1
    assert "Maria Holm" in run("timeline", "the ferry")
    assert not (tmp_path / "home" / "catalogue.sqlite3").exists()
