"""The files of a LinkedIn data archive, zip or folder, as bytes. Together with ``analytics`` the only place here with I/O.

``READ`` names what is opened. Whatever else an archive holds, messages and telephone numbers above all, is listed by its
name and never opened: nothing in here can reach it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from podaudit.evidence.schemas import What
from podaudit.export.source import ENCRYPTED, ZIP_ERRORS, ZIP_MARKS, blocks, read_capped, reason, too_big, unpacked
from podaudit.model import Unreadable

READ = {  # the beginning of a file's name, before an id and .csv -> what it holds
    "comments": What.COMMENTS,
    "reactions": What.REACTIONS,
    "shares": What.SHARES,
    "instantreposts": What.REPOSTS,
    "votes": What.VOTES,
    "profile": What.PROFILE,
    "email addresses": What.ADDRESSES,
    "connections": What.CONNECTIONS,
}
# LinkedIn puts the member's id behind the name, a browser or file manager the number of the copy.
_NAME = re.compile(r"(?P<stem>[a-z ]{1,60}?)(?:_\d{1,40})?(?: ?\(\d{1,9}\)| \d{1,9})?\.csv", re.I)
_MADE = re.compile(r"(?<!\d)(\d\d)-(\d\d)-(\d{4})(?!\d)")
_LISTED = 2000  # names of files left unopened that are listed
_READABLE = 200  # files of an archive that are read; LinkedIn's hold one or two of each kind
_MOST = 100 << 20  # bytes that these may hold; in LinkedIn's they hold some tens of megabytes
_LINES = 1_000_000
_ENTRIES = 200_000  # files in an archive; LinkedIn's hold fewer than a hundred, and one a post or picture


@dataclass(frozen=True, slots=True)
class Held:
    """One file that was opened."""

    what: What
    name: str  # in the archive, sub-folders included
    data: bytes


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: the files that are read, the names of the others, and from when it is."""

    name: str
    sha256: str  # of the zip as given; of a folder, of the names and SHA-256s of the files that were read
    held: tuple[Held, ...]
    left: tuple[str, ...]  # names of the files that were not opened
    more: int  # how many more there are of those
    made: dt.datetime | None  # when LinkedIn made it, as far as its name or the zip tells; UTC


def what_of(name: str) -> What | None:
    """What a file holds by its name alone; None for every file that is not to be opened."""
    parts = name.replace("\\", "/").split("/")
    base = parts[-1]
    if base.startswith("._") or "__macosx" in (part.casefold() for part in parts):
        return None
    match = _NAME.fullmatch(base)
    return READ.get(match["stem"].casefold().strip()) if match else None


