"""Episodes: what follows what (codebook section 7). A sequence in time, never a proof of cause."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.model import EPISODES, EpisodeKind, Event, Label, ReplyStatus, rows

if TYPE_CHECKING:
    import pandas as pd

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: EpisodeKind
    first: frozenset[str]
    then: frozenset[str]
    within: dt.timedelta


def _by(*labels: str) -> set[str]:
    return {f"by {x}" for x in labels}


def _on(*labels: str) -> set[str]:
    return {f"on {x}" for x in labels}


_PATTERNS = (
    _Pattern(
        EpisodeKind.SILENCED, frozenset(_by(Label.DISSENT)),
        frozenset({Event.REMOVED} | _on(Label.SANCTION, Label.RETALIATION_CALL, Label.THREAT, Label.INSULT)), 7 * _DAY,
    ),
    _Pattern(
        EpisodeKind.ENFORCED, frozenset(_on(Label.THREAT, Label.SHAMING)),
        frozenset({ReplyStatus.DONE} | _by(Label.APOLOGY)), 2 * _DAY,
    ),
    _Pattern(
        EpisodeKind.PUNISHED, frozenset(_on(Label.THREAT, Label.SHAMING)),
        frozenset({Event.REMOVED} | _on(Label.SANCTION)), 14 * _DAY,
    ),
    _Pattern(EpisodeKind.DRIVEN_OUT, frozenset(_by(Label.DISTRESS, Label.DISSENT)), frozenset({Event.LEFT}), 14 * _DAY),
    _Pattern(
        EpisodeKind.AFTER_EXIT, frozenset({Event.LEFT, Event.REMOVED}),
        frozenset(_on(Label.SANCTION, Label.RETALIATION_CALL, Label.SHAMING, Label.INSULT)), 14 * _DAY,
    ),
)  # fmt: skip


def episodes(pressure: pd.DataFrame, replies: pd.DataFrame, membership: pd.DataFrame) -> pd.DataFrame:
    """The EPISODES: per member, kind and first event one, ended by the first later event that completes it in its window."""
    events: dict[str, set[tuple[int, dt.datetime, str]]] = defaultdict(set)
    for p in rows(pressure):
        for label in p.labels:
            events[p.actor].add((p.line, p.time, f"by {label}"))
            for target in p.targets:
                events[target].add((p.line, p.time, f"on {label}"))
    done = replies.loc[replies["status"] == ReplyStatus.DONE, ["line", "time", "member"]].drop_duplicates("line")
    done_line, done_time = done["line"].to_numpy(), done["time"].to_numpy("datetime64[us]")
    said = done.groupby("member", sort=False).indices
    for m in rows(membership[membership["event"].isin([Event.LEFT, Event.REMOVED])]):
        if m.member is not None:
            events[m.member].add((m.line, m.time, m.event))
    found: list[tuple[Any, ...]] = []
    for member, happened in sorted(events.items()):
        order = sorted(happened)
        for pattern in _PATTERNS:
            first = dict.fromkeys((line, time) for line, time, what in order if what in pattern.first)
            if not first:
                continue
            then = [(line, at) for line, at, what in order if what in pattern.then]
            lines, at = np.array([x for x, _ in then], np.int64), np.array([x for _, x in then], "datetime64[us]")
            if ReplyStatus.DONE in pattern.then and member in said:
                lines, at = np.r_[lines, done_line[said[member]]], np.r_[at, done_time[said[member]]]
            sequence = np.lexsort((at, lines))
            lines, at = lines[sequence], at[sequence]
            earliest = np.minimum.accumulate(at[::-1])[::-1]  # of all from there on: clocks run back
            for (line, time), start in zip(first, np.searchsorted(lines, [x for x, _ in first], "right"), strict=True):
                latest = np.datetime64(time + pattern.within, "us")
                for n in range(start, len(lines)):
                    if at[n] <= latest:
                        found.append((pattern.kind.value, member, line, int(lines[n])))
                        break
                    if earliest[n] > latest:
                        break
    found.sort(key=lambda r: (r[2], r[3], r[0], r[1]))
    return EPISODES.frame(found)
