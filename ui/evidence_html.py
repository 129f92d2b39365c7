"""Evidence cards and the article reader as HTML.

Every text that is not ours (articles, questions, model output) goes through `safe`. `gr.HTML` sets its value as
innerHTML without cleaning it; its template is `${value}`, filled once, so the value is not read as a template
(gradio 6.31) - `safe` writes `$`, braces and backticks as entities all the same, which holds if that changes.
This module does not know Gradio, sessions or where articles are kept.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from index.article import Article, Span
from index.places import Place
from qa.answer import Answer, Evidence
from ui.conversation import Exchange
from ui.wording import mark_spans, one_line, printable, say_age, say_date, say_place, source_of, surroundings, title_of

MAX_READER_CHARS = 300_000
"""A longer article is shown from some way before the quote on; a browser does not lay out 50 MB of text."""

_ENTITIES = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;", "\\": "&#92;"})
_PARAGRAPH_GAP = re.compile(r"\n\s*\n")


def safe(text: str) -> str:
    """`text` so that it shows as itself inside an element or a double-quoted attribute."""
    return html.escape(printable(text), quote=True).translate(_ENTITIES)


def evidence_panel(turns: Iterable[Exchange]) -> str:
    """The cards of every turn; the page shows one turn's at a time, the newest at first."""
    # Small talk is answered without a search: it has no sources to show.
    shown = [turn for turn in turns if turn.evidence or turn.searched]
    if not shown:
        return '<p class="dl-empty">The sources of an answer appear here, before the answer does.</p>'
    return "".join(_cards(turn) for turn in shown)


def _cards(turn: Exchange) -> str:
    cited = {c.number for c in turn.answer.citations} if turn.answer else set()
    top = _in_order_of_reading([e for e in turn.evidence if not cited or e.number in cited], turn.answer)
    rest = [e for e in turn.evidence if cited and e.number not in cited]
    heading = "Cited" if cited else ("Read, not cited" if turn.settled else "Reading")
    body = "".join(_card(e, turn) for e in top) or '<p class="dl-empty">Nothing in the index matches.</p>'
    if rest:
        folded = "".join(_card(e, turn) for e in rest)
        body += f'<details class="dl-also"><summary>Also read ({len(rest)})</summary>{folded}</details>'
    return (
        f'<section data-evidence="{turn.number}" aria-label="Sources of: {safe(turn.question)}">'
        f'<p class="dl-label">{heading}</p><p class="dl-for">{safe(turn.question)}</p>{body}</section>'
    )


def _in_order_of_reading(evidence: Sequence[Evidence], answer: Answer | None) -> list[Evidence]:
    """What the answer cites first stands first: its quote is in view without scrolling."""
    first: dict[int, int] = {}
    for citation in answer.citations if answer else ():
        first[citation.number] = min(citation.claim.start, first.get(citation.number, citation.claim.start))
    return sorted(evidence, key=lambda item: first.get(item.number, 0))


def _card(evidence: Evidence, turn: Exchange) -> str:
    article = evidence.article
    spans = _quoted(evidence, turn.answer)
    around = surroundings(article.text, _cover([evidence.span, *spans]))
    before = "…\u00a0" if around.start > 0 else ""
    after = "\u00a0…" if around.end < len(article.text) else ""
    return (
        f'<article class="dl-card" id="dl-card-{turn.number}-{evidence.number}" tabindex="-1" '
        f'data-card="{turn.number}-{evidence.number}" aria-label="Source {evidence.number}">'
        f'<header><b class="dl-number">{evidence.number}</b><span>'
        f'<span class="dl-title">{safe(title_of(article))}</span>'
        f"{facts_line(article, turn.as_of)}</span></header>"
        f"<blockquote>{before}{_marked(article.text, spans, around)}{after}</blockquote>"
        f"{_agreement(turn.agreeing.get(evidence.number, ()))}"
        f"<footer>{open_button(article, spans)}{_copy_button(evidence, spans)}</footer></article>"
    )


def _agreement(sources: Sequence[str]) -> str:
    """How many independent sources say what the card is cited for; nothing for one that is not cited."""
    if not sources:
        return ""
    named = ", ".join(safe(one_line(source) or "untitled article") for source in sources)
    if len(sources) == 1:
        return '<p class="dl-agree">No other source among those read says this</p>'
    return f'<p class="dl-agree"><b>{len(sources)} independent sources</b> say this: {named}</p>'


def _quoted(evidence: Evidence, answer: Answer | None) -> list[Span]:
    """What the answer quotes of this evidence; all of it while there is no answer."""
    quotes = [c.quote for c in answer.citations if c.number == evidence.number and len(c.quote)] if answer else []
    return sorted(set(quotes)) or [evidence.span]


def _cover(spans: Sequence[Span]) -> Span:
    return Span(min(s.start for s in spans), max(s.end for s in spans))


