"""One after another, in the order they came: work that cannot be done at once, and who waits how far back for it.

The work is done on a thread of its own: who is slow to take what has come of it, or never does, holds up nobody.
This module does not know what the work is, nor how many may wait: that is for those who let people in.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

from index.computing import fulfil
from index.errors import CancelledError

T = TypeVar("T")

_END_S = 5.0
"""The work in hand is waited for so long when the line is closed; its caller has told it to stop."""


class Place(Generic[T]):
    """One caller's place in the line, and in the end the result of its work."""

    def __init__(self, line: Line, work: Callable[[], T]) -> None:
        self._line = line
        self._work = work
        self._result: Future[T] = Future()

    @property
    def ahead(self) -> int:
        """How many are served before this one, the one in hand among them."""
        return self._line.ahead_of(self)

    def done(self, wait_s: float) -> bool:
        """Whether the work is done, or within `wait_s` seconds.

        Only its own end wakes who waits: sixty who all looked up whenever the line moved held up everybody's searches.
        """
        return bool(wait([self._result], wait_s).done)

    def result(self) -> T:
        """What the work gave, or its error."""
        return self._result.result()

    def leave(self) -> None:
        """Give the place up; work in hand goes on until it heeds whatever tells it to stop."""
        self._line.drop(self)

    def serve(self) -> None:
        """Do the work."""
        fulfil(self._result, self._work)

    def withdraw(self) -> None:
        """Have it end with an error instead of a result."""
        self._result.set_exception(CancelledError("the index was closed before this question was read"))


class Line:
    """First come, first served. For many threads."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._waiting: deque[Place[Any]] = deque()
        self._in_hand: Place[Any] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def join(self, work: Callable[[], T]) -> Place[T]:
        """A place at the end."""
        place = Place(self, work)
        with self._moved:
            if self._closed:
                place.withdraw()
                return place
            self._waiting.append(place)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="reader", daemon=True)
                self._thread.start()
            self._moved.notify_all()
        return place

    def ahead_of(self, place: Place[T]) -> int:
        """How many are served before `place`."""
        with self._moved:
            before = next((n for n, each in enumerate(self._waiting) if each is place), None)
            return 0 if before is None else before + (self._in_hand is not None)

    def drop(self, place: Place[T]) -> None:
        """Take `place` out of the line, unless it is in hand."""
        with self._moved:
            if place in self._waiting:
                self._waiting.remove(place)

    def close(self) -> None:
        """Serve nobody any more."""
        with self._moved:
            self._closed = True
            while self._waiting:
                self._waiting.popleft().withdraw()
            self._moved.notify_all()
        if self._thread is not None:
            self._thread.join(_END_S)

    def _serve(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                first = self._in_hand = self._waiting.popleft()
            first.serve()
            del first  # an idle line holds nobody's result
            with self._moved:
                self._in_hand = None
