"""What a check of `dateline doctor` found, and how it is printed.

This module does not know what is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from ui.wording import one_line


class State(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `advice` is empty where nothing needs doing."""

    check: str
    state: State
    found: str
    advice: str = ""


def print_findings(findings: Sequence[Finding], out: TextIO) -> None:
    """A line for each finding, and under it what to do."""
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        out.write(f"{finding.state.value:<8} {finding.check:<{width}}  {one_line(finding.found)}\n")
        if finding.advice:
            out.write(f"{'':<8} {'':<{width}}  -> {one_line(finding.advice)}\n")
