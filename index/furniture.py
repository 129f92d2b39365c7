"""Page furniture: lines that a news page carries around its article, told by their form.

Every rule wants the whole line to be furniture, so that a sentence about newsletters, cookies or
photographs stays. In doubt a line stays: furniture that is kept costs a little room, a sentence that is lost costs
trust. What they take out of real pages was read by eye; figures in tests/test_cleaning.py. This
module does not know about articles, nor where in one a line stood.
"""

from __future__ import annotations

import re

from index.sentences import list_sentences
from index.staff import (
    GRANT,
    GRANT_WORDS,
    NAMED_WORD,
    NAMES,
    REPORTED_BY,
    REPORTED_BY_WORDS,
    STAFF,
    STAFF_WORDS,
)

AGENCIES = (
    r"Associated Press|The Associated Press|AP|Reuters|AFP|Agence France-Presse|EFE|DPA|dpa|ANSA|TASS|Tass|"
    r"Xinhua|Kyodo|"
    r"UPI|PTI|ANI|IANS|Bernama|Yonhap|Anadolu|AAP|PA|PA Media|Press Association|Bloomberg|Europa Press|"
    r"Ukrinform|Interfax|"
    r"RIA Novosti|CNN|CNN Business|BBC|NPR|CBC|Al Jazeera|MTI|NTB|TT|APA|Belga|Lusa|CTK|PAP"
)
_PHOTO_AGENCY = (
    r"(?:AP(?: Photo)?|Associated Press|Reuters|REUTERS|AFP|EFE|EPA|EPA-EFE|Getty(?: Images)?|Getty Images [A-Z][\w ]+|"
    r"Bloomberg|Shutterstock|Alamy|Sipa(?: USA)?|Xinhua|TASS|Sputnik|Anadolu(?: Agency)?|ZUMA(?: Press)?|Corbis|iStock|"
    r"NurPhoto|WireImage|PA(?: Images| Wire| Media)?|dpa|Adobe Stock|USA TODAY(?: Sports| Network)?|MediaPunch|Redux|"
    r"Planet Labs|Maxar(?: Technologies)?|Kyodo News|Press Association|The New York Times|The Washington Post|CNN|NASA)"
)
_NAME = r"[^\W\d_][\w.'’-]*"
AGENCY_LINE = re.compile(rf"[(\[]?(?P<agency>{AGENCIES})[)\]]?\s*(?:[-–—]\s*)?")
"""A line that is an agency's name and nothing else."""

PLACE_AGENCY_LINE = re.compile(rf"(?P<place>(?:{_NAME},? ){{1,4}})\(?(?P<agency>{AGENCIES})\)?\s*[-–—]")
"""A dateline that scraping has cut from its paragraph: "London CNN —"."""

DATELINE = re.compile(
    rf"(?:(?:[A-Z][\w.'’-]*,? ){{0,5}}(?:\w+\.? \d{{1,2}},? )?)\((?P<agency>{AGENCIES})\)\s*(?:[-–—:]|(?=[A-Z“\"]))"
)
"""An agency's dateline at the start of a paragraph: "MOSCOW (AP) —"."""

_ALNUM = re.compile(r"[^\W_]")
HASHTAGS = re.compile(r"(?:#[^\s#]+[\s,]*)+")
TIMESTAMP = re.compile(r"\d{10}(?:\d{3})?")
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w.'’-]*|de|del|van|von|der|den|al|bin|la|di|da|el)"
_DAY_OR_MONTH = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|"
    r"November|December"
)
BYLINE = re.compile(
    rf"(?:[Ww]ritten by|[Bb]y|BY)\s+(?!(?:{_DAY_OR_MONTH})\b|\S+ (?:at|in) )"
    rf"(?P<author>{_CAPITAL}(?:(?:,? (?:and|&) |, | ){_CAPITAL}){{0,9}})"
    rf"(?:\s*(?:[|•·].*)?| (?:at|in) {_CAPITAL}(?: {_CAPITAL}){{0,4}})"
)
BULLET = re.compile(r"^(?:[-–—*]\s+|[•▪►●]\s*)(?=\S)")
AGENCY_ENDED = re.compile(rf"[^\s(].*\s\((?:{AGENCIES})\)")
"""A line that ends with an agency in brackets: a caption, or an article's last paragraph."""

