"""How an answer is compared with the accepted ones: the rules of RealTime QA.

Lower case, ASCII punctuation dropped, white space collapsed; no article or number is treated specially, so
that figures stand beside published ones. Whether a text holds an answer is told with more care, since articles have
typographic punctuation and possessives where answers have none. This module does not know what is compared.

Source: Kasai et al. 2023, "RealTime QA"; token F1 as in Rajpurkar et al. 2016 (SQuAD).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_TYPOGRAPHIC = str.maketrans("“”„‘’–—…", '"""\'\'   ')
_POSSESSIVE = re.compile(r"(?<=\w)(?:'s|(?<=s)')(?!\w)", re.IGNORECASE)
_BETWEEN = "\n"
"""No answer holds it."""

Groups = Sequence[Sequence[str]]
"""What must be named: one alternative of every group."""


def normalise(text: str) -> str:
    """`text` in lower case, without punctuation, with single spaces."""
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())


def exact_match(prediction: str, answers: Sequence[str]) -> bool:
    """Whether `prediction` is one of `answers`."""
    return normalise(prediction) in {normalise(answer) for answer in answers}


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """F1 of the words shared with the answer that shares most, 0 to 1."""
    return max((_f1(normalise(prediction).split(), normalise(answer).split()) for answer in answers), default=0.0)


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of `answers` stands in `text`, as whole words, which may be possessive."""
    return holds_normalised(normalise_held(text), [normalise_sought(answer) for answer in answers])


def normalise_sought(answer: str) -> str:
    """An answer as it is looked for."""
    return normalise(_plain(answer))


def normalise_held(text: str) -> str:
    """What answers are looked for in: `text`, and behind a mark once more without the endings of possessives."""
    plain = _plain(text)
    return f"{normalise(plain)} {_BETWEEN} {normalise(_POSSESSIVE.sub('', plain))}"


def holds_normalised(text: str, answers: Sequence[str]) -> bool:
    """`holds` for a `text` made by `normalise_held`, `answers` by `normalise_sought`."""
    padded = f" {text} "
    return any(f" {answer} " in padded for answer in answers if answer)


def _plain(text: str) -> str:
    """`text` with ASCII's quotation marks, and spaces for dashes that ASCII has not."""
    return text.translate(_TYPOGRAPHIC)


def holds_all(text: str, groups: Groups) -> bool:
    """Whether `text` names one alternative of every group; false where there is nothing to name."""
    return bool(groups) and all(holds(text, group) for group in groups)


def is_left_out(question: str) -> bool:
    """Whether the benchmark leaves the question out: "... all of these except:" needs the choices."""
    return normalise(question).endswith("except")


def _f1(prediction: Sequence[str], answer: Sequence[str]) -> float:
    shared = (Counter(prediction) & Counter(answer)).total()
    return 2 * shared / (len(prediction) + len(answer)) if shared else 0.0
