"""Settings: what `DATELINE_*` says, overridden by flags, as one frozen value.

Also silences what libraries would send or fetch on their own; it must run before they are imported.
This module imports none of them and does not know the command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from index.errors import UsageError

DEFAULT_MODEL = "default"

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index and models live, which model answers, where the page is served."""

    home: Path
    model: str = DEFAULT_MODEL
    models_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    log: str = "WARNING"

    @property
    def models(self) -> Path:
        """The folder of converted model weights."""
        return self.models_dir or self.home / "models"


def read_settings(
    environ: Mapping[str, str],
    *,
    home: str | None = None,
    model: str | None = None,
    host: str | None = None,
    port: str | None = None,
) -> Settings:
    """The settings that hold: flags before `environ` before defaults.

    Raises UsageError for a port or log level that cannot be meant.
    """
    models = environ.get("DATELINE_MODELS", "")
    return Settings(
        home=_path(home or environ.get("DATELINE_HOME") or "~/.local/share/dateline"),
        model=model or environ.get("DATELINE_MODEL") or DEFAULT_MODEL,
        models_dir=_path(models) if models else None,
        host=host or environ.get("DATELINE_HOST") or "127.0.0.1",
        port=_port(*_named("--port", port, "DATELINE_PORT", environ)),
        log=_log_level(environ.get("DATELINE_LOG") or "WARNING"),
    )


def quieten_libraries(environ: MutableMapping[str, str], model: str) -> None:
    """Turn telemetry off, and the model hub too unless `model` names a repository on it.

    What the user has set stays as it is.
    """
    for name, value in _QUIET.items():
        environ.setdefault(name, value)
    if not is_hub_id(model):
        environ.setdefault("HF_HUB_OFFLINE", "1")


def is_hub_id(model: str) -> bool:
    """Whether `model` can only be a repository on a hub: `owner/name`, and no such path here."""
    return bool(_HUB_ID.fullmatch(model)) and not model.endswith(".gguf") and not Path(model).expanduser().exists()


def read_version() -> str:
    """The version of Dateline that is installed."""
    try:
        return metadata.version("dateline")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _named(flag: str, value: str | None, variable: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The text to read and the name of where it stands, for messages."""
    if value is not None:
        return flag, value
    return variable, environ.get(variable) or "7860"


def _port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 <= int(text) <= 65535:
        return int(text)
    raise UsageError(f"{name} is {text!r}: give a port number from 0 (any free one) to 65535")


def _log_level(text: str) -> str:
    level = text.upper()
    if level not in _LOG_LEVELS:
        raise UsageError(f"DATELINE_LOG is {text!r}: give one of {', '.join(_LOG_LEVELS)}")
    return level
