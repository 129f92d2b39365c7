"""`dateline doctor`: whether model, index, page and disk are fit for use, and what to do where they are not.

Every check is a function of the settings that returns a `Finding`; none of them changes anything or loads the
language model. `--deep` adds what `index/check.py` finds. This module does not know what the commands it recommends do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from index.errors import DatelineError, IndexMissingError, ModelError, UsageError
from ui.embedding import embedder_of
from ui.finding import Finding, State, print_findings
from ui.page_check import check_page
from ui.settings import DEFAULT_MODEL, Settings
from ui.waiting import waiting

HEALTHY, UNWELL = 0, 1

_GIB = 1 << 30
_CONVERSION_BYTES = 3 * _GIB
"""Taken while the default model is converted: the joined file, its tensors in 8 bits."""
_MODEL_MEMORY = 4 * _GIB
_ROOM = _GIB // 2
"""An index run needs room for a second copy of the vectors; 1,500 articles take 225 MB in all (2026-11)."""


Check = Callable[[Settings], Finding]


def run_doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline doctor`: run every check; 1 if any found a fault."""
    findings = examine(settings)
    if arguments.deep:
        with waiting("Checking all that is stored"):
            findings += examine_deeply(settings)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        print_findings(findings, sys.stdout)
    return UNWELL if any(finding.state is State.FAULT for finding in findings) else HEALTHY


def examine(settings: Settings) -> list[Finding]:
    """What every check finds, in the order of `CHECKS`."""
    return [check(settings) for check in CHECKS]


def examine_deeply(settings: Settings) -> list[Finding]:
    """What the index's own checks find, which read all of it; none where there is no index."""
    from index import check

    try:
        checks = check.check_index(settings.index, embedder=embedder_of(settings))
    except IndexMissingError:
        return []
    except DatelineError as error:
        found, _, advice = str(error).partition(": ")
        return [Finding("deep check", State.FAULT, found, advice)]
    return [
        Finding(c.name, State.FAULT, c.problem, c.remedy) if c.problem else Finding(c.name, State.OK, c.checked)
        for c in checks
    ]


def check_model(settings: Settings) -> Finding:
    """Whether the language model can answer at once, later, or not at all."""
    from qa.weights import CARRIERS, find_parts, find_prepared

    if settings.llm:
        return _check_remote(settings)
    name = settings.model
    folder = find_prepared(name, settings.models)
    if folder is not None:
        return Finding("model", State.OK, f"{name} is ready in {folder}")
    if name not in CARRIERS and not Path(name).expanduser().exists() and name.count("/") != 1:
        wanted = f"give {', '.join(CARRIERS)}, a path or a hub id with --model"
        return Finding("model", State.FAULT, f"there is no model {name!r}", wanted)
    try:
        if name in CARRIERS:
            find_parts(CARRIERS[name])
    except ModelError as error:
        found, _, advice = str(error).partition(": ")
        return Finding("model", State.FAULT, found, advice)
    return Finding("model", State.WARNING, f"{name} is not prepared yet", "run `dateline prepare` (once, some minutes)")


def _check_remote(settings: Settings) -> Finding:
    """Whether the server of `--llm` answers and knows the model."""
    import httpx

    from index.remote import parse_remote

    try:
        name = parse_remote(settings.llm)
        headers = {"Authorization": f"Bearer {settings.llm_key}"} if settings.llm_key else {}
        reply = httpx.get(f"{name.url}/models", headers=headers, timeout=3, trust_env=not name.stays_here)
        listed = {str(model["id"]) for model in reply.raise_for_status().json()["data"]}
    except UsageError as error:
        found, _, advice = str(error).partition(": ")
        return Finding("model", State.FAULT, found, advice)
    except httpx.HTTPStatusError:  # `transformers serve` without a hub's cache
        return Finding(
            "model", State.WARNING, f"{name.url} does not list its models", "see whether `dateline ask` works"
        )
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return Finding("model", State.FAULT, f"{settings.llm} does not answer ({error})", "start it, or mend --llm")
    if name.model not in listed:
        return Finding("model", State.WARNING, f"{name.url} does not list {name.model}", f"it has {sorted(listed)}")
    if not name.stays_here:
        return Finding(
            "model", State.WARNING, f"{settings.llm} answers", "it is not on this machine: questions leave it"
        )
    return Finding("model", State.OK, f"{settings.llm} answers")


