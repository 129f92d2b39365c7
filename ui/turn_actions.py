"""What can be done with a stored answer: copied with footnotes, saved as a file, judged.

Each call takes the browser's wish, a plain object that may hold anything. This module does not know the layout.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import DatelineError, UsageError
from qa.answer import Answer
from ui.export import export_pack
from ui.feedback import keep_feedback
from ui.packing import make_pack, origin_of
from ui.side import Call, Wish

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.home import Home
    from ui.conversation import Conversation, Exchange
    from ui.conversation_store import ConversationStore

_WHOLE = 10_000
"""Turns of a conversation that are saved."""

_UNSAFE = re.compile(r"[^\w-]+")


class TurnActions:
    """Over one home's conversations; `model` is the name of the model that answers."""

    def __init__(self, home: Home, catalogue: Catalogue, store: ConversationStore, model: str) -> None:
        self._feedback = home.feedback
        self._catalogue = catalogue
        self._store = store
        self._model = model

    def calls(self) -> dict[str, Call]:
        """Name that the page's script calls -> what is done."""
        return {"export": self._export, "footnotes": self._footnotes, "judge": self._judge}

    def _export(self, wish: Wish, owner: str) -> dict[str, str]:
        """A file of one answer, or without `turn` of the whole conversation: its name, and its bytes in base 64."""
        suffix = f".{wish.get('suffix')}"
        conversation = self._load(wish, owner)
        turns = [self._turn(conversation, wish)] if wish.get("turn") else conversation.turns
        answers = [turn.answer for turn in turns if turn.answer]
        name = _UNSAFE.sub("-", turns[0].question if len(turns) == 1 else conversation.title).strip("-")[:60]
        data = self._pack(answers, "" if wish.get("turn") else conversation.title, suffix)
        return {"name": f"{name or 'answer'}{suffix}", "data": base64.b64encode(data).decode("ascii")}

    def _footnotes(self, wish: Wish, owner: str) -> str:
        """One answer as Markdown with a footnote for every quote."""
        turn = self._turn(self._load(wish, owner), wish)
        return self._pack([turn.answer] if turn.answer else [], "", ".md").decode("utf-8")

    def _judge(self, wish: Wish, owner: str) -> str:
        """Keep what the reader says of an answer; an empty text, or what went wrong."""
        try:
            conversation = self._load(wish, owner)
            turn = self._turn(conversation, wish)
            if turn.answer is None:
                raise UsageError("there is no answer to judge")
            keep_feedback(
                self._feedback,
                turn=f"{conversation.id}/{turn.number}",
                owner=owner,
                verdict=str(wish.get("verdict", "")),
                answer=turn.answer,
                note=str(wish.get("note", "")),
                expected=str(wish.get("expected", "")),
            )
            self._store.save_turn(conversation.id, replace(turn, feedback=str(wish.get("verdict"))))
        except DatelineError as error:
            return str(error)
        return ""

    def _pack(self, answers: list[Answer], title: str, suffix: str) -> bytes:
        return export_pack(make_pack(answers, origin_of(self._catalogue, self._model), title=title), suffix)

    def _load(self, wish: Wish, owner: str) -> Conversation:
        return self._store.load(str(wish.get("conversation", "")), owner, self._catalogue.find_text, last=_WHOLE)

    def _turn(self, conversation: Conversation, wish: Wish) -> Exchange:
        number = str(wish.get("turn", ""))
        turn = conversation.turn(int(number)) if number.isdigit() else None
        if turn is None:
            raise UsageError("there is no such question in this conversation")
        return turn
