"""What the HTTP API takes and gives, as checked values; answers are those of an evidence pack.

This module does not know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from index.article import Hit
from index.query import Filters
from qa.answer import Turn
from ui.evidence_pack import ArticleReference, FilterValues, Origin, Quote
from ui.packing import pack_quote

MAX_QUESTION_CHARS = 1000
MAX_TURNS = 30
MAX_RESULTS = 100
MAX_BODY_BYTES = 64_000_000
"""Of a request in JSON: all of it is held in memory, several times over."""
_MAX_NAMES = 100
_MAX_TEXT_CHARS = 20_000

Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS, pattern=r"\S")]
Name = Annotated[str, Field(max_length=300)]


class Scope(BaseModel):
    """Which articles may be found, and the day the question is asked on (default: today)."""

    after: date | None = None
    before: date | None = None
    sources: list[Name] = Field(default=[], max_length=_MAX_NAMES)
    tags: list[Name] = Field(default=[], max_length=_MAX_NAMES)
    articles: list[Name] = Field(default=[], max_length=_MAX_NAMES, description="article ids")
    as_of: date | None = None

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.after and self.before and self.before < self.after:
            raise ValueError(f"the dates run backwards: after {self.after}, before {self.before}")
        return self

    def to_filters(self) -> Filters:
        """The filters as the search takes them."""
        values = FilterValues(
            after=self.after, before=self.before, sources=self.sources, tags=self.tags, articles=self.articles
        )
        return values.to_filters()


class PastTurn(BaseModel):
    """An earlier question of the conversation and the answer given."""

    question: str = Field(max_length=MAX_QUESTION_CHARS)
    answer: str = Field(default="", max_length=_MAX_TEXT_CHARS)


class AskRequest(Scope):
    """A question, and the conversation it belongs to, oldest turn first."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    history: list[PastTurn] = Field(default=[], max_length=MAX_TURNS)
    stream: bool = Field(default=False, description="send events as they come: sources, text, answer")


class SearchRequest(Scope):
    """Words to search for, and how many passages are wanted."""

    q: Question
    k: int = Field(default=10, ge=1, le=MAX_RESULTS)


class FoundPassage(Quote):
    """A passage found; ranks count from 1."""

    rank: int


class FoundPassages(BaseModel):
    """The best passages for a query, best first."""

    query: str
    passages: list[FoundPassage]


class ArticleEntry(BaseModel):
    """An article in a list."""

    id: str
    title: str
    source: str
    published: date | None
    places: int = Field(description="how many files and reprints hold it")


class ArticleList(BaseModel):
    """A page of the list, and how many articles there are in all."""

    total: int
    articles: list[ArticleEntry]


class StoredArticle(ArticleReference):
    """The whole stored article."""

    tags: list[str]
    places: list[str]
    text: str


class Life(BaseModel):
    """Tells a program on this machine which index and which process this is."""

    home: str
    pid: int


class ServiceStatus(BaseModel):
    """What is served."""

    origin: Origin
    model_ready: bool
    model_error: str
    passages: int
    vectors: int
    first: date | None
    last: date | None
    sources: dict[str, int]


class InLine(BaseModel):
    """How many questions the model reads before this one; 0: it reads this one now."""

    place: int


class MoreText(BaseModel):
    """More checked text of a streamed answer."""

    text: str


class Problem(BaseModel):
    """Why a request was not answered."""

    detail: str


def found_passages(query: str, hits: Sequence[Hit]) -> FoundPassages:
    """What a search brought, as plain values."""
    passages = [
        FoundPassage(rank=hit.rank, **pack_quote(hit.passage.article, hit.passage.span, 0, hit.score).model_dump())
        for hit in hits
    ]
    return FoundPassages(query=query, passages=passages)


def to_turns(past: Sequence[PastTurn], understand: Callable[[str, Sequence[Turn]], str]) -> list[Turn]:
    """Earlier exchanges with each question as it is understood from those before it."""
    turns: list[Turn] = []
    for turn in past:
        turns.append(Turn(turn.question, understand(turn.question, turns), turn.answer))
    return turns
