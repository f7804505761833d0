"""The ledger: one obligation per call and member, and which message on record answers it (codebook sections 3 and 4)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podaudit.detect.chat import Chat, indices
from podaudit.model import ABSENCES, LEDGER, REPLIES, ReplyStatus, RuleType, Status, rows
from podaudit.standing import Standing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

REACH = dt.timedelta(days=7)  # older calls are reached only by being named, codebook section 3
_BEYOND = 2  # a count may exceed the open calls by this many and still speak of them


def with_due(calls: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """CALLS with ``due`` filled: the call's own deadline, else by the deadline rule in force at that moment, else none."""
    import numpy as np

    standing, times = Standing.of(rules), calls["time"].to_numpy()
    number = np.array([standing.number(RuleType.DEADLINE, line) for line in calls["line"].tolist()], np.int64)
    due = np.full(len(calls), np.datetime64("NaT", "us"), "datetime64[us]")
    for n, rule in enumerate(standing.versions.get(RuleType.DEADLINE, ()), 1):
        held = number == n
        due[held] = _by_rule(rule.value, times[held])
    own = calls["deadline"].to_numpy()
    return calls.assign(due=np.where(np.isnat(own), due, own))


def _by_rule(value: Any, times: np.ndarray[Any, Any]) -> Any:
    """When calls made at ``times`` are due: so many minutes after, or at the next ``HH:MM``; not a time where neither."""
    import numpy as np

    if isinstance(value, int):
        return times + np.timedelta64(value, "m")
    if not isinstance(value, str):
        return np.datetime64("NaT", "us")
    hour, minute = (int(x) for x in value.split(":"))
    at = times.astype("datetime64[D]") + np.timedelta64(hour * 60 + minute, "m")
    return np.where(at > times, at, at + np.timedelta64(1, "D"))


@dataclass(frozen=True, slots=True)
class _Book:
    """The calls by their positions, which are in line order, and the ways to them."""

    all: Sequence[int]
    by_name: dict[str, list[int]]  # caller or beneficiary -> positions
    by_key: dict[str, int]

    @staticmethod
    def of(calls: pd.DataFrame) -> _Book:
        by_name: dict[str, list[int]] = defaultdict(list)
        for n, names in enumerate(zip(calls["caller"].tolist(), calls["beneficiary"].tolist(), strict=True)):
            for name in dict.fromkeys(names):
                by_name[name].append(n)
        return _Book(list(range(len(calls))), by_name, {key: n for n, key in enumerate(calls["key"].tolist())})


class _Open:
    """Calls, all or those of one name, that may be open to a member, as far as the chat has come."""

    def __init__(self, calls: Sequence[int]) -> None:
        self._calls = calls  # positions, rising
        self._taken = 0  # of them, how many have been looked at
        self._left: list[int] = []  # of those; what is closed by now leaves when it is met

    def latest(self, closed: Set[int], before: int, most: int | None, since: int = 0) -> list[int]:
        """The open ones from ``since`` on and before ``before``, which never falls; latest first, at most so many."""
        left, found, stop = self._left, list[int](), bisect_left(self._calls, before, self._taken)
        left += self._calls[self._taken : stop]
        self._taken = stop
        at = len(left)
        while at and len(found) != most and (n := left[at - 1]) >= since:
            at -= 1
            if n in closed:
                del left[at]
            else:
                found.append(n)
        return found


