"""The catalogue against brute force, its readers against its writer, and its refusals."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_articles import WORDS, make_article, make_text

from index.article import Article
from index.catalogue import Catalogue, fts_query
from index.errors import DatelineError, IndexBusyError, IndexMismatchError, IndexMissingError, UsageError
from index.home import Home
from index.packed_vectors import (
    is_vector,
    pack_vector,
    unpack_vectors,
)
from index.query import Filters

SOURCES = ("AP", "Reuters", "BBC")
TAGS = ("politics", "weather")


@pytest.fixture
def home(either_home: Home) -> Home:
    """Everything here holds of SQLite and of PostgreSQL."""
    return either_home


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """Sixty articles over sixty days, every tenth undated, every seventh also at a second place."""
    for n in range(60):
        article = make_article(
            f"{WORDS[n % len(WORDS)]} report {n}",
            make_text(n),
            path=f"/a/{n}.txt",
            published=None if n % 10 == 0 else date(2024, 1, 1) + timedelta(days=n),
            source=SOURCES[n % 3],
            tags=TAGS[n % 2 : n % 2 + n % 3],
        )
        catalogue.add_article(article)
        if n % 7 == 0:
            catalogue.add_article(at_place(article, f"/b/{n}.txt", source="Gazette"))
    return catalogue


def at_place(article: Article, path: str, *, source: str) -> Article:
    return make_article(
        article.title, article.text, path=path, source=source, published=article.published, tags=article.tags
    )


def all_passages(catalogue: Catalogue) -> list[int]:
    return [row[0] for row in catalogue.database.connection.execute("SELECT id FROM passages ORDER BY id")]


def passes(catalogue: Catalogue, article: Article, filters: Filters) -> bool:
    """What `Filters` promises, in Python."""
    day, sources = article.published, {place.source for place in catalogue.places(article.id)}
    return (
        (filters.after is None or (day is not None and day >= filters.after))
        and (filters.before is None or (day is not None and day <= filters.before))
        and (not filters.sources or bool(sources & set(filters.sources)))
        and (not filters.tags or bool(set(article.tags) & set(filters.tags)))
        and (not filters.article_ids or article.id in filters.article_ids)
    )


FILTERS = [
    Filters(after=date(2024, 1, 20)),
    Filters(before=date(2024, 1, 20)),
    Filters(after=date(2024, 1, 10), before=date(2024, 1, 12)),
    Filters(sources=("Reuters",)),
    Filters(sources=("Gazette", "BBC"), after=date(2024, 1, 15)),
    Filters(tags=("weather",)),
    Filters(article_ids=(make_article("storm report 2", make_text(2)).id, "0" * 16)),
    Filters(sources=("nobody",)),
]


@pytest.mark.parametrize("filters", FILTERS)
def test_match_with_filters_equals_filtering_all_matches(filled: Catalogue, filters: Filters) -> None:
    query = fts_query(["storm", "bridge", "harbour council"])
    everything = filled.match(query, k=10_000)
    articles = {p.id: p.article for p in filled.load_passages([i for i, _ in everything])}
    expected = [hit for hit in everything if passes(filled, articles[hit[0]], filters)]
    assert len(everything) > len(expected)
    assert filled.match(query, k=10_000, filters=filters) == expected
    assert filled.match(query, k=3, filters=filters) == expected[:3]
    assert filled.match(query, k=3, filters=filters, many=1) == expected[:3]


@pytest.mark.parametrize("filters", FILTERS)
def test_allowed_passages_equal_brute_force(filled: Catalogue, filters: Filters) -> None:
    ids = all_passages(filled)
    row = np.ones(384, dtype=np.float32)
    filled.vectors.store((i, row) for i in ids)
    expected = [p.id for p in filled.load_passages(ids) if passes(filled, p.article, filters)]
    assert filled.allowed_passages(filters) == expected


def test_match_scores_are_bm25(filled: Catalogue) -> None:
    """Against the formula FTS5 documents: k1 1.2, b 0.75, the idf of Robertson & Spärck Jones kept positive."""
    passages = filled.load_passages(all_passages(filled))
    words = [(p.article.title + " " + p.text).lower().replace(".", "").split() for p in passages]
    mean = sum(map(len, words)) / len(words)
    expected = {}
    terms = ("volcano", "ferry")  # words that the stemmer leaves alone or cuts alike
    for passage, held in zip(passages, words, strict=True):
        score = 0.0
        for term in terms:
            holders = sum(term in other for other in words)
            idf = max(np.log((len(words) - holders + 0.5) / (holders + 0.5)), 1e-6)
            often = held.count(term)
            score += idf * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(held) / mean))
        if score:
            expected[passage.id] = score
    found = dict(filled.match(fts_query(terms), k=10_000))
    assert found == pytest.approx(expected)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_weights_and_stemming_and_accents(catalogue: Catalogue) -> None:
    catalogue.add_article(make_article("Floods", "The café was closed for days.", path="/1"))
    catalogue.add_article(make_article("Weather", "There was flooding near the river.", path="/2"))
    by_title = catalogue.match(fts_query(["flooded"]), k=2, title_weight=10.0, text_weight=0.1)
    by_text = catalogue.match(fts_query(["flooded"]), k=2, title_weight=0.1, text_weight=10.0)
    assert [i for i, _ in by_title] == [i for i, _ in by_text][::-1]
    assert len(by_title) == 2
    assert catalogue.match(fts_query(["CAFE"]), k=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=4))
def test_no_input_is_a_syntax_error(catalogue: Catalogue, terms: list[str]) -> None:
    catalogue.match(fts_query([*terms, '"', "NEAR(", "a*", "\0x", "title:", "-b AND", "\ud800z"]), k=5)


def test_the_rarest_words_are_kept_within_what_may_be_looked_at(filled: Catalogue) -> None:
    terms = [WORDS[0], "report", "59", "zzzz", "7"]
    counts = {term: len(filled.match(fts_query([term]), k=10_000)) for term in terms}
    assert counts["zzzz"] == 0 < counts["59"] <= counts["7"] < counts["report"]
    for most in (0, counts["59"], counts["59"] + counts["7"], sum(counts.values()) - 1, sum(counts.values())):
        kept = filled.rarest(terms, most=most)
        assert kept == [term for term in terms if term in kept]
        assert kept == ["zzzz"] or sum(counts[term] for term in kept) <= most
        assert all(counts[term] <= counts[other] for term in kept for other in set(terms) - set(kept))
    assert filled.rarest(terms, most=sum(counts.values())) == terms
    assert filled.rarest([], most=10) == []


def test_passages_are_slices_in_the_order_asked(filled: Catalogue) -> None:
    ids = all_passages(filled)[::-7]
    passages = filled.load_passages([*ids, 10**9])
    assert [p.id for p in passages] == ids
    for passage in passages:
        assert passage.text == passage.article.text[passage.span.start : passage.span.end]
        assert all(passage.span.contains(sentence) for sentence in passage.sentences)
    shared = filled.load_passages(all_passages(filled)[:2])
    assert shared[0].article is shared[1].article


def test_an_article_comes_back_as_it_was(catalogue: Catalogue) -> None:
    article = make_article("Ümlaut", make_text(1), published=date(2020, 2, 29), source="AP", tags=("b", "a", "c"))
    catalogue.add_article(article)
    assert catalogue.get_article(article.id) == article
    assert catalogue.get_article(article.id[:6]) == article


def test_unknown_and_ambiguous_ids_are_refused(filled: Catalogue) -> None:
    for wrong in ("", "zz", "%"):
        with pytest.raises(UsageError, match="no article"):
            filled.get_article(wrong)
    ids = [p.article.id for p in filled.load_passages(all_passages(filled))]
    shared = next(i[0] for i in ids if sum(j[0] == i[0] for j in set(ids)) > 1)
    with pytest.raises(UsageError, match="more than one"):
        filled.get_article(shared)


def test_an_article_vanishes_with_its_last_place(catalogue: Catalogue) -> None:
    article = make_article(path="/1", source="AP", text=make_text(3))
    catalogue.add_article(article)
    catalogue.add_article(at_place(article, "/2", source="BBC"))
    assert [(p.path, p.source) for p in catalogue.places(article.id)] == [("/1", "AP"), ("/2", "BBC")]
    row = np.ones(384, dtype=np.float32)
    catalogue.vectors.store((i, row) for i in all_passages(catalogue))

    assert catalogue.remove_place("/1")
    assert not catalogue.remove_place("/1")
    assert (catalogue.get_article(article.id).path, catalogue.get_article(article.id).source) == ("/2", "BBC")

    catalogue.remove_place("/2")
    status = catalogue.status()
    assert (status.articles, status.passages, status.vectors, status.places) == (0, 0, 0, 0)
    assert catalogue.match(fts_query(WORDS), k=10) == []
    with pytest.raises(UsageError):
        catalogue.get_article(article.id)


def test_each_particular_is_of_the_oldest_place_that_tells_it(catalogue: Catalogue) -> None:
    bare, dated = make_article(path="/1"), date(2024, 5, 3)
    catalogue.add_article(bare)
    catalogue.add_article(replace(at_place(bare, "/2", source="BBC"), published=dated))
    catalogue.add_article(replace(at_place(bare, "/3", source="AP"), published=date(2024, 5, 4)))
    stored = catalogue.get_article(bare.id)
    assert (stored.path, stored.source, stored.published) == ("/1", "BBC", dated)


def test_tags_are_those_of_now(catalogue: Catalogue) -> None:
    article = make_article(path="/1", tags=("fire", "port"))
    catalogue.add_article(article)
    catalogue.add_article(replace(article, path="/2", tags=("port", "law")))
    assert catalogue.get_article(article.id).tags == ("fire", "port", "law")
    catalogue.add_article(replace(article, tags=("flood",)))
    assert catalogue.get_article(article.id).tags == ("flood",)


def test_a_new_article_replaces_the_old_one_of_its_place(catalogue: Catalogue) -> None:
    old, new = make_article(text=make_text(4)), make_article(text=make_text(5))
    catalogue.add_article(old)
    catalogue.add_article(new)
    assert catalogue.status().articles == 1
    assert catalogue.get_article(new.id) == new


def test_the_directions_of_vectors_are_kept(catalogue: Catalogue) -> None:
    catalogue.add_article(make_article(text=make_text(6)))
    passages = catalogue.passages_without_vectors(100)
    chance = np.random.default_rng(0)
    made = {p.id: unit(chance.normal(size=(1, 384)))[0] for p in passages}
    catalogue.vectors.store(made.items())
    assert catalogue.passages_without_vectors(100) == []
    assert catalogue.vectors.count_missing() == 0
    ids, stored = catalogue.vectors.of_passages()
    assert ids == sorted(made)
    assert stored.dtype == np.float32
    np.testing.assert_allclose(stored, [made[i] for i in ids], atol=2e-3)


def test_packed_vectors_point_where_they_pointed() -> None:
    rows = unit(np.random.default_rng(0).normal(size=(1000, 384)))
    packed = [pack_vector(row) for row in rows]
    assert {len(blob) for blob in packed} == {384}
    assert np.sum(rows * unpack_vectors(packed, 384), axis=1).min() > 0.9999
    assert all(is_vector(blob, 384) for blob in packed)
    assert not is_vector(packed[0][:-1], 384)
    assert not is_vector(bytes(384), 384)
    assert not is_vector(bytes(b % 127 for b in packed[0]), 384)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_status_counts(filled: Catalogue) -> None:
    status = filled.status()
    assert (status.articles, status.places, status.undated, status.vectors) == (60, 69, 6, 0)
    assert (status.first, status.last) == (date(2024, 1, 2), date(2024, 2, 29))
    assert status.sources == {"AP": 20, "BBC": 20, "Reuters": 20, "Gazette": 9}
    assert status.passages == len(all_passages(filled))
    assert status.bytes_on_disk > 50_000


def test_another_embedder_is_refused(catalogue: Catalogue) -> None:
    catalogue.vectors.use_embedder("one", 384)
    catalogue.vectors.use_embedder("one", 384)
    with pytest.raises(IndexMismatchError, match="made by one, not two"):
        catalogue.vectors.use_embedder("two", 384)


def test_another_format_is_refused(home: Home, catalogue: Catalogue) -> None:
    catalogue.database.connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    with pytest.raises(IndexMismatchError, match="move it away"):
        Catalogue(home)


def test_no_index_is_told(home: Home) -> None:
    with pytest.raises(IndexMissingError, match="dateline index"):
        Catalogue(home)


def test_no_index_and_no_database_are_told_apart(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(IndexMissingError, match="dateline index"):
        Catalogue(home)
    home.create()
    home.catalogue.write_bytes(b"")
    with pytest.raises(IndexMissingError):
        Catalogue(home)
    home.catalogue.write_bytes(b"no database at all " * 100)
    with pytest.raises(DatelineError, match="dateline restore"):
        Catalogue(home)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatelineError, match="--home"), Home(tmp_path / "file" / "home").write_lock():
        pass


def test_only_one_process_writes(home: Home) -> None:
    program = (
        "import sys; from index.home import Home\n"
        "with Home(sys.argv[1], server=sys.argv[2]).write_lock():\n print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(home.folder), home.server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexBusyError, match="another process"), home.write_lock():
            pass
        other.kill()
        other.wait()
    deadline = time.monotonic() + 60  # a server notices a moment later
    while True:
        try:
            with home.write_lock():  # the lock ends with the process
                return
        except IndexBusyError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_readers_see_whole_articles_only(home: Home, catalogue: Catalogue) -> None:
    """Readers in their own threads and connections, while articles are replaced as fast as can be."""
    versions = [make_article(text=make_text(seed, sentences=60), path="/the/place") for seed in (1, 2)]
    catalogue.add_article(versions[0])
    expected = {v.id: sum(map(len, v.text.split("\n\n"))) for v in versions}
    done, wrong = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            with catalogue.database.reading():
                passages = catalogue.load_passages(all_passages(catalogue))
                matched = {i for i, _ in catalogue.match(fts_query(WORDS), k=1000)}
            ids = {p.article.id for p in passages}
            covered = sum(len(s) + 1 for p in passages for s in p.sentences)
            whole = len(ids) == 1 and covered >= expected[ids.pop()] and matched == {p.id for p in passages}
            if not whole:
                wrong.append(passages)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        catalogue.add_article(versions[turn % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_failed_write_leaves_nothing(catalogue: Catalogue) -> None:
    with pytest.raises((OverflowError, psycopg.DataError)):
        catalogue.add_article(make_article(), bands=[1, 2**64])
    assert catalogue.status().articles == 0
    catalogue.add_article(make_article())
    assert catalogue.status().articles == 1


def test_the_catalogue_loads_no_model_library() -> None:
    program = (
        "import sys, index.catalogue; print([m for m in ('chromadb', 'onnxruntime', 'torch') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
