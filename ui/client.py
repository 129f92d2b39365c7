"""Asking a Dateline that already runs on this machine, so that no model need be loaded again.

The server sends answers as evidence packs hold them; the articles themselves are read from the same index here, so
every quote is a slice of the stored text once more. This module does not know how the server was found.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.article import Span
from index.catalogue import Catalogue
from index.errors import DatelineError, ModelError
from index.query import Filters, Query
from qa.answer import Delta, Done, Event, Evidence, Found, Waiting
from ui.evidence_pack import FilterValues, PackedAnswer, Quote
from ui.packing import unpack_answer
from ui.running import authorization

if TYPE_CHECKING:
    from ui.api_values import PastTurn

_TIMEOUT_S = 600.0


def stream_from(
    address: str,
    question: str,
    catalogue: Catalogue,
    *,
    filters: Filters,
    as_of: date | None,
    history: Sequence[PastTurn] = (),
    token: str = "",
) -> Iterator[Event]:
    """The events of an answer by the server at `address`, which is shown `token`.

    Raises:
        ModelError: the server's model cannot be used.
        DatelineError: the server went away or refused.
    """
    body = {**FilterValues.of(filters).model_dump(mode="json"), "question": question, "stream": True}
    if as_of is not None:
        body["as_of"] = as_of.isoformat()
    body["history"] = [turn.model_dump() for turn in history]
    query = Query(question, as_of or date.today(), filters)
    for kind, value in _events(address, body, token):
        if kind == "sources":
            yield Found(query, tuple(_evidence(Quote.model_validate(item), catalogue) for item in value))
        elif kind == "waiting":
            yield Waiting(int(value["place"]))
        elif kind == "text":
            yield Delta(str(value["text"]))
        elif kind == "answer":
            yield Done(unpack_answer(PackedAnswer.model_validate(value), catalogue.get_article))
            return
        elif kind == "error":
            raise ModelError(str(value["detail"]))
    raise DatelineError(f"the server at {address} ended before its answer did: ask again")


def _evidence(quote: Quote, catalogue: Catalogue) -> Evidence:
    article = catalogue.get_article(quote.article.id)
    return Evidence(quote.number, article, Span(quote.start, quote.end), quote.score)


def _events(address: str, body: dict[str, Any], token: str) -> Iterator[tuple[str, Any]]:
    """The server-sent events of one question."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        headers = {"Content-Type": "application/json", **authorization(token)}
        connection.request("POST", "/api/ask", json.dumps(body), headers)
        reply = connection.getresponse()
        if reply.status != 200:
            raise DatelineError(_refusal(address, reply))
        kind = ""
        for line in reply:
            name, _, value = line.decode("utf-8").rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DatelineError(f"the server at {address} cannot be understood ({error}): ask again") from error
    finally:
        connection.close()


def _refusal(address: str, reply: http.client.HTTPResponse) -> str:
    said = reply.read(10_000)
    try:
        return str(json.loads(said)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the server at {address} refused ({reply.status} {reply.reason}): ask again"
