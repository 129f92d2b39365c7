"""Reading a question and passages at once: which sentence answers, in either engine, and how that is learned."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from stand_in_model import StandIn
from tiny_model import write_tiny_gguf

from index.article import Span
from index.cross_encoder import CORRECTION, UNREAD, CrossEncoder, Encoder
from index.embedder import MAX_TOKENS, PassageText
from index.int8 import exact_bits
from index.search import Searcher
from qa.assistant import Assistant
from qa.cross_tuning import Group, Network, draw_groups, go_on, group_made, group_real, loss_of, score, tune
from qa.evaluation.dataset import read_dataset
from qa.evaluation.scores import holds
from qa.evidence import READ, read_sentences, score_sentences
from qa.fitting import Example, open_searcher, search_cases
from qa.model import LocalModel
from qa.question_making import Made, choose_sentences, collect_passages, collect_shots, read_made
from qa.weights import prepare_model

Found = tuple[Searcher, list[Example]]

SEEDS = Path(__file__).parent.parent / "seeds"

FERRY = PassageText(
    "Ferry aground near Porto",
    "The ferry left at dawn. Anna Peeters steered it onto a rock. Divers closed the leak on Monday.",
    (Span(0, 23), Span(24, 61), Span(62, 95)),
)
HARBOUR = PassageText("Harbour fees", "Fees rise in May. The council agreed.", (Span(0, 17), Span(18, 37)))


@pytest.mark.parametrize(
    ("question", "best"), [("Who steered the ferry onto a rock?", 1), ("When was the leak of the ferry closed?", 2)]
)
def test_the_sentence_that_answers_scores_above_all_others(reader: CrossEncoder, question: str, best: int) -> None:
    of_ferry, of_harbour = reader.score(question, [FERRY, HARBOUR])
    assert of_ferry.shape == (3,)
    assert of_harbour.shape == (2,)
    assert of_ferry.argmax() == best
    assert of_ferry.max() > of_harbour.max()


def test_a_passage_scores_the_same_whatever_stands_beside_it(reader: CrossEncoder) -> None:
    question = "Who steered the ferry onto a rock?"
    alone = reader.score(question, [HARBOUR])[0]
    beside = reader.score(question, [FERRY, HARBOUR])[1]
    assert np.allclose(alone, beside, atol=1e-4)


@pytest.mark.skipif(not exact_bits(), reason="this processor has no quick exact products of 8-bit numbers")
def test_8_bits_score_nearly_as_onnxruntime_does(reader: CrossEncoder) -> None:
    quick = CrossEncoder()
    quick.quicken()
    for question in ("Who steered the ferry onto a rock?", "What rises in May?", "How many guards were killed?"):
        pairs = zip(reader.score(question, [FERRY, HARBOUR]), quick.score(question, [FERRY, HARBOUR]), strict=True)
        assert all(np.allclose(plain, rounded, atol=0.8) for plain, rounded in pairs)


def test_what_is_beyond_the_networks_length_is_not_read(reader: CrossEncoder) -> None:
    long = "The river rose. " * 200
    passage = PassageText("", long + "Anna Peeters steered it.", (Span(0, 15), Span(len(long), len(long) + 24)))
    first, last = reader.score("Who steered the ferry?", [passage])[0]
    assert last == UNREAD < first
    assert len(Encoder().encode("Who? " * 100, [passage])[0].ids) == MAX_TOKENS


def test_nothing_to_read_takes_no_network() -> None:
    assert CrossEncoder(Path("nowhere")).score("Who?", []) == []


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    dataset = read_dataset(SEEDS)
    searcher = open_searcher(dataset, tmp_path_factory.mktemp("cross"))
    yield searcher, [example for example in search_cases(dataset, searcher) if example.answers]
    searcher.close()


@pytest.fixture(scope="module")
def examples(found: Found) -> list[Example]:
    return found[1]


@pytest.fixture(scope="module")
def groups(examples: list[Example]) -> list[Group]:
    return [group for example in examples for group in group_real(example)]


@pytest.mark.skipif(not exact_bits(), reason="this processor has no quick exact products of 8-bit numbers")
def test_an_assistant_with_a_local_model_multiplies_in_8_bits(found: Found, tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "tiny.gguf")
    tiny = LocalModel(prepare_model(str(tmp_path / "tiny.gguf"), tmp_path))
    for model, quick in ((StandIn(), False), (tiny, True)):
        with Assistant.open(found[0].catalogue.home, llm=model) as assistant:
            assert (assistant._lookup._reader._quick is not None) is quick


def test_only_the_best_passages_are_read(examples: list[Example], reader: CrossEncoder) -> None:
    for example in examples:
        found = score_sentences(example.query, example.findings)
        read = read_sentences(example.query, found, reader.score)
        assert len({sentence.passage_rank for sentence, _ in read}) == min(READ, len(example.findings.candidates))


def test_a_group_marks_the_sentences_that_answer(groups: list[Group]) -> None:
    assert len(groups) >= 20
    for group in groups:
        sentences = [group.right.sentences[i].of(group.right.article.text) for i in group.sentences]
        assert sentences
        assert all(holds(sentence, group.answers) for sentence in sentences)
        assert group.right.id not in {p.id for p in group.others}


def test_fitting_lowers_the_loss_and_what_is_kept_scores_the_same(groups: list[Group], tmp_path: Path) -> None:
    torch.manual_seed(0)
    few = [replace(group, others=group.others[:2]) for group in groups[:2]]
    network, encoder = Network(), Encoder()
    with torch.inference_mode():
        before = float(loss_of(network.eval(), encoder, few, np.random.default_rng(0)))
    tune(network, few, rounds=10, rate=2e-3, batch=2)
    with torch.inference_mode():
        after = float(loss_of(network.eval(), encoder, few, np.random.default_rng(0)))
    assert after < 0.2 * before
    save_file(network.correction(), tmp_path / "fitted.safetensors")
    question = few[0].question
    fitted, kept = score(network, encoder, question, [FERRY]), CrossEncoder(tmp_path / "fitted.safetensors")
    assert np.allclose(fitted[0], kept.score(question, [FERRY])[0], atol=0.3)


def test_fitting_goes_on_from_what_was_kept(groups: list[Group], reader: CrossEncoder) -> None:
    few = [replace(group, others=group.others[:2]) for group in groups[:4]]
    question, encoder = few[0].question, Encoder()
    network = Network()
    network.load(CORRECTION)
    assert np.allclose(score(network, encoder, question, [FERRY])[0], reader.score(question, [FERRY])[0], atol=0.3)
    with torch.inference_mode():
        before = float(loss_of(network.eval(), encoder, few, np.random.default_rng(0)))
    fitted = go_on(CORRECTION, few * 8).eval()
    with torch.inference_mode():
        after = float(loss_of(fitted, encoder, few, np.random.default_rng(0)))
    assert after < before


def test_of_each_question_one_group_is_drawn(examples: list[Example], groups: list[Group]) -> None:
    drawn = list(draw_groups(examples, np.random.default_rng(0)))
    assert len(drawn) == len({group.question for group in groups})
    assert {group.right.id for group in drawn} <= {group.right.id for group in groups}


def test_made_questions_become_groups_where_search_finds_their_passage(found: Found) -> None:
    searcher, examples = found
    passages = collect_passages(examples)
    real = next(g for e in examples for g in group_real(e))
    made = [Made(real.question, real.answers[0], p.article.id, p.span.start, 0) for p in passages]
    groups = list(group_made(made, passages, searcher))
    assert 0 < len(groups) < len(passages)
    assert real.right.id in {g.right.id for g in groups}
    assert all(g.right.id not in {p.id for p in g.others} for g in groups)


def test_sentences_are_asked_about_with_peoples_questions_as_examples(examples: list[Example]) -> None:
    shots = collect_shots(examples)
    assert len(shots) >= 10
    answers = {e.query.text: e.answers for e in examples}
    assert all(holds(shot.sentence, answers[shot.question]) for shot in shots)
    chosen = choose_sentences(collect_passages(examples), random.Random(0))
    assert chosen
    assert all(9 <= len(p.sentences[n].of(p.article.text).split()) <= 50 for p, n in chosen)
    assert chosen == choose_sentences(collect_passages(examples), random.Random(0))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Question: Who steered the ferry onto a rock?\nAnswer: Anna Peeters", True),
        ("Question: Who steered the ferry onto a rock?\nAnswer: Maria", False),
        ("Question: Did Anna Peeters steer the ferry onto rocks?\nAnswer: Anna Peeters", False),
        ("Question: Who steered it in this article of Monday?\nAnswer: Anna Peeters", False),
        ("Question: Who?\nAnswer: Anna Peeters", False),
        ("Anna Peeters", False),
    ],
)
def test_made_questions_are_kept_where_their_answer_stands(written: str, *, kept: bool) -> None:
    made = read_made(written, "Anna Peeters steered it onto a rock.")
    assert (made is not None) is kept
