"""Work whose result is wanted later, done beside, on a thread that is started when it is first asked for.

The thread does not keep the program alive: Ctrl-C ends it in the middle of its work, whereas the threads of an
executor are waited for at exit. This module does not know what the work is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from index.computing import fulfil

T = TypeVar("T")


def prepare_work(work: Callable[[], T], name: str) -> tuple[Future[T], Callable[[], None]]:
    """The future result of `work`, and what starts it; started again, nothing happens."""
    future: Future[T] = Future()
    asked = threading.Lock()

    def start() -> None:
        if asked.acquire(blocking=False):
            threading.Thread(target=fulfil, args=(future, work), name=name, daemon=True).start()

    return future, start
