"""The audit counted and indexed once, for all parts of the page; and the quotes that the parts cite."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.lexicon.fold import fold, locate
from podaudit.model import Status
from podaudit.report.language import Language, Piece, Text, plain, visible
from podaudit.report.pictures import OWN
from podaudit.report.terms import ANSWERING, PRESSING, SURROUNDING, primary_group

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.audit import Audit

# Above one of these a chat is large: the page then gives sums per call, quotes no call and no reply, and of the
# labelled messages those that weigh most, once each. The tables hold everything.
COMPACT_FROM = 3000  # obligations
LISTED = 500  # labelled messages
LISTED_COMPACT = 200
CALLS_LISTED = 1200  # calls; above it they stand by week
CITED = 12  # messages linked as evidence of one figure
CITED_COMPACT = 3
_SHORT = 400  # characters of a cited message in a large chat
STATUS_ORDER = tuple(Status)

Row = Mapping[str, Any]


def rows(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The table as plain records; empty cells become None, times ``datetime``."""
    names = list(columns or frame.columns)
    values = []
    for name in names:
        column = frame[name]
        if column.dtype.kind == "M":
            values.append(column.to_numpy().tolist())  # microseconds become ``datetime``, NaT becomes None
        elif column.dtype == object:
            values.append(column.tolist())
        else:
            missing = column.isna().tolist()
            values.append([None if gone else v for v, gone in zip(column.tolist(), missing, strict=True)])
    return [dict(zip(names, record, strict=True)) for record in zip(*values, strict=True)]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as cited: sender None for the app's notices and for gaps."""

    line: int
    time: dt.datetime | None
    sender: str | None
    kind: str
    text: str
    doubts: str


@dataclass(frozen=True, slots=True)
class Obligations:
    """The ledger in parallel arrays: positions of the call, the member and the status, and the deciding line, 0 for none."""

    call: np.ndarray
    member: np.ndarray
    status: np.ndarray
    line: np.ndarray

    def of(self, chosen: np.ndarray) -> Obligations:
        """Some of them."""
        return Obligations(self.call[chosen], self.member[chosen], self.status[chosen], self.line[chosen])

    def __iter__(self) -> Iterator[tuple[int, int, int, int]]:
        """(call, member, status, line) of each."""
        return zip(self.call.tolist(), self.member.tolist(), self.status.tolist(), self.line.tolist(), strict=True)


