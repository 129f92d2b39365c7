"""Small changes to a short answer that its own quote bears out: a full name, a whole date or amount for a part of
it, all of several for one, a bare number for a count, of two values of one thing the one asked for.

Nothing is added that does not stand in the quote or its article's title. This module does not know the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import STOP_WORDS, stem
from qa.answer import Evidence
from qa.attribution import judge_sentence
from qa.changes import take_asked
from qa.counts import complete_count
from qa.facts import NAME, facts_of, is_name, stands_in
from qa.forenames import without_titles
from qa.phrases import asked_for, asks_for_several
from qa.recount import recount

_PERSON_ASKED = re.compile(
    r"\bwho(?:m|se)?\b|\b(?:which|what) (?:\S+ ){0,3}?(?:actor|actress|singer|artist|rapper|comedian|player|athlete|"
    r"driver|coach|person|politician|republican|democrat|president|minister|leader|governor|senator|judge|lawyer|"
    r"celebrity|star|author|writer|director|billionaire|founder|candidate|monarch|royal)\b",
    re.IGNORECASE,
)
_TIME_ASKED = re.compile(r"\bwhen\b|\bdate\b|\b(?:what|which) day\b", re.IGNORECASE)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY, _YEAR = r"\d{1,2}(?:st|nd|rd|th)?", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"\b(?:{_MONTH} {_DAY}(?:,? {_YEAR})?|{_DAY} {_MONTH}(?:,? {_YEAR})?|{_MONTH},? {_YEAR})(?![\w-])", re.IGNORECASE
)
_PAIR = re.compile(rf"(?<!, )({NAME}) (?:and|&) ({NAME})")
"""Two names that are joined, not the end of a list."""
_LIST = re.compile(rf"{NAME}(?:, (?:the )?{NAME})+,? and (?:the )?{NAME}")
_SEVERAL = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5}
_JOINTS = re.compile(r",? and (?:the )?|, (?:the )?")
_SCALE = r"(?:hundred|thousand|million|billion|trillion)\b"


def polish(question: str, answer: str, evidence: Sequence[Evidence]) -> str:
    """`answer` in the form that the quote of `evidence` which bears it out best gives it."""
    answer = complete_amount(question, answer, [item.quote for item in evidence])
    cited = judge_sentence(answer, evidence, question).evidence
    if cited is None:
        return answer
    answer = name_owned(question, answer, cited.quote)
    text = complete_name(question, answer, cited.quote, cited.article.title, text=cited.article.text)
    quotes = [cited.quote, *_telling_as_much(question, cited, evidence)]
    text = complete_kind(question, complete_date(question, text, quotes), quotes)
    text = complete_count(question, complete_list(question, text, cited.quote), cited.quote)
    return open_compound(
        question, drop_counted(question, take_asked(question, recount(question, text, cited), cited.quote))
    )


def complete_amount(question: str, answer: str, quotes: Sequence[str]) -> str:
    """ "$6.04 billion" for "$6.04", where that is how the number goes on wherever it stands in `quotes`."""
    if not re.fullmatch(r"[^\w\s]?\d[\d,.]*", answer):
        return answer
    stands = re.compile(rf"(?<![\d.,]){re.escape(answer)}(?!\d|[.,]\d)(?:[ -]?(?P<scale>{_SCALE}))?", re.IGNORECASE)
    scales = {match["scale"] for quote in quotes for match in stands.finditer(quote)}
    scale = scales.pop() if len(scales) == 1 else None
    return f"{answer} {scale}" if scale and scale.lower() not in question.lower() else answer


def drop_counted(question: str, answer: str) -> str:
    """`answer` without the counted noun that the question names: "187" for "187 minutes" to "How many minutes ...?"."""
    match = re.fullmatch(rf"(\S*\d\S*(?: {_SCALE})?) (?!{_SCALE})([a-z]+)", answer)
    counted = match is not None and re.search(rf"\bhow many {match[2]}\b", question, re.IGNORECASE)
    return match[1] if match is not None and counted else answer


def open_compound(question: str, answer: str) -> str:
    """ "21" for "21-year-old" to "How old ...?", "three months" for "three-month" to "How long ...?"."""
    match = re.fullmatch(r"([\w.]+)-(year|month|week|day|hour|minute|second)(-old)?", answer)
    if match is None:
        return answer
    number, unit, old = match.groups()
    if old:
        return number if re.search(r"\bhow old\b", question, re.IGNORECASE) else answer
    ending = "" if number.lower() in ("1", "one") else "s"
    return f"{number} {unit}{ending}" if re.search(r"\bhow long\b", question, re.IGNORECASE) else answer


def complete_name(question: str, answer: str, quote: str, title: str, *, text: str = "") -> str:
    """A person's full name for the surname `answer`, where the quote, or else its article, gives just one.

    A name that follows the bare surname is another's: "Sorkan won; her brother Petar Sorkan is in prison".
    """
    if not _PERSON_ASKED.search(question) or not re.fullmatch(r"[A-Z][\w’'-]+", answer):
        return answer
    mentions = _forenames_of(answer, quote)
    if any(mentions):
        names = {name for name in mentions if name} if mentions[0] else set()
    else:
        names = {name for part in (title, text) for name in _forenames_of(answer, part) if name}
        if any(word.lower() in text.split() for name in names for word in name.split()):
            return answer  # "Asked Novak" begins a sentence
    return f"{names.pop()} {answer}" if len(names) == 1 else answer


def _forenames_of(surname: str, text: str) -> list[str]:
    """What stands before each mention of `surname`, "" where it stands alone or behind a title."""
    found = re.finditer(rf"((?:\b[A-Z][\w’'.-]+ ){{0,2}})\b{re.escape(surname)}(?![\w-])", text)
    return [without_titles(match[1]) for match in found]


def name_owned(question: str, answer: str, quote: str) -> str:
    """ "Anna Berg" for "Kenya" to "Who won?", where `quote` says "Kenya's Anna Berg" and nothing else of Kenya."""
    if not re.match(r"who\b|.*[.?!,] who\b", question, re.IGNORECASE) or not is_name(answer):
        return answer
    owned = re.findall(rf"(?<!\w){re.escape(answer)}['’]s ({NAME})", quote)
    alone = re.search(rf"(?<!\w){re.escape(answer)}(?!['’]s [A-Z])(?!\w)", quote)
    return str(owned[0]) if len(set(owned)) == 1 and not alone else answer


def complete_kind(question: str, answer: str, quotes: Sequence[str]) -> str:
    """A name with the kind that `question` asks for, where that belongs to it in one of `quotes`, the first best:
    "Northwind Airlines" for "Northwind" to "Which airline ...?".

    Of the accepted answers to 519 questions of 2024 it gives six their last word back; one it makes too long (New York
    City for New York).
    """
    asked = asked_for(_from_which(question))
    if asked and is_name(answer):
        kinds = {stem(word) for word in asked.noun.lower().split()}
        for quote in quotes:
            for match in re.finditer(rf"(?<!\w){re.escape(answer)} ([A-Z][a-z]+)(?!\w)", quote):
                if stem(match[1].lower()) in kinds:
                    return match.group()
    return answer


def complete_list(question: str, answer: str, quote: str) -> str:
    """All of the names that `quote` lists, where `answer` is one of them and `question` asks for several and names
    none: "Riga and Vilnius" for "Riga" to "Which two cities ...?"."""
    if not asks_for_several(_from_which(question)):
        return answer
    asked = asked_for(_from_which(question))
    several = _SEVERAL.get(asked.noun.split()[0].lower()) if asked else None
    lists = [(found.group(), _JOINTS.split(found.group())) for found in _LIST.finditer(quote)]
    pairs = [(found.group(), list(found.groups())) for found in _PAIR.finditer(quote)]
    for text, names in lists + pairs:
        opens = names[0].split()[0].lower() in STOP_WORDS  # "But Riga and Vilnius"
        fits = several in (None, len(names))
        if answer in names and fits and not opens and not any(stands_in(name, question) for name in names):
            return text
    return answer


def complete_date(question: str, answer: str, quotes: Sequence[str]) -> str:
    """The whole date that the first of `quotes` to hold one gives, where `answer` is a part of it and a time is asked
    for: "29 May 2020" for "2020".

    A quote that also holds `answer` by itself, or in several dates, does not tell which is meant: "It opened in 2020
    and collapsed on 29 May 2020".
    """
    if not _TIME_ASKED.search(question) or not re.search(r"\d|" + _MONTH, answer):
        return answer
    for quote in quotes:
        whole = [m.group() for m in _DATE.finditer(quote) if stands_in(answer, m.group())]
        longest = max(whole, key=len, default="")
        if longest:
            is_one = all(stands_in(date, longest) for date in whole)
            return longest if is_one and not stands_in(answer, _DATE.sub(";", quote)) else answer
    return answer


def _telling_as_much(question: str, cited: Evidence, evidence: Sequence[Evidence]) -> list[str]:
    """The quotes that with their title hold every word of `question` that `cited` holds, the best first."""
    asked = facts_of(question).words
    held = asked & facts_of(cited.quote).words
    others = sorted((item for item in evidence if item is not cited), key=lambda item: -item.score)
    return [item.quote for item in others if held <= facts_of(f"{item.article.title} {item.quote}").words]


def _from_which(question: str) -> str:
    """`question` from its "which" or "what" on; empty where it has none."""
    found = re.search(r"\b(?:which|what)\b", question, re.IGNORECASE)
    return question[found.start() :] if found else ""
