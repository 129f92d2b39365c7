"""`dateline backup`, `restore` and `rebuild`: the index kept, brought back, made anew.

This module does not know how any of it is done.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ui.embedding import embedder_of
from ui.settings import Settings
from ui.terminal import Progress
from ui.waiting import waiting

DONE = 0


def add_parsers(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: list[argparse.ArgumentParser],
    embedding: list[argparse.ArgumentParser],
) -> None:
    """Add the three commands to the command line; `embedding` holds --embed-model too."""
    backup = verbs.add_parser("backup", parents=shared, help="write the catalogue to one file")
    backup.add_argument("file", metavar="FILE", help="the backup; an earlier one there is replaced")
    backup.set_defaults(run=back_up)
    restored = verbs.add_parser("restore", parents=shared, help="put a backup in the catalogue's place")
    restored.add_argument("file", metavar="FILE", help="a file that `dateline backup` wrote")
    restored.set_defaults(run=restore)
    rebuilt = verbs.add_parser(
        "rebuild", parents=embedding, help="make text search and vectors anew from the catalogue"
    )
    rebuilt.set_defaults(run=rebuild)


def back_up(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline backup FILE`."""
    from index.backup import back_up

    file = Path(arguments.file).expanduser().absolute()
    with waiting("Copying the catalogue"):
        back_up(settings.index, file)
    print(f"The catalogue is in {file} ({file.stat().st_size / 1e6:,.1f} MB)")
    return DONE


def restore(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline restore FILE`."""
    from index.backup import restore

    home = settings.index
    with waiting("Checking and restoring"):
        restore(home, Path(arguments.file).expanduser().absolute())
    print(f"The catalogue in {home.place} is that of the backup")
    return DONE


def rebuild(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline rebuild`."""
    from index.rebuild import rebuild_index

    with Progress() as progress:
        rebuilt = rebuild_index(settings.index, progress=progress, embedder=embedder_of(settings, bulk=True))
    print(f"{rebuilt.passages:,} passages of {rebuilt.articles:,} articles made anew")
    return DONE
