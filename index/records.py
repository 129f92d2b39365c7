"""Objects with fields (JSON, JSON lines, CSV rows) -> `RawArticle`s, whatever the fields are called.

This module does not know files or encodings; `path` is only passed on and named in messages.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.errors import ReadError


@dataclass(frozen=True, slots=True)
class RawArticle:
    """One article as its file gives it: nothing cleaned, absent fields empty.

    `path` is `file` or `file#record`, records counted from 1 (for JSON lines the line). `html` says that
    `text` is markup. `made` is when the file itself was made, a last resort where nothing gives a date.
    """

    title: str
    text: str
    published: str
    source: str
    author: str
    url: str
    tags: tuple[str, ...]
    path: str
    html: bool = False
    made: str = ""


_ALIASES = {
    "title": "title headline name heading subject",
    "text": "text body content contents articlebody articletext bodytext fulltext maintext contenttext article story "
    "contenthtml html paragraphs description summary abstract",
    "published": "published date pubdate publishedat publishdate datepublish publisheddate datepublished "
    "publicationdate publishedon firstpublished datetime timestamp time created createdat",
    "url": "url link canonicalurl weburl permalink href uri externalurl",
    "source": "source publisher publication sitename sourcename outlet newspaper site agency provider "
    "sourcehostname hostname sourcedomain domain",
    "author": "author authors byline creator writer journalist reporter",
    "tags": "tags keywords hashtags topics categories category section subjects",
}
_INNER = ("article", "story", "post", "item", "document", "doc", "data", "source", "fields", "content")
"""Where an article's fields may stand together, one level down."""

