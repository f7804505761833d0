"""Load: how much was asked of each member, when, and what that comes to in hours at a stated number of minutes each.

An obligation is a row of the LEDGER, and belongs to the moment its call was made. *Done* is what the member said was done,
confirmed or late. Hours are no measurement: they are obligations times the minutes stated, which stand beside them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.dynamics.measures import PARTS, SATURDAY, ratio
from podaudit.ledger import REACH
from podaudit.model import REPORTED, Column, Schema

if TYPE_CHECKING:
    import pandas as pd

_EACH = Column(
    "minutes_each", "float?", "minutes assumed per obligation: stated by the user, not measured", unit="minutes"
)
_HOURS_ASKED = Column("hours_asked", "float?", "hours: obligations x minutes_each / 60", unit="hours")

LOAD_MEMBERS = Schema("load_members", (
    Column("member", "str", "who was asked at least once"),
    Column("obligations", "int", "calls that asked the member"),
    Column("done", "int", "of those, confirmed or late: what the member said was done, not what was seen to be done"),
    Column("days_present", "int", "calendar days of the export on which the member was in the group, parts of days included", unit="days"),
    Column("weeks_present", "int", "calendar weeks (Monday to Sunday) with such a day, also those that the export cuts short",
           unit="weeks"),
    Column("per_day", "float?", "mean obligations per day: obligations / days_present", unit="obligations per day"),
    Column("per_week", "float?", "mean obligations per calendar week: obligations / weeks_present", unit="obligations per week"),
    Column("busiest_day", "str", "date of the day with most obligations; of several, the first"),
    Column("busiest_day_obligations", "int", "obligations of that day"),
    Column("busiest_week", "str", "date of the Monday of the week with most obligations; of several, the first"),
    Column("busiest_week_obligations", "int", "obligations of that week"),
    Column("most_open", "int", "most calls open at once: asked, no 'done' on record yet, and not older than 7 days"),
    Column("most_open_at", "time", "local time at which that many were first open"),
    Column("evenings", "float?", "share of the obligations asked from 18:00 to 22:59, 0 to 1", unit="share of 1"),
    Column("nights", "float?", "share of the obligations asked from 23:00 to 6:59, 0 to 1", unit="share of 1"),
    Column("weekends", "float?", "share of the obligations asked on a Saturday or Sunday, 0 to 1", unit="share of 1"),
    Column("hours", "list", "24 numbers: obligations by the hour at which they were asked, from 0:00 on", of="int"),
    _EACH,
    _HOURS_ASKED,
    Column("hours_done", "float?", "hours: done x minutes_each / 60", unit="hours"),
    Column("lines", "list", "lines of the calls that asked the member on the busiest day", of="int"),
), "What was asked of each member, in numbers and in hours, counted from the ledger.")  # fmt: skip

LOAD_WEEKS = Schema("load_weeks", (
    Column("week", "str", "date of the week's Monday; every week of the export is there, those without calls too"),
    Column("calls", "int", "calls made in that week"),
    Column("obligations", "int", "obligations that those calls brought"),
    Column("done", "int", "of those, confirmed or late, whenever that was said"),
    Column("members_asked", "int", "members with at least one of them"),
    Column("per_member_asked", "float?", "obligations / members_asked; empty where nobody was asked", unit="obligations per member"),
    _EACH,
    _HOURS_ASKED,
), "What was asked of all members, by calendar week.")  # fmt: skip

LOAD_DAYS = Schema("load_days", (
    Column("weekday", "int", "0 = Monday to 6 = Sunday", unit="day of the week"),
    Column("hour", "int", "hour of the day, 0 to 23, by the export's clock", unit="hour of the day"),
    Column("calls", "int", "calls made in that hour on that weekday, over the whole export; hours without any are left out"),
    Column("obligations", "int", "obligations that those calls brought"),
), "When calls were made, by weekday and hour.")  # fmt: skip


TABLES = (LOAD_MEMBERS, LOAD_WEEKS, LOAD_DAYS)


@dataclass(frozen=True, slots=True)
class Load:
    """What was asked, in numbers and in hours. Floats are rounded to 4 decimals; None is what cannot be measured."""

    members: pd.DataFrame  # LOAD_MEMBERS, by name
    weeks: pd.DataFrame  # LOAD_WEEKS, by date
    days: pd.DataFrame  # LOAD_DAYS, by weekday and hour
    minutes_each: float  # minutes assumed per obligation: stated, not measured
    obligations: int  # of all members
    done: int  # of those, confirmed or late
    hours_asked: float  # obligations x minutes_each / 60
    hours_done: float  # done x minutes_each / 60
    median_per_week: float | None  # obligations, over all pairs of a member asked at least once and a week present
    highest_per_week: int | None  # the most of those


def load(
    calls: pd.DataFrame,
    ledger: pd.DataFrame,
    replies: pd.DataFrame,
    members: pd.DataFrame,
    first: dt.datetime | None,
    last: dt.datetime | None,
    minutes: float,
) -> Load:
    """The load of a chat, from CALLS, LEDGER, REPLIES and MEMBERS, the first and last time of the export (None where it
    has none) and the minutes that an obligation is said to take.

    Without calls nothing was asked, and the tables are empty. Raises ``ValueError`` unless minutes are finite and above 0.
    """
    import pandas as pd

    if not 0 < minutes < math.inf:
        raise ValueError(f"minutes per obligation must be a finite number above 0, not {minutes}")
    each = float(minutes)
    if calls.empty or first is None or last is None:
        return Load(LOAD_MEMBERS.frame(), LOAD_WEEKS.frame(), LOAD_DAYS.frame(), each, 0, 0, 0.0, 0.0, None, None)

    moments = _Moments.of(calls, first, last)
    asked = moments.at(ledger["call_line"])  # of each obligation, the moment; the arrays below run parallel
    done = ledger["status"].isin(REPORTED).to_numpy(bool)
    closed = moments.closed(asked, np.where(done, ledger["line"].to_numpy(np.int64, na_value=0), 0), replies)
    member, names = pd.factorize(ledger["member"], sort=True)  # the text's bytes are sorted, and so its codepoints
    order = np.argsort(member.astype(np.min_scalar_type(len(names))), kind="stable")  # few bits sort quickly
    bounds = np.searchsorted(member[order], np.arange(len(names) + 1)).tolist()
    periods = dict(zip(members["name"].tolist(), members["periods"].tolist(), strict=True))

    of_members = list[dict[str, Any]]()
    weekly, members_asked = [np.zeros(0, np.int64)], np.zeros(moments.weeks, np.int64)
    for name, own in zip(names.tolist(), map(slice, bounds, bounds[1:]), strict=True):
        at = order[own]
        faced, days = asked[at], moments.present(periods.get(name, ()))
        weeks, by_week = np.unique(days // 7), np.bincount(moments.day[faced] // 7, minlength=moments.weeks)
        weekly.append(by_week[weeks])
        members_asked += by_week > 0
        of_members.append({
            "member": name, **_how_much(len(at), int(done[at].sum()), len(days), len(weeks), each),
            **_when(moments, faced, by_week), **_at_once(moments, faced, closed[at]),
        })  # fmt: skip
    per_week = np.concatenate(weekly)
    return Load(
        members=LOAD_MEMBERS.frame(of_members),
        weeks=_weeks(moments, calls, asked, done, members_asked, each),
        days=_days(moments, calls, asked),
        minutes_each=each,
        obligations=len(ledger),
        done=int(done.sum()),
        hours_asked=_hours(len(ledger), each),
        hours_done=_hours(int(done.sum()), each),
        median_per_week=round(float(np.median(per_week)), 4) if len(per_week) else None,
        highest_per_week=int(per_week.max()) if len(per_week) else None,
    )


@dataclass(frozen=True, slots=True)
class _Moments:
    """The messages with calls, in order of time, then line; a moment is a position in these arrays.

    Days and weeks are numbered from the Monday of the export's first week on.
    """

    line: np.ndarray[Any, Any]
    time: np.ndarray[Any, Any]
    day: np.ndarray[Any, Any]
    hour: np.ndarray[Any, Any]
    first: dt.datetime
    last: dt.datetime
    monday: dt.date

    @staticmethod
    def of(calls: pd.DataFrame, first: dt.datetime, last: dt.datetime) -> _Moments:
        line, at = np.unique(calls["line"].to_numpy(), return_index=True)
        time = calls["time"].to_numpy("datetime64[us]")[at]
        order = np.argsort(time, kind="stable")
        line, time = line[order], time[order]
        # Where a clock ran back, what stands first and last in the export is not the earliest and the latest.
        first, last = min(first, time[0].item()), max(last, time[-1].item())
        monday = first.date() - dt.timedelta(days=first.weekday())
        hours = (time - np.datetime64(monday, "us")) // np.timedelta64(1, "h")
        return _Moments(line, time, hours // 24, hours % 24, first, last, monday)

    @property
    def weeks(self) -> int:
        return self._number(self.last) // 7 + 1

    def _number(self, time: dt.datetime) -> int:
        return (time.date() - self.monday).days

    def date(self, day: int) -> str:
        return (self.monday + dt.timedelta(days=day)).isoformat()

    def at(self, lines: pd.Series[int]) -> np.ndarray[Any, Any]:
        """The moments of lines that hold calls."""
        moments = np.zeros(self.line.max() + 1, np.int64)
        moments[self.line] = np.arange(len(self.line))
        return moments[lines.to_numpy()]

    def per(self, stretch: Any, size: int, at: Any) -> list[int]:
        """How many of the moments ``at`` fall in each of so many stretches, given the stretch of each moment."""
        each = np.bincount(at, minlength=len(self.line))
        return np.bincount(stretch, each, size).astype(np.int64).tolist()  # type: ignore[no-any-return]

    def present(self, periods: Iterable[Mapping[str, Any]]) -> np.ndarray[Any, Any]:
        """The days of the export on which somebody was in the group, rising. A period ends just before its ``until``."""
        there, instant = np.zeros(self._number(self.last) + 1, bool), dt.timedelta(microseconds=1)
        for period in periods:
            start = max(period["from"] or self.first, self.first)
            stop = min((period["until"] or dt.datetime.max) - instant, self.last)
            if start <= stop:
                there[self._number(start) : self._number(stop) + 1] = True
        return np.flatnonzero(there)

    def closed(self, asked: Any, line: Any, replies: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Of each obligation, the first moment at which it is open no more; it is open when it is asked.

        It closes with the message on ``line``, which says first that it is done (0 = none), or when it is older than REACH.
        """
        said = replies["line"].to_numpy()
        after = np.full(max(line.max(initial=0), said.max(initial=0)) + 1, len(self.line))
        after[said] = self._after(replies["time"].to_numpy("datetime64[us]"), said)
        aged = np.searchsorted(self.time, self.time + np.timedelta64(REACH), "right")
        closed: np.ndarray[Any, Any] = np.minimum(aged[asked], after[line])
        np.maximum(closed, asked + 1, out=closed)  # a clock may run back
        return closed

    def _after(self, times: Any, lines: Any) -> np.ndarray[Any, Any]:
        """The first moments after other messages; at the same time, lines tell which came first."""
        found: np.ndarray[Any, Any] = np.searchsorted(self.time, times)
        alike = np.flatnonzero(np.append(self.time, np.datetime64("NaT", "us"))[found] == times)
        room = max(self.line.max(), lines.max(initial=0)) + 1
        first = np.searchsorted(self.time, self.time)  # of the same time
        found[alike] = np.searchsorted(first * room + self.line, found[alike] * room + lines[alike])
        return found


