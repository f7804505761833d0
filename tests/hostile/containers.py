"""Hostile and broken bytes, archives and places: encodings, zips, what is no chat, what is no file."""

from __future__ import annotations

import bz2
import io
import os
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.hostile.making import CANARY, POD, Case, Content, Read, Refused, android, archive, file, files, member, pod

CHAT = pod().encode()
_LINK = 0o120777
_EACH = "".join(f"\ufeff{line}" for line in pod().splitlines(keepends=True))


def _encodings() -> list[Case]:
    accents = pod("Ren\u00e9", "caf\u00e9 \u201cna\u00efef\u201d")
    read: dict[str, bytes] = {
        "utf-8-mark": pod().encode("utf-8-sig"),
        "mark-on-every-line": _EACH.encode(),
        "mark-in-the-middle": pod(text="\ufeff \ufffe \uffff").encode(),
        "utf-16": accents.encode("utf-16"),
        "utf-16-big": b"\xfe\xff" + accents.encode("utf-16-be"),
        "utf-16-unmarked": accents.encode("utf-16-le"),
        "utf-16-odd-length": accents.encode("utf-16") + b"\x00",
        "utf-16-half-a-pair": accents.encode("utf-16-le").replace("caf".encode("utf-16-le"), b"\x00\xd8c\x00a\x00"),
        "utf-32": accents.encode("utf-32"),
        "cp1252": accents.encode("cp1252"),
        "latin-1-in-utf-8": accents.encode().replace("caf\u00e9".encode(), b"caf\xe9"),
        "cut-in-a-character": accents.encode() + b"\xf0\x9f\x90",
        "overlong": pod(text="@").encode().replace(b"@", b"\xc0\xbc\xe0\x80\xbcscript\xc0\xbe"),
        "surrogates": pod(text="@").encode().replace(b"@", b"\xed\xa0\xbd\xed\xb0\x9d\xed\xa0\x80"),
        "beyond-unicode": pod(text="@").encode().replace(b"@", b"\xf4\x90\x80\x80\xf8\x88\x80\x80\x80\xff"),
        "lone-continuations": pod(text="@").encode().replace(b"@", b"\x80\xbf\x80\xbf"),
        "nul-bytes": pod("Bob", f"a\x00b{CANARY}").encode(),
        "control-characters": pod("Bob", "".join(map(chr, range(1, 32))).replace("\n", "").replace("\r", "")).encode(),
        "noncharacters": pod("Bob\ufdd0", "\U0010ffff\U0001fffe\ue000").encode(),
        "crlf": pod().replace("\n", "\r\n").encode(),
        "cr": pod().replace("\n", "\r").encode(),
        "cr-cr-lf": pod().replace("\n", "\r\r\n").encode(),
        "mixed-endings": "".join(
            line + "\n\r\r\n"[i % 3 : i % 3 + 1 + i % 2] for i, line in enumerate(pod().splitlines())
        ).encode(),
        "no-last-line-end": pod().rstrip("\n").encode(),
        "nul-tail": pod().encode() + bytes(4096),
    }
    made = [Case(f"encoding-{name}", "encodings", Read(POD, gaps=None), file(data)) for name, data in read.items()]
    return [*made, Case("encoding-nul-in-a-name", "encodings", Read(8, gaps=3), file(pod("Bo\x00b").encode()))]


