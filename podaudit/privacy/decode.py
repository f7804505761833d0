"""The texts that bytes hold, however they are written: as they are, unescaped, unpacked, taken out of Parquet."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    import pyarrow as pa

_DEEPEST = 4  # packages within packages
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8}))")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BLOB = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,}={0,2}")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """Every reading of ``data`` that differs from those before it."""
    if depth > _DEEPEST:
        return
    if data[:4] == b"PAR1":
        yield from _parquet(data)
        return
    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for item in archive.infolist():
                yield item.filename
                yield from texts(archive.read(item), depth + 1)
        return
    if (inner := _unpacked(data)) is not None:
        yield from texts(inner, depth + 1)
        return
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    yield text
    plain = text
    for _ in range(_DEEPEST):
        before, plain = plain, _unescaped(plain)
        if plain == before:
            break
    if plain != text:
        yield plain
    if "<" in text and (bare := html.unescape(_TAG.sub("", text))) != plain:
        yield bare
    for blob in dict.fromkeys(_BLOB.findall(text)):
        if (inner := _unblobbed(blob)) is not None:
            yield from texts(inner, depth + 1)


def _unescaped(text: str) -> str:
    text = html.unescape(text) if "&" in text else text
    text = unquote(text) if "%" in text else text
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(next(group for group in match.groups() if group), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _unpacked(data: bytes) -> bytes | None:
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        if data[:2] in _ZLIB:
            return zlib.decompress(data)
    except (OSError, EOFError, zlib.error):  # it only looked packed: then it is read as it stands
        return None
    return None


def _unblobbed(blob: str) -> bytes | None:
    """What stands in base64, where that is packed or text."""
    bare = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None
    if data[:2] == b"\x1f\x8b" or data[:2] in _ZLIB:
        return data
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    written = all(c.isprintable() or c in "\n\r\t" or unicodedata.category(c) == "Cf" for c in text)
    return data if written else None


def _parquet(data: bytes) -> Iterator[str]:
    """The strings and whole numbers of a Parquet file, each once, the names of its columns and its metadata."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    for key, value in (table.schema.metadata or {}).items():
        yield f"{key.decode('utf-8', 'replace')} {value.decode('utf-8', 'replace')}"
    file = pq.ParquetFile(io.BytesIO(data)).metadata
    for key, value in (file.metadata or {}).items():
        yield f"{key.decode('utf-8', 'replace')} {value.decode('utf-8', 'replace')}"
    for name in table.schema.names:
        yield f"{name}\n" + "\n".join(_values(table.column(name)))


def _values(column: pa.ChunkedArray) -> Iterator[str]:
    for chunk in column.chunks:
        yield from _held(chunk)


def _held(array: Any) -> Iterator[str]:
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        yield from _held(array.dictionary)
    elif pa.types.is_map(kind):
        yield from _held(array.keys)
        yield from _held(array.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _held(array.flatten())
    elif pa.types.is_struct(kind):
        for i in range(kind.num_fields):
            yield kind.field(i).name
            yield from _held(array.field(i))
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield from (text for value in array.unique().to_pylist() if value for text in texts(value, 1))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        yield from (str(value) for value in array.unique().to_pylist() if value is not None)
