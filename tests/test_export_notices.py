"""The app's notices in every language -> membership, on both platforms; and what merely looks like one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from podaudit.export import notices, read, words
from podaudit.model import Export, Kind, Options

LRM = "\u200e"
FIXTURE = tomllib.loads((Path(__file__).parent.parent / "fixtures/export/notices.toml").read_text(encoding="utf-8"))
CASES = [
    *FIXTURE["notice"],
    *({"text": text, "says": says} for t in FIXTURE["language"] for text, *says in t.get("notices", ())),
]
TYPED = [text for t in FIXTURE["language"] for text in t.get("typed", ())]
KINDS = [(t["code"], kind, text) for t in FIXTURE["language"] for kind, texts in t["kinds"].items() for text in texts]


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


def batches() -> list[list[dict[str, Any]]]:
    """The cases in chats of some twenty; those that rename members, or know one by two names, in a chat of their own."""
    alone = [c for c in CASES if "~" in c["text"] or any(row[0] == "number_changed" for row in c["says"])]
    others = [c for c in CASES if c not in alone]
    return [*(others[i : i + 20] for i in range(0, len(others), 20)), *([c] for c in alone)]


def check(export: Export, cases: list[dict[str, Any]]) -> None:
    """A chat of a greeting, the notices and a farewell."""
    m = export.messages
    read_as = dict(zip(m["line"], zip(m["kind"], m["sender"], m["member"], strict=True), strict=True))
    assert read_as == {1: ("text", "Olga", "Olga"), len(cases) + 2: ("text", "Olga", "Olga"),
                       **{i: ("notice", "", "") for i in range(2, len(cases) + 2)}}  # fmt: skip
    by_line: dict[int, list[list[str]]] = {}
    for line, event in zip(export.membership["line"].tolist(), events(export), strict=True):
        by_line.setdefault(line, []).append(event)
    for line, case in enumerate(cases, 2):
        assert by_line.get(line, []) == expected(case), case["text"]
    assert not any("could not be read" in w for w in export.source.warnings)


@pytest.mark.parametrize("cases", batches(), ids=lambda cases: cases[0]["text"])
def test_notices_on_android(cases: list[dict[str, Any]]) -> None:
    export = android("Olga: hi", *(case["text"] for case in cases), "Olga: bye", me="Olga")
    assert export.messages["text"].tolist()[1:-1] == [case["text"] for case in cases]
    check(export, cases)


@pytest.mark.parametrize("cases", batches(), ids=lambda cases: cases[0]["text"])
def test_notices_on_ios(cases: list[dict[str, Any]]) -> None:
    export = ios("Olga: hi", *(f"Pod: {LRM}{case['text']}" for case in cases), "Olga: bye", me="Olga")
    check(export, cases)
    assert export.source.system_messages == len(cases)


@pytest.mark.parametrize("at", range(0, len(CASES), 20))
def test_the_same_words_typed_by_members_are_messages(at: int) -> None:
    texts = [case["text"] for case in CASES[at : at + 20]]
    said = [f"Bob{chr(ord('A') + i)}: {text}" for i, text in enumerate(texts)]
    for export in (android("Olga: hi", *said, "Olga: bye"), ios("Olga: hi", *said, f"Olga: {LRM}image omitted")):
        assert export.messages["kind"].tolist()[1:-1] == ["text"] * len(texts)
        assert export.messages["sender"].tolist()[1:-1] == [s.partition(":")[0] for s in said]
        assert len(export.membership) == 0


@pytest.mark.parametrize("text", TYPED)
def test_what_only_sounds_like_a_notice_is_a_message(text: str) -> None:
    for export in (
        android("Olga: hi", f"Bob: {text}", f"Anna: {text}"),
        ios("Olga: hi", f"Bob: {text}", f"Anna: {text}", f"Olga: {LRM}image omitted"),
        ios("Olga: hi", f"Chris: {text}", f"Dirk: {text}"),
    ):
        assert export.messages["kind"].tolist()[1:3] == ["text", "text"]
        assert "" not in export.messages["sender"].tolist()
        assert len(export.membership) == 0


def spelt(form: str, last: bool) -> str:
    """A text of a form: the first or the last of its alternatives, a name where one belongs."""
    text = form
    while "[" in text:
        head, _, tail = text.rpartition("[")
        inner, _, rest = tail.partition("]")
        text = head + inner.split("|")[-1 if last else 0] + rest
    for name in ("{by}", "{who}", "{old}", "{new}", "{*}"):
        text = text.replace(name, "Anna")
    return text


@pytest.mark.parametrize("language", sorted({f.language for f in words.load().notices}))
def test_no_form_takes_the_name_of_who_typed_it_for_its_own(language: str) -> None:
    for form in words.load().notices:
        for last in (False, True):
            if form.language == language and (text := spelt(form.text, last)):
                assert notices.Reader().read(text) is not None, form
                said = notices.Reader().read(f"Bob: {text}")
                assert said is None or not 0 <= said.first <= len("Bob"), (form, said)


@pytest.mark.parametrize(("language", "kind", "text"), KINDS)
def test_what_stands_in_place_of_a_message(language: str, kind: str, text: str) -> None:
    marked = ios("Olga: hi", f"Bob: {LRM}{text}", f"Olga: {LRM}image omitted")
    assert marked.messages["kind"].tolist()[1] == kind
    assert marked.messages["sender"].tolist()[1] == "Bob"
    if text[0] == "<" or text[-1] == ")" or kind in ("deleted", "poll", "location"):
        assert android("Olga: hi", f"Bob: {text}", "Olga: bye").messages["kind"].tolist() == ["text", kind, "text"]


def test_what_the_app_says_of_the_owner_is_known_in_most_languages() -> None:
    languages = {f.language for f in words.load().deleted_by_you}
    assert {"nl", "en", "de", "fr", "es", "pt", "it"} <= languages and len(languages) >= 30


def test_every_language_of_the_words_has_cases() -> None:
    w = words.load()
    assert {f.language for f in [*w.notices, *w.kinds]} == {t["code"] for t in FIXTURE["language"]}
    assert len({f.language for f in w.kinds if f.kind is Kind.MEDIA}) >= 50
    for table in FIXTURE["language"]:
        if "notices" in table:
            said = [notices.Reader().read(text) for text, *_ in table["notices"]]
            assert table["code"] in {s.language for s in said if s is not None}


def test_every_language_has_every_event() -> None:
    forms = words.load().notices
    languages = sorted({f.language for f in forms})
    assert len(languages) >= 30
    for language in languages:
        found = {f.event for f in forms if f.language == language} - {""}
        assert len(found) == 9, (language, found)


def test_every_form_compiles() -> None:
    for form in [*words.load().notices, *words.load().kinds, *words.load().deleted_by_you]:
        assert form.match(min(form.anchors)) is None or not form.text.startswith("{")


def test_no_form_is_passed_over_that_would_match() -> None:
    w = words.load()
    for table in FIXTURE["language"]:
        texts = [text for text, *_ in table.get("notices", ())] + [x for held in table["kinds"].values() for x in held]
        for forms in (w.notices, w.kinds):
            own = [f for f in forms if f.language in (table["code"], "en")]
            for text in texts:
                near = forms.near(text.casefold())
                assert [f for f in own if f.match(text) and f not in near] == []


# ------------------------------------------------------------------------------------------------------- lists of names

LISTS = [
    ("A\u3001B\u548cC", "zh", set(), ["A", "B\u548cC"]),
    ("A\u060c B", "ar", set(), ["A", "B"]),
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
    ("Anna Groß, Jan und Bernd", "de", set(), ["Anna Groß", "Jan", "Bernd"]),  # in small letters, some are two
    ("İpek ve Can", "tr", set(), ["İpek", "Can"]),
    ("you and Bob", "en", set(), [notices.YOU, "Bob"]),
    ("je", "nl", set(), [notices.YOU]),
]


@pytest.mark.parametrize(("text", "language", "known", "names"), LISTS)
def test_split_names(text: str, language: str, known: set[str], names: list[str]) -> None:
    assert notices.split_names(text, language, known) == names


def test_names_that_hold_and_or_commas_are_known_by_their_messages() -> None:
    export = android("Smith, John: hi", "Tom and Jerry: hi", "Anna added Smith, John, Bob and Tom and Jerry")
    assert [e[1] for e in events(export)] == ["Smith, John", "Bob", "Tom and Jerry"]


@pytest.mark.parametrize(
    ("notice", "event"), [("Anna removed Bob and Chris", "removed"), ("Anna added Bob and Chris", "added")]
)
def test_several_at_once(notice: str, event: str) -> None:
    assert events(android("Anna: hi", notice)) == [[event, "Bob", "Anna", ""], [event, "Chris", "Anna", ""]]
    assert events(android("Bob and Chris: hi", notice)) == [[event, "Bob and Chris", "Anna", ""]]


@pytest.mark.parametrize(("n", "read"), [(1200, True), (1201, False)])
def test_how_long_a_notice_may_be(n: int, read: bool) -> None:
    assert (notices.Reader().read("Anna added ".ljust(n, "x")) is not None) == read


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
    export = android('Anna muutis vestluse teema "Pod: a" teemaks "Pod: b"', "Anna: tere", "Bob: tere")
    assert export.messages["kind"].tolist() == ["notice", "text", "text"]


def test_a_notice_in_unknown_words_is_kept_and_counted() -> None:
    for export in (
        android("Anna: x", "Ωμέγα blub blab", "Bob: y"),
        ios("Anna: x", f"Pod: {LRM}Ωμέγα blub blab", "Bob: y"),
    ):
        assert export.messages["kind"].tolist() == ["text", "notice", "text"]
        assert any("could not be read: 1;" in w for w in export.source.warnings)


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


# ------------------------------------------------------------------------------------------------------ how one is read


@pytest.mark.parametrize(
    "mark",
    [*map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]), "\u061c", "\ufeff", "\u00ad"],
    ids=ascii,
)
def test_a_notice_with_marks_that_are_not_seen(mark: str) -> None:
    export = android("Olga: hi", f"Anna {mark}re{mark}moved Bob{mark}", "Olga: bye", me="Olga")
    assert export.messages["kind"].tolist()[1] == "notice"
    assert [event[0] for event in events(export)] == ["removed"]
    said = notices.Reader().read(f"{mark}Anna{mark} left{mark}")
    assert said is not None and said.event == "left" and said.first == len("Anna")


@pytest.mark.parametrize(
    "space", [" ", "\t", "\u00a0", "\u202f", "\u3000", *map(chr, range(0x2000, 0x200B))], ids=ascii
)
def test_a_notice_with_spaces_of_any_width(space: str) -> None:
    said = notices.Reader().read(f"Anna{space}removed{space}Bob")
    assert said is not None and (said.event, said.by, said.who) == ("removed", "Anna", "Bob")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Anna left", 4),
        (" Anna van Dam left", 12),
        ("You left", 0),
        ("You were added by Anna", 0),
        ("Anna added you", 4),
    ],
)
def test_how_much_of_a_notice_is_the_name_it_opens_with(text: str, first: int) -> None:
    said = notices.Reader().read(text)
    assert said is not None and said.first == first


@pytest.mark.parametrize(
    ("notice", "doubt"),
    [
        ("Bob added Chris", False),  # put down to whom it names
        ("Anna added Chris", True),
        ("You were added by Anna", False),  # the app's own words, put down to whose phone it is
        ("Anna changed this group's icon", False),
        ("Anna is now an admin", False),
        ("Dirk added Chris", True),
    ],
)
def test_a_notice_put_down_to_another_member_than_it_opens_with(notice: str, doubt: bool) -> None:
    export = ios("Anna: a", f"Bob: {LRM}image omitted", "Bob: b", f"Bob: {LRM}{notice}", "Anna: c")
    assert export.messages["kind"].tolist()[3] == "notice"
    said = "the notice is put down to another member than the one it names"
    assert export.messages["doubts"].tolist() == ["", "", "", said if doubt else "", ""]