def _zips() -> list[Case]:
    good: dict[str, bytes] = {
        "stored": archive(("_chat.txt", CHAT), method=zipfile.ZIP_STORED),
        "bzip2": archive(("_chat.txt", CHAT), method=zipfile.ZIP_BZIP2),
        "lzma": archive(("_chat.txt", CHAT), method=zipfile.ZIP_LZMA),
        "comment": archive(("_chat.txt", CHAT), comment=b"\x1b[2J<script>" * 3000),
        "zip64": _zip64(),
        "streamed": _streamed(),
        "slip": archive(("../../../../tmp/podaudit-slip/_chat.txt", CHAT)),
        "absolute": archive(("/etc/podaudit-slip/_chat.txt", CHAT)),
        "backslashes": archive(("..\\..\\_chat.txt", CHAT)),
        "device": archive(("NUL.txt", CHAT), ("CON", b"x")),
        "two-chats": archive(("WhatsApp Chat with A.txt", CHAT), ("WhatsApp Chat with B.txt", pod()[:200].encode())),
        "same-name-twice": archive(("_chat.txt", CHAT), ("_chit.txt", CHAT)).replace(b"_chit", b"_chat"),
        "link-beside": archive(("_chat.txt", CHAT), (member("a.txt", _LINK), b"/etc/passwd")),
        "mac-shadow": archive(("_chat.txt", CHAT), ("__MACOSX/._chat.txt", CHAT * 3)),
        "odd-member-names": archive(("\x1b[2J\u202e.txt", CHAT), ("a\nb.jpg", b""), ("\x00.jpg", b"")),
        "deep-folders": archive(("a/" * 500 + "_chat.txt", CHAT)),
        "trailing-bytes": archive(("_chat.txt", CHAT)) + b"\x00" * 100,
        "archive-within": archive(("_chat.txt", CHAT), ("media.zip", archive(("x.txt", b"y" * 999)))),
    }
    made = [Case(f"zip-{name}", "zips", Read(POD), file(data, "chat.zip")) for name, data in good.items()]
    made.append(Case("zip-capital-suffix", "zips", Read(POD), file(good["stored"], "CHAT.ZIP")))
    made.append(Case("zip-named-txt", "zips", Read(POD), file(good["stored"], "chat.txt")))
    broken: dict[str, tuple[bytes, str]] = {
        "encrypted": (_patched(archive(("_chat.txt", CHAT)), flags=1), "encrypted"),
        "aes": (_patched(archive(("_chat.txt", CHAT)), flags=1, method=99), "encrypted"),
        "deflate64": (_patched(archive(("_chat.txt", CHAT)), method=9), "broken"),
        "unknown-method": (_patched(archive(("_chat.txt", CHAT)), method=97), "broken"),
        "bad-checksum": (_patched(archive(("_chat.txt", CHAT)), crc=1), "broken"),
        "damaged": (_damaged(), "broken"),
        "cut-off": (archive(("_chat.txt", CHAT * 20))[:-40], "broken"),
        "only-a-mark": (b"PK\x03\x04", "broken"),
        "noise-behind-a-mark": (b"PK\x03\x04" + random.Random(9).randbytes(5000), "broken"),
        "directory-elsewhere": (_directory_elsewhere(), "broken"),
        "too-many-promised": (_too_many(), "broken"),
        "empty": (archive(), "no .txt"),
        "media-only": (archive(("a.jpg", b"x"), ("b.opus", b"y")), "no .txt"),
        "archives-only": (archive(("chat.zip", archive(("_chat.txt", CHAT)))), "no .txt"),
        "folder-named-like-a-chat": (archive(("_chat.txt/", b"")), "no .txt"),
        "link-only": (archive((member("_chat.txt", _LINK), b"/etc/passwd")), "no .txt"),
        "chat-empty": (archive(("_chat.txt", b"")), "empty"),
        "no-chat": (archive(("_chat.txt", b"just words\n" * 9)), "chat"),
        "name-not-utf-8": (archive(("caf\u00e9.txt", CHAT)).replace("caf\u00e9".encode(), b"caf\xff\xfe"), "broken"),
        "names-differ": (_names_differ(), "broken"),
        "before-another-thing": (b"#!/bin/sh\nexit\n" + archive(("_chat.txt", CHAT)), "chat"),
    }
    made += [
        Case(f"zip-{name}", "zips", Refused(1, said), file(data, "chat.zip")) for name, (data, said) in broken.items()
    ]
    zeros = bytes(30 << 20)
    bombs: dict[str, tuple[Content, Read | Refused]] = {
        "bomb-of-text": (lambda: archive(("_chat.txt", CHAT + b"x" * (30 << 20))), Refused(1, "more than 2 MB")),
        "bomb-of-lines": (lambda: archive(("_chat.txt", CHAT + b"\n" * (30 << 20))), Refused(1, "more than 2 MB")),
        "bomb-of-bzip2": (lambda: archive(("_chat.txt", CHAT + zeros), method=zipfile.ZIP_BZIP2), Refused(1, "more than 2 MB")),
        "bomb-that-lies": (lambda: _patched(archive(("_chat.txt", CHAT + zeros)), size=10), Refused(1, "broken")),
        "bomb-of-media": (lambda: archive(("_chat.txt", CHAT), *((f"{i}.mp4", zeros) for i in range(9))), Read(POD)),
        "bomb-of-several-texts": (lambda: archive(*((f"{i}.txt", CHAT + zeros) for i in range(9))), Refused(1, "more than 2 MB")),
        "bomb-of-bzip2-that-lies": (
            lambda: _patched(archive(("_chat.txt", CHAT + zeros * 20), method=zipfile.ZIP_BZIP2), size=10), Refused(1, "broken")),
        "bomb-that-overlaps": (lambda: _overlapping(200), Refused(1, "")),
        "30000-members": (lambda: archive(("_chat.txt", CHAT), *((f"{i}.jpg", b"") for i in range(30_000))), Read(POD)),
        "3000-texts": (lambda: archive(*((f"{i}.txt", CHAT[:60]) for i in range(3000)), ("_chat.txt", CHAT)), Read(POD)),
    }  # fmt: skip
    made += [
        Case(f"zip-{name}", "zips", outcome, file(data, "chat.zip", "--max-size", "2"), heavy=True)
        for name, (data, outcome) in bombs.items()
    ]
    made.append(Case("zip-bomb-below-the-cap", "zips", Refused(1, "packed closer than any chat"),
                     file(lambda: archive(("_chat.txt", CHAT + b"x" * (101 << 20))), "chat.zip"), heavy=True))  # fmt: skip
    return made


