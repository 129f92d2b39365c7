"""Fit the correction of a model's weights: `python -m qa.tuning DATASET --model NAME` (extra `eval`).

Low-rank adaptation on questions whose accepted answer stands in a sentence that fits the question: each is shown with
that sentence among others that search finds, and with others only, where the right answer is `REFUSAL`. Sentences are
drawn anew in each round, among those that the cross-encoder chose, or one that had not seen the question (`--parts`).
The upper layers alone are fitted: they tell what to copy, and it takes half the time. This module does not know how the
model is asked.

Source: Hu et al. 2021 (LoRA), by way of peft.
"""

from __future__ import annotations

import argparse
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from index.cross_encoder import CORRECTION, CrossEncoder
from index.query import Query
from qa.correction import DATA
from qa.evaluation.scores import holds
from qa.evidence import Read, ScoredSentence, is_seen, read_sentences, score_sentences
from qa.facts import facts_of
from qa.fitting import PARTS, Example, is_kept_for_confidence, part_file, part_of, search_dataset
from qa.prompts import REFUSAL, build_messages_of_texts
from qa.ranking import SentenceFeatures
from qa.weights import CARRIERS, prepare_plain

log = logging.getLogger(__name__)

UPPER = {"default": 1 / 3, "small": 1 / 2}
"""Share of the layers that is fitted."""
ROUNDS = 2
BATCH = 8
LEARNING_RATE = 2e-4
RANK = 8
SCALE = 2
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
POOL = 60
"""Best sentences of a question that examples are drawn from."""
SHOWN = 4, 10
"""Sentences of an example, at least and fewer than."""
LEAST_FIT = 0.25
"""A sentence that holds an accepted answer but fewer of the question's words holds it by chance."""
REFUSED = 0.2
"""Share of answerable questions shown without their answer."""
HOPELESS = 0.35
"""Share of questions without a fitting sentence that are shown, to be refused; those without an answer all are."""

_NO_LOSS = -100
_PREFIX = "base_model.model."
"""What peft puts before the names of a model's layers."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A question and the sentences that its examples are drawn from, best first."""

    query: Query
    answers: tuple[str, ...]
    sentences: tuple[ScoredSentence, ...]
    held: tuple[bool, ...]
    """Whether each holds an accepted answer."""
    fits: tuple[float, ...]
    """How well each suits the question."""

    @property
    def right(self) -> list[int]:
        """The sentences that answer."""
        return [i for i, (held, fit) in enumerate(zip(self.held, self.fits, strict=True)) if held and fit >= LEAST_FIT]


@dataclass(frozen=True, slots=True)
class Shown:
    """One example: token ids of the prompt and of what the model is to write."""

    prompt: list[int]
    target: list[int]


def fit_of(features: SentenceFeatures) -> float:
    """How much of the question a sentence names, by itself, its neighbours and its article's title."""
    return features.overlap + 0.5 * features.neighbour_overlap + 0.3 * features.title_overlap


def make_pool(example: Example, read: Read) -> Pool:
    """The best sentences for one question, near-duplicates and tables left out as for evidence.

    Most are of passages that are read with the question; few questions have their answer there, so others are of
    passages that are only found.
    """
    found = score_sentences(example.query, example.findings)
    scored = read_sentences(example.query, found, read)
    passages = {s.passage_rank for s, _ in scored}
    scored += [pair for pair in found if pair[0].passage_rank not in passages]
    kept: list[tuple[ScoredSentence, SentenceFeatures]] = []
    seen: list[frozenset[str]] = []
    for sentence, features in sorted(scored, key=lambda pair: -pair[0].score)[:POOL]:
        words = facts_of(sentence.text).words
        if len(sentence.text.split()) <= 70 and not is_seen(words, seen):
            kept.append((sentence, features))
            seen.append(words)
    return Pool(
        example.query,
        example.answers,
        tuple(s for s, _ in kept),
        tuple(holds(s.text, example.answers) for s, _ in kept),
        tuple(fit_of(f) for _, f in kept),
    )


def draw(pool: Pool, rng: np.random.Generator) -> tuple[list[str], str] | None:
    """Evidence in reading order and what to answer; None where the question is left out of this round."""
    right = pool.right
    if not right and pool.answers and rng.random() > HOPELESS:
        return None
    refuse = not right or rng.random() < REFUSED
    noisy = [math.log(s.score + 1e-9) + 0.5 * rng.gumbel() for s in pool.sentences]
    order = [i for i in np.argsort(noisy)[::-1].tolist() if not (refuse and pool.held[i])]
    chosen = order[: int(rng.integers(*SHOWN))]
    if not refuse and not set(chosen) & set(right):
        weights = np.array([pool.fits[i] for i in right])
        chosen[int(rng.integers(len(chosen)))] = right[int(rng.choice(len(right), p=weights / weights.sum()))]
    sentences = sorted((pool.sentences[i] for i in chosen), key=lambda s: (s.passage_rank, s.span))
    return [s.text for s in sentences], REFUSAL if refuse else _target(pool, [i for i in chosen if i in right])


def _target(pool: Pool, right: Sequence[int]) -> str:
    """The first accepted answer that a sentence shown has in this form: what is read is copied."""
    texts = [pool.sentences[i].text for i in right]
    answers = [answer.strip(" \"“”'.") for answer in pool.answers]
    return next((answer for answer in answers if any(answer in text for text in texts)), answers[0])


