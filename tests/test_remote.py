"""A model behind an OpenAI-compatible server: the same checks whatever it writes, and what goes wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from served import PATTERN, QUESTION, make_home
from stand_in_model import StandIn

from index.errors import ModelError, UsageError
from index.remote import RemoteName, parse_remote
from qa.assistant import Assistant
from qa.composition import NOT_FOUND
from qa.remote import RemoteModel
from ui.doctor import check_model
from ui.finding import State
from ui.server import open_port
from ui.settings import Settings


@contextmanager
def model_server(
    reply: str | None = None, *, logprobs: bool = True, fault: str = ""
) -> Iterator[tuple[str, list[Any]]]:
    """A server that writes as `StandIn` does, or always `reply`; its address and the requests it got."""
    app, got = FastAPI(), []

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": "small"}]}

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body = await request.json()
        got.append((body, request.headers.get("authorization")))
        if fault == "500" or (not logprobs and "logprobs" in body):
            return JSONResponse({"error": {"message": "no such option"}}, 400 if not fault else 500)
        prompt = "\n".join(m["content"] for m in body["messages"])
        text = reply if reply is not None else StandIn(pattern=PATTERN).complete(prompt).text

        def lines() -> Iterator[str]:
            for word in text.split(" "):
                piece = {"delta": {"content": f"{word} "}, "logprobs": {"content": [{"token": word, "logprob": -0.01}]}}
                yield f"data: {json.dumps({'choices': [piece]})}\n\n"
            yield {"cut": "data: {\n\n", "late": 'data: {"error": {"message": "out of memory"}}\n\n'}.get(fault, "")
            yield "data: [DONE]\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    listener = open_port("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", got
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("served"))


def test_the_name_is_read_and_other_forms_are_refused() -> None:
    assert parse_remote("openai:http://127.0.0.1:8000/v1#a/b") == RemoteName("http://127.0.0.1:8000/v1", "a/b")
    for wrong in ("openai:", "http://127.0.0.1/v1#m", "openai:http://127.0.0.1/v1", "openai:file:///x#m"):
        with pytest.raises(UsageError, match="openai:http"):
            parse_remote(wrong)
    assert parse_remote("openai:http://localhost:1/v1#m").stays_here
    assert not parse_remote("openai:https://models.example/v1#m").stays_here


@pytest.mark.parametrize("logprobs", [True, False])
def test_an_answer_is_cited_and_checked_as_with_any_model(home: Path, logprobs: bool) -> None:
    with model_server(logprobs=logprobs) as (url, got):
        llm = RemoteModel(RemoteName(url, "small"), key="secret")
        with Assistant.open(home, llm=llm) as assistant:
            answer = assistant.ask(QUESTION)
            reading = llm.chat([])
    assert (answer.short, answer.abstained) == ("98", False)
    assert "98 people on board" in answer.evidence[answer.citations[0].number - 1].quote
    assert bool(reading.raw.token_logprobs)
    asked = [body for body, _ in got]
    assert asked[0]["max_tokens"] == 48
    assert asked[0]["temperature"] == 0
    assert {key for _, key in got} == {"Bearer secret"}
    # Refused once, the option is not tried again.
    assert ["logprobs" in body for body in asked] == ([True, True] if logprobs else [True, False, False])


def test_what_it_invents_is_not_shown_and_its_refusal_is_an_abstention(home: Path) -> None:
    for reply in ("Ninety-nine, said Igor Nobodyev", "unknown"):
        with model_server(reply) as (url, _), Assistant.open(home, llm=RemoteModel(RemoteName(url, "m"))) as assistant:
            answer = assistant.ask(QUESTION, as_of=date(2021, 12, 1))
        assert (answer.abstained, answer.text) == (True, NOT_FOUND)
        assert answer.nearest


@pytest.mark.parametrize("fault", ["500", "cut", "late"])
def test_what_goes_wrong_is_an_error_with_its_place(home: Path, fault: str) -> None:
    with model_server("98", fault=fault) as (url, _), pytest.raises(ModelError, match=url):
        RemoteModel(RemoteName(url, "small")).complete("Hello")


def test_a_server_that_is_gone_is_told_and_examined(tmp_path: Path) -> None:
    with model_server() as (url, _):
        assert check_model(Settings(home=tmp_path, llm=f"openai:{url}#small")).state is State.OK
        assert check_model(Settings(home=tmp_path, llm=f"openai:{url}#large")).state is State.WARNING
    with pytest.raises(ModelError, match="start the server"):
        RemoteModel(RemoteName(url, "small")).complete("Hello")
    assert check_model(Settings(home=tmp_path, llm=f"openai:{url}#small")).state is State.FAULT
    assert check_model(Settings(home=tmp_path, llm="gpt")).state is State.FAULT
