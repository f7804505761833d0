"""All archives and analytics that were given, as one: what stands in several counts once."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from podaudit.evidence import analytics, files, identity, reading
from podaudit.evidence.schemas import FILES, Given, What
from podaudit.evidence.zones import zone
from podaudit.lexicon.fold import fold
from podaudit.model import DecisionNeeded

if TYPE_CHECKING:
    import pandas as pd

# Columns of Given.actions and Given.shares beside ``kind`` (what was done): utc, url, text, type, post_kind, post_id,
# on_comment (it is under a comment, not under the post), file (place in the list of files), row.
_KINDS = {What.COMMENTS: "comment", What.REACTIONS: "react", What.REPOSTS: "share", What.VOTES: "vote"}
_LEFT = "not opened"
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def gather(
    archives: Sequence[Path], workbooks: Sequence[Path], tz: str | None, max_bytes: int, me: str | None = None
) -> Given:
    """Read everything that was given.

    Raises ``Unreadable`` as ``files.load`` and ``analytics.load`` do, ``DecisionNeeded`` where archives bear the names of two
    people and ``me`` does not say that they are of one, and ``zones.UnknownZone`` where there is no such zone, before anything is read.
    """
    if tz is not None:
        zone(tz)
    opened = [files.load(path, max_bytes) for path in archives]
    told = [analytics.load(path) for path in workbooks]
    listed = list[dict[str, Any]]()
    actions: list[pd.DataFrame] = []
    shares: list[pd.DataFrame] = []
    connections, names, holds = list[list[dt.date]](), list[str](), set[str]()
    owners, latest = dict[str, str](), [a.made for a in opened if a.made]
    several = len(opened) > 1
    for archive in opened:
        addresses = list[str]()
        for held in archive.held:
            columns = reading.read(held.what, held.data)
            if len(columns) or not columns.unread:
                holds.add(held.what.value)
            entry = {
                "archive": archive.name, "file": held.name, "what": held.what.value, "rows": len(columns),
                "unread": columns.unread, "first": None, "last": None, "note": columns.note,
                "source": f"{archive.name}/{held.name}" if several else held.name,
            }  # fmt: skip
            if held.what is What.PROFILE and len(columns):
                full = " ".join(columns.cells[part][0].as_py().strip() for part in ("first", "last")).strip()
                if full:
                    names.append(full)
                    owners.setdefault(fold(full), archive.name)
            elif held.what is What.ADDRESSES:
                addresses += [_name_in(address) for address in columns.cells["address"].to_pylist()]
            elif held.what is What.CONNECTIONS:
                connections.append(_days(columns, entry))
            elif held.what is not What.PROFILE:
                part, last = _part(held.what, columns, len(listed), entry)
                (shares if held.what is What.SHARES else actions).append(part)
                latest += [last] if last is not None else []
            listed.append(entry)
        names += [name for name in addresses if name]
        for left in archive.left:
            listed.append(_left(archive.name, left, ""))
        if archive.more:
            listed.append(_left(archive.name, "…", f"and {archive.more} more files"))
    if len(owners) > 1 and me is None:
        first, second = list(owners.values())[:2]
        raise DecisionNeeded(
            f"{first} and {second} bear the names of two people; give those of one, or say with --me NAME whose they are."
        )
    metrics, per_day = _metrics(told, listed)
    posts = _table(shares)
    return Given(
        files=FILES.frame(listed), archives=(*((a.name, a.sha256) for a in opened), *((m.name, m.sha256) for m in told)),
        actions=_with_quotes(_table(actions), posts), shares=posts,
        sources=tuple(entry.get("source", entry["file"]) for entry in listed),
        connections=_most(connections),
        metrics=metrics, days=per_day, names=tuple(dict.fromkeys(names)), holds=frozenset(holds), until=max(latest, default=None),
        tz=tz,
    )  # fmt: skip


def _most(lists: Iterable[Iterable[dt.date]]) -> tuple[dt.date, ...]:
    """The dates of several lists in order, each as often as in the list that holds it most often."""
    counts = Counter[dt.date]()
    for dates in lists:
        counts |= Counter(dates)
    return tuple(sorted(counts.elements()))


def _left(archive: str, name: str, note: str) -> dict[str, Any]:
    return {"archive": archive, "file": name, "what": _LEFT, "rows": 0, "unread": 0, "note": note}


def _name_in(address: str) -> str:
    """The name that a mail address may hold: ``anna.de.vries@…`` -> ``anna de vries``."""
    words = _LETTERS.findall(address.partition("@")[0])
    return " ".join(words) if len(words) > 1 else ""


def _days(columns: reading.Columns, entry: dict[str, Any]) -> list[dt.date]:
    found = reading.days(columns.cells["date"])
    entry["unread"] += len(columns) - len(found)
    if found:
        entry["first"], entry["last"] = min(found).isoformat(), max(found).isoformat()
    return found


def _part(
    what: What, columns: reading.Columns, number: int, entry: dict[str, Any]
) -> tuple[pd.DataFrame, dt.datetime | None]:
    """The rows of one file in the columns of all, and the latest moment in it."""
    utc, unknown = reading.times(columns.cells["date"])
    if unknown:
        entry["note"] = "; ".join(filter(None, (entry["note"], f"dates in no known form: {unknown}")))
    known = utc[~np.isnat(utc)]
    last = None
    if len(known):
        entry["first"], entry["last"] = (
            f"{x.item().isoformat(timespec='seconds')}Z" for x in (known.min(), known.max())
        )
        last = known.max().item()
    return _rows(_KINDS.get(what, "post"), utc, columns, number), last


def _rows(kind: str, utc: Any, columns: reading.Columns, number: int) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    n, cells = len(columns), columns.cells
    post_kind, post_id, on_comment = identity.identify(cells["link"])

    def text(column: Any) -> Any:
        return pd.Series(pa.repeat("", n) if column is None else column, dtype="str")

    return pd.DataFrame({
        "kind": text(pa.repeat(kind, n)), "utc": utc, "url": text(cells["link"]), "text": text(cells.get("text")),
        "type": text(cells.get("type")), "shared": text(cells.get("shared")), "post_kind": text(post_kind),
        "post_id": text(post_id), "on_comment": on_comment, "file": np.full(n, number), "row": columns.row,
    })  # fmt: skip


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all files; of rows that stand in several, those of the file that holds most of them."""
    import pandas as pd

    if not parts:
        return _rows("", np.zeros(0, "datetime64[us]"), reading.read(What.COMMENTS, b""), 0)
    whole = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    if whole.groupby("kind")["file"].nunique().max() > 1:
        same = ["kind", "utc", "url", "text", "type"]
        nth = whole.groupby([*same, "file"], dropna=False, sort=False).cumcount()
        whole = whole[~whole.assign(nth=nth).duplicated([*same, "nth"])].reset_index(drop=True)
    return whole


