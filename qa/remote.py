"""A language model behind an OpenAI-compatible server (vLLM, llama.cpp, Ollama, `transformers serve`).

A `CustomLLM` over httpx: llama-index's own `OpenAILike` would bring OpenAI's client and tiktoken, which fetches its
tables from the network, for one route. Log-probabilities are asked for, so that confidence rests on the same signals
as with the local model; a server that does not tell them, or refuses the option, is asked without. This module does
not know what it asks or what becomes of the words.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback

from index.errors import ModelError
from index.remote import RemoteName

_CONNECT_S, _READ_S = 5.0, 300.0


@dataclass(frozen=True, slots=True)
class RemoteGeneration:
    """What the server told; `token_logprobs` is empty where it does not tell."""

    text: str
    token_logprobs: tuple[float, ...]
    prompt_tokens: int


class RemoteModel(CustomLLM):
    """A chat model asked over HTTP, greedily. Takes `max_tokens` and `stop` as `LocalModel` does."""

    model_name: str
    url: str
    _client: Any = PrivateAttr()
    _tells_logprobs: bool = PrivateAttr(default=True)

    def __init__(self, name: RemoteName, *, key: str = "") -> None:
        """`key` goes with every request as a bearer token; nothing is sent yet."""
        super().__init__(model_name=name.model, url=name.url)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # trust_env off: a proxy named in the environment must not see questions meant for this machine.
        self._client = httpx.Client(
            headers=headers, timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S), trust_env=not name.stays_here
        )

    @classmethod
    def class_name(cls) -> str:
        """llama-index's name for this class."""
        return "dateline_remote_model"

    @property
    def metadata(self) -> LLMMetadata:
        """What llama-index asks of a model."""
        return LLMMetadata(is_chat_model=True, model_name=self.model_name)

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The model's next message."""
        *_, last = self._responses(messages, **kwargs)
        return last

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The model's next message as it grows; closing it hangs up, which stops the server."""
        return self._responses(messages, **kwargs)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The answer to `prompt` as a user's message."""
        *_, last = self._responses([ChatMessage(role=MessageRole.USER, content=prompt)], **kwargs)
        return CompletionResponse(text=last.message.content or "", raw=last.raw)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """`complete` as it grows."""
        for response in self._responses([ChatMessage(role=MessageRole.USER, content=prompt)], **kwargs):
            yield CompletionResponse(text=response.message.content or "", delta=response.delta, raw=response.raw)

    def _responses(
        self, messages: Sequence[ChatMessage], *, max_tokens: int = 256, stop: Sequence[str] = (), **_: Any
    ) -> Generator[ChatResponse, None, None]:
        body: dict[str, Any] = {
            "model": self.model_name,
            "messages": [{"role": m.role.value, "content": m.content or ""} for m in messages],
            "stream": True,
            "temperature": 0,
            "max_tokens": max_tokens,
        }
        if stop:
            body["stop"] = list(stop)
        text, logprobs, read = "", [], 0
        for value in self._chunks(body):
            choice: dict[str, Any] = next(iter(value.get("choices") or ()), {})
            delta = (choice.get("delta") or {}).get("content") or ""
            logprobs += [float(t["logprob"]) for t in (choice.get("logprobs") or {}).get("content") or ()]
            read = (value.get("usage") or {}).get("prompt_tokens") or read
            text += delta
            message = ChatMessage(role=MessageRole.ASSISTANT, content=_cut(text, stop))
            yield ChatResponse(message=message, delta=delta, raw=RemoteGeneration(text, tuple(logprobs), read))

    def _chunks(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The chunks of one streamed completion, asked for once more without log-probabilities if those are refused."""
        if self._tells_logprobs:
            try:
                yield from self._post({**body, "logprobs": True})
                return
            except _OptionRefusedError:
                self._tells_logprobs = False
        yield from self._post(body)

    def _post(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            with self._client.stream("POST", f"{self.url}/chat/completions", json=body) as reply:
                if reply.status_code in (400, 422) and "logprobs" in body:
                    raise _OptionRefusedError
                if reply.status_code != 200:
                    said = reply.read().decode("utf-8", "replace")[:300]
                    raise ModelError(f"{self.url} answered {reply.status_code} ({said}): check --llm and the server")
                for line in reply.iter_lines():
                    data = line.removeprefix("data:").strip()
                    if line.startswith("data:") and data != "[DONE]":
                        yield _checked(json.loads(data), self.url)
        except (httpx.HTTPError, ValueError) as error:
            raise ModelError(f"{self.url} cannot be asked ({error}): start the server, or check --llm") from error


class _OptionRefusedError(Exception):
    """The server does not take `logprobs`."""


def _checked(value: Any, url: str) -> dict[str, Any]:
    if not isinstance(value, dict) or "error" in value:
        raise ModelError(f"{url} failed while it wrote ({str(value)[:300]}): see the server's log")
    return value


def _cut(text: str, stop: Sequence[str]) -> str:
    """`text` up to the first of `stop`, for servers that do not stop there."""
    for mark in stop:
        text = text.partition(mark)[0]
    return text