def load(path: Path, max_bytes: int) -> Archive:
    """Read an archive as LinkedIn gives it: the zip, or the folder it was unpacked into.

    Raises ``Unreadable`` where there is no archive, where it is broken or encrypted, or where what is read of it is more than
    ``max_bytes``, or more than any archive of LinkedIn's holds.
    """
    name = path.name or str(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _folder(path, name, max_bytes)
        if not stat.S_ISREG(mode):
            raise Unreadable(f"{name} is neither a file nor a folder; give the archive that LinkedIn made (.zip).")
        with path.open("rb") as file:
            if file.read(4) not in ZIP_MARKS:
                raise Unreadable(
                    f"{name} is no zip; give --linkedin the archive that LinkedIn made, or the folder it was unpacked into."
                )
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            return _zip(file, name, digest, max_bytes)
    except FileNotFoundError:
        raise Unreadable(f"{name} does not exist; check the name and the folder.") from None
    except PermissionError:
        raise Unreadable(f"{name} may not be read; check its permissions.") from None
    except (OSError, ValueError) as e:  # ValueError: a NUL in the name
        raise Unreadable(f"{name} cannot be read ({reason(e)}); check the file.") from None


def _zip(file: BinaryIO, name: str, digest: str, max_bytes: int) -> Archive:
    try:
        with zipfile.ZipFile(file) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
            if len(infos) > _ENTRIES:
                raise Unreadable(
                    f"{name} holds {len(infos):,} files, more than an archive of LinkedIn's can; give that."
                )
            wanted, left = list[tuple[zipfile.ZipInfo, What]](), list[str]()
            for info in infos:
                what = what_of(info.filename)
                if what is None or stat.S_ISLNK(info.external_attr >> 16):
                    left.append(info.filename)
                else:
                    wanted.append((info, what))
            held = list[Held]()
            for info, what in sorted(wanted, key=lambda pair: pair[0].filename):
                if info.flag_bits & ENCRYPTED:
                    raise Unreadable(f"{name} is encrypted; unpack it with its password and give the folder.")
                _hold(held, what, info.filename, unpacked(archive, info), name, max_bytes)
            dates = [info.date_time for info, _ in wanted if info.date_time[0] > 1980]
    except Unreadable:
        raise
    except ZIP_ERRORS as e:
        raise Unreadable(
            f"{name} is a broken archive ({reason(e)}); download it again, or unpack it and give the folder."
        ) from None
    return _archive(name, digest, held, left, _moment(max(dates, default=None)))


def _hold(held: list[Held], what: What, shown: str, given: Iterable[bytes], name: str, max_bytes: int) -> None:
    """Add a file to those that are read, as long as there is room for it."""
    if len(held) >= _READABLE:
        raise _more(name, f"{_READABLE} files that are read")
    refusal = (
        too_big(name, max_bytes) if max_bytes <= _MOST else _more(name, f"{_MOST >> 20} MB in the files that are read")
    )
    room = min(max_bytes, _MOST) - sum(len(one.data) for one in held)
    held.append(Held(what, shown, read_capped(given, room, refusal)))


def _more(name: str, than: str) -> Unreadable:
    return Unreadable(f"{name} holds more than {than}, and no archive of LinkedIn's does; give it as LinkedIn made it.")


def _moment(stamp: tuple[int, int, int, int, int, int] | None) -> dt.datetime | None:
    try:
        return dt.datetime(*stamp) if stamp else None
    except ValueError:
        return None


def _folder(path: Path, name: str, max_bytes: int) -> Archive:
    held, left = list[Held](), list[str]()
    for file in _below(path):
        shown = file.relative_to(path).as_posix()
        what = what_of(shown)
        if what is None or not stat.S_ISREG(file.lstat().st_mode):
            left.append(shown)
            continue
        with file.open("rb") as stream:
            _hold(held, what, shown, blocks(stream), name, max_bytes)
    lines = "".join(f"{hashlib.sha256(h.data).hexdigest()}  {h.name}\n" for h in held)
    digest = hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()
    return _archive(name, digest, held, left, None)


def _below(path: Path) -> Iterator[Path]:
    """The files below a folder, in order of their names; links are not followed."""
    seen = 0
    for folder, folders, files in os.walk(path):
        folders.sort()
        for file in sorted(files):
            seen += 1
            if seen > _ENTRIES:
                raise Unreadable(
                    f"{path.name} holds more than {_ENTRIES:,} files; give the folder of the archive itself."
                )
            yield Path(folder, file)


def _foreign(name: str, left: Iterable[str]) -> str:
    """What to say of an archive that is none of LinkedIn's."""
    ends = {Path(file).suffix.casefold() for file in left}
    if "xl/workbook.xml" in left:
        return f"{name} is an Excel workbook; give it with --analytics, and the archive that LinkedIn made with --linkedin."
    if ".txt" in ends and ".csv" not in ends:
        return f"{name} seems to be an exported chat; give that without --linkedin, which is for the archive that LinkedIn made."
    return (
        f"{name} holds none of the files that are read, under the names that LinkedIn gives them (Comments.csv, Reactions.csv, "
        "Shares.csv and so on); give the archive that LinkedIn made, and ask LinkedIn for the larger one where it offers two."
    )


def _archive(name: str, digest: str, held: list[Held], left: list[str], made: dt.datetime | None) -> Archive:
    if not held:
        raise Unreadable(_foreign(name, left))
    if sum(max(one.data.count(b"\n"), one.data.count(b"\r")) for one in held) > _LINES:
        raise _more(name, f"{_LINES:,} lines in the files that are read")
    if named := _MADE.search(name):
        month, day, year = map(int, named.groups())
        with contextlib.suppress(ValueError):  # digits that are no date
            made = max(made or dt.datetime.min, dt.datetime(year, month, day))
    return Archive(name, digest, tuple(held), tuple(sorted(left)[:_LISTED]), max(0, len(left) - _LISTED), made)


__all__ = ["READ", "Archive", "Held", "load", "what_of"]