@dataclass(slots=True)
class Tally:
    """What the parts of the page share. ``cites`` fills as they are built: line -> links back to the claims."""

    lang: Language
    audit: Audit
    compact: bool
    names: list[str]  # alphabetical
    number: dict[str, int]  # name -> 1-based place in ``names``
    calls: list[dict[str, Any]]
    call_anchor: list[str]
    call_counts: np.ndarray  # calls x statuses
    member_counts: np.ndarray  # members x statuses
    ledger: Obligations
    cells: list[bytes]  # per member, a status code per call; 255 not asked
    pressure: list[dict[str, Any]]
    membership: list[dict[str, Any]]
    marks: dict[int, list[str]]  # line -> phrases that decided something
    listed: set[int]  # lines of the labelled messages that the page quotes
    monday: dt.date | None  # of the first week; None without calls
    cites: dict[int, list[Text]] = field(default_factory=lambda: defaultdict(list))
    quoted: set[int] = field(default_factory=set)  # lines of the messages whose words stand in the page
    _held: dict[int, Message] = field(default_factory=dict)

    # Pieces ---------------------------------------------------------------------------------------------------------

    def member(self, name: str, link: bool = True) -> Piece:
        """A name, linked to its row in the ledger where it is a member's."""
        number = self.number.get(name)
        return Piece(visible(name), name=True, href=f"#p{number}" if link and number else "")

    def members(self, names: Iterable[str]) -> Text:
        """Names in alphabetical order."""
        return self.lang.listing([self.member(n) for n in sorted(names, key=alphabetical)])

    def figure(self, key: str, value: int) -> Piece:
        """A number of the summary, marked with its key."""
        return Piece(self.lang.number(value), figure=key)

    def line(self, line: int) -> Piece:
        """A link to a cited message."""
        return Piece(self.lang.number(line), href=f"#m{line}")

    def cite(self, line: int, *claim: Text) -> None:
        """Have the message in the page, with a link back to the claim."""
        if not (self.compact and line in self.listed):  # there the list of labelled messages is where it stands
            self.cites[line].extend(claim)

    def labelled(self, line: int) -> str:
        """The anchor of a labelled message in the list of them."""
        if line not in self.listed:
            return "labelled"
        return f"m{line}" if self.compact else f"q{line}"

    def evidence(self, lines: Iterable[int], claim: Text = (), most: int = 0, rest: str = "") -> Text:
        """Links to the messages on these lines, in order; of many, the first, and how many more there are.

        Each is cited, with ``claim`` as its link back. ``rest`` is the anchor of what leads to all of them
        (in a large chat the lists are shortened, and nothing does).
        """
        every = sorted(set(lines))
        shown = every[: most or (CITED_COMPACT if self.compact else CITED)]
        for line in shown:
            self.cite(line, *([claim] if claim else []))
        links: list[Piece | Text | str] = [self.line(line) for line in shown]
        left = len(every) - len(shown)
        if left:
            more = self.lang.say_n("%(n)s more", "%(n)s more", left, n=self.lang.number(left))
            links.append(Piece(plain(more), href=f"#{rest}") if rest and not self.compact else more)
        return self.lang.listing(links)

    def claim(self, words: str, href: str) -> Text:
        """A link back to what a message is evidence of; ``words`` are translated already."""
        return (Piece(words, href=href),)

    def call_href(self, call: int) -> str:
        """Where a call stands: its own row, or in a very large chat that of its week."""
        if len(self.calls) <= CALLS_LISTED:
            return f"#{self.call_anchor[call]}"
        return f"#w{self.week(self.calls[call]['time'])}"

    def week(self, time: dt.datetime) -> int:
        """The number of the week, counted from the first of the export."""
        assert self.monday, "weeks are counted where there are calls"
        return (time.date() - self.monday).days // 7

    @property
    def wordless(self) -> bool:
        """Whether the page quotes nothing that was written: a version to share."""
        how = self.audit.source.pseudonyms
        return how is not None and how["text"] == "none"

    # Messages -------------------------------------------------------------------------------------------------------

    def fetch(self, lines: Iterable[int]) -> None:
        """Take the messages on these lines out of the table, in one go."""
        wanted = sorted(set(lines) - self._held.keys())
        table = self.audit.messages
        held = table["line"].to_numpy()
        at = np.searchsorted(held, wanted)
        found = [int(i) for i, line in zip(at, wanted, strict=True) if i < len(held) and held[i] == line]
        part = table.iloc[found]
        for row in rows(part, ("line", "time", "member", "kind", "text", "doubts")):
            self._held[row["line"]] = Message(
                row["line"], row["time"], row["member"] or None, row["kind"], row["text"], row["doubts"] or ""
            )

    def message(self, line: int) -> Message | None:
        """The message on a line, if one begins there."""
        if line not in self._held:
            self.fetch([line])
        return self._held.get(line)

    def time(self, line: int) -> dt.datetime | None:
        """When the message on a line was sent."""
        message = self.message(line)
        return message.time if message else None

    def quote(self, line: int, limit: int = 0, phrases: Sequence[str] | None = None) -> Text:
        """The message's words with the deciding phrases marked; around the first of them when longer than ``limit``."""
        message = self.message(line)
        if message is None:
            return ()
        if message.text:
            self.quoted.add(line)
        limit = min(limit or _SHORT, _SHORT) if self.compact else limit
        return segments(message.text, self.marks.get(line, ()) if phrases is None else phrases, limit)


