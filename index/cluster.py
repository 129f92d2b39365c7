"""Reading and embedding on the machines of a Ray cluster, by Ray Data; `pip install 'dateline[cluster]'`.

Workers only read: files, and passages that lack vectors. What they make comes back to the process that began the run,
which alone writes. So a worker that dies costs its task, which Ray gives to another, and a run that is killed is simply
run again, as it is without a cluster. Every machine needs Dateline installed, the same files under the same names, and
reach to the catalogue. This module does not know how anything is stored.
"""

from __future__ import annotations

import logging
import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from index.catalogue import Catalogue
from index.embedder import Embedder
from index.errors import DatelineError, UsageError
from index.home import Home
from index.reading import Found, Reader, read_articles
from index.vector_stage import Made, embed_passages

_LARGE_BYTES = 64 << 20
"""A file is one task, and its articles come back together; larger ones are read here, an article at a time."""
_MOST_BLOCKS = 2_000
"""Parts that a stage is split into: Ray keeps a record of each."""
_REACH_S = 10.0
_AT_ONCE = 4
"""Tasks that a worker is given: one at work, the others on their way."""


class RayWorkers:
    """The workers of a cluster; close it when done."""

    def __init__(self, address: str) -> None:
        """Join the cluster at `address`; `auto` joins the one that runs on this machine, or begins one on it alone.

        Raises:
            DatelineError: Ray is not installed, or there is no cluster at `address`.
        """
        # Ray reports what it is used for unless told otherwise, and offers a page of its own.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if _has_token():  # `ray start` asks for it by itself; who joins must be told to show it
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        try:
            import ray
            import ray.data
        except ModuleNotFoundError as error:
            raise DatelineError("--ray needs Ray: pip install 'dateline[cluster]'") from error
        self._ray: Any = ray
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        try:
            if address == "auto":
                address = _find_cluster()
            if address == "local":
                options["include_dashboard"] = False
            else:
                _reach(address)
            ray.init(address=address, **options)
        except Exception as error:  # Ray raises a bare one where its processes do not start in time
            raise DatelineError(f"no Ray cluster at {address} ({error}): begin one with `ray start --head`") from error
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()

    def read(self, files: Sequence[Path]) -> Reader:
        """Begin to read `files`, which are asked for in this order; any other is read here."""
        small = [os.fsencode(file) for file in files if _size(file) <= _LARGE_BYTES]
        if not small:
            return read_articles
        blocks = min(len(small), _MOST_BLOCKS)
        tasks = self._ray.data.from_items([{"file": file} for file in small], override_num_blocks=blocks)
        rows = self._rows(tasks.map_batches(_read, batch_size=1))
        waiting = set(small)

        def reader(file: Path) -> Iterable[Found]:
            name = os.fsencode(file)
            while name in waiting:
                row = next(rows)
                waiting.discard(row["file"])
                if row["file"] == name:
                    return _unpack_articles(row)
            return read_articles(file)

        return reader

    def embed(self, catalogue: Catalogue, make_embedder: Callable[[], Embedder], batch: int) -> Iterator[Made]:
        """The vectors of all passages that have none, as they come.

        Raises:
            UsageError: the catalogue is a file, and some workers are on other machines.
        """
        machines = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
        if not catalogue.home.server and len(machines) > 1:
            raise UsageError(
                "machines of a cluster cannot share a catalogue in a file: give --catalogue postgresql://USER@HOST/DATABASE"
            )
        embedder = make_embedder()
        catalogue.vectors.use_embedder(embedder.name, embedder.dimensions)
        with catalogue.database.claim("a cluster's embedding", wait=True):
            last = 0
            # Some thousand tasks at a time: passages that come meanwhile are seen too.
            while spans := list(_spans(catalogue, batch, after=last)):
                last = spans[-1][1]
                yield from self._embed(catalogue, make_embedder, spans)

    def _embed(
        self, catalogue: Catalogue, make_embedder: Callable[[], Embedder], spans: list[tuple[int, int]]
    ) -> Iterator[Made]:
        tasks = [{"first": first, "last": last} for first, last in spans]
        workers = max(1, min(len(spans), int(self._ray.cluster_resources().get("CPU", 1))))
        made = self._ray.data.from_items(tasks, override_num_blocks=len(tasks)).map_batches(
            _EmbedPassages,
            fn_constructor_args=(catalogue.home, make_embedder),
            batch_size=1,
            compute=self._ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=_AT_ONCE),
        )
        for row in self._rows(made):
            if row["ids"].size:
                yield _unpack_vectors(row, catalogue.vectors.dimensions)

    def _rows(self, dataset: Any) -> Iterator[dict[str, Any]]:
        """What the workers make of `dataset`. Raises DatelineError where one of them fails."""
        try:
            yield from dataset.iter_rows()
        except self._ray.exceptions.RayError as error:
            said = str(error).strip().splitlines()[-1]
            raise DatelineError(
                f"a worker of the cluster failed ({said}): make sure that this version of Dateline is installed on "
                "every machine, and that files and catalogue can be reached from it; then run the command again"
            ) from error


