"""Hazards of exports met in the wild, each with what it must be read as: what other readers get wrong, silently."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from podaudit.export import members, read
from podaudit.model import DecisionNeeded, Export, LineLedger, Options, Unreadable

LRM = "\u200e"
E2E = "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them."


def of(data: bytes | str, name: str = "chat.txt", **options: Any) -> Export:
    given = data.encode() if isinstance(data, str) else data
    return read(None, data=given, name=name, options=Options(**options))


def rows(export: Export) -> list[tuple[int, str, str, str]]:
    m = export.messages
    return list(zip(m["line"].tolist(), m["sender"].tolist(), m["kind"].tolist(), m["text"].tolist(), strict=True))


def android(*lines: str) -> str:
    return "".join(f"{13 + i}/03/2023, 10:{i:02} - {line}\n" for i, line in enumerate(lines))


def ios(*lines: str, ending: str = "\n") -> str:
    return "".join(f"[{13 + i}/03/2023, 10:{i:02}:00] {line}{ending}" for i, line in enumerate(lines))


# ------------------------------------------------------------------------------------------------ what stays as it was


def test_a_name_with_a_colon_is_not_made_of_a_habit() -> None:
    export = of(android("Anna added Bob", "Anna: Vraag: a", "Bob: x", "Anna: Vraag: b", "Anna: Vraag: c"))
    assert [r[1] for r in rows(export)] == ["", "Anna", "Bob", "Anna", "Anna"]


def test_a_word_and_a_colon_at_first_make_no_name() -> None:
    assert {r[1] for r in rows(of(android("Anna: Vraag: a", "Bob: x", "Anna: b", "Anna: c", "Anna: d")))} == {
        "Anna",
        "Bob",
    }


def test_a_member_who_quotes_a_notice_about_another_member_is_heard() -> None:
    export = of(android("Bob: Alice left", "Alice: no", "Bob: Alice: left"))
    assert [(r[1], r[2]) for r in rows(export)] == [("Bob", "text"), ("Alice", "text"), ("Bob", "text")]
    export = of(android("Alice: no", "Bob: Alice left", "Bob: Alice: left"))
    assert [(r[1], r[2]) for r in rows(export)] == [("Alice", "text"), ("Bob", "text"), ("Bob", "text")]


def test_typed_links_are_no_senders_on_ios() -> None:
    export = of(ios("Anna: hi", "https://example.org/a b", "Bob: ok"))
    assert [r[1] for r in rows(export)] == ["Anna", "", "Bob"]


def test_text_after_an_ordinary_carriage_return_stays_in_its_message() -> None:
    export = of(
        "13/03/2023, 10:00 - A: a\n14/03/2023, 10:01 - B: b\rc\n15/03/2023, 10:02 - A: d\n16/03/2023, 10:02 - A: e\n"
    )
    assert [r[0] for r in rows(export)] == [1, 2, 3, 4]


# -------------------------------------------------------------------------------------------------------- line endings

IOS_BODIES = [
    (f"{LRM}POLL:\nLunch?\n{LRM}OPTION: Ja (1 vote)", "poll"),
    (f"{LRM}image omitted\nmooi", "media"),
    (f"{LRM}<attached: 00000012-PHOTO.jpg>\nmooi", "media"),
]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(("body", "kind"), IOS_BODIES)
def test_kinds_of_several_lines(body: str, kind: str, ending: str) -> None:
    export = of(ios(f"Kim: {body}", "Anna: x").replace("\n", ending))
    assert rows(export)[0] == (1, "Kim", kind, body)


def test_a_caption_on_android_with_crlf() -> None:
    export = of(android("Kim: IMG-1-WA0001.jpg (file attached)\nMooi", "B: b").replace("\n", "\r\n"))
    assert rows(export)[0] == (1, "Kim", "media", "IMG-1-WA0001.jpg (file attached)\nMooi")


def test_a_copy_in_text_mode_has_two_carriage_returns() -> None:
    export = of(
        "20/05/24, 12:00 - Ann: Hi\r\r\n20/05/24, 12:01 - Ben: two\r\r\nlines\r\r\n21/05/24, 12:01 - Ann: x\r\r\n"
    )
    assert [(r[0], r[3]) for r in rows(export)] == [(1, "Hi"), (2, "two\nlines"), (4, "x")]


def test_a_header_behind_a_lone_carriage_return_opens_a_message() -> None:
    lines = [f"14/03/2023, 10:0{i} - A: {i}" for i in range(5)]
    export = of("\n".join(lines[:3]) + "\r" + "\n".join(lines[3:]) + "\n")
    assert [(r[0], r[3]) for r in rows(export)] == [(i + 1, str(i)) for i in range(5)]


def test_blank_lines_of_carriage_returns_alone() -> None:
    export = of("13/03/2023, 10:00 - A: a\r\rb\r14/03/2023, 10:01 - B: c\r")
    assert [(r[0], r[3]) for r in rows(export)] == [(1, "a\n\nb"), (4, "c")]


# ------------------------------------------------------------------------------------------------------------- senders


@pytest.mark.parametrize("mark", ["\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufeff"])
def test_names_that_differ_in_what_is_not_seen_are_two_and_flagged(mark: str) -> None:
    export = of(android("Anna: a", "Bob: b", f"An{mark}na: c", f"An{mark}na left"))
    assert [r[1] for r in rows(export)] == ["Anna", "Bob", f"An{mark}na", ""]
    assert export.membership["member"].tolist() == [f"An{mark}na"]
    assert any("lines 1 and 3 have names that look alike" in w for w in export.source.warnings)


def test_strokes_look_alike() -> None:
    assert any("look alike" in w for w in of(android("Annall: a", "AnnaIl: b")).source.warnings)


def test_joiners_belong_to_names() -> None:
    assert [r[1] for r in rows(of(android("\U0001f469\u200d\U0001f4bb Ann: a", "\u0645\u06cc\u200c\u0631\u0627: b")))] == [
        "\U0001f469\u200d\U0001f4bb Ann", "\u0645\u06cc\u200c\u0631\u0627",
    ]  # fmt: skip


def test_a_colon_without_a_blank() -> None:
    export = of("[2026/7/9 02:28:09] Ann: Hey\n[2026/7/9 02:28:37] Ben:Hi\n[2026/7/10 02:30:00] Ann:ok\n")
    assert [(r[1], r[3]) for r in rows(export)] == [("Ann", "Hey"), ("Ben", "Hi"), ("Ann", "ok")]
    assert [(r[1], r[3]) for r in rows(of(android("Ann: Hey", "Ann:ok", "Bob left")))][1] == ("Ann", "ok")


@pytest.mark.parametrize(
    "lines",
    [
        ("Anna added Boss: Piet", "Anna: x", "Boss: Piet: hoi", "Anna: y", "Boss: Piet: dag"),
        ("Anna: x", "Anna: z", "Boss: Piet: hoi", "Boss: Piet left", "Boss: Piet: dag"),
        ("Anna removed Boss: Piet", "Anna: x", "Boss: Piet: <Media omitted>", "Anna: y", "Boss: Piet: dag"),
    ],
)
def test_a_name_with_a_colon_that_a_notice_names(lines: tuple[str, ...]) -> None:
    export = of(android(*lines))
    assert export.members["name"].tolist().count("Boss: Piet") == 1
    assert "Boss" not in export.members["name"].tolist()
    assert export.messages["sender"].tolist()[4] == "Boss: Piet"
    assert "Boss: Piet" in export.membership["member"].tolist()


@pytest.mark.parametrize(
    "notice",
    ['\u13a0\u13be "Pod: x" \u13d2', "Anna \u5c06\u201cA: x\u201d\u6539\u4e3a\u201cB: y\u201d\u4e86", 'Anna zmenila x "A: x" y "B: z"',
     "Anna \u00abA: x\u00bb \u1240"],
)  # fmt: skip
def test_a_colon_between_quotation_marks_in_unknown_words(notice: str) -> None:
    export = of(android("Anna: hoi", notice, "Bob: hoi", "Anna: ja"))
    assert [r[2] for r in rows(export)] == ["text", "notice", "text", "text"]
    assert export.members["name"].tolist() == ["Anna", "Bob"]


def test_a_sentence_about_a_member_before_the_colon_and_quotations_behind_it() -> None:
    notice = 'Anna blub ta csoport nev\u00e9t: "A: x" - "B: y"'
    assert [r[2] for r in rows(of(android("Anna: hoi", notice, "Bob: hoi", "Anna: ja")))] == [
        "text",
        "notice",
        "text",
        "text",
    ]
    typed = ("Anna: hoi", 'Anna van der Berg: zeg eens "ja"', "Anna van der Berg: ja", 'Bob van den Dijk: "a" en "b"')
    assert [r[2] for r in rows(of(android(*typed)))] == ["text"] * 4


def test_who_bears_an_open_quotation_mark_and_writes_again_is_a_member() -> None:
    lines = (
        "Anna: hoi",
        "Bob \u201cde bouwer: zeg \u201cja\u201d",
        "Anna: ja",
        "Bob \u201cde bouwer: of \u201cnee\u201d",
    )
    assert [r[2] for r in rows(of(android(*lines[:3])))] == ["text", "notice", "text"]
    assert [r[2] for r in rows(of(android(*lines)))] == ["text"] * 4


# ------------------------------------------------------------------------------------------------------ iOS, its marks


def test_the_mark_of_a_notice_without_a_sender_shows_no_marks_on_messages() -> None:
    export = of(ios(f"{LRM}\u13a0\u13be blub", "Anna: image omitted", "Ben: hello", "Anna: hi"))
    assert [r[2] for r in rows(export)] == ["notice", "media", "text", "text"]


def test_an_ios_export_without_marks_still_has_notices() -> None:
    export = of(ios(
        f"My Group 2023: {E2E}", "Ben: Ben created group \u201cMy Group 2023\u201d", "My Group 2023: Ben added you",
        "My Group 2023: You're now an admin", "Ben: hello", "Anna: hi",
    ))  # fmt: skip
    assert [r[2] for r in rows(export)] == ["notice"] * 4 + ["text"] * 2
    assert export.source.group == "My Group 2023"
    assert export.members["name"].tolist() == ["Ben", "Anna"]
    assert export.membership[["event", "by"]].values.tolist()[:2] == [["created", "Ben"], ["added", "Ben"]]


@pytest.mark.parametrize(
    "body", ["image omitted", "video omitted", "audio omitted", "sticker omitted", "GIF omitted", "document omitted"]
)
def test_media_without_marks_in_a_file_without_any(body: str) -> None:
    assert [r[2] for r in rows(of(ios(f"Anna: {body}", "Bob: nice")))] == ["media", "text"]
    assert [r[2] for r in rows(of(ios(f"Anna: {body}", f"Bob: {LRM}image omitted")))] == ["text", "media"]


@pytest.mark.parametrize(
    "body",
    [f"2015-08-04-PHOTO-00004762.jpg <{LRM}attached>", f"name.pdf \u2022 {LRM}1 page {LRM}<attached: 00000010-name.pdf>",
     f"name.pdf \u2022 {LRM}1 page {LRM}document omitted"],
)  # fmt: skip
@pytest.mark.parametrize("other", ["nice", f"{LRM}image omitted"])
def test_attachments_whose_mark_stands_inside(body: str, other: str) -> None:
    assert rows(of(ios(f"Anna: {body}", f"Bob: {other}")))[0] == (1, "Anna", "media", body)


def test_unknown_words_in_angle_brackets() -> None:
    blub = [f"{name}: <Blub blab>" for name in ("Anna", "Bob", "Anna")]
    assert [r[2] for r in rows(of(android(*blub, "Bob: <slaat de deur dicht>")))] == ["media"] * 3 + ["text"]


def test_old_attachments_without_marks() -> None:
    text = "06.08.13, 19:55:10: Anna: hi\n26.08.13, 19:56:10: Bob: 2015-08-04-PHOTO-00004762.jpg <attached>\n"
    assert [r[2] for r in rows(of(text))] == ["text", "media"]


def test_typed_text_behind_the_mark_keeps_its_speaker_with_a_doubt() -> None:
    export = of(
        ios(f"My Pod: {LRM}{E2E}", f"Ann: {LRM}No idea, lets try it out!", "Ann: hi", f"Ben: {LRM}image omitted")
    )
    assert [(r[1], r[2]) for r in rows(export)] == [("", "notice"), ("Ann", "text"), ("Ann", "text"), ("Ben", "media")]
    assert export.messages["doubts"].tolist() == ["", "the app's mark stands before it, yet it reads as typed", "", ""]


def test_a_name_with_a_colon_before_the_mark() -> None:
    lines = (
        f"Boss: Piet: {LRM}image omitted",
        "Boss: Piet: hoi",
        "Bob: x",
        f"Bob: a: {LRM}b",
        "Boss: dag",
        f"A: B: {LRM}video omitted",
    )
    export = of(ios(*lines))
    assert [r[1] for r in rows(export)] == ["Boss: Piet", "Boss: Piet", "Bob", "Bob", "Boss", "A: B"]


def test_unknown_words_behind_the_mark() -> None:
    lines = [f"Pod: {LRM}\u13a0\u13be", "Ann: a", "Ben: b", f"Ann: {LRM}Ann \u13cc\u13be"]
    media = [f"{name}: {LRM}\u13d2\u13af \u13a0" for name in ("Ann", "Ben", "Ann")]
    export = of(ios(*lines, *media))
    assert [r[2] for r in rows(export)] == ["notice", "text", "text", "notice", "media", "media", "media"]
    assert any(w.startswith("Notices of the app that could not be read: 2;") for w in export.source.warnings)


def test_the_author_of_a_notice_that_says_you_owns_the_phone() -> None:
    lines = (f"Kim: {LRM}You changed this group's icon", f"Pod: {LRM}Bob added you", "Kim: x", "Bob: y", "Co: z")
    members = of(ios(*lines)).members
    assert members.loc[members["owner"], "name"].tolist() == ["Kim"]


# --------------------------------------------------------------------------------------------------- bytes and archives


@pytest.mark.parametrize("bad", ["2\0/\0003/2023, 11:00 - Zoe: c", "\0" * 20 + "Zoe: c", "25/03/2023, 1\0:00 - Zoe: c",
                                 "25/03/2023, 11:00\0\0\0Zoe: c"])  # fmt: skip
def test_a_hole_where_a_header_may_have_been_is_a_gap(bad: str) -> None:
    export = of(f"14/03/2023, 10:00 - Zoe: a\n14/03/2023, 10:05 - Bob: b\n{bad}\n26/03/2023, 11:00 - Zoe: d\n")
    assert [(r[0], r[1], r[2]) for r in rows(export)] == [
        (1, "Zoe", "text"), (2, "Bob", "text"), (3, "", "gap"), (4, "Zoe", "text"),
    ]  # fmt: skip
    assert export.source.gaps == 1
    assert export.messages["why"].tolist()[2] == "NUL bytes stand where its header may have been"
    assert any(w.startswith("NUL bytes in the file, at line 3;") for w in export.source.warnings)


def test_holes_before_a_header_that_stands_whole() -> None:
    export = of(
        "14/03/2023, 10:00 - Zoe: a\n" + "\0" * 300 + "25/03/2023, 11:00 - Bob: b\n26/03/2023, 11:00 - Zoe: d\n"
    )
    assert [(r[1], r[3]) for r in rows(export)] == [("Zoe", "a"), ("Bob", "b"), ("Zoe", "d")]
    assert export.messages["doubts"].tolist()[1] == "it holds NUL bytes: some of its text is lost"


def test_a_hole_in_a_name_makes_no_member() -> None:
    export = of("14/03/2023, 10:00 - Zoe: a\n25/03/2023, 11:00 - +31 6\0\0\0\0 78: b\n26/03/2023, 11:00 - Zoe: d\n")
    assert [(r[1], r[2]) for r in rows(export)] == [("Zoe", "text"), ("", "gap"), ("Zoe", "text")]
    assert export.messages["why"].tolist()[1] == "NUL bytes stand in the name of its sender"
    assert export.messages["text"].tolist()[1].startswith("25/03/2023")
    assert export.members["name"].tolist() == ["Zoe"] and export.messages["time"].isna().tolist() == [
        False,
        True,
        False,
    ]


def test_a_word_of_the_clock_that_comes_once_is_named() -> None:
    good = "".join(f"{d:02}/05/2023, 9:00 am - A: x\n" for d in range(1, 29)) * 3
    export = of(good + "29/05/2023, 9:00 zork - A: x\n")
    assert [w for w in export.messages["why"] if w] == ["the word “zork” beside the time is not known"]


def test_a_hole_in_a_text_is_a_doubt() -> None:
    export = of("14/03/2023, 10:00 - Zoe: een\x0014/03/2023, 10:05 - Bob: twee\n26/03/2023, 11:00 - Zoe: vier\n")
    assert export.messages["doubts"].tolist() == ["it holds NUL bytes: some of its text is lost", ""]


ONE = "14/03/2023, 10:00 - Zo\u00eb: hi\n15/03/2023, 10:00 - Bob: x".encode()
BYTES = [
    (ONE + b"\xe9 \xefv \xe8\n16/03/2023, 10:00 - Anna: ok\n", "utf-8", 3),
    (b"14/03/2023, 10:00 - A: a\n20/03/2023, 10:00 - A: \xf0\x9f\x9a\x80 \xe9 \xe8\n", "utf-8", 2),
    (b"14/03/2023, 10:00 - Anna: a\n20/03/2023, 10:00 - A: hi \xf0\x9f\x9a", "utf-8", 1),
    (b"14/03/2023, 10:00 - Anna: a\n20/03/2023, 10:00 - A: hi \xe2\x82 y\n", "utf-8", 1),
    (
        "14/03/2023, 10:00 - Zo\u00eb: d\u00e9j\u00e0 \u20ac5\n15/03/2023, 10:00 - Bob: \u2018ja\u2019 \u2013 nee\n".encode(
            "cp1252"
        ),
        "cp1252",
        0,
    ),
    ("14/03/2023, 10:00 - Zo\u00eb: a\n15/03/2023, 10:00 - Bob: b\n".encode("cp1252"), "cp1252", 0),
    (b"14/03/2023, 10:00 - A: \xed\xa0\x80\n20/03/2023, 10:00 - A: b\n", "utf-8", 3),
]


@pytest.mark.parametrize(("data", "encoding", "bad"), BYTES)
def test_a_few_bad_bytes_are_replaced_and_counted(data: bytes, encoding: str, bad: int) -> None:
    export = of(data)
    assert export.source.encoding == encoding
    assert export.raw.decode().count("\ufffd") == bad
    assert any(
        w.startswith("Pieces of the file that are not valid") and f": {bad};" in w for w in export.source.warnings
    ) == bool(bad)
    if "Zo" in data.decode("latin-1"):
        assert rows(export)[0][1] == "Zo\u00eb"


CHAT = android("Anna: een", "Bob: twee")
LONGER = android(*(f"X: {i}" for i in range(9)))


def zipped(*files: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files:
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("files", "name", "taken"),
    [
        ((("notes.txt", LONGER), ("WhatsApp Chat with Pod.txt", CHAT)), "x.zip", "WhatsApp Chat with Pod.txt"),
        ((("a/chat.txt", LONGER), ("Pod.txt", CHAT)), "Pod.zip", "Pod.txt"),
        ((("_chat.txt", CHAT), ("WhatsApp Chat.txt", LONGER)), "x.zip", "_chat.txt"),
        ((("_chat.txt", ""), ("chat.txt", CHAT)), "x.zip", "chat.txt"),
        ((("a.txt", "no chat\n"), ("b.txt", CHAT)), "x.zip", "b.txt"),
        ((("a.txt", CHAT), ("b.txt", LONGER)), "x.zip", "b.txt"),
    ],
)
def test_the_text_of_an_archive_that_is_the_chat(files: tuple[tuple[str, str], ...], name: str, taken: str) -> None:
    export = of(zipped(*files), name)
    assert export.source.messages == dict(files)[taken].count("\n")
    assert f"The archive holds 2 text files; {taken} was taken." in export.source.warnings


# ----------------------------------------------------------------------------------------------------------------- time


def test_a_pasted_block_longer_than_what_stands_before_it() -> None:
    export = of(
        "14/03/2023, 10:00 - A: a\n15/03/2023, 10:00 - B: kijk\n01/02/2020, 09:00 - C: oud\n02/02/2020, 09:00 - D: oud\n"
        "03/02/2020, 09:00 - C: oud\n16/03/2023, 10:00 - A: ok\n17/03/2023, 10:00 - A: ok\n"
    )
    assert [bool(d) for d in export.messages["doubts"]] == [False, False, True, True, True, False, False]


def test_the_hour_that_comes_twice_is_not_called_pasted() -> None:
    hours = ("29/10/2023, 02:14", "29/10/2023, 02:58", "29/10/2023, 02:05", "29/10/2023, 03:10", "29/10/2023, 03:20")
    export = of("".join(f"{h} - A: {i}\n" for i, h in enumerate(hours)))
    said = [d for d in export.messages["doubts"] if d]
    assert said and all(d.endswith("; the clocks may have been set back") for d in said)


def test_an_order_asked_for_that_cannot_be_is_said() -> None:
    text = "03/04/2023, 10:00 - A: x\n13/04/2023, 10:00 - A: y\n14/04/2023, 10:00 - A: y\n"
    source = of(text, date_order="mdy").source
    assert source.gaps == 2
    assert source.warnings[0] == (
        "The dates were read as month, day, year, as asked for; 2 of 3 dates do not exist that way, 0 in another order."
    )
    assert of(text, date_order="dmy").source.warnings[0] == "The dates were read as day, month, year, as asked for."


def test_me_by_a_first_name_that_one_member_has() -> None:
    text = android("Anna de Vries: a", "Bob: b", "Anne: c", "Eva A: d", "Eva B: e")
    export = of(text, me="anna")
    assert export.members.loc[export.members["owner"], "name"].tolist() == ["Anna de Vries"]
    for nobody in ("Eva", "Vries", "Piet"):
        with pytest.raises(DecisionNeeded, match="nobody in the chat has the name"):
            of(text, me=nobody)


def test_a_clock_that_was_wrong_at_the_start() -> None:
    export = of("14/03/2030, 10:00 - A: a\n" + android(*(f"B: {i}" for i in range(9))))
    assert [bool(d) for d in export.messages["doubts"]] == [True] + [False] * 9


# -------------------------------------------------------------------------------------------------- headers of all kinds


def test_what_only_begins_like_a_header_is_no_chat() -> None:
    for line in (
        "1/2/3, 10:00 - A: x",
        "[7.1.57, T:32:10] A: x",
        "1234/5/2020, 10:00 - A: x",
        "[1/3/2020 AM 9:00 PM] A: x",
    ):
        with pytest.raises(Unreadable, match="no line begins like a message"):
            of(f"{line}\n")


def test_a_shape_that_cannot_be_matched_gives_way_to_another() -> None:
    odd = "[7.1.57, T:32:10] A: x\n" * 3
    assert [r[2] for r in rows(of(odd + android("A: a", "B: b")))] == ["gap", "text", "text"]


def test_digits_of_two_scripts() -> None:
    assert rows(of("14/03/\u0662\u0660\u0662\u0663, 10:00 - A: x\n25/03/\u0662\u0660\u0662\u0663, 10:00 - B: y\n")) == [
        (1, "A", "text", "x"), (2, "B", "text", "y"),
    ]  # fmt: skip


def test_the_first_header_far_down() -> None:
    prose = ["some prose without any date\n"] * 60_000
    for at in (30_001, 30_003, 30_005):  # where no sample is taken
        prose[at] = f"{at % 28 + 1:02}/03/2023, 10:00 - A: {at}\n"
    export = of("".join(prose), date_order="dmy")
    assert [r[0] for r in rows(export)] == [1, 30_002, 30_004, 30_006]


def test_a_second_shape_that_fits_nowhere_is_pasted_text() -> None:
    first = [f"{d:02}-05-2023 10:00 - A: x\n" for d in range(1, 29)] + [
        f"{d:02}-06-2023 10:00 - A: x\n" for d in range(1, 29)
    ]
    second = [f"[{d:02}/01/2020, 10:00] B: y\n" for d in range(1, 29)]
    assert {r[1] for r in rows(of("".join(first + second)))} == {"A", "B"}  # two exports, one behind the other
    mixed = [line for pair in zip(first, second, strict=False) for line in pair] + first[28:]
    assert {r[1] for r in rows(of("".join(mixed)))} == {"A"}
    few = first + second[:19]
    assert {r[1] for r in rows(of("".join(few)))} == {"A"}


def test_many_shapes_in_one_file_are_not_all_tried() -> None:
    forms = ("[{}/05/2023, 10:00:00] A: x", "{}.05.2023, 10:00 - A: x", "{}/05/2023, 10:00 - A: x", "{}-05-2023 10:00 - A: x",
             "{}/05/2023 10:00 - A: x", "{}.05.2023 10:00 - A: x", "{}-05-2023, 10:00 - A: x", "[{}-05-2023 10:00] A: x",
             "[{}.05.2023, 10:00] A: x", "{}/05/2023; 10:00 - A: x")  # fmt: skip
    lines = [f.format(day) + "\n" for day, f in zip(range(13, 23), forms, strict=True)]
    export = of("".join(line.replace("x", f"{line[:12]}{i}") for line in lines for i in range(5)))
    assert export.source.lines == 50
    assert sum("second shape" in w for w in export.source.warnings) == 6
    assert sum("look" in d for d in export.messages["doubts"]) >= 1


def test_a_second_shape_with_short_years() -> None:
    first = "".join(f"{d}-05-2023 10:00 - A: x\n" for d in range(10, 19))
    second = "".join(f"{d}/05/23, 10:00 - A: x\n" for d in range(20, 29))
    assert set(rows(of(first + second))[i][2] for i in range(18)) == {"text"}
    few = "".join(f"{d}/05/23, 10:00 - A: x\n" for d in (20, 21))
    assert len(rows(of(first + few))) == 9


def test_a_number_padded_otherwise_is_no_header() -> None:
    export = of("17.9.2019, 16:37 - A: a\n17.9.2019, 16:38 - B: c\n5.9.2019, 16:38 - A: d\n18.09.2019, 16:39 - B: e\n")
    assert [r[3] for r in rows(export)] == ["a", "c", "d\n18.09.2019, 16:39 - B: e"]
    dates = ("17.8.2019", "18.8.2019", "9.9.2019", "17.10.2019", "18.09.2019", "19.11.2019")
    export = of("".join(f"{d}, 16:37 - A: x\n" for d in dates))
    assert [r[0] for r in rows(export)] == [1, 2, 3, 4, 6]


def test_a_bracket_without_a_blank_behind_it() -> None:
    assert [r[1:] for r in rows(of("[14/03/2023, 10:00:00]Anna: a\n[25/03/2023, 10:00:00]Bob: b\n"))] == [
        ("Anna", "text", "a"), ("Bob", "text", "b"),
    ]  # fmt: skip


def test_one_bad_date_in_hundreds_decides_nothing_but_itself() -> None:
    export = of("03/04/2023, 10:00 - A: x\n" * 300 + "13/04/2023, 10:00 - A: y\n")
    assert export.source.date_order == "dmy" and export.source.gaps == 0


def test_words_of_the_app_tell_a_short_year_that_stands_first() -> None:
    media = "<\u30e1\u30c7\u30a3\u30a2\u306f\u542b\u307e\u308c\u3066\u3044\u307e\u305b\u3093>"
    text = f"23/11/10, 10:00 - A: {media}\n23/11/10, 10:00 - B: x\n"
    assert of(text).source.date_order == "ymd"
    assert of(text.replace(media, "x")).source.date_order == "dmy"
    with pytest.raises(DecisionNeeded):  # the words tell of an order that cannot be
        of(f"03/04/10, 10:00 - A: {media}\n03/04/10, 10:00 - B: x\n")


def test_a_short_year_first_in_whose_order_nothing_runs_back() -> None:
    dates = ("10/12/11", "10/12/12", "11/01/12", "11/03/10")
    source = of("".join(f"{d}, 10:00 - A: x\n" for d in dates)).source
    assert source.date_order == "ymd"
    assert "0 messages run back in time that way" in source.warnings[0]


def test_iso_dates_of_two_digits_by_their_words() -> None:
    said = of(
        "23\ub144 11\uc6d4 10\uc77c \uc624\uc804 10:00 - A: x\n23\ub144 11\uc6d4 10\uc77c \uc624\ud6c4 10:00 - B: x\n"
    ).source
    assert said.date_order == "ymd" and said.warnings[0] == "The dates begin with the year: their last number is a day."


def test_spans_of_less_than_a_minute() -> None:
    export = of(
        "[14/03/2023, 10:00:00] A: a\n[14/03/2023, 09:00:10] A: b\n[14/03/2023, 09:00:05] A: c\n[15/03/2023, 10:00:00] A: d\n"
    )
    assert export.messages["doubts"].tolist()[2] == "time runs back by less than a minute; the line may be pasted text"


def test_every_line_is_counted_once() -> None:
    export = of(
        "tail\n\n14/03/2023, 10:00 - A: a\nb\n\n  \nc\n25/03/2023, 10:00 - B left\n99/03/2023, 10:00 - A: x\n\n26/03/2023, 10:00 - A: y\n"
    )
    assert export.source.line_ledger == LineLedger(messages=2, notices=1, continuations=3, blank=1, gaps=4)
    assert export.source.warnings[-1] == (
        "Lines: 11 in all. Opening a message: 2; opening a notice of the app: 1; going on with one: 3; blank: 1; not read: 4."
    )


# ---------------------------------------------------------------------------------------------------------- small edges


def test_unknown_words_of_an_attachment() -> None:
    export = of(f"{LRM}[20/05/2023, 10:00:00] Anna: {LRM}\u13a0\u13be\n[20/05/2023, 10:01:00] Bob: x\n")
    assert [r[2] for r in rows(export)] == ["media", "text"]


def test_a_name_with_a_colon_of_whom_nothing_is_said() -> None:
    export = of(android("Anna added Boss: Piet", "Anna removed Chef: Jan", "Boss: hoi", "Anna: a"))
    assert [r[1] for r in rows(export)] == ["", "", "Boss", "Anna"]


def test_marks_far_behind_a_colon_are_no_names() -> None:
    long = "woorden " * 12
    export = of(
        ios(f"Anna: {long}: {LRM}image omitted", f"Anna: a: {LRM}zomaar", f"Bob: {LRM}x: {LRM}image omitted", "Bob: y")
    )
    assert [r[1] for r in rows(export)] == ["Anna", "Anna", "Bob", "Bob"]


def test_what_is_no_number_after_all() -> None:
    assert members.number_key("+999 (0) 1234567") == "+99901234567"


def test_a_greeting_behind_a_notice() -> None:
    lines = ("Bob added you", "Anna left", "Bob: hi Kim", "Kim: a", "Eva: b")
    found = of(android(*lines)).members
    assert found.loc[found["owner"], "name"].tolist() == ["Kim"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"x")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(Unreadable, match="may not be read; check the permissions"):
        read(path, name="chat.txt", options=Options())


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT)
    size = path.stat().st_size
    real = Path.stat

    def smaller(self: Path, **kept: Any) -> Any:
        found = real(self, **kept)
        return os.stat_result((*found[:6], 1, *found[7:]))

    monkeypatch.setattr(Path, "stat", smaller)
    with pytest.raises(Unreadable, match="raise --max-size"):
        read(path, name="chat.txt", options=Options(max_bytes=size - 1))
