"""Coarser figures on request: times by the hour, day or week, and small counts left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from podaudit.model import Schema, Source

Coarse = Literal["hour", "day", "week"]
FEW = 5  # counts from 1 to below this are left out on request; below it, a group's members are few

# What a reason says about moments: "put up on Fri at 9:15", "wrote that it was done 2 h 5 min after".
_CLOCK = re.compile(r" at \d{1,2}:\d{2}")
_AFTER = re.compile(r"(?: \d+ (?:d|h|min))+(?= after )")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def moment(time: dt.datetime, coarse: Coarse) -> dt.datetime:
    """The beginning of the hour, the day or the week (from Monday) that ``time`` lies in."""
    if coarse == "hour":
        return time.replace(minute=0, second=0, microsecond=0)
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - dt.timedelta(days=day.weekday()) if coarse == "week" else day


def coarsened(table: pd.DataFrame, coarse: Coarse) -> pd.DataFrame:
    """The table with all its times coarsened, those inside lists and reasons too."""
    changed: dict[str, Any] = {}
    for name in table.columns:
        column = table[name]
        if column.dtype.kind == "M":
            changed[name] = _floor(column, coarse)
        elif column.dtype == object:
            changed[name] = type(column)([_inner(value, coarse) for value in column], index=table.index, dtype=object)
        elif name == "why":
            changed[name] = column.map(reason).astype(column.dtype)
        elif name == "busiest_day" and coarse == "week":
            changed[name] = column.map(_monday).astype(column.dtype)
    return table.assign(**changed)


def reason(why: str) -> str:
    """A reason without clock times and without the exact length of a delay."""
    return _AFTER.sub("", _CLOCK.sub("", why))


def of_source(source: Source, coarse: Coarse) -> Source:
    """The source's first and last time coarsened, of each file too."""
    files = tuple(dataclasses.replace(file, first=_maybe(file.first, coarse), last=_maybe(file.last, coarse))
                  for file in source.files)  # fmt: skip
    return dataclasses.replace(
        source, first=_maybe(source.first, coarse), last=_maybe(source.last, coarse), files=files
    )


def _maybe(time: dt.datetime | None, coarse: Coarse) -> dt.datetime | None:
    return None if time is None else moment(time, coarse)


def _floor(column: pd.Series[Any], coarse: Coarse) -> pd.Series[Any]:
    import pandas as pd

    floored = column.dt.floor("h" if coarse == "hour" else "D")
    if coarse == "week":
        floored = floored - pd.to_timedelta(floored.dt.day_of_week, unit="D")
    made: pd.Series[Any] = floored.astype(column.dtype)
    return made


def _inner(value: Any, coarse: Coarse) -> Any:
    if isinstance(value, dict):
        return {key: _inner(held, coarse) for key, held in value.items()}
    if isinstance(value, list):
        return [_inner(held, coarse) for held in value]
    return moment(value, coarse) if isinstance(value, dt.datetime) else value


def _monday(day: str) -> str:
    return moment(dt.datetime.fromisoformat(day), "week").date().isoformat() if _ISO_DAY.fullmatch(day) else day


# ------------------------------------------------------------------------------------------------------ small counts

# Shares, by the whole number that each is a part of: a part of 1 to 4, or all but so few, could be reckoned from the two.
_PART_OF = {
    "within_2": ("n",), "within_15": ("n",), "within_60": ("n",), "share_given": ("asked",), "share_received": ("expected",),
    "share_done": ("asked",), "share": ("asked", "open"), "usual_share": ("usual_open",), "circle": ("received",),
    "evenings": ("obligations",), "nights": ("obligations",), "weekends": ("obligations",), "top_three": ("calls",),
}  # fmt: skip
_DIFFERENCES = frozenset({"balance"})  # of counts, so below 0 at times
# Whole numbers that count nobody and nothing: places in the export and in the week.
_NO_COUNTS = frozenset({"line", "weekday", "hour", "minutes_each"})


def suppressed(table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """A table of figures without counts from 1 to 4; what was worked out from one of them is left out with it.

    The columns of a count become nullable; lists of lines and maps of counts lose what is too few.
    """
    counts = [c.name for c in schema.columns if c.type in ("int", "int?") and c.name not in _NO_COUNTS]
    size = table[counts].abs()
    small = (size.ge(1) & size.lt(FEW)).fillna(False).astype(bool)
    touched = small.any(axis=1).to_numpy()
    for name in _DIFFERENCES.intersection(counts):
        small[name] = touched
    changed: dict[str, Any] = {name: table[name].astype("Int64").mask(small[name]) for name in counts}
    for column in schema.columns:
        if column.type in ("float?", "any") and column.name != "minutes_each":
            whole = [table[name].tolist() for name in _PART_OF.get(column.name, ()) if name in table]
            changed[column.name] = [
                None if hit or any(few_of(v, n) for n in of) else v
                for v, hit, *of in zip(table[column.name].tolist(), touched, *whole, strict=True)
            ]
        elif column.type == "list" and column.name.endswith("lines"):
            changed[column.name] = [v if len(v) >= FEW else [] for v in table[column.name]]
        elif column.name == "hours" and column.type == "list":
            changed[column.name] = [[None if 0 < n < FEW else n for n in v] for v in table[column.name]]
        elif column.type == "map":
            changed[column.name] = [_large(v) for v in table[column.name]]
    made = table.assign(**{name: v for name, v in changed.items() if name in counts})
    for name, values in changed.items():
        if name not in counts:
            made[name] = type(table[name])(values, index=table.index, dtype=object)
    return made


def _large(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n >= FEW}


def few_of(share: Any, count: Any) -> bool:
    """Whether a share tells of 1 to 4 out of ``count``, or of all but so few."""
    if share is None or count is None or share != share or count != count:
        return False
    part = round(share * count)
    return few(part) or few(round(count) - part)


def few(value: Any) -> bool:
    """Whether a figure is a count from 1 to 4."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < FEW
