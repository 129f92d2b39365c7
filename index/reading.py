"""Files -> articles cleaned and signed, ready to be stored: the part of an index run that any process can do.

This module does not know what is stored already, nor who reads which file.
"""

from __future__ import annotations

import logging
import os
import pickle  # nosec B403
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.cleaning import clean_article
from index.errors import ReadError
from index.readers import RawArticle, read_file
from index.reprints import Signature, signature


@dataclass(frozen=True, slots=True)
class Signed:
    """An article, and what its like are known by."""

    article: Article
    signature: Signature


Found = Signed | ReadError
Reader = Callable[[Path], Iterable[Found]]
"""From a file to its articles, in order, and what of it could not be read."""

Work = Path | list[RawArticle | ReadError]
"""A file to be read, or records of one to be cleaned."""


def read_articles(file: Path) -> Iterator[Found]:
    """The articles of `file`, and what of it could not be read."""
    return map(sign_article, read_file(file))


def sign_article(raw: RawArticle | ReadError) -> Found:
    """The article of `raw`, cleaned, or why there is none."""
    if isinstance(raw, ReadError):
        return raw
    try:
        article = clean_article(raw)
    except ReadError as error:
        return error
    return Signed(article, signature(article.text))


def do_work(work: Work) -> list[Found]:
    """What is found in `work`."""
    return list(read_articles(work) if isinstance(work, Path) else map(sign_article, work))


def serve() -> None:
    """Do the work that comes on standard input until it ends: what each process of `index/processes.py` runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches them, too; who began them ends them
    logging.disable(logging.WARNING)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that a library prints may come between
    while True:
        try:
            work: Work = pickle.load(sys.stdin.buffer)  # noqa: S301 # nosec B301
            pickle.dump(do_work(work), answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):  # who began it has ended
            return
