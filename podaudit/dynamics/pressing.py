"""Pressure in time and among people: who presses whom, when, and what came after. Sequences and shares, never causes.

*Pressing* is a message with one of the labels of ``PRESSING``, unless it is aimed at nobody but its own writer: who reports a
penalty or a threat that befell him or her presses nobody, though it counts as aimed at that member. A *naming* is one of those
of ``NAMING_LABELS`` with a target. A call is *open* for a member from when it is made until the member reports it done, seven
days (codebook section 3) or until he or she leaves.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.dynamics.measures import PARTS, SATURDAY, ratio
from podaudit.dynamics.named import FOLLOWED, GAPS, NAMING_LABELS, NAMINGS, Press, followed, gaps, namings
from podaudit.dynamics.opened import Opened
from podaudit.model import REPORTED, Column, Event, Label, Schema, rows, times

if TYPE_CHECKING:
    import pandas as pd

PRESSING = (
    Label.REMINDER, Label.DEMAND, Label.GUILT, Label.SHAMING, Label.THREAT, Label.SANCTION, Label.RETALIATION_CALL,
    Label.INSULT,
)  # fmt: skip
__all__ = ["NAMING_LABELS", "PRESSING", "Dynamics", "dynamics"]

ANSWERED = dt.timedelta(days=7)  # within which words of dissent may be answered, as in the episode ``silenced``
WENT = dt.timedelta(days=14)  # within which somebody may go, as in the episode ``driven_out``
_DAY = dt.timedelta(days=1)

_LINES = Column("lines", "list", "lines it rests on", of="int")
PAIRS = Schema("dynamics_pairs", (
    Column("actor", "str", "who wrote it"),
    Column("target", "str?", "whom it is aimed at; empty = the group as a whole"),
    Column("messages", "int", "pressing messages"),
    Column("labels", "map", "pressing label -> messages", of="int"),
    _LINES,
), "Who presses whom: a row for each writer and target of pressing messages.")  # fmt: skip
PEOPLE = Schema("dynamics_members", (
    Column("member", "str", "a member who pressed, was pressed, or was ever as far behind as somebody named"),
    Column("admin", "bool", "founder, or made admin by then or later, as far as notices say"),
    Column("wrote", "int", "pressing messages written"),
    Column("wrote_labels", "map", "pressing label -> messages", of="int"),
    Column("aimed_at", "int", "pressing messages aimed at the member"),
    Column("aimed_at_labels", "map", "pressing label -> messages", of="int"),
    Column("behind", "int", "namings at which the member had at least as many open calls as somebody named"),
    Column("named", "int", "of these, in which the member was named"),
    _LINES,
), "Members in pressing messages, as writers and as those aimed at.")  # fmt: skip
HOURS = Schema("dynamics_hours", (
    Column("weekday", "int", "0 = Monday", unit="day of the week"),
    Column("hour", "int", "0 to 23, local time", unit="hour of the day"),
    Column("calls", "int", "calls made"),
    Column("pressing", "int", "pressing messages"),
), "Calls and pressing messages by weekday and hour.")  # fmt: skip
WEEKS = Schema("dynamics_weeks", (
    Column("week", "str", "ISO date of its Monday; every week of the export from the first message to the last"),
    Column("calls", "int", "calls made"),
    Column("pressing", "int", "pressing messages"),
    Column("per_call", "float?", "pressing messages per call; null without calls", unit="messages per call"),
    Column("labels", "map", "label, of any kind -> messages", of="int"),
    Column("lines", "list", "lines of the pressing messages", of="int"),
), "Calls and labels by calendar week.")  # fmt: skip
MONTHS = Schema("dynamics_months", (
    Column("month", "str", "YYYY-MM; every month of the export"),
    Column("calls", "int", "calls made"),
    Column("asked", "int", "obligations: rows of the ledger"),
    Column("done", "int", "of these confirmed or late"),
    Column("share_done", "float?", "done / asked; null where nobody was asked", unit="share of 1"),
    Column("rules", "int", "rules laid down"),
    Column("pressing", "int", "pressing messages"),
    Column("entered", "int", "members created, added or joined"),
    Column("left", "int", "members who left"),
    Column("removed", "int", "members who were removed"),
), "What was asked, said and pressed, and who came and went, by month.")  # fmt: skip
DISSENT = Schema("dynamics_dissent", (
    Column("line", "int", "line of a message with the label dissent", unit="line of the export"),
    Column("time", "time", "local time of it"),
    Column("member", "str", "who wrote it"),
    Column("after", "list", "list of {line, what, by}: pressing labels aimed at the member within 7 days, going within 14",
           of=(("line", "int"), ("what", "str"), ("by", "str?"))),
    _LINES,
), "Messages of dissent, with what came after them.")  # fmt: skip
MOVES = Schema("dynamics_moves", (
    Column("line", "int", "line of the notice", unit="line of the export"),
    Column("time", "time", "local time of it"),
    Column("event", "str", "created, added, joined, left or removed",
           values=(Event.CREATED, Event.ADDED, Event.JOINED, Event.LEFT, Event.REMOVED)),
    Column("member", "str", "whom it befell"),
    Column("by", "str?", "who did it, where the notice says so"),
    Column("pressed_before", "int", "pressing messages aimed at the member in the 14 days before"),
    _LINES,
), "Who came and went, and how much pressure came before.")  # fmt: skip


TABLES = (PAIRS, PEOPLE, HOURS, WEEKS, MONTHS, NAMINGS, FOLLOWED, GAPS, DISSENT, MOVES)


def presses(labels: Sequence[str], actor: str, targets: Sequence[str]) -> bool:
    """Whether the writer of a message with these labels and targets presses somebody by it."""
    return list(targets) != [actor] and any(x in labels for x in PRESSING)


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The tables above, and figures by name: plain numbers, null where nothing can be measured."""

    pairs: pd.DataFrame
    members: pd.DataFrame
    hours: pd.DataFrame
    weeks: pd.DataFrame
    months: pd.DataFrame
    namings: pd.DataFrame
    after_naming: pd.DataFrame
    gap: pd.DataFrame
    dissent: pd.DataFrame
    moves: pd.DataFrame
    figures: Mapping[str, Any]


