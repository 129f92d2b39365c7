"""Evidence selection and the assistant under llama-index's interfaces, for programs built on it.

This module does not know how evidence is chosen or answers are made.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.cross_encoder import CrossEncoder
from index.query import Query
from index.retriever import describe
from index.search import Searcher
from qa.answer import Answer, Evidence
from qa.assistant import Assistant
from qa.evidence import choose_evidence
from qa.orders import leave_out_orders


class EvidencePostprocessor(BaseNodePostprocessor):
    """Turns passages from `PassageRetriever` into the few sentences that answer, numbered in the metadata."""

    _searcher: Any = PrivateAttr()
    _reader: CrossEncoder = PrivateAttr()
    _as_of: date | None = PrivateAttr()

    def __init__(self, searcher: Searcher, *, as_of: date | None = None) -> None:
        super().__init__()
        self._searcher = searcher
        self._reader = CrossEncoder()
        self._as_of = as_of

    @classmethod
    def class_name(cls) -> str:
        """llama-index's name for this class."""
        return "dateline_evidence"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise ValueError("choosing evidence needs the question: pass query_bundle or query_str")
        query = Query(query_bundle.query_str, self._as_of or date.today())
        searcher: Searcher = self._searcher
        found = searcher.recall([(int(n.node.node_id), n.score or 0.0) for n in nodes])
        findings = leave_out_orders(found)
        return [_to_node(item) for item in choose_evidence(query, findings, self._reader.score).evidence]


class AssistantQueryEngine(CustomQueryEngine):
    """The assistant as a query engine; the whole `Answer` is in the response's metadata under "answer"."""

    _assistant: Any = PrivateAttr()
    _as_of: date | None = PrivateAttr()

    def __init__(self, assistant: Assistant, *, as_of: date | None = None) -> None:
        super().__init__()
        self._assistant = assistant
        self._as_of = as_of

    def custom_query(self, query_str: str) -> Response:
        """Ask; citations are `source_nodes` whose metadata holds the number shown."""
        answer: Answer = self._assistant.ask(query_str, as_of=self._as_of)
        return Response(response=answer.text, source_nodes=cited_nodes(answer), metadata={"answer": answer})


def cited_nodes(answer: Answer) -> list[NodeWithScore]:
    """The quotes that `answer` cites; their metadata holds the number shown."""
    cited = {citation.number for citation in answer.citations}
    return [_to_node(item) for item in answer.evidence if item.number in cited]


def _to_node(item: Evidence) -> NodeWithScore:
    metadata = {"number": item.number, **describe(item.article, item.span)}
    node_id = f"{item.article.id}:{item.span.start}"
    return NodeWithScore(node=TextNode(id_=node_id, text=item.quote, metadata=metadata), score=item.score)
