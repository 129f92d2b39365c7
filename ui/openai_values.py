"""OpenAI's chat completions as values: requests read, answers written.

An answer's message holds its text with [n], then the quotes; the same citations follow as annotations of the kind
`url_citation`, whose offsets count characters of the message. This module does not know HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.article import Article
from index.errors import UsageError
from qa.answer import Answer, Citation
from ui.api_values import MAX_QUESTION_CHARS, MAX_TURNS, PastTurn, Scope
from ui.wording import one_line, printable, say_date, source_of, title_of

MODEL = "dateline"

_SOURCES = "\n\nSources\n"
_NEAREST = "\n\nNearest passages\n"


class ContentPart(BaseModel):
    """One part of a message; only text can be read."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """What the message says; half a pair of surrogates, as cutting off an emoji leaves it, is no character."""
        if isinstance(self.content, str):
            return printable(self.content)
        return printable("\n".join(part.text or "" for part in self.content or () if part.type == "text"))


class StreamOptions(BaseModel):
    """What else a stream should hold."""

    include_usage: bool | None = None


class ChatRequest(Scope):
    """A conversation whose last message is the question. Sampling options and system messages change nothing.

    Where OpenAI allows null for an option, it means the default.
    """

    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None

    def question(self) -> str:
        """The question. Raises UsageError where the last message is none."""
        last = next((m for m in reversed(self.messages) if m.role not in ("system", "developer")), None)
        text = last.text.strip() if last and last.role == "user" else ""
        if not text or len(text) > MAX_QUESTION_CHARS:
            raise UsageError(f"messages: the last must be a user's question of at most {MAX_QUESTION_CHARS} characters")
        return text

    def history(self) -> list[PastTurn]:
        """The exchanges before the question, oldest first; what is too long is cut."""
        turns: list[PastTurn] = []
        for message in self.messages:
            if message.role == "user":
                turns.append(PastTurn(question=message.text.strip()[:MAX_QUESTION_CHARS]))
            elif message.role == "assistant" and turns:
                turns[-1] = PastTurn(question=turns[-1].question, answer=_bare(message.text)[:MAX_QUESTION_CHARS])
        return [turn for turn in turns[:-1] if turn.question][-MAX_TURNS:]


def write_sources(answer: Answer) -> str:
    """What follows the answer's text in a message: the quotes it cites, or the nearest passages."""
    cited = {citation.number for citation in answer.citations}
    quotes = [
        f"[{item.number}] “{one_line(item.quote)}” {_reference(item.article)}"
        for item in answer.evidence
        if item.number in cited
    ]
    near = [f"- {_reference(hit.passage.article)}: “{one_line(hit.passage.text)[:240]}”" for hit in answer.nearest]
    return (_SOURCES + "\n".join(quotes) if quotes else "") + (_NEAREST + "\n".join(near) if near else "")


def _reference(article: Article) -> str:
    address = one_line(article.url)
    return f"{title_of(article)}, {source_of(article)}, {say_date(article.published)}{f' {address}' if address else ''}"


def _bare(message: str) -> str:
    """An earlier answer without the quotes that `write_sources` put after it."""
    for opening in (_SOURCES, _NEAREST):
        message = message.partition(opening)[0]
    return message


def annotations_of(answer: Answer, base_url: str) -> list[dict[str, Any]]:
    """The answer's citations; an article without a web address is pointed to at this server."""
    return [_annotation(citation, answer, base_url) for citation in answer.citations]


def _annotation(citation: Citation, answer: Answer, base_url: str) -> dict[str, Any]:
    item = next(item for item in answer.evidence if item.number == citation.number)
    article = item.article
    web = article.url if article.url.startswith(("http://", "https://")) else ""
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": citation.claim.start,
            "end_index": citation.claim.end,
            "title": title_of(article),
            "url": web or f"{base_url.rstrip('/')}/api/articles/{article.id}",
            "number": citation.number,
            "verdict": citation.verdict.value,
            "quote": item.quote,
            "article_id": article.id,
            "start": item.span.start,
            "end": item.span.end,
            "source": article.source,
            "published": article.published.isoformat() if article.published else None,
        },
    }


def completion(answer: Answer, *, reply_id: str, created: int, base_url: str) -> dict[str, Any]:
    """The answer as one chat completion."""
    message = {
        "role": "assistant",
        "content": printable(answer.text + write_sources(answer)),
        "refusal": None,
        "annotations": annotations_of(answer, base_url),
    }
    return {
        "id": reply_id,
        "object": "chat.completion",
        "created": created,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": usage_of(answer),
        "dateline": _extras(answer),
    }


def chunk(delta: dict[str, Any], *, reply_id: str, created: int, finish: str | None = None) -> dict[str, Any]:
    """A piece of a streamed completion."""
    return {
        "id": reply_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}],
    }


def last_chunks(answer: Answer, *, reply_id: str, created: int, base_url: str, usage: bool) -> Iterator[dict[str, Any]]:
    """What ends a streamed completion: the quotes, the annotations, and the usage if it was asked for."""
    if sources := write_sources(answer):
        yield chunk({"content": printable(sources)}, reply_id=reply_id, created=created)
    delta = {"annotations": annotations_of(answer, base_url)}
    yield {**chunk(delta, reply_id=reply_id, created=created, finish="stop"), "dateline": _extras(answer)}
    if usage:
        yield {**chunk({}, reply_id=reply_id, created=created), "choices": [], "usage": usage_of(answer)}


def usage_of(answer: Answer) -> dict[str, int]:
    """Tokens read and written."""
    read, written = answer.prompt_tokens, answer.answer_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _extras(answer: Answer) -> dict[str, Any]:
    return {
        "standalone_question": answer.query.text,
        "short": answer.short,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
    }


def error_object(message: str, kind: str, code: str | None = None) -> dict[str, Any]:
    """An error as OpenAI tells it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def models_object(created: int) -> dict[str, Any]:
    """The list of models: there is one."""
    return {"object": "list", "data": [model_object(created)]}


def model_object(created: int) -> dict[str, Any]:
    """Dateline as a model."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "dateline"}
