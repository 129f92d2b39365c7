"""Values that articles give for one thing, each where it stands; those that are one in other words.

This module does not know how values are read, nor which is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qa.answer import Evidence
from qa.parallels import is_same


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a sentence writes it, and that sentence."""

    shown: str
    evidence: Evidence


def once_an_article(values: Iterable[Value]) -> list[Value]:
    """The first value of each article."""
    first: dict[str, Value] = {}
    for value in values:
        first.setdefault(value.evidence.article.id, value)
    return list(first.values())


def group_values(values: Sequence[Value]) -> list[list[Value]]:
    """Values that are one in other words together; the group with the newest report first, newest first within."""
    groups: list[list[Value]] = []
    for value in sorted(values, key=_day, reverse=True):
        for group in groups:
            days = group[0].evidence.article.published, value.evidence.article.published
            if is_same(group[0].shown, value.shown, *days):
                group.append(value)
                break
        else:
            groups.append([value])
    return groups


def _day(value: Value) -> date:
    return value.evidence.article.published or date.min
