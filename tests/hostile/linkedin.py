"""Hostile and broken exports of LinkedIn's beside a chat: archives of CSV files, zipped or not, and workbooks of analytics."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.hostile.making import CANARY, POD, POST, Case, Content, Outcome, Read, Refused, archive, file, member, pod

_CHAT = pod().encode()
_LINK = 0o120777
_READ = Read(POD)
_DAY = "2023-09-13 08:{:02}:00"
_HEAD = "Date,Link,Message\n"
_ROWS = "".join(f"{_DAY.format(n)},{POST}{n:02},Mooi {n}\n" for n in range(1, 4))
_GOOD = (_HEAD + _ROWS).encode()
_BAD = f'"><img src=x onerror="{CANARY}">'


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _said(text: str, link: str = f"{POST}02") -> bytes:
    """Comments of which one is ``text``, on the post ``link``."""
    return f"{_HEAD}{_DAY.format(1)},{_quoted(link)},{_quoted(text)}\n{_ROWS}".encode("utf-8", "surrogatepass")


def _beside(name: str, content: Content, *options: str) -> Callable[[Path], list[str]]:
    """The chat with an archive, or analytics, of Bob's."""

    def make(folder: Path) -> list[str]:
        (given,) = file(_CHAT)(folder)
        (other,) = file(content, name)(folder)
        return [given, "--analytics" if name.endswith(".xlsx") else "--linkedin", other, "--me", "Bob", *options]

    return make


def _comments(name: str, content: Content, outcome: Outcome = _READ, **of: bool) -> Case:
    def zipped() -> bytes:
        return archive(("Comments.csv", content() if callable(content) else content))

    return Case(f"linkedin-{name}", "linkedin", outcome, _beside("a.zip", zipped), **of)


def _rows() -> list[Case]:
    """What stands in the cells."""
    texts = {
        "formula": '=HYPERLINK("https://evil.example","x")', "formula-plus": "+1+cmd|' /C calc'!A0", "formula-at": "@SUM(1+1)",
        "formula-tab": "\t=1+1", "formula-full-width": "\uff1d1+1", "markup": _BAD, "end-of-script": f"</script><script>{CANARY}</script>",
        "jinja": "{{7919*7927}} {% include '/etc/passwd' %}", "codes": "\x1b]0;owned\x07\x9b31m\u202e", "long-cell": "woord " * 60_000,
        "many-lines": "regel\n" * 3000, "nul": "a\x00b", "surrogates": "\ud83d \udc1d", "separators": "a\u2028b\u2029c\u0085d\x0ce",
    }  # fmt: skip
    links = {
        "javascript": f"javascript:{CANARY}", "id-of-5000-digits": f"https://www.linkedin.com/feed/update/urn:li:activity:{'7' * 5000}",
        "id-of-zeros": f"https://www.linkedin.com/feed/update/urn:li:activity:{'0' * 19}", "half-a-bracket": "http://[foo",
        "user-before-host": f"https://www.linkedin.com@evil.example/feed/update/urn:li:activity:{'7' * 19}",
        "markup-in-a-link": f"https://www.linkedin.com/posts/{_BAD}-activity-7107150820147200001-a",
        "percent": "https://www.linkedin.com/feed/update/" + "%25" * 5000 + "3A", "link-of-1-MB": f"{POST}02?{'a' * 1_000_000}",
        "comment-of-a-comment": f"{POST}02?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A{'9' * 5000}%2C1%29",
    }  # fmt: skip
    return [
        *(_comments(name, _said(text)) for name, text in texts.items()),
        *(_comments(f"link-{name}", _said("x", link)) for name, link in links.items()),
    ]


def _dialects() -> list[Case]:
    """Files that are no CSV, or hardly."""
    times = "".join(
        f"{time},{POST}02,x\n"
        for time in (
            "0000-00-00 00:00:00",
            "9999-12-31 23:59:59",
            "2023-02-30 08:00:00",
            "0001-01-01 00:00:00",
            "1e9",
            "-1",
            "",
        )
    )
    files = {
        "empty": b"", "header-only": _HEAD.encode(), "one-sentence": b"You have no comments.\n", "no-header": _ROWS.encode(),
        "noise": random.Random(3).randbytes(20_000), "open-quote": _said("x").replace(b'"x"', b'"x'), "nul-only": bytes(5000),
        "headers-again-and-again": (_HEAD * 500 + _ROWS).encode(), "ragged": (_HEAD + ",\n,,,,,,,\n" * 300 + _ROWS).encode(),
        "the-same-column-thrice": ("Date,Link,Link,Date,Message,Message\n" + _ROWS).encode(), "columns": b"Date,Link" + b"," * 50_000,
        "a-row-of-50000-cells": (_HEAD + _ROWS).encode() + b"," * 50_000,
        "utf-16": _GOOD.decode().encode("utf-16"), "utf-8-mark": b"\xef\xbb\xbf" + _GOOD,
        "cp1252": _said("caf\u00e9").replace(b"\xc3\xa9", b"\xe9"),
        "cr": _GOOD.replace(b"\n", b"\r"), "semicolons": _GOOD.replace(b",", b";"), "times-that-cannot-be": (_HEAD + times).encode(),
        "quotes": (_HEAD + '"' * 9999 + "\n" + _ROWS).encode(), "backslashes": _said("\\" * 9999), "page": b"<!doctype html><p>Log in</p>",
    }  # fmt: skip
    return [_comments(f"csv-{name}", data) for name, data in files.items()]


