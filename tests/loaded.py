"""A server in a process of its own, over made articles, and what it takes of the machine; for load and soak.

As a program it serves: `loaded.py HOME READING_S`; a READING_S of -1 takes the real model.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.llms.types import CompletionResponse
from made_articles import WORDS, make_text
from stand_in_model import StandIn

from index.build import build_index
from index.home import Home
from qa.assistant import Assistant
from ui.heap import share_heap
from ui.server import serve
from ui.settings import Settings, quieten_libraries

ROOT = Path(__file__).parent.parent


class Busy(StandIn):
    """Keeps the processor as busy as a model does, for `reading_s` a question."""

    reading_s: float = 0.0

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        until = time.monotonic() + self.reading_s
        numbers = np.ones((512, 512), np.float32)
        while time.monotonic() < until:
            numbers @ numbers
        return super().complete(prompt)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the server holds: resident memory in MB, open files, threads."""

    memory_mb: float
    files: int
    threads: int

    @classmethod
    def by(cls, pid: int) -> Taken:
        """What process `pid` holds now."""
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        found = {name: int(re.findall(rf"{name}:\s+(\d+)", status)[0]) for name in ("VmRSS", "Threads")}
        return cls(found["VmRSS"] / 1024, len(list(Path(f"/proc/{pid}/fd").iterdir())), found["Threads"])


def make_archive(folder: Path, articles: int) -> Path:
    """The home of an index of made articles."""
    (folder / "articles").mkdir(parents=True)
    for seed in range(articles):
        text = f"Report number {seed}\n\nNovember {1 + seed % 28}, 2025\n\n{make_text(seed)}\n"
        (folder / "articles" / f"{seed}.txt").write_text(text, encoding="utf-8")
    build_index([folder / "articles"], Home(folder / "home"))
    return folder / "home"


def make_question(chance: random.Random) -> str:
    """A question that some article has words for."""
    first, second, third = chance.sample(WORDS, 3)
    return f"Which {first} was near the {second} and the {third}?"


@contextmanager
def served(home: Path, reading_s: float) -> Iterator[tuple[str, int]]:
    """Address and process id of a server."""
    command = [sys.executable, str(Path(__file__)), str(home), str(reading_s)]
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip(), server.pid
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def main(home: Path, reading_s: float) -> None:
    """Serve until Ctrl-C, as the command does."""
    share_heap()
    quieten_libraries(os.environ, "default")
    given = Path(os.environ["DATELINE_MODELS"]) if "DATELINE_MODELS" in os.environ else None
    llm = None if reading_s < 0 else Busy(pattern=rf"\b({'|'.join(WORDS)})\b", reading_s=reading_s)
    with suppress(KeyboardInterrupt), Assistant.open(home, llm=llm, models_dir=given) as assistant:
        serve(assistant, Settings(home=home, port=0), lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
