"""Answers for many callers at once: so many run, so many wait, the rest are turned away; who leaves stops the work.

This module does not know HTTP routes, nor how an answer is made.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from anyio import to_thread
from starlette.requests import Request

from index.errors import CancelledError, DatelineError
from qa.answer import Event
from ui.page import ANSWERS_AT_ONCE, QUEUE_SIZE

Ask = Callable[[threading.Event], Iterator[Event]]
"""Starts an answer that ends once the event is set."""


class BusyError(DatelineError):
    """So many questions wait already that another is not taken."""


class Queue:
    """Runs answers in threads, in the order they were asked for."""

    def __init__(self, *, at_once: int = ANSWERS_AT_ONCE, waiting: int = QUEUE_SIZE) -> None:
        self._running = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._taken = 0

    async def events(self, ask: Ask) -> AsyncIterator[Event]:
        """The events of an answer; closing this iterator ends the work.

        Raises:
            BusyError: too many wait already.
            ModelError: the model cannot be used.
        """
        async with self._place():
            cancel = threading.Event()
            running = ask(cancel)
            try:
                while (event := await to_thread.run_sync(next, running, None, abandon_on_cancel=True)) is not None:
                    yield event
            finally:
                cancel.set()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._taken >= self._most:
            raise BusyError(f"{self._taken} questions are being answered or wait: try again in some seconds")
        self._taken += 1
        try:
            async with self._running:
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
