"""Page furniture: lines that a news page carries around its article, told by their form.

Every rule wants the whole line to be furniture, so that a sentence about newsletters, cookies or
photographs stays. What they take out of real pages was read by eye; figures in tests/test_cleaning.py. This
module does not know about articles, nor where in one a line stood.
"""

from __future__ import annotations

import re

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
    rf"(?:[Ww]ritten by|[Bb]y|BY)\s+(?!(?:{_DAY_OR_MONTH})\b)(?P<author>{_CAPITAL}(?:(?:,? (?:and|&) |, |"
    rf" ){_CAPITAL}){{0,9}})"
    r"\s*(?:[|•·].*)?"
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
    r"learn how your comment data is processed)\W*",
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
    r"related (?:articles|stories|topics|content|coverage)|related|more from .{2,40}|more on this story|"
    r"you may also like|"
    r"trending(?: now)?|photos?|videos?|gallery|loading\.*|skip advert(?:isement)?|back to top|all rights reserved|"
    r"listen to (?:this|our) (?:article|story|podcast)|check (?:out )?your local forecast here>*|"
    r"(?:replay )?more videos.*|"
    r"video ad feedback.*|just watched .*|video player was slow to load.*|\d\. how relevant is this ad to you\?|"
    r"follow us(?: on .{2,60})?|support local journalism|was this (?:article|page) (?:helpful|useful)\?|"
    r"this (?:story|article)(?: and headline)? (?:has been|was) updated(?: with .{3,80})?)\W*",
    re.IGNORECASE,
)
_LINK_LABEL = re.compile(
    r"(?:[►•>*▶]\s*)?(?:read (?:more|next|also|on|now)|more|related(?: stories| story| news| articles?)?|"
    r"see (?:also|more)|"
    r"also (?:read|see|on .{2,30})|watch(?: (?:now|more|live|this))?|listen(?: now)?|don['’]t miss|"
    r"in case you missed it|"
    r"recommended|you may like|for subscribers|subscriber exclusive|exclusive for subscribers|photos?|gallery|"
    r"in photos|in pictures|live updates|more (?:on|from) .{2,40}|latest|podcasts?)\s*[:|]\s*\S.*",
    re.IGNORECASE,
)
_GLUED_LINK = re.compile(r"[►•]?\s*[\w'‘“\"][^:.;]{2,70}:(?=[A-Z'\"‘“])(?!.*[.!:;]\W*$)\S+(?: \S+){3,24}")
"""USA Today's links: a kicker, a colon without a space, another story's headline."""

