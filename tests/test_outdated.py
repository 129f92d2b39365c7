"""Answers that only an old article gives, where newer ones were read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_articles import make_evidence
from stand_in_model import StandIn

from index.build import build_index
from index.home import Home
from qa.answer import Verdict
from qa.assistant import Assistant
from qa.outdated import outdated

OLD, NEW = date(2016, 10, 21), date(2024, 5, 30)
NAMED = "The Harbour Party's nominee, Ida Moen, spoke in Lorn."
OTHER = "The Harbour Party chose its nominee in Karsk on Sunday."


@pytest.mark.parametrize(
    ("question", "quotes", "days", "is_outdated"),
    [
        ("Who is the Harbour Party's nominee?", [NAMED, OTHER], [OLD, NEW], True),
        ("Who was the Harbour Party's nominee in 2016?", [NAMED, OTHER], [OLD, NEW], False),
        ("Who is the Harbour Party's nominee?", [NAMED, OTHER], [date(2024, 1, 1), NEW], False),
        ("Who is the Harbour Party's nominee?", [NAMED, OTHER], [None, NEW], False),
        ("Who is the Harbour Party's nominee?", [NAMED, OTHER], [OLD, None], False),
        ("Who is the Harbour Party's nominee?", [NAMED, f"{OTHER} It is Ida Moen."], [OLD, NEW], False),
        ("Who is the Harbour Party's nominee?", [OTHER], [NEW], False),
    ],
)
def test_what_only_an_article_half_a_year_older_says_is_doubted(
    question: str, quotes: list[str], days: list[date | None], *, is_outdated: bool
) -> None:
    reason = outdated(question, "Ida Moen", make_evidence(*quotes, published=days))
    assert bool(reason) is is_outdated
    assert not reason or "2016-10-21" in reason


def test_such_an_answer_is_marked_with_the_day_of_its_article(tmp_path: Path) -> None:
    for name, text, day in (("a", NAMED, OLD), ("b", OTHER, NEW)):
        (tmp_path / f"{name}.txt").write_text(f"Harbour Party\n{day.isoformat()}\n\n{text}\n", encoding="utf-8")
    home = Home(tmp_path / "home")
    build_index([tmp_path / "a.txt", tmp_path / "b.txt"], home)
    with Assistant.open(home, llm=StandIn(pattern="(Ida Moen)")) as assistant:
        answer = assistant.ask("Who is the Harbour Party's nominee?", as_of=date(2024, 6, 1))
    assert answer.short == "Ida Moen"
    assert answer.citations[0].verdict is Verdict.WEAK
    assert "2016-10-21" in answer.citations[0].reason
