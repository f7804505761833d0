"""Calls, pressure and who came and went, over time."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from podaudit.report.language import Language, plain
from podaudit.report.pictures.parts import WIDE, Mark, Tick, flat, percent, pointed, rounded, time_ticks

_DAY, _WEEK = 1, 7
_HIGH, _LOW = 56, 36  # of a lane of bars, and of the lane of members
_BARS = {"pressing": pointed, "answering": rounded}
_GLYPHS = {
    "joined": "M0 -5l6 10h-12z",  # a triangle up
    "left": "M0 5l6 -10h-12z",  # a triangle down
    "removed": "M-5 -5l10 10m0 -10l-10 10",  # a cross
}
MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Event:
    """Something to draw: when, in which lane, where its evidence stands, and which shape (in the lane of members)."""

    time: dt.datetime
    lane: str
    href: str
    shape: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A strip of the timeline."""

    name: str
    shape: str
    top: int
    height: int
    note: str  # the value of the highest bar
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of the table that says the same as the picture."""

    label: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes above one another, on one axis of time."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    columns: tuple[str, ...]
    bins: tuple[Bin, ...]
    step: str

    @property
    def height(self) -> int:
        return sum(lane.height for lane in self.lanes)


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
    scale = WIDE / max((edges[-1] - edges[0]).days, 1)
    x_of = [round((day - edges[0]).days * scale, 1) for day in edges]

    held: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in events:
        held[event.lane, bisect_right(starts, max(event.time.date(), edges[0])) - 1].append(event)
    drawn: list[Lane] = []
    for key, name, shape in lanes:
        height = _LOW if key == MEMBERS else _HIGH
        cells = [(i, held[key, i]) for i in range(len(starts)) if held[key, i]]
        most = max((len(c) for _, c in cells), default=0)
        marks: list[Mark] = []
        for i, cell in cells:
            if key == MEMBERS:
                marks.extend(_members(lang, cell, percent((x_of[i] + x_of[i + 1]) / 2)))
                continue
            gap = min(1.5, (x_of[i + 1] - x_of[i]) / 8)
            # In a large chat not every message is quoted: lead to the first that is.
            href = next((e.href for e in cell if e.href[-1].isdigit()), cell[0].href)
            bar = _BARS.get(shape, flat)
            d = bar(x_of[i] + gap, x_of[i + 1] - gap, height - 1, max((height - 14) * len(cell) / most, 4.0))
            title = _label(lang, starts[i], step) + lang.gettext(": ") + f"{lang.number(len(cell))} × {name}"
            marks.append(Mark(shape, d, href, title))
        note = "" if key == MEMBERS or not most else lang.number(most)
        drawn.append(Lane(name, shape, sum(lane.height for lane in drawn), height, note, tuple(marks)))
    bins = tuple(
        Bin(
            _label(lang, starts[i], step),
            tuple(lang.number(len(held[key, i])) if held[key, i] else "" for key, _, _ in lanes),
        )
        for i in range(len(starts))
        if any(held[key, i] for key, _, _ in lanes)
    )
    words = {_DAY: lang.gettext("one bar is a day"), _WEEK: lang.gettext("one bar is a week"),
             30: lang.gettext("one bar is a month")}  # fmt: skip
    return Timeline(
        tuple(drawn), time_ticks(lang, edges[0], edges[-1]), tuple(name for _, name, _ in lanes), bins, words[step]
    )


def _bins(first: dt.date, last: dt.date, step: int) -> list[dt.date]:
    if step == 30:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [dt.date(m // 12, m % 12 + 1, 1) for m in months]
    start = first - dt.timedelta(days=first.weekday() if step == _WEEK else 0)
    return [start + dt.timedelta(days=i) for i in range(0, (last - start).days + 1, step)]


def _label(lang: Language, start: dt.date, step: int) -> str:
    if step == 30:
        return lang.month(start)
    if step == _DAY:
        return lang.date(start, short=True)
    return plain(lang.say("week of %(day)s", day=lang.date(start, short=True)))


def _members(lang: Language, cell: Sequence[Event], at: float) -> Iterable[Mark]:
    names = {"joined": lang.gettext("came in"), "left": lang.gettext("left"), "removed": lang.gettext("was removed")}
    shapes = [s for s in names if any(e.shape == s for e in cell)]
    for i, shape in enumerate(shapes):
        group = [e for e in cell if e.shape == shape]
        title = (
            lang.date(group[0].time, short=True) + lang.gettext(": ") + f"{lang.number(len(group))} × {names[shape]}"
        )
        yield Mark(shape, _GLYPHS[shape], group[0].href, title, round(at + (i - (len(shapes) - 1) / 2) * 2.2, 2))
