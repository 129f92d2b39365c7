"""An answer as a notebook shows it: HTML and Markdown with its quotes beneath.

Whatever comes from articles or the model is escaped. This module does not know notebooks.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.answer import Answer, Evidence

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$^#&!])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def answer_html(answer: Answer) -> str:
    """The answer, its quotes and where they stand."""
    paragraphs = "".join(f"<p>{_html(part)}</p>" for part in answer.text.split("\n\n"))
    cited = "".join(
        f"<li value={item.number}>“{_html(item.quote)}”<br><small>{_html(_reference(item))}</small></li>"
        for item in _cited(answer)
    )
    near = "".join(
        f"<li>{_html(hit.passage.article.title)}: “{_html(hit.passage.text[:240])}”</li>" for hit in answer.nearest
    )
    quotes = f"<ol>{cited}</ol>" if cited else ""
    return f"<div><p><b>{_html(answer.question)}</b></p>{paragraphs}{quotes}{f'<ul>{near}</ul>' if near else ''}</div>"


def answer_markdown(answer: Answer) -> str:
    """The same as Markdown."""
    parts = [f"**{_markdown(answer.question)}**", *map(_markdown, answer.text.split("\n\n"))]
    parts += [
        f"> \\[{item.number}\\] “{_markdown(item.quote)}” {_markdown(_reference(item))}" for item in _cited(answer)
    ]
    parts += [
        f"- {_markdown(hit.passage.article.title)}: “{_markdown(hit.passage.text[:240])}”" for hit in answer.nearest
    ]
    return "\n\n".join(parts)


def _cited(answer: Answer) -> list[Evidence]:
    numbers = {citation.number for citation in answer.citations}
    return [item for item in answer.evidence if item.number in numbers]


def _reference(item: Evidence) -> str:
    article = item.article
    day = article.published.isoformat() if article.published else "no date"
    return f"{article.title or 'Untitled article'}, {article.source or 'unknown source'}, {day}"


def _html(text: str) -> str:
    return html.escape(_plain(text), quote=True)


def _markdown(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _plain(text))


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub("", text).split())
