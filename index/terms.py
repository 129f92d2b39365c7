"""Words of questions: which are worth searching for, and whether the question speaks of now.

This module does not know what is searched.
"""

from __future__ import annotations

import re
from functools import lru_cache

STOP_WORDS = frozenset(
    "a an the of in on at to for from by with and or but as is are was were be been being do does did done have has "
    "had having will would can could should may might must shall this that these those it its he she they we i you me "
    "him them us his her hers their theirs our your my there here what which who whom whose when where why how s t d "
    "ll re ve not no nor than then so such if about into onto over after before during under between up down out off "
    "again just only also more most other some any each all both very much many few while because until according "
    "following".split()
)

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’.-][^\W_]+)*", re.UNICODE)
_NOW = re.compile(
    r"\b(?:now|today|yesterday|tonight|currently|current|latest|newest|recent|recently|just|so far|"
    r"(?:this|last|past) (?:week|weekend|month|year|morning|evening)|"
    r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.I,
)


def search_terms(question: str) -> list[str]:
    """The content words of `question`, lower-case, each once, in order; all words if none is left."""
    words = [re.sub(r"['’]s$", "", w).lower() for w in _WORD.findall(question)]
    content = [w for w in words if w not in STOP_WORDS]
    return list(dict.fromkeys(content or words))


def speaks_of_now(question: str) -> bool:
    """Whether `question` asks for the newest state of things ("this week", "latest", "now")."""
    return bool(_NOW.search(question))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light English stem: plural, -ed, -ing, -ly and silent e off; enough to match inflections.

    Source: the "S stemmer" of Harman 1991, widened by -ed, -ing, -ly and -e.
    """
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending in {"ies", "ied"} else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    if len(word) > 4 and word.endswith("ie"):  # "movie" as "movies"
        return f"{word[:-2]}y"
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_ENDINGS = (
    ("ingly", 4),
    ("edly", 4),
    ("ies", 2),
    ("ied", 2),
    ("ing", 3),
    ("ed", 3),
    ("es", 3),
    ("ly", 3),
    ("s", 2),
)
"""What is cut, and how many letters must be left."""
