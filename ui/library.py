"""The page's articles: listed, added with progress and a report, taken out.

Each call takes the browser's wish, a plain object that may hold anything. This module does not know the layout, nor
how files become articles.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DatelineError, UsageError
from index.listing import list_articles
from ui.intake import Intake, Taken
from ui.library_html import article_rows, failure, progress_bar, report
from ui.side import Call, Wish

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.embedder import Embedder
    from index.home import Home

PAGE = 50
_MOST_REMOVED = 500


class Library:
    """The articles panel over one index."""

    def __init__(self, home: Home, catalogue: Catalogue, embedder: Embedder) -> None:
        self._catalogue = catalogue
        self._intake = Intake(home, catalogue, embedder=lambda: embedder)

    def calls(self) -> dict[str, Call]:
        """Name that the page's script calls -> what is done without changing anything."""
        return {"articles": self._list}

    def changes(self) -> dict[str, Call]:
        """Name that the page's script calls -> what changes the index; only for those who may."""
        return {"paste": self._paste, "remove": self._remove}

    def add_files(self, files: list[str] | None) -> Iterator[str]:
        """Index uploaded files, yielding a progress bar and at last the report."""
        steps: queue.Queue[str | None] = queue.Queue()
        paths = [Path(file) for file in files or []]

        def tell(stage: str, done: int, total: int) -> None:
            steps.put(progress_bar(stage, done, total))

        def work() -> None:
            try:
                steps.put(report(self._intake.take_files(paths, tell)))
            except DatelineError as error:
                steps.put(failure(str(error)))
            finally:
                steps.put(None)

        if paths:
            yield progress_bar("text", 0, len(paths))
            threading.Thread(target=work, name="intake").start()
            while (shown := steps.get()) is not None:
                yield shown
        else:
            yield ""

    def _list(self, wish: Wish, owner: str) -> dict[str, object]:
        offset = wish.get("offset")
        offset = max(offset, 0) if isinstance(offset, int) else 0
        try:
            articles, count = list_articles(
                self._catalogue,
                search=str(wish.get("search", "")),
                sort=str(wish.get("sort", "newest")),
                limit=PAGE,
                offset=offset,
            )
        except UsageError as error:
            return {"rows": failure(str(error)), "count": 0, "more": False}
        return {"rows": article_rows(articles), "count": count, "more": offset + len(articles) < count}

    def _paste(self, wish: Wish, owner: str) -> str:
        fields = {name: str(wish.get(name, "")) for name in ("title", "published", "source", "url")}
        try:
            taken: Taken = self._intake.take_text(str(wish.get("text", "")), **fields)
        except DatelineError as error:
            return failure(str(error))
        return report(taken)

    def _remove(self, wish: Wish, owner: str) -> str:
        names = wish.get("ids")
        wanted = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        try:
            self._intake.remove(wanted[:_MOST_REMOVED])
        except DatelineError as error:
            return failure(str(error))
        return ""
