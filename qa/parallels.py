"""Another value in the place of one: "won by A" in one article, "won by B" in another.

Two sentences are parallel where most of their words are the same, so that what stands in the value's place is plain, or
where the words next to the value are the same and are what was asked about. Nothing is understood here: sentences that
say the same in other words are not seen. This module does not know which value is right, nor where sentences are from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache

from index.article import Span
from index.terms import STOP_WORDS, stem
from qa.facts import CURRENCY, facts_of, is_form_of, stems_of
from qa.written_dates import find_dates, without_dates

ALIKE = 0.6
"""Share of the words outside the value that two parallel sentences have in common."""
MIN_ALIKE_WORDS = 4
MAX_VALUE_WORDS = 7

_TOKEN = re.compile(r"[$£€]?\d+(?:[.,:–-]\d+)*%?|[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_LINKS = frozenset("in at on by to from of for with as the a an is was were are be been about near".split())
_UNIT = re.compile(
    r"(?:[ -]?(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[mk])\b)*"
    rf"(?: (?:U\.?S\.? |[A-Z][a-z]+ )?{CURRENCY}| per ?cent\b)?"
)
"""What belongs to the number before it: "million euros", "percent"."""
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_PARTICLES = frozenset("of the de la al bin van von da do and".split())


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a sentence: their spans and stems, in order; `title` is that of its article."""

    text: str
    title: str
    spans: tuple[Span, ...]
    stems: tuple[str, ...]

    @property
    def about(self) -> str:
        """Sentence and title."""
        return f"{self.title}\n{self.text}"

    def span(self, first: int, end: int) -> Span:
        """The characters of the words `first` to `end`, which is not one of them, without a possessive ending."""
        last = self.spans[end - 1].end
        owns = last - 2 > self.spans[first].start and re.fullmatch(r"['’]s", self.text[last - 2 : last])
        return Span(self.spans[first].start, last - 2 if owns else last)


@lru_cache(maxsize=4096)
def split_words(text: str, title: str = "") -> Words:
    """The words of `text`."""
    matches = list(_TOKEN.finditer(text))
    spans = tuple(Span(m.start(), m.end()) for m in matches)
    stems = tuple(stem(re.sub(r"['’]s$", "", m.group().lower())) for m in matches)
    return Words(text, title, spans, stems)


def find_value(sentence: Words, value: str) -> Iterator[tuple[int, int]]:
    """Where the words of `value` stand in `sentence`: number of the first and of the one after the last."""
    words, wanted = sentence.stems, split_words(value).stems
    for start in range(len(words) - len(wanted) + 1):
        if wanted and words[start : start + len(wanted)] == wanted:
            yield start, start + len(wanted)


def other_value(sentence: Words, at: tuple[int, int], other: Words, question: str) -> Span | None:
    """What stands in `other` in the place of the words `at` of `sentence`; None where the two are not parallel."""
    found = _aligned(sentence, at, other, question)
    if found is None and speaks_as_much(question, sentence.about, other.about):
        found = _beside(sentence, at, other, question)
    if found is None or not 0 < found[1] - found[0] <= MAX_VALUE_WORDS:
        return None
    span = other.span(*found)
    value, instead = sentence.span(*at).of(sentence.text), span.of(other.text)
    asked = _content(question)
    echoes = stems_of(instead) & asked if kind_of(value) == "name" else stems_of(instead) <= asked
    return span if not echoes and kind_of(instead) == kind_of(value) != "" else None


def speaks_as_much(question: str, text: str, other: str) -> bool:
    """Whether `other` holds nearly as many words of `question` as `text` does, and at least half of them."""
    asked = _content(question)
    held = len(asked & stems_of(other))
    return held >= max(0.8 * len(asked & stems_of(text)), 0.5 * len(asked), 2)


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in stems_of(text) if word not in STOP_WORDS)


def differing_part(sentence: Words, other: Words, question: str, kind: str) -> tuple[Span, Span] | None:
    """The one number, date or name in which two parallel sentences differ; `kind` "" leaves it open which."""
    found = []
    for tag, i1, i2, j1, j2 in _match(sentence, other, 0, question):
        if tag != "replace" or max(i2 - i1, j2 - j1) > MAX_VALUE_WORDS:
            continue
        value, instead = sentence.span(i1, i2), other.span(j1, j2)
        known = kind_of(value.of(sentence.text))
        if known and known == kind_of(instead.of(other.text)) and kind in {"", known}:
            found.append((value, instead))
    return found[0] if len(found) == 1 else None


def _match(a: Words, b: Words, length: int, question: str) -> Sequence[tuple[str, int, int, int, int]]:
    """How `a` becomes `b`, where they are parallel, save for a value of `length` words; else empty.

    Sentences are not that have another word in place of one that is asked about: "in Nice" for "in Paris".
    """
    most = max(len(a.stems), len(b.stems))
    if len(set(a.stems) & set(b.stems)) < 0.8 * ALIKE * max(len(set(a.stems)), len(set(b.stems))):
        return []
    codes = SequenceMatcher(None, a.stems, b.stems, autojunk=False).get_opcodes()
    same = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
    asked = _content(question)
    strays = any(tag == "replace" and asked.intersection(a.stems[i1:i2]) for tag, i1, i2, _, _ in codes)
    return codes if same >= max(MIN_ALIKE_WORDS, ALIKE * (most - length)) and not strays else []


