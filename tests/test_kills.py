"""SIGKILL at random moments of everything that writes; the short form kills 20 times, `--long` 200."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_after_a_kill_nothing_is_lost_doubled_or_out_of_step(tmp_path: Path, long: bool) -> None:
    kills = 200 if long else 20
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "kill_runner.py"), str(tmp_path), str(kills), "2026"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kinds = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"\n{len(kinds)} kills: {dict(Counter(k['work'] for k in kinds if k['killed']))} fell into work")
    assert len(kinds) == kills
    assert [kind for kind in kinds if not (kind["whole"] and kind["same"])] == [], done.stderr
    assert sum(kind["killed"] for kind in kinds) >= kills // 4  # on a machine that grows idle many come too late
