"""No output takes the place of what was read or is no regular file; and what the system refuses is told in a sentence."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podaudit import tables, workbook, writing
from podaudit.audit import Audit
from podaudit.model import Options, Unwritable
from podaudit.privacy import new_key
from tests.conftest import Call
from tests.hostile.making import pod

CHAT = pod().encode()
COMMENTS = b"Date,Link,Message\n2023-03-01 09:00:00,https://www.linkedin.com/feed/update/urn:li:activity:7036620272307725438,hi\n"
SENTENCE = re.compile(r"podaudit: [^\n]+\.\n")


def held(folder: Path) -> dict[str, bytes]:
    """All below a folder, pipes and links aside."""
    files = (path for path in sorted(folder.rglob("*")) if stat.S_ISREG(path.lstat().st_mode))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a chat under several names, an archive of LinkedIn's, corrections and a key."""
    for name in (
        "chat.txt", "messages.csv", "TABLES.txt", "groups.parquet", "t/manifest.json", "t/calls.csv", "s.design.csv", "x.review.txt",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(CHAT)
    for name in ("Comments.csv", "messages.csv", "Articles/one.html"):
        (tmp_path / "li" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "li" / name).write_bytes(COMMENTS)
    (tmp_path / "c.toml").write_bytes(b"")
    new_key(tmp_path / "k.key")
    (tmp_path / "links").mkdir()
    (tmp_path / "links/chat.txt").symlink_to("../chat.txt")
    (tmp_path / "again").symlink_to("li")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("report chat.txt -o chat.txt", "chat.txt is the export itself"),
        ("report links/chat.txt -o chat.txt", "chat.txt is the export itself"),
        ("report chat.txt -o links/chat.txt", "links/chat.txt is the export itself"),
        ("report chat.txt messages.csv -o messages.csv", "messages.csv is the export itself"),
        ("report chat.txt --linkedin li -o li/Comments.csv", "li/Comments.csv is a file of the archive"),
        ("report chat.txt --linkedin again -o li/Comments.csv", "li/Comments.csv is a file of the archive"),
        ("report chat.txt --linkedin li -o again/messages.csv", "again/messages.csv is a file of the archive"),
        ("report chat.txt --linkedin li -o li/Articles/one.html", "li/Articles/one.html is a file of the archive"),
        ("report chat.txt --analytics t/calls.csv -o t/calls.csv", "t/calls.csv is the analytics"),
        ("report chat.txt --corrections c.toml -o c.toml", "c.toml is the file of corrections"),
        ("report chat.txt --share --key k.key -o k.key", "k.key is the key"),
        ("report chat.txt --share --key new.html -o new.html", "new.html is the key"),
        ("report chat.txt --share --corrections c.toml -o c.toml", "c.toml is the file of corrections"),
        ("report x.review.txt --share --quotes -o x.html", "x.review.txt is the export itself"),
        ("tables messages.csv -o .", "messages.csv is the export itself"),
        ("tables TABLES.txt -o .", "TABLES.txt is the export itself"),
        ("tables t/manifest.json -o t", "t/manifest.json is the export itself"),
        ("tables chat.txt --corrections t/calls.csv -o t", "t/calls.csv is the file of corrections"),
        ("tables chat.txt --linkedin li -o li", "li/messages.csv is a file of the archive"),
        ("tables chat.txt --pseudonyms t/calls.csv -o t", "t/calls.csv is the key"),
        ("tables chat.txt -o t", "t/manifest.json is not podaudit's"),
        ("corpus chat.txt -o t --keep-names", "t/manifest.json is not podaudit's"),
        ("corpus groups.parquet -o .", "groups.parquet is one of the exports"),
        ("sample s.design.csv -o s.csv", "s.design.csv is the export itself"),
    ],
)  # fmt: skip
def test_nothing_that_is_read_is_replaced(call: Call, place: Path, command: str, kept: str) -> None:
    if "--pseudonyms" in command:
        (place / "t/calls.csv").unlink()
        (place / "k.key").rename(place / "t/calls.csv")
    before = held(place)
    status, out, said = call(*command.split())
    assert (status, out) == (1, b"")
    assert SENTENCE.fullmatch(said) and said.startswith(f"podaudit: {kept}"), said
    assert held(place) == before


