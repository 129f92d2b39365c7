"""The HTTP API over a real server: OpenAI's own client, curl, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen
from served import PATTERN, QUESTION, make_home, serving
from stand_in_model import StandIn

from index.catalogue import Catalogue
from index.errors import CancelledError
from index.home import Home
from ui.answering import BusyError, Queue
from ui.evidence_pack import PackedAnswer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def curl(url: str, body: str | None = None) -> str:
    """What curl prints; where it is not installed, what httpx reads."""
    if program := shutil.which("curl"):
        data = ["-H", "Content-Type: application/json", "-d", body] if body else []
        return subprocess.run([program, "-sSN", url, *data], capture_output=True, text=True, check=True).stdout
    headers = {"Content-Type": "application/json"}
    return httpx.post(url, content=body, headers=headers).text if body else httpx.get(url).text


# OpenAI's client


def test_the_one_model_is_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["dateline"]
    assert client.models.retrieve("dateline").owned_by == "dateline"


def check_annotations(content: str, annotations: list[Any], home: Path) -> None:
    """Every citation points at a claim of the message and at exact words of a stored article."""
    assert annotations
    catalogue = Catalogue(Home(home))
    for annotation in annotations:
        cited = annotation["url_citation"]
        assert content[cited["start_index"] : cited["end_index"]].strip()
        article = catalogue.get_article(cited["article_id"])
        assert article.text[cited["start"] : cited["end"]] == cited["quote"]
        assert f"[{cited['number']}]" in content
        assert cited["url"].endswith(f"/api/articles/{article.id}")
    catalogue.close()


def test_a_completion_holds_answer_quotes_and_annotations(client: openai.OpenAI, home: Path) -> None:
    reply = client.chat.completions.create(model="dateline", messages=[{"role": "user", "content": QUESTION}])
    message = reply.choices[0].message
    assert reply.choices[0].finish_reason == "stop"
    assert message.content is not None
    assert message.content.startswith("98 [")
    assert "Sources\n[" in message.content
    assert "22 November 2021" in message.content
    assert message.annotations is not None
    check_annotations(message.content, [a.model_dump() for a in message.annotations], home)
    assert reply.model_dump()["dateline"]["abstained"] is False


def test_a_stream_is_the_same_message_in_pieces(client: openai.OpenAI, home: Path) -> None:
    asked: list[Any] = [{"role": "user", "content": QUESTION}]
    whole = client.chat.completions.create(model="dateline", messages=asked).choices[0].message.content
    chunks = list(
        client.chat.completions.create(
            model="dateline", messages=asked, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(pieces) == whole
    assert len([piece for piece in pieces if piece]) >= 3
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    annotations = [a for c in chunks if c.choices for a in c.choices[0].delta.model_dump().get("annotations") or []]
    check_annotations("".join(pieces), annotations, home)
    assert chunks[-1].usage is not None


def test_earlier_messages_are_understood_as_the_conversation(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="dateline", messages=[{"role": "user", "content": QUESTION}])
    reply = client.chat.completions.create(
        model="dateline",
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": first.choices[0].message.content},
            {"role": "user", "content": [{"type": "text", "text": "And when did it run aground?"}]},
        ],
    )
    understood = reply.model_dump()["dateline"]["standalone_question"]
    assert "ferry" in understood.lower()


def test_filters_go_beside_openais_fields_and_an_abstention_is_said(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="dateline", messages=[{"role": "user", "content": QUESTION}], extra_body={"before": "2000-01-01"}
    )
    assert reply.model_dump()["dateline"]["abstained"] is True
    assert reply.choices[0].message.content == "The articles do not say."


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError),
        ({"n": 2}, openai.BadRequestError),
        ({"messages": [{"role": "assistant", "content": "Hello"}]}, openai.BadRequestError),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, openai.BadRequestError),
        ({"messages": []}, openai.BadRequestError),
        ({"extra_body": {"after": "yesterday"}}, openai.BadRequestError),
    ],
)
def test_mistakes_come_as_openais_errors(
    client: openai.OpenAI, options: dict[str, Any], error: type[Exception]
) -> None:
    given: dict[str, Any] = {"model": "dateline", "messages": [{"role": "user", "content": QUESTION}], **options}
    with pytest.raises(error) as caught:
        client.chat.completions.create(**given)
    assert isinstance(caught.value, openai.APIStatusError)
    assert caught.value.body is not None


def test_null_is_taken_for_the_default_and_half_an_emoji_for_no_character(client: openai.OpenAI, address: str) -> None:
    asked: list[Any] = [
        {"role": "user", "content": [{"type": "text", "text": QUESTION}, {"type": "text", "text": None}]}
    ]
    options = {"stream_options": {"include_usage": None}}
    reply = client.chat.completions.create(model="dateline", messages=asked, stream=None, n=None, extra_body=options)
    assert (reply.choices[0].message.content or "").startswith("98 [")
    said = json.dumps(f"{QUESTION} \U0001f6a2")[1:-7]  # cut within the pair
    body = f'{{"model": "dateline", "messages": [{{"role": "user", "content": "{said}"}}]}}'
    cut = httpx.post(f"{address}/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
    assert cut.json()["choices"][0]["message"]["content"].startswith("98 [")


# The API of its own, by curl


def test_ask_by_curl_gives_an_answer_of_an_evidence_pack(address: str) -> None:
    body = json.dumps({"question": QUESTION, "as_of": "2021-12-01"})
    answer = PackedAnswer.model_validate_json(curl(f"{address}/api/ask", body))
    assert (answer.short, answer.abstained) == ("98", False)
    assert "98 people on board" in answer.cited[0].quote


def test_a_stream_sends_sources_before_text_before_the_answer(address: str) -> None:
    body = json.dumps({"question": QUESTION, "stream": True})
    said = curl(f"{address}/api/ask", body)
    events = [block.split("\n")[0].removeprefix("event: ") for block in said.strip().split("\n\n")]
    assert events[0] == "sources"
    assert set(events[1:-1]) == {"text"}
    assert events[-1] == "answer"
    last = PackedAnswer.model_validate_json(said.strip().split("data: ")[-1])
    texts = [json.loads(b.split("data: ")[1])["text"] for b in said.split("\n\n") if b.startswith("event: text")]
    assert "".join(texts) == last.text


def test_search_articles_and_status(address: str, home: Path) -> None:
    found = json.loads(curl(f"{address}/api/search?q=ferry+aground&k=1"))
    passage = found["passages"][0]
    assert (passage["rank"], "ferry" in passage["quote"]) == (1, True)
    assert json.loads(curl(f"{address}/api/search?q=ferry&before=2000-01-01"))["passages"] == []
    listed = json.loads(curl(f"{address}/api/articles?limit=1&q=ferry"))
    assert (listed["total"], len(listed["articles"])) == (1, 1)
    stored = json.loads(curl(f"{address}/api/articles/{passage['article']['id']}"))
    assert stored["text"][passage["start"] : passage["end"]] == passage["quote"]
    status = json.loads(curl(f"{address}/api/status"))
    assert (status["origin"]["articles"], status["model_ready"]) == (2, True)
    assert json.loads(curl(f"{address}/api/alive"))["home"] == str(home)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/ask", {"question": " "}, 400),
        ("/api/ask", {"question": "Who?", "colour": "blue"}, 400),
        ("/api/ask", {"question": "Who?", "history": [{"question": "x"}] * 31}, 400),
        ("/api/articles/nosuch", None, 404),
        ("/api/articles?sort=random", None, 400),
        ("/api/search?q=a&k=1000", None, 400),
        ("/api/search?q=a&after=2024-02-01&before=2024-01-01", None, 400),
        ("/v1/models/gpt", None, 404),
        ("/v1/embeddings", {"input": "x"}, 404),
        ("/v1/completions", None, 404),
    ],
)
def test_mistakes_are_told_in_a_line(address: str, path: str, body: dict[str, Any] | None, status: int) -> None:
    reply = httpx.post(address + path, json=body) if body else httpx.get(address + path)
    assert reply.status_code == status
    said = reply.json()
    assert said["error"]["message"] if path.startswith("/v1/") else said["detail"]


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/api/articles"])
def test_a_body_without_end_is_not_held_in_memory(address: str, path: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'{"question": "'
        while sent < 200_000_000:
            sent += 1_000_000
            yield b"x" * 1_000_000

    headers = {"Content-Type": "application/json"}
    try:
        assert httpx.post(address + path, content=endless(), headers=headers, timeout=60).status_code == 413
    except httpx.TransportError:  # refused while it was being sent
        assert sent < 150_000_000


def test_what_is_no_json_is_said_to_be_none(address: str) -> None:
    reply = httpx.post(f"{address}/api/ask", content=b"{oops", headers={"Content-Type": "application/json"})
    assert (reply.status_code, "not valid JSON" in reply.json()["detail"]) == (400, True)


def test_the_description_is_complete_and_its_page_loads_nothing(address: str) -> None:
    schema = httpx.get(f"{address}/openapi.json").json()
    wanted = {"/api/ask", "/api/search", "/api/articles", "/api/articles/{article_id}", "/api/status"}
    assert wanted | {"/v1/models", "/v1/chat/completions"} <= set(schema["paths"])
    page = httpx.get(f"{address}/docs")
    assert page.status_code == 200
    assert all(path in page.text for path in wanted)
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert httpx.get(address).headers["content-type"].startswith("text/html")


# Many callers


class Slow(StandIn):
    """Writes nothing until it is told to stop."""

    begun: Any = None

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        def generate() -> CompletionResponseGen:
            self.begun.set()
            while True:
                time.sleep(0.02)
                yield CompletionResponse(text="", delta="")

        return generate()


@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_stops_the_model(home: Path, stream: bool) -> None:
    begun = threading.Event()

    async def hang_up(address: str) -> None:
        async with httpx.AsyncClient(timeout=None) as client:  # noqa: S113 the one who hangs up waits no longer
            asking = asyncio.create_task(
                client.post(f"{address}/api/ask", json={"question": QUESTION, "stream": stream})
            )
            assert await asyncio.to_thread(begun.wait, 120)
            asking.cancel()
            await asyncio.wait([asking])

    with serving(home, Slow(pattern=PATTERN, begun=begun)) as address:
        for _ in range(2):  # the second is only begun once the first has let go of the model
            begun.clear()
            asyncio.run(hang_up(address))


def test_the_queue_is_bounded() -> None:
    async def check() -> None:
        queue = Queue(2)
        go = threading.Event()

        def ask(cancel: threading.Event) -> Iterator[Any]:
            while not go.wait(0.01):
                if cancel.is_set():
                    raise CancelledError("stopped")
            yield from ()

        async def run() -> list[Any]:
            return [event async for event in queue.events(ask)]

        first, second = asyncio.create_task(run()), asyncio.create_task(run())
        await asyncio.sleep(0.05)
        with pytest.raises(BusyError, match="try again"):
            await run()
        second.cancel()
        await asyncio.sleep(0.05)
        third = asyncio.create_task(run())
        await asyncio.sleep(0.05)
        go.set()
        assert await first == await third == []

    asyncio.run(check())
