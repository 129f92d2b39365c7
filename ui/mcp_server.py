"""Dateline's tools for programs that speak the Model Context Protocol, over standard input and output.

Every tool only reads. This module knows the protocol's SDK; how anything is found or answered is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from index.article import Article
from index.errors import DatelineError
from index.query import Filters, Query
from qa.answer import Answer
from ui.answer_json import article_object, timeline_object
from ui.api_values import MAX_QUESTION_CHARS, MAX_TURNS, FoundPassages, PastTurn, found_passages, to_turns
from ui.evidence_pack import PackedAnswer
from ui.filters import read_day, read_filters
from ui.packing import pack_answer
from ui.settings import read_version

if TYPE_CHECKING:
    from qa.assistant import Assistant

_INSTRUCTIONS = (
    "Dateline answers from a local archive of news articles. Every statement of an answer carries a quote that stands, "
    "character for character, in an article; where the articles do not answer, `abstained` is true. Quote and cite "
    "what you use: title, source, date."
)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_MAX_READ_CHARS = 50_000

T = TypeVar("T")

Words = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S")]
Day = Annotated[str | None, Field(description="a day, as 2024-08-23")]
Sources = Annotated[tuple[str, ...], Field(max_length=100, description="only these sources, by name; empty for all")]


Ask = Callable[[str, Sequence[PastTurn], Filters, date | None], Answer]
"""Question, earlier turns, filters, as-of day -> the checked answer."""


def make_mcp_server(assistant: Assistant, ask: Ask | None = None) -> MCPServer[Any]:
    """The tools ask, search, read_article and timeline over `assistant`; `ask` answers in its place."""
    server: MCPServer[Any] = MCPServer(
        "dateline", instructions=_INSTRUCTIONS, version=read_version(), log_level="ERROR"
    )
    _add_asking(server, assistant, ask or _by(assistant))
    _add_reading(server, assistant)
    return server


def _by(assistant: Assistant) -> Ask:
    return lambda question, history, filters, as_of: assistant.ask(
        question, history=to_turns(history, assistant.understand), filters=filters, as_of=as_of
    )


def _add_asking(server: MCPServer[Any], assistant: Assistant, answer: Ask) -> None:
    @server.tool(annotations=_READS)
    def ask(
        question: Words,
        history: Annotated[
            tuple[PastTurn, ...], Field(max_length=MAX_TURNS, description="earlier turns, oldest first")
        ] = (),
        after: Day = None,
        before: Day = None,
        sources: Sources = (),
        as_of: Day = None,
    ) -> PackedAnswer:
        """Answer a question from the articles: a short text with [n], and the exact quotes it rests on."""

        def run() -> PackedAnswer:
            filters, day = _scope(after, before, sources, as_of)
            return pack_answer(answer(question, history, filters, day))

        return _told(run)

    @server.tool(annotations=_READS)
    def timeline(
        topic: Words,
        after: Day = None,
        before: Day = None,
        sources: Sources = (),
        as_of: Day = None,
    ) -> dict[str, Any]:
        """What happened with something, oldest first: dated sentences of articles, each with its sources."""

        def run() -> dict[str, Any]:
            filters, day = _scope(after, before, sources, as_of)
            return timeline_object(assistant.timeline(" ".join(topic.split()), filters=filters, as_of=day))

        return _told(run)


def _add_reading(server: MCPServer[Any], assistant: Assistant) -> None:
    @server.tool(annotations=_READS)
    def search(
        query: Words,
        k: Annotated[int, Field(ge=1, le=50)] = 10,
        after: Day = None,
        before: Day = None,
        sources: Sources = (),
        as_of: Day = None,
    ) -> FoundPassages:
        """The passages that best match some words, best first."""

        def run() -> FoundPassages:
            filters, day = _scope(after, before, sources, as_of)
            return found_passages(query, assistant.search(Query(query, day, filters), k=k))

        return _told(run)

    @server.tool(annotations=_READS)
    def read_article(
        article_id: Annotated[str, Field(min_length=4, max_length=64, description="an id from a quote or passage")],
        start: Annotated[int, Field(ge=0, description="first character wanted")] = 0,
    ) -> dict[str, Any]:
        """A stored article with its metadata; a long one comes in parts, `next_start` says where the next begins."""
        article: Article = _told(lambda: assistant.catalogue.get_article(article_id))
        value = article_object(article, assistant.catalogue.places(article.id))
        end = start + _MAX_READ_CHARS
        more = end if end < len(article.text) else None
        return {**value, "text": article.text[start:end], "start": start, "next_start": more}


def _scope(after: str | None, before: str | None, sources: Sequence[str], as_of: str | None) -> tuple[Filters, date]:
    return read_filters(after, before, sources), read_day(as_of, "as_of") or date.today()


def _told(work: Callable[[], T]) -> T:
    """What `work` returns; Dateline's errors as the protocol tells them."""
    try:
        return work()
    except DatelineError as error:
        raise ToolError(str(error)) from error
