"""The most memory this process has held.

Knows the operating system's ways of telling, and nothing else.
"""

from __future__ import annotations

import sys


def peak_bytes() -> int:
    """Peak resident memory in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
