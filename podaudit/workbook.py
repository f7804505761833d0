"""Excel workbooks, written and read.

Written: tables whose text stands as text and is guarded, so that nothing in a chat is ever run. Read: what somebody gives us,
which may mean harm: its size is bounded and its parts are looked at before a reader of somebody else's is let loose on it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from podaudit import __version__
from podaudit.export.source import ZIP_ERRORS, ZIP_MARKS, reason
from podaudit.model import Unreadable, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from podaudit.model import Column, Schema

ROWS = (1 << 20) - 1  # that a sheet holds below its heading
CHARACTERS = 32_767  # that a cell holds, in units of UTF-16
_MARK = " … [cut]"
_CREATED = dt.datetime(2000, 1, 1)  # what a file says of itself holds no clock
_FIRST_YEAR = 1900  # before it Excel has no dates
_WIDTHS = {"int": 10, "float": 12, "bool": 8, "time": 19, "list": 24, "map": 40}
_WIDE = {"text": 80, "why": 50, "url": 40, "about": 60}
_OLD = b"\xd0\xcf\x11\xe0"  # how Excel's former files begin, and those with a password
_TITLE = 31  # characters that the title of a sheet holds
_PARTS = 2000  # files in a workbook
_DECLARED = [  # what only a part that means harm declares, in the encodings that XML may have
    f"<!{word}".encode(encoding) for word in ("DOCTYPE", "ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
]


@dataclass(frozen=True, slots=True)
class Workbook:
    """An Excel file, and what of the table did not fit as it is."""

    data: bytes
    sheets: int  # over which the rows are spread
    cut: int  # cells whose text was too long


def workbook(
    table: pd.DataFrame, schema: Schema, guard: Callable[[str], str], folder: Path, most: int = ROWS
) -> Workbook:
    """The public columns of ``table`` as an Excel file; more than ``most`` rows go on in further sheets.

    Texts pass through ``guard``, and end in a mark where they are longer than a cell can be. Lists and mappings are JSON.
    Rows wait for the end in ``folder``. Deterministic for one version of XlsxWriter.
    """
    columns = [c for c in schema.columns if c.public]
    file, cut, sheets = io.BytesIO(), 0, 0
    book = open_book(file, folder)
    heading = book.add_format({"bold": True})
    formats = {
        "UTC": book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss"Z"'}),
        "": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    held = rows(table[[c.name for c in columns]].set_axis([f"c{n}" for n in range(len(columns))], axis=1))
    for first in range(0, max(len(table), 1), most):
        sheets += 1
        sheet = book.add_worksheet(schema.name if sheets == 1 else f"{schema.name} ({sheets})")
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDE.get(column.name, _WIDTHS.get(column.type.rstrip("?"), 24)))
            sheet.write_string(0, at, column.name, heading)
        for row in range(1, min(most, len(table) - first) + 1):
            for at, (column, value) in enumerate(zip(columns, next(held), strict=True)):
                cut += _write(sheet, row, at, column, value, guard, formats)
    book.close()
    return Workbook(file.getvalue(), sheets, cut)


def open_book(file: io.BytesIO, folder: Path) -> Any:
    """A workbook that is written row by row, in ``folder`` until it is closed, runs nothing and holds no clock."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _CREATED, "author": f"podaudit {__version__}"})
    return book


def fitted(text: str) -> str:
    """``text``, or as much of it as a cell holds, with a mark at its end."""
    if len(text) <= CHARACTERS // 2 or len(raw := text.encode("utf-16-le", "replace")) <= 2 * CHARACTERS:
        return text
    return raw[: 2 * (CHARACTERS - len(_MARK))].decode("utf-16-le", "ignore") + _MARK


