"""The words of a question: those that a sentence which answers it may repeat, and those of mere courtesy.

This module does not know what an answer is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa.facts import SCALE, facts_of
from qa.phrases import asked_for

_KIND = re.compile(r"\b(?:which|what|whose)\b", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_COURTESY = re.compile(
    r"(?:(?:hi|hello|hey|please|so|ok|okay),? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|i(?:'d| would) like you to )?"
    r"(?:(?:please )?(?:tell me|let me know|find out)|do you (?:happen to )?know|i (?:want|need) to know"
    r"|i(?:'d| would) like to know|do (?:the articles|we|they) (?:say|know|tell)|is it known|any idea),? "
    r"(?=(?:who|whom|whose|which|what|when|where|why|how)\b)",
    re.IGNORECASE,
)


def without_courtesy(question: str) -> str:
    """ "Who leads JNIM?" of "Can you tell me who leads JNIM?", which wants neither yes nor no."""
    rest = question[match.end() :] if (match := _COURTESY.match(question)) else question
    return rest[:1].upper() + rest[1:] if match else question


def counted_noun(question: str) -> str:
    """What "how many" or "how much" counts, wherever it stands: "prison guards"; "" where nothing is said of it."""
    begin = _COUNTS.search(question)
    asked = asked_for(question[begin.start() :]) if begin else None
    return asked.noun if asked else ""


@lru_cache(maxsize=512)
def asked_words(question: str) -> frozenset[str | float]:
    """Stems of content words and numbers, without the kind that is asked for: "company" of "Which company ...?"."""
    facts = facts_of(question)
    begins = _KIND.search(question)
    asked = asked_for(question[begins.start() :]) if begins else None
    kind = facts_of(asked.noun).words if asked and asked.noun else frozenset()
    return (facts.words - kind - SCALE.keys()) | facts.numbers


def held_words(question: str, text: str) -> frozenset[str | float]:
    """Those of `asked_words` that `text` holds."""
    facts = facts_of(text)
    return asked_words(question) & (facts.words | facts.names | facts.numbers)
