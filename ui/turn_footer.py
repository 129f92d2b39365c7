"""What can be done with an answer, as HTML: its sources, asking again, taking it along, judging it.

This module does not know what any of it does.
"""

from __future__ import annotations

from qa.answer import Answer
from ui.conversation import Exchange
from ui.evidence_html import safe

FORMATS = {"md": "Markdown", "html": "HTML", "pdf": "PDF", "json": "JSON evidence pack"}
"""Suffix -> what the page calls it."""

VERDICTS = {"right": "Right", "wrong": "Wrong", "missing": "Missing source"}
"""What a reader may say of an answer -> what the page calls it."""


def footer(turn: Exchange, *, latest: bool) -> str:
    """The line below a settled turn."""
    parts = []
    if turn.evidence:
        count = len(turn.evidence)
        parts.append(
            f'<button type="button" data-show="{turn.number}">{count} source{"s" if count > 1 else ""}</button>'
        )
    if latest:
        parts.append('<button type="button" data-retry>Ask again</button>')
    if turn.answer:
        parts += _taking_along(turn, turn.answer)
    if turn.answer and "total_s" in turn.answer.timings:
        parts.append(f"<span>{turn.answer.timings['total_s']:.1f} s</span>")
    judging = _judging(turn) if turn.answer else ""
    return f'<div class="dl-foot">{"".join(parts)}</div>{judging}'


def _taking_along(turn: Exchange, answer: Answer) -> list[str]:
    one = "".join(
        f'<button type="button" data-export="{suffix}" data-turn-of="{turn.number}">{said}</button>'
        for suffix, said in FORMATS.items()
    )
    whole = "".join(
        f'<button type="button" data-export="{suffix}" data-turn-of="">{said}</button>'
        for suffix, said in FORMATS.items()
    )
    return [
        f'<button type="button" data-footnotes="{turn.number}">Copy with footnotes</button>',
        f'<details class="dl-save"><summary>Save</summary><div><p>This answer</p>{one}'
        f"<p>The whole conversation</p>{whole}</div></details>",
    ]


def _judging(turn: Exchange) -> str:
    buttons = "".join(
        f'<button type="button" data-judge="{verdict}" data-turn-of="{turn.number}" '
        f'aria-pressed="{str(turn.feedback == verdict).lower()}">{said}</button>'
        for verdict, said in VERDICTS.items()
    )
    return (
        f'<div class="dl-judge" role="group" aria-label="Is this answer right? {safe(turn.question)}">'
        f'<span aria-hidden="true">Is this right?</span>{buttons}</div>'
    )
