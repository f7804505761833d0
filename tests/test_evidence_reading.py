"""Reading LinkedIn's archives: what must not be opened first, then every dialect, then hostile files."""

from __future__ import annotations

import builtins
import dataclasses
import io
import os
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_evidence import archive, pod, table, workbook

from podaudit import links
from podaudit.evidence import files, gather, identity, reading
from podaudit.evidence.schemas import Given, What
from podaudit.model import DecisionNeeded, PodauditError, Unreadable

ROOT = Path(__file__).resolve().parent.parent
CASES = tomllib.loads((ROOT / "fixtures/evidence/dialects.toml").read_text(encoding="utf-8"))["case"]
LIMIT = 1 << 26
HEADER = "Date,Link,Message\n"
FORBIDDEN = (
    "messages.csv", "guide_messages.csv", "Whatsapp Phone Numbers.csv", "PhoneNumbers.csv", "Phone Numbers_1.csv",
    "sub/messages.csv", "Invitations.csv", "Member_Follows_17529409.csv", "Commentsx.csv", "Comments.csv.bak",
    "learning_coach_messages.csv", "Registration.csv", "Logins.csv", "../messages.csv", "__MACOSX/Comments.csv",
    "._Comments.csv", "Saved_Items.csv", "Ad_Targeting.csv",
)  # fmt: skip
ALLOWED = {
    "Comments.csv": What.COMMENTS, "comments.CSV": What.COMMENTS, "Comments_17529409.csv": What.COMMENTS,
    "Reactions_1.csv": What.REACTIONS, "Shares (2).csv": What.SHARES, "InstantReposts_1.csv": What.REPOSTS,
    "Votes.csv": What.VOTES, "Profile.csv": What.PROFILE, "Email Addresses.csv": What.ADDRESSES,
    "Email Addresses_17529409.csv": What.ADDRESSES, "Connections.csv": What.CONNECTIONS,
    "deep/er/Comments.csv": What.COMMENTS, "win\\dows\\Comments.csv": What.COMMENTS, "Comments 2.csv": What.COMMENTS,
}  # fmt: skip


def read(tmp_path: Path, held: dict[str, str], name: str = "archive.zip", **options: Any) -> Given:
    path = tmp_path / name
    path.write_bytes(archive(held))
    return gather([path], [], None, LIMIT, **options)


def unpack(folder: Path, held: dict[str, str]) -> Path:
    for name, text in held.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


# ------------------------------------------------------------------------------------------------- what is never opened


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_file_that_is_not_on_the_list_is_not_known(name: str) -> None:
    assert files.what_of(name) is None


@pytest.mark.parametrize(("name", "what"), ALLOWED.items())
def test_a_file_that_is_on_the_list_is_known_in_every_spelling(name: str, what: What) -> None:
    assert files.what_of(name) is what


def test_messages_and_numbers_in_a_zip_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    whole = zipfile.ZipFile.open

    def watched(self: zipfile.ZipFile, name: Any, *more: Any, **named: Any) -> Any:
        shown = name if isinstance(name, str) else name.filename
        assert files.what_of(shown) is not None, f"{shown} was opened"
        opened.append(shown)
        return whole(self, name, *more, **named)

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    held = dict.fromkeys((*FORBIDDEN, *(n for n in ALLOWED if "\\" not in n)), HEADER)
    (tmp_path / "archive.zip").write_bytes(b"")
    with monkeypatch.context() as free:
        free.setattr(zipfile.ZipFile, "open", whole)
        data = archive(held)
    (tmp_path / "archive.zip").write_bytes(data)
    got = gather([tmp_path / "archive.zip"], [], None, LIMIT)
    assert sorted(opened) == sorted(n for n in ALLOWED if "\\" not in n)
    left = got.files.loc[got.files["what"] == "not opened", "file"].tolist()
    assert sorted(left) == sorted(FORBIDDEN)


def test_messages_and_numbers_in_a_folder_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unpack(
        tmp_path / "archive", {"messages.csv": "x", "Whatsapp Phone Numbers.csv": "x", "Comments.csv": HEADER}
    )
    guarded: list[str] = []

    def watch(plain: Callable[..., Any]) -> Callable[..., Any]:
        def run(file: Any, *more: Any, **named: Any) -> Any:
            name = os.fsdecode(file) if not isinstance(file, int) else ""
            if name.startswith(str(folder)):
                guarded.append(Path(name).name)
                if files.what_of(Path(name).name) is None:
                    raise AssertionError(f"{name} was opened")
            return plain(file, *more, **named)

        return run

    monkeypatch.setattr(builtins, "open", watch(builtins.open))
    monkeypatch.setattr(io, "open", watch(io.open))
    monkeypatch.setattr(os, "open", watch(os.open))
    got = gather([folder], [], None, LIMIT)
    assert guarded == ["Comments.csv"]
    assert got.files["file"].tolist() == ["Comments.csv", "Whatsapp Phone Numbers.csv", "messages.csv"]


