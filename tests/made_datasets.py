"""A small data set, and cases and results made to order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from qa.evaluation.dataset import ANSWERABLE, Case
from qa.evaluation.result import CitedQuote, ReadQuote, Result, Said

DAY = date(2024, 8, 26)
ARTICLES = [
    (
        "Ferry sinks off Oban",
        "2024-08-20",
        "A ferry sank off Oban on Tuesday. Nineteen people were rescued by the coastguard.",
    ),
    (
        "Mayor of Ghent resigns",
        "2024-08-22",
        "The mayor of Ghent, Anna Peeters, resigned on Thursday. She cited her health.",
    ),
    (
        "Quake hits Izmir",
        "2024-08-24",
        "A quake of magnitude 5.9 hit Izmir on Saturday. Four houses collapsed in the old town.",
    ),
]
QUESTIONS = [
    {"id": "q1", "date": "2024-08-26", "question": "Who resigned as mayor of Ghent?", "answers": ["Anna Peeters"]},
    {"id": "q2", "date": "2024/08/26", "question": "How many houses collapsed in Izmir?", "answers": ["four", "4"]},
    {"id": "q3", "date": "2024-08-26", "question": "What was the ferry called?", "answers": ["Isle of Skye"]},
]
RGB_ROW = {
    "id": 7,
    "query": "Where was the 2021 final played?",
    "answer": "Porto",
    "fakeanswer": "Madrid",
    "positive": [
        "The 2021 final was played in Porto at the Dragon stadium.",
        "In 2021 Porto hosted the final on 29 May.",
    ],
    "negative": [
        f"The final of {year} drew many guests to the city of {c}." for year, c in enumerate("ABCDEFGH", 2001)
    ],
    "positive_wrong": ["Officials in Madrid said the 2021 final was played there before a full house."],
}


def write_lines(path: Path, objects: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(o) + "\n" for o in objects), encoding="utf-8")


def write_dataset(folder: Path) -> Path:
    """A data set of three articles, three questions and one that cannot be answered."""
    folder.mkdir()
    write_lines(folder / "articles.jsonl", [{"title": t, "published": d, "text": x} for t, d, x in ARTICLES])
    write_lines(folder / "questions.jsonl", QUESTIONS)
    write_lines(folder / "unanswerable.jsonl", [{"id": "u1", "date": "2024-08-26", "question": "Who won the regatta?"}])
    return folder


CASE = Case(ANSWERABLE, "1", "Who resigned as mayor of Ghent?", DAY, (("Anna Peeters",),), "articles")
QUOTE = "The mayor of Ghent, Anna Peeters, resigned on Thursday."


def make_result(said: Said | None, *, passages: Sequence[str] = (), evidence: Sequence[str] = ()) -> Result:
    read = tuple(ReadQuote(n, "a1", "Mayor of Ghent resigns", "2024-08-22", t) for n, t in enumerate(evidence, 1))
    return Result(CASE.fingerprint, tuple(passages), read, 10, said, 1, 1, {"total_s": 1.0})


def make_said(
    short: str, *, abstained: bool = False, text: str = "", cited: str = QUOTE, verdict: str = "supported"
) -> Said:
    shown = text or f"{short} [1]"
    citations = () if abstained else (CitedQuote(0, len(short), 1, cited, verdict),)
    return Said(shown, "" if abstained else short, short, abstained, 0.5, citations)
