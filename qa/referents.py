"""What a pronoun can stand for in one past turn: a person, people, a thing, an event, a place.

Each finder returns words that fit where the pronoun stood, or "" where the turn offers nothing of the kind. The
question is trusted before the answer, which may be wrong, save that an answer to "who" is asked for its names. This
module does not know in which question the pronoun stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.answer import Turn
from qa.lands import LANDS
from qa.nouns import PERSON
from qa.phrases import (
    DO,
    PLACE_PREPOSITIONS,
    PREPOSITIONS,
    Phrase,
    asked_for,
    chain,
    is_plural,
    noun_phrases,
    singular,
    word_set,
    words_of,
)

_NO_PERSON = word_set(
    "islamic state states united university ministry council city hall party arena church mosque bank court police "
    "parliament army force forces service services group union nations company airport station stadium embassy "
    "airlines island islands republic kingdom province north south east west northern southern eastern western"
)
_ROLE = re.compile(
    rf"(?:{PERSON}|\w+(?:er|or|ist|ant)|\w*m[ae]n|troop|people|wounded|injured|dead|captive|employee|civilian|heir)s?"
)
_NOT_ROLES = word_set("number water weather order matter paper power border river november september")
_LONE_PEOPLE = re.compile(r"(?:ian|ish|ese|ean|ern)s?$")
_ON_FIRE = ("on", "fire")
MAX_NAME_WORDS = 4
MAX_SHORT_WORDS = 12
"""An answer of more words stands without its quote."""


def find_person(turn: Turn) -> str:
    """Whom "he" or "she" may mean."""
    question = turn.standalone
    if name := _asked_who(question):
        return name
    if re.match(r"(?:who(?! (?:are|were)\b)|whose|which)\b", question, re.IGNORECASE):
        return _person_in_answer(turn) or describe_asked(question, plural=False)
    phrases = noun_phrases(question)
    named = [
        name
        for index, phrase in enumerate(phrases)
        if (name := _person_of(phrase, question)) and not _is_holder(question, phrases, index)
    ]
    if named:
        return named[0]
    described = _first_chain(question, lambda phrase: is_role(phrase) and not phrase.is_plural)
    if described and _PERSONAL.search(turn.question):
        return described  # of him the answer tells: "Australian" is he whose nationality was asked
    return _person_in_answer(turn) or described


def _asked_who(question: str) -> str:
    """The name in "Who was Yevgeny Prigozhin?"."""
    match = re.fullmatch(r"who(?: is|['’]s| was) (?P<name>.+?)\W*", question, re.IGNORECASE)
    phrases = noun_phrases(match["name"]) if match else ()
    return (
        match["name"] if match and len(phrases) == 1 and _person_of(phrases[0], match["name"]) == match["name"] else ""
    )


def _is_holder(text: str, phrases: tuple[Phrase, ...], index: int) -> bool:
    """Whether a name says of what somebody is the minister or the head: "the prime minister of France"."""
    phrase, before = phrases[index], phrases[index - 1] if index else None
    beside = before is not None and not text[before.span.end : phrase.outer].strip()
    return beside and before is not None and phrase.preposition == "of" and is_role(before)


def find_people(turn: Turn) -> str:
    """Whom or what "they" may mean."""
    question = turn.standalone
    return (
        describe_asked(question, plural=True)
        or _bare_plural(question)
        or _first_chain(question, lambda phrase: phrase.is_plural and not phrase.is_event and not phrase.is_name)
        or _first_chain(question, lambda phrase: phrase.is_plural and phrase.is_definite)
    )


_BARE_PLURAL = re.compile(
    r"\b(?:do|did|have|had|were|are|will|would|can|could) (?P<noun>(?!(?:this|his|its)\b)[a-z][a-z-]*s)\b"
    r"(?! of (?:it|them)\b)"
)


def _bare_plural(question: str) -> str:
    """ "supporters of the coup in Niger" of "Where did supporters of the coup in Niger march to?"."""
    match = _BARE_PLURAL.search(question)
    if not match or singular(match["noun"]) == match["noun"]:
        return ""
    end = match.end("noun")
    phrases = noun_phrases(question)
    for index, phrase in enumerate(phrases):
        if phrase.outer == end + 1 and phrase.preposition == "of":
            end = chain(question, phrases, index).end
    return f"the {question[match.start('noun') : end]}"


_PERSONAL = re.compile(r"\b(?:he|him|his|she|hers?)\b", re.IGNORECASE)
""" "Who succeeded him?": whoever that was is no "it", nor is whom "Who was Yevgeny Prigozhin?" asks about."""


def find_thing(turn: Turn) -> str:
    """What "it" may mean."""
    question = turn.standalone

    def meant(phrase: Phrase) -> bool:
        return (phrase.text not in turn.question and _PERSONAL.search(turn.question) is not None) or (
            phrase.text == _asked_who(question)
        )

    asked = asked_for(question)
    if not re.match(r"who\b|how many\b", question, re.IGNORECASE) and not (asked and _ROLE.fullmatch(asked.noun)):
        described = describe_asked(question, plural=False)
        if described:
            return described
    event = find_event(turn)
    whole = _first_chain(question, lambda p: p.is_definite and not p.is_plural and not is_role(p) and not p.is_name)
    if event and whole.endswith(event):
        return whole  # "the new toll of the bombings", not the bombings
    return (
        event
        or whole
        or _did(question)
        or _first_chain(question, lambda p: (p.is_name or p.name is not None) and not is_role(p) and not meant(p))
    )


def _did(question: str) -> str:
    """ "what the attackers set on fire" of "What did the attackers set on fire?"."""
    match = re.match(r"what did (?=.* \w+ \w+)(?!.*\b(?:say|do|happen)\b)(.+)", question.rstrip(" ?.!"), re.IGNORECASE)
    return f"what {match[1]}" if match else ""


def find_owner(turn: Turn) -> str:
    """What "its" may mean: a country, a company, a body named, or what the question is about: "the UN mission"."""
    return _first_chain(
        turn.standalone,
        lambda p: p.is_name or (p.name is not None and p.is_definite and not p.preposition and not p.is_event),
    )


def find_event(turn: Turn) -> str:
    """What may be said to happen: a noun such as "attack" or "election", with what belongs to it."""
    return _first_chain(
        turn.standalone, lambda phrase: phrase.is_event and (phrase.preposition, phrase.text) != _ON_FIRE
    )


def find_place(turn: Turn) -> str:
    """Where "there" may be, with its preposition."""
    texts = [turn.standalone]
    if re.match(r"(?:in |at )?(?:where|which|what)\b", turn.standalone, re.IGNORECASE):
        texts.insert(0, plain_answer(turn))
    for text in texts:
        phrases = noun_phrases(text)
        for index, phrase in enumerate(phrases):
            if phrase.preposition and not phrase.is_event and phrase.name is not None:
                keeps = phrase.preposition in PLACE_PREPOSITIONS and phrase.preposition not in {"from", "on", "into"}
                return f"{phrase.preposition if keeps else 'in'} {chain(text, phrases, index).of(text)}"
    return ""


def find_item(turn: Turn, ordinal: str) -> str:
    """The first, second, ... or last of the names that the answer lists, or ""."""
    answer = plain_answer(turn)
    listed = re.search(r"((?:[^,.;:]+, )+)(?:and |or )?([^,.;:]+)|([A-Z][^,.;:]*?) and ([A-Z][^,.;:]*)", answer)
    if not listed:
        return ""
    parts = re.split(r",\s*(?:and|or)\s+|,\s*|\s+(?:and|or)\s+", listed.group())
    items = [name for part in parts if (name := _whole_name(part))]
    order = {"first": 0, "former": 0, "second": 1, "latter": -1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
    index = order.get(ordinal, len(items))
    return items[index] if len(items) > 1 and index < len(items) else ""


_TELL = re.compile(r"(?:please )?(?:tell|give|show) (?:me|us)\b", re.IGNORECASE)
_TOPIC = re.compile(r"\(([^()]+)\)\W*$")


def given_topic(question: str) -> str:
    """What stands in parentheses at the end of `question`."""
    match = _TOPIC.search(question)
    return match[1] if match else ""


def topic_of(question: str) -> str:
    """The topic that a question was given, or all it is about, noun phrases in a row: "the second coup, Mali, 2021"."""
    if given := given_topic(question):
        return given
    question = _TELL.sub("", question)
    phrases = noun_phrases(question)
    topics: list[str] = []
    end = 0
    for index, phrase in enumerate(phrases):
        if phrase.outer >= end:
            span = chain(question, phrases, index)
            end = span.end
            topics.append(span.of(question))
    return ", ".join(topics)


def describe_asked(question: str, *, plural: bool) -> str:
    """What a question asks for as a noun phrase: "Who drove the lorry?" is "the person who drove the lorry"."""
    stem = question.rstrip(" ?.!")
    if match := re.match(r"(?:who|what)\s+(is|was|are|were)\s+(?=(?:the|an?)\s|(?-i:[A-Z]))(.+)", stem, re.IGNORECASE):
        return match.group(2)
    if match := re.match(r"(who|what)\s+(.+)", stem, re.IGNORECASE):
        subject = "what" if match.group(1).lower() == "what" else "the people who" if plural else "the person who"
        asks_subject = words_of(match.group(2))[0] not in DO and asked_noun(stem) == ""
        return f"{subject} {match.group(2)}" if asks_subject and not (plural and subject == "what") else ""
    asked = asked_for(stem)
    if plural and asked and not asked.noun and words_of(stem[asked.end :])[:1] in (["were"], ["are"]):
        return f"the people who {stem[asked.end :].strip()}"  # "How many were on board?"
    if not asked or not asked.noun or is_plural(asked.noun) != plural:
        return ""
    return _describe_counted(stem, asked.noun, asked.end)


def asked_noun(question: str) -> str:
    """The noun after "how many", "which" or "what" at the start of `question`, or ""."""
    asked = asked_for(question)
    return asked.noun if asked else ""


def plain_answer(turn: Turn) -> str:
    """The answer without its marks, each paragraph ended: a short answer is no part of the quote below it."""
    unmarked = re.sub(r"\s*\[\d+\]", "", turn.answer).strip()
    return re.sub(r"(?<=[^.!?\s])\s*\n\s*", ". ", unmarked)


def _describe_counted(stem: str, noun: str, end: int) -> str:
    """ "How many guards in the prison were killed" -> "the guards in the prison who were killed"."""
    phrases = noun_phrases(stem)
    for index, phrase in enumerate(phrases):
        if phrase.preposition and phrase.outer >= end and not stem[end : phrase.outer].strip():
            end = chain(stem, phrases, index).end
            break
    noun_chain, rest = stem[stem.index(noun) : end], stem[end:].strip()
    if not rest:
        return ""
    if words_of(rest)[0] in DO:  # "How many troops does Chad have in Mali?"
        counted = is_plural(noun) and _ROLE.fullmatch(noun.split()[-1])
        done = re.sub(r"^(?:do|does|did) ", "", rest)
        return f"the {noun_chain} that {done}" if counted and done != rest and noun_chain == noun else ""
    is_there = re.match(rf"(?:is|are|was|were) (?=(?:{'|'.join(sorted(PREPOSITIONS))})\b)", rest)
    if is_there:
        return f"the {noun_chain} {rest[is_there.end() :]}"  # "the UN troops in Mali"
    joined = "who" if _ROLE.fullmatch(noun.split()[-1]) else "that"
    return f"the {noun_chain} {joined} {rest}"


def _person_in_answer(turn: Turn) -> str:
    """The first name in the answer that can be a person's and is not in the question; full names first.

    Below an answer in a few words that says "he" ("he lost a vote") its quote tells who that is.
    """
    short, *rest = re.split(r"(?<=[.!?])\s+", plain_answer(turn))
    quoted = "\n" in turn.answer.strip() and len(short.split()) <= MAX_SHORT_WORDS
    found = _person_named(turn, short)
    if found or not (quoted and rest and _PERSONAL.search(short)):
        return found
    return _person_named(turn, rest[0])


def _person_named(turn: Turn, answer: str) -> str:
    known = set(words_of(turn.standalone))
    names = [
        name
        for phrase in noun_phrases(answer)
        if (name := _person_of(phrase, answer)) and not known & set(words_of(name))
    ]
    full = [name for name in names if " " in name]
    lone = [name for name in names if not answer.startswith(name) or len(answer.split()) <= MAX_NAME_WORDS]
    return next(iter(full or lone), "")


def _person_of(phrase: Phrase, text: str) -> str:
    """The name in `phrase` where it can be a person's: no place, no body, nobody's adjective."""
    if phrase.name is None or phrase.preposition in PLACE_PREPOSITIONS:
        return ""
    name = phrase.name.of(text)
    owner = re.match(r"['’]s\b", text[phrase.name.end :]) is not None
    whole = phrase.is_name and not phrase.is_definite
    titled = phrase.name.end == phrase.span.end and phrase.words[0].islower() and not phrase.is_name
    words = name.split()
    if not (owner or whole or titled) or len(words) > MAX_NAME_WORDS or _NO_PERSON & {w.lower() for w in words}:
        return ""
    if (
        name.lower() in LANDS
        or any(len(w) > 1 and w.isupper() for w in words)
        or (len(words) == 1 and _LONE_PEOPLE.search(name))
    ):
        return ""
    return name


def is_role(phrase: Phrase) -> bool:
    last = phrase.words[-1].lower()
    return _ROLE.fullmatch(last) is not None and last not in _NOT_ROLES and not phrase.is_name


def _first_chain(text: str, wanted: Callable[[Phrase], bool]) -> str:
    """The first noun phrase that is `wanted`, with all that hangs on it."""
    phrases = noun_phrases(text)
    first = next((i for i, phrase in enumerate(phrases) if not phrase.is_date and wanted(phrase)), None)
    return "" if first is None else chain(text, phrases, first).of(text)


def _whole_name(part: str) -> str:
    """The first name in one part of a list, with its determiner, or ""."""
    phrases = noun_phrases(part)
    return next((p.text for p in phrases if p.name is not None), "") or next((p.text for p in phrases), "")
