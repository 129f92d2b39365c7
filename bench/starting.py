"""From the start of a process to what its user waits for: `dateline ask` and `dateline chat`, files warm."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.rows import Options, Row, median, run_alone

_QUESTION = "What was announced this week?"


def measure(options: Options) -> list[Row]:
    """Medians of several starts, the first of all not counted."""
    home = options.home
    asks = [time_ask(options) for _ in range(options.repeats + 1)][1:]
    loads = [run_alone(load_model, options.place) for _ in range(options.repeats)]
    with serving(options) as (up_s, _):
        time_ask(options)
        through = [time_ask(options) for _ in range(options.repeats)]
    pages = [up_s, *(time_page(options) for _ in range(options.repeats - 1))]
    search = run_alone(search_once, home)
    return [
        Row("`dateline ask`: sources on the screen", median([a[0] for a in asks]), "s"),
        Row("`dateline ask`: the answer", median([a[1] for a in asks]), "s"),
        Row("`dateline ask`: peak memory", median([a[2] for a in asks]) / 1e9, "GB"),
        Row("model ready, from the start of Python", median([found["ready_s"] for found in loads]), "s"),
        Row("model ready, processor seconds", median([found["cpu_s"] for found in loads]), "s"),
        Row("`dateline ask` through a running page: sources", median([a[0] for a in through]), "s"),
        Row("`dateline ask` through a running page: the answer", median([a[1] for a in through]), "s"),
        Row("`dateline chat`: page up", median(pages), "s"),
        Row("search alone, peak memory", search["peak_bytes"] / 1e6, "MB"),
    ]


def _start(options: Options, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ui.cli", *arguments, "--home", str(options.home)]
    models = os.environ.get("DATELINE_MODELS") or str(options.place.parent / "models")
    environ = {**os.environ, "DATELINE_MODELS": models, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)


def time_ask(options: Options) -> tuple[float, float, float]:
    """Seconds to the first line of the sources and to the end; bytes held at most."""
    started, sources = time.perf_counter(), 0.0
    with _start(options, "ask", _QUESTION) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Sources"):
                sources = time.perf_counter() - started
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    unit = 1 if sys.platform == "darwin" else 1024
    return sources, time.perf_counter() - started, float(usage.ru_maxrss * unit)


@contextmanager
def serving(options: Options) -> Iterator[tuple[float, str]]:
    """The page, running: seconds until it answered, and its address."""
    started = time.perf_counter()
    with _start(options, "chat", "--port", "0") as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://[\w.:]+", process.stdout.readline())
            assert address is not None
            wait_for(address[0])
            yield time.perf_counter() - started, address[0]
        finally:
            process.terminate()


def wait_for(address: str) -> None:
    """Return once the page answers."""
    while True:
        try:
            with urlopen(address, timeout=60) as response:  # noqa: S310 our own address
                assert response.status == 200
            return
        except OSError:
            time.sleep(0.05)


def time_page(options: Options) -> float:
    """Seconds until the page answers."""
    with serving(options) as (up_s, _):
        return up_s


def load_model(place: str) -> dict[str, Any]:
    """Seconds from the start of this process until the model has answered."""
    from bench.answering import prepared
    from qa.model import LocalModel

    LocalModel(prepared(place)).complete("Hello", max_tokens=1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"ready_s": seconds_since_start(), "cpu_s": used.ru_utime + used.ru_stime}


def seconds_since_start() -> float:
    """Since the system started this process (Linux)."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return up - ticks / os.sysconf("SC_CLK_TCK")


def search_once(home: str) -> dict[str, Any]:
    """A search in a process that does nothing else."""
    from datetime import date

    from index.home import Home
    from index.query import Query
    from index.search import Searcher

    searcher = Searcher(Home(home))
    found = len(searcher.find(Query(_QUESTION, date(2022, 6, 20))).candidates)
    searcher.close()
    return {"found": found}