def draw_round(pools: Sequence[Pool], tokenizer: Any, rng: np.random.Generator) -> list[list[Shown]]:
    """The batches of one round, each of examples of like length, in random order."""
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    shown = []
    for pool in pools:
        drawn = draw(pool, rng)
        if drawn is not None:
            messages = build_messages_of_texts(pool.query, drawn[0])
            chat = [{"role": m.role.value, "content": m.content} for m in messages]
            ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, sanitize_control_tokens=True)
            target = tokenizer(drawn[1], add_special_tokens=False)["input_ids"]
            shown.append(Shown(ids["input_ids"], [*target, end]))
    rng.shuffle(shown)
    shown.sort(key=lambda s: len(s.prompt) // 50)
    batches = [shown[i : i + BATCH] for i in range(0, len(shown), BATCH)]
    rng.shuffle(batches)
    return batches


def loss_of(model: Any, batch: Sequence[Shown]) -> torch.Tensor:
    """Mean over examples of the mean negative log-likelihood of their target's tokens."""
    width = max(len(s.prompt) + len(s.target) for s in batch)
    ids = torch.tensor([_fill([*s.prompt, *s.target], width, 0) for s in batch])
    seen = torch.tensor([_fill([1] * (len(s.prompt) + len(s.target)), width, 0) for s in batch])
    labels = torch.tensor([_fill([*[_NO_LOSS] * len(s.prompt), *s.target], width, _NO_LOSS) for s in batch])[:, 1:]
    inner = model.base_model.model
    hidden = inner.model(input_ids=ids, attention_mask=seen).last_hidden_state[:, :-1]
    wanted = labels != _NO_LOSS
    logits = inner.lm_head(hidden[wanted]).float()
    losses = torch.nn.functional.cross_entropy(logits, labels[wanted], reduction="none")
    shares = (1 / wanted.sum(1, keepdim=True)).expand_as(labels)[wanted]
    return (losses * shares).sum() / len(batch)


def tune(
    pools: Sequence[Pool],
    model_folder: Path,
    *,
    rounds: int = ROUNDS,
    upper: float = UPPER["default"],
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
    start: Path | None = None,
    kept: Path | None = None,
) -> Any:
    """The model in `model_folder` with its correction fitted, as a peft model; that of the `upper` share of its layers.

    It goes on from the correction `start`, if there is one. The correction so far is written to `kept` every ten
    steps: a run takes an hour or so.
    """
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    base: Any = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.bfloat16)
    count = base.config.num_hidden_layers
    layers = list(range(int(count * (1 - upper)), count))
    config = LoraConfig(
        r=RANK,
        lora_alpha=SCALE * RANK,
        target_modules=TARGETS,
        layers_to_transform=layers,
        task_type="CAUSAL_LM",
    )
    model: Any = get_peft_model(base, config)
    if start is not None:
        load(model, start)
    parameters = [p for p in model.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.data = parameter.data.float()
    batches = [batch for _ in range(rounds) for batch in draw_round(pools, tokenizer, rng)]
    optimiser = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.01)
    model.train()
    for step, share in enumerate(_shares(len(batches))):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate * share
        loss = loss_of(model, batches[step])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        log.info("step %d of %d: loss %.3f", step + 1, len(batches), loss.item())
        if kept and step % 10 == 9:
            save(model, kept)
    return model


def _shares(steps: int) -> Iterator[float]:
    """Of the learning rate: ten steps of warming up, then a cosine down to a tenth."""
    for step in range(steps):
        yield min(1.0, (step + 1) / 10) * (0.1 + 0.45 * (1 + math.cos(math.pi * step / steps)))


def _fill(values: list[int], width: int, filler: int) -> list[int]:
    return values + [filler] * (width - len(values))


def save(model: Any, file: Path) -> None:
    """Write the correction, in half precision, to `file`."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    factors = get_peft_model_state_dict(model)
    tensors = {name.removeprefix(_PREFIX): value.to(torch.bfloat16).contiguous() for name, value in factors.items()}
    save_file(tensors, file, metadata={"scale": str(SCALE)})


def load(model: Any, file: Path) -> None:
    """Take over what `save` wrote to `file`."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    factors = {f"{_PREFIX}{name}": value.float() for name, value in load_file(file).items()}
    told: Any = set_peft_model_state_dict(model, factors)
    if told.unexpected_keys:
        raise ValueError(f"{file} is no correction of these layers: {told.unexpected_keys[:3]}")


def main() -> None:
    """Fit on data sets, without the weeks that `qa.fitting` fits the confidence on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET")
    parser.add_argument("--parts", type=Path, help="choose evidence as `python -m qa.cross_tuning` wrote it there")
    parser.add_argument("--home", type=Path, default=Path(".dateline"), help="keeps the index and the model")
    parser.add_argument("--model", choices=list(CARRIERS), default="default", help="whose correction is fitted")
    parser.add_argument("--out", type=Path, help="the file to write (default: the program's own)")
    parser.add_argument("--all", action="store_true", help="fit on those weeks, too")
    parser.add_argument("--start", type=Path, help="go on from this correction: one round, at half the learning rate")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    examples = (example for dataset in arguments.datasets for example in search_dataset(dataset, arguments.home))
    files = [part_file(arguments.parts, part) if arguments.parts else CORRECTION for part in range(PARTS)]
    readers = [CrossEncoder(file).score for file in files]
    pools = [make_pool(e, readers[part_of(e)]) for e in examples if arguments.all or not is_kept_for_confidence(e)]
    name, models = arguments.model, arguments.home / "models"
    out = arguments.out or DATA / f"correction-{name}.safetensors"
    folder = prepare_plain(name, CARRIERS[name], models, lambda *stage: None)
    rounds, rate = (1, LEARNING_RATE / 2) if arguments.start else (ROUNDS, LEARNING_RATE)
    fitted = tune(pools, folder, rounds=rounds, upper=UPPER[name], learning_rate=rate, start=arguments.start, kept=out)
    save(fitted, out)


if __name__ == "__main__":
    main()
