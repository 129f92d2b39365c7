"""`dateline ask`: by the server of the index where one runs on this machine, else by an assistant made here.

This module does not know how answers come about or what an evidence pack holds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UsageError
from index.query import Filters
from qa.answer import Answer, Done, Event
from ui.commands import DONE, open_assistant, print_json
from ui.filters import read_day, read_filters
from ui.settings import Settings
from ui.terminal import print_events
from ui.waiting import signed

if TYPE_CHECKING:
    from index.catalogue import Catalogue


def ask_question(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline ask`: answer a question, sources first."""
    if not arguments.question.strip():
        raise UsageError("the question is empty")
    filters = read_filters(arguments.after, arguments.before, arguments.source)
    as_of = read_day(arguments.as_of, "--as-of")
    target = _save_target(arguments.save)
    from index.catalogue import Catalogue

    catalogue = Catalogue(settings.index)
    with _asking(settings, catalogue, filters, as_of) as ask:
        answer = _say(ask(arguments.question), as_json=arguments.json)
    if target is not None:
        _save(answer, catalogue, settings.reader, target)
    catalogue.close()
    return DONE


@contextmanager
def _asking(
    settings: Settings, catalogue: Catalogue, filters: Filters, as_of: date | None
) -> Iterator[Callable[[str], Iterator[Event]]]:
    """What answers questions: a server of this index that already runs, its model loaded, else an assistant here."""
    from ui.running import find_server

    if address := find_server(settings.home, settings.reader, settings.token):
        from ui.client import stream_from

        yield lambda question: stream_from(
            address, question, catalogue, filters=filters, as_of=as_of, token=settings.token
        )
        return
    with open_assistant(settings, at_once=False) as assistant:
        yield lambda question: assistant.stream(question, filters=filters, as_of=as_of)


def _say(events: Iterator[Event], *, as_json: bool) -> Answer:
    """Print the answer as it comes, or when it is done as JSON."""
    if not as_json:
        return print_events(signed(events), sys.stdout)
    from ui.answer_json import answer_object

    *_, done = events
    assert isinstance(done, Done)  # noqa: S101 the last event by contract
    print_json(answer_object(done.answer))
    return done.answer


def _save_target(name: str | None) -> Path | None:
    """The file to save to, if any. Raises UsageError for one that cannot be, before the question is asked."""
    if name is None:
        return None
    from ui.export import check_target

    path = Path(name).expanduser()
    check_target(path)
    return path


def _save(answer: Answer, catalogue: Catalogue, model: str, path: Path) -> None:
    from ui.export import save_pack
    from ui.packing import make_pack, origin_of

    save_pack(make_pack([answer], origin_of(catalogue, model)), path)
    print(f"Saved {path}", file=sys.stderr)
