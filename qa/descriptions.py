"""The words of one sentence that say who or what a name is, by where they stand beside it.

"Moen, the mayor of Oslo, said", "the mayor of Oslo, Ida Moen, said", "the singer Ida Moen", "Moen was the mayor",
"its leader is Moen", "named the driver as Moen", "the mission, known as UNOR". A form that may as well tell of another,
or be somebody's opinion, is passed over: a wrong description is worse than none. This module does not know which
sentences are looked at, nor who shares the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Span
from qa.nouns import OFFICE, PERSON, THING

_NEEDS_ARTICLE = (
    r"(?:suspect|witness|guard|head|champion|star|coach|judge|pilot|nurse|father|mother|brother|sister|son|daughter|husband|"
    r"wife|partner|captain|team|band|man|woman|boy|girl|member|citizen|resident|native|national)"
)
"""Verbs, too, or whose they are is not told: "police suspect Moen", "and husband Per Moen"."""
_TITLE = rf"(?:(?:(?:Vice[ -]|Deputy |Acting |Former )?{OFFICE}|Mr|Mrs|Ms|Dr|Sir)\.? )"
_PLACED = r"(?:(?i:in|at|on|near|from|after|before|during|since|for|outside|inside|into))"
"""After which an article begins a place or a time."""
_LINK = r"(?:of|in|for|at|to|from|with|on|by|near|under|behind|against|out of|outside|off|as|into|over|than)"
_NOT_OWNER = r"(?!(?:The|A|An|On|In|At|By|For|From|With|When|As|And|But|After|Before|If|While|\w+day)\b)"
_OWNER = rf"(?:{_NOT_OWNER}[A-Z][\w-]*(?: {_NOT_OWNER}[A-Z][\w-]*){{0,2}}|[Tt]he \w+)(?:['’]s|s['’])"
_OF_ANOTHER = r"(?:[Hh]is|[Hh]er|[Ii]ts|[Tt]heir)"
_ARTICLE = rf"(?:{_OWNER}|{_OF_ANOTHER}|[Tt]he|[Aa]n?|[Oo]ne of (?:the|its|his|her|their))"
_WORD = (
    r"(?!(?:the|an?|his|her|its|their|and|or|but|nor|who|whom|whose|which|that|where|when|while|after|before|between|not|still|"
    rf"includ\w+|like|{_LINK})\b)(?!\S*['’]s? )(?:[\w.’'“”\"&/-]|,(?=\d))+"
)
_CORE = rf"{_WORD}(?: {_WORD}){{0,6}}"
_REST = rf"(?: (?:and (?={PERSON}\b)|{_LINK} )(?:{_ARTICLE} )?{_CORE}){{0,4}}"
_PHRASE = rf"(?P<core>{_ARTICLE} {_CORE}|(?:former |acting |deputy )?{PERSON}(?= of| at| for))(?P<rest>{_REST})"
_CLAUSE = r"(?: (?:who|which|that|whose|where) .+)?"
_DONE = (
    r"(?:based|born|known|named|called|appointed|elected|accused|convicted|suspected|credited|charged|nominated|founded|"
    r"formed|created|located|owned|hired|employed|wanted|jailed|linked|backed|supported|used)"
)
"""Participles that may follow what they tell of: "a man accused of murder"."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|did|does|do|will|would|can|could|may|might|must|shall|should|said|says|"
    r"say|told|tells|saw|sees|took|takes|came|comes|went|goes|fell|rose|broke|sent|met|fled|struck|began|became|found|"
    r"got|made(?! of)|gave|gives|led(?! by)|leads|left|lost|won|shot|kept|spoke|brought|wants?|blames?)\b|"
    rf"\b(?!{_DONE} {_LINK}\b)[a-z]{{2,}}ed\b"
)
_ATTRIBUTE = re.compile(rf"^{_ARTICLE} (?:\w+ly )?[a-z]+ed (?=[\w-])(?!{_LINK}\b)")
_HEAD = re.compile(rf"(?P<head>\S+)(?: (?:\w+ly |best |also )?{_DONE})?$")
_FOUNDED = r"(?:co-founded|founded (?:the|[A-Z]\w+)|helped (?:to )?found) "
_DOES = (
    rf"(?:{_FOUNDED}|(?:leads|led(?! (?:by|to|away|into)\b)|head(?:s|ed)(?! (?:to|for|into|off|back|home)\b)|runs|"
    r"commands|commanded|chairs|chaired|owns|governs|governed|rule[sd](?! that\b)|known for|"
    r"(?:formed|founded|created|established|set up) (?:in|by|to|as|from|out of)|loyal to|linked to|"
    r"(?:thought|believed|suspected|accused|wanted) (?:to|of|for|by)|allied (?:to|with)|affiliated (?:to|with)|"
    r"based (?:in|at)) )"
)
_AGE = r"(?:, (?:aged )?\d{1,3}| \(\d{1,3}\))?"
_ASIDE = r"(?:, [^,;]{1,90},)?"
_TO_BE = r"(?:is|was|are|were|remains|became)"
_SAYS = r"(?P<d>(?:[^,;]|,(?=\d))+?)"
_END = r"(?=,(?!\d)|;|\.?$| [–—-] )"
_LISTED = r" (?:and|or) (?:the\b|an?\b|[A-Z])"
"""After a comma: what comes before it is one of several, no description."""
_SUBJECT = re.compile(rf"(?:^|[,;:] |\b(?:and|but|because|although) )(?:[Tt]he )?{_TITLE}?$")
_BEGINS = re.compile(
    rf"(?:{_PLACED}|When|As|If|While|Although|Though|Once|Because|According to|The \w+ (?:before|after)) [^,]*$"
)
"""What stands before the comma that ends such a beginning is followed by the subject, no apposition."""
_RELATED = re.compile(rf"\b{PERSON} (?:of|for|to|and) {_TITLE}?$|\band $")
"""What follows a name may be said of another, too: "the brother of Ida Moen, a plumber", "Wels and Enns, the towns"."""
_REPORTED = re.compile(
    r"\b(?:said|says|say|told|claim\w*|call(?:ed|s)|alleg\w+|accus\w+|believ\w+|den(?:y|ies|ied)|rumou?r\w*|whether|if|"
    r"argu\w+|insist\w*|suggest\w*|according)\b"
)
_GIVES_NAME = re.compile(r"(?:,? (?:(?:better|also|widely) )?(?:known|called)(?: as)? )(?:the )?$")
_OPENS = re.compile(r" \((?:the )?$")
_OFFICE_BEFORE = re.compile(
    rf"(?<![\w-])(?P<more>(?:[Ff]ormer |then-)?(?:(?:{_OWNER}|{_NOT_OWNER}[A-Z][\w.-]*) )?"
    rf"(?:[Ff]ormer |[Aa]cting |[Dd]eputy |[Vv]ice )?)(?P<office>{OFFICE}) $"
)


