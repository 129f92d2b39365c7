"""Everything that is derived, made anew from the articles' texts in the catalogue; no file is read again.

Passages and text search are made in one transaction; the vectors follow as in an index run, so that a kill
there is mended by the next `dateline index`. This module does not know how any of it is searched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index.catalogue import Catalogue
from index.embedder import Embedder, open_bulk_embedder
from index.home import Home
from index.meta import advance_generation, write_meta
from index.rows import insert_passages
from index.sql import Connection
from index.vector_stage import BATCH, Progress, embed_missing


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made anew."""

    articles: int
    passages: int


def rebuild_index(
    home: Home,
    *,
    progress: Progress | None = None,
    embedder: Callable[[], Embedder] = open_bulk_embedder,
    batch: int = BATCH,
) -> Rebuilt:
    """Make passages, text search, vectors and Chroma's folder anew from the articles.

    Raises:
        IndexMissingError: there is no index in `home`.
        IndexMismatchError: it was made by another version.
        IndexBusyError: another process is writing it.
        DamagedError: an article is damaged; the index is left as it was.
        DatelineError: the index cannot be written.
    """
    catalogue = Catalogue(home)
    try:
        with home.write_lock():
            with catalogue.database.writing() as connection:
                articles = _rebuild_text(connection, progress)
            embed_missing(catalogue, embedder, progress, batch)
            return Rebuilt(articles, catalogue.vectors.count())
    finally:
        catalogue.close()


def _rebuild_text(connection: Connection, progress: Progress | None) -> int:
    """Passages and text search anew, the vectors away, orphans too; the number of articles."""
    for table in ("passage_vectors", "passages"):
        connection.execute(f"DELETE FROM {table}")
    connection.texts.clear(connection)
    numbers = [int(row[0]) for row in connection.execute("SELECT number FROM articles ORDER BY number")]
    for done, number in enumerate(numbers, start=1):
        insert_passages(connection, number)
        if progress is not None:
            progress("text", done, len(numbers))
    for key in ("embedder", "snapshot"):
        write_meta(connection, key, "")
    advance_generation(connection)
    return len(numbers)
