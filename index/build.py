"""The index run: files -> articles in the catalogue -> vectors.

Two stages. First every new or changed file is read and its articles stored, some dozens a transaction, so that
text search has them at once; then passages without vectors are embedded in batches, one transaction each.
A run that is killed is simply run again: what was stored is found to be there, and since passages are
numbered and embedded in the same order, the end is the same. Where the catalogue is a server several runs may
work at once: each claims the file or the passages it works at, passes by what others have claimed, and looks at
that again in the end, for it may have been killed. This module does not know file formats, what makes articles
alike, or how anything is searched.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from index.article import Article
from index.catalogue import Catalogue
from index.embedder import Embedder, open_bulk_embedder
from index.errors import ReadError
from index.home import Home
from index.ledger import FileState, Ledger
from index.readers import find_files
from index.reading import Reader, Signed, read_articles
from index.reprints import NEAR, band_keys, same_facts, similarity
from index.vector_stage import BATCH, Made, Progress, embed_here, embed_missing

BESIDE_ARTICLES = frozenset({"README.md", "questions.jsonl", "unanswerable.jsonl", "conversations.jsonl"})
"""Files that sample folders carry beside their articles; left out unless named."""

_AT_ONCE, _AT_ONCE_CHARS = 32, 1_000_000
"""What of a file is stored in one transaction: of 300 articles 17 MB are written to the disk, one by one 65."""


class Workers(Protocol):
    """Those who read and embed beside this process (`index/processes.py`, `index/cluster.py`)."""

    def read(self, files: Sequence[Path]) -> Reader:
        """Begin to read `files`, which are asked for in this order; any other may be asked for, too."""

    def embed(self, catalogue: Catalogue, make_embedder: Callable[[], Embedder], batch: int) -> Iterator[Made]:
        """The vectors of all passages that have none, as they come."""


@dataclass(slots=True)
class Report:
    """What an index run did, counted in places (a file, or a record of one).

    `duplicates` of the places read stand in another article's text; `failures` are `(file, reason)`; `others` counts by
    suffix the files in the folders that are of formats that cannot be read.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    duplicates: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def build_index(
    paths: Iterable[Path],
    home: Home,
    *,
    prune: bool = False,
    progress: Progress | None = None,
    embedder: Callable[[], Embedder] = open_bulk_embedder,
    batch: int = BATCH,
    workers: Workers | None = None,
) -> Report:
    """Bring the index in `home` up to date with the files in `paths`; `prune` removes those that vanished.

    `embedder` is called once there is something to embed, in transactions of `batch` passages. With `workers` this
    process only stores what they have made.

    Raises:
        UsageError: a path does not exist, or is of a format that cannot be read.
        IndexBusyError: another process is writing this index.
        IndexMismatchError: the index was made by another version or embedder.
        DatelineError: the index cannot be written.
    """
    paths = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 (resolve() would follow links)
    with home.write_lock(shared=True):
        catalogue = Catalogue(home, create=True)
        try:
            report = _TextStage(catalogue, progress, workers).run(paths, prune=prune)
            embed_missing(catalogue, embedder, progress, batch, work=workers.embed if workers else embed_here)
        finally:
            catalogue.close()
    return report


