"""Passage vectors in a Chroma server, which many processes may write and read at once.

A collection is brought up to date where it is. Its name holds the archive's own, so that archives share a server
without meeting. A vector is added before the catalogue notes that it is there: what a kill leaves undone is done
again, to the same end. `chroma run` asks nobody who they are: a proxy before it may, and is shown a token. This
module does not know who searches.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings

from index.catalogue import Catalogue, Snapshot
from index.chroma_collection import HNSW, ChromaCollection, explain_chroma, split_batches
from index.errors import DatelineError
from index.home import Home

READ_AT_ONCE = 2_000
_TIMEOUT = httpx.Timeout(60, connect=5)


class ServerShelf:
    """The collections of one archive in a server; a `Shelf`."""

    def __init__(self, home: Home, catalogue: Catalogue) -> None:
        self._url, self._token = home.chroma_server, home.chroma_token
        self._catalogue = catalogue
        self._prefix = f"dateline-{catalogue.archive}-"
        self._place = f"the Chroma server {self._url}"

    def has(self, name: str) -> bool:
        """Whether `name` is of this archive: the server is asked when it is opened."""
        return name.startswith(self._prefix)

    def open(self, name: str) -> ChromaCollection:
        """The collection `name`."""
        return ChromaCollection(self._connect(), name, self._place)

    def update(self, catalogue: Catalogue, name: str) -> Snapshot:
        """The collection `name`, or a new one, holding exactly the catalogue's vectors."""
        before = catalogue.snapshot if self.has(name) else Snapshot()
        generation, last = catalogue.generation, catalogue.vectors.last_complete()
        name = before.name or f"{self._prefix}{uuid.uuid4().hex[:8]}"
        collection = ChromaCollection(self._connect(), name, self._place, hnsw=HNSW)
        try:
            self._add(collection, catalogue.vectors.ids(after=before.last, up_to=last))
            count = catalogue.count_passages(up_to=last)
            if collection.count() != count:  # some have gone, or an earlier run was cut short
                wanted, held = set(catalogue.vectors.ids(up_to=last)), collection.ids()
                self._add(collection, sorted(wanted - held))
                collection.remove(sorted(held - wanted))
                count = len(wanted)
            collection.check(count, catalogue.vectors.dimensions)
        finally:
            collection.close()
        return Snapshot(name, generation, last, count)

    def keep_only(self, name: str) -> None:
        """Delete all collections of this archive but `name`."""
        client = self._connect()
        with explain_chroma(self._place):
            for collection in client.list_collections():
                if collection.name.startswith(self._prefix) and collection.name != name:
                    client.delete_collection(collection.name)
        client.close()

    def _add(self, collection: ChromaCollection, ids: list[int]) -> None:
        for some in split_batches(len(ids), READ_AT_ONCE):
            collection.add(*self._catalogue.vectors.of_passages(ids[some]))

    def _connect(self) -> Any:
        parts = urlsplit(self._url)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            with explain_chroma(self._place):
                client: Any = chromadb.HttpClient(
                    parts.hostname or "",
                    parts.port or (443 if parts.scheme == "https" else 80),
                    ssl=parts.scheme == "https",
                    headers=headers,
                    settings=Settings(anonymized_telemetry=False),
                )
        except DatelineError as error:
            raise DatelineError(
                f"{self._place} does not let us in ({error.__cause__}): make sure that it runs, that --chroma names it "
                "rightly, and that DATELINE_CHROMA_TOKEN is what its proxy asks for; then run `dateline index`"
            ) from error
        client._server._session.timeout = _TIMEOUT  # Chroma would wait for ever, and has no setting for it
        return client
