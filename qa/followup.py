"""Follow-up questions made to stand alone, by rules: "And in Mali?", "Why?", "When was he killed?", "the second one".

The first of `_RULES` that applies rewrites the question with words of earlier turns; a question that none applies to
is on a subject of its own and is returned as it is. Rules guess: callers show how a question was understood. This
module does not know how one finds out what can be found, nor any language but English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.anaphora import ORDINALS, FollowUp, Keeps, finds_pronoun, inherit, point, put, resolve, with_topic
from qa.answer import Turn
from qa.phrases import PREPOSITIONS, QUESTION_WORDS, asked_for, is_capital, is_verb, noun_phrases, singular, words_of
from qa.referents import asked_noun, find_event, find_item, find_thing, topic_of
from qa.replacement import ask_same, replace_part
from qa.smalltalk import reply_to_smalltalk

_COURTESY = re.compile(r"(?:(?:ok|okay|thanks|thank you|great|i see|right|please)[,.!]\s*)+", re.IGNORECASE)
_OPENING = re.compile(r"(?:and|but|so|or|also|then)\b,?\s*", re.IGNORECASE)


def keep_subject(question: str, before: str) -> bool:
    """That a short question is still on the last subject, where nobody can look that up."""
    return True


def leave_alone(question: str, before: str) -> bool:
    """That a question with a name of its own is not on the last subject, where nobody can look that up."""
    return False


def make_standalone(
    question: str, history: Sequence[Turn], keeps: Keeps = keep_subject, bears_out: Keeps = leave_alone
) -> str:
    """`question` with what it takes from earlier turns put in; unchanged where it stands alone already.

    `keeps` is asked whether a question too short to tell is still on the last subject, `bears_out` whether one that
    may stand alone is.
    """
    asked_before = (t for t in reversed(history) if t.standalone and reply_to_smalltalk(t.question) is None)
    turns = tuple(replace(turn, standalone=_name_keywords(turn.standalone)) for turn in asked_before)
    text = " ".join(question.split()).rstrip(" ?.!")
    if courtesy := _COURTESY.match(text):
        text = text[courtesy.end() :]
    opening = _OPENING.match(text)
    asked = FollowUp(text[opening.end() :] if opening else text, opening is not None, turns, keeps, bears_out)
    if not turns or not asked.text or reply_to_smalltalk(question) is not None:
        return question
    rewritten = next((found for rule in _RULES if (found := rule(asked))), "")
    return _as_question(rewritten) if rewritten else question


def _name_keywords(question: str) -> str:
    """ "Brussels bombings toll" is "the Brussels bombings toll"; a question or a name is as it is."""
    words = words_of(question)
    asks = any(word in QUESTION_WORDS | PREPOSITIONS or is_verb(word) for word in words[:3])
    if asks or words[:1] == ["the"] or not question[-1:].islower() or all(map(is_capital, question.split())):
        return question
    return f"the {question}"


def _as_question(text: str) -> str:
    text = " ".join(text.split()).rstrip(" ?.!,")
    return f"{text[:1].upper()}{text[1:]}?"


_CORRECTION = re.compile(
    r"(?:(?:no|nope|sorry|wait|actually)\b[\s,.;:!-]+)*"
    r"(?:(?:i (?:mean|meant|said|was asking about)|make that|rather)\b[\s,:]*|not (?P<wrong>[^,;]+)[,;]\s*(?:but )?)"
    r"|(?:(?:no|nope|sorry|wait|actually)[,.;:!]\s*)+",
    re.IGNORECASE,
)


def _correct(asked: FollowUp) -> str:
    """ "No, I mean the 2017 one": the last question with that part changed."""
    match = _CORRECTION.match(asked.text)
    rest = re.sub(r",? (?:and )?not \S.*$", "", asked.text[match.end() :]) if match else ""
    if not rest:
        return ""
    if _is_clause(rest):
        return make_standalone(rest, asked.turns[::-1], asked.keeps, asked.bears_out)
    wrong = match["wrong"] if match else None
    if wrong and wrong.lower() in asked.previous.lower():
        right = re.sub(r"\bone\b", wrong.split()[-1], rest)
        return re.sub(re.escape(wrong), lambda _: right, asked.previous, flags=re.IGNORECASE)
    return _replace(replace(asked, text=rest))


_BARE = re.compile(
    r"(?P<word>why not|why|when|where|how|who|since when)"
    r"(?: exactly| precisely| then| so| (?:is|was) (?:that|this|it))*"
    r"|(?P<degree>how (?:bad|big|far|fast|high|large|long|old|often|soon|strong))",
    re.IGNORECASE,
)


_MORE = re.compile(
    r"(?:(?:can you )?(?:tell|give) me more|more(?: details)?|go on|what else)"
    r"(?: (?:details )?about (?:it|this|that))?",
    re.IGNORECASE,
)


def _ask_again(asked: FollowUp) -> str:
    """ "Why?": the last question with that question word."""
    if _MORE.fullmatch(asked.text):
        return f"what else is known about {topic_of(asked.previous)}"
    match = _BARE.fullmatch(asked.text)
    return ask_same(asked.previous, (match["word"] or match["degree"]).lower()) if match else ""


_ABOUT = re.compile(r"(?:what|how) about\s+", re.IGNORECASE)
MAX_FRAGMENT_WORDS = 10


def _complete(asked: FollowUp) -> str:
    """ "And in Mali?", "what about the pilot?", "how many children?": the last question with that part changed."""
    about = _ABOUT.match(asked.text)
    fragment = asked.text[about.end() :] if about else asked.text
    words = words_of(fragment)
    if not 0 < len(words) <= MAX_FRAGMENT_WORDS or _is_clause(fragment) or finds_pronoun(fragment):
        return ""
    lone_name = len(words) <= 2 and fragment[0].isupper() and any(p.text == fragment for p in noun_phrases(fragment))
    leads = words[0] in PREPOSITIONS or words[0] in {"how", "which", "whose"} or _ONE.match(fragment)
    return _replace(replace(asked, text=fragment)) if about or asked.joined or lone_name or leads else ""


def _replace(asked: FollowUp) -> str:
    match = _ONE.search(asked.text)
    item, topic = _name_item(asked, match) if match else ("", "")
    if match and (topic or (item and asked_noun(asked.previous) and match["order"])):
        return with_topic(f"what about {item}", topic or topic_of(asked.previous))
    if match and not item and (match["kind"] or "").lower() == "other":
        return ""
    part = put(asked.text, match, item) if match and item else asked.text
    named = any(phrase.is_name for phrase in noun_phrases(part))  # "what about Rostov?" may mean an earlier question
    changed = [replace_part(turn.standalone.rstrip(" ?.!"), part) for turn in asked.turns[: None if named else 1]]
    return next((text for text in changed if not text.endswith(f", and {part}")), changed[0])


def _is_clause(text: str) -> bool:
    """Whether `text` is more than a fragment: it has a verb or asks "who" or "when" by itself."""
    asked = asked_for(text)
    rest = words_of(text[asked.end :] if asked else text)
    if asked and asked.noun and rest and rest[0] not in PREPOSITIONS:
        return True
    nouns = {word for phrase in noun_phrases(text) for word in words_of(phrase.text)}
    if rest and rest[0] in QUESTION_WORDS:
        return True
    return len(rest) > 1 and any(is_verb(word) and word not in nouns for word in rest)


_ONE = re.compile(
    rf"\bthe (?P<order>{ORDINALS})(?: (?:one|of (?:them|these|those)))?"
    r"(?=\W*$| (?:is|was|were|has|had|did|does|do|will)\b)|\bthe (?:(?P<kind>[\w-]+(?: (?-i:[A-Z])[\w-]+)*) )?ones?\b",
    re.IGNORECASE,
)


def _pick(asked: FollowUp) -> str:
    """ "Who came to power in the second one?": with the item named, and what it is one of."""
    match = _ONE.search(asked.text)
    if not match:
        return ""
    item, topic = _name_item(asked, match)
    return with_topic(put(asked.text, match, item), topic) if item else ""


def _name_item(asked: FollowUp, match: re.Match[str]) -> tuple[str, str]:
    """What "the second one" is, and its topic where that does not say it: a listed name, a counted noun, a thing."""
    which = match["order"] or match["kind"] or ""
    if item := asked.find(lambda turn: find_item(turn, which)):
        return item, ""
    if which.lower() == "other":
        return "", ""  # nothing says of which two
    counted = next((turn for turn in asked.turns if asked_noun(turn.standalone)), None)
    if counted and which.islower():
        noun = re.sub(r"^(?:two|three|four|five|\d+) ", "", asked_noun(counted.standalone))
        return f"the {which} {singular(noun)}", topic_of(counted.standalone)
    known = asked.find(find_event) or asked.find(find_thing)
    if known and not which:
        phrases = noun_phrases(known)
        return (f"the {phrases[0].words[-1]}" if phrases else ""), ""
    changed = replace_part(known, which) if not which.islower() else ", and"
    if ", and" in changed:
        changed = re.sub(rf"^(?:the |an? )?(?:(?:{ORDINALS}) )?", f"the {which} ", known)
    return (changed if known else ""), ""


_RULES = (_correct, _ask_again, _complete, _pick, resolve, point, inherit)
"""In this order: what is left of a question decides which rules are still right for it."""
