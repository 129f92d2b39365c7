"""Running an evaluation: the real index and assistant, a stand-in model; resuming; the command."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_datasets import QUESTIONS, QUOTE, RGB_ROW, make_result, make_said, write_dataset, write_lines
from stand_in_model import Interrupt, Interrupted, StandIn

from index.errors import DatelineError, IndexBusyError, UsageError
from index.home import Home
from qa.assistant import Assistant
from qa.evaluation.dataset import Dataset, read_dataset
from qa.evaluation.judge import judge
from qa.evaluation.report import make_report
from qa.evaluation.result import Result, ResultFile
from qa.evaluation.rgb import REJECTION
from qa.evaluation.run import Run
from ui.eval_command import add_parser, run
from ui.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "mine")


def make_run(dataset: Dataset, place: Path, **options: Any) -> Run:
    options = {"model": "stand-in", **options}
    return Run(dataset, place, lambda home: Assistant.open(home, llm=StandIn()), lambda t: len(t.split()), **options)


# Running and resuming


def test_results_survive_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    kept, lost = make_result(make_said("Anna Peeters"), passages=["é ", QUOTE], evidence=[QUOTE]), make_result(None)
    with ResultFile(path) as results:
        results.add(kept)
        results.add(replace(lost, case="other"))
    content = path.read_bytes()
    for cut in (1, 20, len(content) - content.index(b"\n") - 2):
        path.write_bytes(content[:-cut])
        with ResultFile(path) as results:
            assert results.results == {kept.case: kept}
            results.add(replace(lost, case="other"))
        assert path.read_bytes() == content
    with ResultFile(path, fresh=True) as results:
        assert results.results == {}


def test_a_damaged_or_busy_results_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"case": "x"}\n')
    with pytest.raises(DatelineError, match="--fresh"):
        ResultFile(path).__enter__()
    with ResultFile(path, fresh=True), pytest.raises(IndexBusyError, match="another run"):
        ResultFile(path).__enter__()


def observed(results: Sequence[Result]) -> list[Result]:
    """Results without what differs from run to run."""
    return [replace(r, timings={}, peak_bytes=0) for r in results]


def test_an_interrupted_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    dataset = read_dataset(folder)
    whole = make_run(dataset, tmp_path / "whole").ask(dataset.cases)
    broken = Run(
        dataset,
        tmp_path / "broken",
        lambda home: Assistant.open(home, llm=Interrupted()),
        lambda text: len(text.split()),
        model="stand-in",
    )
    with pytest.raises(Interrupt):
        broken.ask(dataset.cases)
    second = make_run(dataset, tmp_path / "broken")
    results = second.ask(dataset.cases)
    assert 0 < second.reused < len(dataset.cases)
    assert observed(results) == observed(whole)
    third = make_run(dataset, tmp_path / "broken")
    assert third.ask(dataset.cases) == results
    assert third.reused == len(dataset.cases)
    forced = make_run(dataset, tmp_path / "broken")
    assert observed(forced.ask(dataset.cases, fresh=True)) == observed(whole)
    assert forced.reused == 0


def test_a_changed_question_or_model_is_asked_again(folder: Path, tmp_path: Path) -> None:
    dataset = read_dataset(folder)
    make_run(dataset, tmp_path / "eval").ask(dataset.cases)
    write_lines(folder / "questions.jsonl", [{**QUESTIONS[0], "question": "Who left as mayor?"}, *QUESTIONS[1:]])
    changed = read_dataset(folder)
    again = make_run(changed, tmp_path / "eval")
    again.ask(changed.cases)
    assert again.reused == len(changed.cases) - 1
    other = make_run(dataset, tmp_path / "eval", model="another")
    other.ask(dataset.cases[:1])
    assert other.reused == 0


def test_a_killed_process_loses_no_finished_question(folder: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("stand_in_model.py"), folder, tmp_path / "eval"],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    dataset = read_dataset(folder)
    resumed = make_run(dataset, tmp_path / "eval")
    results = resumed.ask(dataset.cases)
    assert 0 < resumed.reused < len(dataset.cases)
    assert observed(results) == observed(make_run(dataset, tmp_path / "whole").ask(dataset.cases))


def test_the_answer_of_a_good_model_is_right_and_cited(folder: Path, tmp_path: Path) -> None:
    dataset = read_dataset(folder)
    results = make_run(dataset, tmp_path / "eval").ask(dataset.cases)
    first = judge(dataset.cases[0], results[0], in_corpus=True)
    assert first.rank == 1
    assert first.in_evidence
    assert first.guess.em
    assert all(r.quotes == r.exact_quotes > 0 for r in results)
    assert all(r.peak_bytes > 0 for r in results)


# The command


def run_command(*arguments: str | Path, home: Path) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["eval", *map(str, arguments)]), Settings(home=home))


@pytest.fixture
def published(folder: Path) -> Iterator[Path]:
    (folder / "published.json").write_text('{"rival": {"em": 38.7, "f1": 51.5, "n": 199}}')
    return folder


def test_the_command_measures_search_alone(published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    assert run_command(published, "--retrieval-only", "--json", out, "--limit", "2", home=tmp_path / "home") == 0
    table = capsys.readouterr().out
    assert "answer in the top 20" in table
    assert "rival" in table
    value = json.loads(out.read_text())
    figures = {f["name"]: f for f in value["figures"]}
    assert figures["answer in the top 20"]["value"] == 1.0
    assert figures["quotes exact"]["value"] == 1.0
    assert [q["id"] for q in value["questions"]] == ["q1", "q2", "u1"]
    assert Home(next((tmp_path / "home" / "eval").glob("articles-*"))).catalogue.exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--limit", "0", "--limit"), ("--limit", "x", "--limit"), ("--json", "/nowhere/x.json", "--json")],
)
def test_unusable_options_are_refused_at_once(folder: Path, option: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_command(folder, option, value, home=folder / "home")
    assert not (folder / "home").exists()


def test_a_search_sees_the_snippets_of_its_mode_only(tmp_path: Path) -> None:
    write_lines(tmp_path / "en_fact.jsonl", [RGB_ROW, {**RGB_ROW, "id": 8, "positive": ["Porto won in 2021."]}])
    dataset = read_dataset(tmp_path)
    results = make_run(dataset, tmp_path / "eval").ask(dataset.cases)
    for case, result in zip(dataset.cases, results, strict=True):
        found = " ".join(result.passages)
        holders = {"mixed": "Porto", "conflict": "Madrid"}
        assert len(result.passages) == len(case.sources), case
        assert ("Madrid" in found) == (case.corpus == "conflict")
        assert ("Porto" in found) == (case.corpus in holders)
        if case.id == "8" and case.corpus == "mixed":
            assert "Porto won" in found
            assert "Dragon" not in found
    judged = [judge(c, r, in_corpus=True) for c, r in zip(dataset.cases, results, strict=True)]
    rejected = [j for j in judged if j.case.suite == REJECTION]
    assert all(j.abstained for j in rejected)
    names = [f.name for f in make_report(judged, seed=0).figures if f.section == "RGB"]
    assert names.count("rejection: abstained") == names.count("disagreement: both reported") == 1
    assert sum(name.endswith(": right") for name in names) == 5
