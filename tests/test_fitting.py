"""What is fitted is fitted to what it should be: examples drawn right, losses that fall, thresholds in their place."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_in_model import StandIn
from tiny_model import write_tiny_gguf

import qa
from index.cross_encoder import CrossEncoder
from index.query import Query
from qa.confidence import Signals
from qa.evaluation.dataset import read_dataset
from qa.evaluation.scores import holds
from qa.evidence import choose_evidence, describe_sentences, read_sentences, score_sentences
from qa.fitting import (
    Example,
    fit_confidence,
    fit_even,
    fit_ranking,
    fit_read_ranking,
    is_kept_for_confidence,
    read_signals,
    search_dataset,
    without_event,
)
from qa.prompts import REFUSAL
from qa.ranking import NAMES, Weights
from qa.ranking import score_sentences as rank_sentences
from qa.tuning import Pool, draw, draw_round, loss_of, make_pool, save, tune

SEEDS = Path(__file__).parent.parent / "seeds"
STORIES = Path(qa.__file__).parent / "data" / "stories"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return list(search_dataset(SEEDS, tmp_path_factory.mktemp("fitting")))


@pytest.fixture(scope="module")
def examples(asked: list[Example]) -> list[Example]:
    return [example for example in asked if example.answers]


@pytest.fixture(scope="module")
def pools(examples: list[Example], reader: CrossEncoder) -> list[Pool]:
    return [make_pool(example, reader.score) for example in examples]


def test_an_unreported_event_leaves_no_answer_and_no_article_of_its_days(examples: list[Example]) -> None:
    for example in examples:
        left = without_event(example).findings.candidates
        assert len(left) < len(example.findings.candidates)
        assert not any(holds(c.passage.article.text, example.answers) for c in left)


def test_an_answer_is_shown_with_its_sentence_and_a_refusal_without(pools: list[Pool]) -> None:
    rng = np.random.default_rng(1)
    drawn = [(pool, draw(pool, rng)) for _ in range(4) for pool in pools]
    shown = [(pool, *pair) for pool, pair in drawn if pair is not None]
    assert {target == REFUSAL for _, _, target in shown} == {True, False}
    for pool, texts, target in shown:
        assert 4 <= len(texts) <= 9
        assert len(set(texts)) == len(texts)
        assert any(holds(text, pool.answers) for text in texts) is (target != REFUSAL)


def test_the_target_is_an_answer_in_the_form_that_its_sentence_has(pools: list[Pool]) -> None:
    rng = np.random.default_rng(1)
    asked = [
        pool for pool in pools if any(answer in pool.sentences[i].text for i in pool.right for answer in pool.answers)
    ]
    drawn = [draw(replace(pool, answers=("Nowhere", *pool.answers)), rng) for pool in asked]
    assert len(drawn) >= 10
    assert "Nowhere" not in {pair[1] for pair in drawn if pair is not None}


def test_every_written_story_tells_what_is_asked_of_it() -> None:
    stories = read_dataset(STORIES)
    articles = [json.loads(line) for line in (STORIES / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (len(articles), len(stories.cases)) == (240, 560)
    for case in stories.cases:
        story = case.id[: len("a-01")]
        told = " ".join(a["text"] for a in articles if f"/{story}-" in a["url"])
        assert told, case.id
        assert not case.alternatives or case.alternatives[0] in told, case.id


def test_what_has_no_answer_is_shown_to_be_refused(asked: list[Example], reader: CrossEncoder) -> None:
    hopeless = [make_pool(example, reader.score) for example in asked if not example.answers]
    drawn = [draw(pool, np.random.default_rng(2)) for pool in hopeless]
    assert len(drawn) >= 10
    assert all(pair is not None and pair[1] == REFUSAL for pair in drawn)


def test_a_correction_lowers_the_loss_on_what_it_is_fitted_to(pools: list[Pool], tmp_path: Path) -> None:
    from safetensors.torch import load_file
    from transformers import AutoTokenizer

    from qa.weights import prepare_model

    write_tiny_gguf(tmp_path / "tiny.gguf")
    folder = prepare_model(str(tmp_path / "tiny.gguf"), tmp_path)
    fitted = tune(pools[:6], folder, rounds=10, upper=1.0, learning_rate=0.03).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batches = draw_round(pools[:6], tokenizer, np.random.default_rng(0))
    with torch.inference_mode():
        after = np.mean([float(loss_of(fitted, batch)) for batch in batches])
        with fitted.disable_adapter():
            before = np.mean([float(loss_of(fitted, batch)) for batch in batches])
    assert after < before - 0.05
    save(fitted, tmp_path / "correction.safetensors")
    assert set(load_file(tmp_path / "correction.safetensors")) >= {"model.layers.0.mlp.up_proj.lora_A.weight"}
    again = tune(pools[:1], folder, rounds=1, upper=1.0, learning_rate=0.0, start=tmp_path / "correction.safetensors")
    with torch.inference_mode():
        resumed = np.mean([float(loss_of(again.eval(), batch)) for batch in batches])
    assert resumed == pytest.approx(after, abs=0.02)


def test_the_threshold_refuses_its_share_of_the_answerable() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(400) < 0.5
    signals = [Signals(*(float(r) + rng.normal(0, 0.6, len(fields(Signals))))) for r in right]
    fitted = fit_confidence(signals, right.tolist(), right.tolist())
    columns = np.array([[getattr(s, name) for name in fitted["features"]] for s in signals])
    logits = (columns - fitted["means"]) / fitted["scales"] @ np.array(fitted["coefficients"]) + fitted["intercept"]
    confident = 1 / (1 + np.exp(-logits)) >= fitted["threshold"]
    assert np.mean(~confident[right]) == pytest.approx(0.10, abs=0.01)
    assert np.mean(~confident[~right]) > 0.9


def test_at_the_even_confidence_answers_are_right_as_often_as_wrong() -> None:
    rng = np.random.default_rng(0)
    confidences = rng.random(4000)
    right = rng.random(4000) < confidences**2
    assert fit_even(confidences, right) == pytest.approx(0.5**0.5, abs=0.05)
    assert fit_even(confidences, np.zeros(4000, dtype=bool)) == 1.0


def test_signals_are_of_each_question_with_and_without_its_event(examples: list[Example], reader: CrossEncoder) -> None:
    read = list(read_signals(examples, StandIn(pattern=r"(\w+)"), reader.score))
    assert 0 < len(read) <= 2 * len(examples)
    held = [h for *_, h in read]
    assert {True, False} == set(held)
    in_evidence = [
        any(holds(e.quote, x.answers) for e in choose_evidence(x.query, x.findings, reader.score).evidence)
        for x in examples
    ]
    assert sum(held) <= sum(in_evidence)
    assert sum(not h for h in held) > sum(not h for h in in_evidence), "no reading without the event"


def test_what_has_no_answer_is_read_once_and_never_right(asked: list[Example], reader: CrossEncoder) -> None:
    hopeless = [example for example in asked if not example.answers]
    read = list(read_signals(hopeless, StandIn(pattern=r"(\w+)"), reader.score))
    assert 0 < len(read) <= len(hopeless)
    assert not any(right or held for _, right, held in read)


def test_the_ranking_puts_sentences_that_hold_an_answer_first(examples: list[Example]) -> None:
    fitted = fit_ranking(examples)
    weights = Weights(*(np.array(fitted[key]) for key in ("means", "scales", "coefficients")), fitted["intercept"])
    ahead = []
    for example in examples:
        described = describe_sentences(example.query, example.findings)
        scores = rank_sentences([features for _, features in described], weights)
        held = np.array([holds(sentence.text, example.answers) for sentence, _ in described])
        if held.any():
            ahead.append(np.mean(scores[held].max() > scores[~held]))
    assert np.mean(ahead) > 0.9


def test_reading_puts_sentences_that_hold_an_answer_first(examples: list[Example], reader: CrossEncoder) -> None:
    fitted = fit_read_ranking(examples, lambda example: reader.score)
    assert fitted["features"] == NAMES["read"]
    assert fitted["coefficients"][fitted["features"].index("read")] > 0
    ahead = []
    for example in examples:
        found = score_sentences(example.query, example.findings)
        scored = [s for s, _ in read_sentences(example.query, found, reader.score)]
        held = np.array([holds(s.text, example.answers) for s in scored])
        scores = np.array([s.score for s in scored])
        if held.any():
            ahead.append(np.mean(scores[held].max() > scores[~held]))
    assert np.mean(ahead) > 0.9


def test_a_third_of_the_time_is_kept_for_the_confidence(examples: list[Example]) -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(63)]
    kept = [is_kept_for_confidence(replace(examples[0], query=Query("Who?", day))) for day in days]
    assert sum(kept) == 21
    assert sum(a != b for a, b in itertools.pairwise(kept)) <= 2, "one event's questions on both sides"
