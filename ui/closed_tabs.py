"""What Gradio keeps of closed browser tabs, let go of.

A tab that loses its connection may come back: a machine that slept, a network that was away. Gradio keeps its state for
an hour, and of ten thousand tabs all that they showed, without end. This module does not know what a tab shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.state_holder import StateHolder

_KEPT_S = 3600.0
"""As long as Gradio keeps a closed tab's state: after that its conversation is only in the store anyway."""


def forget_closed(tabs: StateHolder, *, kept_s: float = _KEPT_S) -> None:
    """Drop tabs that are closed and have asked for nothing for `kept_s`."""
    since = datetime.now() - timedelta(seconds=kept_s)  # as Gradio notes it, without a zone
    for name, tab in list(tabs.session_data.items()):
        if tab.is_closed and tabs.time_last_used[name] <= since:
            del tabs.session_data[name], tabs.time_last_used[name]
