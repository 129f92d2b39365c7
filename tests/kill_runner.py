"""Kills work at random moments and looks at what is left; `test_kills.py` starts it and reads its report.

One process imports everything once and forks for each piece of work, so that a kill falls into work, not imports.
As a program: `kill_runner.py FOLDER KILLS SEED` prints a line of JSON for each kill.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import transformers
from kill_works import EMBEDDER, WORKS, backup, check_acknowledged, content, prepare
from stand_in_model import StandIn

from index.check import check_index
from index.home import Home
from index.reprints import signature
from qa.assistant import Assistant
from ui.server import make_app
from ui.settings import Settings


def fork(work: Callable[..., object], *arguments: object) -> int:
    """Do `work` in a child; its process id. It ends with 0, or after an error with 1."""
    child = os.fork()
    if child:
        return child
    try:
        work(*arguments)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def run(work: Callable[..., object], *arguments: object) -> bool:
    """Do `work` in a child; whether it came to its end."""
    return wait(fork(work, *arguments)) == 0


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def inspect(place: Path, before: dict[str, Any] | None) -> None:
    """Right after the kill: what is there can be read, what was told is there, no stored article is changed."""
    check_acknowledged(place)
    if not (place / "home" / "catalogue.sqlite3").exists():
        assert before is None
        return
    left = {row[0]: row for row in content(place)["articles"]} if before else {}
    for article in before["articles"] if before else ():
        assert left.get(article[0], article) == article


def examine(place: Path, expected: dict[str, Any]) -> None:
    """After the work was done again: all as without a kill, and every deep check content."""
    assert content(place) == expected, "not as without a kill"
    checks = check_index(Home(place / "home"), embedder=lambda: EMBEDDER, sample=4)
    problems = [check for check in checks if check.problem]
    assert problems == [], problems
    with Assistant.open(place / "home", llm=StandIn()) as assistant:
        make_app(assistant, Settings(home=place / "home"))
        assert assistant.ask("What of the ferry and the harbour?").text
    backup(place)
    assert not list(place.glob("*.part")), "a part of a backup is left"


class Killer:
    """Kills each work in turn, always in the folder `place`: an index knows its files by their paths."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._place = folder / "place"
        self._chance = random.Random(seed)
        self._expected: dict[str, tuple[float, dict[str, Any]]] = {}
        for name, empty in (("full", False), ("bare", True)):
            assert run(prepare, self._place, empty)
            self._before = content(self._place) if not empty else self._before
            self._place.rename(folder / name)

    def kill(self, name: str) -> dict[str, Any]:
        """Kill the work `name` once; what was found afterwards."""
        duration, expected = self._undisturbed(name)
        self._start(name)
        delay = duration * self._chance.random()
        child = fork(WORKS[name], self._place)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        killed = wait(child) == -signal.SIGKILL
        if not killed:  # the machine is idler now than when the work was timed
            self._expected[name] = delay, expected
        whole = run(inspect, self._place, None if name == "index" else self._before)
        same = run(WORKS[name], self._place) and run(examine, self._place, expected)
        return {"work": name, "delay": delay, "killed": killed, "whole": whole, "same": same}

    def _undisturbed(self, name: str) -> tuple[float, dict[str, Any]]:
        """How long the work takes and what comes of it."""
        if name not in self._expected:
            self._start(name)
            begun = time.monotonic()
            assert run(WORKS[name], self._place)
            self._expected[name] = time.monotonic() - begun, content(self._place)
        return self._expected[name]

    def _start(self, name: str) -> None:
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.copytree(self._folder / ("bare" if name == "index" else "full"), self._place)


def main(folder: Path, kills: int, seed: int) -> None:
    signature("loads its library")
    assert transformers.AutoModelForCausalLM  # loads its library
    killer = Killer(folder, seed)
    names = list(WORKS)
    for n in range(kills):
        print(json.dumps(killer.kill(names[n % len(names)])), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
