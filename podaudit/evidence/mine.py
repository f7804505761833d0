"""My comments: how many under posts put before the group and how many elsewhere, how alike, how long, how soon, at which hours."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.dynamics.measures import PARTS, SATURDAY, ratio
from podaudit.evidence.joining import Joined
from podaudit.evidence.owner import Owner
from podaudit.evidence.schemas import COMMENTS, HOURS, MONTHS, REPEATED, Given, Where

if TYPE_CHECKING:
    import pandas as pd

_REPEATED = 500  # wordings listed, those used most
_MINUTE = np.timedelta64(1, "m")
_COUNTED = {"reactions": "react", "comments": "comment", "reposts": "share", "votes": "vote"}


def where(joined: Joined, calls: pd.DataFrame, mine: np.ndarray[Any, Any], owner: str) -> np.ndarray[Any, Any]:
    """Of each action, on whose post: put before the group, somebody else's, the owner's (``mine``), or '' where no link says."""
    of_owner = (calls["beneficiary"] == owner).to_numpy(bool)
    called = joined.call >= 0
    own = mine.copy()
    own[called] |= of_owner[joined.call[called]] if len(calls) else False
    made = np.where(called, Where.POD.value, Where.OTHERS.value)
    made[(joined.actions["post_id"] == "").to_numpy(bool)] = ""
    made[own] = Where.OWN.value
    return made


def comments(joined: Joined, calls: pd.DataFrame, places: np.ndarray[Any, Any]) -> pd.DataFrame:
    """COMMENTS: a row for each of pod, others and own that has any."""
    comment = joined.kind == "comment"
    w, utc = joined.words, joined.actions["utc"].to_numpy("datetime64[us]")
    again = _again(w.same, utc, comment)
    called = calls["time"].to_numpy("datetime64[us]")
    made = []
    for place in Where:
        at = np.flatnonzero(comment & (places == place.value))
        if not len(at):
            continue
        local = joined.local[at]
        local = local[~np.isnat(local)]
        hours = (local.astype("datetime64[h]").astype("int64") % 24).astype(int)
        weekday = (local.astype("datetime64[D]").astype("int64") + 3) % 7
        of_call = at[joined.call[at] >= 0] if place is Where.POD else at[:0]
        after_call = (joined.local[of_call] - called[joined.call[of_call]]) / _MINUTE
        after_post = (utc[at] - joined.posts.times[at]) / _MINUTE
        made.append({
            "where": place.value, "comments": len(at), "stock": _share(w.stock[at]), "same_words": _share(again[at]),
            "emoji_only": _share(w.emoji_only[at]), "question": _share(w.question[at]),
            "words_median": float(np.median(w.words[at])), "timed": len(local),
            "after_call_median": _median(after_call[after_call >= 0]),
            "after_post_median": _median(after_post[after_post >= 0]),
            "evenings": ratio(int(np.isin(hours, PARTS["evening"]).sum()), len(local)),
            "nights": ratio(int(np.isin(hours, PARTS["night"]).sum()), len(local)),
            "weekends": ratio(int((weekday >= SATURDAY).sum()), len(local)),
        })  # fmt: skip
    return COMMENTS.frame(made)


def _share(flags: Any) -> float | None:
    return ratio(int(flags.sum()), len(flags))


def _median(values: Any) -> float | None:
    return round(float(np.median(values)), 1) if len(values) else None


def _again(same: Any, utc: Any, comment: Any) -> np.ndarray[Any, Any]:
    """Of each comment, whether its words stand in an earlier one; those without a time count as the last."""
    at = np.flatnonzero(comment & (same >= 0))
    moments = np.where(np.isnat(utc[at]), np.datetime64("9999-01-01", "us"), utc[at])
    order = at[np.lexsort((at, moments))]
    _, first = np.unique(same[order], return_index=True)
    again = np.zeros(len(same), bool)
    again[order] = True
    again[order[first]] = False
    return again


def hours(joined: Joined, places: np.ndarray[Any, Any]) -> pd.DataFrame:
    """HOURS: at which hours and weekdays the owner comments, under whose posts."""
    comment = (joined.kind == "comment") & ~np.isnat(joined.local)
    made = []
    for place in Where:
        local = joined.local[comment & (places == place.value)]
        weekday = (local.astype("datetime64[D]").astype("int64") + 3) % 7
        hour = local.astype("datetime64[h]").astype("int64") % 24
        counts = np.bincount(weekday * 24 + hour, minlength=7 * 24).tolist()
        made += [(place.value, slot // 24, slot % 24, n) for slot, n in enumerate(counts) if n]
    return HOURS.frame(made)


def repeated(joined: Joined, places: np.ndarray[Any, Any]) -> tuple[pd.DataFrame, int]:
    """REPEATED: the wordings that the owner used more than once, the most used first; and how many there are in all."""
    same = joined.words.same
    at = np.flatnonzero((joined.kind == "comment") & (same >= 0))
    codes, first, counts = np.unique(same[at], return_index=True, return_counts=True)
    several = counts > 1
    pod = np.bincount(same[at][places[at] == Where.POD.value], minlength=int(same.max(initial=0)) + 1)
    texts = joined.actions["text"].iloc[at[first[several]]].tolist()
    listed = [
        (text, int(pod[code]), int(n - pod[code]))
        for code, text, n in zip(codes[several].tolist(), texts, counts[several].tolist(), strict=True)
    ]
    listed.sort(key=lambda row: (-row[1] - row[2], row[0]))
    return REPEATED.frame(listed[:_REPEATED]), len(listed)


def months(given: Given, joined: Joined, places: np.ndarray[Any, Any], owner: Owner, shares: Any) -> pd.DataFrame:
    """MONTHS: what the owner did, month by month. ``shares``: when the owner's own posts were made, by the chat's clock."""
    utc = joined.actions["utc"].to_numpy("datetime64[us]")
    when = np.where(np.isnat(joined.local), utc, joined.local)
    month, kind = when.astype("datetime64[M]"), joined.kind
    counts: dict[str, Counter[Any]] = {}
    for name, wanted in _COUNTED.items():
        counts[name] = _per_month(month[kind == wanted])
        if name in ("reactions", "comments"):
            counts[f"pod_{name}"] = _per_month(month[(kind == wanted) & (places == Where.POD.value)])
    counts["shares"] = _per_month(np.asarray(shares, "datetime64[us]").astype("datetime64[M]"))
    counts["connections"] = _per_month(np.array(given.connections, "datetime64[M]"))
    found = sorted({m for held in counts.values() for m in held})
    if not found:
        return MONTHS.frame()
    every = np.arange(found[0], found[-1] + np.timedelta64(1, "M")).tolist()
    return MONTHS.frame([
        {
            "month": f"{m:%Y-%m}", "period": owner.month(dt.datetime(m.year, m.month, 1)).value,
            **{name: held[np.datetime64(m, "M")] for name, held in counts.items()},
        }
        for m in every
    ])  # fmt: skip


def _per_month(months: Any) -> Counter[Any]:
    values, counts = np.unique(months[~np.isnat(months)], return_counts=True)
    return Counter(dict(zip(values, counts.tolist(), strict=True)))
