"""What is searched for: the question made to stand alone, its date and the filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions on which articles may be found; empty means no restriction.

    `after` and `before` are inclusive days; articles without a date fail both.
    """

    after: date | None = None
    before: date | None = None
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.sources or self.tags or self.article_ids)


@dataclass(frozen=True, slots=True)
class Query:
    """A question that stands alone, asked as of a day."""

    text: str
    as_of: date
    filters: Filters = field(default_factory=Filters)
