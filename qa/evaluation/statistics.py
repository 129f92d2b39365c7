"""Rates with their uncertainty, and the curve of risk against coverage.

Intervals are percentile bootstrap intervals over questions, seeded, the same for the same data (Efron 1979).
Where no question, or every one, is a success they have no width; with n questions the truth may still lie
3/n away. This module does not know what is measured.

Source of risk and coverage: El-Yaniv & Wiener 2010; its area (AURC): Geifman & El-Yaniv 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
_INTERVAL = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from `n` questions; `low` and `high` bound its 95 % interval where it has one."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


def estimate_ratio(numerators: Sequence[float], denominators: Sequence[float], *, seed: int) -> Estimate | None:
    """Sum over sum, one pair a question; None where the denominators sum to 0.

    Questions with denominator 0 have no part in it.
    """
    above, below = np.array(numerators, dtype=float), np.array(denominators, dtype=float)
    above, below = above[below > 0], below[below > 0]
    if not below.size:
        return None
    return _bootstrap(lambda rows: above[rows].sum(axis=-1) / below[rows].sum(axis=-1), below.size, seed)


def estimate_mean(values: Sequence[float], *, seed: int) -> Estimate | None:
    """The mean of one value a question; None where there is none."""
    return estimate_ratio(values, [1.0] * len(values), seed=seed)


def estimate_aurc(confidences: Sequence[float], wrong: Sequence[bool], *, seed: int) -> Estimate | None:
    """The area under the risk-coverage curve, lower is better; None where there is no question."""
    sure, errors = np.array(confidences, dtype=float), np.array(wrong, dtype=float)
    if not sure.size:
        return None

    def area(rows: npt.NDArray[np.int64]) -> Floats:
        areas = [np.mean(_risks(sure[row], errors[row])) for row in np.atleast_2d(rows)]
        return np.array(areas)

    return _bootstrap(area, sure.size, seed)


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> list[tuple[float, float]]:
    """`(coverage, risk)` of answering only the k surest questions, for k from 1 to all.

    Within a tie the order is chance, so the risk there is its expectation.
    """
    risks = _risks(np.array(confidences, dtype=float), np.array(wrong, dtype=float))
    return [((k + 1) / risks.size, float(risk)) for k, risk in enumerate(risks)]


def percentile(values: Sequence[float], percent: float) -> Estimate | None:
    """A percentile of `values`, interpolated; None where there is none."""
    return Estimate(float(np.percentile(np.array(values), percent)), len(values)) if values else None


def _risks(confidences: Floats, errors: Floats) -> Floats:
    _, group = np.unique(-confidences, return_inverse=True)
    expected = np.bincount(group, weights=errors) / np.maximum(np.bincount(group), 1)
    ordered = expected[np.sort(group)]
    risks: Floats = np.cumsum(ordered) / np.arange(1, ordered.size + 1)
    return risks


def _bootstrap(statistic: Callable[[npt.NDArray[np.int64]], Floats], n: int, seed: int) -> Estimate:
    """`statistic` of all rows, and its spread over resampled rows; it takes rows of shape (n,) or (resamples, n)."""
    rows = np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))
    low, high = np.percentile(statistic(rows), _INTERVAL)
    value = float(np.ravel(statistic(np.arange(n)))[0])
    return Estimate(value, n, float(low), float(high))
