"""`RawArticle` -> `Article`: furniture out, facts about the article kept, text as it will be quoted.

What a page says beside its article (date line, byline, agency, hashtags) becomes a field; comment forms,
link lines, credits, captions and repeated sentences go. The characters of what stays are changed as
little as can be: line ends, white space, invisible and invalid characters. This module does not know
files, nor where articles are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from index.article import Article, hash_text
from index.dates import is_bare_date, parse_date
from index.documents import text_of_markup
from index.errors import ReadError
from index.furniture import (
    AGENCY_ENDED,
    AGENCY_LINE,
    BULLET,
    BYLINE,
    DATELINE,
    HASHTAGS,
    PLACE_AGENCY_LINE,
    TIMESTAMP,
    name_furniture,
)  # fmt: skip
from index.imprint import closing_source, dateline_source, read_imprint
from index.readers import RawArticle
from index.repeats import drop_repeated_sentences, find_near_repeats
from index.sentences import list_sentences
from index.wrapping import is_wrapped, join_wrapped

MAX_TITLE_CHARS = 200
MAX_LINES = 200_000
"""A book has a tenth of them. Each line is held against many patterns: so many take some seconds, whatever they say."""

HEADER_LINES = 8
"""A date line or byline stands within this many lines of the top, before the first paragraph."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
# Control characters, marks that hide or reorder text, tag characters, noncharacters; joiners between
# letters of scripts that need them stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]|(?<![\u0590-\u1fff\u2600-\U000dffff])[\u200c\u200d]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIGATURES = (("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st"))
_ENDS_SENTENCE = re.compile(r"[.!?…:;,][\"'”’)\]]*$")
_FIELD_LINE = re.compile(
    r"\s*(?P<label>title|headline|date|published|author|by|url|link|source|publisher) ?: *(?P<value>\S.*)(?:\n|$)",
    re.IGNORECASE,
)
_STAGE_DIRECTION = re.compile(r"\([A-Z]{4,}(?: [A-Z]+)*\)")
"""In transcripts: "(COMMERCIAL BREAK)"."""
_WORDS = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[.!?…][\"'”’)]*\s")
_SAYS = re.compile(
    r"\d|\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|said|says|died|killed|dead|won|lost|"
    r"began|fell|rose|hit|struck|voted|ruled|agreed|approved|announced|arrested|resigned|elected)\b"
)
"""A figure or a verb that states something: what holds one is no mere caption."""


@dataclass(slots=True)
class _Found:
    """What the lines themselves say about the article."""

    title: str = ""
    published: date | None = None
    stamped: date | None = None
    author: str = ""
    source: str = ""
    agency: str = ""
    url: str = ""
    tags: list[str] = field(default_factory=list)


def clean_article(raw: RawArticle) -> Article:
    """The article of `raw`, ready to be stored and quoted.

    Raises:
        ReadError: no text remains.
    """
    found = _Found(title=" ".join(clean_text(raw.title).split()))
    lines = _split_lines(_take_fields(clean_text(text_of_markup(raw.text) if raw.html else raw.text), found))
    if len(lines) > MAX_LINES:
        raise ReadError(f"{raw.path}: more than {MAX_LINES:,} lines are no article; split it into its articles")
    lines = _take_header(lines, found, parse_date(raw.published) or found.published)
    lines = _drop_captions([line for line in lines if not _is_furniture(line, found)])
    paragraphs = drop_repeated_sentences(_rejoin_datelines([BULLET.sub("", line, count=1) for line in lines]))
    text = "\n\n".join(paragraphs)
    if not any(c.isalnum() for c in text):
        raise ReadError(f"{raw.path}: no article text remains once page furniture is taken out")
    dateline = DATELINE.match(paragraphs[0])
    url = clean_text(raw.url).strip() or found.url
    source = (
        clean_text(raw.source).strip()
        or found.source
        or host_name(url)
        or found.agency
        or (dateline["agency"] if dateline else dateline_source(paragraphs[0]))
    )
    published = parse_date(raw.published) or found.published or found.stamped or parse_date(raw.made)
    digest = hash_text(found.title, text)
    author = _flat(raw.author) or found.author
    tags = _unique([*map(_flat, raw.tags), *found.tags])
    return Article(digest[:16], found.title, text, published, source, author, url, tags, raw.path, digest)


