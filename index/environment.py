"""What the libraries are told before any of them is imported: no telemetry, no network.

Reads and writes environment variables only; knows no library and no setting of Dateline. Whoever starts a
process calls `keep_to_this_machine` first, because the libraries read these variables when they are imported.
"""

from __future__ import annotations

from collections.abc import MutableMapping

_SILENCE = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "DISABLE_TELEMETRY": "1",  # huggingface_hub, older name
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",  # it warns on every fork otherwise, and texts here are short
}
_NO_HUB = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def keep_to_this_machine(environ: MutableMapping[str, str], *, hub: bool = False) -> None:
    """Switch telemetry off for good, and the model hub off unless `hub` asks for it.

    `environ` is `os.environ`, except in tests. An explicit `HF_HUB_OFFLINE` of the reader's own is kept.
    """
    environ.update(_SILENCE)
    if not hub:
        for name, value in _NO_HUB.items():
            environ.setdefault(name, value)
