"""A refusal as HTML: what was searched, what would help, what comes nearest.

This module does not know why an answer was refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.article import Hit
from qa.answer import Answer
from ui.conversation import Exchange
from ui.evidence_html import facts_line, open_button, safe
from ui.searched import Searched
from ui.wording import one_line, title_of


def abstention(turn: Exchange, answer: Answer) -> str:
    """That the articles do not answer, with what was searched, what would help, and the nearest passages."""
    nearest = "".join(_nearest(hit, turn) for hit in answer.nearest)
    heading = '<p class="dl-label">Nearest passages, which may or may not help</p>' if nearest else ""
    return (
        '<div class="dl-abstained"><p class="dl-verdict">Not answered by these articles</p>'
        f'<p class="dl-text">{safe(answer.text)}</p>'
        f"{_looked(turn, turn.looked) if turn.looked else ''}{heading}{nearest}</div>"
    )


def _looked(turn: Exchange, looked: Searched) -> str:
    """What was searched, and what would help."""
    of = "all" if looked.articles == looked.all_articles else f"{looked.articles:,} of"
    words = " ".join(f"<q>{safe(word)}</q>" for word in looked.words)
    searched = f"<li>Searched {of} {_articles(looked.all_articles)} for {words}</li>"
    helps = []
    if looked.nowhere:
        helps.append(f"another word for {_quoted_words(looked.nowhere)}, which no article holds")
    if looked.filtered:
        helps.append(f"fewer filters: {_quoted_words(looked.filtered)} stands only in articles they leave out")
    if looked.any_date > looked.articles:
        helps.append(f"wider dates: {_articles(looked.any_date - looked.articles)} more would be searched")
    helps = helps or ["another word, or more articles on this"]
    without = (
        f'<p><button type="button" class="dl-wide" data-without="all" data-value="" data-turn-of="{turn.number}">'
        "Ask again without filters</button></p>"
        if turn.filters
        else ""
    )
    return f'<ul class="dl-looked">{searched}<li>What would help: {"; ".join(helps)}</li></ul>{without}'


def _quoted_words(words: Sequence[str]) -> str:
    return " and ".join(f"<q>{safe(word)}</q>" for word in words)


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _nearest(hit: Hit, turn: Exchange) -> str:
    passage = hit.passage
    text = one_line(passage.text)
    shown = text if len(text) <= 280 else text[:280].rsplit(" ", 1)[0] + " …"
    return (
        f'<div class="dl-nearest"><p class="dl-title">{safe(title_of(passage.article))}</p>'
        f"{facts_line(passage.article, turn.as_of)}<p>{safe(shown)}</p>"
        f"{open_button(passage.article, [passage.span])}</div>"
    )
