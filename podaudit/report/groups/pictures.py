"""The geometry of the pictures over groups: histograms with the median's interval, and bars of shares with theirs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from podaudit.corpus.figures import Distribution, Share
from podaudit.report.groups.view import Bar, Column, Histogram, Tick

WIDTH, HEIGHT = 720, 132
_LEFT, _RIGHT, _BASE, _TOP = 40, 690, 92, 10
_BINS = 20
ROW = 24
NAMES = 350  # room for the names beside the bars


def _step(span: float) -> float:
    """A width for bins out of 1, 2, 2.5 and 5 times a power of ten, so that at most ``_BINS`` cover the span."""
    size: float = 10 ** math.floor(math.log10(span / _BINS))
    return next(size * m for m in (1, 2, 2.5, 5, 10) if span / (size * m) <= _BINS)


def histogram(
    anchor: str,
    title: str,
    description: str,
    found: Distribution,
    whole: bool,
    upto: float | None,
    show: Callable[[float], str],
) -> Histogram:
    """Draw a distribution that has values. ``whole``: they are whole numbers; ``upto``: 1 for shares, whose axis is fixed."""
    values = found.values
    low, high = (0.0, upto) if upto is not None else (min(0.0, values[0]), values[-1])
    step = _step(max(high - low, 1 if whole else 1e-9))
    step = max(step, 1.0) if whole else step
    first = math.floor(low / step)
    size = max(math.ceil(round(high / step, 9)) - first, 1) + (0 if upto is not None else 1)
    counts = [0] * size
    for value in values:
        counts[min(math.floor(round(value / step, 9)) - first, size - 1)] += 1
    if upto is None and counts[-1] == 0 and size > 1:
        counts.pop()
        size -= 1
    scale = (_RIGHT - _LEFT) / size

    def x_of(value: float) -> float:
        return round(_LEFT + (value / step - first) * scale, 1)

    most = max(counts)
    columns = tuple(
        Column(
            _column(_LEFT + i * scale, scale, (_BASE - _TOP) * n / most),
            _between(show, (first + i) * step, step, whole),
            str(n),
        )
        for i, n in enumerate(counts)
        if n
    )
    every = 4 if upto is not None else -(-size // 8)
    ticks = tuple(Tick(x_of((first + i) * step), show((first + i) * step)) for i in range(0, size + 1, every))
    return Histogram(
        anchor, title, description, WIDTH, HEIGHT, _LEFT, _RIGHT, _BASE, columns, ticks, _whisker(found, x_of)
    )  # fmt: skip


def _between(show: Callable[[float], str], start: float, step: float, whole: bool) -> str:
    if whole and step == 1:
        return show(start)
    return f"{show(start)} – {show(start + step - (1 if whole else 0))}"


def _column(x: float, width: float, height: float) -> str:
    gap = 1.0 if width > 6 else 0.3
    return f"M{x + gap:.1f} {_BASE}v{-max(height, 2):.1f}h{width - 2 * gap:.1f}v{max(height, 2):.1f}z"


def _whisker(found: Distribution, x_of: Callable[[float], float]) -> str:
    """The median as an upright stroke, its interval as a line with ends, beneath the axis."""
    y = _BASE + 28
    path = f"M{x_of(found.median or 0)} {y - 7}v14"
    if found.interval is not None:
        low, high = x_of(found.interval.low), x_of(found.interval.high)
        path += f"M{low} {y}H{high}M{low} {y - 4}v8M{high} {y - 4}v8"
    return path


def bars(found: Sequence[Share]) -> tuple[tuple[Bar, ...], int, tuple[Tick, ...]]:
    """The bars of shares, one beneath the other; the height of them all; and the ticks of their axis in percent."""

    def x_of(share: float) -> float:
        return round(NAMES + share * (_RIGHT - NAMES), 1)

    drawn = []
    for i, share in enumerate(found):
        y = 4 + i * ROW
        middle = y + ROW // 2 - 1
        whisker = ""
        if share.interval is not None:
            low, high = x_of(max(share.interval.low, 0)), x_of(min(share.interval.high, 1))
            whisker = f"M{low} {middle}H{high}M{low} {middle - 4}v8M{high} {middle - 4}v8"
        length = x_of(share.share or 0) - NAMES
        drawn.append(
            Bar(y, middle + 4, f"M{NAMES} {y + 3}h{length:.1f}v{ROW - 8}h{-length:.1f}z" if length else "", whisker)
        )
    ticks = tuple(Tick(x_of(n / 4), f"{25 * n} %") for n in range(5))
    return tuple(drawn), 8 + ROW * len(found), ticks
