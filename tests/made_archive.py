"""A made archive for runs that are disturbed, and what an undisturbed run makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from made_articles import WORDS, make_text
from many import BATCH
from word_embedder import WordEmbedder

from index.build import build_index
from index.catalogue import Catalogue, fts_query
from index.check import check_index
from index.home import Home
from index.vectors import VectorIndex

FILES, RECORDS = 40, 12


def write(folder: Path, name: str, seed: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"Report number {seed}\n\n{make_text(seed, 30)}\n", encoding="utf-8")


def write_archive(folder: Path) -> Path:
    """Files, records, a copy and a reprint, in `folder`."""
    for seed in range(FILES):
        write(folder, f"{seed:03}.txt", seed)
    records = [{"title": f"Record {n}", "text": make_text(500 + n, 12)} for n in range(RECORDS)]
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    write(folder, "copy.txt", 3)
    (folder / "reprint.txt").write_text(f"Another title\n\n{make_text(4, 30)}\n", encoding="utf-8")
    return folder


def contents(home: Home) -> dict[str, Any]:
    """What is stored, by what it is rather than by number: runs that meet number otherwise."""
    catalogue = Catalogue(home)
    rows = catalogue.database.connection.execute(
        "SELECT p.id, a.id, p.start FROM passages p JOIN articles a ON a.number = p.article"
    ).fetchall()
    names = {passage: (article, start) for passage, article, start in rows}
    ids, vectors = catalogue.vectors.of_passages()
    places = catalogue.database.connection.execute("SELECT path, file FROM places")
    found = {
        "passages": sorted(names.values()),
        "vectors": {names[i]: vector.tobytes() for i, vector in zip(ids, vectors, strict=True)},
        "places": sorted(tuple(row) for row in places),
        "matches": [
            sorted((names[i], round(score, 9)) for i, score in catalogue.match(fts_query([word]), k=9_999))
            for word in WORDS
        ],
    }
    catalogue.close()
    return found


def assert_undisturbed(home: Home, articles: Path, oracle: Home) -> None:
    """What is stored is what one run alone stores in SQLite, and sound; Chroma finds the nearest."""
    build_index([articles], oracle, embedder=WordEmbedder, batch=BATCH, prune=True)
    assert contents(home) == contents(oracle)
    assert [check for check in check_index(home, embedder=WordEmbedder) if check.problem] == []
    catalogue = Catalogue(home)
    ids, rows = catalogue.vectors.of_passages()
    question = WordEmbedder().embed([WORDS[3]])[0]
    best = [i for _, i in sorted(zip((-rows @ question).tolist(), ids, strict=True))[:5]]
    index = VectorIndex(home, catalogue)
    assert [i for i, _ in index.nearest(question, k=5)] == best
    index.close()
    catalogue.close()
