"""Answers that cannot be right, however likely the model finds them: the question's own words, a name to what happened,
the loser to who won.

Each is a mistake that small models make. This module does not know which answer is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import stem
from qa.answer import Evidence
from qa.facts import is_name, stands_in, stems_of
from qa.mentions import is_of_another_year
from qa.offices import is_former_holder
from qa.owners import is_of_another_owner
from qa.rivals import is_done_by_another
from qa.roles import is_other_side, won_the_year_before
from qa.wants import Want, wanted
from qa.written_dates import MONTHS

_LEGAL_FORMS = frozenset(stem(word) for word in "inc corp ltd llc plc co company corporation".split())
"""That WhatsApp is "WhatsApp Inc" is no answer to who acquired it."""

_WHEN = re.compile(
    r"when(?: exactly)? (?:did|do|does|was|were|is|are|will|has|have|had|can|could|should|would|must)\b", re.IGNORECASE
)
"""Not "When she died, who ...?"."""
_EVENT = re.compile(
    r"what(?: has| had|['’]s)? happen(?:s|ed|ing)\b|how (?:did|does|do|has|have|had) .*\b"
    r"(?:die|died|start|started|begin|begun|happen|happened|end|ended|escape|escaped|sink|sunk|crash|crashed|collapse)\W*$",
    re.IGNORECASE,
)
"""Asks for something that happened, which is no name."""
_STRETCH = re.compile(
    r"\b(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|few|several|many)"
    r"[ -](?:second|minute|hour|day|week|month|year|decade)s?\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"\d|\b(?:{'|'.join(MONTHS)}|(?:mon|tues|wednes|thurs|fri|satur|sun|birth|holi|to|yester|mid)?days?|tomorrow|tonight|"
    r"(?:mid)?nights?|overnight|noon|dawn|dusk|sun(?:rise|set)|mornings?|afternoons?|evenings?|week(?:end|day)?s?|"
    r"fortnight|months?|years?|decades?|centur(?:y|ies)|seasons?|spring|summer|autumn|fall|winter|semester|"
    r"term|hours?|minutes?|moments?|now|soon|later?|early|earlier|immediately|never|always|annually|christmas|easter|"
    r"thanksgiving|halloween|ramadan|eve|in|within|by|at|on|after|before|during|until|till|once|whe\w+|while|as|since|"
    r"if|next|last|ago|between|from|through|upon|following|war)\b",
    re.IGNORECASE,
)
"""What some answer to when holds."""


def repeats_question(question: str, answer: str) -> bool:
    """Whether `answer` says nothing that `question` does not, though it was not asked to choose."""
    chooses = wanted(question) is Want.YES_OR_NO or re.search(r"\bor\b", question)
    return not chooses and stems_of(answer) - _LEGAL_FORMS <= stems_of(question)


def cannot_answer(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether `answer` is wrong however likely it looks: the question's words, no time to when, a name to what
    happened, the other side of a contest, who held an office before or another's, who did not do what a quote tells of
    another, or what all quotes that hold it tell of another year."""
    quotes = [item.quote for item in evidence]
    return (
        repeats_question(question, answer)
        or _is_no_time(question, answer, quotes)
        or (_EVENT.match(question) is not None and is_name(answer))
        or (is_other_side(question, answer, quotes) and not _won_the_year_before(question, answer, evidence))
        or is_former_holder(question, answer, evidence)
        or is_of_another_owner(question, answer, evidence)
        or is_done_by_another(question, answer, evidence)
        or _is_of_another_year(question, answer, evidence)
    )


def _is_no_time(question: str, answer: str, quotes: Sequence[str]) -> bool:
    """Whether `answer` to when names no time, or one without its end: "four days" of "four days after", not of "in four
    days"."""
    if not _WHEN.match(question):
        return False
    if not _STRETCH.fullmatch(answer):
        return _TIME.search(_STRETCH.sub("", answer)) is None
    whole = re.compile(rf"\b(?:in|within) {re.escape(answer)}\b|\b{re.escape(answer)} ago\b", re.IGNORECASE)
    return not any(whole.search(quote) for quote in quotes)


def _is_of_another_year(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    holding = [item for item in evidence if stands_in(answer, item.quote)]
    return (
        bool(holding)
        and all(is_of_another_year(question, item.quote, item.article.published) for item in holding)
        and not _won_the_year_before(question, answer, holding)
    )


def _won_the_year_before(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    return any(won_the_year_before(question, answer, item.quote, item.article.published) for item in evidence)
