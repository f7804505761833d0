"""The ledger as a picture: a row for each member, a column for each call, one path for each status."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from podaudit.report.language import Language
from podaudit.report.pictures.parts import Tick

ROW = 20  # height of a member's row; the style sheet gives the names beside the picture the same
_ROOM = 720  # the width that many columns fill
_WIDEST = 20  # of a column, on a page that wide
SILENT = 5  # code of the last status: nothing on record
OWN = 6  # code of a member's own call, after the six statuses

# (height, distance of the bar's middle from the row's bottom edge) for each status: the more is on record, the higher
# the bar; shape, not colour alone, tells them apart at any cell width. A refusal hangs from the top, an excuse floats.
_SHAPES = ((14, 10), (9, 7.5), (4, 10), (4, 15), (5, 5.5), (2, 4), (6, 10))


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
    """The ledger as a picture. A column is one unit wide; the units are stretched over ``share`` percents of the width."""

    columns: int
    height: int
    share: float
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
    columns, height = len(times), ROW * len(names)
    share = round(min(100.0, 100 * _WIDEST * columns / _ROOM), 2)
    # Nothing on record is the line that all that is on record stands on or floats above: one long run, drawn first.
    asked = bytes(SILENT if code <= SILENT else code for code in range(256))
    layers: list[Layer] = []
    for code, (status, _) in enumerate(statuses):
        thickness, rise = _SHAPES[code]
        runs: list[str] = []
        for row, line in enumerate(codes):
            runs.extend(_runs(line.translate(asked) if code == SILENT else line, code, ROW * (row + 1) - rise))
        if runs:
            layers.append(Layer(status, "".join(runs), thickness))
    layers.sort(key=lambda layer: layer.status != statuses[SILENT][0])
    grid = "".join(f"M{x} 0V{height}" for x in range(1, columns)) if columns <= 90 else ""
    keys = tuple(Key(s, name, ROW - _SHAPES[i][1], _SHAPES[i][0]) for i, (s, name) in enumerate(statuses))
    return Matrix(columns, height, share, tuple(names), tuple(layers), grid, _ticks(lang, times, share), keys)


def _runs(line: bytes, code: int, y: float) -> Iterable[str]:
    """Strokes over the runs of ``code`` in a row, each after the first relative to where the last one ended."""
    wanted, start, at = bytes([code]), line.find(code), None
    while start >= 0:
        stop = start
        while line[stop : stop + 1] == wanted:
            stop += 1
        yield f"M{start} {y:g}h{stop - start}" if at is None else f"m{start - at} 0h{stop - start}"
        at = stop
        start = line.find(code, stop)


def _ticks(lang: Language, times: Sequence[dt.datetime], share: float) -> tuple[Tick, ...]:
    """The date above the first call of a day, as long as there is room for it."""
    ticks: list[Tick] = []
    last_day, free = None, -1.0
    label = lang.month if len({time.year for time in times}) > 1 else lang.day
    for i, time in enumerate(times):
        at = share * i / len(times)
        if time.date() != last_day and at >= free and (not ticks or at <= 92):
            ticks.append(Tick(round(at, 2), label(time), len(ticks) % 2 == 1))
            free = at + 9
        last_day = time.date()
    return tuple(ticks)
