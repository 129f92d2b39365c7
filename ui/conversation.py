"""One conversation as the page keeps it: turns that grow with the assistant's events.

Values only: this module knows neither Gradio nor HTML, and `Done` always settles a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from index.query import Filters, Query
from qa.answer import Answer, Delta, Done, Event, Evidence, Found, Turn, Waiting
from ui.searched import Searched

MAX_TURNS = 30
"""The page holds this many; older turns leave it, so that what is sent to the browser stays bounded."""


class State(StrEnum):
    """How far a turn has come."""

    SEARCHING = "searching"
    READING = "reading"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what has come of it so far."""

    number: int
    question: str
    filters: Filters
    as_of: date
    state: State = State.SEARCHING
    query: Query | None = None
    found: tuple[Evidence, ...] = ()
    streamed: str = ""
    answer: Answer | None = None
    message: str = ""
    searched: bool = False
    place: int = 0
    """How many the model reads for before."""
    titles: tuple[str, ...] = ()
    """Of the articles that `filters` names, in its order."""
    agreeing: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Evidence number -> sources that bear out what it is cited for, as `agreeing_sources` gives them."""
    feedback: str = ""
    """What the reader said of the answer: right, wrong or missing."""
    looked: Searched | None = None
    """What was searched, where that did not answer."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was read, as far as it is known."""
        return self.answer.evidence if self.answer else self.found

    @property
    def text(self) -> str:
        """The answer's text, as far as it has come."""
        return self.answer.text if self.answer else self.streamed

    @property
    def settled(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in (State.SEARCHING, State.READING)

    @property
    def understood(self) -> str:
        """The question that was searched for, where it is not the one that was typed."""
        if self.query is None or _bare(self.query.text) == _bare(self.question):
            return ""
        return self.query.text

    def after(self, event: Event) -> Exchange:
        """This exchange once `event` has come."""
        if isinstance(event, Found):
            return replace(self, state=State.READING, query=event.query, found=event.evidence, searched=True)
        if isinstance(event, Delta):
            return replace(self, state=State.READING, streamed=self.streamed + event.text)
        if isinstance(event, Waiting):
            return replace(self, place=event.place)
        return self._answered(event)

    def _answered(self, event: Done) -> Exchange:
        return replace(self, state=State.DONE, query=event.answer.query, answer=event.answer)

    def asked_again(self) -> Exchange:
        """The same question under the same number, with nothing known yet."""
        return Exchange(self.number, self.question, self.filters, self.as_of, titles=self.titles)

    def stopped(self) -> Exchange:
        """This exchange, ended by the reader."""
        return replace(self, state=State.STOPPED)

    def failed(self, message: str) -> Exchange:
        """This exchange, ended by an error that `message` explains."""
        return replace(self, state=State.FAILED, message=message)


def _bare(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip("?!. ")


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns that one browser tab shows, oldest first; `id` is empty until the first question is kept.

    `earlier` turns before these are stored and not shown.
    """

    turns: tuple[Exchange, ...] = field(default=())
    id: str = ""
    title: str = ""
    earlier: int = 0

    def with_new(self, turn: Exchange) -> Conversation:
        """With `turn` at the end."""
        turns = (*self.turns, turn)
        return replace(self, turns=turns[-MAX_TURNS:], earlier=self.earlier + max(0, len(turns) - MAX_TURNS))

    def with_turn(self, turn: Exchange) -> Conversation:
        """With `turn` in the place of the one with its number."""
        return replace(self, turns=tuple(turn if each.number == turn.number else each for each in self.turns))

    def without_last(self) -> Conversation:
        """Without the last exchange."""
        return replace(self, turns=self.turns[:-1])

    def turn(self, number: int) -> Exchange | None:
        """The exchange with this number."""
        return next((each for each in self.turns if each.number == number), None)

    @property
    def last(self) -> Exchange | None:
        """The newest exchange."""
        return self.turns[-1] if self.turns else None

    def history(self) -> Sequence[Turn]:
        """The answered exchanges, for the assistant to understand a follow-up by."""
        return [
            Turn(question=turn.question, standalone=turn.answer.query.text, answer=turn.answer.text)
            for turn in self.turns
            if turn.answer is not None
        ]