def find_descriptions(sentence: str, name: Span, *, is_person: bool) -> Iterator[Span]:
    """Spans of `sentence` that say who or what stands at `name`, a person or anything else."""
    before, after = sentence[: name.start], sentence[name.end :]
    found = [*_behind(before, after, name.end), *_naming(before, after, name.end)]
    found = found or [*_in_front(before, after, is_person=is_person)] or [*_in_office(before)]
    for start, end in found:
        text = sentence[start:end]
        if _is_kind(text, is_person=is_person) and _is_whole(text):
            yield Span(start, end)
    if name.of(sentence).isupper() and after.startswith(")") and (opened := _OPENS.search(before)):
        yield from (Span(*found) for found in _phrase_at_end(before[: opened.start()], ends=rf"(?i:{THING})"))


def is_slight(text: str) -> bool:
    """Whether a description is only a title, or says whose somebody is by a word for another: "his cousin"."""
    return re.match(_OF_ANOTHER + r"\b", text) is not None or re.search(rf"{OFFICE}$", text) is not None


def _behind(before: str, after: str, offset: int) -> Iterator[tuple[int, int]]:
    """What follows a name: an apposition, a clause, a predicate."""
    if not _RELATED.search(before):
        apposed = re.match(rf"{_AGE}, {_SAYS}{_END}(?!,{_LISTED})", after)
        if apposed and not _BEGINS.match(before) and _is_phrase(apposed["d"]):
            yield offset + apposed.start("d"), offset + apposed.end("d")
        clause = re.match(rf"{_AGE}, (?:who|which) (?:{_TO_BE} )?(?={_DOES}){_SAYS}{_END}", after)
        if clause:
            yield offset + clause.start("d"), offset + clause.end("d")
    told = re.match(rf"(?:{_AGE},|{_ASIDE}) (?:(?P<be>{_TO_BE} )|(?={_FOUNDED})){_SAYS}{_END}", after)
    if told is None or not _SUBJECT.search(before) or _REPORTED.search(before) or _REPORTED.search(after):
        return
    if re.match(_DOES, told["d"]) or (told["be"] and _is_phrase(told["d"])):
        yield offset + told.start("d"), offset + told.end("d")


