"""Faults: the disk is full or broken at the n-th step, the user or the system stops the program: old file or new, never half."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from podaudit import cli, tables, verify
from podaudit.audit import Audit, audit
from podaudit.export import read
from podaudit.model import Options, Unwritable
from podaudit.verify import State
from tests.conftest import Call
from tests.hostile.making import pod

CHAT = pod().encode()
STEPS = ("open", "write", "fsync", "replace")
OLD = b"old"


class _Failing(io.FileIO):
    """A file whose n-th write over all such files fails."""

    count: Callable[[str], None] = staticmethod(lambda step: None)

    def write(self, data: Any) -> int:
        self.count("write")
        return super().write(data)


@contextmanager
def fault(step: str, n: int, code: int, folder: Path) -> Iterator[list[int]]:
    """The ``n``-th open for writing, write, fsync or replace in ``folder`` fails; yields how many there were."""
    real: dict[str, Callable[..., Any]] = {"open": os.open, "fsync": os.fsync, "replace": os.replace}
    real_open = open
    seen = [0]

    def count(what: str) -> None:
        if what == step:
            seen[0] += 1
            if seen[0] == n:
                raise OSError(code, os.strerror(code))

    def os_open(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(folder)):
            count("open")
        return real["open"](path, flags, *more, **named)  # type: ignore[no-any-return]

    def fsync(handle: int) -> None:
        count("fsync")
        real["fsync"](handle)

    def replace(*given: Any) -> None:
        count("replace")
        real["replace"](*given)

    def file_open(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if isinstance(file, int) and mode == "wb":
            made = _Failing(file, mode)
            made.count = count  # type: ignore[method-assign]
            return io.BufferedWriter(made, buffer_size=64)
        return real_open(file, mode, *more, **named)

    patch = pytest.MonkeyPatch()
    try:
        patch.setattr(os, "open", os_open)
        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "replace", replace)
        patch.setattr("podaudit.writing.open", file_open, raising=False)
        yield seen
    finally:
        patch.undo()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("step", STEPS)
def test_a_report_is_old_or_new(call: Call, tmp_path: Path, step: str, code: int) -> None:
    (tmp_path / "chat.txt").write_bytes(CHAT)
    out = tmp_path / "out"
    out.mkdir()
    target = out / "report.html"
    target.write_bytes(OLD)
    for n in range(1, 100):
        with fault(step, n, code, out) as seen:
            status, _, said = call("report", tmp_path / "chat.txt", "-o", target, "-q")
        assert _names(out) == {"report.html"}
        if seen[0] < n:
            break
        assert (status, target.read_bytes()) == (1, OLD)
        assert said.startswith("podaudit: Cannot write") and said.count("\n") == 1
    assert n > 1 and status == 0
    assert verify.verify(target, [tmp_path / "chat.txt"]).good
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.fixture(scope="module")
def audited() -> Audit:
    return audit(read(None, data=CHAT, name="chat.txt", options=Options()), Options())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("step", STEPS)
def test_tables_are_whole_or_without_a_manifest(audited: Audit, tmp_path: Path, step: str, code: int) -> None:
    """While the manifest is missing the folder is not complete; each file in it is old or new."""
    out = tmp_path / "out"
    tables.write_tables(audited, out, "csv", Options(), "0")
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    for n in range(1, 10_000):
        for path in out.iterdir():
            path.write_bytes(OLD)
        with fault(step, n, code, out) as seen:
            try:
                tables.write_tables(audited, out, "csv", Options(), "0")
            except Unwritable as error:
                said = str(error)
            else:
                said = ""
        held = {path.name: path.read_bytes() for path in out.iterdir()}
        assert held.keys() <= whole.keys()
        assert all(data in (OLD, whole[name]) for name, data in held.items())
        if seen[0] < n:
            break
        assert said.startswith("Cannot write") and "manifest.json" not in held
    assert n > len(whole) and said == "" and held == whole
    assert all(f.state is State.SAME for f in verify.verify(out, []).findings)


def test_an_audit_that_cannot_be_printed_says_so(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_bytes(CHAT)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "podaudit", "audit", "chat.txt", "--json"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "podaudit: Cannot write to standard output: no space left on device; send it elsewhere.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(call: Call, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_bytes(CHAT)
    (tmp_path / "out").mkdir(mode=0o500)
    status, _, said = call("report", tmp_path / "chat.txt", "-o", tmp_path / "out" / "report.html", "-q")
    assert status == 1 and said.startswith("podaudit: Cannot write")


# ------------------------------------------------------------------------------------------------ stopped at any moment

# A process that writes two files over and over, and says when it begins.
_WRITER = """
import sys
from pathlib import Path
from podaudit.writing import write_whole
pages = [Path(name).read_bytes() for name in ("one.html", "two.html")]
print("ready", flush=True)
try:
    while True:
        for page in pages:
            write_whole(Path("out/report.html"), page)
            write_whole(Path("out/manifest.json"), page)
except KeyboardInterrupt:
    sys.exit(130)