def test_a_link_in_a_folder_or_zip_leads_nowhere(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "archive", {"Reactions.csv": "Date,Type,Link\n"})
    secret = tmp_path / "secret.txt"
    secret.write_text(
        HEADER + "2024-01-01 00:00:00,https://www.linkedin.com/feed/update/urn:li:activity:7201000000000000001,x\n"
    )
    (folder / "Comments.csv").symlink_to(secret)
    got = gather([folder], [], None, LIMIT)
    assert len(got.actions) == 0
    assert got.files.loc[got.files["file"] == "Comments.csv", "what"].tolist() == ["not opened"]


# ------------------------------------------------------------------------------------------------------------- dialects


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"][:60])
def test_every_dialect_is_read_exactly(tmp_path: Path, case: dict[str, Any]) -> None:
    got = read(tmp_path, {f"sub/{case['file']}": case["text"]})
    done = pd.concat([got.actions, got.shares])
    done = done[done["kind"] != "share"] if "Shares" in case["file"] else done
    text = done["text"].where(done["text"] != "", done["type"])
    utc = ["" if pd.isna(t) else t.isoformat() for t in done["utc"]]
    assert [list(row) for row in zip(utc, done["post_kind"], done["post_id"], text, strict=True)] == case["rows"]
    entry = got.files.iloc[0]
    assert (entry["rows"], entry["unread"]) == (len(case["rows"]), case.get("unread", 0))
    assert done["row"].tolist() == case.get("at", [])
    if "on_comment" in case:
        assert done["on_comment"].tolist() == case["on_comment"]
    if "note" in case:
        assert case["note"] in entry["note"]


def test_a_swallowed_row_is_counted(tmp_path: Path) -> None:
    """A quote that nobody closes takes the rows after it with it; they are missing, and the count says so."""
    link = "https://www.linkedin.com/feed/update/urn:li:activity:720100000000000000"
    text = f'{HEADER}2024-01-01 00:00:00,{link}1,"open\n2024-01-02 00:00:00,{link}2,b\n2024-01-03 00:00:00,{link}3,c\n'
    got = read(tmp_path, {"Comments.csv": text})
    assert len(got.actions) == 1
    assert got.files["unread"].tolist() == [2]


def test_the_owner_and_the_dates_of_connections(tmp_path: Path) -> None:
    got = read(tmp_path, {
        "Profile.csv": "First Name,Last Name,Headline\nEefje,Verzonnen,Coach\n",
        "Email Addresses.csv": "Email Address,Confirmed,Primary,Updated On\ne@example.org,Yes,No,\neefje.verzonnen@example.org,Yes,Yes,\n",
        "Connections.csv": 'Notes:\n"Some may be\nmissing"\n\nFirst Name,Last Name,Email Address,Company,Position,Connected On\n'
        "Iemand,Anders,,,,16 Jun 2026\nNog,Iemand,,,,geen datum\n",
    })  # fmt: skip
    assert got.names == ("Eefje Verzonnen", "eefje verzonnen")
    assert [day.isoformat() for day in got.connections] == ["2026-06-16"]
    assert got.files["unread"].tolist() == [1, 0, 0]


def test_what_stands_in_two_archives_counts_once(tmp_path: Path) -> None:
    link = "https://www.linkedin.com/feed/update/urn:li:activity:720100000000000000"
    first = table(("Date", "Link", "Message"), [("2024-01-01 00:00:00", f"{link}{n}", "zelfde") for n in (1, 1, 2)])
    second = table(("Date", "Link", "Message"), [("2024-01-01 00:00:00", f"{link}{n}", "zelfde") for n in (1, 2, 3)])
    for name, text in (("a.zip", first), ("b.zip", second)):
        (tmp_path / name).write_bytes(archive({"Comments.csv": text}))
    got = gather([tmp_path / "a.zip", tmp_path / "b.zip"], [], None, LIMIT)
    assert sorted(got.actions["post_id"].str[-1]) == ["1", "1", "2", "3"]
    assert [got.sources[n] for n in got.actions["file"]] == ["a.zip/Comments.csv"] * 3 + ["b.zip/Comments.csv"]


def test_archives_of_two_people_are_refused(tmp_path: Path) -> None:
    for name in ("Eefje", "Bram"):
        (tmp_path / f"{name}.zip").write_bytes(archive({"Profile.csv": f"First Name,Last Name\n{name},Nietecht\n"}))
    paths = [tmp_path / "Eefje.zip", tmp_path / "Bram.zip"]
    with pytest.raises(DecisionNeeded, match="two people"):
        gather(paths, [], None, LIMIT)
    assert len(gather(paths, [], None, LIMIT, "Eefje").names) == 2