def _aligned(a: Words, at: tuple[int, int], b: Words, question: str) -> tuple[int, int] | None:
    """The words of `b` in the place of `at`, where nearly all others are the same."""
    touched = [code for code in _match(a, b, at[1] - at[0], question) if code[1] < at[1] and at[0] < code[2]]
    if not touched or all(tag == "equal" for tag, *_ in touched):
        return None
    tag, start, _, first, end = touched[-1]
    return _shift(touched[0], at[0]), first + at[1] - start if tag == "equal" else end


def _shift(code: tuple[str, int, int, int, int], at: int) -> int:
    tag, i1, _, j1, _ = code
    return j1 + at - i1 if tag == "equal" else j1


def _beside(a: Words, at: tuple[int, int], b: Words, question: str) -> tuple[int, int] | None:
    """The value in `b` next to the same words as in `a`, if these are asked about: "was born in", "won the race"."""
    asked = _content(question)
    before, after = a.stems[max(0, at[0] - 3) : at[0]], a.stems[at[1] : at[1] + 3]
    for place in range(len(b.stems)):
        # "the city of ..." names another city; "won by ..." another winner.
        if before[-1:] != ("of",) and _telling(before, asked) and b.stems[place : place + len(before)] == before:
            start = place + len(before)
            return start, _phrase_end(b, start)
        if _telling(after, asked) and b.stems[place : place + len(after)] == after:
            return _phrase_start(b, place), place
    return None


def _telling(context: Sequence[str], asked: frozenset[str]) -> bool:
    return (
        len(context) == 3
        and sum(word in asked for word in context) >= 1
        and (sum(word in asked or word in _LINKS for word in context) == 3)
    )


def _phrase_end(words: Words, start: int) -> int:
    """Where the name, date or number that begins with word `start` ends."""
    end = start
    while end < len(words.stems) and end - start < MAX_VALUE_WORDS and _belongs(words, end, first=end == start):
        end = _unit_end(words, end + 1)
    while end > start and words.stems[end - 1] in _PARTICLES:
        end -= 1
    return end


def _phrase_start(words: Words, end: int) -> int:
    start = end
    while start > 0 and end - start < MAX_VALUE_WORDS and _belongs(words, start - 1, first=False):
        start -= 1
    while start < end and words.stems[start] in _PARTICLES:
        start += 1
    return start


def _unit_end(words: Words, end: int) -> int:
    """Where a value ends of which the word before `end` is one: behind its scale and unit, if it is a number."""
    last = words.spans[end - 1].of(words.text)
    unit = _UNIT.match(words.text, words.spans[end - 1].end) if last[-1].isdigit() or facts_of(last).numbers else None
    while unit and end < len(words.spans) and words.spans[end].end <= unit.end():
        end += 1
    return end


def _belongs(words: Words, at: int, *, first: bool) -> bool:
    word = words.spans[at].of(words.text)
    broken = at > 0 and not first and re.search(r"[^\s,.]", words.text[words.spans[at - 1].end : words.spans[at].start])
    return not broken and (
        word[0].isupper() or word[-1].isdigit() or word[0].isdigit() or (not first and word in _PARTICLES)
    )


def kind_of(value: str) -> str:
    """ "date", "number", "name", or "" for words of any other kind."""
    if any(True for _ in find_dates(value)) or _YEAR.fullmatch(value.strip()):
        return "date"
    if facts_of(value).numbers:
        return "number"
    return "name" if re.search(r"\b[A-Z]", value) else ""


def is_same(value: str, other: str, published: date | None = None, other_published: date | None = None) -> bool:
    """Whether two values are one in other words: "4" and "four", "Friday" and "March 22", "Biden" and "Joe Biden"."""
    if stems_of(value) == stems_of(other):
        return True
    if kind_of(value) == kind_of(other) == "date":
        times = [w.resolve(published) for w in find_dates(_with_word(value))]
        others = [w.resolve(other_published) for w in find_dates(_with_word(other))]
        return any(t is None or o is None or (t.day <= o.last and o.day <= t.last) for t in times for o in others)
    numbers, other_numbers = facts_of(without_dates(value)).numbers, facts_of(without_dates(other)).numbers
    if numbers and other_numbers:
        return numbers == other_numbers or _is_rounded(value, other)
    words, other_words = _content(value), _content(other)
    if len(words & other_words) >= 0.6 * min(len(words), len(other_words)):
        return True
    initials = {"".join(w[0] for w in split_words(v).stems if w) for v in (value, other)}
    if initials & {re.sub(r"[^a-z]", "", v.lower()) for v in (value, other)}:
        return True
    return all(any(is_form_of(w, o) for o in other_words) for w in words) or all(
        any(is_form_of(w, o) for o in words) for w in other_words
    )


def _with_word(value: str) -> str:
    """A bare year as a sentence writes it: "in 2015"."""
    return f"in {value}" if _YEAR.fullmatch(value.strip()) else value


_ROUGH = re.compile(r"%|\b(?:percent|per cent|thousand|million|billion|trillion)\b")
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.(\d+))?")


def _is_rounded(value: str, other: str) -> bool:
    """Whether one rough figure is the other, rounded: "3 million" and "3.2 million"."""
    if set(_ROUGH.findall(value)) != set(_ROUGH.findall(other)) or not _ROUGH.search(value):
        return False
    a, b = _DIGITS.search(value), _DIGITS.search(other)
    if a is None or b is None:
        return False
    rough, precise = sorted((a, b), key=lambda match: len(match[1] or ""))
    scale = 10.0 ** len(rough[1] or "")
    whole, exact = (float(match[0].replace(",", "")) * scale for match in (rough, precise))
    return math.floor(exact + 0.5) == round(whole)
