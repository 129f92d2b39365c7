"""Real browser tabs that ask as long as they are told to; knows the page, not the API."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from loaded import make_question
from page_driver import ARGUMENTS, find_browser
from playwright.async_api import Browser, async_playwright


async def ask_in_tabs(address: str, tabs: int, until: float, *, aside: bool = False) -> dict[str, Any]:
    """What was seen in so many tabs, each a session of its own; `aside`, their browser weighs half a process."""
    if not tabs:
        return {}
    figures: dict[str, Any] = {"tabs": tabs, "tab_answers": 0, "tab_failures": [], "tab_told_place": 0, "elsewhere": []}
    async with async_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        if aside:
            assert set_aside(os.getpid(), "chrom"), "the browser is not called as expected"
        await asyncio.gather(*(_ask_in_one(browser, address, n, until, figures) for n in range(tabs)))
        await browser.close()
    return figures


def set_aside(ancestor: int, name: str) -> int:
    """Have all processes under `ancestor` whose name begins with `name` count for half a process; how many there are.

    Browsers of other people run on other machines; here they share the cores of the server. A control group where one
    may be made, since Chromium sets its processes' priority itself; in the idle class fifty askers leave it nothing.
    """
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            found = re.fullmatch(r"(\d+) \((.*)\) \S (\d+) .*", file.read_text(encoding="utf-8").strip(), re.DOTALL)
            if found:
                parents[int(found[1])] = (int(found[3]), found[2])
    below = {ancestor}
    while more := {pid for pid, (parent, _) in parents.items() if parent in below} - below:
        below |= more
    chosen = [pid for pid in below - {ancestor} if parents[pid][1].startswith(name)]
    try:
        group = _make_group()
    except OSError:  # not root, or a system without them
        group = None
    for pid in chosen:
        with suppress(ProcessLookupError):
            if group is None:
                os.setpriority(os.PRIO_PROCESS, pid, 19)
            else:
                (group / "cgroup.procs").write_text(str(pid), encoding="ascii")
    return len(chosen)


def _make_group() -> Path:
    """A control group of half a process's weight; what its processes begin is in it, too."""
    first, second = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
    group = (first if first.exists() else second) / "dateline-browsers"
    group.mkdir(exist_ok=True)
    weight, half = ("cpu.shares", 512) if first.exists() else ("cpu.weight", 50)
    (group / weight).write_text(str(half), encoding="ascii")
    return group


async def _ask_in_one(browser: Browser, address: str, number: int, until: float, figures: dict[str, Any]) -> None:
    chance = random.Random(1000 + number)
    context = await browser.new_context()
    allowed = (address, "data:", "blob:")
    context.on("request", lambda r: r.url.startswith(allowed) or figures["elsewhere"].append(r.url))
    page = await context.new_page()
    page.set_default_timeout(300_000)
    await page.goto(address)
    box = page.locator("#dl-box textarea")
    asked = 0
    while not asked or time.monotonic() < until:
        asked += 1
        await box.fill(make_question(chance))
        await page.keyboard.press("Enter")
        turn = page.locator(f".dl-turn[data-turn='{asked}']")
        await turn.wait_for()
        waiting = True
        while waiting:
            state, text = await turn.get_attribute("data-state"), await turn.inner_text()
            figures["tab_told_place"] += bool(re.search(r"you are \d+\w\w in line", text)) and state == "reading"
            waiting = state in ("searching", "reading")
            await asyncio.sleep(0.5)
        if state == "done":
            figures["tab_answers"] += 1
        else:
            figures["tab_failures"].append(text[-200:])
    await context.close()
