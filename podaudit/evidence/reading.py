"""The CSV files of an archive as columns, whatever their dialect.

Quotes inside a cell are doubled in some files and escaped with a backslash in others, dates may be blank, a preamble may stand
before the header, columns have had other names, a file may be one sentence. Columns are found by name, in any order. What
cannot be read is counted.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.evidence.schemas import What
from podaudit.export.source import decode

if TYPE_CHECKING:
    import pyarrow as pa

# Per kind of file, its columns: our name -> the names that headers have had, less case, blanks and underscores. The first
# set of each is what a header must hold.
_COLUMNS: dict[What, dict[str, tuple[str, ...]]] = {
    What.COMMENTS: {"date": ("date",), "link": ("link",), "text": ("message", "comment")},
    What.REACTIONS: {"date": ("date",), "link": ("link",), "type": ("type",)},
    What.SHARES: {
        "date": ("date",), "link": ("sharelink", "link"), "text": ("sharecommentary", "commentary"),
        "shared": ("sharedurl",),
    },
    What.REPOSTS: {"date": ("date",), "link": ("link",)},
    What.VOTES: {"date": ("date",), "link": ("link",), "type": ("optiontext",)},
    What.PROFILE: {"first": ("firstname",), "last": ("lastname",)},
    What.ADDRESSES: {"address": ("emailaddress",), "confirmed": ("confirmed",)},
    What.CONNECTIONS: {"date": ("connectedon",)},
}  # fmt: skip
_NEEDED = {
    What.PROFILE: ("first", "last"), What.ADDRESSES: ("address",), What.CONNECTIONS: ("date",),
}  # fmt: skip
_WIDEST = 1000  # cells of a header; LinkedIn's have fewer than twenty
_PREAMBLE = 40  # rows looked at for the header
_HEAD_OF_FILE = 1 << 14  # bytes in which the header is looked for
_SEPARATORS = ",;\t"
_HEAD = re.compile(r"(?:^|\n)\"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?\"?[,;\t]\"?https?://")
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
)  # fmt: skip
_DAY_FORMS = ("%d %b %Y", "%Y-%m-%d", "%m/%d/%Y")
_FIRST, _END = dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)  # LinkedIn opened in 2003
_LONGEST = (1 << 31) - 1  # characters of a cell; the file itself is bounded
_Body = tuple[Sequence["pa.Array"], np.ndarray[Any, Any], int]  # columns; the number of each row, from 0; rows not read


@dataclass(frozen=True, slots=True)
class Columns:
    """A file as read: columns of equal length by our names ('' where a file has none of a name), and where each row stood."""

    cells: dict[str, pa.Array]  # strings
    row: np.ndarray[Any, Any]  # 1-based, the header counted
    unread: int
    note: str

    def __len__(self) -> int:
        return len(self.row)


def read(what: What, data: bytes) -> Columns:
    """Read one file. Never fails: what fits no dialect is counted as unread, with a note."""
    text = decode(data).raw.removeprefix(codecs.BOM_UTF8)  # UTF-8
    made = _dialect(what, text, "\\")
    if not made.unread or b"\\" not in text:
        return made
    return min(made, _dialect(what, text, None), key=lambda tried: tried.unread)


def _dialect(what: What, text: bytes, escape: str | None) -> Columns:
    """The file as it reads in one dialect."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted, separator = list(_COLUMNS[what]), _separator(text)
    nothing = {name: pa.array([], pa.string()) for name in wanted}, np.zeros(0, np.int64)
    with _long_cells():
        lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
        table = csv.reader(lines, delimiter=separator, escapechar=escape, doublequote=True)
        try:
            found = _header(what, table)
            if found is None:
                return Columns(*nothing, *_without_header(text.decode()))
            header, width, places = found
            body = _at_once(text, table.line_num, width, separator, escape)
            columns, row, unread = body or _one_by_one(table, max(p for p in places if p is not None) + 1)
        except csv.Error:
            return Columns(*nothing, text.count(b"\n") + 1, "the file is damaged")
    row = row + header + 1
    none = pa.array([""] * len(row), pa.string())
    cells = {name: none if p is None else columns[p] for name, p in zip(wanted, places, strict=True)}
    if "link" in cells:
        good = pc.match_substring_regex(cells["link"], r"^\s*(?:http|urn:)")
        if bad := len(good) - (pc.sum(good).as_py() or 0):
            unread += bad
            row = row[good.to_numpy(zero_copy_only=False)]
            cells = {name: column.filter(good) for name, column in cells.items()}
        may_run_on = b'"' in text or b"\\" in text
        for column in cells.values() if may_run_on else ():  # a quote never closed swallows the rows after it
            several = column.filter(pc.match_substring(column, "\n"))
            unread += sum(len(_HEAD.findall(cell)) for cell in several.to_pylist())
    return Columns(cells, row, unread, f"rows that could not be read: {unread}" if unread else "")


