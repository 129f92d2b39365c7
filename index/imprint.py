"""Who published an article and when, as lines around its text say it: "Aug. 17, 2017 - Harbour Wire", "(Island Post)".

Forms only, for names that no list holds: a name is a publisher's by a word such as Post or Wire. A line is taken only
if it is that and nothing else. This module does not know where in an article a line stood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.dates import parse_date, tells_time
from index.furniture import AGENCIES, DATELINE

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.&'’-]*"
_NAME = rf"{_WORD}(?: (?:(?:of|the|and|de|del|la|le|der|&) )*{_WORD}){{0,5}}"
_SEPARATOR = re.compile(r"\s+[-–—|•·/]\s+|\s*[|•·]\s*")
_LABELLED = re.compile(
    r"(?:source|publisher|published (?:by|in)|publication|agency|news agency|outlet|newspaper)\s*:\s*"
    rf"(?P<source>(?-i:{_NAME}))",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:[Ww]ritten )?[Bb]y\s+|BY\s+")
_POSTED_BY = re.compile(r"(?P<day>.{8,60}\d.*?),? [Bb]y (?P<author>[\w.'’-]+|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3})")
_CLOSING = re.compile(rf"[(\[](?P<source>{_NAME})[)\]]")
_ACRONYM = (
    r"(?!(?:US|UK|EU|UN|USA|UAE|NEW|TOP|WAR|ART|LAW|WORLD)$)(?:[A-Z]{2,3}|(?=\w*[B-DF-HJ-NP-TV-XZ]{3})[A-Z]{4,5})"
)
_SITE = r"(?:[\w-]+\.)+[a-z]{2,6}"
_PUBLISHING = (
    r"[\w-]*(?:[Nn]ews|[Pp]ost|[Pp]ress|[Tt]imes|[Gg]azette|[Mm]edia|[Ww]ire)|Agency|Broadcasting|Broadcaster|Bulletin|"
    r"Chronicle|Courier|Daily|Digest|Dispatch|Enquirer|Examiner|Globe|Guardian|Herald|Independent|Inquirer|Insider|"
    r"Journal|Ledger|Magazine|Monitor|Network|Observer|Radio|Register|Reporter|Review|Sentinel|Standard|Star|Sun|"
    r"TODAY|TV|Telegraph|Television|Today|Tribune|Voice|Weekly"
)
_PUBLISHER = re.compile(
    rf"(?:{AGENCIES})|{_ACRONYM}|{_SITE}|"
    r"(?!(?:Breaking|Latest|Top|World|Local|Live|Sports?|Business|National|US|UK|More|All) News$)"
    rf".* (?:{_PUBLISHING})(?: (?:Digital|Online|Service|Group)| of .*)?|(?:{_PUBLISHING}) of .*|(?:The )?Daily .*|"
    r"[A-Z]\w+(?:news|post|times)|"
    r"Al Jazeera|The Atlantic|Axios|Corriere della Sera|Der Spiegel|Deutsche Welle|Die Zeit|The Economist|El Mundo|"
    r"El País|Forbes|France 24|Haaretz|The Hill|HuffPost|Le Figaro|Le Monde|Libération|Newsweek|Politico|POLITICO|"
    r"Quartz|Slate|Vox"
)
_DATELINE = re.compile(rf"[A-ZÀ-Ö][A-ZÀ-Ö.' -]{{2,30}}(?:, [\w. ]{{2,30}})? \((?P<source>{_NAME})\)\s*[-–—]\s")
_DATED = re.compile(
    rf"{_WORD}(?:,? {_WORD}){{0,4}},? "
    r"(?P<day>(?:\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?|[A-Z][a-z]{2,8}\.? \d{1,2}),? \d{4})"
    rf"(?: \((?P<source>{_NAME})\)(?:\s*[-–—:]+)?|\s*[-–—]+)\s"
)
"""A dateline with the whole date: "OSLO, 3 May 2024 (Harbour Wire) —", "Oslo, May 3, 2024 –"."""
_NAMED_AND_DATED = re.compile(rf"(?P<source>{_NAME}), (?P<day>\S.*)")
_NO_SOURCE = re.compile(
    r"\b(?:photo|image|picture|file|video|updated?|published|posted|min|minutes?|read|share|continued|comments?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a line tells: the name of a publisher, or of an author after "By", and a day; each may be missing."""

    source: str = ""
    author: str = ""
    published: date | None = None


def read_imprint(line: str) -> Imprint | None:
    """What a line between title and text tells of source and date; None if it is anything else.

    "Aug. 17, 2017 - Harbour Wire", "Harbour Wire, 3 May 2024", "By Anna Berg | June 16, 2024", "Source: Harbour Wire",
    "Posted on June 16, 2024 by admin". A name that is no publisher's, such as a place or a section, tells nothing.
    """
    if match := _LABELLED.fullmatch(line):
        return Imprint(source=match["source"])
    if (match := _POSTED_BY.fullmatch(line)) and (day := parse_date(match["day"])):
        return Imprint(author=match["author"] if re.fullmatch(_NAME, match["author"]) else "", published=day)
    if (match := _NAMED_AND_DATED.fullmatch(line)) and is_publisher(match["source"]) and parse_date(match["day"]):
        return Imprint(source=match["source"], published=parse_date(match["day"]))
    parts = [part for part in _SEPARATOR.split(line) if part and not tells_time(part)]
    days = [day for part in parts if (day := parse_date(part))]
    names = [part for part in parts if not parse_date(part)]
    if len(days) != 1 or len(names) != 1:
        return None
    name = _BY.sub("", names[0], count=1)
    if not re.fullmatch(rf"{_NAME}|{_SITE}", name) or _NO_SOURCE.search(name):
        return None
    if name != names[0]:
        return Imprint(author=name, published=days[0])
    return Imprint(source=name if is_publisher(name) else "", published=days[0])


def is_publisher(name: str) -> bool:
    """Whether `name` is a publisher's by its form, an agency's or a site's."""
    return _PUBLISHER.fullmatch(name) is not None


def closing_source(line: str) -> str:
    """The publisher that a line of its own in brackets names: "(Island Post)", "(ANP)"; "" for none."""
    match = _CLOSING.fullmatch(line)
    return match["source"] if match and is_publisher(match["source"]) else ""


def read_dateline(paragraph: str) -> Imprint:
    """Publisher and day in the dateline that begins `paragraph`: "OSLO, 3 May 2024 (Harbour Wire) — ..."."""
    if match := DATELINE.match(paragraph):
        return Imprint(source=match["agency"])
    if (match := _DATED.match(paragraph)) and (day := parse_date(match["day"])):
        source = match["source"] or ""
        return Imprint(source=source if is_publisher(source) else "", published=day)
    match = _DATELINE.match(paragraph)
    return Imprint(source=match["source"]) if match and is_publisher(match["source"]) else Imprint()


def host_name(url: str) -> str:
    """The registrable host of `url` ("cnn.com"), or nothing."""
    if not url:
        return ""
    import tld

    return str(tld.get_fld(url, fail_silently=True, fix_protocol=True) or "")
