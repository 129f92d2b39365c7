"""One thread computes for all: in order, brief work first, errors to whom they belong."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from queued import wait_until_queued

from index.computing import compute, compute_each, let_brief_work_pass

ROOT = Path(__file__).parent.parent


def _who() -> int:
    return threading.get_ident()


def test_one_thread_computes_for_all() -> None:
    with ThreadPoolExecutor(4) as pool:
        threads = {pool.submit(compute, _who).result() for _ in range(8)} | set(compute_each(iter([compute(_who)])))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_work_may_ask_for_more_work() -> None:
    assert compute(lambda: (_who(), compute(_who))) == (compute(_who),) * 2


def test_steps_are_computed_one_by_one() -> None:
    taken: list[int] = []
    steps = compute_each(taken.append(n) or _who() for n in range(3))
    assert next(steps) == compute(_who)
    assert taken == [0]
    assert len(list(steps)) == 2


def test_an_error_reaches_who_asked_and_the_thread_goes_on() -> None:
    with pytest.raises(ZeroDivisionError):
        compute(lambda: 1 / 0)
    assert compute(lambda: 1) == 1


def test_brief_work_goes_first_and_in_the_midst_of_other_work() -> None:
    done: list[str] = []
    begun, queued = threading.Event(), threading.Event()

    def long_work() -> None:
        begun.set()
        assert queued.wait(60)
        let_brief_work_pass()
        done.append("long")

    def ask(name: str, *, brief: bool) -> None:
        compute(lambda: done.append(name), brief=brief)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(compute, long_work)
        assert begun.wait(60)
        waiting = [pool.submit(ask, "other", brief=False), pool.submit(ask, "brief", brief=True)]
        wait_until_queued(2)
        queued.set()
        for future in (first, *waiting):
            future.result(60)
    assert done == ["brief", "long", "other"]


def test_threads_that_have_torch_compute_share_its_helpers() -> None:
    """Each would else have helpers of its own, which keep each other from the processors."""
    if not Path("/proc/self/task").exists():
        pytest.skip("threads are counted where /proc lists them: Linux")
    program = """
import os, threading
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from index.embedder import find_embedder_file
from index.int8_minilm import open_int8
from index.minilm_file import read_file
network = open_int8(read_file(find_embedder_file()), 2)
if network is None:
    print("none")
    raise SystemExit
feeds = {"input_ids": np.full((8, 100), 2003), "attention_mask": np.ones((8, 100), dtype=np.int64)}
count = lambda: len(os.listdir("/proc/self/task"))
network(feeds)
before, together = count(), threading.Barrier(5)
def ask(_):
    network(feeds)
    together.wait()
    together.wait()
with ThreadPoolExecutor(4) as pool:
    answers = [pool.submit(ask, n) for n in range(4)]
    together.wait()
    print(count() - before)
    together.wait()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() in ("4", "none")  # the pool's own


def test_the_program_has_numpy_compute_without_helpers() -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("threads are counted where /proc lists them: Linux")
    program = """
import os
import ui.settings
import numpy
wide = numpy.ones((500, 500))
wide @ wide
print(len(os.listdir("/proc/self/task")))
"""
    environ = {"PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.strip() == "1"