def check_embedder(settings: Settings) -> Finding:
    """Whether the embedding model can be used, and is the one whose vectors the index holds."""
    from index.embedder import MiniLM, find_embedder_file

    try:
        if settings.embed_model == DEFAULT_MODEL:
            size = find_embedder_file().stat().st_size
            name, found = MiniLM.name, f"{MiniLM.name}, {size / 1e6:.0f} MB, hash as published"
        else:
            name = found = embedder_of(settings)().name
    except DatelineError as error:
        found, _, advice = str(error).rpartition(": ")
        return Finding("embedder", State.FAULT, found, advice)
    held = _stored_embedder(settings)
    if held not in ("", name):
        cure = "name that one with --embed-model, or run `dateline rebuild` with this one"
        return Finding("embedder", State.FAULT, f"the index holds vectors of {held}, not of {name}", cure)
    return Finding("embedder", State.OK, found)


def _stored_embedder(settings: Settings) -> str:
    """The embedder whose vectors the index holds; empty where none can be told."""
    from index.catalogue import Catalogue

    try:
        catalogue = Catalogue(settings.index)
        held = catalogue.vectors.embedder
        catalogue.close()
    except DatelineError:  # what is wrong with the index is told by its own check
        return ""
    return held


def check_index(settings: Settings) -> Finding:
    """Whether there is an index, of this version, with all its vectors."""
    from index.catalogue import Catalogue

    try:
        catalogue = Catalogue(settings.index)
        status = catalogue.status()
        catalogue.close()
    except DatelineError as error:
        found, _, advice = str(error).partition(": ")
        return Finding("index", State.FAULT, found, advice)
    found = f"{status.articles:,} articles, {status.passages:,} passages in {settings.index.place}"
    if not status.articles:
        return Finding("index", State.FAULT, found, "run `dateline index PATH`")
    missing = status.passages - status.vectors
    if missing:
        return Finding("index", State.WARNING, f"{found}, {missing:,} without vectors", "run `dateline index`")
    return Finding("index", State.OK, found)


def check_disk(settings: Settings) -> Finding:
    """Whether the index's and the models' folders can be written to and have room."""
    from qa.weights import is_prepared

    needed = {settings.home: _ROOM}
    if not is_prepared(settings.model, settings.models):
        needed[settings.models] = _CONVERSION_BYTES
    for folder, least in needed.items():
        there = _nearest_folder(folder)
        if not os.access(there, os.W_OK):
            return Finding("disk", State.FAULT, f"{there} cannot be written to", "make it writable or give --home")
        free = shutil.disk_usage(there).free
        if free < least:
            short = f"{free / _GIB:.1f} GiB free in {there}, {least / _GIB:.1f} GiB needed"
            return Finding("disk", State.FAULT, short, "make room, or choose another --home (DATELINE_MODELS)")
    free = shutil.disk_usage(_nearest_folder(settings.home)).free
    return Finding("disk", State.OK, f"{free / _GIB:.1f} GiB free in {_nearest_folder(settings.home)}")


def check_memory(settings: Settings) -> Finding:
    """Whether the machine has memory enough for the default model."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no such name on this system
        return Finding("memory", State.OK, "not told by this system")
    found = f"{total / _GIB:.1f} GiB"
    if total < _MODEL_MEMORY:
        return Finding("memory", State.WARNING, found, "the default model needs 4 GiB; expect it to be slow or to fail")
    return Finding("memory", State.OK, found)


CHECKS: tuple[Check, ...] = (check_model, check_embedder, check_index, check_page, check_disk, check_memory)


def _nearest_folder(folder: Path) -> Path:
    """`folder`, or what there is of it: the nearest folder above."""
    absolute = folder.expanduser().absolute()
    return next(place for place in (absolute, *absolute.parents) if place.is_dir())
