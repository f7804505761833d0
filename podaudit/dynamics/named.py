"""Namings: who is named before the group, who was as far behind and was not, and what was done in the two days after."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from podaudit.dynamics.measures import FEW, ratio
from podaudit.dynamics.opened import Obligations, Opened
from podaudit.model import Column, Label, Schema

NAMING_LABELS = (Label.SHAMING, Label.THREAT)
_NAMING = frozenset(NAMING_LABELS)
AFTER = dt.timedelta(hours=48)  # within which a naming may be followed by what was open
_Z = 1.959964  # of the normal distribution, for 95 %

NAMINGS = Schema("dynamics_namings", (
    Column("line", "int", "line of the message with the label shaming or threat", unit="line of the export"),
    Column("time", "time", "local time of it"),
    Column("actor", "str", "who wrote it"),
    Column("target", "str", "one of those it is aimed at"),
    Column("labels", "list", "shaming, threat or both", values=NAMING_LABELS),
    Column("open", "int", "calls open for the target then"),
    Column("done", "int", "of these, reported done within 48 hours"),
    Column("lines", "list", "lines of the calls open, and of the messages that report them done", of="int"),
), "Namings: messages that shame or threaten, a row for each member one is aimed at.")  # fmt: skip

FOLLOWED = Schema("dynamics_after_naming", (
    Column("member", "str?", "the member named; empty = all of them together"),
    Column("namings", "int", "namings at which calls were open"),
    Column("open", "int", "calls open at these, each naming counted"),
    Column("done", "int", "of these, reported done within 48 hours"),
    Column("share", "float?", "done / open; null where none was open", unit="share of 1"),
    Column("usual_open", "int", "calls open at noon of the days of which no naming of the member lies within 48 hours, before or after"),
    Column("usual_done", "int", "of these, reported done within 48 hours"),
    Column("usual_share", "float?", "usual_done / usual_open; null where none was open", unit="share of 1"),
    Column("difference", "float?", "share - usual_share; null where there are too few cases to say", unit="share of 1"),
    Column("low", "float?", "lower end of the 95 % interval of the difference (Newcombe 1998, method 10); null likewise",
           unit="share of 1"),
    Column("high", "float?", "upper end of it", unit="share of 1"),
    Column("enough", "bool", "at least 5 cases on both sides; else there are too few to say"),
), "What was reported done in the two days after a naming, beside the member's usual pace.")  # fmt: skip

GAPS = Schema("dynamics_gap", (
    Column("line", "int", "line of a naming", unit="line of the export"),
    Column("time", "time", "local time of it"),
    Column("actor", "str", "who wrote it"),
    Column("named", "list", "those it is aimed at who had calls open"),
    Column("open", "int", "open calls of the one of these who had fewest"),
    Column("not_named", "list", "members, but for the actor, who had at least as many open calls and were not named"),
), "Namings beside which others were as far behind and were not named.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Press:
    """A pressing message."""

    line: int
    time: dt.datetime
    actor: str
    labels: tuple[str, ...]  # the pressing ones
    targets: tuple[str, ...]


def namings(p: Press, opened: Opened) -> Iterable[dict[str, Any]]:
    """One naming per target."""
    labels = [x.value for x in NAMING_LABELS if x in p.labels]
    now = np.datetime64(p.time, "us")
    for target in p.targets if labels else ():
        own = opened.of_member.get(target)
        at = own.at(now, p.line) if own is not None else np.array([], np.int64)
        done = at[own.done[at] <= now + np.timedelta64(AFTER)] if own is not None else at
        lines = [] if own is None else sorted({*own.calls[at].tolist(), *own.answers[done].tolist()})
        yield {
            "line": p.line, "time": p.time, "actor": p.actor, "target": target, "labels": labels,
            "open": len(at), "done": len(done), "lines": lines,
        }  # fmt: skip


def gaps(pressing: Sequence[Press], opened: Opened) -> Iterable[dict[str, Any]]:
    """The namings at which somebody named had calls open: who was as far behind, and was not named."""
    naming = [p for p in pressing if p.targets and not _NAMING.isdisjoint(p.labels)]
    moments, lines = np.array([p.time for p in naming], "datetime64[us]"), np.array([p.line for p in naming], np.int64)
    open_ = {m: own.counts(moments, lines).tolist() for m, own in opened.of_member.items()}
    for n, p in enumerate(naming):
        behind = {m: of[n] for m, of in open_.items() if m != p.actor}
        named = [m for m in p.targets if behind.get(m)]
        if named:
            least = min(behind[m] for m in named)
            others = sorted(m for m, n in behind.items() if n >= least and m not in p.targets)
            yield {
                "line": p.line, "time": p.time, "actor": p.actor, "named": named, "open": least,
                "not_named": others,
            }  # fmt: skip


def followed(
    named: Sequence[Mapping[str, Any]], opened: Opened, first: dt.datetime | None, last: dt.datetime | None
) -> Iterable[dict[str, Any]]:
    """After a naming against the same member's usual pace; and all members together, first."""
    of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for n in named:
        if n["open"]:
            of[n["target"]].append(n)
    if first is None or last is None or not of:
        return
    made = []
    for member, own in sorted(of.items()):
        usual = _usual(opened.of_member[member], [n["time"] for n in named if n["target"] == member], first, last)
        made.append((member, len(own), sum(n["open"] for n in own), sum(n["done"] for n in own), *usual))
    counts = np.array([row[1:] for row in made]).sum(axis=0).tolist()
    for member, *numbers in [(None, *counts), *made]:
        yield _compared(member, *numbers)


