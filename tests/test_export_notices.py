"""The app's notices in every language -> membership, on both platforms; and what merely looks like one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from podaudit.export import notices, read, words
from podaudit.model import Export, Options

LRM = "\u200e"
CASES = tomllib.loads((Path(__file__).parent.parent / "fixtures/export/notices.toml").read_text(encoding="utf-8"))[
    "notice"
]


def chat(text: str, **options: Any) -> Export:
    return read(None, data=text.encode(), name="chat.txt", options=Options(**options))


def android(*bodies: str, **options: Any) -> Export:
    return chat("".join(f"20/05/2023, 10:{i:02d} - {b}\n" for i, b in enumerate(bodies)), **options)


def ios(*bodies: str, **options: Any) -> Export:
    return chat("".join(f"[20/05/2023, 10:{i:02d}:00] {b}\n" for i, b in enumerate(bodies)), **options)


def events(export: Export) -> list[list[str]]:
    m = export.membership
    rows = zip(m["event"], m["member"], m["by"], m["to"], strict=True)
    return [[v if isinstance(v, str) else "" for v in row] for row in rows]


def expected(case: dict[str, Any]) -> list[list[str]]:
    return [["Olga" if v == "*" else v for v in row] for row in case["says"]]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_notice_on_android(case: dict[str, Any]) -> None:
    export = android("Olga: hi", case["text"], "Olga: bye", me="Olga")
    assert export.messages["kind"].tolist() == ["text", "notice", "text"]
    assert export.messages["sender"].tolist() == ["Olga", "", "Olga"]
    assert export.messages["member"].tolist()[1] == ""
    assert export.messages["text"].tolist()[1] == case["text"]
    assert events(export) == expected(case)
    assert not any("could not be read" in w for w in export.source.warnings)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_notice_on_ios(case: dict[str, Any]) -> None:
    export = ios("Olga: hi", f"Pod: {LRM}{case['text']}", "Olga: bye", me="Olga")
    assert export.messages["kind"].tolist() == ["text", "notice", "text"]
    assert export.messages["sender"].tolist()[1] == ""
    assert events(export) == expected(case)
    assert export.source.system_messages == 1 and export.source.messages == 3


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_the_same_words_typed_by_a_member_are_a_message(case: dict[str, Any]) -> None:
    for export in (
        android("Olga: hi", f"Bob: {case['text']}", "Olga: bye"),
        ios("Olga: hi", f"Bob: {case['text']}", f"Olga: {LRM}image omitted"),
    ):
        assert export.messages["kind"].tolist()[1] == "text"
        assert export.messages["sender"].tolist()[1] == "Bob"
        assert len(export.membership) == 0


def test_every_language_has_every_event() -> None:
    forms = words.load().notices
    languages = sorted({f.language for f in forms})
    assert len(languages) >= 13
    for language in languages:
        found = {f.event for f in forms if f.language == language} - {""}
        assert len(found) == 9, (language, found)


def test_every_form_compiles() -> None:
    for form in [*words.load().notices, *words.load().kinds, *words.load().deleted_by_you]:
        assert form.match(form.anchor) is None or "{" not in form.text


# ------------------------------------------------------------------------------------------------------- lists of names

LISTS = [
    ("A, B and C", "en", set(), ["A", "B", "C"]),
    ("A, B, and C", "en", set(), ["A", "B", "C"]),
    ("A and B", "en", {"A and B"}, ["A and B"]),
    ("A and B and C", "en", {"A and B"}, ["A and B", "C"]),
    ("A and B and C", "en", {"B and C"}, ["A", "B and C"]),
    ("A and B and C", "en", set(), ["A and B", "C"]),
    ("Smith, John and C", "en", {"Smith, John"}, ["Smith, John", "C"]),
    ("X, Smith, John, Y and C", "en", {"Smith, John"}, ["X", "Smith, John", "Y", "C"]),
    ("Anna en Bob en Chris", "nl", {"Anna en Bob"}, ["Anna en Bob", "Chris"]),
    ("Brenda", "en", set(), ["Brenda"]),
    ("Sandy", "en", set(), ["Sandy"]),
    ("a Bob y Eva", "es", set(), ["Bob", "Eva"]),
    ("A y B e Inés", "es", {"A y B"}, ["A y B", "Inés"]),
    ("you and Bob", "en", set(), [notices.YOU, "Bob"]),
    ("je", "nl", set(), [notices.YOU]),
]


@pytest.mark.parametrize(("text", "language", "known", "names"), LISTS)
def test_split_names(text: str, language: str, known: set[str], names: list[str]) -> None:
    assert notices.split_names(text, language, known) == names


def test_names_that_hold_and_or_commas_are_known_by_their_messages() -> None:
    export = android("Smith, John: hi", "Tom and Jerry: hi", "Anna added Smith, John, Bob and Tom and Jerry")
    assert [e[1] for e in events(export)] == ["Smith, John", "Bob", "Tom and Jerry"]


# ------------------------------------------------------------------------------------------------- notices with a colon


def test_the_bug_of_the_phantom_sender() -> None:
    export = android('Alice changed the group name from "Pod" to "Pod: all for one"', "Alice: hi")
    assert export.messages["sender"].tolist() == ["", "Alice"]
    assert export.members["name"].tolist() == ["Alice"]
    assert export.source.group == "Pod: all for one"


def test_a_quoted_notice_in_a_message_is_no_notice() -> None:
    export = android(
        'Bob: Alice changed the subject from "A" to "B"', "Alice: no", 'Bob: Alice: changed the subject to "x"'
    )
    assert export.messages["sender"].tolist() == ["Bob", "Alice", "Bob"]
    assert len(export.membership) == 0


def test_an_unknown_notice_with_a_quoted_colon_has_no_sender() -> None:
    export = android('Anna vaihtoi ryhmän nimen "Pod: a" nimeksi "Pod: b"', "Anna: hei", "Bob: moi")
    assert export.messages["kind"].tolist() == ["notice", "text", "text"]


def test_a_notice_in_unknown_words_is_kept_and_counted() -> None:
    for export in (
        android("Anna: x", "Ωμέγα blub blab", "Bob: y"),
        ios("Anna: x", f"Pod: {LRM}Ωμέγα blub blab", "Bob: y"),
    ):
        assert export.messages["kind"].tolist() == ["text", "notice", "text"]
        assert any(w.startswith("1 notice") for w in export.source.warnings)


def test_ios_notices_without_their_marks() -> None:
    export = ios("~ AK: ~ AK created this group", "~ AK: hello", "Bob: Bob left the pan on the stove", "Bob: Bob left")
    assert export.messages["kind"].tolist() == ["notice", "text", "text", "notice"]
    assert events(export) == [["created", "AK", "AK", ""], ["left", "Bob", "", ""]]


def test_old_ios_notices_without_an_author() -> None:
    export = chat(
        "06.08.13, 19:55:10: You were added\n16.08.13, 19:55:10: Neil: Hi\n17.08.13, 19:55:10: Zoe: Hi\n", me="Zoe"
    )
    assert export.messages["kind"].tolist() == ["notice", "text", "text"]
    assert events(export) == [["added", "Zoe", "", ""]]


def test_a_notice_put_down_to_another_member_is_doubted() -> None:
    export = ios("Anna: hi", f"Bob: {LRM}Anna removed Chris", "Bob: ok")
    assert export.messages["doubts"].tolist()[1]
    assert not any(ios("Anna: hi", f"Pod: {LRM}Anna removed Chris", "Bob: ok").messages["doubts"])
