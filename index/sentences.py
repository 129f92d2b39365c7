"""Sentences of a text, as exact spans.

Splitting is done line by line by `sentencex` (Wikimedia; rules and abbreviations per language), which
keeps every character within a line. It breaks after "p.m.", inside "D-W.Va." and "J.D. Vance", and between a
question and who asked it, so a piece that cannot begin a sentence is joined to the one before. This module does
not know about articles or passages.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import sentencex

from index.article import Span
from index.terms import STOP_WORDS

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]+")
_SHORT = 4_000
"""Longer lines are not kept: some are whole files."""
_WEEKDAY_OR_ZONE = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|ET|EST|EDT|PT|PST|PDT|GMT|BST|CET|local time|on|in"
# Pieces of measured mistakes: "5 p.m. | Tuesday", "D-W. | Va., voted", "www.cnn.com. | for more".
_CONTINUES = re.compile(r"[a-z,;:)\]’”]|—|–\s")
_AFTER_CLOCK = re.compile(rf"(?:{_WEEKDAY_OR_ZONE})\b")
_ENDS_CLOCK = re.compile(r"\b[ap]\.m\.$")
_ENDS_PARTY = re.compile(r"\b[DRI]-(?:N|S|W)\.$")
_ENDS_RANK = re.compile(
    r"\b(?:Gov|Sens?|Reps|Lt|Col|Gen|Sgt|Maj|Capt|Cmdr|Rev|Supt|Det|Ft|No|Jan|Feb|Aug|Sept|Oct|Nov|Dec|"
    r"Atty|Amb|Spc|Ald|Ms)\.$"
)
_ENDS_STATE = re.compile(
    r"\b(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|"
    r"Pa|Tenn|Va|Vt|Wash|Wis|Wyo)\.$"
)
_OFFICE = re.compile(r"(?:Gov|Lt|Sen|Rep|Atty)\.|General\b")
_PLACE_OR_TIME = r"U\.[SKNP]|E\.U|U\.A\.E|[DB]\.C|[NS]\.[CD]|N\.[HJMY]|R\.I|P\.R|L\.A|A\.D|D\.A|G\.O\.P"
_ENDS_INITIALS = re.compile(rf"(?<![\w.-])(?<!\d )(?!(?:{_PLACE_OR_TIME})\.$)(?:[A-Z]\.){{2,3}}$")
_CAPITALIZED = re.compile(r"[A-Z][\w’'-]+")
# "Is it?" | Trump asked. But not: "Is it?" | He said, "No." Nor: "Is it?" | Trump said the king knew.
_ENDS_ASKED = re.compile(r"[?!][\"”’']+$")
_ALREADY_SAID = re.compile(r"[,:] [\"“‘][^\"“”]*[\"”’']+$")
_NO_QUOTE = r"\.|,(?! [\"“‘])"
_SAYS = re.compile(
    r"(?!(?:When|As|And|But|If|While|After|Before|That|What|Then|So|Because|Where|How|Why)\b)"
    r"[A-Z][\w.’'-]*(?: [\w.’'-]+){0,7}? (?:"
    r"(?:said|says|added|wrote|writes|tweeted|posted|replied|continued|exclaimed|shouted|yelled|screamed|cried|joked|"
    rf"quipped|wondered)(?:{_NO_QUOTE}| (?:in|on|at|as|to|of|when|while|after|before|during|with|from|about|this|last|"
    r"later|earlier|then|back|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)|"
    rf"(?:asked|asks|told|tells)(?:{_NO_QUOTE}| (?!for\b|to\b|if\b|whether\b|(?:[\w.’'-]+ ){{0,4}}that\b)))"
    r"[^\"“]*$"
)

_LONGEST_ENDING = 8
"""The patterns above need no more of a sentence's end, the character before a word's first included."""
_LONGEST_QUOTE = 1_000
_ALNUM = re.compile(r"[^\W_]")


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order, without surrounding white space.

    A line break always ends a sentence; text that holds no letter or digit is no sentence.
    """
    return [Span(start, end) for start, end in _split(text)]


def list_sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, as `split_sentences` finds them."""
    if len(text) <= _SHORT and "\n" not in text and "\r" not in text:
        spans = _split_short_line(text)
        return [text] if spans == ((0, len(text)),) else [text[start:end] for start, end in spans]
    return [text[start:end] for start, end in _split(text)]


def _split(text: str) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text):
        line, start = match.group(), match.start()
        for a, b in (_split_short_line if len(line) <= _SHORT else _split_line)(line):
            yield start + a, start + b


def _split_line(line: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    offset = 0
    for piece in _segment(line):
        sentence = piece.lstrip()
        start = offset + len(piece) - len(sentence)
        offset += len(piece)
        sentence = sentence.rstrip()
        end = start + len(sentence)
        if not sentence:
            continue
        if spans and _joins(line[spans[-1][0] : spans[-1][1]], sentence):
            start, _ = spans.pop()
        spans.append((start, end))
    return tuple((start, end) for start, end in spans if _ALNUM.search(line, start, end))


def _segment(line: str) -> list[str]:
    try:
        found: list[str] = sentencex.segment("en", line)
    except UnicodeEncodeError:  # no valid Unicode; one character stands for one, so that offsets stay
        found = sentencex.segment("en", _SURROGATE.sub("\ufffd", line))
    return found


_split_short_line = functools.lru_cache(maxsize=1024)(_split_line)
"""Reading an article splits each of its lines three times: looking for captions, for repetitions, and for passages."""


def _joins(left: str, right: str) -> bool:
    """Whether `right` is the rest of the sentence that `left` began."""
    if _CONTINUES.match(right):
        return True
    end = left[-_LONGEST_ENDING:]
    if _ENDS_ASKED.search(end):
        return bool(_SAYS.match(right)) and not _ALREADY_SAID.search(left[-_LONGEST_QUOTE:])
    if not end.endswith("."):
        return False
    if _ENDS_PARTY.search(end) or _ENDS_RANK.search(end):
        return True
    if _ENDS_STATE.search(end) and _OFFICE.match(right):
        return True
    if _ENDS_INITIALS.search(end):
        return _begins_with_name(right)
    return bool(_ENDS_CLOCK.search(end) and _AFTER_CLOCK.match(right))


def _begins_with_name(text: str) -> bool:
    word = _CAPITALIZED.match(text)
    return word is not None and word[0].lower() not in STOP_WORDS