def _archives() -> list[Case]:
    def holds(name: str, data: Content, outcome: Outcome = _READ, *options: str, heavy: bool = False) -> Case:
        return Case(f"linkedin-zip-{name}", "linkedin", outcome, _beside("a.zip", data, *options), heavy)

    good, other = ("Comments.csv", _GOOD), "Profile.csv"
    zeros = bytes(30 << 20)
    good_zip = archive(good)
    return [
        holds("slip", archive(("../../../../tmp/podaudit-slip/Comments.csv", _GOOD))),
        holds("absolute", archive(("/etc/podaudit-slip/Comments.csv", _GOOD))),
        holds("backslashes", archive(("..\\..\\Comments.csv", _GOOD))),
        holds("odd-names", archive(good, ("\x1b[2J\u202e.csv", b"x"), ("a\nb.csv", b""), (f"{_BAD}.csv", b"x"))),
        holds("same-name-twice", archive(good, ("Cammonts.csv", _GOOD)).replace(b"Cammonts", b"Comments")),
        holds("link-beside", archive(good, (member("Reactions.csv", _LINK), b"/etc/passwd"))),
        holds("link-only", archive((member("Comments.csv", _LINK), b"/etc/passwd")), Refused(1, "holds none of the files")),
        holds("messages-are-left", lambda: archive(good, ("messages.csv", zeros)), Read(POD), "--max-size", "1"),
        holds("bomb", lambda: archive(("Comments.csv", _GOOD + zeros)), Refused(1, "more than 2 MB"), "--max-size", "2", heavy=True),
        holds("bomb-in-parts", lambda: archive(*((f"Comments_{n}.csv", bytes(1 << 20)) for n in range(9))), Refused(1, "more than 2 MB"),
              "--max-size", "2"),
        holds("bomb-below-the-cap", lambda: archive(("Comments.csv", _GOOD + zeros * 4)), Refused(1, "more than 100 MB"), heavy=True),
        holds("lines", lambda: archive(("Comments.csv", _GOOD + b"\n" * 1_000_000)), Refused(1, "more than 1,000,000 lines"), heavy=True),
        holds("300-files", archive(*((f"Comments_{n}.csv", b"") for n in range(300))), Refused(1, "more than 200 files")),
        holds("30000-members", lambda: archive(good, *((f"{n}.jpg", b"") for n in range(30_000))), heavy=True),
        holds("200000-rows", lambda: archive(("Comments.csv", (_HEAD + _ROWS * 70_000).encode())), heavy=True),
        holds("empty", archive(), Refused(1, "holds none of the files")),
        holds("of-a-chat", archive(("_chat.txt", _CHAT)), Refused(1, "seems to be an exported chat")),
        holds("archive-within", archive(("a.zip", good_zip)), Refused(1, "holds none of the files")),
        holds("cut-off", good_zip[:-30], Refused(1, "broken archive")),
        holds("checksum", good_zip.replace(good_zip[14:18], b"\x00\x01\x02\x03"), Refused(1, "broken archive")),
        holds("encrypted", good_zip.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), Refused(1, "encrypted")),
        holds("no-zip", b"PK only in name\n", Refused(1, "is no zip")),
        holds("two-people", archive(good, (other, b"First Name,Last Name\nBob,X\n"), (f"b/{other}", b"First Name,Last Name\nEva,Y\n"))),
        holds("name-of-markup", archive(good, (other, f"First Name,Last Name\n{_quoted(_BAD)},{_quoted('</script>')}\n".encode()))),
        holds("zone-of-a-path", good_zip, Refused(2, "no time zone"), "--tz", "../../../etc/passwd"),
        holds("zone-of-codes", good_zip, Refused(2, "no time zone"), "--tz", "Europe/\x1b[2J"),
        holds("zone-too-long", good_zip, Refused(2, "no time zone"), "--tz", "A" * 5000),
        Case("linkedin-owner-is-nobody", "linkedin", Refused(3, "--me"), _of_nobody),
        *_folders(),
    ]  # fmt: skip