def _write(
    sheet: Any, row: int, at: int, column: Column, value: Any, guard: Callable[[str], str], formats: dict[str, Any]
) -> bool:
    """Write one cell; was its text cut?"""
    type = column.type.rstrip("?")
    if value is None:
        return False
    if type == "bool":
        sheet.write_boolean(row, at, value)
    elif type in ("int", "float"):
        sheet.write_number(row, at, value)
    elif type == "time" and value.year >= _FIRST_YEAR:
        sheet.write_datetime(row, at, value, formats[column.unit])
    else:
        text = _text(value)
        shown = fitted(guard(text))
        sheet.write_string(row, at, shown)
        return shown.endswith(_MARK) and not text.endswith(_MARK)
    return False


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return json.dumps(value, ensure_ascii=False, default=_text)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is read of a workbook; rows and columns beyond are left."""

    size: int  # bytes, unpacked; as with elements, if each sheet were the largest part, for several may be the same one
    elements: int  # of XML
    sheets: int
    rows: int  # of a sheet
    columns: int
    cells: int  # of all sheets; those that are empty count


def read_book(data: bytes, name: str, bounds: Bounds, mend: str) -> list[tuple[str, list[list[Any]]]]:
    """Each sheet's title and cells, formulas as the values that were saved with them.

    Raises ``Unreadable`` where it is no workbook, is broken, or unpacks to more; the sentence ends in ``mend``, what to do.
    """
    import openpyxl

    _check(data, name, bounds, mend)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and lists of choices that openpyxl leaves out
            held = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            room, made = bounds.cells, list[tuple[str, list[list[Any]]]]()
            for sheet in held.worksheets:
                made.append((str(sheet.title)[:_TITLE], table := []))
                for row in sheet.iter_rows(max_row=bounds.rows, max_col=bounds.columns, values_only=True):
                    table.append(list(row))
                    if (room := room - len(row)) < 0:
                        raise Unreadable(f"{name} holds more than {bounds.cells:,} cells in its sheets; {mend}.")
            return made
    except (MemoryError, Unreadable):
        raise  # the file is within its bounds: it is the machine that lacks room
    except Exception as e:  # a reader of somebody else's meets a hostile file: whatever it raises, the file is at fault
        raise Unreadable(f"{name} cannot be read as a workbook ({type(e).__name__}); {mend}.") from None


def _check(data: bytes, name: str, bounds: Bounds, mend: str) -> None:
    """Refuse what is no workbook, or would unpack to more than it may, before it is read."""
    if data.startswith(_OLD):
        raise Unreadable(
            f"{name} is an Excel file of the old kind (.xls) or has a password; save it as .xlsx without one."
        )
    none = Unreadable(f"{name} is no Excel workbook (.xlsx); {mend}.")
    large = Unreadable(f"{name} unpacks to more than {bounds.size >> 20} MB in its sheets and other parts; {mend}.")
    if not data.startswith(ZIP_MARKS):
        raise none
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos, room, largest, sheets, elements, most = archive.infolist(), bounds.size, 0, 0, 0, 0
            if "xl/workbook.xml" not in archive.namelist() or len(infos) > _PARTS:
                raise none
            for info in infos:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Unreadable(f"{name} is packed in a way that no spreadsheet uses; {mend}.")
                with archive.open(info) as member:
                    part = member.read(room + 1)  # a size in the archive's directory can lie
                if len(part) > room:
                    raise large
                room -= len(part)
                held, listed = _listed(part)
                elements += held
                largest, most, sheets = max(largest, len(part)), max(most, held), max(sheets, listed)
                if any(sign in part for sign in _DECLARED):
                    raise Unreadable(f"{name} declares in its parts what no spreadsheet does; {mend}.")
            if sheets > bounds.sheets:
                raise Unreadable(f"{name} holds more than {bounds.sheets} sheets; {mend}.")
            if sheets * largest > bounds.size:  # several sheets may be one part
                raise large
            if max(elements, sheets * most) > bounds.elements:
                raise Unreadable(f"{name} holds more than {bounds.elements:,} elements in its parts; {mend}.")
    except Unreadable:
        raise
    except ZIP_ERRORS as e:
        raise Unreadable(f"{name} is a broken workbook ({reason(e)}); {mend}.") from None


def _listed(part: bytes) -> tuple[int, int]:
    """How many elements a part holds, and how many sheets it lists; another part says which of them is the workbook's own.

    Raises ``ValueError`` or ``LookupError`` where its encoding is not known; what is no XML is counted as far as it goes.
    """
    elements = sheets = 0

    def start(tag: str, _: object) -> None:
        nonlocal elements, sheets
        elements += 1
        sheets += tag.rpartition(":")[2] == "sheet"

    parser = expat.ParserCreate()  # which asks no prefix to be declared, as other readers do not either
    parser.StartElementHandler = start
    try:
        parser.Parse(part, True)
    except expat.ExpatError as e:
        if e.code == expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]:
            raise ValueError from None
    return elements, sheets
