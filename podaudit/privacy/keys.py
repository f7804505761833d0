"""The key of a project: random bytes in a file of its own. Whoever holds it can tell who is behind a pseudonym."""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from pathlib import Path

from podaudit.model import PodauditError, Unreadable, Unwritable
from podaudit.writing import check_target, write_whole

LEAST = 16  # bytes
_MADE = 32
_HEADER = "podaudit key 1"
_ABOUT = "Keep this file to yourself: with it, and the chat, anybody can tell who is behind the pseudonyms."
_FEW = 8  # different bytes, below which a key of this length is not random
_LONGEST = 4096


class BadKey(PodauditError):
    """A key file that is missing, open to others, or holds no key to rely on."""


def new_key(path: Path) -> bytes:
    """Make a key at random and write it to ``path``, readable by its owner only. Returns its bytes.

    Raises ``Unwritable``, also where there is a file already: what a lost key named can never be named again.
    """
    check_target(path)
    if os.path.lexists(path):
        raise Unwritable(f"Cannot make the key {path}: there is a file of that name; use it, or name another.")
    key = secrets.token_bytes(_MADE)
    write_whole(path, f"{_HEADER}\n{_ABOUT}\n{key.hex()}\n".encode())
    return key


def read_key(path: Path) -> bytes:
    """The bytes of the key in ``path``, at least ``LEAST``.

    Raises ``BadKey`` where the file is missing, can be read by others, is shared, or holds no key or one that was not
    drawn at random.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadKey(f"{path} is no file; name the file that holds the key.")
        _check_private(path, found)
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except FileNotFoundError as error:
        raise BadKey(f"There is no key {path}; check its name.") from error
    except OSError as error:
        raise Unreadable(
            f"Cannot read the key {path}: {(error.strerror or 'unknown').lower()}; check its rights."
        ) from error
    return _key_in(path, data)


def kept_key(path: Path) -> tuple[bytes, bool]:
    """The key in ``path``, made where there is none yet; and whether it was made just now."""
    if os.path.lexists(path):
        return read_key(path), False
    return new_key(path), True


def _check_private(path: Path, found: os.stat_result) -> None:
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid():
        raise BadKey(f"The key {path} belongs to another user of this computer; make one of your own.")
    if found.st_mode & 0o077:
        raise BadKey(f"The key {path} can be read by others on this computer; chmod 600 it, or make a new one.")
    if found.st_nlink > 1:
        raise BadKey(f"The key {path} has a second name elsewhere on this computer; keep a key in one place.")


def _key_in(path: Path, data: bytes) -> bytes:
    if len(data) > _LONGEST:
        raise BadKey(f"{path} is no key of podaudit: it is larger than a key can be; let podaudit make one.")
    lines = data.decode("utf-8", "replace").splitlines()
    if not lines or lines[0].strip() != _HEADER:
        raise BadKey(f'{path} is no key of podaudit: it does not begin with "{_HEADER}"; let podaudit make one.')
    try:
        key = bytes.fromhex("".join(lines[2:]).strip())
    except ValueError as error:
        raise BadKey(
            f"{path}: the key's third line is not in hexadecimal digits; it is damaged, take your copy."
        ) from error
    if len(key) < LEAST:
        raise BadKey(f"{path}: the key has {len(key)} bytes, fewer than {LEAST}; let podaudit make one.")
    steps = {(b - a) % 256 for a, b in itertools.pairwise(key)}
    if len(set(key)) < _FEW or len(steps) < _FEW or all(32 <= byte < 127 for byte in key):
        raise BadKey(f"{path}: the key was not drawn at random, so it can be guessed; let podaudit make one.")
    return key
