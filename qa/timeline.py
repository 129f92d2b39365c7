"""What happened with something: dated sentences of the articles, in order of event, told once each.

No language model takes part: every event is a sentence of an article, word for word. A sentence is taken if it tells
of something done and is about the topic, by its own words or because its article is; several sources that tell the
same become one event with all of them. This module does not know how articles are found.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from index.article import Span
from index.query import Query
from index.terms import search_terms, speaks_of_now, stem
from qa.answer import Evidence
from qa.dating import find_period, find_when
from qa.facts import facts_of, numbers_in, stems_of
from qa.forenames import is_no_forename
from qa.independence import independent
from qa.namesakes import find_person
from qa.retractions import is_retracted
from qa.sides import find_side, subject_of
from qa.verbs import PAST
from qa.written_dates import Basis, Precision, When, without_dates

if TYPE_CHECKING:  # chromadb comes with them: a program that only reads a timeline does not wait for it
    from index.embedder import Vectors
    from index.search import Candidate, Findings

    Embed = Callable[[Sequence[str]], Vectors]

MAX_EVENTS = 12

_ABOUT = 0.6
"""Share of the topic's words, rare ones weighing most, that a title or an article's beginning must hold."""
_LEAST = 0.5
"""Of the best sentence's score: what is further behind is an aside."""
_SAME_COSINE, _SAME_WORDS = 0.75, 0.5
_LEAD_CHARS = 800
_COMPARED = 100
"""Sentences, the clearest, that are compared by meaning, too: 0.36 s of two cores where each has 24 words (2026-11)."""
_MAX_WORDS = 60
_MIN_WORDS = 5

