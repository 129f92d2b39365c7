"""A report of `dateline eval` as a table for the terminal and as plain JSON values.

This module does not know where they go, nor how figures are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from ui.wording import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from qa.evaluation.dataset import Dataset
    from qa.evaluation.judge import Judged
    from qa.evaluation.report import Figure, Report


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
    for heading, counts in (("Answers", report.abstention), ("Where answers are lost", report.outcomes)):
        if counts:
            console.print(f"{heading}: " + "; ".join(f"{name} {count}" for name, count in counts.items()))
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


def _published_table(report: Report, dataset: Dataset) -> Table:
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
    figures = [{"section": f.section, "name": f.name, "unit": f.unit, **asdict(f.estimate)} for f in report.figures]
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
