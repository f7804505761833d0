"""What the page shows, ready to print: the templates loop over these records and decide nothing.

Every ``Text`` is a translated sentence in pieces; every ``line`` is the line of a message, whose anchor in the page is
``#m`` and that number. Anchors are made of numbers only, never of the chat's own text.
"""

from __future__ import annotations

from dataclasses import dataclass

from podaudit.report.language import Piece, Text
from podaudit.report.pictures import Matrix, Timeline
from podaudit.report.sayings import Saying


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a quoted message; ``marked`` where it decided a label or a rule."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head or of the run's facts."""

    name: str
    value: Text


@dataclass(frozen=True, slots=True)
class Head:
    """Which chat this is, and what was assumed in reading it."""

    title: str  # for the browser's tab: no display marks
    group: str
    named: bool  # the group's name is known; else ``group`` is the file's
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
class EventRow:
    """A membership notice."""

    anchor: str
    line: int
    time: str
    what: Text


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule, and from when until when it stood."""

    anchor: str
    rule: Text
    since: str
    until: Text
    by: Piece
    line: int
    quote: tuple[Segment, ...]
    replaced: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """How often rules were kept, broken or not to be known for a member, and the messages that show them broken."""

    member: Piece
    kept: str
    broken: str
    unknown: str
    where: tuple[Text, ...]  # one per kind of rule


@dataclass(frozen=True, slots=True)
class Record:
    """Who has one status for a call; each name links to the message that decides it."""

    status: str
    name: str
    members: Text


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call and what is on record for it."""

    anchor: str
    line: int
    time: str
    caller: Piece
    beneficiary: Piece | None  # None: the caller's own post
    asks: str
    due: str
    asked: str
    counts: tuple[str, ...]  # in the order of the statuses
    link: str
    why: Saying | None
    records: tuple[Record, ...]  # empty in a large chat
    repeats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatusHead:
    """A status as a column: its class in the pictures, name and meaning."""

    status: str
    name: str
    about: str
    total: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member and the sums of his or her ledger."""

    anchor: str
    name: Piece
    also: Text
    presence: Text
    calls: str
    asked: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """A member who signed off for a while."""

    member: Piece
    since: str
    until: str
    line: int


@dataclass(frozen=True, slots=True)
class Chip:
    """A label on a message, and what decided it."""

    label: str
    group: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class PressureRow:
    """A labelled message."""

    anchor: str
    line: int
    time: str
    actor: Piece
    actor_id: int  # for the filter: the member's number, 0 for none
    target_ids: str
    targets: Text  # empty: the group as a whole
    group: str
    chips: tuple[Chip, ...]
    quote: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """How often a label was found."""

    label: str
    group: str
    group_name: str
    name: str
    about: str
    count: str
    first: str  # anchor of the first message with it


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """How many labelled messages a member wrote, and was named in."""

    member: Piece
    pressing: str
    answering: str
    surrounding: str
    named: str


@dataclass(frozen=True, slots=True)
class Step:
    """A message in a story."""

    line: int
    time: str
    who: Piece | None
    what: Text
    group: str
    quote: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The episodes of one member, and their messages once each, in order."""

    anchor: str
    member: Piece
    episodes: tuple[Text, ...]
    steps: tuple[Step, ...]
    left_out: Text


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """A kind of episode: what it means and how often it was found."""

    name: str
    about: str
    count: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message to or by the reader in the part about her or him."""

    line: int
    time: str
    who: Piece
    labels: str
    quote: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The part about the reader."""

    name: Piece
    sentences: tuple[Text, ...]
    to_me: tuple[Said, ...]
    by_me: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A cited message."""

    line: int
    time: str
    sender: Piece | None
    note: str
    quote: tuple[Segment, ...]
    cites: Text
    doubts: Saying | None  # why it may not be what it seems
    stands: str  # of several exports, where it stands in which


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines that no message could be made of."""

    line: int
    line_end: int
    why: Saying


@dataclass(frozen=True, slots=True)
class View:
    """The whole page."""

    lang: str
    version: str
    head: Head
    is_pod: bool  # at least one call was found
    summary: tuple[Point, ...]
    own: Own | None
    timeline: Timeline | None
    events: tuple[EventRow, ...]
    events_left_out: Text
    rules: tuple[RuleRow, ...]
    checks: tuple[CheckRow, ...]
    calls: tuple[CallRow, ...]
    statuses: tuple[StatusHead, ...]
    asked: str
    compact: bool
    matrix: Matrix | None
    members: tuple[MemberRow, ...]
    absences: tuple[AbsenceRow, ...]
    labels: tuple[LabelRow, ...]
    voices: tuple[VoiceRow, ...]
    pressure: tuple[PressureRow, ...]
    pressure_left_out: Text
    episodes: tuple[EpisodeRow, ...]
    stories: tuple[Story, ...]
    limits: tuple[Text, ...]
    policy: bool
    messages: tuple[MessageRow, ...]
    messages_note: Text
    gaps: tuple[Gap, ...]
    gaps_left_out: Text
    run: tuple[Fact, ...]
    share: tuple[Text, ...] = ()  # what a version to share says of itself; empty: this is the private one
    quoted: tuple[int, ...] = ()  # lines of the messages whose words stand in the page
