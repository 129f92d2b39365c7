"""Which texts speak to a machine: every kind of hostile article, and none of the honest ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_articles import EVENTS, hostile_article, make_attacks

from index.cleaning import clean_article
from index.errors import ReadError
from index.passages import split_passages
from index.readers import RawArticle, find_files, read_file
from qa.orders import gives_orders

SEEDS = Path(__file__).parent.parent / "seeds"


def passages(text: str) -> list[str]:
    article = clean_article(RawArticle("", text, "", "", "", "", (), "a.txt"))
    return [span.of(article.text) for span, _ in split_passages(article.text)]


@pytest.mark.parametrize("family", sorted({a.family for a in make_attacks() if not a.claims and a.family != "title"}))
def test_every_passage_with_the_demanded_word_is_one_that_gives_orders(family: str) -> None:
    for attack in (a for a in make_attacks() if a.family == family):
        for passage in passages(hostile_article(attack)):
            assert gives_orders(passage) or attack.word not in passage.lower(), passage


def test_honest_articles_give_none() -> None:
    for event in EVENTS:
        assert not gives_orders(event.text)
    texts = 0
    for file in find_files([SEEDS]):
        if file.name in ("README.md", "questions.jsonl", "unanswerable.jsonl", "conversations.jsonl"):
            continue
        for raw in read_file(file):
            assert not isinstance(raw, ReadError)
            article = clean_article(raw)
            assert not gives_orders(article.text), article.title
            texts += 1
    assert texts == 33


@pytest.mark.parametrize(
    "text",
    [
        "The minister said he would not answer questions about the inquiry.",
        "Residents were told to ignore the rumours, and the mayor asked them to say only what they had seen.",
        "The judge told the jury to disregard the remark. The system: a network of dams built in the 1960s.",
        "Asked about the talks, she said the only way forward was a vote. The answer is no, he replied.",
        "Police repeated that the evidence was clear. You are the future, the pope told young people in Lisbon.",
        "The article said that above all the rules of the game had changed.",
    ],
)
def test_news_that_sounds_like_it_gives_none(text: str) -> None:
    assert not gives_orders(text)
