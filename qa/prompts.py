"""The words given to the language model: instructions, three worked examples, evidence, question.

All but the last message is the same for every question, so that its keys and values are computed once.
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

# Facts about floods, recalls and ice hockey that no question is likely to ask for; they show the form.
_EXAMPLES = (
    (
        "Evidence:\n"
        "The river burst its banks late on Monday, flooding the centre of Passau.\n"
        "The mayor said 1,200 people had been moved to schools and sports halls.\n"
        "In 2002 a flood there drove 900 people from their homes.\n\n"
        "Question (2013-06-05): How many people were moved in Passau this week?\n"
        "Short answer:",
        "1,200",
    ),
    (
        "Evidence:\n"
        "Shares of the carmaker fell 4% after the recall.\n"
        "The company blamed a faulty seat belt sensor for the recall of its new van.\n"
        "A rival recalled pickups over brake hoses last year.\n\n"
        "Question (2019-03-02): Why did the carmaker recall its new van?\n"
        "Short answer:",
        "A faulty seat belt sensor",
    ),
    (
        "Evidence:\n"
        "Finland won the final against Canada 4-3 in overtime in Tampere.\n"
        "Sweden took bronze after beating the Czech Republic.\n\n"
        "Question (2022-05-30): Which country won the ice hockey world championship?\n"
        "Short answer:",
        "Finland",
    ),
)


def build_messages(query: Query, evidence: Sequence[Evidence]) -> list[ChatMessage]:
    """The chat that asks for a short answer to `query` from `evidence`, in the order given."""
    messages = [ChatMessage(role=MessageRole.SYSTEM, content=_SYSTEM)]
    for asked, answered in _EXAMPLES:
        messages.append(ChatMessage(role=MessageRole.USER, content=asked))
        messages.append(ChatMessage(role=MessageRole.ASSISTANT, content=answered))
    messages.append(ChatMessage(role=MessageRole.USER, content=_ask(query, evidence)))
    return messages


def _ask(query: Query, evidence: Sequence[Evidence]) -> str:
    lines = "\n".join(" ".join(item.quote.split()) for item in evidence)
    return f"Evidence:\n{lines}\n\nQuestion ({query.as_of.isoformat()}): {query.text}\nShort answer:"
