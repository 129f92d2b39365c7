"""Searching for many askers at once, on a few threads.

Every thread that searches holds a connection with its cache, and Python lets one of them compute at a time anyway: 60
threads that searched at once took 245 MB more and kept growing, and each waited for all the others; four took 94 MB and
no more (November 2026). Who asks waits for its turn; turns are in order of coming.
This module does not know the language model.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from index.article import Hit
from index.cross_encoder import CrossEncoder
from index.query import Filters, Query
from index.search import Findings, Searcher
from qa.capitals import with_capitals
from qa.evidence import PASSAGES, Selection, choose_evidence, rank_passages
from qa.orders import leave_out_orders
from qa.subject import bears_out, keeps_subject
from qa.timeline import Timeline, build_timeline

THREADS = 4
_SLACK = timedelta(2)
"""An article may be dated a day ahead: other time zones, late changes."""


class Lookup:
    """What one index holds on a question. For many threads; close it when done."""

    def __init__(self, searcher: Searcher, *, threads: int = THREADS) -> None:
        """`searcher` is closed with this."""
        self._searcher = searcher
        self._reader = CrossEncoder()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="search")

    def passages(self, query: Query, *, k: int) -> list[Hit]:
        """The `k` best passages, for people to read: orders to a machine are not left out."""
        return self._threads.submit(self._rank, query, k).result()

    def find(self, query: Query) -> Findings:
        """What an answer may rest on."""
        return self._threads.submit(self._find, query).result()

    def choose(self, query: Query, findings: Findings) -> Selection:
        """What of `findings` the model is to read.

        Chosen by the asker's own thread: it needs no connection, and a search for another need not wait for it.
        """
        return choose_evidence(query, findings, self._reader.score)

    def with_capitals(self, question: str, filters: Filters) -> str:
        """`question` with the capitals that its names have in the articles."""
        return self._threads.submit(with_capitals, self._searcher.catalogue, question, filters).result()

    def keeps_subject(self, question: str, before: str, filters: Filters) -> bool:
        """Whether a short `question` is on the subject of the one `before` it."""
        return self._threads.submit(keeps_subject, self._searcher.catalogue, question, before, filters).result()

    def bears_out(self, question: str, before: str, filters: Filters) -> bool:
        """Whether the articles on the question `before` bear `question` out."""
        return self._threads.submit(bears_out, self._searcher.catalogue, question, before, filters).result()

    def quicken(self) -> None:
        """Choose evidence in half the time from now on; it brings torch."""
        self._reader.quicken()

    def timeline(self, query: Query) -> Timeline:
        """What happened with the topic that `query` names."""
        return self._threads.submit(self._tell, query).result()

    def close(self) -> None:
        """Let go of the index, once the searches that run are done."""
        self._threads.shutdown()
        self._searcher.close()

    def _rank(self, query: Query, k: int) -> list[Hit]:
        findings = self._searcher.find(query, k=max(k, PASSAGES))
        candidates = rank_passages(query, findings, self._reader.score)[:k]
        return [Hit(c.passage, c.fused, rank) for rank, c in enumerate(candidates, start=1)]

    def _find(self, query: Query) -> Findings:
        today = date.today()
        found = leave_out_orders(self._searcher.find(query, k=PASSAGES if query.as_of >= today else 2 * PASSAGES))
        return Findings(leave_out_later(found, query.as_of, today).candidates[:PASSAGES])

    def _tell(self, query: Query) -> Timeline:
        found = leave_out_orders(self._searcher.find(query))
        known = leave_out_later(found, query.as_of, date.today())
        return build_timeline(query, known, self._searcher.embedder.embed)


def leave_out_later(findings: Findings, as_of: date, today: date) -> Findings:
    """`findings` without what was published after a day that is past: nobody could know it then.

    On `today` nothing is left out; a date that lies ahead was misread, or is one of tomorrow's paper.
    """
    if as_of >= today:
        return findings
    days = ((c, c.passage.article.published) for c in findings.candidates)
    return Findings(tuple(c for c, day in days if day is None or day <= as_of + _SLACK))
