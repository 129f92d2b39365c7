"""What stands around the turns of a conversation as HTML: its head, the welcome, the model's state.

This module does not know Gradio or sessions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from index.query import Filters
from ui.conversation import Conversation
from ui.evidence_html import safe


def conversation_head(conversation: Conversation, note: str = "") -> str:
    """What the page's script must know of the conversation shown; a `note`, or what of it is not shown."""
    last = conversation.last
    filters = last.filters if last else Filters()
    wanted = {
        "after": str(filters.after or ""),
        "before": str(filters.before or ""),
        "sources": filters.sources,
        "tags": filters.tags,
        "articles": [
            {"id": name, "title": title}
            for name, title in zip(filters.article_ids, last.titles if last else (), strict=False)
        ],
        "as_of": str(last.as_of) if last and last.as_of != date.today() else "",
    }
    if conversation.earlier:
        note = f"{conversation.earlier} earlier questions are kept, and not shown here"
    return (
        f'<p class="dl-head" data-conversation="{safe(conversation.id)}" data-title="{safe(conversation.title)}" '
        f'data-wanted="{safe(json.dumps(wanted))}">{safe(note)}</p>'
    )


def welcome(examples: Sequence[str], articles: int) -> str:
    """What an empty conversation shows: what is here, and questions to begin with."""
    if not articles:
        return (
            '<div class="dl-welcome"><h2>No articles yet</h2>'
            "<p>Add some under Articles above, or with <code>dateline index PATH</code>.</p></div>"
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
