"""Rows: every line in exactly one; senders, texts, kinds and doubts."""

from __future__ import annotations

import time
from typing import Any

import pytest

from podaudit.export import read, words
from podaudit.model import Export, Kind, Options, Unreadable

LRM = "\u200e"


def chat(text: str, **options: Any) -> Export:
    return read(None, data=text.encode(), name="chat.txt", options=Options(**options))


def android(*bodies: str) -> Export:
    """Messages a minute apart, on a day above 12."""
    return chat("".join(f"20/05/2023, 10:{i:02d} - {b}\n" for i, b in enumerate(bodies)))


def ios(*bodies: str) -> Export:
    return chat("".join(f"[20/05/2023, 10:{i:02d}:00] {b}\r\n" for i, b in enumerate(bodies)))


def said(export: Export) -> list[tuple[str, str, str]]:
    m = export.messages
    return list(zip(m["sender"], m["kind"], m["text"], strict=True))


def whole(export: Export) -> bool:
    m = export.messages
    return b"".join(export.raw[a:b] for a, b in zip(m["start"], m["stop"], strict=True)) == export.raw


# ------------------------------------------------------------------------------------------------ what makes no message

BODIES = [
    "as he said 20/05/2023, 09:59 - Bob: no",
    "20/05/2023 is the day",
    "see\n20.15-21.15 h Stock\n21/05/2023\n12:30 lunch",
    "list\n- 20/05/2023 walk\n- 21/05/2023 run",
    "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh",
    "a\u202820/05/2023, 10:00 - Bob: forged",
    "x\n\n\ny",
    "20/05/2023, 10:00 Bob",
    "x\n > 20/05/2023, 09:59 - Bob: quoted mail",
    'x\n"20/05/2023, 09:59 - Bob: quoted"',
    "[20/05/2023] agenda",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_only_speaks_of_times_stays_one(body: str) -> None:
    for export in (android(f"Anna: {body}", "Bob: ok"), ios(f"Anna: {body}", "Bob: ok")):
        assert said(export) == [("Anna", "text", body), ("Bob", "text", "ok")]
        assert export.messages["doubts"].tolist() == ["", ""]
        assert whole(export)


OTHER_SHAPES = [
    "[10:35, 20/05/2023] Bob: copied",
    "[20-05-2023 09:35:01] Bob: pasted",
    "5/20/23, 9:35 AM - Bob: pasted",
    "20.05.23, 09:35 - Bob: pasted",
    "20/5/2023, 9:35 - Bob: pasted",
    "2023-05-20, 09:35 - Bob: pasted",
]


@pytest.mark.parametrize("line", OTHER_SHAPES)
def test_a_header_of_another_shape_is_kept_in_the_body_with_a_doubt(line: str) -> None:
    export = android("Anna: look\n" + line, "Bob: ok", "Anna: yes")
    assert said(export) == [("Anna", "text", "look\n" + line), ("Bob", "text", "ok"), ("Anna", "text", "yes")]
    doubts = export.messages["doubts"].tolist()
    assert "line 2" in doubts[0] and doubts[1:] == ["", ""]
    assert any("line 2" in w for w in export.source.warnings)


def test_a_pasted_chat_of_another_shape_makes_no_messages() -> None:
    paste = "\n".join(f"[19-05-2023 09:{i:02d}:01] Bob: old {i}" for i in range(8))
    export = android("Anna: look\n" + paste, "Bob: ok", "Anna: yes")
    assert export.source.messages == 3
    assert len(export.messages["doubts"].tolist()[0].split("; ")) == 8


def test_a_line_pasted_in_the_files_own_shape_is_kept_with_a_doubt() -> None:
    export = chat(
        "20/05/2023, 10:00 - Anna: one\n20/05/2023, 10:05 - Anna: look what he wrote\n19/05/2023, 22:10 - Bob: never\n"
        "20/05/2023, 10:06 - Bob: that was not me\n20/05/2023, 10:07 - Anna: sure\n"
    )
    assert export.source.messages == 5
    doubts = export.messages["doubts"].tolist()
    assert [bool(d) for d in doubts] == [False, False, True, False, False]
    assert "time runs back by 12 hours" in doubts[2]
    assert any("line 3" in w for w in export.source.warnings)


def test_a_line_pasted_ahead_of_its_time_is_the_one_in_doubt() -> None:
    lines = [f"20/05/2023, 10:{i:02d} - Anna: {i}" for i in range(30)]
    lines.insert(5, "20/05/2024, 10:00 - Bob: forged")
    doubts = chat("\n".join(lines)).messages["doubts"].tolist()
    assert [i for i, d in enumerate(doubts) if d] == [5]
    assert "ahead" in doubts[5]


def test_swaps_of_seconds_are_no_doubt() -> None:
    export = chat("[20/05/2023, 10:00:30] A: x\n[20/05/2023, 10:00:01] B: y\n[20/05/2023, 10:00:31] A: z\n")
    assert export.messages["doubts"].tolist() == ["", "", ""]


def test_a_second_shape_that_fits_in_time_is_read() -> None:
    first = [f"20/05/2023, 10:{i:02d} - Anna: {i}" for i in range(8)]
    second = [f"[20/05/2023, 11:{i:02d}:00] Bob: {i}" for i in range(8)]
    export = chat("\n".join(first + second))
    assert export.source.messages == 16 and export.source.gaps == 0
    assert any("second shape" in w and "line 9" in w for w in export.source.warnings)


def test_two_exports_one_behind_the_other_are_read() -> None:
    first = [f"20/05/2023, 10:{i:02d} - Anna: {i}" for i in range(30)]
    second = [f"[19/05/2023, 11:{i:02d}:00] Bob: {i}" for i in range(30)]
    assert chat("\n".join(first + second)).source.messages == 60


# -------------------------------------------------------------------------------------------------------------- senders

SENDERS = [
    ("Anna", "Anna"),
    ("~ Bas Funnels", "Bas Funnels"),
    ("~\u202fBas", "Bas"),
    ("\u202a+55 11 90000\u20110142\u202c", "+55 11 90000\u20110142"),
    ("Dr. A. b-C (d) [e] {f}", "Dr. A. b-C (d) [e] {f}"),
    ("a - b", "a - b"),
    ("12:30 club", "12:30 club"),
    ('O\'Neil "Red" Jones', 'O\'Neil "Red" Jones'),
    ("👩‍🔬 Ada", "👩‍🔬 Ada"),
    ("Yes/No; 100 %", "Yes/No; 100 %"),
    ("=cmd", "=cmd"),
    ("<b>x</b>", "<b>x</b>"),
]


@pytest.mark.parametrize(("name", "shown"), SENDERS)
def test_sender(name: str, shown: str) -> None:
    for export in (android(f"{name}: x: y", "Zed: ok"), ios(f"{name}: x: y", "Zed: ok")):
        sender, _, text = said(export)[0]
        assert (sender.replace("\u200d", ""), text) == (shown.replace("\u200d", ""), "x: y")


def test_a_name_with_a_colon_is_known_by_its_constancy() -> None:
    export = android("Team: Anna: one", "Bob: note: x", "Team: Anna: two", "Team: Anna: three: 3", "Bob: y")
    assert [s for s, _, _ in said(export)] == ["Team: Anna", "Bob", "Team: Anna", "Team: Anna", "Bob"]
    assert said(export)[3][2] == "three: 3"


def test_a_mark_shows_where_an_ios_sender_ends() -> None:
    export = ios(f"Team: Anna: {LRM}image omitted", "Team: Anna: hello", "Bob: x")
    assert [s for s, _, _ in said(export)] == ["Team: Anna", "Team: Anna", "Bob"]


# --------------------------------------------------------------------------------------------------------- empty bodies


def test_empty_bodies_are_media_seen_once() -> None:
    export = android("Carol:", "Frank: ", "Anna: x")
    assert said(export) == [("Carol", "media", ""), ("Frank", "media", ""), ("Anna", "text", "x")]


def test_texts_on_the_line_below_every_header() -> None:
    export = chat("02-12-18 22:55:45 Ewout:\nHallo\n13-12-18 22:56:45 Bob:\nDag\nhoi\n")
    assert said(export) == [("Ewout", "text", "Hallo"), ("Bob", "text", "Dag\nhoi")]
    assert whole(export)


# ------------------------------------------------------------------------------------------------------- lines and gaps


def test_lines_before_the_first_message_are_a_gap() -> None:
    export = chat("tail\nof old\n20/05/2023, 10:00 - Anna: x\n")
    m = export.messages
    assert m["kind"].tolist() == ["gap", "text"]
    assert m["line"].tolist() == [1, 3] and m["line_end"].tolist() == [2, 3]
    assert m["text"].tolist()[0] == "tail\nof old"
    assert export.source.messages == 1 and export.source.gaps == 1
    assert m["sender"].tolist()[0] == "" and m["member"].tolist()[0] == ""
    assert any(w == "Lines before any message: 2; the export may begin inside one." for w in export.source.warnings)


LINES = [
    ("20/05/2023, 10:00 - A: x", 1),
    ("20/05/2023, 10:00 - A: x\n", 1),
    ("20/05/2023, 10:00 - A: x\r\n", 1),
    ("20/05/2023, 10:00 - A: x\n\n", 2),
    ("20/05/2023, 10:00 - A: x\ny\r\nz", 3),
]


@pytest.mark.parametrize(("text", "lines"), LINES)
def test_line_numbers(text: str, lines: int) -> None:
    export = chat(text)
    assert export.source.lines == lines
    assert export.messages["line_end"].tolist() == [lines]
    assert whole(export)


def test_each_gap_says_why_it_is_one() -> None:
    lines = [f"{day}/05/2023, 10:00 - A: x" for day in (20, 20, 20, 99, 21)]
    why = chat("\n".join(["tail", *lines])).messages["why"].tolist()
    assert [bool(said) for said in why] == [True, False, False, False, True, False]


def test_carriage_returns_inside_a_line_stay() -> None:
    export = android("Anna: a\rb", "Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4")
    assert said(export)[0] == ("Anna", "text", "a\rb")


def test_of_a_few_carriage_returns_those_before_a_header_end_a_line() -> None:
    export = android("Anna: a\rb\rc\r20/05/2023, 10:00 - Bob: d", *(f"Bob: {i}" for i in range(9)))
    assert said(export)[:3] == [("Anna", "text", "a\rb\rc"), ("Bob", "text", "d"), ("Bob", "text", "0")]
    assert whole(export)


def test_crlf_bodies_are_joined_by_line_feeds() -> None:
    export = chat("20/05/2023, 10:00 - A: x\r\ny\r\n\r\nz\r\n20/05/2023, 10:01 - A: q\r\n")
    assert export.messages["text"].tolist() == ["x\ny\n\nz", "q"]
    assert whole(export)


# ---------------------------------------------------------------------------------------------------------------- kinds

ANDROID_KINDS = [
    ("<Media omitted>", Kind.MEDIA), ("<Media weggelaten>", Kind.MEDIA), ("<Medien ausgeschlossen>", Kind.MEDIA),
    ("<Médias omis>", Kind.MEDIA), ("<Multimedia omitido>", Kind.MEDIA), ("<Mídia oculta>", Kind.MEDIA),
    ("<Ficheiro não revelado>", Kind.MEDIA), ("<Media omessi>", Kind.MEDIA), ("<Video message omitted>", Kind.MEDIA),
    ("IMG-20210428-WA0001.jpg (file attached)", Kind.MEDIA), ("IMG-1.jpg (Datei angehängt)", Kind.MEDIA),
    ("IMG-1.jpg (file attached)\nthe caption", Kind.MEDIA), (f"{LRM}IMG-1.jpg (archivo adjunto)", Kind.MEDIA),
    ("IMG-1.jpg (arquivo anexado)", Kind.MEDIA), ("IMG-1.jpg (fichier joint)", Kind.MEDIA),
    ("IMG-1.jpg (file allegato)", Kind.MEDIA), ("IMG-1.jpg (bestand bijgevoegd)", Kind.MEDIA),
    ("John Doe.vcf (file attached)", Kind.CONTACT),
    ("This message was deleted", Kind.DELETED), ("You deleted this message", Kind.DELETED),
    ("Dit bericht is verwijderd", Kind.DELETED), ("Je hebt dit bericht verwijderd", Kind.DELETED),
    ("Diese Nachricht wurde gelöscht.", Kind.DELETED), ("Du hast diese Nachricht gelöscht.", Kind.DELETED),
    ("Ce message a été supprimé", Kind.DELETED), ("Vous avez supprimé ce message", Kind.DELETED),
    ("Se eliminó este mensaje.", Kind.DELETED), ("Eliminaste este mensaje.", Kind.DELETED),
    ("Mensagem apagada", Kind.DELETED), ("Esta mensagem foi apagada", Kind.DELETED),
    ("Você apagou esta mensagem", Kind.DELETED), ("Questo messaggio è stato eliminato", Kind.DELETED),
    ("Hai eliminato questo messaggio", Kind.DELETED),
    ("POLL:\nWhen?\nOPTION: now (2 votes)", Kind.POLL), ("ENCUESTA:\n¿Cuándo?", Kind.POLL),
    ("PEILING:\nWanneer?", Kind.POLL),
    ("location: https://maps.google.com/?q=52.1,4.3", Kind.LOCATION), ("live location shared", Kind.LOCATION),
    ("null", Kind.CALL), ("Missed voice call", Kind.CALL),
    # near misses
    ("<3", Kind.TEXT), ("<3 <3", Kind.TEXT), ("I love <Media omitted> files", Kind.TEXT), ("media omitted", Kind.TEXT),
    ("this message was deleted by mistake, sorry", Kind.TEXT), ("poll: who comes?", Kind.TEXT),
    ("<Heftruckchauffeurs zijn de ruggengraat> schreef ik", Kind.TEXT),
    ("call me", Kind.TEXT), ("nullified", Kind.TEXT),
    ("done <This message was edited>", Kind.TEXT), ("he left", Kind.TEXT), ("see report.pdf (draft)", Kind.TEXT),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), ANDROID_KINDS)
