"""Many askers at once, or one after another for long, against a server on this machine; what it gave and took.

    load.py FOLDER [--askers 50] [--tabs 0 [--aside]] [--seconds 600] [--reading-s 0.3]
            [--articles 500]
    load.py FOLDER --questions 10000 [--seconds 3600]

Prints a JSON object. Each asker asks anew as soon as it has its answer. A reading time of -1 takes the real model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from loaded import Taken, make_archive, make_question, served
from tabs import ask_in_tabs

from index.errors import DatelineError

_SAMPLE_S = 2.0


@dataclass(slots=True)
class Seen:
    """What the askers saw."""

    begun: float = field(default_factory=time.monotonic)
    whole_s: list[float] = field(default_factory=list)
    sources_s: list[float] = field(default_factory=list)
    search_s: list[float] = field(default_factory=list)
    order: list[tuple[float, float]] = field(default_factory=list)
    """When a question had its sources and when its answer."""
    places: list[list[int]] = field(default_factory=list)
    """What each question was told, one after another."""
    by_asker: dict[int, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    taken: list[tuple[float, Taken]] = field(default_factory=list)
    blocks: list[dict[str, float]] = field(default_factory=list)


async def ask(client: httpx.AsyncClient, seen: Seen, asker: int, question: str) -> None:
    """One question, streamed as the page and the command line have it."""
    started = time.monotonic()
    found, event, places = 0.0, "", list[int]()
    async with client.stream("POST", "/api/ask", json={"question": question, "stream": True}) as reply:
        if reply.status_code != 200:
            seen.errors.append(f"{reply.status_code} {(await reply.aread())[:200]!r}")
            return
        async for line in reply.aiter_lines():
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
            if line == "event: sources":
                found = time.monotonic()
            elif line.startswith("data: ") and event == "waiting":
                places.append(int(json.loads(line[6:])["place"]))
            elif line.startswith("data: ") and event == "error":
                seen.errors.append(line)
    if event != "answer":
        seen.errors.append(f"ended with {event!r}")
        return
    done = time.monotonic()
    seen.sources_s.append(found - started)
    seen.whole_s.append(done - started)
    seen.order.append((found, done))
    seen.places.append(places)
    seen.by_asker[asker] = seen.by_asker.get(asker, 0) + 1


async def keep_asking(client: httpx.AsyncClient, seen: Seen, asker: int, until: float) -> None:
    chance = random.Random(asker)
    while time.monotonic() < until:
        try:
            await ask(client, seen, asker, make_question(chance))
        except httpx.HTTPError as error:
            seen.errors.append(repr(error))


async def keep_searching(client: httpx.AsyncClient, seen: Seen, until: float) -> None:
    """Searches without a model, two in a second."""
    chance = random.Random(-1)
    while time.monotonic() < until:
        started = time.monotonic()
        reply = await client.get("/api/search", params={"q": make_question(chance)})
        seen.search_s.append(time.monotonic() - started)
        if reply.status_code != 200:
            seen.errors.append(f"search: {reply.status_code}")
        await asyncio.sleep(0.5)


async def keep_sampling(seen: Seen, pid: int, until: float) -> None:
    while time.monotonic() < until:
        seen.taken.append((time.monotonic() - seen.begun, Taken.by(pid)))
        await asyncio.sleep(_SAMPLE_S)


async def load(
    address: str, pid: int, askers: int, tabs: int, seconds: float, *, aside: bool = False
) -> tuple[Seen, dict[str, Any]]:
    """Everything at once for `seconds`; what was seen, by the API's askers and in the browser's tabs."""
    seen = Seen()
    until = seen.begun + seconds
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=600, limits=limits) as client:
        work = [keep_asking(client, seen, asker, until) for asker in range(askers)]
        work += [keep_searching(client, seen, until), keep_sampling(seen, pid, until)]
        shown, *_ = await asyncio.gather(ask_in_tabs(address, tabs, until, aside=aside), *work)
    return seen, shown


async def soak(address: str, pid: int, questions: int, block: int, seconds: float = math.inf) -> Seen:
    """`questions`, four at once, for at most `seconds`; latency and holdings after each `block`."""
    seen = Seen()
    chance = random.Random(0)
    async with httpx.AsyncClient(base_url=address, timeout=600) as client:
        for number in range(0, questions, 4):
            if time.monotonic() > seen.begun + seconds:
                break
            await asyncio.gather(*(ask(client, seen, n, make_question(chance)) for n in range(4)))
            if (number + 4) % block == 0:
                taken = Taken.by(pid)
                seen.taken.append((time.monotonic() - seen.begun, taken))
                last = seen.whole_s[-block:]
                seen.blocks.append(
                    {
                        "questions": number + 4, "median_ms": 1000 * statistics.median(last),
                        "p95_ms": 1000 * percentile(last, 0.95), "memory_mb": taken.memory_mb,
                        "files": taken.files, "threads": taken.threads,
                    }
                )  # fmt: skip
                print(json.dumps(seen.blocks[-1]), flush=True)
    seen.taken.append((time.monotonic() - seen.begun, Taken.by(pid)))
    return seen


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)] if values else 0.0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The least-squares slope."""
    if len(points) < 3:
        return 0.0
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def overtaken(order: Sequence[tuple[float, float]]) -> int:
    """Answers that came although somebody whose sources were there a second earlier had none yet."""
    latest, count = 0.0, 0
    for found, _ in sorted(order, key=lambda each: each[1]):
        count += found < latest - 1.0
        latest = max(latest, found)
    return count


