"""Answering questions on the indexed articles: Dateline, llama-index's CitationQueryEngine, llama.cpp.

All read the same weights. llama.cpp (wheel `xllamacpp`) reads Dateline's own prompts, so that its time stands
against the reading alone; CitationQueryEngine searches and prompts as it does by default.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.indexing import open_store, peer_embedder
from bench.rows import Options, Row, median, run_alone
from index.home import Home
from index.query import Query
from qa.assistant import Assistant
from qa.evaluation.dataset import Case, read_dataset
from qa.evidence import choose_evidence
from qa.model import LocalModel
from qa.prompts import build_messages
from qa.reading import MAX_TOKENS
from qa.weights import CARRIERS, find_parts, join_parts, prepare_model


def measure(options: Options) -> list[Row]:
    """Medians over the questions; each reader in a process of its own."""
    where = (options.data, options.place, options.questions)
    ours, peer, cpp = (run_alone(run, *where) for run in (run_ours, run_citation_engine, run_llama_cpp))
    return [
        Row("sources on the screen", ours["sources_s"], "s", peer["sources_s"]),
        Row("first word", ours["first_word_s"], "s"),
        Row("checked answer, against CitationQueryEngine", ours["total_s"], "s", peer["total_s"]),
        Row("reading and writing alone, against llama.cpp", ours["reading_s"], "s", cpp["reading_s"]),
        Row("same text as llama.cpp writes", _share_alike(ours["texts"], cpp["texts"]), "%"),
        Row("tokens read", ours["prompt_tokens"], ""),
        Row("tokens written", ours["answer_tokens"], "", peer["answer_tokens"]),
        Row("peak memory", ours["peak_bytes"] / 1e9, "GB", peer["peak_bytes"] / 1e9),
    ]


def _share_alike(ours: list[str], theirs: list[str]) -> float:
    return 100 * sum(a.strip() == b.strip() for a, b in zip(ours, theirs, strict=True)) / max(len(ours), 1)


def pick_cases(data: str, count: str) -> list[Case]:
    """The first questions of the data set."""
    return list(read_dataset(Path(data)).cases[: int(count)])


def prepared(place: str) -> Path:
    """The default model's folder."""
    import os

    models = os.environ.get("DATELINE_MODELS")
    return prepare_model("default", Path(models) if models else Path(place).parent / "models")


def run_ours(data: str, place: str, count: str) -> dict[str, Any]:
    """Dateline, the model loaded and warm."""
    cases, model = pick_cases(data, count), LocalModel(prepared(place))
    with Assistant.open(Path(place) / "index-ours", llm=model) as assistant:
        assistant.ask(cases[0].question, as_of=cases[0].as_of)
        model.complete("Another prompt, so that nothing of the first question is kept.", max_tokens=1)
        answers = [assistant.ask(c.question, as_of=c.as_of) for c in cases]
    names = ("sources_s", "first_word_s", "total_s")
    times = {n: median([a.timings[n] for a in answers if n in a.timings]) for n in names}
    reading = median([a.timings["total_s"] - a.timings["sources_s"] for a in answers if "sources_s" in a.timings])
    counts = {n: median([float(getattr(a, n)) for a in answers]) for n in ("prompt_tokens", "answer_tokens")}
    return {**times, **counts, "reading_s": reading, "texts": [a.best_guess for a in answers]}


def run_llama_cpp(data: str, place: str, count: str) -> dict[str, Any]:
    """llama.cpp on the prompts that Dateline makes."""
    import xllamacpp

    gguf = Path(place) / "default.gguf"
    if not gguf.exists():
        join_parts(find_parts(CARRIERS["default"]), gguf, CARRIERS["default"].sha256, lambda *_: None)
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx = 4096
    params.n_parallel = 1
    server = xllamacpp.Server(params)
    texts, times = [], []
    for messages in [make_messages(c, place) for c in pick_cases(data, count)]:
        request = {"messages": messages, "max_tokens": MAX_TOKENS, "temperature": 0, "stop": ["\n"]}
        started = time.perf_counter()
        response = server.handle_chat_completions(request)
        times.append(time.perf_counter() - started)
        texts.append(response["choices"][0]["message"]["content"])
    return {"reading_s": median(times), "texts": texts}


def make_messages(case: Case, place: str) -> list[dict[str, str]]:
    """The chat that Dateline would have its model read."""
    from index.search import Searcher

    searcher = Searcher(Home(Path(place) / "index-ours"))
    query = Query(case.question, case.as_of)
    evidence = choose_evidence(query, searcher.find(query)).evidence
    searcher.close()
    return [{"role": m.role.value, "content": m.content or ""} for m in build_messages(query, evidence)]


def run_citation_engine(data: str, place: str, count: str) -> dict[str, Any]:
    """llama-index's CitationQueryEngine with HuggingFaceLLM over the peer's index, three questions at most."""
    import torch
    from llama_index.core import VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.llms.huggingface import HuggingFaceLLM

    folder = str(prepared(place))
    llm = HuggingFaceLLM(
        model_name=folder, tokenizer_name=folder, max_new_tokens=256, device_map="cpu",
        model_kwargs={"dtype": torch.float32}, generate_kwargs={"do_sample": False},
    )  # fmt: skip
    index = VectorStoreIndex.from_vector_store(open_store(Path(place) / "index-peer"), embed_model=peer_embedder())
    engine = CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=3, citation_chunk_size=512)
    cases, totals, sources, written = pick_cases(data, count)[:3], [], [], []
    for case in cases:
        started = time.perf_counter()
        engine.retriever.retrieve(case.question)
        sources.append(time.perf_counter() - started)
        started = time.perf_counter()
        text = str(engine.query(case.question))
        totals.append(time.perf_counter() - started)
        written.append(float(len(llm._tokenizer(text)["input_ids"])))
    return {"total_s": median(totals), "sources_s": median(sources), "answer_tokens": median(written)}
