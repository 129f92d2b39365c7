"""Anything at all into readers, cleaner, splitter, text search, filters and settings.

Invariants: only errors raised on purpose, valid Unicode, exact offsets, no hang. `--long` tries a hundred times as
many inputs; a failing one is kept by hypothesis and tried first the next time.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malice import KINDS, write_malice

from index.catalogue import Catalogue, fts_query
from index.cleaning import clean_article, clean_text
from index.dates import parse_date
from index.errors import ReadError, UsageError
from index.passages import split_passages
from index.readers import SUFFIXES, RawArticle, read_file
from index.terms import search_terms
from ui.filters import read_day, read_filters
from ui.settings import read_settings

ANY_TEXT = st.text(st.characters(), max_size=2_000)
"""Lone surrogates, controls and unassigned characters among them."""

MARKUP = [
    "<p>",
    "</p>",
    "<!--",
    "<script>",
    "<![CDATA[",
    "&#0;",
    "&amp",
    "---\n",
    "title: x\n",
    "# ",
    "| a |",
    "<" * 100,
]
SYNTAX = [
    "{",
    "}",
    "[",
    '"',
    "\\",
    "\\u0000",
    "\\ud800",
    ":",
    ",",
    "text",
    "body",
    "%PDF-1.7\n",
    "endobj",
    "PK\x03\x04",
]
SIGNS = ["\n", "\r\n", "\u2028", "\x00", "\ufeff", "\u202e", "\u200d", "e\u0301", "ﬁ", "« »", "—", "é", "日本語。", "؟"]
NEWS = [
    "Nov. 5, 2026",
    "(AP)",
    "LONDON (Reuters) - ",
    "p.m. ",
    "U.S.",
    "12.5",
    "Mr. ",
    "a" * 300,
    " " * 300,
    "word " * 60,
]
PIECES = st.sampled_from([*MARKUP, *SYNTAX, *SIGNS, *NEWS])
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=40).map("".join)
BYTES = st.one_of(
    st.binary(max_size=2_000),
    MIXED.map(lambda t: t.encode("utf-8", "surrogatepass")),
    MIXED.map(lambda t: t.encode("utf-16", "surrogatepass")),
    MIXED.map(lambda t: t.encode("cp1252", "replace")),
)
KEYS = st.sampled_from(["text", "title", "date", "body", "url", "tags", "articles", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def tries(pytestconfig: pytest.Config) -> int:
    return 100 if pytestconfig.getoption("--long") else 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


def many(number: int, tries: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=number * tries, deadline=None, suppress_health_check=checks)


def read_all(path: Path) -> int:
    """Read, clean and split whatever `path` holds; the number of articles."""
    articles = 0
    for raw in read_file(path):
        if isinstance(raw, ReadError):
            assert str(raw)
            continue
        try:
            article = clean_article(raw)
        except ReadError:
            continue
        articles += 1
        for text in (article.title, article.text, article.source, article.author, article.url, *article.tags):
            text.encode("utf-8")
            assert "\x00" not in text
        check_spans(article.text)
    return articles


def check_spans(text: str) -> None:
    """Passages and sentences in order, exact, and together every letter and digit of the text."""
    at = 0
    held = 0
    for span, sentences in split_passages(text):
        assert at <= span.start < span.end <= len(text)
        at = span.end
        assert (sentences[0].start, sentences[-1].end) == (span.start, span.end)
        for before, after in pairwise(sentences):
            assert before.end <= after.start
        for sentence in sentences:
            words = sentence.of(text)
            assert words == words.strip()
            held += sum(c.isalnum() for c in words)
    assert held == sum(c.isalnum() for c in text)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_file_is_read_or_refused(folder: Path, suffix: str, tries: int) -> None:
    @many(60, tries)
    @given(BYTES, st.booleans())
    def read(data: bytes, packed: bool) -> None:
        path = folder / (f"a{suffix}.gz" if packed else f"a{suffix}")
        path.write_bytes(gzip.compress(data) if packed else data)
        read_all(path)

    read()


def test_any_json_is_read_or_refused(folder: Path, tries: int) -> None:
    @many(150, tries)
    @given(JSON)
    def read(value: object) -> None:
        for name in ("a.json", "a.jsonl"):
            (folder / name).write_text(json.dumps(value), encoding="utf-8")
            read_all(folder / name)

    read()


def test_damaged_archives_are_refused(folder: Path, tries: int) -> None:
    """A Word document or a gzip file, cut and flipped anywhere."""
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types xmlns='x'/>")
        archive.writestr("word/document.xml", "<document>" + "<p>words</p>" * 50 + "</document>")
    whole = {"a.docx": document.getvalue(), "a.txt.gz": gzip.compress(b"The bridge was closed on Monday. " * 50)}

    @many(80, tries)
    @given(st.sampled_from(sorted(whole)), st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 10_000))
    def read(name: str, at: int, byte: int, cut: int) -> None:
        data = bytearray(whole[name])
        data[at % len(data)] = byte
        (folder / name).write_bytes(bytes(data[: max(cut % (2 * len(data)), 1)]))
        read_all(folder / name)

    read()


def test_any_text_is_cleaned_and_split_exactly(tries: int) -> None:
    @many(300, tries)
    @given(st.one_of(ANY_TEXT, MIXED), st.one_of(ANY_TEXT, MIXED))
    def clean(title: str, text: str) -> None:
        cleaned = clean_text(text)
        cleaned.encode("utf-8")
        assert clean_text(cleaned) == cleaned
        raw = RawArticle(title, text, text[:60], title[:60], "", title[:80], (), "a.txt")
        try:
            check_spans(clean_article(raw).text)
        except ReadError:
            assert True
        check_spans(text)
        parse_date(text[:100])

    clean()


def test_any_question_is_a_query(catalogue: Catalogue, tries: int) -> None:
    """No question is an FTS5 syntax error or reaches SQL: the catalogue is as it was."""
    tables = catalogue.database.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    words = st.sampled_from(
        ['"', "'", "*", "NEAR(a b)", "AND", "OR", "NOT", "^a", "a:b", "title:", "{a b}", "-", "+", "(", ")", "--", ";",
         "DROP TABLE articles", "\x00", "\ud800", "'); DELETE FROM articles; --", "col : x", "a*b", "%", "_"]
    )  # fmt: skip

    @many(300, tries)
    @given(st.lists(st.one_of(words, st.text(max_size=10)), max_size=12).map(" ".join))
    def ask(question: str) -> None:
        catalogue.match(fts_query(search_terms(question)), k=5)
        catalogue.match(fts_query([question]), k=5)
        catalogue.match(fts_query([question]), k=5, filters=read_filters(None, None, [question]))

    ask()
    assert catalogue.database.connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == tables


def test_any_setting_holds_or_is_refused(tries: int) -> None:
    @many(200, tries)
    @given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
    def read(home: str, port: str, day: str) -> None:
        for act in (
            lambda: read_settings({"DATELINE_HOME": home, "DATELINE_PORT": port, "DATELINE_LOG": day}),
            lambda: read_settings({}, home=home, port=port, model=day),
            lambda: read_day(day, "after"),
        ):
            try:
                act()
            except UsageError as error:
                assert str(error)  # noqa: PT017

    read()


@pytest.mark.parametrize("kind", KINDS)
def test_malice_is_read_or_refused(folder: Path, kind: str) -> None:
    """A hundredth of the size that `malice.py` measures."""
    read_all(write_malice(folder, kind, 50_000))