"""


def _stopped(tmp_path: Path, number: int, after: float) -> int:
    with subprocess.Popen([sys.executable, "-c", _WRITER], cwd=tmp_path, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(after)
        writer.send_signal(number)
        try:
            return writer.wait(timeout=60)
        finally:
            writer.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda n: n.name)
def test_stopped_at_any_moment(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    out.mkdir()
    whole = [bytes([65 + i]) * (1_000_000 + i) for i in range(2)]
    for name, page in zip(("one.html", "two.html"), whole, strict=True):
        (tmp_path / name).write_bytes(page)
    for moment in range(12):
        for name in ("report.html", "manifest.json"):
            (out / name).write_bytes(OLD)
        status = _stopped(tmp_path, number, 0.0003 * moment**2)
        assert status == (130 if number == signal.SIGINT else -signal.SIGKILL)
        assert {(out / name).read_bytes() in (OLD, *whole) for name in ("report.html", "manifest.json")} == {True}
        left = [path for path in out.iterdir() if path.name.startswith(".podaudit-")]
        if number == signal.SIGINT:
            assert left == []
        else:  # swept by a later run
            assert len(left) <= 1 and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in left)
        for path in left:
            path.unlink()


def test_what_a_kill_left_behind_is_swept_by_the_next_run(call: Call, tmp_path: Path) -> None:
    """A file of a run that is still going, young as it is, stays."""
    (tmp_path / "chat.txt").write_bytes(CHAT)
    old, young, other = (tmp_path / f".podaudit-{c * 16}.part" for c in "abc")
    for path in (old, young, other):
        path.write_bytes(b"half")
    past = time.time() - 3 * 86_400
    os.utime(old, (past, past))
    other = other.rename(tmp_path / ".podaudit-mine.part")
    os.utime(other, (past, past))
    assert call("report", tmp_path / "chat.txt", "-q")[0] == 0
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


RUN = """
from podaudit import cli
status = cli._status
cli._status = lambda given: print("ready", flush=True) or status(given)
cli.main(["report", "chat.txt", "-q", "--no-open"])
"""


def test_an_interrupt_of_the_whole_command(tmp_path: Path) -> None:
    """From the first import of a stage to the last byte: status 130 and one line, or done before it came."""
    (tmp_path / "chat.txt").write_bytes(CHAT)
    for after in (0, 0.5, 1.5):
        with subprocess.Popen(
            [sys.executable, "-c", RUN], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as going:
            assert going.stdout is not None and going.stdout.readline() == "ready\n"
            time.sleep(after)
            going.send_signal(signal.SIGINT)
            _, said = going.communicate(timeout=120)
        made = tmp_path / "chat.report.html"
        if made.exists():
            assert verify.verify(made, []).good
        assert (going.returncode, said) in (
            (0, ""),
            (130, "podaudit: interrupted; nothing was left half-written.\n"),
        ), after
        assert _names(tmp_path) <= {"chat.txt", "chat.report.html"}
        made.unlink(missing_ok=True)


@pytest.mark.parametrize("step", ["_no_interrupt_lost", "_status", "_with_command", "app", "_usage"])
def test_an_interrupt_at_any_step_of_the_entry(call: Call, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, step, interrupted)
    assert call("report", "chat.txt", "--so") == (130, b"", "podaudit: interrupted; nothing was left half-written.\n")


def test_an_interrupt_after_the_work_changes_nothing(tmp_path: Path) -> None:
    """While Python takes itself down, which takes as long as there is much to let go of."""
    late = "import atexit, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGINT)"
    (tmp_path / "chat.txt").write_bytes(CHAT)
    late += "; from podaudit import cli; cli.main(['report', 'chat.txt', '-q', '--no-open'])"
    made = subprocess.run([sys.executable, "-c", late], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert (made.returncode, made.stderr) == (0, b"")


def test_an_interrupt_is_not_lost_while_an_object_is_taken_down(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def app(*_: object, **__: object) -> None:
        Interrupted()
        for _ in range(3000):  # work of half a minute
            time.sleep(0.01)

    monkeypatch.setattr(cli, "app", app)
    assert call("chat.txt") == (130, b"", "podaudit: interrupted; nothing was left half-written.\n")


def test_many_at_once_leave_one_whole_report(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_bytes(CHAT)
    command = [sys.executable, "-m", "podaudit", "report", "chat.txt", "-q", "--no-open"]
    going = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(timeout=200) for process in going] == [0, 0, 0]
    assert _names(tmp_path) == {"chat.txt", "chat.report.html"}
    assert verify.verify(tmp_path / "chat.report.html", [tmp_path / "chat.txt"]).good


def test_the_manifest_says_what_is_there(call: Call, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_bytes(CHAT)
    assert call("tables", tmp_path / "chat.txt", "-o", tmp_path / "t", "-q")[0] == 0
    listed = {row["file"] for row in json.loads((tmp_path / "t" / "manifest.json").read_bytes())["outputs"]}
    assert listed | {"manifest.json"} == _names(tmp_path / "t")


def test_too_little_memory_is_said(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    (tmp_path / "chat.txt").write_bytes(CHAT)
    monkeypatch.setattr("podaudit.audit.audit", full)
    status, _, said = call("report", "chat.txt")
    assert (status, said) == (
        1, "podaudit: there is not enough memory for this chat; close other programs, or give less of it.\n"
    )  # fmt: skip
    assert _names(tmp_path) == {"chat.txt"}
