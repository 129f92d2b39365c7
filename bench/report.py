"""What was measured as a page of Markdown with pictures of growth. This module does not measure."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import date
from importlib import metadata
from pathlib import Path

from bench.rows import Options, Row, load_part

_PACKAGES = ("torch", "transformers", "onnxruntime", "chromadb", "llama-index-core", "xllamacpp", "gradio")


def write_report(options: Options, parts: Iterable[str], target: Path) -> None:
    """Write all figures that are kept, measured now or before."""
    lines = [
        "# Times, beside peers",
        "",
        f"Written by `make bench` on {date.today().isoformat()}: {describe_machine()}.",
        "A ratio says how many times better Dateline is than its peer in the same run.",
    ]
    for part in parts:
        rows = load_part(options, part)
        if rows:
            lines += ["", f"## {part.capitalize()}", "", "| what | Dateline | peer | ratio |", "|---|---|---|---|"]
            lines += [_line(row) for row in rows]
    lines += ["", (Path(__file__).with_name("floors.md")).read_text(encoding="utf-8").strip()]
    growth = [row for row in load_part(options, "searching") if row.size and row.what.startswith("search, median")]
    if len(growth) > 1:
        draw_growth(growth, target.with_name("growth.png"))
        lines += ["", "![Search time against the number of passages](growth.png)"]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def describe_machine() -> str:
    """Processor, cores and versions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES if _is_installed(name))
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, {versions}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )


def _is_installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _line(row: Row) -> str:
    ours, peer = (f"{value:,.3g} {row.unit}".strip() if value else "" for value in (row.ours, row.peer))
    return f"| {row.what} | {ours} | {peer} | {_tell_ratio(row.ratio)} |"


def _tell_ratio(ratio: float) -> str:
    """Two digits, or all before the point; nothing without a peer."""
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2g}" if ratio else ""


def draw_growth(rows: list[Row], target: Path) -> None:
    """Time against size, both on logarithmic axes."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 3.2), layout="constrained")
    axes.loglog([row.size for row in rows], [row.ours for row in rows], marker="o")
    axes.set_xlabel("passages")
    axes.set_ylabel("search, median, ms")
    figure.savefig(target, dpi=120)
    pyplot.close(figure)