def dynamics(
    calls: pd.DataFrame,
    rules: pd.DataFrame,
    replies: pd.DataFrame,
    ledger: pd.DataFrame,
    pressure: pd.DataFrame,
    members: pd.DataFrame,
    membership: pd.DataFrame,
    first: dt.datetime | None,
    last: dt.datetime | None,
) -> Dynamics:
    """How pressure is spread over people and time, and what came after, given the tables of an audit and the export's ends."""
    told = [
        Press(r.line, r.time, r.actor, kept, tuple(r.targets))
        for r in rows(pressure)
        if (kept := tuple(x for x in PRESSING if x in r.labels))
    ]
    aimed: dict[str, list[Press]] = defaultdict(list)
    by_others: dict[str, list[Press]] = defaultdict(list)
    for p in told:
        for target in p.targets:
            aimed[target].append(p)
            if target != p.actor:
                by_others[target].append(p)
    pressing = [p for p in told if presses(p.labels, p.actor, p.targets)]
    opened = Opened.of(calls, replies, ledger, members)
    admins = set(membership.loc[membership["event"].isin([Event.CREATED, Event.ADMIN]), "member"].dropna())
    passed_over = list(gaps(pressing, opened))
    named = [n for p in pressing for n in namings(p, opened)]
    people = _people(pressing, aimed, passed_over, admins)
    return Dynamics(
        pairs=PAIRS.frame(_pairs(pressing)),
        members=PEOPLE.frame(people),
        hours=HOURS.frame(_hours(calls, pressing)),
        weeks=WEEKS.frame(_weeks(calls, pressure, pressing, first, last)),
        months=MONTHS.frame(_months(calls, ledger, rules, pressing, membership, first, last)),
        namings=NAMINGS.frame(named),
        after_naming=FOLLOWED.frame(followed(named, opened, first, last)),
        gap=GAPS.frame(passed_over),
        dissent=DISSENT.frame(_dissent(pressure, by_others, membership)),
        moves=MOVES.frame(_moves(membership, by_others)),
        figures=_figures(calls, pressure, pressing, members, admins, passed_over),
    )


# ------------------------------------------------------------------------------------------------------ people and times


def _pairs(pressing: Sequence[Press]) -> Iterable[dict[str, Any]]:
    found: dict[tuple[str, str], list[Press]] = defaultdict(list)
    for p in pressing:
        for target in p.targets or ("",):
            found[p.actor, target].append(p)
    for (actor, target), own in sorted(found.items()):
        yield {
            "actor": actor, "target": target or None, "messages": len(own), "labels": _labels(own),
            "lines": [p.line for p in own],
        }  # fmt: skip