def _at_once(text: bytes, lines: int, width: int, separator: str, escape: str | None) -> _Body | None:
    """The rows below the header's last line by pyarrow, twenty times as fast as ``csv``; None where it might read them otherwise.

    It gives up on rows of other widths, and differs in an escape behind a closing quote or at the end of the file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow

    if escape and (f'"{escape}'.encode() in text or text.endswith(escape.encode())):
        return None
    names = [str(n) for n in range(width)]
    try:
        table = arrow.read_csv(
            pa.py_buffer(text), arrow.ReadOptions(skip_rows=lines, column_names=names),
            arrow.ParseOptions(delimiter=separator, escape_char=escape or False, newlines_in_values=True, ignore_empty_lines=False),
            arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        ).combine_chunks()  # fmt: skip
    except pa.ArrowInvalid:
        return None
    filled = sum(pc.binary_length(column).to_numpy() for column in table.columns) > 0
    kept = table if filled.all() else table.filter(pa.array(filled))
    return [column.combine_chunks() for column in kept.columns], np.flatnonzero(filled), 0


def _one_by_one(table: Iterable[Sequence[str]], width: int) -> _Body:
    """The rows that are left and as wide as is needed."""
    import pyarrow as pa

    rows, wide, unread = list[Sequence[str]](), list[bool](), 0
    for cells in table:
        wide.append(len(cells) >= width and any(cells))
        if wide[-1]:
            rows.append(cells[:width])  # a row may have millions
        elif len(cells) < width:
            unread += bool("".join(cells).strip())
    turned = list(zip(*rows, strict=True)) or [()] * width
    return [pa.array(column, pa.string()) for column in turned], np.flatnonzero(wide), unread


def _separator(text: bytes) -> str:
    """What parts the cells, by the first lines: a copy saved again by a spreadsheet may use another."""
    for line in text[:_HEAD_OF_FILE].decode("utf-8", "replace").split("\n")[:_PREAMBLE]:
        for sign in _SEPARATORS:
            names = {_bare(cell) for cell in line.split(sign)}
            if names & {"date", "connectedon", "emailaddress", "firstname"} and len(names) > 1:
                return sign
    return ","


@contextmanager
def _long_cells() -> Iterator[None]:
    """The csv module's limit on a cell is the process's; it is put back."""
    before = csv.field_size_limit(_LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(what: What, table: Iterable[Sequence[str]]) -> tuple[int, int, list[int | None]] | None:
    """The first row that names the columns that are needed: its number and width, and where each of our columns stands."""
    needed = _NEEDED.get(what, ("date", "link"))
    for n, cells in enumerate(table, 1):
        names = [_bare(cell) for cell in cells] if len(cells) <= _WIDEST else []
        places = {
            ours: next((names.index(name) for name in theirs if name in names), None)
            for ours, theirs in _COLUMNS[what].items()
        }
        if all(places[name] is not None for name in needed):
            return n, len(cells), list(places.values())
        if n >= _PREAMBLE:
            break
    return None


def _bare(name: str) -> str:
    return name.strip().strip('"').strip("\ufeff").casefold().replace(" ", "").replace("_", "")


def _without_header(text: str) -> tuple[int, str]:
    """What a file without a known header is: one sentence says that there is nothing."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) <= 1:
        return 0, "holds no rows"
    return len(lines), "no header that is known"


def times(column: pa.Array) -> tuple[np.ndarray[Any, Any], int]:
    """The dates of a column as UTC, not a time where blank, and how many are in no form that is known or of no such time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    made = pa.nulls(len(column), pa.timestamp("s"))
    for form in _FORMS:
        made = pc.coalesce(made, pc.strptime(trimmed, format=form, unit="s", error_is_null=True))
        if not made.null_count:
            break
    made = pc.if_else(pc.and_(pc.greater_equal(made, _FIRST), pc.less(made, _END)), made, None)
    unknown = pc.sum(pc.and_(pc.is_null(made), pc.not_equal(trimmed, ""))).as_py() or 0
    return made.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False), int(unknown)


def days(column: pa.Array) -> list[dt.date]:
    """The dates of a column of days; what is none is left out."""
    found = list[dt.date]()
    for value in column.to_pylist():
        for form in _DAY_FORMS:
            try:
                found.append(dt.datetime.strptime(value.strip(), form).date())
            except ValueError:
                continue
            break
    return found