_COMMENTS = re.compile(
    r"(?:leave (?:a|your) (?:comment|reply)|post a comment|add (?:a|your) comment|(?:view |show |hide |"
    r"see )?(?:all |the )?"
    r"(?:\d+ )?comments?(?: \(\d+\)| are closed)?|be the first to comment|cancel reply|join the (?:conversation|"
    r"discussion)|"
    r"(?:you must be |please )?log(?:ged)? in to (?:leave |post )?(?:a )?(?:comment|reply)|name ?\*|e-?mail ?\*|"
    r"website|"
    r"save my name, e-?mail,? and website in this browser.*|your e-?mail address will not be published.*|"
    r"required fields are marked.*|notify me of (?:follow-?up|new) (?:comments|posts).*|.{0,40}\buses akismet\b.*|"
    r"learn how your comment data is processed|"
    r"(?:[^.!?]{3,120}\? )?(?:have your say|let us know|tell us)[^.!?]{0,30} in the comments?(?: section)?(?: below)?"
    r")\W*",
    re.IGNORECASE,
)
_SHARE_WORD = (
    r"(?:share(?: this)?(?: (?:article|story|post|page|on|via|with))*(?::|…)?|tweet|e-?mail|print|copy link|"
    r"link copied|"
    r"facebook|twitter|x|whatsapp|linkedin|reddit|pinterest|telegram|messenger|flipboard|pocket|instagram|"
    r"tiktok|youtube|"
    r"click to|opens in new window|\d+ shares?|save|bookmark|comments?)"
)
_SHARE = re.compile(rf"{_SHARE_WORD}(?:[\s|•·,/()&]+(?:and )?{_SHARE_WORD})*[\s|•·:!.)]*", re.IGNORECASE)
_STAND_ALONE = re.compile(
    r"(?:read more(?: here)?|(?:click|tap) here(?: to (?:read|learn|find out|see) more)?|read (?:the )?(?:full|"
    r"original) "
    r"(?:story|article)(?: here)?|advertisement|ad feedback|sponsored(?: content)?|up next|"
    r"story continues below.{0,30}|"
    r"article continues (?:below|after).{0,30}|continue reading(?: below)?|most (?:read|popular)|"
    r"recommended(?: for you)?|"
    r"related (?:articles|stories|topics|content|coverage)|related|more on this story|"
    rf"more from (?:[^.!?]{{2,40}}:|(?:(?:the|our|this) )?{NAMES}(?: (?:series|section|team))?)|"
    r"you may also like|"
    r"trending(?: now)?|photos?|videos?|gallery|loading\.*|skip advert(?:isement)?|back to top|all rights reserved|"
    r"listen to (?:this|our) (?:article|story|podcast)|check (?:out )?your local forecast here>*|"
    r"(?:replay )?more videos(?: \.\.\..*)?|"
    r"video ad feedback.*|just watched .*\breplay more videos\b.*|video player was slow to load.*|"
    r"\d\. how relevant is this ad to you\?|"
    r"follow us(?: on .{2,60})?|support local journalism|was this (?:article|page) (?:helpful|useful)\?|"
    r"this (?:story|article)(?: and headline)? (?:has been|was) updated(?: with .{3,80})?)\W*",
    re.IGNORECASE,
)
_LINK_LABEL = re.compile(
    r"(?:[►•>*▶]\s*)?(?:read (?:more|next|also|on|now)|more|related(?: stories| story| news| articles?)?|"
    r"see (?:also|more)|"
    r"also (?:read|see|on (?-i:[A-Z]).{1,29})|watch(?: (?:now|more|live|this))?|listen(?: now)?|don['’]t miss|"
    r"in case you missed it|listen to (?:this|our) (?:\w+ )?(?:podcast|article|story)|"
    r"recommended|you may like|for subscribers|subscriber exclusive|exclusive for subscribers|photos?|gallery|"
    r"in photos|in pictures|live updates|more (?:on|from) .{2,40}|latest|podcasts?)\s*[:|]\s*\S.*",
    re.IGNORECASE,
)
_GLUED_LINK = re.compile(r"[►•]?\s*[\w'‘“\"][^:.;]{2,70}:(?=[A-Z'\"‘“])(?!.*[.!:;]\W*$)\S+(?: \S+){3,24}")
"""USA Today's links: a kicker, a colon without a space, another story's headline."""

