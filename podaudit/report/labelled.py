"""Labelled messages and notices in words: what several sections quote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from podaudit.model import Event, Label
from podaudit.report.language import N_, Language, Piece, Text, plain
from podaudit.report.sayings import reason
from podaudit.report.tally import Tally
from podaudit.report.terms import GROUPS, LABELS, primary_group
from podaudit.report.view import Chip, Quoted

QUOTE = 420  # characters of a message in a list and in a story; the whole of it stands among the cited messages
QUOTE_COMPACT = 200
WHY_COMPACT = 3  # reasons for a label in a large chat; the tables hold all of them


def quoted(t: Tally, row: Mapping[str, Any], anchor: str = "", notes: tuple[Text, ...] = ()) -> Quoted:
    """A labelled message with what decided its labels."""
    line = row["line"]
    people = [t.number.get(row["actor"], 0), *(t.number[n] for n in row["targets"] if n in t.number)]
    return Quoted(
        anchor, line, t.lang.moment(row["time"]), t.member(row["actor"]), t.members(row["targets"]),
        primary_group(row), " ".join(map(str, people)), t.quote(line, QUOTE_COMPACT if t.compact else QUOTE),
        chips(t.lang, row["labels"], row["why"] or {}, WHY_COMPACT if t.compact else 0), notes,
    )  # fmt: skip


def said(t: Tally, line: int, notes: tuple[Text, ...] = ()) -> Quoted | None:
    """Any message, without labels; None where there is none on the line."""
    message = t.message(line)
    if message is None:
        return None
    return Quoted(
        "", line, t.lang.moment(message.time) if message.time else "", t.member(message.sender) if message.sender else None,
        (), "", str(t.number.get(message.sender or "", 0)), t.quote(line, QUOTE), (), notes,
    )  # fmt: skip


def chips(lang: Language, labels: Sequence[str], why: Mapping[str, str], most: int = 0) -> tuple[Chip, ...]:
    """The labels in the codebook's order, each with what decided it; of ``most`` reasons the first."""
    order = [label for group in GROUPS.values() for label in group]
    return tuple(
        Chip(
            label.value, group_of(label), lang.gettext(LABELS[label][0]), reason(lang, why.get(label.value) or "", most)
        )
        for label in sorted((Label(x) for x in labels), key=order.index)
    )


def names(lang: Language, labels: Sequence[str]) -> str:
    """The labels' names, in the codebook's order."""
    return ", ".join(chip.name for chip in chips(lang, labels, {}))


def group_of(label: Label) -> str:
    """The group of labels that a label belongs to."""
    return next(group for group, labels in GROUPS.items() if label in labels)


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


# ----------------------------------------------------------------------------------------------------- notices in words

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


def notices(t: Tally, events: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Text]]:
    """Membership events as sentences, each with its first row; those of one notice, as of several members, in one sentence."""
    for _, group in groupby(events, lambda r: (r["line"], r["event"], r["by"])):
        together = list(group)
        yield together[0], event_text(t, together[0], [r["member"] for r in together])


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
