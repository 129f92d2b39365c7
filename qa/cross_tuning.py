"""Fit the cross-encoder and what its scores count for: `python -m qa.cross_tuning DATASET` (extra `eval`).

A question is shown with the passage that answers and seven others that search finds: the sentence that answers is to
score above all others (softmax) and each to tell by itself whether it answers (logistic). With `--made FILE --parts
FOLDER` it is fitted to questions made from single sentences (`qa/question_making.py`), then to people's, since the made
ones are easier; the weights of the ranking to scores by corrections that had not seen the question: of three parts of
the weeks (`part_of`), two at a time, which FOLDER keeps. Minutes on a GPU, ten hours on two cores (by calculation).
With `--start FILE` a correction is fitted on to the data set's questions, but for those kept for the confidence: a
quarter of an hour on two cores for 783. This module does not know how evidence is chosen.

Sources: Hu et al. 2021 (LoRA); Gao, Dai & Callan 2021, "Rethink Training of Deep LM Rerankers" (the softmax).
"""

from __future__ import annotations

import argparse
import json
import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import softplus

from index.article import Passage
from index.cross_encoder import CORRECTION, UNREAD, EncodedPassage, Encoder, pad_tokens
from index.embedder import PassageText, find_embedder_file
from index.int8 import restore
from index.minilm_file import read_file
from index.query import Query
from index.search import Searcher
from qa.evaluation.dataset import read_dataset
from qa.evaluation.scores import holds
from qa.evidence import Read, describe_sentences
from qa.fitting import (
    PARTS,
    Example,
    fit_read_ranking,
    is_kept_for_confidence,
    open_searcher,
    part_file,
    part_of,
    search_cases,
    write_ranking,
)
from qa.question_making import Made, collect_passages
from qa.tuning import LEAST_FIT, fit_of

log = logging.getLogger(__name__)

RANK = 32
SCALE = 2
SHOWN = 8
"""Passages with a question, the right one among them."""
BATCH = 32
MADE_ROUNDS, MADE_RATE = 4, 5e-4
REAL_ROUNDS, REAL_RATE = 2, 5e-4 / 3
FIRST = 3
"""Passages that answer, of one question, from which one is drawn."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question, the passage that answers, its sentences that do, and other passages, likeliest first."""

    question: str
    right: Passage
    sentences: frozenset[int]
    others: tuple[Passage, ...]
    answers: tuple[str, ...]


def group_made(made: Sequence[Made], passages: Sequence[Passage], searcher: Searcher) -> Iterator[Group]:
    """Made questions whose passage search finds among its best 30, asked on the day that its article appeared."""
    by_place = {(p.article.id, p.span.start): p for p in passages}
    for one in made:
        right = by_place[one.article, one.start]
        query = Query(one.question, right.article.published or date.today())
        found = [c.passage for c in searcher.find(query, k=30).candidates]
        if any(p.id == right.id for p in found):
            others = tuple(p for p in found if p.id != right.id)
            yield Group(one.question, right, frozenset([one.sentence]), others, (one.answer,))


def group_real(example: Example) -> Iterator[Group]:
    """One for each passage with a sentence that fits and holds the answer."""
    right: dict[int, set[int]] = {}
    passages: dict[int, Passage] = {}
    for sentence, features in describe_sentences(example.query, example.findings):
        passage = passages.setdefault(sentence.passage_rank, sentence.candidate.passage)
        if fit_of(features) >= LEAST_FIT and holds(sentence.text, example.answers):
            right.setdefault(sentence.passage_rank, set()).add(passage.sentences.index(sentence.span))
    for rank, sentences in right.items():
        others = tuple(p for r, p in passages.items() if r != rank)
        yield Group(example.query.text, passages[rank], frozenset(sentences), others, example.answers)