def test_what_podaudit_wrote_is_written_anew(call: Call, place: Path) -> None:
    for command in (
        "tables chat.txt -o fresh", "report chat.txt --linkedin li --me Anna -o li/chat.report.html",
        "corpus chat.txt -o groups --keep-names", "compare groups -o groups/report.html --no-open",
    ):  # fmt: skip
        for _ in range(2):
            status, _, said = call(*command.split(), "-q")
            assert status == 0, said
    status, _, said = call("compare", "groups", "-o", "groups/groups.parquet")
    assert status == 1 and "groups/groups.parquet is a file of the corpus" in said


def test_the_chat_from_standard_input_is_not_replaced(place: Path) -> None:
    with (place / "messages.csv").open("rb") as chat:
        for more in (["report", "-", "-o", "messages.csv"], ["tables", "-", "-o", "."]):
            done = subprocess.run(
                [sys.executable, "-m", "podaudit", *more], cwd=place, stdin=chat, capture_output=True, check=False
            )
            assert (done.returncode, done.stdout) == (1, b"")
            assert b"messages.csv: it is this run's own standard input or output" in done.stderr
    assert (place / "messages.csv").read_bytes() == CHAT


# ----------------------------------------------------------------------------------------------------- no regular files


@pytest.mark.parametrize(
    "command",
    [
        "report chat.txt -o pipe", "report chat.txt -o linked", "report chat.txt --share -o pipe", "demo -o pipe",
        "report chat.txt --share --quotes -o a.html", "tables chat.txt -o out", "sample chat.txt -o pipe.csv",
        "sample chat.txt -o s.xlsx", "compare out -o pipe", "corpus chat.txt -o out --keep-names",
    ],
)  # fmt: skip
def test_a_pipe_stays_a_pipe(call: Call, place: Path, command: str) -> None:
    (place / "out").mkdir()
    names = ("pipe", "pipe.csv", "a.review.txt", "s.design.csv", "out/TABLES.txt")
    (place / "s.design.csv").unlink()
    for name in names:
        os.mkfifo(place / name)
    (place / "linked").symlink_to("pipe")
    before = held(place)
    status, out, said = call(*command.split())
    assert (status, out) == (1, b"")
    assert SENTENCE.fullmatch(said) and "it is a pipe or device, not a regular file" in said
    assert all(stat.S_ISFIFO((place / name).lstat().st_mode) for name in names)
    assert held(place) == before


