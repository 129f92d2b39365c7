"""The whole way from a question to a checked answer, as events.

The pipeline reads as the algorithm: understand, search, choose evidence, read, check. This module does not
know what becomes of the events, nor how any single step is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.article import Hit
from index.catalogue import Catalogue
from index.embedder import Embedder, MiniLM
from index.errors import CancelledError
from index.home import Home
from index.query import Filters, Query
from index.search import Searcher
from qa.answer import Answer, Delta, Done, Event, Evidence, Found, Turn, Waiting
from qa.asking import without_courtesy
from qa.background import prepare_work
from qa.composition import NOT_FOUND, Draft
from qa.conclusion import conclude
from qa.confidence import estimate_confidence
from qa.followup import make_standalone
from qa.identity import asked_name, describe
from qa.line import Line
from qa.lookup import Lookup
from qa.outcome import Outcome
from qa.polish import polish
from qa.smalltalk import reply_to_smalltalk
from qa.telling import introduce, say, tell, tell_draft
from qa.timeline import Timeline, find_topic
from qa.yes_no import answer_yes_or_no, asks_yes_or_no

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from qa.reading import Reading

_LOOK_EVERY_S = 0.5
"""So often somebody who waits for the model looks at the place in the line, and whether to go on waiting."""

NEAREST = 3
"""Passages named when the articles do not answer."""


class Assistant:
    """Answers questions from one index. For many threads; the model reads one question after another, as they came."""

    def __init__(self, searcher: Searcher, model: Future[LLM], start_model: Callable[[], None] = lambda: None) -> None:
        """`start_model` is called when a question needs the model."""
        self._searcher = searcher
        self._lookup = Lookup(searcher)
        self._model = model
        self._start_model = start_model
        self._line = Line()

    @classmethod
    def open(
        cls,
        home: Home | Path | str,
        *,
        model: str = "default",
        models_dir: Path | None = None,
        llm: LLM | None = None,
        embedder: Callable[[], Embedder] = MiniLM,
        at_once: bool = True,
    ) -> Self:
        """Open the index in `home`; the model loads in the background, or is `llm`, any llama-index model.

        `embedder` makes the embedder that the index was made with.
        It loads `at_once`, or when the first question has its sources: they come sooner then.

        Raises:
            IndexMissingError: there is no index in `home`.
            IndexMismatchError: the index was made by another version or embedder.
        """
        place = home if isinstance(home, Home) else Home(home)
        if llm is not None:
            given: Future[LLM] = Future()
            given.set_result(llm)
            return cls(Searcher(place, embedder=embedder), given)._when_quick()
        future, start = prepare_work(partial(_load_model, model, models_dir or place.models), "model")
        if at_once:
            start()
        return cls(Searcher(place, embedder=embedder), future, start)._when_quick()

    @property
    def catalogue(self) -> Catalogue:
        """The articles."""
        return self._searcher.catalogue

    @property
    def embedder(self) -> Embedder:
        """What embeds the questions, and new articles likewise."""
        return self._searcher.embedder

    def model_ready(self) -> bool:
        """Whether the model is loaded."""
        return self._has_ended() and self._model.exception() is None

    def when_model_loaded(self, act: Callable[[], None]) -> None:
        """Call `act` once the model is loaded, or cannot be; at once where that is known already."""
        self._model.add_done_callback(lambda _: act())

    @property
    def model_error(self) -> str:
        """Why the model cannot be used; empty while it loads and when it is ready."""
        error = self._model.exception() if self._has_ended() else None
        return str(error) if error else ""

    def search(self, query: Query, *, k: int = 10) -> list[Hit]:
        """The `k` best passages."""
        return self._lookup.passages(replace(query, text=_encodable(query.text)), k=k)

    def find_evidence(self, query: Query) -> tuple[Evidence, ...]:
        """What the model would be given to read."""
        return self._lookup.choose(query, self._lookup.find(query)).evidence

    def timeline(
        self,
        topic: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 frozen
        as_of: date | None = None,
    ) -> Timeline:
        """What happened with `topic`, or with what a question asks about ("What happened in Mali?")."""
        topic = _encodable(topic)
        query = Query(find_topic(topic) or topic, as_of or date.today(), filters)
        return self._lookup.timeline(query)

    def understand(
        self,
        question: str,
        history: Sequence[Turn],
        *,
        filters: Filters = Filters(),  # noqa: B008 frozen
    ) -> str:
        """`question` made to stand alone; how its names are written, and its subject, the articles tell."""
        question = self._lookup.with_capitals(without_courtesy(question), filters)
        keeps, bears_out = (
            partial(ask, filters=filters) for ask in (self._lookup.keeps_subject, self._lookup.bears_out)
        )
        return make_standalone(question, history, keeps, bears_out)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008 frozen
        as_of: date | None = None,
    ) -> Answer:
        """The checked answer to `question`, when it is done."""
        *_, done = self.stream(question, history=history, filters=filters, as_of=as_of)
        assert isinstance(done, Done)  # noqa: S101 the last event by contract
        return done.answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008 frozen
        as_of: date | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Event]:
        """The answer as it comes about: `Found`, `Waiting`s where others come first, `Delta`s, then `Done`.

        Raises:
            CancelledError: `cancel` was set.
            ModelError: the model cannot be used.
        """
        started = time.perf_counter()
        question = _encodable(question)
        query = Query(self.understand(question, history, filters=filters), as_of or date.today(), filters)
        reply = reply_to_smalltalk(question)
        if reply is not None:
            yield from say(Outcome(question, query, started), reply)
            return
        timeline = self._timeline_for(query)
        if timeline is not None:
            yield from tell(Outcome(question, query, started), timeline)
            return
        findings = self._lookup.find(query)
        descriptions = describe(asked_name(query.text), query.text, findings)
        if descriptions:
            yield from introduce(Outcome(question, query, started), descriptions)
            return
        selection = self._lookup.choose(query, findings)
        evidence = selection.evidence
        outcome = Outcome(question, query, started, evidence, selection.ranked)
        outcome.timings["sources_s"] = time.perf_counter() - started
        yield Found(query, evidence)
        if not evidence:
            yield from self._abstain(outcome)
            return
        if asks_yes_or_no(query.text):
            said = answer_yes_or_no(outcome)
            yield from tell_draft(outcome, said) if said.text else self._abstain(outcome)
            return
        reading = yield from self._read(query, evidence, cancel)
        outcome.reading = reading = replace(reading, text=polish(query.text, reading.text, evidence))
        outcome.timings["first_word_s"] = reading.first_word_at - started
        outcome.confidence = estimate_confidence(query, selection, reading)
        draft = conclude(outcome, reading, findings)
        yield from tell_draft(outcome, draft) if draft else self._abstain(outcome)

    def example_questions(self, count: int = 4) -> list[str]:
        """Questions about what is indexed, for someone who does not know what to ask."""
        from qa.examples import suggest_questions

        return suggest_questions(self.catalogue, count)

    def close(self) -> None:
        """Let go of the index."""
        self._model.cancel()
        self._line.close()
        self._lookup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _has_ended(self) -> bool:
        """Whether the model is loaded or could not be; its loading may also have been called off."""
        return self._model.done() and not self._model.cancelled()

    def _when_quick(self) -> Self:
        """Itself, choosing evidence in half the time once a local model has brought torch."""
        self.when_model_loaded(self._quicken)
        return self

    def _quicken(self) -> None:
        if not self.model_ready():
            return
        from qa.model import LocalModel

        if isinstance(self._model.result(), LocalModel):  # others do without torch
            self._lookup.quicken()

    def _timeline_for(self, query: Query) -> Timeline | None:
        """A timeline where the question wants one and the articles tell of its topic."""
        topic = find_topic(query.text)
        timeline = self.timeline(topic, filters=query.filters, as_of=query.as_of) if topic else None
        return timeline if timeline and timeline.events else None

    def _read(
        self, query: Query, evidence: Sequence[Evidence], cancel: threading.Event | None
    ) -> Generator[Event, None, Reading]:
        """Have the model write its answer when it is this question's turn; `cancel` is heeded while waiting, too."""
        stop = cancel or threading.Event()
        self._start_model()
        place = self._line.join(lambda: self._write(query, evidence, stop))
        told = 0
        try:
            while not place.done(_LOOK_EVERY_S):
                _stop_if(stop)
                if told != (told := place.ahead):
                    yield Waiting(told)
            return place.result()
        finally:
            if not place.done(0):  # the asker has gone
                stop.set()
                place.leave()

    def _write(self, query: Query, evidence: Sequence[Evidence], stop: threading.Event) -> Reading:
        # First the model: two threads that import llama-index at once find it half imported.
        llm = self._model.result()
        from qa.reading import write_answer

        _stop_if(stop)
        return write_answer(llm, query, evidence, cancel=stop)

    def _abstain(self, outcome: Outcome) -> Iterator[Event]:
        """Say that the articles do not answer, and name the nearest passages."""
        ranked = enumerate(outcome.ranked[:NEAREST], start=1)
        nearest = tuple(Hit(c.passage, c.fused, rank) for rank, c in ranked)
        yield Delta(NOT_FOUND)
        yield Done(replace(outcome.answer(Draft(text=NOT_FOUND), abstained=True), nearest=nearest))


def _load_model(model: str, models_dir: Path) -> LLM:
    from qa.model import LocalModel
    from qa.weights import prepare_model

    return LocalModel(prepare_model(model, models_dir), name=model)


def _encodable(text: str) -> str:
    """`text` without halves of characters, which JSON and command lines can hold and tokenizers cannot."""
    return text.encode("utf-8", "replace").decode()


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise CancelledError("stopped")
