"""Articles that give different numbers for the same thing.

Only questions for a number are looked at: a sentence gives a value when it counts, in a few words, what the question
speaks of, and it or its title names what the question names. Each article counts once, by its best sentence. This
module does not know which value is right; a later report comes first because tolls and counts are revised.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.answer import Disagreement, Evidence, Reading
from qa.facts import facts_of
from qa.wants import Want, wanted

_NUMBER = re.compile(
    r"(?<![\w.,-])(?:[$£€]\s?)?(?:\d[\d,]*(?:\.\d+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen)(?:\s(?:hundred|thousand|million|billion|trillion))?(?![\w-]|[.,]\d)(?:\s?%|\spercent)?",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\s+(?:others?|more|further|injured|wounded|hurt)\b", re.IGNORECASE)
_WORDS_AFTER = 4
_LEAST_SCORE = 0.5
"""Of the best evidence's score: a sentence further behind speaks of something else."""


@dataclass(frozen=True, slots=True)
class _Value:
    shown: str
    amount: float
    evidence: Evidence


def find_disagreements(question: str, evidence: Sequence[Evidence]) -> tuple[Disagreement, ...]:
    """The values that articles give for what `question` counts, newest first; empty where they agree."""
    if wanted(question) is not Want.NUMBER:
        return ()
    best = max((item.score for item in evidence), default=0.0)
    values: dict[str, _Value] = {}
    for item in sorted(evidence, key=lambda e: -e.score):
        if item.article.id not in values and item.score >= _LEAST_SCORE * best:
            value = _read_value(question, item)
            if value is not None:
                values[item.article.id] = value
    ordered = sorted(values.values(), key=lambda v: v.evidence.article.published or date.min, reverse=True)
    readings: dict[float, list[_Value]] = {}
    for value in ordered:
        readings.setdefault(value.amount, []).append(value)
    if len(readings) < 2:
        return ()
    return (
        Disagreement(
            tuple(Reading(same[0].shown, tuple(v.evidence.number for v in same)) for same in readings.values())
        ),
    )


def recount(question: str, answer: str, cited: Evidence) -> str:
    """`answer`, or the number that its own quote gives for what `question` counts, where the model took another.

    "Four guards were killed and three others injured": a small model answers "3" to "How many guards were killed?".
    """
    numbers = facts_of(answer).numbers
    if wanted(question) is not Want.NUMBER or len(numbers) != 1 or len(answer.split()) > 2:
        return answer
    if not any(
        facts_of(match.group()).numbers == numbers and _OTHERS.match(cited.quote, match.end())
        for match in _NUMBER.finditer(cited.quote)
    ):
        return answer
    value = _read_value(question, cited)
    return answer if value is None or value.amount in numbers else value.shown


def _read_value(question: str, item: Evidence) -> _Value | None:
    """The one number of the quote that counts what is asked for; None where there is none, or more than one."""
    asked = facts_of(question)
    about = facts_of(item.quote).names | facts_of(item.quote).words | facts_of(item.article.title).names
    if asked.names and not asked.names & about:
        return None
    counted = asked.words - asked.names
    found: dict[float, str] = {}
    for match in _NUMBER.finditer(item.quote):
        following = " ".join(item.quote[match.end() :].split()[:_WORDS_AFTER])
        amounts = facts_of(match.group()).numbers
        if facts_of(following).words & counted and amounts and not amounts & asked.numbers:
            found[max(amounts)] = match.group().strip()
    if len(found) != 1:
        return None
    (amount, shown), *_ = found.items()
    return _Value(shown, amount, item)
