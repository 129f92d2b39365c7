"""Whose office a quote gives to a name: "Brennick's chief executive, Ruth Calloway" is not Kestrel's.

This module does not know who holds an office now (`qa/offices.py`), nor that two names are one but where they look it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa.answer import Evidence
from qa.facts import NAME, acronyms_of, facts_of, is_form_of, stands_in
from qa.offices import name_pattern
from qa.parallels import is_same

_ROLE = r"[a-z][\w-]*(?: [a-z][\w-]*){0,2}"
_ASKS_OFFICE_OF = re.compile(
    rf"\b[Ww]ho(?: is| was| became|['’]s) (?:(?:the |an? )?(?P<role>{_ROLE}) of (?:the )?(?P<owner>{NAME})|"
    rf"(?:the )?(?P<whose>{NAME})['’]s? (?P<own>{_ROLE})(?=[?.!]|$))"
)
_ALSO_CALLED = tuple(
    frozenset(names.split())
    for names in (
        "uk britain british england kingdom|us usa america american states|eu europe european|meta facebook|"
        "google alphabet|twitter x|holland netherlands dutch|burma myanmar|turkey türkiye|russia kremlin|"
        "vatican church catholic"
    ).split("|")
)
"""Words of names that are the same owner's."""


def is_of_another_owner(question: str, answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether `question` asks for an office "of Kestrel" and every quote with `answer` gives it to another owner.

    A quote that names the owner asked for, or a title that does, may tell that both are one.
    """
    asked = _ASKS_OFFICE_OF.search(question)
    holding = [item for item in evidence if stands_in(answer, item.quote)]
    if asked is None or not holding or not answer.split():
        return False
    owner, role = asked["owner"] or asked["whose"], asked["role"] or asked["own"]
    return all(_gives_another(owner, role.split()[-1], answer, item) for item in holding)


def _gives_another(owner: str, head: str, answer: str, item: Evidence) -> bool:
    found = _owned(answer, head).search(item.quote)
    if found is None:
        return False
    other = (found["whose"] or found["of"] or found["whom"]).removeprefix("The ")
    return bool(_words(other)) and not _is_one(owner, other, f"{item.article.title}\n{item.quote}")


def _is_one(owner: str, other: str, context: str) -> bool:
    """Whether `context` names `owner`, in whatever form, or `other` may be another name of it."""
    names, told = _words(owner), _words(other)
    known = facts_of(context).names | facts_of(context).words
    if any(is_form_of(name, word) for name in names for word in known) or is_same(owner, other):
        return True
    if any(names & group and told & group for group in _ALSO_CALLED) or acronyms_of(owner) & acronyms_of(context):
        return True
    return _abbreviates(owner, other) or _abbreviates(other, owner)


def _words(name: str) -> frozenset[str]:
    return facts_of(f"of {name}").names | {word.lower() for word in acronyms_of(name)}


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of a short name in capitals stand in `name` one after another: "VW", "GM"."""
    if not short.isupper() or short[0] != name[0]:
        return False
    letters = iter(name.upper())
    return all(letter in letters for letter in short)


@lru_cache(maxsize=256)
def _owned(answer: str, head: str) -> re.Pattern[str]:
    """How a sentence gives an office: "X's ROLE, NAME", "the ROLE of X, NAME", "NAME, the ROLE of X"."""
    name, words, role = name_pattern(answer), r"(?:[\w-]+ ){0,3}?", rf"(?i:{re.escape(head)})"
    return re.compile(
        rf"(?P<whose>{NAME}?)['’]s? {words}{role},? {name}|"
        rf"\b{role} of (?:the )?(?P<of>{NAME}), {name}|"
        rf"{name}, (?:\d+, )?(?:the )?{words}{role} of (?:the )?(?P<whom>{NAME})"
    )
