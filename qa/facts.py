"""The checkable facts in a piece of English: numbers, dates, names, content words, negation.

Rules only, no model: what is found here is compared between an answer and its quotes, so the same rule
reads both sides. This module does not know what an answer or a quote is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import combining, normalize

from index.terms import STOP_WORDS, stem

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORD_VALUE: dict[str, float] = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 20 + 10 * tens for tens, word in enumerate(_TENS)},
    "dozen": 12,
    "half": 0.5,
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL_VALUE = {w: i + 1 for i, w in enumerate(_ORDINALS)}
SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
SCALE |= {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
CURRENCY = (
    r"(?:dollars?|euros?|pounds?|cents?|pence|crowns?|kron[aeo]r?|francs?|rupees?|yen|yuan|pesos?|rou?bles?|reais|rand|"
    r"liras?|dinars?|dirhams?|shekels?|shillings?|zlotys?|forints?)\b"
)
_MONTHS = {
    m: i + 1
    for i, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|"
        "october oct|november nov|december dec".split("|")
    )
    for m in names.split()
}
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAPITALISED = r"(?:(?:[A-Z]\.)+|[A-Z][\w'’-]*)"
NAME = rf"\b{_CAPITALISED}(?:\s+(?:(?:of|the|de|al|bin|von|van|du|la)\s+)?{_CAPITALISED})*"
"""A pattern for a name of one or more words."""
_NAME = re.compile(NAME)
_WORD_OF_NAME = re.compile(r"[^\W\d_][\w'’.-]*")
_POSSESSIVE = ("'s", "’s")
_SENTENCE_ENDS = frozenset('.!?:"“”')
_ROOT_CHARS = 4
_ENDINGS = frozenset(
    " a i n s y e o ad an ed ia ic is al en er ey ns on or os um iy yy ain ary ans ay ean ers ese ial ian ish ism ist "
    "ors stan egian ians ional istan ists lese uese".split(" ")
)
"""What names and their adjectives end in after what they have in common: German(y), Swed(en, ish), Norw(ay, egian)."""
_APART = {
    name: names.split()[0]
    for names in (
        "niger nigerien nigeriens|nigeria nigerian nigerians|india indian indians|indiana|roman romans|"
        "romania romanian romanians|george|georgia georgian georgians"
    ).split("|")
    for name in names.split()
}
"""Names that look like forms of one and are not -> which they are."""
_DOTTED = re.compile(r"\b(?:[A-Z]\. ?)+[A-Z]\.")
_HALF_DAY = re.compile(r"(?<=\d)\s?([ap])\.?\s?m\b\.?", re.IGNORECASE)
_WRITTEN_OUT = {
    "US": re.compile(r"\bUSA\b|\bUnited States\b|(?<!Latin )(?<!South )(?<!North )\bAmerica(?:ns?)?\b"),
    "WHO": re.compile(r"\bWorld Health Organi[sz]ation\b"),
}
_NEGATION = re.compile(
    r"\b(?:[Nn]ot|no|No(?!\.? ?\d)|[Nn]ever|[Nn]one|[Nn]obody|without|[Dd]enie[ds]|deny|n[o']t)\b(?!-)|n['’]t\b"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be checked in a text; every member is normalised."""

    numbers: frozenset[float]
    months: frozenset[int]
    weekdays: frozenset[str]
    names: frozenset[str]
    """Lower-case words of capitalised names, without those that merely begin a sentence."""
    words: frozenset[str]
    """Stems of content words."""
    negated: bool


def is_name(text: str) -> bool:
    """Whether `text` is one name, every word of it capitalised."""
    return _NAME.fullmatch(text) is not None


