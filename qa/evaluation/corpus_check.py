"""Whether an answer stands anywhere in a corpus, whatever search and cleaning make of it.

Reads the files as they are, one article at a time. This module does not know the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from index.build import BESIDE_ARTICLES
from index.documents import text_of_markup
from index.errors import ReadError
from index.readers import find_files, read_file
from qa.evaluation.dataset import Case, Dataset
from qa.evaluation.scores import holds_normalised, normalise_held, normalise_sought


def find_answered(dataset: Dataset, cases: Iterable[Case]) -> set[str]:
    """The fingerprints of those `cases` whose answer stands in an article of their corpus."""
    found: set[str] = set()
    for corpus in dataset.corpora:
        waiting = {
            case.fingerprint: [[normalise_sought(answer) for answer in group] for group in case.answers]
            for case in cases
            if case.corpus == corpus.name and case.answers
        }
        for text in map(normalise_held, _texts(corpus.paths)):
            here = [f for f, groups in waiting.items() if all(holds_normalised(text, group) for group in groups)]
            for fingerprint in here:
                del waiting[fingerprint]
            found.update(here)
    return found


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for file in find_files([path]):
            if file == path or file.name not in BESIDE_ARTICLES:
                for raw in read_file(file):
                    if not isinstance(raw, ReadError):
                        yield text_of_markup(raw.text) if raw.html else raw.text
