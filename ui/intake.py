"""Files and pasted text that come in through the page -> HOME/uploads, and from there into the index.

Each batch has a folder of its own, so that equal names do not meet. This module does not know browsers or HTML.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from index.build import Report, build_index
from index.catalogue import Catalogue
from index.embedder import Embedder, MiniLM
from index.errors import DatelineError, UsageError
from index.home import Home
from index.ledger import Ledger
from index.listing import Listed, articles_below
from index.readers import SUFFIXES
from index.removal import remove_articles
from index.vector_stage import Progress
from ui.filters import read_day

MAX_PASTED_CHARS = 2_000_000
_UNSAFE = re.compile(r"[^\w.,() -]+")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a batch: the run's report, the articles it holds now, and `(file, reason)` of what was not read."""

    report: Report
    articles: tuple[Listed, ...]
    unread: tuple[tuple[str, str], ...]


class Intake:
    """Adding articles to one index and taking them out of it."""

    def __init__(self, home: Home, catalogue: Catalogue, *, embedder: Callable[[], Embedder] = MiniLM) -> None:
        """`embedder` is called once there is something to embed."""
        self._home = home
        self._catalogue = catalogue
        self._embedder = embedder

    def take_files(self, files: Sequence[Path], progress: Progress | None = None) -> Taken:
        """Copy `files` into a new batch and index them.

        Raises:
            IndexBusyError: another process is writing this index.
            DatelineError: the index cannot be written.
        """
        folder = self._new_batch()
        unread = []
        for number, file in enumerate(files):
            if not file.name.lower().removesuffix(".gz").endswith(SUFFIXES):
                unread.append((file.name, f"files of this format cannot be read; those that can: {' '.join(SUFFIXES)}"))
                continue
            place = folder / file.name
            _copy_whole(file, place if not place.exists() else folder / f"{number}-{file.name}")
        return self._index(folder, unread, progress)

    def take_text(self, text: str, *, title: str = "", published: str = "", source: str = "", url: str = "") -> Taken:
        """Index `text` as one article.

        Raises:
            UsageError: there is no text or too much, or `published` is no date.
            DatelineError: as `take_files`.
        """
        if not text.strip():
            raise UsageError("there is no text to add: paste the article into the box")
        if len(text) > MAX_PASTED_CHARS:
            raise UsageError(f"the text is longer than {MAX_PASTED_CHARS:,} characters: add it as a file")
        day = read_day(published, "date")
        record = {"title": title.strip(), "text": text, "source": source.strip(), "url": url.strip()}
        folder = self._new_batch()
        named = record["title"] or text.strip().splitlines()[0]
        name = _UNSAFE.sub(" ", named)[:60].strip(" .") or "pasted"
        content = json.dumps({**record, "date": day.isoformat() if day else ""}, ensure_ascii=False)
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
        return self._index(folder, [], None)

    def remove(self, article_ids: Sequence[str]) -> int:
        """Take articles out of the index, and those uploaded files away that hold nothing else; how many places went.

        Raises:
            IndexBusyError: another process is writing this index.
            DatelineError: the index cannot be written.
        """
        gone = remove_articles(self._home, article_ids)
        ledger = Ledger(self._catalogue.database)
        for file in {path.partition("#")[0] for path in gone}:
            if Path(file).is_relative_to(self._home.uploads) and not ledger.places_of(file):
                Path(file).unlink(missing_ok=True)
        return len(gone)

    def _new_batch(self) -> Path:
        folder = self._home.uploads / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}-{secrets.token_hex(3)}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise DatelineError(f"cannot write to {self._home.uploads} ({error.strerror}): make it writable") from error
        return folder

    def _index(self, folder: Path, unread: list[tuple[str, str]], progress: Progress | None) -> Taken:
        report = build_index([folder], self._home, progress=progress, embedder=self._embedder)
        unread += [(Path(name).name, reason) for name, reason in report.failures]
        return Taken(report, tuple(articles_below(self._catalogue, str(folder))), tuple(unread))


def _copy_whole(file: Path, target: Path) -> None:
    """Copy so that a kill leaves nothing that could be taken for the file: what is left is read some day."""
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, part)
    part.replace(target)
