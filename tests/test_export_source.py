"""Files, archives and streams: what is read, in which encoding, and one sentence for what cannot be."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from podaudit.export import read, source
from podaudit.model import Export, Options, PodauditError, Unreadable

CHAT = "20/05/2023, 10:00 - Anna: één 🐝 café\n20/05/2023, 10:01 - Bob: “twee”\ntweede regel\n"
PLAIN = "20/05/2023, 10:00 - Anna: een\n20/05/2023, 10:01 - Bob: twee\ntweede regel\n"


def of(data: bytes, **options: int) -> Export:
    return read(None, data=data, name="chat.txt", options=Options(**options))


def texts(export: Export) -> list[str]:
    return export.messages["text"].tolist()


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


# ------------------------------------------------------------------------------------------------------------ encodings

ENCODINGS = [
    ("utf-8", CHAT.encode()),
    ("utf-8", CHAT.encode("utf-8-sig")),
    ("utf-8", "".join("\ufeff" + line for line in CHAT.splitlines(keepends=True)).encode()),
    ("utf-16", CHAT.encode("utf-16")),
    ("utf-16", b"\xfe\xff" + CHAT.encode("utf-16-be")),
    ("utf-16-le", CHAT.encode("utf-16-le")),
    ("utf-16-be", CHAT.encode("utf-16-be")),
    ("utf-32", CHAT.encode("utf-32")),
    ("cp1252", CHAT.replace("🐝", "b").encode("cp1252")),
]


@pytest.mark.parametrize(("encoding", "data"), ENCODINGS)
def test_encoding(encoding: str, data: bytes) -> None:
    export = of(data)
    assert export.source.encoding == encoding
    bee = "b" if encoding == "cp1252" else "🐝"
    expected = [f"één {bee} café", "“twee”\ntweede regel"]
    assert [t.replace("\ufeff", "") for t in texts(export)] == expected
    assert export.messages["sender"].tolist() == ["Anna", "Bob"]
    assert export.source.sha256 == hashlib.sha256(data).hexdigest()
    assert export.source.lines == 3
    assert any("not UTF-8" in w for w in export.source.warnings) == (encoding != "utf-8")


def test_a_few_bad_bytes_are_replaced_counted_and_said() -> None:
    data = CHAT.encode().replace("café".encode(), b"caf\xff\xc3")
    export = of(data)
    assert export.source.encoding == "utf-8"
    assert texts(export)[0] == "één 🐝 caf\ufffd\ufffd"
    assert any(": 2; they show as" in w for w in export.source.warnings)


@pytest.mark.parametrize("bad", [b"\xff", b"\x81", b"\xfe\xff"])
def test_bytes_no_western_text_holds_are_not_cp1252(bad: bytes) -> None:
    export = of(PLAIN.encode().replace(b"een", b"e" + bad + b"n"))
    assert export.source.encoding == "utf-8"
    assert texts(export)[0].startswith("e\ufffd")


def test_a_replacement_character_of_the_text_is_no_bad_byte() -> None:
    assert not any("pieces" in w for w in of(PLAIN.replace("een", "\ufffd").encode()).source.warnings)


@pytest.mark.parametrize("data", [b"\xed\xa0\x80\xed\xb0\x80", b"\xc0\x80", b"\xf8\x88\x80\x80\x80"])
def test_bytes_that_are_no_utf8_are_replaced(data: bytes) -> None:
    decoded = source.decode(CHAT.encode() * 3 + data)
    assert decoded.bad > 0
    decoded.raw.decode("utf-8")


def test_nul_and_control_characters_stay() -> None:
    assert texts(of(PLAIN.replace("een", "e\x00\x07\x1bn").encode()))[0] == "e\x00\x07\x1bn"


# ----------------------------------------------------------------------------------------------------------------- zips


def test_zip_of_a_phone() -> None:
    data = packed(("_chat.txt", CHAT.encode()), ("00000001-PHOTO.jpg", b"\x00" * 99))
    export = of(data)
    assert texts(export) == texts(of(CHAT.encode()))
    assert export.source.sha256 == hashlib.sha256(data).hexdigest()


CHOICES = [
    (("notes.txt", b"20/05/2023, 10:00 - X: only one\n" * 50), ("_chat.txt", CHAT.encode())),
    (("readme.txt", b"hello\n"), ("WhatsApp Chat with Pod.txt", CHAT.encode())),
    (("WhatsApp Chat with Pod.txt", CHAT.encode()), ("readme.TXT", b"hello\n"), ("z.jpg", b"x")),
    (("folder/_chat.txt", CHAT.encode()), ("__MACOSX/folder/._chat.txt", b"20/05/2023, 10:00 - X: y\n" * 9)),
    (("._chat.txt", b"20/05/2023, 10:00 - X: y\n" * 9), ("chat.txt", CHAT.encode())),
]


@pytest.mark.parametrize("members", CHOICES)
def test_the_chat_is_chosen(members: tuple[tuple[str, bytes], ...]) -> None:
    assert texts(of(packed(*members))) == texts(of(CHAT.encode()))


def test_several_texts_are_said() -> None:
    export = of(packed(("a.txt", CHAT.encode()), ("b.txt", b"nothing")))
    assert any("2 text files" in w for w in export.source.warnings)


def test_a_zip_is_known_by_its_bytes(tmp_path: Path) -> None:
    odd = tmp_path / "chat.txt"
    odd.write_bytes(packed(("x.txt", CHAT.encode())))
    assert len(texts(read(odd, name=odd.name, options=Options()))) == 2
    plain = tmp_path / "chat.zip"
    plain.write_text(CHAT, encoding="utf-8")
    assert len(texts(read(plain, name=plain.name, options=Options()))) == 2


def _encrypted() -> bytes:
    data = bytearray(packed(("_chat.txt", CHAT.encode())))
    at = data.index(b"PK\x03\x04")
    data[at + 6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _method(code: int) -> bytes:
    data = bytearray(packed(("_chat.txt", CHAT.encode())))
    struct.pack_into("<H", data, data.index(b"PK\x03\x04") + 8, code)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, code)
    return bytes(data)


def _damaged() -> bytes:
    data = bytearray(packed(("_chat.txt", CHAT.encode() * 200)))
    at = data.index(b"_chat.txt") + 40
    data[at : at + 30] = b"\xff" * 30
    return bytes(data)


def _bad_name() -> bytes:
    data = bytearray(packed(("caf\u00e9.txt", CHAT.encode())))
    return bytes(data).replace("caf\u00e9".encode(), b"caf\xff\xfe")


def _link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        info = zipfile.ZipInfo("_chat.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(info, "/etc/passwd")
    return out.getvalue()


BROKEN = {
    "not whole": packed(("_chat.txt", CHAT.encode() * 50))[:-30],
    "cut": packed(("_chat.txt", CHAT.encode() * 50))[:60],
    "damaged": _damaged(),
    "encrypted": _encrypted(),
    "unknown method": _method(97),
    "bad name": _bad_name(),
    "no text": packed(("a.jpg", b"x")),
    "empty archive": packed(),
    "folder named like a text": packed(("_chat.txt/", b"")),
    "link": _link(),
    "no chat in it": packed(("a.txt", b"hello\n")),
    "empty chat": packed(("_chat.txt", b"")),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_archives_that_cannot_be_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pod.zip"
    path.write_bytes(data)
    for given in (None, path):
        with pytest.raises(Unreadable) as caught:
            read(given, data=None if given else data, name="pod.zip", options=Options())
        said = str(caught.value)
        assert said.startswith("pod.zip") and said.endswith(".") and "\n" not in said and str(tmp_path) not in said


def test_what_is_wrong_with_an_archive_is_named() -> None:
    for kind, word in (("encrypted", "encrypted"), ("no text", "no .txt"), ("not whole", "broken")):
        with pytest.raises(Unreadable, match=word):
            of(BROKEN[kind])


def test_of_several_texts_only_the_chat_is_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_HEAD", 100)
    monkeypatch.setattr(source, "_BLOCK", 64)
    seen: list[int] = []

    def weigh(head: bytes) -> int:
        seen.append(len(head))
        return head.count(b" - ")

    small, large = PLAIN.encode() * 5, PLAIN.encode() * 50  # the same beginning: the longer one holds more
    data = packed(("a.txt", small), ("b.txt", large), ("c.txt", b"20/05/2023, 10:00 - X: y\n"))
    assert source.load(None, data, "x.zip", 1 << 20, weigh).data == large
    assert seen == [128, 128, 25]


@pytest.mark.parametrize(("times", "large", "read"), [(2000, 1000, False), (2000, 1 << 20, True), (10, 100, True)])
def test_a_text_packed_closer_than_any_chat(
    times: int, large: int, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LARGE", large)
    data = bytearray(packed(("_chat.txt", CHAT.encode() * times)))
    if read:
        assert len(texts(of(bytes(data)))) == 2 * times
        return
    struct.pack_into(
        "<I", data, data.index(b"PK\x01\x02") + 20, 1 << 30
    )  # the directory claims that it was packed to more
    with pytest.raises(Unreadable, match=r"packed closer than any chat; unpack it and give the \.txt file"):
        of(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_unpacked_comes_in_blocks(method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_BLOCK", 5000)
    whole = CHAT.encode() * 1000
    data = packed(("_chat.txt", whole), method=method)
    for lie in (None, "size", "checksum", "damage"):
        made = bytearray(data)
        at = made.index(b"PK\x01\x02")
        if lie == "size":
            struct.pack_into("<I", made, at + 24, 10)
        elif lie == "checksum":
            made[at + 16] ^= 1
        elif lie == "damage":
            made[60:90] = bytes(30)
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            blocks = source.unpacked(archive, archive.infolist()[0])
            if lie:
                with pytest.raises(source.ZIP_ERRORS):
                    assert max(map(len, blocks)) <= 5000
            else:
                got = list(blocks)
                assert b"".join(got) == whole
                assert max(map(len, got)) <= 5000


@pytest.mark.parametrize("lie", [False, True])
def test_a_zip_bomb_stops_at_the_cap(lie: bool) -> None:
    data = bytearray(packed(("_chat.txt", CHAT.encode() + b"x" * 5_000_000)))
    if lie:  # the directory claims a small size
        struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)
    with pytest.raises(Unreadable):
        of(bytes(data), max_bytes=100_000)


def test_media_in_a_zip_do_not_count_for_the_cap() -> None:
    data = packed(("_chat.txt", CHAT.encode()), ("v.mp4", os.urandom(300_000)), method=zipfile.ZIP_STORED)
    assert len(texts(of(data, max_bytes=100_000))) == 2


# ------------------------------------------------------------------------------------------------------------ bad input


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    for path, word in (
        (tmp_path, "folder"), (tmp_path / "none.txt", "does not exist"), (fifo, "regular"), (loop, "cannot be read"),
        (empty, "empty"), (Path("a\0b"), "cannot be read"), (empty / "x.txt", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(Unreadable, match=word) as caught:
            read(path, name="the file", options=Options())
        assert str(caught.value).startswith("the file")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n"])
def test_empty_streams(data: bytes) -> None:
    with pytest.raises(Unreadable, match="empty"):
        of(data)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"PK", b"PK\x03\x04", b"\x1f\x8b\x08"]
)
def test_other_files(data: bytes) -> None:
    with pytest.raises(Unreadable):
        of(data)


def test_nothing_given() -> None:
    with pytest.raises(Unreadable):
        read(None, name="-", options=Options())


def test_the_cap_on_text(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    size = path.stat().st_size
    assert read(path, name="chat.txt", options=Options(max_bytes=size)).source.messages == 2
    for given in (path, None):
        with pytest.raises(Unreadable, match="more than"):
            read(given, data=None if given else path.read_bytes(), name="chat.txt", options=Options(max_bytes=size - 1))


def test_the_input_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    read(path, name="chat.txt", options=Options())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["chat.txt"]


def test_errors_hold_no_chat_text() -> None:
    with pytest.raises(PodauditError) as caught:
        of(b"a very private line\n" * 40)
    assert "private" not in str(caught.value)


# ---------------------------------------------------------------------------------------------------------- its edges


@pytest.mark.parametrize(("low", "wide"), [(0, True), (9, True), (10, False), (50, False), (90, False)])
@pytest.mark.parametrize("order", ["le", "be"])
def test_zeros_at_both_parities_are_not_utf_16(order: str, low: int, wide: bool) -> None:
    """Less than one to nine is no matter: letters whose low byte is zero."""
    data = ("\u0100" * low + "a" * (100 - low)).encode(f"utf-16-{order}")
    assert source.decode(data).encoding == (f"utf-16-{order}" if wide else "utf-8")


@pytest.mark.parametrize(("zeros", "wide"), [(50, True), (49, False)])
def test_how_many_zeros_make_utf_16(zeros: int, wide: bool) -> None:
    data = b"\0a" * zeros + b"a" * (1000 - 2 * zeros)
    assert source.decode(data).encoding == ("utf-16-be" if wide else "utf-8")


@pytest.mark.parametrize(
    ("limit", "said"), [(10, "10 bytes"), (1_048_575, "1,048,575 bytes"), (1 << 20, "1 MB"), (5 << 20, "5 MB")]
)
def test_the_cap_is_said_in_a_measure_that_fits(limit: int, said: str) -> None:
    with pytest.raises(
        Unreadable, match=rf"^chat.txt holds more than {said} of text; raise --max-size if that is right.$"
    ):
        of(b"x" * (limit + 1), max_bytes=limit)
    data = packed(("_chat.txt", b"x" * (limit + 1)))
    with pytest.raises(Unreadable, match=f"more than {said} of text"):
        of(data, max_bytes=limit)


@pytest.mark.parametrize(("n", "read"), [(39, True), (40, False)])
def test_how_many_texts_of_an_archive_are_looked_at(n: int, read: bool) -> None:
    data = packed(*((f"{i:02}.txt", b"20/05/2023, 10:00 - X: one\n") for i in range(n)), ("z.txt", CHAT.encode()))
    assert of(data).source.messages == (2 if read else 1)


def test_a_text_that_is_encrypted_beside_one_that_is_not() -> None:
    data = bytearray(packed(("a.txt", b"secret"), ("b.txt", CHAT.encode())))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    export = of(bytes(data))
    assert len(texts(export)) == 2
    assert "The archive holds 2 text files; b.txt was taken." in export.source.warnings


@pytest.mark.parametrize(("alone", "encoding"), [(4, "utf-8"), (5, "cp1252")])
def test_a_pair_of_bytes_against_how_many_alone_is_chance(alone: int, encoding: str) -> None:
    data = PLAIN.encode() + "é".encode() + b" \xe9x" * alone
    assert source.decode(data).encoding == encoding


@pytest.mark.parametrize(("odd", "encoding"), [(0, "cp1252"), (2, "cp1252"), (5, "utf-8")])
def test_bytes_that_western_text_does_not_hold_are_counted(odd: int, encoding: str) -> None:
    data = PLAIN.encode() + b" \xe9x" * 5 + b" \x81x" * odd
    assert source.decode(data).encoding == encoding


# ---------------------------------------------------------------------------------------------------- beside the chat


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gone", "gone does not exist; check the name and the folder."), ("folder", "folder is a folder; give the list."),
        ("pipe", "pipe is not a regular file; give the list."), ("large", "large is larger than 1 MB; give the list."),
        ("loop", "loop cannot be read (too many levels of symbolic links); check the file."),
        ("a\0b", "a\0b cannot be read (ValueError); check the file."),
    ],
)  # fmt: skip
def test_a_file_beside_the_chat_is_read_whole_or_refused(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "good").write_bytes(bytes(1 << 20))
    (tmp_path / "large").write_bytes(bytes((1 << 20) + 1))
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    assert source.read_file(tmp_path / "good", 1 << 20, "the list") == bytes(1 << 20)
    with pytest.raises(Unreadable) as refused:
        source.read_file(tmp_path / name, 1 << 20, "the list")
    assert str(refused.value) == says
