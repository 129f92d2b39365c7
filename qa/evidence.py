"""The few sentences that answer: chosen from the best passages, within a budget, in reading order.

A small model reads well-chosen sentences better than whole passages (DESIGN measurements: EM 30.0 against
26.7), and misreads when they come best first, so they are handed on in passage order. This module does not
know the language model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.article import Span
from index.cross_encoder import Scores
from index.embedder import PassageText
from index.query import Query
from index.search import Candidate, Findings, nearness
from index.terms import search_terms, speaks_of_now, stem
from qa.answer import Evidence
from qa.facts import Facts, facts_of, stems_of
from qa.ranking import ReadFeatures, SentenceFeatures, score_read_sentences
from qa.ranking import score_sentences as rank_sentences
from qa.retractions import is_retracted
from qa.wants import Want, holds, wanted

MAX_WORDS = 150
"""About 200 tokens of evidence: the time to the first word is the time to read them."""

MAX_SENTENCES = 6
"""Fewer are read better, more hold the answer more often. Of 58 questions on two small archives 44 were read right with
5 sentences, 41 with 10; the answer is in the best 4 for 43.0 % of the development questions, in the best 10 for 47.5 %
(2026-11)."""

PASSAGES = 30

READ = 8
"""Passages whose sentences are read together with the question. The evidence holds the answer to 28.9 % of 519
questions with 8, to 27.9 % with 5, 29.3 % with 10, 26.6 % with none (2024, cross-validated, 2026-11)."""

_LEAST_WORDS = 4
"""Shorter are bylines, captions and rubrics: as many of 519 questions have their answer in the evidence without them
(2024, 2026-11)."""

LEAD_CHARS = 400
"""So much of an article's beginning tells what it is about."""
LONGEST_CHARS = 1_000
_LONGEST_WORDS = 70
"""A longer sentence is a list or a table; it costs the budget of two and reads badly."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a candidate passage and how likely it is to hold the answer."""

    candidate: Candidate
    passage_rank: int
    span: Span
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence to read, and the features of each item, in the same order; all passages found, best first."""

    evidence: tuple[Evidence, ...]
    features: tuple[SentenceFeatures, ...]
    ranked: tuple[Candidate, ...]


Scored = list[tuple[ScoredSentence, SentenceFeatures]]
"""Sentences with their features."""

Read = Callable[[str, Sequence[PassageText]], Sequence[Scores]]
"""Scores of each passage's sentences, read together with the question; see `CrossEncoder.score`."""


def choose_evidence(
    query: Query, findings: Findings, read: Read, *, max_words: int = MAX_WORDS, max_sentences: int = MAX_SENTENCES
) -> Selection:
    """The best sentences for `query` of the `READ` best passages, numbered from 1 in reading order.

    Sentences of one passage stay together, passages in the order of their rank in the search. A sentence that was taken
    back is none of them.
    """
    chosen: Scored = []
    words = 0
    seen: list[frozenset[str]] = []
    found = score_sentences(query, findings)
    scored = read_sentences(query, found, read)
    for sentence, features in sorted(scored, key=lambda pair: -pair[0].score):
        length = len(sentence.text.split())
        key = facts_of(sentence.text).words
        if not _is_readable(sentence.text) or words + length > max_words or is_seen(key, seen):
            continue
        chosen.append((sentence, features))
        seen.append(key)
        words += length
        if len(chosen) == max_sentences:
            break
    return _number(chosen, _rank(findings, found, scored))


def _is_readable(sentence: str) -> bool:
    """Whether the model is to read `sentence`: no byline ("Ann Berg"), no table, nothing that was taken back."""
    length = len(sentence.split())
    says_something = length >= _LEAST_WORDS or any(char.isdigit() for char in sentence)
    return says_something and length <= _LONGEST_WORDS and not is_retracted(sentence)


def rank_passages(query: Query, findings: Findings, read: Read) -> tuple[Candidate, ...]:
    """The candidates by their best sentence, best first: the `READ` that are read, then others, then unscored ones.

    Answer in the top 1/3/10 passages 43.5/51.0/55.5 % against 41.5/50.5/55.5 without reading (development set), 84.9/
    96.8/99.2 against 70.2/93.3/99.2 (252 questions written on single articles of 2024 and kept for this; 2026-11).
    """
    found = score_sentences(query, findings)
    return _rank(findings, found, read_sentences(query, found, read))


