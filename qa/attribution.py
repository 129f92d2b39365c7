"""Every sentence of an answer against the evidence: which quote bears it out, and how far.

A sentence is judged against one quote at a time. Its numbers, months, weekdays and names must stand in
the quote or its article's title, within limits in the day of publication or the question; its content words must
mostly do so. The model's own [n] marks are ignored. This module does not know how evidence was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.article import Span
from index.sentences import split_sentences
from qa.amounts import is_of_another_amount
from qa.answer import Citation, Evidence, Verdict
from qa.asking import asked_words, held_words
from qa.facts import Facts, acronyms_of, facts_of, is_form_of, is_name, stands_in, tokenise
from qa.mentions import is_about_what_is_asked
from qa.retractions import is_retracted
from qa.rivals import names_rival
from qa.roles import leaves_outcome_open
from qa.wants import Want, wanted

SUPPORTED_RECALL = 0.6
"""Share of a sentence's content words that a quote must hold for the sentence to count as supported."""

WEAK_RECALL = 0.3
"""Below this share a sentence is unsupported even where its numbers and names stand in the quote."""

SHORT_WORDS = 3
"""A claim of so few content words is no paraphrase: each must be held. A model wrote "discriminatory meeting" for a
"disciplinary meeting" (2026-11)."""

_YES_OR_NO = re.compile(r"^(?:yes|no)\b[\s,.:;–—-]*", re.IGNORECASE)
_ASKS_WHAT_IS_NOT = re.compile(r"\b(?:not|never)\b|n['’]t\b")
_SAYS_NO = re.compile(
    r"\b(?:skip|reject|refus|declin|fail|boycott|absent|miss|exclud|den(?:y|ie)|un(?:able|willing))\w*", re.IGNORECASE
)
_MARK = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The best evidence for a sentence; `evidence` is None when none comes near."""

    verdict: Verdict
    evidence: Evidence | None
    recall: float
    reason: str
    verbatim: bool = False
    """Whether the sentence's words stand in the quote one after another."""
    about_asked: bool = False
    """Whether the quote's article is about the names and years of the question."""
    open_end: bool = False
    """Whether who won is asked and the quote tells who met whom, not how it ended."""
    counted: float = 0.0
    """How surely a number of the sentence counts the same thing in the quote: 1, 0.5 or 0."""


def judge_sentence(sentence: str, evidence: Sequence[Evidence], question: str) -> Judgement:
    """How far the best single quote of `evidence` bears out `sentence`."""
    said = strip_marks(sentence)
    if wanted(question) is Want.YES_OR_NO:
        said = _YES_OR_NO.sub("", said)
    claim = facts_of(said)
    asked = facts_of(question)
    best = Judgement(Verdict.UNSUPPORTED, None, 0.0, "no evidence was found")
    for item in (item for item in evidence if not is_retracted(item.quote)):
        verbatim = bool(said) and stands_in(said, item.quote)
        judgement = _judge(said, item, question, verbatim=verbatim)
        about = is_about_what_is_asked(question, item.article)
        counted = _counted(claim, item.quote, asked)
        is_open = leaves_outcome_open(question, f"{item.article.title} {item.quote}")
        judgement = replace(judgement, verbatim=verbatim, about_asked=about, open_end=is_open, counted=counted)
        if _order(judgement) > _order(best):
            best = judgement
    if best.open_end and best.verdict is Verdict.SUPPORTED:
        return replace(best, verdict=Verdict.WEAK, reason="the quote does not say how it ended")
    return best


def strip_marks(text: str) -> str:
    """`text` without [n] marks."""
    return _MARK.sub("", text).strip()


def split_claims(text: str) -> list[Span]:
    """The sentences of an answer."""
    return split_sentences(text)


def to_citation(claim: Span, judgement: Judgement) -> Citation:
    """`judgement` as a citation of the characters `claim` of the answer's text."""
    if judgement.evidence is None:
        raise ValueError("a judgement without evidence cannot be cited")
    item = judgement.evidence
    return Citation(claim, item.number, item.span, judgement.verdict, judgement.reason)


def counts_the_same(other: Judgement, best: Judgement) -> bool:
    """Whether a second quote's number counts what the best one's does, as far as can be told."""
    return other.counted >= best.counted


def judge_further(sentence: str, item: Evidence, best: Judgement, question: str) -> Judgement | None:
    """`item` as another source of a sentence that `best` bears out; None where it is none.

    Its quote says so without help of the title, and something of what is asked.
    """
    judgement = judge_sentence(sentence, [item], question)
    if judgement.verdict is not Verdict.SUPPORTED or not counts_the_same(judgement, best):
        return None
    untitled = replace(item, article=replace(item.article, title=""))
    by_itself = judge_sentence(sentence, [untitled], question).verdict is Verdict.SUPPORTED
    on_topic = not asked_words(question) or held_words(question, item.quote) - facts_of(sentence).words
    return judgement if by_itself and on_topic else None


def _order(judgement: Judgement) -> tuple[int, bool, bool, bool, float, float]:
    rank = {Verdict.UNSUPPORTED: 0, Verdict.WEAK: 1, Verdict.SUPPORTED: 2}[judgement.verdict]
    score = judgement.evidence.score if judgement.evidence else 0.0
    told = not judgement.open_end
    return rank, judgement.about_asked, told, judgement.verbatim, judgement.recall, score + 2 * judgement.counted


