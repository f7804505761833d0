"""Every promise in SECURITY.md and PRIVACY.md names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("SECURITY.md", "PRIVACY.md")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


NAMED = [(document, *found) for document in DOCUMENTS for found in _TEST.findall(_text(document))]


@pytest.mark.parametrize(("document", "path", "name"), NAMED)
def test_the_test_exists(document: str, path: str, name: str) -> None:
    tree = ast.parse(_text(path))
    held = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in held, f"{document} names {path}::{name}"


def test_every_promise_has_its_test() -> None:
    rows = re.findall(r"^\| (?!promise|---)(.+) \| (.+) \|$", _text("SECURITY.md"), re.MULTILINE)
    assert len(rows) >= 11
    assert all(_TEST.fullmatch(test) for _, test in rows)
    dutch = _text("SECURITY.md").partition("## Nederlands")[2]
    assert len(re.findall(r"^\d+\. ", dutch, re.MULTILINE)) == len(rows)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_is_in_both_languages(document: str) -> None:
    english, _, dutch = _text(document).partition("## Nederlands")
    assert len(english) > 1500 and len(dutch) > 1500
    assert "since it was sent" not in english.replace("never since a message was sent", "")
