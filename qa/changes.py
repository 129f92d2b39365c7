"""Of two values of one thing the one that is asked for: "lowered from 21 to 19", "61 percent, up from 58 in round one".

A small model takes the value that stands first, or nearest to the words asked about. Only the answer's own sentence is
looked at, by the form in which it tells of a change. This module does not know the model, nor other sentences.
"""

from __future__ import annotations

import re

from qa.facts import CURRENCY, facts_of, stems_of
from qa.written_dates import find_dates

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_AMOUNT = (
    r"(?:[$£€]\s?)?(?:\d+(?:,\d{3})*(?:\.\d+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    rf"(?:-(?:{_ONES}))?|{_ONES}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
    r"(?![\w-]|[.,:]\d)(?: (?:thousand|million|billion|trillion)\b)?"
    rf"(?:\s?%| per ?cent\b| (?:years?|months?|weeks?|days?|hours?|minutes?|points?)\b| {CURRENCY})?"
)
_CHANGES = (
    r"(?:lower(?:ed|ing|s)|rais(?:ed|ing|es)|cut(?:s|ting)?|reduc(?:ed|ing|es)|rose|risen|rising|rises|f[ae]ll(?:en|ing|s)?"
    r"|revis(?:ed|ing|es)|increas(?:ed|ing|es)|decreas(?:ed|ing|es)|climb(?:ed|ing|s)|dropp(?:ed|ing)|drops|gr[eo]wn?"
    r"|jump(?:ed|s)|slipped|slowed|declined|doubled|tripled|corrected|extended|shortened|upgraded|downgraded|changed"
    r"|went|gone)"
)
_FROM_TO = re.compile(
    rf"\b{_CHANGES}\b[^.;]{{0,90}}?\bfrom (?P<old>{_AMOUNT})(?P<beside>(?: (?!to\b)[\w'’.-]+){{0,5}}?)"
    rf" to (?P<new>{_AMOUNT})",
    re.IGNORECASE,
)
_UP_FROM = re.compile(
    rf"(?P<new>{_AMOUNT})(?P<beside>[^.;]*?)(?:\b(?:up|down)(?: \w+)? from|\bcompared (?:with|to)|\bfrom) "
    rf"(?:about |around |some |nearly )?(?P<old>{_AMOUNT}) (?:in|on|at|during|for) (?P<when>[^,;.]+)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"\s(?:in|on|at|during|for|of|when|after|before|by|and)\s")
_ASKS_OLD = re.compile(
    r"\b(?:before|original(?:ly)?|earlier|initial(?:ly)?|previous(?:ly)?|former(?:ly)?|at first|first|used to|old|"
    r"thought|believed|expected|planned|from what|used)\b|\bfrom\W*$",
    re.IGNORECASE,
)
_ASKS_CHANGE = re.compile(
    r"\bby how\b|\bhow (?:much|many|far|high)\b.*\b(?:ris|f[ae]ll|increas|decreas|grow|grew|drop|declin|chang|climb|"
    r"jump|cut|raise|lower|reduc)\w*\b(?! to\b)",
    re.IGNORECASE,
)
_NO_PERIOD = frozenset("the a an this last next that".split())
_RELATIVE = re.compile(r"\b(?:this|last|next|that)\b", re.IGNORECASE)


def take_asked(question: str, answer: str, quote: str) -> str:
    """`answer`, or the other of the two values between which `quote` has it change, where that is the one asked for.

    "From A to B" ends with B; A is right for what was before, or for the time that stands beside it.
    """
    numbers = facts_of(answer).numbers
    is_year = re.fullmatch(r"(?:1[89]|20)\d\d", answer)
    if len(numbers) != 1 or len(answer.split()) > 4 or is_year or _ASKS_CHANGE.search(question):
        return answer
    return _newer(question, answer, quote, numbers) or _older(question, quote, numbers) or answer


def _newer(question: str, answer: str, quote: str, numbers: frozenset[float]) -> str:
    """B of "from A to B" where the answer is A and neither the question nor its time asks for that."""
    for match in _FROM_TO.finditer(quote):
        old, new = match["old"], match["new"]
        if facts_of(old).numbers != numbers or _ASKS_OLD.search(question):
            continue
        if stems_of(match["beside"]) & (stems_of(question) - _NO_PERIOD) or _dates(question) - _dates(
            quote[match.end() :]
        ):
            continue
        unit = re.search(r" (years?|months?|weeks?|days?|hours?|minutes?)$", old)
        return f"{new} {unit[1]}" if unit and unit[1] in answer and " " not in new else new
    return ""


def _dates(text: str) -> set[str]:
    """The parts of the dates in `text`, as they are written."""
    return {part for written in find_dates(text) for part in written.parts.values()}


def _older(question: str, quote: str, numbers: frozenset[float]) -> str:
    """B of "A, up from B in the first round" where the answer is A and "the first round" is asked about."""
    for match in _UP_FROM.finditer(quote):
        when = _PREPOSITION.split(match["when"], maxsplit=1)[0]
        words = stems_of(when) - _NO_PERIOD
        before = stems_of(quote[: match.start("old")])
        asked = words <= stems_of(question) and not words & before and not _RELATIVE.search(when)
        if facts_of(match["new"]).numbers == numbers and words and asked:
            return match["old"]
    return ""