class Network(nn.Module):
    """MiniLM with a correction and a score for each sentence: the mean of its token vectors, times a vector."""

    def __init__(self) -> None:
        from peft import LoraConfig, inject_adapter_in_model
        from transformers import BertConfig, BertModel

        from index.int8_minilm import read_tensors

        super().__init__()
        config = BertConfig(
            hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, vocab_size=30_522
        )
        self.bert: Any = BertModel(config, add_pooling_layer=False)
        tensors = restore(dict(read_tensors(read_file(find_embedder_file()))), torch.float32)
        del tensors["embeddings.position_ids"]  # 0, 1, 2 ...
        self.bert.load_state_dict(tensors)
        layers = ["query", "key", "value", "dense"]
        inject_adapter_in_model(LoraConfig(r=RANK, lora_alpha=SCALE * RANK, target_modules=layers), self.bert)
        self.head = nn.Linear(384, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        for name, parameter in self.named_parameters():
            parameter.requires_grad = "lora_" in name or name.startswith("head")

    def forward(self, inputs: Sequence[EncodedPassage], counts: Sequence[int]) -> torch.Tensor:
        """A score for each sentence of each passage in turn, shape (sum(counts),); `UNREAD` where it has no token."""
        device = self.head.weight.device
        feeds = {k: torch.from_numpy(v).to(device) for k, v in pad_tokens([i.ids for i in inputs]).items()}
        hidden = self.bert(**feeds).last_hidden_state.float()
        scores = []
        for row, one, count in zip(hidden, inputs, counts, strict=True):
            within = torch.from_numpy(one.sentences).to(device)
            share = (within[None] == torch.arange(count, device=device)[:, None]).float()
            tokens = share.sum(1, keepdim=True)
            means = share @ row[: len(within)] / tokens.clamp_min(1)
            scores.append(self.head(means).squeeze(-1).where(tokens.squeeze(-1) > 0, UNREAD))
        return torch.cat(scores)

    def load(self, file: Path) -> None:
        """Take over what `correction` wrote to `file`."""
        tensors = load_file(file)
        self.head.load_state_dict({name: tensors[f"head.{name}"].float() for name in self.head.state_dict()})
        for name, module in self.bert.named_modules():
            if hasattr(module, "lora_A"):
                module.lora_A["default"].weight.data = tensors[f"{name}.A"].float()
                module.lora_B["default"].weight.data = tensors[f"{name}.B"].float()

    def correction(self) -> dict[str, torch.Tensor]:
        """What is learned, by the names that `CrossEncoder` reads."""
        tensors = {f"head.{name}": value.detach().cpu() for name, value in self.head.state_dict().items()}
        for name, module in self.bert.named_modules():
            if hasattr(module, "lora_A"):
                tensors[f"{name}.A"] = module.lora_A["default"].weight.detach().half().cpu()
                tensors[f"{name}.B"] = module.lora_B["default"].weight.detach().half().cpu()
        return tensors


def loss_of(network: Network, encoder: Encoder, groups: Sequence[Group], rng: np.random.Generator) -> torch.Tensor:
    """The mean over `groups`; sentences of other passages that hold an answer count neither way."""
    losses = []
    for group in groups:
        passages = [group.right, *_draw(group.others, rng)]
        texts = [PassageText.of(p) for p in passages]
        counts = [len(p.sentences) for p in passages]
        scores = network(encoder.encode(group.question, texts), counts)
        right = torch.zeros(len(scores), dtype=torch.bool)
        right[list(group.sentences)] = True
        held = [holds(span.of(p.article.text), group.answers) for p in passages for span in p.sentences]
        wrong = ~right & ~torch.tensor(held)
        right, wrong = right.to(scores.device), wrong.to(scores.device)
        every = torch.logsumexp(scores[right | wrong], 0)
        contrast = every - torch.logsumexp(scores[right], 0)
        losses.append(contrast + 0.5 * softplus(-scores[right]).mean() + softplus(scores[wrong]).mean())
    return torch.stack(losses).mean()


def tune(network: Network, groups: Sequence[Group], *, rounds: int, rate: float, batch: int = BATCH) -> Network:
    """`network`, fitted to `groups` in random order, so many times."""
    rng, encoder = np.random.default_rng(0), Encoder()
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
    steps = rounds * math.ceil(len(groups) / batch)
    network.train()
    for step in range(steps):
        start = step * batch % (steps // rounds * batch)
        if start == 0:
            order = rng.permutation(len(groups))
        for settings in optimiser.param_groups:
            settings["lr"] = rate * min(1.0, (step + 1) / (0.06 * steps + 1)) * max(0.02, 1 - step / steps)
        loss = loss_of(network, encoder, [groups[i] for i in order[start : start + batch]], rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        log.info("step %d of %d: loss %.3f", step + 1, steps, loss.item())
    return network


def _draw(others: Sequence[Passage], rng: np.random.Generator) -> list[Passage]:
    """`SHOWN` - 1 of them, likely ones more often."""
    weights = 1.0 / (3.0 + np.arange(len(others)))
    count = min(SHOWN - 1, len(others))
    return [others[i] for i in rng.choice(len(others), count, replace=False, p=weights / weights.sum())]


@torch.inference_mode()
def score(
    network: Network, encoder: Encoder, question: str, passages: Sequence[PassageText]
) -> list[npt.NDArray[np.float32]]:
    """As `CrossEncoder.score`, by a network that is being fitted."""
    network.eval()
    counts = [len(p.sentences) for p in passages]
    scores = network(encoder.encode(question, passages), counts).cpu().clamp(UNREAD, -UNREAD)
    return [part.numpy() for part in scores.split(counts)]


def fit_from_made(made_file: Path, parts: Path, searcher: Searcher, examples: Sequence[Example]) -> None:
    """Fit to made questions, then to people's, and write what ships; the folder `parts` keeps three corrections that
    have not seen a part of the weeks, for what is fitted later."""
    lines = made_file.read_text(encoding="utf-8").splitlines()
    made = [Made(*json.loads(line)) for line in lines]
    network = Network().to("cuda" if torch.cuda.is_available() else "cpu")
    tune(network, list(group_made(made, collect_passages(examples), searcher)), rounds=MADE_ROUNDS, rate=MADE_RATE)
    seen: dict[int, Read] = {}
    encoder = Encoder()
    parts.mkdir(parents=True, exist_ok=True)
    for part in range(PARTS):
        without = _tune_real(network, [e for e in examples if part_of(e) != part])
        seen[part] = partial(score, without, encoder)
        save_file(without.correction(), part_file(parts, part))
    write_ranking("read", fit_read_ranking(examples, lambda example: seen[part_of(example)]))
    save_file(_tune_real(network, examples).correction(), CORRECTION)


def _tune_real(network: Network, examples: Sequence[Example]) -> Network:
    groups = [group for example in examples for group in group_real(example)]
    return tune(deepcopy(network), groups, rounds=REAL_ROUNDS, rate=REAL_RATE)


def go_on(start: Path, groups: Sequence[Group]) -> Network:
    """The correction `start`, fitted on to `groups`."""
    network = Network()
    network.load(start)
    return tune(network, groups, rounds=1, rate=REAL_RATE, batch=BATCH // 2)


def draw_groups(examples: Iterable[Example], rng: np.random.Generator) -> Iterator[Group]:
    """One group of each question that has any, drawn from the first `FIRST`."""
    for example in examples:
        if found := list(group_real(example)):
            yield found[int(rng.integers(min(FIRST, len(found))))]


def main() -> None:
    """Fit both and write them into the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--made", type=Path, help="what `python -m qa.question_making` wrote")
    parser.add_argument("--parts", type=Path, help="a folder for the corrections that have not seen a part")
    parser.add_argument("--start", type=Path, help="go on from this correction, without made questions")
    parser.add_argument("--home", type=Path, default=Path(".dateline"), help="keeps the index")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    dataset = read_dataset(arguments.dataset)
    searcher = open_searcher(dataset, arguments.home)
    examples = list(search_cases(dataset, searcher))
    torch.manual_seed(0)
    if arguments.start:
        unseen = [e for e in examples if not is_kept_for_confidence(e)]
        groups = list(draw_groups(unseen, np.random.default_rng(0)))
        save_file(go_on(arguments.start, groups).correction(), CORRECTION)
    elif arguments.made and arguments.parts:
        fit_from_made(arguments.made, arguments.parts, searcher, examples)
    else:
        parser.error("name either --start, or --made and --parts")


if __name__ == "__main__":
    main()
