"""Answers as events: those about Dateline itself, timelines, who is who, and what was composed of evidence.

This module does not know how a timeline or a description is found, nor how the model's answer is composed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from index.article import Span
from index.query import Query
from qa.answer import Citation, Delta, Done, Event, Found, Verdict
from qa.attribution import Judgement, judge_sentence
from qa.composition import Draft
from qa.dating import say_when
from qa.identity import Description
from qa.outcome import Outcome
from qa.timeline import Timeline


def say(outcome: Outcome, reply: str) -> Iterator[Event]:
    """An answer that rests on no article, about Dateline itself."""
    yield from tell_draft(outcome, Draft(reply, [reply]))


def tell(outcome: Outcome, timeline: Timeline) -> Iterator[Event]:
    """A timeline as an answer, a line for each event."""
    outcome.evidence, outcome.timeline, outcome.confidence = timeline.evidence, timeline, 1.0
    outcome.timings["sources_s"] = time.perf_counter() - outcome.started
    yield Found(outcome.query, outcome.evidence)
    text, citations = write_timeline(timeline)
    yield from tell_draft(outcome, Draft(text, [text], citations))


def tell_draft(outcome: Outcome, draft: Draft) -> Iterator[Event]:
    """A finished draft as the answer."""
    outcome.timings.setdefault("first_word_s", time.perf_counter() - outcome.started)
    yield from map(Delta, draft.pieces)
    yield Done(outcome.answer(draft, abstained=False))


def write_timeline(timeline: Timeline) -> tuple[str, list[Citation]]:
    """ "23 August 2024: Four guards were killed. [1] [2]", a paragraph for each event, and what each rests on."""
    text, citations = "", []
    for event in timeline.events:
        said = say_when(event.when)
        text += ("\n\n" if text else "") + f"{said[0].upper()}{said[1:]}: "
        claim = Span(len(text), len(text) + len(event.quote))
        citations += [Citation(claim, item.number, item.span, Verdict.SUPPORTED) for item in event.evidence]
        text += event.quote + "".join(f" [{item.number}]" for item in event.evidence)
    return text, citations


def introduce(outcome: Outcome, descriptions: Sequence[Description]) -> Iterator[Event]:
    """Who or what somebody or something is, then the sentence that says it first."""
    outcome.evidence = tuple({item.number: item for each in descriptions for item in each.evidence}.values())
    outcome.said, outcome.confidence = descriptions[0].text, 1.0
    outcome.timings["sources_s"] = time.perf_counter() - outcome.started
    yield Found(outcome.query, outcome.evidence)
    yield from tell_draft(outcome, write_descriptions(outcome.query, descriptions))


def write_descriptions(query: Query, descriptions: Sequence[Description]) -> Draft:
    """ "the founder of Wagner [1]; a banker [2]", then the first sentence, all word for word."""
    draft = Draft()
    for each in descriptions:
        draft.add(each.text, [judge_sentence(each.text, [item], query.text) for item in each.evidence], gap="; ")
    first = descriptions[0].evidence[0]
    draft.add(" ".join(first.quote.split()), [Judgement(Verdict.SUPPORTED, first, 1.0, "")], gap="\n\n")
    return draft
