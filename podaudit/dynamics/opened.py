"""What stood open for whom, and until when: from a call until it is reported done, for seven days, or until one leaves.

Seven days are as far as a reply reaches by itself (codebook section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from podaudit.ledger import REACH
from podaudit.model import REPORTED, ReplyStatus, rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Times = NDArray[np.datetime64]

NEVER = np.datetime64("9999-12-31", "us")


@dataclass(frozen=True, slots=True)
class Obligations:
    """What one member was asked, in order of time: when, until when it stood open, when it was reported done."""

    calls: NDArray[np.int64]  # lines
    made: Times
    until: Times
    done: Times  # NEVER where nothing is on record
    answers: NDArray[np.int64]  # lines; 0 where nothing is on record

    def at(self, moment: np.datetime64, line: int) -> NDArray[np.int64]:
        """Positions of the calls open at a moment, made before the message on ``line``."""
        first = np.searchsorted(self.made, moment - np.timedelta64(REACH), "right")
        found = first + np.flatnonzero(moment < self.until[first : np.searchsorted(self.made, moment, "right")])
        return found[self.calls[found] < line]

    def counts(self, moments: Times, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many calls were open at each of some messages, likewise."""
        made = np.searchsorted(self.made, moments, "right")
        number = made - np.searchsorted(np.sort(np.maximum(self.made, self.until)), moments, "right")
        latest = np.r_[0, np.maximum.accumulate(self.calls)]  # line of the calls made by then
        for n in np.flatnonzero(
            latest[made] >= lines
        ).tolist():  # some in a later line: of the same second, or the clock ran back
            number[n] = len(self.at(moments[n], int(lines[n])))
        return number


@dataclass(frozen=True, slots=True)
class Opened:
    """What was open for whom."""

    of_member: Mapping[str, Obligations]

    @staticmethod
    def of(calls: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame, members: pd.DataFrame) -> Opened:
        """Index the LEDGER by member."""
        done = replies[replies["status"] == ReplyStatus.DONE]
        done = done.drop_duplicates(["call_line", "key", "member"])[["call_line", "key", "member", "line", "time"]]
        asked = ledger[["call_line", "key", "member", "status"]].merge(
            calls[["line", "key", "time"]].rename(columns={"line": "call_line", "time": "made"}),
            on=["call_line", "key"],
        )
        asked = asked.merge(done, how="left", on=["call_line", "key", "member"])
        there = asked["status"].isin(REPORTED) & asked["time"].notna()
        asked["time"] = asked["time"].where(there, NEVER).astype("datetime64[us]")
        asked["line"] = asked["line"].where(there, 0).astype("int64")
        gone = {
            r.name: [np.datetime64(p["until"], "us") for p in r.periods if p["until"] is not None]
            for r in rows(members)
        }
        found = {}
        for member, own in asked.sort_values(["made", "call_line"], kind="stable").groupby("member", sort=True):
            made, end = own["made"].to_numpy("datetime64[us]"), own["time"].to_numpy("datetime64[us]")
            left = np.array([*sorted(gone.get(str(member), ())), NEVER])
            until = np.minimum(
                np.minimum(end, made + np.timedelta64(REACH)), left[np.searchsorted(left, made, "right")]
            )
            found[str(member)] = Obligations(
                own["call_line"].to_numpy(np.int64), made, until, end, own["line"].to_numpy(np.int64)
            )
        return Opened(found)
