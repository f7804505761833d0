"""What is fuzzed: functions of bytes that raise where a promise is broken, and pass over what is rightly refused.

They need no fuzzer: the tests run every seed and every case once found through them. ``TARGETS`` in ``tests.fuzz.each`` names them.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import astuple

from podaudit.audit import audit
from podaudit.export import read
from podaudit.model import Export, Options, PodauditError
from podaudit.report import LANGUAGES, render
from podaudit.tables import document, dumps
from tests.hostile.inert import check_inert

_LIMIT = 1 << 20
HEAD = "{:02}-09-2023 09:{:02} - "
URL = "https://www.linkedin.com/feed/update/urn:li:activity:71070966210000{:05}"


def reading(data: bytes) -> None:
    """Any bytes are read with every line in one row, or refused in a sentence without their text."""
    read_whole(data)


def zips(data: bytes) -> None:
    """Any bytes behind a zip's mark; and a good archive with some of its bytes changed."""
    read_whole(b"PK\x03\x04" + data)
    if len(data) > 3:
        archive = bytearray(_ARCHIVE)
        for at, value in zip(data[::2], data[1::2], strict=False):
            archive[at * len(archive) // 256] ^= value
        read_whole(bytes(archive) + data[:3])


def auditing(data: bytes) -> None:
    """Any chat that is read has an audit, and a document that is JSON."""
    export = read_whole(b"01-09-2023 08:00 - Anna: x\n" + data)
    if export is not None:
        dumps(document(audit(export, Options()), "0"))


def rendering(data: bytes) -> None:
    """Names, texts and the group's name of any kind make no element, attribute, handler, style or script.

    Each input is shown in one language, which its length says: all of them would take seven times as long.
    """
    pieces = [piece.replace("\n", " ") for piece in data.decode("utf-8", "replace").split("\x00")] or [""]
    piece = lambda n: pieces[n % len(pieces)]  # noqa: E731
    name = f"Bob{piece(0)}".replace(": ", "")
    lines = [
        f'Anna heeft de groep "{piece(1)}" gemaakt',
        f"Anna: graag reageren {URL.format(1)} {piece(2)}",
        f"{name}: gedaan {piece(3)}",
        f"Anna: Wie niet binnen 1 uur reageert wordt verwijderd {piece(4)}",
        f"{name}: {piece(5)} {URL.format(2)}{piece(6)}",
        f"Anna: @{name} je hebt weer niets gedaan, schandalig {piece(7)}",
        f"{name} heeft de groep verlaten",
    ]
    text = "".join(f"{HEAD.format(13 + i, i)}{line}\n" for i, line in enumerate(lines))
    export = read_whole(text.encode("utf-8", "replace"), f"a{piece(8)}.txt")
    if export is not None:
        lang = LANGUAGES[len(data) % len(LANGUAGES)]
        check_inert(render(audit(export, Options()), lang=lang, version="0"))


def read_whole(data: bytes, name: str = "chat.txt") -> Export | None:
    """The export, every line of it in one row; None where it is refused in a sentence."""
    try:
        export = read(None, data=data, name=name, options=Options(max_bytes=_LIMIT))
    except PodauditError as refused:
        said = str(refused)
        assert said.endswith(".") and "\n" not in said.removeprefix(name), said
        return None
    rows = export.messages
    spans = zip(rows["start"].tolist(), rows["stop"].tolist(), strict=True)
    assert b"".join(export.raw[a:b] for a, b in spans) == export.raw
    assert rows["line"].tolist() == [1, *(n + 1 for n in rows["line_end"].tolist()[:-1])]
    assert sum(astuple(export.source.line_ledger)) == export.source.lines == rows["line_end"].iloc[-1]
    return export


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(2):
            member = zipfile.ZipInfo(f"WhatsApp Chat with {n}.txt", (2023, 9, 1, 8, 0, 0))
            made.writestr(member, "".join(f"{HEAD.format(13 + i, n)}Anna: {i}\n" for i in range(9)))
    return out.getvalue()


_ARCHIVE = _archive()
