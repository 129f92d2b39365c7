"""What an archive takes as it grows: `python -m bench.scaling FOLDER --articles 1000 3000 9000`; docs/scaling.md.

Articles are made: 700 words drawn from 50,000 by Zipf's law, and vectors around 2,000 centres, so that neither reading
nor embedding is measured here (`bench/indexing.py` does that). The same archive grows from size to size. With
--catalogue and --chroma it is kept in those servers. Times are of this process's clock; processor time is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np

from bench.rows import median, percentile
from index.article import Article, hash_text
from index.catalogue import Catalogue, fts_query
from index.home import Home
from index.packed_vectors import Vectors
from index.query import Filters
from index.search import CANDIDATES, POSTINGS
from index.vectors import VectorIndex
from ui.settings import quieten_libraries

_WORDS, _VOCABULARY, _CENTRES = 700, 50_000, 2_000
_QUESTIONS = 30
_STOP_WORDS = 150
"""The commonest words, which are not asked for: index/terms.py leaves out as many."""
_FIRST_DAY = date(2015, 1, 1).toordinal()


class Archive:
    """An archive that grows."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.catalogue = Catalogue(home, create=True)
        self.catalogue.vectors.use_embedder("made", 384)
        self.index = VectorIndex(home, self.catalogue)
        self._chance = np.random.default_rng(0)
        odds = 1 / np.arange(1, _VOCABULARY + 1)
        self._odds = odds / odds.sum()
        self._centres = _units(self._chance.standard_normal((_CENTRES, 384)))
        self.articles = 0

    def grow(self, size: int) -> dict[str, float]:
        """Up to `size` articles; what it took."""
        took: dict[str, float] = {}
        added = size - self.articles
        articles = [self._make(number) for number in range(self.articles, size)]
        with _timed(took, "text"):
            for article in articles:
                self.catalogue.add_article(article, signature=_SIGNATURE, bands=[hash(article.id) % 2**60])
        self.articles = size
        passages = self.catalogue.vectors.count_missing()
        with _timed(took, "vectors"):
            while waiting := self.catalogue.passages_without_vectors(256):
                self.catalogue.vectors.store((p.id, self._near(self._chance.integers(_CENTRES))) for p in waiting)
        with self._home.write_lock(shared=True), _timed(took, "chroma"):
            self.index.publish()
        return {name: seconds / (passages if name.startswith("chroma") else added) for name, seconds in took.items()}

    def ask(self) -> dict[str, float]:
        """Milliseconds that searching takes, by words, by vector and filtered."""
        questions = [" ".join(self._words(8, common=_STOP_WORDS)) for _ in range(_QUESTIONS)]
        few = Filters(after=date.fromordinal(_FIRST_DAY + 1_800))
        times: dict[str, list[float]] = {"words": [], "vector": [], "filtered": []}
        for question in questions:
            terms = self.catalogue.rarest(question.split(), most=POSTINGS)
            query, vector = fts_query(terms), self._near(self._chance.integers(_CENTRES))
            for name, call in (
                ("words", lambda q=query: self.catalogue.match(q, k=CANDIDATES)),
                ("vector", lambda v=vector: self.index.nearest(v, k=CANDIDATES)),
                ("filtered", lambda q=query: self.catalogue.match(q, k=CANDIDATES, filters=few)),
            ):
                started = time.perf_counter()
                call()
                times[name].append(1e3 * (time.perf_counter() - started))
        return {
            f"{name} {what}": value
            for name, taken in times.items()
            for what, value in (("median", median(taken)), ("p95", percentile(taken, 0.95)))
        }

    def _make(self, number: int) -> Article:
        words = self._words(_WORDS)
        sentences = [" ".join(words[at : at + 18]).capitalize() + "." for at in range(0, _WORDS, 18)]
        title, text = " ".join(self._words(8)), "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, 39, 3))
        day, digest = date.fromordinal(_FIRST_DAY + int(self._chance.integers(3_600))), hash_text(title, text)
        return Article(digest[:16], title, text, day, f"Wire {number % 20}", "", "", (), f"made/{number}", digest)

    def _words(self, count: int, *, common: int = 0) -> list[str]:
        """So many words, none of the `common` first."""
        odds = self._odds[common:] / self._odds[common:].sum()
        return [f"w{common + number}" for number in self._chance.choice(len(odds), size=count, p=odds)]

    def _near(self, centre: int) -> Vectors:
        noise = self._chance.standard_normal((1, 384)) * (0.5 / 384**0.5)
        near: Vectors = _units(self._centres[centre] + noise)[0]
        return near


_SIGNATURE = np.zeros(128, np.uint32)


def _units(rows: np.ndarray) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


@contextmanager
def _timed(took: dict[str, float], name: str) -> Iterator[None]:
    """Seconds of the clock, and of this process's processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    took[f"{name} s"] = time.perf_counter() - clock
    took[f"{name} cpu s"] = time.process_time() - processor


def main() -> None:
    """Grow, ask, and print a line of JSON for each size."""
    parser = argparse.ArgumentParser(prog="bench.scaling", description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 3_000, 9_000])
    parser.add_argument("--catalogue", default="")
    parser.add_argument("--chroma", default="")
    given = parser.parse_args()
    quieten_libraries(os.environ, "default")
    archive = Archive(Home(Path(given.folder), server=given.catalogue, chroma_server=given.chroma))
    for size in sorted(given.articles):
        took = archive.grow(size)
        status = archive.catalogue.status()
        found = {
            "articles": size,
            "passages": status.passages,
            **took,
            "bytes": status.bytes_on_disk,
            **archive.ask(),
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps({name: round(value, 6) for name, value in found.items()}), flush=True)


if __name__ == "__main__":
    main()
