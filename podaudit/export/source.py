"""Bytes in: the file, archive or stream as given, its hash, and its text as UTF-8. The only module here with I/O."""

from __future__ import annotations

import copy
import hashlib
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import pyarrow as pa

from podaudit.model import Unreadable

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What zipfile lets escape on hostile or broken archives besides its own error.
ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, IndexError, KeyError, MemoryError, ImportError,
)  # fmt: skip
_MAX_TEXTS = 40  # text files looked at in one archive
_HEAD = 2 << 20  # bytes of each of them by which the chat is chosen
# A larger text that is packed closer is no chat, for those go to a third or a twentieth.
_LARGE = 100 << 20  # bytes
_DENSE = 50
_DICTIONARY = 128 << 20  # bytes that LZMA may hold
ENCRYPTED = 0x1
_BLOCK = 1 << 20
_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_ALONE = re.compile(rb"[\xc0-\xff](?![\x80-\xbf])|(?<![\x80-\xff])[\x80-\xbf]")
_MOSTLY = 4  # times as many bytes alone as pairs: not UTF-8
_NO_ASCII = 1 << 13  # bytes looked at when guessing UTF-16 without a mark


@dataclass(frozen=True, slots=True)
class Loaded:
    """The chat's bytes as they stood in the file or archive; ``sha256()``, in hexadecimal, is of what was given."""

    data: bytes
    sha256: Callable[[], str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """``raw``: the text as valid UTF-8; ``bad``: how many undecodable bytes or sequences were replaced."""

    raw: bytes
    encoding: str
    bad: int


Weigh = Callable[[bytes], int]


def load(path: Path | None, data: bytes | None, name: str, max_bytes: int, weigh: Weigh) -> Loaded:
    """Read the export at ``path``, or take ``data`` as read from a stream.

    ``weigh`` tells how many message headers some bytes hold; it chooses between text files in an archive.
    Raises ``Unreadable`` when there is nothing to read, or more than ``max_bytes`` of chat text.
    """
    if data is None:
        if path is None:
            raise Unreadable(f"{name}: nothing was given to read; give the exported chat (.txt or .zip).")
        return _load_path(path, name, max_bytes, weigh)
    digest = _digest(data)
    if data.startswith(ZIP_MARKS):
        return _from_zip(io.BytesIO(data), digest, name, max_bytes, weigh)
    if len(data) > max_bytes:
        raise too_big(name, max_bytes)
    return Loaded(_not_empty(data, name), digest)


def _digest(data: bytes) -> Callable[[], str]:
    """The SHA-256, reckoned on another processor while the chat is read on this one."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(lambda: hashlib.sha256(data).hexdigest())
    pool.shutdown(wait=False)
    return future.result


def _load_path(path: Path, name: str, max_bytes: int, weigh: Weigh) -> Loaded:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(f"{name} is a folder; give the exported chat itself (.txt or .zip).")
        if not stat.S_ISREG(mode):
            raise Unreadable(f"{name} is not a regular file; give the exported chat itself, or - for standard input.")
        with path.open("rb") as file:
            archive = file.read(4) in ZIP_MARKS
            size = path.stat().st_size
            if not archive and size > max_bytes:
                raise too_big(name, max_bytes)
            file.seek(0)
            if not archive:
                data = file.read(size + 1)  # room for what is there, and not for the most that may be
                if len(data) > size:  # it grows while it is read
                    data += file.read(max_bytes + 1 - len(data))
                if len(data) > max_bytes:
                    raise too_big(name, max_bytes)
                return Loaded(_not_empty(data, name), _digest(data))
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            return _from_zip(file, lambda: digest, name, max_bytes, weigh)
    except FileNotFoundError:
        raise Unreadable(f"{name} does not exist; check the name and the folder.") from None
    except PermissionError:
        raise Unreadable(f"{name} may not be read; check the permissions of the file.") from None
    except (OSError, ValueError) as e:  # ValueError: a NUL in the name
        raise Unreadable(f"{name} cannot be read ({reason(e)}); check the file.") from None


def _from_zip(file: BinaryIO, digest: Callable[[], str], name: str, max_bytes: int, weigh: Weigh) -> Loaded:
    """The chat out of an archive: the text named like one, else the one with the most headers; nothing is extracted."""
    try:
        size = file.seek(0, io.SEEK_END)
        with zipfile.ZipFile(file) as archive:
            texts = [i for i in archive.infolist() if _is_text(i)]
            if not texts:
                raise Unreadable(f"{name} holds no chat: no .txt file is in the archive; export the chat again.")
            texts.sort(key=lambda i: (_unlikely(i, name), i.filename.count("/"), i.header_offset))
            taken, found, failure = texts[0], -1, None
            for info in texts[:_MAX_TEXTS]:
                if found > 0 and _unlikely(info, name) > _unlikely(taken, name):
                    break  # what bears the name of a chat and holds one goes before any other text
                if info.flag_bits & ENCRYPTED:
                    failure = Unreadable(f"{name} is encrypted; unpack it with its password and give the .txt file.")
                    continue
                headers = _headers(archive, info, weigh) if len(texts) > 1 else 0
                if headers > found:
                    taken, found = info, headers
            if found < 0 and failure is not None:
                raise failure
            if taken.file_size > max_bytes:
                raise too_big(name, max_bytes)
            if taken.file_size > max(_LARGE, _DENSE * min(taken.compress_size, size)):  # both may be lies, but not size
                raise Unreadable(
                    f"{name} holds a text of {taken.file_size >> 20:,} MB packed closer than any chat; unpack it and give the .txt "
                    "file if it is one."
                )
            data = read_capped(unpacked(archive, taken), max_bytes, too_big(name, max_bytes))
    except Unreadable:
        raise
    except ZIP_ERRORS as e:
        raise Unreadable(
            f"{name} is a broken archive ({reason(e)}); export the chat again, or unpack it and give the .txt file."
        ) from None
    notes: tuple[str, ...] = ()
    if len(texts) > 1:
        notes = (f"The archive holds {len(texts)} text files; {_base(taken)} was taken.",)
    return Loaded(_not_empty(data, name), digest, notes)


def _headers(archive: zipfile.ZipFile, info: zipfile.ZipInfo, weigh: Weigh) -> int:
    """How many message headers a text holds, by its beginning: of several texts none is unpacked whole but the chat."""
    head = b""
    for block in unpacked(archive, info):
        head += block
        if len(head) >= _HEAD:
            return weigh(head) * max(info.file_size, len(head)) // len(head)
    return weigh(head)


def _is_text(info: zipfile.ZipInfo) -> bool:
    base = _base(info).casefold()
    hidden = base.startswith("._") or "__macosx/" in info.filename.casefold()
    link = stat.S_ISLNK(info.external_attr >> 16)
    return base.endswith(".txt") and not hidden and not link and not info.is_dir()


def _base(info: zipfile.ZipInfo) -> str:
    return info.filename.rsplit("/", 1)[-1]


def _unlikely(info: zipfile.ZipInfo, name: str) -> int:
    """How little a text's name says that it is the chat: 0 as iOS or the archive itself is called, 1 as the app calls it."""
    base = _base(info).casefold()
    stem = name.casefold().removesuffix(".zip")
    return 0 if base in ("_chat.txt", f"{stem}.txt") else 1 if "whatsapp" in base else 2


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What stands in a member of an archive, in blocks. ``zipfile`` would make gigabytes of one block of bzip2 or LZMA."""
    if info.compress_type not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with archive.open(info) as member:
            yield from blocks(member)
        return
    import bz2  # a Python may lack these two
    import lzma

    packed = copy.copy(info)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, info.compress_size
    del packed.CRC  # it is of what comes out
    left, crc = info.file_size, 0
    with archive.open(packed) as member:
        machine: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()
        try:
            if info.compress_type == zipfile.ZIP_LZMA:  # its header in a zip, turned into that of a file
                machine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, _DICTIONARY)
                machine.decompress(member.read(9)[4:] + b"\xff" * 8)
            while left and not machine.eof:
                given = member.read(_BLOCK) if machine.needs_input else b""
                block = machine.decompress(given, min(left, _BLOCK))
                if not block and not given and machine.needs_input:
                    break
                left, crc = left - len(block), zlib.crc32(block, crc)
                yield block
        except lzma.LZMAError:
            raise zipfile.BadZipFile from None
    if crc != info.CRC:
        raise zipfile.BadZipFile


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """What stands in a file, in blocks."""
    while block := file.read(_BLOCK):
        yield block


def read_capped(given: Iterable[bytes], room: int, refusal: Unreadable) -> bytes:
    """All blocks of a file as one; where they hold more than ``room`` bytes, ``refusal`` is raised."""
    whole = io.BytesIO()  # which gives what it holds without a copy
    for block in given:
        if whole.tell() + len(block) > room:  # a size in the archive's directory can lie: count what comes out
            raise refusal
        whole.write(block)
    return whole.getvalue()


def read_file(path: Path, max_bytes: int, wanted: str) -> bytes:
    """The bytes of a file that a user names beside a chat; ``wanted`` says which that should be: "the file of corrections".

    Raises ``Unreadable`` where it is missing, no regular file (a pipe would be waited for, a device read for ever), or larger.
    """
    name = path.name or str(path)
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise Unreadable(f"{name} is {what}; give {wanted}.")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise Unreadable(f"{name} does not exist; check the name and the folder.") from None
    except (OSError, ValueError) as e:  # ValueError: a NUL in the name
        raise Unreadable(f"{name} cannot be read ({reason(e)}); check the file.") from None
    if len(data) > max_bytes:
        raise Unreadable(f"{name} is larger than {max_bytes >> 20} MB; give {wanted}.")
    return data


def _not_empty(data: bytes, name: str) -> bytes:
    blank = b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"
    if not data[:_BLOCK].strip(blank) and not data.strip(blank):
        raise Unreadable(f"{name} is empty; export the chat again.")
    return data


def too_big(name: str, max_bytes: int) -> Unreadable:
    size = f"{max_bytes >> 20:,} MB" if max_bytes >= 1 << 20 else f"{max_bytes:,} bytes"
    return Unreadable(f"{name} holds more than {size} of text; raise --max-size if that is right.")


def reason(e: BaseException) -> str:
    """The kind of failure in a few words; never the message, which may quote the input."""
    if isinstance(e, OSError) and e.strerror:
        return e.strerror.lower()
    return {"BadZipFile": "not a whole zip file", "error": "damaged data", "EOFError": "cut short"}.get(
        type(e).__name__, type(e).__name__
    )


# ---------------------------------------------------------------------------------------------------------- encoding


def decode(data: bytes) -> Decoded:
    """The text as valid UTF-8, nothing else changed: byte-order marks stay for UTF-8 (they may stand on any line).

    Marks decide first, then UTF-16 by its zero bytes, then UTF-8 with a few bad bytes replaced, else cp1252.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return _wide(data, "utf-32")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _wide(data, "utf-16")
    if parity := _zero_parity(data):
        return _wide(data, parity)
    try:
        offsets = pa.py_buffer(np.array([0, len(data)]))
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
        return Decoded(data, "utf-8", 0)
    except pa.ArrowInvalid:
        pass
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    # In UTF-8 bytes above ASCII stand together, a lead and what it calls for; in cp1252 such pairs are chance.
    pairs = len(_PAIR.findall(data))
    alone = len(_ALONE.findall(data))
    odd = len(data) - len(data.translate(None, b"\x81\x8d\x8f\x90\x9d\xfe\xff"))  # bytes cp1252 text does not hold
    if alone > _MOSTLY * pairs and odd * 2 < bad:
        narrow = data.decode("cp1252", errors="replace")
        return Decoded(narrow.encode("utf-8"), "cp1252", narrow.count("\ufffd"))
    return Decoded(text.encode("utf-8"), "utf-8", bad)


def _wide(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(text.encode("utf-8", errors="replace"), encoding, text.count("\ufffd"))


def _zero_parity(data: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` where zero bytes stand at one parity only; UTF-8 chats hold next to none."""
    head = data[:_NO_ASCII]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < len(head) * 0.05:
        return ""
    if odd > 9 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 9 * odd else ""
