"""Having the language model read the evidence and write a short answer.

Works with any llama-index model; one that tells the log-probabilities of its tokens (`LocalModel`) makes for
a better estimate of confidence. This module does not know how evidence is chosen or answers are checked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from llama_index.core.llms import LLM

from index.errors import CancelledError
from index.query import Query
from qa.answer import Evidence
from qa.composition import tidy_answer
from qa.model import LocalModel
from qa.prompts import build_messages

MAX_TOKENS = 48
"""A short answer; a model that writes more is cut."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model wrote, tidied; `first_word_at` is a `time.perf_counter()` reading.

    `token_logprobs` is empty where the model does not tell.
    """

    text: str
    token_logprobs: tuple[float, ...]
    prompt_tokens: int
    answer_tokens: int
    first_word_at: float


def write_answer(
    llm: LLM, query: Query, evidence: Sequence[Evidence], *, cancel: threading.Event | None = None
) -> Reading:
    """The model's short answer to `query` from `evidence`.

    Raises:
        CancelledError: `cancel` was set.
        ModelError: the model failed.
    """
    messages = build_messages(query, evidence)
    options = {"max_tokens": MAX_TOKENS, "stop": ["\n"], "cancel": cancel} if isinstance(llm, LocalModel) else {}
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
    )
