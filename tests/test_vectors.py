"""Nearest passages against brute force, damage and repair, and readers in other processes."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from made_articles import make_article, make_text

from index.catalogue import Catalogue
from index.chroma_folder import ChromaFolder
from index.home import Home
from index.packed_vectors import Vectors
from index.query import Filters
from index.vectors import VectorIndex

ARTICLES = 60
FILTERS = [
    None,
    Filters(after=date(2024, 2, 1)),
    Filters(sources=("AP",)),
    Filters(tags=("seven",)),
    Filters(article_ids=(make_article("Report 3", make_text(3)).id,)),
    Filters(sources=("nobody",)),
]


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    for n in range(ARTICLES):
        add_article(catalogue, n)
    return catalogue


@pytest.fixture
def vectors(home: Home, filled: Catalogue) -> Iterator[VectorIndex]:
    vectors = VectorIndex(home, filled)
    vectors.publish()
    yield vectors
    vectors.close()


def add_article(catalogue: Catalogue, n: int) -> None:
    """Article `n` with vectors that depend on `n` only."""
    day, source = date(2024, 1, 1) + timedelta(days=n), ("AP", "BBC")[n % 2]
    tags = ("seven",) if n % 7 == 0 else ()
    article = make_article(f"Report {n}", make_text(n, 30), path=f"/a/{n}", published=day, source=source, tags=tags)
    catalogue.add_article(article)
    passages = catalogue.passages_without_vectors(100)
    rows = random_rows(n, len(passages))
    catalogue.vectors.store((p.id, row) for p, row in zip(passages, rows, strict=True))


def random_rows(seed: int, count: int) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def brute_force(catalogue: Catalogue, vector: Vectors, k: int, filters: Filters | None) -> list[tuple[int, float]]:
    ids, rows = catalogue.vectors.of_passages(catalogue.allowed_passages(filters) if filters else None)
    found = sorted(zip(ids, (rows @ vector).tolist(), strict=True), key=lambda pair: -pair[1])
    return found[:k]


def assert_same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    assert [i for i, _ in found] == [i for i, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-5)


@pytest.mark.parametrize("exact_limit", [10_000, 10, 0])
@pytest.mark.parametrize("filters", FILTERS)
def test_nearest_equals_brute_force(home: Home, filled: Catalogue, filters: Filters | None, exact_limit: int) -> None:
    vectors = VectorIndex(home, filled, exact_limit=exact_limit)
    vectors.publish()
    assert filled.vectors.count() > 200
    for vector in random_rows(1000, 3):
        for k in (1, 10, 50):
            assert_same(vectors.nearest(vector, k=k, filters=filters), brute_force(filled, vector, k, filters))
    vectors.close()


def test_chroma_answers_when_a_folder_is_published(filled: Catalogue, vectors: VectorIndex, home: Home) -> None:
    """Seen by taking one vector out of the catalogue's hands: Chroma still returns it."""
    ids, rows = filled.vectors.of_passages()
    filled.database.connection.execute("DELETE FROM passage_vectors WHERE passage = ?", (ids[0],))
    assert vectors.nearest(rows[0], k=1)[0][0] == ids[0]


def test_a_published_folder_holds_no_free_pages(filled: Catalogue, vectors: VectorIndex, home: Home) -> None:
    (folder,) = home.chroma.iterdir()
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as tables:
        assert tables.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert tables.execute("SELECT count(*) FROM embeddings").fetchone() == (filled.vectors.count(),)


def test_publishing_follows_additions_and_removals(home: Home, filled: Catalogue, vectors: VectorIndex) -> None:
    before = filled.snapshot
    vectors.publish()
    assert filled.snapshot == before  # nothing changed: nothing copied

    for n in range(0, ARTICLES, 3):
        filled.remove_place(f"/a/{n}")
    add_article(filled, ARTICLES)
    vectors.publish()
    assert filled.snapshot.name != before.name
    assert [folder.name for folder in home.chroma.iterdir()] == [filled.snapshot.name]
    assert held(home, filled) == set(filled.vectors.ids())
    vector = random_rows(1001, 1)[0]
    assert_same(vectors.nearest(vector, k=20), brute_force(filled, vector, 20, None))