def _judge(said: str, item: Evidence, question: str, *, verbatim: bool) -> Judgement:
    claim, quote, asked = facts_of(said), facts_of(item.quote), facts_of(question)
    context = facts_of(item.article.title)
    missing = missing_facts(claim, quote, context, question, item)
    missing += sorted(acronyms_of(said) - acronyms_of(f"{item.article.title}\n{item.quote}") - acronyms_of(question))
    recall = (
        _recall(claim.words, quote.words | context.words, asked.words) if _says_something(said) else float(verbatim)
    )
    if not missing and not verbatim and len(claim.words) <= SHORT_WORDS:
        missing = sorted(claim.words - quote.words - context.words - asked.words)
    if missing:
        return Judgement(Verdict.UNSUPPORTED, item, recall, f"not in the quote: {', '.join(missing)}")
    if recall and _is_negated_otherwise(claim, item, question):
        return Judgement(Verdict.WEAK, item, recall, "one of sentence and quote is negated, the other is not")
    if recall >= WEAK_RECALL and is_of_another_amount(question, said, item.quote, item.article.title):
        return Judgement(Verdict.WEAK, item, recall, "the quote has another amount than the question")
    if recall >= SUPPORTED_RECALL and _names_another(said, item, question):
        return Judgement(Verdict.WEAK, item, recall, "only the title names it, the quote tells of another")
    if recall >= SUPPORTED_RECALL:
        return Judgement(Verdict.SUPPORTED, item, recall, "")
    if recall >= WEAK_RECALL:
        return Judgement(Verdict.WEAK, item, recall, "the quote says only part of this")
    return Judgement(Verdict.UNSUPPORTED, item, recall, "the quote speaks of something else")


def _says_something(said: str) -> bool:
    """Whether `said` holds anything that can be looked for: "him" or "no" does not."""
    claim = facts_of(said)
    return bool(claim.words or claim.numbers or claim.months or claim.weekdays or claim.names or acronyms_of(said))


def _is_negated_otherwise(claim: Facts, item: Evidence, question: str) -> bool:
    """Whether one of claim and quote says no where the other does not.

    A name or number takes its "not" from the question ("Who did not sign?"); a quote may say no of something else.
    """
    quote = facts_of(item.quote)
    if wanted(question) is Want.YES_OR_NO:
        return claim.negated != quote.negated
    last = split_sentences(question)[-1:]  # "It is not made in Texas. Where is it made?" does not ask for what is not
    asked = any(_ASKS_WHAT_IS_NOT.search(span.of(question)) for span in last)
    return (claim.negated or asked) and not quote.negated and not _SAYS_NO.search(item.quote)


def _names_another(said: str, item: Evidence, question: str) -> bool:
    """Whether only the title holds the name `said`, and the quote says of another name what is asked.

    "Halden bought Orla Creamery in 2021" under "Brennick Foods to buy Halden" does not tell that Brennick did. A title
    that holds more of what is asked, or as much, may be what answers.
    """
    only_title = not facts_of(said).words & facts_of(item.quote).words
    if wanted(question) is not Want.NAME or not is_name(said) or not only_title:
        return False
    tells_more = held_words(question, item.article.title) < held_words(question, item.quote)
    return tells_more and names_rival(said, item, question)


def missing_facts(claim: Facts, quote: Facts, context: Facts, question: str, item: Evidence) -> list[str]:
    """Numbers, months, weekdays and names of `claim` that nothing it may lean on holds.

    That are the quote, its title, in dates the day of publication, and the question where the claim says something else
    besides.
    """
    published, asked = item.article.published, facts_of(question)
    numbers, months = quote.numbers | context.numbers, quote.months | context.months | asked.months
    if claim.words - asked.words or claim.numbers - asked.numbers:
        numbers |= asked.numbers
    if published is not None:
        months |= {published.month}
        if claim.months or claim.weekdays or wanted(question) is Want.DATE:
            numbers |= {float(published.year)} | ({float(published.day)} if claim.months else set())
    names = quote.names | quote.words | context.names | asked.names | asked.words
    missing = [f"{n:g}" for n in sorted(claim.numbers - numbers)]
    missing += [f"month {m}" for m in sorted(claim.months - months)]
    missing += sorted(claim.weekdays - quote.weekdays - asked.weekdays)
    missing += sorted(n for n in claim.names if not _named(n, names))
    return missing


def _counted(claim: Facts, quote: str, asked: Facts) -> float:
    """1 if a number of the claim counts, in the quote, something the question speaks of; 0.5 if it is near, else 0.

    "Four guards died" and "two guards seized by four inmates" both hold "four" and "guards".
    """
    tokens = tokenise(quote)
    closeness = 0.0
    for at, token in enumerate(tokens):
        if facts_of(token).numbers & claim.numbers:
            following = facts_of(" ".join(tokens[at + 1 : at + 4])).words
            nearby = facts_of(" ".join(tokens[max(0, at - 4) : at + 8])).words
            closeness = max(closeness, 1.0 if following & asked.words else 0.5 if nearby & asked.words else 0.0)
    return closeness


def _named(name: str, known: frozenset[str]) -> bool:
    """Whether `name`, its stem or another form of it ("Russian" for "Russia") is known."""
    stems = facts_of(name).words | {name}
    return bool(stems & known) or any(is_form_of(name, other) for other in known)


def _recall(words: frozenset[str], held: frozenset[str], asked: frozenset[str]) -> float:
    """Share of content words held; words of the question count half, since repeating them proves nothing."""
    if not words:
        return 1.0
    weights = {w: 0.5 if w in asked and w not in held else 1.0 for w in words}
    total = sum(weights.values())
    return sum(weights[w] for w in words if w in held) / total