def report(seen: Seen) -> dict[str, Any]:
    """The figures."""
    settled = seen.taken[len(seen.taken) // 3 :]  # caches fill first
    counts = list(seen.by_asker.values())
    return {
        "seconds": round(time.monotonic() - seen.begun, 1),
        "answers": len(seen.whole_s),
        "errors": seen.errors[:5],
        "error_count": len(seen.errors),
        "answers_per_asker": [min(counts, default=0), max(counts, default=0)],
        "told_their_place": sum(bool(places) for places in seen.places),
        "longest_line": max((max(places, default=0) for places in seen.places), default=0),
        "fell_back": sum(any(b > a for a, b in pairwise(places)) for places in seen.places),
        "overtaken": overtaken(seen.order),
        "sources_median_p95_s": [statistics.median(seen.sources_s or [0]), percentile(seen.sources_s, 0.95)],
        "whole_median_p95_s": [statistics.median(seen.whole_s or [0]), percentile(seen.whole_s, 0.95)],
        "searches": len(seen.search_s),
        "search_median_p95_ms": [
            1000 * statistics.median(seen.search_s or [0]),
            1000 * percentile(seen.search_s, 0.95),
        ],
        "memory_mb_each_minute": [round(t.memory_mb) for _, t in seen.taken[:: max(round(60 / _SAMPLE_S), 1)]],
        "memory_mb": [round(t.memory_mb) for _, t in (seen.taken[:1] + settled[:1] + seen.taken[-1:])],
        "memory_slope_mb_per_minute": 60 * slope([(at, t.memory_mb) for at, t in settled]),
        "files": [min(t.files for _, t in settled), max(t.files for _, t in settled), settled[-1][1].files],
        "threads": [min(t.threads for _, t in settled), max(t.threads for _, t in settled)],
    }


def main() -> None:
    """Serve, ask, print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--tabs", type=int, default=0)
    parser.add_argument("--aside", action="store_true", help="browsers weigh half a process")
    parser.add_argument("--seconds", type=float, help="default: 600, without end for a soak")
    parser.add_argument("--reading-s", type=float, default=0.3)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--questions", type=int, default=0, help="soak: so many, one after another")
    given = parser.parse_args()
    home = given.folder / "home" if (given.folder / "home").exists() else make_archive(given.folder, given.articles)
    with served(home, 0.0 if given.questions else given.reading_s) as (address, pid):
        if not address.startswith("http://127.0.0.1:"):
            raise DatelineError("the server did not start: see what it printed")
        if given.questions:
            block, limit = max(given.questions // 10, 4), given.seconds or math.inf
            seen, shown = asyncio.run(soak(address, pid, given.questions, block, limit)), {}
        else:
            seconds = given.seconds or 600
            seen, shown = asyncio.run(load(address, pid, given.askers, given.tabs, seconds, aside=given.aside))
        print(json.dumps(report(seen) | shown, indent=1))


if __name__ == "__main__":
    main()
