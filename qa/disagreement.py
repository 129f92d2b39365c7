"""Articles that give different values for the same thing: numbers, names, places, dates.

Two ways see one: a sentence that is parallel to one that holds the answer has another value in its place
(`qa/parallels.py`), or two sentences count what a question for a number asks for. Each article counts once, each
value with its independent sources. This module does not know which value is right; a later report comes first because
tolls and counts are revised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.search import Findings
from index.sentences import split_sentences
from index.terms import speaks_of_now
from qa.answer import Disagreement, Evidence, Reading, Verdict
from qa.attribution import judge_sentence
from qa.counts import asked_kind, asks_count, read_counts
from qa.evidence import PASSAGES
from qa.facts import facts_of
from qa.independence import independent
from qa.parallels import (
    MAX_VALUE_WORDS,
    Words,
    differing_part,
    find_value,
    is_same,
    kind_of,
    other_value,
    speaks_as_much,
    split_words,
)
from qa.recount import read_number
from qa.retractions import is_retracted
from qa.wants import Want, wanted
from qa.written_dates import without_dates

_LEAST_SCORE = 0.5
"""Of the best evidence's score: a sentence further behind speaks of something else."""

_LEAD_CHARS = 400
MAX_VALUES, MAX_CITED = 4, 3
_MAX_HOLDERS = 24
"""Sentences with the answer that others are compared with: bounds the time."""

_GROWS_DAYS = 180
"""Who was wounded may die months later; a year later it may be another event of the same name."""
_BOUND = re.compile(
    r"\b(?:first|initial\w*|original\w*|earl\w+|before|previous\w*|provisional\w*|preliminary|within|until|by|according"
    r"|report\w*|said|say|says|confirm\w*|announc\w+|estimat\w+|claim\w*|state[ds]?)\b",
    re.IGNORECASE,
)
"""Words that ask for the count of one time or source."""


@dataclass(frozen=True, slots=True)
class _Value:
    shown: str
    evidence: Evidence


def find_disagreements(
    question: str, answer: str, evidence: Sequence[Evidence], findings: Findings | None = None
) -> tuple[tuple[Disagreement, ...], tuple[Evidence, ...]]:
    """The values that articles give for what `question` asks, and `evidence` with whatever else is quoted for them.

    `answer` is what was read from `evidence`; sentences of `findings` that were not read are compared with it, too.
    """
    pool = [*evidence, *_unread(findings, evidence)] if findings else list(evidence)
    values = [
        *(_parallel_values(question, answer, pool) or _differing_values(question, answer, pool, evidence)),
        *_counted_values(question, answer, evidence, pool),
    ]
    groups = _group(_once_an_article(values))
    if len(groups) < 2:
        return (), tuple(evidence)
    known = list(evidence)
    readings = tuple(_to_reading(group, known) for group in groups[:MAX_VALUES])
    return (Disagreement(readings),), tuple(known)


def latest_count(
    question: str, answer: str, disagreements: Sequence[Disagreement], evidence: Sequence[Evidence]
) -> str:
    """`answer`, or the higher count that a later article gives, within `_GROWS_DAYS`: a toll grows.

    Not where the question names a time, a source or a stage of counting ("at first").
    """
    if not asks_count(question) or _BOUND.search(question) or without_dates(question) != question:
        return answer
    readings = [reading for disagreement in disagreements for reading in disagreement.readings]
    given = next((r for r in readings if is_same(answer, r.value)), None)
    if given is None or not readings[0].value or readings[0] is given:
        return answer
    latest, known = (evidence[reading.numbers[0] - 1] for reading in (readings[0], given))
    days = latest.article.published, known.article.published
    if days[0] is None or days[1] is None or not 0 < (days[0] - days[1]).days <= _GROWS_DAYS:
        return answer
    grown = max(facts_of(readings[0].value).numbers, default=0) > max(facts_of(answer).numbers, default=0)
    borne_out = judge_sentence(readings[0].value, [latest], question).verdict is not Verdict.UNSUPPORTED
    return readings[0].value if grown and borne_out else answer


