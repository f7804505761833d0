"""From a point in time, as said, to a moment of the calendar, counted from the message's own time."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import replace

from podaudit.when.points import Point
from podaudit.when.words import DAY_END

STARTS = {"morning": 9 * 60, "afternoon": 12 * 60, "evening": 18 * 60, "night": DAY_END}
ENDS = {"morning": 12 * 60, "afternoon": 18 * 60, "evening": DAY_END, "night": DAY_END}


def at_minute(day: dt.date, minutes: int) -> dt.datetime:
    """The moment so many minutes after a day's midnight."""
    return dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60))


def shift_days(day: dt.date, days: int) -> dt.date | None:
    """The day so many days on; None beyond the calendar."""
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None


def shift_minutes(time: dt.datetime, minutes: int) -> dt.datetime | None:
    """The moment so many minutes on; None beyond the calendar."""
    try:
        return time + dt.timedelta(minutes=minutes)
    except OverflowError:
        return None


def date_of(p: Point, base: dt.datetime) -> dt.date | None:
    """The day that a point names, today's or a later one; None where it names none."""
    if p.opened is not None:
        return _closing_day(p, p.opened, base)
    today = base.date()
    if p.day is not None:
        return shift_days(today, p.day)
    if p.weekday is not None and p.date is not None:
        named = date_of(replace(p, weekday=None), base)
        return named if named and named.weekday() == p.weekday else date_of(replace(p, date=None), base)
    if p.weekday is not None:
        ahead = (p.weekday - today.weekday()) % 7
        still = p.clock is not None and ahead == 0 and at_minute(today, p.clock) > base
        if p.later == 3:
            ahead = (ahead or 7) + 7
        elif p.later == 2:
            ahead = 7 - today.weekday() + p.weekday
        elif ahead == 0 and not still:
            ahead = 7
        elif p.later and today.weekday() + ahead < 7:
            ahead += 7
        return shift_days(today, ahead)
    if p.date is not None:
        day, month = p.date
        if day == 0:
            return _last_of(month, p.year, today)
        if p.year:
            return _on_or_after(today, p.year, month, day)
        for n in range(13 if month == 0 else 9):
            total = today.month - 1 + n if month == 0 else 0
            year = today.year + (total // 12 if month == 0 else n)
            if found := _on_or_after(today, year, total % 12 + 1 if month == 0 else month, day):
                return found
        return None
    if p.end in ("day", "still", "work"):
        return today
    if p.end in ("week", "this_week", "weekend"):
        return shift_days(today, 6 - today.weekday())
    if p.end == "month":
        following = shift_days(today.replace(day=28), 4)
        return shift_days(following.replace(day=1), -1) if following else None
    return None


def _on_or_after(today: dt.date, year: int, month: int, day: int) -> dt.date | None:
    """The day, unless there is none such or it has passed."""
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if found >= today else None


def _last_of(month: int, year: int, today: dt.date) -> dt.date | None:
    """The last day of a month, of this year's or the next if no year is said."""
    for y in (year,) if year else (today.year, today.year + 1):
        if y <= dt.MAXYEAR and (found := _on_or_after(today, y, month, monthrange(y, month)[1])):
            return found
    return None


def _closing_day(p: Point, first: Point, base: dt.datetime) -> dt.date | None:
    """The last day of a range, counted from its first ("Monday to Thursday"); a first day of today's name is today."""
    today = first.weekday == base.weekday() and not first.later
    start = base.date() if today else date_of(first, base)
    return date_of(replace(p, opened=None), at_minute(start, 0)) if start else None


def moment(p: Point, base: dt.datetime, *, early: bool, inclusive: bool = True) -> dt.datetime | None:
    """When a point is. ``early``: of a part of the day its beginning, of a day the evening before."""
    day = date_of(p, base)
    if p.clock is not None:
        return _next(p, base, day)
    if day is None:
        return None
    if p.end == "work":
        return at_minute(day, 17 * 60)
    if p.part:
        return at_minute(day, (STARTS if early else ENDS)[p.part])
    if p.end == "weekend" and early:
        friday = shift_days(day, -2)
        return at_minute(friday if friday and friday >= base.date() else day, DAY_END)
    if p.end:
        return at_minute(day, DAY_END)
    if early or not inclusive:
        eve = shift_days(day, -1)
        return at_minute(max(eve, base.date()) if eve else day, DAY_END)
    return at_minute(day, DAY_END)


def _next(p: Point, base: dt.datetime, day: dt.date | None) -> dt.datetime | None:
    """The first moment from ``base`` on at which a clock shows the time (on the day, if one is named)."""
    assert p.clock is not None
    if day is not None and day > base.date():
        return at_minute(day, p.clock + 720 if p.twelve and p.clock < 8 * 60 else p.clock)
    hours = [p.clock, p.clock + 720] if p.twelve else [p.clock]
    for minutes in hours:
        if (found := at_minute(base.date(), minutes)) > base:
            return found
    tomorrow = shift_days(base.date(), 1)
    return at_minute(tomorrow, p.clock) if tomorrow else None