_LETTER = r"newsletters?|inbox|digital (?:subscription|account|access)"
_SIGN_UP_SOON = rf"\W*$|.{{0,60}}\b(?:here|now|today)\W*$|.*\b(?:{_LETTER})\b| (?:for|to) (?:the )?{NAMES}\W*$"
_SIGN_UP_ALSO = (
    r" now\b.{0,60}$| (?:for|to) (?:(?:our|your|this|read|unlock|continue|keep reading)\b|\S+\.com\b).{0,60}$|"
    r".*\b(?:e-?mail (?:updates?|alerts?|list)|text (?:messages?|alerts?)|alerts|podcasts?|journalism)\b"
)
_SUBSCRIBE = re.compile(
    r"(?:^|[.?!:;—–(►]['\"’”]?\s*|\bplease\s+|\bnewsletter\s+|\binbox\s+)(?:sign up|subscribe)\b"
    rf"(?={_SIGN_UP_SOON}|{_SIGN_UP_ALSO})|"
    # After a comma it may be the second thing that people do: "they open the app, sign up for alerts and ..."
    rf",\s+(?:sign up|subscribe)\b(?={_SIGN_UP_SOON})|\bplease subscribe\b|delivered (?:\w+ )?to your inbox|"
    r"\b(?:consider|please|by) support(?:ing)? our (?:\w+ )?journalism\b|\bthank you for supporting our journalism\b|"
    r"\b(?:a version of this (?:story|article)|this (?:story|article)) (?:first |originally )?appeared in .*newsletter|"
    r"\bnewsletter is a .*\bdigest\b|\bwould you like to receive .*newsletter|^support (?:local|quality) journalism\b|"
    r"^(?:the )?[\w ]{3,30}newsletter provides you with|"
    r"^(?:we will use (?:the (?:details|information)) you have shared|if you wish to object to the use of your data)|"
    r"^(?:[\w ]{2,12} )?newsletter: |^never miss a moment\b|"
    r"^consider (?:supporting (?:local|our|quality)|subscribing)\b|^your subscription makes|^want more\?.*sign up",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"(?=.*\bcookies?\b)(?=.*\b(?:sites?|websites?|brows\w+|consent|privacy|personali[sz]e\w*|accept|reject|experience|"
    r"advertis\w+|ads|settings|preferences|policy|devices?|technologies)\b)"
    r"(?:we|this (?:web)?site|our (?:partners|website)|by (?:continuing|using|clicking)|"
    r"(?:accept|reject|manage|allow) (?:all )?cookies)\b.*|"
    r"we use cookies\W*|(?:accept|reject|manage|allow) (?:all )?cookies\W*|"
    r"(?:cookie|privacy) (?:policy|notice|settings|preferences)\W*",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|copyright:|copyright ©|(?:copyright )?\(c\) ?(?:copyright )?(?=(?:19|20)\d\d)|"
    r"copyright,? (?=(?:19|20)\d\d)).{0,120}|"
    rf"copyright {NAMES}(?<=\b(?:19|20)\d\d)\.?|"
    rf"(?:{NAMES}\s+)?all rights reserved(?:[.,;|].{{0,120}})?|"
    r"this material may not be published, broadcast, rewritten.*",
    re.IGNORECASE,
)
_PICTURE = r"(?:photo(?:s|graph|graphs)?|images?|pictures?|pic|media|video|illustration)"
_CREDIT_LABEL = re.compile(
    rf"(?:file )?(?:{_PICTURE} )?(?:credits?|source)\s*:\s*{NAMES}|{_PICTURE} (?:credits?|source),? {NAMES}|"
    rf"(?:{_PICTURE} )?captions?\s*:\s*\S.*|{_PICTURE} captions?,? (?-i:[^\sa-zß-öø-ÿ]).*|"
    rf"(?:file )?{_PICTURE}(?: by| courtesy(?: of)?|:) {NAMES}|"
    r"\(?file photo\b.*|\(?FILE(?: PHOTO)?\s*[-–—:]+\s.*|getty images\W*",
    re.IGNORECASE,
)
_CREDIT_IN_BRACKETS = re.compile(
    rf"(?P<shown>.*)\((?:(?P<credit>(?:[A-Z][\w.'’-]* ){{0,4}}(?:[Pp]hoto|[Ii]mage|[Pp]icture|[Ii]llustration)s?"
    rf"(?: by|:| credit:?| courtesy) {NAMES}|"
    rf"{_PHOTO_AGENCY}\s*(?:/|via|, (?=File|Pool))\s*[^()]*|"
    rf"(?:{NAMED_WORD}\s+)+[^\s()]*/\s*{_PHOTO_AGENCY}(?:\s+via\s[^()]*)?|(?:{NAMES} )?via {_PHOTO_AGENCY}|"
    rf"[^()]*\bGetty Images)|AP Photo|File|Courtesy [^()]+)\)[\"”’'\s]*"
)
_WIRE = "(?:AP|Reuters|REUTERS|AFP|EFE|dpa|Xinhua|TASS|Bloomberg|PA|Press Association)"
"""Alone after a sentence they sign news: "Nobody was hurt. Reuters"."""

_CREDIT_AT_END = re.compile(
    rf"(?:/|\b[A-Z][\w.'’-]* (?:for|via) |^|[.!?…][\"”’']?\s+(?!{_WIRE}$)){_PHOTO_AGENCY}(?:/File)?$|"
    r"[.!?][\"”’']?\s+(?:Courtesy(?: of)? (?=[A-Z])|(?:Credit|Photo|Image|Picture|Photograph): )[^.!?]{2,70}\.?$|"
    r"\d\d:\d\d\s+[-–—]\s+Source: .{2,40}$"
)
"""Searched for: with `.*` before it, `fullmatch` would try every start at every place."""

