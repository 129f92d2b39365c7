"""Having the language model read the evidence and write a short answer.

Works with any llama-index model; one that tells the log-probabilities of its tokens (`LocalModel`) makes for
a better estimate of confidence. This module does not know how evidence is chosen or answers are checked.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.llms import LLM, ChatMessage

from index.errors import CancelledError
from index.query import Query
from qa.answer import Evidence
from qa.attribution import judge_sentence
from qa.composition import is_refusal, tidy_answer
from qa.misfits import cannot_answer
from qa.model import LocalModel
from qa.prompts import REFUSAL, build_messages
from qa.remote import RemoteModel

MAX_TOKENS = 48
"""A short answer; a model that writes more is cut."""


_GUESSES = 4
"""Answers the model is made to begin, at most. All of 22 that only repeated words of the question were wrong (199
development questions, 2026-11), and all of 8 that named the other side of a contest (80 readings of RGB's first 40
questions, 2026-11), so others are looked for."""

_NEAR = 1.5
"""How much less likely than the likeliest a guess may be, as a difference of natural logarithms, to be weighed against
it. Of 74 questions written on articles of 2024 whose evidence holds the answer the likeliest guess is right for 66,
what is chosen with 1 / 1.5 / 2 for 67 / 68 / 67; of 57 on made-up stories in which values compete for 42, and 44 / 46
/ 48 (2026-11; none fitted to, but chosen on them). The quote alone chooses better than its sum with the likelihood in
all."""


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

    Where that cannot be an answer (`cannot_answer`), and where others are nearly as likely, it begins otherwise, too;
    the evidence is not read again for that.

    Raises:
        CancelledError: `cancel` was set.
        ModelError: the model failed.
    """
    messages = build_messages(query, evidence)
    if not isinstance(llm, LocalModel):
        remote = {"max_tokens": MAX_TOKENS, "stop": ["\n"]} if isinstance(llm, RemoteModel) else {}
        return _write(llm, messages, remote, cancel)
    refusal = llm.score_continuations(messages, [REFUSAL], cancel=cancel)[0][0]
    guesses = list(_guess(llm, messages, query, evidence, cancel))
    able = [guess for guess, may_answer in guesses if may_answer]
    best = _choose(llm, query, evidence, able, cancel) if able else guesses[-1][0]
    return replace(best, first_word_at=guesses[0][0].first_word_at, refusal_logprob=refusal)


def _guess(
    llm: LocalModel,
    messages: Sequence[ChatMessage],
    query: Query,
    evidence: Sequence[Evidence],
    cancel: threading.Event | None,
) -> Iterator[tuple[Reading, bool]]:
    """Answers with different beginnings, the likeliest first, and whether each can be right.

    None is far less likely than one that can, and none differs from another in capitals alone: with each would be read
    once more. Where the likeliest says in other words that the evidence does not answer, there is no other.
    """
    options: dict[str, Any] = {"max_tokens": MAX_TOKENS, "stop": ["\n"], "not_first": [REFUSAL], "cancel": cancel}
    least, written = -math.inf, set[str]()
    for _ in range(_GUESSES):
        guess = _write(llm, messages, options, cancel, least)
        if sum(guess.token_logprobs[:1]) < least:  # whatever else it began with would be less likely yet
            return
        options["not_first"].append(guess.text)
        if sum(guess.token_logprobs) < least or guess.text.casefold() in written:
            continue
        written.add(guess.text.casefold())
        refuses = is_refusal(guess.text)
        may_answer = not refuses and not cannot_answer(query.text, guess.text, evidence)
        yield guess, may_answer
        if math.isinf(least) and refuses:
            return
        if math.isinf(least) and may_answer:
            least = sum(guess.token_logprobs) - _NEAR


def _choose(
    llm: LocalModel,
    query: Query,
    evidence: Sequence[Evidence],
    guesses: Sequence[Reading],
    cancel: threading.Event | None,
) -> Reading:
    """Of several guesses the one that the model finds likeliest when it reads the quote for it alone.

    A small model takes a distractor of the right kind from another sentence; with one sentence it cannot.
    """
    quoted = [(g, judge_sentence(g.text, evidence, query.text).evidence) for g in guesses]
    backed = [(g, item) for g, item in quoted if item is not None]
    if len(backed) < 2:
        return backed[0][0] if backed else guesses[0]

    def reread(pair: tuple[Reading, Evidence]) -> float:
        guess, item = pair
        return sum(llm.score_continuations(build_messages(query, [item]), [guess.text], cancel=cancel)[0])

    return max(backed, key=reread)[0]


def _write(
    llm: LLM,
    messages: Sequence[ChatMessage],
    options: dict[str, Any],
    cancel: threading.Event | None,
    least: float = -math.inf,
) -> Reading:
    """What the model writes; only its beginning where that is less likely than `least`."""
    text, first, raw = "", 0.0, None
    with closing(llm.stream_chat(messages, **options)) as responses:
        for response in responses:
            first = first or time.perf_counter()
            text, raw = response.message.content or "", response.raw
            if cancel is not None and cancel.is_set():
                raise CancelledError("stopped")
            if sum(getattr(raw, "token_logprobs", ())) < least:
                break
    logprobs = tuple(getattr(raw, "token_logprobs", ()))
    return Reading(
        text=tidy_answer(text),
        token_logprobs=logprobs,
        prompt_tokens=getattr(raw, "prompt_tokens", 0),
        answer_tokens=len(logprobs) or len(text.split()),
        first_word_at=first or time.perf_counter(),
        model=llm.metadata.model_name,
    )
