"""Whether a folder of safetensors is whole, told from the files' headers: no weight is read.

A machine that loses power may keep a file's name and lose its end. This module does not know what the weights
are for.

Source of the layout: https://github.com/huggingface/safetensors#format (8 bytes: the header's length; the
header, JSON; the tensors).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

_LONGEST_HEADER = 100_000_000
"""safetensors' own limit."""

_LARGE_JSON = 1_000_000


def is_whole(folder: Path) -> bool:
    """Whether the folder holds a configuration and weights, and every file of weights is as long as it says."""
    weights = {path.name for path in folder.glob("*.safetensors")}
    try:
        json.loads((folder / "config.json").read_bytes())
        if not all(_is_closed(path) for path in folder.glob("*.json")):
            return False
        listed = folder / "model.safetensors.index.json"
        wanted = set(json.loads(listed.read_bytes())["weight_map"].values()) if listed.exists() else weights
        return bool(weights) and wanted <= weights and all(_is_whole_file(folder / name) for name in weights)
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _is_closed(path: Path) -> bool:
    """Whether a file of JSON is whole; of a large one only that it has an end: parsing a tokenizer takes a second."""
    content = path.read_bytes()
    if len(content) < _LARGE_JSON:
        json.loads(content)
    return content.rstrip().endswith((b"}", b"]"))


def _is_whole_file(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else _LONGEST_HEADER + 1
        if length > _LONGEST_HEADER:
            return False
        header = json.loads(file.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return path.stat().st_size == 8 + length + max(ends, default=0)
