"""Answers to evidence packs and back: the catalogue's articles on one side, plain values on the other.

This module does not know files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from index.article import Article, Hit, Passage, Span
from index.catalogue import Catalogue
from index.meta import SCHEMA_VERSION
from index.query import Query
from qa.answer import Answer, Citation, Disagreement, Evidence, Reading, Withheld
from qa.timeline import Event, Timeline
from qa.weights import CARRIERS
from qa.written_dates import When
from ui.evidence_pack import (
    ArticleReference,
    CitedClaim,
    DatedEvent,
    FilterValues,
    Origin,
    Pack,
    PackedAnswer,
    PackedTimeline,
    Quote,
    ValueGiven,
    WithheldSentence,
)
from ui.settings import read_version
from ui.wording import one_line


def make_pack(answers: Sequence[Answer | PackedAnswer], origin: Origin, *, title: str = "") -> Pack:
    """The pack of these answers, oldest first, made now."""
    packed = [answer if isinstance(answer, PackedAnswer) else pack_answer(answer) for answer in answers]
    named = title or (one_line(packed[0].question) if packed else "")
    return Pack(made=datetime.now(UTC).replace(microsecond=0), title=named, origin=origin, answers=packed)


def origin_of(catalogue: Catalogue, model: str) -> Origin:
    """What makes the answers: this version of Dateline, `model` and the index."""
    carrier = CARRIERS.get(model)
    return Origin(
        dateline=read_version(),
        model=carrier.title if carrier else model,
        model_sha256=carrier.sha256 if carrier else "",
        embedder=catalogue.vectors.embedder,
        index_format=SCHEMA_VERSION,
        index_generation=catalogue.generation,
        articles=catalogue.status().articles,
    )


def pack_answer(answer: Answer) -> PackedAnswer:
    """`answer` as plain values."""
    return PackedAnswer(
        question=answer.question,
        standalone_question=answer.query.text,
        as_of=answer.query.as_of,
        filters=FilterValues.of(answer.query.filters),
        text=answer.text,
        short=answer.short,
        abstained=answer.abstained,
        confidence=answer.confidence,
        evidence=[pack_quote(item.article, item.span, item.number, item.score) for item in answer.evidence],
        citations=[_cited(citation) for citation in answer.citations],
        disagreements=[
            [ValueGiven(value=r.value, numbers=list(r.numbers), sources=r.sources) for r in d.readings]
            for d in answer.disagreements
        ],
        withheld=[WithheldSentence(reason=sentence.reason) for sentence in answer.withheld],
        nearest=[pack_quote(hit.passage.article, hit.passage.span, 0, hit.score) for hit in answer.nearest],
        timeline=_timeline(answer.timeline) if answer.timeline else None,
        timings=answer.timings,
    )


def pack_quote(article: Article, span: Span, number: int, score: float) -> Quote:
    """Words of an article with what is needed to find them again."""
    return Quote(
        number=number,
        quote=span.of(article.text),
        start=span.start,
        end=span.end,
        score=score,
        article=ArticleReference.of(article),
    )


def _cited(citation: Citation) -> CitedClaim:
    return CitedClaim(
        claim=(citation.claim.start, citation.claim.end),
        number=citation.number,
        quote=(citation.quote.start, citation.quote.end),
        verdict=citation.verdict,
        reason=citation.reason,
    )


def unpack_answer(packed: PackedAnswer, get_article: Callable[[str], Article]) -> Answer:
    """The answer that `packed` was made of; what the model wrote and was not shown is not in it.

    Raises UsageError (of `get_article`) where an article is no longer stored.
    """
    evidence = tuple(
        Evidence(quote.number, get_article(quote.article.id), Span(quote.start, quote.end), quote.score)
        for quote in packed.evidence
    )
    query = Query(packed.standalone_question, packed.as_of, packed.filters.to_filters())
    return Answer(
        question=packed.question,
        query=query,
        text=packed.text,
        short=packed.short,
        best_guess=packed.short,
        abstained=packed.abstained,
        evidence=evidence,
        citations=tuple(
            Citation(Span(*c.claim), c.number, Span(*c.quote), c.verdict, c.reason) for c in packed.citations
        ),
        disagreements=tuple(
            Disagreement(tuple(Reading(v.value, tuple(v.numbers), v.sources) for v in values))
            for values in packed.disagreements
        ),
        withheld=tuple(Withheld("", sentence.reason) for sentence in packed.withheld),
        nearest=tuple(
            Hit(Passage(0, get_article(q.article.id), Span(q.start, q.end), ()), q.score, rank)
            for rank, q in enumerate(packed.nearest, start=1)
        ),
        timeline=_unpack_timeline(packed.timeline, query, evidence) if packed.timeline else None,
        confidence=packed.confidence,
        timings=dict(packed.timings),
    )


def _timeline(timeline: Timeline) -> PackedTimeline:
    events = [
        DatedEvent(
            day=event.when.day if event.when else None,
            precision=event.when.precision if event.when else None,
            basis=event.when.basis if event.when else None,
            sources=event.sources,
            numbers=[item.number for item in event.evidence],
        )
        for event in timeline.events
    ]
    return PackedTimeline(topic=timeline.topic, events=events)


def _unpack_timeline(packed: PackedTimeline, query: Query, evidence: Sequence[Evidence]) -> Timeline:
    by_number = {item.number: item for item in evidence}
    events = tuple(
        Event(
            When(event.day, event.precision, event.basis) if event.day and event.precision and event.basis else None,
            tuple(by_number[number] for number in event.numbers),
            event.sources,
        )
        for event in packed.events
    )
    return Timeline(packed.topic, Query(packed.topic, query.as_of, query.filters), events)
