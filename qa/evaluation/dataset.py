"""Data sets: a folder of articles with its questions, as cases to be asked.

A case says what is asked, as of which day, over which corpus, and what a good answer does. RGB's file is
read by `qa/evaluation/rgb.py`. This module does not know how anything is answered or scored.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from index.build import BESIDE_ARTICLES
from index.errors import UsageError
from index.readers import find_files

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"

_ARTICLES = ("articles.jsonl", "articles.jsonl.gz")
_DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})\s*")


@dataclass(frozen=True, slots=True)
class Case:
    """One question to be asked of one corpus.

    A right answer names one alternative of every group in `answers`; with none the right answer is an
    abstention. `false_answer` is a value that other articles give, to be reported too. `sources` restricts
    the search, empty to all.
    """

    suite: str
    id: str
    question: str
    as_of: date
    answers: tuple[tuple[str, ...], ...]
    corpus: str
    false_answer: str = ""
    sources: tuple[str, ...] = ()

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Every accepted string."""
        return tuple(answer for group in self.answers for answer in group)

    @property
    def fingerprint(self) -> str:
        """What is asked, as a hash: a stored result is good only for this."""
        asked = [self.suite, self.id, self.question, self.as_of.isoformat(), list(self.sources), self.answers]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles to be indexed together: files and folders, or `records` to be written as one file first."""

    name: str
    key: str
    """SHA-256 of the content."""
    paths: tuple[Path, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases and the corpora they are asked over; `published` is what others scored, by system, in percent."""

    name: str
    corpora: tuple[Corpus, ...]
    cases: tuple[Case, ...]
    published: dict[str, dict[str, float]] = field(default_factory=dict)

    def first(self, limit: int | None) -> tuple[Case, ...]:
        """The first `limit` cases of every suite, or all."""
        seen: dict[str, int] = {}
        chosen = []
        for case in self.cases:
            seen[case.suite] = seen.get(case.suite, 0) + 1
            if limit is None or seen[case.suite] <= limit:
                chosen.append(case)
        return tuple(chosen)


def read_dataset(path: Path) -> Dataset:
    """The data set in the folder `path`, or RGB's `en_fact.jsonl` (or a folder that holds it).

    Raises:
        UsageError: there is none, or a question cannot be used.
    """
    from qa.evaluation.rgb import RGB_FILE, read_rgb

    if path.is_file():
        return read_rgb(path)
    if not path.is_dir():
        raise UsageError(f"{path}: no such folder; name one with questions.jsonl and articles")
    if (path / "questions.jsonl").is_file():
        return _read_folder(path)
    if (path / RGB_FILE).is_file():
        return read_rgb(path / RGB_FILE)
    raise UsageError(f"{path}: holds no questions.jsonl; write one question a line, as docs/evaluation.md shows")


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """`(place, object)` of every line of a JSON lines file.

    Raises:
        UsageError: the file cannot be read, or a line is no JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: not valid JSON ({error})") from error
        if not isinstance(value, dict):
            raise UsageError(f'{path}, line {number}: is no object such as {{"id": "q1", "question": "..."}}')
        yield f"{path}, line {number}", value


def _read_folder(folder: Path) -> Dataset:
    cases = list(_read_cases(folder / "questions.jsonl", ANSWERABLE))
    if (folder / "unanswerable.jsonl").is_file():
        cases += _read_cases(folder / "unanswerable.jsonl", UNANSWERABLE)
    articles = next((folder / name for name in _ARTICLES if (folder / name).is_file()), folder)
    corpus = Corpus("articles", _hash_files(articles), (articles,))
    return Dataset(folder.resolve().name, (corpus,), tuple(cases), _read_published(folder / "published.json"))


def _read_cases(path: Path, suite: str) -> Iterator[Case]:
    for place, value in read_objects(path):
        question = str(value.get("question") or "").strip()
        if not question:
            raise UsageError(f'{place}: has no "question"')
        name = str(value.get("id", place.rpartition(" ")[2]))
        answers = _read_answers(value.get("answers"), place) if suite == ANSWERABLE else ()
        yield Case(suite, name, question, _read_day(value.get("date"), place), answers, "articles")


def _read_answers(value: object, place: str) -> tuple[tuple[str, ...], ...]:
    """Any of the accepted strings will do: one group."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(a, str) and a.strip() for a in listed):
        raise UsageError(f'{place}: "answers" must list the accepted strings, such as ["four", "4"]')
    return (tuple(listed),)


def _read_day(value: object, place: str) -> date:
    match = _DAY.fullmatch(str(value or ""))
    try:
        if match:
            return date(*(int(part) for part in match.groups()))
    except ValueError:
        pass  # the thirtieth of February: reported like any other
    raise UsageError(f'{place}: "date" must be the day the question is asked on, such as "2024-08-26"')


def _read_published(path: Path) -> dict[str, dict[str, float]]:
    """System -> figure -> value in percent, and `n`; whatever else stands there is passed over."""
    if not path.is_file():
        return {}
    try:
        systems = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(name): {k: float(v) for k, v in figures.items() if isinstance(v, int | float)}
            for name, figures in systems.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(
            f'{path}: must hold objects such as {{"system": {{"em": 38.7, "n": 199}}}} ({error})'
        ) from error


def _hash_files(path: Path) -> str:
    """SHA-256 of the articles' files: their names below `path` and their bytes."""
    digest = hashlib.sha256()
    files = [f for f in find_files([path]) if f.name not in BESIDE_ARTICLES]
    if not files:
        raise UsageError(f"{path}: holds no articles; put them beside questions.jsonl, or into articles.jsonl")
    for file in files:
        digest.update(os.fsencode(file.relative_to(path) if file != path else file.name) + b"\0")
        try:
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise UsageError(f"{file}: cannot be read ({error.strerror}): check that it may be read") from error
    return digest.hexdigest()
