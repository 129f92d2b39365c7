"""The number in a sentence that counts what a question asks for, told by the words beside it.

This module does not know tolls in other phrasings (`qa/counts.py`), nor other sentences.
"""

from __future__ import annotations

import re

from qa.answer import Evidence
from qa.asking import counted_noun
from qa.facts import facts_of
from qa.wants import Want, wanted

_NUMBER = re.compile(
    r"(?<![\w.,-])(?:[$£€]\s?)?(?:\d[\d,]*(?:\.\d+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen)(?:\s(?:hundred|thousand|million|billion|trillion))?(?![\w-]|[.,]\d)(?:\s?%|\spercent)?",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\s+(?:others?|more|further|injured|wounded|hurt)\b", re.IGNORECASE)
_HURT = re.compile(r"\b(?:injur|wound|hurt)", re.IGNORECASE)
_WORDS_AFTER = 4


def recount(question: str, answer: str, cited: Evidence) -> str:
    """`answer`, or the number that its own quote gives for what `question` counts, where the model took another.

    "Four guards were killed and three others injured": a small model answers "3" to "How many guards were killed?".
    Where the injured are asked for, that is no mistake.
    """
    if _HURT.search(question):
        return answer
    numbers = facts_of(answer).numbers
    if wanted(question) is not Want.NUMBER or len(numbers) != 1 or len(answer.split()) > 2:
        return answer
    if not any(
        facts_of(match.group()).numbers == numbers and _OTHERS.match(cited.quote, match.end())
        for match in _NUMBER.finditer(cited.quote)
    ):
        return answer
    shown = read_number(question, cited)
    return answer if not shown or facts_of(shown).numbers & numbers else shown


def read_number(question: str, item: Evidence) -> str:
    """The one number of the quote that counts what is asked for; "" where there is none, or more than one."""
    asked = facts_of(question)
    about = facts_of(item.quote).names | facts_of(item.quote).words | facts_of(item.article.title).names
    if asked.names and not asked.names & about:
        return ""
    counted = _counted_words(question) or asked.words - asked.names
    found: dict[float, str] = {}
    for match in _NUMBER.finditer(item.quote):
        following = " ".join(item.quote[match.end() :].split()[:_WORDS_AFTER])
        amounts = facts_of(match.group()).numbers
        if following.startswith(("of ", "or ")) and match.group().lower() == "one":
            continue
        if facts_of(following).words & counted and amounts and not amounts & asked.numbers:
            found[max(amounts)] = match.group().strip()
    return next(iter(found.values())) if len(found) == 1 else ""


def _counted_words(question: str) -> frozenset[str]:
    """The stem of what "how many" counts; empty for people, who are "dead", "victims" or "guards" in articles."""
    noun = counted_noun(question).rpartition(" ")[2].lower()
    return frozenset() if not noun or noun in _PEOPLE else facts_of(noun).words


_PEOPLE = frozenset("people persons victims men women children civilians guards officers soldiers dead".split())