def test_kind_on_android(body: str, kind: Kind) -> None:
    assert said(android(f"Anna: {body}", "Bob: ok"))[0] == ("Anna", kind.value, body)


IOS_KINDS = [
    ("image omitted", Kind.MEDIA), ("video omitted", Kind.MEDIA), ("audio omitted", Kind.MEDIA),
    ("GIF omitted", Kind.MEDIA),
    ("sticker omitted", Kind.MEDIA), ("document omitted", Kind.MEDIA), ("Contact card omitted", Kind.CONTACT),
    ("afbeelding weggelaten", Kind.MEDIA), ("Bild weggelassen", Kind.MEDIA), ("Bild ausgelassen", Kind.MEDIA),
    ("image absente", Kind.MEDIA), ("imagen omitida", Kind.MEDIA), ("imagem ocultada", Kind.MEDIA),
    ("immagine omessa", Kind.MEDIA),
    ("<attached: 00000042-PHOTO-2020-06-07-15-13-20.jpg>", Kind.MEDIA), ("<Anhang: 1-PHOTO.jpg>", Kind.MEDIA),
    ("plan.pdf • \u200e1 page \u200e<attached: 00000042-plan.pdf>", Kind.MEDIA),
    ("This message was deleted.", Kind.DELETED), ("You deleted this message.", Kind.DELETED),
    ("Dit bericht is verwijderd", Kind.DELETED),
    ("Missed voice call", Kind.CALL), ("Voice call, 5 min", Kind.CALL),
    ("POLL:\nQ\n\u200eOPTION: A (1 vote)", Kind.POLL),
    ("Location: https://maps.google.com/?q=1,2", Kind.LOCATION),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), IOS_KINDS)
