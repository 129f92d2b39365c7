"""YAML front matter as news has it -> fields: a value on its line or in those below it, a list of either form.

Not by a YAML parser: "title: Floods: a warning", which YAML refuses, is what people write. This module does not
know what the fields mean.
"""

from __future__ import annotations

import re

_KEY = re.compile(r"([^\W\d][\w -]*):(.*)")


def read_front_matter(block: str) -> dict[str, object]:
    """The fields of front matter without its "---" lines, values as strings or lists of them."""
    lines: dict[str, list[str]] = {}
    key = ""
    for line in block.splitlines():
        if start := _KEY.match(line):
            key = start[1]
            lines[key] = [start[2]]
        elif key and line.startswith((" ", "\t", "- ")):
            lines[key].append(line)
    return {key: _read_value([line.strip() for line in below]) for key, below in lines.items()}


def _read_value(lines: list[str]) -> str | list[str]:
    first, *more = lines
    if not first and (named := next((line for line in more if line.startswith("name:")), "")):
        return _unquote(named.removeprefix("name:"))
    value = _unquote(" ".join(more if re.fullmatch(r"[>|][+-]?", first) else lines))
    items = [line[2:].strip().removeprefix("name:") for line in more if line.startswith("- ")]
    if value.startswith("[") and value.endswith("]"):
        items = value[1:-1].split(",")
    if items:
        return [_unquote(item) for item in items]
    return "" if value in ("true", "false", "null", "~") else value


def _unquote(value: str) -> str:
    return value.strip().strip("\"'")
