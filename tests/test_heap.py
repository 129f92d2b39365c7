"""Threads take their memory from one heap, asked of glibc itself."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

_COUNT_HEAPS = """
import ctypes, sys, threading
from ui.heap import share_heap
if sys.argv[2] == "shared":
    share_heap()
barrier, libc = threading.Barrier(8), ctypes.CDLL(None)
def work():
    barrier.wait()
    held = [bytearray(20_000) for _ in range(100)]
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fopen.restype = ctypes.c_void_p
out = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fclose(ctypes.c_void_p(out))
"""


def count_heaps(folder: Path, how: str) -> int:
    """How many heaps glibc tells of after eight threads have taken memory at once."""
    told = folder / f"{how}.xml"
    subprocess.run([sys.executable, "-c", _COUNT_HEAPS, str(told), how], check=True)
    return len(re.findall(r"<heap nr=", told.read_text(encoding="ascii")))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
def test_threads_share_one_heap_once_told(tmp_path: Path) -> None:
    assert count_heaps(tmp_path, "apart") > 1
    assert count_heaps(tmp_path, "shared") == 1
