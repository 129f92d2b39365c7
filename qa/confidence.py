"""How likely an answer is to be right, from search, reading and checking together.

A logistic regression over few features, fitted by `python -m qa.fitting` (docs/evaluation.md) on questions of 2024.
This module does not know how any of its signals come about.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.query import Query
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.evidence import Selection
from qa.misfits import cannot_answer

if TYPE_CHECKING:
    from qa.reading import Reading

WEIGHTS = Path(__file__).parent / "data" / "confidence_weights.json"
"""Weights and threshold for each model that they were fitted to."""

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for and against an answer."""

    refusal: float
    """Log-probability that the evidence does not answer, from the model; -1 where it does not tell."""
    likelihood: float
    """Mean log-probability of the answer's tokens; -1 where the model does not tell."""
    least_likely: float
    cited_score: float
    """Of the evidence that the answer is in, by the sentence ranking."""
    cited_is_best: float
    cited_overlap: float
    """Weighted share of the question's words in the cited sentence and its article's title."""
    passage_cosine: float
    verbatim: float
    agreeing_articles: float


@dataclass(frozen=True, slots=True)
class _Weights:
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    threshold: float
    even: float


def estimate_confidence(query: Query, selection: Selection, reading: Reading) -> float:
    """The probability that what the model wrote is right; 0 where no evidence bears it out."""
    signals = gather_signals(query, selection, reading)
    if signals is None:
        return 0.0
    weights = _weights_for(reading.model)
    columns = zip(astuple(signals), weights.means, weights.scales, weights.coefficients, strict=True)
    logit = weights.intercept + sum((value - mean) / scale * c for value, mean, scale, c in columns)
    return 1.0 / (1.0 + math.exp(-logit))


def answer_from(model: str = "") -> float:
    """The confidence from which an answer that `model` wrote is shown."""
    return _weights_for(model).threshold


def even_from(model: str = "") -> float:
    """The confidence from which an answer that `model` wrote is right at least as often as wrong."""
    return _weights_for(model).even


def gather_signals(query: Query, selection: Selection, reading: Reading) -> Signals | None:
    """The signals of one reading; None where no evidence bears it out, it cannot answer, or is of other things."""
    judgement = judge_sentence(reading.text, selection.evidence, query.text)
    cited = judgement.evidence
    if cited is None or judgement.verdict is Verdict.UNSUPPORTED:
        return None
    features = selection.features
    at = features[cited.number - 1]
    best = max(range(len(features)), key=lambda i: selection.evidence[i].score)
    logprobs = reading.token_logprobs or (-1.0,)
    if cannot_answer(query.text, reading.text, selection.evidence):
        return None
    if not judgement.about_asked:
        return None
    return Signals(
        refusal=-1.0 if reading.refusal_logprob is None else max(reading.refusal_logprob, -8.0),
        likelihood=sum(logprobs) / len(logprobs),
        least_likely=max(min(logprobs), -6.0),
        cited_score=cited.score,
        cited_is_best=float(cited.number == best + 1),
        cited_overlap=max(at.overlap, at.passage_overlap * 0.8),
        passage_cosine=at.passage_cosine,
        verbatim=float(judgement.verbatim),
        agreeing_articles=min(_agreeing(reading.text, selection.evidence, query.text), 3) / 3,
    )


def _agreeing(text: str, evidence: Sequence[Evidence], question: str) -> int:
    """How many articles hold a sentence that bears out `text`."""
    supported = (e for e in evidence if judge_sentence(text, [e], question).verdict is Verdict.SUPPORTED)
    return len({e.article.id for e in supported})


def _weights_for(model: str) -> _Weights:
    """Those fitted to readings of `model`; of a model that none were fitted to, the default's."""
    weights = _load_weights()
    return weights.get(model, weights[DEFAULT])


@lru_cache(maxsize=1)
def _load_weights() -> Mapping[str, _Weights]:
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {model: _read_weights(fitted) for model, fitted in stored.items()}


def _read_weights(fitted: Mapping[str, Any]) -> _Weights:
    if fitted["features"] != [f.name for f in fields(Signals)]:
        raise ValueError(f"{WEIGHTS} was fitted for other signals: run `python -m qa.fitting` again")
    means, scales, coefficients = (tuple(fitted[key]) for key in ("means", "scales", "coefficients"))
    return _Weights(means, scales, coefficients, fitted["intercept"], fitted["threshold"], fitted["even"])
