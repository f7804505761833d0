"""The reader's own file: what she or he was asked, gave and received, what was said to her or him, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from podaudit.model import REPORTED, Event, Status
from podaudit.report import pictures
from podaudit.report.cost import WeekBars, minutes_each
from podaudit.report.gone import after_exit
from podaudit.report.labelled import event_text, quoted
from podaudit.report.language import Piece, Text
from podaudit.report.pressed import left_out
from podaudit.report.spoken import episode
from podaudit.report.tally import STATUS_ORDER, Tally, alphabetical, rows
from podaudit.report.terms import ASKS, STATUSES, WENT
from podaudit.report.view import Column, Quoted, Row, Sort, Table

_SAID, _SAID_COMPACT = 200, 20  # messages of each kind
_CALLS, _CALLS_COMPACT = 600, 60  # rows
_ANSWERED = dt.timedelta(days=7)  # a message of one's own that late is no answer any more


@dataclass(frozen=True, slots=True)
class Own:
    """The part about the reader."""

    name: Piece
    sentences: tuple[Text, ...]
    bars: WeekBars | None
    weeks: Table | None
    calls: Table | None
    ties: Table | None
    to_me: tuple[Quoted, ...]
    by_me: tuple[Quoted, ...]
    after: tuple[Quoted, ...]
    has_left: bool


def own(t: Tally, me: str) -> Own:
    """The file of the member ``me``."""
    exits = [m for m in t.membership if m["member"] == me and Event(m["event"]) in WENT]
    most = _SAID_COMPACT if t.compact else _SAID
    later = {r["line"]: r for m in exits for r in after_exit(t, me, m["line"])}
    to_me = [r for r in t.pressure if me in r["targets"] and r["actor"] != me and r["line"] not in later]
    by_me = [r for r in t.pressure if r["actor"] == me]
    mine = t.ledger.of(np.flatnonzero(t.ledger.member == t.number[me] - 1))
    claim = t.claim(t.lang.gettext("About you"), "#own")
    for row in [*to_me[:most], *by_me[:most], *list(later.values())[:most]]:
        t.cite(row["line"], claim)
    for m in exits:
        t.cite(m["line"], claim)
    bars, weeks = _weeks(t, mine)
    return Own(
        t.member(me), _sentences(t, me, exits, len(to_me), len(by_me), len(later)), bars, weeks, _calls(t, mine), _ties(t, me),
        tuple(quoted(t, r, notes=_next(t, me, r)) for r in to_me[:most]), tuple(quoted(t, r) for r in by_me[:most]),
        tuple(quoted(t, r) for r in list(later.values())[:most]), bool(exits),
    )  # fmt: skip


def _sentences(t: Tally, me: str, exits: list[dict[str, Any]], to_me: int, by_me: int, later: int) -> tuple[Text, ...]:
    lang, number = t.lang, t.number[me] - 1
    counts = dict(zip(STATUS_ORDER, t.member_counts[number].tolist(), strict=True))
    asked, made = sum(counts.values()), sum(c["caller"] == me for c in t.calls)
    told = [lang.say_n("You made %(n)s call.", "You made %(n)s calls.", made, n=t.figure("own-calls", made))]
    if not asked:
        told.append(lang.say("No call was put to you while you were in the group."))
    else:
        askers = sorted({c["caller"] for c, cell in zip(t.calls, t.cells[number], strict=True) if cell < len(STATUS_ORDER)},
                        key=alphabetical)  # fmt: skip
        done = sum(counts[s] for s in REPORTED)
        told += [
            lang.say_n("You were asked %(n)s time, by %(members)s.", "You were asked %(n)s times, by %(members)s.", asked,
                       n=t.figure("own-asked", asked), members=t.members(askers)),
            lang.say(
                "Of those %(asked)s requests, %(recorded)s have something of yours on record, %(done)s of them that it was done; for "
                "%(silent)s the chat holds nothing.",
                asked=lang.number(asked), recorded=t.figure("own-recorded", asked - counts[Status.SILENT]),
                done=t.figure("own-done", done), silent=t.figure("own-silent", counts[Status.SILENT]),
            ),
            lang.say("At %(each)s for each, that is %(hours)s hours asked and %(done)s hours for what you said was done.",
                     each=minutes_each(t), hours=Piece(lang.decimal(asked * t.audit.load.minutes_each / 60), figure="own-hours"),
                     done=lang.decimal(done * t.audit.load.minutes_each / 60)),
        ]  # fmt: skip
    got = next((r for r in rows(t.audit.network.members) if r["member"] == me), None)
    if got and got["expected"]:
        told.append(lang.say(
            "For your own posts others were asked %(expected)s times; for %(received)s of these “done” is on record.",
            expected=t.figure("own-expected", got["expected"]), received=t.figure("own-received", got["received"]),
        ))  # fmt: skip
    told.append(
        lang.say_n(
            "%(n)s labelled message names you.",
            "%(n)s labelled messages name you.",
            to_me,
            n=t.figure("own-named", to_me),
        )
    )
    for m in exits:
        told.append(lang.say(
            "%(event)s on %(date)s, line %(line)s.", event=event_text(t, m), date=lang.date(m["time"]), line=t.line(m["line"]),
        ))  # fmt: skip
    if exits:
        told.append(lang.say_n(
            "After that %(n)s pressing message is aimed at you.", "After that %(n)s pressing messages are aimed at you.", later,
            n=t.figure("own-after", later),
        ))  # fmt: skip
    for row in rows(t.audit.episodes):
        if row["member"] == me:
            told.append(episode(t, row))
    most = _SAID_COMPACT if t.compact else _SAID
    if max(to_me, by_me, later) > most:
        told.append(lang.say("The first %(n)s of each stand below.", n=lang.number(most)))
    return tuple(told)


def _next(t: Tally, me: str, row: dict[str, Any]) -> tuple[Text, ...]:
    """What the reader wrote next after a message, whatever it was about."""
    table = t.audit.messages
    own = table["line"].to_numpy()[(table["member"] == me).to_numpy()]
    at = int(np.searchsorted(own, row["line"], "right"))
    if at == len(own):
        return (t.lang.say("You wrote nothing after it."),)
    line = int(own[at])
    message = t.message(line)
    if message is None or message.time is None or message.time - row["time"] > _ANSWERED:
        return (t.lang.say("You wrote nothing in the seven days after it."),)
    t.cite(line, t.claim(t.lang.gettext("About you"), "#own"))
    words = tuple(Piece(p.text, name=True) for p in t.quote(line, 160))
    return (t.lang.say("Your next message, line %(line)s: “%(words)s”", line=t.line(line), words=words),)


def _weeks(t: Tally, mine: Any) -> tuple[WeekBars | None, Table | None]:
    if not len(mine.call) or t.monday is None:
        return None, None
    lang = t.lang
    asked: Counter[int] = Counter()
    done: Counter[int] = Counter()
    for call, _, status, _ in mine:
        week = t.week(t.calls[call]["time"])
        asked[week] += 1
        done[week] += STATUS_ORDER[status] in REPORTED
    counts = [(asked[n], done[n]) for n in range(len(t.audit.load.weeks))]
    made = tuple(
        Row((
            (Piece(lang.date(t.monday + dt.timedelta(days=7 * n), short=True), href=f"#w{n}"),), (Piece(lang.number(asked[n])),),
            (Piece(lang.number(done[n])),), (Piece(lang.decimal(asked[n] * t.audit.load.minutes_each / 60)),),
        ))
        for n in sorted(asked)
    )  # fmt: skip
    columns = (
        Column(lang.gettext("Week of"), Sort.ORDER), Column(lang.gettext("Requests"), Sort.NUMBER),
        Column(lang.gettext("said to be done"), Sort.NUMBER), Column(lang.gettext("Hours"), Sort.NUMBER),
    )  # fmt: skip
    return WeekBars(*pictures.weeks(lang, t.monday, counts)), Table(
        "ownweeks", lang.gettext("Your weeks"), columns, made
    )


def _calls(t: Tally, mine: Any) -> Table | None:
    lang, made = t.lang, []
    held = list(mine)
    for call, _, status, line in held[: _CALLS_COMPACT if t.compact else _CALLS]:
        c, kind = t.calls[call], STATUS_ORDER[status]
        if line and not t.compact:
            t.cite(line, t.claim(lang.gettext("About you"), "#own"))
        if not t.compact:
            t.cite(c["line"])
        made.append(Row((
            (t.line(c["line"]) if not t.compact else Piece(lang.number(c["line"]), href=t.call_href(call)),),
            (Piece(lang.moment(c["time"])),), (t.member(c["caller"]),),
            (Piece(", ".join(lang.gettext(ASKS[a]) for a in c["asks"]) or "–"),),
            (Piece(lang.due(c["due"], c["time"]) if c["due"] else "–"),), (Piece(lang.gettext(STATUSES[kind][0])),),
            (Piece(lang.number(line)) if t.compact else t.line(line),) if line else (),
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Line"), Sort.ORDER), Column(lang.gettext("When"), Sort.ORDER), Column(lang.gettext("Who")),
        Column(lang.gettext("Asks for")), Column(lang.gettext("Due")), Column(lang.gettext("On record")),
        Column(lang.gettext("Your message"), Sort.NUMBER),
    )  # fmt: skip
    return Table("owncalls", lang.gettext("What you were asked, in order"), columns, tuple(made), head=1,
                 note=left_out(t, len(held) - len(made))) if made else None  # fmt: skip


def _ties(t: Tally, me: str) -> Table | None:
    lang = t.lang
    ties = {(r["giver"], r["receiver"]): r for r in rows(t.audit.network.ties)}
    made = []
    for name in t.names:
        there, back = ties.get((me, name)), ties.get((name, me))
        if there is None and back is None:
            continue
        cells: list[Text] = [(t.member(name),)]
        for way in (there, back):
            cells.append(
                lang.say("%(n)s of %(all)s", n=lang.number(way["done"]), all=lang.number(way["asked"])) if way else ()
            )
            cells.append(
                t.evidence(way["lines"], t.claim(lang.gettext("About you"), "#own"), 1 if t.compact else 0)
                if way
                else ()
            )
        made.append(Row(tuple(cells)))
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("you gave, of what was asked"), Sort.NUMBER),
        Column(lang.gettext("your messages"), Sort.ORDER), Column(lang.gettext("you received, of what was asked"), Sort.NUMBER),
        Column(lang.gettext("their messages"), Sort.ORDER),
    )  # fmt: skip
    return (
        Table("ownties", lang.gettext("What you gave and received on record, by member"), columns, tuple(made))
        if made
        else None
    )