def test_kind_on_ios(body: str, kind: Kind) -> None:
    export = ios(f"Anna: {LRM}{body}", f"Bob: {body}", f"Group: {LRM}Messages and calls are end-to-end encrypted. x")
    sender, got, text = said(export)[0]
    assert (sender, got, text) == ("Anna", kind.value, LRM + body)
    typed = not body.startswith("<") and LRM not in body.partition("\n")[0]  # the app's mark is missing
    assert said(export)[1] == ("Bob", "text" if typed else kind.value, body)


def test_unknown_words_behind_the_mark_of_an_attachment_are_media() -> None:
    export = chat(f"{LRM}[20/05/2023, 10:00:00] Anna: {LRM}kuva jätetty pois\n[20/05/2023, 10:01:00] Bob: x\n")
    assert said(export)[0][:2] == ("Anna", "media")


def test_the_hour_of_midnight_is_no_padded_one() -> None:
    day = "20/05/2023, "
    pasted = f"{day}07:11 - Bob: pasted"
    export = chat(f"{day}0:10 - Anna: x\n{day}0:11 - Anna: y\n{day}7:10 - Anna: z\n{pasted}\n{day}7:12 - Anna: ok\n")
    assert [text for _, _, text in said(export)] == ["x", "y", f"z\n{pasted}", "ok"]


