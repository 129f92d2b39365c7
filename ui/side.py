"""What the page asks for beside answers: the list of conversations, what can be filtered by, an article to read.

Each function takes the browser's wish, a plain object that may hold anything, and the owner; it returns HTML or plain
values. This module does not know Gradio, nor how answers are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from index.article import Span
from index.errors import DatelineError
from ui.evidence_html import reader, safe
from ui.side_html import choices, conversation_list

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from ui.conversation_store import ConversationStore

Wish = Mapping[str, Any]
Call = Callable[[Wish, str], Any]
_MAX_SPANS = 100


class Side:
    """The left side and the article reader, over one index and one store of conversations."""

    def __init__(self, catalogue: Catalogue, store: ConversationStore) -> None:
        self._catalogue = catalogue
        self._store = store

    def calls(self) -> dict[str, Call]:
        """Name that the page's script calls -> what is done."""
        return {
            "conversations": self._list,
            "rename": self._rename,
            "delete": self._delete,
            "choices": self._choices,
            "article": self._open_article,
        }

    def _list(self, wish: Wish, owner: str) -> str:
        search = str(wish.get("search", ""))
        return conversation_list(self._store.listed(owner, search), str(wish.get("current", "")), search)

    def _rename(self, wish: Wish, owner: str) -> None:
        self._store.rename(str(wish.get("id", "")), owner, str(wish.get("title", "")))

    def _delete(self, wish: Wish, owner: str) -> None:
        self._store.delete(str(wish.get("id", "")), owner)

    def _choices(self, wish: Wish, owner: str) -> dict[str, str]:
        return choices(self._catalogue.status())

    def _open_article(self, wish: Wish, owner: str) -> str:
        try:
            article = self._catalogue.get_article(str(wish.get("article", "")))
            here, others = (read_spans(wish.get(name), len(article.text)) for name in ("spans", "others"))
            return reader(article, here, others, self._catalogue.places(article.id))
        except DatelineError as error:
            return f'<p class="dl-note dl-error" role="alert">{safe(str(error))}</p>'


def read_spans(places: Any, length: int) -> list[Span]:
    """The spans that a browser asked to have marked; whatever is none is left out."""
    spans = []
    for place in places[:_MAX_SPANS] if isinstance(places, list) else []:
        if isinstance(place, list) and len(place) == 2 and all(isinstance(at, int) for at in place):
            start, end = place
            if 0 <= start <= end <= length:
                spans.append(Span(start, end))
    return spans
