"""Files made to take long: one thing repeated until the file is as large as it should be.

As a program it measures what 5 MB of each take to be read, cleaned and split: `python tests/malice.py FOLDER`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from index.cleaning import clean_article
from index.errors import ReadError
from index.passages import split_passages
from index.readers import read_file

KINDS = {
    "angle brackets": ("a.html", "", "<", "words"),
    "open elements": ("a.html", "", "<div>", "words here"),
    "comments": ("a.html", "", "<!--", "words"),
    "nested JSON": ("a.json", "", "[", "]"),
    "quotes in CSV": ("a.csv", 'text\n"', '""', ""),
    "one word": ("a.txt", "", "a", ""),
    "no sentence": ("a.txt", "", "word ", ""),
    "full stops": ("a.txt", "", "a. ", ""),
    "lines": ("a.txt", "", "a\n\n", ""),
    "wrapped lines": ("a.txt", "", "word " * 14 + "\n", ""),
    "hashtags": ("a.txt", "", "#a ", ""),
    "hyphens": ("a.txt", "", "-", ""),
    "spaces": ("a.txt", "a", " ", "b"),
    "accents": ("a.txt", "e", "\u0301", ""),
    "one sentence, often": ("a.txt", "", "The bridge was closed on Monday by the mayor. ", ""),
    "emphasis": ("a.md", "", "*a_", ""),
    "links": ("a.md", "", "[a](", ""),
    "quoted blocks": ("a.md", "", "> ", "words"),
}
"""Kind -> file name, beginning, what is repeated, end."""


def write_malice(folder: Path, kind: str, size: int) -> Path:
    """A file of about `size` bytes."""
    name, begin, piece, end = KINDS[kind]
    path = folder / name
    path.write_text(begin + piece * (size // len(piece.encode())) + end, encoding="utf-8")
    return path


def main(folder: Path, size: int = 5_000_000) -> None:
    """Print the processor time each kind takes."""
    for kind in KINDS:
        path = write_malice(folder, kind, size)
        begun, outcome = time.process_time(), "read"
        for raw in read_file(path):
            try:
                if isinstance(raw, ReadError):
                    raise raw
                split_passages(clean_article(raw).text)
            except ReadError:
                outcome = "refused"
        print(f"{kind:<20} {time.process_time() - begun:6.1f} s  {outcome}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
