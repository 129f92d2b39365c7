"""A measured figure beside its peer's, the folder that keeps them, and measuring in a process of its own.

This module does not know what is measured.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from qa.evaluation.memory import peak_bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: less is better unless `more`; without a peer `peer` is 0. `size` sorts a growing series."""

    what: str
    ours: float
    unit: str
    peer: float = 0.0
    more: bool = False
    size: int = 0

    @property
    def ratio(self) -> float:
        """How many times better than the peer; 0 without one."""
        if not self.ours or not self.peer:
            return 0.0
        return self.ours / self.peer if self.more else self.peer / self.ours


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured, and where: `data` holds questions and articles, `folder` what is made on the way.

    `index` is one of all those articles, made before; without one the part `indexing` makes a smaller one.
    """

    data: str
    folder: str
    articles: int = 300
    questions: int = 60
    sizes: tuple[int, ...] = (30_000,)
    repeats: int = 3
    index: str = ""

    @property
    def home(self) -> Path:
        """The index that is asked: `index`, or the one that the part `indexing` made."""
        return Path(self.index) if self.index else self.place / "index-ours"

    @property
    def place(self) -> Path:
        """`folder`, made."""
        place = Path(self.folder)
        place.mkdir(parents=True, exist_ok=True)
        return place


def save_part(options: Options, part: str, rows: list[Row]) -> None:
    """Keep the figures of one part, measured again or not."""
    (options.place / f"{part}.json").write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


def load_part(options: Options, part: str) -> list[Row]:
    """The figures of one part; none if it was never measured."""
    path = options.place / f"{part}.json"
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def run_alone(function: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """What `function` of a module returns in a process of its own, and that process's `peak_bytes`."""
    call = json.dumps([function.__module__, function.__name__, [str(a) for a in arguments]])
    done = subprocess.run([sys.executable, "-m", "bench.rows", call], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def time_calls(call: Callable[[], object], repeats: int) -> list[float]:
    """The seconds that each of `repeats` calls took."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return times


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie, the nearest one measured."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def median(values: list[float]) -> float:
    """The middle value; 0 of none."""
    return statistics.median(values) if values else 0.0


def size_on_disk(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _main(call: str) -> None:
    module, name, arguments = json.loads(call)
    found = getattr(import_module(module), name)(*arguments)
    print(json.dumps({**found, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    _main(sys.argv[1])
