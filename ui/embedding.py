"""The embedder that the settings name.

This module does not know what is embedded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.settings import Settings

if TYPE_CHECKING:
    from index.embedder import Embedder

log = logging.getLogger(__name__)


def embedder_of(settings: Settings, *, bulk: bool = False) -> Callable[[], Embedder]:
    """What makes the embedder once it is needed, `bulk` for many passages; one that is not here is warned of.

    Raises:
        UsageError: no embedder can be meant.
    """
    from index.other_embedders import embedder_maker
    from index.remote import parse_remote

    make = embedder_maker(settings.embed_model, key=settings.embed_key, bulk=bulk)
    if settings.embed_model.lower().startswith("openai:"):
        name = parse_remote(settings.embed_model, flag="--embed-model")
        if not name.stays_here:
            log.warning("articles and questions go to %s, which is not this machine", name.url)
    return make
