"""Private files, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path

from podaudit.model import Unwritable

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PART = re.compile(r"\.podaudit-[0-9a-f]{16}\.part")
_LEFT = 86_400  # seconds after which a part belongs to no run that is still going


def check_target(path: Path) -> None:
    """Say early, before the work, that ``path`` cannot be a file to write.

    Raises ``Unwritable`` where its folder is missing or is none, or where ``path`` is a folder itself.
    """
    folder = path.parent
    if not folder.exists():
        raise Unwritable(
            f"Cannot write {path}: the folder {folder} does not exist; make it first, or name another file."
        )
    if not folder.is_dir():
        raise Unwritable(f"Cannot write {path}: {folder} is a file, not a folder; name another file with -o.")
    if path.is_dir():
        raise Unwritable(f"Cannot write {path}: it is a folder; name a file in it with -o.")
    _sweep(folder)


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that a reader sees the old file or the whole new one, never a part.

    The file is readable by its owner only. Raises ``Unwritable``; nothing is left behind then.
    """
    temporary = path.with_name(f".podaudit-{secrets.token_hex(8)}.part")
    try:
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
    except OSError as error:
        raise Unwritable(
            f"Cannot write {path}: {_reason(error)}; check the folder and its rights, or name another with -o."
        ) from error


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


def _sweep(folder: Path) -> None:
    """Remove the parts that runs which were killed left in ``folder``; whoever may not is none the worse off."""
    with contextlib.suppress(OSError), os.scandir(folder) as held:
        for entry in held:
            if _PART.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFT:
                os.unlink(entry.path)


def remove(path: Path) -> None:
    """Remove the file ``path`` where there is one. Raises ``Unwritable``."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(
            f"Cannot replace {path}: {_reason(error)}; check its rights, or name another with -o."
        ) from error


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
