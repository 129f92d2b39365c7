"""Evidence packs to and from files: the format is the file's suffix.

`.json` is the pack itself, `.html` and `.pdf` hold it as well as show it, `.md` only shows it.
"""

from __future__ import annotations

import html.parser
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from index.errors import DatelineError, UsageError
from ui.evidence_pack import Pack, read_pack
from ui.pack_text import DATA_ID, to_html, to_markdown

VERIFIABLE = (".json", ".html", ".pdf")


def export_pack(pack: Pack, suffix: str) -> bytes:
    """The pack as a file of this kind.

    Raises UsageError for a suffix that none of `SUFFIXES` is.
    """
    check_suffix(suffix)
    return _WRITERS[suffix.lower()](pack)


def check_suffix(suffix: str) -> None:
    """Raise UsageError for a suffix that none of `SUFFIXES` is."""
    if suffix.lower() not in _WRITERS:
        raise UsageError(f"cannot save as {suffix or 'a file without suffix'!r}: give one of {', '.join(SUFFIXES)}")


def save_pack(pack: Pack, path: Path) -> None:
    """Write the pack to `path`, all of it or nothing.

    Raises:
        UsageError: no format goes with its suffix.
        DatelineError: it cannot be written.
    """
    data = export_pack(pack, path.suffix)
    check_target(path)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(file.name).chmod(0o666 & ~umask)
        Path(file.name).replace(path)
    except OSError as error:
        raise DatelineError(f"cannot write {path} ({error.strerror or error}): choose another place") from error


def check_target(path: Path) -> None:
    """Raise UsageError where `path` cannot be written, before an answer is waited for."""
    check_suffix(path.suffix)
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"cannot write {path}: its folder must exist and be writable")


def load_pack(path: Path) -> Pack:
    """The pack in a file that `save_pack` wrote.

    Raises UsageError if there is none in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path} ({error.strerror or error}): give a file that --save wrote") from error
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from ui.pack_pdf import read_attachment

        data = read_attachment(data, str(path))
    elif suffix in (".html", ".htm"):
        data = _read_data(data.decode("utf-8", "replace"), path).encode()
    elif suffix == ".md":
        raise UsageError(f"{path} shows a pack but does not hold it: give the {', '.join(VERIFIABLE)} file")
    return read_pack(data, str(path))


def shows_otherwise(path: Path, pack: Pack) -> bool:
    """Whether the words that a file shows are not those of the `pack` it holds, as `save_pack` writes them now."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from ui.pack_pdf import read_words, to_pdf

        return read_words(path.read_bytes()) != read_words(to_pdf(pack))
    if suffix not in (".html", ".htm"):
        return False
    shown = _PageReader(path.read_bytes().decode("utf-8", "replace")).shown
    return shown.split() != _PageReader(to_html(pack)).shown.split()


class _PageReader(html.parser.HTMLParser):
    """Picks the pack's data and the words that are shown out of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data = self.shown = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = "data" if tag == "script" and ("id", DATA_ID) in attrs else tag

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.data += data
        elif self._inside not in ("script", "style"):
            self.shown += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def _read_data(page: str, path: Path) -> str:
    data = _PageReader(page).data
    if not data:
        raise UsageError(f"{path} holds no evidence pack: give a file that --save wrote")
    return data


def _to_json(pack: Pack) -> bytes:
    return (pack.model_dump_json(indent=1) + "\n").encode()


def _to_pdf(pack: Pack) -> bytes:
    from ui.pack_pdf import to_pdf  # with its fonts half a second to import

    return to_pdf(pack)


_WRITERS: dict[str, Callable[[Pack], bytes]] = {
    ".json": _to_json,
    ".md": lambda pack: to_markdown(pack).encode(),
    ".html": lambda pack: to_html(pack).encode(),
    ".pdf": _to_pdf,
}
SUFFIXES = tuple(_WRITERS)