def _rank(findings: Findings, found: Scored, after_reading: Scored) -> tuple[Candidate, ...]:
    read_scores, scores = _best_scores(after_reading), _best_scores(found)
    ranks = range(1, len(findings.candidates) + 1)
    order = sorted(ranks, key=lambda rank: (-read_scores.get(rank, 0.0), -scores.get(rank, 0.0), rank))
    return tuple(findings.candidates[rank - 1] for rank in order)


def _best_scores(scored: Scored) -> dict[int, float]:
    """The score of each passage's best sentence, by the passage's rank."""
    best: dict[int, float] = {}
    for sentence, _ in scored:
        best[sentence.passage_rank] = max(best.get(sentence.passage_rank, 0.0), sentence.score)
    return best


def score_sentences(query: Query, findings: Findings) -> Scored:
    """All sentences of the best passages with their scores, in passage order."""
    described = describe_sentences(query, findings)
    scores = rank_sentences([features for _, features in described])
    return [(replace(s, score=float(score)), f) for (s, f), score in zip(described, scores, strict=True)]


def read_sentences(query: Query, scored: Scored, read: Read) -> Scored:
    """Those of `scored` that are of the `READ` best passages, with the scores of reading them, in passage order."""
    described = keep_best(scored)
    scores = score_read_sentences([f for _, f in described], read_features(query, [s for s, _ in described], read))
    return [(replace(s, score=float(score)), f) for (s, f), score in zip(described, scores, strict=True)]


def keep_best(scored: Scored) -> Scored:
    """Those of the `READ` passages with the best sentences."""
    best = _best_scores(scored)
    kept = set(sorted(best, key=lambda rank: (-best[rank], rank))[:READ])
    return [pair for pair in scored if pair[0].passage_rank in kept]


def read_features(query: Query, sentences: Sequence[ScoredSentence], read: Read) -> list[ReadFeatures]:
    """What reading tells of each of `sentences`, which are all of their passages' and in passage order."""
    passages = {s.passage_rank: s.candidate.passage for s in sentences}
    scores = read(query.text, [PassageText.of(passage) for passage in passages.values()])
    return [
        ReadFeatures(float(score), 1.0 / (1.0 + math.exp(-score)), float(of_passage.max()))
        for of_passage in scores
        for score in of_passage
    ]


