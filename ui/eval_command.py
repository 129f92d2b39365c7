"""`dateline eval`: measure the assistant on a data set, and print, save or draw the figures.

Knows the command's options and how figures are printed; what is measured is in `qa/evaluation/`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from index.errors import DatelineError, UsageError
from ui.settings import Settings
from ui.terminal import Progress
from ui.wording import one_line

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from qa.assistant import Assistant
    from qa.evaluation.dataset import Dataset
    from qa.evaluation.judge import Judged
    from qa.evaluation.report import Figure, Report
    from qa.evaluation.run import Run

_NEVER_SHOWN = "Short answer, never abstaining"


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser] = ()
) -> None:
    """Add the command to the command line; `parents` hold --home and --model."""
    parser = verbs.add_parser("eval", parents=list(parents), help="measure answers on questions of your own")
    parser.add_argument(
        "dataset", metavar="DATASET", help="a folder with questions.jsonl and articles, or RGB's en_fact.jsonl"
    )
    parser.add_argument("--json", metavar="FILE", help="also write all figures and every question there")
    parser.add_argument("--plot", metavar="DIR", help="also draw pictures into this folder")
    parser.add_argument("--limit", metavar="N", help="only the first N questions of every kind")
    parser.add_argument("--retrieval-only", action="store_true", help="measure search alone, without the model")
    parser.add_argument("--fresh", action="store_true", help="forget earlier answers and ask again")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals' resampling (default 0)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline eval`: its exit status is 0 whatever the figures are."""
    limit = _read_limit(arguments.limit)
    out = Path(arguments.json).expanduser() if arguments.json else None
    _check_outputs(out, arguments.plot)
    from qa.evaluation.dataset import read_dataset

    dataset = read_dataset(Path(arguments.dataset).expanduser())
    with Progress() as progress:
        asking = _make_run(dataset, settings, progress, retrieval_only=arguments.retrieval_only)
        judged = _ask_and_judge(asking, limit, fresh=arguments.fresh)
    from qa.evaluation.report import make_report

    report = make_report(judged, seed=arguments.seed)
    model = "no model" if arguments.retrieval_only else settings.model
    print_report(report, dataset, f"{dataset.name}, {model}, {len(judged)} questions", sys.stdout)
    if asking.reused:
        print(f"{asking.reused} answers are of an earlier run ({asking.results_file}); --fresh asks again.")
    if out is not None:
        _write_json(out, report_object(report, judged, dataset, model=model, seed=arguments.seed))
    if arguments.plot:
        from qa.evaluation.plots import draw_report

        for file in draw_report(report, judged, Path(arguments.plot).expanduser(), title=dataset.name):
            print(f"drawn: {file}")
    return 0


def _read_limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"--limit is {text!r}: give the number of questions wanted")
    return int(text)


def _check_outputs(out: Path | None, plot: str | None) -> None:
    """Find out before hours of asking that the result could not be written."""
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise UsageError(f"--json {out}: give a file in a folder that exists")
    if plot:
        from qa.evaluation.plots import require_plotting

        require_plotting()


def _make_run(dataset: Dataset, settings: Settings, progress: Progress, *, retrieval_only: bool) -> Run:
    from qa.evaluation.run import Run
    from qa.evaluation.tokens import token_counter
    from qa.weights import find_prepared

    return Run(
        dataset,
        settings.home / "eval",
        _opener(settings, progress, retrieval_only=retrieval_only),
        token_counter(find_prepared(settings.model, settings.models)),
        model=settings.model,
        retrieval_only=retrieval_only,
        progress=progress,
    )


def _opener(settings: Settings, progress: Progress, *, retrieval_only: bool) -> Callable[[Path], Assistant]:
    """Opens the assistant on an index; the model is loaded at the first, and shared by all."""
    from index.home import Home
    from index.search import Searcher
    from qa.assistant import Assistant

    loaded: list[LLM] = []

    def open_assistant(home: Path) -> Assistant:
        if retrieval_only:
            return Assistant(Searcher(Home(home)), Future())  # a model that never comes, and is not waited for
        if not loaded:
            from qa.model import LocalModel
            from qa.weights import prepare_model

            loaded.append(LocalModel(prepare_model(settings.model, settings.models, progress), name=settings.model))
        return Assistant.open(home, llm=loaded[0])

    return open_assistant


