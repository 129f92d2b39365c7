"""`/v1/chat/completions` and `/v1/models`, so that programs made for OpenAI's API can ask Dateline.

This module knows HTTP; what the values look like is in `ui/openai_values.py`.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

from index.errors import DatelineError
from qa.answer import Delta, Done, Event, Waiting
from ui.answering import Queue, begin, finish
from ui.api import STREAMED, retry_after, status_of
from ui.api_values import MAX_BODY_BYTES, to_turns
from ui.openai_values import (
    MODEL,
    ChatRequest,
    chunk,
    completion,
    error_object,
    last_chunks,
    model_object,
    models_object,
)
from ui.wording import printable

if TYPE_CHECKING:
    from qa.assistant import Assistant


def add_openai_api(app: FastAPI, assistant: Assistant, queue: Queue) -> None:
    """Add the routes to `app`."""
    app.include_router(_routes(assistant, queue))


def _routes(assistant: Assistant, queue: Queue) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["OpenAI"], max_body_size=MAX_BODY_BYTES)
    started = int(time.time())

    @routes.get("/models", summary="The one model there is")
    def models() -> dict[str, Any]:
        return models_object(started)

    @routes.get("/models/{model}", summary="The same")
    def model(model: str) -> Any:
        return model_object(started) if model == MODEL else _no_such_model(model)

    @routes.post(
        "/chat/completions",
        summary="Answer the last message of a conversation, as OpenAI's clients expect",
        responses={200: STREAMED},
    )
    async def chat_completions(asked: ChatRequest, request: Request) -> Any:
        """The message holds the answer with [n] and the quotes; `annotations` hold the citations. `after`, `before`,
        `sources`, `tags`, `articles` and `as_of` may be given beside OpenAI's own fields."""
        if asked.model != MODEL:
            return _no_such_model(asked.model)
        if asked.n not in (None, 1):
            return JSONResponse(error_object("n: only one answer can be given", "invalid_request_error"), 400)
        try:
            return await _answer(assistant, queue, asked, request)
        except DatelineError as error:
            kind = "invalid_request_error" if status_of(error) == 400 else "server_error"
            return JSONResponse(error_object(str(error), kind), status_of(error), headers=retry_after(error))

    @routes.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def no_such_route(rest: str, request: Request) -> JSONResponse:
        """Clients look for OpenAI's error where they ask for what is not here, such as embeddings."""
        said = f"no {request.method} /v1/{rest[:100]} here: there are GET /v1/models and POST /v1/chat/completions"
        return JSONResponse(error_object(said, "invalid_request_error", "unknown_url"), 404)

    return routes


async def _answer(assistant: Assistant, queue: Queue, asked: ChatRequest, request: Request) -> Any:
    question, past = asked.question(), asked.history()
    filters = asked.to_filters()
    events = queue.events(
        lambda cancel: assistant.stream(
            question,
            history=to_turns(past, assistant.understand),
            filters=filters,
            as_of=asked.as_of,
            cancel=cancel,
        )
    )
    named: dict[str, Any] = {"reply_id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
    base_url = str(request.base_url)
    if asked.stream:
        usage = asked.stream_options is not None and asked.stream_options.include_usage is True
        lines = _as_sse(await begin(events), named, base_url, usage=usage)
        return StreamingResponse(lines, media_type="text/event-stream")
    *_, done = await finish(events, request)
    assert isinstance(done, Done)  # noqa: S101 the last event by contract
    return completion(done.answer, base_url=base_url, **named)


async def _as_sse(
    events: AsyncIterator[Event], named: dict[str, Any], base_url: str, *, usage: bool
) -> AsyncIterator[str]:
    yield _line(chunk({"role": "assistant", "content": ""}, **named))
    try:
        async for event in events:
            if isinstance(event, Delta):
                yield _line(chunk({"content": printable(event.text)}, **named))
            elif isinstance(event, Waiting):
                yield f": {event.place} in line\n\n"  # a comment: clients pass over it
            elif isinstance(event, Done):
                for last in last_chunks(event.answer, base_url=base_url, usage=usage, **named):
                    yield _line(last)
        yield "data: [DONE]\n\n"
    except DatelineError as error:
        yield _line(error_object(str(error), "server_error"))


def _line(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _no_such_model(model: str) -> JSONResponse:
    said = f"there is no model {model[:100]!r} here: ask for {MODEL!r}"
    return JSONResponse(error_object(said, "invalid_request_error", "model_not_found"), 404)
