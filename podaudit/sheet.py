"""Coding sheets: messages to be coded by hand, as CSV or Excel, and what coders filled in.

A sheet shows nothing of what podaudit found. That, and with which chance each message was drawn, stands in the design beside it.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podaudit.codes import CODES, GROUPS, chat_id
from podaudit.export.source import read_file
from podaudit.model import Unreadable
from podaudit.sampling import Drawn
from podaudit.tables import guard, guard_csv
from podaudit.workbook import ROWS, Bounds, fitted, open_book, read_book

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.codebook import Book

ABOUT = ("chat", "line", "time", "member", "before", "text", "after")
NONE, REMARK = "none", "remark"
COLUMNS = (*ABOUT, *CODES, NONE, REMARK)
CHOICES = ("yes", "no", "?")
DESIGN = ("chat", "line", "stratum", "in_stratum", "drawn", "probability", "weight")
# A person codes it: some thousands of rows.
_BOUNDS = Bounds(size=64 << 20, elements=2_000_000, sheets=100, rows=ROWS + 1, columns=256, cells=5_000_000)
_YES = frozenset("yes y ja j x 1 true".split())
_NO = frozenset("no n nee 0 false".split())
_WIDTHS = {"chat": 6, "line": 8, "time": 17, "member": 18, "before": 45, "text": 60, "after": 45, REMARK: 30}

Key = tuple[str, int]  # chat and line
Codes = Mapping[str, bool | None]  # None: the coder can't tell, or did not say


# ------------------------------------------------------------------------------------------------------------- writing


def sheet_rows(audit: Audit, drawn: Sequence[Drawn], context: int) -> list[list[Any]]:
    """What stands in a sheet before it is coded: ``ABOUT``, a row for each message, with so many messages around it."""
    messages = audit.messages
    at = {line: n for n, line in enumerate(messages["line"].tolist())}
    times = messages["time"].dt.strftime("%Y-%m-%d %H:%M").fillna("").tolist()
    members, texts = messages["member"].tolist(), messages["text"].tolist()

    def said(n: int) -> str:
        return f"{times[n]} {members[n]}: {texts[n]}" if members[n] else f"{times[n]} {texts[n]}"

    chat, made = chat_id(audit.source), []
    for row in drawn:
        n = at[row.line]
        before = "\n".join(map(said, range(max(0, n - context), n)))
        after = "\n".join(map(said, range(n + 1, min(len(texts), n + 1 + context))))
        made.append([chat, row.line, times[n], members[n], before, texts[n], after])
    return made


def as_csv(rows: Iterable[Sequence[Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    """A sheet as CSV, its texts guarded; columns that rows do not reach stay empty. Opens with a BOM, for Excel."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        cells = [guard_csv(cell) if isinstance(cell, str) else cell for cell in row]
        writer.writerow([*cells, *[""] * (len(columns) - len(cells))])
    return file.getvalue().encode("utf-8-sig", "replace")


def as_workbook(rows: Sequence[Sequence[Any]], book: Book, folder: Path) -> bytes:
    """A sheet as an Excel workbook: the codes are chosen from a list, and what each means stands in a second sheet.

    Rows wait for the end in ``folder``.
    """
    file = io.BytesIO()
    made = open_book(file, folder)
    bold, wrap = made.add_format({"bold": True}), made.add_format({"text_wrap": True, "valign": "top"})
    coding = made.add_worksheet("coding")
    coding.freeze_panes(1, 0)
    for at, name in enumerate(COLUMNS):
        coding.set_column(at, at, _WIDTHS.get(name, 11), wrap)
        coding.write_string(0, at, name, bold)
    first, last = len(ABOUT), len(ABOUT) + len(CODES)
    coding.data_validation(1, first, max(1, len(rows)), last, {
        "validate": "list", "source": list(CHOICES), "input_title": "", "error_title": "podaudit",
        "error_message": f"{', '.join(CHOICES)}",
    })  # fmt: skip
    for n, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, int):
                coding.write_number(n, at, value, wrap)
            else:
                coding.write_string(n, at, fitted(guard(value)), wrap)
    _codes_sheet(made, book, bold, wrap)
    made.close()
    return file.getvalue()


def _codes_sheet(made: Any, book: Book, bold: Any, wrap: Any) -> None:
    codes = made.add_worksheet("codes")
    for at, width in enumerate((18, 28, 90, 60, 60)):
        codes.set_column(at, at, width, wrap)
    codes.write_string(0, 0, book.words["coding"], wrap)
    heads = ("code", "", "", book.words["unlike"], book.words["example"])
    for at, head in enumerate(heads):
        codes.write_string(2, at, head, bold)
    entries = {(entry.group, entry.name): entry for entry in book.entries}
    for n, code in enumerate(CODES, 3):
        entry = entries[GROUPS[code]]
        for at, text in enumerate((code, entry.title, entry.means, entry.unlike, entry.example)):
            codes.write_string(n, at, text, wrap)


