"""What happens on the page: questions asked, stopped and asked again, articles opened.

A `Desk` serves all browser tabs; it keeps only the switches that stop running answers, each tab carries its
own `Conversation` in its session state. Knows Gradio's events, but neither the layout nor how answers are made.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.article import Span
from index.errors import CancelledError, DatelineError, UsageError
from index.query import Filters
from qa.answer import Delta
from ui.answer_html import exchange, model_notice, welcome
from ui.conversation import Conversation, Exchange, State
from ui.evidence_html import evidence_panel, reader, safe
from ui.filters import read_day, read_filters

if TYPE_CHECKING:
    from qa.assistant import Assistant

MAX_QUESTION_CHARS = 1000
_EXAMPLES = 4
_MAX_SPANS = 100
_ASK: dict[str, Any] = {"submit_btn": "Ask", "stop_btn": False}
_STOP: dict[str, Any] = {"submit_btn": False, "stop_btn": "Stop"}

Update = tuple[Any, Any, Any, Any, Any]
"""New values for: conversation, question box, past turns, the newest turn, evidence."""
_UNCHANGED: Update = (gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip())


class Desk:
    """The page's actions on one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._running: dict[str, threading.Event] = {}

    def ask(
        self,
        conversation: Conversation,
        question: str,
        after: str | None,
        before: str | None,
        sources: list[str] | None,
        as_of: str | None,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Answer `question`, yielding the page's changes as the answer grows."""
        question = question.strip()[:MAX_QUESTION_CHARS]
        try:
            filters = read_filters(after, before, sources or [])
            day = read_day(as_of, "as of") or date.today()
        except UsageError as error:
            gr.Warning(safe(str(error)), title="Filters")
            question = ""
        if not question:
            # A generator that ends without a yield would empty every output.
            yield _UNCHANGED
        else:
            yield from self._answer(conversation, question, filters, day, request.session_hash or "")

    def example(
        self,
        conversation: Conversation,
        after: str | None,
        before: str | None,
        sources: list[str] | None,
        as_of: str | None,
        request: gr.Request,
        event: gr.EventData,
    ) -> Iterator[Update]:
        """Answer the example question that was pressed."""
        question = str(event._data.get("question", ""))
        yield from self.ask(conversation, question, after, before, sources, as_of, request)

    def retry(self, conversation: Conversation, request: gr.Request) -> Iterator[Update]:
        """Ask the last question again, as it was asked."""
        last = conversation.last
        if last is None:
            yield _UNCHANGED
        else:
            past = conversation.without_last()
            yield from self._answer(past, last.question, last.filters, last.as_of, request.session_hash or "")

    def stop(self, request: gr.Request) -> None:
        """End the answer that is running in this tab; also called when the tab is closed."""
        running = self._running.get(request.session_hash or "")
        if running is not None:
            running.set()

    def clear(self, request: gr.Request) -> Update:
        """Begin a new conversation."""
        self.stop(request)
        return self._whole(Conversation())

    def recover(self, conversation: Conversation) -> Update:
        """The page after an error nobody foresaw, so that it can be used on."""
        last = conversation.last
        if last is not None and not last.settled:
            conversation = conversation.with_last(last.failed("Something went wrong; the server's log says what."))
        return self._whole(conversation)

    def open_article(self, wanted: dict[str, Any]) -> str:
        """The article reader's HTML for `{"article": id, "spans": [[start, end], ...]}`."""
        try:
            article = self._assistant.catalogue.get_article(str(wanted.get("article", "")))
            spans = _read_spans(wanted.get("spans"), len(article.text))
            return reader(article, spans, self._assistant.catalogue.places(article.id))
        except DatelineError as error:
            return f'<p class="dl-note dl-error" role="alert">{safe(str(error))}</p>'

    def notice(self) -> tuple[str, Any]:
        """What to say about the model, and whether to keep asking."""
        error = self._assistant.model_error
        ready = self._assistant.model_ready()
        return model_notice(ready, error), gr.Timer(active=not (ready or error))

    def greet(self) -> tuple[str, Any]:
        """The first view of a new tab: example questions, and the sources to filter by."""
        status = self._assistant.catalogue.status()
        examples = self._assistant.example_questions(_EXAMPLES) if status.articles else []
        return welcome(examples, status.articles), gr.Dropdown(choices=list(status.sources))

    def _answer(
        self, past: Conversation, question: str, filters: Filters, as_of: date, session: str
    ) -> Iterator[Update]:
        conversation = past.begin(question, filters, as_of)
        yield self._whole(conversation)
        for turn, only_text in self._grow(conversation.turns[-1], past, session):
            conversation = conversation.with_last(turn)
            yield self._newest(conversation) if only_text else self._whole(conversation)

    def _grow(self, turn: Exchange, past: Conversation, session: str) -> Iterator[tuple[Exchange, bool]]:
        """`turn` after each event until it is settled, and whether only its text grew."""
        cancel = self._running[session] = threading.Event()
        try:
            for event in self._assistant.stream(
                turn.question, history=past.history(), filters=turn.filters, as_of=turn.as_of, cancel=cancel
            ):
                turn = turn.after(event)
                yield turn, isinstance(event, Delta)
            if not turn.settled:
                yield turn.stopped(), False
        except CancelledError:
            yield turn.stopped(), False
        except DatelineError as error:
            yield turn.failed(str(error)), False
        finally:
            cancel.set()
            if self._running.get(session) is cancel:
                del self._running[session]

    def _whole(self, conversation: Conversation) -> Update:
        """Every part of the page."""
        last = conversation.last
        running = last is not None and not last.settled
        buttons = _STOP if running else _ASK
        # Only at its start does a question leave the box: what is typed meanwhile stays.
        begins = last is not None and last.state is State.SEARCHING
        box = gr.Textbox(value="", **buttons) if begins else gr.Textbox(**buttons)
        past = "".join(exchange(turn, latest=False) for turn in conversation.turns[:-1])
        return conversation, box, past, self._last(last), evidence_panel(conversation.turns)

    def _newest(self, conversation: Conversation) -> Update:
        """Only the newest turn: what is typed meanwhile and the cards stay untouched."""
        return conversation, gr.skip(), gr.skip(), self._last(conversation.last), gr.skip()

    def _last(self, turn: Exchange | None) -> str:
        if turn is None:
            return self.greet()[0]
        return exchange(turn, latest=True, model_ready=self._assistant.model_ready())


def _read_spans(places: Any, length: int) -> list[Span]:
    """The spans that a browser asked to have marked; whatever is none is left out."""
    spans = []
    for place in places[:_MAX_SPANS] if isinstance(places, list) else []:
        if isinstance(place, list) and len(place) == 2 and all(isinstance(at, int) for at in place):
            start, end = place
            if 0 <= start <= end <= length:
                spans.append(Span(start, end))
    return spans