def _labels(pressing: Iterable[Press]) -> dict[str, int]:
    counts = Counter(x for p in pressing for x in p.labels)
    return {x.value: counts[x] for x in PRESSING if counts[x]}


def _people(
    pressing: Sequence[Press],
    aimed: Mapping[str, Sequence[Press]],
    gaps: Sequence[Mapping[str, Any]],
    admins: set[str],
) -> Iterable[dict[str, Any]]:
    wrote: dict[str, list[Press]] = defaultdict(list)
    for p in pressing:
        wrote[p.actor].append(p)
    named = Counter(m for g in gaps for m in g["named"])
    not_named = Counter(m for g in gaps for m in g["not_named"])
    for member in sorted({*wrote, *aimed, *not_named}):
        own, on = wrote.get(member, []), aimed.get(member, ())
        yield {
            "member": member, "admin": member in admins, "wrote": len(own), "wrote_labels": _labels(own),
            "aimed_at": len(on), "aimed_at_labels": _labels(on),
            "behind": named[member] + not_named[member], "named": named[member],
            "lines": sorted({p.line for p in (*own, *on)}),
        }  # fmt: skip


def _hours(calls: pd.DataFrame, pressing: Sequence[Press]) -> Iterable[tuple[int, int, int, int]]:
    made, pressed = Counter(_hour(t) for t in times(calls)), Counter(_hour(p.time) for p in pressing)
    for at in sorted({*made, *pressed}):
        yield *at, made[at], pressed[at]


def _hour(time: dt.datetime) -> tuple[int, int]:
    return time.weekday(), time.hour


def _week(time: dt.datetime) -> str:
    return _week_of(time.date())


@lru_cache(maxsize=1 << 12)
def _week_of(day: dt.date) -> str:
    return (day - dt.timedelta(days=day.weekday())).isoformat()


def _month(time: dt.datetime) -> str:
    return f"{time.year:04}-{time.month:02}"


def _days(first: dt.datetime | None, last: dt.datetime | None) -> Iterable[dt.datetime]:
    """The days from the first to the last message."""
    if first is not None and last is not None:
        for n in range((last.date() - first.date()).days + 1):
            yield first + n * _DAY


def _weeks(
    calls: pd.DataFrame,
    pressure: pd.DataFrame,
    pressing: Sequence[Press],
    first: dt.datetime | None,
    last: dt.datetime | None,
) -> Iterable[dict[str, Any]]:
    made = Counter(map(_week, times(calls)))
    lines: dict[str, list[int]] = defaultdict(list)
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for p in pressing:
        lines[_week(p.time)].append(p.line)
    for r in rows(pressure):
        labels[_week(r.time)].update(r.labels)
    for week in sorted({*map(_week, _days(first, last)), *made, *labels}):
        yield {
            "week": week, "calls": made[week], "pressing": len(lines[week]), "per_call": ratio(len(lines[week]), made[week]),
            "labels": {x.value: labels[week][x] for x in Label if labels[week][x]}, "lines": lines[week],
        }  # fmt: skip


def _months(
    calls: pd.DataFrame,
    ledger: pd.DataFrame,
    rules: pd.DataFrame,
    pressing: Sequence[Press],
    membership: pd.DataFrame,
    first: dt.datetime | None,
    last: dt.datetime | None,
) -> Iterable[dict[str, Any]]:
    made, laid, pressed = (Counter(map(_month, x)) for x in (times(calls), times(rules), [p.time for p in pressing]))
    month_of = dict(zip(calls["line"].tolist(), map(_month, times(calls)), strict=True))
    months = ledger["call_line"].map(month_of)
    asked = Counter(months.value_counts().to_dict())
    done = Counter(months[ledger["status"].isin(REPORTED)].value_counts().to_dict())
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for r in rows(membership):
        what = "entered" if r.event in (Event.CREATED, Event.ADDED, Event.JOINED) else r.event
        went[_month(r.time)][what] += 1
    for month in sorted({*map(_month, _days(first, last)), *made, *pressed}):
        yield {
            "month": month, "calls": made[month], "asked": asked[month], "done": done[month],
            "share_done": ratio(done[month], asked[month]), "rules": laid[month], "pressing": pressed[month],
            "entered": went[month]["entered"], "left": went[month][Event.LEFT], "removed": went[month][Event.REMOVED],
        }  # fmt: skip


