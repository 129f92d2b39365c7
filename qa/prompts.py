"""The words given to the language model: instructions, evidence, question.

Worked examples were tried and left out: three of them made EM 45.0, F1 56.6 of 50.0, 57.7 without (40 questions of
2024 whose evidence holds the answer, 2026-11). The instructions are the same for every question, so that their
keys and values are computed once.
Evidence is data: it stands inside the user's message, and the model wrapper writes no control token for it.
This module does not know which model reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.llms import ChatMessage, MessageRole

from index.query import Query
from qa.answer import Evidence

_SYSTEM = (
    "You answer questions from news evidence. Reply with the shortest exact answer, "
    "copied from the evidence, no sentence."
)


REFUSAL = "unknown"
"""What a model is taught to say where the evidence does not answer."""


def build_messages(query: Query, evidence: Sequence[Evidence]) -> list[ChatMessage]:
    """The chat that asks for a short answer to `query` from `evidence`, in the order given."""
    return build_messages_of_texts(query, [item.quote for item in evidence])


def build_messages_of_texts(query: Query, quotes: Sequence[str]) -> list[ChatMessage]:
    """The same for plain texts."""
    lines = "\n".join(" ".join(quote.split()) for quote in quotes)
    asked = f"Evidence:\n{lines}\n\nQuestion ({query.as_of.isoformat()}): {query.text}\nShort answer:"
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=_SYSTEM),
        ChatMessage(role=MessageRole.USER, content=asked),
    ]
