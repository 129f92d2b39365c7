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

from index.article import Article, hash_text
from index.dates import parse_date
from index.documents import text_of_markup
from index.errors import ReadError
from index.furniture import (
    AGENCY_ENDED,
    AGENCY_LINE,
    BULLET,
    HASHTAGS,
    PLACE_AGENCY_LINE,
    TIMESTAMP,
    name_furniture,
)  # fmt: skip
from index.head import STATES, Found, take_fields, take_header
from index.imprint import closing_source, host_name, read_dateline
from index.readers import RawArticle
from index.repeats import drop_repeated_sentences, find_near_repeats
from index.wrapping import is_wrapped, join_wrapped

MAX_LINES = 200_000
"""A book has a tenth of them. Each line is held against many patterns: so many take some seconds, whatever they say."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
# Control characters, marks that hide or reorder text, tag characters, noncharacters; joiners between
# letters of scripts that need them stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_JOINERS = re.compile("(?<![\u0590-\u1fff\u2600-\U000dffff])[\u200c\u200d]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIGATURES = (("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st"))
_STAGE_DIRECTION = re.compile(r"\([A-Z]{4,}(?: [A-Z]+)*\)")
"""In transcripts: "(COMMERCIAL BREAK)"."""
_SENTENCE = re.compile(r"[.!?…][\"'”’)]*\s")


def clean_article(raw: RawArticle) -> Article:
    """The article of `raw`, ready to be stored and quoted.

    Raises:
        ReadError: no text remains.
    """
    found = Found(title=" ".join(clean_text(raw.title).split()))
    lines = _split_lines(take_fields(clean_text(text_of_markup(raw.text) if raw.html else raw.text), found))
    if len(lines) > MAX_LINES:
        raise ReadError(f"{raw.path}: more than {MAX_LINES:,} lines are no article; split it into its articles")
    lines = take_header(lines, found, parse_date(raw.published) or found.published)
    lines = _drop_captions([line for line in lines if not _is_furniture(line, found)])
    paragraphs = drop_repeated_sentences(_rejoin_datelines([BULLET.sub("", line, count=1) for line in lines]))
    text = "\n\n".join(paragraphs)
    if not any(c.isalnum() for c in text):
        raise ReadError(f"{raw.path}: no article text remains once page furniture is taken out")
    dateline = read_dateline(paragraphs[0])
    url = clean_text(raw.url).strip() or found.url
    source = clean_text(raw.source).strip() or found.source or host_name(url) or found.agency or dateline.source
    published = (
        parse_date(raw.published) or found.published or found.stamped or dateline.published or parse_date(raw.made)
    )
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
    return _SPACES.sub(" ", _JOINERS.sub("", _INVISIBLE.sub("", _SURROGATE.sub("�", line))))


def _split_lines(text: str) -> list[str]:
    """Paragraphs: lines, or blocks between blank lines where lines were cut to fit a page."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        inner = [line.strip() for line in block.split("\n") if line.strip()]
        lines += join_wrapped(inner, text) if is_wrapped(inner) else inner
    return lines


def _is_furniture(line: str, found: Found) -> bool:
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
    return short and AGENCY_ENDED.fullmatch(line) is not None and not _SENTENCE.search(line) and not STATES.search(line)


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
