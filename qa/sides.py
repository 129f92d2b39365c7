"""Before or after what: "after Per Lund resigned" asks for what came then, "Mali since the coup" likewise.

This module does not know what happened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.terms import search_terms, stem
from qa.dating import find_period
from qa.facts import NAME, stems_of
from qa.written_dates import When, without_dates

_BOUND = re.compile(r"(?:^|\s)(?P<side>since|after|before) (?P<event>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """The time from an event on, or up to it, and the stems of the words that name the event."""

    before: bool
    words: frozenset[str]

    def of(self, told: Sequence[tuple[str, When | None]]) -> list[bool]:
        """Which of `told`, sentences with their dates, the clearest first, lie on this side of the first on the event.

        None where the event is not told of, or nothing beside it.
        """
        event = next((when for text, when in told if self.words and when and self.names(text)), None)
        kept = [event is not None and self._is_beside(event, when) for _, when in told]
        others = any(kept and not self.names(text) for kept, (text, _) in zip(kept, told, strict=True))
        return kept if others else [False] * len(kept)

    def names(self, text: str) -> bool:
        """Whether `text` holds all words of the event."""
        return self.words <= stems_of(text)

    def _is_beside(self, event: When, when: When | None) -> bool:
        if when is None:
            return False
        return when.day <= event.last if self.before else when.last >= event.day


def find_side(topic: str, as_of: date) -> Side | None:
    """The side of an event that `topic` asks for; None where it asks for none, or a date bounds the time."""
    bound = _BOUND.search(topic)
    if bound is None or find_period(topic, as_of) is not None:
        return None
    words = frozenset(stem(term) for term in search_terms(bound["event"]))
    return Side(bound["side"].lower() == "before", words)


def subject_of(topic: str) -> str:
    """What `topic` is about without the event or date that bounds it: "Per Lund" in "after Per Lund resigned"."""
    bound = _BOUND.search(topic)
    if bound is None:
        return topic
    before, names = topic[: bound.start()].strip(), re.findall(NAME, without_dates(bound["event"]))
    if before:
        return before if re.search(r"\b[A-Z]", before) else topic
    return " ".join(names) or topic
