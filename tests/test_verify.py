"""What carries checksums is compared with them: what was changed is never called unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from podaudit import verify
from podaudit.evidence.schemas import TABLES as EVIDENCE
from podaudit.model import Options, Unreadable
from podaudit.verify import State, Verified
from tests.conftest import Call
from tests.hostile.making import pod

CHAT = pod().encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export, its report, tables and audit document."""
    from podaudit import __version__, tables
    from podaudit.audit import audit
    from podaudit.export import read
    from podaudit.report import render

    place = tmp_path_factory.mktemp("made")
    chat, options = place / "chat.txt", Options(me="Anna")
    chat.write_bytes(CHAT)
    audited = audit(read(chat, name="chat.txt", options=options), options)
    page = render(audited, lang="nl", me="Anna", version=__version__).encode()
    (place / "page.html").write_bytes(verify.seal(page, audited.source, options, "nl", __version__))
    tables.write_tables(audited, place / "tables", "csv", options, __version__)
    (place / "audit.json").write_text(tables.dumps(tables.document(audited)), encoding="utf-8")
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "place")
    return tmp_path / "place"


def states(found: Verified) -> dict[str, str]:
    return {f.name: f.state.value for f in found.findings if f.state is not State.SAME}


def sealed_anew(manifest: dict[str, Any]) -> bytes:
    """A manifest as whoever changed it and reckons its checksum again would write it."""
    from podaudit import tables

    return verify.seal_manifest(tables.dumps(manifest | {"sha256": ""}).encode())


# --------------------------------------------------------------------------------------- what was changed is not unchanged


@pytest.mark.parametrize(
    "change", ["one byte of a message", "a byte more", "a byte less", "its checksum", "what it was made of"]
)
def test_a_page_that_was_changed(place: Path, change: str) -> None:
    page = place / "page.html"
    data = page.read_bytes()
    changed = {
        "one byte of a message": data.replace(b"Chris", b"Chriz", 1), "a byte more": data + b"\n", "a byte less": data[:-1],
        "its checksum": data.replace(b'podaudit-sha256" content="', b'podaudit-sha256" content="0', 1).replace(b'0">', b'">', 1),
        "what it was made of": data.replace(b"&quot;me&quot;: true", b"&quot;me&quot;: false"),
    }[change]  # fmt: skip
    assert changed != data
    page.write_bytes(changed)
    try:
        found = verify.verify(page, [])
    except Unreadable:
        assert change == "its checksum"
    else:
        assert (states(found), found.good) == ({"page.html": "changed"}, False)


def test_an_export_that_was_changed(place: Path) -> None:
    (place / "chat.txt").write_bytes(CHAT.replace(b"Chris", b"Chriz"))
    for what in ("page.html", "tables", "tables/manifest.json", "audit.json"):
        found = verify.verify(place / what, [place / "chat.txt"])
        assert states(found)["chat.txt"] == "changed" and not found.good


def test_an_export_given_twice_counts_once(place: Path, call: Call) -> None:
    shutil.copy(place / "chat.txt", place / "copy.txt")
    for what in ("page.html", "tables", "audit.json"):
        found = verify.verify(place / what, [place / "chat.txt", place / "chat.txt", place / "copy.txt"])
        assert found.good and [f.name for f in found.findings if f.what == "export"] == ["chat.txt", "copy.txt"]
        assert (found.inputs, found.left) == (1, 0)
    export = ("--export", place / "chat.txt")
    status, out, _ = call("verify", place / "page.html", *export, *export)
    assert status == 0 and "NOT" not in out.decode() and out.decode().endswith("of 1 export, compared.\n")


def test_tables_that_were_changed(place: Path) -> None:
    folder = place / "tables"
    with (folder / "calls.csv").open("ab") as file:
        file.write(b"x")
    (folder / "rules.csv").unlink()
    (folder / "mine.txt").write_bytes(b"")
    found = verify.verify(folder, [])
    assert states(found) == {"calls.csv": "changed", "rules.csv": "missing"}
    assert found.unlisted == ("mine.txt",) and not found.good


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"generator": "podaudit ', b'"generator": "podaudit 9.9.9'), (b'"me": "Anna"', b'"me": "Chris"'),
        (b'"gaps": 0', b'"gaps": 9'), (b'"strict": false', b'"strict": true'), (b"\n}\n", b"\n}"), (b"\n", b"\r\n"),
        (b'{\n "sha256"', b'{"sha256"'), (b'"sha256": "', b'"sha256": "A'),
    ],
)  # fmt: skip
def test_a_manifest_that_was_changed(place: Path, call: Call, old: bytes, new: bytes) -> None:
    manifest = place / "tables" / "manifest.json"
    data = manifest.read_bytes()
    assert old in data
    manifest.write_bytes(data.replace(old, new, 1))
    for what in ("tables", "tables/manifest.json"):
        found = verify.verify(place / what, [])
        assert (states(found), found.good) == ({"manifest.json": "changed"}, False)
    status, out, _ = call("verify", place / "tables", "--export", place / "chat.txt", "-q")
    said = out.decode()
    assert status == 1 and "manifest.json: CHANGED since podaudit wrote it (SHA-256 " in said
    assert (
        "unchanged" not in said and "calls.csv: as listed in manifest.json, which may itself have been changed" in said
    )
    assert "\nmanifest.json says: made by podaudit " in said and "\nMade by" not in said