def _patched(data: bytes, flags: int = 0, method: int | None = None, crc: int = 0, size: int | None = None) -> bytes:
    """An archive of one member with other fields in its local header and its directory."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        here = made.rindex(mark) + at if mark == b"PK\x01\x02" else made.index(mark) + at
        made[here] |= flags
        if method is not None:
            struct.pack_into("<H", made, here + 2, method)
        made[here + 8] ^= crc
        if size is not None:
            struct.pack_into("<I", made, here + 16, size)
    return bytes(made)


def _damaged() -> bytes:
    data = bytearray(archive(("_chat.txt", CHAT * 30)))
    at = data.index(b"_chat.txt") + 40
    data[at : at + 60] = b"\xff" * 60
    return bytes(data)


def _directory_elsewhere() -> bytes:
    data = bytearray(archive(("_chat.txt", CHAT)))
    struct.pack_into("<I", data, data.rindex(b"PK\x05\x06") + 16, 0x7FFFFFFF)
    return bytes(data)


def _too_many() -> bytes:
    data = bytearray(archive(("_chat.txt", CHAT)))
    struct.pack_into("<HHI", data, data.rindex(b"PK\x05\x06") + 8, 65535, 65535, 0x7FFFFFFF)
    return bytes(data)


def _names_differ() -> bytes:
    data = archive(("_chat.txt", CHAT))
    at = data.rindex(b"_chat.txt")
    return data[:at] + b"other.txt" + data[at + 9 :]


def _zip64() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open(member("_chat.txt"), "w", force_zip64=True) as inner:
        inner.write(CHAT)
    return out.getvalue()


def _streamed() -> bytes:
    """As phones write them: sizes behind the data, since the archive could not be written from its beginning again."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(member("_chat.txt"), CHAT)
    return out.getvalue()


def _overlapping(n: int) -> bytes:
    """Many members that all stand in the same bytes."""
    data = archive((f"{0:05}.txt", b"a" * (20 << 20)))
    at = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entry = data[at:end]
    directory = b"".join(entry.replace(b"00000.txt", b"%05d.txt" % i) for i in range(n))
    tail = bytearray(data[end:])
    struct.pack_into("<HHII", tail, 8, n, n, len(directory), at)
    return data[:at] + directory + bytes(tail)


def _not_chats() -> list[Case]:
    noise = random.Random(7).randbytes(20_000)
    things: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "empty"), "blank": (b" \r\n\t\n" * 99, "empty"), "mark-only": (b"\xef\xbb\xbf", "empty"),
        "nul-only": (bytes(9999), "empty"), "prose": (b"Dear all,\nnothing here is a chat.\n" * 50, "chat"),
        "noise": (noise, "chat"), "pdf": (b"%PDF-1.7\n" + noise, "chat"), "picture": (b"\x89PNG\r\n\x1a\n" + noise, "chat"),
        "gzip": (b"\x1f\x8b\x08\x00" + noise, "chat"), "bzip2": (bz2.compress(CHAT), "chat"), "half-a-mark": (b"PK", "chat"),
        "page": (b"<!doctype html><html><body><p>13-09-2023</p></body></html>", "chat"),
        "csv": (b"date,sender,text\n2023-09-13,Anna,x\n" * 9, "chat"), "json": (b'{"messages": [{"from": "Anna"}]}', "chat"),
        "encrypted-backup": (b"\x00\x01crypt14" + noise, "chat"), "database": (b"SQLite format 3\x00" + noise, "chat"),
        "crash-log": (b"".join(b"2023-09-13 10:%02d:01,123 ERROR worker failed\n" % i for i in range(50)), "chat"),
    }  # fmt: skip
    return [Case(f"no-chat-{name}", "no chat", Refused(1, said), file(data)) for name, (data, said) in things.items()]


