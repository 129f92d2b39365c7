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

from made_articles import make_text

from index.backup import back_up, restore
from index.build import build_index
from index.catalogue import Catalogue
from index.check import check_index
from index.embedder import MiniLM
from index.home import Home
from index.rebuild import rebuild_index
from index.reprints import signature
from ui.users import Users

Work = Callable[[Path], None]
"""Works in a folder that holds `articles/`, `home/` and `backup`."""

EMBEDDER = MiniLM(threads=1)  # one thread: with more it could not be used after a fork


def write_articles(folder: Path, seeds: range) -> None:
    """An article a file, and a few as records of one."""
    folder.mkdir(exist_ok=True)
    for seed in seeds:
        (folder / f"{seed}.txt").write_text(f"Report number {seed}\n\n{make_text(seed, 5)}\n", encoding="utf-8")
    records = [{"title": f"Record {n}", "text": make_text(900 + n, 4)} for n in seeds[:3]]
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


def index(place: Path, *, prune: bool = False) -> None:
    build_index([place / "articles"], Home(place / "home"), prune=prune, batch=2, embedder=lambda: EMBEDDER)


def update(place: Path) -> None:
    write_articles(place / "articles", range(3, 9))
    index(place)


def prune(place: Path) -> None:
    for name in ("0.txt", "1.txt"):
        (place / "articles" / name).unlink(missing_ok=True)
    index(place, prune=True)


def rebuild(place: Path) -> None:
    rebuild_index(Home(place / "home"), batch=2, embedder=lambda: EMBEDDER)


def backup(place: Path) -> None:
    back_up(Home(place / "home"), place / "backup")


def bring_back(place: Path) -> None:
    restore(Home(place / "home"), place / "backup")


def users(place: Path) -> None:
    for n in range(20):
        Users(place / "home").add(f"user-{n}")


WORKS: dict[str, Work] = {
    "index": index, "update": update, "prune": prune, "rebuild": rebuild, "backup": backup, "restore": bring_back,
    "users": users,
}  # fmt: skip


def prepare(place: Path, empty: bool) -> None:
    """A place to work in: with an index and a backup of it, or `empty` but for articles."""
    place.mkdir()
    write_articles(place / "articles", range(6))
    if not empty:
        index(place)
        backup(place)


def content(place: Path) -> dict[str, Any]:
    """All that must be the same whether or not there was a kill; passages get other numbers when rebuilt."""
    catalogue = Catalogue(Home(place / "home"))
    connection = catalogue.database.connection
    ids, vectors = catalogue.passage_vectors()
    passages = catalogue.load_passages(ids)
    articles = [tuple(row) for row in connection.execute("SELECT id, title, text, published FROM articles ORDER BY id")]
    places = [tuple(row) for row in connection.execute("SELECT path, own_id FROM places ORDER BY path")]
    catalogue.close()
    found = sorted((p.article.id, p.span.start, v.tobytes().hex()) for p, v in zip(passages, vectors, strict=True))
    known = sorted(user.name for user in Users(place / "home").all())
    return {"articles": articles, "places": [(Path(p).name, i) for p, i in places], "passages": found, "users": known}


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
    """Right after the kill: what is there can be read, and no article that was stored is changed."""
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
    killer = Killer(folder, seed)
    names = list(WORKS)
    for n in range(kills):
        print(json.dumps(killer.kill(names[n % len(names)])), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