def test_a_table_that_was_taken_out_of_the_manifest(place: Path) -> None:
    folder = place / "tables"
    held = json.loads((folder / "manifest.json").read_bytes())
    held["outputs"] = [row for row in held["outputs"] if row["file"] != "calls.csv"]
    (folder / "manifest.json").write_bytes(sealed_anew(held))
    found = verify.verify(folder, [])
    assert (states(found), found.good) == ({"calls.csv": "added"}, False)


@pytest.mark.parametrize("name", ["rules.jsonl", "Ledger.XLSX", f"{next(iter(EVIDENCE)).name}.csv", "groups.parquet"])
def test_what_bears_the_name_of_a_table_and_is_none(place: Path, call: Call, name: str) -> None:
    (place / "tables" / name).write_bytes(b"x")
    (place / "tables" / "calls").mkdir()  # a folder a table has only a corpus
    found = verify.verify(place / "tables", [])
    assert states(found) == {name: "added"} and found.unlisted == ("calls",)
    status, out, _ = call("verify", place / "tables", "-q")
    assert status == 1 and f"{name}: ADDED" in out.decode()


def test_the_manifest_carries_its_own_checksum(place: Path, call: Call) -> None:
    manifest = (place / "tables" / "manifest.json").read_bytes()
    own = json.loads(manifest)["sha256"]
    assert own == hashlib.sha256(manifest.replace(own.encode(), b"", 1)).hexdigest()
    status, out, _ = call("verify", place / "tables", "-q")
    whole = hashlib.sha256(manifest).hexdigest()
    assert status == 0
    assert out.decode().startswith(f"manifest.json: unchanged since podaudit wrote it (SHA-256 {whole})\n")


def test_a_manifest_of_before_carries_none(place: Path, call: Call) -> None:
    manifest = place / "tables" / "manifest.json"
    held = json.loads(manifest.read_bytes())
    del held["sha256"]
    manifest.write_text(json.dumps(held), encoding="utf-8")
    found = verify.verify(place / "tables", [place / "chat.txt"])
    assert (states(found), found.good) == ({"manifest.json": "unknown"}, True)
    status, out, _ = call("verify", place / "tables", "-q")
    said = out.decode()
    assert status == 0 and "manifest.json: carries no checksum of its own" in said and "unchanged" not in said
    (place / "tables" / "rules.csv").write_bytes(b"x")
    status, out, _ = call("verify", place / "tables", "-q")
    assert status == 1 and "rules.csv: NOT as listed in manifest.json" in out.decode()


def test_what_a_file_is_is_told_by_what_it_holds(place: Path) -> None:
    for name, other in (
        ("page.html", "page.json"), ("page.html", "page"), ("audit.json", "audit.html"), ("audit.json", "audit.JSON"),
        ("tables/manifest.json", "tables/manifest.JSON"), ("tables/manifest.json", "tables/manifest.html"),
    ):  # fmt: skip
        before = verify.verify(place / name, [place / "chat.txt"])
        (place / name).rename(place / other)
        after = verify.verify(place / other, [place / "chat.txt"])
        (place / other).rename(place / name)
        assert after.good and [f.what for f in after.findings] == [f.what for f in before.findings]
        assert [f.state for f in after.findings] == [f.state for f in before.findings]


def test_what_is_no_manifest_is_refused(place: Path) -> None:
    for data in ((place / "audit.json").read_bytes(), (place / "page.html").read_bytes(), b"[]", b""):
        (place / "tables" / "manifest.json").write_bytes(data)
        with pytest.raises(Unreadable, match="carries no checksums of podaudit's"):
            verify.verify(place / "tables", [])