class _Member:
    """A member's calls: what a claim of his or hers may speak of."""

    def __init__(self, name: str, book: _Book) -> None:
        self._name = name
        self._book = book
        self._all = _Open(book.all)
        self._of: dict[str, _Open] = {}  # caller or beneficiary -> calls
        self.closed = set(book.by_name.get(name, ()))  # positions: one's own, and what one has confirmed

    def _called(self, names: Sequence[str], before: int, since: int) -> bool:
        """Is there a call by or for one of those others, open or not, from ``since`` on and before ``before``?"""
        for name in names:
            of = self._book.by_name.get(name, ())
            at = bisect_left(of, before)
            if name != self._name and at and of[at - 1] >= since:
                return True
        return False

    def spoken_of(self, claim: Any) -> list[int]:
        """The open calls that a claim speaks of, of those before ``claim.before``; unnamed, from ``claim.since`` on."""
        before, count, named = claim.before, claim.count, list[int]()
        if not (claim.keys or claim.names or count or claim.all or claim.inverse or claim.strict):  # most: the latest
            return self._all.latest(self.closed, before, 1, claim.since)
        if claim.keys:
            known = (self._book.by_key.get(key, before) for key in claim.keys)
            return [n for n in known if n < before and n not in self.closed]
        for name in claim.names:
            if name not in self._of:
                self._of[name] = _Open(self._book.by_name.get(name, ()))
            named += self._of[name].latest(self.closed, before, count if count and len(claim.names) == 1 else 1)
        most: int | None  # of the others
        if claim.inverse:  # all but those named
            most = count
        elif named:
            most = max(0, count - len(named)) if count and len(claim.names) > 1 else 0
        elif claim.strict or (not (count or claim.all) and self._called(claim.names, before, claim.since)):
            most = 0  # it names somebody, and none of theirs is open
        else:
            most = None if claim.all else count or 1
        if most != 0:
            others = self._all.latest(self.closed, before, None if most is None else most + len(named), claim.since)
            others = [n for n in others if n not in named][:most] if named else others
            if claim.inverse or not named:
                beyond = not claim.inverse and count and count > len(others) + _BEYOND  # «10/10 would come again»
                return [] if beyond else others
            named += others
        return [] if claim.inverse else list(dict.fromkeys(named))


