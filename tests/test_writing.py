"""Files are private, and whole or absent."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from podaudit import writing
from podaudit.model import Unwritable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, trouble: BaseException
) -> None:
    target = tmp_path / "report.html"
    target.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(Unwritable if isinstance(trouble, OSError) else KeyboardInterrupt):
        writing.write_whole(target, b"new")
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["report.html"]


def test_a_failure_is_one_sentence_with_the_place_and_the_way_out(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "report.html"
    with pytest.raises(Unwritable, match=r"^Cannot write .*report\.html: .*-o\.$"):
        writing.write_whole(target, b"new")
    assert names(tmp_path) == []


def test_written_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "report 🚀.html"
    target.write_bytes(b"a longer old one")
    target.chmod(0o644)
    writing.write_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["report 🚀.html"]


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept.txt", tmp_path / "link.html"
    kept.write_bytes(b"kept")
    link.symlink_to(kept)
    writing.write_whole(link, b"new")
    assert (kept.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"kept", b"new", False)


@pytest.mark.parametrize(
    ("made", "target", "said"),
    [
        ([], "missing/report.html", "does not exist"),
        (["file"], "file/report.html", "is a file, not a folder"),
        (["folder/"], "folder", "is a folder"),
    ],
)
def test_a_target_that_cannot_be_is_refused_early(tmp_path: Path, made: list[str], target: str, said: str) -> None:
    for name in made:
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_bytes(b"")
    with pytest.raises(Unwritable, match=said):
        writing.check_target(tmp_path / target)


def test_a_target_that_can_be_is_not_refused(tmp_path: Path) -> None:
    writing.check_target(tmp_path / "report.html")


def test_folder_is_private_and_an_old_one_is_left_alone(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    writing.make_folder(new)
    writing.make_folder(old)
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert stat.S_IMODE(old.stat().st_mode) == 0o755


@pytest.mark.parametrize("target", ["missing/deep", "file", "file/inside"])
def test_folder_that_cannot_be_made(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unwritable, match="Cannot make the folder"):
        writing.make_folder(tmp_path / target)
    assert names(tmp_path) == ["file"]


def test_an_old_file_is_removed_or_the_way_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").mkdir()
    for name in ("a", "none"):
        writing.remove(tmp_path / name)
    assert names(tmp_path) == ["b"]
    with pytest.raises(Unwritable, match=r"^Cannot replace .*b: .*; check its rights, or name another with -o\.$"):
        writing.remove(tmp_path / "b")


def test_what_a_killed_run_left_goes_after_a_day(tmp_path: Path) -> None:
    for n, age in ((1, 2 * 86_400), (2, 60)):
        part = tmp_path / f".podaudit-{n:016x}.part"
        part.write_bytes(b"x")
        os.utime(part, (part.stat().st_mtime - age,) * 2)
    writing.make_folder(tmp_path)
    assert names(tmp_path) == [".podaudit-0000000000000002.part"]
