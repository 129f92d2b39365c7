"""The local transformer as a llama-index `CustomLLM`: chat, completion, streaming and scores, always greedy.

Prompts are made by the tokenizer's own chat template. What stands in messages is untrusted: control tokens
written there ("<|im_start|>") are read as the plain characters they are. Instructions and examples that are the
same for every question belong in the messages before the last, which are read once and kept.

torch and transformers are imported when a model is loaded, not with this module. It does not know articles.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

from index.computing import compute
from index.errors import ModelError

if TYPE_CHECKING:
    from qa.decoding import Decoder, Token

log = logging.getLogger(__name__)

Prompt = str | Sequence[ChatMessage]
"""A text is one user's message."""

_RAW = "{{ messages[0]['content'] }}"

_KEPT_TOKENS = 1_500
"""Of prompts already read, 57 kB each for the 1.5B: the last few questions."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What the model wrote: `token_logprobs` (natural) go with `tokens`, whose text may end after `text` does.

    `ended` says that the model or a stop text ended it, not `max_tokens`.
    """

    text: str
    token_logprobs: tuple[float, ...]
    prompt_tokens: int
    tokens: tuple[int, ...]
    ended: bool


class LocalModel(CustomLLM):
    """A chat model in a folder of safetensors.

    `chat`, `complete` and their streams take `max_tokens`, `stop` (texts that end the answer and are cut off),
    `not_first` (texts with whose first tokens the answer must not begin) and `cancel` (a `threading.Event`; once set,
    the work stops within a token and CancelledError is raised). Closing a stream stops the work too. A prompt that
    leaves no room for `max_tokens` raises ModelError.
    """

    model_name: str
    context_window: int
    max_tokens: int
    _tokenizer: Any = PrivateAttr()
    _decoder: Any = PrivateAttr()
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        max_tokens: int = 256,
        context_window: int = 4096,
        device: str = "auto",
        threads: int = 0,
        dtype: str = "auto",
    ) -> None:
        """Load the model; `device` is "auto", "cuda", "mps" or "cpu", `threads` 0 torch's choice.

        torch chooses the physical cores. `dtype` "auto" is 8 bits where the weights are rounded so and the CPU
        multiplies them exactly; else half precision on a GPU and on a CPU that multiplies bfloat16 in hardware, else
        "float32"; that or "bfloat16" may be given.

        Raises:
            ModelError: the folder holds no chat model that transformers can load.
        """
        _read_ahead(folder)
        from qa.decoding import Decoder
        from qa.loading import load_model, read_stop_ids

        model, tokenizer = compute(partial(load_model, folder, device, threads, dtype))
        longest = getattr(model.config, "max_position_embeddings", context_window)
        super().__init__(
            model_name=name or folder.name, context_window=min(context_window, longest), max_tokens=max_tokens
        )
        self._tokenizer = tokenizer
        self._decoder: Decoder = Decoder(model, read_stop_ids(model, tokenizer), kept_tokens=_KEPT_TOKENS)

    @classmethod
    def class_name(cls) -> str:
        """llama-index's name for this class."""
        return "dateline_local_model"

    @property
    def metadata(self) -> LLMMetadata:
        """What llama-index asks of a model."""
        return LLMMetadata(
            context_window=self.context_window,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=self.model_name,
        )

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The model's next message."""
        return _chat_response(self._run(self._pieces(messages), **kwargs))

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The model's next message as it grows."""
        return _chat_responses(self._start(self._pieces(messages), **kwargs))

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The answer to `prompt` as a user's message, or with `formatted` its plain continuation."""
        generation = self._run(self._pieces(prompt, formatted=formatted), **kwargs)
        return CompletionResponse(text=generation.text, raw=generation)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """`complete` as it grows."""
        return _completion_responses(self._start(self._pieces(prompt, formatted=formatted), **kwargs))

    def generate_with_scores(
        self, prompt: Prompt, *, max_tokens: int, stop: Sequence[str] = (), cancel: threading.Event | None = None
    ) -> Generation:
        """The answer to `prompt` with the log-probability of each token."""
        return self._run(self._pieces(prompt), max_tokens=max_tokens, stop=stop, cancel=cancel)

    def score_continuations(
        self, prompt: Prompt, continuations: Sequence[str], *, cancel: threading.Event | None = None
    ) -> list[list[float]]:
        """The log-probability of each token of each text as the beginning of the answer to `prompt`.

        The prompt is read once, or not at all if it has just been read; the texts are read in batches.

        Raises:
            ModelError: the prompt with the longest text is too long.
        """
        pieces = self._pieces(prompt)
        encoded = [self._encode(text) for text in continuations]
        self._check_room(pieces, max(map(len, encoded), default=0))
        decoder: Decoder = self._decoder
        return decoder.score(pieces, encoded, cancel)

    def _run(self, pieces: list[list[int]], **options: Any) -> Generation:
        *_, whole = self._start(pieces, **options)
        return whole

    def _start(
        self,
        pieces: list[list[int]],
        *,
        max_tokens: int | None = None,
        stop: Sequence[str] = (),
        not_first: Sequence[str] = (),
        cancel: threading.Event | None = None,
        **ignored: Any,
    ) -> Iterator[Generation]:
        """Check the lengths at once, so that the error does not wait for the first step of the stream."""
        if ignored:
            log.debug("generation options without meaning here: %s", ", ".join(ignored))
        most = self.max_tokens if max_tokens is None else max_tokens
        self._check_room(pieces, most)
        banned = [token for text in not_first for token in self._encode(text)[:1]]
        tokens = self._decoder.write(pieces, max_tokens=most, not_first=banned, cancel=cancel)
        return self._write(pieces, most, [stop] if isinstance(stop, str) else list(stop), tokens)

    def _write(
        self, pieces: list[list[int]], max_tokens: int, stop: Sequence[str], tokens: Generator[Token, None, None]
    ) -> Iterator[Generation]:
        """The generation so far, each time that its text has grown, and at the end the whole."""
        written: list[Token] = []
        shown = text = ""
        with closing(tokens):
            for token in tokens:
                written.append(token)
                text = self._tokenizer.decode([t.id for t in written], skip_special_tokens=True)
                end = min((at for at in (text.find(s) for s in stop) if at >= 0), default=-1)
                if end >= 0:
                    yield _generation(text[:end], pieces, written, ended=True)
                    return
                certain = text[: len(text) - _uncertain(text, stop)]
                if len(certain) > len(shown):
                    shown = certain
                    yield _generation(shown, pieces, written, ended=False)
        yield _generation(text, pieces, written, ended=len(written) < max_tokens)

    def _check_room(self, pieces: list[list[int]], max_tokens: int) -> None:
        prompt = sum(map(len, pieces))
        if prompt + max_tokens > self.context_window:
            raise ModelError(
                f"the prompt is {prompt} tokens long and {max_tokens} are asked for, but {self.model_name} is set up "
                f"for {self.context_window} in all: give it less evidence or a shorter question"
            )

    def _pieces(self, prompt: Prompt, *, formatted: bool = False) -> list[list[int]]:
        """The prompt's token ids in two pieces: all before the last message, and the rest."""
        if formatted:
            return [self._encode(str(prompt))]
        messages = [ChatMessage(role=MessageRole.USER, content=prompt)] if isinstance(prompt, str) else prompt
        chat = [{"role": m.role.value, "content": m.content or ""} for m in messages]
        whole = self._render(chat, add_generation_prompt=True)
        fixed = self._render(chat[:-1], add_generation_prompt=False) if len(chat) > 1 else []
        return [fixed, whole[len(fixed) :]] if fixed and whole[: len(fixed)] == fixed else [whole]

    def _encode(self, text: str) -> list[int]:
        """Token ids of plain text: no control token, no beginning or end."""
        return self._render([{"role": "user", "content": text}], chat_template=_RAW) if text else []

    def _render(self, chat: list[dict[str, str]], **options: Any) -> list[int]:
        """Token ids of the template's text, in which only the template itself can write control tokens."""
        with self._lock:  # the tokenizer cannot be shared by threads
            encoded = self._tokenizer.apply_chat_template(chat, sanitize_control_tokens=True, **options)
        ids: list[int] = encoded["input_ids"]
        return ids


