"""What was left after leaving: who came and went, what was said to them before and of them after, what stood open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from podaudit.dynamics.pressing import presses
from podaudit.model import Event, Label
from podaudit.report.labelled import event_text, names, notices
from podaudit.report.language import Piece, Text
from podaudit.report.pressed import left_out
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import CAME, WENT
from podaudit.report.view import Column, Fold, Item, Question, Row, Sort, Table

_EVENTS = 300  # rows of who came and went; above it only who went
_EXITS = 150
_TAKEN_BACK = frozenset({Label.SANCTION, Label.RETALIATION_CALL})


@dataclass(frozen=True, slots=True)
class EventRow:
    """A membership notice."""

    anchor: str
    line: int
    time: str
    what: Text


@dataclass(frozen=True, slots=True)
class Gone:
    """The section: every exit, and the notices."""

    question: Question
    exits: Table | None
    events: tuple[EventRow, ...]
    left_out: Text


def gone(t: Tally) -> Gone:
    """From the notices, the labelled messages and the calls."""
    exits = [m for m in rows(t.audit.dynamics.moves) if m["event"] in (Event.LEFT.value, Event.REMOVED.value)]
    after = {m["line"]: after_exit(t, m["member"], m["line"]) for m in exits}
    events, more = _events(t)
    return Gone(_question(t, exits, after), _exits(t, exits, after), events, more)


def after_exit(t: Tally, member: str, line: int) -> list[dict[str, Any]]:
    """The pressing messages aimed at a member after the notice on ``line``, until the member comes in again."""
    back = next((m["line"] for m in t.membership
                 if m["member"] == member and m["line"] > line and Event(m["event"]) in CAME), None)  # fmt: skip
    return [
        row for row in t.pressure
        if row["line"] > line and (back is None or row["line"] < back) and member in row["targets"]
        and row["actor"] != member and presses(row["labels"], row["actor"], row["targets"])
    ]  # fmt: skip


def _question(t: Tally, exits: list[dict[str, Any]], after: dict[int, list[dict[str, Any]]]) -> Question:
    lang = t.lang
    how = (
        lang.say(
            "Who came and went is read from the app's own notices. Before: pressing messages aimed at the member in the 14 days up to "
            "going. After: pressing messages aimed at the member from then on, among them those that tell of likes or comments taken "
            "back, or ask for it."
        ),
        lang.say(
            "What a member put up and what others said to have given may still stand on LinkedIn, or may have been taken back without "
            "a word: the chat does not show it. Your own archive, which LinkedIn sends on request, shows what stands today; ask for it "
            "before you close the account."
        ),
    )  # fmt: skip
    left, removed = (sum(m["event"] == e.value for m in exits) for e in WENT)
    came = sum(r["event"] in (Event.ADDED, Event.JOINED) for r in t.membership)
    counts = lang.say("The app's own notices show %(parts)s.", parts=lang.listing([
        lang.say_n("%(n)s arrival", "%(n)s arrivals", came, n=lang.number(came)),
        lang.say_n("%(n)s departure", "%(n)s departures", left, n=lang.number(left)),
        lang.say_n("%(n)s removal", "%(n)s removals", removed, n=lang.number(removed)),
    ]))  # fmt: skip
    if not exits:
        return Question((counts,), (), how)
    pressed = sum(m["pressed_before"] > 0 for m in exits)
    spoken = sum(bool(after[m["line"]]) for m in exits)
    taken = sum(any(_TAKEN_BACK & {Label(x) for x in r["labels"]} for r in after[m["line"]]) for m in exits)
    answer = (
        counts,
        lang.say("In %(pressed)s of these %(all)s exits the member had been pressed by name in the 14 days before; in %(spoken)s pressing "
                 "words were aimed at the member afterwards as well, in %(taken)s of them about likes or comments taken back or a "
                 "call to do so.",
                 pressed=t.figure("pressed-before", pressed), all=lang.number(len(exits)), spoken=t.figure("after-exit", spoken),
                 taken=t.figure("taken-back", taken)),
    )  # fmt: skip
    return Question(answer, t.evidence((m["line"] for m in exits), rest="t-exits"), how)


def _exits(t: Tally, exits: list[dict[str, Any]], after: dict[int, list[dict[str, Any]]]) -> Table | None:
    lang = t.lang
    calls: dict[str, list[dt.datetime]] = defaultdict(list)
    for c in t.calls:
        calls[c["beneficiary"] if c["beneficiary"] in t.number else c["caller"]].append(c["time"])
    received = {r["member"]: r for r in rows(t.audit.network.members)}
    held = {row["line"]: row for row in t.membership}
    made = []
    for m in exits[:_EXITS]:
        line, member = m["line"], m["member"]
        t.cite(line)
        before = [x for x in m["lines"] if x != line and (not t.compact or x in t.listed)]
        later = [r for r in after[line] if not t.compact or r["line"] in t.listed]
        items = [
            Item(
                lang.moment(r["time"]),
                (
                    t.line(r["line"]),
                    Piece(" "),
                    t.member(r["actor"]),
                    Piece(lang.gettext(": ") + names(lang, r["labels"])),
                ),
            )
            for r in later
        ]
        put = sum(time <= m["time"] for time in calls[member])
        own = received.get(member)
        got = (
            lang.say("%(n)s of %(all)s", n=lang.number(own["received"]), all=lang.number(own["expected"]))
            if own
            else ()
        )
        made.append(Row((
            (t.line(line),), (Piece(lang.moment(m["time"])),), event_text(t, held[line] | {"member": member, "by": m["by"]}),
            (*((Piece(lang.number(m["pressed_before"])),) if m["pressed_before"] else ()),
             *((Piece(t.lang.gettext(": ")), *t.evidence(before)) if before else ())),
            (Piece(lang.number(put)),), got, (Piece(lang.number(len(after[line]))),) if after[line] else (),
        ), fold=Fold(lang.gettext("what was said after"), tuple(items)) if items else None))  # fmt: skip
    columns = (
        Column(lang.gettext("Line"), Sort.ORDER), Column(lang.gettext("When"), Sort.ORDER), Column(lang.gettext("What")),
        Column(lang.gettext("pressed in the 14 days before")), Column(lang.gettext("own posts put up until then"), Sort.NUMBER),
        Column(lang.gettext("received on record"), Sort.NUMBER), Column(lang.gettext("pressing words after"), Sort.NUMBER),
    )  # fmt: skip
    return Table("exits", lang.gettext("Who left or was removed, in order"), columns, tuple(made), head=2,
                 note=left_out(t, len(exits) - len(made))) if made else None  # fmt: skip


def _events(t: Tally) -> tuple[tuple[EventRow, ...], Text]:
    every = [r for r in t.membership if Event(r["event"]) in (*CAME, *WENT)]
    shown = every if len(every) <= _EVENTS else [r for r in every if Event(r["event"]) in WENT][:_EVENTS]
    made: list[EventRow] = []
    for i, (row, said) in enumerate(notices(t, shown), start=1):
        t.cite(row["line"], t.claim(t.lang.gettext("came and went"), f"#x{i}"))
        made.append(EventRow(f"x{i}", row["line"], t.lang.moment(row["time"]), said))
    return tuple(made), left_out(t, len(every) - len(shown))
