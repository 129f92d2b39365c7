"""Engines for the language model, on the same prompts: answers, time, memory.

Each reads, in a process of its own, the chats that Dateline makes for questions of the development set whose
evidence was found beforehand, and writes greedily until a line ends. transformers reads the corrected weights, rounded
to 8 bits and multiplied so, or restored to larger numbers; llama.cpp (wheel `xllamacpp`) reads the published Q4_K_M
file with the same correction as an adapter.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.answering import make_messages, pick_cases, prepared
from bench.rows import Options, Row, median, run_alone
from qa.correction import A, B
from qa.evaluation.scores import exact_match, token_f1
from qa.reading import MAX_TOKENS
from qa.weights import CARRIERS, find_parts, join_parts

Ask = Callable[[list[dict[str, str]]], str]


def measure(options: Options) -> list[Row]:
    """For each engine that suits this machine answers, time and memory; the peer is transformers in float32."""
    from qa.loading import has_fast_bfloat16

    prompts = write_prompts(options)
    names = [name for name in ENGINES if "bfloat16" not in name or has_fast_bfloat16()]
    figures = {name: run_alone(ENGINES[name], prompts, options.place, name) for name in names}
    exact = figures["transformers float32"]
    rows = []
    for name, found in figures.items():
        peer = exact if found is not exact else {"em": 0.0, "f1": 0.0, "time_s": 0.0, "peak_bytes": 0}
        same = [a == b for a, b in zip(found["texts"], exact["texts"], strict=True)]
        rows += [
            Row(f"{name}: EM", found["em"], "%", peer["em"], more=True),
            Row(f"{name}: F1", found["f1"], "%", peer["f1"], more=True),
            Row(f"{name}: same words as float32", 100 * sum(same) / len(same), "%"),
            Row(f"{name}: a question, median", found["time_s"], "s", peer["time_s"]),
            Row(f"{name}: loading", found["loading_s"], "s"),
            Row(f"{name}: peak memory", found["peak_bytes"] / 1e9, "GB", peer["peak_bytes"] / 1e9),
        ]
    return rows


def write_prompts(options: Options) -> Path:
    """The chats and their questions' accepted answers, in one file."""
    target = options.place / "prompts.jsonl"
    cases = [case for case in pick_cases(options.data, "1000") if case.answers][: options.questions]
    with target.open("w", encoding="utf-8") as out:
        for case, messages in zip(cases, make_messages(cases, str(options.home)), strict=True):
            out.write(json.dumps({"messages": messages, "answers": case.alternatives}) + "\n")
    return target


def ask_all(prompts: str, ask: Ask, loading_s: float) -> dict[str, Any]:
    """Every prompt once, after one that is not counted."""
    lines = [json.loads(line) for line in Path(prompts).read_text(encoding="utf-8").splitlines()]
    ask(lines[-1]["messages"])
    texts, times = [], []
    for line in lines:
        started = time.perf_counter()
        texts.append(ask(line["messages"]).strip())
        times.append(time.perf_counter() - started)
    pairs = [(text, line["answers"]) for text, line in zip(texts, lines, strict=True)]
    return {
        "em": 100 * sum(exact_match(text, answers) for text, answers in pairs) / len(pairs),
        "f1": 100 * sum(token_f1(text, answers) for text, answers in pairs) / len(pairs),
        "time_s": median(times),
        "loading_s": loading_s,
        "texts": texts,
    }


def run_transformers(prompts: str, place: str, name: str) -> dict[str, Any]:
    """Dateline's own wrapper, its fixed beginning kept and its answers guessed from the prompt."""
    from llama_index.core.llms import ChatMessage

    from qa.model import LocalModel

    started = time.perf_counter()
    model = LocalModel(prepared(place), dtype=name.split()[1])

    def ask(messages: list[dict[str, str]]) -> str:
        chat = [ChatMessage(role=m["role"], content=m["content"]) for m in messages]
        return model.chat(chat, max_tokens=MAX_TOKENS, stop=["\n"]).message.content or ""

    return ask_all(prompts, ask, time.perf_counter() - started)


def run_llama_cpp(prompts: str, place: str, name: str) -> dict[str, Any]:
    """llama.cpp in this process."""
    started = time.perf_counter()
    server = open_llama_cpp(Path(place))

    def ask(messages: list[dict[str, str]]) -> str:
        return str(ask_llama_cpp(server, messages)["choices"][0]["message"]["content"])

    return ask_all(prompts, ask, time.perf_counter() - started)


def open_llama_cpp(place: Path) -> Any:
    """llama.cpp with the published file and Dateline's correction."""
    import xllamacpp

    gguf = place / "default.gguf"
    if not gguf.exists():
        join_parts(find_parts(CARRIERS["default"]), gguf, CARRIERS["default"].sha256, lambda *_: None)
    adapter = xllamacpp.CommonAdapterLoraInfo()
    adapter.path, adapter.scale = str(write_adapter(place / "correction.gguf")), 1.0
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.lora_adapters = [adapter]
    params.n_ctx = 4096
    params.n_parallel = 1
    return xllamacpp.Server(params)


def ask_llama_cpp(server: Any, messages: Sequence[dict[str, str]]) -> Any:
    """The reply to one chat, greedy."""
    request = {"messages": messages, "max_tokens": MAX_TOKENS, "temperature": 0, "stop": ["\n"]}
    return server.handle_chat_completions(request)


def write_adapter(target: Path) -> Path:
    """The correction as llama.cpp reads one."""
    import gguf
    from safetensors import safe_open

    names = {
        "mlp.down_proj": "ffn_down", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    }  # fmt: skip
    writer = gguf.GGUFWriter(target, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    with safe_open(CARRIERS["default"].correction, framework="pt") as tensors:
        layers = [name.removesuffix(A) for name in tensors.keys() if name.endswith(A)]  # noqa: SIM118 no dictionary
        rank = tensors.get_tensor(layers[0] + A).shape[0]
        writer.add_float32("adapter.lora.alpha", float(tensors.metadata()["scale"]) * rank)
        for layer in layers:
            _, _, number, name = layer.split(".", 3)
            for ending, theirs in ((A, "lora_a"), (B, "lora_b")):
                matrix = tensors.get_tensor(layer + ending).float().numpy()
                writer.add_tensor(f"blk.{number}.{names[name]}.weight.{theirs}", matrix)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


# "auto" is what Dateline takes: 8 bits.
ENGINES: dict[str, Callable[..., dict[str, Any]]] = {
    "transformers float32": run_transformers,
    "transformers bfloat16": run_transformers,
    "transformers auto": run_transformers,
    "llama.cpp Q4_K_M": run_llama_cpp,
}