class _TextStage:
    """Reading, cleaning, comparing and storing."""

    def __init__(self, catalogue: Catalogue, progress: Progress | None, workers: Workers | None) -> None:
        self._catalogue = catalogue
        self._workers = workers
        self._read: Reader = read_articles
        self._ledger = Ledger(catalogue.database)
        self._progress = progress
        self._report = Report()

    def run(self, paths: Sequence[Path], *, prune: bool) -> Report:
        known = self._ledger.files()
        gone = {path for path in paths if prune and not os.path.lexists(path) and _below([path], known)}
        files = _list_files([path for path in paths if path not in gone], self._report.others)
        self._take_files(files)
        if prune:
            for name in sorted(_below(paths, known) - {name_file(file) for file in files}):
                self._report.removed += self._ledger.forget_file(name)
        self._read_stale()
        return self._report

    def _read_stale(self) -> None:
        """Read the files again whose articles were lost with the article they were counted with."""
        unchanged = self._report.unchanged  # counted when these files were first looked at
        while stale := [name for name in self._ledger.stale_files() if self._is_readable(name)]:
            self._take_files([Path(name) for name in stale])
        self._report.unchanged = unchanged

    def _is_readable(self, name: str) -> bool:
        return os.path.lexists(name) and all(name != failed for failed, _ in self._report.failures)

    def _take_files(self, files: Sequence[Path]) -> None:
        others = []
        if self._workers is not None:
            self._read = self._workers.read([file for file in files if self._looks_changed(file)])
        for done, file in enumerate(files):
            self._tell(done, len(files))
            with self._claim(file) as mine:
                if mine:
                    self._take_file(file)
                else:
                    others.append(file)
        for file in others:
            with self._claim(file, wait=True):
                self._take_file(file)
        self._tell(len(files), len(files))

    def _claim(self, file: Path, *, wait: bool = False) -> AbstractContextManager[bool]:
        return self._catalogue.database.claim(f"file {name_file(file)}", wait=wait)

    def _looks_changed(self, file: Path) -> bool:
        """Whether `file` has another size or time than when it was read, if it can be read at all."""
        known = self._ledger.file_state(name_file(file))
        try:
            stat = file.stat()
        except OSError:
            return False
        return known is None or (known.size, known.mtime_ns) != (stat.st_size, stat.st_mtime_ns) or not known.sha256

    def _take_file(self, file: Path) -> None:
        """Bring the catalogue up to date with one file."""
        name = name_file(file)
        known = self._ledger.file_state(name)
        try:
            state, changed = _compare_state(file, known)
        except OSError as error:
            self._report.failures.append((name, f"cannot be read ({error.strerror}): check that it may be read"))
            return
        before = self._ledger.places_of(name)
        if changed:
            kept, failures = self._take_articles(file, name, before)
            self._report.removed += len(before.keys() - kept)
            state = replace(state, failures=failures)
        else:
            kept = set(before)
            self._report.unchanged += len(kept)
        self._report.failures += [_split_failure(name, message) for message in state.failures]
        if state != known:
            self._ledger.close_file(name, state, kept)

    def _take_articles(self, file: Path, name: str, before: dict[str, str]) -> tuple[set[str], tuple[str, ...]]:
        """Store the articles of one file; their places, and what could not be read."""
        kept: set[str] = set()
        failures: list[str] = []
        for batch in _batches(self._read(file)):
            failures += [str(found) for found in batch if isinstance(found, ReadError)]
            signed = [found for found in batch if isinstance(found, Signed)]
            with self._catalogue.database.writing():  # another run must not store their like meanwhile
                alone = [self._store(each, name) for each in signed]
            for each, is_alone in zip(signed, alone, strict=True):
                kept.add(each.article.path)
                self._count(each.article, before.get(each.article.path), is_alone)
        return kept, tuple(failures)

    def _store(self, found: Signed, file: str) -> bool:
        """Store an article, or one more place of one that is stored; whether it is no duplicate."""
        article = found.article
        places = self._catalogue.places(article.id)
        if places:
            self._catalogue.add_article(article, file=file)
            return all(place.path == article.path for place in places)
        bands = band_keys(found.signature)
        alike = [(similarity(found.signature, s), i) for i, s in self._ledger.look_alikes(bands, besides=article.path)]
        for score, original in sorted(alike, key=lambda pair: -pair[0]):
            if score >= NEAR and same_facts(article.text, self._catalogue.get_article(original).text):
                self._catalogue.add_reprint(article, of=original, file=file)
                return False
        self._catalogue.add_article(article, signature=found.signature, bands=bands, file=file)
        return True

    def _count(self, article: Article, before: str | None, alone: bool) -> None:
        if before == article.id:
            self._report.unchanged += 1
        elif not alone:
            self._report.duplicates += 1
        elif before is None:
            self._report.added += 1
        else:
            self._report.updated += 1

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress("text", done, total)


def name_file(file: Path) -> str:
    """The name a file is stored under: valid Unicode, as file names may hold any bytes."""
    return os.fsencode(file).decode("utf-8", errors="replace")


def _list_files(paths: Sequence[Path], others: Counter[str]) -> list[Path]:
    """The files to be read, in one order whatever the order of `paths`."""
    return sorted({f for f in find_files(paths, others) if f.name not in BESIDE_ARTICLES or f in paths})


def _below(paths: Sequence[Path], names: Iterable[str]) -> set[str]:
    """Those of `names` that are one of `paths` or lie below one."""
    roots = [name_file(path) for path in paths]
    return {name for name in names if any(name == root or name.startswith(root.rstrip("/") + "/") for root in roots)}


def _compare_state(file: Path, known: FileState | None) -> tuple[FileState, bool]:
    """The file's state now, and whether it holds other bytes than when it was `known`."""
    stat = file.stat()
    if known and known.sha256 and (known.size, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
        return known, False
    if not file.is_file():
        raise OSError(0, "not a file that can be read")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    same = known is not None and known.sha256 == digest
    failures = known.failures if known is not None and same else ()
    return FileState(stat.st_size, stat.st_mtime_ns, digest, failures), not same


def _batches(found: Iterable[Signed | ReadError]) -> Iterator[list[Signed | ReadError]]:
    """What is `found`, as much at a time as one transaction stores."""
    batch: list[Signed | ReadError] = []
    chars = 0
    for each in found:
        batch.append(each)
        chars += len(each.article.text) if isinstance(each, Signed) else 0
        if len(batch) == _AT_ONCE or chars >= _AT_ONCE_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _split_failure(name: str, message: str) -> tuple[str, str]:
    """`(file or file#record, reason)` from a reader's "place: reason"."""
    record, mark, reason = message.removeprefix(name).partition(": ")
    if message.startswith(name) and mark and (not record or record.startswith("#")):
        return name + record, reason
    return name, message
