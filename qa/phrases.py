"""The parts of an English question: noun phrases with their prepositions, and what its question word asks for.

Closed-class words, capitals and a few endings only: no tagger, no model. It is right for the short, plain
questions that people type and wrong for some long ones, so that callers must have a way out. This module does
not know what a conversation is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.article import Span


def word_set(words: str) -> frozenset[str]:
    """The words of a line as a set."""
    return frozenset(words.split())


BE = word_set("is are was were be been being")
DO = word_set("do does did will would can could should may might must")
AUXILIARIES = BE | DO | word_set("has have had isn't wasn't aren't weren't didn't doesn't hasn't haven't")
QUESTION_WORDS = word_set("who whom whose what which when where why how")
PREPOSITIONS = word_set(
    "in at on of from for to by with against during since after before over near into inside outside between under "
    "about around across through until toward towards without behind among within"
)
PLACE_PREPOSITIONS = word_set("in at on near from over into inside outside across around through")
DETERMINERS = word_set("the a an this these those his her its their")
_BREAKS = (AUXILIARIES | QUESTION_WORDS) - DETERMINERS | word_set(
    "and or but so if then than as that there here he she it they him them we us you i me my your our not no yes up "
    "down off out because also too just only ever still again back who's what's"
)
_ACRONYMS = word_set("US WHO IT")
_VERBS = word_set(
    "happen happens occur begin begins began start take takes took come comes came go goes went say says said tell "
    "told die kill kills shoot led leads leave left lose lost win wins won give gave get got make makes made hold held "
    "find fell rose grow grew break broke bring brought blew sink sank steal stole send sent meet met buy bought sell "
    "sold build built become became know mean want wants seize ran think thought struck caught fled threw explode"
)
_EVENT = re.compile(
    r"(?:attack|bombing|bomb|blast|explosion|crash|coup|election|vote|shooting|siege|riot|raid|war|battle|strike|protest"
    r"|fire|flood|earthquake|storm|hurricane|massacre|murder|killing|death|assault|accident|incident|summit|meeting"
    r"|trial|arrest|outbreak|collapse|invasion|takeover|disaster|derailment|tournament|match|final|ceremony)(?:e?s)?"
)
_DATE = re.compile(
    r"(?:1[89]|20)\d\d|\d{1,2}(?:st|nd|rd|th)?|(?:jan|febr)uary|march|april|may|june|july|august|(?:sept|nov|dec)ember"
    r"|october|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|last|next|this|week|month|year",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"(?:[A-Z]\.){2,}|\b(?:St|Mr|Mrs|Ms|Dr|Gen|Col)\.(?=\s)|\d+(?:[.,:]\d+)*\w*|[^\W_]+(?:[-'’][^\W_]+)*"
)
_PARTICLES = word_set("da de del della der di du al bin ibn von van el la le")
_CAPITAL = f"[A-Z{''.join(c for c in map(chr, range(0xC0, 0x250)) if c.isupper())}]"
_ARTICLE = re.compile(rf"(?:al|el|an|ar|as|ash|at|az)-(?={_CAPITAL})")
""" "al-Sharaa" and "el-Sisi" are names, though they begin with a small letter."""
_PART = rf"(?:{_ARTICLE.pattern})?{_CAPITAL}(?:[^\W_]|[-.])*"
_NAME = re.compile(rf"{_PART}(?:\s+(?:(?:{'|'.join(sorted(_PARTICLES))})\s+)*{_PART})*")
_LIKE_NOUNS = word_set(
    "hit cut shut hurt put set shot split burst going coming heading flying sailing driving travelling"
)
"""Participles that look like nouns: "When was the ship hit by the missile", "Where was the plane going"."""
_SEVERAL = word_set("two both")
_PLURAL_VERBS = word_set("are were have do did will would can could may might should")
_MEN = re.compile(r"(?:wo|gun|police|fire|service|spokes|states|business|country|crew|sports)?men")
_ALIKE = word_set("species series news sports politics headquarters means")
_CLAUSE = re.compile(r"\s+(?:who|that|which)\s[^,;:?.()]+")
_ASKED = re.compile(
    r"(?:(?:in|at|on|by|from|to|for|since|until|of|with)\s+)?(?:how\s+(?:many|much)|which|what|whose)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its characters, the preposition before it ("" for none) and where that begins."""

    text: str
    span: Span
    preposition: str
    outer: int

    @property
    def words(self) -> list[str]:
        """The words without the determiner."""
        words = _WORD.findall(self.text)
        return words[1:] if len(words) > 1 and words[0].lower() in DETERMINERS else words

    @property
    def head(self) -> str:
        """The last word, in lower case, without a plural ending."""
        return singular(self.words[-1].lower())

    @property
    def is_definite(self) -> bool:
        return self.text[:4].lower() == "the "

    @property
    def points(self) -> bool:
        """Whether it speaks of something known: "the attack", "those men"."""
        return self.text.split()[0].lower() in {"the", "this", "that", "these", "those"}

    @property
    def is_date(self) -> bool:
        return all(_DATE.fullmatch(word) for word in self.words)

    @property
    def is_name(self) -> bool:
        """All of it is capitalised, and it is no date."""
        return not self.is_date and all(is_capital(word) for word in self.words)

    @property
    def is_event(self) -> bool:
        return _EVENT.fullmatch(self.words[-1].lower()) is not None

    @property
    def is_plural(self) -> bool:
        return is_plural(self.words[-1].lower())

    @property
    def name(self) -> Span | None:
        """Where its first run of capitalised words that are no date stands, possessive ending left out."""
        found = _NAME.search(self._without_determiner())
        if not found or all(_DATE.fullmatch(word) for word in _WORD.findall(found.group())):
            return None
        start = self.span.end - len(self._without_determiner()) + found.start()
        return Span(start, start + len(found.group()))

    def _without_determiner(self) -> str:
        first, _, rest = self.text.partition(" ")
        return rest if rest and first.lower() in DETERMINERS else self.text


