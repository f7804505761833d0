"""What several pictures are made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from podaudit.report.language import Language

WIDE = 1000  # units that a picture is wide, whatever its pixels
_MOST = 8  # marks on an axis of time


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis, at percents of the width; a minor one is left out where there is little room."""

    at: float
    label: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape: its class, its path, and where it leads and what it says when pointed at, if anything.

    ``at`` places a shape that is not to be stretched, in percents of the width; its path is then in pixels around 0.
    """

    shape: str
    d: str
    href: str = ""
    title: str = ""
    at: float | None = None


def percent(x: float) -> float:
    """Units as percents of the width."""
    return round(100 * x / WIDE, 2)


def time_ticks(lang: Language, first: dt.date, end: dt.date) -> tuple[Tick, ...]:
    """Days, or months where there are many, on an axis from ``first`` up to, not including, ``end``."""
    days = max((end - first).days, 1)
    every = next((d for d in (1, 2, 7, 14) if days / d <= _MOST), 0)
    if every:
        at = [(first + dt.timedelta(days=i), i) for i in range(0, days, every)]
        return tuple(
            Tick(round(100 * i / days, 2), lang.day(day), n % 2 == 1)
            for n, (day, i) in enumerate(at)
            if i / days <= 0.93
        )
    months = [
        dt.date(m // 12, m % 12 + 1, 1) for m in range(first.year * 12 + first.month - 1, end.year * 12 + end.month)
    ]
    shown = [m for m in months[:: -(-len(months) // _MOST)] if m >= first and (m - first).days / days <= 0.9]
    return tuple(Tick(round(100 * (m - first).days / days, 2), lang.month(m), n % 2 == 1) for n, m in enumerate(shown))


def flat(left: float, right: float, base: float, height: float) -> str:
    """A flat-topped bar."""
    return f"M{left:.5g} {base:g}v{-height:.4g}h{right - left:.4g}v{height:.4g}z"


def pointed(left: float, right: float, base: float, height: float) -> str:
    """A bar with a pointed top."""
    tip, half = min(4.0, height), (right - left) / 2
    side = height - tip
    return f"M{left:.5g} {base:g}v{-side:.4g}l{half:.4g} {-tip:.4g}l{half:.4g} {tip:.4g}v{side:.4g}z"


def rounded(left: float, right: float, base: float, height: float) -> str:
    """A bar with a round top."""
    radius, wide = min(4.0, height), right - left
    side = height - radius
    return f"M{left:.5g} {base:g}v{-side:.4g}a{wide / 2:.4g} {radius:.4g} 0 0 1 {wide:.4g} 0v{side:.4g}z"
