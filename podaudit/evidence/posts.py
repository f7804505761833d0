"""My posts: those put before the group beside those that were not; before, during and after membership; and the group's part.

Comparisons, never causes: who puts a post before a group may do so with the posts that matter most. Each figure stands with
its number of posts and an interval, and the group's part of a post's engagement is a range: at least what members said they
did, one thing each; at most everything that those who were asked could have done.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from podaudit.dynamics.measures import median_rank, ratio
from podaudit.evidence import identity
from podaudit.evidence.analytics import COUNTS
from podaudit.evidence.identity import Ids
from podaudit.evidence.joining import source
from podaudit.evidence.owner import Owner
from podaudit.evidence.schemas import COMPARISON, DAYS, POSTS, Given, Period
from podaudit.evidence.zones import Clock
from podaudit.model import REPORTED, rows

_EXACT = 1000  # cases up to which the interval of a median is reckoned exactly


@dataclass(slots=True)
class Own:
    """The owner's posts: the ids of each, and which rows of what was given are of it."""

    ids: np.ndarray[Any, Any]  # every id known; the arrays run parallel
    kinds: np.ndarray[Any, Any]
    post: np.ndarray[Any, Any]  # of each id, the number of its post
    count: int  # posts
    by_time: set[int]  # posts of which two ids were taken for one by time
    called: tuple[np.ndarray[Any, Any], pd.DataFrame]  # of each row, the number of its post; rows of CALLS
    shared: tuple[np.ndarray[Any, Any], pd.DataFrame]  # rows of Given.shares
    told: tuple[np.ndarray[Any, Any], pd.DataFrame]  # rows of Given.metrics


def gather(given: Given, calls: pd.DataFrame, owner: str) -> Own:
    """The owner's posts: those called in the chat, those in Shares, those in the analytics; one number a post."""
    ours = (calls["beneficiary"] == owner) & (calls["platform"] == "linkedin") & calls["post_id"].notna()
    parts = (calls[ours], given.shares[given.shares["post_id"] != ""], given.metrics[given.metrics["post_id"] != ""])
    none = np.zeros(0, object)
    own = Own(none, none, np.zeros(0, np.int64), 0, set(), *((np.zeros(0, np.int64), part) for part in parts))
    own.called, own.shared, own.told = ((_number(own, part), part) for part in parts)
    return own


