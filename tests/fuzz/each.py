"""All targets by name; those of a part of podaudit that is not there are left out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

# Name of the target -> the module that holds it, and the part of podaudit that it needs.
_WHERE = {
    "reading": ("tests.fuzz.targets", "podaudit.export"),
    "zips": ("tests.fuzz.targets", "podaudit.export"),
    "auditing": ("tests.fuzz.targets", "podaudit.audit"),
    "rendering": ("tests.fuzz.targets", "podaudit.report"),
    "pseudonymising": ("tests.fuzz.pseudonyms", "podaudit.privacy"),
    "linkedin": ("tests.fuzz.linkedin", "podaudit.evidence"),
}
NAMES = tuple(name for name, (_, needed) in _WHERE.items() if find_spec(needed) is not None)


def target(name: str) -> Callable[[bytes], None]:
    found: Callable[[bytes], None] = getattr(import_module(_WHERE[name][0]), name)
    return found
