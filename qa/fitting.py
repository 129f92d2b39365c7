"""Fit the weights of the sentence ranking and of the confidence: `python -m qa.fitting DATASET` (extra `eval`).

The data set is a folder as `dateline eval` reads it, other than the one that figures are reported on. A sentence
holds the answer when an accepted answer stands in it, normalised as the benchmark does. For the confidence every
question that has an answer is also asked as if its event had not been reported: without the articles of its fortnight
and those that hold an accepted answer, so that any answer is wrong. This module does not know where weights are used.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.llms import LLM

from index.cross_encoder import CORRECTION, CrossEncoder
from index.home import Home
from index.query import Query
from index.search import Findings, Searcher
from qa.confidence import DEFAULT, Signals, gather_signals
from qa.confidence import WEIGHTS as CONFIDENCE_WEIGHTS
from qa.evaluation.dataset import Dataset, read_dataset
from qa.evaluation.scores import holds, token_f1
from qa.evidence import Read, choose_evidence, describe_sentences, keep_best, read_features, score_sentences
from qa.orders import leave_out_orders
from qa.ranking import NAMES, Floats
from qa.ranking import WEIGHTS as SENTENCE_WEIGHTS
from qa.reading import Reading
from qa.weights import CARRIERS, prepare_carrier, prepare_model

log = logging.getLogger(__name__)

FORTNIGHT_DAYS = 12
PARTS = 3
"""Of the questions, by time; one event's stay together."""
KEPT = 0
"""The part that the confidence is fitted on."""
REFUSED_ANSWERABLE = 0.10
"""Share of the kept questions whose evidence holds an accepted answer that the threshold refuses; with 0.15 the
development set's were refused in 20 %, with 0.10 in 13 (2026-11)."""

Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what search found for it; without `answers` it is to be refused."""

    query: Query
    findings: Findings
    answers: tuple[str, ...]


def fit_ranking(examples: Iterable[Example]) -> dict[str, Any]:
    """Weights for all sentences of all `examples` that hold an answer at all; every question weighs the same."""

    def describe(example: Example) -> Iterator[tuple[str, tuple[float, ...]]]:
        for sentence, features in describe_sentences(example.query, example.findings):
            yield sentence.text, astuple(features)

    return _fit_sentences(NAMES["found"], examples, describe)


def fit_read_ranking(examples: Iterable[Example], reader_of: Callable[[Example], Read]) -> dict[str, Any]:
    """Weights for the sentences that are read together with the question, by a reader that had not seen it."""

    def describe(example: Example) -> Iterator[tuple[str, tuple[float, ...]]]:
        best = keep_best(score_sentences(example.query, example.findings))
        read = read_features(example.query, [s for s, _ in best], reader_of(example))
        for (sentence, found), features in zip(best, read, strict=True):
            yield sentence.text, (*astuple(found), *astuple(features))

    return _fit_sentences(NAMES["read"], examples, describe)


def _fit_sentences(
    names: list[str],
    examples: Iterable[Example],
    describe: Callable[[Example], Iterable[tuple[str, tuple[float, ...]]]],
) -> dict[str, Any]:
    """Weights for the features that `describe` gives for sentences; a question without an answer tells nothing."""
    matrices, labels, weights = [], [], []
    for example in examples:
        described = list(describe(example))
        label = np.array([holds(text, example.answers) for text, _ in described], dtype=bool)
        if label.any():
            matrices.append(np.array([row for _, row in described]))
            labels.append(label)
            weights.append(np.full(len(label), 1.0 / len(label)))
    x, y, w = np.concatenate(matrices), np.concatenate(labels), np.concatenate(weights)
    return _fit(names, x, y, w * len(y) / w.sum(), strength=1.0)


def fit_confidence(signals: Sequence[Signals], right: Sequence[bool], answerable: Sequence[bool]) -> dict[str, Any]:
    """Weights for `signals` of readings that were `right` or not, and two confidences.

    From the threshold on answers are shown, so chosen for those that were `answerable`; from the even one on they are
    right at least as often as wrong where, as here, most of what is asked has no answer in the archive.
    """
    x, y = np.array([astuple(s) for s in signals]), np.array(right, dtype=bool)
    fitted = _fit([f.name for f in fields(Signals)], x, y, np.ones(len(y)), strength=0.03)
    logits = (x - fitted["means"]) / fitted["scales"] @ np.array(fitted["coefficients"]) + fitted["intercept"]
    probabilities = 1.0 / (1.0 + np.exp(-logits))
    return {
        **fitted,
        "threshold": fit_threshold(probabilities[np.array(answerable, dtype=bool)]),
        "even": fit_even(probabilities, y),
    }


def fit_threshold(confidences: Floats) -> float:
    """The confidence below which `REFUSED_ANSWERABLE` of these lie."""
    return round(float(np.quantile(confidences, REFUSED_ANSWERABLE)), 4)


def fit_even(confidences: Floats, right: Labels) -> float:
    """The least confidence from which answers are right at least as often as wrong, by isotonic regression."""
    from sklearn.isotonic import IsotonicRegression

    ordered = np.sort(confidences)
    shares = IsotonicRegression().fit(confidences, right.astype(float)).predict(ordered)
    even = ordered[shares >= 0.5]
    return round(float(even[0]), 4) if len(even) else 1.0


def without_event(example: Example) -> Example:
    """`example` as if its event had not been reported."""
    kept = tuple(
        candidate
        for candidate in example.findings.candidates
        if not holds(candidate.passage.article.text, example.answers)
        and not _is_of_fortnight(candidate.passage.article.published, example.query.as_of)
    )
    return Example(example.query, Findings(kept), example.answers)


def is_right(reading: Reading, answers: Sequence[str]) -> bool:
    """Whether a reading would be accepted: it holds an answer, or shares most of its words with one."""
    return holds(reading.text, answers) or token_f1(reading.text, answers) >= 0.6


def _fit(names: list[str], x: Floats, y: Labels, weights: Floats, *, strength: float) -> dict[str, Any]:
    """A standardised logistic regression."""
    from sklearn.linear_model import LogisticRegression

    means, scales = x.mean(axis=0), x.std(axis=0)
    scales[scales < 1e-6] = 1.0  # a constant feature, such as "undated" in a data set without undated articles
    model = LogisticRegression(C=strength, max_iter=2000).fit((x - means) / scales, y, sample_weight=weights)
    return {
        "features": names,
        "means": means.round(6).tolist(),
        "scales": scales.round(6).tolist(),
        "coefficients": model.coef_[0].round(6).tolist(),
        "intercept": round(float(model.intercept_[0]), 6),
    }


def _is_of_fortnight(published: Any, as_of: Any) -> bool:
    return published is not None and abs((published - as_of).days) <= FORTNIGHT_DAYS


def write_ranking(stage: str, weights: dict[str, Any]) -> None:
    """Put the weights of one stage into the program."""
    _put(SENTENCE_WEIGHTS, stage, weights)


def _put(path: Path, name: str, weights: dict[str, Any]) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**stored, name: weights}, indent=1) + "\n", encoding="utf-8")
    log.info("wrote %s", path)


def read_signals(examples: Sequence[Example], llm: LLM, read: Read) -> Iterator[tuple[Signals, bool, bool]]:
    """Signals of what `llm` reads, whether it was right, and whether its evidence holds the answer.

    Of each question as it is and, where it has an answer, as if its event had not been reported; a reading without
    signals is left out, it is refused whatever the weights.
    """
    from qa.reading import write_answer

    for number, example in enumerate(examples):
        for each in (example, without_event(example)) if example.answers else (example,):
            selection = choose_evidence(each.query, each.findings, read)
            if selection.evidence:
                reading = write_answer(llm, each.query, selection.evidence)
                signals = gather_signals(each.query, selection, reading)
                if signals is not None:
                    held = each is example and any(holds(item.quote, each.answers) for item in selection.evidence)
                    yield signals, each is example and is_right(reading, each.answers), held
        log.info("read %d of %d", number + 1, len(examples))


def main() -> None:
    """Fit both, or one, on one data set and write the weights into the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--home", type=Path, default=Path(".dateline"), help="keeps the index and the model")
    parser.add_argument("--model", choices=list(CARRIERS), default=DEFAULT, help="whose confidence is fitted")
    parser.add_argument("--correction", type=Path, help="read with this correction, not the program's own")
    parser.add_argument("--parts", type=Path, help="choose evidence as `python -m qa.cross_tuning` wrote it there")
    parser.add_argument("--only", choices=["ranking", "confidence"], help="fit this alone")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    examples = list(search_dataset(arguments.dataset, arguments.home))
    if arguments.only != "confidence":
        write_ranking("found", fit_ranking(examples))
    if arguments.only != "ranking":
        folder = _prepare(arguments.model, arguments.correction, arguments.home / "models")
        cross = part_file(arguments.parts, KEPT) if arguments.parts else CORRECTION
        _fit_confidence_of(arguments.model, folder, examples, CrossEncoder(cross))