def describe_sentences(query: Query, findings: Findings) -> Scored:
    """All sentences of the best passages with their features, not scored yet."""
    candidates = findings.candidates[:PASSAGES]
    asked = _Asked.of(query, candidates)
    best_bm25 = max((c.bm25 for c in candidates), default=0.0) or 1.0
    described = []
    for rank, candidate in enumerate(candidates, start=1):
        shared = _PassageFeatures.of(candidate, asked, rank, best_bm25, query)
        for i, text in enumerate(shared.texts):
            sentence = ScoredSentence(candidate, rank, candidate.passage.sentences[i], text, 0.0)
            described.append((sentence, _describe(i, shared, asked)))
    return described


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question as features need it; `weights` sum to 1 over its stems, rare ones weigh most."""

    weights: dict[str, float]
    facts: Facts
    want: Want
    timeless: bool
    """Nothing found is near the as-of date and the question does not speak of now: age tells nothing."""

    @classmethod
    def of(cls, query: Query, candidates: Sequence[Candidate]) -> _Asked:
        stems = {stem(t) for t in search_terms(query.text)}
        texts = [span.of(c.passage.article.text) for c in candidates for span in c.passage.sentences]
        near = any(nearness(c.passage.article.published, query.as_of) for c in candidates)
        timeless = not near and not speaks_of_now(query.text)
        return cls(_rarity(stems, texts), facts_of(query.text), wanted(query.text), timeless)


@dataclass(frozen=True, slots=True)
class _PassageFeatures:
    """What the sentences of one passage have in common."""

    texts: tuple[str, ...]
    overlaps: tuple[float, ...]
    title: str
    title_overlap: float
    passage_overlap: float
    cosine: float
    bm25: float
    log_rank: float
    nearness: float
    after: float
    undated: float
    lead: float
    log_position: float

    @classmethod
    def of(cls, candidate: Candidate, asked: _Asked, rank: int, best_bm25: float, query: Query) -> _PassageFeatures:
        article, start = candidate.passage.article, candidate.passage.span.start
        texts = tuple(span.of(article.text) for span in candidate.passage.sentences)
        return cls(
            texts=texts,
            overlaps=tuple(_overlap(asked.weights, text) for text in texts),
            title=article.title,
            title_overlap=_overlap(asked.weights, article.title),
            passage_overlap=_overlap(asked.weights, candidate.passage.text),
            cosine=candidate.cosine,
            bm25=candidate.bm25 / best_bm25,
            log_rank=math.log(rank),
            nearness=_nearness(article.published, query.as_of, asked),
            after=float(article.published is not None and (article.published - query.as_of).days > 2),
            undated=float(article.published is None),
            lead=float(start == 0),
            log_position=math.log1p(start / 500),
        )


def _describe(i: int, passage: _PassageFeatures, asked: _Asked) -> SentenceFeatures:
    text, overlap = passage.texts[i], passage.overlaps[i]
    found = facts_of(text)
    names = asked.facts.names
    held = names & (found.names | found.words | facts_of(passage.title).names)
    wanted_held = float(holds(asked.want, found, asked.facts))
    words = len(text.split())
    neighbours = passage.overlaps[max(0, i - 1) : i] + passage.overlaps[i + 1 : i + 2]
    return SentenceFeatures(
        passage_cosine=passage.cosine,
        bm25=passage.bm25,
        overlap=overlap,
        neighbour_overlap=max(neighbours, default=0.0),
        title_overlap=passage.title_overlap,
        passage_overlap=passage.passage_overlap,
        asked_names=len(held) / len(names) if names else 0.5,
        log_rank=passage.log_rank,
        nearness=passage.nearness,
        after=passage.after,
        undated=passage.undated,
        holds_wanted=wanted_held,
        number_wanted_and_held=wanted_held * (asked.want is Want.NUMBER),
        name_wanted_and_held=wanted_held * (asked.want is Want.NAME),
        lead=passage.lead,
        log_position=passage.log_position,
        brevity=float(words < 5),
        length=min(words, 60) / 60,
    )


def _nearness(published: date | None, as_of: date, asked: _Asked) -> float:
    """As for search, but 1 where age tells nothing, and the middle for an article that may be of any day."""
    if asked.timeless:
        return 1.0
    return 0.5 if published is None else nearness(published, as_of)


def _rarity(asked: set[str], texts: Sequence[str]) -> dict[str, float]:
    """Weight of each asked stem among the candidates' sentences, summing to 1; an unheard one weighs most."""
    sentences = [stems_of(text) for text in texts]
    counts = Counter(word for sentence in sentences for word in sentence & asked)
    # In one order: sums of floats differ with it in their last digit, and sets have another in each process.
    raw = {word: math.log(1 + len(sentences) / (1 + counts[word])) for word in sorted(asked)}
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}


def _overlap(weights: dict[str, float], text: str) -> float:
    words = stems_of(text)
    return sum(weight for word, weight in weights.items() if word in words)


def with_lead(item: Evidence) -> str:
    """The quote with its article's title and lead, which tell what it is about."""
    return f"{item.article.title}\n{item.article.text[:LEAD_CHARS]}\n{item.quote}"


def unread_sentences(findings: Findings, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The sentences of the best passages that are not in `evidence`, with number 0; none that was taken back.

    What has more than `LONGEST_CHARS` is no sentence, and would take long to look through.
    """
    read = {(item.article.id, item.span) for item in evidence}
    for candidate in findings.candidates[:PASSAGES]:
        article = candidate.passage.article
        for span in candidate.passage.sentences:
            known = (article.id, span) in read or span.end - span.start > LONGEST_CHARS
            if not known and not is_retracted(span.of(article.text)):
                yield Evidence(0, article, span, 0.0)


def is_seen(key: frozenset[str], seen: Sequence[frozenset[str]]) -> bool:
    """Whether nearly the same sentence, of a reprint or a summary, is chosen already."""
    return any(len(key & other) >= 0.8 * max(len(key | other), 1) for other in seen)


def _number(chosen: Scored, ranked: tuple[Candidate, ...]) -> Selection:
    ordered = sorted(chosen, key=lambda pair: (pair[0].passage_rank, pair[0].span))
    evidence = tuple(
        Evidence(number, sentence.candidate.passage.article, sentence.span, sentence.score)
        for number, (sentence, _) in enumerate(ordered, start=1)
    )
    return Selection(evidence, tuple(features for _, features in ordered), ranked)
