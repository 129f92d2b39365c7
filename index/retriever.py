"""Dateline's search as a llama-index retriever.

This module does not know how search is done; it only turns hits into nodes.
"""

from __future__ import annotations

from datetime import date

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.article import Article, Hit, Span
from index.query import Filters, Query
from index.search import Searcher


class PassageRetriever(BaseRetriever):
    """Retrieves passages from one index; `as_of` None means today.

    A node's text is `article.text[start:end]`; its metadata names passage, article, title, date, source, URL and
    the two offsets.
    """

    def __init__(
        self, searcher: Searcher, *, k: int = 10, filters: Filters | None = None, as_of: date | None = None
    ) -> None:
        self._searcher = searcher
        self._k = k
        self._filters = filters or Filters()
        self._as_of = as_of
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = Query(query_bundle.query_str, self._as_of or date.today(), self._filters)
        return [to_node(hit) for hit in self._searcher.search(query, k=self._k)]


def to_node(hit: Hit) -> NodeWithScore:
    """The hit as llama-index carries it."""
    passage = hit.passage
    metadata = {"passage_id": passage.id, **describe(passage.article, passage.span)}
    return NodeWithScore(node=TextNode(id_=str(passage.id), text=passage.text, metadata=metadata), score=hit.score)


def describe(article: Article, span: Span) -> dict[str, str | int]:
    """Where a text stands, as metadata of a node."""
    return {
        "article_id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else "",
        "source": article.source,
        "url": article.url,
        "start": span.start,
        "end": span.end,
    }
