"""From the start of a process to what its user waits for: `dateline ask` and `dateline chat`, files warm."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from urllib.request import urlopen

from bench.rows import Options, Row, median

_QUESTION = "What was announced this week?"


def measure(options: Options) -> list[Row]:
    """Medians of several starts, the first of all not counted."""
    asks = [time_ask(options) for _ in range(options.repeats + 1)][1:]
    pages = [time_page(options) for _ in range(options.repeats)]
    return [
        Row("`dateline ask`: sources on the screen", median([a[0] for a in asks]), "s"),
        Row("`dateline ask`: the answer", median([a[1] for a in asks]), "s"),
        Row("`dateline chat`: page up", median(pages), "s"),
    ]


def _start(options: Options, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ui.cli", *arguments, "--home", str(options.place / "index-ours")]
    models = os.environ.get("DATELINE_MODELS") or str(options.place.parent / "models")
    environ = {**os.environ, "DATELINE_MODELS": models, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)


def time_ask(options: Options) -> tuple[float, float]:
    """Seconds to the first line of the sources and to the end."""
    started, sources = time.perf_counter(), 0.0
    with _start(options, "ask", _QUESTION) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Sources"):
                sources = time.perf_counter() - started
    return sources, time.perf_counter() - started


def time_page(options: Options) -> float:
    """Seconds until the page answers."""
    started = time.perf_counter()
    with _start(options, "chat", "--port", "0") as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address is not None
            while True:
                try:
                    with urlopen(address[0], timeout=60) as response:  # noqa: S310 our own address
                        assert response.status == 200
                    return time.perf_counter() - started
                except OSError:
                    time.sleep(0.05)
        finally:
            process.terminate()
