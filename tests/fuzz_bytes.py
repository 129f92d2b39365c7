"""Bytes grown by what they reach in the code (atheris), into readers, cleaner, splitter and text search.

    fuzz_bytes.py FOLDER SECONDS

Needs atheris, whose wheels are for Linux and some versions of Python only: `make soak` installs it. The invariants are
those of `test_fuzz.py`; what breaks one is written to FOLDER and printed.
"""

from __future__ import annotations

import atexit
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["index"]):
    from test_fuzz import read_all  # it imports the cleaner and the splitter

    from index.catalogue import Catalogue, fts_query
    from index.home import Home
    from index.readers import SUFFIXES
    from index.terms import search_terms

SEEDS = (
    b"\x00Ferry aground\n\nNov. 5, 2026\n\nLONDON (Reuters) - All 98 people were taken off.",
    b"\x01---\ntitle: x\ndate: 2026-11-05\n---\n# Ferry\n\n*All* [98](x) people were taken off.",
    b"\x02<html><title>Ferry</title><p>All 98 people were taken off by a lifeboat.</p>",
    b'\x05{"title": "Ferry", "text": "All 98 people were taken off.", "date": "2026-11-05"}',
    b"\x07title,text\nFerry,All 98 people were taken off.\n",
)


class Target:
    """One folder to write inputs to, one empty catalogue to ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._catalogue = Catalogue(Home(folder / "home"), create=True)
        self.tried = 0

    def try_one(self, data: bytes) -> None:
        """The first byte chooses the format; one more than there are is a question."""
        self.tried += 1
        kind = (data[0] if data else 0) % (len(SUFFIXES) + 1)
        if kind == len(SUFFIXES):
            question = data[1:].decode("utf-8", "surrogateescape")
            self._catalogue.match(fts_query(search_terms(question)), k=3)
            self._catalogue.match(fts_query([question]), k=3)
            return
        path = self._folder / f"a{SUFFIXES[kind]}"
        path.write_bytes(data[1:])
        read_all(path)


def main(folder: Path, seconds: int) -> None:
    """Fuzz until the time is up or something breaks."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    target = Target(folder)
    atexit.register(lambda: print(f"{target.tried} inputs tried", flush=True))
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
