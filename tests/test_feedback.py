"""Judgements of answers: the last one counts, and what they tell becomes a data set."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from made_articles import make_article

from index.article import Span
from index.catalogue import Catalogue
from index.errors import UsageError
from index.home import Home
from index.query import Query
from qa.answer import Answer, Citation, Evidence, Verdict
from qa.corroboration import agreeing_sources
from qa.evaluation.dataset import read_dataset
from ui.cli import main
from ui.feedback import export_feedback, keep_feedback, read_feedback

DAY = date(2024, 8, 26)


def shown(text: str = "98 [1]", *, abstained: bool = False) -> Answer:
    article = make_article(text="All 98 people were taken off. The hull held.")
    evidence = Evidence(1, article, Span(0, 29), 0.5)
    citations = () if abstained else (Citation(Span(0, 2), 1, Span(0, 29), Verdict.SUPPORTED),)
    query = Query("How many people were taken off?", DAY)
    short = "" if abstained else "98"
    return Answer("How many?", query, text, short, short, abstained, (evidence,), citations)


def test_the_last_word_on_a_turn_counts_and_a_cut_line_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "home" / "feedback.jsonl"
    keep_feedback(file, turn="a/1", owner="", verdict="right", answer=shown())
    keep_feedback(file, turn="a/1", owner="", verdict="wrong", answer=shown(), expected="97", note="Not the captain.")
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"turn": "a/2", "verd')
    (kept,) = read_feedback(file)
    assert (kept["verdict"], kept["expected"], kept["note"]) == ("wrong", "97", "Not the captain.")
    assert kept["quotes"][0]["quote"] == "All 98 people were taken off."
    with pytest.raises(UsageError, match="no verdict"):
        keep_feedback(file, turn="a/3", owner="", verdict="splendid", answer=shown())


def test_judged_questions_are_a_data_set_over_all_articles(catalogue: Catalogue, home: Home, tmp_path: Path) -> None:
    catalogue.add_article(make_article(title="One", published=DAY, tags=("sea",)))
    catalogue.add_article(make_article(title="Two", text="The hull held.", path="/two.txt"))
    keep_feedback(home.feedback, turn="a/1", owner="", verdict="right", answer=shown())
    keep_feedback(home.feedback, turn="a/2", owner="", verdict="right", answer=shown(abstained=True))
    keep_feedback(home.feedback, turn="a/3", owner="", verdict="missing", answer=shown(abstained=True), expected="12")
    keep_feedback(home.feedback, turn="a/4", owner="", verdict="wrong", answer=shown())
    made = export_feedback(home.feedback, catalogue, tmp_path / "out")
    assert (made.answerable, made.unanswerable, made.left_out) == (2, 1, 1)
    cases = read_dataset(tmp_path / "out").cases
    assert [(case.suite, case.alternatives, case.as_of) for case in cases] == [
        ("answerable", ("98",), DAY),
        ("answerable", ("12",), DAY),
        ("unanswerable", (), DAY),
    ]
    lines = (tmp_path / "out" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["One", "Two"]
    with pytest.raises(UsageError, match="not empty"):
        export_feedback(home.feedback, catalogue, tmp_path / "out")


def test_the_command_counts_and_exports(
    catalogue: Catalogue, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.add_article(make_article())
    folder = tmp_path / "judged"
    assert main(["feedback", "--home", str(home.folder), "--export", str(folder)]) == 2
    assert "there is no feedback yet" in capsys.readouterr().err
    keep_feedback(home.feedback, turn="a/1", owner="", verdict="right", answer=shown())
    assert main(["feedback", "--home", str(home.folder)]) == 0
    assert capsys.readouterr().out == "1 right, 0 wrong, 0 missing\n"
    assert main(["feedback", "--home", str(home.folder), "--export", str(folder)]) == 0
    assert f"dateline eval {folder}" in capsys.readouterr().out


def test_sources_agree_once_each_and_only_where_they_say_the_same() -> None:
    text = "All 98 people on board were taken off."
    said = {
        1: make_article(title="A", text=text, source="EFE"),
        2: make_article(title="B", text="The 98 people aboard reached the shore safely, rescuers said.", source="DW"),
        3: make_article(title="C", text="Rescuers took all 98 people off, the firm said later.", source="efe"),
        4: make_article(title="D", text="The hull held and no oil leaked.", source="BBC"),
    }
    evidence = tuple(Evidence(n, a, Span(0, len(a.text)), 0.5) for n, a in said.items())
    citation = Citation(Span(0, 2), 1, Span(0, len(text)), Verdict.SUPPORTED)
    query = Query("How many people were on board?", DAY)
    answer = Answer("How many?", query, "98 [1]", "98", "98", abstained=False, evidence=evidence, citations=(citation,))
    assert agreeing_sources(answer) == {1: ("EFE", "DW")}
