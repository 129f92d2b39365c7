"""Tab in the real shells: every shell that is installed is started in a terminal and its keys are pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ui.cli import main

PATIENCE_S = 120
"""A shell that never answers fails the test instead of holding it up; a busy machine is no fault."""
PROMPT = "ready> "
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07|.\x08|\r")

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], f"PS1='{PROMPT}'; source dateline.bash"),
    "zsh": (["zsh", "-f", "-i"], f"PS1='{PROMPT}'; fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u"),
    "tcsh": (["tcsh", "-f", "-i"], f"source dateline.tcsh; set prompt='{PROMPT}'"),
}


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def press(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def read_until(self, enough: Callable[[str], bool]) -> str:
        """What is printed, without control characters, once there is `enough` of it."""
        said, begun = b"", time.monotonic()
        while not enough(text := _CONTROL.sub("", said.decode("utf-8", "replace"))):
            assert time.monotonic() < begun + PATIENCE_S, text
            if select.select([self._descriptor], [], [], 1)[0]:
                said += os.read(self._descriptor, 65536)
        return text


@contextmanager
def terminal(command: list[str], folder: Path) -> Iterator[Terminal]:
    """`command` in `folder`, which is its home, too."""
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm", HOME=str(folder), COLUMNS="200")
        os.execvp(command[0], command)  # noqa: S606 no shell stands between
    try:
        yield Terminal(descriptor)
    finally:
        os.close(descriptor)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with something to complete, and the shells' scripts in it."""
    (tmp_path / "functions").mkdir()
    for shell, place in (("bash", "dateline.bash"), ("zsh", "functions/_dateline"), ("tcsh", "dateline.tcsh")):
        assert main(["completion", shell]) == 0
        (tmp_path / place).write_text(capsys.readouterr().out, encoding="utf-8")
    (tmp_path / "seedling.json").touch()
    (tmp_path / "weather").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("dateline stat", "dateline status "),
        ("dateline ask --as", "dateline ask --as-of "),
        ("dateline users rem", "dateline users remove "),
        ("dateline index seed", "dateline index seedling.json "),
        ("dateline index wea", "dateline index weather/"),
        ("dateline verify seed", "dateline verify seedling.json "),
        ("dateline --home wea", "dateline --home weather/"),
        ("dateline completion ba", "dateline completion bash "),
    ],
)
@pytest.mark.parametrize("shell", filter(shutil.which, SHELLS))
def test_tab_completes(shell: str, typed: str, completed: str, folder: Path) -> None:
    command, setup = SHELLS[shell]
    with terminal(command, folder) as tab:
        tab.press(f"{setup}\n")
        tab.read_until(lambda said: said.endswith(PROMPT) and said.count(PROMPT) > 1)
        tab.press(f"{typed}\t\t")  # zsh shows what a flag means before it writes the flag
        tab.read_until(lambda said: completed in said)
