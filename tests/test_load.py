"""Many at once against a real server: everybody is answered in turn; who goes away or is slow holds up nobody.

The short form of what `tests/load.py` does for ten minutes, and of its ten thousand questions.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen
from load import load, report, soak
from loaded import ROOT, make_archive, make_question, served
from page_driver import browser
from playwright.sync_api import Browser, expect
from served import PATTERN, QUESTION, make_home, serving
from stand_in_model import StandIn
from tabs import set_aside

from index.query import Query
from qa.assistant import Assistant
from qa.lookup import THREADS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive"), 30)


def test_everybody_is_answered_in_turn_and_is_told_the_place(archive: Path) -> None:
    with served(archive, 1.0) as (address, pid):  # longer than choosing the evidence takes, as with a real model
        seen, shown = asyncio.run(load(address, pid, 20, 1, 30))
    figures = report(seen) | shown
    print(f"\n{json.dumps(figures)}")
    assert figures["errors"] == figures["tab_failures"] == figures["elsewhere"] == []
    assert figures["fell_back"] == 0, "a place in the line only ever comes nearer"
    assert figures["longest_line"] >= 10
    assert figures["told_their_place"] >= figures["answers"] // 2
    assert figures["tab_answers"] >= 1
    assert min(figures["answers_per_asker"]) >= 1
    assert len(seen.by_asker) == 20


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by way of /proc")
def test_a_browser_can_be_set_aside() -> None:
    sleep = shutil.which("sleep")
    assert sleep
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with subprocess.Popen([sleep, "60"]) as below:
        try:
            assert set_aside(os.getpid(), "no such name") == 0
            assert set_aside(os.getpid(), "sleep") == 1
            grouped = "dateline-browsers" in Path(f"/proc/{below.pid}/cgroup").read_text(encoding="ascii")
            assert grouped or os.getpriority(os.PRIO_PROCESS, below.pid) == 19
            assert "dateline-browsers" not in Path("/proc/self/cgroup").read_text(encoding="ascii")
            assert os.getpriority(os.PRIO_PROCESS, 0) == own
        finally:
            below.kill()


_COUNT_FROZEN = """
import gc, os, sys
from pathlib import Path
from stand_in_model import StandIn
from qa.assistant import Assistant
from ui.server import serve
from ui.settings import Settings
home = Path(sys.argv[1])

def count(address):
    print(gc.get_freeze_count(), flush=True)
    os._exit(0)