def _places() -> list[Case]:
    def place(build: Callable[[Path], Sequence[str]], name: str, status: int, said: str) -> Case:
        return Case(f"place-{name}", "places", Refused(status, said), build)

    def folder(here: Path) -> list[str]:
        (here / "chat.txt").mkdir()
        return [str(here / "chat.txt")]

    def fifo(here: Path) -> list[str]:
        os.mkfifo(here / "chat.txt")
        return [str(here / "chat.txt")]

    def loop(here: Path) -> list[str]:
        (here / "chat.txt").symlink_to("chat.txt")
        return [str(here / "chat.txt")]

    def itself(here: Path) -> list[str]:
        (given,) = file(CHAT)(here)
        return [given, "-o", given]

    def linked(here: Path) -> list[str]:
        """An output that is a link to the input."""
        (given,) = file(CHAT)(here)
        (here / "out.html").symlink_to("chat.txt")
        return [given, "-o", str(here / "out.html")]

    def output(where: str) -> Callable[[Path], Sequence[str]]:
        return lambda here: [*file(CHAT)(here), "-o", where.format(here=here)]

    return [
        place(folder, "folder", 1, "is a folder"),
        place(fifo, "pipe", 1, "not a regular file"),
        place(loop, "loop", 1, "cannot be read"),
        place(lambda here: [str(here / "gone.txt")], "gone", 1, "does not exist"),
        place(lambda here: ["/dev/zero"], "endless-device", 1, "not a regular file"),
        place(lambda here: [str(here / ("x" * 300))], "name-too-long", 1, "cannot be read"),
        place(lambda here: [str(here / "a\x00b")], "nul-in-the-name", 1, "cannot be read"),
        place(itself, "output-is-the-input", 1, "is the export itself"),
        place(linked, "output-leads-to-the-input", 1, "is the export itself"),
        place(output("{here}/none/out.html"), "output-in-no-folder", 1, "does not exist"),
        place(output("{here}"), "output-is-a-folder", 1, "is a folder"),
        place(output("{here}/chat.txt/out.html"), "output-under-a-file", 1, "not a folder"),
        place(lambda here: [*file(CHAT)(here), "--no-such-option"], "unknown-option", 2, "No such option"),
        place(lambda here: [*file(CHAT)(here), "--me", "Nobody \x1b[2J"], "you-are-no-member", 3, "--me"),
        Case("place-link-to-a-chat", "places", Read(POD), _linked_chat),
        Case("place-read-only-folder", "places", Read(POD), _read_only),
    ]


def _linked_chat(here: Path) -> list[str]:
    file(CHAT, "real.txt")(here)
    (here / "chat.txt").symlink_to("real.txt")
    return [str(here / "chat.txt")]


def _read_only(here: Path) -> list[str]:
    (given,) = file(CHAT)(here)
    Path(given).chmod(0o400)
    return [given]


def _several() -> list[Case]:
    other = android(*(f"{name}: heel iets anders {i}" for i in range(8) for name in ("Dora", "Emil")))
    early, late = pod()[: len(pod()) // 2].rpartition("\n")[0] + "\n", pod()
    return [
        Case("several-the-same-twice", "several", Read(POD), files(("a.txt", CHAT), ("b.txt", CHAT))),
        Case("several-overlapping", "several", Read(POD), files(("a.txt", early.encode()), ("b.txt", late.encode()))),
        Case("several-in-other-forms", "several", Read(POD),
             files(("a.txt", pod().encode("utf-16")), ("b.zip", archive(("_chat.txt", CHAT))))),
        Case("several-of-two-groups", "several", Refused(1, "group"), files(("a.txt", CHAT), ("b.txt", other.encode()))),
        Case("several-one-broken", "several", Refused(1, "b.txt"), files(("a.txt", CHAT), ("b.txt", b"no chat\n"))),
        Case("several-one-missing", "several", Refused(1, "gone.txt"), lambda here: [*file(CHAT)(here), str(here / "gone.txt")]),
        Case("several-markup-in-names", "several", Read(POD),
             files((f"<img src=x onerror={CANARY}>.txt", CHAT), (f"b' onclick='{CANARY}.txt", CHAT))),
        Case("several-pasted-into-one", "several", Read(2 * POD, gaps=None), file(CHAT + CHAT)),
    ]  # fmt: skip


CASES = [*_encodings(), *_zips(), *_not_chats(), *_places(), *_several()]
