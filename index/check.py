"""Whether an index is what it was when it was written: counted, hashed and embedded again.

Every check is made whatever the others find, and none changes anything. This module does not know how what it
finds is shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from index.article import hash_text
from index.catalogue import Catalogue
from index.chroma_collection import ChromaCollection
from index.embedder import Embedder, MiniLM
from index.errors import DatelineError
from index.home import Home
from index.packed_vectors import is_vector
from index.rows import unpack_spans
from index.sql import Connection, Database
from index.terms import search_terms
from index.vector_stage import embed_passages
from index.vectors import VectorIndex

SAMPLE = 64
"""Passages embedded again, in a batch of their own: two seconds of work."""

NEAR_ENOUGH = 0.98
"""Cosine from which two vectors are one passage's. On the sample archive the same passage embedded among others
comes to 0.999999, the two most alike different ones to 0.90 (2026-11); another processor rounds otherwise."""

_RUN_INDEX = "run `dateline index`"
_REBUILD = "run `dateline rebuild`"
_RESTORE = "restore a backup with `dateline restore FILE`, or index the articles again in another --home"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked; `problem` is empty where all is well, else `remedy` says what to do."""

    name: str
    checked: str
    problem: str = ""
    remedy: str = ""


class _Found(NamedTuple):
    checked: str
    problem: str
    remedy: str


def check_index(home: Home, *, embedder: Callable[[], Embedder] = MiniLM, sample: int = SAMPLE) -> list[Check]:
    """All checks of the index in `home`, with the write lock held so that it stands still.

    Raises:
        IndexMissingError: there is no index in `home`.
        IndexMismatchError: it was made by another version.
        IndexBusyError: another process is writing it.
        DatelineError: it cannot be opened.
    """
    catalogue = Catalogue(home)
    checks: dict[str, Callable[[], _Found]] = {
        "database": lambda: _check_database(catalogue.database),
        "articles": lambda: _check_articles(catalogue.database.connection),
        "places": lambda: _check_places(catalogue.database.connection),
        "passages": lambda: _check_passages(catalogue.database.connection),
        "text search": lambda: _check_text_search(catalogue, sample),
        "vectors": lambda: _check_vectors(catalogue.database.connection, catalogue.vectors.dimensions),
        "embedding": lambda: _check_embedding(catalogue, embedder, sample),
        "chroma": lambda: _check_chroma(home, catalogue),
    }
    try:
        with home.write_lock():
            return [_run(name, check) for name, check in checks.items()]
    finally:
        catalogue.close()


def _run(name: str, check: Callable[[], _Found]) -> Check:
    try:
        return Check(name, *check())
    except DatelineError as error:
        problem, _, remedy = str(error).rpartition(": ")
        return Check(name, "not to the end", problem, remedy)


def _check_database(database: Database) -> _Found:
    """The database's own check."""
    checked, problem = database.check()
    return _Found(checked, problem, _RESTORE)


def _check_articles(connection: Connection) -> _Found:
    """Title and text of every article against its hash and id."""
    count, wrong = 0, []
    for article_id, title, text, sha256 in connection.stream("SELECT id, title, text, sha256 FROM articles"):
        count += 1
        digest = hash_text(title, text)
        if digest != sha256 or digest[:16] != article_id:
            wrong.append(str(article_id))
    return _Found(f"{count:,} hashed", _list(wrong, "articles are not what was stored"), _RESTORE)


def _check_places(connection: Connection) -> _Found:
    """Every article stands in some place exactly, and nothing waits to be swept."""
    (count,) = connection.execute("SELECT count(*) FROM places").fetchone()
    rows = connection.execute(
        "SELECT id FROM articles a WHERE NOT EXISTS "
        "(SELECT 1 FROM places p WHERE p.article = a.number AND p.own_id = a.id)"
    )
    return _Found(f"{count:,} counted", _list([str(r[0]) for r in rows], "articles stand in no file"), _RUN_INDEX)


def _check_passages(connection: Connection) -> _Found:
    """Every passage lies within its article, its sentences within it, in order; every article has one."""
    count, wrong = 0, []
    rows = connection.execute(
        'SELECT p.id, p.start, p."end", p.sentences, length(a.text) FROM passages p '
        "JOIN articles a ON a.number = p.article"
    )
    for passage, start, end, packed, length in rows:
        count += 1
        if not 0 <= start < end <= length or not _are_within(packed, start, end):
            wrong.append(str(passage))
    bare = connection.execute(
        "SELECT id FROM articles WHERE NOT EXISTS (SELECT 1 FROM passages WHERE article = articles.number)"
    )
    problem = _list(wrong, "passages lie outside their article") or _list(
        [str(row[0]) for row in bare], "articles have no passage"
    )
    return _Found(f"{count:,} counted", problem, _REBUILD)


def _are_within(packed: bytes, start: int, end: int) -> bool:
    try:
        spans = unpack_spans(packed)
    except (DatelineError, ValueError):  # ValueError: a span that ends before it begins
        return False
    ordered = all(a.end <= b.start for a, b in pairwise(spans))
    return bool(spans) and ordered and spans[0].start >= start and spans[-1].end <= end