def _how_much(obligations: int, done: int, days: int, weeks: int, each: float) -> dict[str, Any]:
    """Of a member, in LOAD_MEMBERS: how much, per day and week present, and in hours."""
    return {
        "obligations": obligations, "done": done, "days_present": days, "weeks_present": weeks,
        "per_day": ratio(obligations, days), "per_week": ratio(obligations, weeks),
        "minutes_each": each, "hours_asked": _hours(obligations, each), "hours_done": _hours(done, each),
    }  # fmt: skip


def _when(moments: _Moments, asked: Any, by_week: Any) -> dict[str, Any]:
    """Of a member, in LOAD_MEMBERS: the busiest day and week, and at which hours. Never called without obligations."""
    days, hours = moments.day[asked], np.bincount(moments.hour[asked], minlength=24).tolist()
    by_day = np.bincount(days)
    day, week = int(by_day.argmax()), int(by_week.argmax())
    return {
        "busiest_day": moments.date(day), "busiest_day_obligations": int(by_day[day]),
        "busiest_week": moments.date(7 * week), "busiest_week_obligations": int(by_week[week]),
        "evenings": ratio(sum(hours[h] for h in PARTS["evening"]), len(asked)),
        "nights": ratio(sum(hours[h] for h in PARTS["night"]), len(asked)),
        "weekends": ratio(int((days % 7 >= SATURDAY).sum()), len(asked)),
        "hours": hours, "lines": np.unique(moments.line[asked[days == day]]).tolist(),
    }  # fmt: skip


