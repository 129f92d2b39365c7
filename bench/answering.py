"""Answering questions on the indexed articles: Dateline, llama-index's CitationQueryEngine, llama.cpp.

llama.cpp (wheel `xllamacpp`) reads Dateline's own prompts with the same correction of the weights, so that its time
stands against the reading alone; CitationQueryEngine searches and prompts as it does by default, with the published
weights in float32, the precision in which transformers loads them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
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
from qa.weights import CARRIERS, prepare_model, prepare_plain


def measure(options: Options) -> list[Row]:
    """Medians over the questions; each reader in a process of its own."""
    where = (options.data, options.place, options.home, options.questions)
    ours, peer, cpp = (run_alone(run, *where) for run in (run_ours, run_citation_engine, run_llama_cpp))
    return [
        Row("sources on the screen, median", ours["sources_s"], "s", peer["sources_s"]),
        Row("sources on the screen, slowest", ours["slowest_sources_s"], "s"),
        Row("first word, median", ours["first_word_s"], "s"),
        Row("checked answer, median, against CitationQueryEngine", ours["total_s"], "s", peer["total_s"]),
        Row("checked answer, slowest", ours["slowest_s"], "s", peer["slowest_s"]),
        Row(
            "reading, writing and checking, against llama.cpp reading and writing",
            ours["reading_s"],
            "s",
            cpp["reading_s"],
        ),
        Row("tokens read, against llama.cpp", ours["prompt_tokens"], "", cpp["read"]),
        Row("tokens written, against CitationQueryEngine", ours["answer_tokens"], "", peer["answer_tokens"]),
        Row("tokens written by llama.cpp", cpp["written"], ""),
        Row("peak memory, against CitationQueryEngine", ours["peak_bytes"] / 1e9, "GB", peer["peak_bytes"] / 1e9),
        Row("peak memory of llama.cpp", cpp["peak_bytes"] / 1e9, "GB"),
    ]


def pick_cases(data: str, count: str) -> list[Case]:
    """The first questions of the data set."""
    return list(read_dataset(Path(data)).cases[: int(count)])


def prepared(place: str) -> Path:
    """The default model's folder."""
    return prepare_model("default", _models(place))


def _models(place: str) -> Path:
    models = os.environ.get("DATELINE_MODELS")
    return Path(models) if models else Path(place).parent / "models"


def run_ours(data: str, place: str, home: str, count: str) -> dict[str, Any]:
    """Dateline, the model loaded and warm."""
    cases, model = pick_cases(data, count), LocalModel(prepared(place))
    with Assistant.open(Path(home), llm=model) as assistant:
        assistant.ask(cases[0].question, as_of=cases[0].as_of)
        model.complete("Another prompt, so that nothing of the first question is kept.", max_tokens=1)
        answers = [assistant.ask(c.question, as_of=c.as_of) for c in cases]
    names = ("sources_s", "first_word_s", "total_s")
    times = {n: median([a.timings[n] for a in answers if n in a.timings]) for n in names}
    reading = median([a.timings["total_s"] - a.timings["sources_s"] for a in answers if "sources_s" in a.timings])
    slowest = {"slowest_s": max(a.timings["total_s"] for a in answers)}
    slowest["slowest_sources_s"] = max(a.timings.get("sources_s", 0.0) for a in answers)
    counts = {n: median([float(getattr(a, n)) for a in answers]) for n in ("prompt_tokens", "answer_tokens")}
    return {**times, **slowest, **counts, "reading_s": reading}


def run_llama_cpp(data: str, place: str, home: str, count: str) -> dict[str, Any]:
    """llama.cpp on the prompts that Dateline makes."""
    from bench.engines import ask_llama_cpp, open_llama_cpp

    server = open_llama_cpp(Path(place))
    cases = pick_cases(data, count)
    chats = make_messages(cases, home)
    ask_llama_cpp(server, chats[0])
    ask_llama_cpp(server, [{"role": "user", "content": "Another prompt, so that nothing of the first is kept."}])
    times, read, written = [], [], []
    for messages in chats:
        started = time.perf_counter()
        reply = ask_llama_cpp(server, messages)
        times.append(time.perf_counter() - started)
        read.append(float(reply["usage"]["prompt_tokens"]))
        written.append(float(reply["usage"]["completion_tokens"]))
    return {"reading_s": median(times), "read": median(read), "written": median(written)}


def make_messages(cases: Sequence[Case], home: str) -> list[list[dict[str, str]]]:
    """The chats that Dateline would have its model read."""
    from index.cross_encoder import CrossEncoder
    from index.search import Searcher

    searcher = Searcher(Home(Path(home)))
    reader = CrossEncoder()
    reader.quicken()
    chats = []
    for case in cases:
        query = Query(case.question, case.as_of)
        evidence = choose_evidence(query, searcher.find(query), reader.score).evidence
        chats.append([{"role": m.role.value, "content": m.content or ""} for m in build_messages(query, evidence)])
    searcher.close()
    return chats


def run_citation_engine(data: str, place: str, home: str, count: str) -> dict[str, Any]:
    """llama-index's CitationQueryEngine with HuggingFaceLLM over the peer's index; warm, five questions at most."""
    import torch
    from llama_index.core import VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.llms.huggingface import HuggingFaceLLM

    folder = str(prepare_plain("default", CARRIERS["default"], _models(place), lambda *stage: None))
    llm = HuggingFaceLLM(
        model_name=folder, tokenizer_name=folder, max_new_tokens=256, device_map="cpu",
        model_kwargs={"dtype": torch.float32}, generate_kwargs={"do_sample": False},
    )  # fmt: skip
    index = VectorStoreIndex.from_vector_store(open_store(Path(place) / "index-peer"), embed_model=peer_embedder())
    engine = CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=3, citation_chunk_size=512)
    cases, totals, sources, written = pick_cases(data, count)[:5], [], [], []
    engine.retriever.retrieve("Another question, so that all is loaded")
    llm.complete("Another prompt", max_new_tokens=1)
    for case in cases:
        started = time.perf_counter()
        engine.retriever.retrieve(case.question)
        sources.append(time.perf_counter() - started)
        started = time.perf_counter()
        text = str(engine.query(case.question))
        totals.append(time.perf_counter() - started)
        written.append(float(len(llm._tokenizer(text)["input_ids"])))
    return {
        "total_s": median(totals),
        "sources_s": median(sources),
        "answer_tokens": median(written),
        "slowest_s": max(totals),
    }
