"""Judged cases -> figures, each with its interval, by section.

This module does not know how figures are printed or drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.evaluation.dataset import ANSWERABLE, UNANSWERABLE
from qa.evaluation.judge import Judged, Outcome, Scores
from qa.evaluation.rgb import DISAGREEMENT, NOISE_RATES, REJECTION, noise_suite
from qa.evaluation.statistics import Estimate, estimate_aurc, estimate_mean, estimate_ratio, percentile, risk_coverage

RANKS = (1, 3, 5, 10, 20)
SHARE, SECONDS, TOKENS, MEGABYTES, NUMBER = "share", "s", "tokens", "MB", ""
TIMINGS = {"sources_s": "sources shown", "first_word_s": "first word", "total_s": "whole answer"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; shares are 0 to 1."""

    section: str
    name: str
    estimate: Estimate
    unit: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured: figures, counts, and the curve of risk against coverage."""

    figures: tuple[Figure, ...]
    abstention: dict[str, int]
    outcomes: dict[str, int]
    risk_coverage: tuple[tuple[float, float], ...]


def make_report(judged: Sequence[Judged], *, seed: int) -> Report:
    """The figures of all suites that were asked."""
    makers = (_search, _answers, _rgb, _citations, _abstention, _costs)
    figures = tuple(figure for make in makers for figure in make(_Cases(judged, seed)))
    cases = _Cases(judged, seed).answered()
    asked = [j for j in cases.of(ANSWERABLE) if j.scored]
    curve = risk_coverage([_confidence(j) for j in asked], [not j.guess.right for j in asked]) if asked else []
    abstention = Counter(_cell(j) for j in asked)
    outcomes = Counter(j.outcome.value for j in asked)
    return Report(
        figures,
        {cell: abstention[cell] for cell in _CELLS} if asked else {},
        {outcome.value: outcomes[outcome.value] for outcome in Outcome} if asked else {},
        tuple(curve),
    )


_CELLS = ("answered, right", "answered, wrong", "abstained, guess right", "abstained, guess wrong")


def _cell(judged: Judged) -> str:
    return _CELLS[2 * judged.abstained + (not (judged.guess if judged.abstained else judged.shown).right)]


class _Cases:
    """The judged cases, and estimates over some of them."""

    def __init__(self, judged: Sequence[Judged], seed: int) -> None:
        self.all = judged
        self.seed = seed

    def of(self, *suites: str) -> list[Judged]:
        return [j for j in self.all if j.case.suite in suites]

    def answered(self) -> _Cases:
        """Those that a model was asked."""
        return _Cases([j for j in self.all if j.result.said is not None], self.seed)

    def share(
        self, section: str, name: str, cases: Sequence[Judged], value: Callable[[Judged], float], unit: str = SHARE
    ) -> Iterator[Figure]:
        """The mean of `value` over `cases`; nothing where there are none."""
        estimate = estimate_mean([float(value(j)) for j in cases], seed=self.seed)
        if estimate is not None:
            yield Figure(section, name, estimate, unit)

    def ratio(
        self,
        section: str,
        name: str,
        cases: Sequence[Judged],
        above: Callable[[Judged], float],
        below: Callable[[Judged], float],
    ) -> Iterator[Figure]:
        """The sum of `above` over that of `below`; nothing where that is 0."""
        estimate = estimate_ratio([above(j) for j in cases], [below(j) for j in cases], seed=self.seed)
        if estimate is not None:
            yield Figure(section, name, estimate, SHARE)


def _search(cases: _Cases) -> Iterator[Figure]:
    asked, section = cases.of(ANSWERABLE), "Search"
    yield from cases.share(section, "answer in the corpus", asked, lambda j: j.in_corpus)
    for k in RANKS:
        yield from cases.share(section, f"answer in the top {k}", asked, _found_within(k))
    yield from cases.share(section, "answer in the evidence", asked, lambda j: j.in_evidence)
    yield from cases.share(section, "evidence, mean", cases.all, lambda j: j.result.evidence_tokens, TOKENS)


def _found_within(k: int) -> Callable[[Judged], bool]:
    return lambda j: 0 < j.rank <= k


def _answers(cases: _Cases) -> Iterator[Figure]:
    asked = [j for j in cases.answered().of(ANSWERABLE) if j.scored]
    sections: dict[str, Callable[[Judged], Scores]] = {
        "Short answer, as shown": lambda j: j.shown,
        "Short answer, never abstaining": lambda j: j.guess,
    }
    for section, scores in sections.items():
        yield from _score_figures(cases, section, asked, scores)


def _score_figures(
    cases: _Cases, section: str, asked: Sequence[Judged], scores: Callable[[Judged], Scores]
) -> Iterator[Figure]:
    yield from cases.share(section, "EM", asked, lambda j: scores(j).em)
    yield from cases.share(section, "F1", asked, lambda j: scores(j).f1)
    yield from cases.share(section, "contains", asked, lambda j: scores(j).contains)


def _rgb(cases: _Cases) -> Iterator[Figure]:
    answered = cases.answered()
    for rate in NOISE_RATES:
        suite = noise_suite(rate)
        yield from cases.share("RGB", f"{suite}: answer in the evidence", cases.of(suite), lambda j: j.in_evidence)
        yield from cases.share("RGB", f"{suite}: right", answered.of(suite), lambda j: j.shown.right)
        yield from cases.share("RGB", f"{suite}: named in the reply", answered.of(suite), lambda j: j.named)
        yield from cases.share("RGB", f"{suite}: abstained", answered.of(suite), lambda j: j.abstained)
    rejected = answered.of(REJECTION)
    yield from cases.share("RGB", "rejection: abstained", rejected, lambda j: j.abstained)
    yield from cases.share("RGB", "rejection: abstained or marked", rejected, lambda j: j.abstained or j.marked)
    yield from cases.share("RGB", "disagreement: both reported", answered.of(DISAGREEMENT), lambda j: j.both_values)


def _citations(cases: _Cases) -> Iterator[Figure]:
    section, noisy = "Citations", [noise_suite(rate) for rate in NOISE_RATES]
    right = [j for j in cases.answered().of(ANSWERABLE, *noisy) if j.shown.right]
    shown = [j for j in cases.answered().all if not j.abstained]
    yield from cases.share(section, "precision: a quote holds the answer", right, lambda j: j.quote_holds_answer)
    yield from cases.ratio(
        section, "recall: sentences cited", right, lambda j: j.cited_sentences, lambda j: j.sentences
    )
    yield from cases.ratio(
        section, "quotes exact", cases.all, lambda j: j.result.exact_quotes, lambda j: j.result.quotes
    )
    yield from cases.share(section, "answers with invented facts", shown, lambda j: bool(j.invented))


def _abstention(cases: _Cases) -> Iterator[Figure]:
    section, answered = "Abstention", cases.answered()
    asked = [j for j in answered.of(ANSWERABLE) if j.scored]
    held = [j for j in answered.of(ANSWERABLE) if j.in_evidence]
    yield from cases.share(section, "answerable: answered", asked, lambda j: not j.abstained)
    given = [j for j in asked if not j.abstained]
    yield from cases.share(section, "of those answered, right", given, lambda j: j.shown.right)
    for name, some in (
        ("of those answered without a mark, right", [j for j in given if not j.marked]),
        ("of those marked as weak, right", [j for j in given if j.marked]),
    ):
        yield from cases.share(section, name, some, lambda j: j.shown.right)
    yield from cases.share(section, "answer in evidence, refused", held, lambda j: j.abstained)
    doubtful = answered.of(UNANSWERABLE)
    yield from cases.share(section, "unanswerable: abstained", doubtful, lambda j: j.abstained)
    yield from cases.share(section, "unanswerable: abstained or marked", doubtful, lambda j: j.abstained or j.marked)
    for name, some in (
        ("AURC, answerable", asked),
        ("AURC, with unanswerable", asked + doubtful if doubtful else []),
    ):
        area = estimate_aurc([_confidence(j) for j in some], [not j.guess.right for j in some], seed=cases.seed)
        if area is not None:
            yield Figure(section, name, area, NUMBER)


def _confidence(judged: Judged) -> float:
    return judged.result.said.confidence if judged.result.said else 0.0


def _costs(cases: _Cases) -> Iterator[Figure]:
    for key, label in TIMINGS.items():
        times = [j.result.timings[key] for j in cases.all if key in j.result.timings]
        for percent, name in ((50, "median"), (95, "95th percentile")):
            estimate = percentile(times, percent)
            if estimate is not None:
                yield Figure("Time and size", f"{label}, {name}", estimate, SECONDS)
    answered = cases.answered().all
    for name, tokens in (
        ("prompt", [j.result.said.prompt_tokens for j in answered if j.result.said]),
        ("answer", [j.result.said.answer_tokens for j in answered if j.result.said]),
    ):
        estimate = percentile([float(t) for t in tokens], 50)
        if estimate is not None:
            yield Figure("Time and size", f"{name}, median", estimate, TOKENS)
    if cases.all:
        peak = max(j.result.peak_bytes for j in cases.all) / 1e6
        yield Figure("Time and size", "peak memory", Estimate(peak, len(cases.all)), MEGABYTES)
