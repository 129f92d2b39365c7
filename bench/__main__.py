"""`python -m bench [PART ...]`: measure these parts, or all, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bench import answering, engines, indexing, searching, starting, updating
from bench.report import write_report
from bench.rows import Options, save_part
from ui.settings import quieten_libraries

_PARTS = (indexing, answering, engines, starting, searching, updating)
PARTS = {part.__name__.removeprefix("bench."): part for part in _PARTS}


def main() -> None:
    """Measure and write; what is kept of parts measured before stays."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; indexing makes what others use")
    parser.add_argument("--data", default="../shared/eval/realtimeqa", help="folder with questions and articles")
    parser.add_argument("--folder", default=".dateline/bench", help="where figures and indexes are kept")
    parser.add_argument("--index", default="", help="index of the data's articles to ask, made before")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--sizes", type=int, nargs="+", default=[30_000], help="passages of the archives searched")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", default=str(Path(__file__).with_name("RESULTS.md")))
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    quieten_libraries(os.environ, "default")
    sizes = tuple(sorted(given.sizes))
    counts = (given.articles, given.questions, sizes, given.repeats)
    options = Options(given.data, given.folder, *counts, given.index)
    for name in given.parts or PARTS:
        print(f"{name} ...", flush=True)
        save_part(options, name, PARTS[name].measure(options))
        write_report(options, PARTS, Path(given.out))


if __name__ == "__main__":
    main()
