"""Pictures of a report: risk against coverage, latency, where answers are lost.

matplotlib is imported when a picture is drawn. This module does not know how the figures came about.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DatelineError
from qa.evaluation.judge import Judged, Outcome
from qa.evaluation.report import TIMINGS, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#8a8a8a"  # apart for colour-blind readers too (Okabe & Ito)


def require_plotting() -> None:
    """Make sure that pictures can be drawn.

    Raises:
        DatelineError: matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise DatelineError("pictures need matplotlib: run `make setup EXTRAS=eval`, or leave --plot out")


def draw_report(report: Report, judged: Sequence[Judged], folder: Path, *, title: str) -> list[Path]:
    """Write the pictures that `report` has figures for into `folder`; their files.

    Raises:
        DatelineError: matplotlib is not installed, or the folder cannot be written.
    """
    require_plotting()
    figures = {}
    if report.risk_coverage:
        figures["risk-coverage.png"] = _draw_risk(report, title)
    times = {
        label: [j.result.timings[key] for j in judged if key in j.result.timings] for key, label in TIMINGS.items()
    }
    if any(times.values()):
        figures["latency.png"] = _draw_latency(times, title)
    if report.outcomes:
        figures["lost-answers.png"] = _draw_outcomes(report, title)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            figure.savefig(folder / name, dpi=150)
    except OSError as error:
        raise DatelineError(f"{folder}: {error.strerror or error}; give --plot a folder that can be written") from error
    return [folder / name for name in figures]


def _make_axes(title: str, height: float = 4.0) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _draw_risk(report: Report, title: str) -> Figure:
    figure, axes = _make_axes(f"{title}: risk against coverage")
    coverage, risk = zip(*report.risk_coverage, strict=True)
    axes.plot([100 * c for c in coverage], [100 * r for r in risk], color=_BLUE, label="surest answers first")
    axes.axhline(100 * risk[-1], color=_GREY, linestyle="--", linewidth=1, label="in any order")
    cells = report.abstention
    answered = cells["answered, right"] + cells["answered, wrong"]
    if answered:
        point = 100 * answered / sum(cells.values()), 100 * cells["answered, wrong"] / answered
        axes.plot(*point, "o", color=_ORANGE, label="as answered")
    axes.set(xlabel="questions answered (%)", ylabel="of these wrong (%)", xlim=(0, 100), ylim=(0, 100))
    axes.legend(frameon=False)
    return figure


def _draw_latency(times: dict[str, list[float]], title: str) -> Figure:
    figure, axes = _make_axes(f"{title}: seconds from the question")
    for (label, values), colour in zip(times.items(), (_GREY, _ORANGE, _BLUE), strict=True):
        if values:
            axes.ecdf(values, color=colour, label=label)
    axes.set(xlabel="seconds", ylabel="share of questions", xlim=(0, None), ylim=(0, 1.02))
    axes.legend(frameon=False, loc="lower right")
    return figure


def _draw_outcomes(report: Report, title: str) -> Figure:
    figure, axes = _make_axes(f"{title}: where answers are lost", height=3.2)
    total = sum(report.outcomes.values())
    names = [outcome.value for outcome in reversed(Outcome)]
    colours = [_BLUE if name == Outcome.RIGHT else _ORANGE for name in names]
    bars = axes.barh(names, [100 * report.outcomes[name] / total for name in names], color=colours)
    axes.bar_label(bars, labels=[str(report.outcomes[name]) for name in names], padding=3)
    axes.set_xlabel(f"share of {total} questions (%)")
    return figure
