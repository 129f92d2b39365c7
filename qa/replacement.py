"""A question with one part changed: "How many died in Niger?" and "in Mali" make "How many died in Mali?".

The part that gives way is of the same type as the new one: a date for a date, "how many" for "how many", a name for
a name, else a noun phrase. This module does not know where question and part come from.
"""

from __future__ import annotations

import re

from index.article import Span
from qa.phrases import (
    AUXILIARIES,
    BE,
    PLACE_PREPOSITIONS,
    Phrase,
    asked_for,
    chain,
    noun_phrases,
    without_verb,
)
from qa.referents import topic_of

_INVERTED = re.compile(
    rf"(?:(?:why|when|where|how) )?(?P<verb>{'|'.join(sorted(AUXILIARIES))}) (?P<rest>.+)", re.IGNORECASE
)

_PARTICIPLE = re.compile(r"\b(?:is|are|was|were|been|be) ([a-z]+(?:ed|en|ot|ght|ft|urt))\b")
_COUNTED_DEED = re.compile(r"how many (?:were |was )?([a-z]+(?:ed|en))", re.IGNORECASE)
""" "And how many injured?": the same people are counted, something else was done to them."""


def ask_same(question: str, word: str) -> str:
    """`question` with another question word: "Did they agree" and "why" make "why did they agree".

    Where that cannot be built from its words, the new question word is added: "Who left, and why".
    """
    if word == "who" or word.startswith("how "):
        return f"{question}, and {word}"
    if match := _INVERTED.fullmatch(question):
        verb = match["verb"].lower()
        if word == "why not" and verb in {"did", "does", "do", "is", "are", "was", "were", "has", "have", "had"}:
            return f"why {verb}n't {match['rest']}"
        return f"{word} {verb} {match['rest']}"
    if (asked := asked_for(question)) and asked.noun:
        verb, _, rest = question[asked.end :].strip().partition(" ")
        if verb in BE:
            return f"{word} {verb} {asked.noun} {rest}"
    return f"{question}, and {word}"


def replace_part(question: str, part: str) -> str:
    """`question` with `part` in place of what is like it; where nothing is, `part` is added: "..., and the pilot"."""
    new_asked, old_asked = asked_for(part), asked_for(question)
    if (other := _COUNTED_DEED.fullmatch(part)) and (match := _PARTICIPLE.search(question)) and old_asked:
        return f"{question[: match.start(1)]}{other[1]}{question[match.end(1) :]}"
    if new_asked and new_asked.end == len(part) and old_asked and old_asked.noun:
        return part + question[old_asked.end :]
    if re.fullmatch(r"[a-z]+(?:ed|en)", part) and (match := _PARTICIPLE.search(question)):
        return f"{question[: match.start(1)]}{part}{question[match.end(1) :]}"
    if new_asked and new_asked.noun and new_asked.end < len(part):
        topic = topic_of(question)
        return f"{part} ({topic})" if topic else part
    phrases = noun_phrases(part)
    if phrases:
        new, rest = phrases[0], phrases[1:]
        slot = _find_slot(question, new) or _find_role(question, part, new)
        if slot and _narrows(question, slot, new):
            return f"{question} {part}"
        if slot:
            return _put(question, part, slot, new, rest)
        if new.is_date:
            return f"{question} {part[0].lower() + part[1:] if new.preposition else f'in {part}'}"
    if old_asked and re.fullmatch(r"(?:the )?[a-z-]+", part) and re.match(r"how many", question, re.IGNORECASE):
        noun = part.removeprefix("the ")
        return question.replace(old_asked.noun, noun, 1) if old_asked.noun else f"{question}, and {part}"
    return f"{question}, and {part}"


