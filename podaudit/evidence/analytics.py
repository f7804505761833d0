"""LinkedIn's analytics of one's own posts: the aggregate export and the single-post export, both Excel files.

Sheets are told by what stands in them, not by their names, for those are in the language of the account: labels in
``labels.toml``, else where things stand (a link, a day, a number behind them). Values may be text or numbers, days text, dates or Excel's
day numbers; which of day and month comes first is learnt from the file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from podaudit.evidence.files import what_of
from podaudit.export.source import ZIP_ERRORS, read_file
from podaudit.lexicon.fold import fold
from podaudit.model import Unreadable
from podaudit.workbook import Bounds, read_book

COUNTS = ("impressions", "engagements", "reactions", "comments", "reposts")
_BOUNDS = Bounds(
    size=16 << 20, elements=500_000, sheets=100, rows=20_000, columns=64, cells=2_560_000
)  # LinkedIn's: five sheets, below one megabyte
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,\s\u202f'’]\d{3})+|-?\d{1,15}")
_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")
_POST = re.compile(r"https?://(?:www\.)?linkedin\.com/\S+", re.I)
_EXCEL = dt.date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)  # 2000 to 2099
_TOP = ("engagements", "impressions")  # the two tables of the sheet of top posts, in their order
_DAILY = ("impressions", "engagements")  # the columns of the sheet of days, in theirs


@dataclass(slots=True)
class Metrics:
    """What one file says: per post link its counts and its day, per day its counts, with where each stood."""

    name: str
    sha256: str
    posts: dict[str, dict[str, int]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)  # link -> sheet:row
    days: dict[dt.date, dict[str, int]] = field(default_factory=dict)
    rows: int = 0
    unread: int = 0
    notes: list[str] = field(default_factory=list)


def load(path: Path) -> Metrics:
    """Read an analytics export. Raises ``Unreadable`` where it is none, is broken, or holds too much."""
    name = path.name or str(path)
    data = read_file(path, _BOUNDS.size, "the Excel file itself (.xlsx)")
    _no_archive(data, name)
    made = Metrics(name, hashlib.sha256(data).hexdigest())
    for title, table in read_book(
        data, name, _BOUNDS, "give the Excel file as LinkedIn exported it, or export it again"
    ):
        _read_sheet(made, title, table)
    if not made.posts and not made.days:
        raise Unreadable(
            f"{name} holds no analytics of posts; give the Excel file that LinkedIn's analytics page exports, as it is."
        )
    return made


def _no_archive(data: bytes, name: str) -> None:
    """Refuse LinkedIn's archive, which comes the same way and is easily taken for this."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            mistaken = any(map(what_of, archive.namelist()))
    except ZIP_ERRORS:
        return  # what it is then is said where it is read
    if mistaken:
        raise Unreadable(f"{name} is LinkedIn's archive, and no Excel workbook (.xlsx); give it with --linkedin.")


@cache
def _labels() -> dict[str, str]:
    held = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))
    return {fold(label): ours for ours, labels in held.items() for label in labels}


def _label(cell: Any) -> str | None:
    return _labels().get(fold(cell).strip().rstrip(":").strip()) if isinstance(cell, str) else None


def _read_sheet(made: Metrics, title: str, table: list[list[Any]]) -> None:
    """Take the posts and days out of one sheet; a sheet of anything else is left."""
    if any(_is_post(cell) for row in table for cell in row):
        if not _single(made, title, table):
            _top(made, title, table)
    else:
        _daily(made, title, table)


def _single(made: Metrics, title: str, table: list[list[Any]]) -> bool:
    """A single-post export: a label and its value in each row. False where the sheet is none."""
    values = dict[str, Any]()
    for row in table:
        cells = [cell for cell in row if cell not in (None, "")]
        if len(cells) >= 2 and (ours := _label(cells[0])) and _label(cells[1]) is None:
            values.setdefault(ours, cells[1])
    url = values.get("url")
    if not _is_post(url):
        return False
    counts = {ours: n for ours in COUNTS if (n := number(values.get(ours))) is not None}
    _post(made, str(url).strip(), counts, f"{title}:1")
    return True


