"""Answers for many callers at once: so many may be asked, the rest are turned away; who leaves stops the work.

Each has a thread of its own, most of which wait for the model in the assistant's line.

This module does not know HTTP routes, nor how an answer is made.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from index.errors import CancelledError, DatelineError
from qa.answer import Event
from ui.page import MOST_ASKERS

Ask = Callable[[threading.Event], Iterator[Event]]
"""Starts an answer that ends once the event is set."""


class BusyError(DatelineError):
    """So many questions wait already that another is not taken."""


class Queue:
    """Runs answers in threads that take none from searches."""

    def __init__(self, most: int = MOST_ASKERS) -> None:
        self._threads = CapacityLimiter(most)
        self._most = most
        self._taken = 0

    async def events(self, ask: Ask) -> AsyncIterator[Event]:
        """The events of an answer; closing this iterator ends the work.

        Raises:
            BusyError: too many wait already.
            ModelError: the model cannot be used.
        """
        with self._place():
            cancel = threading.Event()
            running = ask(cancel)
            try:
                while (event := await self._next(running)) is not None:
                    yield event
            finally:
                cancel.set()

    async def _next(self, running: Iterator[Event]) -> Event | None:
        return await to_thread.run_sync(next, running, None, abandon_on_cancel=True, limiter=self._threads)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._taken >= self._most:
            raise BusyError(f"busy: {self._taken} questions are being answered or wait; try again in some seconds")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


async def begin(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The same events once the first has come: what fails before it raises here."""
    first = await anext(events)

    async def all_of_them() -> AsyncIterator[Event]:
        yield first
        async for event in events:
            yield event

    return all_of_them()


async def finish(events: AsyncIterator[Event], request: Request) -> list[Event]:
    """All events of an answer; it is ended when the caller hangs up.

    Raises:
        CancelledError: the caller has gone.
    """

    async def collect() -> list[Event]:
        return [event async for event in events]

    work = asyncio.create_task(collect())
    gone = asyncio.create_task(_hung_up(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise CancelledError("the caller has gone")
        return work.result()
    finally:
        gone.cancel()
        work.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
