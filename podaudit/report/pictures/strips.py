"""Pictures in rows: rules over time, give and take, times to an answer, the hours of the week; and bars by week."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podaudit.report.language import Language, Piece
from podaudit.report.pictures.parts import WIDE, Mark, Tick, flat, percent, pointed, time_ticks

EVENING = (18, 23)  # hours


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows beside their names, on one axis."""

    names: tuple[Piece, ...]
    row: int  # height of a row
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    grid: str

    @property
    def height(self) -> int:
        return self.row * len(self.names)


# ---------------------------------------------------------------------------------------------------- rules over time


@dataclass(frozen=True, slots=True)
class Bar:
    """A version of a rule: from when until when it stood."""

    since: dt.datetime
    until: dt.datetime
    href: str
    title: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A kind of rule: its name as a line of the page, and beneath it its versions."""

    name: tuple[Piece, ...]
    marks: tuple[Mark, ...]


STRIP = 12


def strips(
    lang: Language, held: Sequence[tuple[tuple[Piece, ...], Sequence[Bar]]], first: dt.datetime, last: dt.datetime
) -> tuple[tuple[Strip, ...], tuple[Tick, ...]]:
    """Draw the versions of each rule; one that was replaced is lower than the one that stands, and ends in a gap."""
    span = max((last - first).total_seconds(), 1.0)

    def x_of(time: dt.datetime) -> float:
        return round(WIDE * min(max((time - first).total_seconds() / span, 0), 1), 1)

    drawn = []
    for name, bars in held:
        marks = []
        for bar in bars:
            left, right = x_of(bar.since), x_of(bar.until)
            right = max(right - (4 if bar.replaced else 0), left + 4)
            shape = "rule old" if bar.replaced else "rule"
            marks.append(Mark(shape, flat(left, right, STRIP, 6 if bar.replaced else STRIP), bar.href, bar.title))
        drawn.append(Strip(name, tuple(marks)))
    return tuple(drawn), time_ticks(lang, first.date(), last.date() + dt.timedelta(days=1))


# ------------------------------------------------------------------------------------------------------ give and take


@dataclass(frozen=True, slots=True)
class Give:
    """What one member was asked and gave, and what others were asked for the member and gave."""

    name: Piece
    asked: int
    given: int
    expected: int
    received: int


_GIVE = 30


def gives(lang: Language, held: Sequence[Give]) -> Rows:
    """Two bars a row: above, given (full); below, received (outlined); each on a line as long as what was asked."""
    most = max((max(g.asked, g.expected) for g in held), default=0) or 1
    marks: dict[str, list[str]] = {"asked": [], "given": [], "received": []}
    for i, g in enumerate(held):
        for part, whole, kind, y in ((g.given, g.asked, "given", 13), (g.received, g.expected, "received", 27)):
            base = i * _GIVE + y
            if whole:
                marks["asked"].append(f"M0 {base - 4.5:g}h{WIDE * whole / most:.4g}")
            if part:
                marks[kind].append(flat(0, WIDE * part / most, base, 9))
    ticks = tuple(Tick(percent(WIDE * v / most), lang.number(v), n % 2 == 1) for n, v in enumerate(_round_steps(most)))
    return Rows(
        tuple(g.name for g in held), _GIVE, tuple(Mark(kind, "".join(d)) for kind, d in marks.items() if d), ticks,
        "".join(f"M{WIDE * t.at / 100:.4g} 0V{_GIVE * len(held)}" for t in ticks),
    )  # fmt: skip


def _round_steps(most: int) -> list[int]:
    """0 and some round numbers up to ``most``."""
    step = next(s for s in (m * 10**e for e in range(9) for m in (1, 2, 5)) if most / s <= 6)
    return [v for v in range(0, most + 1, step) if v <= most * 0.97]


# -------------------------------------------------------------------------------------------------- times to an answer


@dataclass(frozen=True, slots=True)
class Delay:
    """How soon a member answered, in minutes; None where there are too few answers to say."""

    name: Piece
    median: float | None
    p90: float | None


_DELAY = 24
_LONGEST = 14 * 1440  # minutes
_AXIS = (1, 15, 60, 360, 1440, 10080)


def delays(lang: Language, held: Sequence[Delay]) -> Rows:
    """A diamond at the median, and a line to the time within which nine of ten came, on an axis that grows by factors."""

    def x_of(minutes: float) -> float:
        return WIDE * math.log1p(min(max(minutes, 0), _LONGEST)) / math.log1p(_LONGEST)

    lines, marks = [], []
    for i, d in enumerate(held):
        if d.median is None:
            continue
        y, x = i * _DELAY + _DELAY / 2, x_of(d.median)
        if d.p90 is not None:
            lines.append(f"M{x:.4g} {y:g}H{x_of(d.p90):.4g}")
        marks.append(Mark("median", f"M0 {y - 6:g}l6 6l-6 6l-6 -6z", at=percent(x)))
    ticks = tuple(Tick(percent(x_of(m)), lang.duration(m), n % 2 == 0) for n, m in enumerate(_AXIS))
    return Rows(
        tuple(d.name for d in held), _DELAY, (*([Mark("late90", "".join(lines))] if lines else []), *marks), ticks,
        "".join(f"M{WIDE * t.at / 100:.4g} 0V{_DELAY * len(held)}" for t in ticks),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- hours of the week

_CELL = 26


@dataclass(frozen=True, slots=True)
class Heat:
    """A row for each weekday, a column for each hour: two bars in a cell."""

    rows: Rows
    evening: str  # outline of the evening hours and the weekend


def heat(
    lang: Language, counts: Mapping[tuple[int, int], tuple[int, int]], kinds: tuple[str, str] = ("calls", "pressing")
) -> Heat:
    """Draw (weekday, hour) -> two numbers, such as of calls and pressing messages, each as a bar as high as its number."""
    most = [max((c[i] for c in counts.values()), default=0) or 1 for i in (0, 1)]
    wide = WIDE / 24
    drawn: tuple[list[str], list[str]] = ([], [])
    for (weekday, hour), cell in sorted(counts.items()):
        base = (weekday + 1) * _CELL - 1
        for i, (bar, number) in enumerate(zip((flat, pointed), cell, strict=True)):
            if number:
                left = wide * (hour + 0.06 + i * 0.46)
                drawn[i].append(bar(left, left + wide * 0.42, base, max((_CELL - 4) * number / most[i], 4)))
    names = tuple(Piece(lang.weekday(day, short=True)) for day in range(7))
    ticks = tuple(Tick(percent(wide * h), f"{h}:00", h % 6 != 0) for h in range(0, 24, 3))
    grid = "".join(f"M0 {(d + 1) * _CELL}H{WIDE}" for d in range(7))
    marks = tuple(Mark(kind, "".join(d)) for kind, d in zip(kinds, drawn, strict=True) if d)
    left, right = wide * EVENING[0], wide * EVENING[1]
    evening = f"M{left:.4g} 0H{right:.4g}V{_CELL * 7}H{left:.4g}zM0 {_CELL * 5}H{WIDE}V{_CELL * 7}H0z"
    return Heat(Rows(names, _CELL, marks, ticks, grid), evening)


# ------------------------------------------------------------------------------------------------------- bars by week


def weeks(
    lang: Language, monday: dt.date, counts: Sequence[tuple[int, int]], height: int = 90
) -> tuple[tuple[Mark, ...], tuple[Tick, ...], str]:
    """Bars by week from ``monday`` on, of (asked, done): done full, the rest an outline; axis; value of the highest."""
    most = max((asked for asked, _ in counts), default=0) or 1
    wide = WIDE / max(len(counts), 1)
    gap = min(3.0, wide / 8)
    asked_d, done_d = [], []
    for i, (asked, done) in enumerate(counts):
        left, right = wide * i + gap, wide * (i + 1) - gap
        if asked:
            asked_d.append(flat(left, right, height, (height - 14) * asked / most))
        if done:
            done_d.append(flat(left, right, height, (height - 14) * done / most))
    marks = tuple(Mark(kind, "".join(d)) for kind, d in (("rest", asked_d), ("given", done_d)) if d)
    end = monday + dt.timedelta(days=7 * len(counts))
    return marks, time_ticks(lang, monday, end), lang.number(most)