# -------------------------------------------------------------------------------------------------------- size and time


def test_a_long_line_and_a_long_message_take_no_time() -> None:
    began = time.process_time()
    export = android("Anna: " + "x 12/12/2012, 10:00 - y: " * 200_000, "Bob: " + "line\n" * 100_000, "Anna: ok")
    assert export.source.messages == 3
    assert time.process_time() - began < 5


def test_truncation_is_said() -> None:
    lines = [f"{1 + i // 1440:02d}/05/2023, {i // 60 % 24:02d}:{i % 60:02d} - A: x" for i in range(39_999)]
    export = chat("\n".join(lines), date_order="dmy")
    assert any("40,000" in w for w in export.source.warnings)
    assert not any("40,000" in w for w in android("A: x", "B: y").source.warnings)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("klaar ✅ <Dit bericht is bewerkt>", "klaar ✅"),
        (f"done {LRM}<This message was edited>", "done"),
        ("done <this is mine>", "done <this is mine>"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_the_mark_of_an_edit_is_no_part_of_what_was_said(text: str, bare: str) -> None:
    assert words.unedited(text) == bare
    assert said(android(f"Anna: {text}"))[0] == ("Anna", "text", text)


# ------------------------------------------------------------------------------------------------- which header is whose


def stamps(form: str, n: int, start: int = 10, name: str = "Bob") -> list[str]:
    return [form.format(start + i) + f"{name}: {start + i}" for i in range(n)]


ANDROID, IOS = "20/05/2023, {}:00 - ", "[19-05-2023 {}:00:00] "


@pytest.mark.parametrize(
    ("first", "more", "platform"),
    [
        (3, 9, "android"),  # about as frequent, and it opens the file
        (3, 10, "ios"),
        (9, 3, "android"),
    ],
)
def test_the_shape_of_the_first_line_is_the_files_own_unless_another_is_far_more_frequent(
    first: int, more: int, platform: str
) -> None:
    lines = stamps(ANDROID, first) + stamps(IOS, more)
    assert chat("\n".join(lines)).source.platform == platform
    assert chat("\n".join(["tail", *stamps(IOS, 2), *stamps(ANDROID, 3)])).source.platform == "android"


@pytest.mark.parametrize(("n", "messages"), [(3, 13), (8, 18)])
@pytest.mark.parametrize(
    ("form", "fits"),
    [("[20-05-2023 {}:30:00] ", True), ("[21-05-2023 {}:30:00] ", False), ("[19-05-2023 {}:30:00] ", False)],
)
def test_a_second_shape_among_the_first_counts_where_its_times_fit(
    n: int, messages: int, form: str, fits: bool
) -> None:
    """Not where they run back, and not where they run ahead."""
    lines = [
        line
        for hour in range(10)
        for line in (f"20/05/2023, {10 + hour}:00 - Anna: {hour}", *stamps(form, 1, 10 + hour) * (hour < n))
    ]
    export = chat("\n".join(lines))
    assert export.source.messages == (messages if fits else 10)
    assert [bool(d) for d in export.messages["doubts"]] == (
        [False] * messages if fits else [hour < n for hour in range(10)]
    )


def test_two_lines_of_a_second_shape_are_no_habit() -> None:
    lines = [*stamps(ANDROID, 5), *stamps("[20-05-2023 {}:00:00] ", 2, 16)]
    assert chat("\n".join(lines)).source.messages == 5


@pytest.mark.parametrize(("astray", "messages"), [(1, 20), (2, 10)])
def test_one_in_ten_of_a_second_shape_may_not_fit(astray: int, messages: int) -> None:
    times = [f"20-05-2023 11:{i:02}:00" for i in range(10)]
    times[4 : 4 + astray] = ["19-05-2023 11:00:00"] * astray
    lines = [*(f"20/05/2023, 10:{i:02} - Anna: {i}" for i in range(10)), *(f"[{t}] Bob: x" for t in times)]
    assert chat("\n".join(lines)).source.messages == messages


@pytest.mark.parametrize(("own", "pasted", "read"), [(80, 20, True), (81, 20, False), (40, 19, False)])
def test_how_much_of_another_shape_behind_the_first_is_a_second_export(own: int, pasted: int, read: bool) -> None:
    first = [f"20/05/2023, {10 + i // 60}:{i % 60:02} - Anna: {i}" for i in range(own)]
    second = [f"[19/05/2023, 11:{i:02}:00] Bob: {i}" for i in range(pasted)]
    assert chat("\n".join(first + second)).source.messages == (own + pasted if read else own)


def test_a_chat_in_the_second_half_of_a_long_file() -> None:
    """Lines are looked at all over a long file: two headers of another kind in its first half are not the chat."""
    prose = ["some prose without any date"] * 9_000
    prose[5:7] = stamps("[19-05-2023 {}:00:00] ", 2)
    messages = [f"{20 + i // 1440}/05/2023, {i // 60 % 24}:{i % 60:02} - Anna: {i}" for i in range(8_500)]
    source = chat("\n".join(prose + messages)).source
    assert (source.messages, source.platform) == (8_500, "android")


# ------------------------------------------------------------------------------------------------------ texts of old apps


@pytest.mark.parametrize(("others", "moved"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_the_text_stands_below_the_header_where_most_headers_stand_alone(others: int, moved: bool) -> None:
    lines = ["02-12-18 22:55:45 Ewout:\nHallo", "13-12-18 22:56:45 Bob:\nDag", "13-12-18 22:57:45 Ewout:\nJa"]
    lines += [f"14-12-18 22:5{i}:45 Anna: {i}" for i in range(others)]
    for ending in ("\n", "\r\n"):
        export = chat("\n".join(lines).replace("\n", ending))
        texts = ["Hallo", "Dag", "Ja"] if moved else ["\nHallo", "\nDag", "\nJa"]
        assert [text for _, _, text in said(export)][:3] == texts
        assert whole(export)


def test_marks_before_the_first_message_move_no_sender() -> None:
    tail = f"x: {LRM}<attached: 1.jpg>\n"
    export = chat(tail + f"[20/05/2023, 10:00:00] Anna: {LRM}image omitted\n[20/05/2023, 10:01:00] Bob: b\n")
    assert said(export)[1:] == [("Anna", "media", f"{LRM}image omitted"), ("Bob", "text", "b")]
    export = chat(f"{LRM}[20/05/2023, 10:00:00] Anna: a\n[20/05/2023, 10:01:00] Bob: ")
    assert [s for s, _, _ in said(export)] == ["Anna", "Bob"]


# ------------------------------------------------------------------------------------------------------ words of warnings


@pytest.mark.parametrize(("n", "named"), [
    (1, "line 2"), (2, "lines 2, 3"), (20, f"lines {', '.join(map(str, range(2, 22)))}"),
    (21, f"lines {', '.join(map(str, range(2, 22)))} and 1 more"), (45, f"lines {', '.join(map(str, range(2, 22)))} and 25 more"),
])  # fmt: skip
def test_a_long_list_of_lines_is_cut(n: int, named: str) -> None:
    export = chat(
        "20/05/2023, 10:00 - Anna: a\n" + "99/05/2023, 10:00 - Anna: a\n" * n + "20/05/2023, 10:00 - Anna: a\n"
    )
    assert f"No message could be made of {named}." in export.source.warnings


# ------------------------------------------------------------------------------------------------ names, how they may be


@pytest.mark.parametrize(("n", "known"), [(1, True), (80, True), (81, False)])
def test_how_long_a_name_before_a_mark_or_a_bare_colon_may_be(n: int, known: bool) -> None:
    name = "X" * n
    for body, kind in ((f"{LRM}image omitted", "media"), (f"{LRM}<attached: 1.jpg>", "media")):
        export = ios(f"Team: {name}: {body}", "Bob: y", f"Team: {name}: dag", "Team: dag")
        if known:
            assert said(export)[0] == (f"Team: {name}", kind, body)
            assert said(export)[2] == (f"Team: {name}", "text", "dag")
        else:
            assert [(s, t) for s, _, t in said(export)][::2] == [("Team", f"{name}: {body}"), ("Team", f"{name}: dag")]
        assert said(export)[1::2] == [("Bob", "text", "y"), ("Team", "text", "dag")]
    export = ios("Anna: x", f"{name}:hoi", "Bob: y")
    assert [(s, t) for s, _, t in said(export)][1] == ((name, "hoi") if known else ("", f"{name}:hoi"))


def test_a_bare_colon_on_android_ends_known_names_alone() -> None:
    export = android("Anna: x", "Anna:hoi", "Bob:hoi", "Anna: y")
    assert [s for s, _, _ in said(export)] == ["Anna", "Anna", "", "Anna"]
    assert said(export)[1] == ("Anna", "text", "hoi")


CONSTANT = [
    ("Anna", ("een", "twee", "drie"), True),
    ("Anna van Dam", ("een", "twee", "drie"), True),
    ("X" * 78, ("een", "twee", "drie"), True),
    ("Anna", ("een", "twee"), False),  # two may be chance
    ("Anna van den Dam", ("een", "twee", "drie"), False),  # four words are a sentence
    ("anna", ("een", "twee", "drie"), False),
    ("Groep 7", ("een", "twee", "drie"), False),
    ("Dag/Nacht", ("een", "twee", "drie"), False),
    ("Anna", ("een", "een", "drie"), False),  # the same again: a form that is filled in
    ("X" * 79, ("een", "twee", "drie"), False),
]


@pytest.mark.parametrize(("second", "texts", "constant"), CONSTANT)
def test_what_always_follows_a_name_and_a_colon(second: str, texts: tuple[str, ...], constant: bool) -> None:
    export = android("Bob: x", *(f"Team: {second}: {text}" for text in texts), "Bob: y")
    if constant:
        assert said(export)[1:-1] == [(f"Team: {second}", "text", text) for text in texts]
    else:
        assert said(export)[1:-1] == [("Team", "text", f"{second}: {text}") for text in texts]
    export = android("Bob: x", *(f"Team: {second}: {text}" for text in texts), "Team: los", "Bob: y")
    assert {s for s, _, _ in said(export)} == {"Bob", "Team"}


# ------------------------------------------------------------------------------------------- what tells the app's words


@pytest.mark.parametrize(
    ("body", "times", "kind"),
    [
        ("<Blub>", 2, "text"),
        ("<Blub>", 3, "media"),
        ("<Bl>", 3, "text"),  # hardly a word
        ("<Blu>", 3, "media"),
        (f"<{'b' * 80}>", 3, "media"),
        (f"<{'b' * 81}>", 3, "text"),
        ("<Blub> ja", 3, "text"),
        ("nullified", 3, "text"),  # begins like the app's "null"
        ("<Media omitted>", 1, "media"),
        ("null", 3, "call"),
    ],
)
def test_words_in_angle_brackets_that_come_again(body: str, times: int, kind: str) -> None:
    export = android("Anna: x", *(f"{name}: {body}" for name in ("Anna", "Bob", "Anna")[:times]), "Bob: y")
    assert [k for _, k, _ in said(export)] == ["text", *[kind] * times, "text"]


@pytest.mark.parametrize(("times", "kind"), [(1, "text"), (2, "text"), (3, "media")])
def test_unknown_words_behind_the_mark_that_come_again(times: int, kind: str) -> None:
    bodies = [f"{name}: {LRM}blub" for name in ("Anna", "Bob", "Anna")[:times]]
    export = ios("Anna: a", "Bob: b", *bodies, f"Bob: {LRM}blub\nen meer", f"Bob: {LRM}image omitted")
    assert [k for _, k, _ in said(export)] == ["text", "text", *[kind] * times, "text", "media"]
    assert [bool(d) for d in export.messages["doubts"]] == [False, False, *[kind == "text"] * times, True, False]


E2E = "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them."


@pytest.mark.parametrize(
    ("before", "notice", "kind"),
    [(0, E2E, "notice"), (2, E2E, "notice"), (3, E2E, "text"), (0, E2E[:60], "notice"), (0, E2E[:59], "text")],
)
def test_the_notice_on_encryption_without_its_mark(before: int, notice: str, kind: str) -> None:
    """In a chat of two it is put down to the other one."""
    export = ios(*(f"Anna: {i}" for i in range(before)), f"Ben: {notice}", "Anna: hi", "Ben: ja")
    assert [k for _, k, _ in said(export)] == ["text"] * before + [kind, "text", "text"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [("Ben left", "notice"), ("~ Ben left", "notice"), ("~\u202fBen left", "notice"), ("~\u00a0Ben left", "notice"),
     ("Bob left", "text"), ("Ben lacht", "text"), ("You left", "text"), ("left Ben", "text")],
)  # fmt: skip
def test_a_notice_without_its_mark_opens_with_whom_it_is_put_down_to(body: str, kind: str) -> None:
    export = ios("Anna: hi", "Ben: hi", f"Ben: {body}", "Anna: ja")
    assert [k for _, k, _ in said(export)] == ["text", "text", kind, "text"]
    assert len(export.membership) == (kind == "notice")


# ------------------------------------------------------------------------------------------------- edges of what is said


@pytest.mark.parametrize(
    ("above", "below", "cause"),
    [
        ("02:59", "02:00", "the clocks may have been set back"),
        ("03:00", "02:00", "the clocks may have been set back"),
        ("03:01", "02:00", "the line may be pasted text"),
        ("04:30", "03:59", "the clocks may have been set back"),
        ("04:30", "04:00", "the line may be pasted text"),
        ("10:59", "10:00", "the line may be pasted text"),
    ],
)
def test_what_may_have_set_a_time_back(above: str, below: str, cause: str) -> None:
    """By an hour at most, and by night."""
    times = ["00:10", "00:11", above, above, below, "11:10"]
    doubts = chat("".join(f"29/10/2023, {t} - A: x\n" for t in times)).messages["doubts"].tolist()
    assert [bool(d) for d in doubts] == [False] * 4 + [True, False]
    assert doubts[4].startswith("time runs back by ") and doubts[4].endswith(f"; {cause}")


@pytest.mark.parametrize(
    ("prose", "headers", "read"),
    [
        (11, 1, True),
        (12, 1, False),
        (12, 2, False),
        (12, 3, True),
        (7, 7, True),
        (3, 2, True),
        (30, 2, False),
        (30, 3, True),
    ],
)
def test_prose_with_hardly_a_header_is_no_chat(prose: int, headers: int, read: bool) -> None:
    text = "some words\n" * prose + "".join(f"{20 + i}/05/2023, 10:00 - A: x\n" for i in range(headers))
    if read:
        assert chat(text).source.messages == headers
    else:
        with pytest.raises(Unreadable, match="hardly a line begins like a message"):
            chat(text)


@pytest.mark.parametrize(("after", "read"), [(11, True), (10, False)])
def test_the_first_header_in_the_first_half_is_of_a_chat(after: int, read: bool) -> None:
    text = "some words\n" * 11 + "20/05/2023, 10:00 - A: x\n" + "and so on\n" * (after - 1)
    if read:
        assert chat(text).source.messages == 1
    else:
        with pytest.raises(Unreadable):
            chat(text)


@pytest.mark.parametrize(("n", "stray"), [(50, False), (51, True)])
def test_how_seldom_an_unknown_word_beside_the_time_is_a_stray_one(n: int, stray: bool) -> None:
    lines = [f"13/05/2023, 10:{i:02d} am - A: x" for i in range(n - 1)] + ["13/05/2023, 10:58 zz - A: x"]
    if stray:
        assert chat("\n".join(lines)).source.gaps == 1
    else:
        with pytest.raises(Unreadable, match="'zz'"):
            chat("\n".join(lines))


@pytest.mark.parametrize(("at", "gap"), [(0, True), (23, True), (24, False), (60, False)])
def test_where_a_hole_may_have_been_a_header(at: int, gap: bool) -> None:
    line = "x" * at + "\0" + "y" * 10
    export = chat(f"20/05/2023, 10:00 - A: a\n{line}\n20/05/2023, 10:01 - B: b\n")
    assert [k for _, k, _ in said(export)] == (["text", "gap", "text"] if gap else ["text", "text"])
    assert sum(d.startswith("it holds NUL bytes") for d in export.messages["doubts"]) == (not gap)
