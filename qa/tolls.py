"""Tolls: what articles give as the number of killed, injured, arrested, sickened, and which figure is the latest.

This module does not know how a sentence phrases a count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.search import Findings
from index.sentences import split_sentences
from index.terms import STOP_WORDS
from qa.answer import Disagreement, Evidence, Verdict
from qa.attribution import judge_sentence
from qa.counts import asked_kind, asks_count, read_counts
from qa.evidence import LEAD_CHARS, unread_sentences, with_lead
from qa.facts import Facts, facts_of, is_form_of
from qa.parallels import is_same
from qa.values import Value, group_values, once_an_article
from qa.verbs import lemma, lemmas_of
from qa.written_dates import without_dates

_GROWS_DAYS = 180
"""Who was wounded may die months later; a year later it may be another event of the same name."""
_COUNTING = frozenset(
    lemma(word)
    for word in "people persons victims life lives toll deaths dead die died dying killed injured wounded hurt "
    "arrested detained evacuated rescued freed saved missing hospitalized hospitalised sickened sick ill infected "
    "displaced homeless stranded get got lose lost number total far now".split()
) | frozenset(map(lemma, STOP_WORDS))
_QUESTION = re.compile(r"(?:how|what|which|who)\b", re.IGNORECASE)
"""The first word of others ("Maui fire death toll") is a name where it has a capital."""
_STANDS = re.compile(r"how many (?:[\w’'-]+ ){1,4}?(?:are|have|has)\b", re.IGNORECASE)
_BESIDE = re.compile(r"^ reported\b|\bby\b", re.IGNORECASE)
_OF_MANY = frozenset(
    "fire hurricane storm cyclone typhoon tropical city county airport airlines high school university college bridge "
    "hospital hotel club center hall street".split()
)
"""Words of names that tell nothing alone."""
_SAYS = re.compile(
    r"^(?:The |[A-Z])[^,.;]{1,60}? (?:said|says|reported|confirmed) (?:that )?|,? according to [^,.;]+"
    r"|, as per [^,.;]+|, (?:[^,.;]{1,60} )?(?:said|says)(?: (?:on )?\w+day)?(?=[,.])"
)
"""Who counts, which is nothing of what is counted."""
_BOUND = re.compile(
    r"\b(?:first|initial\w*|original\w*|earl\w+|before|previous\w*|provisional\w*|preliminary|within|until|by|according"
    r"|report\w*|said|say|says|confirm\w*|announc\w+|estimat\w+|claim\w*|state[ds]?|alone|ago|last|final\w*|ever"
    r"|did (?!not\b)(?:[\w’'-]+ )+(?:count|put|give|record|list|find)|(?:1[89]|20)\d\d)\b",
    re.IGNORECASE,
)
"""Words that ask for the count of one time or source."""


def latest_count(
    question: str, answer: str, disagreements: Sequence[Disagreement], evidence: Sequence[Evidence]
) -> str:
    """`answer`, or the higher count that a later article gives, within `_GROWS_DAYS`: a toll grows, and so do the
    states that report cases.

    Not where the question names a time, a source or a stage of counting ("at first").
    """
    if not (_is_plain(question) or _asks_how_it_stands(question)):
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


def told_tolls(question: str, findings: Findings) -> list[list[Value]]:
    """The counts that articles give for what a plain question asks, those of one number together, the newest first.

    None where none of them is surely on its event.
    """
    if not _is_plain(question):
        return []
    kind = asked_kind(question)
    reports = [item for item in unread_sentences(findings, ()) if _may_be_on(question, item)]
    counted = ((item, read_tolls(question, item).get(kind, "")) for item in sorted(reports, key=lambda r: r.span))
    values = [Value(shown, item) for item, shown in counted if shown]
    if not any(_is_on(question, value.evidence) for value in values):
        return []
    return sorted(group_values(once_an_article(values)), key=_standing, reverse=True)


def _standing(values: Sequence[Value]) -> tuple[date, int, float]:
    """How new a count is; of one day, how many articles give it, and how high it is: it grows by the hour."""
    newest = values[0]
    return newest.evidence.article.published or date.min, len(values), max(facts_of(newest.shown).numbers, default=0)


def may_count_others(question: str, item: Evidence) -> bool:
    """Whether a count that `item` gives to a plain question may be of another event, which its sentence names."""
    return _is_plain(question) and not _may_be_on(question, item)


def _is_plain(question: str) -> bool:
    """Whether `question` asks for a count of no one time or source."""
    return asks_count(question) and _names_no_time_or_source(question)


def _asks_how_it_stands(question: str) -> bool:
    """Whether `question` asks for a count as of now: "How many states are affected by the outbreak?"."""
    stands = _STANDS.match(question)
    return stands is not None and _names_no_time_or_source(_BESIDE.sub(" ", question[stands.end() :]))


def _names_no_time_or_source(question: str) -> bool:
    return not _BOUND.search(question) and without_dates(question) == question


def _may_be_on(question: str, item: Evidence) -> bool:
    """Whether what `item` tells can be of the event: of two words for it ("school shooting") its article has one, and
    the sentence has its name, or none."""
    asked = _names_in(question)
    kinds = lemmas_of(question) - _COUNTING - frozenset(map(lemma, asked))
    told = lemmas_of(with_lead(item))
    named = facts_of(_SAYS.sub(" ", item.quote))
    own = any(_is_in(name, named) for name in asked - _OF_MANY or asked) or not named.names
    return own and (len(kinds) < 2 or bool(kinds & told))


def _names_in(question: str) -> frozenset[str]:
    return facts_of(question if _QUESTION.match(question) else f"In {question}").names


def _is_in(name: str, known: Facts) -> bool:
    """Whether `name`, or a form of it ("Greek" for "Greece"), is among what is `known`."""
    return name in known.words or any(is_form_of(name, other) for other in known.names)


def _is_on(question: str, item: Evidence) -> bool:
    """Whether title and sentence, with the lead if that has no name, have all that `question` counts the victims of."""
    article = item.article
    lead = "" if facts_of(_SAYS.sub(" ", item.quote)).names else article.text[:LEAD_CHARS]
    told = f"{article.title}\n{lead}\n{item.quote}"
    lacking = lemmas_of(question) - _COUNTING - lemmas_of(told)
    return lacking <= {lemma(name) for name in _names_in(question) if _is_in(name, facts_of(told))}


def tolls_of(question: str, answer: str, reports: Sequence[tuple[Evidence, dict[str, str]]]) -> list[Value]:
    """The counts of those asked for, whatever articles call them: "guards" of whom as many died are its "employees"."""
    asked = asked_kind(question)
    counted = [count for _, counts in reports for count in counts.items()]
    kinds = [asked, *(kind for kind, shown in counted if asked and kind and is_same(answer, shown))]
    found = ((item, next((counts[kind] for kind in kinds if kind in counts), "")) for item, counts in reports)
    return [Value(shown, item) for item, shown in found if shown]


def read_tolls(question: str, item: Evidence) -> dict[str, str]:
    """The counts that `item` gives, by kind, if its article is on what the question names."""
    article = item.article
    asked = _names_in(question)
    named = facts_of(with_lead(item))
    if not asked or not all(_is_in(name, named) for name in asked):
        return {}
    opening = next((span.of(article.text) for span in split_sentences(article.text[:LEAD_CHARS])), "")
    return read_counts(question, item.quote, article.title, opening)