def _unread(findings: Findings, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The sentences of the best passages that are no evidence, not numbered yet."""
    read = {(item.article.id, item.span) for item in evidence}
    for candidate in findings.candidates[:PASSAGES]:
        for span in candidate.passage.sentences:
            known = (candidate.passage.article.id, span) in read
            if not known and not is_retracted(span.of(candidate.passage.article.text)):
                yield Evidence(0, candidate.passage.article, span, 0.0)


def _parallel_values(question: str, answer: str, pool: Sequence[Evidence]) -> list[_Value]:
    """The answer in every sentence that holds it, and what stands in its place in sentences parallel to these."""
    if not kind_of(answer) or len(answer.split()) > MAX_VALUE_WORDS:
        return []
    split = [(item, split_words(item.quote, item.article.title)) for item in pool]
    holding = [(item, words, at) for item, words in split for at in find_value(words, answer)]
    if not holding:
        return []
    best = holding[0][1]
    holding = [h for h in holding if speaks_as_much(question, best.about, h[1].about)][:_MAX_HOLDERS] or holding[:1]
    articles = {item.article.id for item, _, _ in holding}
    others = [
        _Value(shown, item)
        for item, words in split
        if item.article.id not in articles and (shown := _other_shown(question, answer, holding, item, words))
    ]
    return [*(_Value(answer, item) for item, _, _ in holding), *others] if others else []


def _other_shown(
    question: str,
    answer: str,
    holding: Iterable[tuple[Evidence, Words, tuple[int, int]]],
    item: Evidence,
    words: Words,
) -> str:
    """The other value that `item` gives, or ""."""
    for holder, held, at in holding:
        if speaks_of_now(question) and not _of_one_time(holder, item):
            continue  # last year's winner is no other value for this year's
        span = other_value(held, at, words, question)
        if span and not is_same(answer, span.of(item.quote), holder.article.published, item.article.published):
            return span.of(item.quote)
    return ""


_KINDS = {Want.NUMBER: "number", Want.DATE: "date", Want.NAME: "name", Want.OTHER: "name"}


def _differing_values(
    question: str, answer: str, pool: Sequence[Evidence], evidence: Sequence[Evidence]
) -> list[_Value]:
    """What the quote of `answer` and sentences parallel to it differ in, where that is of the kind asked for.

    For answers that are whole sentences, or stand beside what articles differ in.
    """
    judgement, kind = judge_sentence(answer, evidence, question), _KINDS.get(wanted(question))
    quote = judgement.evidence
    if quote is None or judgement.verdict is Verdict.UNSUPPORTED or kind is None:
        return []
    words = split_words(quote.quote, quote.article.title)
    values: list[_Value] = []
    for item in pool:
        parts = differing_part(words, split_words(item.quote, item.article.title), question, kind)
        if parts is None or item.article.id == quote.article.id:
            continue
        if speaks_of_now(question) and not _of_one_time(quote, item):
            continue
        value, other = parts[0].of(quote.quote), parts[1].of(item.quote)
        if not is_same(value, other, quote.article.published, item.article.published):
            values += [_Value(value, quote), _Value(other, item)]
    return values


_ONE_TIME_DAYS = 60


def _of_one_time(a: Evidence, b: Evidence) -> bool:
    """Whether two reports can be of one event; without a date they can."""
    days = a.article.published, b.article.published
    return days[0] is None or days[1] is None or abs((days[0] - days[1]).days) <= _ONE_TIME_DAYS


def _counted_values(question: str, answer: str, evidence: Sequence[Evidence], pool: Sequence[Evidence]) -> list[_Value]:
    """The number that articles give for what a question for a number counts; none where `answer` is not among them."""
    if wanted(question) is not Want.NUMBER and not asks_count(question):
        return []
    if asks_count(question):
        # The first count of an article is its newest: what is further down tells how it came about.
        reports = sorted(pool, key=lambda item: item.span)
        values = _tolls(question, answer, [(item, _read_tolls(question, item)) for item in reports])
    else:
        best = max((item.score for item in evidence), default=0.0)
        near = [item for item in sorted(evidence, key=lambda e: -e.score) if item.score >= _LEAST_SCORE * best]
        values = [_Value(shown, item) for item in near if (shown := read_number(question, item))]
    if not facts_of(answer).numbers:
        return values
    alike = [value for value in values if _unit(value.shown) == _unit(answer)]
    same = [value.evidence for value in alike if is_same(answer, value.shown)]
    if same and speaks_of_now(question):
        alike = [value for value in alike if any(_of_one_time(value.evidence, item) for item in same)]
    return alike if same else []


def _tolls(question: str, answer: str, reports: Sequence[tuple[Evidence, dict[str, str]]]) -> list[_Value]:
    """The counts of those asked for, whatever articles call them: "guards" of whom as many died are its "employees"."""
    asked = asked_kind(question)
    counted = [count for _, counts in reports for count in counts.items()]
    kinds = [asked, *(kind for kind, shown in counted if asked and kind and is_same(answer, shown))]
    found = ((item, next((counts[kind] for kind in kinds if kind in counts), "")) for item, counts in reports)
    return [_Value(shown, item) for item, shown in found if shown]


def _read_tolls(question: str, item: Evidence) -> dict[str, str]:
    """The counts that `item` gives, by kind, if its article is on what the question names."""
    article = item.article
    asked = facts_of(question).names
    named = facts_of(f"{article.title}\n{article.text[:_LEAD_CHARS]}\n{item.quote}")
    if not asked or not asked <= named.names | named.words:
        return {}
    opening = next((span.of(article.text) for span in split_sentences(article.text[:_LEAD_CHARS])), "")
    return read_counts(question, item.quote, article.title, opening)


def _unit(number: str) -> str:
    return "".join(re.findall(r"[$£€%]|\bper ?cent\b", number)).replace("percent", "%").replace("per cent", "%")


def _once_an_article(values: Iterable[_Value]) -> list[_Value]:
    first: dict[str, _Value] = {}
    for value in values:
        first.setdefault(value.evidence.article.id, value)
    return list(first.values())


def _group(values: Sequence[_Value]) -> list[list[_Value]]:
    """Values that are one in other words together; the group with the newest report first, newest first within."""
    groups: list[list[_Value]] = []
    for value in sorted(values, key=_day, reverse=True):
        for group in groups:
            days = group[0].evidence.article.published, value.evidence.article.published
            if is_same(group[0].shown, value.shown, *days):
                group.append(value)
                break
        else:
            groups.append([value])
    return groups


def _day(value: _Value) -> date:
    return value.evidence.article.published or date.min


def _to_reading(group: Sequence[_Value], known: list[Evidence]) -> Reading:
    """One value with its independent sources; those not numbered yet are added to `known`."""
    sources = independent([value.evidence for value in group])
    numbers = []
    for item in sources[:MAX_CITED]:
        if not item.number:
            item = replace(item, number=len(known) + 1)
            known.append(item)
        numbers.append(item.number)
    return Reading(group[0].shown, tuple(numbers), len(sources))