def test_up_to_when_an_archive_knows(tmp_path: Path) -> None:
    row = "2024-03-01 10:00:00,https://www.linkedin.com/feed/update/urn:li:activity:7201000000000000001,x\n"
    folder = unpack(tmp_path / "mine", {"Comments.csv": HEADER + row})
    assert str(gather([folder], [], None, LIMIT).until) == "2024-03-01 10:00:00"
    named = folder.rename(tmp_path / "Complete_LinkedInDataExport_05-20-2024")
    assert str(gather([named], [], None, LIMIT).until) == "2024-05-20 00:00:00"
    assert str(read(tmp_path, {"Comments.csv": HEADER + row}).until) == "2024-06-01 12:00:00"  # the zip's own stamp


# -------------------------------------------------------------------------------------------------------------- hostile


def _lying(tmp_path: Path) -> Path:
    """A bomb: a gigabyte of blanks."""
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
        made.open("Comments.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(128):
            member.write(b" " * (1 << 20))
    return path


def _encrypted(tmp_path: Path) -> Path:
    path = tmp_path / "locked.zip"
    data = bytearray(archive({"Comments.csv": HEADER}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    return path


def _truncated(tmp_path: Path) -> Path:
    path = tmp_path / "cut.zip"
    path.write_bytes(archive({"Comments.csv": HEADER * 1000})[:-40])
    return path


def _damaged(tmp_path: Path) -> Path:
    path = tmp_path / "bad.zip"
    data = bytearray(archive({"Comments.csv": "".join(f"{n * n}" for n in range(2000))}))
    data[200:260] = b"\xff" * 60
    path.write_bytes(data)
    return path


def _foreign(tmp_path: Path) -> Path:
    path = tmp_path / "chat.zip"
    path.write_bytes(archive({"_chat.txt": "x", "messages.csv": "x"}))
    return path


def _chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with Boost.zip"
    path.write_bytes(archive({"WhatsApp Chat with Boost.txt": "x", "IMG-1.jpg": "x"}))
    return path


def _book(tmp_path: Path) -> Path:
    path = tmp_path / "analytics.xlsx"
    path.write_bytes(workbook(pod().sheets))
    return path


def _text(tmp_path: Path) -> Path:
    path = tmp_path / "Comments.csv"
    path.write_text(HEADER)
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [(_lying, "--max-size"), (_encrypted, "encrypted"), (_truncated, "broken archive"), (_damaged, "broken archive"),
     (_foreign, "none of the files"), (_chat, "exported chat; give that without --linkedin"), (_text, "no zip"),
     (_book, "Excel workbook; give it with --analytics"), (lambda folder: folder / "missing.zip", "does not exist"),
     (lambda folder: folder, "none of the files")],
)  # fmt: skip
def test_what_is_no_archive_is_refused_in_a_sentence(tmp_path: Path, make: Callable[[Path], Path], says: str) -> None:
    with pytest.raises(Unreadable, match=says) as error:
        gather([make(tmp_path)], [], None, LIMIT)
    assert "\n" not in str(error.value)


def test_huge_cells_and_absurd_ids_are_read(tmp_path: Path) -> None:
    long, digits = "woord " * 300_000, "7" * 5000
    url = f"https://www.linkedin.com/feed/update/urn:li:activity:{digits}"
    text = table(("Date", "Link", "Message"), [
        ("2024-01-01 00:00:00", url, long), ("0001-01-01 00:00:00", "https://www.linkedin.com/feed/update/urn:li:activity:0", "\0"),
        ("9999-12-31 23:59:59", "https://www.linkedin.com/feed/update/urn:li:activity:99999999999999999999", "=1+1"),
        ("2024-01-01 00:00:00", "http://" + "a" * 10_000, "x"),
    ])  # fmt: skip
    got = read(tmp_path, {"Comments.csv": text})
    assert got.actions["text"].tolist()[0] == long
    assert len(got.actions) == 4
    assert pd.isna(identity.moments(pa.array(got.actions["post_id"]))).all()


@given(st.binary(max_size=400))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    for what in What:
        columns = reading.read(what, data)
        assert len({len(column) for column in columns.cells.values()} | {len(columns.row)}) == 1


@given(
    st.lists(st.tuples(st.text(alphabet='a"\\\n,;é', max_size=12), st.booleans()), max_size=6),
    st.sampled_from(["\\", None]),
)
def test_either_dialect_is_read_back(rows: list[tuple[str, bool]], escape: str | None) -> None:
    """What LinkedIn writes in one way of quoting is read as it was, whichever it is, unless the text cannot tell them apart."""
    url = "https://www.linkedin.com/feed/update/urn:li:activity:7201000000000000001"
    wrote = [("2024-01-01 00:00:00", url, text.replace("\\", "") if escape is None else text) for text, _ in rows]
    columns = reading.read(What.COMMENTS, table(("Date", "Link", "Message"), wrote, escape).encode())
    assert columns.cells["text"].to_pylist() == [text for _, _, text in wrote]
    assert columns.unread == 0


def _columns(what: What, data: bytes) -> tuple[Any, ...]:
    columns = reading.read(what, data)
    cells = {name: column.to_pylist() for name, column in columns.cells.items()}
    return cells, columns.row.tolist(), columns.unread, columns.note


def _one_by_one(what: What, data: bytes) -> tuple[Any, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_at_once", lambda *_: None)
        return _columns(what, data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"][:60])
def test_rows_read_at_once_are_those_read_one_by_one(case: dict[str, Any]) -> None:
    what = files.what_of(case["file"])
    assert what
    assert _columns(what, case["text"].encode()) == _one_by_one(what, case["text"].encode())


CELLS = st.one_of(
    st.text(alphabet='a"\\\n\ré ,', max_size=5),
    st.text(alphabet="a\n,;é\0\u2028", max_size=5).map(lambda text: f'"{text}"'),
    st.sampled_from(['"a ""b"" c"', '"a \\"b\\" c"', '"\\"b\\""', "", "https://x", '"a', "b\\"]),
)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5), st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff", 'Notes:\n"some\nthing"\n\n']), st.booleans(),
)  # fmt: skip
def test_any_rows_are_read_at_once_as_one_by_one(
    rows: list[list[str]], separator: str, end: str, before: str, closed: bool
) -> None:
    lines = [separator.join(row) for row in (["Date", "Link", "Message"], *rows)]
    data = (before + end.join(lines) + end * closed).encode()
    assert _columns(What.COMMENTS, data) == _one_by_one(What.COMMENTS, data)


def test_the_files_that_linkedin_makes_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, commas and several lines in a cell included: an archive of hundreds of thousands of rows takes a moment."""
    monkeypatch.setattr(reading, "_one_by_one", None)
    for name, text in pod().files.items():
        if what := files.what_of(name):
            reading.read(what, text.encode())
    said, link = 'Zij zei "ja", en\nging', "https://www.linkedin.com/feed/update/urn:li:activity:1"
    text = table(("Date", "Link", "Message"), [("2024-01-01 00:00:00", link, said)] * 3, "\\")
    assert reading.read(What.COMMENTS, text.encode()).cells["text"].to_pylist() == [said] * 3


def test_a_row_with_nothing_in_it_is_none() -> None:
    """A spreadsheet that saves a copy may put such rows below the others."""
    row = "2024-01-01 00:00:00,https://www.linkedin.com/feed/update/urn:li:activity:7201000000000000001"
    for empty in ("", ",,", '"","",""'):
        for last in ("x", '"x\\'):  # the latter is read one by one
            columns = reading.read(What.COMMENTS, f"{HEADER}{row},x\n{empty}\n{empty}\n{row},{last}".encode())
            assert (columns.row.tolist(), columns.unread) == ([2, 5], 0)
    assert len(reading.read(What.CONNECTIONS, b"First Name,Connected On\n,\nx,1 Jan 2024\n")) == 1


URLS = st.one_of(
    st.builds(
        lambda host, path, kind, number, rest: f"https://{host}linkedin.com/{path}urn:li:{kind}:{number}{rest}",
        st.sampled_from(["www.", "", "nl."]), st.sampled_from(["feed/update/", "feed/", "embed/feed/update/"]),
        st.sampled_from(["activity", "share", "ugcPost", "ugcpost", "groupPost", "member"]),
        st.integers(0, 10**22), st.sampled_from(["", "/", "?utm_source=x", "/?trk=a#b", "x", "?commentUrn=urn:li:comment:(activity:1,2)"]),
    ),
    st.text(max_size=40),
)  # fmt: skip


@given(st.lists(URLS, max_size=8))
def test_reading_links_at_once_gives_what_reading_each_gives(urls: list[str]) -> None:
    kinds, ids, _ = identity.identify(pa.array(urls, pa.string()))
    for url, kind, number in zip(urls, kinds.to_pylist(), ids.to_pylist(), strict=True):
        if "comment:(" in url and number == "1":
            continue  # the post that a comment's own link names
        link = links.parse(url)
        post = link is not None and link.is_post and link.post_id is not None and link.platform == "linkedin"
        assert (kind, number) == ((link.kind, link.post_id) if post and link else ("", ""))


def test_errors_say_nothing_of_what_was_read(tmp_path: Path) -> None:
    with pytest.raises(PodauditError) as error:
        gather([_damaged(tmp_path)], [], None, LIMIT)
    assert "bad.zip" in str(error.value)
    assert dataclasses.is_dataclass(Given)
