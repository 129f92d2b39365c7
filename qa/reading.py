"""Having the language model read the evidence and write a short answer.

Works with any llama-index model; one that tells the log-probabilities of its tokens (`LocalModel`) makes for
a better estimate of confidence. This module does not know how evidence is chosen or answers are checked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.llms import LLM, ChatMessage

from index.errors import CancelledError
from index.query import Query
from qa.answer import Evidence
from qa.composition import cannot_answer, tidy_answer
from qa.model import LocalModel
from qa.prompts import REFUSAL, build_messages
from qa.remote import RemoteModel

MAX_TOKENS = 48
"""A short answer; a model that writes more is cut."""


_RETRIES = 2
"""All of 22 answers that only repeated words of the question were wrong (199 development questions, 2026-11), and all
of 8 that named the other side of a contest (80 readings of RGB's first 40 questions, 2026-11)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model wrote, tidied; `first_word_at` is a `time.perf_counter()` reading.

    `token_logprobs` is empty, and `refusal_logprob` None, where the model does not tell. `refusal_logprob` is the
    natural log-probability that the model begins by saying that the evidence does not answer; `text` is its best guess.
    """

    text: str
    token_logprobs: tuple[float, ...]
    prompt_tokens: int
    answer_tokens: int
    first_word_at: float
    refusal_logprob: float | None = None
    model: str = ""


def write_answer(
    llm: LLM, query: Query, evidence: Sequence[Evidence], *, cancel: threading.Event | None = None
) -> Reading:
    """The model's short answer to `query` from `evidence`.

    Where that cannot be an answer (`cannot_answer`) it must begin otherwise; the prompt is not read again for that.

    Raises:
        CancelledError: `cancel` was set.
        ModelError: the model failed.
    """
    messages = build_messages(query, evidence)
    if not isinstance(llm, LocalModel):
        remote = {"max_tokens": MAX_TOKENS, "stop": ["\n"]} if isinstance(llm, RemoteModel) else {}
        return _write(llm, messages, remote, cancel)
    refusal = llm.score_continuations(messages, [REFUSAL], cancel=cancel)[0][0]
    options: dict[str, Any] = {"max_tokens": MAX_TOKENS, "stop": ["\n"], "not_first": [REFUSAL], "cancel": cancel}
    reading = first = _write(llm, messages, options, cancel)
    for _ in range(_RETRIES):
        if not cannot_answer(query.text, reading.text, evidence):
            break
        options["not_first"].append(reading.text)
        reading = _write(llm, messages, options, cancel)
    return replace(reading, first_word_at=first.first_word_at, refusal_logprob=refusal)


def _write(
    llm: LLM, messages: Sequence[ChatMessage], options: dict[str, Any], cancel: threading.Event | None
) -> Reading:
    text, first, raw = "", 0.0, None
    with closing(llm.stream_chat(messages, **options)) as responses:
        for response in responses:
            first = first or time.perf_counter()
            text, raw = response.message.content or "", response.raw
            if cancel is not None and cancel.is_set():
                raise CancelledError("stopped")
    logprobs = tuple(getattr(raw, "token_logprobs", ()))
    return Reading(
        text=tidy_answer(text),
        token_logprobs=logprobs,
        prompt_tokens=getattr(raw, "prompt_tokens", 0),
        answer_tokens=len(logprobs) or len(text.split()),
        first_word_at=first or time.perf_counter(),
        model=llm.metadata.model_name,
    )