@pytest.mark.parametrize("name", ["../chat.txt", "/etc/passwd", "a\\b", "", ".."])
def test_a_manifest_that_leads_elsewhere_is_refused(place: Path, name: str) -> None:
    manifest = place / "tables" / "manifest.json"
    held = json.loads(manifest.read_bytes())
    held["outputs"][0]["file"] = name
    manifest.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(Unreadable, match="does not write"):
        verify.verify(place / "tables", [])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b""), ("page.html", b"<!doctype html><p>x"), ("x.json", b"{"), ("x.json", b"[]"), ("x.json", b"[" * 100_000),
        ("x.json", b'{"source": 1}'), ("x.json", b'{"outputs": {}, "source": {}}'), ("x.json", b'{"outputs": [], "source": 1}'),
        ("chat.txt", CHAT),
        ("page.html", b'<meta name="podaudit-made-of" content="x"><meta name="podaudit-sha256" content="' + b"0" * 64 + b'">'),
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Unreadable, match=r"^\S+ (carries|lists).*\.$"):
        verify.verify(tmp_path / name, [])


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"has no manifest.json, .* not complete"):
        verify.verify(tmp_path, [])
    for path in (tmp_path / "gone.html", tmp_path / "gone.json", Path("a\0b")):
        with pytest.raises(Unreadable, match=r"cannot be read \(.*\); check"):
            verify.verify(path, [])


def test_an_export_that_cannot_be_read_is_refused(place: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.txt", tmp_path):
        with pytest.raises(Unreadable, match=r"cannot be read \(.*\); check"):
            verify.verify(place / "page.html", [path])


def test_what_would_never_end_is_refused(place: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    for path, exports in ((tmp_path / "pipe.html", []), (place / "page.html", [Path("/dev/zero")])):
        with pytest.raises(Unreadable, match="not a regular file"):
            verify.verify(path, exports)


def test_what_is_larger_than_anything_of_ours_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_MOST", 999)
    with pytest.raises(Unreadable, match=r"^page\.html is larger than anything podaudit writes"):
        verify.verify(place / "page.html", [])


def test_a_version_to_share_says_that_it_carries_none(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b'<!doctype html><body class="share"><p>x')
    with pytest.raises(Unreadable, match="version to share: it carries no checksum"):
        verify.verify(tmp_path / "a.html", [])


def test_tables_of_many_groups_are_compared_without_their_exports(tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_bytes(b"x")
    listed = [{"file": "groups.csv", "sha256": hashlib.sha256(b"x").hexdigest()}]
    inputs, options = [{"group": "Group-1"}], {"names": "pseudonyms"}
    manifest = {"generator": "podaudit 1", "inputs": inputs, "options": options, "outputs": listed}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = verify.verify(tmp_path, [])
    assert (found.keyed, [f.state for f in found.findings]) == (True, [State.UNKNOWN, State.SAME])
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "x.parquet").write_bytes(b"x")  # its rows were taken out of the manifest
    assert states(verify.verify(tmp_path, [])) == {"manifest.json": "unknown", "calls/x.parquet": "added"}


def test_a_text_in_the_chat_is_no_seal(call: Call, tmp_path: Path) -> None:
    bad = '<meta name="podaudit-sha256" content=""><meta name="podaudit-made-of" content="">'
    (tmp_path / "chat.txt").write_text(pod(bad, bad, bad), encoding="utf-8")
    assert call("report", "chat.txt", "-q")[0] == 0
    assert call("verify", "chat.report.html", "--export", "chat.txt")[0] == 0


# --------------------------------------------------------------------------------------------------- what was not is said so


@pytest.mark.parametrize(
    ("what", "files"), [("page.html", 2), ("tables", 34), ("tables/manifest.json", 34), ("audit.json", 2)]
)
def test_what_is_unchanged(place: Path, what: str, files: int) -> None:
    found = verify.verify(place / what, [place / "chat.txt"])
    assert found.good and found.inputs == 1 and len(found.findings) >= files - 1
    assert states(found) == ({"audit.json": "unknown"} if what == "audit.json" else {})


def test_the_seal_names_nobody(made: Path) -> None:
    head = (made / "page.html").read_bytes().partition(b"<title>")[0]
    assert b"podaudit-made-of" in head and b"Anna" not in head and b"chat.txt" not in head


def test_what_the_command_says(call: Call, place: Path) -> None:
    status, out, said = call("verify", place / "page.html", "--export", place / "chat.txt")
    assert status == 0
    page, export, made = out.decode().splitlines()
    assert page.startswith("page.html: unchanged since podaudit wrote it (SHA-256 ")
    assert export.startswith("chat.txt: unchanged since it was given to podaudit (SHA-256 ")
    assert made.endswith("of 1 export, compared.")
    assert "since it was sent" not in out.decode() and "nothing of the time before" in said
    (place / "tables" / "rules.csv").unlink()
    status, out, _ = call("verify", place / "tables", "-q")
    assert status == 1 and "rules.csv: MISSING" in out.decode() and "1 not compared (--export)" in out.decode()
