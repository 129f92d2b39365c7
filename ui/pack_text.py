"""An evidence pack to read: Markdown with footnotes, and one HTML file that loads nothing.

Whatever comes from articles, people or the model shows as itself: `escape_markdown` and `escape_html` leave it no
markup. The HTML holds the pack itself as data, so that the file can be verified too. This module does not know
where files are written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from qa.answer import Verdict
from ui.evidence_pack import ArticleReference, Origin, Pack, PackedAnswer, Quote
from ui.wording import one_line, printable, say_date

DATA_ID = "dateline-evidence-pack"

_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_NUMBER = re.compile(r"\d+")
_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~$^]|&(?=[#\w])")
_OPENING = re.compile(r"^(?:[#+=-]|\d+(?=[.)]))")
"""What makes a line a heading, a list or a rule where a line begins with it."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of an answer's text and the numbers cited after it."""

    text: str
    numbers: tuple[int, ...] = ()


def split_marks(answer: PackedAnswer) -> list[Piece]:
    """The answer's text without its [n] marks, cut where they stood."""
    pieces: list[Piece] = []
    at = 0
    for end in sorted({citation.claim[1] for citation in answer.citations}):
        marks = _MARKS.match(answer.text, end)
        if marks is None or end < at:
            continue
        pieces.append(Piece(answer.text[at:end], tuple(int(n) for n in _NUMBER.findall(marks[0]))))
        at = marks.end()
    return [*pieces, Piece(answer.text[at:])] if answer.text[at:] else pieces


def cautions(answer: PackedAnswer) -> Iterator[str]:
    """What a reader must know beside the answer."""
    weak = {c.claim: c for c in answer.citations if c.verdict is not Verdict.SUPPORTED}
    for claim in {c.claim for c in answer.citations if c.verdict is Verdict.SUPPORTED}:
        weak.pop(claim, None)
    for claim, citation in weak.items():
        said = one_line(answer.text[claim[0] : claim[1]])
        yield f"Weakly supported: {said}{f' ({one_line(citation.reason)})' if citation.reason else ''}"
    if answer.withheld:
        yield f"{len(answer.withheld)} sentence(s) withheld: no source bears out what the model wrote."


def needs_heading(pack: Pack, answer: PackedAnswer) -> bool:
    """Whether the question is to be said: it is not where it is the title already."""
    return len(pack.answers) > 1 or pack.title != one_line(answer.question)


def say_scope(answer: PackedAnswer) -> str:
    """As of which day, and among which articles, the question was asked."""
    filters = answer.filters
    said = [f"as of {say_date(answer.as_of)}"]
    said += [f"from {say_date(filters.after)}"] if filters.after else []
    said += [f"until {say_date(filters.before)}"] if filters.before else []
    said += [one_line(name) for name in (*filters.sources, *filters.tags)]
    said += [f"in {len(filters.articles)} chosen article(s)"] if filters.articles else []
    return ", ".join(said)


def say_origin(pack: Pack) -> str:
    """What made the answers, in a line."""
    origin = pack.origin
    return (
        f"Dateline {origin.dateline}, {origin.model}, index of {origin.articles:,} articles "
        f"(generation {origin.index_generation}, {origin.embedder or 'text search only'}), {pack.made.isoformat()}"
    )


def say_reference(article: ArticleReference) -> str:
    """Title, source and day of an article, on one line."""
    title = one_line(article.title) or "Untitled article"
    return f"{title}, {one_line(article.source) or 'unknown source'}, {say_date(article.published)}"


def web_address(article: ArticleReference) -> str:
    """The article's address if it is one a browser may be sent to, else empty."""
    address = article.url.strip()
    return address if _WEB.fullmatch(address) else ""


# Markdown


def to_markdown(pack: Pack) -> str:
    """The pack with a footnote for every quote cited."""
    parts = [f"# {escape_markdown(pack.title)}", f"*{escape_markdown(say_origin(pack))}*"]
    notes: list[str] = []
    for at, answer in enumerate(pack.answers, start=1):
        prefix = f"{at}-" if len(pack.answers) > 1 else ""
        parts += _markdown_answer(answer, prefix, heading=needs_heading(pack, answer))
        notes += [_markdown_note(quote, prefix) for quote in answer.cited]
    return "\n\n".join([*parts, "\n\n".join(notes)]).strip() + "\n"


def _markdown_answer(answer: PackedAnswer, prefix: str, *, heading: bool) -> Iterator[str]:
    if heading:
        yield f"## {escape_markdown(answer.question)}"
    if one_line(answer.standalone_question) != one_line(answer.question):
        yield f"*Understood as: {escape_markdown(answer.standalone_question)}*"
    marked = (
        escape_markdown(piece.text, lines=True) + "".join(f"[^{prefix}{number}]" for number in piece.numbers)
        for piece in split_marks(answer)
    )
    yield "".join(marked).strip()
    for caution in cautions(answer):
        yield f"> {escape_markdown(caution)}"
    yield f"*Asked {escape_markdown(say_scope(answer))}*"
    if answer.nearest:
        yield "Nearest passages:"
        yield "\n".join(
            f"- “{escape_markdown(quote.quote)}” {escape_markdown(say_reference(quote.article))}"
            for quote in answer.nearest
        )


