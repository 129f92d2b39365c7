"""Names typed in small letters, with the capitals that the archive writes: "nice lorry attack" is about Nice.

Every rule that knows a name by its capital depends on it. This module does not know what a name is of, nor follow-ups.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from index.article import Passage
from index.catalogue import Catalogue, fts_query
from index.query import Filters
from index.search import TITLE_WEIGHT
from index.terms import STOP_WORDS, search_terms
from qa.forenames import is_no_forename

_PASSAGES = 10
"""Those nearest to the question: further ones tell of a nice day."""
_POSTINGS = 6000
"""Passages looked through for the rarest words: names are rare."""
_ALWAYS = 0.9
"""So much of the time a name has its capitals; the rest are slips."""
_MOST_WORDS = 4
_NO_NAMES = STOP_WORDS | {"march"}
"""People march to the palace in other months, too."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OWNED = re.compile(r"['’]s$")

Places = dict[str, list[tuple[Sequence[re.Match[str]], int]]]
"""Each word in lower case -> the sentences that hold it, and as which word."""


def with_capitals(catalogue: Catalogue, question: str, filters: Filters) -> str:
    """`question` with its names as passages on it write them; one with a capital after its first letter as it is."""
    if any(letter.isupper() for letter in question[1:]):
        return question
    terms = catalogue.rarest(search_terms(question), most=_POSTINGS)
    found = catalogue.match(fts_query(terms), k=_PASSAGES, filters=filters, title_weight=TITLE_WEIGHT)
    places = _places(catalogue.load_passages([passage for passage, _ in found]))
    tokens = [(match.start(), _OWNED.sub("", match.group())) for match in _WORD.finditer(question)]
    at = 0
    while at < len(tokens):
        names = (_as_written([word for _, word in tokens[at : at + n]], places) for n in range(_MOST_WORDS, 0, -1))
        name = next(filter(None, names), ())
        for (start, _), word in zip(tokens[at:], name, strict=False):
            question = f"{question[:start]}{word}{question[start + len(word) :]}"
        at += len(name) or 1
    return question


def _places(passages: Sequence[Passage]) -> Places:
    """The words of `passages`, headlines left out, in which most words have capitals."""
    places: Places = defaultdict(list)
    for passage in passages:
        for span in passage.sentences:
            words = list(_WORD.finditer(span.of(passage.article.text)))
            if sum(word.group()[0].isupper() for word in words) * 2 <= len(words):
                for at, word in enumerate(words):
                    places[_OWNED.sub("", word.group()).lower()].append((words, at))
    return places


def _as_written(name: Sequence[str], places: Places) -> tuple[str, ...]:
    """`name` in the capitals it has in the middle of sentences; nothing where it has them not or is no name."""
    wanted = [word.lower() for word in name]
    if {wanted[0], wanted[-1]} & _NO_NAMES or all(map(is_no_forename, wanted)):
        return ()
    forms: Counter[tuple[str, ...]] = Counter()
    for words, at in places[wanted[0]]:
        form = tuple(_OWNED.sub("", word.group()) for word in words[at : at + len(wanted)])
        begins = at == 0 and len(form) == 1 and form[0][1:].islower()  # any word does with a capital
        if [word.lower() for word in form] == wanted and not begins and _is_joined(words[at : at + len(wanted)]):
            forms[form] += 1
    capitals = {form: n for form, n in forms.items() if _is_capital(form)}
    if not capitals or sum(capitals.values()) < _ALWAYS * forms.total():
        return ()
    return max(capitals, key=capitals.__getitem__)


def _is_joined(words: Sequence[re.Match[str]]) -> bool:
    """Whether no comma or the like stands between `words`."""
    text = words[0].string
    return all(text[a.end() : b.start()] in {" ", ". ", "-"} for a, b in pairwise(words))


def _is_capital(form: Sequence[str]) -> bool:
    return all(any(map(str.isupper, word)) or word.lower() in STOP_WORDS for word in form)