def tally(audit: Audit, lang: Language) -> Tally:
    """Count the audit."""
    names = sorted(audit.members["name"].tolist(), key=alphabetical)
    number = {name: i for i, name in enumerate(names, start=1)}
    calls = rows(audit.calls)
    index = {(c["line"], c["key"]): i for i, c in enumerate(calls)}
    call = np.fromiter(
        (index[k] for k in zip(audit.ledger["call_line"].tolist(), audit.ledger["key"].tolist(), strict=True)), np.int64
    )
    member = np.fromiter((number[m] - 1 for m in audit.ledger["member"].tolist()), np.int64)
    order = {status.value: i for i, status in enumerate(STATUS_ORDER)}
    status = np.fromiter((order[s] for s in audit.ledger["status"].tolist()), np.int64)
    cells = np.full((len(names), len(calls)), 255, np.uint8)
    cells[member, call] = status
    for i, c in enumerate(calls):
        for name in (c["caller"], c["beneficiary"]):
            if name in number:
                cells[number[name] - 1, i] = OWN
    call_counts = np.zeros((len(calls), len(STATUS_ORDER)), np.int64)
    member_counts = np.zeros((len(names), len(STATUS_ORDER)), np.int64)
    np.add.at(call_counts, (call, status), 1)
    np.add.at(member_counts, (member, status), 1)
    lines = audit.ledger["line"].to_numpy(np.int64, na_value=0)
    pressure = rows(audit.pressure)
    compact = len(audit.ledger) > COMPACT_FROM or len(pressure) > LISTED
    marks: dict[int, list[str]] = defaultdict(list)
    for row in pressure:
        for _, held in sorted((row["phrases"] or {}).items()):
            marks[row["line"]].extend(held[:1] if compact else held)
    for line, phrase in zip(audit.rules["line"].tolist(), audit.rules["phrase"].fillna("").tolist(), strict=True):
        if phrase:
            marks[line].append(phrase)
    return Tally(
        lang, audit, compact, names, number, calls, _call_anchors(calls), call_counts, member_counts,
        Obligations(call, member, status, lines),
        [cells[i].tobytes() for i in range(len(names))], pressure, rows(audit.membership), dict(marks),
        _listed(audit, pressure, LISTED_COMPACT if compact else LISTED),
        next((dt.date.fromisoformat(week) for week in audit.load.weeks["week"][:1]), None),
    )  # fmt: skip


def _listed(audit: Audit, pressure: Sequence[Row], most: int) -> set[int]:
    """The lines of the labelled messages to quote: all, or those in an episode first, then those that press by name."""
    if len(pressure) <= most:
        return {row["line"] for row in pressure}
    told = {*audit.episodes["first_line"].tolist(), *audit.episodes["last_line"].tolist()}
    order = (PRESSING, ANSWERING, SURROUNDING)

    def weight(row: Row) -> tuple[bool, bool, int, int]:
        group = order.index(primary_group(row))
        return row["line"] not in told, not (group == 0 and row["targets"]), group, row["line"]

    return {row["line"] for row in sorted(pressure, key=weight)[:most]}


def alphabetical(name: str) -> tuple[str, str]:
    """The key names are ordered by: letters and digits first, case and accents set aside."""
    return fold(re.sub(r"^\W+", "", name)), name


def _call_anchors(calls: Sequence[Row]) -> list[str]:
    seen: dict[int, int] = defaultdict(int)
    anchors = []
    for c in calls:
        seen[c["line"]] += 1
        anchors.append(f"c{c['line']}" + (f"-{seen[c['line']]}" if seen[c["line"]] > 1 else ""))
    return anchors


def segments(text: str, phrases: Iterable[str], limit: int = 0) -> Text:
    """Cut ``text`` at the phrases (given as matched on the folded text); shorten to ``limit`` characters when not 0."""
    spans = _merge(span for phrase in phrases for span in _whole(text, locate(text, phrase)))
    begin, end = 0, len(text)
    if limit and len(text) > limit:
        begin = _word_start(text, max(0, spans[0][0] - limit // 3)) if spans and spans[0][1] > limit else 0
        end = min(len(text), begin + limit)
    made: list[Piece] = [Piece("… ")] if begin else []
    at = begin
    for span in spans:
        start, stop = max(span[0], begin), min(span[1], end)
        if stop <= start:
            continue
        if start > at:
            made.append(Piece(visible(text[at:start])))
        made.append(Piece(visible(text[start:stop]), mark=True))
        at = stop
    if end < len(text):
        cut = text.rfind(" ", at, end)
        made.append(Piece(visible(text[at : cut if cut > end - 30 else end]).rstrip() + " …"))
    elif at < end:
        made.append(Piece(visible(text[at:end])))
    return tuple(made)


def _whole(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of the places where some words stand those that are no part of a longer word; all, where there is no such place."""
    apart = [
        (start, stop)
        for start, stop in spans
        if not (text[:start][-1:].isalnum() and text[start].isalnum())
        and not (text[stop - 1].isalnum() and text[stop : stop + 1].isalnum())
    ]
    return apart or spans


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", at, at + 30)
    at = space + 1 if space >= 0 else at
    while at and unicodedata.combining(text[at]):
        at -= 1
    return at
