"""How likely a sentence is to hold the answer, from cheap features and fitted weights.

The weights are a logistic regression's, fitted by `python -m qa.fitting` (see docs/evaluation.md) on questions
of 2024 and reported on others of 2022. This module does not know where the features come from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "data" / "sentence_weights.json"


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What is known of a sentence with regard to a question; all but `log_rank`, `log_position` lie in 0..1."""

    cosine: float
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
    cosine_overlap: float


# dataclasses.astuple copies every number deeply: a third of a search's time (November 2026).
_values = attrgetter(*(f.name for f in fields(SentenceFeatures)))


@dataclass(frozen=True, slots=True)
class Weights:
    """Standardised logistic regression."""

    means: Floats
    scales: Floats
    coefficients: Floats
    intercept: float


def score_sentences(features: list[SentenceFeatures], weights: Weights | None = None) -> Floats:
    """The probability that each sentence holds the answer, under `weights` or those that come with the program.

    Shape (len(features),).
    """
    if not features:
        return np.zeros(0)
    weights = weights or load_weights()
    matrix = np.array([_values(f) for f in features])
    logits = (matrix - weights.means) / weights.scales @ weights.coefficients + weights.intercept
    probabilities: Floats = 1.0 / (1.0 + np.exp(-logits))
    return probabilities


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The fitted weights that come with the program."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    names = [f.name for f in fields(SentenceFeatures)]
    if stored["features"] != names:
        raise ValueError(f"{WEIGHTS} was fitted for other features: run `python -m qa.fitting` again")
    means, scales, coefficients = (np.array(stored[key]) for key in ("means", "scales", "coefficients"))
    return Weights(means, scales, coefficients, float(stored["intercept"]))
