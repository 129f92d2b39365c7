"""How many were killed, injured, arrested: the count that a sentence gives, as news phrases it.

"Four guards were killed", "killing at least 13", "the toll rose to 130 from 129". Counts of a part ("at the Bataclan",
"ten of the dead") are not those of the whole and are left out. This module does not know which count is right.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa.written_dates import without_dates

_ALIKE = (
    r"kill(?:ed|ing|s)?|dead|died?|dying|deaths?|lost their lives|perished",
    r"injur(?:ed|ing|es)|wound(?:ed|ing)|hurt|injuries",
    r"arrest(?:ed|ing|s)?|detain(?:ed|ing)?|taken into custody",
    r"evacuat(?:ed|ing)",
    r"missing",
    r"rescued?|rescuing|freed|saved",
)
_TOTAL = r"(?:toll|count|number|total|figure|tally)"
_ONES = r"one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?(?: (?:hundred|thousand|million))?|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:{_ONES}))?|{_ONES}|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)(?![\w%-]|[.,]\d|"
    r" (?:second|minute|hour|day|night|week|month|year)s?\b)"
)
_ABOUT = r"(?:(?:at least|about|around|some|nearly|almost|more than|over|up to|as many as|the)\s)"
_DOES = re.compile(
    r"\w (?:killed|injured|wounded|hurt|arrested|detained|evacuated|rescued|freed|saved)$", re.IGNORECASE
)
_IS = re.compile(r"\b(?:is|are|was|were|be|been|being|got|left)\b", re.IGNORECASE)
_ITS_OBJECT = re.compile(
    r"\s+(?!(?:in|by|and|or|but|when|on|at|after|before|during|as|while|since|this|last|so|near|outside|inside|across|over"
    r"|from|amid|following|overnight|yesterday|today|with|including|for|to|of|there|here|under|between"
    r"|were|was|are|is|have|had|along|around|because|within|throughout|early|late|worldwide)\b)\w",
    re.IGNORECASE,
)
"""What is killed: "three gunmen killed dozens" counts gunmen, "three guards killed in Riga" the killed."""
_PART_OF = re.compile(r"\s+(?:of (?!its\b|their\b)|other|others|more|further)\b")
_SINCE = re.compile(r"\b(?:[Ss]ince|[Tt]han (?:in|the|any)|deadliest|worst)\b")
_ELSEWHERE = re.compile(r"\b(?:[Ii]n|[Aa]t|[Nn]ear) (?:the )?(?P<name>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)")


def asks_count(question: str) -> bool:
    """Whether `question` asks for the number of killed, injured, arrested ..."""
    return bool(_ASKS.search(question) and _forms_for(question))


def read_count(question: str, sentence: str, title: str) -> str:
    """The count in `sentence` of what `question` asks the number of, as it is written; "" for none or several."""
    if not asks_count(question):
        return ""
    undated = without_dates(sentence)
    for form in _forms_for(question):
        found = {match["number"].casefold(): match for match in form.finditer(undated)}
        whole = [match for match in found.values() if _is_of_all(match, sentence, f"{question} {title}")]
        if whole:
            return whole[0]["number"] if len(whole) == 1 else ""
    return ""


_ASKS = re.compile(r"\bhow many\b|\bwhat (?:is|was) the (?:\w+ )?toll\b", re.IGNORECASE)


@lru_cache(maxsize=64)
def _forms_for(question: str) -> tuple[re.Pattern[str], ...]:
    words = next((w for w in _ALIKE if re.search(rf"\b(?:{w})\b", question, re.IGNORECASE)), "")
    if not words and re.search(r"\btoll\b", question, re.IGNORECASE):
        words = _ALIKE[0]
    if not words:
        return ()
    totals = (
        rf"\b{_TOTAL}\b[^.;]{{0,90}}?\b(?:to|at|is|was|now) {_ABOUT}?{_NUMBER}",
        rf"\b{_TOTAL}\b of {_ABOUT}?{_NUMBER}",
        rf"\b(?:brings?|bringing|raised?|raising) (?:to )?{_ABOUT}?{_NUMBER} (?:the {_TOTAL})",
    )
    # A sentence on a total speaks of the dead, or is about them: "the toll had stood at 129".
    total = rf"(?=[^.;]*\b(?:{words}|toll)\b)"
    return tuple(
        re.compile(form, re.IGNORECASE)
        for form in (
            *(total + form if words == _ALIKE[0] else rf"(?=[^.;]*\b(?:{words})\b){form}" for form in totals),
            rf"\b(?:{words}) {_ABOUT}?{_NUMBER}",
            rf"\b{_NUMBER}(?: of (?:its|their))?(?: (?!(?:and|but|or|in|at|on|of)\b)[\w-]+){{0,3}}? (?:{words})\b",
        )
    )


def _is_of_all(match: re.Match[str], sentence: str, known: str) -> bool:
    """Whether a count is of the whole: not "of the dead", nor of one place that is not asked about: "in Derbent"."""
    end = match.end("number")
    if _PART_OF.match(sentence, end) or _SINCE.search(sentence[:end]):
        return False
    if _DOES.search(match.group()) and not _IS.search(match.group()) and _ITS_OBJECT.match(match.string, match.end()):
        return " " not in match.group().removeprefix(match["number"]).strip()  # "two injured people"
    clause = re.split(r"[,;.]\s", sentence[end:], maxsplit=1)[0]
    names = [place["name"].casefold() for place in _ELSEWHERE.finditer(without_dates(clause))]
    return all(any(word in known.casefold() for word in name.split()) for name in names)
