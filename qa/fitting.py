"""Fit the weights of the sentence ranking and of the confidence: `python -m qa.fitting` (extra `eval`).

A sentence counts as holding the answer when an accepted answer stands in it, normalised as the benchmark does.
This module does not know where questions and findings come from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from index.query import Query
from index.search import Findings
from qa.evidence import describe_sentences
from qa.ranking import Floats, SentenceFeatures


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what search found for it."""

    query: Query
    findings: Findings
    answers: tuple[str, ...]


def fit_ranking(examples: Iterable[Example], *, strength: float = 1.0) -> dict[str, object]:
    """Weights of a logistic regression over all sentences of all `examples`; every question weighs the same."""
    from sklearn.linear_model import LogisticRegression

    rows, labels, weights = [], [], []
    for example in examples:
        matrix, label = to_matrix(example)
        if label.any():
            rows.append(matrix)
            labels.append(label)
            weights.append(np.full(len(label), 1.0 / len(label)))
    x, y, w = np.concatenate(rows), np.concatenate(labels), np.concatenate(weights)
    means, scales = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    model = LogisticRegression(C=strength, max_iter=1000)
    model.fit((x - means) / scales, y, sample_weight=w * len(y) / w.sum())
    return {
        "features": [f.name for f in fields(SentenceFeatures)],
        "means": means.round(6).tolist(),
        "scales": scales.round(6).tolist(),
        "coefficients": model.coef_[0].round(6).tolist(),
        "intercept": round(float(model.intercept_[0]), 6),
    }


def to_matrix(example: Example) -> tuple[Floats, np.ndarray]:
    """Features, shape (sentences, features), and whether each sentence holds an accepted answer."""
    from qa.evaluation.scores import holds

    described = describe_sentences(example.query, example.findings)
    matrix = np.array([astuple(features) for _, features in described], dtype=np.float64)
    label = np.array([holds(sentence.text, example.answers) for sentence, _ in described], dtype=bool)
    return matrix, label


def write_weights(weights: dict[str, object], path: Path) -> None:
    """Store fitted weights beside the program."""
    path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