def is_form_of(name: str, other: str) -> bool:
    """Whether two lower-case names are one in two forms: "Russia" and "Russian", not "Niger" and "Nigeria"."""
    name, other = _without_accents(name), _without_accents(other)
    if name == other:
        return True
    if name in _APART and other in _APART:
        return _APART[name] == _APART[other]
    root = next((at for at, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    endings = {name[root:], other[root:]}
    return root >= _ROOT_CHARS and endings <= _ENDINGS


@lru_cache(maxsize=16384)
def _without_accents(word: str) -> str:
    return word if word.isascii() else "".join(c for c in normalize("NFKD", word) if not combining(c))


@lru_cache(maxsize=4096)
def facts_of(text: str) -> Facts:
    """All checkable facts of `text`."""
    text = without_dots(text)
    tokens = tokenise(text)
    lower = [t.lower() for t in tokens]
    months = frozenset(_MONTHS[t.lower()] for t in tokens if t.lower() in _MONTHS and t[0].isupper())
    return Facts(
        numbers=frozenset(_numbers(lower)),
        months=months,
        weekdays=frozenset(t for t in lower if t in _WEEKDAYS),
        names=frozenset(_names(text)),
        words=frozenset([stem(t) for t in lower if t not in STOP_WORDS and not t[0].isdecimal()]),
        negated=bool(_NEGATION.search(text)),
    )


def without_dots(text: str) -> str:
    """`text` with "U.S." as "US", "H. W." as "HW", "11 a.m." and "11AM" as "11 am"."""
    text = _HALF_DAY.sub(lambda match: f" {match[1].lower()}m", text)
    return _DOTTED.sub(lambda match: re.sub(r"[. ]", "", match.group()), text)


@lru_cache(maxsize=4096)
def acronyms_of(text: str) -> frozenset[str]:
    """Names in capitals that would be common words otherwise: "US", "WHO", "IT"; the United States are "US".

    Apart from `facts_of`: a search looks at hundreds of sentences, their acronyms are wanted of a few.
    """
    tokens = tokenise(without_dots(text))
    found = {token for token in tokens if len(token) > 1 and token.isupper() and token.lower() in STOP_WORDS}
    found |= {name for name, pattern in _WRITTEN_OUT.items() if pattern.search(text)}
    return frozenset(found)


@lru_cache(maxsize=16384)
def stems_of(text: str) -> frozenset[str]:
    """Stems of all words of `text`, numbers as they stand."""
    return frozenset([stem(t.lower()) for t in tokenise(text)])


@lru_cache(maxsize=1024)
def tokenise(text: str) -> tuple[str, ...]:
    """Words and numbers in order; possessive endings are cut.

    Kept since a search looks at its two hundred sentences several times, for their stems and for their facts.
    """
    return tuple([_cut_possessive(token) for token in _TOKEN.findall(text)])


def _cut_possessive(word: str) -> str:
    return word[:-2] if word.endswith(_POSSESSIVE) else word


def stands_in(text: str, longer: str) -> bool:
    """Whether the words of `text` stand in `longer` one after another; "four" is "4", case tells nothing."""
    words, others = _comparable(text), _comparable(longer)
    return any(others[at : at + len(words)] == words for at in range(len(others) - len(words) + 1))


@lru_cache(maxsize=4096)
def _comparable(text: str) -> list[str]:
    lower = (token.lower() for token in tokenise(without_dots(text)))
    return [token if (value := _value(token)) is None else f"{value:g}" for token in lower]


def numbers_in(text: str) -> list[float]:
    """The numbers of `text` in order."""
    return _numbers([token.lower() for token in tokenise(text)])


def _numbers(tokens: list[str]) -> list[float]:
    """Values of digits and number words; "2.5 million", "twenty-one" and "three hundred" are one value each."""
    values: list[float] = []
    current: float | None = None
    for token in tokens:
        value = _value(token)
        if value is not None:
            if current is not None and current >= 20 and current % 10 == 0 and value < 10 and not token[0].isdecimal():
                current += value
            else:
                if current is not None:
                    values.append(current)
                current = value
        elif token in SCALE and current is not None:
            current *= SCALE[token]
        elif current is not None:
            values.append(current)
            current = None
        if token in _ORDINAL_VALUE:
            values.append(float(_ORDINAL_VALUE[token]))
    if current is not None:
        values.append(current)
    return values


def _value(token: str) -> float | None:
    if token[0].isdecimal():
        return float(token.replace(",", ""))
    value = _WORD_VALUE.get(token)
    return None if value is None else float(value)


def _names(text: str) -> list[str]:
    """Lower-case words of capitalised runs; a lone capital at a sentence's start is no name unless it is one later."""
    found: list[str] = []
    for match in _NAME.finditer(text):
        words = _WORD_OF_NAME.findall(match.group())
        at_start = _begins_sentence(text[: match.start()])
        if at_start and len(words) > 0 and words[0].lower() in _COMMON_STARTS:
            words = words[1:]
        elif at_start and len(words) == 1 and not words[0].isupper():
            words = []
        for word in words:
            word = _cut_possessive(word).rstrip(".'’-").lower()
            if word and word not in STOP_WORDS and word not in _MONTHS and word not in _WEEKDAYS:
                found.append(word)
    return found


def _begins_sentence(before: str) -> bool:
    """Whether a sentence begins after `before`: at its end, a line's, or a quotation mark."""
    said = before.rstrip()
    return not before or "\n" in before[len(said) :] or (bool(said) and said[-1] in _SENTENCE_ENDS)


_COMMON_STARTS = STOP_WORDS | frozenset(
    "according police officials authorities earlier later meanwhile however although though since last next two three "
    "four five six seven eight nine ten many several dozens hundreds thousands people reports yes one".split()
)