def tie(calls: pd.DataFrame, claims: pd.DataFrame, chat: Chat) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tie claims to the calls they speak of: REPLIES and ABSENCES, given CALLS and CLAIMS.

    Codebook section 3: the calls a claim names; else as many of the latest as it counts; else the latest by another
    member; never a call that the member has confirmed already, and within seven days unless named.
    """
    import numpy as np

    away = claims["until"].notna() & (claims["status"] == ReplyStatus.EXCUSE)
    absences = claims[away].rename(columns={"time": "from"})
    claims = claims[~away].reset_index(drop=True)
    before = np.searchsorted(calls["line"].to_numpy(), claims["line"].to_numpy())
    times = np.maximum.accumulate(calls["time"].to_numpy())  # a clock may run back
    since = np.searchsorted(times, _reach(claims, chat))
    book, members = _Book.of(calls), dict[str, _Member]()
    saying, spoken = list[int](), list[int]()  # positions in CLAIMS and CALLS, a pair per reply
    columns = ["member", "status", "names", "keys", "count", "all", "inverse", "strict"]
    for n, claim in enumerate(rows(claims[columns].assign(before=before, since=since))):
        member = members.get(claim.member)
        if member is None:
            member = members[claim.member] = _Member(claim.member, book)
        found = member.spoken_of(claim)
        if len(found) > 1:
            found.sort()
        saying += [n] * len(found)
        spoken += found
        if claim.status == ReplyStatus.DONE:
            member.closed.update(found)
    told = claims[["line", "member", "status", "why", "time"]].take(np.array(saying, np.int64))
    meant = (
        calls[["line", "post_id", "url", "key"]].take(np.array(spoken, np.int64)).rename(columns={"line": "call_line"})
    )
    return REPLIES.frame({**told, **meant}), ABSENCES.frame(absences)


def _reach(claims: pd.DataFrame, chat: Chat) -> np.ndarray[Any, Any]:
    """Per claim, from when on calls are meant that it does not name: seven days back, or since the member joined."""
    import numpy as np

    times = claims["time"].to_numpy()
    since = times - np.timedelta64(REACH)
    for member, at in claims.groupby("member", sort=False).indices.items():
        joined = np.array([a for a, _ in chat.present.get(str(member), ()) if a is not None], "datetime64[us]")
        joined.sort()
        last = np.searchsorted(joined, times[at], "right")
        known = last > 0
        since[at[known]] = np.maximum(since[at[known]], joined[last[known] - 1])
    return since


# ------------------------------------------------------------------------------------------------------------- statuses

_STATUSES = list(Status)  # late right after confirmed
# What a reply settles, the weakest first. Signing off excuses like saying so.
_SETTLED = {
    ReplyStatus.PROMISE: Status.PROMISED,
    ReplyStatus.REFUSE: Status.REFUSED,
    ReplyStatus.EXCUSE: Status.EXCUSED,
    ReplyStatus.DONE: Status.CONFIRMED,
}


def settle(calls: pd.DataFrame, replies: pd.DataFrame, absences: pd.DataFrame, chat: Chat) -> pd.DataFrame:
    """The LEDGER: for each call a row for every member it asked, with the status that is on record."""
    import numpy as np
    import pandas as pd

    members = pd.Series(list(chat.present), dtype="str")
    asked = _asked(calls, members, chat)
    status = np.full(asked.shape, _STATUSES.index(Status.SILENT), np.int8)
    lines = np.zeros(asked.shape, np.int64)  # of the message that decides

    def decide(call: Any, member: Any, settled: Any, line: Any) -> None:
        status[call, member], lines[call, member] = settled, line

    times, due = calls["time"].to_numpy(), calls["due"].to_numpy()
    order = np.argsort(times, kind="stable")
    call, member = indices(replies["key"], calls["key"]), indices(replies["member"], members)
    line, late = replies["line"].to_numpy(), replies["time"].to_numpy() > due[call]
    away = absences.iloc[::-1]  # what is written last stays: the strongest status, and of each the first message
    for said, settled in _SETTLED.items():
        if settled is Status.EXCUSED:
            first = np.searchsorted(times[order], away["from"].to_numpy())
            stop = np.searchsorted(times[order], away["until"].to_numpy(), "right")
            who = indices(away["member"], members)
            for n in np.flatnonzero(who >= 0).tolist():
                decide(order[first[n] : stop[n]], who[n], _STATUSES.index(settled), away["line"].iat[n])
        at = np.flatnonzero((replies["status"] == said).to_numpy() & (np.minimum(call, member) >= 0))[::-1]
        code = _STATUSES.index(settled) + (late[at] & (settled is Status.CONFIRMED))
        decide(call[at], member[at], code, line[at])
    of_call, of_member = asked.nonzero()
    called = calls[["line", "post_id", "url", "key"]].take(of_call).rename(columns={"line": "call_line"})
    return LEDGER.frame({
        **called, "member": members.take(of_member), "status": pd.Series(_STATUSES, dtype="str").take(status[asked]),
        "line": pd.arrays.IntegerArray(lines[asked], lines[asked] == 0),
    })  # fmt: skip


def _asked(calls: pd.DataFrame, members: pd.Series[str], chat: Chat) -> np.ndarray[Any, Any]:
    """Call by member: was the member in the group then, and the call neither of nor for him or her?"""
    import numpy as np

    order = np.argsort(calls["time"].to_numpy(), kind="stable")
    moments = calls["time"].to_numpy()[order]
    asked = np.zeros((len(calls), len(members)), bool)
    for n, periods in enumerate(chat.present.values()):
        came, left = (np.array([p[x] for p in periods], "datetime64[us]") for x in (0, 1))
        first = np.where(np.isnat(came), 0, np.searchsorted(moments, came))
        stop = np.where(np.isnat(left), len(calls), np.searchsorted(moments, left))
        into, out = (np.bincount(x, minlength=len(calls) + 1) for x in (first, np.maximum(first, stop)))
        asked[order, n] = (into - out)[:-1].cumsum() > 0
    for column in ("caller", "beneficiary"):
        who = indices(calls[column], members)
        asked[who >= 0, who[who >= 0]] = False
    return asked
