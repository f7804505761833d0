"""What the page shows, ready to print: the templates loop over these records and decide nothing.

Every ``Text`` is a translated sentence in pieces; every ``line`` is the line of a message, whose anchor in the page is
``#m`` and that number. Anchors are made of numbers and our own words only, never of the chat's text. Here stands what
several sections share; what one section alone holds is declared in its own module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from podaudit.report.language import Piece, Text
from podaudit.report.sayings import Saying

if TYPE_CHECKING:
    from podaudit.report.archive import Archive
    from podaudit.report.asked import Asked
    from podaudit.report.circle import Circle
    from podaudit.report.cost import Cost
    from podaudit.report.given import Given
    from podaudit.report.gone import Gone
    from podaudit.report.messages import Messages
    from podaudit.report.own import Own
    from podaudit.report.pressed import Pressed
    from podaudit.report.reading import Reading
    from podaudit.report.record import OnRecord
    from podaudit.report.ruled import Ruled
    from podaudit.report.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Question:
    """What every section begins and ends with."""

    answer: tuple[Text, ...]  # one or two sentences, with counts and what they are counted out of
    evidence: Text  # links to the messages behind it
    how: tuple[Text, ...]  # how it was worked out


# ------------------------------------------------------------------------------------------------------------- tables


class Sort(StrEnum):
    """How a column sorts: by its words, by its number, or as the rows came (times, in order already)."""

    TEXT = "text"
    NUMBER = "number"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, how it sorts, and what the heading means."""

    name: str
    sort: Sort = Sort.TEXT
    about: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a fold: a term and what it holds; ``mark`` names a status."""

    term: str
    text: Text
    anchor: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """What stands folded under a row."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a cell for each column."""

    cells: tuple[Text, ...]
    anchor: str = ""
    mark: str = ""
    quote: Text = ()  # words of a message, under the row's heading
    fold: Fold | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``head`` is the column that names a row."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    head: int = 0
    foot: tuple[Text, ...] = ()
    note: Text = ()  # what is left out


# ------------------------------------------------------------------------------------------------------ shared records


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head or of the run's facts."""

    name: str
    value: Text


@dataclass(frozen=True, slots=True)
class Head:
    """Which chat this is, and what was assumed in reading it."""

    title: str  # for the browser's tab: no display marks
    group: str  # or the file's name, where the group's is not known
    period: str
    facts: tuple[Fact, ...]
    warnings: tuple[Saying, ...]
    assumptions: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence of the summary and where its evidence stands."""

    text: Text
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class StatusHead:
    """A status: its class in the pictures, its name and its meaning."""

    status: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A label on a message, and what decided it."""

    label: str
    group: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message with what was found in it; ``anchor`` is empty where it is quoted once more."""

    anchor: str
    line: int
    time: str
    who: Piece | None  # None: a notice by the app
    to: Text
    group: str  # presses, speaks back, surrounds; empty without a label
    people: str  # for the filter: the numbers of who wrote it and who is meant
    quote: Text
    chips: tuple[Chip, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines that no message could be made of."""

    line: int
    line_end: int
    why: Saying


@dataclass(frozen=True, slots=True)
class View:
    """The whole page, in the order of its sections."""

    lang: str
    version: str
    head: Head
    is_pod: bool  # at least one call was found
    summary: tuple[Point, ...]
    people: tuple[str, ...]  # the members' names, alphabetical, for the filter
    statuses: tuple[StatusHead, ...]
    own: Own | None
    asked: Asked
    ruled: Ruled
    cost: Cost | None
    reading: Reading | None
    record: OnRecord
    pressed: Pressed
    spoken: Spoken
    given: Given | None
    circle: Circle | None
    gone: Gone
    policy: bool
    limits: tuple[Text, ...]
    messages: Messages
    gaps: tuple[Gap, ...]
    gaps_left_out: Text
    run: tuple[Fact, ...]
    full_log: str  # all messages, compressed; empty where they were not asked for
    archive: Archive | None
    corrections: Table | None
    share: tuple[Text, ...] = ()  # what a version to share says of itself; empty: this is the private one
    quoted: tuple[int, ...] = ()  # lines of the messages whose words stand in the page

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables of the page, for the style sheet."""
        return tuple(_tables(self))


def _tables(record: object) -> Iterator[Table]:
    if isinstance(record, Table):
        yield record
    elif is_dataclass(record):
        for field in fields(record):
            yield from _tables(getattr(record, field.name))
