"""Who holds an office, as sentences tell it: an answer who held it once is wrong.

"Lukas Brandt resigned as mayor" names a mayor, and a small model takes him for the one there is. The rules look at what
stands directly beside a name: its office, and verbs of leaving one. This module does not know the model, nor who holds
an office of which no sentence says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import split_sentences
from qa.answer import Evidence
from qa.facts import facts_of, is_form_of, stems_of
from qa.forenames import is_no_forename

_FORMER = "former|ex-|late|outgoing|previous|then-|ousted|deposed"
_ASKS_HOLDER = re.compile(
    r"\b[Ww]ho(?: is|['’]s) (?:the |an? |[A-Z][\w.’' -]*?['’]s? |(?=[\w-]+(?: [\w-]+)? of\b))"
    r"(?:(?:current|present|new|acting) )?(?P<role>[A-Za-z][\w-]*(?: [A-Za-z][\w-]*){0,2}?)"
    r"(?= (?:of|in|for|at|now)\b|[?.!]|$)",
)
_ASKS_OF_PAST = re.compile(
    r"\b(?:(?:19|20)\d\d|was|were|had|did|left|resign(?:s|ed)|quits?|stepp?(?:ed|s) down|retire[sd]|die[sd]|sacked|"
    r"fired|dismissed|ousted|removed|replaced|succeeded)\b"
)
_POST = r"(?:the|his|her|their) (?:post|job|office|role|position)"
_LEFT = (
    rf"(?:resigned(?! (?:to|himself|herself|themselves)\b)|stepped (?:down|aside)|stood down|retired|died|"
    rf"left (?:office|{_POST})|quit(?! (?!{_POST})(?:\w+ing|the|an?|his|her|its|their)\b)|"
    r"(?:was|were|been) (?:(?!nearly|reportedly|allegedly)\w+ly )?(?:sacked|dismissed|fired(?! up)|ousted|removed|"
    r"deposed|toppled|unseated|voted out|forced out|killed|(?:replaced|succeeded) (?=as|by)))\b"
)
"""What ends an office, in the past: who "would resign" or "refused to" holds it still."""
_HAS = (
    r"(?:(?:who|has|had|abruptly|suddenly|unexpectedly|formally|also|then|later|since|now|finally|himself|herself) )*"
)
_ASIDE = r"(?: \([^)]*\))?(?:, \d+)?(?:, [^,;]{1,90},|,)?"
"""What may stand between a name and its verb: an age, one apposition."""
_TAKEN_OVER = r"(?:succeeded|replaced|took over from|ousted|unseated|toppled)"
_BESIDE = r"(?:(?!(?:by|to|in|at|on|for|with|from|after|and|over|of|as|when|who)\b)[\w’'.-]+ ){0,4}?"
_DOUBTED = re.compile(
    r"\b(?:den(?:y|ies|ied)|false\w*|untrue|rumou?rs?|if|unless|whether|had|nearly|almost|(?:demand|insist|urg|want|propos|"
    r"suggest|recommend)\w*|call(?:ed|s|ing)? (?:for|on))\b[^,;:]*$",
    re.IGNORECASE,
)
"""Before a name: what follows did not happen, or nobody knows."""
_NOT_FOR_GOOD = re.compile(r"\b(?:re-?elected|reinstated|returned|reappointed|withdrew|again|half-time|minute)\b")
_FROM = re.compile(r"(?: [\w-]+){0,3}? ?\b(?:as|from) (?P<office>[^,;]+)")
_OF = re.compile(r"\b(?:of|in|for|at) (?:the )?([A-Z][\w-]+)")
_NO_OFFICE = re.compile(r"\b(?:office|post|job|role|position)\b")
_TAKES_OFFICE = r"(?:is|remains|was (?:sworn in|re-?elected|elected|reinstated|appointed|named))(?: as)?"


@dataclass(frozen=True, slots=True)
class _Office:
    """What a question asks the holder of: the words of its role, the last of them, and the names it is of."""

    words: frozenset[str]
    head: str
    names: frozenset[str]


def is_former_holder(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether `question` asks who holds an office that `answer`, by what `evidence` says, held once.

    "The former mayor, Daniel Okafor" is no answer to who the mayor is, where every quote calls him that; nor is he once
    a quote says that he resigned, and none of a later article that he is mayor.
    """
    asked = _ASKS_HOLDER.search(question)
    if asked is None or not answer.split() or re.search(rf"\b(?:{_FORMER})", asked["role"]):
        return False
    office = _read_office(question, asked["role"])
    former = _called_former(office.head)
    holding = [item.quote for item in evidence if answer.casefold() in item.quote.casefold()]
    if holding and all(former.search(quote) for quote in holding):
        return True
    return not _ASKS_OF_PAST.search(question) and _has_left(office, answer, evidence)


