"""The archive laid beside the calls: which of the owner's reactions, comments, reposts and votes are on which post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.evidence import identity, words
from podaudit.evidence.identity import Ids
from podaudit.evidence.schemas import ACTIONS, Given
from podaudit.evidence.zones import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Joined:
    """The owner's actions on posts, with what is known of each; the arrays run parallel to ``actions``.

    A reaction to a comment is no reaction to the post it stands under, and is not among them.
    """

    actions: pd.DataFrame  # as Given.actions
    kind: np.ndarray[Any, Any]  # of the action
    posts: Ids
    call: np.ndarray[Any, Any]  # position in CALLS; -1 = no call for that post
    inferred: np.ndarray[Any, Any]  # the post was matched by time
    local: np.ndarray[Any, Any]  # by the chat's clock
    words: words.Words  # of comments; rows of other kinds hold nothing of use


def join(given: Given, calls: pd.DataFrame, clock: Clock, names: Iterable[str]) -> Joined:
    """Lay the archive beside CALLS. ``names``: the members' names, whose words may stand in a stock comment."""
    import pyarrow as pa

    done = given.actions
    kept = ~((done["kind"] == "react") & done["on_comment"]).to_numpy(bool) if len(done) else np.zeros(0, bool)
    done = done if kept.all() else done[kept].reset_index(drop=True)
    posts = Ids.of(done["post_id"], done["post_kind"])
    call, inferred = identity.match(posts, known(calls))
    texts = done["text"].where(done["kind"] == "comment", "")
    return Joined(
        done, done["kind"].to_numpy("U7"), posts, call, inferred, clock.local(done["utc"].to_numpy()),
        words.measure(pa.array(texts, pa.string()), names),
    )  # fmt: skip


def known(calls: pd.DataFrame) -> Ids:
    """The posts of CALLS that are on LinkedIn."""
    ids = calls["post_id"].where(calls["post_id"].notna() & (calls["platform"] == "linkedin"), "")
    return Ids.of(ids, calls["post_kind"])


def source(given: Given, file: int, row: int) -> str:
    """Where a row stands, as in ``Comments.csv:12``."""
    return f"{given.sources[file]}:{row}"


def minutes(later: Any, earlier: Any) -> list[float | None]:
    """From some moments to others, to a tenth of a minute; None where either is missing."""
    spans = np.round((later - earlier) / np.timedelta64(1, "m"), 1)
    return [None if span != span else span for span in spans.tolist()]


def on_posts(given: Given, joined: Joined, calls: pd.DataFrame, owner: str) -> pd.DataFrame:
    """ACTIONS: what the owner did on posts of others that were put before the group, by line of the call, then time."""
    others = (calls["beneficiary"] != owner).to_numpy(bool)
    at = np.flatnonzero((joined.call >= 0) & others[joined.call]) if len(calls) else np.zeros(0, np.int64)
    done, call, w = joined.actions, joined.call[at], joined.words
    comment = joined.kind[at] == "comment"
    utc = done["utc"].to_numpy("datetime64[us]")[at]
    called, posted = calls["time"].to_numpy("datetime64[us]")[call], calls["posted_at"].to_numpy("datetime64[us]")[call]
    posted = np.where(np.isnat(posted), joined.posts.times[at], posted)

    def of_comments(values: Any) -> list[Any]:
        return [v if there else None for v, there in zip(values[at].tolist(), comment.tolist(), strict=True)]

    part = done.iloc[at]
    table = ACTIONS.frame({
        "kind": part["kind"], "utc": utc, "time": joined.local[at], "call_line": calls["line"].to_numpy()[call],
        "caller": calls["caller"].take(call), "post_id": calls["post_id"].take(call), "url": part["url"],
        "type": part["type"].where(part["type"] != "", None),
        "after_call": minutes(joined.local[at], called),
        "after_post": minutes(utc, posted),
        "words": of_comments(w.words), "question": of_comments(w.question), "emoji_only": of_comments(w.emoji_only),
        "stock": of_comments(w.stock), "text": part["text"].where(comment, None), "inferred": joined.inferred[at],
        "source": [source(given, f, r) for f, r in zip(part["file"].tolist(), part["row"].tolist(), strict=True)],
    })  # fmt: skip
    order = np.lexsort((np.arange(len(at)), utc.view("int64"), table["call_line"].to_numpy()))  # NaT comes first
    return table.iloc[order].reset_index(drop=True)
