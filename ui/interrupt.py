"""Ctrl-C ends a command within a second, whatever it is doing.

Python tells the program of Ctrl-C only between two of its own steps: a batch handed to Chroma, SQLite or torch may
take seconds until then. So a thread beside hears of it at once, lets the command end by itself for a while, and then
ends the process. Nothing is lost by that: what is written is written so that a kill at any moment does no harm.

This module does not know the commands.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130

_GRACE_S = 0.7
_SHOW_CURSOR = "\x1b[?25h"
"""A progress bar hides it."""


@contextmanager
def ending_at_ctrl_c() -> Iterator[threading.Event]:
    """While this lasts, and after a Ctrl-C until the process ends, it ends soon after that.

    The event is to be set once it has been said.
    """
    said = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only the main thread is told of signals
        yield said
        return
    bell, ear = socket.socketpair()
    bell.setblocking(False)
    before = signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_wait_for_ctrl_c, args=(ear, said), name="ctrl-c", daemon=True).start()
    try:
        yield said
    finally:
        signal.set_wakeup_fd(before)
        bell.close()  # the thread reads what was rung, then the end


def _wait_for_ctrl_c(ear: socket.socket, said: threading.Event) -> None:
    with ear:
        while rung := ear.recv(1):
            if rung[0] == signal.SIGINT:
                time.sleep(_GRACE_S)
                _end(said)


def _end(said: threading.Event) -> None:
    show = _SHOW_CURSOR if sys.stderr.isatty() else ""
    os.write(2, (show + ("" if said.is_set() else "\ndateline: interrupted\n")).encode())
    os._exit(INTERRUPTED)