@dataclass(frozen=True, slots=True)
class Asked:
    """The leading "how many guards" or "which city" of a question: question words, noun, and where it ends."""

    words: str
    noun: str
    end: int


def is_capital(word: str) -> bool:
    """Whether `word` looks like part of a name or a number."""
    return word[0].isupper() or word[0].isdigit() or word in _PARTICLES or _ARTICLE.match(word) is not None


def is_verb(word: str) -> bool:
    """Whether a lower-case word is surely or probably a verb after a noun."""
    return word in AUXILIARIES or word in _VERBS or (word.endswith("ed") and len(word) > 3)


def singular(noun: str) -> str:
    """The noun without a plural ending."""
    if len(noun) < 4 or not noun.endswith("s") or noun.endswith(("ss", "us", "is")):
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith(("ches", "shes", "sses", "xes")) else noun[:-1]


def is_plural(noun: str) -> bool:
    """Whether `noun` names several."""
    last = noun.rpartition(" ")[2]
    return last in {"people", "children", "police"} or bool(_MEN.fullmatch(last)) or singular(last) != last


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=256)
def noun_phrases(text: str) -> tuple[Phrase, ...]:
    """Names, dates, and nouns that have a determiner or a preposition, in order; each without what hangs on it."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    before: re.Match[str] | None = None
    last_end = 0

    def close() -> None:
        nonlocal before
        if run and (len(run) > 1 or run[0].group().lower() not in DETERMINERS):
            span = Span(run[0].start(), run[-1].end())
            outer = before.start() if before else span.start
            found.append(Phrase(span.of(text), span, before.group().lower() if before else "", outer))
        if run:
            before = None
        run.clear()

    for token in _WORD.finditer(text):
        word = token.group().lower()
        if text[last_end : token.start()].strip():
            close()
            before = None
        last_end = token.end()
        if word in PREPOSITIONS or word in DETERMINERS:
            close()
            if word in PREPOSITIONS:
                before = token
            else:
                run.append(token)
        elif word in _BREAKS and (token.group() not in _ACRONYMS or text.isupper()):
            close()
            before = None
        elif run and _begins_anew([t.group() for t in run], token.group(), after_preposition=before is not None):
            close()
            if is_capital(token.group()):
                run.append(token)
        elif run or is_capital(token.group()) or (before and before.group().lower() != "to"):
            run.append(token)
    close()
    return tuple(found)


def _begins_anew(run: list[str], word: str, *, after_preposition: bool) -> bool:
    """Whether `word` is no longer part of the noun phrase that `run` began."""
    determined = run[0].lower() in DETERMINERS
    if is_capital(word):
        return not determined and not is_capital(run[-1])
    if is_verb(word):
        return len(run) > determined
    if determined or not is_capital(run[-1]) or re.search(r"['’]s$", run[-1]):
        return False
    return not (after_preposition and singular(word) != word)


def chain(text: str, phrases: tuple[Phrase, ...], first: int) -> Span:
    """A noun phrase with what follows it: "the attack on the prison in Volgograd", "the man who drove the van"."""
    end = phrases[first].span.end
    for phrase in phrases[first + 1 :]:
        if not phrase.preposition or text[end : phrase.outer].strip():
            break
        end = phrase.span.end
    clause = _CLAUSE.match(text, end)
    span = Span(phrases[first].span.start, clause.end() if clause else end)
    return _before_main_verb(text, span, clause=clause is not None)


def _before_main_verb(text: str, span: Span, *, clause: bool) -> Span:
    """Subject up to the verb that ends its question: "Did the man who drove flee?", "How did the siege end?"."""
    asked = words_of(text[: span.start])[-1:]
    *rest, last = _WORD.finditer(span.of(text))
    ends = not text[span.end :].split("(")[0].strip(" ?.!")
    if not (asked and asked[0] in DO and ends and rest) or is_capital(last.group()):
        return span
    if rest[-1].group().lower() in DETERMINERS | PREPOSITIONS or (
        not clause and _EVENT.fullmatch(last.group().lower())
    ):
        return span
    return Span(span.start, span.start + rest[-1].end())


def without_verb(text: str, phrase: Phrase, auxiliary: str) -> Span:
    """`phrase` without a last word that is the verb: "the plane crash" of "Where did the plane crash in May"."""
    words = phrase.text.split()
    following = words_of(text[phrase.span.end :])[:1]
    ends = not following or following[0] in PREPOSITIONS | DETERMINERS or text[phrase.span.end :].lstrip()[:1].isupper()
    acts = auxiliary in DO and ends and not phrase.is_name
    if len(words) > 2 and following != ["of"] and (acts or (auxiliary in BE and words[-1] in _LIKE_NOUNS)):
        return Span(phrase.span.start, phrase.span.end - len(words[-1]) - 1)
    return phrase.span


def asks_for_several(question: str) -> bool:
    """Whether `question` begins by asking for two or more things: "Which two cities", "What countries".

    A plural of several words counts where a word like "are" follows: "Which airline plans to ..." ends in a verb.
    """
    asked = asked_for(question)
    if asked is None or not asked.noun:
        return False
    words = asked.noun.split()
    last, after = words[-1], _WORD.search(question, asked.end)
    is_noun = len(words) == 1 or (after is not None and after.group().lower() in _PLURAL_VERBS)
    is_plural = last.isalpha() and last.islower() and last not in _ALIKE and singular(last) != last
    return words[0].lower() in _SEVERAL or (is_noun and is_plural)


def asked_for(question: str) -> Asked | None:
    """What "how many", "which", "what" or "whose" at the start of `question` asks for; the noun may be empty."""
    match = _ASKED.match(question)
    if not match:
        return None
    end = start = match.end()
    after_plural = False
    for token in _WORD.finditer(question, start):
        word = token.group().lower()
        if question[end : token.start()].strip() or word in PREPOSITIONS | _BREAKS | DETERMINERS or is_verb(word):
            break
        if after_plural and token.group().islower():
            break
        end = token.end()
        after_plural = singular(word) != word
    return Asked(match.group(), question[start:end].strip(), end)


def is_spoken(before: str) -> bool:
    """Whether `before` ends within quotation marks."""
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1