class _Received:
    """What is aimed at one member, in order of line."""

    def __init__(self, presses: Sequence[Press] = ()) -> None:
        self._presses = presses
        self._lines = np.array([p.line for p in presses], np.int64)
        self._times = np.array([p.time for p in presses], "datetime64[us]")

    def after(self, line: int, until: dt.datetime) -> Iterable[Press]:
        return map(self._presses.__getitem__, ((self._lines > line) & (self._times <= until)).nonzero()[0].tolist())

    def before(self, line: int, since: dt.datetime) -> Iterable[Press]:
        return map(self._presses.__getitem__, ((self._lines < line) & (self._times >= since)).nonzero()[0].tolist())


def _dissent(
    pressure: pd.DataFrame, aimed: Mapping[str, Sequence[Press]], membership: pd.DataFrame
) -> Iterable[dict[str, Any]]:
    gone: dict[str, list[Any]] = defaultdict(list)
    for g in rows(membership):
        if g.event in (Event.LEFT, Event.REMOVED) and g.member is not None:
            gone[g.member].append(g)
    received = {member: _Received(own) for member, own in aimed.items()}
    for r in rows(pressure):
        if Label.DISSENT not in r.labels:
            continue
        after = [
            {"line": p.line, "what": x.value, "by": p.actor}
            for p in received.get(r.actor, _Received()).after(r.line, r.time + ANSWERED)
            for x in PRESSING if x in p.labels
        ]  # fmt: skip
        after += [
            {"line": g.line, "what": g.event, "by": g.by}
            for g in gone[r.actor] if g.line > r.line and g.time - r.time <= WENT
        ]  # fmt: skip
        after.sort(key=lambda a: a["line"])
        yield {
            "line": r.line, "time": r.time, "member": r.actor, "after": after,
            "lines": list(dict.fromkeys([r.line, *(a["line"] for a in after)])),
        }  # fmt: skip


def _moves(membership: pd.DataFrame, aimed: Mapping[str, Sequence[Press]]) -> Iterable[dict[str, Any]]:
    moves = (Event.CREATED, Event.ADDED, Event.JOINED, Event.LEFT, Event.REMOVED)
    received = {member: _Received(own) for member, own in aimed.items()}
    for r in rows(membership):
        if r.event in moves and r.member is not None:
            own = [p.line for p in received.get(r.member, _Received()).before(r.line, r.time - WENT)]
            yield {
                "line": r.line, "time": r.time, "event": r.event, "member": r.member, "by": r.by,
                "pressed_before": len(own), "lines": [*own, r.line],
            }  # fmt: skip


def _figures(
    calls: pd.DataFrame,
    pressure: pd.DataFrame,
    pressing: Sequence[Press],
    members: pd.DataFrame,
    admins: set[str],
    gaps: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    counts = Counter(x for labels in pressure["labels"].tolist() for x in labels)
    part_of = {hour: part for part, hours in PARTS.items() for hour in hours}
    parts = Counter(part_of[p.time.hour] for p in pressing)
    weekend = sum(p.time.weekday() >= SATURDAY for p in pressing)
    wrote, aimed = Counter(p.actor for p in pressing), Counter(t for p in pressing for t in p.targets)
    names = set(members["name"].tolist())

    def role(whom: set[str]) -> dict[str, Any]:
        n, by, at = len(whom), sum(wrote[m] for m in whom), sum(aimed[m] for m in whom)
        return {"members": n, "wrote": by, "aimed_at": at, "wrote_each": ratio(by, n), "aimed_at_each": ratio(at, n)}

    return {
        "labelled": len(pressure), "pressing": len(pressing), "calls": len(calls),
        "pressing_per_call": ratio(len(pressing), len(calls)),
        "labels": {x.value: counts[x] for x in Label if counts[x]},
        "parts_of_day": {part: parts[part] for part in PARTS}, "weekend": weekend,
        "admins": role(names & admins), "members": role(names - admins),
        "as_far_behind": sum(len(g["named"]) + len(g["not_named"]) for g in gaps),
        "of_these_named": sum(len(g["named"]) for g in gaps),
    }  # fmt: skip
