"""Which names and years of a question its articles mention: where they tell of no other mayor a small model takes
Moscow's for Lisbon's.

A name counts as mentioned where a form of it stands ("Europe" for "European"). This module does not know what
becomes of an answer whose article mentions none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from index.article import Article
from index.terms import STOP_WORDS, stem
from qa.dating import find_when
from qa.facts import facts_of, is_form_of, stems_of, tokenise, without_dots
from qa.roles import asks_who_won

_NAME_CHARS, _ALIKE_CHARS = 3, 3
"""Shorter names ("UK", "Q2") are written in several ways; forms of longer ones begin with as many letters alike."""

_COMPARES = frozenset("from than since over versus vs against compared after before last lost unlike".split())
"""Words after which a year is only what another is compared with: "up from 2020 revenue", "lost the 2020 election"."""

_YEAR = re.compile(r"(?<![\d.,$£€])(?:19|20)\d\d(?![\d%])")
_BESIDE_YEAR = re.compile(r"(?P<before>[^\W\d_]+) (?:in|of) (?:19|20)\d\d\b|\b(?:19|20)\d\d (?P<after>[^\W\d_]+)")


def asked_names(question: str) -> frozenset[str]:
    """The names of `question`, lower-case, that can be looked for."""
    return frozenset(name for name in facts_of(question).names if name.isalpha() and len(name) >= _NAME_CHARS)


def unmentioned(question: str, articles: Iterable[Article]) -> frozenset[str]:
    """Those of `asked_names` that stand in none of `articles`."""
    texts = [without_dots(f"{article.title}\n{article.text}").casefold() for article in articles]
    return frozenset(name for name in asked_names(question) if not any(_mentions(text, name) for text in texts))


def _mentions(text: str, name: str) -> bool:
    return any(is_form_of(name, word) for word in re.findall(rf"\b{re.escape(name[:_ALIKE_CHARS])}\w*", text))


def is_about_what_is_asked(question: str, article: Article) -> bool:
    """Whether the article is of the years that `question` names, and mentions a name of it."""
    return is_of_asked_year(question, article) and names_what_is_asked(question, article)


def names_year(question: str) -> bool:
    """Whether `question` names a year."""
    return _YEAR.search(question) is not None


def is_of_asked_year(question: str, article: Article) -> bool:
    """Whether the article was published in, or speaks of, every year that `question` names."""
    years = {int(year) for year in _YEAR.findall(question)}
    if not years:
        return True
    told = {int(year) for year in _YEAR.findall(f"{article.title} {article.text}")}
    return years <= (told if article.published is None else told | {article.published.year})


def is_of_another_year(question: str, quote: str, published: date | None) -> bool:
    """Whether `quote` puts another year than `question` beside what is asked about, and none of the question's.

    "2018 Cup winner Lee Tan" tells nothing of "the Cup winner in 2019"; "Tan, born in 1990, won the Cup" may, and so
    may whatever was published in 2019.
    """
    asked = set(_YEAR.findall(question))
    told = set(_YEAR.findall(quote))
    if not asked or asked & told or (published and str(published.year) in asked):
        return False
    if not told and asks_who_won(question):
        when = find_when(quote, published, remarks=False)  # "won on Sunday"
        return when is not None and str(when.day.year) not in asked
    known = stems_of(question) - STOP_WORDS
    for beside in _BESIDE_YEAR.finditer(quote):
        compared = _COMPARES & set(tokenise(quote[: beside.start()].lower())[-3:])
        if not compared and stem((beside["before"] or beside["after"]).lower()) in known:
            return True
    return False


def names_what_is_asked(question: str, article: Article) -> bool:
    """Whether the article mentions a name of `question`, if there is one.

    Of 148 answers to development and RGB questions whose evidence answered, 5 fall to this rule, 4 of them wrong
    (2026-11).
    """
    names = asked_names(question)
    return not names or unmentioned(question, [article]) < names
