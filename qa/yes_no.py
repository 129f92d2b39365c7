"""Answers to questions that want yes or no, without the model: it says "yes" where nothing of the kind is told.

"Yes" stands where one sentence says all that is asked, in the order in which it is asked. Else the sentences nearest to
what is asked are shown as what the articles say of it, and whether that is a yes or a no is left to the reader. This
module does not know how evidence is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.terms import STOP_WORDS, stem
from qa.answer import Evidence, Verdict
from qa.attribution import Judgement
from qa.composition import Draft
from qa.evidence import LEAD_CHARS
from qa.facts import facts_of, stems_of, tokenise
from qa.outcome import Outcome
from qa.phrases import BE, DETERMINERS, PREPOSITIONS, word_set
from qa.verbs import is_past, lemma
from qa.wants import Want, wanted

YES = "Yes"
NEITHER = "The articles do not say yes or no. Nearest to it they say:"
UNSAID = "it may not answer: read it"
"""Why what articles say of it is marked."""

TOLD = 0.35
"""The least score of the best sentence for any to be shown. Of 30 questions on the sample archive the best for those of
which articles tell something has 0.42 or more, for the others 0.29 or less (`tests/yes_no.jsonl`, 2026-11)."""

_SHOWN = 3
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
"""A word with its possessive ending: "Macron's" is not who resigned."""
_OPEN = re.compile(
    r"\b(?:if|unless|whether|may|might|could|would|will|should|reportedly|alleg\w+|accus\w+|suspect\w*|rumou?r\w*|false\w*|"
    r"untrue|nearly|almost|likely|unlikely|possib\w+|believ\w+|expect\w*|said to|deni\w+|deny|wrong\w*|incorrect\w*|"
    r"hoax|fake|claim\w* that)\b",
    re.IGNORECASE,
)
"""What a sentence tells with it may not have happened."""
_MEASURED = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|all|every\w*|only|both|more|less|fewer|most|least|still|"
    r"already|again|ever|yet|too|also|always)\b",
    re.IGNORECASE,
)
"""Asked with it, the words alone do not tell."""
_MORE = re.compile(
    r"\bor\b|^(?:can|could|would|will) you\b|\band (?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE
)
_FUTURE = re.compile(r"(?:will|would|can|could|true)\b", re.IGNORECASE)
_BESIDE = word_set("has have had also then later since now finally soon been was were is are being got")
"""What may stand between who does something and the verb, beside adverbs in -ly."""


def asks_yes_or_no(question: str) -> bool:
    """Whether `question` wants yes or no alone: not one of two things ("a bomb or a gas leak?"), nor something done."""
    return wanted(question) is Want.YES_OR_NO and not _MORE.search(question)


def answer_yes_or_no(outcome: Outcome) -> Draft:
    """What the evidence says to the question, with the best sentence's score as confidence; empty where none tells."""
    question, evidence, draft = outcome.query.text, outcome.evidence, Draft()
    best = outcome.confidence = max((item.score for item in evidence), default=0.0)
    if best < TOLD:
        return draft
    told = sorted((item for item in evidence if item.score >= best / 2), key=lambda item: -item.score)
    if yes := next((item for item in told if says_yes(question, item)), None):
        borne_out = Judgement(Verdict.SUPPORTED, yes, 1.0, "")
        outcome.said = YES
        draft.add(YES, [borne_out], gap="")
        draft.add(" ".join(yes.quote.split()), [borne_out], gap="\n\n")
        return draft
    draft.add(NEITHER, [], gap="")
    for item in told[:_SHOWN]:
        draft.add(" ".join(item.quote.split()), [Judgement(Verdict.WEAK, item, 1.0, UNSAID)], gap="\n\n")
    return draft