def clean_text(text: str) -> str:
    """`text` as valid Unicode in NFC, one kind of line end and of space, nothing invisible."""
    for ligature, letters in _LIGATURES:
        text = text.replace(ligature, letters)
    lines = _BREAKS.sub("\n", text).split("\n")
    text = "\n".join([line if line.isprintable() and "  " not in line else _clean_line(line) for line in lines])
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _clean_line(line: str) -> str:
    """`line` valid, nothing in it invisible, and of white space only simple spaces."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", _SURROGATE.sub("�", line)))


def host_name(url: str) -> str:
    """The registrable host of `url` ("cnn.com"), or nothing."""
    if not url:
        return ""
    import tld

    return str(tld.get_fld(url, fail_silently=True, fix_protocol=True) or "")


def _take_fields(text: str, found: _Found) -> str:
    """`text` without a head of "Title: ..." and "Date: ..." lines, which go to `found`.

    One such line alone is text, and so are all where the title is known: they may describe a book.
    """
    fields: dict[str, str] = {}
    end = 0
    while match := _FIELD_LINE.match(text, end):
        fields.setdefault(match["label"].lower(), match["value"].strip())
        end = match.end()
    if len(fields) < 2 or found.title:
        return text
    found.title = fields.get("title") or fields.get("headline", "")
    found.published = parse_date(fields.get("date") or fields.get("published", ""))
    found.author = fields.get("author") or fields.get("by", "")
    url = fields.get("url") or fields.get("link", "")
    found.url = url if host_name(url) else ""
    found.source = fields.get("source") or fields.get("publisher", "")
    return text[end:]


def _split_lines(text: str) -> list[str]:
    """Paragraphs: lines, or blocks between blank lines where lines were cut to fit a page."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        inner = [line.strip() for line in block.split("\n") if line.strip()]
        lines += join_wrapped(inner, text) if is_wrapped(inner) else inner
    return lines


def _take_header(lines: list[str], found: _Found, given: date | None) -> list[str]:
    """`lines` without title, date line and byline, which go to `found`; `given` is its date where that is known."""
    if not found.title and len(lines) > 1 and _looks_like_title(lines[0]):
        found.title = BULLET.sub("", lines[0]).lstrip("# ").strip()
        lines = lines[1:]
    body: list[str] = []
    entries, in_entries = _entry_dates(lines), False
    sentences = 0  # one may stand under the headline, the second is the article's
    for number, line in enumerate(lines):
        if number >= HEADER_LINES or sentences > 1 or (len(line) > MAX_TITLE_CHARS and not BULLET.match(line)):
            return body + lines[number:]
        if _is_title(line, found):
            continue
        day = parse_date(line)
        if day and is_bare_date(line) and (in_entries or _heads_entry(day, _others(entries, number), given)):
            in_entries = given is None
            body.append(line)
        elif day:
            found.published = found.published or day
        elif imprint := read_imprint(line):
            found.published = found.published or imprint.published
            found.author, found.agency = found.author or imprint.author, found.agency or imprint.source
        elif match := BYLINE.fullmatch(line):
            found.author = found.author or match["author"]
        elif found.published and len(lines) - number > 2 and _is_caption_of_title(line, found.title):
            continue
        else:
            sentences += bool(_ENDS_SENTENCE.search(line)) and not BULLET.match(line)
            body.append(line)
    return body


def _entry_dates(lines: Sequence[str]) -> list[tuple[int, date]]:
    """The plain dates that stand between paragraphs, as in a timeline, with the number of their line.

    (Those of links stand under headlines.)
    """
    return [
        (at, day)
        for at, (before, line, after) in enumerate(zip(lines, lines[1:], lines[2:], strict=False), start=1)
        if is_bare_date(line) and _ENDS_SENTENCE.search(before) and _ENDS_SENTENCE.search(after)
        if (day := parse_date(line))
    ]


