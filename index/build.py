"""The index run: files -> articles in the catalogue -> vectors.

Two stages. First every new or changed file is read and its articles stored, one transaction each, so that
text search has them at once; then passages without vectors are embedded in batches, one transaction each.
A run that is killed is simply run again: what was stored is found to be there, and since passages are
numbered and embedded in the same order, the end is the same. This module does not know file formats, what
makes articles alike, or how anything is searched.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from index.article import Article, Passage, Span
from index.catalogue import Catalogue
from index.cleaning import clean_article
from index.embedder import Embedder, PassageText, PassageVectors, open_bulk_embedder
from index.errors import ReadError
from index.home import Home
from index.ledger import FileState, Ledger
from index.readers import find_files, read_file
from index.reprints import NEAR, band_keys, same_facts, signature, similarity
from index.vectors import VectorIndex

BATCH = 256
"""Passages embedded at a time: several seconds of work on two cores."""

BESIDE_ARTICLES = frozenset({"README.md", "questions.jsonl", "unanswerable.jsonl", "conversations.jsonl"})
"""Files that sample folders carry beside their articles; left out unless named."""

_PUBLISH_EVERY = 2_560
"""New vectors that wait for Chroma at most, or a tenth of all if that is more: each time it is copied."""


class Progress(Protocol):
    """Called with the stage, "text" or "vectors", and how many of its files or passages are done."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


@dataclass(slots=True)
class Report:
    """What an index run did, counted in places (a file, or a record of one).

    `duplicates` of the places read stand in another article's text; `failures` are `(file, reason)`.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    duplicates: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


def build_index(
    paths: Iterable[Path],
    home: Home,
    *,
    prune: bool = False,
    progress: Progress | None = None,
    embedder: Callable[[], Embedder] = open_bulk_embedder,
    batch: int = BATCH,
) -> Report:
    """Bring the index in `home` up to date with the files in `paths`; `prune` removes those that vanished.

    `embedder` is called once there is something to embed, in transactions of `batch` passages.

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
            report = _TextStage(catalogue, progress).run(paths, prune=prune)
            embed_missing(catalogue, embedder, progress, batch)
        finally:
            catalogue.close()
    return report


class _TextStage:
    """Reading, cleaning, comparing and storing."""

    def __init__(self, catalogue: Catalogue, progress: Progress | None) -> None:
        self._catalogue = catalogue
        self._ledger = Ledger(catalogue.database)
        self._progress = progress
        self._report = Report()

    def run(self, paths: Sequence[Path], *, prune: bool) -> Report:
        known = self._ledger.files()
        gone = {path for path in paths if prune and not os.path.lexists(path) and _below([path], known)}
        files = _list_files([path for path in paths if path not in gone])
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
        for done, file in enumerate(files):
            self._tell(done, len(files))
            self._take_file(file)
        self._tell(len(files), len(files))

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
        for raw in read_file(file):
            try:
                article = clean_article(raw) if not isinstance(raw, ReadError) else _refuse(raw)
            except ReadError as error:
                failures.append(str(error))
                continue
            alone = self._store(article, name)
            kept.add(article.path)
            self._count(article, before.get(article.path), alone)
        return kept, tuple(failures)

    def _store(self, article: Article, file: str) -> bool:
        """Store the article, or one more place of one that is stored; whether it is no duplicate."""
        places = self._catalogue.places(article.id)
        if places:
            self._catalogue.add_article(article, file=file)
            return all(place.path == article.path for place in places)
        signed = signature(article.text)
        bands = band_keys(signed)
        alike = [(similarity(signed, s), i) for i, s in self._ledger.look_alikes(bands, besides=article.path)]
        for score, original in sorted(alike, key=lambda pair: -pair[0]):
            if score >= NEAR and same_facts(article.text, self._catalogue.get_article(original).text):
                self._catalogue.add_reprint(article, of=original, file=file)
                return False
        self._catalogue.add_article(article, signature=signed, bands=bands, file=file)
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


def _list_files(paths: Sequence[Path]) -> list[Path]:
    """The files to be read, in one order whatever the order of `paths`."""
    return sorted({f for f in find_files(paths) if f.name not in BESIDE_ARTICLES or f in paths})


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


def _refuse(error: ReadError) -> Article:
    raise error


def _split_failure(name: str, message: str) -> tuple[str, str]:
    """`(file or file#record, reason)` from a reader's "place: reason"."""
    record, mark, reason = message.removeprefix(name).partition(": ")
    if message.startswith(name) and mark and (not record or record.startswith("#")):
        return name + record, reason
    return name, message


def embed_missing(
    catalogue: Catalogue, make_embedder: Callable[[], Embedder], progress: Progress | None, batch: int
) -> None:
    """Give every passage its vectors, and publish them to Chroma as they come."""
    vectors = VectorIndex(catalogue.home, catalogue)
    total = catalogue.count_without_vectors()
    waiting, done = 0, 0
    if total:
        if progress is not None:
            progress("vectors", 0, total)
        embedder = make_embedder()
        catalogue.use_embedder(embedder.name, embedder.dimensions)
        for passages in _passage_batches(catalogue, batch):
            made = embed_passages(embedder, passages)
            catalogue.store_vectors((p.id, v.passage, v.sentences) for p, v in zip(passages, made, strict=True))
            done, waiting = done + len(passages), waiting + len(passages)
            if progress is not None:
                progress("vectors", done, total)
            if waiting >= max(_PUBLISH_EVERY, catalogue.snapshot.count // 10):
                vectors.publish(thorough=False)
                waiting = 0
    vectors.publish(thorough=total == 0)


def _passage_batches(catalogue: Catalogue, size: int) -> Iterator[list[Passage]]:
    """Passages without vectors, by id: the same batches after a kill, since a batch is stored whole or not.

    The embedder rounds to 8 bits over a whole batch, so the same batches mean the very same vectors.
    """
    last = 0
    while passages := catalogue.passages_without_vectors(size, after=last):
        last = passages[-1].id
        yield passages


def embed_passages(embedder: Embedder, passages: Sequence[Passage]) -> list[PassageVectors]:
    """The vectors of these passages, in order."""
    return embedder.embed_passages([_text_of(passage) for passage in passages])


def _text_of(passage: Passage) -> PassageText:
    start = passage.span.start
    inner = tuple(Span(s.start - start, s.end - start) for s in passage.sentences)
    return PassageText(passage.article.title, passage.text, inner)
