"""An answer and an article as plain JSON values, in the shape that `--json` promises.

This module does not know where the text goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.article import Article
from index.places import Place
from qa.answer import Answer, Citation, Evidence
from qa.dating import say_when
from qa.timeline import Event, Timeline


def answer_object(answer: Answer) -> dict[str, Any]:
    """The object of `dateline ask --json`; `article.text[start:end] == quote` for every evidence."""
    return {
        "question": answer.question,
        "standalone_question": answer.query.text,
        "text": answer.text,
        "short": answer.short,
        "abstained": answer.abstained,
        "evidence": [_evidence(evidence) for evidence in answer.evidence],
        "citations": [_citation(citation) for citation in answer.citations],
        "disagreements": [
            [
                {"value": reading.value, "numbers": list(reading.numbers), "sources": reading.sources}
                for reading in disagreement.readings
            ]
            for disagreement in answer.disagreements
        ],
        "timeline": timeline_object(answer.timeline) if answer.timeline else None,
        "timings": dict(answer.timings),
    }


def timeline_object(timeline: Timeline) -> dict[str, Any]:
    """The object of `dateline timeline --json`; an event's `date` is its first day, whatever its precision."""
    return {"topic": timeline.topic, "events": [_event(event) for event in timeline.events]}


def _event(event: Event) -> dict[str, Any]:
    when = event.when
    return {
        "date": when.day.isoformat() if when else None,
        "precision": when.precision.value if when else None,
        "basis": when.basis.value if when else None,
        "said": say_when(when),
        "text": event.quote,
        "sources": event.sources,
        "evidence": [_evidence(evidence) for evidence in event.evidence],
    }


def article_object(article: Article, places: Sequence[Place]) -> dict[str, Any]:
    """The object of `dateline show --json`."""
    return {
        **_reference(article),
        "author": article.author,
        "tags": list(article.tags),
        "sha256": article.sha256,
        "places": [place.path for place in places],
        "text": article.text,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "number": evidence.number,
        "quote": evidence.quote,
        "start": evidence.span.start,
        "end": evidence.span.end,
        "article": _reference(evidence.article),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "claim": [citation.claim.start, citation.claim.end],
        "number": citation.number,
        "quote": [citation.quote.start, citation.quote.end],
        "verdict": citation.verdict.value,
    }


def _reference(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
        "url": article.url,
        "path": article.path,
    }