def _at_once(moments: _Moments, asked: Any, closed: Any) -> dict[str, Any]:
    """Of a member, in LOAD_MEMBERS: how many were open at once. The most is reached first when something is asked."""
    size = len(moments.line) + 1
    at_once = np.cumsum(np.bincount(asked, minlength=size) - np.bincount(closed, minlength=size))
    most = int(at_once.argmax())
    return {"most_open": int(at_once[most]), "most_open_at": moments.time[most]}


def _weeks(
    moments: _Moments, calls: pd.DataFrame, asked: Any, done: Any, members_asked: Any, each: float
) -> pd.DataFrame:
    """LOAD_WEEKS."""
    made, faced, met = (
        moments.per(moments.day // 7, moments.weeks, at) for at in (moments.at(calls["line"]), asked, asked[done])
    )
    members = members_asked.tolist()
    return LOAD_WEEKS.frame({
        "week": [moments.date(7 * n) for n in range(moments.weeks)], "calls": made, "obligations": faced, "done": met,
        "members_asked": members, "per_member_asked": list(map(ratio, faced, members)),
        "minutes_each": [each] * moments.weeks, "hours_asked": [_hours(n, each) for n in faced],
    })  # fmt: skip


def _days(moments: _Moments, calls: pd.DataFrame, asked: Any) -> pd.DataFrame:
    """LOAD_DAYS."""
    slot = moments.day % 7 * 24 + moments.hour
    made, brought = (moments.per(slot, 7 * 24, at) for at in (moments.at(calls["line"]), asked))
    return LOAD_DAYS.frame([(n // 24, n % 24, made[n], brought[n]) for n in range(7 * 24) if made[n]])


def _hours(obligations: int, each: float) -> float:
    return round(obligations * each / 60, 4)
