"""The embedder for many passages against the one for single questions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from made_articles import make_text

from index.article import Span
from index.embedder import MANY, MiniLM, PassageText, find_embedder_file, open_bulk_embedder
from index.int8 import exact_bits
from index.int8_minilm import Int8Network, open_int8
from index.minilm_file import read_file

LIKENESS = [(8, 0.995), (7, 0.985)]
"""Bits, and the least cosine of a passage's vector to ONNX Runtime's."""

needs_int8 = pytest.mark.skipif(not exact_bits(), reason="this processor has no quick exact products of 8-bit numbers")


def _passages(count: int) -> list[PassageText]:
    texts = [make_text(n)[: 40 * (n % 20 + 1)] for n in range(count)]
    return [PassageText(f"Report {n}", text, (Span(0, len(text)),)) for n, text in enumerate(texts)]


@needs_int8
@pytest.mark.parametrize(("bits", "least"), [e for e in LIKENESS if e[0] <= exact_bits()])
def test_8_bits_give_the_vectors_of_onnxruntime(embedder: MiniLM, bits: int, least: float) -> None:
    passages = _passages(20)
    bulk = MiniLM()
    bulk._infer = Int8Network(read_file(find_embedder_file()), bits)
    slow, quick = embedder.embed_passages(passages), bulk.embed_passages(passages)
    assert np.sum(slow * quick, axis=1).min() > least


@needs_int8
def test_many_passages_are_embedded_in_8_bits_the_same_each_time(embedder: MiniLM) -> None:
    passages = _passages(MANY)
    bulk = open_bulk_embedder()
    assert bulk.name == embedder.name, "they may stand in one index"
    first, again = bulk.embed_passages(passages), open_bulk_embedder().embed_passages(passages)
    assert np.array_equal(first, again)
    plain = embedder.embed_passages(passages)
    assert not np.array_equal(first, plain)
    few = bulk.embed_passages(passages[: MANY - 1])
    assert np.allclose(few, plain[: MANY - 1], atol=1e-5)


@needs_int8
def test_padding_changes_nothing() -> None:
    network = open_int8(read_file(find_embedder_file()), 0)
    assert network is not None
    ids = np.array([[101, 2006, 6928, 102]])
    padded = np.array([[101, 2006, 6928, 102, 0, 0], [101, 2006, 6928, 2001, 3019, 102]])
    alone = network({"input_ids": ids, "attention_mask": np.ones_like(ids)})
    beside = network({"input_ids": padded, "attention_mask": (padded != 0).astype(np.int64)})
    np.testing.assert_allclose(beside[0, :4], alone[0], atol=1e-4)


def test_a_few_passages_and_questions_do_not_wait_for_torch() -> None:
    code = (
        "import sys; from index.embedder import PassageText, open_bulk_embedder\n"
        "bulk = open_bulk_embedder(); bulk.embed(['Which?'])\n"
        "bulk.embed_passages([PassageText('', 'It rained.', ())])\n"
        "print('torch' in sys.modules, 'onnx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
