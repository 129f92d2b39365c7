"""What an answer rests on, in a line: where only one source says it, or where what says it is old.

And which day "Thursday" is, and a warning where the articles it cites never name what was asked about.

This module does not know where the line is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from qa.answer import Answer, Evidence
from qa.dating import find_day
from qa.facts import tokenise
from qa.mentions import unmentioned
from ui.wording import one_line, say_age, say_date

_OLD = timedelta(days=365)


def say_basis(answer: Answer, agreeing: Mapping[int, Sequence[str]]) -> str:
    """The line, empty where several sources of the past year say it; `agreeing` as `agreeing_sources` gives it."""
    cited = {c.number for c in answer.citations}
    articles = [item.article for item in answer.evidence if item.number in cited]
    if answer.abstained or answer.timeline is not None or not articles:
        return ""
    names = {name for item in answer.evidence if item.number in cited for name in _sources(item, agreeing)}
    newest = max((article.published for article in articles if article.published), default=None)
    as_of = answer.query.as_of
    aged = f", {say_age(newest, as_of)}" if newest and as_of - newest >= _OLD else ""
    if len(names) == 1:
        (name,) = names
        return f"As far as one source says: {one_line(name) or 'untitled article'}, {say_date(newest)}{aged}."
    return f"As far as these articles say: the newest is of {say_date(newest)}{aged}." if aged else ""


def say_day(answer: Answer) -> str:
    """The line that tells which day a short answer such as "Thursday" means; empty where it tells by itself."""
    if not answer.short or not answer.citations:
        return ""
    item = answer.evidence[answer.citations[0].number - 1]
    when = find_day(answer.short, item.quote, item.article.published)
    return f"By the date of the article that is {when.say()}." if when else ""


def say_unmentioned(answer: Answer) -> str:
    """The warning that no cited article mentions a name of the question; empty where each is mentioned."""
    cited = {c.number for c in answer.citations}
    articles = [item.article for item in answer.evidence if item.number in cited]
    if answer.abstained or answer.timeline is not None or not articles:
        return ""
    missing = unmentioned(answer.query.text, articles)
    runs = groupby(tokenise(one_line(answer.query.text)), lambda word: word.casefold() in missing)
    named = " or ".join(f"“{' '.join(words)}”" for is_missing, words in runs if is_missing)
    return f"No article cited here mentions {named}: this may answer another question." if named else ""


def _sources(item: Evidence, agreeing: Mapping[int, Sequence[str]]) -> Sequence[str]:
    return agreeing.get(item.number) or (item.article.source or item.article.title,)
