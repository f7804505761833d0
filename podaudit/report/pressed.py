"""The parts about pressure: labelled messages, who wrote and who was named, episodes, and the reader's own part."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from podaudit.model import EpisodeKind, Event, Label, Status
from podaudit.report.language import N_, Language, Piece, Text, plain
from podaudit.report.sayings import reason
from podaudit.report.tally import STATUS_ORDER, Tally, alphabetical, rows
from podaudit.report.terms import (
    ANSWERING,
    EPISODES,
    GROUP_NAMES,
    GROUPS,
    LABELS,
    PRESSING,
    SURROUNDING,
    primary_group,
)  # fmt: skip
from podaudit.report.view import (
    Chip,
    EpisodeRow,
    LabelRow,
    Own,
    PressureRow,
    Said,
    Step,
    Story,
    VoiceRow,
)  # fmt: skip

_QUOTE = 420  # characters of a message in the list and in a story; the whole of it stands among the cited messages
_QUOTE_COMPACT = 200
_TOLD = 200  # episodes of one member told one by one
_TOLD_COMPACT = 4
_SAID = 200  # messages in the reader's own part


def pressure_rows(t: Tally) -> tuple[PressureRow, ...]:
    """The labelled messages in order, each cited."""
    t.fetch(t.listed)
    limit = _QUOTE_COMPACT if t.compact else _QUOTE
    made = []
    for row in t.pressure:
        line, group = row["line"], primary_group(row["labels"])
        if line not in t.listed:
            continue
        chips = _chips(t.lang, row["labels"], row["why"] or {})
        t.cite(line, (Piece(", ".join(chip.name for chip in chips), href="#" + t.labelled(line)),))
        made.append(
            PressureRow(
                t.labelled(line), line, t.lang.moment(row["time"]), t.member(row["actor"]),
                t.number.get(row["actor"], 0),
                " ".join(str(t.number[n]) for n in row["targets"] if n in t.number), t.members(row["targets"]), group,
                chips, t.quote(line, limit),
            )
        )  # fmt: skip
    return tuple(made)


def _chips(lang: Language, labels: list[str], why: dict[str, str]) -> tuple[Chip, ...]:
    order = [label for group in GROUPS.values() for label in group]
    return tuple(
        Chip(label.value, _group_of(label), lang.gettext(LABELS[label][0]), reason(lang, why.get(label.value) or ""))
        for label in sorted((Label(x) for x in labels), key=order.index)
    )


def _group_of(label: Label) -> str:
    return next(group for group, labels in GROUPS.items() if label in labels)


def label_rows(t: Tally) -> tuple[LabelRow, ...]:
    """The labels that were found, in the order of the codebook's groups."""
    counts = Counter(label for row in t.pressure for label in row["labels"])
    first: dict[str, int] = {}
    for row in t.pressure:
        for label in row["labels"] if row["line"] in t.listed else ():
            first.setdefault(label, row["line"])
    return tuple(
        LabelRow(
            label.value, group, t.lang.gettext(GROUP_NAMES[group]), t.lang.gettext(LABELS[label][0]),
            t.lang.gettext(LABELS[label][1]), t.lang.number(counts[label]), t.labelled(first.get(label, 0)),
        )
        for group, labels in GROUPS.items() for label in labels if counts[label]
    )  # fmt: skip


def voice_rows(t: Tally) -> tuple[VoiceRow, ...]:
    """Per member, alphabetical: labelled messages written, and pressing messages the member was named in."""
    wrote: dict[str, Counter[str]] = defaultdict(Counter)
    named: Counter[str] = Counter()
    for row in t.pressure:
        group = primary_group(row["labels"])
        wrote[row["actor"]][group] += 1
        if group == PRESSING:
            named.update(row["targets"])
    people = sorted({*wrote, *named}, key=alphabetical)

    def count(value: int) -> str:
        return t.lang.number(value) if value else ""

    return tuple(
        VoiceRow(
            t.member(n),
            count(wrote[n][PRESSING]),
            count(wrote[n][ANSWERING]),
            count(wrote[n][SURROUNDING]),
            count(named[n]),
        )
        for n in people
    )


# -------------------------------------------------------------------------------- episodes


def episode_rows(t: Tally) -> tuple[EpisodeRow, ...]:
    """The kinds of episode that were found."""
    counts = Counter(t.audit.episodes["kind"].tolist())
    return tuple(
        EpisodeRow(t.lang.gettext(name), t.lang.gettext(about), t.lang.number(counts[kind]))
        for kind, (name, about) in EPISODES.items()
        if counts[kind]
    )