def _find_slot(question: str, new: Phrase) -> Span | None:
    """The characters of `question` that `new` takes the place of."""
    old = [phrase for phrase in noun_phrases(question) if phrase.is_date == new.is_date]
    if new.is_date:
        return old[-1].span if old else None
    same_head = [phrase for phrase in old if phrase.head == new.head]
    if same_head:
        return same_head[0].span
    events = [i for i, phrase in enumerate(noun_phrases(question)) if phrase.is_event]
    if new.is_event and new.name is not None and events:
        return chain(question, noun_phrases(question), events[0])
    named = [phrase for phrase in old if phrase.name is not None]
    if new.name is None and new.is_definite and not new.preposition:
        return None
    if new.name is None or not named:
        alike = [phrase for phrase in old if new.preposition and phrase.preposition == new.preposition]
        return alike[-1].span if alike else None
    best = max(named, key=lambda phrase: _likeness(phrase, new))
    return best.name if new.is_name and not new.is_definite and not best.is_name else best.span


_VERB = re.compile(
    rf"(?:(?:[\w ]*? )?(?P<verb>{'|'.join(sorted(AUXILIARIES))})|(?:and )?who \w+)\s+(?=\S)", re.IGNORECASE
)


def _find_role(question: str, part: str, new: Phrase) -> Span | None:
    """Whom or what `question` says something of, for another of whom the same is asked: "and the mayor of Brenton?".

    What follows the first verb: "Why did >John Marsh< resign", "Who leads >the army<".
    """
    match = _VERB.match(question)
    if new.is_date or not new.is_definite or new.preposition or not match:
        return None
    phrases = noun_phrases(question)
    first = next((i for i, p in enumerate(phrases) if p.outer == match.end() and not p.is_date), None)
    owned = re.search(r"\bof\b", part) is not None
    if first is None or (match["verb"] is None and not (owned or phrases[first].is_definite)):
        return None  # "Who founded Wirecard?", and the finance director: Wirecard's
    role = without_verb(question, phrases[first], (match["verb"] or "").lower())
    # "What is the capital of Mali?", and the president; but "Why did the king of Spain resign?", and the president
    keeps_owner = (match["verb"] or "").lower() in BE and not owned
    for phrase in phrases[first + 1 :]:
        if keeps_owner or phrase.preposition != "of" or question[role.end : phrase.outer].strip():
            break
        role = Span(role.start, phrase.span.end)
    return role


def _narrows(question: str, slot: Span, new: Phrase) -> bool:
    """Whether `new` says where within an event: "at the Bataclan" is no other event than "the Paris attacks"."""
    old = next((phrase for phrase in noun_phrases(question) if phrase.span == slot), None)
    return bool(old and old.is_event and new.preposition and new.is_name and new.is_definite)


def _likeness(old: Phrase, new: Phrase) -> tuple[bool, bool, bool]:
    """How well two names match: the same preposition or none alike, both within or without one, nothing but a name."""
    return old.preposition == new.preposition, bool(old.preposition) == bool(new.preposition), old.is_name


def _put(question: str, part: str, slot: Span, new: Phrase, rest: tuple[Phrase, ...]) -> str:
    """`question` with `part` at `slot`; what `part` says anew (a year, a place) is taken out of what follows."""
    tail = question[slot.end :]
    for phrase in rest:
        for old in noun_phrases(question):
            if old.outer >= slot.end and (old.preposition, old.is_date) == (phrase.preposition, phrase.is_date):
                tail = tail.replace(question[old.outer : old.span.end], "", 1)
    before = question[: slot.start]
    words = part[new.span.start :]
    old_phrase = next((phrase for phrase in noun_phrases(question) if phrase.span == slot), None)
    if old_phrase and old_phrase.is_name and {old_phrase.preposition, new.preposition} <= PLACE_PREPOSITIONS:
        before, words = question[: old_phrase.outer], part[new.outer :]  # "on La Rambla", but "in Cambrils"
    if before.rstrip().lower().endswith(" the") and words.lower().startswith("the "):
        words = words[4:]
    return f"{before}{words}{tail}"
