"""Repetition within one article: captions that say again what the body says, sentences that return.

This module does not know what the lines are; it compares words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from index.sentences import split_sentences

MIN_WORDS = 6
"""Distinct telling words that a line needs before it can be called a repeat of another."""

MAX_WORDS = 45
SHARED = 0.9
"""Part of a line's telling words that must stand in one other sentence. In captions of the seed articles it
is 0.93 and 1.0."""

MIN_SENTENCE_WORDS = 5
"""Shorter sentences ("That is not true.") may well be said twice."""

_CAPTION = re.compile(r".*[.…)][\"”’']?")
"""Captions are whole sentences; headings and list items, which may well recur in the body, are not."""

_POINTS_BACK = re.compile(r"(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|There)\b")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_STOP_WORDS = frozenset(
    _WORD.findall(
        "a an the and or but of in on at to for from by with as is are was were be been being has have had it its this "
        "that these those he she they we i you his her their our who which what when where while after before about "
        "into over than then there not no also more said says would could will can may do did does him them us"
    )
)


def find_near_repeats(lines: Sequence[str], candidates: Sequence[int]) -> set[int]:
    """Those of `candidates` (indices of `lines`) whose words nearly all stand in one longer sentence elsewhere."""
    told = {i: _telling(lines[i]) for i in candidates if _could_be_caption(lines[i])}
    told = {i: words for i, words in told.items() if len(words) >= MIN_WORDS}
    if not told:
        return set()
    units = [(i, _telling(line[s.start : s.end])) for i, line in enumerate(lines) for s in split_sentences(line)]
    holders: dict[str, list[int]] = defaultdict(list)
    for unit, (_, words) in enumerate(units):
        for word in words:
            holders[word].append(unit)
    found: set[int] = set()
    for index, words in told.items():
        allowed = int(len(words) * (1 - SHARED) + 1e-9)
        # A sentence that lacks at most `allowed` of the words has one of any `allowed + 1` of them.
        rarest = sorted(words, key=lambda word: (len(holders[word]), word))[: allowed + 1]
        nearby = {unit for word in rarest for unit in holders[word][:200]}
        if any(_repeats(words, units[unit], index, found, allowed) for unit in nearby):
            found.add(index)
    return found


def drop_repeated_sentences(paragraphs: Sequence[str]) -> list[str]:
    """`paragraphs` with every sentence kept only where it stands first."""
    seen: set[tuple[str, ...]] = set()
    kept: list[str] = []
    for paragraph in paragraphs:
        sentences = [span.of(paragraph) for span in split_sentences(paragraph)]
        fresh = []
        before: tuple[str, ...] = ()
        for sentence in sentences:
            words = tuple(_WORD.findall(sentence.casefold()))
            # "He was sentenced to death." says something new of each man it is said of.
            key = (*before, *words) if _POINTS_BACK.match(sentence) else words
            if key not in seen or not _is_prose(sentence):
                fresh.append(sentence)
            seen.add(key)
            before = words
        if len(fresh) == len(sentences):
            kept.append(paragraph)
        elif fresh:
            kept.append(" ".join(fresh))
    return kept


def _is_prose(sentence: str) -> bool:
    """Whether it is said rather than listed: an address under each of twenty concerts is no repetition."""
    words = _WORD.findall(sentence)
    return len(words) >= MIN_SENTENCE_WORDS and sum(word[0].islower() for word in words) >= len(words) / 2


def _could_be_caption(line: str) -> bool:
    short = len(line.split()) <= MAX_WORDS and not _POINTS_BACK.match(line)
    return short and ": " not in line and _CAPTION.fullmatch(line) is not None and _is_prose(line)


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in {*_WORD.findall(text.casefold())} - _STOP_WORDS if len(word) > 1)


def _repeats(words: frozenset[str], unit: tuple[int, frozenset[str]], index: int, gone: set[int], allowed: int) -> bool:
    """Whether the sentence `unit`, which is not of the line itself, has all of `words` but `allowed`."""
    line, others = unit
    if line == index or line in gone or len(others) <= len(words):
        return False
    missing = words - others
    return len(missing) <= allowed and not any(c.isdigit() for word in missing for c in word)