def _with_quotes(actions: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Add to what was done: a post of one's own that passes on another post with words shares that post."""
    import pandas as pd
    import pyarrow as pa

    quoted = shares[shares["shared"].str.contains("linkedin.com/", regex=False)]
    if not len(quoted):
        return actions
    kind, post_id, on_comment = identity.identify(pa.array(quoted["shared"], pa.string()))
    made = quoted.assign(kind="share", url=quoted["shared"], post_kind=kind, post_id=post_id, on_comment=on_comment)
    return pd.concat([actions, made[made["post_id"] != ""]], ignore_index=True)


# ------------------------------------------------------------------------------------------------------------ analytics

_Key = TypeVar("_Key")


def _larger(held: dict[_Key, dict[str, int]], more: Mapping[_Key, Mapping[str, int]]) -> None:
    for key, counts in more.items():
        own = held.setdefault(key, {})
        own.update({name: max(n, own.get(name, n)) for name, n in counts.items()})


def _metrics(told: Sequence[analytics.Metrics], listed: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per post and per day what the workbooks say; where two do, the larger figure, for counts only grow."""
    import pandas as pd
    import pyarrow as pa

    posts = dict[str, dict[str, int]]()
    places = dict[str, list[str]]()
    days = dict[dt.date, dict[str, int]]()
    for made in told:
        span = sorted(made.days)
        listed.append({
            "archive": made.name, "file": made.name, "what": "analytics", "rows": made.rows, "unread": made.unread,
            "first": span[0].isoformat() if span else None, "last": span[-1].isoformat() if span else None,
            "note": "; ".join(dict.fromkeys(made.notes)),
        })  # fmt: skip
        _larger(posts, made.posts)
        _larger(days, made.days)
        for url, where in made.places.items():
            places.setdefault(url, []).extend(f"{made.name}/{place}" for place in where)
    urls = list(posts)
    kind, post_id, _ = identity.identify(pa.array(urls, pa.string()))
    metrics = pd.DataFrame({
        "url": pd.Series(urls, dtype="str"), "post_kind": kind, "post_id": post_id,
        **{name: pd.array([posts[u].get(name) for u in urls], dtype="Int64") for name in analytics.COUNTS},
        "sources": pd.Series([places[u] for u in urls], dtype="object"),
    })  # fmt: skip
    order = sorted(days)
    per_day = pd.DataFrame({
        "date": pd.Series(order, dtype="object"),
        **{name: pd.array([days[d].get(name) for d in order], dtype="Int64") for name in ("impressions", "engagements", "followers")},
    })  # fmt: skip
    return metrics, per_day