def _find_cluster() -> str:
    """The address of the cluster that runs on this machine; "local" where none does: one begins with this run.

    Ray keeps the address of one that was killed, and would try for minutes to join it.
    """
    noted = Path(tempfile.gettempdir()) / "ray" / "ray_current_cluster"
    address = os.environ.get("RAY_ADDRESS") or (noted.read_text(encoding="ascii").strip() if noted.exists() else "")
    try:
        _reach(address)
    except OSError:
        return "local"
    return address


def _has_token() -> bool:
    """Whether Ray's token is where Ray looks for it."""
    given = any(name in os.environ for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return given or (Path.home() / ".ray" / "auth_token").exists()


def _reach(address: str) -> None:
    """Make sure that something listens at `address`: Ray would try for minutes. Raises OSError or ValueError."""
    if not address:
        raise OSError("no address")
    parts = urlsplit(address if "://" in address else f"ray://{address}")
    socket.create_connection((parts.hostname or "", parts.port or 10001), _REACH_S).close()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # told when its turn comes
        return 0


def _read(batch: dict[str, Any]) -> dict[str, list[Any]]:
    """A worker's task: the articles of one file, pickled."""
    import pickle  # nosec B403

    (file,) = batch["file"]
    articles = list(read_articles(Path(os.fsdecode(bytes(file)))))
    return {"file": [bytes(file)], "articles": [pickle.dumps(articles)]}


def _unpack_articles(row: dict[str, Any]) -> list[Found]:
    """What `_read` packed: pickled by our own workers, so it may be loaded."""
    import pickle  # nosec B403

    found: list[Found] = pickle.loads(row["articles"])  # noqa: S301 # nosec B301
    return found


class _EmbedPassages:
    """A worker that loads the model once, and embeds the passages between two ids that lack vectors."""

    def __init__(self, home: Home, make_embedder: Callable[[], Embedder]) -> None:
        self._catalogue = Catalogue(home)
        self._embedder = make_embedder()

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        (first,), (last,) = batch["first"].tolist(), batch["last"].tolist()
        waiting = self._catalogue.passages_without_vectors(last - first + 1, after=first - 1)
        passages = [passage for passage in waiting if passage.id <= last]
        made = embed_passages(self._embedder, passages)
        ids = np.array([passage.id for passage in passages], np.int64)
        return {"ids": [ids], "vectors": [made.astype("<f4").tobytes()]}


def _unpack_vectors(row: dict[str, Any], dimensions: int) -> Made:
    vectors = np.frombuffer(row["vectors"], "<f4").reshape(-1, dimensions)
    return list(zip(row["ids"].tolist(), vectors, strict=True))


def _spans(catalogue: Catalogue, size: int, *, after: int, most: int = _MOST_BLOCKS) -> Iterator[tuple[int, int]]:
    """The first and last id of batches of `size` passages that lack vectors, above `after`."""
    ids = catalogue.vectors.missing(size * most, after=after)
    for start in range(0, len(ids), size):
        batch = ids[start : start + size]
        yield batch[0], batch[-1]
