"""The articles panel as HTML: rows of the list, progress, and what came of an upload.

This module does not know where articles are kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from index.listing import Listed
from ui.evidence_html import safe
from ui.intake import Taken
from ui.wording import one_line, say_date

_STAGES = {"text": "Reading files", "vectors": "Making them searchable by meaning"}
_MOST_SCOPED = 50
"""Articles that one press puts into the filters."""
_MOST_REASONS = 100
NOT_ALLOWED = "You may read here, but not add or remove articles."


def article_rows(articles: Sequence[Listed]) -> str:
    """The list's rows; an empty list says so."""
    if not articles:
        return '<tr><td colspan="5" class="dl-none">No article matches</td></tr>'
    return "".join(_row(article) for article in articles)


def _row(article: Listed) -> str:
    title = safe(one_line(article.title) or "Untitled article")
    name = safe(article.id)
    places = f' <small title="Found in {article.places} places">×{article.places}</small>' if article.places > 1 else ""
    return (
        f'<tr data-article="{name}" data-title="{title}">'
        f'<td><input type="checkbox" aria-label="Select: {title}"></td>'
        f'<td><button type="button" class="dl-plain" data-open="{name}">{title}</button>{places}</td>'
        f"<td>{safe(one_line(article.source))}</td><td>{say_date(article.published)}</td>"
        f'<td><button type="button" data-remove="{name}" aria-label="Delete: {title}">Delete</button></td></tr>'
    )


def progress_bar(stage: str, done: int, total: int) -> str:
    """How far an upload has come."""
    said = _STAGES.get(stage, stage)
    return (
        f'<div class="dl-progress" data-intake="running"><label>{said}: {done:,} of {total:,} '
        f'<progress value="{done}" max="{max(total, 1)}"></progress></label></div>'
    )


def failure(message: str) -> str:
    """What went wrong with a change."""
    return f'<p class="dl-note dl-error" role="alert" data-intake="failed">{safe(message)}</p>'


def report(taken: Taken) -> str:
    """What came of an upload, with the reasons for what could not be read."""
    made = taken.report
    said = [f"{made.added + made.updated:,} added"]
    said += [f"{made.duplicates:,} known already"] if made.duplicates else []
    said += [f"{len(taken.unread):,} not read"] if taken.unread else []
    reasons = "".join(
        f"<li><b>{safe(one_line(name))}</b>: {safe(one_line(reason))}</li>"
        for name, reason in taken.unread[:_MOST_REASONS]
    )
    listed = f'<ul class="dl-unread">{reasons}</ul>' if reasons else ""
    scope = [{"id": article.id, "title": one_line(article.title)} for article in taken.articles[:_MOST_SCOPED]]
    ask = f'<button type="button" data-scope="{safe(json.dumps(scope))}">Ask about what was added</button>'
    return (
        f'<div class="dl-report" role="status" data-intake="done"><p>{", ".join(said)}</p>'
        f"{listed}{ask if scope else ''}</div>"
    )
