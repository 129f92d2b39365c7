"""Articles made to order: prose without sense, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from index.article import Article, Passage, Span, hash_text
from index.search import Candidate, Findings
from index.sentences import split_sentences
from qa.answer import Evidence

WORDS = [
    *("academy", "airport", "archive", "border", "bridge", "budget", "cathedral", "council", "cyclist", "drought"),
    *("election", "ferry", "festival", "fishery", "glacier", "harbour", "harvest", "hospital", "inquiry", "library"),
    *("lighthouse", "market", "mayor", "museum", "orchard", "parliament", "quarry", "railway", "refinery"),
    *("reservoir", "satellite", "storm", "strike", "treaty", "tunnel", "turbine", "vaccine", "verdict", "volcano"),
]


def make_text(seed: int, sentences: int = 12) -> str:
    """Prose without sense, the same for the same seed: paragraphs of three sentences."""
    chance = random.Random(seed)
    written = [" ".join(chance.choices(WORDS, k=chance.randint(6, 16))).capitalize() + "." for _ in range(sentences)]
    return "\n\n".join(" ".join(written[i : i + 3]) for i in range(0, sentences, 3))


def make_article(
    title: str = "A title",
    text: str = "The bridge was closed on Monday. The mayor spoke of a storm.",
    *,
    path: str = "/articles/one.txt",
    published: date | None = None,
    source: str = "",
    tags: tuple[str, ...] = (),
) -> Article:
    """An article as `clean_article` would make it."""
    digest = hash_text(title, text)
    return Article(digest[:16], title, text, published, source, "", "", tags, path, digest)


def make_evidence(*quotes: str, title: str = "A title", published: Sequence[date | None] = ()) -> list[Evidence]:
    """Each quote as an article of its own, with these days of publication or none."""
    days = published or (None,) * len(quotes)
    return [
        Evidence(number, make_article(title, quote, published=day), Span(0, len(quote)), 0.5)
        for number, (quote, day) in enumerate(zip(quotes, days, strict=True), start=1)
    ]


def make_findings(*articles: Article) -> Findings:
    """What a search finds that finds these articles, each one passage."""
    passages = [Passage(n, a, Span(0, len(a.text)), tuple(split_sentences(a.text))) for n, a in enumerate(articles)]
    return Findings(tuple(Candidate(p, 0.0, 0.0, 1.0) for p in passages))