def _top(made: Metrics, title: str, table: list[list[Any]]) -> None:
    """The sheet of top posts: tables side by side, each a column of links with a column of counts right of it."""
    columns = sorted({n for row in table for n, cell in enumerate(row) if _is_post(cell)})
    header = next((row for row in table if any(_label(cell) == "url" for cell in row)), None)
    for order, column in enumerate(columns):
        stop = columns[order + 1] if order + 1 < len(columns) else _BOUNDS.columns
        measures = {
            n: ours for n, cell in enumerate(header or ()) if column < n < stop and (ours := _label(cell)) in COUNTS
        }
        if not measures:  # by where it stands: links, days, counts
            if order >= len(_TOP):
                continue
            measures = {column + 2: _TOP[order]}
            made.notes.append(
                f"the sheet {title} has labels that are not known; its columns were told by where they stand"
            )
        for n, row in enumerate(table, 1):
            if column < len(row) and _is_post(row[column]):
                counts = {
                    ours: value
                    for place, ours in measures.items()
                    if place < len(row) and (value := number(row[place])) is not None
                }
                made.unread += not counts
                _post(made, str(row[column]).strip(), counts, f"{title}:{n}")


def _post(made: Metrics, url: str, counts: dict[str, int], place: str) -> None:
    made.rows += 1
    made.posts.setdefault(url, {}).update(counts)
    made.places.setdefault(url, []).append(place)


def _daily(made: Metrics, title: str, table: list[list[Any]]) -> None:
    """A sheet of days, with impressions and engagements or with new followers."""
    start = next((n for n, row in enumerate(table) if row and _label(row[0]) == "date"), None)
    measures: dict[int, str] = {}
    if start is not None:
        measures = {
            n: ours for n, cell in enumerate(table[start]) if (ours := _label(cell)) in (*_DAILY, "followers") and n
        }
    body = [row for row in table[0 if start is None else start + 1 :] if row and row[0] not in (None, "")]
    body = [row for row in body if _could_be_day(row[0])]
    if not measures:
        if len(body) < 2 or len(body[0]) < 3 or number(body[0][1]) is None or number(body[0][2]) is None:
            return
        measures = dict(enumerate(_DAILY, 1))
        made.notes.append(f"the sheet {title} has labels that are not known; its columns were told by where they stand")
    for day, row in zip(days([row[0] for row in body]), body, strict=True):
        counts = {
            ours: n for place, ours in measures.items() if place < len(row) and (n := number(row[place])) is not None
        }
        if day is None or not counts:
            made.unread += 1
            continue
        made.rows += 1
        made.days.setdefault(day, {}).update(counts)


def _is_post(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) < 2048 and bool(_POST.fullmatch(cell.strip()))


def number(cell: Any) -> int | None:
    """A count, of a number or of text with or without marks between thousands; None for anything else."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return int(cell) if cell == cell and abs(cell) < 1e15 and cell == int(cell) else None
    text = str(cell).strip()
    return int(re.sub(r"[^\d-]", "", text)) if _NUMBER.fullmatch(text) else None


def _could_be_day(cell: Any) -> bool:
    if isinstance(cell, dt.date):
        return True
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) in _SERIALS
    return isinstance(cell, str) and bool(_DAY.fullmatch(cell.strip()))


def days(cells: Sequence[Any]) -> list[dt.date | None]:
    """The days of a column. Of texts the order is taken in which most exist, then in which most follow one another."""
    orders = ("mdy", "dmy", "ymd")
    tried = [[_day(cell, order) for cell in cells] for order in orders]
    return max(tried, key=lambda found: (sum(day is not None for day in found), _runs(found)))


def _runs(found: Iterable[dt.date | None]) -> int:
    there = [day for day in found if day is not None]
    return sum(abs((b - a).days) == 1 for a, b in pairwise(there))


def _day(cell: Any, order: str) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float):
        return _EXCEL + dt.timedelta(days=int(cell)) if int(cell) in _SERIALS else None
    match = _DAY.fullmatch(str(cell).strip())
    if match is None:
        return None
    a, b, c = map(int, match.groups())
    year, month, day = {"mdy": (c, a, b), "dmy": (c, b, a), "ymd": (a, b, c)}[order]
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
