"""One document each: plain text, Markdown, HTML, PDF -> `RawArticle`.

The extractors are imported where they are used, so that reading text does not wait for them. Every
function takes the file's bytes and raises `ReadError` for what it cannot read. This module does not know
which files exist, nor how text is cleaned.
"""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path
from typing import Any

from index.decoding import decode
from index.errors import ReadError
from index.front_matter import read_front_matter
from index.imprint import is_publisher
from index.pdf_pages import read_pages
from index.records import BREAK, TAG, RawArticle, make_article
from index.running_heads import issue_date, take_running_heads
from index.wrapping import join_wrapped

MAX_PAGE_BYTES = 20 * 2**20
"""Of one HTML page; trafilatura's own limit."""

MAX_MARKDOWN_CHARS = 500_000
"""Nothing but emphasis or open links takes 5 s a MB."""

MAX_PDF_PAGES = 2_000
JUNK_TITLE = re.compile(
    r"untitled|^\(?(?:anonymous|unspecified)\)?$|microsoft word|document\d*$|\.(?:docx?|indd|qxd|pdf|pages)$|^\W*$",
    re.IGNORECASE,
)
"""What programs put where nobody gave a title, or an author."""
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"<title\b[^<>]*>[^<]{1,300}\s[|–—-]\s(?P<site>[^<|–—]{2,60})</title", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that lxml reads and refuses to write; the text is cleaned of them anyway."""

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages without text, and so do we


def read_plain(data: bytes, path: Path, place: str) -> RawArticle:
    """Plain text; what its first lines are is for cleaning to say."""
    return _raw(place, text=decode(data, path))


def read_markdown(data: bytes, path: Path, place: str) -> RawArticle:
    """Markdown as the words it would show; front matter gives the fields, under any name that they may have in JSON.

    A text of more than `MAX_MARKDOWN_CHARS` is taken as it stands.
    """
    from markdown_it import MarkdownIt

    text = decode(data, path)
    fields: dict[str, object] = {}
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        fields = read_front_matter(front[1])
    long = len(text) > MAX_MARKDOWN_CHARS
    blocks = [text] if long else []
    for token in [] if long else MarkdownIt("commonmark").parse(text):
        if token.type == "inline":
            blocks.append("".join(_shown(child) for child in token.children or ()))
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content)
        elif token.type == "html_block":
            blocks.append(_shown_block(token.content))
    return make_article(fields, "\n\n".join(blocks), place)


def read_html(data: bytes, path: Path, place: str) -> RawArticle:
    """The article of a web page and the page's own word on title, date, site, author and tags."""
    if len(data) > MAX_PAGE_BYTES:
        raise ReadError(f"{path}: more than {MAX_PAGE_BYTES // 2**20} MB for one page; is this a page?")
    page = decode(data, path)
    found = extract_page(page)
    if not found.get("text"):
        raise ReadError(f"{path}: no article text was found in the page")
    title = found.get("title") or ""
    site = found.get("sitename") or _site_in(page)
    return _raw(
        place,
        text="\n\n".join(found["text"].split("\n")),
        title=_without_site(title, site),
        published=found.get("date") or "",
        source=site,
        author=(found.get("author") or "").replace("; ", ", "),
        url=found.get("url") or "",
        tags=tuple(tag for entry in found.get("tags") or () for tag in re.split(r"[,;]\s*", entry) if tag),
    )


def extract_page(page: str) -> dict[str, Any]:
    """trafilatura's fields of `page`: text with a paragraph a line, title, date, sitename, author, url, tags."""
    import lxml.etree
    import trafilatura

    dates = {"original_date": True, "extensive_search": False}  # the extensive one guesses from copyright years
    try:
        found = trafilatura.bare_extraction(
            page, with_metadata=True, include_comments=False, date_extraction_params=dates
        )
        fields = dict(found.as_dict()) if isinstance(found, trafilatura.settings.Document) else {}
        if not fields.get("text"):
            fields["text"] = trafilatura.html2txt(page)
    except (lxml.etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ReadError(f"the page cannot be read ({error})") from error
    return fields


def read_pdf(data: bytes, path: Path, place: str) -> RawArticle:
    """The text layer of a PDF, hard-wrapped lines joined, running heads out."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(f"{path}: the PDF is encrypted; save it without a password") from error
        raise ReadError(f"{path}: not a readable PDF ({error})") from error
    try:
        meta = document.get_metadata_dict()
        pages, headline = read_pages(document, MAX_PDF_PAGES)
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{path}: the PDF is damaged ({error})") from error
    finally:
        document.close()
    given, author = ("" if JUNK_TITLE.search(meta.get(name, "")) else meta[name] for name in ("Title", "Author"))
    site = given.rpartition(" - ")[2] if is_publisher(given.rpartition(" - ")[2]) else ""  # as browsers print pages
    title = _without_site(given, site) or headline
    lines, heads = take_running_heads(pages, title)
    if headline in lines:
        lines.insert(lines.index(headline) + 1, "")
    text = "\n\n".join(join_wrapped(lines))
    if not text.strip():
        raise ReadError(f"{path}: the PDF has no text, only pictures; run it through text recognition first")
    made = str(issue_date(heads) or meta.get("CreationDate", ""))
    return _raw(place, text=text, title=title, source=site, author=author, made=made)


def _raw(
    place: str, *, text: str, title: str = "", published: str = "", source: str = "", author: str = "",
    url: str = "", tags: tuple[str, ...] = (), made: str = "",
) -> RawArticle:  # fmt: skip
    return RawArticle(title, text, published, source, author, url, tags, place, made=made)


def _shown_block(markup: str) -> str:
    """The words of an HTML block; one that opens a comment and never ends it is shown as it is, nothing is lost."""
    is_open = any(markup.count(opening) > markup.count(end) for opening, end in (("<!--", "-->"), ("<?", "?>")))
    return markup if is_open else text_of_markup(markup).strip()


def _shown(token: Any) -> str:
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak":
        return "\n"
    if token.type == "html_inline":
        return TAG.sub("", BREAK.sub("\n", token.content))
    return "" if token.type == "image" else str(token.content)


def _site_in(page: str) -> str:
    """The publisher that a page's title ends with, "Bridge falls | Harbour Post"; "" for none."""
    title = _TITLE.search(page)
    name = html.unescape(title["site"]).strip() if title else ""
    return name if is_publisher(name) else ""


def _without_site(title: str, site: str) -> str:
    """`title` without the " | Site" that pages append."""
    return re.sub(rf"\s+[|–—-]\s+{re.escape(site)}\s*$", "", title, flags=re.IGNORECASE) if site else title


def text_of_markup(markup: str) -> str:
    """The words of an HTML fragment, a block a paragraph."""
    import lxml.etree
    import lxml.html

    try:
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (lxml.etree.LxmlError, ValueError) as error:
        raise ReadError(f"the article's HTML cannot be read ({error})") from error
    lxml.etree.strip_elements(root, lxml.etree.Comment, "script", "style", "template", "noscript", with_tail=False)
    for element in root.iter("p", "div", "br", "li", "tr", "section", "article", "figure", "h1", "h2", "h3", "h4"):
        if element.tag != "br":
            element.text = "\n\n" + _NOT_IN_XML.sub("", element.text or "")
        element.tail = "\n\n" + _NOT_IN_XML.sub("", element.tail or "")
    return str(root.text_content())
