"""Processes that share one archive in servers: `many.py index FOLDER ...` indexes once, `many.py serve ...` serves.

The embedder and the model are stand-ins, so that time goes into what is tested. An indexer says when it has loaded, and
begins at a line on standard input, so that several begin at once; in the end it says what it did.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from stand_in_model import StandIn
from word_embedder import WordEmbedder

from index.build import Workers, build_index
from index.home import Home

ROOT = Path(__file__).parent.parent
BATCH = 8


@dataclass(frozen=True)
class Where:
    """Where a process finds the archive; `home` is its own, as on a machine of its own."""

    home: str
    server: str
    chroma_server: str

    def open(self) -> Home:
        return Home(self.home, server=self.server, chroma_server=self.chroma_server)


def start(work: str, where: Where, *arguments: str) -> subprocess.Popen[str]:
    """A process at `work`, that loads."""
    command = [sys.executable, str(Path(__file__)), work, json.dumps(asdict(where)), *arguments]
    # Ray's workers would else stand behind everything else that runs on this machine.
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "RAY_worker_niceness": "0"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)


def start_indexers(
    places: Sequence[Where], folder: Path, pause_s: float, *, ray: str = ""
) -> list[subprocess.Popen[str]]:
    """Indexers that begin at once, on the cluster at `ray` if it is given; each embedding takes `pause_s`."""
    running = [start("index", where, str(folder), str(pause_s), ray) for where in places]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "loaded\n"
    for process in running:
        assert process.stdin is not None
        print("begin", file=process.stdin, flush=True)
    return running


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What an indexer says in the end."""
    said, _ = process.communicate()
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


class Page:
    """A web process that has begun to serve."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()

    def search(self, question: str) -> list[str]:
        """Titles of the best passages."""
        found = httpx.get(f"{self.address}/api/search", params={"q": question, "k": 5}, trust_env=False, timeout=60)
        return [hit["article"]["title"] for hit in found.raise_for_status().json()["passages"]]

    def ask(self, question: str) -> httpx.Response:
        return httpx.post(f"{self.address}/api/ask", json={"question": question}, trust_env=False, timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class _Counting(WordEmbedder):
    passages = 0

    def embed_passages(self, passages: Any) -> Any:
        self.passages += len(passages)
        return super().embed_passages(passages)


def index(where: Where, folder: str, pause_s: str, ray: str) -> None:
    embedder = _Counting(float(pause_s))
    make = partial(WordEmbedder, float(pause_s)) if ray else lambda: embedder
    workers = _join(ray) if ray else None
    print("loaded", flush=True)
    sys.stdin.readline()
    report = build_index([Path(folder)], where.open(), embedder=make, batch=BATCH, prune=True, workers=workers)
    print(json.dumps({"added": report.added, "unchanged": report.unchanged, "embedded": embedder.passages}))


def _join(ray: str) -> Workers:
    from index.cluster import RayWorkers

    return RayWorkers(ray)


def serve(where: Where) -> None:
    from qa.assistant import Assistant
    from ui.server import serve
    from ui.settings import Settings

    settings = Settings(home=Path(where.home), port=0, catalogue=where.server, chroma=where.chroma_server)
    with suppress(KeyboardInterrupt), Assistant.open(where.open(), llm=StandIn(), embedder=WordEmbedder) as assistant:
        serve(assistant, settings, lambda address: print(address, flush=True))


if __name__ == "__main__":
    {"index": index, "serve": serve}[sys.argv[1]](Where(**json.loads(sys.argv[2])), *sys.argv[3:])
