"""`dateline eval`: measure the assistant on a data set, and print, save or draw the figures.

Knows the command's options and how figures are printed; what is measured is in `qa/evaluation/`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import DatelineError, UsageError
from ui.settings import Settings
from ui.terminal import Progress

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from qa.assistant import Assistant
    from qa.evaluation.dataset import Dataset
    from qa.evaluation.judge import Judged
    from qa.evaluation.run import Run


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
    from ui.eval_report import print_report, report_object

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
        judge(case, result, in_corpus=case.fingerprint in answered) for case, result in zip(cases, results, strict=True)
    ]


def _write_json(out: Path, value: dict[str, Any]) -> None:
    try:
        out.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatelineError(
            f"--json {out}: cannot be written ({error.strerror or error}); name another file"
        ) from error
