"""Which independent sources say what an answer cites.

This module judges as attribution does, counts as `qa/independence.py` does, and does not know what is shown.
"""

from __future__ import annotations

from index.article import Span
from qa.answer import Answer, Evidence, Verdict
from qa.attribution import judge_further, judge_sentence
from qa.independence import independent


def agreeing_sources(answer: Answer) -> dict[int, tuple[str, ...]]:
    """Number of each cited evidence -> the independent sources of a claim it is cited for, its own first.

    A source without a name is given by its article's title.
    """
    agreeing: dict[int, list[Evidence]] = {}
    by_number = {item.number: item for item in answer.evidence}
    for claim in sorted({c.claim for c in answer.citations if c.verdict is Verdict.SUPPORTED}):
        bearing = _bearing_out(answer, claim)
        for number in {c.number for c in answer.citations if c.claim == claim} & by_number.keys():
            agreeing.setdefault(number, [by_number[number]]).extend(bearing)
    return {number: tuple(_name(e) for e in independent(items)) for number, items in agreeing.items()}


def _name(item: Evidence) -> str:
    return item.article.source or item.article.title


def _bearing_out(answer: Answer, claim: Span) -> list[Evidence]:
    """The evidence cited for `claim`, and what else supports it as well as the best of that does.

    An event of a timeline has all who tell it already.
    """
    sentence = claim.of(answer.text)
    cited = {c.number for c in answer.citations if c.claim == claim}
    bearing = [item for item in answer.evidence if item.number in cited]
    if answer.timeline is not None:
        return bearing
    best = judge_sentence(sentence, bearing, answer.query.text)
    for item in answer.evidence:
        if item.number not in cited and judge_further(sentence, item, best, answer.query.text) is not None:
            bearing.append(item)
    return bearing