def test_little_may_wait_beside_a_large_folder_and_is_found(home: Home, filled: Catalogue) -> None:
    vectors = VectorIndex(home, filled, exact_limit=10, large=200)
    vectors.publish()
    before = filled.snapshot
    gone = filled.load_passages([vectors.nearest(random_rows(1004, 1)[0], k=1)[0][0]])[0].article
    filled.remove_place(gone.path)
    add_article(filled, ARTICLES)
    vectors.publish(thorough=False)
    assert filled.snapshot == before, "ten passages of 200 do not copy the folder"
    assert not vectors.is_outdated()
    for vector in [*random_rows(1004, 3), random_rows(ARTICLES, 1)[0]]:
        for filters in FILTERS:
            assert_same(vectors.nearest(vector, k=20, filters=filters), brute_force(filled, vector, 20, filters))

    for n in range(ARTICLES + 1, ARTICLES + 8):
        add_article(filled, n)
    assert vectors.is_outdated()
    vectors.publish(thorough=False)
    assert held(home, filled) == set(filled.vectors.ids())
    vectors.close()


def test_a_folder_published_before_its_extent_was_noted_is_searched(
    home: Home, filled: Catalogue, vectors: VectorIndex
) -> None:
    old = filled.snapshot
    with filled.database.writing() as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'snapshot'", (f"{old.name} {old.generation}",))
    vector = random_rows(1005, 1)[0]
    assert_same(vectors.nearest(vector, k=20), brute_force(filled, vector, 20, None))
    vectors.publish()
    assert filled.snapshot.count == filled.vectors.count()


def held(home: Home, catalogue: Catalogue) -> set[int]:
    folder = ChromaFolder(home.chroma / catalogue.snapshot.name)
    ids = folder.ids()
    folder.close()
    return ids


def damage(folder: Path, how: str) -> None:
    if how == "deleted":
        shutil.rmtree(folder)
    elif how == "emptied":
        shutil.rmtree(folder)
        folder.mkdir()
    elif how == "no database":
        (folder / "chroma.sqlite3").write_bytes(b"junk" * 5000)
    elif how == "no graph":
        for file in folder.glob("*/*"):
            file.unlink()
    elif how == "cut graph":
        for file in folder.glob("*/*"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        for file in folder.glob("*/*"):
            file.write_bytes(b"\xff" * file.stat().st_size)


@pytest.mark.parametrize("how", ["deleted", "emptied", "no database", "no graph", "cut graph", "junk graph"])
def test_a_damaged_folder_is_worked_around_and_rebuilt(home: Home, filled: Catalogue, how: str) -> None:
    writer = VectorIndex(home, filled)
    writer.publish()
    damage(home.chroma / filled.snapshot.name, how)
    vector = random_rows(1002, 1)[0]
    expected = brute_force(filled, vector, 10, None)

    reader = VectorIndex(home, filled)
    assert_same(reader.nearest(vector, k=10), expected)
    writer.publish()
    assert held(home, filled) == set(filled.vectors.ids())
    assert_same(reader.nearest(vector, k=10), expected)
    reader.close()


def test_without_vectors_nothing_is_near(home: Home, catalogue: Catalogue) -> None:
    vectors = VectorIndex(home, catalogue)
    vector = random_rows(1, 1)[0]
    assert vectors.nearest(vector, k=5) == []
    vectors.publish()
    assert vectors.nearest(vector, k=5) == []
    assert vectors.nearest(vector, k=5, filters=Filters(sources=("AP",))) == []


READER = """
import sys, numpy as np
from index.catalogue import Catalogue
from index.home import Home
from index.vectors import VectorIndex
home = Home(sys.argv[1])
catalogue = Catalogue(home)
vectors = VectorIndex(home, catalogue)
row = np.random.default_rng(int(sys.argv[2])).normal(size=384).astype(np.float32)
for _ in sys.stdin:
    print(*[i for i, _ in vectors.nearest(row, k=10)], flush=True)
"""


def test_a_reader_in_another_process_follows_the_writer(home: Home, filled: Catalogue, vectors: VectorIndex) -> None:
    """Two readers hold the index open while this process adds, removes and publishes."""
    vector = np.random.default_rng(1003).normal(size=384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    command = [sys.executable, "-c", READER, str(home.folder), "1003"]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in range(2)
    ]
    for turn in range(3):
        expected = [i for i, _ in brute_force(filled, vector, 10, None)]
        for reader in readers:
            assert reader.stdin is not None
            assert reader.stdout is not None
            print(file=reader.stdin, flush=True)
            assert [int(i) for i in reader.stdout.readline().split()] == expected
        best = filled.load_passages(expected[:1])[0].article
        filled.remove_place(best.path)
        add_article(filled, ARTICLES + turn)
        vectors.publish()
    for reader in readers:
        reader.communicate()
        assert reader.returncode == 0