_SIGN_UP_AT = r"(?:^|[.?!:;—–(►]['\"’”]?\s*|,\s+|\bplease\s+|\bnewsletter\s+|\binbox\s+|\bin\s+)"
_SUBSCRIBE = re.compile(
    rf"{_SIGN_UP_AT}(?:sign up|subscribe)\b(?=.*\b(?:newsletter|inbox|e-?mail|text (?:message|alert)|alerts|podcasts?|"
    rf"digital|journalism)\b|.{{0,60}}$)|delivered (?:\w+ )?to your inbox|supporting our journalism|"
    r"\b(?:a version of this (?:story|article)|this (?:story|article)) (?:first |originally )?appeared in .*newsletter|"
    r"\bnewsletter is a .*\bdigest\b|\bwould you like to receive .*newsletter|^support (?:local|quality) journalism\b|"
    r"\bour journalism\b.*\bsubscri|^(?:the )?[\w ]{3,30}newsletter provides you with|"
    r"^(?:we will use (?:the (?:details|information)) you have shared|if you wish to object to the use of your data)|"
    r"^(?:[\w ]{2,12} )?newsletter: |^never miss a moment\b|^consider (?:supporting|subscribing)|"
    r"^your subscription makes|^want more\?.*sign up",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"(?=.*\bcookies?\b)(?:(?:we|this (?:web)?site|our (?:partners|website)|by (?:continuing|using|clicking)|"
    r"(?:accept|reject|manage|allow) (?:all )?cookies)\b.*\b(?:use|uses|accept|agree|consent|cookies|policy|"
    r"preferences)\b.*)|"
    r"(?:cookie|privacy) (?:policy|notice|settings|preferences)\W*",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\))\s.{0,120}|(?:.{0,80}\ball rights reserved\b.{0,120})|"
    r"this material may not be published, broadcast, rewritten.*",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"(?:you can )?(?:follow|reach|contact|email|e-mail|find)\b.{2,90}(?:\bon (?:twitter|facebook|instagram|x|"
    r"threads|tiktok)"
    r"\b.*|@\w+.*)|contributing(?: writers?)?: .{3,300}|from usa today network and wire reports|e-?mail: \S+@\S+|"
    r"(?:[-–—]+\s*)?(?:reporters? )?(?:(?:the )?associated press|reuters|cnn|npr|"
    r"bbc)?[^.!?]{0,160}\b(?:also )?contributed "
    r"(?:reporting|to this (?:report|story|article))[^.]{0,80}\.?|reporting by .{3,200}\bediting by\b.*|"
    r".{0,220}\b(?:reach|contact|e-?mail|follow|call)\b (?:him|her|them|me|[\w ]{0,30}reporter)\b.{0,90}@\w.*|"
    r"(?:twitter|e-?mail|facebook|instagram): \S+|\S+@\S+\.\w+|more ap [\w ]+: https?:\S+.*|"
    r"(?:send|have) (?:us )?(?:a )?(?:tips?|news tips)\b.{0,120}",
    re.IGNORECASE,
)
_GRANT = re.compile(
    r".{3,120}\b(?:is|are) (?:made possible|supported) in part by (?:a )?(?:grants?|funding)\b.*|"
    r".{3,80}\bis a usa today content partner\b.*",
    re.IGNORECASE,
)
_CREDIT_LABEL = re.compile(
    r"(?:file )?(?:photo(?:s|graph|graphs)?|image|picture|pic|media|video)?\s*(?:credits?|captions?|"
    r"source)\s*[:,]\s*\S.*|"
    r"(?:file )?(?:photos?|images?|pictures?|illustration|photographs?)(?: by| courtesy(?: of)?|: )\s*[^.!?]{2,90}\.?|"
    r"(?:image|media|video) (?:caption|source|credit)\b.*|\(?file photo\b.*|\(?FILE(?: PHOTO)?\s*[-–—:]+\s.*|"
    r"getty images\W*",
    re.IGNORECASE,
)
_CREDIT_IN_BRACKETS = re.compile(
    rf".*\((?:[^()]*\b(?:[Pp]hoto|[Ii]mage|[Pp]icture|[Ii]llustration)s?(?: by|:| credit| courtesy)[^()]*|"
    rf"{_PHOTO_AGENCY}\s*(?:/|via|,)[^()]*|[^()]*/\s*{_PHOTO_AGENCY}(?:\s+via\s[^()]*)?|"
    rf"(?:[^()]+ )?via {_PHOTO_AGENCY}|"
    rf"[^()]*\bGetty Images|AP Photo|File|Courtesy [^()]+)\)\W*"
)
_CREDIT_AT_END = re.compile(
    rf"(?:/|\b[A-Z][\w.'’-]* (?:for|via) |^|[.!?…][\"”’']?\s+){_PHOTO_AGENCY}(?:/File)?$|"
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
_STAFF_WORDS = (
    "@", "twitter", "facebook", "instagram", "on x", "threads", "tiktok", "contribut", "wire reports", "mail: ",
    "reporting by", "more ap ", "tip",
)  # fmt: skip
_GRANT_WORDS = ("in part by", "content partner")

_RULES: tuple[tuple[str, int, tuple[str, ...], re.Pattern[str]], ...] = (
    ("comments", 300, _COMMENTS_WORDS, _COMMENTS),
    ("share bar", 120, (), _SHARE),
    ("page control", 400, (), _STAND_ALONE),
    ("link", 220, (), _LINK_LABEL),
    ("link", 220, (), _GLUED_LINK),
    ("copyright", 300, _COPYRIGHT_WORDS, _COPYRIGHT),
    ("staff", 500, _STAFF_WORDS, _STAFF),
    ("grant", 600, _GRANT_WORDS, _GRANT),
    ("credit", 400, _CREDIT_LABEL_WORDS, _CREDIT_LABEL),
    ("caption", 900, ("(",), _CREDIT_IN_BRACKETS),
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
            return kind
    if len(line) <= 500 and _may_end_with_credit(line) and _CREDIT_AT_END.search(line):
        return "caption"
    if len(line) <= 450 and _holds(folded, _SUBSCRIBE_WORDS) and _SUBSCRIBE.search(line):
        return "newsletter"
    return "cookies" if len(line) <= 600 and _holds(folded, _COOKIE_WORDS) and _COOKIES.match(line) else None


def _may_end_with_credit(line: str) -> bool:
    return line.endswith(_CREDIT_ENDS) or _holds(line, _CREDIT_WORDS)


def _holds(line: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 (a generator under `any` takes twice the time)
        if word in line:
            return True
    return False