def _of_nobody(folder: Path) -> list[str]:
    arguments = _beside(
        "a.zip", archive(("Comments.csv", _GOOD), ("Profile.csv", b"First Name,Last Name\nNobody,Here\n"))
    )
    return arguments(folder)[:3]


def _folders() -> list[Case]:
    """Archives that were unpacked."""

    def unpacked(name: str, build: Callable[[Path], object], outcome: Outcome = _READ) -> Case:
        def make(here: Path) -> Sequence[str]:
            (given,) = file(_CHAT)(here)
            (here / "archive").mkdir()
            build(here / "archive")
            return [given, "--linkedin", str(here / "archive"), "--me", "Bob"]

        return Case(f"linkedin-folder-{name}", "linkedin", outcome, make)

    def loop(here: Path) -> None:
        file(_GOOD, "Comments.csv")(here)
        (here / "again").symlink_to(".", target_is_directory=True)
        (here / "Reactions.csv").symlink_to("Reactions.csv")

    def pipe(here: Path) -> None:
        file(_GOOD, "Comments.csv")(here)
        os.mkfifo(here / "Reactions.csv")

    return [
        unpacked("loop", loop),
        unpacked("pipe", pipe),
        unpacked("link-out", lambda here: (here / "Comments.csv").symlink_to("/etc/passwd"), Refused(1, "holds none of the files")),
        unpacked("file-is-a-folder", lambda here: (here / "Comments.csv").mkdir(), Refused(1, "holds none of the files")),
        unpacked("empty", lambda here: None, Refused(1, "holds none of the files")),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- analytics

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _cell(at: str, value: object) -> str:
    if isinstance(value, int):
        return f'<c r="{at}"><v>{value}</v></c>'
    escaped = str(value).replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{at}" t="inlineStr"><is><t>{escaped}</t></is></c>'


def _sheet(*rows: Sequence[object], before: str = "", after: str = "", more: str = "") -> str:
    body = "".join(
        f'<row r="{n}">' + "".join(_cell(f"{'ABCDEFGH'[i]}{n}", value) for i, value in enumerate(row)) + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}">{before}<sheetData>{body}{more}</sheetData>{after}</worksheet>'


_LABELS = ("Post URL", "Post publish date", "Impressions")
_PUT = (_LABELS, (f"{POST}01", "9/13/2023", 900), (f"{POST}02", "9/14/2023", 40))


def _book(
    sheet: str | None = None, title: str = "TOP POSTS", target: str = "worksheets/sheet1.xml", **parts: bytes
) -> bytes:
    """A workbook of one sheet, in the fewest parts; ``parts`` are further ones, a dot and a slash written as _ and __."""
    held: dict[str, bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        f'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'.encode(),
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{title}" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
        f'Target="{target}"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": (sheet or _sheet(*_PUT)).encode(),
        **{name.replace("__", "/").replace("_", "."): data for name, data in parts.items()},
    }  # fmt: skip
    return archive(*held.items())


def _analytics() -> list[Case]:
    def given(name: str, data: Content, outcome: Outcome = _READ, heavy: bool = False) -> Case:
        return Case(f"analytics-{name}", "linkedin", outcome, _beside("a.xlsx", data), heavy)

    def first(*changed: object) -> str:
        return _sheet(_LABELS, changed, *_PUT[2:])

    def listing(sheets: int, sheet: str | None = None) -> bytes:
        entries = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, sheets + 1))
        whole = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>'
        return _book(sheet, xl__workbook_xml=whole.encode())

    none, unread = Refused(1, "no analytics of posts"), Refused(1, "cannot be read as a workbook")
    lie = _sheet(*_PUT, before='<dimension ref="A1:XFD1048576"/>')
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    beyond = '<row r="99999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>'
    apart = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return [
        given("plain", _book()),
        given("no-zip", b"Post URL,Impressions\n", Refused(1, "no Excel workbook")),
        given("old-format", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), Refused(1, "of the old kind (.xls) or has a password")),
        given("of-an-archive", archive(("Comments.csv", _GOOD)), Refused(1, "no Excel workbook")),
        given("entities", _book(_sheet(*_PUT).replace("?>", f"?>{entity}")), Refused(1, "declares in its parts")),
        given("entity-from-outside", _book(_sheet(*_PUT).replace("?>", f"?>{outside}")), Refused(1, "declares in its parts")),
        given("entities-in-utf-16", _book(**{"xl__worksheets__sheet1_xml": _sheet(*_PUT).replace("?>", f"?>{entity}").encode("utf-16")}),
              Refused(1, "declares in its parts")),
        given("bomb", lambda: _book("<x>" + " " * (80 << 20)), Refused(1, "MB"), heavy=True),
        given("nested-deeply", _book(_sheet(*_PUT, after="<a>" * 100_000)), Refused(1, "")),
        given("cut-off", _book()[:-40], Refused(1, "a broken workbook")),
        given("sheet-cut-off", _book(_sheet(*_PUT)[:300]), unread),
        given("sheet-elsewhere", _book(target="../../../../etc/passwd"), Refused(1, "")),
        given("sheet-on-the-net", _book(target="https://evil.example/sheet1.xml"), Refused(1, "")),
        given("many-sheets", listing(101), Refused(1, "more than 100 sheets")),
        given("one-part-as-many-sheets", listing(20, _sheet(*_PUT, after=" " * (1 << 20))), Refused(1, "more than 16 MB in its sheets")),
        given("one-part-of-many-elements", listing(99, _sheet(*_PUT, after="<a/>" * 6000)), Refused(1, "more than 500,000 elements")),
        given("many-sheets-of-empty-cells", listing(3, _sheet(*_PUT, more=apart)), Refused(1, "more than 2,560,000 cells"), heavy=True),
        given("many-elements", lambda: _book(_sheet(*_PUT, after="<a/>" * 500_000)), Refused(1, "more than 500,000 elements")),
        given("of-bzip2", archive(("xl/workbook.xml", b"<x/>"), method=zipfile.ZIP_BZIP2), Refused(1, "packed in a way")),
        given("encoding-not-known", _book(x_xml=b'<?xml version="1.0" encoding="euc-jp"?><a/>'), Refused(1, "broken workbook")),
        given("many-parts", lambda: _book(**{f"p{n}": b"" for n in range(3000)}), Refused(1, "no Excel workbook")),
        given("claims-a-million-rows", _book(lie)),
        given("cell-beyond-the-sheet", _book(_sheet(*_PUT, more=beyond)), Refused(1, "")),
        given("cell-in-the-last-corner", _book(_sheet(*_PUT, more=apart)), heavy=True),
        given("merged-cells", _book(_sheet(*_PUT, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'))),
        given("shared-text-that-is-not-there", _book(_sheet(*_PUT).replace('t="inlineStr"><is><t>9', 't="s"><v>99</v></c><c><is><t>9')),
              Refused(1, "")),
        given("formula-without-a-value", _book(_sheet(*_PUT).replace("<v>900</v>", "<f>1+1</f>"))),
        given("formula-that-calls", _book(_sheet(*_PUT).replace("<v>900</v>", '<f>WEBSERVICE("https://evil.example")</f><v>9</v>'))),
        given("numbers-that-are-none", _book(_sheet(*_PUT).replace("<v>900</v>", "<v>1e308</v>").replace("<v>40</v>", "<v>NaN</v>")),
              Refused(1, "")),
        given("number-of-5000-digits", _book(first(f"{POST}01", "9/13/2023", "9" * 5000))),
        given("days-that-cannot-be", _book(first(f"{POST}01", "99/99/9999", 900))),
        given("markup-in-the-title", _book(title="&lt;img src=x onerror=1&gt;")),
        given("markup-in-a-link", _book(first(f"https://www.linkedin.com/posts/{_BAD.replace(' ', '%20')}", "9/13/2023", 900))),
        given("javascript", _book(first(f"javascript:{CANARY}", "9/13/2023", 900))),
        given("other-sheets", _book(_sheet(("Budget", 2023), ("Koffie", 12))), none),
        given("nothing", _book(_sheet()), none),
        given("20000-posts", lambda: _book(_sheet(_LABELS, *((f"{POST[:-6]}{n:08}", "9/13/2023", n) for n in range(19_000)))), heavy=True),
        Case("analytics-pipe", "linkedin", Refused(1, "not a regular file"), _pipe),
        Case("analytics-folder", "linkedin", Refused(1, "is a folder"),
             lambda here: [*file(_CHAT)(here), "--analytics", str(here), "--me", "Bob"]),
        Case("analytics-gone", "linkedin", Refused(1, "does not exist"),
             lambda here: [*file(_CHAT)(here), "--analytics", str(here / "a.xlsx"), "--me", "Bob"]),
    ]  # fmt: skip


def _pipe(here: Path) -> list[str]:
    os.mkfifo(here / "a.xlsx")
    return [*file(_CHAT)(here), "--analytics", str(here / "a.xlsx"), "--me", "Bob"]


CASES = [*_rows(), *_dialects(), *_archives(), *_analytics()]