def _number(own: Own, part: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The posts of some rows, new ones among them numbered on."""
    ids, kinds = (part[name].astype("object").to_numpy(object) for name in ("post_id", "post_kind"))
    place, inferred = identity.match(Ids.of(ids, kinds), Ids.of(own.ids, own.kinds))
    post = np.where(place >= 0, own.post[place], -1) if len(own.ids) else np.full(len(ids), -1)
    fresh = np.flatnonzero(post < 0)
    codes, names = pd.factorize(ids[fresh])
    post[fresh] = own.count + codes
    own.count += len(names)
    own.by_time |= set(post[inferred].tolist())
    new = (place < 0) | inferred
    own.ids, own.kinds = np.concatenate((own.ids, ids[new])), np.concatenate((own.kinds, kinds[new]))
    own.post = np.concatenate((own.post, post[new]))
    return post


def posts(own: Own, given: Given, ledger: pd.DataFrame, clock: Clock, owner: Owner) -> pd.DataFrame:
    """POSTS, by time, those without one last."""
    n = own.count
    post_id, url = np.empty(n, object), np.empty(n, object)
    told = np.full(n, np.datetime64("NaT", "us"), "datetime64[us]")
    post_id[own.post[::-1]] = own.ids[::-1]  # of several, the first stays
    for places, part in (own.told, own.shared, own.called):
        url[places[::-1]] = part["url"].to_numpy(object)[::-1]
    told[own.shared[0][::-1]] = own.shared[1]["utc"].to_numpy("datetime64[us]")[::-1]
    sources: list[list[str]] = [[] for _ in range(n)]
    shares = own.shared[1]
    for post, file, row in zip(own.shared[0].tolist(), shares["file"].tolist(), shares["row"].tolist(), strict=True):
        sources[post].append(source(given, file, row))
    for post, held in zip(own.told[0].tolist(), own.told[1]["sources"], strict=True):
        sources[post] += held
    utc = Ids.of(post_id, post_id).times
    utc = np.where(np.isnat(utc), told, utc)
    local = clock.local(utc) if clock.zone else utc  # a few hours off, beside months of membership
    counts = _counts(own)
    table = POSTS.frame({
        "post_id": post_id, "url": url, "posted_at": utc, "period": owner.periods(local), **counts, **_parts(own, counts, ledger),
        "inferred": np.isin(np.arange(n), list(own.by_time)), "sources": sources,
    })  # fmt: skip
    return table.iloc[np.lexsort((post_id.astype(str), utc, np.isnat(utc)))].reset_index(drop=True)


def _counts(own: Own) -> dict[str, np.ndarray[Any, Any]]:
    """What the analytics say of each post, the larger where they say two things; not a number where they say nothing."""
    counts = {name: np.full(own.count, np.nan) for name in COUNTS}
    for name, held in counts.items():
        np.fmax.at(held, own.told[0], own.told[1][name].to_numpy(float, na_value=np.nan))
    added = counts["reactions"] + counts["comments"] + np.nan_to_num(counts["reposts"])
    counts["engagements"] = np.where(np.isnan(counts["engagements"]), added, counts["engagements"])
    return counts


def _parts(own: Own, counts: Mapping[str, np.ndarray[Any, Any]], ledger: pd.DataFrame) -> dict[str, Any]:
    """Of each post its call, whom that asked, who said it was done, and how much of the engagement that can account for."""
    asked = ledger.groupby("key", sort=False).size().to_dict()
    recorded = ledger["status"].isin(REPORTED).groupby(ledger["key"], sort=False).sum().to_dict()
    made: dict[str, Any] = {name: np.zeros(own.count, "int64") for name in ("asked", "recorded")}
    made |= {name: np.full(own.count, np.nan) for name in ("call_line", "group_low", "group_high")}
    made |= {name: np.full(own.count, None, object) for name in ("share_low", "share_high")}
    call_of = dict(zip(own.called[0].tolist(), rows(own.called[1]), strict=True))  # of several, the last
    for post, call in call_of.items():
        figures = {name: None if np.isnan(held[post]) else int(held[post]) for name, held in counts.items()}
        n_asked, said = int(asked.get(call.key, 0)), int(recorded.get(call.key, 0))
        part = _part(figures, n_asked, said, "share" in call.asks)
        for name, value in ({"call_line": call.line, "asked": n_asked, "recorded": said} | part).items():
            made[name][post] = value
    return made


def _part(counts: Mapping[str, int | None], asked: int, said: int, shared: bool) -> dict[str, Any]:
    """How much of a post's engagement the group can account for: at least and at most."""
    total = counts["engagements"]
    if total is None or total <= 0:
        return {}
    kinds = [counts[kind] for kind in ("reactions", "comments", *(["reposts"] if shared else []))]
    most = sum(min(asked, n if n is not None else asked) for n in kinds)
    low = min(said, total)
    high = max(low, min(most, total))
    return {"group_low": low, "group_high": high, "share_low": ratio(low, total), "share_high": ratio(high, total)}


def figures(table: pd.DataFrame) -> dict[str, int]:
    """How many posts there are, and what the group can account for of all those that were put before it."""
    put = table[table["call_line"].notna()]
    measured = put[put["group_low"].notna()]
    sums = {f"put_{name}": int(measured[name].sum()) for name in ("engagements", "group_low", "group_high")}
    return {"posts": len(table), "posts_put": len(put), "put_measured": len(measured), **sums}


def days(given: Given, owner: Owner) -> pd.DataFrame:
    """DAYS of the analytics, with the owner's time in the group."""
    made = []
    for row in rows(given.days):
        noon = dt.datetime.combine(row.date, dt.time(12))
        made.append({
            "date": row.date.isoformat(), "period": owner.period(noon).value, "impressions": row.impressions,
            "engagements": row.engagements, "followers": row.followers,
        })  # fmt: skip
    return DAYS.frame(made)


# ----------------------------------------------------------------------------------------------------------- comparison


def comparison(of_posts: pd.DataFrame, of_days: pd.DataFrame) -> pd.DataFrame:
    """COMPARISON: only rows that rest on at least one post or day."""
    made = []
    for by, group, held in _groups(of_posts):
        for measure in ("engagements", "impressions"):
            made.append((by, group, measure, *median(held[measure].dropna().tolist())))
    for period in (Period.BEFORE, Period.DURING, Period.AFTER):
        held = of_days[of_days["period"] == period.value]
        for measure in ("engagements", "impressions"):
            made.append(("period", period.value, f"day_{measure}", *median(held[measure].dropna().tolist())))
    return COMPARISON.frame([row for row in made if row[3]])


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    put = table["call_line"].notna()
    during = table["period"] == Period.DURING.value
    yield "put", "put", table[put & during]
    yield "put", "not_put", table[~put & during]
    yield "support", "with", table[put & (table["recorded"] > 0)]
    yield "support", "without", table[put & (table["recorded"] == 0)]
    for period in (Period.BEFORE, Period.DURING, Period.AFTER):
        yield "period", period.value, table[table["period"] == period.value]


def median(values: list[int]) -> tuple[int, float | None, float | None, float | None]:
    """How many, their median, and its 95 % interval between two of the values in order (the sign test turned round).

    The interval makes no assumption about how the values are spread; below six values there is none.
    """
    n = len(values)
    if not n:
        return 0, None, None, None
    ordered = sorted(values)
    place = _place(n)
    low, high = (float(ordered[place - 1]), float(ordered[n - place])) if place else (None, None)
    return n, float(np.median(ordered)), low, high


def _place(n: int) -> int:
    """``median_rank``, by the normal distribution where there are many; 0 where there is none."""
    return int(n / 2 - 0.98 * math.sqrt(n)) if n > _EXACT else median_rank(n)
