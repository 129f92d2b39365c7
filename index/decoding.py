"""Bytes of a file -> text: compression, encodings, and how much of either is still believable.

News archives mix encodings within one file, so a byte that is not UTF-8 in text that mostly is gets read
as Windows-1252 instead of spoiling the rest. This module does not know what the text means.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from pathlib import Path
from typing import IO

from index.errors import ReadError

MAX_BYTES = 200 * 2**20
"""Of one document or one record, after decompression."""

MAX_RATIO = 100
"""Decompressed to compressed size; news text stays under 10, a gzip bomb is near 1,000."""

READ_FAILURES = (OSError, EOFError, zlib.error)
"""What reading a damaged or forbidden file raises; `gzip.BadGzipFile` is an OSError."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE_BYTES = 65_536
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
"""Python's name of a declared encoding -> what is meant by it (WHATWG Encoding Standard, section 4.2)."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("dateline-windows-1252", _as_windows_1252)


def is_gzipped(path: Path) -> bool:
    """Whether the name says that the file is gzip-compressed."""
    return path.suffix.lower() == ".gz"


def read_bytes(path: Path) -> bytes:
    """All bytes of `path`, decompressed.

    Raises:
        ReadError: the file is empty, larger than `MAX_BYTES`, forbidden or damaged.
    """
    try:
        with _open(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except READ_FAILURES as error:
        raise ReadError(f"{path}: cannot be read ({describe(error)})") from error
    if len(data) > MAX_BYTES:
        raise ReadError(f"{path}: more than {MAX_BYTES // 2**20} MB in one document; split it into smaller files")
    if not data.strip(b"\x00\t\n\r "):
        raise ReadError(f"{path}: the file is empty")
    return data


def open_text(path: Path) -> IO[str]:
    """`path` as a stream of text, decompressed as it is read; line ends are left as they are.

    Raises:
        ReadError: the file is empty or holds binary data.
        OSError, EOFError, zlib.error: the file is forbidden or damaged.
    """
    stream = _open(path)
    head = stream.peek(_SAMPLE_BYTES)[:_SAMPLE_BYTES] if isinstance(stream, io.BufferedReader) else b""
    if not head:
        stream.close()
        raise ReadError(f"{path}: the file is empty")
    encoding = _unicode_encoding(head)
    if encoding is None and _BINARY.search(head):
        stream.close()
        raise ReadError(f"{path}: holds binary data, not text")
    return io.TextIOWrapper(stream, encoding or "utf-8", errors="dateline-windows-1252", newline="")


def decode(data: bytes, path: Path) -> str:
    """`data` as text, whatever its encoding.

    Raises:
        ReadError: it is binary data.
    """
    encoding = _unicode_encoding(data[:_SAMPLE_BYTES])
    if encoding is not None:
        return data.decode(encoding, errors="replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if len(_BINARY.findall(data[:_SAMPLE_BYTES])) > min(len(data), _SAMPLE_BYTES) / 200:
        raise ReadError(f"{path}: holds binary data, not text")
    return text or _decode_legacy(data)


def describe(error: BaseException) -> str:
    """The system's words for `error`, without the path that the message names already."""
    return str(getattr(error, "strerror", None) or error or type(error).__name__)


def _open(path: Path) -> io.BufferedReader:
    if not is_gzipped(path):
        return path.open("rb")
    limit = max(MAX_BYTES, MAX_RATIO * path.stat().st_size)
    return io.BufferedReader(_Bounded(gzip.open(path, "rb"), limit), _SAMPLE_BYTES)


class _Bounded(io.RawIOBase):
    """A stream that refuses to grow past `limit` bytes."""

    def __init__(self, stream: gzip.GzipFile, limit: int) -> None:
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read1(len(buffer))  # `read` would lose what stands before the damage
        self._left -= len(data)
        if self._left < 0:
            raise OSError("decompresses to an unbelievable size; it was read up to there")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _unicode_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark, or the zero bytes of UTF-16 text, give away."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and even + odd > len(head) / 4:
        if even == 0:
            return "utf-16-le"
        if odd == 0:
            return "utf-16-be"
    return None


def _decode_legacy(data: bytes) -> str:
    """Text that is not UTF-8: UTF-8 with a few strays, what a page declares, Western, or a guess."""
    sample = data[:_SAMPLE_BYTES]
    high = sum(byte > 127 for byte in sample)
    strays = sample.decode("utf-8", errors="replace").count("�")
    if strays < high / 4:
        return data.decode("utf-8", errors="dateline-windows-1252")
    if declared := _META_CHARSET.search(sample[:4096]):
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
            if not name.startswith("utf"):  # it is not UTF-8, and a page in UTF-16 could not have been searched
                return data.decode(_AS_BROWSERS.get(name, name), errors="replace")
        except (LookupError, UnicodeError):
            pass  # an encoding nobody knows, or that is none for text, is no declaration
    if high < len(sample) / 10:  # ASCII with some accents or quotes: too little to guess a language from
        return data.decode("cp1252", errors="replace")
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    return data.decode(best.encoding if best else "cp1252", errors="replace")