def test_a_link_to_standard_output_stays(place: Path) -> None:
    """As /dev/stdout is one: a rename would take the link's own place."""
    (place / "stdout").symlink_to("/proc/self/fd/1")
    with (place / "page.html").open("wb") as page:
        done = subprocess.run(
            [sys.executable, "-m", "podaudit", "report", "chat.txt", "-o", "stdout"],
            cwd=place, stdout=page, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 1 and b"its own" not in done.stderr and b"standard input or output" in done.stderr
    assert (place / "stdout").is_symlink()


# ------------------------------------------------------------------------------------------------ what the system refuses

LONG = "x" * 300


@pytest.mark.parametrize(
    "command",
    [
        f"report {LONG}", f"{LONG}", f"report chat.txt -o {LONG}", f"report chat.txt -o {LONG}/x.html", f"verify {LONG}",
        f"verify chat.txt --export {LONG}", f"audit chat.txt --pseudonyms {LONG}", f"compare {LONG}", f"compare t -o {LONG}",
        f"report chat.txt --share --key {LONG}", f"report chat.txt --share -o {LONG}", f"tables chat.txt -o {LONG}",
        f"tables chat.txt -o t2 --pseudonyms {LONG}", f"sample chat.txt -o {LONG}.csv", f"corpus {LONG} -o c", f"corpus chat.txt -o {LONG}",
        f"corpus chat.txt -o c --pseudonyms {LONG}", f"report chat.txt --linkedin {LONG}", f"report chat.txt --analytics {LONG}",
        f"report chat.txt --corrections {LONG}", f"agree {LONG}", f"agree {LONG} chat.txt", f"evaluate {LONG}",
        f"sample chat.txt -o {'x' * 246}.csv", f"report chat.txt --share --quotes -o {'x' * 246}.html",
    ],
)  # fmt: skip
def test_a_name_that_is_too_long_is_told_in_a_sentence(call: Call, place: Path, command: str) -> None:
    before = held(place)
    status, out, said = call(*command.split())
    assert (status, out) in ((1, b""), (2, b"")), said
    assert "internal error" not in said and SENTENCE.search(said)
    assert held(place) == before


@pytest.mark.parametrize("stem", ["🚀" * 62, "x" + "🚀" * 62, "x" * 251])
@pytest.mark.parametrize("share", [[], ["--share"]], ids=["private", "shared"])
def test_the_report_of_a_long_name_has_a_shorter_one(call: Call, tmp_path: Path, stem: str, share: list[str]) -> None:
    (tmp_path / f"{stem}.txt").write_bytes(CHAT)
    status, out, said = call("report", f"{stem}.txt", "-q", "--no-open", *share)
    assert status == 0, said
    name = os.fsdecode(out.strip())
    assert (tmp_path / name).is_file() and name.isprintable()
    assert share or (name.endswith(".report.html") and stem.startswith(name.removesuffix(".report.html")))


def test_a_manifest_may_name_no_file_that_cannot_be(call: Call, tmp_path: Path) -> None:
    row = {"file": f"{LONG}.csv", "sha256": "0" * 64}
    made = {"source": {"sha256": "0" * 64}, "outputs": [row]}
    (tmp_path / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    status, out, said = call("verify", tmp_path)
    assert (status, out) == (1, b"")
    assert "lists what podaudit does not write" in said


@pytest.fixture
def locked(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``priv`` that nobody may look into, not even root, whom its rights would not stop."""
    (place / "priv/sub").mkdir(parents=True)
    (place / "priv/sub/ok.txt").write_bytes(CHAT)
    (place / "made.html").write_text(
        f'<meta name="podaudit-sha256" content="{"0" * 64}"><meta name="podaudit-made-of" content="{{}}">',
        encoding="utf-8",
    )
    below = f"{place}/priv/"

    def refusing(real: Callable[..., Any]) -> Callable[..., Any]:
        def go(path: Any, *more: Any, **named: Any) -> Any:
            if (
                isinstance(path, (str, Path))
                and f"{os.path.join(place, path)}/".startswith(below)
                and str(path) != "priv"
            ):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return real(path, *more, **named)

        return go

    for module, name in (
        (os, "stat"),
        (os, "lstat"),
        (os, "open"),
        (os, "mkdir"),
        (os, "scandir"),
        (os, "listdir"),
        (io, "open"),
    ):
        monkeypatch.setattr(module, name, refusing(getattr(module, name)))
    return place


@pytest.mark.parametrize(
    "command",
    [
        "report priv/sub/ok.txt", "report chat.txt -o priv/x.html", "report chat.txt -o priv/sub/x.html", "verify priv/sub",
        "verify made.html --export priv/sub/ok.txt", "audit chat.txt --pseudonyms priv/sub/k", "corpus chat.txt -o priv/sub/c",
        "corpus chat.txt -o priv/sub/c --keep-names", "corpus priv/sub -o c", "compare priv/sub", "compare t -o priv/sub/x.html",
        "sample chat.txt -o priv/sub/s.csv", "report chat.txt --share --key priv/sub/k", "report chat.txt --share -o priv/sub/x.html",
        "report priv/sub/ok.txt --share", "tables chat.txt -o priv/sub/t", "tables chat.txt -o t2 --pseudonyms priv/sub/k",
        "report chat.txt --linkedin priv/sub", "report chat.txt --corrections priv/sub/c", "evaluate priv/sub",
        "agree priv/sub/a priv/sub/b",
    ],
)  # fmt: skip
def test_a_folder_that_may_not_be_looked_into_is_told_in_a_sentence(call: Call, locked: Path, command: str) -> None:
    status, out, said = call(*command.split())
    assert (status, out) == (1, b""), said
    assert "internal error" not in said and SENTENCE.fullmatch(said), said
    assert "denied" in said or "may not be read" in said or "ermission" in said, said


# --------------------------------------------------------------------------------------------------------- closed streams


def closing(folder: Path, command: str, *closed: int) -> tuple[int, bytes, bytes]:
    """Runs ``podaudit`` with some standard streams closed, as ``>&-`` does; its status, standard output and error."""

    def close() -> None:
        for number in closed:
            os.close(number)

    done = subprocess.run(
        [sys.executable, "-m", "podaudit", *command.split()], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
        preexec_fn=close, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "closed", "said"),
    [
        ("audit chat.txt", 1, b"podaudit: Cannot write to standard output: it is closed; leave it open, or send it elsewhere.\n"),
        ("report chat.txt -q -o -", 1, b"podaudit: Cannot write to standard output: it is closed; leave it open, or send it elsewhere.\n"),
        ("audit -", 0, b"podaudit: Standard input is closed; send the chat there, or name its file.\n"),
        ("audit gone.txt", 2, b""),
    ],
)  # fmt: skip
def test_what_needs_a_closed_stream_fails_with_a_sentence(place: Path, command: str, closed: int, said: bytes) -> None:
    assert closing(place, command, closed) == (1, b"", said)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_what_was_written_is_done_even_if_nobody_is_told(place: Path, closed: tuple[int, ...]) -> None:
    for command, made in (("report chat.txt -o o.html", "o.html"), ("tables chat.txt -o t2", "t2/manifest.json")):
        assert closing(place, command, *closed)[0] == 0
        assert writing.is_ours(place / made)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_standard_error_changes_nothing(place: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "podaudit", "report", "chat.txt", "-o", "o.html"],
            cwd=place, stdout=subprocess.PIPE, stderr=full, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"o.html\n")


# ------------------------------------------------------------------------------------------- what waits beside the output


def test_rows_of_a_workbook_wait_beside_it(
    small_audit: Audit, call: Call, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a private folder that a later run sweeps; nothing goes into the folder of the system."""
    used: set[Path] = set()
    real = tempfile.mkstemp

    def mkstemp(*more: Any, **named: Any) -> Any:
        folder = Path(named["dir"])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        used.add(folder.absolute())
        return real(*more, **named)

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    tables.write_tables(small_audit, place / "x", "xlsx", Options(), "0")
    (place / "s.design.csv").unlink()
    assert call("sample", "chat.txt", "-o", "s.xlsx", "-q")[0] == 0
    assert {folder.parent for folder in used} == {place / "x", place}
    assert all(writing._PART.fullmatch(folder.name) and not folder.exists() for folder in used)


def test_a_full_disk_behind_a_workbook_is_told(
    small_audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(workbook, "open_book", full)
    with pytest.raises(Unwritable, match=r"Cannot write into .*: no space left on device; name another folder"):
        tables.write_tables(small_audit, tmp_path / "x", "xlsx", Options(), "0")
    assert list((tmp_path / "x").iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from podaudit import writing
with writing.staging(Path("out")) as part:
    (part / "messages.csv").write_bytes(b"what somebody wrote")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_folder_that_a_killed_run_left_goes_after_a_day(call: Call, place: Path) -> None:
    (place / "out").mkdir()
    for age in (60, 2 * 86_400):
        done = subprocess.run([sys.executable, "-c", _KILLED], cwd=place, check=False)
        assert done.returncode == -signal.SIGKILL
        (left,) = (path for path in (place / "out").iterdir() if path.name.startswith("."))
        os.utime(left, (time.time() - age,) * 2)
        assert call("tables", "chat.txt", "-o", "out", "-q")[0] == 0
        assert left.exists() == (age == 60)
        if left.exists():
            (left / "messages.csv").unlink()
            left.rmdir()
