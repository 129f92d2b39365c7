"""Words of the news that are forms of one: "sank" and "sunk" of "sink", "death" of "die".

Irregular ones, and nouns for what happens; others have a stem in common. This module does not know what they tell.
"""

from __future__ import annotations

from functools import lru_cache

from index.terms import stem
from qa.facts import tokenise

_VERBS = (
    "beat beat beaten", "become became", "begin began begun / beginning", "blow blew blown", "break broke broken",
    "bring brought", "build built", "burn burnt", "burst burst", "buy bought", "catch caught", "come came",
    "cut cut", "deal dealt", "die died / dying dead death deaths", "draw drew drawn", "drive drove driven",
    "fall fell fallen", "feel felt", "fight fought", "find found", "flee fled", "fly flew flown / flight",
    "get got gotten", "give gave given", "go went gone", "grow grew grown", "hit hit", "hold held", "keep kept",
    "know knew known", "lead led", "leave left", "lose lost / loss", "make made", "meet met / meeting", "pay paid",
    "put put", "quake quaked / earthquake earthquakes quakes", "quit quit", "ring rang rung", "rise rose risen",
    "run ran", "say said", "see saw seen", "seek sought", "sell sold / sale", "send sent", "set set",
    "shake shook shaken", "shoot shot / shooting shootings", "sing sang sung", "sink sank sunk / sinking",
    "speak spoke spoken / speech", "spend spent", "stand stood", "steal stole stolen / theft",
    "strike struck stricken", "sweep swept", "swim swam swum", "take took taken", "teach taught", "tell told",
    "throw threw thrown", "wake woke woken", "wear wore worn", "win won / winning",
    "withdraw withdrew withdrawn / withdrawal", "write wrote written",
    "explode exploded / exploding explosion explosions blast blasts", "erupt erupted / erupting eruption eruptions",
    "invade invaded / invading invasion", "resign resigned / resigning resignation", "elect elected / election",
    "convict convicted / convicting conviction", "indict indicted / indicting indictment",
    "retire retired / retiring retirement", "collide collided / colliding collision", "depart departed / departure",
    "arrive arrived / arriving arrival", "marry married / marrying marriage wedding",
    "acquit acquitted / acquittal", "inaugurate inaugurated / inauguration", "free freed / freeing",
    "release released / releasing", "attack attacked / attacking attacks", "kill killed / killing killings",
)  # fmt: skip
"""A verb and its past forms, then nouns and others for the same."""
_BASES = {form: forms.split()[0] for forms in _VERBS for form in forms.replace("/", " ").split()}
_PAST = frozenset(form for forms in _VERBS for form in forms.partition(" /")[0].split()[1:])
PAST = "|".join(sorted({forms.split()[1] for forms in _VERBS}))
"""What a past that does not end in "-ed" may be, as a pattern."""


@lru_cache(maxsize=16384)
def lemma(word: str) -> str:
    """What the lower-case `word` is a form of, else its stem."""
    return stem(_BASES.get(word, word))


def lemmas_of(text: str) -> frozenset[str]:
    """The lemmas of all words of `text`."""
    return frozenset(lemma(word.lower()) for word in tokenise(text))


def is_past(word: str) -> bool:
    """Whether the lower-case `word` may be the past of a verb."""
    return word.endswith("ed") or word in _PAST
