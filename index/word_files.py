"""A Word document -> `RawArticle`: its paragraphs, tables and core properties.

python-docx is imported where it is used. This module does not know how text is cleaned.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.decoding import MAX_BYTES
from index.documents import JUNK_TITLE
from index.errors import ReadError
from index.records import RawArticle

# AttributeError and IndexError are what python-docx runs into where the XML is another than Word's.
_DOCX_FAILURES = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, NotImplementedError, AttributeError,
    TypeError, RecursionError,
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPING = {_W + name for name in "tbl sdt sdtContent customXml hyperlink smartTag fldSimple ins moveTo".split()}
_TEMPLATE_YEAR = 2013
"""python-docx's own template carries this year as its date of creation."""


def read_docx(data: bytes, path: Path, place: str) -> RawArticle:
    """The paragraphs of a Word document in order, tables a row a line, and its core properties."""
    from docx import Document
    from docx.opc.exceptions import OpcError
    from docx.text.paragraph import Paragraph
    from lxml.etree import LxmlError

    if data.startswith(_OLE):
        raise ReadError(f"{path}: an encrypted or old (.doc) Word file; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise ReadError(f"{path}: unpacks to more than {MAX_BYTES // 2**20} MB")
        document = Document(io.BytesIO(data))
        title, blocks = "", []
        for block in _find_within(document.element.body, {_W + "p", _W + "tr"}):
            style = Paragraph(block, document).style if block.tag == _W + "p" else None
            if style is not None and style.name == "Title" and not title:
                title = _docx_text(block).strip()
            else:
                blocks.append(_docx_text(block))
        properties = document.core_properties
    except (*_DOCX_FAILURES, OpcError, LxmlError) as error:
        raise ReadError(f"{path}: not a readable Word document ({error})") from error
    if not title and not JUNK_TITLE.search(properties.title):
        title = properties.title
    created = properties.created
    made = "" if created is None or created.year == _TEMPLATE_YEAR else created.date().isoformat()
    author = "" if properties.author == "python-docx" else properties.author
    tags = tuple(tag.strip() for tag in re.split(r"[,;]", properties.keywords) if tag.strip())
    return RawArticle(title, "\n\n".join(blocks), "", "", author, "", tags, place, made=made)


def _find_within(parent: Any, tags: set[str]) -> Iterator[Any]:
    """The nearest elements of `tags` in order, also those in tables, content controls, links and tracked insertions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPING:
            yield from _find_within(child, tags)


def _docx_text(block: Any) -> str:
    """The text of a paragraph or of a table's row; of cells that are merged only the first holds any."""
    if block.tag == _W + "p":
        return "".join(run.text for run in _find_within(block, {_W + "r"}))
    cells = [
        "\n".join(map(_docx_text, _find_within(cell, {_W + "p", _W + "tr"})))
        for cell in _find_within(block, {_W + "tc"})
        if not cell.xpath('w:tcPr/w:vMerge[not(@w:val="restart")]')
    ]
    return " | ".join(cells)
