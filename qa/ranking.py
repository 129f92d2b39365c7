"""How likely a sentence is to hold the answer, from a few cheap features.

This module does not know where the features come from.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What is known of a sentence with regard to a question; overlaps and cosine are at most 1."""

    cosine: float
    overlap: float
    neighbour_overlap: float
    title_overlap: float
    passage_rank: int
    nearness: float
    words: int


def score_sentence(features: SentenceFeatures) -> float:
    """A score for ordering sentences; higher is better."""
    return (
        features.cosine
        + features.overlap
        + 0.3 * features.neighbour_overlap
        + 0.2 * features.title_overlap
        + 0.25 * features.nearness
        - 0.02 * features.passage_rank
    )