def _check_text_search(catalogue: Catalogue, sample: int) -> _Found:
    """As many texts as passages; the text search's own check; some passages are found by their own words."""
    connection = catalogue.database.connection
    ids = [int(row[0]) for row in connection.execute("SELECT id FROM passages ORDER BY id")]
    held = connection.texts.held(connection)
    if held != set(ids):
        return _Found(f"{len(held):,} counted", f"{len(held ^ set(ids)):,} passages too many or missing", _REBUILD)
    if fault := connection.texts.check(connection):
        return _Found(f"{len(ids):,} counted", fault, _REBUILD)
    lost = []
    for passage in catalogue.load_passages(_draw(ids, sample)):
        terms = search_terms(passage.text)[:8]
        lost += [str(passage.id)] if terms and not connection.texts.finds(connection, passage.id, terms) else []
    return _Found(f"{len(ids):,} counted", _list(lost, "passages are not found by their own words"), _REBUILD)


def _check_vectors(connection: Connection, dimensions: int) -> _Found:
    """A vector for every passage."""
    count, wrong = 0, []
    missing = connection.execute(
        "SELECT count(*) FROM passages p WHERE NOT EXISTS (SELECT 1 FROM passage_vectors WHERE passage = p.id)"
    ).fetchone()[0]
    for passage, vector in connection.stream("SELECT passage, vector FROM passage_vectors"):
        count += 1
        if not is_vector(vector, dimensions):
            wrong.append(str(passage))
    if wrong:
        return _Found(f"{count:,} counted", _list(wrong, "passages have vectors that are none"), _REBUILD)
    return _Found(f"{count:,} counted", f"{missing:,} passages lack vectors" if missing else "", _RUN_INDEX)


def _check_embedding(catalogue: Catalogue, make_embedder: Callable[[], Embedder], sample: int) -> _Found:
    """Some passages, embedded again, lie where their stored vectors do."""
    chosen = _draw(catalogue.vectors.ids(), sample)
    if not chosen:
        return _Found("none to embed", "", "")
    embedder = make_embedder()
    maker = catalogue.vectors.embedder
    if maker != embedder.name:
        return _Found("the embedder's name", f"made by {maker or 'nobody'}, not {embedder.name}", _REBUILD)
    stored = dict(zip(*catalogue.vectors.of_passages(chosen), strict=True))
    passages = catalogue.load_passages(chosen)
    far = [
        str(passage.id)
        for passage, fresh in zip(passages, embed_passages(embedder, passages), strict=True)
        if float(stored[passage.id] @ fresh) < NEAR_ENOUGH
    ]
    return _Found(f"{len(passages):,} embedded again", _list(far, "passages have another text's vectors"), _REBUILD)


def _check_chroma(home: Home, catalogue: Catalogue) -> _Found:
    """The published collection holds the catalogue's vectors, no others."""
    snapshot, index = catalogue.snapshot, VectorIndex(home, catalogue)
    if not catalogue.vectors.exist():
        return _Found("no vectors", "", "")
    if not index.is_published():
        return _Found("no folder", "Chroma's folder is missing; searches compare all vectors meanwhile", _RUN_INDEX)
    if index.is_outdated():
        return _Found(snapshot.name, "Chroma's folder is older than the catalogue", _RUN_INDEX)
    try:
        with index.published() as collection:
            collection.check(snapshot.count, catalogue.vectors.dimensions)
            wrong = _differing(collection, catalogue)
    except DatelineError as error:
        return _Found(snapshot.name, str(error), _RUN_INDEX)
    return _Found(f"{snapshot.count:,} compared", _list(wrong, "vectors differ from the catalogue's"), _REBUILD)


def _differing(folder: ChromaCollection, catalogue: Catalogue) -> list[str]:
    """Passages whose vectors in `folder` are not the catalogue's; those that came or went later do not count."""
    held, last = folder.ids(), catalogue.snapshot.last
    wrong = [str(i) for i in sorted(catalogue.still_there([*held]) ^ set(catalogue.vectors.ids())) if i <= last]
    for ids, vectors in folder.batches():
        known = dict(zip(*catalogue.vectors.of_passages(ids), strict=True))
        wrong += [str(i) for i, v in zip(ids, vectors, strict=True) if i in known and float(v @ known[i]) < 0.999]
    return wrong


def _draw(ids: Sequence[int], count: int) -> list[int]:
    """Some of `ids`, others each time: what one check passes over the next may find."""
    return sorted(random.SystemRandom().sample(ids, min(count, len(ids))))


def _list(wrong: Sequence[str], what: str) -> str:
    """`what` is wrong with these; empty where nothing is."""
    if not wrong:
        return ""
    named = ", ".join(wrong[:5]) + (" ..." if len(wrong) > 5 else "")
    return f"{len(wrong):,} {what}: {named}"
