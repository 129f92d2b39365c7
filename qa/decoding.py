"""Greedy decoding with a causal transformer: read a prompt, write tokens, score given tokens.

The loop is our own because it must stop within a token, raise its errors in the caller, and give each
token's log-probability. Two things make it fast and leave its output as it is:

- What was read is kept: keys and values of a prompt's pieces (its fixed beginning, its whole) are stored under
  their token ids and copied for the next prompt that begins alike. Pieces are always read one by one, so a
  kept piece holds the very numbers that reading it again would give.
- Prompt look-up (Saxena 2023; `prompt_lookup_num_tokens` in transformers): an answer that quotes its evidence
  repeats token runs of the prompt. What followed the last few tokens there is guessed and checked in one
  forward pass; only guesses that greedy decoding would have made are taken. In half precision a pass of several
  tokens can round differently from a pass of one: the same prompt always gives the same answer, but where two
  tokens are as good as equally likely it may be the other one.

This module does not know text, tokenizers or templates.
"""

from __future__ import annotations

import copy
import itertools
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from transformers import DynamicCache

from index.computing import compute, compute_each, let_brief_work_pass
from index.errors import CancelledError

_BLOCK = 384
"""Prompt tokens read at once, at most: some two seconds on two cores; the reader's stop is looked at in between."""
_GUESS = 12
"""Tokens guessed at once: a pass of 13 costs three times a pass of 1, one of 2 or 4 nearly as much (0.5B, AVX2)."""
_MATCH = 4
"""Tokens of a run that must have been copied before more is guessed. Most answers are a name or a number and end before
a guess pays: with 4 instead of 2 writing one takes 0.40 instead of 0.46 s, a whole quoted sentence 1.16 instead of 1.10
(77 short texts and 24 sentences of 12 prompts, from the times of passes, November 2026)."""
_SCORED = 256
"""Continuation tokens scored at once; their logits take 0.6 MB each for a vocabulary of 150,000."""


class Token(NamedTuple):
    """A token the model chose and its natural log-probability."""

    id: int
    logprob: float


class _Read(NamedTuple):
    """Keys and values of tokens already read, and the logits after the last of them."""

    cache: DynamicCache
    logits: torch.Tensor


