"""What an answer may rest on: nothing that was published after the day that is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from index.build import build_index
from index.embedder import MiniLM
from index.home import Home
from index.query import Query
from index.search import Searcher
from qa.lookup import Lookup

QUESTION = "Who is the mayor of Oslo?"
DAYS = {"Moen": date(2019, 3, 1), "Lund": date(2024, 6, 1), "Berg": date.today() + timedelta(40)}


@pytest.fixture
def lookup(tmp_path: Path, embedder: MiniLM) -> Iterator[Lookup]:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, day in DAYS.items():
        text = f"{name} speaks\n{day.isoformat()}\n\nThe mayor of Oslo, Ida {name}, spoke of the harbour.\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    home = Home(tmp_path / "home")
    build_index([folder], home, embedder=lambda: embedder)
    lookup = Lookup(Searcher(home, embedder=lambda: embedder))
    yield lookup
    lookup.close()


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        (date(2019, 2, 27), {"Moen"}),
        (date(2019, 2, 1), set()),
        (date(2024, 7, 1), {"Moen", "Lund"}),
        (date.today(), set(DAYS)),
    ],
)
def test_what_came_later_is_not_known_on_a_day_that_is_past(lookup: Lookup, as_of: date, known: set[str]) -> None:
    found = lookup.find(Query(QUESTION, as_of))
    assert {c.passage.article.title.split()[0] for c in found.candidates} == known
    told = lookup.timeline(Query("the mayor of Oslo", as_of))
    assert {item.article.title.split()[0] for event in told.events for item in event.evidence} == known
    assert len(lookup.passages(Query(QUESTION, as_of), k=5)) == len(DAYS), "people see all"
