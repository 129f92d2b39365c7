"""Repetition within one article: captions that say again what the body says, sentences that return.

This module does not know what the lines are; it compares words.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from index.sentences import list_sentences

MIN_WORDS = 6
"""Distinct telling words that a line needs before it can be called a repeat of another."""

MAX_WORDS = 45
SHARED = 0.9
"""Part of a line's telling words that must stand in one other sentence. In captions of the seed articles it
is 0.93 and 1.0."""

MIN_SENTENCE_WORDS = 5
"""Shorter sentences ("That is not true.") may well be said twice."""

_SHORT = 4_000
"""The words of longer texts are not kept: some are whole files."""

_CAPTION_ENDS = tuple(end + quote for end in ".…)" for quote in ("", *"\"”’'"))
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
    split = [list_sentences(line) for line in lines]
    told = _told_elsewhere(lines, split, candidates)
    if not told:
        return set()
    units = _rich_sentences(split, told)
    holders: dict[str, list[int]] = defaultdict(list)
    for unit, (_, words) in enumerate(units):
        for word in words:
            holders[word].append(unit)
    found: set[int] = set()
    for index, words in told.items():
        allowed = _allowed(words)
        # A sentence that lacks at most `allowed` of the words has one of any `allowed + 1` of them.
        rarest = sorted(words, key=lambda word: (len(holders[word]), word))[: allowed + 1]
        nearby = {unit for word in rarest for unit in holders[word][:200]}
        if any(_repeats(words, units[unit], index, found, allowed) for unit in nearby):
            found.add(index)
    return found


def _told_elsewhere(
    lines: Sequence[str], split: Sequence[Sequence[str]], candidates: Sequence[int]
) -> dict[int, frozenset[str]]:
    """The telling words of those `candidates` whose words nearly all stand in other lines: few, if there are any."""
    by_line = [set(chain.from_iterable(map(_words, sentences))) for sentences in split]
    seen: set[str] = set()
    again: set[str] = set()
    for words in by_line:
        again |= seen & words
        seen |= words
    told: dict[int, frozenset[str]] = {}
    for index in candidates:
        fresh = by_line[index] - again
        if len(fresh) > _allowed(by_line[index]) and len(_telling_of(fresh)) > _allowed(by_line[index]):
            continue  # most lines: too many telling words even if all of its words were
        if _looks_like_caption(lines[index]):
            telling = _telling(lines[index])
            near = len(telling) >= MIN_WORDS and len(telling - again) <= _allowed(telling)
            if near and _is_prose(lines[index]):
                told[index] = telling
    return told


def _rich_sentences(
    split: Sequence[Sequence[str]], told: Mapping[int, frozenset[str]]
) -> list[tuple[int, frozenset[str]]]:
    """The sentences that hold enough of the words of `told` for one of them: line, and telling words."""
    wanted = frozenset().union(*told.values())
    least = min(len(words) - _allowed(words) for words in told.values())
    return [
        (line, _telling(sentence))
        for line, sentences in enumerate(split)
        for sentence in sentences
        if len(wanted.intersection(_words(sentence))) >= least
    ]


def _allowed(words: Collection[str]) -> int:
    """How many of a repeat's `words` may be missing from the sentence that it repeats."""
    return int(len(words) * (1 - SHARED) + 1e-9)


def drop_repeated_sentences(paragraphs: Sequence[str]) -> list[str]:
    """`paragraphs` with every sentence kept only where it stands first."""
    seen: set[tuple[str, ...]] = set()
    kept: list[str] = []
    for paragraph in paragraphs:
        sentences = list_sentences(paragraph)
        fresh = []
        before: tuple[str, ...] = ()
        for sentence in sentences:
            words = _words(sentence)
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


def _looks_like_caption(line: str) -> bool:
    short = line.endswith(_CAPTION_ENDS) and len(line.split()) <= MAX_WORDS
    return short and ": " not in line and not _POINTS_BACK.match(line)


def _telling(text: str) -> frozenset[str]:
    return _telling_of(set(_words(text)))


def _telling_of(words: set[str]) -> frozenset[str]:
    return frozenset([word for word in words - _STOP_WORDS if len(word) > 1])


def _words(text: str) -> tuple[str, ...]:
    return _words_of_short(text) if len(text) <= _SHORT else _words_of(text)


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


_words_of_short = functools.lru_cache(maxsize=1024)(_words_of)
"""Captions and repetitions are looked for in the same sentences."""


def _repeats(words: frozenset[str], unit: tuple[int, frozenset[str]], index: int, gone: set[int], allowed: int) -> bool:
    """Whether the sentence `unit`, which is not of the line itself, has all of `words` but `allowed`."""
    line, others = unit
    if line == index or line in gone or len(others) <= len(words):
        return False
    missing = words - others
    return len(missing) <= allowed and not any(c.isdigit() for word in missing for c in word)
