"""What readers say of answers, kept in HOME as JSON lines, and made into questions that `dateline eval` reads.

The last word on a turn counts. This module does not know pages or evaluation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.article import Article
from index.catalogue import Catalogue
from index.errors import DatelineError, UsageError
from index.listing import all_articles
from qa.answer import Answer

RIGHT, WRONG, MISSING = "right", "wrong", "missing"
_MAX_NOTE_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Exported:
    """How many questions were written, and how many told no answer to hold others against."""

    answerable: int
    unanswerable: int
    left_out: int


def keep_feedback(
    file: Path, *, turn: str, owner: str, verdict: str, answer: Answer, note: str = "", expected: str = ""
) -> None:
    """Append one judgement of `answer` in `turn`; `expected` is the right answer.

    Raises:
        UsageError: there is no such verdict.
        DatelineError: `file` cannot be written.
    """
    if verdict not in (RIGHT, WRONG, MISSING):
        raise UsageError(f"there is no verdict {verdict!r}: say right, wrong or missing")
    line = {
        "turn": turn,
        "owner": owner,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "note": note.strip()[:_MAX_NOTE_CHARS],
        "expected": expected.strip()[:_MAX_NOTE_CHARS],
        "question": answer.query.text,
        "date": answer.query.as_of.isoformat(),
        "answer": answer.short or answer.text,
        "claims": [c.claim.of(answer.text) for c in answer.citations],
        "abstained": answer.abstained,
        "quotes": [{"article": e.article.id, "title": e.article.title, "quote": e.quote} for e in answer.evidence],
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise DatelineError(f"cannot keep feedback in {file} ({error.strerror}): make it writable") from error


def read_feedback(file: Path) -> list[dict[str, Any]]:
    """The last judgement of every turn, oldest first; a line cut short by a kill is passed over."""
    last: dict[str, dict[str, Any]] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                value = json.loads(line)
                last.pop(value["turn"], None)
                last[value["turn"]] = value
            except (ValueError, KeyError, TypeError):
                continue
    return list(last.values())


def export_feedback(file: Path, catalogue: Catalogue, folder: Path) -> Exported:
    """Write a data set: the judged questions with their accepted answers, and the articles they were asked over.

    Raises:
        UsageError: there is no feedback yet, or `folder` is not empty.
        DatelineError: it cannot be written.
    """
    judged = read_feedback(file)
    if not judged:
        raise UsageError("there is no feedback yet: judge answers on the page with Right, Wrong or Missing source")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a new folder")
    answerable, unanswerable = [], []
    for number, each in enumerate(judged, start=1):
        case = {"id": f"f{number}", "date": each["date"], "question": each["question"]}
        answers = _accepted(each)
        if answers:
            answerable.append({**case, "answers": answers, "note": each["note"]})
        elif each["abstained"] and each["verdict"] == RIGHT:
            unanswerable.append(case)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "questions.jsonl", iter(answerable))
        if unanswerable:
            _write(folder / "unanswerable.jsonl", iter(unanswerable))
        _write(folder / "articles.jsonl", (_record(article) for article in all_articles(catalogue)))
    except OSError as error:
        raise DatelineError(f"cannot write to {folder} ({error.strerror}): name another folder") from error
    return Exported(len(answerable), len(unanswerable), len(judged) - len(answerable) - len(unanswerable))


def _accepted(judged: dict[str, Any]) -> list[str]:
    """The accepted answers: what the reader says is right, or what was shown and is judged right."""
    if judged["expected"]:
        return [judged["expected"]]
    if judged["verdict"] == RIGHT and not judged["abstained"]:
        return (
            [judged["answer"]] if judged["answer"] in judged["claims"] or not judged["claims"] else judged["claims"][:1]
        )
    return []


def _record(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text,
        "date": article.published.isoformat() if article.published else "",
        "source": article.source,
        "url": article.url,
        "tags": list(article.tags),
    }


def _write(file: Path, values: Iterator[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for value in values:
            stream.write(json.dumps(value, ensure_ascii=False) + "\n")
