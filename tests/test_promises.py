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


def _is_slow(path: str, name: str) -> bool:
    """Whether ``make test`` leaves a test out."""
    text = _text(path)
    marks = text.partition(f"\ndef {name}(")[0].rpartition("\n\n\n")[2]
    return "@pytest.mark.slow\n" in marks or "\npytestmark = pytest.mark.slow\n" in text


NAMED = [(document, *found) for document in DOCUMENTS for found in _TEST.findall(_text(document))]


@pytest.mark.parametrize(("document", "path", "name"), NAMED)
def test_the_test_exists(document: str, path: str, name: str) -> None:
    tree = ast.parse(_text(path))
    held = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in held, f"{document} names {path}::{name}"


def test_every_promise_has_its_test() -> None:
    rows = re.findall(r"^\| (?!promise|---)(.+) \| (.+) \|$", _text("SECURITY.md"), re.MULTILINE)
    assert len(rows) >= 11
    slow = " (`make slow`)"
    for _, test in rows:
        for one in test.removesuffix(slow).split(", "):
            assert (found := _TEST.fullmatch(one)), test
            assert test.endswith(slow) == _is_slow(*found.groups()), test
    assert sum(test.endswith(slow) for _, test in rows) == 2  # as the document says
    dutch = _text("SECURITY.md").partition("## Nederlands")[2]
    assert len(re.findall(r"^\d+\. ", dutch, re.MULTILINE)) == len(rows)


def test_both_languages_of_the_security_document_say_the_same() -> None:
    english, _, dutch = _text("SECURITY.md").partition("## Nederlands")
    assert english.count("\n* **") == dutch.count("\n* **") == 5  # what cannot be promised
    for one, other in (
        ("archives are not unpacked", "archieven worden niet uitgepakt"), ("nobody is on duty", "er zit niemand klaar"),
        ("newest version only", "Alleen de nieuwste versie"), ("`make slow`", "`make slow`"),
        ("Never attach a real chat", "nooit een echte chat"), ("from which you got podaudit", "waar u podaudit vandaan hebt"),
    ):  # fmt: skip
        assert one in " ".join(english.split()) and other in " ".join(dutch.split())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_is_in_both_languages(document: str) -> None:
    english, _, dutch = _text(document).partition("## Nederlands")
    assert len(english) > 1500 and len(dutch) > 1500
    for words in (
        "`corpus`",
        "`compare`",
        "`podaudit.key`",
        "`--key`",
        "`.podaudit-",
    ):  # exceptions to what is promised
        assert words in english and words in dutch
    assert "since it was sent" not in english.replace("never since a message was sent", "")
