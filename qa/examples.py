"""Questions to begin with, drawn from what is indexed.

A sentence such as "Four guards were killed in the prison" makes "How many guards were killed in the prison?"; where
there are too few of those, names that open the newest articles make the rest. This module does not know whether
the assistant answers them well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from index.article import Article
from index.catalogue import Catalogue
from index.sentences import split_sentences
from index.terms import STOP_WORDS

_NUMBER = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens of|hundreds of)"
_COUNTED = re.compile(
    rf"\b{_NUMBER} ((?:[a-z]+ )?[a-z]{{3,}}s|people|men|women|children|staff) (were|have been|had been) "
    r"((?:killed|injured|wounded|arrested|detained|taken|evacuated|rescued|displaced|freed|held|infected)"
    r"(?: on [A-Z]\w+| earlier| late)? (?:in|at|by|from|near|during|to|hostage)\b[^.,;:()—–\"“”]{5,70}?)"
    r"(?=[.,;:()]|$| and | when )",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][a-z’'-]+(?: (?:of |the |de |al )?[A-Z][a-z’'-]+)+")
_NO_NAMES = STOP_WORDS | frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_FORMS = ("What happened to {}?", "What is said about {}?", "Why is {} in the news?")
_ARTICLES = 100
_LEAD_CHARS = 800


def suggest_questions(catalogue: Catalogue, count: int) -> list[str]:
    """`count` questions about the newest articles, one an article, or fewer where they offer none."""
    articles = catalogue.newest_articles(_ARTICLES)
    counted = dict.fromkeys(question for article in articles for question in _ask_numbers(article))
    names: Counter[str] = Counter()
    for article in articles:
        names.update({name for name in _NAME.findall(article.text[:_LEAD_CHARS]) if _is_name(name)})
    named = [_FORMS[i % len(_FORMS)].format(name) for i, (name, _) in enumerate(names.most_common(count))]
    return [*counted, *named][:count]


def _ask_numbers(article: Article) -> Iterator[str]:
    """The first countable statement of the article's opening, as a question."""
    lead = article.text[:_LEAD_CHARS]
    for sentence in split_sentences(lead):
        match = _COUNTED.search(sentence.of(lead))
        if match and sentence.end < len(lead):
            noun, auxiliary, rest = match.groups()
            yield f"How many {noun.lower()} {auxiliary} {rest.strip()}?"
            return


def _is_name(name: str) -> bool:
    return name.split()[0].lower() not in _NO_NAMES
