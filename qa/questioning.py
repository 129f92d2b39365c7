"""Write questions to fit on: `python -m qa.questioning DATASET --out QUESTIONS` (extra `eval`).

A data set's own questions are few. Here a chat model is shown single sentences of its articles and asks, for each,
what that sentence answers; the answer must be copied from it. What cannot be used is dropped: answers that do not
stand in the sentence, stand in the question or are long, and those that the default model does not read from it.
This module does not know what the questions are fitted to.

Source: Alberti et al. 2019, "Synthetic QA Corpora Generation with Roundtrip Consistency".
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from index.article import Article, Span
from index.catalogue import Catalogue
from index.home import Home
from index.query import Query
from index.sentences import split_sentences
from qa.evaluation.dataset import read_dataset
from qa.evaluation.scores import holds, token_f1
from qa.facts import facts_of
from qa.prompts import REFUSAL, build_messages_of_texts

if TYPE_CHECKING:
    from qa.model import LocalModel

log = logging.getLogger(__name__)

BATCH = 24
MAX_TOKENS = 56
LEAST_WORDS, MOST_WORDS = 9, 45
LONGEST_ANSWER = 5
"""Words."""
LEAST_ALIKE = 0.5
"""Word F1."""

_SYSTEM = "You write questions for a weekly news quiz."
_ASK = (
    "Headline: {headline}\nBefore: {before}\nSentence: {sentence}\n"
    "Write a question that the sentence answers. It must name what it is about, so that it is understood without the "
    "sentence, and must not hold the answer. Then copy the shortest answer from the sentence."
)
_SHOWN = (
    (
        "Flooding in Valencia: what we know so far",
        "Rescue workers searched through the night.",
        "At least 95 people have died in the floods, officials said on Wednesday, as troops joined the search.",
        "How many people at least have died in the floods in Valencia?\nAnswer: 95",
    ),
    (
        "Central bank holds rates for a fourth month",
        "Markets had expected the decision.",
        "Governor Ana Ruiz said that rising rents were the main reason why inflation had not fallen further.",
        "What did the central bank's governor call the main reason why inflation had not fallen further?\n"
        "Answer: rising rents",
    ),
    (
        "Cup final: late goal settles it",
        "More than 60,000 watched.",
        "Harbour United beat Northgate 2-1 on Sunday, with Lee Tan scoring in the 89th minute.",
        "Which team did Harbour United beat in Sunday's cup final?\nAnswer: Northgate",
    ),
    (
        "Company recalls popular toys",
        "The toys had been sold since March.",
        "The company, based in Denmark, told parents to stop using the swing after a child was hurt.",
        "What were parents told to stop using after a company's toy recall?\nAnswer: the swing",
    ),
)
_LEANS = re.compile(r"\b(?:the|this|that) (?:sentence|article|passage|headline|text)\b", re.I)
_WRITTEN = re.compile(r"(?:Question:\s*)?(?P<question>[^\n]+\?)\s*\n\s*Answer:\s*(?P<answer>[^\n]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence to be asked about, and what stands before it."""

    article: Article
    sentence: Span
    before: str


@dataclass(frozen=True, slots=True)
class Made:
    """A question that `source` answers."""

    source: Source
    question: str
    answer: str


def draw_sources(articles: Sequence[Article], count: int, rng: np.random.Generator) -> list[Source]:
    """At most `count` sentences that tell a name or number, two an article, those at its beginning more often."""
    sources: list[tuple[float, Source]] = []
    for article in articles:
        spans = split_sentences(article.text)
        for place, span in enumerate(spans[:40]):
            text = span.of(article.text)
            facts = facts_of(text)
            told = len(facts.names) + len(facts.numbers) > 0
            if told and LEAST_WORDS <= len(text.split()) <= MOST_WORDS and text[-1] in '.!”"':
                before = spans[place - 1].of(article.text) if place else ""
                # Exponential keys draw without replacement, weighed by how early the sentence stands.
                sources.append((rng.exponential() * (4 + place), Source(article, span, before)))
    sources.sort(key=lambda pair: pair[0])
    taken: dict[str, int] = {}
    chosen = []
    for _, source in sources:
        if taken.get(source.article.id, 0) < 2:
            taken[source.article.id] = taken.get(source.article.id, 0) + 1
            chosen.append(source)
    return chosen[:count]


def read_written(text: str, source: Source) -> Made | None:
    """The question and answer in what the model wrote about `source`; None where they cannot be used."""
    match = _WRITTEN.match(text.strip())
    if match is None:
        return None
    question, answer = match["question"].strip(), match["answer"].strip(" \"“”'’.,")
    sentence = source.sentence.of(source.article.text)
    usable = (
        answer.lower() in sentence.lower()
        and 0 < len(answer.split()) <= LONGEST_ANSWER
        and not holds(question, [answer])
        and not _LEANS.search(question)
        and len(question.split()) >= 6
        and len(facts_of(question).words & facts_of(f"{source.article.title} {sentence}").words) >= 2
    )
    return Made(source, question, answer) if usable else None


