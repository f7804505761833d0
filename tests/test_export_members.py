"""Members: spellings and numbers made one, renames, the phone's owner, presence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from podaudit.export import members, read
from podaudit.model import DecisionNeeded, Export, Options

LRM = "\u200e"


def chat(text: str, **options: Any) -> Export:
    return read(None, data=text.encode(), name="chat.txt", options=Options(**options))


def android(*bodies: str, **options: Any) -> Export:
    return chat("".join(f"20/05/2023, 10:{i:02d} - {b}\n" for i, b in enumerate(bodies)), **options)


def ios(*bodies: str, **options: Any) -> Export:
    return chat("".join(f"[20/05/2023, 10:{i:02d}:00] {b}\n" for i, b in enumerate(bodies)), **options)


def at(minute: int) -> dt.datetime:
    return dt.datetime(2023, 5, 20, 10, minute)


def people(export: Export) -> dict[str, Any]:
    return {m["name"]: m for m in export.members.to_dict("records")}


def owner(export: Export) -> str | None:
    found = export.members["name"][export.members["owner"]].tolist()
    assert len(found) <= 1
    return found[0] if found else None


# ---------------------------------------------------------------------------------------------------------------- names


NUMBERS = [
    ("+31 6 12345678", "+31612345678"),
    ("\u202a+31 6 1234 5678\u202c", "+31612345678"),
    ("+31\u00a06\u00a012345678", "+31612345678"),
    ("+55 11 90000\u20110142", "+5511900000142"),
    ("+1 (312) 555-0190", "+13125550190"),
    ("0031 6 12345678", "+31612345678"),
    ("+31 (0)6 12345678", "+31612345678"),
    ("+44 (0)20 7946 0000", "+442079460000"),
    ("Anna", ""), ("007", ""), ("+1", ""), ("Bob +31 6 12345678", ""), ("12345678", ""),
    ("2023-05-20", ""), ("+++---+++ ", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "key"), NUMBERS)
def test_number_key(name: str, key: str) -> None:
    assert members.number_key(members.bare(name)) == key


def test_one_number_in_several_spellings_is_one_member() -> None:
    export = android("+31 6 12345678: a", "+31\u00a06\u00a01234\u00a05678: b", "\u202a+31612345678\u202c: c", "Bob: d")
    assert export.members["name"].tolist() == ["+31612345678", "Bob"]
    assert people(export)["+31612345678"]["messages"] == 3
    assert set(people(export)["+31612345678"]["also"]) == {"+31 6 12345678", "+31 6 1234 5678"}
    assert export.messages["member"].tolist() == ["+31612345678"] * 3 + ["Bob"]
    assert export.messages["sender"].tolist()[0] == "+31 6 12345678"


def test_a_changed_number_ties_old_to_new_for_all_messages() -> None:
    export = android(
        "+31 6 11111111: a", "Yasmina: b", "Yasmina changed to +31 6 22222222", "+31 6 22222222: c",
        "+31 6 22222222 changed to +31 6 33333333", "+31 6 33333333: d", "+31 6 11111111: e",
    )  # fmt: skip
    assert export.members["name"].tolist() == ["+31 6 11111111", "+31 6 33333333"]
    assert people(export)["+31 6 33333333"]["also"] == ["Yasmina", "+31 6 22222222"]
    assert people(export)["+31 6 33333333"]["messages"] == 3
    new, other = "+31 6 33333333", "+31 6 11111111"
    assert export.messages["member"].tolist() == [other, new, "", new, "", new, other]
    assert export.membership["to"].tolist() == ["+31 6 22222222", "+31 6 33333333"]
    assert export.membership["member"].tolist() == ["+31 6 33333333"] * 2


def test_a_number_changed_there_and_back_does_not_loop() -> None:
    export = android("A changed to +31 6 22222222", "+31 6 22222222 changed to A", "A: x")
    assert len(export.members) == 1


def test_a_push_name_and_a_saved_name_alike_are_kept_apart() -> None:
    export = android("~ Fleur: a", "Fleur: b", "~ Bas: c")
    assert export.members["name"].tolist() == ["~ Fleur", "Fleur", "Bas"]
    assert export.messages["sender"].tolist() == ["Fleur", "Fleur", "Bas"]
    assert any("same name" in w for w in export.source.warnings)


ALIKE = [
    ("Anna", "Аnna"),
    ("Bob", "Вob"),
    ("Zoë", "Zoe\u0308"),
    ("Anna", "anna"),
    ("Ｂｏｂ", "Bob"),
    ("Bill", "BiIl".replace("I", "l")),
]


@pytest.mark.parametrize(("one", "other"), ALIKE[:5])
def test_look_alikes_are_flagged_and_never_merged(one: str, other: str) -> None:
    export = android(f"{one}: a", f"{other}: b", "Kees: c")
    assert export.members["name"].tolist() == [one, other, "Kees"]
    assert any("lines 1 and 2" in w and "alike" in w for w in export.source.warnings)


def test_different_names_are_not_flagged() -> None:
    export = android("Anna: a", "Anne: b", "+31 6 11111110: c", "+31 6 11111101: d")
    assert not any("alike" in w for w in export.source.warnings)


def test_members_known_from_notices_only_count() -> None:
    export = android("Anna: x", "Anna added Bob and Chris", "Anna removed Chris")
    got = people(export)
    assert [(m, got[m]["messages"]) for m in got] == [("Anna", 1), ("Bob", 0), ("Chris", 0)]
    assert got["Bob"]["first"] != got["Bob"]["first"]  # no time


def test_first_and_last_message() -> None:
    export = android("Anna: x", "Bob: y", "Anna: z", "Bob left")
    assert people(export)["Anna"]["first"] == at(0) and people(export)["Anna"]["last"] == at(2)
    assert people(export)["Bob"]["first"] == people(export)["Bob"]["last"] == at(1)


# ------------------------------------------------------------------------------------------------------------- presence

PRESENCE = [
    (("Bob: x",), "Bob", [(None, None)]),
    (('Bob created group "P"', "Bob: x"), "Bob", [(0, None)]),
    (("Anna: x", "Anna added Bob"), "Bob", [(1, None)]),
    (("Anna: x", "Bob joined using this group's invite link", "Bob left"), "Bob", [(1, 2)]),
    (("Anna: x", "Bob: y", "Bob left"), "Bob", [(None, 2)]),
    (("Anna: x", "Bob left", "Anna added Bob", "Anna removed Bob"), "Bob", [(None, 1), (2, 3)]),
    (("Anna added Bob", "Anna added Bob", "Bob left", "Bob left"), "Bob", [(0, 2)]),
    (("Anna added Bob", "Bob changed to +31 6 22222222", "+31 6 22222222 left"), "+31 6 22222222", [(0, 2)]),
    (("Anna: x", "Bob: y", "Bob is now an admin"), "Bob", [(None, None)]),
]


@pytest.mark.parametrize(("bodies", "who", "periods"), PRESENCE)
def test_presence(bodies: tuple[str, ...], who: str, periods: list[tuple[int | None, int | None]]) -> None:
    got = people(android(*bodies))[who]["periods"]
    assert got == [
        {"from": None if a is None else at(a), "until": None if b is None else at(b)} for a, b in periods
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- owner


def test_the_owner_as_given() -> None:
    export = android("Anna: x", "Bob: y", "Anna added you", "You added Chris", me="bob")
    assert owner(export) == "Bob"
    assert export.membership["member"].tolist() == ["Bob", "Chris"]
    assert export.membership["by"].tolist() == ["Anna", "Bob"]
    assert people(export)["Bob"]["periods"] == [{"from": at(2), "until": None}]


def test_the_owner_is_named_by_a_number_as_well() -> None:
    found = android("Anna: x", "+31 6 00000123: y", "Bob: z", me="+31600000123").members
    assert found.loc[found["owner"], "name"].tolist() == ["+31 6 00000123"]


def test_the_owner_as_given_is_not_you_where_the_notices_name_that_member_too() -> None:
    bodies = ("Anna: x", "Bob: y", "Anna added Bob", "Anna added you", "Chris: z")
    export = android(*bodies, me="bob")
    assert owner(export) == "Bob"  # whose side is asked for
    assert export.membership["member"].tolist() == ["Bob", "Chris"]  # and whose phone it was
    assert [w for w in export.source.warnings if "comes from another phone" in w]
    alone = android("Anna: x", "Bob: y", "Anna added Bob", "Anna added Anna", "You left", me="bob")
    assert alone.membership["member"].isna().tolist() == [False, False, True]  # who that was stays open
    assert not [w for w in android(*bodies, me="Chris").source.warnings if "another phone" in w]


def test_the_owner_as_given_by_an_older_name_or_a_number() -> None:
    bodies = ("+31 6 11111111: x", "+31 6 11111111 changed to +31 6 22222222", "Bob: y", "Bob added you")
    for me in ("+31611111111", "+31 6 11111111", "+31 6 22222222"):
        assert owner(android(*bodies, me=me)) == "+31 6 22222222"


def test_a_name_nobody_has_is_asked_without_telling_names() -> None:
    with pytest.raises(DecisionNeeded, match="--me") as caught:
        android("Anna: x", "Bob: y", me="Zed")
    assert "Anna" not in str(caught.value) and "Zed" not in str(caught.value)


OWNERS = [
    # without a sign of an owner
    (("Anna: x", "Bob: y"), None),
    (("Anna: x", "Bob: y", "Dana: z", "Anna added you"), None),
    # numbers and push names are others: the owner's own name is shown as it is
    (("Anna: x", "+31 6 11111111: y", "~ Bas: z", "Anna added you"), None),
    # the app's word "you" under a member's deleted message
    (("Anna: x", "Bob: y", "Bob: You deleted this message"), "Bob"),
    (("Anna: x", "Bob: y", "Bob: Je hebt dit bericht verwijderd"), "Bob"),
    (("Anna: x", "Bob: y", "Bob: This message was deleted"), None),
    # the only one never named in a notice
    (('Anna created group "P"', "Anna added you and Chris", "Anna: x", "Chris: x", "Bob: y"), "Bob"),
    (('You created group "P"', "You added Anna", "Anna: x", "Bob: y"), "Bob"),
    # called by name on coming in, before writing
    (("Anna added you", "Anna: welcome Chris, tell us", "Chris: hi", "Bob: hi Dana", "Dana: yes"), "Chris"),
    (("Anna added you", "Anna: welcome", "Chris: hi", "Bob: hi Chris", "Dana: yes"), None),
    (("Anna added you", "Anna: welcome Chris and Dana", "Chris: hi", "Bob: hi", "Dana: yes"), None),
]


@pytest.mark.parametrize(("bodies", "expected"), OWNERS)
def test_the_owner_as_shown(bodies: tuple[str, ...], expected: str | None) -> None:
    export = android(*bodies)
    assert owner(export) == expected
    assert any("owner" in w for w in export.source.warnings) == (expected is not None)
    if expected is None and "Anna added you" in bodies:
        row = export.membership[export.membership["event"] == "added"]
        assert row["member"].isna().all()


def test_the_owner_as_author_of_an_ios_notice() -> None:
    export = ios("Anna: x", "Bob: y", f"Bob: {LRM}You added Chris", "Chris: hi")
    assert owner(export) == "Bob"
    assert export.membership["by"].tolist() == ["Bob"]


def test_the_group_is_nobody() -> None:
    assert owner(ios("Bob: y", f"Pod: {LRM}You added Chris", "Chris: hi")) == "Bob"
    assert owner(ios("Anna: x", "Bob: y", "Dan: z", f"Pod: {LRM}You added Chris", "Chris: hi")) is None


def test_grounds_name_lines_not_members() -> None:
    warnings = android("Anna: x", "Bob: y", "Bob: You deleted this message").source.warnings
    said = next(w for w in warnings if "owner" in w)
    assert "line 2" in said and "Bob" not in said


# ---------------------------------------------------------------------------------------------------------------- group

GROUPS = [
    (("Anna: x",), None),
    (('Anna created group "One"',), "One"),
    (('Anna created group "One"', 'Anna changed the subject from "One" to "Two: 2"'), "Two: 2"),
]


@pytest.mark.parametrize(("bodies", "group"), GROUPS)
def test_group(bodies: tuple[str, ...], group: str | None) -> None:
    assert android(*bodies, "Anna: y").source.group == group


def test_group_of_an_ios_export_without_its_creation() -> None:
    export = ios(f"Pod 🐝: {LRM}Messages and calls are end-to-end encrypted. x", "Anna: x")
    assert export.source.group == "Pod 🐝"
    assert export.members["name"].tolist() == ["Anna"]


@pytest.mark.parametrize(("between", "found"), [(0, True), (7, True), (8, False)])
def test_how_soon_a_newcomer_is_greeted(between: int, found: bool) -> None:
    export = android(
        "Anna added you", *(f"Anna: {i}" for i in range(between)), "Anna: welcome Chris", "Chris: hi", "Dana: yes"
    )
    assert owner(export) == ("Chris" if found else None)
    assert any("members who may be: 2; --me NAME decides" in w for w in export.source.warnings) == (not found)


@pytest.mark.parametrize(
    ("name", "greeting", "found"),
    [
        ("Chris Verzonnen", "welcome chris!", True),
        ("Chris", "welcome Christine", False),
        ("Bo", "welcome Bo", False),  # so short a name is a word too
        ("Bob", "welcome Bob", True),
        ("Chris", "welcome Anna", False),
    ],
)
def test_by_which_name_a_newcomer_is_greeted(name: str, greeting: str, found: bool) -> None:
    export = android("Anna added you", f"Anna: {greeting}", f"{name}: hi", "Dana: yes")
    assert owner(export) == (name if found else None)


def test_names_looking_alike_are_named_once_by_their_first_lines() -> None:
    export = android("Kees: a", "Anna: a", "anna: b", "ANNA: c", "Anna: d", "kees: e", "Bas: f")
    assert [w for w in export.source.warnings if "alike" in w] == [
        "The members on lines 1 and 6 have names that look alike; they are kept apart.",
        "The members on lines 2 and 3 and 4 have names that look alike; they are kept apart.",
    ]


def test_members_stand_in_the_order_in_which_they_are_first_seen() -> None:
    export = android("Anna: x", "Anna added Bob", "Dana: y", "Chris: z", "Bob: q", "Dana removed Eva")
    assert export.members["name"].tolist() == ["Anna", "Bob", "Dana", "Chris", "Eva"]
    assert export.members["messages"].tolist() == [1, 1, 1, 1, 0]
    assert [people(export)[m]["first"] for m in ("Chris", "Bob")] == [at(3), at(4)]
