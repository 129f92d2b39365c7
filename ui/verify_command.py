"""`dateline verify PACK`: every quote of an evidence pack against the index, said in words or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from index.catalogue import Catalogue
from ui.export import load_pack, shows_otherwise
from ui.pack_check import Check, Standing, check_pack
from ui.settings import Settings
from ui.wording import one_line

ALL_STAND, SOME_FAIL = 0, 3

_SHOWN_CHARS = 160
_SHOWS_OTHERWISE = (
    "the words it shows are not those of the pack it holds: they were altered, or another version of Dateline saved it"
)


def run_verify(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline verify`: 0 if every quote and cited sentence stands, else 3."""
    path = Path(arguments.pack).expanduser()
    pack = load_pack(path)
    catalogue = Catalogue(settings.index)
    try:
        checks = check_pack(pack, catalogue)
    finally:
        catalogue.close()
    if shows_otherwise(path, pack):
        checks.append(Check(0, 0, path.name, Standing.FAILS, _SHOWS_OTHERWISE))
    failed = [check for check in checks if check.standing is not Standing.STANDS]
    if arguments.json:
        print(json.dumps({"pack": arguments.pack, "stands": not failed, "checks": [asdict(c) for c in checks]}))
    else:
        print_checks(checks, len(pack.answers), settings.home, sys.stdout)
    return SOME_FAIL if failed else ALL_STAND


def print_checks(checks: Sequence[Check], answers: int, home: Path, out: TextIO) -> None:
    """What does not stand, one by one, then how many do."""
    for check in checks:
        if check.standing is not Standing.STANDS:
            place = f"answer {check.answer}" if check.answer else "the file"
            place += f", [{check.number}]" if check.number else ""
            words = one_line(check.text)
            shown = words if len(words) <= _SHOWN_CHARS else f"{words[:_SHOWN_CHARS]}…"
            out.write(f"{check.standing.value}: {place} “{shown}”\n  {one_line(check.reason)}\n")
    stand = sum(check.standing is Standing.STANDS for check in checks)
    failed = len(checks) - stand
    counted = f"{answers} answer{'s' if answers != 1 else ''}: {stand} quote{'s' if stand != 1 else ''}"
    if failed:
        out.write(f"{counted} stand, {failed} finding{'s' if failed != 1 else ''} above, against the index in {home}\n")
    elif checks:
        out.write(f"{counted} stand, character for character, in the index in {home}\n")
    else:
        out.write(f"{counted} to check: the pack cites nothing\n")
