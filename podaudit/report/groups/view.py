"""What the page over groups shows, ready to print; the templates loop over these records and decide nothing."""

from __future__ import annotations

from dataclasses import dataclass

from podaudit.report.language import Text
from podaudit.report.view import Fact


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a histogram, and its row in the table."""

    d: str
    label: str
    count: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """How one figure is spread over the groups; ``whisker`` is the path of the median and its interval."""

    anchor: str
    title: str
    description: str
    width: int
    height: int
    left: int
    right: int
    base: int
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    whisker: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure over the groups in which it could be measured, in words."""

    name: str
    about: str
    groups: str
    median: str
    interval: str
    quartiles: str
    range: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A share as a bar and its interval as a whisker."""

    y: int
    text_y: int
    d: str
    whisker: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """In how many groups something is found; ``extra`` holds further cells."""

    name: str
    about: str
    hits: str
    share: str
    interval: str
    extra: tuple[str, ...]
    bar: Bar


@dataclass(frozen=True, slots=True)
class Shares:
    """A table of shares and its picture."""

    anchor: str
    title: str
    unit: str  # heading of the first column
    extra: tuple[str, ...]  # headings of further columns
    rows: tuple[ShareRow, ...]
    width: int
    height: int
    left: int
    base: int
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A rate over all groups together."""

    name: str
    about: str
    of: str
    rate: str
    interval: str


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page; what it has not is empty."""

    anchor: str
    title: str
    intro: tuple[str, ...]
    shares: Shares | None
    pooled: tuple[PooledRow, ...]
    figures: tuple[FigureRow, ...]
    pictures: tuple[Histogram, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure of the literature, and ours beside it."""

    work: str
    source: str
    says: str
    here: str


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A kind of failure and how many exports had it."""

    name: str
    count: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The page."""

    lang: str
    version: str
    title: str
    period: str
    facts: tuple[Fact, ...]
    notes: tuple[Text, ...]
    names_kept: bool
    points: tuple[Text, ...]
    sections: tuple[Section, ...]
    literature: tuple[Reported, ...]
    methods: tuple[str, ...]
    failures: tuple[FailureRow, ...]
    run: tuple[Fact, ...]

    @property
    def tables(self) -> tuple[()]:
        """None of those that the report's style sheet lays out column by column."""
        return ()
