"""RGB's file of questions with snippets, as cases: noise, rejection, disagreement.

The snippets of a question are its articles. They are indexed together with those of all other questions and
told apart by their source, so that a search sees those of its own question only; three corpora keep a
mode's snippets from meeting their altered copies of another mode. This module does not know how anything
is answered or scored.

Source: Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation"; the
numbers of snippets and what counts as an answer are those of its evaluation program.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from index.errors import UsageError
from qa.evaluation.dataset import Case, Corpus, Dataset, read_objects

RGB_FILE = "en_fact.jsonl"
NOISE_RATES = (0.0, 0.2, 0.4, 0.6, 0.8)
SNIPPETS = 5
"""Snippets a question is answered from."""

NOISE, REJECTION, DISAGREEMENT = "noise", "rejection", "disagreement"

_AS_OF = date(2024, 1, 1)
"""The questions have no date; a fixed day, after all they ask for, keeps runs alike."""

_KINDS = ("positive", "negative", "positive_wrong")
_CORPORA = {"mixed": ("positive", "negative"), "negatives": ("negative",), "conflict": ("positive", "positive_wrong")}


def noise_suite(rate: float) -> str:
    """The name of the suite with this share of negative snippets."""
    return f"{NOISE} {rate:.1f}"


def read_rgb(path: Path) -> Dataset:
    """The cases of RGB's file.

    Raises:
        UsageError: the file is not of that form.
    """
    rows = [_check(place, value) for place, value in read_objects(path)]
    if not rows:
        raise UsageError(f"{path}: holds no questions")
    corpora = tuple(_make_corpus(name, kinds, rows) for name, kinds in _CORPORA.items())
    cases: list[Case] = []
    for rate in NOISE_RATES:
        cases += [_case(noise_suite(rate), row, "mixed", _mix(row, rate)) for row in rows]
    cases += [_case(REJECTION, row, "negatives", _sources(row, "negative", SNIPPETS)) for row in rows]
    for row in rows:
        both = _sources(row, "positive") + _sources(row, "positive_wrong")
        cases.append(_case(DISAGREEMENT, row, "conflict", both))
    return Dataset(path.stem, corpora, tuple(cases))


def mix_snippets(positives: int, negatives: int, rate: float) -> tuple[int, int]:
    """How many positive and negative snippets are taken, where these are at hand."""
    noisy = math.ceil(SNIPPETS * rate)
    if noisy > negatives:
        return min(SNIPPETS - negatives, positives), negatives
    if SNIPPETS - noisy > positives:
        return positives, min(SNIPPETS - positives, negatives)
    return SNIPPETS - noisy, noisy


def read_groups(answer: object) -> tuple[tuple[str, ...], ...]:
    """What must be named: a string; every item of a list; of a list within it, any item.

    Raises:
        ValueError: it is none of these.
    """
    items = answer if isinstance(answer, list) else [answer]
    groups = tuple(tuple(item) if isinstance(item, list) else (item,) for item in items)
    if not groups or not all(group and all(isinstance(a, str) and a for a in group) for group in groups):
        raise ValueError("not a string, a list of strings or a list of lists of strings")
    return groups


def _check(place: str, value: dict[str, Any]) -> dict[str, Any]:
    try:
        read_groups(value["answer"])
        snippets = [snippet for kind in _KINDS for snippet in value.get(kind, [])]
        good = str(value["id"]) and value["query"].strip() and all(isinstance(snippet, str) for snippet in snippets)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{place}: is no question of RGB with id, query, answer, positive, negative ({error})"
        ) from error
    if not good:
        raise UsageError(f"{place}: is no question of RGB: its query is empty or a snippet is no text")
    return value


def _make_corpus(name: str, kinds: Iterable[str], rows: Sequence[dict[str, Any]]) -> Corpus:
    records = tuple(
        json.dumps({"text": text, "source": source})
        for row in rows
        for kind in kinds
        for source, text in zip(_sources(row, kind), row.get(kind, []), strict=True)
    )
    return Corpus(name, hashlib.sha256("\n".join(records).encode()).hexdigest(), records=records)


def _sources(row: dict[str, Any], kind: str, count: int | None = None) -> tuple[str, ...]:
    """The names under which the first `count` snippets of a kind are indexed."""
    return tuple(f"{row['id']}/{kind}/{i}" for i in range(len(row.get(kind, []))))[:count]


def _mix(row: dict[str, Any], rate: float) -> tuple[str, ...]:
    positives, negatives = mix_snippets(len(row.get("positive", [])), len(row.get("negative", [])), rate)
    return _sources(row, "positive", positives) + _sources(row, "negative", negatives)


def _case(suite: str, row: dict[str, Any], corpus: str, sources: tuple[str, ...]) -> Case:
    answers = () if suite == REJECTION else read_groups(row["answer"])
    false_answer = str(row.get("fakeanswer", "")) if suite == DISAGREEMENT else ""
    # A question without snippets must find nothing: no sources would mean all of them.
    return Case(
        suite, str(row["id"]), row["query"].strip(), _AS_OF, answers, corpus, false_answer, sources or ("no source",)
    )