def _prepare(model: str, correction: Path | None, models: Path) -> Path:
    if correction is None:
        return prepare_model(model, models)
    carrier = replace(CARRIERS[model], correction=correction)
    return prepare_carrier(f"{model}-{correction.stem}", carrier, models, lambda *stage: None)


def _fit_confidence_of(model: str, folder: Path, examples: Sequence[Example], reader: CrossEncoder) -> None:
    from qa.model import LocalModel

    unseen = [e for e in examples if is_kept_for_confidence(e)]
    llm = LocalModel(folder)
    reader.quicken()
    signals, right, held = zip(*read_signals(unseen, llm, reader.score), strict=True)
    _put(CONFIDENCE_WEIGHTS, model, fit_confidence(signals, right, held))


def part_of(example: Example) -> int:
    """Which of three parts the question is of, by stretches of three weeks: one event gives several, days apart."""
    return example.query.as_of.toordinal() // 21 % PARTS


def part_file(folder: Path, part: int) -> Path:
    """Where `folder` holds the cross-encoder's correction that was fitted without this part of the questions."""
    return folder / f"without-{part}.safetensors"


def is_kept_for_confidence(example: Example) -> bool:
    """Whether the question is of the part `KEPT`.

    The confidence must not be fitted on readings of questions that the correction was fitted to.
    """
    return part_of(example) == KEPT


def search_dataset(path: Path, home: Path) -> Iterator[Example]:
    """Every question of the data set in `path` with what search finds; the index is kept in `home`."""
    dataset = read_dataset(path)
    with closing(open_searcher(dataset, home)) as searcher:
        yield from search_cases(dataset, searcher)


def open_searcher(dataset: Dataset, home: Path) -> Searcher:
    """What searches the articles of `dataset`, whose index is kept in `home`."""
    from qa.evaluation.run import Run

    run = Run(dataset, home / "eval", _refuse, len, model="")
    return Searcher(Home(run.index(dataset.corpora[0])))


def search_cases(dataset: Dataset, searcher: Searcher) -> Iterator[Example]:
    """Every question of `dataset` with what `searcher` finds."""
    for case in dataset.cases:
        query = Query(case.question, case.as_of)
        yield Example(query, leave_out_orders(searcher.find(query)), case.alternatives)


def _refuse(home: Path) -> Any:
    raise RuntimeError(f"fitting asks no assistant ({home})")


if __name__ == "__main__":
    main()
