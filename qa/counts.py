"""How many were killed, injured, arrested: the count that a sentence gives, as news phrases it.

"Four guards were killed", "killing at least 13", "the toll rose to 130 from 129". Counts of a part ("at the Bataclan",
"ten of the dead", "three firefighters" of people) are not those of the whole and are left out, and so are counts that
name no place where one is asked for. This module does not know which count is right.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.terms import STOP_WORDS
from qa.asking import counted_noun
from qa.facts import CURRENCY, facts_of, is_form_of, tokenise
from qa.phrases import is_plural, is_verb, singular, word_set
from qa.written_dates import without_dates

_ALIKE = (
    r"kill(?:ed|ing|s)?|dead|died?|dying|deaths?|lost their lives|perished",
    r"injur(?:ed|ing|es)|wound(?:ed|ing)|hurt|injuries",
    r"arrest(?:ed|ing|s)?|detain(?:ed|ing)?|taken into custody",
    r"evacuat(?:ed|ing)",
    r"missing",
    r"rescued?|rescuing|freed|saved",
    r"hospitali[sz](?:ed|ing|ations?)|(?:taken|sent|rushed) to (?:the )?hospitals?",
    r"sick(?:ened|ening)?|f[ae]ll(?:en)? ill|ill|illness(?:es)?|infected",
    r"displaced|displacing|homeless",
    r"stranded|stranding",
)
_TOTAL = r"(?:count|number|total|figure|tally)"
_OF_THEM = (
    r"(?: of| for)?(?: (?!(?:that|which|whose|by|in|on|at|to|from|after|of|with|without|is|was|were)\b)[\w’'-]+){0,4}?"
)
"""From "number" to what it counts: "of people who were", never beyond it: "of homes destroyed by the storm that"."""
_ONES = r"one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    r"(?P<number>(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?: (?:hundred|thousand|million))?|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:{_ONES}))?|{_ONES}|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)(?![\w%-]|[.,]\d|"
    r" (?:second|minute|hour|day|night|week|month|year)s?\b)"
)
_COMES_TO = (
    r"(?:to|at|is|was|now|hits?|reach(?:es|ed)?|tops|topped|pass(?:es|ed)|surpass(?:es|ed)|exceed(?:s|ed)|past|above)"
)
_ABOUT = r"(?:(?:at least|about|around|some|nearly|almost|more than|over|up to|as many as|the|all)\s)"
_DOES = re.compile(
    r"\w (?:killed|injured|wounded|hurt|arrested|detained|evacuated|rescued|freed|saved|sickened|displaced|stranded)$",
    re.IGNORECASE,
)
_IS = re.compile(r"\b(?:is|are|was|were|be|been|being|got|left)\b", re.IGNORECASE)
_NO_OBJECT = (
    r"(?:in|by|and|or|but|when|on|at|after|before|during|as|while|since|this|last|so|near|outside|inside|across|over"
    r"|from|amid|following|overnight|yesterday|today|with|including|for|to|of|there|here|under|between"
    r"|were|was|are|is|have|had|along|around|because|within|throughout|early|late|worldwide)\b"
)
_ITS_OBJECT = re.compile(rf"\s+(?!{_NO_OBJECT})\w", re.IGNORECASE)
"""What is killed: "three gunmen killed dozens" counts gunmen, "three guards killed in Riga" the killed."""
_PRICE = re.compile(rf"\s*(?:[$£€%]|per\b|(?:\w+ )?{CURRENCY})")
_CHARGE = re.compile(
    r"\b(?:pay(?:s|ing)?|paid|charg(?:es?|ed|ing)|levy|levie[sd]|collect(?:s|ed|ing)?)\b[^.;]*\btoll\b|"
    r"\b(?:road|bridge|tunnel|ferry|motorway|highway) toll\b|"
    r"\btoll (?:booth|road|plaza|lane|bridge|gate|charge|fee|rate)|"
    r"\btoll (?:for|on) (?:\w+ )?(?:cars?|lorr|truck|vehicle|motor|driver|bus|van)",
    re.IGNORECASE,
)
"""A road has a toll, too."""
_PEOPLE = word_set("people person persons victim life body soul death fatality casualty dead other")
_NO_NOUN = re.compile(rf"{_NO_OBJECT}|(?:{'|'.join(_ALIKE)}|who|that|which)\b", re.IGNORECASE)
_PART_OF = re.compile(r"\s+(?:of (?!its\b|their\b)|(?P<others>others?)|more|further|additional|new)\b")
_BESIDE_THE_DEAD = re.compile(rf"\b(?:{_ALIKE[1]}|{_ALIKE[4]}|{_ALIKE[6]})\b", re.IGNORECASE)
"""Of these "others" are all: "killing five and injuring 25 others"."""
_REPORTED_AS = (
    r"(?: (?:have|has|had|also|been|were|was|are|is|reported|reportedly|confirmed|to|be|still|now|feared|presumed"
    r"|believed|listed|as|already))*?"
)
"""Before what they are counted as: "136 people have also been reported to be missing"."""
_SINCE = re.compile(r"\b(?:[Ss]ince|[Tt]han (?:in|the|any)|deadliest|worst(?!-case))\b")
_OVER_YEARS = re.compile(
    r"\bhave (?:been )?(?:killed|died|injured)\b[^.;]*\b(?:since|in the past|over the (?:past|last))\b"
)
"""What counts the victims of more than one event: "only eight storms have killed more than 100 people since 1950"."""
_ELSEWHERE = re.compile(r"\b(?:[Ii]n|[Aa]t|[Nn]ear) (?:the )?(?P<name>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)")
_BEGINS_ELSEWHERE = re.compile(rf"{_ELSEWHERE.pattern.replace('name', 'first')}, ")
_SAID_ELSEWHERE = re.compile(r"(?P<name>[A-Z]\w+(?: [A-Z]\w+)?) (?:Gov\.|Governor|Mayor|(?:County )?Sheriff) ")
"""Who counts those of one place: "Georgia Gov. Brian Kemp said 15 people died"."""
_OF_PLACES = word_set("county city state province region district north south east west new saint san")
"""Of the names of many places."""

_NAMES_PLACE = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Tt]hrough(?:out)?|[Aa]cross|[Oo]utside|[Aa]round|[Oo]ver|[Oo]ff|[Hh]it|[Ss]truck) "
    r"(?:the )?(?:[a-z]+ of )?[A-Z]"
)


def asks_count(question: str) -> bool:
    """Whether `question` asks for the number of killed, injured, arrested ..."""
    return bool(_ASKS.search(question) and _forms_for(question))


def asked_kind(question: str) -> str:
    """Those whose number is asked for, in the singular: "guard"; "" for people."""
    return _kind(counted_noun(question))


def read_counts(question: str, sentence: str, title: str, opening: str = "") -> dict[str, str]:
    """What `sentence` gives as the number of killed, or what is asked for, as it is written: by kind, "" for people.

    A kind of which it gives several numbers is left out. A place that is asked for must stand in the sentence or its
    article's title; that it stands in the article's `opening` sentence is enough for a sentence that names no place at
    all.
    """
    places = _asked_places(question)
    about = f"{title} {sentence}" if _NAMES_PLACE.search(without_dates(sentence)) else f"{title} {opening} {sentence}"
    if not asks_count(question) or not all(_is_named(place, about) for place in places):
        return {}
    undated = without_dates(sentence)
    if places and (part := _read_part(question, undated, places)):
        return {asked_kind(question): part}
    counts: dict[str, set[str]] = {}
    for form in _forms_for(question):
        found: dict[str, dict[str, re.Match[str]]] = {}
        for match in form.finditer(undated):
            found.setdefault(_kind_counted(match), {})[match["number"].casefold()] = match
        for kind, matches in found.items():
            whole = {m["number"] for m in matches.values() if _is_of_all(m, sentence, f"{question} {title}")}
            if whole or any(_is_elsewhere(m, sentence, f"{question} {title}") for m in matches.values()):
                counts.setdefault(kind, whole)  # another number of the sentence is no more likely the whole
    if (kind := asked_kind(question)) and kind not in counts:
        counts[kind] = _read_kind(question, undated, kind)
    return {kind: numbers.pop() for kind, numbers in counts.items() if len(numbers) == 1}


_BOTH = re.compile(
    rf"{_NUMBER} (?P<kind>(?:(?!and\b)[\w’'-]+ ){{1,6}}?)and {_NUMBER.replace('number', 'other')} "
    r"(?:(?:[a-z’'-]+ ){0,2}?[\w’'-]+s|(?:[a-z’'-]+ ){0,2}?(?:wo)?men|(?:[a-z’'-]+ ){0,2}?children)\b"
    r"(?!(?:,? (?:were|was|are|is|more|others?|\w+ly))*"
    r" (?:injur|wound|hurt|miss|arrest|surviv|escap|unhurt|rescu|freed))",
    re.IGNORECASE,
)
_OF_PEOPLE = re.compile(rf"{_NUMBER} (?:people|persons|victims|dead)\b", re.IGNORECASE)


def complete_count(question: str, answer: str, quote: str) -> str:
    """ "Two guards and four inmates" for "two" to "How many people ...?", where that is how `quote` counts them.

    Where it gives their sum as well, that: "17 people, 12 civilians and five firefighters".
    """
    if not re.search(r"\bhow many\b", question, re.IGNORECASE) or asked_kind(question):
        return answer
    for both in _BOTH.finditer(quote):
        parts = [both["number"], both["other"]]
        if answer in parts and _kind(both["kind"]) and not any(is_verb(word) for word in both["kind"].split()):
            whole = sum(max(facts_of(part).numbers, default=0) for part in parts)
            sums = (
                match["number"] for match in _OF_PEOPLE.finditer(quote) if facts_of(match["number"]).numbers == {whole}
            )
            return next(sums, both.group())
    return answer


_ASKS = re.compile(r"\bhow many\b(?! of\b)|\bwhat (?:is|was) the (?:\w+ ){0,3}toll\b|\btoll\W*$", re.IGNORECASE)


@lru_cache(maxsize=64)
def _forms_for(question: str) -> tuple[re.Pattern[str], ...]:
    words = _counted_words(question)
    if not words:
        return ()
    total = rf"(?:\b{_TOTAL}{_OF_THEM} (?:{words})|\b(?:{words}) (?:toll|{_TOTAL}))\b"
    if words == _ALIKE[0]:  # a toll that is said to be of nothing is of the dead
        total = rf"(?:{total}|\btoll\b(?! of (?:the )?(?:injur|wound|hurt|missing)))"
    else:
        total = rf"(?:{total}|\btoll{_OF_THEM} (?:{words})\b)"
    return tuple(
        re.compile(form, re.IGNORECASE)
        for form in (
            rf"\b{_TOTAL}\b[^.;]{{0,60}}?\b{_COMES_TO} {_ABOUT}?{_NUMBER} (?:[\w-]+ )?(?:{words})\b",
            rf"{total}[^.;]{{0,90}}?\b{_COMES_TO} {_ABOUT}?{_NUMBER}",
            rf"{total} of {_ABOUT}?{_NUMBER}",
            rf"\b(?:brings?|bringing|raised?|raising) (?:to )?{_ABOUT}?{_NUMBER} the {total}",
            rf"\b(?:{words}) {_ABOUT}?{_NUMBER}",
            rf"\b{_NUMBER}(?: of (?:its|their))?(?: (?!(?:and|but|or|in|at|on|of)\b)[\w-]+){{0,3}}?{_REPORTED_AS} "
            rf"(?:{words})\b",
            rf"\b{_NUMBER} people, (?:including|among them|most of them) [^,.;]{{1,90}},{_REPORTED_AS} (?:{words})\b",
            rf"\b{_NUMBER} people across [\w-]+ [\w-]+ (?:have |had )?(?:been |were )?(?:{words})\b",
        )
    )


def _counted_words(question: str) -> str:
    words = next((w for w in _ALIKE if re.search(rf"\b(?:{w})\b", question, re.IGNORECASE)), "")
    return words or (_ALIKE[0] if re.search(r"\btoll\b", question, re.IGNORECASE) else "")


def _asked_places(question: str) -> tuple[str, ...]:
    """The places that `question` asks about: "in Derbent", not what happened there, "in the Derbent siege"."""
    undated = without_dates(question)
    following = ((match["name"], undated[match.end() :].split()[:1]) for match in _ELSEWHERE.finditer(undated))
    return tuple(name for name, after in following if not "".join(after).isalpha() or after[0] in STOP_WORDS)


def _is_named(place: str, text: str) -> bool:
    words = {word.lower() for word in tokenise(text)}
    return all(any(is_form_of(word.lower(), other) for other in words) for word in tokenise(place))


def _read_part(question: str, sentence: str, places: tuple[str, ...]) -> str:
    """The count of those of a whole who died where it is asked: "nine of the victims died in the town of Derbent"."""
    if not re.search(rf"\b(?:{_counted_words(question)})\b", sentence, re.IGNORECASE):
        return ""
    there = "|".join(re.escape(place) for place in places)
    form = (
        rf"\b{_NUMBER} (?:in|at|near) (?:the )?(?:[a-z]+ (?:of )?)?(?-i:{there})\b|"
        rf"\b{_NUMBER.replace('number', 'part')} of (?:the|its|their|those|these) (?:\d+ )?"
        rf"(?:(?!who\b|that\b)[\w-]+ ){{1,3}}?"
        rf"(?:died|perished|lost their lives|(?:is|are|was|were|have been|had been) (?:{_counted_words(question)})) "
        rf"(?:in|at|near) (?:the )?(?:[a-z]+ (?:of )?)?(?-i:{there})\b"
    )
    found = {match["number"] or match["part"] for match in re.finditer(form, sentence, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else ""


def _read_kind(question: str, sentence: str, kind: str) -> set[str]:
    """The counts of one kind in a sentence on the dead: "seven police officers", "17 of the dead were officers"."""
    if not re.search(rf"\b(?:{_counted_words(question)})\b", sentence, re.IGNORECASE):
        return set()
    form = rf"\b{_NUMBER} (?:of (?:the|those) (?:[\w-]+ )?(?:were|are|was|is) )?(?:[a-z][\w-]* )?{re.escape(kind)}s?\b"
    return {match["number"] for match in re.finditer(form, sentence, re.IGNORECASE)}


def _kind_counted(match: re.Match[str]) -> str:
    """Those whose number `match` gives: "three firefighters" are not all people, "13 people" not all guards."""
    total = re.match(rf"{_TOTAL} (?:of|for) ", match.group(), re.IGNORECASE)
    if total:
        return _kind(match.group()[total.end() :])
    counted = re.sub(r"^\s*of (?:its|their) ", "", match.string[match.end("number") :])
    return _kind(counted, one=match["number"].casefold() in ("1", "one"))


def _kind(text: str, *, one: bool = False) -> str:
    """Of what kind the noun is that `text` begins with, in the singular: "guard"; "" for people and for none."""
    nouns = []
    for word in text.split():
        plain = word.strip(",.;:")
        if not plain.isalpha() or _NO_NOUN.match(plain) or is_verb(plain.lower()):
            break
        nouns.append(plain.lower())
        if word != plain:
            break
    named = nouns if one else [noun for noun in nouns if is_plural(noun)]
    kind = singular(named[-1]) if named else ""
    return "" if kind in _PEOPLE else kind


def _is_of_all(match: re.Match[str], sentence: str, known: str) -> bool:
    """Whether a count is of the whole: not "of the dead", nor of one place that is not asked about: "in Derbent"."""
    end = match.end("number")
    part = _PART_OF.match(sentence, end)
    if part and not (part["others"] and _BESIDE_THE_DEAD.search(match.group())):
        return False
    if _PRICE.match(sentence, end) or _SINCE.search(sentence[:end]):
        return False
    if _OVER_YEARS.search(sentence):
        return False
    if match.group().lower().startswith("toll") and _CHARGE.search(sentence):
        return False
    if _DOES.search(match.group()) and not _IS.search(match.group()) and _ITS_OBJECT.match(match.string, match.end()):
        return " " not in match.group().removeprefix(match["number"]).strip()  # "two injured people"
    return not _is_elsewhere(match, sentence, known)


def _is_elsewhere(match: re.Match[str], sentence: str, known: str) -> bool:
    """Whether the clause after a count names a place that is not `known`; where `known` has one, so must a total."""
    begin = match.start() if _ELSEWHERE.search(without_dates(known)) else match.end("number")
    clause = (
        (there[0] if (there := _BEGINS_ELSEWHERE.match(sentence)) else "")
        + sentence[begin : match.end("number")]
        + re.split(r"[,;.]\s", sentence[match.end("number") :], maxsplit=1)[0]
    )
    places = [*_ELSEWHERE.finditer(without_dates(clause)), *_SAID_ELSEWHERE.finditer(sentence)]
    names = [place["name"].casefold() for place in places]
    return not all(any(w in known.casefold() for w in n.split() if w not in _OF_PLACES) for n in names)
