"""Who or what somebody or something is, in the words of the articles, where a question asks nothing else.

No language model takes part: one that was fitted to name names answers with a name. Every description is a part of a
sentence, word for word. This module does not know how sentences describe, nor how articles are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from index.article import Article, Span
from index.terms import STOP_WORDS
from qa.answer import Evidence
from qa.descriptions import find_descriptions, is_slight
from qa.evidence import LONGEST_CHARS
from qa.facts import stands_in, stems_of
from qa.forenames import forms_of, is_no_forename, is_same_forename, without_titles
from qa.independence import independent
from qa.namesakes import Person, find_person
from qa.phrases import is_spoken
from qa.retractions import is_retracted

if TYPE_CHECKING:
    from index.search import Findings

MOST = 3
"""Descriptions told, and sources named for one."""

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.&’'-]{0,40}"
_BETWEEN = r"(?:of|de|del|al|bin|ben|ibn|von|van|der|du|la|le|el|da|di|the)"
_ASKS = re.compile(
    rf"(?P<who>[Ww]ho|[Ww]hat)(?:['’]s|['’]re| (?:exactly )?(?:is|was|are|were)) (?:the )?[\"“]?"
    rf"(?P<name>(?:al-|el-)?{_CAPITAL}(?: (?:{_BETWEEN} ){{0,2}}(?:(?:al|el|ul)-)?{_CAPITAL})*)[\"”]?"
)
_HOLDER = re.compile(
    r"^[A-Z]\w+(?: [A-Z]\w+)? of |^Miss |(?:^|.* )(?:President|Minister|Secretary|Chancellor|Governor|Leader|Chief|"
    r"Director|Chairman|Commissioner|Manager|Coach|Ambassador|Speaker|CEO|General|Attorney|Officer)$"
)
"""An office, or who holds a title, in capitals."""
_KEPT = re.compile(r"(?:Prince|Princess|King|Queen|Pope|Sister|Father) \w+$")
"""Titles without which a name is anybody's."""
_IS_NO_REPORT = re.compile(r"\|| \b(?:I|[Ww]e|[Uu]s|[Oo]ur|[Mm]y|[Mm]e)\b")
"""A row of a table; somebody's own words."""
_FORMER = re.compile(r"\b(?:former|ex-|late|outgoing|ousted|deposed)\b", re.IGNORECASE)
_SAME = 0.5
"""Share of the fewer words of two descriptions from which the shorter says nothing else."""


@dataclass(frozen=True, slots=True)
class Description:
    """Words of a sentence that say who or what somebody or something is; `evidence` is that sentence, then others'."""

    text: str
    evidence: tuple[Evidence, ...]


def asked_name(question: str) -> str:
    """The name of whom or what `question` asks who or what it is, without titles; "" where it asks something else."""
    match = _ASKS.fullmatch(" ".join(question.split()).rstrip(" ?.!"))
    if match is None:
        return ""
    name, who = match["name"].rstrip("."), match["who"].lower() == "who"
    if re.search(r"['’]s? ", name) or (who and _HOLDER.search(name)):
        return ""  # "Who is Trump's Treasury Secretary?", "Who is King of Norway?", "Who is Vice President?"
    if who and is_no_forename(name.split()[0]) and not _KEPT.match(name):
        name = without_titles(name)
    is_word = name.lower() in STOP_WORDS or name.lower().endswith("day")
    return "" if is_word and not name.isupper() else name


def describe(name: str, question: str, findings: Findings) -> list[Description]:
    """Up to three descriptions of `name` that say different things, the fullest first, of like ones the newest.

    What is asked for with "what" is no person. None for no name, and for one that several share.
    """
    passages = [c.passage for c in findings.candidates]
    name = _full_name(name, [p.text for p in passages]) if name else ""
    if not name:
        return []
    is_thing = question.lstrip().lower().startswith("what")
    is_person = " " in name and not is_thing  # "Who is Hamas?" may be asked of a group
    person = None if is_thing else find_person(name, (p.text for p in passages))
    found: dict[tuple[str, Span], _Found] = {}
    for passage in passages:
        named = _pattern_of(name, person, passage.article.text)
        for span in passage.sentences:
            for each in _read(passage.article, span, named, is_person=is_person):
                found.setdefault((passage.article.id, each.span), each)
    known = stems_of(name) | STOP_WORDS
    ranked = sorted(found.values(), key=lambda f: (-len(stems_of(f.text) - known), -f.day.toordinal()))
    ranked = [each for each in ranked if not any(_is_over(each, other, known) for other in ranked)]
    told: list[_Found] = []
    for each in [f for f in ranked if not is_slight(f.text)] or ranked:
        if len(told) < MOST and not any(_says_the_same(each.text, other.text, known) for other in told):
            told.append(each)
    return _number([(each.text, _sources(each, ranked)) for each in told])