def _naming(before: str, after: str, offset: int) -> Iterator[tuple[int, int]]:
    """What a sentence says that a name is given to: "named the driver as Moen", "the driver was Moen"."""
    named = re.search(rf"\b(?:named|identified) (?P<d>{_ARTICLE} [^,;]+) as {_TITLE}?$", before)
    if named and re.match(r"[,.;]|$", after):
        yield named.span("d")
    carried = re.match(rf"(?:, [^;]+,)? as (?=the ){_SAYS}{_END}", after)
    if carried and re.search(r"\b(?:named|identified) $", before):
        yield offset + carried.start("d"), offset + carried.end("d")
    if known := _GIVES_NAME.search(before):
        yield from _phrase_at_end(before[: known.start()], ends=rf"(?!{PERSON}\b)[a-z-]+")
    held = re.search(rf" (?:is|was|remains) {_TITLE}?$", before)
    if held and re.match(r"[,.;]|$| and ", after) and not _REPORTED.search(before):
        yield from _phrase_at_end(before[: held.start()], ends=rf"(?:{PERSON}|{THING})")


def _in_front(before: str, after: str, *, is_person: bool) -> Iterator[tuple[int, int]]:
    """What stands before a name: "the mayor of Oslo, Ida Moen", "the singer Ida Moen", "mayor Ida Moen"."""
    apposed = re.search(rf", (?:{_TITLE}|the )?$", before)
    if apposed and re.match(rf"[,.;](?!{_LISTED})|$", after):
        yield from _phrase_at_end(before[: apposed.start()], ends=PERSON if is_person else THING)
    kind = rf"(?!\d)(?:{PERSON}|{THING})"
    direct = re.search(rf"(?<![\w’'-])(?P<d>{_ARTICLE} (?:{_WORD} ){{0,4}}?{kind}) $", before) or re.search(
        rf"(?:^|[,;:] |\b(?:that|by|with|said) )(?P<d>(?:{_WORD} )?(?!{_NEEDS_ARTICLE}\b){kind}) $", before
    )
    if direct and not _VERB.search(_ATTRIBUTE.sub("", direct["d"])):
        yield direct.span("d")


def _in_office(before: str) -> Iterator[tuple[int, int]]:
    """A title before a name; a place before it may be where something happened: "In Moscow President ..."."""
    title = _OFFICE_BEFORE.search(before)
    if title:
        placed = re.search(rf"\b{_PLACED} $", before[: title.start()])
        yield title.start("office" if placed else "more"), title.end("office")


def _phrase_at_end(text: str, *, ends: str) -> Iterator[tuple[int, int]]:
    """The longest noun phrase that `text` ends with, if its noun fits `ends`."""
    for found in re.finditer(rf"(?<![\w’'-])(?<!\. )(?={_ARTICLE} )", text):
        phrase = re.fullmatch(_PHRASE, text[found.start() :])
        if phrase and _is_phrase(phrase.group()) and not re.search(r" (?:to|from|with|by) ", phrase["rest"]):
            noun = _HEAD.search(phrase["core"])
            if noun and re.fullmatch(ends, noun["head"]):
                yield found.start(), len(text)
            return


def _is_phrase(text: str) -> bool:
    """Whether `text` is one noun phrase, and no clause of its own."""
    phrase = re.fullmatch(_PHRASE + _CLAUSE, text)
    return phrase is not None and not _VERB.search(_ATTRIBUTE.sub("", phrase["core"] + phrase["rest"]))


def _is_kind(text: str, *, is_person: bool) -> bool:
    """Whether `text` can be said of a person, where one is asked about, or else of anything."""
    if re.match(_DOES, text):
        return True
    phrase = re.match(_PHRASE, text)
    head = _HEAD.search(phrase["core"] if phrase else text)
    if head is None:
        return False
    if is_person:
        return re.fullmatch(rf"(?i:{PERSON})", head["head"]) is not None
    return head["head"].islower() and not re.match(r"(?i:his|her|their)\b", text)


def _is_whole(text: str) -> bool:
    """Whether quotation marks in `text` are closed."""
    return text.count("“") == text.count("”") and text.count('"') % 2 == 0
