"""What each command does; its exit status is what the function returns.

Whatever is slow to import is imported by the command that needs it: `dateline status` loads neither the
language model's libraries nor the page's.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from contextlib import AbstractContextManager, closing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import UsageError
from index.query import Query
from ui.embedding import embedder_of
from ui.filters import read_day, read_filters
from ui.heap import share_heap
from ui.settings import Settings
from ui.terminal import Progress, print_article, print_report, print_status

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from index.build import Workers
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

DONE, SOME_UNREAD = 0, 3


def index_articles(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline index`: read articles into the index."""
    from index.build import build_index

    home = settings.index
    if not arguments.paths and not home.server and not home.catalogue.exists():
        raise UsageError(f"there is no index in {home.folder} yet: name the files or folders to read")
    with _workers(arguments.ray) as workers, Progress() as progress:
        report = build_index(
            [Path(path).expanduser() for path in arguments.paths],
            home,
            prune=arguments.prune,
            progress=progress,
            embedder=embedder_of(settings, bulk=True),
            workers=workers,
        )
    print_report(report, sys.stdout)
    return SOME_UNREAD if report.failures else DONE


def _workers(address: str | None) -> AbstractContextManager[Workers]:
    if not address:
        from index.processes import ProcessWorkers

        return closing(ProcessWorkers())
    from index.cluster import RayWorkers

    return closing(RayWorkers(address))


def show_status(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline status`: what is indexed, and whether anything is missing."""
    from index.catalogue import Catalogue
    from qa.weights import find_prepared

    catalogue = Catalogue(settings.index)
    try:
        status = catalogue.status()
    finally:
        catalogue.close()
    prepared = find_prepared(settings.model, settings.models) is not None
    if arguments.json:
        print_json({"home": str(settings.home), **asdict(status), "model": settings.model, "model_prepared": prepared})
    else:
        print_status(status, settings, prepared=prepared, out=sys.stdout)
    return DONE


def show_article(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline show`: a stored article."""
    from index.catalogue import Catalogue
    from ui.answer_json import article_object

    catalogue = Catalogue(settings.index)
    try:
        article = catalogue.get_article(arguments.article)
        places = catalogue.places(article.id)
    finally:
        catalogue.close()
    if arguments.json:
        print_json(article_object(article, places))
    else:
        print_article(article, places, sys.stdout)
    return DONE


def show_timeline(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline timeline`: what happened with a topic, by date; no model is needed."""
    from index.search import Searcher
    from qa.lookup import Lookup
    from qa.timeline import find_topic
    from ui.terminal import print_timeline

    if not arguments.topic.strip():
        raise UsageError("the topic is empty")
    filters = read_filters(arguments.after, arguments.before, arguments.source)
    as_of = read_day(arguments.as_of, "--as-of") or date.today()
    query = Query(find_topic(arguments.topic) or " ".join(arguments.topic.split()), as_of, filters)
    with closing(Lookup(Searcher(settings.index, embedder=embedder_of(settings)))) as lookup:
        timeline = lookup.timeline(query)
    if arguments.json:
        from ui.answer_json import timeline_object

        print_json(timeline_object(timeline))
    else:
        print_timeline(timeline, sys.stdout)
    return DONE


def verify_pack(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline verify`: every quote of a pack against the index."""
    from ui.verify_command import run_verify

    return run_verify(arguments, settings)


def serve_mcp(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline mcp`: the tools for programs that speak the Model Context Protocol, until standard input ends."""
    from ui.mcp_command import run_mcp

    return run_mcp(settings)


def prepare(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline prepare`: join, check and convert the model's parts, once."""
    from qa.weights import prepare_model

    with Progress() as progress:
        folder = prepare_model(settings.model, settings.models, progress)
    print(f"The model is ready in {folder}")
    return DONE


def chat(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline chat`: serve the page until Ctrl-C."""
    share_heap()
    # First the page, then the assistant, whose model loads beside: the page is up sooner.
    from index.catalogue import Catalogue
    from ui.server import serve

    # An empty index will do to begin with: articles can be added on the page.
    Catalogue(settings.index, create=True).close()
    with open_assistant(settings) as assistant:
        serve(assistant, settings, announce=_say_address)
    return DONE


def _say_address(address: str) -> None:
    print(f"Dateline is at {address} (Ctrl-C ends it)", flush=True)


def open_assistant(settings: Settings, *, at_once: bool = True) -> Assistant:
    """The assistant that `settings` name; its model loads in the background, `at_once` or after the first sources."""
    from qa.assistant import Assistant

    llm = _remote_model(settings) if settings.llm else None
    return Assistant.open(
        settings.index,
        model=settings.model,
        models_dir=settings.models_dir,
        llm=llm,
        embedder=embedder_of(settings),
        at_once=at_once,
    )


def _remote_model(settings: Settings) -> LLM:
    from index.remote import parse_remote
    from qa.remote import RemoteModel

    name = parse_remote(settings.llm)
    if not name.stays_here:
        log.warning("questions and quotes go to %s, which is not this machine", name.url)
    return RemoteModel(name, key=settings.llm_key)


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    # ASCII: a terminal obeys the control characters that JSON allows unescaped (C1, bidirectional marks).
    print(json.dumps(value, default=str))
