"""`dateline feedback`: what readers said of answers, counted or written as a data set for `dateline eval`.

This module does not know how feedback is kept.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from index.catalogue import Catalogue
from ui.feedback import export_feedback, read_feedback
from ui.settings import Settings


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    """The command's flags."""
    command = verbs.add_parser("feedback", parents=parents, help="what readers said of answers on the page")
    command.add_argument("--export", metavar="DIR", help="write it as a data set that `dateline eval DIR` reads")
    command.set_defaults(run=run_feedback)


def run_feedback(arguments: argparse.Namespace, settings: Settings) -> int:
    """Count the judgements, or export them."""
    home = settings.index
    if not arguments.export:
        counted = Counter(each["verdict"] for each in read_feedback(home.feedback))
        print(", ".join(f"{counted[name]} {name}" for name in ("right", "wrong", "missing")))
        return 0
    catalogue = Catalogue(home)
    try:
        folder = Path(arguments.export).expanduser()
        made = export_feedback(home.feedback, catalogue, folder)
    finally:
        catalogue.close()
    print(f"{made.answerable} questions with an answer, {made.unanswerable} without, in {folder}")
    if made.left_out:
        print(f"{made.left_out} left out: nobody said what the right answer is")
    print(f"dateline eval {folder}")
    return 0
