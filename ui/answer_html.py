"""A question and its answer as HTML, from the first moment to the checked end.

This module does not know Gradio or sessions; all text that is not ours passes `safe`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.article import Span
from qa.answer import Answer, Citation, Verdict
from qa.composition import DIFFER
from qa.dating import say_when
from qa.timeline import Timeline
from ui.abstention_html import abstention
from ui.basis import say_basis, say_day, say_unmentioned
from ui.conversation import Exchange, State
from ui.evidence_html import safe
from ui.turn_footer import footer
from ui.wording import one_line, say_date, say_waiting, source_of

_MARK = re.compile(r"\s?\[(\d{1,3})\]")
_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_STATUS = {
    State.SEARCHING: "Searching the articles…",
    State.READING: "Reading the sources…",
}


def exchange(turn: Exchange, *, latest: bool, model_ready: bool = True) -> str:
    """One question and its answer, as far as it has come."""
    parts = [f'<h2 class="dl-question">{safe(turn.question)}</h2>', _chips(turn)]
    if turn.understood:
        parts.append(f'<p class="dl-understood"><span>Understood as</span> {safe(turn.understood)}</p>')
    parts.append(_body(turn, model_ready))
    if turn.settled:
        parts.append(footer(turn, latest=latest))
    busy = "false" if turn.settled else "true"
    return (
        f'<article class="dl-turn" data-turn="{turn.number}" data-state="{turn.state}" aria-busy="{busy}">'
        f"{''.join(parts)}</article>"
    )


def _chips(turn: Exchange) -> str:
    """The filters that were in force, shown with the answer; each is taken off by pressing it."""
    filters = turn.filters
    said: list[tuple[str, str, str]] = []
    if filters.after:
        said.append(("after", "", f"from {say_date(filters.after)}"))
    if filters.before:
        said.append(("before", "", f"until {say_date(filters.before)}"))
    said += [("sources", source, one_line(source)) for source in filters.sources]
    said += [("tags", tag, f"#{one_line(tag)}") for tag in filters.tags]
    articles = zip(filters.article_ids, turn.titles, strict=False)
    said += [("article_ids", name, f"only: {one_line(title) or 'untitled article'}") for name, title in articles]
    if turn.as_of != date.today():
        said.append(("as_of", "", f"as of {say_date(turn.as_of)}"))
    chips = "".join(_chip(turn, *each) for each in said)
    return f'<p class="dl-chips">{chips}</p>' if chips else ""


def _chip(turn: Exchange, kind: str, value: str, said: str) -> str:
    if not turn.settled:
        return f"<span>{safe(said)}</span>"
    return (
        f'<button type="button" data-without="{kind}" data-value="{safe(value)}" data-turn-of="{turn.number}" '
        f'title="Ask again without this" aria-label="Ask again without: {safe(said)}">{safe(said)}'
        '<i aria-hidden="true">×</i></button>'
    )


def _body(turn: Exchange, model_ready: bool) -> str:
    if turn.answer is not None:
        return _checked(turn, turn.answer)
    # Until the answer is checked nothing tells our marks from a "[1]" that an article wrote: none is a link yet.
    text = f'<p class="dl-text">{safe(turn.text)}</p>' if turn.text else ""
    if turn.state is State.STOPPED:
        return text + '<p class="dl-note">Stopped. What is shown above is not complete.</p>'
    if turn.state is State.FAILED:
        return text + f'<p class="dl-note dl-error" role="alert">{safe(turn.message)}</p>'
    return text + _waiting(turn, model_ready)


def _waiting(turn: Exchange, model_ready: bool) -> str:
    said = _STATUS[turn.state]
    if turn.state is State.READING and not model_ready:
        said = "The sources are here. The language model is still being prepared; the answer follows by itself."
    elif turn.place:
        said = f"{say_waiting(turn.place)} The sources are here already."
    return f'<p class="dl-waiting" role="status"><i></i>{said}</p>'


def _checked(turn: Exchange, answer: Answer) -> str:
    if answer.abstained:
        return abstention(turn, answer)
    if answer.timeline is not None and answer.timeline.events:
        return _timeline(answer.timeline, turn.number)
    parts = [f'<p class="dl-text">{_claims(answer, turn.number)}</p>']
    parts += [_disagreement(answer, turn.number)] if answer.disagreements else []
    day = say_day(answer)
    parts += [f'<p class="dl-note dl-day">{safe(day)}</p>'] if day else []
    doubt = say_unmentioned(answer)
    parts += [f'<p class="dl-note dl-doubt">{safe(doubt)}</p>'] if doubt else []
    basis = say_basis(answer, turn.agreeing)
    parts += [f'<p class="dl-note dl-basis">{safe(basis)}</p>'] if basis else []
    if answer.withheld:
        count = len(answer.withheld)
        reasons = "".join(f"<li>{safe(w.reason)}</li>" for w in answer.withheld)
        parts.append(
            f'<details class="dl-withheld"><summary>{count} sentence{"s" if count > 1 else ""} withheld: '
            f"no source bears {'them' if count > 1 else 'it'} out</summary><ul>{reasons}</ul></details>"
        )
    return "".join(parts)


def _claims(answer: Answer, turn: int) -> str:
    """The answer's text with every cited sentence wrapped, and its verdict after its marks.

    The values in which articles differ are left out: they are drawn below.
    """
    last = answer.text.find(DIFFER) if answer.disagreements else -1
    text = answer.text[:last] if last >= 0 else answer.text
    by_claim: dict[Span, list[Citation]] = {}
    for citation in answer.citations:
        by_claim.setdefault(citation.claim, []).append(citation)
    parts: list[str] = []
    at = 0
    for claim in sorted(by_claim):
        if claim.start < at or claim.end > len(text):
            continue
        marks = _MARKS.match(text, claim.end)
        end = marks.end() if marks else claim.end
        parts.append(_linked(text[at : claim.start], turn))
        claimed = _claim(claim.of(text), text[claim.end : end], by_claim[claim], turn)
        is_short = answer.short and claim.of(text).rstrip(".") == answer.short.rstrip(".")
        parts.append(f'<strong class="dl-short">{claimed}</strong>' if is_short else claimed)
        at = end
    parts.append(_linked(text[at:], turn))
    return "".join(parts)


def _claim(text: str, marks: str, citations: Sequence[Citation], turn: int) -> str:
    best = min(citations, key=lambda c: list(Verdict).index(c.verdict))
    numbers = " ".join(str(number) for number in sorted({c.number for c in citations}))
    opening = f'<span class="dl-claim" data-verdict="{best.verdict}" data-numbers="{numbers}">'
    # Our marks stand after the claim; a "[1]" within it is the article's own and must not look like one of them.
    body = f"{opening}{safe(text)}</span>{_linked(marks, turn)}"
    if best.verdict is Verdict.SUPPORTED:
        return body
    reason = best.reason or "the source does not bear out every part of this sentence"
    tip = safe(f"{'Weakly supported' if best.verdict is Verdict.WEAK else 'Not supported'}: {reason}")
    return f'{body}<button type="button" class="dl-why" aria-label="{tip}" data-tip="{tip}">{best.verdict}</button>'


def _linked(text: str, turn: int) -> str:
    """`text` with every `[n]` as a link to its card."""
    parts: list[str] = []
    at = 0
    for mark in _MARK.finditer(text):
        number = mark.group(1)
        parts.append(safe(text[at : mark.start()]))
        parts.append(
            f'<a class="dl-cite" href="#dl-card-{turn}-{number}" data-cite="{turn}-{number}" '
            f'aria-label="Source {number}">{number}</a>'
        )
        at = mark.end()
    parts.append(safe(text[at:]))
    return "".join(parts)


def _disagreement(answer: Answer, turn: int) -> str:
    """The values side by side, each with who gives it and when."""
    by_number = {item.number: item.article for item in answer.evidence}
    columns = []
    for disagreement in answer.disagreements:
        for reading in disagreement.readings:
            given = "".join(
                f"<li>{_linked(f'[{number}]', turn)} {safe(source_of(by_number[number]))}, "
                f"{say_date(by_number[number].published)}</li>"
                for number in reading.numbers
                if number in by_number
            )
            many = f"<small>{reading.sources} sources</small>" if reading.sources > 1 else ""
            columns.append(f"<li><b>{safe(reading.value)}</b> {many}<ul>{given}</ul></li>")
    return (
        '<div class="dl-differ"><p class="dl-label">Sources differ, newest first</p>'
        f'<ul class="dl-values">{"".join(columns)}</ul></div>'
    )


def _timeline(timeline: Timeline, turn: int) -> str:
    """The events on a strip, to scale, and below it word for word."""
    dated = [event.when.day for event in timeline.events if event.when]
    first, last = (min(dated), max(dated)) if dated else (date.min, date.min)
    dots, rows = [], []
    for at, event in enumerate(timeline.events, start=1):
        said = safe(say_when(event.when))
        if event.when and first < last:
            left = 100 * (event.when.day - first).days / (last - first).days
            dots.append(
                f'<a href="#dl-event-{turn}-{at}" style="left:{left:.1f}%" title="{said}" aria-label="{said}"></a>'
            )
        numbers = " ".join(str(item.number) for item in event.evidence)
        marks = "".join(_linked(f"[{item.number}]", turn) for item in event.evidence)
        many = (
            f'<small class="dl-agree"><b>{event.sources} independent sources</b></small>' if event.sources > 1 else ""
        )
        rows.append(
            f'<li id="dl-event-{turn}-{at}"><time>{said}</time><p><span class="dl-claim" data-verdict="supported" '
            f'data-numbers="{numbers}">{safe(" ".join(event.quote.split()))}</span>{marks} {many}</p></li>'
        )
    ends = f"<span>{say_date(first)}</span><span>{say_date(last)}</span>"
    strip = f'<div class="dl-strip"><i></i>{"".join(dots)}</div><p class="dl-ends">{ends}</p>' if dots else ""
    return f'{strip}<ol class="dl-timeline">{"".join(rows)}</ol>'
