"""The embedder for many passages against the one for single questions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from made_articles import make_text

from index.article import Span
from index.embedder import MiniLM, PassageText, open_bulk_embedder

pytest.importorskip("openvino", reason="the extra `fast` is not installed")


def test_openvino_gives_the_vectors_of_onnxruntime(embedder: MiniLM) -> None:
    texts = [make_text(n)[: 40 * (n + 1)] for n in range(20)]
    passages = [
        PassageText(f"Report {n}", t, (Span(0, len(t) // 2), Span(len(t) // 2, len(t)))) for n, t in enumerate(texts)
    ]
    bulk = open_bulk_embedder()
    assert bulk.name == embedder.name, "they may stand in one index"
    for slow, quick in zip(embedder.embed_passages(passages), bulk.embed_passages(passages), strict=True):
        assert float(slow.passage @ quick.passage) > 0.999
        assert np.all(np.sum(slow.sentences * quick.sentences, axis=1) > 0.995)
    again = bulk.embed_passages(passages)
    for first, second in zip(bulk.embed_passages(passages), again, strict=True):
        assert np.array_equal(first.passage, second.passage)


def test_openvino_cannot_report_that_it_is_used() -> None:
    code = (
        "import sys; from index.embedder import open_bulk_embedder; open_bulk_embedder()\n"
        "assert 'openvino' in sys.modules\n"
        "print([name for name, module in sys.modules.items() if name.startswith('openvino_telemetry') and module])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