def is_read_alike(made: Made, reader: LocalModel) -> bool:
    """Whether `reader` finds the answer, or most of its words, in the sentence and the one before it."""
    source = made.source
    texts = [t for t in (source.before, source.sentence.of(source.article.text)) if t]
    messages = build_messages_of_texts(Query(made.question, source.article.published or date.today()), texts)
    read = reader.chat(messages, max_tokens=24, stop=["\n"], not_first=[REFUSAL]).message.content or ""
    return token_f1(read, [made.answer]) >= LEAST_ALIKE


class Questioner:
    """A chat model that writes questions, many at a time; its instructions are read once."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self._model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
        self._prefix = self._ids(_shown_chat(), prompt=False)
        self._cache: Any = DynamicCache()
        with torch.inference_mode():
            self._model(input_ids=torch.tensor([self._prefix]), past_key_values=self._cache, logits_to_keep=1)

    def write(self, sources: Sequence[Source]) -> Iterator[str]:
        """What the model writes about each of `sources`, greedily."""
        prompts = [self._ids([*_shown_chat(), _user(s)], prompt=True) for s in sources]
        width = max(len(p) for p in prompts) - len(self._prefix)
        end = self._tokenizer.convert_tokens_to_ids("<|im_end|>")
        rows, masks = [], []
        for prompt in prompts:
            own = prompt[len(self._prefix) :]
            empty = width - len(own)
            rows.append([*self._prefix, *[end] * empty, *own])
            masks.append([*[1] * len(self._prefix), *[0] * empty, *[1] * len(own)])
        cache = copy.deepcopy(self._cache)
        cache.batch_repeat_interleave(len(prompts))
        ids = torch.tensor(rows)
        with torch.inference_mode():
            written = self._model.generate(
                input_ids=ids,
                attention_mask=torch.tensor(masks),
                past_key_values=cache,
                max_new_tokens=MAX_TOKENS,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                repetition_penalty=1.0,
                pad_token_id=end,
                eos_token_id=end,
            )
        yield from self._tokenizer.batch_decode(written[:, ids.shape[1] :], skip_special_tokens=True)

    def _ids(self, chat: list[dict[str, str]], *, prompt: bool) -> list[int]:
        made = self._tokenizer.apply_chat_template(chat, add_generation_prompt=prompt, sanitize_control_tokens=True)
        return list(made["input_ids"])


def _user(source: Source) -> dict[str, str]:
    return _asked(source.article.title, source.before, source.sentence.of(source.article.text))


def _asked(headline: str, before: str, sentence: str) -> dict[str, str]:
    words = {"headline": headline[:150], "before": before[-200:], "sentence": sentence}
    return {"role": "user", "content": _ASK.format(**{k: " ".join(v.split()) for k, v in words.items()})}


def _shown_chat() -> list[dict[str, str]]:
    chat = [{"role": "system", "content": _SYSTEM}]
    for headline, before, sentence, written in _SHOWN:
        chat += [_asked(headline, before, sentence), {"role": "assistant", "content": f"Question: {written}"}]
    return chat


def make_questions(sources: Sequence[Source], questioner: Questioner) -> Iterator[Made]:
    """A question for each of `sources` that the model finds a usable one for; sentences of like length together."""
    ordered = sorted(sources, key=lambda s: s.sentence.end - s.sentence.start)
    for at in range(0, len(ordered), BATCH):
        batch = ordered[at : at + BATCH]
        for source, text in zip(batch, questioner.write(batch), strict=True):
            made = read_written(text, source)
            if made is not None:
                yield made
        log.info("asked about %d of %d sentences", at + len(batch), len(ordered))


def _row(made: Made, number: int, rng: np.random.Generator) -> dict[str, Any]:
    published = made.source.article.published
    assert published is not None  # noqa: S101 only dated articles are drawn from
    asked = published + timedelta(days=int(rng.integers(0, 7)))
    return {
        "id": f"made_{number}",
        "date": asked.isoformat(),
        "question": made.question,
        "answers": [made.answer],
        "article": made.source.article.id,
    }


def main() -> None:
    """Write `--count` sentences' questions about a data set's articles to a file."""
    from qa.fitting import index_dataset
    from qa.model import LocalModel
    from qa.weights import prepare_model

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--home", type=Path, default=Path(".dateline"), help="keeps the index and the model")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--count", type=int, default=3000, help="sentences to be asked about")
    parser.add_argument("--model", default="large", help="who writes (default: large)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rng = np.random.default_rng(0)
    catalogue = Catalogue(Home(index_dataset(read_dataset(arguments.dataset), arguments.home)))
    dated = [a for a in catalogue.newest_articles(1_000_000) if a.published is not None]
    sources = draw_sources(dated, arguments.count, rng)
    models = arguments.home / "models"
    questioner, reader = (
        Questioner(prepare_model(arguments.model, models)),
        LocalModel(prepare_model("default", models)),
    )
    usable = (made for made in make_questions(sources, questioner) if is_read_alike(made, reader))
    with arguments.out.open("w", encoding="utf-8") as file:
        for number, made in enumerate(usable):
            file.write(json.dumps(_row(made, number, rng), ensure_ascii=False) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
