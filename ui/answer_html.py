"""A question and its answer as HTML, from the first moment to the checked end.

This module does not know Gradio or sessions; all text that is not ours passes `safe`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.article import Hit, Span
from qa.answer import Answer, Citation, Verdict
from ui.conversation import Exchange, State
from ui.evidence_html import facts_line, open_button, safe
from ui.wording import one_line, say_date, title_of

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
        parts.append(_footer(turn, latest=latest))
    busy = "false" if turn.settled else "true"
    return (
        f'<article class="dl-turn" data-turn="{turn.number}" data-state="{turn.state}" aria-busy="{busy}">'
        f"{''.join(parts)}</article>"
    )


def _chips(turn: Exchange) -> str:
    """The filters that were in force, shown with the answer."""
    filters = turn.filters
    said = []
    if filters.after:
        said.append(f"from {say_date(filters.after)}")
    if filters.before:
        said.append(f"until {say_date(filters.before)}")
    said += [one_line(source) for source in filters.sources]
    if turn.as_of != date.today():
        said.append(f"as of {say_date(turn.as_of)}")
    if not said:
        return ""
    return '<p class="dl-chips">' + "".join(f"<span>{safe(text)}</span>" for text in said) + "</p>"


def _body(turn: Exchange, model_ready: bool) -> str:
    if turn.answer is not None:
        return _checked(turn, turn.answer)
    text = f'<p class="dl-text">{_linked(turn.text, turn.number)}</p>' if turn.text else ""
    if turn.state is State.STOPPED:
        return text + '<p class="dl-note">Stopped. What is shown above is not complete.</p>'
    if turn.state is State.FAILED:
        return text + f'<p class="dl-note dl-error" role="alert">{safe(turn.message)}</p>'
    return text + _waiting(turn, model_ready)


def _waiting(turn: Exchange, model_ready: bool) -> str:
    said = _STATUS[turn.state]
    if turn.state is State.READING and not model_ready:
        said = "The sources are here. The language model is still being prepared; the answer follows by itself."
    return f'<p class="dl-waiting" role="status"><i></i>{said}</p>'


def _checked(turn: Exchange, answer: Answer) -> str:
    if answer.abstained:
        return _abstention(turn, answer)
    parts = [f'<p class="dl-text">{_claims(answer, turn.number)}</p>']
    parts += [_disagreement(answer, turn.number)] if answer.disagreements else []
    if answer.withheld:
        count = len(answer.withheld)
        reasons = "".join(f"<li>{safe(w.reason)}</li>" for w in answer.withheld)
        parts.append(
            f'<details class="dl-withheld"><summary>{count} sentence{"s" if count > 1 else ""} withheld: '
            f"no source bears {'them' if count > 1 else 'it'} out</summary><ul>{reasons}</ul></details>"
        )
    return "".join(parts)


def _abstention(turn: Exchange, answer: Answer) -> str:
    hint = "Another word or a wider range of dates may help." if turn.filters else "Another word may help."
    nearest = "".join(_nearest(hit, turn) for hit in answer.nearest)
    heading = '<p class="dl-label">Nearest passages, which may or may not help</p>' if nearest else ""
    return (
        '<div class="dl-abstained"><p class="dl-verdict">Not answered by these articles</p>'
        f'<p class="dl-text">{_linked(answer.text, turn.number)}</p>'
        f'<p class="dl-note">{hint}</p>{heading}{nearest}</div>'
    )


def _nearest(hit: Hit, turn: Exchange) -> str:
    passage = hit.passage
    text = one_line(passage.text)
    shown = text if len(text) <= 280 else text[:280].rsplit(" ", 1)[0] + " …"
    return (
        f'<div class="dl-nearest"><p class="dl-title">{safe(title_of(passage.article))}</p>'
        f"{facts_line(passage.article, turn.as_of)}<p>{safe(shown)}</p>"
        f"{open_button(passage.article, [passage.span])}</div>"
    )


def _claims(answer: Answer, turn: int) -> str:
    """The answer's text with every cited sentence wrapped, and its verdict after its marks."""
    by_claim: dict[Span, list[Citation]] = {}
    for citation in answer.citations:
        by_claim.setdefault(citation.claim, []).append(citation)
    parts: list[str] = []
    at = 0
    for claim in sorted(by_claim):
        if claim.start < at:
            continue
        marks = _MARKS.match(answer.text, claim.end)
        end = marks.end() if marks else claim.end
        parts.append(_linked(answer.text[at : claim.start], turn))
        claimed = _claim(claim.of(answer.text), answer.text[claim.end : end], by_claim[claim], turn)
        is_short = answer.short and claim.of(answer.text).rstrip(".") == answer.short.rstrip(".")
        parts.append(f'<strong class="dl-short">{claimed}</strong>' if is_short else claimed)
        at = end
    parts.append(_linked(answer.text[at:], turn))
    return "".join(parts)


def _claim(text: str, marks: str, citations: Sequence[Citation], turn: int) -> str:
    best = min(citations, key=lambda c: list(Verdict).index(c.verdict))
    numbers = " ".join(str(number) for number in sorted({c.number for c in citations}))
    opening = f'<span class="dl-claim" data-verdict="{best.verdict}" data-numbers="{numbers}">'
    body = f"{opening}{_linked(text, turn)}</span>{_linked(marks, turn)}"
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
    rows = []
    for disagreement in answer.disagreements:
        for reading in disagreement.readings:
            marks = "".join(_linked(f"[{number}]", turn) for number in reading.numbers)
            rows.append(f"<li><b>{safe(reading.value)}</b> {marks}</li>")
    return f'<div class="dl-differ"><p class="dl-label">Sources differ, newest first</p><ul>{"".join(rows)}</ul></div>'


def _footer(turn: Exchange, *, latest: bool) -> str:
    parts = []
    if turn.evidence:
        count = len(turn.evidence)
        parts.append(
            f'<button type="button" data-show="{turn.number}">{count} source{"s" if count > 1 else ""}</button>'
        )
    if latest:
        parts.append('<button type="button" data-retry>Ask again</button>')
    if turn.answer and "total_s" in turn.answer.timings:
        parts.append(f"<span>{turn.answer.timings['total_s']:.1f} s</span>")
    return f'<p class="dl-foot">{"".join(parts)}</p>'


# --- around the conversation --------------------------------------------------------------------------------


def welcome(examples: Sequence[str], articles: int) -> str:
    """What an empty conversation shows: what is here, and questions to begin with."""
    if not articles:
        return (
            '<div class="dl-welcome"><h2>No articles yet</h2>'
            "<p>Add some with <code>dateline index PATH</code>, then reload this page.</p></div>"
        )
    buttons = "".join(f'<button type="button" data-ask="{safe(q)}">{safe(q)}</button>' for q in examples)
    noun = "article" if articles == 1 else "articles"
    return (
        f'<div class="dl-welcome"><h2>Ask {articles:,} {noun}</h2>'
        "<p>Every sentence of an answer is checked against the articles and links to the words it rests on. "
        f'What they do not say is not answered.</p><div class="dl-examples">{buttons}</div></div>'
    )


def model_notice(ready: bool, error: str) -> str:
    """What to say about the language model; nothing once it is ready."""
    if error:
        return f'<p class="dl-model dl-error" role="alert">{safe(error)}</p>'
    if ready:
        return ""
    return '<p class="dl-model" role="status"><i></i>Preparing the language model, ask already</p>'
