"""What the server keeps of browser tabs: as much after many answers as after a few, nothing of tabs closed for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import uvicorn
from gradio.state_holder import SessionState, StateHolder
from plain_tabs import tab_at
from served import PATTERN, QUESTION, make_home
from stand_in_model import StandIn

from qa.assistant import Assistant
from ui.closed_tabs import forget_closed
from ui.server import make_app, open_port
from ui.settings import Settings


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, StateHolder]]:
    """A page's address, and what Gradio holds of its tabs."""
    home, listener = make_home(tmp_path_factory.mktemp("home")), open_port("127.0.0.1", 0)
    with Assistant.open(home, llm=StandIn(pattern=PATTERN)) as assistant:
        app = make_app(assistant, Settings(home=home))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", app.routes[-1].app.state_holder  # type: ignore[attr-defined]
        server.should_exit = True
        thread.join()


def wait_until_closed(tab: SessionState) -> None:
    until = time.monotonic() + 60
    while not tab.is_closed:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_an_answer_leaves_no_component_behind(served: tuple[str, StateHolder]) -> None:
    address, tabs = served
    with tab_at(address) as tab:
        tab.ask(QUESTION)
        held = tabs.session_data[tab.name]
        first = len(held.config_values), len(held.blocks_config.blocks)
        for _ in range(3):
            tab.ask(QUESTION)
        assert (len(held.config_values), len(held.blocks_config.blocks)) == first
        assert "All 98 people" in str(held.config_values), "the answers are in what is counted"


def test_a_tab_closed_for_long_is_forgotten_when_the_next_opens(served: tuple[str, StateHolder]) -> None:
    address, tabs = served
    with tab_at(address) as goes, tab_at(address) as leaves:
        leaves.ask(QUESTION)
    with tab_at(address) as stays:
        for each in (goes, leaves):
            wait_until_closed(tabs.session_data[each.name])
        for name in (stays.name, leaves.name):
            tabs.time_last_used[name] = datetime.now() - timedelta(hours=2)
        with tab_at(address):
            assert leaves.name not in tabs.session_data
            assert stays.name in tabs.session_data, "open, if unused"
            assert goes.name in tabs.session_data, "it may come back"
        forget_closed(tabs, kept_s=0)
        assert goes.name not in tabs.session_data