def says_yes(question: str, item: Evidence) -> bool:
    """Whether the quote says what `question` asks: who does it right before the verb, and then the rest in its order.

    "Islamic State claimed the bombing" is no yes to whether others did, "Macron's minister resigned" none to whether he
    did, "Russia condemned the attack on Kyiv" none to whether it attacked. Names of the rest may stand in the title or
    the lead, where the quote has no others there: "was arrested in Bergen" is no yes to Oslo.
    """
    if _FUTURE.match(question) or _MEASURED.search(question) or _OPEN.search(item.quote):
        return False
    if facts_of(question).negated != facts_of(item.quote).negated:
        return False
    auxiliary, *words = _content_of(question)
    is_be = auxiliary.text.lower() in BE or " been " in question
    names = frozenset(stem(name) for name in facts_of(question).names)
    around = names & stems_of(f"{item.article.title}\n{item.article.text[:LEAD_CHARS]}")
    return any(
        _tells(item.quote, [w.text for w in words[:at]], words[at].text, words[at + 1 :], around, is_be=is_be)
        for at in range(1, len(words))
        if words[at].text.islower()
    )


class _Word(NamedTuple):
    """A content word of a question and the preposition before it, "" for none."""

    text: str
    preposition: str


def _content_of(question: str) -> list[_Word]:
    """The first word of `question`, then its content words."""
    words: list[_Word] = []
    preposition = ""
    for token in tokenise(question):
        word = token.lower()
        if not words or word not in STOP_WORDS:
            words.append(_Word(token, preposition))
        if word not in DETERMINERS:
            preposition = word if word in PREPOSITIONS else ""
    return words


def _tells(
    quote: str, subject: Sequence[str], verb: str, rest: Sequence[_Word], around: frozenset[str], *, is_be: bool
) -> bool:
    """Whether `quote` has `subject`, then the past of `verb` or a form of "be" with `verb`, then `rest` in order."""
    found = list(_TOKEN.finditer(quote))
    tokens = [match.group().lower() for match in found]
    for at, token in enumerate(tokens):
        if token != verb.lower() if is_be else not (is_past(token) and lemma(token) == lemma(verb)):
            continue
        end = at
        while end and (tokens[end - 1] in _BESIDE | DETERMINERS or tokens[end - 1].endswith("ly")):
            end -= 1
        if any(t in BE for t in tokens[end:at]) != is_be:
            continue
        before = quote[: found[end].start()].rstrip(" ,")
        does = any(_ends_with(text, subject) for text in (before, re.sub(r", [^,;]{1,90}$", "", before)))
        clause = re.split(r"[,;]\s", quote[found[at].end() :], maxsplit=1)[0]
        elsewhere = frozenset() if facts_of(clause).names else around
        if does and _stand_in_order(rest, [token.lower() for token in tokenise(clause)], elsewhere):
            return True
    return False


def _ends_with(before: str, subject: Sequence[str]) -> bool:
    """Whether `before` ends with `subject` alone: not "two of the guards", nor "after Macron"."""
    tokens = [token.lower() for token in _TOKEN.findall(before)]
    last = [stem(token) for token in tokens[-len(subject) :]]
    if last != [stem(word.lower()) for word in subject]:
        return False
    leading = [token for token in tokens[: -len(subject)] if token not in DETERMINERS]
    return not leading or leading[-1] not in PREPOSITIONS


def _stand_in_order(words: Sequence[_Word], tokens: Sequence[str], around: frozenset[str]) -> bool:
    """Whether `words` stand in `tokens`, each after the one before and behind its own preposition.

    One of those `around` need not stand there.
    """
    stems = [stem(token) for token in tokens]
    start = 0
    for word in words:
        root = stem(word.text.lower())
        at = next((i for i in range(start, len(stems)) if stems[i] == root), -1)
        if at < 0 and root not in around:
            return False
        if at >= 0 and word.preposition:
            leading = [token for token in tokens[start:at] if token in PREPOSITIONS]
            if leading[-1:] != [word.preposition]:
                return False
        start = at + 1 if at >= 0 else start
    return True