def _read_ahead(folder: Path) -> None:
    """Have the system read the weights from disk while Python imports what multiplies them."""
    if hasattr(os, "posix_fadvise"):
        for path in folder.glob("*.safetensors"):
            with suppress(OSError), path.open("rb") as file:  # loading it will say what is wrong
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)


def _uncertain(text: str, stop: Sequence[str]) -> int:
    """How many last characters may still change: half a character, or the beginning of a stop text."""
    if text.endswith("\ufffd"):
        return len(text) - len(text.rstrip("\ufffd"))
    return max((n for s in stop for n in range(1, len(s)) if text.endswith(s[:n])), default=0)


def _generation(text: str, pieces: list[list[int]], written: Sequence[Token], *, ended: bool) -> Generation:
    return Generation(
        text=text,
        token_logprobs=tuple(t.logprob for t in written),
        prompt_tokens=sum(map(len, pieces)),
        tokens=tuple(t.id for t in written),
        ended=ended,
    )


def _deltas(generations: Iterator[Generation]) -> Iterator[tuple[Generation, str]]:
    """Each generation and what it adds to the one before."""
    shown = 0
    for generation in generations:
        yield generation, generation.text[shown:]
        shown = len(generation.text)


def _chat_responses(generations: Iterator[Generation]) -> ChatResponseGen:
    for generation, delta in _deltas(generations):
        yield _chat_response(generation, delta)


def _chat_response(generation: Generation, delta: str | None = None) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=generation.text)
    return ChatResponse(message=message, delta=delta, raw=generation)


def _completion_responses(generations: Iterator[Generation]) -> CompletionResponseGen:
    for generation, delta in _deltas(generations):
        yield CompletionResponse(text=generation.text, delta=delta, raw=generation)
