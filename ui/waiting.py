"""A sign on the terminal that work goes on whose length nobody knows: a model loads, an index is checked.

Without a terminal nothing is written. This module does not know what is waited for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from qa.answer import Event


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A moving sign beside `what` while this lasts."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def signed(events: Iterable[Event]) -> Iterator[Event]:
    """The events of an answer, with a sign between the first, the sources, and the second, the first words."""
    rest = iter(events)
    found = next(rest, None)
    if found is None:
        return
    yield found
    with waiting("Reading"):
        second = next(rest, None)
    if second is not None:
        yield second
        yield from rest
