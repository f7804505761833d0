"""How far a run is, on a terminal: one line that is written over, with an estimate."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable

from podaudit import terminal
from podaudit.corpus.outcome import Done, Failure, Outcome

_RECENT = 50  # groups whose pace the estimate goes by
_EVERY = 0.2  # seconds between two lines


class Progress:
    """Says of each outcome how many are done and how long the rest may take; nothing unless standard error is a terminal.

    A failure is said in any case, unless ``quiet``; ``clock`` gives seconds.
    """

    def __init__(self, total: int, quiet: bool, clock: Callable[[], float]) -> None:
        self._total, self._quiet, self._clock = total, quiet, clock
        self._shown = not quiet and terminal.is_person(sys.stderr)
        self._done = self._failed = 0
        self._fresh: deque[float] = deque([clock()], _RECENT)
        self._last = float("-inf")

    def __call__(self, address: str, outcome: Outcome) -> None:
        self._done += 1
        if not (isinstance(outcome, Done) and not outcome.fresh):
            self._fresh.append(self._clock())
        if isinstance(outcome, Failure):
            self._failed += 1
            if not self._quiet:
                self._clear()
                terminal.say(f"{address}: {outcome.reason}")
        now = self._clock()
        if self._shown and (now - self._last >= _EVERY or self._done == self._total):
            self._last = now
            sys.stderr.write("\r\x1b[K" + line(self._done, self._failed, self._total, self._pace()))
            sys.stderr.flush()

    def _pace(self) -> float | None:
        """Groups per second of late."""
        passed = self._fresh[-1] - self._fresh[0]
        return (len(self._fresh) - 1) / passed if passed > 0 else None

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            self._clear()
            sys.stderr.flush()


def line(done: int, failed: int, total: int, pace: float | None) -> str:
    """As in "312 of 1,000 exports, 2 failed; 3.1 a second, about 4 min left"."""
    text = f"{done:,} of {total:,} exports" + (f", {failed:,} failed" if failed else "")
    return (
        text
        if pace is None or done == total
        else f"{text}; {pace:.1f} a second, about {_span((total - done) / pace)} left"
    )


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
