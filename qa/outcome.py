"""What is known of one question while it is answered, and the finished answer made of it.

This module does not know how any of it is found out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.query import Query
from index.search import Candidate
from qa.answer import Answer, Disagreement, Evidence
from qa.composition import Draft, is_fragment

if TYPE_CHECKING:
    from qa.reading import Reading
    from qa.timeline import Timeline


@dataclass(slots=True)
class Outcome:
    """What is known so far of one question."""

    question: str
    query: Query
    started: float
    """A `time.perf_counter()` reading."""
    evidence: tuple[Evidence, ...] = ()
    ranked: tuple[Candidate, ...] = ()
    """The passages found, best first."""
    timings: dict[str, float] = field(default_factory=dict)
    reading: Reading | None = None
    said: str = ""
    """The short answer where no model reads."""
    disagreements: tuple[Disagreement, ...] = ()
    timeline: Timeline | None = None
    confidence: float = 0.0

    def take(self, item: Evidence) -> Evidence:
        """`item` with its number among the evidence, to which it is added if it is not of it."""
        for known in self.evidence:
            if (known.article.id, known.span) == (item.article.id, item.span):
                return known
        taken = replace(item, number=len(self.evidence) + 1)
        self.evidence = (*self.evidence, taken)
        return taken

    def answer(self, draft: Draft, *, abstained: bool) -> Answer:
        """The finished answer; its total time ends now."""
        written = self.reading.text if self.reading else self.said
        stands = bool(draft.citations) and not draft.withheld and is_fragment(written)
        return Answer(
            question=self.question,
            query=self.query,
            text=draft.text,
            short=written if stands and not abstained else "",
            best_guess=written,
            abstained=abstained,
            evidence=self.evidence,
            citations=tuple(draft.citations),
            disagreements=() if abstained else self.disagreements,
            withheld=tuple(draft.withheld),
            timeline=self.timeline,
            confidence=self.confidence,
            timings={**self.timings, "total_s": time.perf_counter() - self.started},
            prompt_tokens=self.reading.prompt_tokens if self.reading else 0,
            answer_tokens=self.reading.answer_tokens if self.reading else 0,
        )
