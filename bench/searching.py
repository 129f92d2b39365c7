"""Searching archives of growing size, and at the smallest size llama-index's hybrid retriever beside.

The archive is the indexed articles over and over, a tenth of each passage's words replaced by words drawn from all
of them; its vectors are those of the originals plus normal noise of length 0.5, normalised: neighbours at the
cosines that MiniLM gives to passages about one thing. The catalogue and Chroma are filled directly, not by an
index run.
"""

from __future__ import annotations

import json
import math
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.indexing import open_store, peer_embedder
from bench.rows import Options, Row, median, percentile, run_alone, time_calls
from index.article import Article, hash_text
from index.catalogue import Catalogue, fts_query
from index.embedder import MiniLM
from index.home import Home
from index.query import Filters, Query
from index.search import CANDIDATES, Searcher
from index.terms import search_terms
from index.vectors import VectorIndex
from qa.evaluation.dataset import read_dataset

_FIGURES = "figures.json"
_NOISE = 0.5
_FIRST_DAY = date(2015, 1, 1).toordinal()
_DAYS = 3_650
_SOURCES = ("AP", "EFE", "Reuters", "AFP")
_HALF = Filters(after=date.fromordinal(_FIRST_DAY + _DAYS // 2), sources=_SOURCES[:2])


def measure(options: Options) -> list[Row]:
    """Times at every size, measured now or before, and the exponent of their growth."""
    originals = read_originals(options.home)
    for size in options.sizes:
        home = options.place / f"search-{size}"
        if not (home / "whole").exists():
            shutil.rmtree(home, ignore_errors=True)
            fill(home, originals, size)
        where = (home, options.data, options.questions)
        ours = run_alone(run_ours, *where)
        peer = run_alone(run_peer, *where) if size == min(options.sizes) else {"times": [0.0], "peak_bytes": 0}
        (home / _FIGURES).write_text(json.dumps([ours, peer]), encoding="utf-8")
    return tell_archives(options.place)


def tell_archives(place: Path) -> list[Row]:
    """The figures of every archive in `place` that was measured, the smallest first."""
    measured = {int(path.parent.name.removeprefix("search-")): path for path in place.glob(f"search-*/{_FIGURES}")}
    rows: list[Row] = []
    for size, path in sorted(measured.items()):
        rows += describe(*json.loads(path.read_text(encoding="utf-8")), size)
    return rows + [row for what in ("median", "95th percentile") for row in tell_growth(rows, what)]


def describe(ours: dict[str, Any], peer: dict[str, Any], size: int) -> list[Row]:
    """The figures of one archive."""
    times, theirs = ours["times"], peer["times"]
    parts = {"by words": "text", "by vector": "dense"}
    return [
        Row(f"search, median of {size:,}", 1e3 * median(times), "ms", 1e3 * median(theirs), size=size),
        Row(
            f"search, 95th percentile of {size:,}",
            1e3 * percentile(times, 0.95),
            "ms",
            1e3 * percentile(theirs, 0.95),
            size=size,
        ),
        *(Row(f"{what} alone, median of {size:,}", 1e3 * median(ours[name]), "ms") for what, name in parts.items()),
        Row(f"filtered by date and source, median of {size:,}", 1e3 * median(ours["filtered"]), "ms"),
        Row(f"filtered by date and source, times as long of {size:,}", median(ours["filtered"]) / median(times), ""),
        Row(f"peak memory of {size:,}", ours["peak_bytes"] / 1e6, "MB", peer["peak_bytes"] / 1e6),
    ]


def tell_growth(rows: Sequence[Row], what: str) -> list[Row]:
    """The exponent with which a time grew between the smallest and the largest archive."""
    times = {row.size: row.ours for row in rows if row.size and row.what.startswith(f"search, {what}")}
    if len(times) < 2:
        return []
    low, high = min(times), max(times)
    grown = math.log(times[high] / times[low]) / math.log(high / low)
    return [Row(f"growth of the {what} from {low:,} to {high:,}, exponent", grown, "")]


def run_ours(home: str, data: str, count: str) -> dict[str, Any]:
    """Every question twice, the second time counts: whole searches, their halves, and with filters."""
    queries = [Query(c.question, c.as_of) for c in read_dataset(Path(data)).cases[: int(count)]]
    filtered = [Query(q.text, q.as_of, _HALF) for q in queries]
    searcher = Searcher(Home(home))
    vectors, embedder = VectorIndex(Home(home), searcher.catalogue), MiniLM()
    asked = [(fts_query(search_terms(q.text)), embedder.embed([q.text])[0]) for q in queries]
    found = {
        "times": [time_calls(lambda q=q: searcher.find(q), 2)[1] for q in queries],
        "filtered": [time_calls(lambda q=q: searcher.find(q), 2)[1] for q in filtered],
        "text": [time_calls(lambda w=w: searcher.catalogue.match(w, k=CANDIDATES), 2)[1] for w, _ in asked],
        "dense": [time_calls(lambda v=v: vectors.nearest(v, k=CANDIDATES), 2)[1] for _, v in asked],
    }
    vectors.close()
    searcher.close()
    return found


def read_originals(home: Path) -> list[tuple[str, np.ndarray]]:
    """Text and vector of every passage indexed."""
    catalogue = Catalogue(Home(home))
    ids, vectors = catalogue.vectors.of_passages()
    passages = catalogue.load_passages(ids)
    catalogue.close()
    return [(p.text, v) for p, v in zip(passages, vectors, strict=True)]


def fill(folder: Path, originals: Sequence[tuple[str, np.ndarray]], size: int) -> None:
    """An index of at least `size` passages, ten originals to an article."""
    home, chance = Home(folder), np.random.default_rng(0)
    catalogue = Catalogue(home, create=True)
    made = 0
    for article, sources in alter(originals):
        catalogue.add_article(article)
        passages = catalogue.passages_without_vectors(100, after=made)
        picked = [originals[sources[min(i, len(sources) - 1)]] for i in range(len(passages))]
        catalogue.vectors.store((p.id, shake(vector, chance)) for p, (_, vector) in zip(passages, picked, strict=True))
        made = max((p.id for p in passages), default=made)
        if made >= size:
            break
    catalogue.vectors.use_embedder(MiniLM.name, MiniLM.dimensions)
    with home.write_lock():
        VectorIndex(home, catalogue).publish()
    catalogue.close()
    (folder / "whole").touch()


def alter(originals: Sequence[tuple[str, np.ndarray]]) -> Iterator[tuple[Article, list[int]]]:
    """Articles without end, and the originals that each is made of."""
    chance = random.Random(0)  # noqa: S311 no secret
    words = [word for text, _ in originals for word in text.split()]
    number = 0
    while True:
        start = number * 10 % max(len(originals) - 10, 1)
        sources = list(range(start, min(start + 10, len(originals))))
        text = "\n\n".join(_alter_text(originals[i][0], words, chance) for i in sources)
        day = date.fromordinal(_FIRST_DAY + chance.randrange(_DAYS))
        title = " ".join(text.split()[:8])
        identity = hash_text(title, text)
        yield (
            Article(identity[:16], title, text, day, chance.choice(_SOURCES), "", "", (), f"made/{number}", identity),
            sources,
        )
        number += 1


def _alter_text(text: str, words: Sequence[str], chance: random.Random) -> str:
    return " ".join(chance.choice(words) if chance.random() < 0.1 else word for word in text.split())


def shake(vectors: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """`vectors` moved by noise, of unit length again."""
    noise = chance.standard_normal(vectors.shape) * (_NOISE / math.sqrt(vectors.shape[-1]))
    moved = (vectors + noise).astype(np.float32)
    result: np.ndarray = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    return result


def run_peer(place: str, data: str, count: str) -> dict[str, Any]:
    """llama-index: reciprocal rank fusion over BM25Retriever and Chroma, the same passages and vectors."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.retrievers.bm25 import BM25Retriever

    home = Path(place)
    queries = [c.question for c in read_dataset(Path(data)).cases[: int(count)]]
    nodes = peer_nodes(home)
    store = open_store(home / "peer")
    if not (home / "peer-whole").exists():
        for start in range(0, len(nodes), 5_000):
            store.add(nodes[start : start + 5_000])
        (home / "peer-whole").touch()
    dense = VectorStoreIndex.from_vector_store(store, embed_model=peer_embedder()).as_retriever(similarity_top_k=100)
    text = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=100)
    fused = QueryFusionRetriever(
        [dense, text], llm=MockLLM(), similarity_top_k=100, num_queries=1, mode="reciprocal_rerank", use_async=False
    )
    return {"times": [time_calls(lambda q=q: fused.retrieve(q), 2)[1] for q in queries]}


def peer_nodes(home: Path) -> Any:
    """The archive's passages as llama-index's nodes."""
    from llama_index.core.schema import TextNode

    catalogue = Catalogue(Home(home))
    ids, vectors = catalogue.vectors.of_passages()
    nodes = []
    for start in range(0, len(ids), 10_000):
        some = slice(start, start + 10_000)
        for passage, vector in zip(catalogue.load_passages(ids[some]), vectors[some], strict=True):
            nodes.append(TextNode(id_=str(passage.id), text=passage.text, embedding=vector.tolist()))
    catalogue.close()
    return nodes
