"""Dates and filters as people type them -> `Filters`; the command line and the page read them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from index.errors import UsageError
from index.query import Filters

_MOST_NAMES = 200
"""Sources, tags or articles that one question may name."""


def read_filters(after: str | None, before: str | None, sources: Sequence[str]) -> Filters:
    """The filters that these texts say.

    Raises UsageError for something that is no date, or a range that ends before it begins.
    """
    first = read_day(after, "after")
    last = read_day(before, "before")
    if first and last and last < first:
        raise UsageError(f"the dates run backwards: after {first}, before {last}")
    return Filters(after=first, before=last, sources=tuple(sources))


def read_wanted(value: Mapping[str, Any]) -> tuple[Filters, date]:
    """The filters and the as-of day that the page's form says.

    `value` holds texts under `after`, `before` and `as_of`, lists of texts under `sources`, `tags` and `articles`;
    whatever is missing restricts nothing. Raises UsageError as `read_filters` does.
    """
    dated = read_filters(_text(value.get("after")), _text(value.get("before")), _texts(value.get("sources")))
    filters = replace(dated, tags=_texts(value.get("tags")), article_ids=_texts(value.get("articles")))
    return filters, read_day(_text(value.get("as_of")), "as of") or date.today()


def without(filters: Filters, as_of: date, kind: str, value: str) -> tuple[Filters, date]:
    """`filters` and the as-of day with one of them taken off; an unknown `kind` takes off all."""
    left = {
        "after": replace(filters, after=None),
        "before": replace(filters, before=None),
        "sources": replace(filters, sources=tuple(s for s in filters.sources if s != value)),
        "tags": replace(filters, tags=tuple(t for t in filters.tags if t != value)),
        "article_ids": replace(filters, article_ids=tuple(i for i in filters.article_ids if i != value)),
    }
    if kind == "as_of":
        return filters, date.today()
    return (left[kind], as_of) if kind in left else (Filters(), date.today())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else []
    return tuple(text for text in texts[:_MOST_NAMES] if isinstance(text, str) and text)


def read_day(text: str | None, name: str) -> date | None:
    """The day that `text` says; None where it says none. Raises UsageError for something else."""
    if text is None or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{name}: {text.strip()!r} is not a date, write it as 2024-08-23") from error
