"""Articles that give different values for the same thing: numbers, names, places, dates.

Two ways see one: a sentence that is parallel to one that holds the answer has another value in its place
(`qa/parallels.py`), or two sentences count what a question for a number asks for. Each article counts once, each
value with its independent sources. This module does not know which value is right; a later report comes first because
tolls and counts are revised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.search import Findings
from index.terms import speaks_of_now
from qa.answer import Disagreement, Evidence, Reading, Verdict
from qa.attribution import judge_sentence
from qa.counts import asks_count
from qa.evidence import unread_sentences
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
from qa.tolls import read_tolls, tolls_of
from qa.values import Value, group_values, once_an_article
from qa.wants import Want, wanted

_LEAST_SCORE = 0.5
"""Of the best evidence's score: a sentence further behind speaks of something else."""

MAX_VALUES, MAX_CITED = 4, 3
_MAX_HOLDERS = 24
"""Sentences with the answer that others are compared with: bounds the time."""


def find_disagreements(
    question: str, answer: str, evidence: Sequence[Evidence], findings: Findings | None = None
) -> tuple[tuple[Disagreement, ...], tuple[Evidence, ...]]:
    """The values that articles give for what `question` asks, and `evidence` with whatever else is quoted for them.

    `answer` is what was read from `evidence`; sentences of `findings` that were not read are compared with it, too.
    """
    pool = [*evidence, *unread_sentences(findings, evidence)] if findings else list(evidence)
    values = [
        *(_parallel_values(question, answer, pool) or _differing_values(question, answer, pool, evidence)),
        *_counted_values(question, answer, evidence, pool),
    ]
    groups = group_values(once_an_article(values))
    if len(groups) < 2:
        return (), tuple(evidence)
    known = list(evidence)
    readings = tuple(_to_reading(group, known) for group in groups[:MAX_VALUES])
    return (Disagreement(readings),), tuple(known)


def _parallel_values(question: str, answer: str, pool: Sequence[Evidence]) -> list[Value]:
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
        Value(shown, item)
        for item, words in split
        if item.article.id not in articles and (shown := _other_shown(question, answer, holding, item, words))
    ]
    return [*(Value(answer, item) for item, _, _ in holding), *others] if others else []


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
) -> list[Value]:
    """What the quote of `answer` and sentences parallel to it differ in, where that is of the kind asked for.

    For answers that are whole sentences, or stand beside what articles differ in.
    """
    judgement, kind = judge_sentence(answer, evidence, question), _KINDS.get(wanted(question))
    quote = judgement.evidence
    if quote is None or judgement.verdict is Verdict.UNSUPPORTED or kind is None:
        return []
    words = split_words(quote.quote, quote.article.title)
    values: list[Value] = []
    for item in pool:
        parts = differing_part(words, split_words(item.quote, item.article.title), question, kind)
        if parts is None or item.article.id == quote.article.id:
            continue
        if speaks_of_now(question) and not _of_one_time(quote, item):
            continue
        value, other = parts[0].of(quote.quote), parts[1].of(item.quote)
        if not is_same(value, other, quote.article.published, item.article.published):
            values += [Value(value, quote), Value(other, item)]
    return values


_ONE_TIME_DAYS = 60


def _of_one_time(a: Evidence, b: Evidence) -> bool:
    """Whether two reports can be of one event; without a date they can."""
    days = a.article.published, b.article.published
    return days[0] is None or days[1] is None or abs((days[0] - days[1]).days) <= _ONE_TIME_DAYS


def _counted_values(question: str, answer: str, evidence: Sequence[Evidence], pool: Sequence[Evidence]) -> list[Value]:
    """The number that articles give for what a question for a number counts; none where `answer` is not among them."""
    if wanted(question) is not Want.NUMBER and not asks_count(question):
        return []
    if asks_count(question):
        # The first count of an article is its newest: what is further down tells how it came about.
        reports = sorted(pool, key=lambda item: item.span)
        values = tolls_of(question, answer, [(item, read_tolls(question, item)) for item in reports])
    else:
        best = max((item.score for item in evidence), default=0.0)
        near = [item for item in sorted(evidence, key=lambda e: -e.score) if item.score >= _LEAST_SCORE * best]
        values = [Value(shown, item) for item in near if (shown := read_number(question, item))]
    if not facts_of(answer).numbers:
        return values
    alike = [value for value in values if _unit(value.shown) == _unit(answer)]
    same = [value.evidence for value in alike if is_same(answer, value.shown)]
    if same and speaks_of_now(question):
        alike = [value for value in alike if any(_of_one_time(value.evidence, item) for item in same)]
    return alike if same else []


def _unit(number: str) -> str:
    return "".join(re.findall(r"[$£€%]|\bper ?cent\b", number)).replace("percent", "%").replace("per cent", "%")


def _to_reading(group: Sequence[Value], known: list[Evidence]) -> Reading:
    """One value with its independent sources; those not numbered yet are added to `known`."""
    sources = independent([value.evidence for value in group])
    numbers = []
    for item in sources[:MAX_CITED]:
        if not item.number:
            item = replace(item, number=len(known) + 1)
            known.append(item)
        numbers.append(item.number)
    return Reading(group[0].shown, tuple(numbers), len(sources))