serve(Assistant.open(home, llm=StandIn()), Settings(home=home, port=0), count)
"""


def test_what_is_loaded_for_good_is_not_searched_for_garbage(archive: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    command = [sys.executable, "-c", _COUNT_FROZEN, str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    assert int(done.stdout) > 100_000


def test_searches_of_many_threads_share_a_few(archive: Path) -> None:
    with Assistant.open(archive, llm=StandIn(pattern=PATTERN)) as assistant:
        query = Query(make_question(random.Random(3)), date(2026, 11, 1))
        alone = assistant.search(query)
        before = set(threading.enumerate())
        with ThreadPoolExecutor(30) as askers:
            found = list(askers.map(lambda _: assistant.search(query), range(60)))
            searching = [
                each for each in threading.enumerate() if each.name.startswith("search") and each not in before
            ]
        assert all(hits == alone for hits in found)
        assert len(alone) > 0
        assert len(searching) <= THREADS


def test_a_connection_outlives_a_pause(archive: Path) -> None:
    with served(archive, 0.0) as (address, _):
        connection = HTTPConnection(address.removeprefix("http://"))
        connection.request("GET", "/api/alive")
        assert connection.getresponse().read()
        first = connection.sock
        time.sleep(6)  # clients such as httpx keep a connection for five seconds
        connection.request("GET", "/api/alive")
        assert connection.getresponse().read()
        assert connection.sock is first


def test_questions_one_after_another_keep_nothing_open(archive: Path) -> None:
    with served(archive, 0.0) as (address, pid):
        seen = asyncio.run(soak(address, pid, 120, 40))
    assert seen.errors == []
    first, *_, last = seen.blocks
    assert last["files"] <= first["files"] + 4
    assert last["threads"] <= first["threads"] + 4


class Held(StandIn):
    """Reads for as long as `go` is not set."""

    go: Any = None

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self.go.wait()
        return super().complete(prompt)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        def generate() -> CompletionResponseGen:
            while not self.go.wait(0.05):
                yield CompletionResponse(text="", delta="")
            yield self.complete(prompt)

        return generate()


@contextmanager
def held_server(folder: Path) -> Iterator[tuple[str, threading.Event]]:
    go = threading.Event()
    with serving(make_home(folder), Held(pattern=PATTERN, go=go)) as address:
        try:
            yield address, go
        finally:
            go.set()


class Asker:
    """A question that streams on a thread; `place` is what it was told last."""

    def __init__(self, address: str) -> None:
        self.place = -1
        self.answered = False
        self._client = httpx.Client(timeout=300)
        self._stream = self._client.stream("POST", f"{address}/api/ask", json={"question": QUESTION, "stream": True})
        self._reply = self._stream.__enter__()
        self._event = ""
        self._lines = self._reply.iter_lines()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        event = ""
        try:
            for line in self._lines:
                event = line.removeprefix("event: ") if line.startswith("event: ") else event
                if line.startswith("data: ") and event == "waiting":
                    self.place = int(json.loads(line[6:])["place"])
                self.answered = self.answered or event == "answer"
        except (httpx.HTTPError, OSError, ValueError):
            return  # hung up

    def wait_for_place(self, place: int) -> float:
        """Seconds until it is told `place`."""
        begun = time.monotonic()
        while self.place != place:
            assert time.monotonic() < begun + 120, self.place
            time.sleep(0.01)
        return time.monotonic() - begun

    def hang_up(self) -> None:
        sock = self._reply.extensions["network_stream"].get_extra_info("socket")
        sock.shutdown(socket.SHUT_RDWR)


def test_who_hangs_up_frees_the_place(tmp_path: Path) -> None:
    with held_server(tmp_path) as (address, go):
        askers = [Asker(address)]
        for n in range(1, 5):
            askers.append(Asker(address))
            askers[n].wait_for_place(n)
        took = []
        for n in (3, 2):  # in the middle of the line
            askers[n].hang_up()
            took.append(askers[4].wait_for_place(n))
        askers[0].hang_up()  # the one that is being read
        took.append(askers[4].wait_for_place(1))
        print(f"\nplaces freed after {', '.join(f'{each:.2f}' for each in took)} s")
        go.set()
        askers[4].thread.join(60)
        assert askers[4].answered


def test_a_closed_tab_frees_the_place(tmp_path: Path, browser: Browser) -> None:
    with held_server(tmp_path) as (address, _):
        first = Asker(address)
        tab = browser.new_page()
        tab.goto(address)
        tab.locator("#dl-box textarea").fill(QUESTION)
        tab.keyboard.press("Enter")
        expect(tab.locator(".dl-turn[data-turn='1']")).to_contain_text("you are 1st in line")
        last = Asker(address)
        last.wait_for_place(2)
        tab.close()
        print(f"\nplace of a closed tab freed after {last.wait_for_place(1):.2f} s")
        assert not first.answered


def test_a_client_that_sends_or_takes_nothing_holds_up_nobody(tmp_path: Path) -> None:
    with held_server(tmp_path) as (address, go):
        go.set()
        host, port = address.removeprefix("http://").split(":")
        body = json.dumps({"question": QUESTION, "stream": True})
        head = f"POST /api/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: "
        half = [socket.create_connection((host, int(port))) for _ in range(80)]
        for each in half[:40]:
            each.sendall(f"{head}{len(body)}\r\n\r\n{body[:10]}".encode())  # the rest never comes
        for each in half[40:60]:
            each.sendall(f"{head}{len(body)}\r\n\r\n{body}".encode())  # the answer is never taken
        assert httpx.get(f"{address}/api/search?q=ferry", timeout=60).status_code == 200
        reply = httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=120)
        assert reply.json()["short"] == "98"
        for each in half:
            each.close()
