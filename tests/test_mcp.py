"""The tools as the SDK's own client sees them, over the standard streams of a real process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from served import PATTERN, QUESTION, make_home, serving
from stand_in_model import StandIn

from index.catalogue import Catalogue
from index.home import Home
from qa.assistant import Assistant
from ui.mcp_server import make_mcp_server
from ui.running import announced
from ui.users import Users

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("served"))


def call(server: Any, *calls: tuple[str, dict[str, Any]]) -> tuple[list[str], list[Any]]:
    """The tools there are, and what each call brings."""

    async def run() -> tuple[list[str], list[Any]]:
        async with Client(server) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(run)


def test_a_real_process_lists_searches_reads_and_tells(home: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ui.cli", "mcp", "--home", str(home)], env=environ, cwd=str(ROOT)
    )
    tools, (found, events) = call(
        server, ("search", {"query": "ferry aground", "k": 1}), ("timeline", {"topic": "the ferry"})
    )
    assert set(tools) == {"ask", "search", "read_article", "timeline"}
    passage = found.structured_content["passages"][0]
    catalogue = Catalogue(Home(home))
    article = catalogue.get_article(passage["article"]["id"])
    assert article.text[passage["start"] : passage["end"]] == passage["quote"]
    assert any("aground" in event["text"] for event in events.structured_content["events"])
    catalogue.close()


def test_a_real_process_asks_the_guarded_server_that_runs(home: Path) -> None:
    """Its own model could not answer at all: only the server has one."""
    token = Users(home).add("ann")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environ |= {"DATELINE_TOKEN": token, "DATELINE_LLM": "openai:http://127.0.0.1:9/v1#none"}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ui.cli", "mcp", "--home", str(home)], env=environ, cwd=str(ROOT)
    )
    earlier = [{"question": QUESTION, "answer": "98"}]
    try:
        with serving(home) as address, announced(home, address, environ["DATELINE_LLM"]):
            _, (answer, second) = call(
                server,
                ("ask", {"question": QUESTION}),
                ("ask", {"question": "Who was its captain?", "history": earlier}),
            )
    finally:
        Users(home).remove("ann")
    assert answer.structured_content["short"] == "98"
    assert "ferry" in second.structured_content["standalone_question"]


def test_ask_cites_exact_quotes_and_mistakes_are_told(home: Path) -> None:
    with Assistant.open(home, llm=StandIn(pattern=PATTERN)) as assistant:
        _, (answer, refused, backwards, missing, *wordless) = call(
            make_mcp_server(assistant),
            ("ask", {"question": QUESTION}),
            ("ask", {"question": QUESTION, "before": "2000-01-01"}),
            ("ask", {"question": QUESTION, "before": "soon"}),
            ("read_article", {"article_id": "nosuch"}),
            ("search", {"query": " "}),
            ("timeline", {"topic": "\t"}),
        )
        value = answer.structured_content
        assert (value["short"], value["abstained"]) == ("98", False)
        cited = next(q for q in value["evidence"] if q["number"] == value["citations"][0]["number"])
        _, (read,) = call(make_mcp_server(assistant), ("read_article", {"article_id": cited["article"]["id"]}))
        stored = read.structured_content
        assert stored["text"][cited["start"] : cited["end"]] == cited["quote"]
        assert stored["next_start"] is None
    assert refused.structured_content["abstained"] is True
    assert backwards.is_error
    assert "soon" in backwards.content[0].text
    assert missing.is_error
    assert "nosuch" in missing.content[0].text
    assert all(reply.is_error for reply in wordless)
