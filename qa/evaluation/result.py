"""What was observed when a case was asked, and the file in which it is kept.

A result holds what came back, not how good it is: it can be scored again without asking again. The file
grows by one line a question, so that a run killed at any moment goes on where it stopped. This module does
not know the assistant.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import filelock

from index.errors import DatelineError, IndexBusyError


@dataclass(frozen=True, slots=True)
class ReadQuote:
    """One piece of the evidence the model read, with what its article says of itself."""

    number: int
    article: str
    title: str
    published: str
    text: str


@dataclass(frozen=True, slots=True)
class CitedQuote:
    """One citation: the claim's characters in the answer's text, and the words quoted."""

    start: int
    end: int
    number: int
    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the assistant answered; `readings` are the values it reported as disagreeing."""

    text: str
    short: str
    best_guess: str
    abstained: bool
    confidence: float
    citations: tuple[CitedQuote, ...] = ()
    readings: tuple[str, ...] = ()
    prompt_tokens: int = 0
    answer_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What one case brought; `said` is None where only search was measured.

    `passages` are the texts found, best first. `exact_quotes` of `quotes` quotes, evidence and citations,
    are slices of the article as it is stored.
    """

    case: str
    passages: tuple[str, ...]
    evidence: tuple[ReadQuote, ...]
    evidence_tokens: int
    said: Said | None
    quotes: int
    exact_quotes: int
    timings: dict[str, float] = field(default_factory=dict)
    peak_bytes: int = 0

    def to_line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """The result that `to_line` wrote."""
        value: dict[str, Any] = json.loads(line)
        said: dict[str, Any] | None = value.pop("said")
        evidence = tuple(ReadQuote(**item) for item in value.pop("evidence"))
        passages = tuple(value.pop("passages"))
        return cls(**value, passages=passages, evidence=evidence, said=_read_said(said) if said else None)


def _read_said(value: dict[str, Any]) -> Said:
    citations = tuple(CitedQuote(**item) for item in value.pop("citations"))
    readings = tuple(value.pop("readings"))
    return Said(**value, citations=citations, readings=readings)


class ResultFile:
    """The results of one run, by the fingerprint of their case; open it as a context manager.

    Raises:
        IndexBusyError: another run is writing it.
        DatelineError: it cannot be read or written.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        """`fresh` forgets what was kept."""
        self.path = path
        self.results: dict[str, Result] = {}
        self._lock = filelock.FileLock(path.with_suffix(".lock"), timeout=0)
        self._fresh = fresh

    def __enter__(self) -> Self:
        with self._explain():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        try:
            with self._explain():
                if self._fresh:
                    self.path.unlink(missing_ok=True)
                self._load()
        except DatelineError:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def add(self, result: Result) -> None:
        """Keep `result`; it is on disk when this returns."""
        with self._explain(), self.path.open("a", encoding="utf-8") as stream:
            stream.write(result.to_line())
            stream.flush()
            os.fsync(stream.fileno())
        self.results[result.case] = result

    def _load(self) -> None:
        """Read what is there; a line without an end was cut by a kill and is dropped."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        try:
            for line in whole.decode().splitlines():
                result = Result.from_line(line)
                self.results[result.case] = result
        except (ValueError, TypeError, KeyError) as error:
            raise DatelineError(f"{self.path} is damaged ({error}): run again with --fresh") from error

    @contextmanager
    def _explain(self) -> Iterator[None]:
        try:
            yield
        except filelock.Timeout as error:
            raise IndexBusyError(f"another run is writing {self.path}: wait for it to end") from error
        except OSError as error:
            raise DatelineError(f"{self.path}: {error.strerror or error}; choose another --home") from error