def _marked(text: str, spans: Sequence[Span], within: Span) -> str:
    pieces = mark_spans(text, spans, within)
    return "".join(f"<mark>{safe(p.text)}</mark>" if p.quoted else safe(p.text) for p in pieces)


def facts_line(article: Article, as_of: date) -> str:
    age = say_age(article.published, as_of)
    aged = f'<span class="dl-age">{age}</span>' if age else ""
    when = f'<time datetime="{article.published}">' if article.published else '<time class="dl-undated">'
    source = safe(source_of(article))
    return f'<span class="dl-facts"><span>{source}</span>{when}{say_date(article.published)}</time>{aged}</span>'


def open_button(article: Article, spans: Sequence[Span]) -> str:
    places = safe(json.dumps([[span.start, span.end] for span in spans]))
    return (
        f'<button type="button" data-open="{safe(article.id)}" data-spans="{places}" '
        f'aria-label="Open article: {safe(title_of(article))}">Open article</button>'
    )


def _copy_button(evidence: Evidence, spans: Sequence[Span]) -> str:
    article = evidence.article
    quote = " […] ".join(one_line(span.of(article.text)) for span in spans)
    reference = [title_of(article), source_of(article), say_date(article.published), one_line(article.url)]
    text = f"“{quote}” ({', '.join(part for part in reference if part)})"
    return f'<button type="button" data-copy="{safe(text)}" title="With its reference">Copy quote</button>'


def reader(article: Article, here: Sequence[Span], others: Sequence[Span], places: Sequence[Place]) -> str:
    """The whole stored article; the quotes `here` are marked as the ones that led to it, `others` more quietly."""
    facts = [source_of(article), say_date(article.published)]
    facts += [f"by {one_line(article.author)}"] if article.author else []
    head = f'<h2 id="dl-reader-title" tabindex="-1">{safe(title_of(article))}</h2><p class="dl-facts">'
    head += "".join(f"<span>{safe(fact)}</span>" for fact in facts) + "</p>"
    shown = _readable(article.text, [*here, *others])
    body = "".join(f"<p>{_read(article.text, here, others, part)}</p>" for part in _paragraphs(article.text, shown))
    whole = len(shown) == len(article.text)
    cut = "" if whole else '<p class="dl-note">Only a part of this very long article is shown.</p>'
    only = (
        f'<p class="dl-scope"><button type="button" data-only="{safe(article.id)}" '
        f'data-title="{safe(title_of(article))}">Ask about this article only</button></p>'
    )
    return f'{head}{_link(article.url)}{only}{cut}<div class="dl-article">{body}</div>{_places(article, places)}'


def _read(text: str, here: Sequence[Span], others: Sequence[Span], within: Span) -> str:
    """`within` with its quotes marked; a quote that is `here` has a class of its own."""
    parts: list[str] = []
    at = within.start
    for piece in mark_spans(text, [*here, *others], within):
        end = at + len(piece.text)
        is_here = any(span.start < end and at < span.end for span in here)
        opening = '<mark class="dl-here">' if is_here else "<mark>"
        parts.append(f"{opening}{safe(piece.text)}</mark>" if piece.quoted else safe(piece.text))
        at = end
    return "".join(parts)


def _readable(text: str, spans: Sequence[Span]) -> Span:
    """The part of `text` that the reader shows: all of it, or `MAX_READER_CHARS` around the first quote."""
    if len(text) <= MAX_READER_CHARS:
        return Span(0, len(text))
    first = min((span.start for span in spans), default=0)
    start = max(0, min(first - MAX_READER_CHARS // 2, len(text) - MAX_READER_CHARS))
    return Span(start, start + MAX_READER_CHARS)


def _paragraphs(text: str, within: Span) -> list[Span]:
    spans: list[Span] = []
    start = within.start
    for gap in _PARAGRAPH_GAP.finditer(text, within.start, within.end):
        spans.append(Span(start, gap.start()))
        start = gap.end()
    spans.append(Span(start, within.end))
    return [span for span in spans if span.of(text).strip()]


def _link(url: str) -> str:
    if not url:
        return ""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme not in ("http", "https"):
        return f'<p class="dl-places">{safe(one_line(url))}</p>'
    link = f'<a href="{safe(url)}" target="_blank" rel="noopener noreferrer">Original: {safe(url)}</a>'
    return f'<p class="dl-places">{link}</p>'


def _places(article: Article, places: Sequence[Place]) -> str:
    """Where the article was found: every file, and every agency that printed it."""
    tags = "".join(f"<span>{safe(one_line(tag))}</span>" for tag in article.tags)
    chips = f'<p class="dl-chips">{tags}</p>' if tags else ""
    rows = "".join(f"<li>{safe(say_place(place))}</li>" for place in places)
    return f'{chips}<p class="dl-label">Found in</p><ul class="dl-places">{rows}</ul>'
