"""The geometry of the pictures: numbers and path strings; the templates put them into SVG. Lengths are CSS pixels."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from podaudit.report.language import Language, plain

# -------------------------------------------------------------------------------- ledger

ROW = 20  # height of a member's row; the style sheet gives the names beside the picture the same
TOP = 22  # room for the dates above the rows
_ROOM = 720  # the width that cells are stretched to fill
_WIDEST = 20
SILENT = 5  # code of the last status: nothing on record
OWN = 6  # code of a member's own call, after the six statuses

# (height, distance of the bar's middle from the row's bottom edge) for each status: the more is on record, the higher
# the bar; shape, not colour alone, tells them apart at any cell width. A refusal hangs from the top, an excuse floats.
_SHAPES = ((14, 10), (9, 7.5), (4, 10), (4, 15), (5, 5.5), (2, 4), (6, 10))


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Layer:
    """All cells of one status: one path of strokes."""

    status: str
    d: str
    thickness: int


@dataclass(frozen=True, slots=True)
class Key:
    """The legend's sample of a status: a stroke of this thickness at this height in a row."""

    status: str
    name: str
    y: float
    thickness: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The ledger as a picture: a row per member, a column per call, in the order of time."""

    width: int
    height: int
    names: tuple[tuple[str, str], ...]  # (name, anchor)
    layers: tuple[Layer, ...]
    grid: str
    ticks: tuple[Tick, ...]
    keys: tuple[Key, ...]


def matrix(
    lang: Language,
    names: Sequence[tuple[str, str]],
    times: Sequence[dt.datetime],
    codes: Sequence[bytes],
    statuses: Sequence[tuple[str, str]],
) -> Matrix:
    """Draw the ledger.

    ``codes`` holds one byte string per member, a byte per call: the index of the status in ``statuses`` (class and
    name; the last is the member's own call), 255 where the member was not asked.
    """
    columns = len(times)
    cell = max(1, min(_WIDEST, _ROOM // max(columns, 1)))
    width, height = cell * columns, TOP + ROW * len(names)
    # Nothing on record is the line that all that is on record stands on or floats above: one long run, drawn first.
    asked = bytes(SILENT if code <= SILENT else code for code in range(256))
    layers: list[Layer] = []
    for code, (status, _) in enumerate(statuses):
        thickness, rise = _SHAPES[code]
        runs: list[str] = []
        for row, line in enumerate(codes):
            y = TOP + ROW * (row + 1) - rise
            runs.extend(_runs(line.translate(asked) if code == SILENT else line, code, cell, y))
        if runs:
            layers.append(Layer(status, "".join(runs), thickness))
    layers.sort(key=lambda layer: layer.status != statuses[SILENT][0])
    grid = "".join(f"M{x} {TOP}V{height}" for x in range(0, width + 1, cell)) if cell >= 5 else ""
    keys = tuple(Key(s, name, ROW - _SHAPES[i][1], _SHAPES[i][0]) for i, (s, name) in enumerate(statuses))
    return Matrix(width, height, tuple(names), tuple(layers), grid, _column_ticks(lang, times, cell), keys)


def _runs(line: bytes, code: int, cell: int, y: float) -> Iterable[str]:
    """Strokes over the runs of ``code`` in a row, each after the first relative to where the last one ended."""
    wanted, start, at = bytes([code]), line.find(code), None
    while start >= 0:
        stop = start
        while line[stop : stop + 1] == wanted:
            stop += 1
        x, length = start * cell, (stop - start) * cell
        yield f"M{x} {y:g}h{length}" if at is None else f"m{x - at} 0h{length}"
        at = x + length
        start = line.find(code, stop)


def _column_ticks(lang: Language, times: Sequence[dt.datetime], cell: int) -> tuple[Tick, ...]:
    """The date above the first call of a day, as long as there is room for it."""
    ticks: list[Tick] = []
    last_day, free = None, -1.0
    for i, time in enumerate(times):
        x = i * cell
        if time.date() != last_day and x >= free and (not ticks or x + 44 <= len(times) * cell):
            ticks.append(Tick(x, lang.day(time)))
            free = x + 64
        last_day = time.date()
    return tuple(ticks)


# -------------------------------------------------------------------------------- timeline

_WIDTH, _LEFT, _RIGHT = 760, 118, 12
_DAY, _WEEK = 1, 7
_MARK = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Something to draw: when, in which lane, where its evidence stands, and which shape (in the lane of members)."""

    time: dt.datetime
    lane: str
    href: str
    shape: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A linked shape: a path, with what it says when pointed at."""

    shape: str
    d: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A horizontal strip of the timeline."""

    name: str
    shape: str
    base: float
    note: str  # the value of the highest bar
    note_y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of the table that says the same as the picture."""

    label: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Calls, pressure and who came and went, over time."""

    width: int
    height: int
    left: int
    right: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    columns: tuple[str, ...]
    bins: tuple[Bin, ...]
    step: str


def timeline(
    lang: Language,
    events: Sequence[Event],
    lanes: Sequence[tuple[str, str, str]],
    first: dt.datetime,
    last: dt.datetime,
) -> Timeline:
    """Draw the events in lanes (key, name, shape); the lane ``members`` holds single marks, the others bars of counts.

    Events before ``first`` are drawn at its edge. A bar counts a day, a week or a month: about 60 bars.
    """
    days = (last.date() - first.date()).days + 1
    step = _DAY if days <= 62 else _WEEK if days <= 434 else 30
    starts = _bins(first.date(), last.date(), step)
    edges = [*starts, last.date() + dt.timedelta(days=1)]
    scale = (_WIDTH - _LEFT - _RIGHT) / max((edges[-1] - edges[0]).days, 1)

    def x_of(day: dt.date) -> float:
        return round(_LEFT + (max(day, edges[0]) - edges[0]).days * scale, 1)

    def bin_of(time: dt.datetime) -> int:
        day = max(time.date(), edges[0])
        return bisect_right(starts, day) - 1

    held: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in events:
        held[event.lane, bin_of(event.time)].append(event)
    drawn: list[Lane] = []
    y = 10.0
    for key, name, shape in lanes:
        room = 26 if key == "members" else 52
        base = y + room
        cells = [(i, held[key, i]) for i in range(len(starts)) if held[key, i]]
        most = max((len(c) for _, c in cells), default=0)
        marks: list[Mark] = []
        for i, cell in cells:
            left, right = x_of(starts[i]), x_of(edges[i + 1])
            title = f"{_bin_label(lang, starts[i], edges[i + 1], step)}: {lang.number(len(cell))} × {name}"
            if key == "members":
                marks.extend(_members(lang, cell, (left + right) / 2, base - 10))
            else:
                # In a large chat not every message is quoted: lead to the first that is.
                href = next((e.href for e in cell if e.href[-1].isdigit()), cell[0].href)
                marks.append(Mark(shape, _bar(shape, left, right, base, room - 6, len(cell), most), href, title))
        drawn.append(
            Lane(name, shape, base, "" if key == "members" or not most else lang.number(most), y + 12, tuple(marks))
        )
        y = base + 12
    bins = tuple(
        Bin(
            _bin_label(lang, starts[i], edges[i + 1], step),
            tuple(lang.number(len(held[key, i])) if held[key, i] else "" for key, _, _ in lanes),
        )
        for i in range(len(starts))
        if any(held[key, i] for key, _, _ in lanes)
    )
    words = {_DAY: lang.gettext("one bar is a day"), _WEEK: lang.gettext("one bar is a week"),
             30: lang.gettext("one bar is a month")}  # fmt: skip
    return Timeline(
        _WIDTH, int(y + 20), _LEFT, _WIDTH - _RIGHT, tuple(drawn), _time_ticks(lang, edges[0], edges[-1], x_of),
        tuple(name for _, name, _ in lanes), bins, words[step],
    )  # fmt: skip


def _bins(first: dt.date, last: dt.date, step: int) -> list[dt.date]:
    if step == 30:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [dt.date(m // 12, m % 12 + 1, 1) for m in months]
    start = first - dt.timedelta(days=first.weekday() if step == _WEEK else 0)
    return [start + dt.timedelta(days=i) for i in range(0, (last - start).days + 1, step)]


def _bin_label(lang: Language, start: dt.date, end: dt.date, step: int) -> str:
    if step == 30:
        return lang.month(start)
    if step == _DAY:
        return lang.date(start, short=True)
    return plain(lang.say("week of %(day)s", day=lang.date(start, short=True)))


def _bar(shape: str, left: float, right: float, base: float, room: float, count: int, most: int) -> str:
    """The outline of a bar: flat-topped for calls, pointed for pressing, round-topped for the rest."""
    gap = 1.0 if right - left > 4 else 0.3
    x, w = left + gap, max(right - left - 2 * gap, 1.0)
    h = max(room * count / most, 4.0)
    if shape == "pressing":
        tip = min(4.0, h)
        return f"M{x:.1f} {base:.1f}v{-(h - tip):.1f}l{w / 2:.1f} {-tip:.1f}l{w / 2:.1f} {tip:.1f}v{h - tip:.1f}z"
    if shape == "answering":
        r = min(w / 2, h)
        return f"M{x:.1f} {base:.1f}v{-(h - r):.1f}a{w / 2:.1f} {r:.1f} 0 0 1 {w:.1f} 0v{h - r:.1f}z"
    return f"M{x:.1f} {base:.1f}v{-h:.1f}h{w:.1f}v{h:.1f}z"


_GLYPHS = {
    "joined": "M{x:.1f} {top:.1f}l6 10h-12z",  # a triangle up
    "left": "M{x:.1f} {bottom:.1f}l6 -10h-12z",  # a triangle down
    "removed": "M{west:.1f} {top:.1f}l10 10m0 -10l-10 10",  # a cross
}


def glyph(shape: str, x: float, y: float) -> str:
    """The path of a member's mark with its middle at (x, y)."""
    return _GLYPHS[shape].format(x=x, top=y - _MARK, bottom=y + _MARK, west=x - _MARK)


def _members(lang: Language, cell: Sequence[Event], x: float, y: float) -> Iterable[Mark]:
    names = {"joined": lang.gettext("came in"), "left": lang.gettext("left"), "removed": lang.gettext("was removed")}
    shapes = [s for s in names if any(e.shape == s for e in cell)]
    for i, shape in enumerate(shapes):
        group = [e for e in cell if e.shape == shape]
        at = x + (i - (len(shapes) - 1) / 2) * 13
        title = f"{lang.date(group[0].time, short=True)}: {lang.number(len(group))} × {names[shape]}"
        yield Mark(shape, glyph(shape, at, y), group[0].href, title)


def _time_ticks(lang: Language, first: dt.date, end: dt.date, x_of: Callable[[dt.date], float]) -> tuple[Tick, ...]:
    days = (end - first).days
    every = next((d for d in (1, 2, 7, 14) if days / d <= 9), 0)
    if every:
        return tuple(
            Tick(x_of(day), lang.day(day))
            for day in (first + dt.timedelta(days=i) for i in range(0, days, every))
            if x_of(day) <= _WIDTH - _RIGHT - 24
        )
    months = [
        dt.date(m // 12, m % 12 + 1, 1) for m in range(first.year * 12 + first.month - 1, end.year * 12 + end.month)
    ]
    skip = -(-len(months) // 9)
    return tuple(Tick(x_of(m), lang.month(m)) for m in months[::skip] if m >= first and x_of(m) <= _WIDTH - _RIGHT - 40)