def _markdown_note(quote: Quote, prefix: str) -> str:
    address = web_address(quote.article)
    link = f" <{address}>" if address else ""
    article = f"article {quote.article.id}, characters {quote.start} to {quote.end}, sha256 {quote.article.sha256}"
    said = f"“{escape_markdown(quote.quote)}” {escape_markdown(say_reference(quote.article))}."
    return f"[^{prefix}{quote.number}]: {said}{link} ({escape_markdown(article)})"


def escape_markdown(text: str, *, lines: bool = False) -> str:
    """`text` so that Markdown shows it as it is; on one line unless `lines`, which keeps paragraphs."""
    paragraphs = re.split(r"\n\s*\n", printable(text)) if lines else [text]
    escaped = [_escape_line(one_line(paragraph)) for paragraph in paragraphs]
    if lines and text[:1].isspace():
        escaped[0] = " " + escaped[0]
    return "\n\n".join(escaped)


def _escape_line(line: str) -> str:
    opening = _OPENING.match(line)
    if opening is None:
        return _MARKUP.sub(r"\\\g<0>", line)
    at = opening.end()
    marked = line[:at] if line[0].isdigit() else ""
    rest = line[at:] if line[0].isdigit() else line
    return marked + "\\" + rest[:1] + _MARKUP.sub(r"\\\g<0>", rest[1:])


# HTML


def to_html(pack: Pack) -> str:
    """The pack as one HTML file: style within, no script, nothing loaded."""
    style = resources.files("ui").joinpath("pack.css").read_text(encoding="utf-8")
    body = "".join(
        _html_answer(answer, at, heading=needs_heading(pack, answer)) for at, answer in enumerate(pack.answers, start=1)
    )
    data = pack.model_dump_json().replace("<", "\\u003c")
    title = escape_html(pack.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{style}</style></head><body><main>\n<h1>{title}</h1>{body}\n"
        f"<footer>{_html_origin(pack.origin)}<p>{escape_html(say_origin(pack))}</p></footer></main>\n"
        f'<script type="application/json" id="{DATA_ID}">{data}</script>\n</body></html>\n'
    )


def _html_answer(answer: PackedAnswer, at: int, *, heading: bool) -> str:
    parts = [f"<h2>{escape_html(answer.question)}</h2>"] if heading else []
    if one_line(answer.standalone_question) != one_line(answer.question):
        parts.append(f"<p class=aside>Understood as: {escape_html(answer.standalone_question)}</p>")
    parts.append(f"<p class=aside>Asked {escape_html(say_scope(answer))}</p>")
    marked = "".join(
        escape_html(piece.text) + "".join(f'<sup><a href="#q{at}-{n}">[{n}]</a></sup>' for n in piece.numbers)
        for piece in split_marks(answer)
    )
    parts.append(f"<p class=answer>{marked}</p>")
    parts += [f"<p class=caution>{escape_html(caution)}</p>" for caution in cautions(answer)]
    parts += [_html_quote(quote, at) for quote in answer.cited]
    if answer.nearest:
        parts.append("<h3>Nearest passages</h3>")
        parts += [_html_quote(quote, at) for quote in answer.nearest]
    return f"\n<section>{''.join(parts)}</section>"


def _html_quote(quote: Quote, at: int) -> str:
    article = quote.article
    address = escape_html(web_address(article))
    link = f'<br><a href="{address}" rel="noreferrer">{address}</a>' if address else ""
    anchor, number = (f' id="q{at}-{quote.number}"', f"<b>[{quote.number}]</b> ") if quote.number else ("", "")
    return (
        f"<figure{anchor}><blockquote>{number}“<mark>{escape_html(one_line(quote.quote))}</mark>”</blockquote>"
        f"<figcaption>{escape_html(say_reference(article))}{link}<br><small>article {escape_html(article.id)}, "
        f"characters {quote.start} to {quote.end}, sha256 {escape_html(article.sha256)}</small></figcaption></figure>"
    )


def _html_origin(origin: Origin) -> str:
    model = f"Model weights sha256 {escape_html(origin.model_sha256)}. " if origin.model_sha256 else ""
    return f"<p>{model}<code>dateline verify FILE</code> checks every quote again.</p>"


def escape_html(text: str) -> str:
    """`text` so that it shows as itself inside an element or a double-quoted attribute."""
    return html.escape(printable(text), quote=True)
