"""Waiting until work waits for the thread that computes."""

from __future__ import annotations

import threading

from index.computing import _computer


def wait_until_queued(count: int) -> None:
    """Until so many wait."""
    while len(_computer._brief) + len(_computer._other) < count:
        threading.Event().wait(0.001)