_TOPIC = re.compile(
    r"(?:please )?(?:(?:can you )?(?:tell me|show me|give me) )?(?:"
    r"what(?:'s| has| have| had| all| else)? happen(?:ed|s|ing)?(?: so far| next)? "
    r"(?:(?:with|to|in|at|on|during|around) |(?=(?:since|after|before) \S))"
    r"|(?:an? |the )?(?:time ?line|chronology|sequence of events|course of events)(?: of events)?"
    r"(?: (?:of|for|in|on|about|at|around|with)|:) "
    r"|what(?:'s| is| are)? (?:the latest|new|the news)(?: news)? (?:on|about|from|in|with) "
    r"|what do(?:es)? (?:the articles|the news|they|you) (?:say|tell|know|report|write)(?: us)? (?:about|on|of) "
    r"|(?:summari[sz]e|sum up) |(?:an? |the )?(?:short )?(?:summary|overview) (?:of|on) |(?<=tell me )about "
    r"|news (?:about|on) "
    r")(?P<topic>.+)"
    r"|how did (?P<unfolding>.+?) (?:unfold|develop|come about)(?P<tail> .+)?",
    re.IGNORECASE,
)
_SECOND_QUESTION = re.compile(r",? and (?:why|when|who|how|where|what)\b", re.IGNORECASE)
_TELLS = re.compile(rf"\b(?:was|were|had|has|have|did|will|due|dead|kills?|dies|[a-z]{{2,}}ed|{PAST})\b")
_POINTS_BACK = re.compile(r"(?:He|She|It|They|His|Her|Its|Their|This|That|These|Those|There)\b")
_CAPTION = re.compile(r"\b(?:Hide Caption|Photos?:|File photo|Getty Images)")
_SPOKEN = re.compile(r"^[\"“‘']|\b(?:I|[Ww]e|[Yy]ou|[Oo]ur|[Mm]y)\b")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `evidence` tells it, the clearest first, one sentence for each article.

    `when` is None where neither the sentence nor its article has a date; `sources` counts independent ones.
    """

    when: When | None
    evidence: tuple[Evidence, ...]
    sources: int

    @property
    def quote(self) -> str:
        """The exact characters of the first article."""
        return self.evidence[0].quote


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened with `topic`, oldest first, what has no date last; evidence is numbered from 1 in that order."""

    topic: str
    query: Query
    events: tuple[Event, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Everything that is quoted, by number."""
        return tuple(item for event in self.events for item in event.evidence)


def find_topic(question: str) -> str:
    """What `question` wants a timeline of, or "" where it asks for something else."""
    plain = " ".join(question.split()).rstrip(" ?.!")
    match = _TOPIC.fullmatch(plain)
    if not match:
        return ""
    topic = match["topic"] or f"{match['unfolding']}{match['tail'] or ''}"
    if _SECOND_QUESTION.search(topic):
        return ""
    return topic.strip() if any(c.isalnum() for c in topic) else ""


def build_timeline(query: Query, findings: Findings, embed: Embed, *, max_events: int = MAX_EVENTS) -> Timeline:
    """The `max_events` clearest events of what `query` names, from what a search for it found.

    `embed` gives unit vectors of texts, which tell what is about the same.
    """
    period = find_period(query.text, query.as_of)
    found = _find_told(query, findings, period)
    if not found and period and not re.search(r"\b(?:1[89]|20)\d\d\b", query.text) and not speaks_of_now(query.text):
        found = _find_told(query, findings, None)  # "in June" of an old archive is not this year's
    told = _compare(query, found[:_COMPARED], embed)
    best = max((t.score for t in told), default=0.0)
    told = [t for t in told if t.score >= _LEAST * best]
    if side := find_side(query.text, query.as_of):
        told = [t for t, kept in zip(told, side.of([(t.text, t.when) for t in told]), strict=True) if kept]
    groups = _fold(told)
    groups.sort(key=lambda group: -group[0].score - 0.05 * len(group))
    chosen = sorted(groups[:max_events], key=lambda group: _order(group[0]))
    return Timeline(query.text, query, _number(chosen))


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence that tells of the topic, when that was, and how well it tells it."""

    candidate: Candidate
    span: Span
    text: str
    when: When | None
    score: float
    vector: Vectors | None = None


def _find_told(query: Query, findings: Findings, period: tuple[date, date] | None) -> list[_Told]:
    """Every sentence that tells of the topic within `period`, the clearest first."""
    subject = subject_of(query.text)
    topic = _Topic.of(subject, findings)
    articles = {c.passage.article.id: c.passage.article for c in findings.candidates}
    about = {i for i, a in articles.items() if topic.is_named_by(f"{a.title}\n{a.text[:_LEAD_CHARS]}")}
    person = find_person(subject, (c.passage.text for c in findings.candidates))
    others = {i for i, a in articles.items() if person and person.is_another_in(a.title, a.text[:_LEAD_CHARS])}
    told = []
    for candidate in findings.candidates:
        for i, (text, when) in enumerate(_date_sentences(candidate)):
            is_about = candidate.passage.article.id in about - others
            if person and candidate.passage.article.id in others and not person.is_named_in(text):
                continue
            if not _tells(text) or not (is_about or topic.is_named_by(text)) or not _within(when, period):
                continue
            dated = when is not None and when.basis is not Basis.PUBLISHED
            clear = 0.3 * is_about + 0.3 * dated - 0.15 * bool(_POINTS_BACK.match(text))
            score = 0.3 * topic.share_in(text) + clear
            told.append(_Told(candidate, candidate.passage.sentences[i], text, when, score))
    return sorted(told, key=_clearest_first)


def _compare(query: Query, told: Sequence[_Told], embed: Embed) -> list[_Told]:
    """`told` with their vectors, those nearest to the topic scoring higher."""
    topic, *vectors = embed([query.text, *(t.text for t in told)])
    near = [replace(t, score=t.score + float(v @ topic), vector=v) for t, v in zip(told, vectors, strict=True)]
    return sorted(near, key=_clearest_first)


def _clearest_first(told: _Told) -> tuple[float, str, Span]:
    return -told.score, told.candidate.passage.article.id, told.span


@dataclass(frozen=True, slots=True)
class _Topic:
    """The topic's words with their weights, which sum to 1, and the rarest name among them, "" for none.

    Of several words that name it two must stand: "the port strike" is no other strike, "Hurricane Milton" no Milton.
    """

    weights: dict[str, float]
    name: str
    naming: frozenset[str]

    @classmethod
    def of(cls, text: str, findings: Findings) -> _Topic:
        """`text` as a topic; a word that is rare among the passages found weighs most."""
        terms = search_terms(text)
        passages = [stems_of(c.passage.text) for c in findings.candidates]
        counts = Counter(word for words in passages for word in words)
        raw = {stem(term): math.log(1 + (1 + len(passages)) / (1 + counts[stem(term)])) for term in terms}
        capitals = {word.lower() for word in re.findall(r"\b[A-Z][\w'’-]*", text)}
        named = [stem(term) for term in terms if term in capitals]
        total = sum(raw.values()) or 1.0
        weights = {w: weight / total for w, weight in raw.items()}
        naming = frozenset(n for n in named if not is_no_forename(n.capitalize())) if named else frozenset(raw)
        return cls(weights, max(named, key=lambda n: raw[n], default=""), naming)

    def share_in(self, text: str) -> float:
        """How much of the topic `text` names, 0 to 1."""
        words = stems_of(text)
        return sum(weight for word, weight in self.weights.items() if word in words)

    def is_named_by(self, text: str) -> bool:
        """Whether `text` names most of the topic, and its rarest name in some form ("Russian" for "Russia")."""
        words = stems_of(text)
        root = self.name[: max(5, len(self.name) - 2)]
        has_name = not root or any(word.startswith(root) for word in words)
        return has_name and self.share_in(text) >= _ABOUT and len(self.naming & words) >= min(2, len(self.naming))


def _date_sentences(candidate: Candidate) -> list[tuple[str, When | None]]:
    """The sentences of a passage, each with its date: its own, or that of publication."""
    article = candidate.passage.article
    reported = When(article.published, Precision.DAY, Basis.PUBLISHED) if article.published else None
    dated: list[tuple[str, When | None]] = []
    previous: When | None = None
    for span in candidate.passage.sentences:
        text = span.of(article.text)
        found = find_when(text, article.published, previous=previous)
        previous = found or previous
        dated.append((text, found or reported))
    return dated


def _tells(text: str) -> bool:
    """Whether a sentence tells of something done, in the writer's own words, and has not been taken back."""
    return (
        _MIN_WORDS <= len(text.split()) <= _MAX_WORDS
        and text.rstrip("\"'”’)")[-1] in ".!"
        and bool(_TELLS.search(text))
        and not _SPOKEN.search(text)
        and not _CAPTION.search(text)
        and not is_retracted(text)
    )


def _within(when: When | None, period: tuple[date, date] | None) -> bool:
    if period is None:
        return True
    return when is not None and when.last >= period[0] and when.day <= period[1]


def _fold(told: Sequence[_Told]) -> list[list[_Told]]:
    """`told` in groups that tell the same, the clearest of each first, one sentence for each article."""
    groups: list[list[_Told]] = []
    for sentence in told:
        same = next((group for group in groups if _is_same(group[0], sentence)), None)
        if same is None:
            groups.append([sentence])
        elif all(sentence.candidate.passage.article.id != t.candidate.passage.article.id for t in same):
            same.append(sentence)
    return groups


def _is_same(a: _Told, b: _Told) -> bool:
    """Whether two sentences tell the same: alike in meaning and words, of one time, and their first numbers equal."""
    if a.vector is None or b.vector is None or float(a.vector @ b.vector) < _SAME_COSINE:
        return False
    if not _may_coincide(a.when, b.when):
        return False
    words, others = facts_of(a.text).words, facts_of(b.text).words
    if len(words & others) < _SAME_WORDS * min(len(words), len(others)):
        return False
    numbers = [found[0] for told in (a, b) if (found := numbers_in(without_dates(told.text)))]
    return len(set(numbers)) < 2


_SAME_STORY_DAYS = 3


def _may_coincide(a: When | None, b: When | None) -> bool:
    """Whether two dates can be of one event; a day of publication stands for the days before it, too."""
    if a is None or b is None:
        return True
    if Basis.PUBLISHED in {a.basis, b.basis}:
        return abs((a.day - b.day).days) <= _SAME_STORY_DAYS
    return a.day <= b.last and b.day <= a.last


def _order(told: _Told) -> tuple[date, date, Span]:
    published = told.candidate.passage.article.published
    return told.when.day if told.when else date.max, published or date.max, told.span


def _number(groups: Sequence[Sequence[_Told]]) -> tuple[Event, ...]:
    events: list[Event] = []
    number = 0
    for group in groups:
        evidence = [Evidence(0, t.candidate.passage.article, t.span, t.score) for t in group]
        numbered = tuple(replace(item, number=number + i) for i, item in enumerate(evidence, start=1))
        number += len(numbered)
        events.append(Event(group[0].when, numbered, len(independent(numbered))))
    return tuple(events)