class Decoder:
    """A loaded causal model and what it has read lately; for many threads, all of whose work one of its own does."""

    def __init__(self, model: Any, stop_ids: Collection[int], *, kept_tokens: int) -> None:
        """`kept_tokens` bounds what is kept of prompts already read; the last one always is."""
        self._model = model
        self._stop_ids = frozenset(stop_ids)
        self._kept: OrderedDict[tuple[int, ...], _Read] = OrderedDict()
        self._kept_tokens = kept_tokens
        for layer in _layers(model):
            layer.register_forward_pre_hook(lambda *_: let_brief_work_pass())

    def write(
        self,
        pieces: Sequence[Sequence[int]],
        *,
        max_tokens: int,
        not_first: Sequence[int] = (),
        cancel: threading.Event | None = None,
    ) -> Iterator[Token]:
        """The most likely tokens after the joined `pieces`, one by one, until the model ends or `max_tokens`.

        The first is none of `not_first`; log-probabilities are those among all tokens.

        Raises:
            CancelledError: `cancel` was set.
        """
        return compute_each(self._write(pieces, max_tokens, not_first, cancel))

    def _write(
        self,
        pieces: Sequence[Sequence[int]],
        max_tokens: int,
        not_first: Sequence[int],
        cancel: threading.Event | None,
    ) -> Iterator[Token]:
        cache, logits = self._read(pieces, cancel)
        rows, guess = logits[None], list[int]()
        ids = [i for piece in pieces for i in piece]
        written = 0
        while True:
            right = 0
            for row, token in enumerate(_most_likely(rows, () if written else not_first)):
                if token.id in self._stop_ids:
                    return
                ids.append(token.id)
                written += 1
                yield token
                if written == max_tokens:
                    return
                if row == len(guess) or guess[row] != token.id:
                    break
                right += 1
            _stop_if(cancel)
            cache.crop(right - len(guess))
            guess = self._guess(cache, ids, max_tokens - written - 1)
            rows = self._forward([ids[-1], *guess], cache, keep=0)

    def score(
        self,
        pieces: Sequence[Sequence[int]],
        continuations: Sequence[Sequence[int]],
        cancel: threading.Event | None = None,
    ) -> list[list[float]]:
        """The log-probability of each token of each continuation after the joined `pieces`.

        Raises:
            CancelledError: `cancel` was set.
        """
        return compute(partial(self._score, pieces, continuations, cancel))

    def _score(
        self,
        pieces: Sequence[Sequence[int]],
        continuations: Sequence[Sequence[int]],
        cancel: threading.Event | None,
    ) -> list[list[float]]:
        read = self._read(pieces, cancel)
        first = torch.log_softmax(read.logits.float(), dim=-1)
        scores = [[float(first[c[0]])] if c else [] for c in continuations]
        for batch in _batches([len(c) - 1 for c in continuations]):
            _stop_if(cancel)
            rows = self._score_batch(read.cache, [continuations[i] for i in batch])
            for i, row in zip(batch, rows, strict=True):
                scores[i].extend(row)
        return scores

    @torch.inference_mode()
    def _score_batch(self, cache: DynamicCache, continuations: Sequence[Sequence[int]]) -> list[list[float]]:
        """Log-probabilities of all tokens but the first of each continuation.

        Short continuations are filled up on the right, where nothing that counts can see it.
        """
        width = max(len(c) for c in continuations)
        ids = torch.tensor([[*c, *[0] * (width - len(c))] for c in continuations], device=self._model.device)
        cache = copy.deepcopy(cache)
        cache.batch_repeat_interleave(len(continuations))
        logits = self._model(input_ids=ids[:, :-1], past_key_values=cache, use_cache=True).logits.float()
        chosen = logits.gather(-1, ids[:, 1:, None])[..., 0] - logits.logsumexp(-1)
        return [row[: len(c) - 1] for row, c in zip(chosen.tolist(), continuations, strict=True)]

    @torch.inference_mode()
    def _read(self, pieces: Sequence[Sequence[int]], cancel: threading.Event | None) -> _Read:
        """What the model makes of the joined `pieces`; the caller may change it."""
        keys = [tuple(i for piece in pieces[: n + 1] for i in piece) for n in range(len(pieces))]
        start, read = 0, None
        for n in range(len(pieces), 0, -1):
            if keys[n - 1] in self._kept:
                self._kept.move_to_end(keys[n - 1])
                start, read = n, copy.deepcopy(self._kept[keys[n - 1]])
                break
        if read is None:
            read = _Read(DynamicCache(config=self._model.config), torch.empty(0))
        for piece, key in zip(pieces[start:], keys[start:], strict=True):
            for block in split_evenly(piece, _BLOCK):
                _stop_if(cancel)
                read = _Read(read.cache, self._forward(block, read.cache, keep=1)[-1])
            self._keep(key, read)
        return read

    def _keep(self, key: tuple[int, ...], read: _Read) -> None:
        self._kept[key] = copy.deepcopy(read)
        while len(self._kept) > 1 and sum(map(len, self._kept)) > self._kept_tokens:
            self._kept.popitem(last=False)

    @torch.inference_mode()
    def _forward(self, ids: Sequence[int], cache: DynamicCache, *, keep: int) -> torch.Tensor:
        """Logits after each of the last `keep` of `ids` (0: all), shape (rows, vocabulary); `cache` grows."""
        rows: torch.Tensor = self._model(
            input_ids=torch.tensor([ids], device=self._model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=keep,
        ).logits[0]
        return rows

    def _guess(self, cache: DynamicCache, ids: Sequence[int], most: int) -> list[int]:
        if any(cache.is_sliding) or not cache.is_croppable:
            return []
        return find_repeat(ids, min(most, _GUESS))


def _layers(model: Any) -> Iterator[torch.nn.Module]:
    """What a pass goes through one after another."""
    lists = (module for module in model.modules() if isinstance(module, torch.nn.ModuleList))
    return iter(next(lists, ()))


def split_evenly(ids: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Blocks of like length, `most` at most: 13 tokens left over would take a sixth of the time of 256 before them."""
    blocks = -(-len(ids) // most)
    ends = [len(ids) * n // blocks for n in range(blocks + 1)] if blocks else []
    return (ids[start:end] for start, end in itertools.pairwise(ends))


def find_repeat(ids: Sequence[int], most: int) -> list[int]:
    """Up to `most` tokens that followed the latest earlier place where `ids` ends as it ends now."""
    if most <= 0:
        return []
    ending = list(ids[-_MATCH:])
    for start in range(len(ids) - _MATCH - 1, -1, -1):
        if ids[start + _MATCH - 1] == ending[-1] and list(ids[start : start + _MATCH]) == ending:
            return list(ids[start + _MATCH : start + _MATCH + most])
    return []


def _most_likely(rows: torch.Tensor, banned: Sequence[int]) -> Iterator[Token]:
    numbers = rows.float()
    total = numbers.logsumexp(-1)
    if banned:
        numbers = numbers.index_fill(-1, torch.tensor(list(banned), device=numbers.device), -torch.inf)
    best, chosen = numbers.max(dim=-1)
    for token, logprob in zip(chosen.tolist(), (best - total).tolist(), strict=True):
        yield Token(token, logprob)


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Indices with a width above 0, in batches of like width and at most `_SCORED` tokens."""
    batch: list[int] = []
    for i in sorted((i for i, w in enumerate(widths) if w > 0), key=widths.__getitem__):
        if batch and (len(batch) + 1) * widths[i] > _SCORED:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise CancelledError("stopped before the answer was finished")
