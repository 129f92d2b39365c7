"""The evidence pack: questions and answers with every quote, its article's hash and what made them, as JSON.

All offsets count characters (code points): `claim` in the answer's `text`, `start`, `end` and `quote` in the
article's text. This module does not know how a pack is made, shown or checked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from index.article import Article
from index.errors import UsageError
from index.query import Filters
from qa.answer import Verdict
from qa.written_dates import Basis, Precision
from ui.wording import one_line

FORMAT: Final = "dateline-evidence-pack/1"

Offset = Annotated[int, Field(ge=0)]
Offsets = tuple[Offset, Offset]
"""Half-open, in characters."""


class ArticleReference(BaseModel):
    """Which article, and the SHA-256 of its title, a blank line and its text."""

    id: str
    title: str
    published: date | None = None
    source: str = ""
    author: str = ""
    url: str = ""
    path: str = ""
    sha256: str

    @classmethod
    def of(cls, article: Article) -> Self:
        """The reference to `article`."""
        names = ("id", "title", "published", "source", "author", "url", "path", "sha256")
        return cls(**{name: getattr(article, name) for name in names})


class Quote(BaseModel):
    """Words of an article and where they stand; `number` is the [n] shown, 0 where none is."""

    number: int = 0
    quote: str
    start: Offset
    end: Offset
    score: float = 0.0
    article: ArticleReference


class CitedClaim(BaseModel):
    """Which characters of the answer rest on which quote, and how well."""

    claim: Offsets
    number: int
    quote: Offsets
    verdict: Verdict
    reason: str = ""


class ValueGiven(BaseModel):
    """One of several values that articles give for one thing, and the numbers of the quotes that do."""

    value: str
    numbers: list[int]
    sources: int = 1
    """How many independent sources give it; reprints count once."""


class WithheldSentence(BaseModel):
    """Why a sentence that the model wrote is not shown; the sentence itself is not handed on."""

    reason: str


class FilterValues(BaseModel):
    """What was searched; empty means everything."""

    after: date | None = None
    before: date | None = None
    sources: list[str] = []
    tags: list[str] = []
    articles: list[str] = []

    @classmethod
    def of(cls, filters: Filters) -> Self:
        """`filters` as plain values."""
        return cls(
            after=filters.after,
            before=filters.before,
            sources=list(filters.sources),
            tags=list(filters.tags),
            articles=list(filters.article_ids),
        )

    def to_filters(self) -> Filters:
        """The same as the search takes them."""
        return Filters(self.after, self.before, tuple(self.sources), tuple(self.tags), tuple(self.articles))


class DatedEvent(BaseModel):
    """One event of a timeline; `day` is its first; `numbers` are the quotes that tell it."""

    day: date | None = None
    precision: Precision | None = None
    basis: Basis | None = None
    sources: int
    numbers: list[int]


class PackedTimeline(BaseModel):
    """What happened with `topic`, oldest first."""

    topic: str
    events: list[DatedEvent]


class PackedAnswer(BaseModel):
    """One question and its checked answer; `nearest` holds passages where the articles do not answer."""

    question: str
    standalone_question: str
    as_of: date
    filters: FilterValues = FilterValues()
    text: str
    short: str = ""
    abstained: bool
    confidence: float = 0.0
    evidence: list[Quote]
    citations: list[CitedClaim]
    disagreements: list[list[ValueGiven]] = []
    withheld: list[WithheldSentence] = []
    nearest: list[Quote] = []
    timeline: PackedTimeline | None = None
    timings: dict[str, float] = {}

    @property
    def cited(self) -> list[Quote]:
        """The quotes that the answer cites, by number."""
        numbers = {citation.number for citation in self.citations}
        return [quote for quote in self.evidence if quote.number in numbers]


class Origin(BaseModel):
    """What made the answers. `model_sha256` is that of the published weights, empty where they are not known."""

    dateline: str
    model: str
    model_sha256: str = ""
    embedder: str = ""
    index_format: str = ""
    index_generation: int = 0
    articles: int = 0


class Pack(BaseModel):
    """One or more answers of a conversation, oldest first, with everything needed to check them."""

    format: Literal["dateline-evidence-pack/1"] = FORMAT
    made: datetime
    title: str
    origin: Origin
    answers: list[PackedAnswer]


def read_pack(data: str | bytes, place: str) -> Pack:
    """The pack in JSON text.

    Raises:
        UsageError: it is none; the message names `place` and what is wrong.
    """
    try:
        return Pack.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = f"{where}: {first['msg']}" if where else first["msg"]
        raise UsageError(
            f"{place} is not an evidence pack ({one_line(wrong)}): give a file that --save wrote"
        ) from error
