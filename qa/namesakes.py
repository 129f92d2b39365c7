"""Others of the same surname: a report on Petar Tvorak is none on Ilena Tvorak, whose brother he is.

Only names of a forename and a surname are looked at, as they are written. This module does not know what is told of
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa.forenames import forms_of, is_no_forename, is_same_forename

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*"
_PERSON = re.compile(
    rf"(?P<forenames>{_WORD}(?: {_WORD})?) (?P<surname>{_WORD})"
    r"(?= (?:in|on|since|after|before|during|from|between|until|last|this)\b|$)"
)
_MONTHS = frozenset("january february march april may june july august september october november december".split())
_LONG = re.compile(r"[^\W\d_]{5,}")
"""Where all words of a headline that are so long have capitals, these tell no names."""


@dataclass(frozen=True, slots=True)
class Person:
    """A forename, or two, and a surname."""

    forenames: str
    surname: str

    def is_named_in(self, text: str) -> bool:
        """Whether `text` holds the full name, or that of first forename and surname."""
        first = "|".join(map(re.escape, forms_of(self.forenames.split()[0])))
        return re.search(rf"\b(?:{first})(?: [\w.’'-]+)? {re.escape(self.surname)}\b", text) is not None

    def is_another_in(self, title: str, lead: str) -> bool:
        """Whether the first full name with this surname in a report's title or lead is another's."""
        plain = any(word[0].islower() for word in _LONG.findall(title))
        text = f"{title if plain else ''}\n{lead}"
        for match in re.finditer(rf"\b({_WORD}) {re.escape(self.surname)}\b(?!-)", text):
            if not _is_no_forename(match[1].removesuffix("’s").removesuffix("'s")):
                return not any(is_same_forename(match[1], own) for own in self.forenames.split())
        return False


def find_person(topic: str, texts: Iterable[str]) -> Person | None:
    """The person that `topic` is; None where it is none, or the last word is an ordinary one in `texts`: Osk Bridge."""
    match = _PERSON.match(topic.strip())
    if match is None or _is_no_forename(match["forenames"].split()[0]):
        return None
    ordinary = re.compile(rf"\b{re.escape(match['surname'].lower())}s?\b")
    if any(ordinary.search(text) for text in texts):
        return None
    return Person(match["forenames"], match["surname"])


def _is_no_forename(word: str) -> bool:
    return is_no_forename(word) or word.lower() in _MONTHS
