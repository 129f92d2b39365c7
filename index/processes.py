"""Reading with other processes of this machine: Python runs one thread at a time, and reading is all Python.

Each is a bare interpreter that is sent tasks and sends back what it read, so it holds nothing that could be lost: one
that dies costs the time to do its task here. This process stores what comes, in order, and meanwhile does itself the
tasks that no other has begun, those last in line first. This module does not know how anything is stored.
"""

from __future__ import annotations

import os
import pickle  # nosec B403
import queue
import subprocess  # nosec B404
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from index.errors import ReadError
from index.readers import RawArticle, holds_records, read_file
from index.reading import Found, Reader, Work, do_work, read_articles, serve

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.embedder import Embedder
    from index.vector_stage import Made

_WORTH_BYTES = 1_000_000
"""Of files to be read. Beginning a process takes 0.2 s of its processor, reading a megabyte of JSON lines 0.3 s."""
_LARGE_BYTES = 8 << 20
"""What waits in memory for its turn; larger documents are read when asked for."""
_AT_ONCE, _AT_ONCE_CHARS = 8, 100_000
"""Records in one task."""
_AHEAD = 16
"""Tasks in line beside four for each process: what is done here while the processes begin."""
_MOST = 7
"""Processes; what they read is stored by one."""
_DIED = (OSError, EOFError, pickle.UnpicklingError)
"""What talking to a process that has died raises."""


@dataclass(slots=True)
class _Task:
    """`stamp` is the state that the file was in when the task was made; `size` in characters or bytes."""

    file: Path
    stamp: tuple[int, int]
    work: Work
    size: int
    future: Future[list[Found]]
    done_here: list[Found] | None = None


class ProcessWorkers:
    """Processes that read ahead, one for each processor but this process's own; close it when done."""

    def __init__(self, count: int | None = None) -> None:
        """`count` processes; they begin when there is enough to read."""
        self._count = min(_cores() - 1, _MOST) if count is None else count
        self._processes: _Processes | None = None

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        if self._processes is not None:
            self._processes.end()
        self._processes = None

    def read(self, files: Sequence[Path]) -> Reader:
        """Begin to read `files`, which are asked for in this order; any other is read when asked for."""
        if not self._count or sum(_stamp(file)[0] for file in files) < _WORTH_BYTES:
            return read_articles
        if self._processes is None:
            self._processes = _Processes(self._count)
        return _Line(files, self._processes)

    def embed(self, catalogue: Catalogue, make_embedder: Callable[[], Embedder], batch: int) -> Iterator[Made]:
        """The vectors of all passages that have none, made by this process, whose threads use all processors."""
        from index.vector_stage import embed_here

        self.close()
        return embed_here(catalogue, make_embedder, batch)


class _Processes:
    """Processes that serve, and a thread for each that waits for what it brings."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all = [_begin() for _ in range(count)]
        self._free: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        for process in self._all:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reading")

    def do(self, work: Work) -> Future[list[Found]]:
        """Have a process do `work` once one is free. The future fails with one of `_DIED` if that process dies."""
        return self._threads.submit(self._ask, work)

    def end(self) -> None:
        """Kill them."""
        for process in self._all:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.communicate()

    def _ask(self, work: Work) -> list[Found]:
        process = self._free.get()
        try:
            tasks, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
            pickle.dump(work, tasks, protocol=pickle.HIGHEST_PROTOCOL)
            tasks.flush()
            found: list[Found] = pickle.load(answers)  # noqa: S301 # nosec B301
        except BaseException:
            process.kill()  # half a task or answer may be on its way: the next would be taken for its rest
            raise
        finally:
            self._free.put(process)
        return found


class _Line:
    """Tasks in the order of their files; call it for what is in one of them."""

    def __init__(self, files: Sequence[Path], processes: _Processes) -> None:
        self._waiting = {file for file in files if holds_records(file) or _stamp(file)[0] <= _LARGE_BYTES}
        self._work = _list_work([file for file in files if file in self._waiting])
        self._processes = processes
        self._tasks: deque[_Task] = deque()
        self._ahead = _AHEAD + 4 * processes.count

    def __call__(self, file: Path) -> Iterator[Found]:
        if file not in self._waiting:
            yield from read_articles(file)
            return
        self._fill()
        while self._tasks[0].file != file:  # not asked for
            self._drop()
        unchanged = self._tasks[0].stamp == _stamp(file)
        while self._tasks and self._tasks[0].file == file:
            if unchanged:
                yield from self._take()
            else:
                self._drop()
        self._waiting.discard(file)
        if not unchanged:  # what was read ahead is not what the index run has noted
            yield from read_articles(file)

    def _fill(self) -> None:
        room = _LARGE_BYTES - sum(task.size for task in self._tasks)
        while room > 0 and len(self._tasks) < self._ahead and (next_one := next(self._work, None)):
            file, stamp, work = next_one
            size = stamp[0] if isinstance(work, Path) else _count_chars(work)
            self._tasks.append(_Task(file, stamp, work, size, self._processes.do(work)))
            room -= size

    def _drop(self) -> None:
        task = self._tasks.popleft()
        task.future.cancel()
        self._waiting.discard(task.file)
        self._fill()

    def _take(self) -> list[Found]:
        """What the first task brings; until it is done others are done here, the last in line first."""
        first = self._tasks[0]
        while first.done_here is None and not first.future.done() and (task := self._unbegun()):
            task.done_here = do_work(task.work)
        self._tasks.popleft()
        self._fill()
        if first.done_here is not None:
            return first.done_here
        try:
            return first.future.result()
        except _DIED:
            return do_work(first.work)

    def _unbegun(self) -> _Task | None:
        return next((t for t in reversed(self._tasks) if t.done_here is None and t.future.cancel()), None)


def _begin() -> subprocess.Popen[bytes]:
    """A process that serves, with the modules of this one whatever lies in its folder."""
    code = f"from {serve.__module__} import {serve.__name__}; {serve.__name__}()"
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(  # nosec B603
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    )


def _list_work(files: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, int], Work]]:
    """Tasks in order, at least one for each file."""
    for file in files:
        stamp = _stamp(file)
        if holds_records(file):
            for records in _batches(read_file(file)):
                yield file, stamp, records
        else:
            yield file, stamp, file


def _batches(records: Iterable[RawArticle | ReadError]) -> Iterator[list[RawArticle | ReadError]]:
    """The `records`, as much at a time as one task holds; the last may be empty."""
    batch: list[RawArticle | ReadError] = []
    for record in records:
        batch.append(record)
        if len(batch) == _AT_ONCE or _count_chars(batch) >= _AT_ONCE_CHARS:
            yield batch
            batch = []
    yield batch


def _count_chars(records: list[RawArticle | ReadError]) -> int:
    return sum(len(record.text) for record in records if isinstance(record, RawArticle))


def _stamp(file: Path) -> tuple[int, int]:
    """Size in bytes and time of change; zeros of a file that is not there, which is told when its turn comes."""
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def _cores() -> int:
    """Processors that this process may use; macOS and Windows know no such limit."""
    allowed: Any = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