def design_rows(audit: Audit, drawn: Iterable[Drawn]) -> list[list[Any]]:
    """The design: what podaudit found in each message (its stratum) and with which chance it was drawn."""
    chat = chat_id(audit.source)
    return [[chat, d.line, d.stratum, d.of, d.drawn, d.probability, d.weight] for d in drawn]


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one coder filled in: the codes of every message that he or she coded."""

    name: str
    coded: Mapping[Key, Codes]
    columns: tuple[str, ...]  # the codes that stand in it
    left: int  # messages that were not coded
    strange: tuple[str, ...] = ()  # further columns, that are no codes


def read_sheet(path: Path) -> Sheet:
    """Read a sheet as a coder saved it. Raises ``Unreadable``, with the row and column, without what stands there.

    A message is coded once anything is filled in beside it; codes left empty there are no. ``?`` says nothing either way.
    """
    coded: dict[Key, Codes] = {}
    columns: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    left = 0
    for n, row in _rows(path, ("line",)):
        strange = strange or _strange(path, row)
        columns = columns or tuple(code for code in CODES if code in row)
        if not columns:
            raise Unreadable(
                f"{path.name} has no column for any code, such as {CODES[0]} or {CODES[-1]}; nothing was coded."
            )
        key = (row.get("chat", ""), _number(path, n, row["line"]))
        filled = {code: _choice(path, n, code, row[code]) for code in (*columns, NONE) if row.get(code, "")}
        if not filled:
            left += 1
            continue
        if filled.pop(NONE, False) and any(filled.values()):
            raise Unreadable(f"{path.name}:{n}: {NONE} says that no code fits, and a code says yes; clear one of them.")
        if key in coded:
            raise Unreadable(f"{path.name}:{n}: line {key[1]} stands in the sheet twice; take one out.")
        coded[key] = {code: filled.get(code, False) for code in columns}
    if not coded:
        raise Unreadable(f"{path.name} holds no message that was coded; fill in yes beside a code, or beside {NONE}.")
    return Sheet(path.stem, coded, columns, left, strange)


def _strange(path: Path, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that podaudit knows nothing of. Raises ``Unreadable`` for one that was meant to be a code."""
    strange = tuple(name for name in columns if name and name not in COLUMNS)
    for name in strange:
        if close := difflib.get_close_matches(name, CODES, n=1, cutoff=0.75):
            raise Unreadable(
                f"{path.name} has a column {name}, which is no code; did you mean {close[0]}? Mend it there."
            )
    return strange


def read_design(path: Path) -> dict[Key, Drawn]:
    """Read the design that was written beside a sheet. Raises ``Unreadable``."""
    return {
        (row["chat"], _number(path, n, row["line"])): Drawn(
            _number(path, n, row["line"]),
            row["stratum"],
            _number(path, n, row["in_stratum"]),
            _number(path, n, row["drawn"]),
        )
        for n, row in _rows(path, DESIGN)
    }


def _rows(path: Path, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file or workbook with their numbers in it; cells as bare text by the name of their column."""
    data = read_file(path, _BOUNDS.size, "the sheet as podaudit sample wrote it")
    table = _workbook(path, data) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path, data)
    head = [cell.strip().lower() for cell in table[0]] if table else []
    if missing := [name for name in needed if name not in head]:
        raise Unreadable(f"{path.name} has no column {missing[0]}; give it as podaudit sample wrote it.")
    for n, row in enumerate(table[1:], 2):
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        if any(cells.values()):
            yield n, {name: cells.get(name, "") for name in head}


def _csv(path: Path, raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # a spreadsheet's own idea of CSV; what is read of it is plain
        text = raw.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count)))
    except csv.Error as error:
        raise Unreadable(f"{path.name} is no CSV that can be read; save it as CSV or Excel.") from error


def _workbook(path: Path, data: bytes) -> list[list[str]]:
    held = read_book(data, path.name, _BOUNDS, "save it as CSV or Excel (.xlsx)")
    if not held:
        raise Unreadable(f"{path.name} has no sheet with cells; give it as podaudit sample wrote it.")
    return [[_bare(cell) for cell in row] for row in dict(held).get("coding", held[0][1])]


def _bare(cell: Any) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _number(path: Path, n: int, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Unreadable(f"{path.name}:{n}: what should be a number is none; give it as podaudit sample wrote it.")
    return int(text)


def _choice(path: Path, n: int, code: str, text: str) -> bool | None:
    word = text.casefold()
    if word == "?":
        return None
    if word not in _YES | _NO:
        raise Unreadable(
            f"{path.name}:{n}: what stands under {code} is none of {', '.join(CHOICES)}; choose one of these, or leave it empty."
        )
    return word in _YES
