"""Make questions from single sentences of news, for the cross-encoder: `python -m qa.question_making DATASET OUT`.

The language model, as published, is shown how people asked about three sentences of the data set and asks about a
fourth. A question is kept where its answer stands in the sentence and not in the question. On a GPU a thousand
sentences take 10 s (H200), on two cores an hour and a half (from 24 of them).
This module does not know what the questions are for.

Source: Bonifacio et al. 2022, "InPars: Unsupervised Dataset Generation for Information Retrieval".
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import Passage
from qa.evaluation.scores import holds
from qa.evidence import describe_sentences
from qa.fitting import Example, search_dataset
from qa.tuning import LEAST_FIT, fit_of
from qa.weights import CARRIERS, prepare_plain

log = logging.getLogger(__name__)

SYSTEM = (
    "You write questions for a weekly news quiz. From a sentence of an article you write one question that it answers. "
    "Who reads the question has not seen the article: name the people, places and events it is about. "
    "The answer is a few words that stand in the sentence: a name, a number, a date, a thing."
)
SHOTS = 3
OF_ARTICLE = 9
"""Sentences of one article at most, so that long ones do not rule."""

_ANSWER_WORDS = 7
_WRITTEN = re.compile(r"\s*Question:\s*(.+?)\s*\nAnswer:\s*([^\n]+)")
_OF_THE_TEXT = re.compile(r"\b(?:the|this) (?:article|sentence|text|passage)\b", re.IGNORECASE)
_NAME_OR_NUMBER = re.compile(r"\d|(?<=\s)[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Shot:
    """How a question was asked about a sentence."""

    title: str
    sentence: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Made:
    """A question whose answer stands in sentence `sentence` (from 0) of the passage at `start` of an article."""

    question: str
    answer: str
    article: str
    start: int
    sentence: int


def collect_shots(examples: Iterable[Example]) -> list[Shot]:
    """People's questions with the first sentence found that fits and holds the answer."""
    shots = []
    for example in examples:
        for sentence, features in describe_sentences(example.query, example.findings):
            if fit_of(features) >= 2 * LEAST_FIT and holds(sentence.text, example.answers):
                title = sentence.candidate.passage.article.title
                shots.append(Shot(title, sentence.text, example.query.text, example.answers[0]))
                break
    return shots


def choose_sentences(passages: Iterable[Passage], chance: random.Random) -> list[tuple[Passage, int]]:
    """Sentences worth asking about, of each article `OF_ARTICLE` at most, in random order."""
    of_article: dict[str, list[tuple[Passage, int]]] = {}
    for passage in passages:
        for number, span in enumerate(passage.sentences):
            text = span.of(passage.article.text)
            if 9 <= len(text.split()) <= 50 and text[0].isupper() and _NAME_OR_NUMBER.search(text):
                of_article.setdefault(passage.article.id, []).append((passage, number))
    chosen = []
    for sentences in of_article.values():
        chance.shuffle(sentences)
        chosen += sentences[:OF_ARTICLE]
    chance.shuffle(chosen)
    return chosen


def read_made(text: str, sentence: str) -> tuple[str, str] | None:
    """Question and answer of what the model wrote about `sentence`; None where they are of no use."""
    written = _WRITTEN.match(text)
    if written is None:
        return None
    question, answer = written[1].strip(), written[2].strip().strip('."“”')
    usable = (
        0 < len(answer.split()) <= _ANSWER_WORDS
        and 5 <= len(question.split()) <= 35
        and holds(sentence, (answer,))
        and not holds(question, (answer,))
        and not _OF_THE_TEXT.search(question)
    )
    return (question, answer) if usable else None


def make_questions(
    sentences: Sequence[tuple[Passage, int]], shots: Sequence[Shot], folder: Path, *, batch: int = 512, seed: int = 0
) -> Iterator[Made]:
    """The usable questions about `sentences` by the model in `folder`, in bfloat16 on the best device there is."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311 no secret # nosec B311
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    model = model.to(device).eval()
    for start in range(0, len(sentences), batch):
        part = sentences[start : start + batch]
        chats = [_ask_about(*each, chance.sample(list(shots), SHOTS)) for each in part]
        prompts = [tokenizer.apply_chat_template(c, add_generation_prompt=True, tokenize=False) for c in chats]
        encoded = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False).to(device)
        with torch.inference_mode():
            written = model.generate(**encoded, max_new_tokens=44, do_sample=True, temperature=0.4, top_p=0.95)
        texts = tokenizer.batch_decode(written[:, encoded["input_ids"].shape[1] :], skip_special_tokens=True)
        for (passage, number), text in zip(part, texts, strict=True):
            made = read_made(text, passage.sentences[number].of(passage.article.text))
            if made is not None:
                yield Made(*made, passage.article.id, passage.span.start, number)
        log.info("asked about %d of %d sentences", start + len(part), len(sentences))


def _ask_about(passage: Passage, number: int, shots: Sequence[Shot]) -> list[dict[str, str]]:
    chat = [{"role": "system", "content": SYSTEM}]
    for shot in shots:
        chat.append(_describe(shot.title, shot.sentence))
        chat.append({"role": "assistant", "content": f"Question: {shot.question}\nAnswer: {shot.answer}"})
    return [*chat, _describe(passage.article.title, passage.sentences[number].of(passage.article.text))]


def _describe(title: str, sentence: str) -> dict[str, str]:
    return {"role": "user", "content": f"Article: {title}\nSentence: {sentence}"}


def collect_passages(examples: Iterable[Example]) -> list[Passage]:
    """All passages that search found for any question, each once."""
    found = {c.passage.id: c.passage for example in examples for c in example.findings.candidates}
    return list(found.values())


def main() -> None:
    """Make questions about the articles of one data set and write them, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--home", type=Path, default=Path(".dateline"), help="keeps the index and the model")
    parser.add_argument("--sentences", type=int, default=20_000, help="how many are asked about")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    examples = [e for e in search_dataset(arguments.dataset, arguments.home) if e.answers]
    chance = random.Random(0)  # noqa: S311 no secret # nosec B311
    sentences = choose_sentences(collect_passages(examples), chance)[: arguments.sentences]
    folder = prepare_plain("default", CARRIERS["default"], arguments.home / "models", lambda *stage: None)
    with arguments.out.open("w", encoding="utf-8") as file:
        for made in make_questions(sentences, collect_shots(examples), folder):
            line = [made.question, made.answer, made.article, made.start, made.sentence]
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
