"""Private files, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from podaudit.model import Unwritable

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PART = re.compile(r"\.podaudit-[0-9a-f]{16}\.part")
_LEFT = 86_400  # seconds after which a part belongs to no run that is still going
_LONGEST = 255  # bytes that a file's name may have
_OURS = re.compile(rb'"generator": "podaudit |<meta name="generator" content="podaudit ')
_HEAD = 1 << 12  # bytes at the beginning of a page or manifest that say who wrote it

Inputs = Mapping[Path, str]  # what a run reads, and what that is: "the export itself"
NO_INPUTS: Inputs = MappingProxyType({})


def check_target(path: Path, inputs: Inputs = NO_INPUTS) -> None:
    """Say early, before the work, that ``path`` cannot be a file to write.

    Raises ``Unwritable`` where its folder is missing or is none, and as ``check_replaced``.
    """
    folder = path.parent
    with _telling(path):
        if not folder.exists():
            raise Unwritable(
                f"Cannot write {path}: the folder {folder} does not exist; make it first, or name another file."
            )
        if not folder.is_dir():
            raise Unwritable(f"Cannot write {path}: {folder} is a file, not a folder; name another file with -o.")
    check_replaced(path, inputs)
    _sweep(folder)


def check_replaced(path: Path, inputs: Inputs = NO_INPUTS) -> None:
    """Raise ``Unwritable`` where writing ``path`` would take away one of ``inputs``, or what is no regular file.

    A folder among ``inputs`` stands for every file below it but the pages that podaudit itself put there.
    """
    for given, what in inputs.items():
        if _same(path, given):
            raise Unwritable(f"{path} is {what}, which stays as it is; name another with -o.")
    with _telling(path):
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
            return
        if stat.S_ISDIR(found.st_mode):
            raise Unwritable(f"Cannot write {path}: it is a folder; name a file in it with -o.")
        if not stat.S_ISREG(found.st_mode):
            raise Unwritable(f"Cannot write {path}: it is a pipe or device, not a regular file; name another with -o.")
        if any(_is_stream(found, number) for number in range(3)):
            raise Unwritable(
                f"Cannot write {path}: it is this run's own standard input or output; name another with -o."
            )
        above = Path(os.path.realpath(path)).parents
        for given, what in inputs.items():
            if any(_same(folder, given) for folder in above) and not is_ours(path):
                raise Unwritable(f"{path} is a file of {what}, which stays as it is; name another with -o.")


def _same(path: Path, other: Path) -> bool:
    """Whether two paths are of one file or folder, by links too, be it there or to be made."""
    try:
        return os.path.realpath(path) == os.path.realpath(other) or path.samefile(other)
    except (OSError, ValueError):  # what cannot be looked at is told by whoever opens it
        return False


def _is_stream(found: os.stat_result, number: int) -> bool:
    """Whether a file is what a standard stream leads to: so are ``/dev/stdout``, and the file that the chat comes from."""
    with contextlib.suppress(OSError):
        return os.path.samestat(found, os.fstat(number))
    return False


def is_ours(path: Path) -> bool:
    """Whether a page or manifest says that podaudit wrote it."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _OURS.search(file.read(_HEAD)) is not None


def fitting(stem: str, ending: str) -> str:
    """A file's name of ``stem``, as much of it as a name may hold, and ``ending``."""
    while len(os.fsencode(stem + ending)) > _LONGEST:
        stem = stem[:-1]
    return stem + ending


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that a reader sees the old file or the whole new one, never a part.

    The file is readable by its owner only. Raises ``Unwritable``; nothing is left behind then.
    """
    temporary = path.with_name(_part())
    with _telling(path):
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:  # an interrupt, too, must leave nothing half-written
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A private folder in ``folder`` for files that are not done; in the end it goes, with what is left in it.

    Raises ``Unwritable``, also for what the system refuses meanwhile.
    """
    part = folder / _part()
    try:
        try:
            part.mkdir(mode=_PRIVATE_FOLDER)
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise Unwritable(f"Cannot write into {folder}: {_reason(error)}; name another folder with -o.") from error


def make_folder(path: Path) -> None:
    """Make the folder ``path``, open to its owner only; one that is there already stays as it is.

    Raises ``Unwritable``.
    """
    try:
        path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    except FileNotFoundError as error:
        raise Unwritable(
            f"Cannot make the folder {path}: {path.parent} does not exist; make it first, or name another with -o."
        ) from error
    except OSError as error:
        raise Unwritable(f"Cannot make the folder {path}: {_reason(error)}; name another with -o.") from error
    _sweep(path)


def _part() -> str:
    """A name for what is not done yet."""
    return f".podaudit-{secrets.token_hex(8)}.part"


def _sweep(folder: Path) -> None:
    """Remove the parts, files and folders, that runs which were killed left in ``folder``; whoever may not is none the worse off."""
    with contextlib.suppress(OSError), os.scandir(folder) as held:
        for entry in held:
            if _PART.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFT:
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)


def remove(path: Path) -> None:
    """Remove the file ``path`` where there is one. Raises ``Unwritable``."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(
            f"Cannot replace {path}: {_reason(error)}; check its rights, or name another with -o."
        ) from error


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn what the system says of ``path`` into a sentence."""
    try:
        yield
    except OSError as error:
        raise Unwritable(
            f"Cannot write {path}: {_reason(error)}; check the folder and its rights, or name another with -o."
        ) from error


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
