"""Rows: every line in exactly one; senders, texts, kinds and doubts."""

from __future__ import annotations

import time
from typing import Any

import pytest

from podaudit.export import read, words
from podaudit.model import Export, Kind, Options

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


def test_carriage_returns_inside_a_line_stay() -> None:
    export = android("Anna: a\rb", "Bob: 1", "Bob: 2", "Bob: 3", "Bob: 4")
    assert said(export)[0] == ("Anna", "text", "a\rb")


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


# -------------------------------------------------------------------------------------------------------- size and time


def test_a_long_line_and_a_long_message_take_no_time() -> None:
    began = time.perf_counter()
    export = android("Anna: " + "x 12/12/2012, 10:00 - y: " * 200_000, "Bob: " + "line\n" * 100_000, "Anna: ok")
    assert export.source.messages == 3
    assert time.perf_counter() - began < 5


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
