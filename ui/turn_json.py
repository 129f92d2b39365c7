"""One turn of a conversation as JSON, and back.

Articles are kept by their ids and quotes only: their text is looked up again, so that a stored conversation holds no
second copy of the archive. Where an article has left the index, its quote stands for it. This module does not know
where the JSON is kept, nor where articles are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index.errors import DatelineError
from qa.timeline import Timeline
from ui.conversation import Exchange

FindText = Callable[[str], str | None]
"""The text of the article with an id; None where it is not in the index any more."""

_TURN = TypeAdapter(Exchange)
_TURN.rebuild(_types_namespace={"Timeline": Timeline})  # `qa.answer` names it without importing it


def turn_to_json(turn: Exchange) -> str:
    """`turn` as JSON, its articles without their text."""
    slim = replace(turn, found=()) if turn.answer else turn
    value = _TURN.dump_python(slim, mode="json")
    for holder in _holders(value):
        span = holder["span"]
        holder["kept"] = holder["article"].pop("text")[span["start"] : span["end"]]
    return json.dumps(value, ensure_ascii=False)


def turn_from_json(text: str, find_text: FindText) -> Exchange:
    """The turn that `turn_to_json` wrote.

    Raises:
        DatelineError: another version wrote it, or it is damaged.
    """
    try:
        value = json.loads(text)
        moved: dict[int, tuple[int, int]] = {}
        for holder in _holders(value):
            _fill(holder, find_text, moved)
        for citation in (value.get("answer") or {}).get("citations", ()):
            if citation["number"] in moved:
                citation["quote"] = _shifted(citation["quote"], *moved[citation["number"]])
        return _TURN.validate_python(value)
    except (ValueError, ValidationError, KeyError, TypeError, AttributeError) as error:
        raise DatelineError("this answer was stored by another version of Dateline: ask the question again") from error


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    """Every object below `value` that points into an article."""
    if isinstance(value, dict):
        if isinstance(value.get("article"), dict) and isinstance(value.get("span"), dict):
            yield value
        for inner in value.values():
            yield from _holders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _holders(inner)


def _fill(holder: dict[str, Any], find_text: FindText, moved: dict[int, tuple[int, int]]) -> None:
    """Give the holder's article its text; or its quote alone, noting how far the quotes of this number move."""
    kept = holder.pop("kept")
    text = find_text(holder["article"]["id"])
    if text is not None:
        holder["article"]["text"] = text
        return
    if "number" in holder:
        moved[holder["number"]] = (holder["span"]["start"], len(kept))
    holder["article"]["text"] = kept
    holder["span"] = {"start": 0, "end": len(kept)}
    if "sentences" in holder:
        holder["sentences"] = [holder["span"]]


def _shifted(span: dict[str, int], by: int, length: int) -> dict[str, int]:
    start = min(max(span["start"] - by, 0), length)
    return {"start": start, "end": min(max(span["end"] - by, start), length)}
