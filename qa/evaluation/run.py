"""Asking every case of a data set, once: index, ask, keep what came back.

Indexes and results are kept in one folder under names made from the content they depend on, so that a run
goes on where another stopped. A name does not depend on the program's code: after a change to it, results
must be forgotten with `fresh`. This module does not know how results are scored.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from index.article import Hit
from index.build import build_index
from index.catalogue import Catalogue
from index.embedder import Embedder, MiniLM, open_bulk_embedder
from index.home import Home
from index.meta import SCHEMA_VERSION
from index.query import Filters, Query
from index.vector_stage import Progress
from qa.answer import Answer, Evidence
from qa.evaluation.dataset import Case, Corpus, Dataset
from qa.evaluation.memory import peak_bytes
from qa.evaluation.result import CitedQuote, ReadQuote, Result, ResultFile, Said

log = logging.getLogger(__name__)

DEPTH = 20
"""Passages looked at for the answer."""

RESULTS_VERSION = 1
"""Part of the results' name: raise it when what is observed changes."""

_WARM_UP = "What was reported last week?"
"""Asked once and not counted: the first answer also waits for the model to be loaded."""


class Answerer(Protocol):
    """What is measured: the assistant, open on one index."""

    @property
    def catalogue(self) -> Catalogue: ...

    def search(self, query: Query, *, k: int) -> list[Hit]: ...

    def find_evidence(self, query: Query) -> tuple[Evidence, ...]: ...

    def ask(self, question: str, *, filters: Filters, as_of: date) -> Answer: ...

    def close(self) -> None: ...


class Run:
    """One data set asked with one model.

    `folder` keeps indexes and results; `open_answerer` opens the assistant on an index's folder;
    `count_tokens` counts those of a text as the model would.
    """

    def __init__(
        self,
        dataset: Dataset,
        folder: Path,
        open_answerer: Callable[[Path], Answerer],
        count_tokens: Callable[[str], int],
        *,
        model: str,
        retrieval_only: bool = False,
        progress: Progress | None = None,
        embedder: Callable[[], Embedder] = open_bulk_embedder,
    ) -> None:
        self.dataset = dataset
        self._folder = folder
        self._open = open_answerer
        self._count_tokens = count_tokens
        self._retrieval_only = retrieval_only
        self._progress = progress
        self._embedder = embedder
        identity = [[c.key for c in dataset.corpora], "" if retrieval_only else model, MiniLM.name, RESULTS_VERSION]
        name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
        self.results_file = folder / "results" / f"{dataset.name}-{name}.jsonl"
        self.reused = 0
        """How many results stood there already."""

    def ask(self, cases: Sequence[Case], *, fresh: bool = False) -> list[Result]:
        """A result for every one of `cases`, in order; `fresh` forgets those that were kept.

        Raises:
            DatelineError: the index or the results cannot be written, or the model fails.
        """
        with ResultFile(self.results_file, fresh=fresh) as kept:
            self.reused = sum(case.fingerprint in kept.results for case in cases)
            done = self.reused
            for corpus in self.dataset.corpora:
                waiting = [c for c in cases if c.corpus == corpus.name and c.fingerprint not in kept.results]
                if waiting:
                    self._ask_corpus(corpus, waiting, kept, done, len(cases))
                    done += len(waiting)
            return [kept.results[case.fingerprint] for case in cases]

    def index(self, corpus: Corpus) -> Path:
        """The folder of the index of `corpus`, brought to its end first where needed."""
        home = Home(self._folder / f"{corpus.name}-{corpus.key[:16]}-{SCHEMA_VERSION}")
        complete = home.folder / "complete"
        if not complete.exists():
            paths = list(corpus.paths)
            if corpus.records:
                home.create()
                paths = [home.folder / "articles.jsonl"]
                paths[0].write_text("\n".join(corpus.records), encoding="utf-8")
            report = build_index(paths, home, progress=self._progress, embedder=self._embedder)
            for place, reason in report.failures:
                log.warning("%s: %s", place, reason)
            complete.touch()
        return home.folder

    def _ask_corpus(self, corpus: Corpus, cases: Sequence[Case], kept: ResultFile, done: int, total: int) -> None:
        answerer = self._open(self.index(corpus))
        try:
            if not self._retrieval_only:
                answerer.ask(_WARM_UP, filters=Filters(), as_of=cases[0].as_of)
            for number, case in enumerate(cases):
                self._tell(done + number, total)
                if case.fingerprint not in kept.results:  # the same question may stand twice
                    kept.add(self._observe(answerer, case))
            self._tell(done + len(cases), total)
        finally:
            answerer.close()

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress("questions", done, total)

    def _observe(self, answerer: Answerer, case: Case) -> Result:
        """What comes back for one case."""
        query = Query(case.question, case.as_of, Filters(sources=case.sources))
        hits = answerer.search(query, k=DEPTH)
        answer = None
        started = time.perf_counter()
        if self._retrieval_only:
            evidence = answerer.find_evidence(query)
            timings = {"sources_s": time.perf_counter() - started}
        else:
            answer = answerer.ask(case.question, filters=query.filters, as_of=case.as_of)
            evidence, timings = answer.evidence, dict(answer.timings)
        exact = check_slices(answerer.catalogue, evidence, answer)
        return Result(
            case=case.fingerprint,
            passages=tuple(hit.passage.text for hit in hits),
            evidence=tuple(_read_quote(item) for item in evidence),
            evidence_tokens=self._count_tokens("\n".join(item.quote for item in evidence)),
            said=_said(answer) if answer else None,
            quotes=len(exact),
            exact_quotes=sum(exact),
            timings=timings,
            peak_bytes=peak_bytes(),
        )


def check_slices(catalogue: Catalogue, evidence: Sequence[Evidence], answer: Answer | None) -> list[bool]:
    """For every evidence and citation, whether the words shown are that slice of the stored article."""
    by_number = {item.number: item for item in evidence}
    shown = [(item, item.span, item.quote) for item in evidence]
    exact = []
    for citation in answer.citations if answer else ():
        item = by_number.get(citation.number)
        if item is None:
            exact.append(False)  # a citation of nothing that was read
        else:
            shown.append((item, citation.quote, citation.quote.of(item.article.text)))
    for item, span, text in shown:
        stored = catalogue.get_article(item.article.id).text
        exact.append(bool(text) and stored[span.start : span.end] == text)
    return exact


def _read_quote(item: Evidence) -> ReadQuote:
    article = item.article
    published = article.published.isoformat() if article.published else ""
    return ReadQuote(item.number, article.id, article.title, published, item.quote)


def _said(answer: Answer) -> Said:
    articles = {item.number: item.article.text for item in answer.evidence}
    citations = tuple(
        CitedQuote(c.claim.start, c.claim.end, c.number, c.quote.of(articles.get(c.number, "")), c.verdict.value)
        for c in answer.citations
    )
    return Said(
        text=answer.text,
        short=answer.short,
        best_guess=answer.best_guess,
        abstained=answer.abstained,
        confidence=answer.confidence,
        citations=citations,
        readings=tuple(r.value for d in answer.disagreements for r in d.readings),
        prompt_tokens=answer.prompt_tokens,
        answer_tokens=answer.answer_tokens,
    )
