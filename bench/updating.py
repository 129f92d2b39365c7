"""Adding ten articles to an empty index and to a large one; less than 1.5 times as long is the aim."""

from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path

from bench.indexing import clean_articles
from bench.rows import Options, Row, median, time_calls
from index.build import build_index
from index.home import Home


def measure(options: Options) -> list[Row]:
    """Medians; each addition is of ten other articles."""
    empty, full = options.place / "update-empty", options.place / "update-full"
    shutil.rmtree(full, ignore_errors=True)
    shutil.copytree(options.place / f"search-{max(options.sizes)}", full, ignore=shutil.ignore_patterns("peer*"))
    alone, beside = [], []
    for turn in range(options.repeats):
        shutil.rmtree(empty, ignore_errors=True)
        ten = write_ten(options, turn)
        alone += time_calls(lambda ten=ten: build_index([ten], Home(empty)), 1)
        beside += time_calls(lambda ten=ten: build_index([ten], Home(full)), 1)
    size = f"{max(options.sizes):,}"
    return [
        Row("ten articles into an empty index", median(alone), "s"),
        Row(f"ten articles into one of {size} passages", median(beside), "s"),
        Row("times as long", median(beside) / median(alone), ""),
    ]


def write_ten(options: Options, turn: int) -> Path:
    """Ten articles that no index holds yet."""
    target = options.place / f"ten-{turn}.jsonl"
    start = options.articles + turn * 10  # those before are what the archives are made of: these would be reprints
    with target.open("w", encoding="utf-8") as out:
        for article in islice(clean_articles(Path(options.data) / "articles.jsonl.gz"), start, start + 10):
            out.write(json.dumps({"title": article.title, "text": article.text}) + "\n")
    return target