def stories(t: Tally) -> tuple[Story, ...]:
    """The episodes by member, in the order of their beginnings; every message of a member's episodes once."""
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    table = t.audit.episodes
    for row in rows(table.iloc[np.argsort(table["first_line"].to_numpy(), kind="stable")]):
        held[row["member"]].append(row)
    labelled = {row["line"]: row for row in t.pressure}
    happened = {row["line"]: row for row in t.membership}
    told = {name: episodes[: _TOLD_COMPACT if t.compact else _TOLD] for name, episodes in held.items()}
    t.fetch(line for part in told.values() for row in part for line in (row["first_line"], row["last_line"]))
    made = []
    for name, episodes in told.items():
        anchor = f"e{t.number.get(name, 0)}"
        lines = sorted({line for row in episodes for line in (row["first_line"], row["last_line"])})
        steps = tuple(_step(t, line, labelled, happened) for line in lines)
        for line in lines:
            t.cite(line, (Piece(t.lang.gettext("episode"), href=f"#{anchor}"),))
        left = len(held[name]) - len(episodes)
        left_out = t.lang.say_n(
            "%(n)s more episode of this member stands in the tables that podaudit can write.",
            "%(n)s more episodes of this member stand in the tables that podaudit can write.",
            left, n=t.lang.number(left),
        ) if left else ()  # fmt: skip
        made.append(Story(anchor, t.member(name), tuple(_episode(t, row) for row in episodes), steps, left_out))
    return tuple(made)


def _episode(t: Tally, row: dict[str, Any]) -> Text:
    first, last = row["first_line"], row["last_line"]
    kind = t.lang.gettext(EPISODES[EpisodeKind(row["kind"])][0])
    begun, ended = t.time(first), t.time(last)
    between = ended - begun if begun and ended else None
    return t.lang.say(
        "%(kind)s: line %(first)s, then line %(last)s%(later)s",
        kind=Piece(kind), first=t.line(first), last=t.line(last),
        later=Piece(f" ({elapsed(t.lang, between)})" if between is not None else ""),
    )  # fmt: skip


