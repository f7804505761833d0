"""Whose archive it is: which member of the chat, and when she or he was in the group."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.evidence.schemas import Period
from podaudit.lexicon.fold import fold
from podaudit.model import DecisionNeeded, rows

if TYPE_CHECKING:
    import pandas as pd

_INSTANT = dt.timedelta(microseconds=1)
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Owner:
    """The member whose archive it is. ``stays``: (from, until), None = open to the export's first or last moment."""

    name: str
    stays: tuple[tuple[dt.datetime | None, dt.datetime | None], ...]
    first: dt.datetime | None  # of the export
    last: dt.datetime | None
    other_name: bool = False  # the exports bear the name of another member

    def period(self, local: dt.datetime | None) -> Period:
        """Where a moment by the chat's clock stands against the time in the group."""
        if local is None or not self.stays:
            return Period.UNKNOWN
        for since, until in self.stays:
            start, stop = since or self.first, until or self.last
            if start is not None and stop is not None and start <= local <= stop:
                return Period.DURING
        earliest, latest = self.stays[0][0], self.stays[-1][1]
        if earliest is not None and local < earliest:
            return Period.BEFORE
        if latest is not None and local > latest:
            return Period.AFTER
        return Period.UNKNOWN

    def periods(self, local: Any) -> list[str]:
        """``period`` of each of many moments (an array): it changes only where a stay begins or ends."""
        moments = np.asarray(local, "datetime64[us]")
        ends = {end for stay in self.stays for end in stay} | {self.first, self.last}
        edges = sorted(end + step for end in ends if end is not None for step in (dt.timedelta(0), _INSTANT))
        samples = [*(edge - _INSTANT for edge in edges[:1]), *edges]
        names = np.array([*(self.period(sample).value for sample in samples), Period.UNKNOWN.value], object)
        at = np.searchsorted(np.array(edges, "datetime64[us]"), moments, "right")
        return names[np.where(np.isnat(moments), len(samples), at)].tolist()  # type: ignore[no-any-return]

    def month(self, first: dt.datetime) -> Period:
        """As ``period``, for the month that begins at a moment: during where the owner was in the group on any day of it."""
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(seconds=1)
        for since, until in self.stays:
            start, stop = since or self.first, until or self.last
            if start is not None and stop is not None and start <= last and first <= stop:
                return Period.DURING
        return self.period(first)


def find(members: pd.DataFrame, me: str | None, names: Sequence[str], first: Any, last: Any) -> Owner:
    """The owner: the member that ``--me`` named, else the one who bears the archive's own name.

    Raises ``DecisionNeeded`` where no member, or more than one, can be meant.
    """
    held = list(rows(members))
    named = next((hits for name in names if (hits := _bearing(_words(name), held))), [])
    found = named if me is None else [row for row in held if row.owner]
    if len(found) != 1:
        why = (
            "bear the names of several members"
            if found
            else "bear no name of a member"
            if names
            else "do not say whose they are"
        )
        raise DecisionNeeded(f"The LinkedIn exports {why}; say with --me NAME who you are in this chat.")
    row = found[0]
    stays = tuple((_moment(p["from"]), _moment(p["until"])) for p in row.periods)
    return Owner(row.name, stays, first, last, bool(named) and row.name not in [other.name for other in named])


def _moment(value: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(fold(name)))


def _bearing(wanted: tuple[str, ...], members: Iterable[Any]) -> list[Any]:
    """The members shown by that name; where none is, those shown by its first name or part of it."""
    if not wanted:
        return []
    shown = [(row, {words for name in (row.name, *row.also) if (words := _words(name))}) for row in members]
    whole = [row for row, names in shown if any(sorted(words) == sorted(wanted) for words in names)]
    return whole or [
        row for row, names in shown if any(words[0] == wanted[0] and set(words) <= set(wanted) for words in names)
    ]