@dataclass(frozen=True, slots=True)
class _Found:
    """A description where it stands, and the sentence it stands in."""

    span: Span
    evidence: Evidence

    @property
    def text(self) -> str:
        return self.span.of(self.evidence.article.text)

    @property
    def day(self) -> date:
        return self.evidence.article.published or date.min


def _full_name(name: str, texts: Sequence[str]) -> str:
    """`name`, a surname with the forename that articles give; "" where they tell of several who share it."""
    if " " in name or name.isupper():
        return name
    before = {w for t in texts for w in re.findall(rf"\b({_CAPITAL}) {re.escape(name)}(?![\w-])", t)}
    forenames = {word for word in before if not is_no_forename(word) and not word.endswith(("'s", "’s"))}
    return "" if len(forenames) > 1 else " ".join([*forenames, name])


def _pattern_of(name: str, person: Person | None, text: str) -> re.Pattern[str]:
    """A pattern for `name` in an article: by surname, too, where the article has the full name and no namesake."""
    whole = re.escape(name)
    if person is not None:
        own, surname = person.forenames.split(), re.escape(person.surname)
        whole = rf"(?:{'|'.join(map(re.escape, forms_of(own[0])))})(?: {_CAPITAL}){{0,2}} {surname}"
        others = [w for w in re.findall(rf"\b({_CAPITAL}) {surname}(?![\w-])", text) if not is_no_forename(w)]
        known = [w.endswith(("'s", "’s")) or any(is_same_forename(w, each) for each in own) for w in others]
        if re.search(rf"\b{whole}(?![\w-])", text) and all(known):
            whole = rf"(?:{whole}|{surname})"
    return re.compile(rf"(?<![\w’'-]){whole}(?![\w-]| [A-Z])")


def _read(article: Article, span: Span, named: re.Pattern[str], *, is_person: bool) -> Iterator[_Found]:
    sentence = span.of(article.text)
    if len(sentence) > LONGEST_CHARS or is_retracted(sentence) or _IS_NO_REPORT.search(sentence):
        return
    for match in named.finditer(sentence):
        if is_spoken(sentence[: match.start()]):
            continue
        for part in find_descriptions(sentence, Span(match.start(), match.end()), is_person=is_person):
            place = Span(span.start + part.start, span.start + part.end)
            yield _Found(place, Evidence(0, article, span, 1.0))


def _says_the_same(text: str, other: str, known: frozenset[str]) -> bool:
    words, others = stems_of(text) - known, stems_of(other) - known
    return len(words & others) >= _SAME * min(len(words), len(others))


def _is_over(told: _Found, other: _Found, known: frozenset[str]) -> bool:
    """Whether a later article says "the former mayor" of whom `told` says "the mayor"."""
    later = other.day > told.day and _FORMER.search(other.text) is not None
    return later and not _FORMER.search(told.text) and _says_the_same(told.text, other.text, known)


def _sources(told: _Found, ranked: Sequence[_Found]) -> list[Evidence]:
    """The sentence of `told`, then independent ones that describe in its words."""
    others = [f.evidence for f in ranked if stands_in(told.text, f.evidence.quote)]
    return independent([told.evidence, *others])[:MOST]


def _number(told: Sequence[tuple[str, Sequence[Evidence]]]) -> list[Description]:
    """Descriptions whose evidence is numbered from 1 in order, the same sentence once."""
    numbers: dict[tuple[str, Span], int] = {}
    described = []
    for text, evidence in told:
        for item in evidence:
            numbers.setdefault((item.article.id, item.span), len(numbers) + 1)
        numbered = tuple(replace(item, number=numbers[item.article.id, item.span]) for item in evidence)
        described.append(Description(text, numbered))
    return described
