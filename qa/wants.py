"""What kind of thing a question asks for, and whether a text holds one.

Question words and a few nouns only. This module does not know where the text comes from.
"""

from __future__ import annotations

import re
from enum import StrEnum

from qa.facts import Facts


class Want(StrEnum):
    """The kind of answer asked for."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    YES_OR_NO = "yes or no"
    OTHER = "other"


_NUMBER = re.compile(
    r"\bhow (?:many|much|old|long|far|high|big|tall|fast|large|often)\b|\b(?:what|which) (?:percentage|percent|number|"
    r"amount|price|age|share|proportion|sum|score|magnitude|temperature|fraction)\b|\bwhat (?:was|is) the (?:\w+ )?"
    r"(?:toll|price|cost|number|percentage|score|total|record|rate|margin|value)\b|\bby how\b",
    re.I,
)
_DATE = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|decade|century)\b|\bby what date\b", re.I)
_NAME = re.compile(
    r"\bwho(?:se|m)?\b|\bwhere\b|\b(?:which|what) (?:\S+ ){0,3}?(?:country|city|state|town|company|firm|team|club|"
    r"actor|actress|singer|artist|player|person|politician|president|minister|star|celebrity|nation|airline|brand|band|"
    r"network|retailer|university|school|organi[sz]ation|party|group|agency|movie|film|show|series|book|song|album|"
    r"app|platform|product|island|region|province|airport|stadium|newspaper|magazine|athlete|driver|author)\b|"
    r"\bnamed?\b|\bcalled\b",
    re.I,
)
_YES_OR_NO = re.compile(r"^(?:true or false|is|are|was|were|did|does|do|has|have|had|can|could|will|would)\b", re.I)


def wanted(question: str) -> Want:
    """What `question` asks for."""
    if _YES_OR_NO.search(question.strip()):
        return Want.YES_OR_NO
    for pattern, want in ((_NUMBER, Want.NUMBER), (_DATE, Want.DATE), (_NAME, Want.NAME)):
        if pattern.search(question):
            return want
    return Want.OTHER


def holds(want: Want, text: Facts, asked: Facts) -> bool:
    """Whether `text` holds something of the wanted kind that the question does not hold itself."""
    if want is Want.NUMBER:
        return bool(text.numbers - asked.numbers)
    if want is Want.DATE:
        return bool(text.months or text.weekdays or any(n >= 1000 for n in text.numbers - asked.numbers))
    if want is Want.NAME:
        return bool(text.names - asked.names)
    return True
