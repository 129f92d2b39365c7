"""The HTTP API beside the page: `/api/ask`, `/api/search`, `/api/articles`, `/api/status`.

This module knows HTTP and the assistant; who may call, and the page, are not its business.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse

from index.errors import CancelledError, DatelineError, IndexBusyError, ModelError, UsageError
from index.listing import SORTS, list_articles
from index.query import Query as SearchQuery
from qa.answer import Delta, Done, Event, Found, Waiting
from ui.answering import BusyError, Queue, begin, finish
from ui.api_values import (
    MAX_BODY_BYTES,
    MAX_RESULTS,
    ArticleEntry,
    ArticleList,
    AskRequest,
    FoundPassages,
    InLine,
    Life,
    MoreText,
    Problem,
    SearchRequest,
    ServiceStatus,
    StoredArticle,
    found_passages,
    to_turns,
)
from ui.api_writing import routes_to_write
from ui.evidence_pack import ArticleReference, PackedAnswer
from ui.intake import Intake
from ui.packing import origin_of, pack_answer, pack_quote
from ui.wording import one_line

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from ui.settings import Settings

_STATUSES: dict[type[DatelineError], int] = {
    UsageError: 400,
    BusyError: 503,
    IndexBusyError: 503,
    ModelError: 503,
    CancelledError: 499,
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request cannot mean anything."},
    503: {"model": Problem, "description": "Too many questions wait, or the model cannot be used."},
}

_EVENT = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
STREAMED: dict[str, Any] = {"content": {"text/event-stream": {"schema": _EVENT}}}
"""What an answer may be beside JSON."""


def add_api(app: FastAPI, assistant: Assistant, settings: Settings, queue: Queue) -> None:
    """Add the routes of the API to `app`, and how errors are told."""
    app.include_router(_routes_to_ask(assistant, queue))
    app.include_router(_routes_to_read(assistant, settings))
    intake = Intake(assistant.catalogue.home, assistant.catalogue, embedder=lambda: assistant.embedder)
    app.include_router(routes_to_write(assistant.catalogue, intake))

    @app.exception_handler(DatelineError)
    async def tell(_: Request, error: DatelineError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_of(error), headers=retry_after(error))

    @app.exception_handler(RequestValidationError)
    async def tell_mistake(request: Request, error: RequestValidationError) -> JSONResponse:
        said = say_mistake(error)
        if request.url.path.startswith("/v1/"):
            from ui.openai_values import error_object

            return JSONResponse(error_object(said, "invalid_request_error"), 400)
        return JSONResponse({"detail": said}, 400)


def status_of(error: DatelineError) -> int:
    """The HTTP status that tells of `error`."""
    return next((code for kind, code in _STATUSES.items() if isinstance(error, kind)), 500)


def retry_after(error: DatelineError) -> dict[str, str]:
    """When to ask again, where that helps."""
    return {"Retry-After": "5"} if isinstance(error, BusyError | IndexBusyError) else {}


def say_mistake(error: RequestValidationError) -> str:
    """What is wrong with a request, in a line."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return one_line(f"the body is not valid JSON: {first['ctx']['error']} at character {first['loc'][-1]}")
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return one_line(f"{where}: {first['msg']}" if where else str(first["msg"]))


def _routes_to_ask(assistant: Assistant, queue: Queue) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["questions"], responses=_PROBLEMS, max_body_size=MAX_BODY_BYTES)

    @routes.post(
        "/ask",
        response_model=PackedAnswer,
        summary="Answer a question, every sentence cited",
        responses={200: STREAMED},
    )
    async def ask(asked: AskRequest, request: Request) -> Any:
        """With `stream` server-sent events come instead: `sources` (what will be read), `waiting` (how many come
        first, where the model is busy), `text` (more of the checked answer), `answer` (the whole of it) or `error`."""
        events = queue.events(
            lambda cancel: assistant.stream(
                asked.question,
                history=to_turns(asked.history, assistant.understand),
                filters=asked.to_filters(),
                as_of=asked.as_of,
                cancel=cancel,
            )
        )
        if asked.stream:
            return StreamingResponse(_as_sse(await begin(events)), media_type="text/event-stream")
        *_, done = await finish(events, request)
        assert isinstance(done, Done)  # noqa: S101 the last event by contract
        return pack_answer(done.answer)

    @routes.get("/search", response_model=FoundPassages, summary="The best passages for a query; no model is used")
    def search(asked: Annotated[SearchRequest, Query()]) -> FoundPassages:
        query = SearchQuery(asked.q, asked.as_of or date.today(), asked.to_filters())
        return found_passages(asked.q, assistant.search(query, k=asked.k))

    return routes


def _routes_to_read(assistant: Assistant, settings: Settings) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["articles"], responses={400: _PROBLEMS[400]})

    @routes.get("/articles", response_model=ArticleList, summary="The stored articles")
    def articles(
        q: Annotated[str, Query(max_length=300, description="words of title, source, tag or path")] = "",
        sort: Annotated[str, Query(pattern=f"^({'|'.join(SORTS)})$")] = "newest",
        limit: Annotated[int, Query(ge=1, le=MAX_RESULTS)] = 50,
        offset: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
    ) -> ArticleList:
        listed, total = list_articles(assistant.catalogue, search=q, sort=sort, limit=limit, offset=offset)
        entries = [
            ArticleEntry(id=a.id, title=a.title, source=a.source, published=a.published, places=a.places)
            for a in listed
        ]
        return ArticleList(total=total, articles=entries)

    @routes.get(
        "/articles/{article_id}",
        response_model=StoredArticle,
        summary="One article, whole",
        responses={404: {"model": Problem, "description": "No such article."}},
    )
    def article(article_id: str) -> Any:
        try:
            found = assistant.catalogue.get_article(article_id)
        except UsageError as error:
            return JSONResponse({"detail": str(error)}, 404)
        places = [place.path for place in assistant.catalogue.places(found.id)]
        reference = ArticleReference.of(found).model_dump()
        return StoredArticle(**reference, tags=list(found.tags), places=places, text=found.text)

    @routes.get(
        "/alive", response_model=Life, summary="Which index this process serves; nothing is counted", tags=["status"]
    )
    def alive() -> Life:
        return Life(home=str(assistant.catalogue.home.folder), pid=os.getpid())

    @routes.get("/status", response_model=ServiceStatus, summary="Model, index, health", tags=["status"])
    def status() -> ServiceStatus:
        counted = assistant.catalogue.status()
        return ServiceStatus(
            origin=origin_of(assistant.catalogue, settings.reader),
            model_ready=assistant.model_ready(),
            model_error=assistant.model_error,
            **{name: getattr(counted, name) for name in ("passages", "vectors", "first", "last", "sources")},
        )

    return routes


async def _as_sse(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    """The events of an answer as server-sent events; an error is the last of them."""
    try:
        async for event in events:
            if isinstance(event, Found):
                packed = [pack_quote(e.article, e.span, e.number, e.score) for e in event.evidence]
                body = ",".join(quote.model_dump_json() for quote in packed)
                yield f"event: sources\ndata: [{body}]\n\n"
            elif isinstance(event, Waiting):
                yield f"event: waiting\ndata: {InLine(place=event.place).model_dump_json()}\n\n"
            elif isinstance(event, Delta):
                yield f"event: text\ndata: {MoreText(text=event.text).model_dump_json()}\n\n"
            else:
                yield f"event: answer\ndata: {pack_answer(event.answer).model_dump_json()}\n\n"
    except DatelineError as error:
        yield f"event: error\ndata: {Problem(detail=str(error)).model_dump_json()}\n\n"