_BODIES = frozenset("text body content contents articlebody articletext bodytext fulltext maintext html".split())
_WRAPPERS = ("articles", "items", "data", "results", "docs")
_PAIRED = (
    "a|abbr|article|aside|b|blockquote|body|caption|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|footer|"
    "h[1-6]|head|header|html|i|iframe|ins|li|main|mark|nav|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|"
    "sup|table|tbody|td|th|thead|time|tr|u|ul|video"
)
_OPENED = re.compile(rf"<({_PAIRED})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(rf"</({_PAIRED})\s*>", re.IGNORECASE)
_ALONE = re.compile(r"<[bh]r\s*/?>|<img\s[^<>]*[\"']\s*/?>", re.IGNORECASE)
TAG = re.compile(rf"</?(?:{_PAIRED}|br|hr|img)(?=[\s/>])[^<>]*>|<!--[^<>]*-->", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.IGNORECASE)
"""With its semicolon: without, "&copyright" would begin with a sign."""

_NAMED = "value name title text html rendered main original url $t #text $date $numberLong".split()
_BY = re.compile(r"\Aby\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^/\s]+/\S+", re.IGNORECASE)
"""Of a page, not only of a site."""


def read_object(value: object, path: str) -> Iterator[RawArticle | ReadError]:
    """Articles of one decoded JSON value: an object, a list of them, or `{"articles": [...]}`."""
    if isinstance(value, Mapping):
        inner = next((value[k] for k in _WRAPPERS if isinstance(value.get(k), list)), None)
        if inner is None or not all(isinstance(item, Mapping) for item in inner):
            yield read_record(value, path)
            return
        value = inner
    if not isinstance(value, list):
        yield ReadError(f"{path}: holds no article; expected an object or a list of objects")
        return
    if not value:
        yield ReadError(f"{path}: holds an empty list of articles")
    for number, item in enumerate(value, start=1):
        yield read_record(item, f"{path}#{number}")


def read_json_line(line: str, path: str) -> RawArticle | ReadError:
    """The article of one line of a JSON lines file."""
    try:
        return read_record(parse_json(line), path)
    except ValueError as error:
        return ReadError(f"{path}: not valid JSON ({error}); the other lines are read")


def parse_json(text: str) -> object:
    """`json.loads`, with every way it can fail as a ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def read_record(value: object, path: str) -> RawArticle | ReadError:
    """The article that one object describes."""
    if not isinstance(value, Mapping):
        return ReadError(f"{path}: is no object with fields such as title and text")
    try:
        return _read_fields(_name_fields(value), path)
    except RecursionError:
        return ReadError(f"{path}: nested too deeply to be an article")


def _read_fields(fields: Mapping[str, object], path: str) -> RawArticle | ReadError:
    for key in _INNER:
        inner = fields.get(key)
        if any(isinstance(fields.get(name), str | list) for name in _BODIES):
            break  # it has a text of its own
        if isinstance(inner, Mapping) and not _BODIES.isdisjoint(named := _name_fields(inner)):
            fields = {**fields, key: "", **named}
    text = _first(fields, "text", separator="\n\n")
    if not text:
        return ReadError(f"{path}: has no text (looked for fields such as text, body, content)")
    is_html = _is_markup(text)
    if not is_html:
        text = _unescape(text)
        is_html = text.lstrip().startswith("<") and _is_markup(text)  # feeds escape the whole markup
    return make_article(fields, text, path, is_html=is_html)


def make_article(fields: Mapping[str, object], text: str, path: str, *, is_html: bool = False) -> RawArticle:
    """The article of `text`, and of `fields` for all that is said about it."""
    fields = _name_fields(fields)
    source, url = _first(fields, "source"), _first(fields, "url")
    if _ADDRESS.fullmatch(source):  # trafilatura's JSON calls the article's address its source
        url = url or source
        others = {k: item for k, item in fields.items() if not (isinstance(item, str) and _ADDRESS.fullmatch(item))}
        source = _first(others, "source")
    title = _first(fields, "title")
    return RawArticle(
        title=_unescape(TAG.sub("", BREAK.sub(" ", title)) if is_html else title),
        text=text,
        published=_first(fields, "published"),
        source=_unescape(source),
        author=_BY.sub("", _unescape(_first(fields, "author", separator=", "))),
        url=url,
        tags=next(filter(None, (_tags(fields.get(alias)) for alias in _ALIASES["tags"].split())), ()),
        path=path,
        html=is_html,
    )


def has_text_field(names: Sequence[str]) -> bool:
    """Whether one of the column `names` is where an article's text would be."""
    aliases = _ALIASES["text"].split()
    return any(re.sub(r"[\W_]", "", name).lower() in aliases for name in names)


def _is_markup(text: str) -> bool:
    """Whether tags that HTML knows stand in `text`, as against "a < b" or one tag that is only spoken of."""
    beginning = text[:100_000]
    opened, closed = ({name.lower() for name in form.findall(beginning)} for form in (_OPENED, _CLOSED))
    return not opened.isdisjoint(closed) or _ALONE.search(beginning) is not None


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _name_fields(value: Mapping[str, object]) -> dict[str, object]:
    """The fields by their names without case and punctuation; of several that are then one, the first with content."""
    fields: dict[str, object] = {}
    for key, item in value.items():
        if item not in (None, "", [], {}):
            fields.setdefault(re.sub(r"[\W_]", "", str(key)).lower(), item)
    return fields


def _first(fields: Mapping[str, object], name: str, *, separator: str = " ") -> str:
    """The words of the first field with any that goes by one of the aliases of `name`."""
    items = [fields[alias] for alias in _ALIASES[name].split() if alias in fields]
    if name in ("author", "source"):
        items = [item for item in items if not isinstance(item, int | float)]  # WordPress gives ids
    return next((words for item in items if (words := _text(item, separator=separator)).strip()), "")


def _text(value: object, *, separator: str = " ") -> str:
    """The words of a JSON value: names of objects, items of lists, numbers as written."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool) or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return next((_text(value[k], separator=separator) for k in _NAMED if value.get(k)), "")
    if isinstance(value, list):
        return separator.join(filter(None, (_text(item) for item in value)))
    return ""


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[,;|\n]", _unescape(value))
    items = value if isinstance(value, list) else [value]
    words = (_unescape(_text(item)).strip() for item in items if not isinstance(item, int | float))
    return tuple(filter(None, words))
