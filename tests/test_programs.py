"""Dateline inside other programs: three lines, a notebook, and llama-index's own pieces around ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.chat_engine.types import BaseChatEngine
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.tools import QueryEngineTool
from served import PATTERN, QUESTION, make_home
from stand_in_model import StandIn

from index.home import Home
from index.retriever import PassageRetriever
from index.search import Searcher
from qa.assistant import Assistant
from qa.chat_engine import AssistantChatEngine
from qa.engine import AssistantQueryEngine, EvidencePostprocessor


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def assistant(home: Path) -> Iterator[Assistant]:
    with Assistant.open(home, llm=StandIn(pattern=PATTERN)) as assistant:
        yield assistant


def test_a_notebook_shows_answer_and_quotes_and_no_markup_of_articles(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    assert "98 people on board the ferry were taken off unhurt" in answer._repr_html_()
    assert f"> \\[{answer.citations[0].number}\\] “All 98 people" in answer._repr_markdown_()
    refused = assistant.ask("What did the pilot of the zeppelin say? <img src=x>")
    assert refused.abstained
    for shown in (refused._repr_html_(), refused._repr_markdown_().replace("\\<", "")):
        assert "<script" not in shown
        assert "<img" not in shown
    assert "&lt;script&gt;" in refused._repr_html_()


def test_the_chat_engine_understands_follow_ups_and_forgets_on_reset(assistant: Assistant) -> None:
    engine: BaseChatEngine = AssistantChatEngine(assistant)
    response = engine.chat(QUESTION)
    assert str(response).startswith("98 [")
    node = response.source_nodes[0]
    assert node.metadata["number"] in {c.number for c in response.metadata["answer"].citations}  # type: ignore[index]
    later = engine.chat("And when did it run aground?")
    assert "ferry" in later.metadata["answer"].query.text.lower()  # type: ignore[index]
    assert [m.role for m in engine.chat_history] == [MessageRole.USER, MessageRole.ASSISTANT] * 2
    engine.reset()
    assert engine.chat_history == []


def test_a_history_from_elsewhere_is_understood(assistant: Assistant) -> None:
    history = [
        ChatMessage(role=MessageRole.USER, content=QUESTION),
        ChatMessage(role=MessageRole.ASSISTANT, content="98"),
    ]
    answer = AssistantChatEngine(assistant).chat("And when did it run aground?", history).metadata["answer"]  # type: ignore[index]
    assert "ferry" in answer.query.text.lower()


def test_streams_are_the_same_text_in_pieces_and_bring_their_sources(assistant: Assistant) -> None:
    engine = AssistantChatEngine(assistant)
    whole = str(engine.chat(QUESTION))
    streamed = AssistantChatEngine(assistant).stream_chat(QUESTION)
    assert "".join(streamed.response_gen) == whole
    assert streamed.source_nodes

    async def run() -> tuple[str, str]:
        response = await AssistantChatEngine(assistant).astream_chat(QUESTION)
        pieces = [piece async for piece in response.async_response_gen()]
        return "".join(pieces), str(await AssistantChatEngine(assistant).achat(QUESTION))

    assert asyncio.run(run()) == (whole, whole)


def test_retriever_and_postprocessor_work_in_an_ordinary_query_engine(home: Path, assistant: Assistant) -> None:
    searcher = Searcher(Home(home))
    engine = RetrieverQueryEngine(
        retriever=PassageRetriever(searcher, k=2),
        node_postprocessors=[EvidencePostprocessor(searcher)],
        response_synthesizer=get_response_synthesizer(llm=StandIn(pattern=PATTERN)),
    )
    response = engine.query(QUESTION)
    assert any("98 people" in node.text for node in response.source_nodes)
    tool = QueryEngineTool.from_defaults(AssistantQueryEngine(assistant), name="archive", description="news")
    assert "98" in str(tool.call(QUESTION))
    searcher.close()
