"""Who beat whom, as a sentence says it: an answer that names the other side is wrong, however likely it looks.

"Kerber won the title, beating Williams in the final" holds both names beside the asked words, and a small model takes
the second for the winner: 8 of 80 readings of RGB's first 40 questions named the loser (November 2026). The rules look
at what stands directly beside a name: verbs of winning and losing. This module does not know the model, nor who is
right where a sentence says neither.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

_BEATS = (
    r"(?:beat(?:s|ing)?|defeat(?:s|ed|ing)?|thrash(?:es|ed|ing)?|edg(?:es|ed|ing)(?: out)?|overc(?:ame|omes?|oming)|"
    r"outlast(?:s|ed|ing)?|(?:saw|sees?|seeing) off|toppl(?:es|ed|ing)|oust(?:s|ed|ing)?|crush(?:es|ed|ing)?|"
    r"rout(?:s|ed|ing)|knock(?:s|ed|ing) out|eliminat(?:es|ed|ing)|stunn?(?:s|ed|ing)?|unseat(?:s|ed|ing)?|"
    r"vanquish(?:es|ed|ing)?|"
    r"(?:win|wins|won|winning|victory|victories|triumph|triumphed|triumphs|prevail(?:s|ed)?) over)"
)
_WINS = (
    r"(?:w[io]ns?|winning|claim(?:s|ed|ing)|clinch(?:es|ed|ing)|captur(?:es|ed|ing)|lift(?:s|ed|ing)|"
    r"takes? (?:the )?(?:title|gold|crown)|took (?:the )?(?:title|gold|crown)|"
    r"(?:is|was|were|been|being) (?:re-?)?elected(?! in (?:19|20)\d\d))"
)
_AGAINST = (
    r"\b(?:(?:re-?)?elected|w[io]ns?|winning|victory|triumph(?:s|ed)?)\b"
    r"(?:(?!\b(?:los(?:e|es|t|ing|s)|defeat\w*|beaten|fell|drew|draw)\b)(?:[^.;]|\.\d)){0,120}? against"
)
"""Followed by who lost: "was elected, taking 52.3 percent, in a run-off against the incumbent"."""
_HELD_BEFORE = r"(?:[Ll]ast year['’]s|[Dd]efending|[Rr]eigning|[Pp]revious|[Ff]ormer)"
_LOSES = (
    r"(?:loses?|lost|losing|loss|concede[sd]? defeat|f[ae]ll(?:s|ing)?|(?:was|were|been|being) (?:beaten|defeated))"
)
_ASKS_WINNER = re.compile(
    r"\bwho (?:has |have |had )?(?:won|wins|beat|beats|defeated|defeats)\b|\bwinners?\b|\bchampions?\b|"
    r"\b(?:which|what) (?:(?!did\b|does\b|do\b|has\b)[\w’'.-]+ ){1,4}?(?:won|wins|beat|beats|defeated|defeats)\b",
    re.IGNORECASE,
)
_ASKS_LOSER = re.compile(
    r"\bwho(?:m)? (?:did|does|do|has|have|had) [^?]{1,60}?\b(?:beat|defeat|overcome|beaten|defeated)\b|"
    r"\b(?:which|what) (?:[\w’'.-]+ ){1,3}?(?:did|does|do|has|have|had) [^?]{1,60}?\b(?:beat|defeat|overcome)\b|"
    r"\bwho (?:has |have |had )?(?:lost|was (?:beaten|defeated))\b|\brunners?-up\b|\blosing finalist\b",
    re.IGNORECASE,
)
_ASKS_OUTCOME = re.compile(
    r"(?:^|[^\w\s]\s*|\b(?:and|say) )who (?:has |have |had )?(?:won|wins|beat|beats|defeated|defeats)\b|"
    r"\b(?:which|what) (?:(?!(?:did|does|do|has|who|that)\b)[\w’'.-]+ ){1,4}?(?:won|wins|beat|beats|defeated)\b|"
    r"\bwho (?:is|was|are|were) the [^?]{0,60}?(?:winners?|champions?|runners?-up)\b",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\b(?:w[io]ns?|winn(?:ing|ers?)|victor\w*|champions?|beat(?:s|en|ing)?|defeat\w*|triumph\w*|titles?|crown\w*|"
    r"(?:re-?)?elect(?:ed|s|ing)|vot(?:ed|es|ing)|cho(?:se|sen)|awarded|claim\w*|clinch\w*|captur\w*|tak(?:es?|en|ing)|"
    r"took|prevail\w*|gold|medal(?:s|l?ists?)?|honou?red|prize|trophy|lift\w*|named|earn\w*|secur\w*|swe(?:ep\w*|pt)|"
    r"recipients?|laureates?|receiv\w*|edg(?:ed|es|ing)|oust\w*|toppl\w*|unseat\w*|succe(?:ss\w*|ed\w*)|"
    r"top(?:s|ped|ping)|scoop\w*|bag(?:s|ged)|los(?:t|es?|ing|s)|f[ae]ll|runners?-up|outlast\w*|conquer\w*|dominat\w*|"
    r"finish\w*|first|on top|record)\b",
    re.IGNORECASE,
)
"""Words of which most sentences that say how a contest ended hold one."""
_MEETING = re.compile(
    r"\b(?:between|against|versus|vs|fac(?:e|es|ed|ing)|meets?|met|plays?|playing|serv(?:es|ing)|debuts?|hosts?|hosted|held|"
    r"match|singles:)\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells who meets whom, and where."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

# What may stand between a verb and a name: "defeated defending champion Novak Djokovic", never another phrase.
_BESIDE = r"(?:(?!(?:by|to|in|at|on|for|with|from|after|and|over|of|as|when|who)\b)[\w’'.-]+ ){0,4}?"


def is_other_side(question: str, answer: str, quotes: Sequence[str]) -> bool:
    """Whether `quotes` say of `answer` only that it lost where `question` asks who won, or the other way round.

    Of the quotes those count that hold every year that the question names, if there are any.
    """
    asks_winner = bool(_ASKS_WINNER.search(question)) and not _ASKS_LOSER.search(question)
    if not answer.split() or not (asks_winner or _ASKS_LOSER.search(question)):
        return False
    years = set(_YEAR.findall(question))
    dated = [quote for quote in quotes if years <= set(_YEAR.findall(quote))] or list(quotes)
    dated = [_without_namesakes(quote, answer) for quote in dated]
    winner, loser = _forms(answer)
    wins, loses = any(map(winner.search, dated)), any(map(loser.search, dated))
    return loses and not wins if asks_winner else wins and not loses


def won_the_year_before(question: str, answer: str, quote: str, published: date | None) -> bool:
    """Whether `question` asks who won in the year before `quote` was published, and the quote calls `answer` that.

    "Last year's winner, Yusuf Demir" of 2026 tells who won in 2025, though he lost in 2026.
    """
    years = set(_YEAR.findall(question))
    asked = years == {str(published.year - 1)} if published and years else "last year" in question.lower()
    last = re.escape(answer.split()[-1]) if answer.split() else ""
    held = rf"\b{_HELD_BEFORE} (?:[\w’'-]+ ){{0,3}}?(?:winners?|champions?|holders?)"
    called = rf"{held},? (?:[\w’'-]+ ){{0,4}}?{last}\b|\b{last}, (?:the |who was )?{held}"
    return bool(asked and last and asks_who_won(question) and re.search(called, quote))


def _without_namesakes(quote: str, answer: str) -> str:
    """`quote` without who only shares the last name: AC Milan is not Inter Milan."""
    *first, last = answer.split()
    own = "|".join(map(re.escape, first))
    return re.sub(rf"\b(?!(?:{own})\b)[A-Z][\w’'-]* {re.escape(last)}(?!\w)", ";", quote) if first else quote


def leaves_outcome_open(question: str, quote: str) -> bool:
    """Whether `question` asks who won and `quote` says who met whom, but not how it ended.

    "The final between Novak and Tan" names both; a small model takes either for the winner.
    """
    return asks_who_won(question) and _MEETING.search(quote) is not None and not _OUTCOME.search(quote)


def asks_who_won(question: str) -> bool:
    """Whether `question` asks who won a contest."""
    return _ASKS_OUTCOME.search(question) is not None


@lru_cache(maxsize=256)
def _forms(answer: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a sentence says that `answer`, by its whole or its last name, won; and that it lost."""
    last = answer.split()[-1]
    names = {answer, last} if last[:1].isupper() and len(last) > 3 else {answer}
    name = rf"\b(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b"
    after = rf"{name}(?: \([^)]*\))?,? {_BESIDE}"
    won = (
        rf"{after}(?:{_BEATS}|{_WINS})\b",
        rf"\b(?:won|beaten|defeated) by {_BESIDE}{name}",
        rf"\b{_LOSES} to {_BESIDE}{name}",
    )
    lost = (
        rf"\b{_BEATS} {_BESIDE}{name}",
        rf"{after}{_LOSES}\b",
        rf"{_AGAINST} {_BESIDE}(?:[\w’'-]+, )?{name}",
        rf"\b{_HELD_BEFORE} (?:[\w’'-]+ ){{0,3}}?(?:winners?|champions?|holders?),? (?:[\w-]+['’]s )?{name}",
    )
    return re.compile("|".join(won)), re.compile("|".join(lost))