def elapsed(lang: Language, time: dt.timedelta) -> str:
    """``3 hours later``."""
    minutes = max(int(time.total_seconds() // 60), 0)
    if lang.days:  # days of the calendar
        days = minutes // 1440
        later = lang.say_n("%(n)s day later", "%(n)s days later", days, n=lang.number(days))
        return plain(later) if days else lang.gettext("the same day")
    if minutes < 1:
        return lang.gettext("at once")
    if minutes >= 2880:
        minutes -= minutes % 1440
    elif minutes >= 120:
        minutes -= minutes % 60
    return lang.gettext("%(time)s later").replace("%(time)s", lang.duration(minutes))


def _step(t: Tally, line: int, labelled: dict[int, dict[str, Any]], happened: dict[int, dict[str, Any]]) -> Step:
    limit = _QUOTE_COMPACT if t.compact else _QUOTE
    message = t.message(line)
    time = t.lang.moment(message.time) if message and message.time else ""
    if line in labelled:
        row = labelled[line]
        words = ", ".join(chip.name for chip in _chips(t.lang, row["labels"], {}))
        return Step(
            line, time, t.member(row["actor"]), (Piece(words),), primary_group(row["labels"]), t.quote(line, limit)
        )
    if line in happened:
        return Step(line, time, None, event_text(t, happened[line]), "event", ())
    who = t.member(message.sender) if message and message.sender else None
    return Step(line, time, who, t.lang.say("says that it is done"), "reply", t.quote(line, limit))


_EVENT_BY = {
    Event.ADDED: N_("%(member)s was added by %(by)s"),
    Event.REMOVED: N_("%(member)s was removed by %(by)s"),
    Event.ADMIN: N_("%(member)s was made an admin by %(by)s"),
}
_EVENT = {
    Event.CREATED: N_("%(member)s created the group"),
    Event.ADDED: N_("%(member)s was added"),
    Event.JOINED: N_("%(member)s joined by the invitation link"),
    Event.LEFT: N_("%(member)s left"),
    Event.REMOVED: N_("%(member)s was removed"),
    Event.ADMIN: N_("%(member)s was made an admin"),
    Event.NUMBER_CHANGED: N_("%(member)s changed number"),
    Event.SUBJECT_CHANGED: N_("%(member)s renamed the group"),
    Event.DESCRIPTION_CHANGED: N_("%(member)s changed the group's description"),
}


_EVENT_SEVERAL = {
    Event.ADDED: N_("%(members)s were added"),
    Event.REMOVED: N_("%(members)s were removed"),
}
_EVENT_SEVERAL_BY = {
    Event.ADDED: N_("%(members)s were added by %(by)s"),
    Event.REMOVED: N_("%(members)s were removed by %(by)s"),
}


def event_text(t: Tally, row: dict[str, Any], names: Sequence[str | None] = ()) -> Text:
    """A membership event as a sentence; ``names``, where one notice tells it of several members."""
    event, by, member = Event(row["event"]), row["by"], row["member"]
    if len(names) > 1 and event in _EVENT_SEVERAL:
        several = t.lang.listing([t.member(n) if n is not None else Piece(t.lang.gettext("somebody")) for n in names])
        if by is None:
            return t.lang.say(_EVENT_SEVERAL[event], members=several)
        return t.lang.say(_EVENT_SEVERAL_BY[event], members=several, by=t.member(by))
    who = t.member(member) if member is not None else Piece(t.lang.gettext("somebody"))
    if by is not None and by != member and event in _EVENT_BY:
        return t.lang.say(_EVENT_BY[event], member=who, by=t.member(by))
    return t.lang.say(_EVENT[event], member=who)


# -------------------------------------------------------------------------------- the reader's own


def own(t: Tally, me: str) -> Own:
    """What the reader was asked, what is on record, what was said to her or him and what she or he said."""
    lang, number = t.lang, t.number[me] - 1
    counts = dict(zip(STATUS_ORDER, t.member_counts[number].tolist(), strict=True))
    asked, made = sum(counts.values()), sum(c["caller"] == me for c in t.calls)
    askers = sorted({c["caller"] for c, cell in zip(t.calls, t.cells[number], strict=True) if cell < len(STATUS_ORDER)},
                    key=alphabetical)  # fmt: skip
    sentences = [
        lang.say_n("You made %(n)s call.", "You made %(n)s calls.", made, n=t.figure("own-calls", made)),
        lang.say_n(
            "You were asked %(n)s time, by %(members)s.", "You were asked %(n)s times, by %(members)s.", asked,
            n=t.figure("own-asked", asked), members=t.members(askers),
        )
        if asked else lang.say("No call was put to you while you were in the group."),
    ]  # fmt: skip
    if asked:
        recorded = asked - counts[Status.SILENT]
        sentences.append(
            lang.say(
                "Of those %(asked)s requests, %(recorded)s have something of yours on record; for %(silent)s the "
                "chat holds nothing.",
                asked=lang.number(asked), recorded=t.figure("own-recorded", recorded),
                silent=t.figure("own-silent", counts[Status.SILENT]),
            )
        )  # fmt: skip
    to_me = [r for r in t.pressure if me in r["targets"] and r["actor"] != me]
    by_me = [r for r in t.pressure if r["actor"] == me]
    sentences.append(
        lang.say_n("%(n)s labelled message names you.", "%(n)s labelled messages name you.", len(to_me),
                   n=t.figure("own-named", len(to_me)))
    )  # fmt: skip
    for row in t.membership:
        if row["member"] == me and row["event"] in (Event.LEFT, Event.REMOVED):
            t.cite(row["line"], (Piece(lang.gettext("About you"), href="#own"),))
            sentences.append(
                lang.say(
                    "%(event)s on %(date)s, line %(line)s.",
                    event=event_text(t, row), date=lang.date(row["time"]), line=t.line(row["line"]),
                )
            )  # fmt: skip
    if len(to_me) > _SAID or len(by_me) > _SAID:
        sentences.append(lang.say("The first %(n)s of each stand below.", n=lang.number(_SAID)))
    to, by = (tuple(_said(t, r) for r in held[:_SAID]) for held in (to_me, by_me))
    return Own(t.member(me), tuple(sentences), to, by)


def _said(t: Tally, row: dict[str, Any]) -> Said:
    t.cite(row["line"], (Piece(t.lang.gettext("About you"), href="#own"),))
    labels = ", ".join(chip.name for chip in _chips(t.lang, row["labels"], {}))
    return Said(row["line"], t.lang.moment(row["time"]), t.member(row["actor"]), labels, t.quote(row["line"], _QUOTE))
