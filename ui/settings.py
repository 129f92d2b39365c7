"""Settings: `dateline.toml`, overridden by `DATELINE_*`, overridden by flags, as one frozen value.

Also silences what libraries would send or fetch on their own; it must run before they are imported.
This module imports none of them and does not know the command line.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.home import Home

DEFAULT_MODEL = "default"

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_DATABASES, _SERVERS = ("postgresql://", "postgres://"), ("http://", "https://")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
    # Gradio else makes a table of its last 10,000 events, and percentiles of it, after every event.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
}

DEFAULTS = {
    "home": "~/.local/share/dateline",
    "model": DEFAULT_MODEL,
    "models": "",
    "llm": "",
    "embed_model": DEFAULT_MODEL,
    "catalogue": "",
    "chroma": "",
    "host": "127.0.0.1",
    "port": "7860",
    "log": "WARNING",
}
"""Every setting by its name in `dateline.toml`; in the environment it is `DATELINE_` and the same in capitals."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index and models live, which model answers, where the page is served.

    `llm` names a model behind a server (`openai:URL#model`), empty for `model` here; `llm_key` is its token.
    `embed_model` makes the vectors: `default`, a folder or `openai:URL#model`; `embed_key` is that server's token.
    `catalogue` is a PostgreSQL database, `chroma` a Chroma server, each empty for files in `home`; `chroma_token` is
    what a proxy before that server asks for. `token` is shown to a Dateline that runs already and asks for one.
    """

    home: Path
    model: str = DEFAULT_MODEL
    models_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    log: str = "WARNING"
    llm: str = ""
    llm_key: str = ""
    embed_model: str = DEFAULT_MODEL
    embed_key: str = ""
    token: str = ""
    catalogue: str = ""
    chroma: str = ""
    chroma_token: str = ""

    @property
    def index(self) -> Home:
        """Where the index lives."""
        return Home(self.home, server=self.catalogue, chroma_server=self.chroma, chroma_token=self.chroma_token)

    @property
    def models(self) -> Path:
        """The folder of converted model weights."""
        return self.models_dir or self.home / "models"

    @property
    def reader(self) -> str:
        """The name of the model that reads, wherever it runs."""
        return self.llm or self.model


@dataclass(frozen=True, slots=True)
class Given:
    """A setting's text and where it stands: a flag, a variable, a file, or "default"."""

    value: str
    origin: str


def read_settings(environ: Mapping[str, str], *, config: str | None = None, **flags: str | None) -> Settings:
    """The settings that hold; `flags` are named as in `DEFAULTS`.

    Raises:
        UsageError: a value cannot be meant, or the file that `config` or DATELINE_CONFIG names cannot be read.
    """
    given = resolve_settings(environ, config=config, **flags)
    models = given["models"].value
    return Settings(
        home=_path(given["home"].value),
        model=given["model"].value,
        models_dir=_path(models) if models else None,
        host=given["host"].value,
        port=_port(given["port"]),
        log=_log_level(given["log"]),
        llm=given["llm"].value,
        llm_key=environ.get("DATELINE_LLM_KEY", ""),
        embed_model=given["embed_model"].value,
        embed_key=environ.get("DATELINE_EMBED_KEY", ""),
        token=environ.get("DATELINE_TOKEN", ""),
        catalogue=_address(given["catalogue"], _DATABASES, "postgresql://USER@HOST/DATABASE"),
        chroma=_address(given["chroma"], _SERVERS, "http://HOST:PORT").rstrip("/"),
        chroma_token=environ.get("DATELINE_CHROMA_TOKEN", ""),
    )


def resolve_settings(environ: Mapping[str, str], *, config: str | None = None, **flags: str | None) -> dict[str, Given]:
    """Every setting with where its value comes from. Raises UsageError for a file that cannot be read."""
    file = find_config(environ, config)
    stored = _read_file(file) if file else {}
    given = {}
    for name, default in DEFAULTS.items():
        variable = f"DATELINE_{name.upper()}"
        flag = flags.get(name)
        if flag is not None and (flag or name == "port"):
            given[name] = Given(flag, f"--{name.replace('_', '-')}")
        elif environ.get(variable):
            given[name] = Given(environ[variable], variable)
        elif stored.get(name, "") != "":
            given[name] = Given(stored[name], str(file))
        else:
            given[name] = Given(default, "default")
    return given


def find_config(environ: Mapping[str, str], config: str | None = None) -> Path | None:
    """The settings file: the one named, else `dateline/dateline.toml` in the user's configuration folder if it exists.

    None is looked for in the working folder: a folder of articles must not say where questions go.
    """
    if named := config or environ.get("DATELINE_CONFIG"):
        return _path(named)
    home = environ.get("HOME")
    folder = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    file = os.path.join(folder, "dateline", "dateline.toml")  # noqa: PTH118 Path.is_file raises in a forbidden folder
    return Path(file) if folder and os.path.isfile(file) else None  # noqa: PTH113


_SPINS = "20000"
"""How often torch's helper (GNU OpenMP) looks for more work before it sleeps: some 0.3 instead of 3 milliseconds. It
keeps others from the processor meanwhile. With a tenth of it a token takes 0.10 instead of 0.09 s, with more as long
(the 1.5B, two cores, one thread that computes, November 2026)."""


def quieten_libraries(environ: MutableMapping[str, str], model: str) -> None:
    """Turn telemetry off, and the model hub too unless `model` names a repository on it; call it before torch comes.

    What the user has set stays as it is.
    """
    for name, value in _QUIET.items():
        environ.setdefault(name, value)
    environ.setdefault("GOMP_SPINCOUNT", _SPINS)
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


def _read_file(file: Path) -> dict[str, str]:
    try:
        stored: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the settings in {file} ({error}): mend it, or name another --config") from error
    for name, value in stored.items():
        if name not in DEFAULTS:
            raise UsageError(f"{file} sets {name!r}, which is none of {', '.join(DEFAULTS)}: take it out")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise UsageError(f"{file} sets {name} to {value!r}: give a text or a number")
    return {name: str(value) for name, value in stored.items()}


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{text!r} begins with a user whom this machine does not know: write the path out") from error
    except ValueError as error:
        raise UsageError(f"{text!r} can be no path ({error}): write it without that") from error


def _port(given: Given) -> int:
    text = given.value
    if text.isascii() and text.isdigit() and 0 <= int(text) <= 65535:
        return int(text)
    raise UsageError(f"{given.origin}: port {text!r}: give a port number from 0 (any free one) to 65535")


def _address(given: Given, kinds: tuple[str, ...], wanted: str) -> str:
    if given.value and not given.value.startswith(kinds):
        raise UsageError(f"{given.origin}: {given.value!r}: give an address like {wanted}, or leave it out")
    return given.value


def _log_level(given: Given) -> str:
    level = given.value.upper()
    if level not in _LOG_LEVELS:
        raise UsageError(f"{given.origin}: log {given.value!r}: give one of {', '.join(_LOG_LEVELS)}")
    return level
