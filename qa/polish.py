"""Small changes to a short answer that its own quote bears out: a full name for a surname, a bare number for a count.

Nothing is added that does not stand in the quote or its article's title. This module does not know the model.
"""

from __future__ import annotations

import re
from collections import Counter

_PERSON_ASKED = re.compile(
    r"\bwho(?:m|se)?\b|\b(?:which|what) (?:\S+ ){0,3}?(?:actor|actress|singer|artist|rapper|comedian|player|athlete|"
    r"driver|coach|person|politician|republican|democrat|president|minister|leader|governor|senator|judge|lawyer|"
    r"celebrity|star|author|writer|director|billionaire|founder|candidate|monarch|royal)\b",
    re.IGNORECASE,
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion)\b"
_NO_FORENAMES = frozenset(
    "mr mrs ms miss dr sir dame lord lady sen rep gov president former ex prime minister chancellor secretary judge "
    "justice king queen prince princess pope governor senator representative mayor actor actress singer the on in at "
    "by but and as after when monday tuesday wednesday thursday friday saturday sunday".split()
)


def drop_counted(question: str, answer: str) -> str:
    """`answer` without the counted noun that the question names: "187" for "187 minutes" to "How many minutes ...?"."""
    match = re.fullmatch(rf"(\S*\d\S*(?: {_SCALE})?) (?!{_SCALE})([a-z]+)", answer)
    counted = match is not None and re.search(rf"\bhow many {match[2]}\b", question, re.IGNORECASE)
    return match[1] if match is not None and counted else answer


def complete_name(question: str, answer: str, quote: str, title: str) -> str:
    """A person's full name for the surname `answer`, where the quote, or else its article's title, gives one."""
    if not _PERSON_ASKED.search(question) or not re.fullmatch(r"[A-Z][\w’'-]+", answer):
        return answer
    for text in (quote, title):
        found = re.findall(rf"((?:[A-Z][\w’'.-]+ ){{1,2}}){re.escape(answer)}\b", text)
        names = Counter(name for name in map(_without_titles, found) if name)
        if names:
            return f"{names.most_common(1)[0][0]} {answer}"
    return answer


def _without_titles(forenames: str) -> str:
    """The words after the last title or other word that is no forename."""
    words = forenames.split()
    while words and words[0].rstrip(".").lower() in _NO_FORENAMES:
        words = words[1:]
    return "" if any(w.rstrip(".").lower() in _NO_FORENAMES for w in words) else " ".join(words)
