"""What the assistant returns: evidence, citations, disagreements, the answer, and its events.

All offsets are characters. `Citation.claim` counts in `Answer.text`, `Citation.quote` and
`Evidence.span` in `Article.text`. This module does not know how any of it is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from index.article import Article, Hit, Span
from index.query import Query

if TYPE_CHECKING:
    from qa.timeline import Timeline


class Verdict(StrEnum):
    """How far a quote bears out a sentence of the answer."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence or two of an article; `number` is the [n] that is shown."""

    number: int
    article: Article
    span: Span
    score: float

    @property
    def quote(self) -> str:
        """The exact characters of the article."""
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Citation:
    """One claim of the answer, the quote it rests on, and how well it does."""

    claim: Span
    number: int
    quote: Span
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One of several values that articles give for the same thing."""

    value: str
    numbers: tuple[int, ...]
    """Evidence numbers that give this value, one per independent source, newest first; not all where many do."""
    sources: int
    """How many independent sources give it; reprints count once."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more values for the same thing, newest first."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence the model wrote that no evidence bears out; it is not part of the text."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The checked answer to one question.

    `text` is what is shown, with `[n]` marks; `short` is the answer in a few words, empty when
    `abstained`; `best_guess` is what the model wrote, shown to nobody unless it is `short`. `evidence` is
    what the model read, or what is quoted where none has; `nearest` is filled on abstention only.
    `timeline` is there where what happened was asked for; no model has read then, and `short` is empty.
    `timings` are seconds since the question came in: `sources_s`, `first_word_s`, `total_s`.
    """

    question: str
    query: Query
    text: str
    short: str
    best_guess: str
    abstained: bool
    evidence: tuple[Evidence, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[Disagreement, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    nearest: tuple[Hit, ...] = ()
    timeline: Timeline | None = None
    confidence: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from qa.display import answer_html

        return answer_html(self)

    def _repr_markdown_(self) -> str:
        """How a notebook that prefers Markdown shows it."""
        from qa.display import answer_markdown

        return answer_markdown(self)


@dataclass(frozen=True, slots=True)
class Turn:
    """One past exchange of a conversation: the question as understood, and the answer's text."""

    question: str
    standalone: str
    answer: str


@dataclass(frozen=True, slots=True)
class Found:
    """Event: search is done; these sources will be read."""

    query: Query
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Event: the model reads for others first, `place` of them; 0 says that the wait is over."""

    place: int


@dataclass(frozen=True, slots=True)
class Delta:
    """Event: more checked text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the checked answer; always the last event."""

    answer: Answer


Event = Found | Waiting | Delta | Done
