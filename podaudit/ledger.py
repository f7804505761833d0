"""The ledger: one obligation per call and member, and which message on record answers it (codebook sections 3 and 4)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from podaudit.detect.chat import Chat
from podaudit.model import ABSENCES, LEDGER, REPLIES, ReplyStatus, RuleType, Status, rows
from podaudit.standing import Standing

if TYPE_CHECKING:
    import pandas as pd

REACH = dt.timedelta(days=7)  # older calls are reached only by being named, codebook section 3
_BEYOND = 2  # a count may exceed the open calls by this many and still speak of them


@dataclass(frozen=True, slots=True)
class _Call:
    line: int
    time: dt.datetime
    caller: str
    beneficiary: str
    post_id: str | None
    url: str
    key: str
    due: dt.datetime | None

    def asks(self, member: str) -> bool:
        return member not in (self.caller, self.beneficiary)


def with_due(calls: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """CALLS with ``due`` filled: the call's own deadline, else by the deadline rule in force at that moment, else none."""
    standing = Standing.of(rules)
    due = []
    for line, time, own in zip(calls["line"], calls["time"], calls["deadline"], strict=True):
        rule = standing.at(RuleType.DEADLINE, line)
        due.append(own if own == own and own is not None else _by_rule(rule.value, time) if rule else None)
    return calls.assign(due=_times(due))


def _times(values: list[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(pd.to_datetime(pd.Series(values, dtype="object")), dtype="datetime64[us]")


def _by_rule(value: Any, time: dt.datetime) -> dt.datetime | None:
    if isinstance(value, int):
        return time + dt.timedelta(minutes=value)
    if not isinstance(value, str):
        return None
    hour, minute = (int(x) for x in value.split(":"))
    at = time.replace(hour=hour % 24, minute=minute, second=0, microsecond=0) + dt.timedelta(days=hour // 24)
    return at if at > time else at + dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Book:
    """The calls in line order, and the ways to them."""

    calls: list[_Call]
    lines: list[int]
    times: list[dt.datetime]  # never running back
    by_name: dict[str, list[int]]  # caller or beneficiary -> positions
    by_key: dict[str, int]
    joined: dict[str, list[dt.datetime]]

    @staticmethod
    def of(calls: pd.DataFrame, chat: Chat) -> _Book:
        book = list(_calls(calls))
        by_name: dict[str, list[int]] = defaultdict(list)
        for n, c in enumerate(book):
            for name in dict.fromkeys((c.caller, c.beneficiary)):
                by_name[name].append(n)
        joined = {m: [a for a, _ in periods if a is not None] for m, periods in chat.present.items()}
        times = list(accumulate((c.time for c in book), max))
        return _Book(book, [c.line for c in book], times, by_name, {c.key: n for n, c in enumerate(book)}, joined)

    def reach(self, claim: Any, before: int, open_: Callable[[int], bool]) -> Iterator[int]:
        """Open calls of the last seven days since the member joined, latest first."""
        since = max([claim.time - REACH, *(a for a in self.joined.get(claim.member, ()) if a <= claim.time)])
        return (n for n in range(before - 1, bisect_left(self.times, since) - 1, -1) if open_(n))

    def spoken_of(self, claim: Any, before: int, open_: Callable[[int], bool]) -> list[int]:
        """The calls that a claim speaks of, of the first ``before``."""
        if claim.keys:
            return [n for k in claim.keys if (n := self.by_key.get(k, before)) < before and open_(n)]
        count, named = claim.count, list[int]()
        for name in claim.names:
            those = (n for n in reversed(self.by_name.get(name, ())) if n < before and open_(n))
            named += islice(those, count if count and len(claim.names) == 1 else 1)
        reach = (n for n in self.reach(claim, before, open_) if n not in named)
        if claim.inverse:  # all but those named
            return list(islice(reach, count))
        if named:
            more = count - len(named) if count and len(claim.names) > 1 else 0
            return list(dict.fromkeys([*named, *islice(reach, max(0, more))]))
        if claim.strict:  # it names somebody, and none of theirs is open
            return []
        found = list(islice(reach, None if claim.all else count or 1))
        return [] if count and count > len(found) + _BEYOND else found  # «10/10 would come again»


def tie(calls: pd.DataFrame, claims: pd.DataFrame, chat: Chat) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tie claims to the calls they speak of: REPLIES and ABSENCES, given CALLS and CLAIMS.

    Codebook section 3: the calls a claim names; else as many of the latest as it counts; else the latest by another
    member; never a call that the member has confirmed already, and within seven days unless named.
    """
    book = _Book.of(calls, chat)
    confirmed: dict[str, set[int]] = defaultdict(set)
    replies, absences = [], []
    for claim in rows(claims):
        if claim.until is not None and claim.status == ReplyStatus.EXCUSE:
            absences.append((claim.line, claim.member, claim.time, claim.until))
            continue
        mine = confirmed[claim.member]

        def open_(n: int, member: str = claim.member, mine: set[int] = mine) -> bool:
            return n not in mine and book.calls[n].asks(member)

        for n in sorted(book.spoken_of(claim, bisect_left(book.lines, claim.line), open_)):
            c = book.calls[n]
            replies.append(
                (claim.line, claim.member, claim.status, c.line, c.post_id, c.url, claim.why, claim.time, c.key)
            )
            if claim.status == ReplyStatus.DONE:
                mine.add(n)
    return REPLIES.frame(replies), ABSENCES.frame(absences)


def _calls(calls: pd.DataFrame) -> Iterator[_Call]:
    for r in rows(calls):
        yield _Call(r.line, r.time, r.caller, r.beneficiary, r.post_id, r.url, r.key, r.due)


def settle(calls: pd.DataFrame, replies: pd.DataFrame, absences: pd.DataFrame, chat: Chat) -> pd.DataFrame:
    """The LEDGER: for each call a row for every member it asked, with the status that is on record."""
    answers: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for r in rows(replies):
        answers[r.call_line, r.key, r.member].append(r)
    away: dict[str, list[Any]] = defaultdict(list)
    for a in rows(absences.rename(columns={"from": "since"})):
        away[a.member].append(a)
    made = []
    for c in _calls(calls):
        for member in chat.present:
            if c.asks(member) and chat.here(member, c.time):
                status, line = _status(c, answers.get((c.line, c.key, member), ()), away.get(member, ()))
                made.append((c.line, c.post_id, c.url, member, status.value, line, c.key))
    return LEDGER.frame(made)


_NEXT = (
    (ReplyStatus.EXCUSE, Status.EXCUSED),
    (ReplyStatus.REFUSE, Status.REFUSED),
    (ReplyStatus.PROMISE, Status.PROMISED),
)


def _status(call: _Call, answers: Iterable[Any], away: Iterable[Any]) -> tuple[Status, int | None]:
    said: dict[str, Any] = {}
    for r in answers:
        said.setdefault(r.status, r)
    if done := said.get(ReplyStatus.DONE):
        late = call.due is not None and done.time > call.due
        return (Status.LATE if late else Status.CONFIRMED), done.line
    absence = next((a for a in away if a.since <= call.time <= a.until), None)
    for status, settled in _NEXT:
        if r := said.get(status):
            return settled, r.line
        if settled is Status.EXCUSED and absence:
            return settled, absence.line
    return Status.SILENT, None
