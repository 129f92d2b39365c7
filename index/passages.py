"""Passages: runs of whole sentences, about 100 words, within one article.

This module does not know where passages are kept or how they are searched.
"""

from __future__ import annotations

from index.article import Span
from index.sentences import split_sentences

TARGET_WORDS = 100
"""About the length that dense and BM25 retrieval were measured with (RealTime QA, 2026-10)."""

MAX_SENTENCE_CHARS = 1000
"""A longer "sentence" is a table, a list or a page without punctuation; it is cut at white space."""


def split_passages(text: str) -> list[tuple[Span, tuple[Span, ...]]]:
    """`(passage span, its sentence spans)` for all of `text`, in order, not overlapping."""
    sentences = [part for sentence in split_sentences(text) for part in _cut(text, sentence)]
    passages: list[tuple[Span, tuple[Span, ...]]] = []
    run: list[Span] = []
    words = 0
    for sentence in sentences:
        count = len(sentence.of(text).split())
        if run and words + count / 2 > TARGET_WORDS:
            passages.append((Span(run[0].start, run[-1].end), tuple(run)))
            run, words = [], 0
        run.append(sentence)
        words += count
    if run:
        passages.append((Span(run[0].start, run[-1].end), tuple(run)))
    return passages


def _cut(text: str, sentence: Span) -> list[Span]:
    """`sentence`, or pieces of at most `MAX_SENTENCE_CHARS`, cut at white space where there is any."""
    if len(sentence) <= MAX_SENTENCE_CHARS:
        return [sentence]
    parts: list[Span] = []
    start = sentence.start
    while sentence.end - start > MAX_SENTENCE_CHARS:
        limit = start + MAX_SENTENCE_CHARS
        cut = max(text.rfind(" ", start + MAX_SENTENCE_CHARS // 2, limit), -1)
        end = cut if cut > start else limit
        parts.append(Span(start, end))
        start = end
        while start < sentence.end and text[start].isspace():
            start += 1
    if start < sentence.end:
        parts.append(Span(start, sentence.end))
    return parts
