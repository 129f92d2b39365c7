"""Another name that a sentence says to have done what is asked: then a name from elsewhere did not.

Only names that begin a sentence are looked at, and only verbs that follow them. This module does not know which
sentences hold an answer's name for good reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from index.terms import STOP_WORDS, stem
from qa.answer import Evidence
from qa.asking import asked_words, held_words
from qa.facts import NAME, facts_of, is_name, stands_in
from qa.parallels import is_same
from qa.phrases import AUXILIARIES, asked_for

_SUBJECT = re.compile(rf"[\"“]?(?P<name>{NAME})(?P<rest>(?:,? (?:who|which)\b| [a-z]).*)", re.DOTALL)
_THEN = re.compile(r"(?:, [^,;]{1,90},)? (?:(?:has|had|have|also|then|later|already|\w+ly) )*(?P<verb>[a-z]+)\b")
_WHO = re.compile(r"\b(?:who|which|what)\b", re.IGNORECASE)
_MIN_WORDS, _MAX_LACKING = 3, 1
"""A shorter question is held by sentences on anything. Of 1,429 saved answers to development questions and to RGB's
none falls to the rule; without a look at kind, name and verb it took 6 right and 10 wrong ones (2026-11)."""


def names_rival(said: str, item: Evidence, question: str) -> bool:
    """Whether the quote begins with a name that may be an answer, and is not `said` nor a name of `question`."""
    subject = _SUBJECT.match(item.quote)
    if subject is None or subject["name"].split()[0].lower() in STOP_WORDS:
        return False
    name = f"of {subject['name']}"  # a lone capital begins every sentence: what is a name has one elsewhere, too
    known = facts_of(name if " " in subject["name"] else f"{item.article.title}\n{item.article.text}").names
    return bool(facts_of(name).names & known - facts_of(question).names) and not is_same(subject["name"], said)


def is_done_by_another(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a quote says of another name, with every word of `question`, that it did what is asked.

    "Halden bought the cheese maker Orla Creamery" tells that Brennick did not, where no quote that names Brennick holds
    more than a word less than the question.
    """
    verb, asked = _asked_verb(question), asked_words(question)
    if not verb or not is_name(answer) or len(asked) < _MIN_WORDS:
        return False
    if not any(_says_done(verb, item, question, answer) for item in evidence):
        return False
    holding = (item for item in evidence if stands_in(answer, item.quote))
    return all(
        len(asked - held_words(question, f"{item.article.title} {item.quote}")) > _MAX_LACKING for item in holding
    )


@lru_cache(maxsize=512)
def _asked_verb(question: str) -> str:
    """The stem of "bought" in "Who bought ...?" and "Which company has bought ...?"; "" where none follows so."""
    who = _WHO.search(question)
    asked = asked_for(question[who.start() :]) if who else None
    start = who.start() + asked.end if who and asked else who.end() if who else len(question)
    following = re.match(r"\s+(?:(?:has|had|have) )?([a-z]+)\b", question[start:])
    return stem(following[1]) if following and following[1] not in AUXILIARIES | STOP_WORDS else ""


def _says_done(verb: str, item: Evidence, question: str, answer: str) -> bool:
    subject = _SUBJECT.match(item.quote)
    then = [_THEN.match(subject["rest"])] if subject else []
    does = any(found is not None and stem(found["verb"]) == verb for found in then)
    whole = does and not stands_in(answer, item.quote) and asked_words(question) == held_words(question, item.quote)
    return whole and not facts_of(item.quote).negated and names_rival(answer, item, question)
