"""What podaudit is made with: every dependency has its licence listed, and the pinned set has a hash for each and no address."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LISTED: dict[str, dict[str, str]] = tomllib.loads((ROOT / ".ci" / "licences.toml").read_text(encoding="utf-8"))
PINNED = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")
# What may be installed with podaudit: nothing that would bind its users or its own licence.
PERMISSIVE = {
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "Apache-2.0",
    "PSF-2.0",
    "ISC",
    "Zlib",
    "CC0-1.0",
    "CNRI-Python",
    "MPL-2.0",
}
_FAMILIES = {"MIT": "MIT", "BSD": "BSD", "APACHE": "Apache", "MOZILLA": "MPL", "MPL": "MPL", "PYTHON SOFTWARE": "PSF", "PSF": "PSF",
             "ISC": "ISC", "GPL": "GPL", "ZLIB": "Zlib", "CC0": "CC0", "CNRI": "CNRI"}  # fmt: skip


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _closure(groups: list[str]) -> set[str]:
    """What those requirements need here, as far as it is installed."""
    seen: set[str] = set()
    wanted = [(Requirement(text), "") for text in groups]
    while wanted:
        needed, _ = wanted.pop()
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        name = _name(needed.name)
        if name in seen:
            continue
        seen.add(name)
        try:
            wanted += [(Requirement(text), "") for text in metadata.requires(name) or ()]
        except metadata.PackageNotFoundError:
            continue
    return seen


PINS: dict[str, list[str]] = {}
for _pinned, _version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", PINNED, re.MULTILINE):
    PINS.setdefault(_name(_pinned), []).append(_version)  # several where Pythons differ
RUN = _closure(PROJECT["dependencies"])
ALL = RUN | _closure(PROJECT["optional-dependencies"]["dev"] + PROJECT["optional-dependencies"]["trust"])


def _families(text: str) -> set[str]:
    return {family for word, family in _FAMILIES.items() if word in text.upper()}


def test_every_dependency_has_its_licence_listed() -> None:
    assert RUN - LISTED["run"].keys() == set()
    assert ALL - LISTED["run"].keys() - LISTED["development"].keys() == set()
    assert LISTED["run"].keys() & LISTED["development"].keys() == set()
    assert PINS.keys() - LISTED["run"].keys() - LISTED["development"].keys() == set()


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_licence_is_what_the_package_says(name: str) -> None:
    listed = {**LISTED["run"], **LISTED["development"]}[name]
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip("not installed here")
    said = " ".join([
        told.get("License-Expression") or (told.get("License") or "")[:80],
        *(c for c in told.get_all("Classifier", []) if c.startswith("License")),
    ])  # fmt: skip
    if not said.strip():
        pytest.skip("the package does not say")
    assert _families(listed) & _families(said) or listed == said.strip(), said


def test_what_is_installed_with_podaudit_is_permissive() -> None:
    for name, listed in LISTED["run"].items():
        assert set(re.split(r" AND | OR ", listed)) <= PERMISSIVE, name


def test_the_pinned_set_is_whole_hashed_and_without_an_address() -> None:
    assert not re.search(r"https?:|--index|--find-links|--trusted|@ ?file|git\+", PINNED)
    assert set(PINS) >= {
        _name(Requirement(text).name)
        for text in PROJECT["dependencies"]
        + PROJECT["optional-dependencies"]["dev"]
        + PROJECT["optional-dependencies"]["trust"]
    }
    blocks = re.split(r"^(?=[A-Za-z0-9._-]+==)", PINNED, flags=re.MULTILINE)[1:]
    assert len(blocks) > 80
    for block in blocks:
        assert "--hash=sha256:" in block, block.split("==")[0]


def test_the_pinned_set_fits_what_is_asked_for() -> None:
    for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]:
        needed = Requirement(text)
        assert all(needed.specifier.contains(version) for version in PINS[_name(needed.name)]), text
