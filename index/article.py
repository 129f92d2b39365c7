"""The values that everything else passes around: spans, articles, passages, hits.

Offsets count characters (code points) of `Article.text`, half-open. This module does not know where
articles come from or where they are kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """The characters this span covers in `text`."""
        return text[self.start : self.end]

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly within this span."""
        return self.start <= other.start and other.end <= self.end


def hash_text(title: str, text: str) -> str:
    """The SHA-256 of an article, in hexadecimal digits; the first 16 are its id."""
    return hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Article:
    """One cleaned article.

    `id` is derived from title and text, so the same article read from two places has one id.
    `text` holds paragraphs parted by blank lines, without title, captions or page furniture.
    `path` is the place it was first read from (`file` or `file#record`).
    """

    id: str
    title: str
    text: str
    published: date | None
    source: str
    author: str
    url: str
    tags: tuple[str, ...]
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article, about 100 words; the text is always the slice."""

    id: int
    article: Article
    span: Span
    sentences: tuple[Span, ...]

    @property
    def text(self) -> str:
        """`article.text[span.start:span.end]`."""
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by search; a higher score is better, ranks count from 1."""

    passage: Passage
    score: float
    rank: int
