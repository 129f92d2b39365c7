"""A tab of the page without a browser: it sends what Gradio's script sends, and shows nothing.

As a program, the memory of a server while one such tab asks:

    plain_tabs.py FOLDER [--turns 100] [--articles 150]
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx


class Tab:
    """A session of the page, open while its heartbeat is read."""

    def __init__(self, client: httpx.Client) -> None:
        self.name = secrets.token_urlsafe(8)
        self._client = client
        config = client.get("/config").json()
        box = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "dl-box")
        self._asks = next(each["id"] for each in config["dependencies"] if [box, "submit"] in each["targets"])
        self._loads = [each["id"] for each in config["dependencies"] if any(on == "load" for _, on in each["targets"])]

    def load(self) -> None:
        """What a tab does at first."""
        for event in self._loads:
            self._send("run/predict", event, [])

    def ask(self, question: str) -> None:
        """Ask, and read the answer to its end."""
        self._send("queue/join", self._asks, [None, question, "{}"])
        reply = self._client.get("/gradio_api/queue/data", params={"session_hash": self.name})
        told = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: ")]
        assert [each["success"] for each in told if each["msg"] == "process_completed"] == [True], told[-2:]

    def _send(self, path: str, event: int, data: list[Any]) -> None:
        body = {"data": data, "fn_index": event, "session_hash": self.name}
        self._client.post(f"/gradio_api/{path}", json=body).raise_for_status()


@contextmanager
def tab_at(address: str) -> Iterator[Tab]:
    """An open tab."""
    with httpx.Client(base_url=address, timeout=600) as client:
        tab = Tab(client)
        with client.stream("GET", f"/gradio_api/heartbeat/{tab.name}") as beat:
            beats = beat.iter_lines()  # the connection is closed with this, were it not kept
            next(beats)
            tab.load()
            yield tab


def main() -> None:
    """Serve, ask, print the memory."""
    from loaded import Taken, make_archive, make_question, served

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--articles", type=int, default=150)
    given = parser.parse_args()
    home = given.folder / "home" if (given.folder / "home").exists() else make_archive(given.folder, given.articles)
    chance = random.Random(0)
    with served(home, 0.0) as (address, pid), tab_at(address) as tab:
        for turn in range(1, given.turns + 1):
            tab.ask(make_question(chance))
            if turn % 10 == 0:
                print(f"{turn} turns: {Taken.by(pid).memory_mb:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
