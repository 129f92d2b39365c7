"""When an event was: the day that sentences which tell of it give, and whether an answer's own sentence says it.

This module does not know how dates are written (`qa/written_dates.py`), nor which of a sentence's dates is that of what
it tells (`qa/dating.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.search import Findings
from index.terms import STOP_WORDS
from qa.answer import Evidence
from qa.dating import find_when, find_written
from qa.evidence import unread_sentences, with_lead
from qa.facts import facts_of, tokenise
from qa.phrases import is_spoken
from qa.values import Value
from qa.verbs import lemma, lemmas_of
from qa.written_dates import Precision, When, find_dates

_ASKS = re.compile(
    r"when(?: exactly)? (?:(?P<past>did|was|were|had)|is|are|will|does|do|has|have)\b"
    r"(?!.*\b(?:last|first|again|ever)\b)",
    re.IGNORECASE,
)
_HAPPEN = frozenset(map(lemma, "happen occur take place strike hit come hold".split()))
"""What any sentence on an event says of it in some word."""
_STOPS = frozenset(map(lemma, STOP_WORDS))
_TURNS = tuple(
    frozenset(map(lemma, words.split()))
    for words in (
        "begin start launch kick",
        "end finish conclude",
    )
)
"""What is asked of an event, in whatever word."""
_ASIDE_AFTER = frozenset("after following since before of about over from to on amid despite until".split())
_ASIDE_WORDS = 4
"""An event that stands so near after one of these is not what the sentence tells: "a vigil after the collapse"."""
_FOR_A_DAY = re.compile(r"\b(?:for|than|of)\s+(?:\w+day, )?$")
_OPEN = re.compile(r"\b(?:[Ii]f|[Uu]nless|[Ww]hether|could|would|might|may)\b")
"""What a sentence tells with it may not have happened."""
_PART_OF_DAY = re.compile(r" (?:morning|afternoon|evening|night)\b")
_SLACK = timedelta(2)
"""An article may be dated a day before what it tells: other time zones, late changes."""
_FRESH = timedelta(7)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month or year, and how a sentence gives it."""

    when: When
    value: Value

    @property
    def published(self) -> date:
        return self.value.evidence.article.published or date.max


def told_day(question: str, findings: Findings) -> Day | None:
    """The day that sentences give for the event whose time is asked; None where none tells of it by all its words.

    Of several days that of which most articles tell at once: what is told years later is another event's, or its trial.
    """
    asks = _ASKS.match(question)
    if asks is None:
        return None
    told = list(_days(question, findings, coming=asks["past"] is None))
    by_day: dict[tuple[date, Precision], list[Day]] = {}
    for each in told:
        by_day.setdefault((each.when.day, each.when.precision), []).append(each)
    best = max(by_day.values(), key=_likeliness, default=None)
    return best[0] if best else None


def _likeliness(told: Sequence[Day]) -> tuple[bool, bool, int, int]:
    when = told[0].when
    fresh = any(timedelta(0) <= each.published - when.day <= _FRESH for each in told)
    articles = len({each.value.evidence.article.id for each in told})
    return when.precision is Precision.DAY, fresh, articles, -when.day.toordinal()


def _days(question: str, findings: Findings, *, coming: bool) -> Iterator[Day]:
    for item in unread_sentences(findings, ()):
        article = item.article
        published = article.published
        if published is None or not _tells_of(question, item, coming=coming):
            continue
        found = find_written(item.quote, published, remarks=False)
        if found is None:
            continue
        written, when = found
        before = item.quote[: written.start]
        if is_spoken(before) or _FOR_A_DAY.search(before) or (not coming and _OPEN.search(before)):
            continue
        if when.last < published if coming else when.day > published + _SLACK:
            continue
        end = part.end() if (part := _PART_OF_DAY.match(item.quote, written.end)) else written.end
        yield Day(when, Value(_without_preposition(item.quote[written.start : end]), item))


def _tells_of(question: str, item: Evidence, *, coming: bool) -> bool:
    """Whether the sentence says of what the question names all else that it asks about, and not in passing."""
    names = frozenset(map(lemma, facts_of(question).names))
    own = facts_of(item.quote)
    if not names & frozenset(map(lemma, own.names | own.words)) or not names <= lemmas_of(with_lead(item)):
        return False
    asked, told = lemmas_of(question) - _STOPS - names, lemmas_of(item.quote)
    rest = _without_turns(asked - _HAPPEN, told) if asked - _HAPPEN or asked & told else None
    if rest is None or not rest <= told or (not coming and _is_yet_to(asked, item.quote)):
        return False
    return not any(_is_aside(word, item.quote) for word in rest)


def _without_turns(asked: frozenset[str], told: frozenset[str]) -> frozenset[str] | None:
    """`asked` without "begin", where what is told says so in some word; None where it does not."""
    for turn in _TURNS:
        if asked & turn and not told & turn:
            return None
        asked -= turn
    return asked


def _is_yet_to(asked: frozenset[str], sentence: str) -> bool:
    """Whether it only says "to end" of what is asked to have ended."""
    tokens = [token.lower() for token in tokenise(sentence)]
    for turn in _TURNS:
        places = [at for at, token in enumerate(tokens) if lemma(token) in turn] if asked & turn else []
        if places and all(tokens[at - 1 : at] == ["to"] for at in places):
            return True
    return False


def _is_aside(word: str, sentence: str) -> bool:
    tokens = [token.lower() for token in tokenise(sentence)]
    places = [at for at, token in enumerate(tokens) if lemma(token) == word]
    return all(_ASIDE_AFTER & set(tokens[max(0, at - _ASIDE_WORDS) : at]) for at in places)


def _without_preposition(text: str) -> str:
    return re.sub(r"^(?:in|on|by|since|of|during|until) ", "", text, flags=re.IGNORECASE)


def tells_day(question: str, answer: str, cited: Evidence) -> bool:
    """Whether the sentence `cited` for `answer` and its title speak of all that `question` asks the time of, and
    `answer` is the sentence's one date of what it tells, not that of a remark or of something it is measured by."""
    published = cited.article.published
    when = find_when(cited.quote, published, remarks=False)
    if not _ASKS.match(question) or not is_of_day(answer, published, when):
        return False
    told = lemmas_of(f"{cited.article.title}\n{cited.quote}")
    rest = _without_turns(lemmas_of(question) - _STOPS - _HAPPEN, told)
    return rest is not None and bool(rest) and rest <= told


def is_of_day(answer: str, published: date | None, when: When | None) -> bool:
    """Whether `answer`, as an article of this day writes it, is the one date `when`."""
    dates = list(find_dates(answer))
    return len(dates) == 1 and when is not None and dates[0].resolve(published) == when