def _read_office(question: str, role: str) -> _Office:
    words = role.split()
    common = [word for word in words if word.islower()] or words
    return _Office(stems_of(" ".join(common)), words[-1], facts_of(question).names - facts_of(role).names)


@lru_cache(maxsize=256)
def _called_former(head: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_FORMER})\s?(?:[\w’'-]+ ){{0,3}}?{re.escape(head)}\b", re.IGNORECASE)


def _has_left(office: _Office, answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a quote says that `answer` left `office`, and none that may be later that the office is held."""
    leaving = [item for item in evidence if any(_tells_leaving(office, answer, s) for s in _sentences(item.quote))]
    still = [item for item in evidence if any(_tells_holding(office, answer, s) for s in _sentences(item.quote))]
    return any(not any(_may_be_later(held, left) for held in still) for left in leaving)


def _sentences(quote: str) -> list[str]:
    return [span.of(quote) for span in split_sentences(quote)]


def _may_be_later(item: Evidence, other: Evidence) -> bool:
    if item.article.id == other.article.id:
        return False
    day, other_day = item.article.published, other.article.published
    return day is None or other_day is None or day > other_day


def _tells_leaving(office: _Office, answer: str, sentence: str) -> bool:
    """Whether `sentence` says that `answer` left `office`, and did not come back."""
    if not office.words <= stems_of(sentence) or _NOT_FOR_GOOD.search(sentence):
        return False
    sentence = _without_namesakes(sentence, answer, office.words)
    return any(
        not _DOUBTED.search(sentence[: found.start()]) and _is_left(office, sentence[found.end() :])
        for found in _leaving(answer).finditer(sentence)
    )


def _is_left(office: _Office, after: str) -> bool:
    """Whether what follows a verb of leaving names no other office: "as chairman", "as mayor of Riga"."""
    named = _FROM.match(after)
    if named is None or _NO_OFFICE.search(named["office"]):
        return True
    places = facts_of(" ".join(f"of {place}" for place in _OF.findall(named["office"]))).names
    elsewhere = places and office.names and not any(is_form_of(p, n) for p in places for n in office.names)
    return office.words <= stems_of(named["office"]) and not elsewhere


def _tells_holding(office: _Office, answer: str, sentence: str) -> bool:
    """Whether `sentence` calls `answer` the holder of `office`."""
    if _called_former(office.head).search(sentence) or re.search(_LEFT, sentence):
        return False
    return _holding(answer, office.head).search(_without_namesakes(sentence, answer, office.words)) is not None


@lru_cache(maxsize=256)
def _leaving(answer: str) -> re.Pattern[str]:
    name = name_pattern(answer)
    return re.compile(rf"{name}{_ASIDE} {_HAS}{_LEFT}|\b{_TAKEN_OVER} {_BESIDE}{name}")


@lru_cache(maxsize=256)
def _holding(answer: str, head: str) -> re.Pattern[str]:
    name, role = name_pattern(answer), rf"\b(?i:{re.escape(head)})\b"
    return re.compile(
        rf"{role}(?: (?:of|in|for|at) [^,;]{{1,50}}?)?,? {name}|"
        rf"{name}(?:, \d+)?(?:,| {_TAKES_OFFICE})(?: (?:the|an?))? (?:[\w’'-]+ ){{0,4}}?{role}"
    )


def name_pattern(answer: str) -> str:
    """A pattern for `answer` by its whole or its last name."""
    last = answer.split()[-1]
    names = [answer, last] if last[:1].isupper() and len(last) > 3 else [answer]
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?![\w-])"


def _without_namesakes(sentence: str, answer: str, role: frozenset[str]) -> str:
    """`sentence` without who only shares the last name: Dieter Brandt is not Lukas Brandt."""
    *own, last = answer.split()

    def mask(found: re.Match[str]) -> str:
        word = found["before"]
        is_own = word in own or is_no_forename(word) or bool(stems_of(word) <= role)
        return found.group() if is_own or not own else ";"

    return re.sub(rf"\b(?P<before>[A-Z][\w’'.-]*) {re.escape(last)}(?!\w)", mask, sentence)