# What any match holds, or ends with: most lines have none of it, and a look at the pattern takes 50 times as long.
_CREDIT_WORDS = ("Getty", "Courtesy", "Credit: ", "Photo: ", "Image: ", "Picture: ", "Photograph: ", "Source: ")
_CREDIT_ENDS = tuple(
    "AP Photo Press Reuters REUTERS AFP EFE EPA EPA-EFE Images Bloomberg Shutterstock Alamy Sipa USA Xinhua TASS "
    "Sputnik Anadolu Agency ZUMA Corbis iStock NurPhoto WireImage PA Wire Media dpa Stock TODAY Sports Network "
    "MediaPunch Redux Labs Maxar Technologies News Association Times Post CNN NASA /File".split()
)
_COMMENTS_WORDS = (
    "comment", "reply", "conversation", "discussion", "name", "mail", "website", "required fields", "notify me",
    "akismet",
)  # fmt: skip
_COPYRIGHT_WORDS = ("copyright", "©", "(c)", "reserved", "this material")
_CREDIT_LABEL_WORDS = (
    "credit", "caption", "source", "photo", "image", "picture", "illustration", "file", "getty",
)  # fmt: skip
_SUBSCRIBE_WORDS = (
    "sign up", "subscri", "inbox", "journalism", "newsletter", "we will use", "if you wish to object", "never miss",
    "consider supporting",
)  # fmt: skip
_COOKIE_WORDS = ("cookie", "privacy")
_SAYABLE = ("copyright", "staff", "cookies")
_REPORTED = re.compile(r"\b(?:said|says|told|tells|asked|urged|warned|according to)\b", re.IGNORECASE)
"""What a page says of itself it does not report: "..., the minister said." is news, whatever it is about."""

_BRACKET_ENDS = tuple(")" + quote for quote in ("", *"\"”’'"))

MAX_CAPTION_SENTENCES = 2
"""A longer paragraph that ends with a credit may be the article, or all of a brief. Of 890 credited captions in the
corpora five are longer (2026-11-27)."""

_RULES: tuple[tuple[str, int, tuple[str, ...], re.Pattern[str]], ...] = (
    ("comments", 300, _COMMENTS_WORDS, _COMMENTS),
    ("share bar", 120, (), _SHARE),
    ("page control", 400, (), _STAND_ALONE),
    ("link", 220, (), _LINK_LABEL),
    ("link", 220, (), _GLUED_LINK),
    ("copyright", 300, _COPYRIGHT_WORDS, _COPYRIGHT),
    ("staff", 500, STAFF_WORDS, STAFF),
    ("staff", 400, REPORTED_BY_WORDS, REPORTED_BY),
    ("grant", 600, GRANT_WORDS, GRANT),
    ("cookies", 600, _COOKIE_WORDS, _COOKIES),
    ("credit", 400, _CREDIT_LABEL_WORDS, _CREDIT_LABEL),
)
"""Kind, greatest length, words of which a match holds one, whole form."""


def name_furniture(line: str) -> str | None:
    """What kind of furniture `line` is, or None if it may be part of the article."""
    if not _ALNUM.search(line):
        return "rule"
    if len(line) > 900:
        return None
    folded = line.casefold()
    for kind, longest, words, rule in _RULES:
        if len(line) <= longest and (not words or _holds(folded, words)) and rule.fullmatch(line):
            return None if kind in _SAYABLE and _REPORTED.search(line) else kind
    if line.endswith(_BRACKET_ENDS) and _is_bracketed_caption(line):
        return "caption"
    if len(line) <= 500 and _may_end_with_credit(line) and _CREDIT_AT_END.search(line):
        return "caption" if len(list_sentences(line)) <= MAX_CAPTION_SENTENCES + 1 else None  # 1: the credit
    if len(line) <= 450 and _holds(folded, _SUBSCRIBE_WORDS) and _SUBSCRIBE.search(line):
        return None if _REPORTED.search(line) else "newsletter"
    return None


def _is_bracketed_caption(line: str) -> bool:
    """Whether it ends with a credit in brackets; one that names nobody, "(File)", is none after several sentences."""
    match = _CREDIT_IN_BRACKETS.fullmatch(line)
    return match is not None and len(list_sentences(match["shown"])) <= (
        MAX_CAPTION_SENTENCES if match["credit"] else 1
    )


def _may_end_with_credit(line: str) -> bool:
    return line.endswith(_CREDIT_ENDS) or _holds(line, _CREDIT_WORDS)


def _holds(line: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 (a generator under `any` takes twice the time)
        if word in line:
            return True
    return False
