"""The second stage of an index run: passages without vectors are embedded, stored and published in batches.

This module does not know where articles come from, nor how anything is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from index.article import Passage
from index.catalogue import Catalogue
from index.embedder import Embedder, PassageText
from index.packed_vectors import Vectors

BATCH = 256
"""Passages embedded at a time: several seconds of work on two cores."""

_PUBLISH_EVERY = 2_560
"""New vectors that wait for Chroma at most, or a tenth of all if that is more: each time it is copied."""

Made = list[tuple[int, Vectors]]
"""Of each passage its id and its vector."""

Work = Callable[[Catalogue, Callable[[], Embedder], int], Iterator[Made]]
"""Makes the vectors of all passages that have none, in batches of so many; the next once the last are stored."""


class Progress(Protocol):
    """Called with the stage, "text" or "vectors", and how many of its files or passages are done."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def embed_missing(
    catalogue: Catalogue,
    make_embedder: Callable[[], Embedder],
    progress: Progress | None,
    batch: int,
    *,
    work: Work | None = None,
) -> None:
    """Give every passage its vectors, made by `work` or here, and publish them to Chroma as they come."""
    from index.vectors import VectorIndex  # it brings Chroma, for which text search need not wait

    vectors = VectorIndex(catalogue.home, catalogue)
    total = catalogue.vectors.count_missing()
    waiting, done = 0, 0
    if total:
        if progress is not None:
            progress("vectors", 0, total)
        for made in (work or embed_here)(catalogue, make_embedder, batch):
            catalogue.vectors.store(made)
            done, waiting = done + len(made), waiting + len(made)
            if progress is not None:
                progress("vectors", done, max(done, total))  # others may add to the text meanwhile
            if waiting >= max(_PUBLISH_EVERY, catalogue.snapshot.count // 10):
                vectors.publish(thorough=False)
                waiting = 0
    vectors.publish(thorough=total == 0)


def embed_here(catalogue: Catalogue, make_embedder: Callable[[], Embedder], batch: int) -> Iterator[Made]:
    """The vectors of all passages that have none, a batch at a time, made by this process."""
    embedder = make_embedder()
    catalogue.vectors.use_embedder(embedder.name, embedder.dimensions)
    for passages in _passage_batches(catalogue, batch):
        made = embed_passages(embedder, passages)
        yield [(p.id, vector) for p, vector in zip(passages, made, strict=True)]


def _passage_batches(catalogue: Catalogue, size: int) -> Iterator[list[Passage]]:
    """Passages without vectors, by id: the same batches after a kill, since a batch is stored whole or not.

    The embedder rounds to 8 bits over a whole batch, so the same batches mean the very same vectors. A batch is
    claimed until the next is asked for; those of others come last, if they are not done by then.
    """
    claim = catalogue.database.claim
    last, others = 0, []
    while passages := catalogue.passages_without_vectors(size, after=last):
        first, last = passages[0].id, passages[-1].id
        with claim(f"passages {first}") as mine:
            if not mine:
                others.append((first, last))
            elif passages := _without_vectors(catalogue, passages):
                yield passages
    for first, last in others:
        with claim(f"passages {first}", wait=True):
            left = catalogue.passages_without_vectors(size, after=first - 1)
            if passages := [passage for passage in left if passage.id <= last]:
                yield passages


def _without_vectors(catalogue: Catalogue, passages: Sequence[Passage]) -> list[Passage]:
    """Those of `passages`, ascending by id, that have not been given vectors since they were read."""
    done = set(catalogue.vectors.ids(after=passages[0].id - 1, up_to=passages[-1].id))
    return [passage for passage in passages if passage.id not in done]


def embed_passages(embedder: Embedder, passages: Sequence[Passage]) -> Vectors:
    """The vectors of these passages, shape (len(passages), dimensions)."""
    return embedder.embed_passages([PassageText.of(passage) for passage in passages])