def _usual(own: Obligations, named: Sequence[dt.datetime], first: dt.datetime, last: dt.datetime) -> tuple[int, int]:
    """Calls open at noon of the days far from a naming, and how many of them were done within 48 hours; each day counted."""
    days = np.arange(np.datetime64(first.date(), "us"), np.datetime64(last, "us"), np.timedelta64(1, "D"))
    noon = (days + np.timedelta64(12, "h"))[days + np.timedelta64(12, "h") < np.datetime64(last, "us")]
    at = np.array(sorted(named), dtype="datetime64[us]")
    after = np.searchsorted(at, noon + np.timedelta64(AFTER), "right") - np.searchsorted(
        at, noon - np.timedelta64(AFTER)
    )
    before = np.concatenate([[0], np.cumsum(after == 0)])  # days counted before each
    low, high = np.searchsorted(noon, own.made), np.searchsorted(noon, own.until)
    soon = np.maximum(low, np.searchsorted(noon, own.done - np.timedelta64(AFTER)))
    return int((before[high] - before[low]).sum()), int((before[high] - before[np.minimum(soon, high)]).sum())


def _compared(
    member: str | None, namings: int, open_: int, done: int, usual_open: int, usual_done: int
) -> dict[str, Any]:
    enough = min(open_, usual_open) >= FEW
    rate, usual = ratio(done, open_), ratio(usual_done, usual_open)
    difference = low = high = None
    if enough:
        difference = round(done / open_ - usual_done / usual_open, 4)
        low, high = (round(x, 4) for x in newcombe(done, open_, usual_done, usual_open))
    return {
        "member": member, "namings": namings, "open": open_, "done": done, "share": rate, "usual_open": usual_open,
        "usual_done": usual_done, "usual_share": usual, "difference": difference, "low": low, "high": high, "enough": enough,
    }  # fmt: skip


def wilson(hits: float, cases: float) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); it begins at 0 where none are hits, and ends at 1 where all are."""
    p, z2 = hits / cases, _Z * _Z
    middle, half = p + z2 / (2 * cases), _Z * math.sqrt(p * (1 - p) / cases + z2 / (4 * cases * cases))
    low, high = (middle - half) / (1 + z2 / cases), (middle + half) / (1 + z2 / cases)
    return low if hits else 0.0, high if hits < cases else 1.0


def newcombe(hits: int, cases: int, other_hits: int, other_cases: int) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares (Newcombe 1998, Statistics in Medicine 17, method 10)."""
    p, q = hits / cases, other_hits / other_cases
    (low, high), (other_low, other_high) = wilson(hits, cases), wilson(other_hits, other_cases)
    below = math.sqrt((p - low) ** 2 + (other_high - q) ** 2)
    above = math.sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return p - q - below, p - q + above
