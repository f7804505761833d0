"""What LinkedIn's own exports add to a chat: the owner's side, corroborated.

A chat holds what was said. The data archive that LinkedIn gives its members on request holds what its owner did (comments,
reactions, posts, reposts, votes), and the analytics of one's posts what came of them. ``gather`` reads what was given; ``lay``
puts it beside the audit. Only files named in ``files.READ`` are ever opened: never messages, never telephone numbers.

What is not found was not necessarily not done: an archive does not hold what was taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.evidence import identity, joining, mine, obliged, posts
from podaudit.evidence.gathering import gather
from podaudit.evidence.identity import Ids
from podaudit.evidence.owner import Owner, find
from podaudit.evidence.schemas import Evidence, Given, Period, Where
from podaudit.evidence.zones import Clock, clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from podaudit.model import Source

__all__ = ["Evidence", "Given", "gather", "lay"]


def lay(
    given: Given,
    source: Source,
    members: pd.DataFrame,
    calls: pd.DataFrame,
    rules: pd.DataFrame,
    ledger: pd.DataFrame,
    me: str | None,
) -> Evidence:
    """The archive and the analytics beside the audit's tables. Pure.

    ``me`` is what ``--me`` gave; MEMBERS then says which member that is. Raises ``DecisionNeeded`` where nobody in the chat can be
    told to be the archive's owner.
    """
    owner = find(members, me, given.names, source.first, source.last)
    time = clock(calls, given.tz)
    joined = joining.join(given, calls, time, members["name"].tolist())
    own = posts.gather(given, calls, owner.name)
    places = mine.where(joined, calls, _of_own(joined, own), owner.name)
    actions = joining.on_posts(given, joined, calls, owner.name)
    done = obliged.by_post(actions)
    obligations = obliged.obligations(given, done, calls, ledger, time, owner.name)
    checked = obliged.checks(obligations, done, calls, rules)
    of_posts, of_days = posts.posts(own, given, ledger, time, owner), posts.days(given, owner)
    repeated, wordings = mine.repeated(joined, places)
    shares = given.shares["utc"].to_numpy("datetime64[us]")
    return Evidence(
        files=given.files,
        obligations=obligations,
        checks=checked,
        claims=obliged.claims(obligations),
        actions=actions,
        comments=mine.comments(joined, calls, places),
        hours=mine.hours(joined, places),
        repeated=repeated,
        months=mine.months(given, joined, places, owner, time.local(shares) if time.zone else shares),
        posts=of_posts,
        days=of_days,
        comparison=posts.comparison(of_posts, of_days),
        figures={
            "owner": owner.name,
            "other_name": owner.other_name,
            "archives": [{"name": name, "sha256": digest} for name, digest in given.archives],
            **_clock(time),
            "until": f"{given.until.isoformat(timespec='seconds')}Z" if given.until else None,
            "missing": obliged.not_held(given),
            **_counts(joined, places),
            **obliged.figures(obligations, checked),
            "wordings_repeated": wordings,
            **_connections(given, owner),
            **posts.figures(of_posts),
        },
    )


def _of_own(joined: joining.Joined, own: posts.Own) -> np.ndarray[Any, Any]:
    """Of each action, whether it is on a post of the owner's."""
    place, _ = identity.match(joined.posts, Ids.of(own.ids, own.kinds))
    return place >= 0


def _clock(time: Clock) -> Mapping[str, Any]:
    return {"tz": time.name, "tz_grounds": time.grounds, "tz_calls": time.calls, "tz_soonest": time.soonest}


def _counts(joined: joining.Joined, places: np.ndarray[Any, Any]) -> dict[str, int]:
    """How much of what the owner gave went to posts put before the group."""
    kind, found = joined.kind, dict[str, int]()
    for name, wanted in (("reactions", "react"), ("comments", "comment"), ("reposts", "share"), ("votes", "vote")):
        found[name] = int((kind == wanted).sum())
        found[f"pod_{name}"] = int(((kind == wanted) & (places == Where.POD.value)).sum())
    return found


def _connections(given: Given, owner: Owner) -> dict[str, int]:
    import datetime as dt

    periods = [owner.period(dt.datetime.combine(day, dt.time(12))) for day in given.connections]
    return {f"connections_{period.value}": periods.count(period) for period in Period}
