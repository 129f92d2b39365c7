"""Hybrid search: BM25 and dense rankings fused by reciprocal rank, articles near the as-of date preferred.

What is there is used: without vectors (the second stage of an index run still to come) text search answers
alone. This module does not know what a question wants as its answer, nor any language model.

Source: Cormack, Clarke & Büttcher 2009 (reciprocal rank fusion, k = 60).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from index.article import Hit, Passage
from index.catalogue import Catalogue, fts_query
from index.embedder import Embedder, MiniLM, Vectors
from index.errors import IndexMismatchError
from index.home import Home
from index.query import Query
from index.terms import search_terms, speaks_of_now
from index.vectors import VectorIndex, nearest_of

CANDIDATES = 100
"""Passages taken from each ranking; deeper ones hold an answer in 2 % of questions (RealTime QA, 2026-11)."""

TITLE_WEIGHT = 0.5
"""Of a word in the title against one in the passage; 0.3 to 1 measured alike, 0 one point worse (2026-11)."""

POSTINGS = 60_000
"""Passages looked at by words; ranking takes 0.75 microseconds for each of a word's. In an archive of a million
passages a question's words stand in 250,000: the common ones, which tell little, are left out (2026-11)."""

_FUSION_K = 60
_NEAR_DAYS = 15
_BOOST_NOW = 0.01
"""Measured over 0.004, 0.01, 0.02: answer in the top passage 38.0, 40.0, 39.5 % (none: 33.0; 2026-11)."""
_BOOST_MILD = 0.004


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with everything search knows of it; `bm25` and `cosine` are 0 where not ranked."""

    passage: Passage
    bm25: float
    cosine: float
    fused: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What one search brought, best first."""

    candidates: tuple[Candidate, ...]


class Searcher:
    """Searches one index. For many threads; close it when done.

    Raises:
        IndexMissingError: there is no index in `home`.
        IndexMismatchError: its vectors were made by another embedder.
    """

    def __init__(self, home: Home, *, embedder: Callable[[], Embedder] = MiniLM) -> None:
        self.catalogue = Catalogue(home)
        self._vectors = VectorIndex(home, self.catalogue)
        self.embedder = embedder()
        if self.catalogue.vectors.embedder:
            self.catalogue.vectors.use_embedder(self.embedder.name, self.embedder.dimensions)

    def search(self, query: Query, *, k: int = 10) -> list[Hit]:
        """The `k` best passages for `query`."""
        candidates = self.find(query, k=k).candidates
        return [Hit(c.passage, c.fused, rank) for rank, c in enumerate(candidates, start=1)]

    def find(self, query: Query, *, k: int = CANDIDATES) -> Findings:
        """The `k` best passages with the scores they were ranked by."""
        terms = self.catalogue.rarest(search_terms(query.text), most=POSTINGS)
        text = self.catalogue.match(fts_query(terms), k=CANDIDATES, filters=query.filters, title_weight=TITLE_WEIGHT)
        dense, waiting = self._compare(query, [passage for passage, _ in text])
        findings = Findings(self._rank(query, text, dense, waiting, k))
        self._check_embedder()
        return findings

    def recall(self, scored: Sequence[tuple[int, float]]) -> Findings:
        """Passages found before, `(id, score)`; those that are gone are left out."""
        scores = dict(scored)
        passages = self.catalogue.load_passages(list(scores))
        return Findings(tuple(Candidate(p, 0.0, 0.0, scores[p.id]) for p in passages))

    def close(self) -> None:
        """Let go of the index's files."""
        self._vectors.close()
        self.catalogue.close()

    def _compare(self, query: Query, worded: Sequence[int]) -> tuple[list[tuple[int, float]], set[int]]:
        """The nearest `(passage id, cosine)`, best first, and those that words found and that have no vector yet.

        What words found is compared with the question one by one: to an article unlike all others no edge of Chroma's
        graph may lead (hnswlib issue 352). Of the nearest hundred of 200 questions 12 in all were missed so.
        """
        self._check_embedder()
        if not self.catalogue.vectors.exist():
            return [], set()
        vector: Vectors = self.embedder.embed([query.text])[0]
        near = self._vectors.nearest(vector, k=CANDIDATES, filters=query.filters)
        there, rows = self.catalogue.vectors.of_passages(worded)
        compared = dict(near) | dict(nearest_of(vector, there, rows, k=CANDIDATES))
        return sorted(compared.items(), key=lambda pair: -pair[1])[:CANDIDATES], set(worded) - set(there)

    def _check_embedder(self) -> None:
        """Refuse what may have been compared with another embedder's vectors: the index was rebuilt meanwhile.

        Before a search, so that the reason is told, and after it, so that nothing slips through.
        """
        if self.catalogue.vectors.embedder not in ("", self.embedder.name):
            raise IndexMismatchError(
                f"the index in {self.catalogue.home.place} was rebuilt with another embedder: start Dateline again, "
                "with the same --embed-model"
            )

    def _rank(
        self,
        query: Query,
        text: Sequence[tuple[int, float]],
        dense: Sequence[tuple[int, float]],
        waiting: Iterable[int],
        k: int,
    ) -> tuple[Candidate, ...]:
        fused = fuse([[i for i, _ in text], [i for i, _ in dense]])
        # What has no vector yet cannot be in that ranking: it counts as found there where words found it.
        fused |= {i: 2 * fused[i] for i in waiting}
        boost = _BOOST_NOW if speaks_of_now(query.text) else _BOOST_MILD
        days = self.catalogue.published_days(list(fused))
        scores = {i: fused[i] + boost * nearness(day, query.as_of) for i, day in days.items()}
        best = self.catalogue.load_passages(sorted(scores, key=lambda i: (-scores[i], i))[:k])
        bm25, cosine = dict(text), dict(dense)
        return tuple(Candidate(p, bm25.get(p.id, 0.0), cosine.get(p.id, 0.0), scores[p.id]) for p in best)


def fuse(rankings: Iterable[Sequence[int]]) -> dict[int, float]:
    """Reciprocal rank fusion: id -> sum over rankings of 1 / (60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (_FUSION_K + rank)
    return scores


def nearness(published: date | None, as_of: date) -> float:
    """1 for an article of the fortnight before `as_of` (a day's slack for time zones), else 0."""
    if published is None:
        return 0.0
    return 1.0 if -1 <= (as_of - published).days < _NEAR_DAYS else 0.0
