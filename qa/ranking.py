"""How likely a sentence is to hold the answer, from its features and fitted weights.

Twice: from what is cheap to know of every sentence, and for the few that are read together with the question
(`index/cross_encoder.py`) from that, too. The weights are logistic regressions', fitted (see docs/evaluation.md) on
questions of 2024 and reported on others of 2022. This module does not know where the features come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "data" / "sentence_weights.json"


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What is known of a sentence with regard to a question; all but `log_rank`, `log_position` lie in 0..1."""

    passage_cosine: float
    bm25: float
    overlap: float
    neighbour_overlap: float
    title_overlap: float
    passage_overlap: float
    asked_names: float
    """Share of the question's names that stand in the sentence or its article's title."""
    log_rank: float
    nearness: float
    after: float
    """1 if published more than two days after the as-of date."""
    undated: float
    holds_wanted: float
    """1 if it holds something of the kind asked for."""
    number_wanted_and_held: float
    name_wanted_and_held: float
    lead: float
    """1 in the first passage of its article."""
    log_position: float
    brevity: float
    """1 for sentences of under five words, which seldom answer."""
    length: float


@dataclass(frozen=True, slots=True)
class ReadFeatures:
    """What reading a sentence together with the question tells: log-odds, and the same as a probability."""

    read: float
    read_probability: float
    best_of_passage: float


# dataclasses.astuple copies every number deeply: a third of a search's time (November 2026).
_values = attrgetter(*(f.name for f in fields(SentenceFeatures)))
_read_values = attrgetter(*(f.name for f in fields(ReadFeatures)))


@dataclass(frozen=True, slots=True)
class Weights:
    """Standardised logistic regression."""

    means: Floats
    scales: Floats
    coefficients: Floats
    intercept: float


def score_sentences(features: Sequence[SentenceFeatures], weights: Weights | None = None) -> Floats:
    """The probability that each sentence holds the answer, under `weights` or those that come with the program.

    Shape (len(features),).
    """
    return _probabilities([_values(f) for f in features], weights or load_weights("found"))


def score_read_sentences(
    features: Sequence[SentenceFeatures], read: Sequence[ReadFeatures], weights: Weights | None = None
) -> Floats:
    """The same for sentences that were read together with the question."""
    rows = [(*_values(f), *_read_values(r)) for f, r in zip(features, read, strict=True)]
    return _probabilities(rows, weights or load_weights("read"))


def _probabilities(rows: Sequence[tuple[float, ...]], weights: Weights) -> Floats:
    if not rows:
        return np.zeros(0)
    logits = (np.array(rows) - weights.means) / weights.scales @ weights.coefficients + weights.intercept
    probabilities: Floats = 1.0 / (1.0 + np.exp(-logits))
    return probabilities


NAMES = {
    "found": [f.name for f in fields(SentenceFeatures)],
    "read": [f.name for f in (*fields(SentenceFeatures), *fields(ReadFeatures))],
}
"""The features that either weights go with."""


@lru_cache(maxsize=2)
def load_weights(stage: Literal["found", "read"]) -> Weights:
    """The fitted weights that come with the program."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))[stage]
    if stored["features"] != NAMES[stage]:
        raise ValueError(f"{WEIGHTS} was fitted for other features: fit it again (docs/evaluation.md)")
    means, scales, coefficients = (np.array(stored[key]) for key in ("means", "scales", "coefficients"))
    return Weights(means, scales, coefficients, float(stored["intercept"]))
