"""What stood open for whom, and until when: from a call until it is reported done, for seven days, or until one leaves.

Seven days are as far as a reply reaches by itself (codebook section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from podaudit.detect.chat import indices
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
        open_ = moment < self.until[first : np.searchsorted(self.made, moment, "right")]
        found: NDArray[np.int64] = first + np.flatnonzero(open_)
        return found[self.calls[found] < line]

    def counts(self, moments: Times, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many calls were open at each of some messages, likewise."""
        made = np.searchsorted(self.made, moments, "right")
        number = made - np.searchsorted(np.sort(np.maximum(self.made, self.until)), moments, "right")
        latest = np.r_[0, np.maximum.accumulate(self.calls)]  # line of the calls made by then
        # Some of them in a later line: of the same second, or the clock ran back.
        for n in np.flatnonzero(latest[made] >= lines).tolist():
            number[n] = len(self.at(moments[n], int(lines[n])))
        return number


@dataclass(frozen=True, slots=True)
class Opened:
    """What was open for whom."""

    of_member: Mapping[str, Obligations]

    @staticmethod
    def of(calls: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame, members: pd.DataFrame) -> Opened:
        """Index the LEDGER by member."""
        import pandas as pd

        member, names = pd.factorize(ledger["member"], sort=True)
        done = np.flatnonzero(replies["status"] == ReplyStatus.DONE)[::-1]  # of several the first stays, set last
        who, call = indices(replies["member"], names)[done], indices(replies["key"], calls["key"])[done]
        done, who, call = (x[np.minimum(who, call) >= 0] for x in (done, who, call))
        time, line = np.full((len(names), len(calls)), NEVER), np.zeros((len(names), len(calls)), np.int64)
        time[who, call], line[who, call] = (
            replies["time"].to_numpy("datetime64[us]")[done],
            replies["line"].to_numpy()[done],
        )
        asked, reported = indices(ledger["key"], calls["key"]), ledger["status"].isin(REPORTED).to_numpy(bool)
        calls_time, calls_line = calls["time"].to_numpy("datetime64[us]"), calls["line"].to_numpy()
        gone = {
            r.name: [np.datetime64(p["until"], "us") for p in r.periods if p["until"] is not None]
            for r in rows(members)
        }
        found = {}
        for n, name in enumerate(names.tolist()):
            own = np.flatnonzero(member == n)
            own = own[np.lexsort((calls_line[asked[own]], calls_time[asked[own]]))]
            of, made = asked[own], calls_time[asked[own]]
            end = np.where(reported[own], time[n, of], NEVER)
            left = np.array([*sorted(gone.get(name, ())), NEVER])
            until = np.minimum(
                np.minimum(end, made + np.timedelta64(REACH)), left[np.searchsorted(left, made, "right")]
            )
            found[name] = Obligations(calls_line[of], made, until, end, np.where(reported[own], line[n, of], 0))
        return Opened(found)