def _others(entries: Sequence[tuple[int, date]], line: int) -> list[date]:
    return [day for at, day in entries if at != line]


def _heads_entry(day: date, others: Sequence[date], given: date | None) -> bool:
    """Whether a plain date at the head belongs to the text: another than the one given, or one of a timeline's.

    The date of publication may stand over a timeline, too: it is later than all of it. `others` are the entries' dates.
    """
    if given:
        return abs(day - given).days > 1
    return bool(others) and not (list(others) == sorted(others) and day > others[-1])


def _looks_like_title(line: str) -> bool:
    return (
        len(line) < MAX_TITLE_CHARS
        and (not _ENDS_SENTENCE.search(line.rstrip("'\"’”")) or (line.endswith("?") and len(list_sentences(line)) == 1))
        and (
            any(c.isalpha() for c in line)
            and name_furniture(line) is None
            and not any(form.fullmatch(line) for form in (AGENCY_LINE, PLACE_AGENCY_LINE, HASHTAGS, BYLINE))
            and parse_date(line) is None
            and not BULLET.match(line)
        )
    )


def _is_title(line: str, found: _Found) -> bool:
    """Whether `line` repeats the title; a title cut short with "..." is made whole from it."""
    words, title = _WORDS.findall(line.casefold()), _WORDS.findall(found.title.casefold())
    if not title or not words:
        return False
    if found.title.endswith(("...", "…")) and words[: len(title)] == title and _looks_like_title(line):
        found.title = line
        return True
    return words == title


def _is_caption_of_title(line: str, title: str) -> bool:
    """Whether `line`, right under the date line, is a picture's that says the title again: "... (AP)"."""
    if not AGENCY_ENDED.fullmatch(line) or _SAYS.search(line):
        return False
    words, known = ({word for word in _WORDS.findall(text.casefold()) if len(word) > 3} for text in (line, title))
    return len(words & known) >= len(words) / 2


def _is_furniture(line: str, found: _Found) -> bool:
    """Whether `line` is no part of the article; what it tells goes to `found`."""
    if HASHTAGS.fullmatch(line):
        found.tags += [tag.strip("#,") for tag in re.findall(r"#[^\s#]+", line)]
        return True
    if TIMESTAMP.fullmatch(line):
        found.stamped = found.stamped or parse_date(line)
        return True
    match = AGENCY_LINE.fullmatch(line)
    if agency := match["agency"] if match else closing_source(line):
        found.agency = found.agency or agency
        return True
    return _STAGE_DIRECTION.fullmatch(line) is not None or name_furniture(line) is not None


def _drop_captions(lines: list[str]) -> list[str]:
    """`lines` without captions: phrases that end with an agency, and near-repeats of body sentences."""
    last = len(lines) - 1
    lines = [line for number, line in enumerate(lines) if number == last or not _is_agency_caption(line)]
    repeats = find_near_repeats(lines, [i for i, line in enumerate(lines) if not BULLET.match(line)])
    return [line for number, line in enumerate(lines) if number not in repeats]


def _is_agency_caption(line: str) -> bool:
    """Whether `line` is a phrase and an agency, "The harbour on Tuesday (AP)"; a brief, too, ends with its agency."""
    short = len(line) < 150 and line.endswith(")")
    return short and AGENCY_ENDED.fullmatch(line) is not None and not _SENTENCE.search(line) and not _SAYS.search(line)


def _rejoin_datelines(lines: list[str]) -> list[str]:
    """`lines` with "London CNN —" put back before the paragraph it was cut from."""
    joined: list[str] = []
    for line in lines:
        if joined and PLACE_AGENCY_LINE.fullmatch(joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined


def _flat(text: str) -> str:
    return " ".join(clean_text(text).split())


def _unique(tags: Sequence[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for tag in tags:
        if tag:
            first.setdefault(tag.casefold(), tag)
    return tuple(first.values())