def _ask_and_judge(asking: Run, limit: int | None, *, fresh: bool) -> list[Judged]:
    from qa.evaluation.corpus_check import find_answered
    from qa.evaluation.judge import judge

    cases = asking.dataset.first(limit)
    if not cases:
        raise UsageError(f"{asking.dataset.name} holds no questions")
    results = asking.ask(cases, fresh=fresh)
    answered = find_answered(asking.dataset, cases)
    return [
        judge(case, result, in_corpus=case.fingerprint in answered)
        for case, result in zip(cases, results, strict=True)
    ]


def print_report(report: Report, dataset: Dataset, title: str, out: TextIO) -> None:
    """The figures as a table, the counts, and what others scored on the same questions."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    table = Table(title=one_line(title), title_justify="left")
    table.add_column("figure")
    for heading in ("value", "95 % interval", "questions"):
        table.add_column(heading, justify="right")
    section = ""
    for figure in report.figures:
        if figure.section != section:
            section = figure.section
            table.add_section()
            table.add_row(section, style="bold")
        table.add_row(f"  {figure.name}", *_cells(figure))
    console.print(table)
    for heading, counts in (("Answered or abstained", report.abstention), ("Where answers are lost", report.outcomes)):
        if counts:
            console.print(f"{heading}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if dataset.published:
        console.print(_published_table(report, dataset))


def _cells(figure: Figure) -> tuple[str, str, str]:
    estimate = figure.estimate
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        interval = f"{_say(estimate.low, figure.unit)} to {_say(estimate.high, figure.unit)}"
    unit = {"share": " %", "": ""}.get(figure.unit, f" {figure.unit}")
    return f"{_say(estimate.value, figure.unit)}{unit}", interval, str(estimate.n)


def _say(value: float, unit: str) -> str:
    """A number as its unit is read: percent to a tenth, seconds to a hundredth."""
    if unit == "share":
        return f"{100 * value:.1f}"
    return f"{value:.0f}" if unit in ("tokens", "MB") else f"{value:.2f}" if unit == "s" else f"{value:.3f}"


def _published_table(report: Report, dataset: Dataset) -> Any:
    """Dateline's scores above the published ones, in percent."""
    from rich.table import Table

    ours: dict[str, dict[str, float]] = {}
    for figure in report.figures:
        if figure.section.startswith("Short answer"):
            row = ours.setdefault(figure.section.replace("Short answer", "Dateline"), {"n": figure.estimate.n})
            row[figure.name.lower()] = 100 * figure.estimate.value
    table = Table(title="Beside published figures", title_justify="left")
    table.add_column("system")
    columns = ("em", "f1", "contains", "n")
    for heading in ("EM", "F1", "contains", "questions"):
        table.add_column(heading, justify="right")
    for system, figures in {**ours, **dataset.published}.items():
        if "em" in figures:
            cells = [f"{figures[c]:.1f}" if c in figures else "" for c in columns[:3]]
            table.add_row(one_line(system), *cells, f"{figures.get('n', 0):.0f}")
    return table


def report_object(
    report: Report, judged: Sequence[Judged], dataset: Dataset, *, model: str, seed: int
) -> dict[str, Any]:
    """What `--json` writes: shares are 0 to 1, published figures percent."""
    figures = [
        {"section": f.section, "name": f.name, "unit": f.unit, **asdict(f.estimate)} for f in report.figures
    ]
    return {
        "dataset": dataset.name,
        "articles": {corpus.name: corpus.key for corpus in dataset.corpora},
        "model": model,
        "seed": seed,
        "figures": figures,
        "abstention": report.abstention,
        "outcomes": report.outcomes,
        "risk_coverage": report.risk_coverage,
        "published": dataset.published,
        "questions": [_question_object(j) for j in judged],
    }


def _question_object(judged: Judged) -> dict[str, Any]:
    said = judged.result.said
    found = {
        "suite": judged.case.suite,
        "id": judged.case.id,
        "question": judged.case.question,
        "answers": judged.case.answers,
        "rank": judged.rank or None,
        "in_evidence": judged.in_evidence,
        "evidence": [quote.text for quote in judged.result.evidence],
        "timings": judged.result.timings,
    }
    if said is None:
        return found
    return {
        **found,
        "outcome": judged.outcome.value if judged.case.suite == "answerable" else None,
        "text": said.text,
        "short": said.short,
        "best_guess": said.best_guess,
        "abstained": said.abstained,
        "confidence": said.confidence,
        "shown": asdict(judged.shown),
        "guess": asdict(judged.guess),
        "citations": [asdict(citation) for citation in said.citations],
        "invented": judged.invented,
    }


def _write_json(out: Path, value: dict[str, Any]) -> None:
    try:
        out.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatelineError(f"--json {out}: cannot be written ({error.strerror or error}); name another file") from error
