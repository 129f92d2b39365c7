"""Words that point back: "he", "it", "there", "that attack", and questions too short to stand alone.

What they may mean is found in earlier turns; where nothing fits, the earlier topic is added in parentheses. This
module does not know of fragments ("And in Mali?") and corrections.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from qa.answer import Turn
from qa.phrases import (
    AUXILIARIES,
    BE,
    PLACE_PREPOSITIONS,
    PREPOSITIONS,
    QUESTION_WORDS,
    chain,
    is_verb,
    noun_phrases,
    singular,
    word_set,
    words_of,
)
from qa.referents import (
    asked_noun,
    find_event,
    find_owner,
    find_people,
    find_person,
    find_place,
    find_thing,
    given_topic,
    is_role,
    topic_of,
)

Keeps = Callable[[str, str], bool]
"""A question, the one before it -> whether the one is still on the subject of the other."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was asked, without its opening; whether it opened with "and"; earlier turns, newest first.

    `keeps(question, before)` says whether a short question is still on the subject of the one before, `bears_out` the
    same of one that could be about anything.
    """

    text: str
    joined: bool
    turns: tuple[Turn, ...]
    keeps: Keeps
    bears_out: Keeps

    @property
    def previous(self) -> str:
        """The last question as understood, without its question mark."""
        return self.turns[0].standalone.rstrip(" ?.!")

    def find(self, finder: Callable[[Turn], str]) -> str:
        """What `finder` finds in the newest turn that has such a thing, or ""."""
        return next((found for turn in self.turns if (found := finder(turn))), "")


ORDINALS = "first|second|third|fourth|fifth|last|former|latter"


def put(text: str, match: re.Match[str], words: str) -> str:
    """`text` with `words` in place of what was matched."""
    return f"{text[: match.start()]}{words}{text[match.end() :]}"


def with_topic(text: str, topic: str) -> str:
    """`text` with what it is about in parentheses."""
    return f"{text} ({topic})" if topic else text


_VERBAL = r"(?:is|was|were|did|does|do|has|had|will|would|happen\w*|mean\w*|take|took|start\w*|end\w*|begin|began)"
_PRONOUNS: tuple[tuple[re.Pattern[str], tuple[Callable[[Turn], str], ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), finders)
    for pattern, finders in (
        (r"\b(?:he|she|him|(?P<own>his|hers?))\b", (find_person,)),
        (r"\b(?:they|them|(?P<own>theirs?))\b", (find_people, find_owner)),
        (r"\b(?P<own>its)\b", (find_owner, find_thing)),
        (
            r"\bit\b(?! (?:\w+(?<!ed) )?(?:to|that|for|if)\b| takes?\b"
            r"| (?:rain|snow|hail|thunder|freeze)(?=$| (?:in|on|at|there)\b))",
            (find_thing,),
        ),
        (rf"(?:(?<=^)|(?<= ))(?:this|that)(?=$| {_VERBAL}\b)", (find_event, find_thing)),
        (
            r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were|been|be)\b)"
            r"|(?:(?<=^who is )|(?<=^who was )|(?<=^who are )|(?<=^who were ))there$",
            (find_place,),
        ),
    )
)
_HAPPENS = re.compile(
    r"\b(?:happen|occur|begin|began|start|end|take place|took place|go off|went off|claim)", re.IGNORECASE
)
_DEED = re.compile(
    r"\b(?:plan\w*|organi[sz]\w*|claim\w*|carr(?:y|ies|ied)|behind|responsible for|mastermind\w*|commit\w*"
    r"|foil\w*|thwart\w*|prevent\w*|condemn\w*) $",
    re.IGNORECASE,
)
"""Whoever planned "them" planned the attacks, not the people that were killed."""
MAX_OWNER_WORDS = 4
MAX_CONTENT_WORDS = 7
"""A longer question has what its pronouns mean within itself. Of 765 questions that stand alone (RealTime QA and the
sample archive, each asked after the one before) 91 were changed before this limit and `_is_bound`, 2 since, 2026-11."""


def finds_pronoun(text: str) -> bool:
    """Whether a pronoun stands in `text`."""
    return any(pattern.search(text) for pattern, _ in _PRONOUNS)


def _content_of(text: str) -> list[str]:
    return [w for w in words_of(text) if w not in PREPOSITIONS | BE | QUESTION_WORDS | _TOO_COMMON | _SMALL]


def resolve(asked: FollowUp) -> str:
    """ "When was he killed?": with the first pronoun that means something earlier replaced."""
    if len(_content_of(asked.text)) > MAX_CONTENT_WORDS:
        return ""
    for pattern, finders in _PRONOUNS:
        match = pattern.search(asked.text)
        if not match or _is_bound(asked.text, match):
            continue
        if find_thing in finders and _HAPPENS.search(asked.text):
            finders = (find_event,)
        elif _DEED.search(asked.text[: match.start()]):
            finders = (find_event, *finders)
        found = next((name for finder in finders if (name := asked.find(finder))), "")
        return _substitute(asked, match, found)
    return ""


def _substitute(asked: FollowUp, match: re.Match[str], found: str) -> str:
    if not found and _HAPPENS.search(asked.text):
        return f"{asked.previous}, and {asked.text[0].lower()}{asked.text[1:]}"
    if not found:
        return with_topic(asked.text, topic_of(asked.previous))
    owns = "own" in match.re.groupindex and match["own"] and re.match(r" \w", asked.text[match.end() :])
    if owns and not (match[0].lower() == "her" and words_of(asked.text[match.end() :])[0] in PREPOSITIONS):
        if len(found.split()) > MAX_OWNER_WORDS:
            return with_topic(asked.text, found)
        found += "'" if found.endswith("s") else "'s"
    named = any(phrase.name is not None for phrase in noun_phrases(found))
    topic = _names_of(asked.previous)
    return with_topic(put(asked.text, match, found), "" if named or found in topic else topic)


def _names_of(question: str) -> str:
    """The topic that `question` was given, or its names."""
    return given_topic(question) or ", ".join(phrase.text for phrase in noun_phrases(question) if phrase.is_name)


def _is_bound(text: str, match: re.Match[str]) -> bool:
    """Whether the pronoun means something named before it in the same question: "Did Macron say he would go?".

    The subject of the question itself ("did he ...") never does, nor does an object mean the subject of its own
    clause ("Where did police shoot him?").
    """
    word, before = match[0].lower(), text[: match.start()]
    earlier = [p for p in noun_phrases(before) if not p.is_date]
    if re.search(r"[.!?,:;]\s", before):
        return bool(earlier)
    if word == "there":
        return any(p.preposition in PLACE_PREPOSITIONS for p in earlier)
    last, following = words_of(before)[-1:], words_of(text[match.end() :])[:1]
    if word in {"this", "that"}:
        return bool(last) and last[0] not in AUXILIARIES | PREPOSITIONS | QUESTION_WORDS
    if not last or last[0] in AUXILIARIES:
        return False
    if last[0] in {"before", "after"} and word in {"him", "her", "it", "them"}:
        return False  # "Who was the prime minister before him?"
    owns_or_acts = bool(following) and (
        match.groupdict().get("own") or is_verb(following[0]) or word in {"he", "she", "they"}
    )
    if not owns_or_acts and last[0] not in PREPOSITIONS:
        return False
    if word in {"he", "she", "him", "his", "her"}:
        earlier = [p for p in earlier if p.is_name or is_role(p)]
    return bool(earlier or asked_noun(text))


_POINTING = re.compile(
    rf"\b(?:this|that|these|those|the (?:(?P<order>{ORDINALS})|other|same|next)) (?P<noun>(?!ones?\b)[a-z]\w*)",
    re.IGNORECASE,
)


_DATED = re.compile(r"time|day|night|morning|evening|week|weekend|month|year|season", re.IGNORECASE)
MAX_POINTING_WORDS = 4


def point(asked: FollowUp) -> str:
    """ "Who claimed that attack?": with the attack that was spoken of, or the last topic added."""
    pointed = _POINTING.search(asked.text)
    if pointed and (_DATED.fullmatch(pointed["noun"]) or re.search(r"[.!?:]\s", asked.text[: pointed.start()])):
        return ""
    if pointed and (known := asked.find(partial(_known_as, head=singular(pointed["noun"].lower())))):
        if pointed["order"]:  # "the third bomb" is one of "the bombs at the airport", not all of them
            return with_topic(asked.text, topic_of(asked.previous))
        return put(asked.text, pointed, known)
    own = noun_phrases(asked.text)
    if any(phrase.name is not None or phrase.is_date for phrase in own):
        return ""
    for index, phrase in enumerate(own):
        if not phrase.is_definite or len(phrase.words) > 1 or chain(asked.text, own, index) != phrase.span:
            continue
        if known := asked.find(partial(_known_as, head=phrase.head)):
            return f"{asked.text[: phrase.span.start]}{known}{asked.text[phrase.span.end :]}"
    brief = len(_content_of(asked.text)) <= MAX_POINTING_WORDS
    return with_topic(asked.text, topic_of(asked.previous)) if pointed and brief else ""


def _known_as(turn: Turn, head: str) -> str:
    """The noun phrase of an earlier question with the same head, where it says more than "the attack"."""
    phrases = noun_phrases(turn.standalone)
    for index, phrase in enumerate(phrases):
        found = chain(turn.standalone, phrases, index).of(turn.standalone)
        if phrase.head == head and len(found.split()) > 2:
            return found
    return ""


MAX_OPEN_WORDS = 2
MAX_BORNE_WORDS = 5
_OTHER = re.compile(r"\bthe other ones?\b", re.IGNORECASE)
"""No topic tells which two there are."""
_TOO_COMMON = word_set("people person man men woman women else next now exactly many much long old")


def inherit(asked: FollowUp) -> str:
    """ "How many were injured?": a question too short to be about anything has the last topic added.

    So has a longer one, or one with a name, that the articles on the last question bear out.
    """
    words = len(_content_of(asked.text))
    named = any(p.name is not None or p.is_date for p in noun_phrases(asked.text))
    told = r"was|were|did|had" if named else r"was|were|did|had|the|how many"  # "the UN" is no known one
    past = re.search(rf"\b(?:{told})\b|ed\b", asked.text, re.IGNORECASE)
    brief = re.fullmatch(
        r"(?:who|what|which|how many|how much)(?: people)? \w+(?: next| then| else| so)?", asked.text, re.I
    )
    if not (past or brief) or _OTHER.search(asked.text):
        return ""
    if words > MAX_OPEN_WORDS or named:
        keeps = words <= MAX_BORNE_WORDS and asked.bears_out(asked.text, asked.previous)
    else:
        keeps = asked.joined or asked.keeps(asked.text, asked.previous)
    return with_topic(asked.text, topic_of(asked.previous)) if keeps else ""


_SMALL = word_set("the a an did does do has have had will would can could get got so")
