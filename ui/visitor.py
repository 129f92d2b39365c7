"""Who is at the page, as far as a request tells.

This module does not know how people log in: whoever lets them in leaves a `user` with a `name` and `may_upload` in the
request's state.
"""

from __future__ import annotations

from typing import Any


def owner_of(request: Any) -> str:
    """Whose conversations these are; empty where nobody logs in. `request` is Gradio's or Starlette's."""
    # A server function is handed the bare request, which has no `username`.
    return str(getattr(request, "username", None) or getattr(_user(request), "name", ""))


def may_change(request: Any) -> bool:
    """Whether this visitor may add and remove articles: everybody where nobody logs in."""
    user = _user(request)
    return bool(getattr(user, "may_upload", False)) if user else not getattr(request, "username", None)


def _user(request: Any) -> Any:
    return getattr(getattr(request, "state", None), "user", None)
