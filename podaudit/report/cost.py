"""What it cost: how much was asked, when, and hours at a stated number of minutes each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from podaudit.dynamics.measures import PARTS, SATURDAY
from podaudit.report import pictures
from podaudit.report.language import Piece, Text
from podaudit.report.tally import CALLS_LISTED, Tally, rows
from podaudit.report.view import Column, Question, Row, Sort, Table


@dataclass(frozen=True, slots=True)
class WeekBars:
    """Bars of asked and done by week."""

    marks: tuple[pictures.Mark, ...]
    ticks: tuple[pictures.Tick, ...]
    most: str


@dataclass(frozen=True, slots=True)
class Cost:
    """The section: by week, by hour of the week, by member."""

    question: Question
    bars: WeekBars
    weeks: Table
    heat: pictures.Heat | None  # None in a version to share, which has no times of day
    hours: Table | None
    members: Table


def cost(t: Tally) -> Cost | None:
    """None where nothing was asked."""
    if not t.calls or t.audit.load.weeks.empty:
        return None
    counts = list(zip(t.audit.load.weeks["obligations"].tolist(), t.audit.load.weeks["done"].tolist(), strict=True))
    assert t.monday
    return Cost(_question(t), WeekBars(*pictures.weeks(t.lang, t.monday, counts)), _weeks(t), *_hours(t), _members(t))


def minutes_each(t: Tally) -> Text:
    """``3 minutes``."""
    each = t.audit.load.minutes_each
    return t.lang.say_n(
        "%(n)s minute", "%(n)s minutes", 1 if each == 1 else 2, n=t.lang.decimal(each, 0 if each % 1 == 0 else 1)
    )


def in_evenings_and_weekends(t: Tally) -> tuple[int, int, int]:
    """Requests in the evening, in the night and at the weekend, as counts."""
    evening = night = weekend = 0
    days = t.audit.load.days
    for weekday, hour, n in zip(
        days["weekday"].tolist(), days["hour"].tolist(), days["obligations"].tolist(), strict=True
    ):
        evening += n if hour in PARTS["evening"] else 0
        night += n if hour in PARTS["night"] else 0
        weekend += n if weekday >= SATURDAY else 0
    return evening, night, weekend


def _question(t: Tally) -> Question:
    lang, load = t.lang, t.audit.load
    evening, night, weekend = in_evenings_and_weekends(t)
    people = len(load.members)
    answer = [
        lang.say_n(
            "Together %(n)s request was put to %(members)s members: one per call and member asked. At %(each)s for each, which "
            "is an assumption and no measurement, that comes to %(hours)s hours, of which %(done)s for what was said to be done.",
            "Together %(n)s requests were put to %(members)s members: one per call and member asked. At %(each)s for each, which "
            "is an assumption and no measurement, that comes to %(hours)s hours, of which %(done)s for what was said to be done.",
            load.obligations, n=t.figure("load-obligations", load.obligations), members=t.figure("load-members", people),
            each=minutes_each(t), hours=_hours_figure(t, "load-hours", load.hours_asked),
            done=_hours_figure(t, "load-hours-done", load.hours_done),
        ),
        lang.say(
            "Of the %(n)s, %(evening)s came in the evening (18:00 to 22:59), %(night)s in the night (23:00 to 6:59) and "
            "%(weekend)s on a Saturday or Sunday.",
            n=lang.number(load.obligations), evening=t.figure("load-evening", evening), night=t.figure("load-night", night),
            weekend=t.figure("load-weekend", weekend),
        ),
    ]  # fmt: skip
    if load.median_per_week is not None and load.highest_per_week is not None:
        answer.append(lang.say(
            "A member in the group was asked %(median)s times in the middle week, and %(highest)s times in the highest.",
            median=lang.decimal(load.median_per_week, 0 if load.median_per_week % 1 == 0 else 1),
            highest=t.figure("load-highest", load.highest_per_week),
        ))  # fmt: skip
    busiest = load.weeks["obligations"].to_numpy().argmax() if len(load.weeks) else 0
    lines = [c["line"] for c in t.calls if t.week(c["time"]) == busiest]
    evidence = lang.say("the busiest week: %(lines)s", lines=t.evidence(lines))
    return Question(tuple(answer), evidence, (
        lang.say("A request is a call put to one member: everybody who was in the group at that moment, other than who made the "
                 "call and whose post it is. It belongs to the hour and the week of its call."),
        lang.say("Hours are requests times the minutes stated, no more: nobody timed anything. Who runs podaudit can state another "
                 "number of minutes with --minutes. “Done” is what the member said was done, in time or late."),
        lang.say("The middle week is the median over all pairs of a member who was asked at least once and a week in which that "
                 "member was in the group."),
    ))  # fmt: skip


def _hours_figure(t: Tally, key: str, hours: float) -> Piece:
    return Piece(t.lang.decimal(hours), figure=key)


def _weeks(t: Tally) -> Table:
    lang, every = t.lang, len(t.calls) <= CALLS_LISTED
    calls: dict[int, list[int]] = defaultdict(list)
    for i, c in enumerate(t.calls):
        calls[t.week(c["time"])].append(i)
    made = []
    for n, row in enumerate(rows(t.audit.load.weeks)):
        if not row["calls"]:
            continue
        links: list[Piece | Text | str] = [
            Piece(lang.number(t.calls[i]["line"]), href=t.call_href(i) if every else "") for i in calls[n]
        ]
        made.append(Row((
            (Piece(lang.date(dt.date.fromisoformat(row["week"]), short=True)),), (Piece(lang.number(row["calls"])),),
            (Piece(lang.number(row["obligations"])),), (Piece(lang.number(row["done"])),),
            (Piece(lang.number(row["members_asked"])),), (Piece(lang.decimal(row["hours_asked"])),), lang.listing(links),
        ), f"w{n}"))  # fmt: skip
    columns = (
        Column(lang.gettext("Week of"), Sort.ORDER), Column(lang.gettext("Calls"), Sort.NUMBER),
        Column(lang.gettext("Requests"), Sort.NUMBER), Column(lang.gettext("said to be done"), Sort.NUMBER),
        Column(lang.gettext("Members asked"), Sort.NUMBER), Column(lang.gettext("Hours"), Sort.NUMBER),
        Column(lang.gettext("Lines of the calls"), Sort.ORDER),
    )  # fmt: skip
    return Table("weeks", lang.gettext("Weeks with calls, Monday to Sunday"), columns, tuple(made))


def _hours(t: Tally) -> tuple[pictures.Heat | None, Table | None]:
    lang = t.lang
    if lang.days:
        return None, None
    asked = {(r["weekday"], r["hour"]): r["obligations"] for r in rows(t.audit.load.days)}
    counts = {(r["weekday"], r["hour"]): (r["calls"], r["pressing"]) for r in rows(t.audit.dynamics.hours)}
    made = tuple(
        Row((
            (Piece(lang.weekday(at[0], short=True)),), (Piece(f"{at[1]}:00"),), _n(t, counts[at][0]), _n(t, asked.get(at, 0)),
            _n(t, counts[at][1]),
        ))
        for at in sorted(counts)
    )  # fmt: skip
    columns = (
        Column(lang.gettext("Day"), Sort.ORDER), Column(lang.gettext("From"), Sort.NUMBER),
        Column(lang.gettext("Calls"), Sort.NUMBER), Column(lang.gettext("Requests"), Sort.NUMBER),
        Column(lang.gettext("Messages that press"), Sort.NUMBER),
    )  # fmt: skip
    return pictures.heat(lang, counts), Table(
        "hours", lang.gettext("Hours of the week with calls or pressing messages"), columns, made
    )


def _n(t: Tally, count: int) -> Text:
    return (Piece(t.lang.number(count)),) if count else ()


def _members(t: Tally) -> Table:
    lang = t.lang
    held = {r["member"]: r for r in rows(t.audit.load.members)}
    made = []
    for name in t.names:
        row = held.get(name)
        if row is None:
            continue
        n = row["obligations"]
        evening, weekend = (lang.percent(round((row[key] or 0) * n), n) for key in ("evenings", "weekends"))
        day = lang.date(dt.date.fromisoformat(row["busiest_day"]), short=True)
        busiest = lang.say("%(n)s on %(day)s: %(lines)s", n=lang.number(row["busiest_day_obligations"]), day=day,
                           lines=t.evidence(row["lines"], most=1 if t.compact else 0))  # fmt: skip
        made.append(Row((
            (t.member(name),), (Piece(lang.number(n)),), (Piece(lang.decimal(row["per_week"] or 0)),),
            (Piece(lang.number(row["most_open"])),), (Piece(evening),), (Piece(weekend),),
            (Piece(lang.decimal(row["hours_asked"])),), (Piece(lang.decimal(row["hours_done"])),), busiest,
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("Requests"), Sort.NUMBER),
        Column(lang.gettext("a week"), Sort.NUMBER, lang.gettext("mean over the weeks in the group")),
        Column(lang.gettext("Most open at once"), Sort.NUMBER,
               lang.gettext("asked, not said to be done, and not older than seven days")),
        Column(lang.gettext("in the evening"), Sort.NUMBER), Column(lang.gettext("at the weekend"), Sort.NUMBER),
        Column(lang.gettext("Hours asked"), Sort.NUMBER), Column(lang.gettext("of that said to be done"), Sort.NUMBER),
        Column(lang.gettext("Busiest day")),
    )  # fmt: skip
    return Table("load", lang.gettext("What was asked of each member, in alphabetical order"), columns, tuple(made))
