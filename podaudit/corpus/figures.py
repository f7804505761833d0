"""Figures over groups, out of the rows of GROUPS. Pure; what a group cannot show is left out of the figure and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from podaudit.corpus.intervals import Interval, of_median, of_pooled
from podaudit.dynamics.named import wilson

Group = Mapping[str, Any]  # a row of GROUPS, as corpus.parquet.from_parquet gives it


@dataclass(frozen=True, slots=True)
class Distribution:
    """One figure over the groups in which it could be measured; quartiles by linear interpolation."""

    values: tuple[float, ...]  # rising
    unmeasured: int  # groups without it
    median: float | None
    interval: Interval | None  # of the median
    quartiles: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many groups, those in which something is found."""

    hits: int
    cases: int
    interval: Interval | None  # Wilson

    @property
    def share(self) -> float | None:
        return self.hits / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Pooled:
    """A rate over all groups together: the sum of the parts over the sum of the wholes."""

    part: float
    whole: float
    groups: int  # with a whole above 0
    interval: Interval | None

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


def pods(groups: Iterable[Group]) -> list[Group]:
    """The groups with at least one call; a group without any asked nothing of anybody."""
    return [group for group in groups if group["calls"] != 0]


def distribution(groups: Sequence[Group], name: str) -> Distribution:
    """Of a column of numbers."""
    values = sorted(float(group[name]) for group in groups if group[name] is not None)
    low, middle, high = np.percentile(values, (25, 50, 75)).tolist() if values else (None, None, None)
    quartiles = None if low is None or high is None else (low, high)
    return Distribution(tuple(values), len(groups) - len(values), middle, of_median(values), quartiles)


def of_map(groups: Sequence[Group], name: str, key: str) -> Distribution:
    """Of what a column of mappings holds under ``key``; a group whose mapping has it not counts as 0."""
    return distribution([{key: group[name].get(key, 0)} for group in groups], key)


def share(groups: Sequence[Group], name: str, key: str) -> Share:
    """In how many groups a column of mappings has ``key``; a count held back is above 0."""
    hits = sum(group[name].get(key, 0) != 0 for group in groups)
    if not groups:
        return Share(0, 0, None)
    return Share(hits, len(groups), Interval(*wilson(hits, len(groups))))


def pooled(groups: Sequence[Group], part: str, whole: str) -> Pooled:
    """Of two columns of counts; groups in which either is held back are left out."""
    known = [(g[part], g[whole]) for g in groups if g[part] is not None and g[whole]]
    parts, wholes = [p for p, _ in known], [w for _, w in known]
    return Pooled(sum(parts), sum(wholes), len(known), of_pooled(parts, wholes))
