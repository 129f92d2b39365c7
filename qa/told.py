"""What articles tell in so many words, read by code beside the model: tolls, and the day of an event.

A small model hesitates over the plainest of these, and misreads them: of several tolls it likes none, and a weekday
looks to it like no answer to when. This module does not know how counts and days are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from index.search import Findings
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.days import is_of_day, tells_day, told_day
from qa.parallels import is_same
from qa.tolls import may_count_others, told_tolls
from qa.values import Value


class Standing(Enum):
    """How what code reads stands to what the model read."""

    AGREES = "agrees"
    DIFFERS = "differs"
    MAY_BE = "may be"
    """The model's own guess, in a sentence that can tell it."""
    OF_ANOTHER = "of another"
    """The model's own guess, in a sentence that may tell of another event."""


class Told(NamedTuple):
    """What articles tell, and how it stands to the model's guess."""

    value: Value
    standing: Standing


def find_told(question: str, guess: str, evidence: Sequence[Evidence], findings: Findings) -> Told | None:
    """What articles tell of what `question` asks, beside the model's `guess` from `evidence`."""
    judgement = judge_sentence(guess, evidence, question)
    cited = judgement.evidence if judgement.verdict is not Verdict.UNSUPPORTED else None
    tolls = told_tolls(question, findings)
    if tolls and not (cited is not None and _is_later(cited, tolls[0][0].evidence)):
        same = any(is_same(guess, values[0].shown) for values in tolls)
        return Told(tolls[0][0], Standing.MAY_BE if same else Standing.DIFFERS)
    day = told_day(question, findings)
    if day is not None:
        same = cited is not None and is_of_day(guess, cited.article.published, day.when)
        return Told(day.value, Standing.AGREES if same else Standing.DIFFERS)
    if cited is not None and tells_day(question, guess, cited):
        return Told(Value(guess, cited), Standing.MAY_BE)
    if cited is not None and may_count_others(question, cited):
        return Told(Value(guess, cited), Standing.OF_ANOTHER)
    return None


def _is_later(item: Evidence, other: Evidence) -> bool:
    """Whether `item` is of a later report, which may know a toll that has grown."""
    days = item.article.published, other.article.published
    return days[0] is not None and days[1] is not None and days[0] > days[1]
