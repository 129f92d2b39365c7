"""What happens in a conversation on the page: questions asked, stopped and asked again, conversations opened.

A `Desk` serves all browser tabs. Conversations are kept in the store; a tab's session state holds the one it shows.
Knows Gradio's events, but neither the layout nor how answers are made.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import CancelledError, DatelineError, UsageError
from index.query import Filters
from qa.answer import Answer, Delta, Waiting
from qa.corroboration import agreeing_sources
from ui.answer_html import exchange
from ui.conversation import Conversation, Exchange, State
from ui.evidence_html import evidence_panel, safe
from ui.filters import read_wanted, without
from ui.frame_html import conversation_head, model_notice, welcome
from ui.searched import look_back
from ui.visitor import owner_of

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from ui.conversation_store import ConversationStore

MAX_QUESTION_CHARS = 1000
_EXAMPLES = 4
_ASK: dict[str, Any] = {"submit_btn": "Ask", "stop_btn": False}
_STOP: dict[str, Any] = {"submit_btn": False, "stop_btn": "Stop"}

Update = tuple[Any, Any, Any, Any, Any]
"""New values for: conversation, question box, past turns, the newest turn, evidence."""
_UNCHANGED: Update = (gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip())


def show(value: str | None) -> Any:
    """A new value for a part of the page that another event leaves as it is (`gr.skip`).

    A bare value would stay in the server for as long as it runs: Gradio 6.31 takes the component anew at each skip,
    under a new number, and keeps beside it what the old one showed, all past turns and cards of a tab with each answer.
    """
    return gr.update(value=value)


class Desk:
    """The page's conversations, over one assistant."""

    def __init__(self, assistant: Assistant, store: ConversationStore) -> None:
        self._assistant = assistant
        self._store = store
        self._running: dict[str, threading.Event] = {}
        self._live: set[tuple[str, int]] = set()

    # Questions

    def ask(self, conversation: Conversation, question: str, wanted: str, request: gr.Request) -> Iterator[Update]:
        """Answer `question` under the filters `wanted` (JSON), yielding the page's changes as the answer grows."""
        try:
            filters, as_of = read_wanted(json.loads(wanted or "{}"))
        except UsageError as error:
            gr.Warning(safe(str(error)), title="Filters")
            # A generator that ends without a yield would empty every output.
            yield _UNCHANGED
        else:
            yield from self._begin(conversation, question, filters, as_of, request)

    def ask_directly(self, conversation: Conversation, request: gr.Request, event: gr.EventData) -> Iterator[Update]:
        """Answer the question that was pressed."""
        yield from self.ask(conversation, str(event._data["question"]), str(event._data["wanted"]), request)

    def ask_without(self, conversation: Conversation, request: gr.Request, event: gr.EventData) -> Iterator[Update]:
        """Ask the question of a turn anew without one of its filters, or without any."""
        old = conversation.turn(int(event._data["turn"]))
        if old is None:
            yield _UNCHANGED
        else:
            kept = without(old.filters, old.as_of, str(event._data["kind"]), str(event._data["value"]))
            yield from self._begin(conversation, old.question, *kept, request)

    def retry(self, conversation: Conversation, request: gr.Request) -> Iterator[Update]:
        """Ask the last question again, as it was asked."""
        last = conversation.last
        if last is None:
            yield _UNCHANGED
        else:
            yield from self._grow(conversation.with_turn(last.asked_again()), request)

    def stop(self, request: gr.Request) -> None:
        """End the answer that is running in this tab; also called when the tab is closed."""
        running = self._running.get(request.session_hash or "")
        if running is not None:
            running.set()

    # Conversations

    def greet(self, request: gr.Request) -> Update:
        """The first view of a tab: the conversation that its address names, or an empty one."""
        return self._shown(str(request.query_params.get("c", "")), request)

    def open(self, request: gr.Request, event: gr.EventData) -> Update:
        """Show another conversation; without an id a new one."""
        self.stop(request)
        return self._shown(str(event._data.get("id", "")), request)

    def recover(self, conversation: Conversation) -> Update:
        """The page after an error nobody foresaw, so that it can be used on."""
        last = conversation.last
        if last is not None and not last.settled:
            conversation = conversation.with_turn(last.failed("Something went wrong; the server's log says what."))
        return self._whole(conversation)

    def notice(self) -> tuple[str, Any]:
        """What to say about the model, and whether to keep asking."""
        error = self._assistant.model_error
        ready = self._assistant.model_ready()
        return model_notice(ready, error), gr.Timer(active=not (ready or error))

    def _shown(self, name: str, request: gr.Request) -> Update:
        try:
            return self._whole(self._load(name, request) if name else Conversation())
        except DatelineError as error:
            # Gradio shows no warning of an event that does not pass its queue.
            return self._whole(Conversation(), note=str(error))

    def _load(self, name: str, request: gr.Request) -> Conversation:
        stored = self._store.load(name, owner_of(request), self._assistant.catalogue.find_text)
        turns = (turn if turn.settled else self._interrupted(name, turn) for turn in stored.turns)
        return replace(stored, turns=tuple(turns))

    def _interrupted(self, name: str, turn: Exchange) -> Exchange:
        """A stored turn without its end: its answer is being written in another tab, or never was."""
        if (name, turn.number) in self._live:
            return turn.failed("This is being answered in another tab: reload the page to see its answer.")
        return turn.stopped()

    # How an answer comes about

    def _begin(
        self, past: Conversation, question: str, filters: Filters, as_of: date, request: gr.Request
    ) -> Iterator[Update]:
        """Store the question at the conversation's end, then answer it."""
        question = question.strip()[:MAX_QUESTION_CHARS]
        if not question:
            yield _UNCHANGED
            return
        try:
            titles = tuple(self._assistant.catalogue.get_article(name).title for name in filters.article_ids)
            past = self._load(past.id, request) if past.id else past
            name = past.id or self._store.begin(owner_of(request), question)
            turn = self._store.add_turn(name, Exchange(0, question, filters, as_of, titles=titles))
        except DatelineError as error:
            gr.Warning(safe(str(error)), title="Not asked")
            yield _UNCHANGED
        else:
            conversation = replace(past, id=name, title=past.title or question).with_new(turn)
            yield from self._grow(conversation, request)

    def _grow(self, conversation: Conversation, request: gr.Request) -> Iterator[Update]:
        """The page as the last turn's answer grows; it is stored when it is settled."""
        turn = conversation.turns[-1]
        yield self._whole(conversation)
        self._live.add((conversation.id, turn.number))
        try:
            for grown, only_text in self._follow(turn, conversation.without_last(), request.session_hash or ""):
                conversation = conversation.with_turn(grown)
                if grown.settled:
                    self._keep(conversation.id, grown)
                yield self._newest(conversation) if only_text else self._whole(conversation)
        finally:
            self._live.discard((conversation.id, turn.number))

    def _keep(self, conversation: str, turn: Exchange) -> None:
        try:
            self._store.save_turn(conversation, turn)
        except DatelineError as error:
            gr.Warning(safe(str(error)), title="Not kept")

    def _follow(self, turn: Exchange, past: Conversation, session: str) -> Iterator[tuple[Exchange, bool]]:
        """`turn` after each event until it is settled, and whether only its text grew."""
        cancel = self._running[session] = threading.Event()
        try:
            for event in self._assistant.stream(
                turn.question, history=past.history(), filters=turn.filters, as_of=turn.as_of, cancel=cancel
            ):
                turn = turn.after(event)
                turn = self._explained(turn, turn.answer) if turn.answer else turn
                yield turn, isinstance(event, Delta | Waiting)
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

    def _explained(self, turn: Exchange, answer: Answer) -> Exchange:
        """With what the page says beside an answer: who agrees, or what was searched in vain."""
        if answer.abstained:
            return replace(turn, looked=look_back(self._assistant.catalogue, answer.query))
        return replace(turn, agreeing=agreeing_sources(answer))

    # The page's parts

    def _whole(self, conversation: Conversation, *, note: str = "") -> Update:
        """Every part of the page."""
        last = conversation.last
        running = last is not None and not last.settled
        buttons = _STOP if running else _ASK
        # Only at its start does a question leave the box: what is typed meanwhile stays.
        begins = last is not None and last.state is State.SEARCHING
        box = gr.Textbox(value="", **buttons) if begins else gr.Textbox(**buttons)
        past = conversation_head(conversation, note)
        past += "".join(exchange(turn, latest=False) for turn in conversation.turns[:-1])
        return conversation, box, show(past), show(self._last(last)), show(evidence_panel(conversation.turns))

    def _newest(self, conversation: Conversation) -> Update:
        """Only the newest turn: what is typed meanwhile and the cards stay untouched."""
        return conversation, gr.skip(), gr.skip(), show(self._last(conversation.last)), gr.skip()

    def _last(self, turn: Exchange | None) -> str:
        if turn is None:
            articles = self._assistant.catalogue.status().articles
            return welcome(self._assistant.example_questions(_EXAMPLES) if articles else [], articles)
        return exchange(turn, latest=True, model_ready=self._assistant.model_ready())
