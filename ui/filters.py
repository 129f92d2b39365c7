"""Dates and filters as people type them -> `Filters`; the command line and the page read them alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.errors import UsageError
from index.query import Filters


def read_filters(after: str | None, before: str | None, sources: Sequence[str]) -> Filters:
    """The filters that these texts say.

    Raises UsageError for something that is no date, or a range that ends before it begins.
    """
    first = read_day(after, "after")
    last = read_day(before, "before")
    if first and last and last < first:
        raise UsageError(f"the dates run backwards: after {first}, before {last}")
    return Filters(after=first, before=last, sources=tuple(sources))


def read_day(text: str | None, name: str) -> date | None:
    """The day that `text` says; None where it says none. Raises UsageError for something else."""
    if text is None or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{name}: {text.strip()!r} is not a date, write it as 2024-08-23") from error
