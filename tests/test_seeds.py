"""The sample archive and its questions: that they are consistent data. No model is needed here."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.cleaning import clean_article
from index.readers import RawArticle, find_files, read_file

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
SHARED = ROOT.parent / "shared" / "seeds"
NOT_ARTICLES = {"questions.jsonl", "unanswerable.jsonl", "conversations.jsonl", "README.md"}
UNDATED = {"sahel-guide.md", "volgograd-prison-hostages-freed.txt"}
AKISMET = "Leave a Comment This site uses Akismet to reduce spam. Learn how your comment data is processed."
"""A notice that thousands of sites show word for word, in the sample as in the wild."""

KINDS = {"pronoun", "ellipsis", "why", "ordinal", "correction", "new-subject"}


def _records(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEDS / name).read_text(encoding="utf-8").splitlines()]


def _holds(text: str, answer: str) -> bool:
    """Whether `answer` stands in `text` as whole words."""
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE) is not None


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    """Every article of the archive by `file` or `file#record`, as it is stored."""
    found: dict[str, Article] = {}
    for path in find_files([SEEDS]):
        if path.name in NOT_ARTICLES:
            continue
        for raw in read_file(path):
            assert isinstance(raw, RawArticle), raw
            found[raw.path.removeprefix(f"{SEEDS}/")] = clean_article(raw)
    return found


def test_every_article_has_title_text_and_the_dates_it_was_given(articles: dict[str, Article]) -> None:
    assert len(articles) == 33
    assert all(article.title and len(article.text.split()) > 90 for article in articles.values())
    assert {place for place, article in articles.items() if article.published is None} == UNDATED
    years = [article.published.year for article in articles.values() if article.published]
    assert (min(years), max(years)) == (2015, 2024)


def test_page_furniture_is_not_in_the_text(articles: dict[str, Article]) -> None:
    furniture = re.compile(r"Akismet|Leave a Comment|Share |Sign up|Photo|Archive|#\w|\b\d{10}\b", re.IGNORECASE)
    left = {place: match.group() for place, a in articles.items() if (match := furniture.search(a.text))}
    assert left == {}


def test_repeated_sentences_are_kept_once(articles: dict[str, Article]) -> None:
    assert articles["moscow-attack-motives.txt"].text.count("no serious terrorist attack") == 1


def test_question_files_are_complete() -> None:
    sizes = {"questions.jsonl": 40, "unanswerable.jsonl": 10, "conversations.jsonl": 50}
    records = {name: _records(name) for name in sizes}
    assert {name: len(lines) for name, lines in records.items()} == sizes
    ids = [record["id"] for lines in records.values() for record in lines]
    assert len(set(ids)) == 100
    dates = [record["date"] for lines in records.values() for record in lines]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", date) for date in dates)
    questions = [r["question"] for r in records["questions.jsonl"] + records["unanswerable.jsonl"]]
    assert len(set(questions)) == 50


@pytest.mark.parametrize("record", _records("questions.jsonl"), ids=lambda record: record["id"])
def test_question_is_answered_by_its_support(record: dict[str, Any], articles: dict[str, Article]) -> None:
    article = articles[record["article"]]
    assert record["support"] in article.text
    assert any(_holds(record["support"], answer) for answer in record["answers"])
    assert article.published is None or record["date"] >= article.published.isoformat()


@pytest.mark.parametrize("record", _records("conversations.jsonl"), ids=lambda record: record["id"])
def test_second_turn_is_answered_by_its_article(record: dict[str, Any], articles: dict[str, Article]) -> None:
    article = articles[record["article"]]
    assert len(record["turns"]) == 2
    assert any(_holds(article.text, answer) for answer in record["answers"])
    assert article.published is None or record["date"] >= article.published.isoformat()


def test_conversations_are_of_every_kind() -> None:
    kinds = Counter(record["kind"] for record in _records("conversations.jsonl"))
    assert set(kinds) == KINDS
    assert kinds["new-subject"] >= 8
    assert {record["kind"] for record in _records("conversations.jsonl")[:10]} == KINDS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the articles to compare with (../shared/seeds) are not here")
def test_no_sentence_is_shared_with_the_articles_retold() -> None:
    theirs = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SHARED.iterdir()))
    notice = _runs(AKISMET, 12)
    ours = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir())}
    shared = {name: runs for name, text in ours.items() if (runs := (_runs(text, 12) & _runs(theirs, 12)) - notice)}
    assert shared == {}
