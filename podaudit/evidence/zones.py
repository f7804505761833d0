"""The archive is in UTC, the chat in the clock of a phone that the export does not name: from the one to the other.

The user says which zone it is, or it is inferred. No call can come before its post, so every call whose link holds the post's
time says how far ahead of UTC the phone can have been at least. Of the zones in which no call does, the one is taken in which calls
follow their posts soonest; a group in which nobody ever drops a link within the hour would mislead it, so what was found is
stated with the shortest time between a post and its call.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from podaudit.model import PodauditError

if TYPE_CHECKING:
    import pandas as pd

FEW = 3  # calls with a time in their link; below that nothing is inferred
_EDITED = 100  # one call in so many may seem to come before its post: a message can be edited, and a link put in later
_MINUTE = np.timedelta64(1, "m")  # an export may leave seconds out
# One zone per offset and way of changing the clocks; earlier ones win where they fit as well.
_ZONES = (
    "Europe/Amsterdam", "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver",
    "America/Sao_Paulo", "Asia/Kolkata", "Australia/Sydney", "Europe/Athens", "America/Mexico_City", "America/Bogota",
    "America/Halifax", "Africa/Lagos", "Africa/Johannesburg", "Europe/Moscow", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka",
    "Asia/Jakarta", "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Pacific/Auckland", "UTC",
)  # fmt: skip
_FIXED = re.compile(r"(?:UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.I)


class UnknownZone(PodauditError):
    """The user named a time zone that there is not."""

    status = 2


@dataclass(frozen=True, slots=True)
class Clock:
    """How the chat's clock stands to UTC; ``zone`` None where that is not known."""

    zone: dt.tzinfo | None
    name: str | None
    grounds: str  # given, inferred, unknown
    calls: int  # with a time in their link, on which an inference rests
    soonest: int | None  # minutes from a post to its call, the least of these

    def local(self, utc: Any) -> np.ndarray[Any, Any]:
        """Times in UTC by the chat's clock; not a time where the zone is not known."""
        moments = np.asarray(utc, "datetime64[us]")
        if self.zone is None:
            return np.full(len(moments), np.datetime64("NaT", "us"), "datetime64[us]")
        made, known = moments.copy(), np.flatnonzero(~np.isnat(moments))
        days, of_day = np.unique(moments[known].astype("datetime64[D]"), return_inverse=True)
        edges = np.unique(np.concatenate((days, days + np.timedelta64(1, "D"))))
        ahead = _offsets(self.zone, edges)
        first = np.searchsorted(edges, days)
        begins, ends = ahead[first], ahead[first + 1] if len(days) else ahead
        made[known] += begins[of_day]
        changing = known[(begins != ends)[of_day]]  # the clocks change on those days, or may
        made[changing] = moments[changing] + _offsets(self.zone, moments[changing])
        return made


def _offsets(of: dt.tzinfo, utc: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How far ahead of UTC a zone is at each of some moments, asked one by one."""
    given = (
        moment.replace(tzinfo=dt.UTC).astimezone(of).utcoffset() for moment in utc.astype("datetime64[us]").tolist()
    )
    return np.array([offset or dt.timedelta(0) for offset in given], "timedelta64[us]")


def zone(name: str) -> dt.tzinfo:
    """The zone of a name such as Europe/Amsterdam or +01:00. Raises ``UnknownZone``."""
    if found := _FIXED.fullmatch(name):
        hours, minutes = int(found[2]), int(found[3] or 0)
        if hours <= 14:
            offset = dt.timedelta(hours=hours, minutes=minutes)
            return dt.timezone(offset if found[1] == "+" else -offset)
    try:
        return _named(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(
            "--tz: there is no time zone of that name; give one such as Europe/Amsterdam, or the hours from UTC, such as +01:00."
        ) from None


@cache
def _named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def clock(calls: pd.DataFrame, given: str | None) -> Clock:
    """The clock of a chat with these CALLS; ``given`` decides where the user gave a zone."""
    posted = calls["posted_at"].to_numpy("datetime64[us]")
    known = ~np.isnat(posted)
    posted, called = posted[known], calls["time"].to_numpy("datetime64[us]")[known]
    if given is not None:
        return Clock(
            zone(given),
            given,
            "given",
            len(posted),
            _soonest(Clock(zone(given), given, "given", 0, None), posted, called),
        )
    best: tuple[Any, Clock] | None = None
    for name in _ZONES if len(posted) >= FEW else ():
        tried = Clock(_named(name), name, "inferred", len(posted), None)
        waits = np.sort(called + _MINUTE - tried.local(posted))
        if waits[len(waits) // _EDITED] <= np.timedelta64(0, "m"):
            continue
        total = waits.sum()
        if best is None or total < best[0]:
            best = total, tried
    if best is None:
        return Clock(None, None, "unknown", len(posted), None)
    found = best[1]
    return Clock(found.zone, found.name, "inferred", len(posted), _soonest(found, posted, called))


def _soonest(of: Clock, posted: Any, called: Any) -> int | None:
    if not len(posted):
        return None
    waits = np.sort(called - of.local(posted))
    return int(waits[len(waits) // _EDITED] // np.timedelta64(1, "m"))
