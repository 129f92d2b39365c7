"""What a search without an answer looked through, and what would help.

Values only: this module does not know how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.catalogue import Catalogue
from index.fts import fts_query
from index.query import Filters, Query
from index.terms import search_terms


@dataclass(frozen=True, slots=True)
class Searched:
    """`articles` of `all_articles` passed the filters and were searched for `words`.

    `nowhere` are those that stand in no article, `filtered` those that stand only in articles the filters leave out.
    `any_date` is how many articles would be searched without the dates.
    """

    articles: int
    all_articles: int
    words: tuple[str, ...]
    nowhere: tuple[str, ...]
    filtered: tuple[str, ...]
    any_date: int


def look_back(catalogue: Catalogue, query: Query) -> Searched:
    """What was searched for `query`."""
    words = tuple(search_terms(query.text))
    found = {word: _stands(catalogue, word, None) for word in words}
    within = {word: found[word] and _stands(catalogue, word, query.filters) for word in words}
    return Searched(
        articles=catalogue.count_articles(query.filters),
        all_articles=catalogue.count_articles(Filters()),
        words=words,
        nowhere=tuple(word for word in words if not found[word]),
        filtered=tuple(word for word in words if found[word] and not within[word]),
        any_date=catalogue.count_articles(replace(query.filters, after=None, before=None)),
    )


def _stands(catalogue: Catalogue, word: str, filters: Filters | None) -> bool:
    return bool(catalogue.match(fts_query([word]), k=1, filters=filters))
