"""Dateline served over a few made articles, its language model a stand-in, for tests of API and clients."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from stand_in_model import StandIn

from index.build import build_index
from index.home import Home
from qa.assistant import Assistant
from ui.server import make_app, open_port
from ui.settings import Settings

FERRY = """Ferry runs aground near Aland

November 22, 2021

A ferry ran aground near Aland on Monday morning in thick fog. All 98 people on board the ferry were taken off unhurt.

The captain of the ferry, Maria Holm, said that the radar had failed. The hull held and no oil leaked."""

HOSTILE = """Zeppelin lands <script>window.hacked=1</script>

May 3, 2022

The zeppelin carried 41 passengers and this text: <img src=x onerror=alert(1)> [9] **bold**, said the pilot."""

QUESTION = "How many people were on board the ferry?"
PATTERN = r"(?s)((?<=All )98|Maria Holm)(?=.*Question \([\d-]+\): (?:How many people|Who))"


def make_home(folder: Path) -> Path:
    """An index of the articles above in `folder`."""
    articles = folder / "articles"
    articles.mkdir()
    (articles / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (articles / "zeppelin.txt").write_text(HOSTILE, encoding="utf-8")
    build_index([articles], Home(folder / "home"))
    return folder / "home"


@contextmanager
def serving(home: Path, llm: StandIn | None = None) -> Iterator[str]:
    """The address of a server over the index in `home`."""
    listener = open_port("127.0.0.1", 0)
    with Assistant.open(home, llm=llm or StandIn(pattern=PATTERN)) as assistant:
        app = make_app(assistant, Settings(home=home))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
