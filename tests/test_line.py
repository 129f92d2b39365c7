"""The line before the model: order, places told, those who go away, those who are slow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse
from served import PATTERN, QUESTION, make_home
from stand_in_model import StandIn

from index.errors import CancelledError
from qa.answer import Done, Event, Found, Waiting
from qa.assistant import Assistant
from qa.line import Line


class Gated(StandIn):
    """Reads when it is let; remembers how often it has read."""

    gate: Any = None
    begun: Any = None

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self.begun.release()
        self.gate.acquire()
        return super().complete(prompt)


@pytest.fixture
def model() -> Gated:
    return Gated(pattern=PATTERN, gate=threading.Semaphore(0), begun=threading.Semaphore(0))


@pytest.fixture
def assistant(tmp_path: Path, model: Gated) -> Iterator[Assistant]:
    with Assistant.open(make_home(tmp_path), llm=model) as assistant:
        yield assistant
        model.gate.release(100)


def test_who_comes_first_is_served_first_and_knows_how_many_are_before() -> None:
    line, go, served = Line(), threading.Event(), []
    first = line.join(lambda: go.wait())
    places = [line.join(lambda n=n: served.append(n)) for n in range(20)]  # type: ignore[misc]
    while not line._in_hand:
        first.done(0.01)
    assert [first.ahead, *(place.ahead for place in places)] == list(range(21))
    places[3].leave()
    assert places[4].ahead == 4
    go.set()
    while not places[-1].done(1):
        pass
    assert served == [n for n in range(20) if n != 3]
    line.close()


def test_an_error_is_raised_where_the_result_is_wanted_and_the_line_goes_on() -> None:
    line = Line()
    bad, good = line.join(lambda: 1 // 0), line.join(lambda: 7)
    while not good.done(1):
        pass
    with pytest.raises(ZeroDivisionError):
        bad.result()
    assert good.result() == 7
    line.close()


def test_a_closed_line_leaves_nobody_waiting() -> None:
    line, go = Line(), threading.Event()
    line.join(lambda: go.wait())
    waits = line.join(lambda: 1)
    threading.Timer(0.1, go.set).start()
    line.close()
    assert waits.done(0)
    with pytest.raises(CancelledError):
        waits.result()
    late = line.join(lambda: 1)
    assert late.done(0)
    with pytest.raises(CancelledError):
        late.result()


def step_to(events: Iterator[Event], kind: type[Event]) -> Event:
    return next(event for event in events if isinstance(event, kind))


def test_a_question_is_told_its_place_until_it_is_read(assistant: Assistant, model: Gated) -> None:
    first, second = assistant.stream(QUESTION), assistant.stream(QUESTION)
    step_to(first, Found)
    reader = threading.Thread(target=lambda: list(first))
    reader.start()
    model.begun.acquire()
    assert step_to(second, Waiting) == Waiting(1)
    model.gate.release()
    assert step_to(second, Waiting) == Waiting(0)
    model.gate.release()
    done = step_to(second, Done)
    assert isinstance(done, Done)
    assert done.answer.short == "98"
    reader.join()


def test_who_goes_away_or_takes_nothing_holds_up_nobody(assistant: Assistant, model: Gated) -> None:
    slow, gone, last = (assistant.stream(QUESTION) for _ in range(3))
    begun = threading.Thread(target=lambda: step_to(slow, Done))
    begun.start()
    model.begun.acquire()
    assert step_to(gone, Waiting) == Waiting(1)  # and then it takes no more
    assert step_to(last, Waiting) == Waiting(2)
    gone.close()  # type: ignore[attr-defined]
    assert step_to(last, Waiting) == Waiting(1)
    late = assistant.stream(QUESTION)
    assert step_to(late, Waiting) == Waiting(2)
    late_cancel = threading.Event()
    late_cancel.set()
    with pytest.raises(CancelledError):
        list(assistant.stream(QUESTION, cancel=late_cancel))
    model.gate.release(3)
    assert isinstance(step_to(last, Done), Done)
    begun.join()
    assert isinstance(step_to(late, Done), Done)  # its answer was made while nobody took it
