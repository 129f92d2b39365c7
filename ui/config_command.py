"""`dateline config` and `dateline completion`: which settings hold and where they come from; completion for shells."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace

from ui.settings import DEFAULTS, Settings, find_config, resolve_settings
from ui.wording import one_line

DONE = 0
SHELLS = ("bash", "zsh", "tcsh")
_FILES = ("FILE", "PATH", "PACK", "MODEL")
_FOLDERS = ("DIR", "DATASET")


def show_config(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline config`: every setting, its value, its origin."""
    flags = {name: getattr(arguments, name, None) for name in DEFAULTS}
    config = getattr(arguments, "config", None)
    given = resolve_settings(os.environ, config=config, **flags)
    if settings.catalogue:  # its password is nobody's business
        given["catalogue"] = replace(given["catalogue"], value=settings.index.place)
    if arguments.json:
        print(json.dumps({name: asdict(each) for name, each in given.items()}))
        return DONE
    values = {name: each.value or "-" for name, each in given.items()}
    values["models"] = str(settings.models)
    width = max(map(len, values.values()))
    for name, each in given.items():
        print(f"{name:<12} {one_line(values[name]):<{width}}  {one_line(each.origin)}")
    for name, key, variable in (
        ("llm key", settings.llm_key, "DATELINE_LLM_KEY"),
        ("embed key", settings.embed_key, "DATELINE_EMBED_KEY"),
        ("chroma token", settings.chroma_token, "DATELINE_CHROMA_TOKEN"),
        ("token", settings.token, "DATELINE_TOKEN"),
    ):
        if key:
            print(f"{name:<12} {'(set)':<{width}}  {variable}")
    file = find_config(os.environ, config)
    where = "~/.config/dateline/dateline.toml" if file is None else str(file)
    print(f"\n{'no settings file; it would be' if file is None else 'settings file:'} {one_line(where)}")
    return DONE


def print_completion(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline completion SHELL`: a script that teaches the shell our commands and flags, and where files go."""
    import shtab

    from ui.cli import make_parser

    del settings
    parser = make_parser()
    for action in _actions(parser):
        if action.metavar in (*_FILES, *_FOLDERS):
            # shtab reads this attribute; without it the shell would offer nothing where a file belongs
            action.complete = shtab.FILE if action.metavar in _FILES else shtab.DIRECTORY  # type: ignore[attr-defined]
    sys.stdout.write(shtab.complete(parser, arguments.shell) + "\n")
    return DONE


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All flags and arguments of `parser` and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
