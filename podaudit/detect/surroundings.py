"""Where a message stands: who has calls open, who asked for something lately, who goes before and after."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.detect.chat import Chat, indices, places
from podaudit.model import REPORTED, Event, ReplyStatus, rows

if TYPE_CHECKING:
    import pandas as pd

_WEEK, _AFTER = (
    dt.timedelta(days=7),
    dt.timedelta(days=2),
)  # after: how long the group still speaks of somebody who went
_NOW, _QUARTER, _HOUR, _SOON, _DAY = (dt.timedelta(minutes=n) for n in (0, 15, 60, 180, 1440))

Moments = np.ndarray[Any, np.dtype[np.datetime64]]


@dataclass(frozen=True, slots=True)
class Exit:
    """Somebody left or was removed."""

    time: dt.datetime
    line: int
    event: str
    member: str
    by: str | None


def exits(chat: Chat) -> list[Exit]:
    """Who left or was removed, in order, as far as the notices say."""
    went = chat.membership[chat.membership["event"].isin([Event.LEFT, Event.REMOVED])]
    return [Exit(r.time, r.line, r.event, r.member, r.by) for r in rows(went) if r.member is not None]


class Open:
    """How many calls of the last seven days a member has not answered at a moment, by the ledger."""

    def __init__(self, calls: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame) -> None:
        import pandas as pd

        member, names = pd.factorize(ledger["member"])
        call, done = indices(ledger["key"], calls["key"]), replies["status"] == ReplyStatus.DONE
        said = np.full((len(names), len(calls)), np.datetime64("NaT", "us"), "datetime64[us]")
        who, whose = indices(replies.loc[done, "member"], names), indices(replies.loc[done, "key"], calls["key"])
        known = np.minimum(who, whose) >= 0
        said[who[known], whose[known]] = replies["time"].to_numpy()[done][known]  # of several the last
        made = calls["time"].to_numpy("datetime64[us]")[call]
        until = made + np.timedelta64(_WEEK)
        reported = ledger["status"].isin(REPORTED).to_numpy(bool)
        until[reported] = np.fmin(said[member[reported], call[reported]], until[reported])
        self._from, self._until = dict[str, Moments](), dict[str, Moments]()
        for name, at in zip(names, _groups(member, len(names)), strict=True):
            self._from[name], self._until[name] = np.sort(made[at]), np.sort(until[at])

    def count(self, member: str, now: Any) -> Any:
        """How many, at one moment or at each of several."""
        if member not in self._from:
            return np.zeros(np.shape(now), np.int64)
        now = np.asarray(now, "datetime64[us]")
        return np.searchsorted(self._from[member], now) - np.searchsorted(self._until[member], now, "right")


def _groups(numbers: Any, size: int) -> list[Any]:
    """For each number below ``size``: where it stands in an array."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.searchsorted(numbers[order], np.arange(1, size)))[:size]


@dataclass(frozen=True, slots=True)
class Stand:
    """How a member stands at a moment."""

    open: int  # calls not answered
    posted: bool  # has asked for something within the last two days


class Surroundings:
    """What is known of the moments of a chat, given CALLS, RULES, REPLIES and LEDGER."""

    def __init__(
        self, chat: Chat, calls: pd.DataFrame, rules: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame
    ) -> None:
        self._chat, self._open, self._gone = chat, Open(calls, replies, ledger), exits(chat)
        self._went = [x.time for x in self._gone]
        laid = Counter(chat.members[i] for i in places(chat.lines, rules["line"]) if i >= 0)
        self.lays_down = frozenset(m for m, n in laid.items() if n > 2)
        self._called: dict[str, Moments] = {}
        for caller, at in calls.groupby("caller", sort=False).indices.items():
            self._called[str(caller)] = np.sort(calls["time"].to_numpy("datetime64[us]")[at])

    def stands(self, pairs: Sequence[tuple[str, int]]) -> Iterator[Stand]:
        """How each of some members stood at the message on a position of the chat."""
        now = self._chat.moments[[i for _, i in pairs]]
        by_member: dict[str, list[int]] = defaultdict(list)
        for n, (member, _) in enumerate(pairs):
            by_member[member].append(n)
        open_, posted = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), bool)
        for member, at in by_member.items():
            open_[at] = self._open.count(member, now[at])
            posted[at] = self._posted(member, now[at])
        return map(cache(Stand), open_.tolist(), posted.tolist())

    def _posted(self, member: str, now: Moments) -> Any:
        called = self._called.get(member)
        if called is None:
            return False
        n = np.searchsorted(called, now)
        return (n > 0) & (now - called[n - 1] <= np.timedelta64(_AFTER))

    def exits(self, i: int, named: Sequence[str]) -> frozenset[str]:
        """Traits of who went shortly before a message or goes after it."""
        found, now, who = set[str](), self._chat.times[i], self._chat.members[i]
        for n in range(bisect_left(self._went, now - _AFTER), len(self._gone)):
            ahead = self._went[n] - now
            if ahead > _WEEK:
                break
            x = self._gone[n]
            if ahead < _NOW or (x.time == now and x.line < self._chat.lines[i]):
                found.add("after an exit")
                found |= {"soon after an exit"} if -ahead <= _SOON else set()
                found |= {"names who went"} if x.member in named else set()
                found |= {"after removing somebody"} if x.by == who else set()
                continue
            found |= {"names one who will go"} if x.member in named else set()
            if x.event == Event.REMOVED:
                found |= {"about to remove"} if x.by == who and ahead <= _QUARTER else set()
                found |= {"about to be removed"} if x.member == who else set()
            elif x.member == who:
                found |= {"about to leave"} if ahead <= _DAY else set()
                found |= {"leaves within the hour"} if ahead <= _HOUR else set()
        return frozenset(found)
