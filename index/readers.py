"""Files and folders -> `RawArticle`s, one reader a format; bad input becomes a `ReadError` among them.

JSON lines and CSV are read a record at a time, so an archive may be larger than memory. This module does
not know what an article's text should look like, nor which files were read before.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from index.decoding import MAX_BYTES, READ_FAILURES, decode, describe, is_gzipped, open_text, read_bytes
from index.documents import read_html, read_markdown, read_pdf, read_plain
from index.errors import ReadError, UsageError
from index.records import RawArticle, has_text_field, parse_json, read_json_line, read_object, read_record
from index.word_files import read_docx

__all__ = ["SUFFIXES", "RawArticle", "find_files", "holds_records", "read_file"]

_DOCUMENTS: dict[str, Callable[[bytes, Path, str], RawArticle]] = {
    ".txt": read_plain,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
_LINES, _TABLES = (".jsonl", ".ndjson"), (".csv", ".tsv")
SUFFIXES = (*_DOCUMENTS, ".json", ".jsonl", ".csv", ".ndjson", ".tsv")
"""Of the files that can be read; each may be followed by ".gz"."""

_BESIDE_TEXT = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .svg .ico .bmp .tif .tiff .mp3 .mp4 .webm .css .js .woff .woff2 .ttf".split()
)
"""Pictures and what saved pages bring with them: nobody expects articles from them."""

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\W*sep=(.)\W*", re.IGNORECASE)
"""What Excel takes for a hint on how to open the file."""

_ESCAPED_QUOTE = re.compile(r'\\"(?![",;\t|\r\n]|$)')
"""A quote behind a backslash that can be neither the end of its cell nor half of a doubled quote."""

_ESCAPES_WITHIN = 2**20
"""Characters at the beginning of a CSV file in which such a quote is looked for."""

_NOTHING = frozenset({"nan", "NaN", "NaT", "None", "null", "NULL"})
"""What programs write into a cell that is empty."""


def find_files(paths: Iterable[Path], others: Counter[str] | None = None) -> Iterator[Path]:
    """The readable files among `paths` and, in order of name, in the folders among them, each once.

    In folders, hidden files and those of other formats are passed over, the latter counted in `others` by suffix,
    pictures and the like excepted. A folder that cannot be listed is
    itself yielded, for `read_file` to report.

    Raises:
        UsageError: a path does not exist, or is a file of a format that cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
        if path.is_dir():
            yield from _walk(path, seen, Counter() if others is None else others)
        elif _suffix(path) not in SUFFIXES:
            known = " ".join(SUFFIXES)
            raise UsageError(f"{path}: files of this format cannot be read; those that can: {known}, also with .gz")
        elif _is_new(path, seen):
            yield path


def read_file(path: Path) -> Iterator[RawArticle | ReadError]:
    """The articles of one file, in order, and a `ReadError` in the place of each that cannot be read."""
    place = _printable(path)
    try:
        if not path.is_file():
            problem = "the folder cannot be listed" if path.is_dir() else "not a readable file"
            yield ReadError(f"{place}: {problem}; check that it exists and may be read")
            return
        suffix = _suffix(path)
        if suffix in _DOCUMENTS:
            yield _DOCUMENTS[suffix](read_bytes(path), path, place)
        elif suffix == ".json":
            yield from _read_json(path, place)
        elif suffix in _LINES:
            yield from _read_lines(path, place)
        elif suffix in _TABLES:
            yield from _read_csv(path, place)
        else:
            yield ReadError(f"{place}: files of this format cannot be read; those that can: {' '.join(SUFFIXES)}")
    except ReadError as error:
        yield error
    except READ_FAILURES as error:
        yield ReadError(f"{place}: cannot be read to its end ({describe(error)})")


def holds_records(path: Path) -> bool:
    """Whether files of this format hold any number of articles, as against one document."""
    return _suffix(path) not in _DOCUMENTS


def _walk(folder: Path, seen: set[str], others: Counter[str]) -> Iterator[Path]:
    if not _is_new(folder, seen):
        return  # a link back to a folder above, or to one listed already
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, seen, others)
        elif not (entry.is_file() or entry.is_symlink()):
            continue
        elif (suffix := _suffix(entry)) in SUFFIXES:
            if _is_new(entry, seen):
                yield entry
        elif suffix not in _BESIDE_TEXT:
            others[suffix] += 1


def _is_new(path: Path, seen: set[str]) -> bool:
    real = os.path.realpath(path)
    if real in seen:
        return False
    seen.add(real)
    return True


def _suffix(path: Path) -> str:
    """The format's suffix in lower case, ".gz" set aside."""
    return Path(path.stem if is_gzipped(path) else path.name).suffix.lower()


def _printable(path: Path) -> str:
    """The path as valid Unicode: file names may hold any bytes."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def _read_json(path: Path, place: str) -> Iterator[RawArticle | ReadError]:
    text = decode(read_bytes(path), path)
    try:
        value = parse_json(text)
    except ValueError as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for _, line in lines[:2]):
            yield ReadError(f"{place}: not valid JSON ({error})")
            return
        for number, line in lines:  # JSON lines under another name
            yield read_json_line(line, f"{place}#{number}")
        return
    yield from read_object(value, place)


def _read_lines(path: Path, place: str) -> Iterator[RawArticle | ReadError]:
    with open_text(path) as stream:
        number = 0
        while line := stream.readline(MAX_BYTES):
            number += 1
            if len(line) == MAX_BYTES:
                yield ReadError(f"{place}#{number}: a line of more than {MAX_BYTES // 2**20} MB; the rest is not read")
                return
            if line.strip("\ufeff \t\r\n\x00"):
                yield read_json_line(line, f"{place}#{number}")


def _read_csv(path: Path, place: str) -> Iterator[RawArticle | ReadError]:
    csv.field_size_limit(MAX_BYTES)
    with open_text(path) as stream:
        escapes = _ESCAPED_QUOTE.search(stream.read(_ESCAPES_WITHIN)) is not None
    with open_text(path) as stream:
        header, delimiter = _read_header(stream)
        names = next(csv.reader([header], delimiter=delimiter), [])
        if not has_text_field(names):
            yield ReadError(f"{place}: no column holds text; name one text, body or content in the first line")
            return
        lines = (_ESCAPED_QUOTE.sub('""', line) for line in stream) if escapes else stream
        rows = csv.reader(lines, delimiter=delimiter)
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield ReadError(f"{place}#{number}: not a valid CSV row ({error}); the other rows are read")
                continue
            cells = ["" if cell.strip() in _NOTHING else cell for cell in row]
            if any(cell.strip() for cell in cells[len(names) :]):
                yield ReadError(f"{place}#{number}: more cells than columns: quote cells that hold the delimiter")
            elif any(cell.strip() for cell in cells):
                yield read_record(dict(zip(names, cells, strict=False)), f"{place}#{number}")


def _read_header(stream: IO[str]) -> tuple[str, str]:
    """The line that names the columns, and the delimiter; empty lines and Excel's "sep=;" before it are passed over."""
    named = ""
    while line := stream.readline(65_536):
        if hint := _SEPARATOR_LINE.fullmatch(line):
            named = hint[1]
        elif line.strip(_DELIMITERS + '\ufeff" \r\n'):
            break
    return line, named or max(_DELIMITERS, key=line.count)
