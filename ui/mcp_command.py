"""`dateline mcp`: the tools over standard input and output, answers by a server of the index where one runs.

Search, timelines and articles need no model and are read here. This module does not know the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.query import Filters
from qa.answer import Answer, Done
from ui.api_values import PastTurn, to_turns
from ui.client import stream_from
from ui.commands import DONE, open_assistant
from ui.mcp_server import make_mcp_server
from ui.running import find_server
from ui.settings import Settings


def run_mcp(settings: Settings) -> int:
    """Serve the tools until standard input ends."""
    # Not at once: a model is loaded here only if it is asked for and no server runs.
    with open_assistant(settings, at_once=False) as assistant:

        def ask(question: str, history: Sequence[PastTurn], filters: Filters, as_of: date | None) -> Answer:
            address = find_server(settings.home, settings.reader, settings.token)
            if not address:
                return assistant.ask(
                    question, history=to_turns(history, assistant.understand), filters=filters, as_of=as_of
                )
            *_, done = stream_from(
                address,
                question,
                assistant.catalogue,
                filters=filters,
                as_of=as_of,
                history=history,
                token=settings.token,
            )
            assert isinstance(done, Done)  # noqa: S101 the last event by contract
            return done.answer

        make_mcp_server(assistant, ask).run("stdio")
    return DONE
