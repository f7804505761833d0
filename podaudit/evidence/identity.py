"""Which post a link of the archive or of the analytics leads to: its kind and id, in columns; and times in ids.

The common form is read for all rows at once; whatever does not fit it goes through ``podaudit.links``, one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from podaudit.links import parse

if TYPE_CHECKING:
    import pyarrow as pa

FAMILY = np.timedelta64(2, "s")  # activity, share and ugcPost ids of one post are minted within a second or two
_COMMON = (
    r"^https?://(?:www\.)?linkedin\.com/feed/update/urn:li:(?P<kind>activity|share|ugcPost):(?P<id>[0-9]{6,20})/?"
    r"(?P<rest>[?#].*)?$"
)
_COMMENT = re.compile(r"comment:\((?:urn:li:)?(activity|share|ugcPost|groupPost):(?:[0-9]+-)?([0-9]+),", re.I)
_KINDS = {"activity": "activity", "share": "share", "ugcpost": "ugcPost", "grouppost": "groupPost"}
_EPOCH_YEARS = np.datetime64("2010-01-01", "us"), np.datetime64("2100-01-01", "us")


def identify(
    urls: pa.Array | pa.ChunkedArray,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Of each link the kind of post ('' for none), its id ('' likewise), and whether it leads to a comment under it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    urls = urls.combine_chunks() if isinstance(urls, pa.ChunkedArray) else urls
    plain = urls
    for code, sign in (("%3A", ":"), ("%3a", ":")):
        plain = pc.replace_substring(plain, code, sign)
    read = pc.extract_regex(plain, _COMMON)
    kind = pc.fill_null(pc.struct_field(read, "kind"), "")
    number = pc.fill_null(pc.struct_field(read, "id"), "")
    comment = pc.fill_null(pc.match_substring(plain, "commentUrn", ignore_case=True), False)
    kinds, numbers = (np.array(c.to_pylist(), object) if len(c) else np.empty(0, object) for c in (kind, number))
    comments = comment.to_numpy(zero_copy_only=False).astype(bool)
    rest = np.flatnonzero(numbers == "")
    odd = urls.take(pa.array(rest)).dictionary_encode() if len(rest) else None
    if odd is not None:
        each = [_one(url or "") for url in odd.dictionary.to_pylist()]
        for at, code_ in zip(rest.tolist(), odd.indices.to_pylist(), strict=True):
            if code_ is not None:
                kinds[at], numbers[at], comments[at] = each[code_]
    return kinds, numbers, comments


def _one(url: str) -> tuple[str, str, bool]:
    plain = url
    for _ in range(3):
        if "%" not in plain:
            break
        plain = unquote(plain)
    if found := _COMMENT.search(plain[:4096]):
        return _KINDS[found[1].casefold()], found[2], True
    link = parse(url)
    if link is None or link.platform != "linkedin" or not link.is_post or link.post_id is None:
        return "", "", False
    return link.kind, link.post_id, "commenturn" in plain.casefold()


def moments(ids: Any) -> np.ndarray[Any, Any]:
    """The UTC times in ids (a sequence of strings); not a time for what can be none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(ids, pa.string())
    fits = pc.match_substring_regex(column, r"^(?:[1-8][0-9]{18}|[1-9][0-9]{0,17})$")
    number = pc.cast(pc.if_else(fits, column, pa.scalar(None, pa.string())), pa.int64())
    value = pc.fill_null(number, 0).to_numpy(zero_copy_only=False)
    at = np.asarray((value >> 22) * 1000).astype("datetime64[us]")
    at[(at < _EPOCH_YEARS[0]) | (at > _EPOCH_YEARS[1])] = np.datetime64("NaT", "us")
    return at


def match(
    ids: np.ndarray[Any, Any],
    kinds: np.ndarray[Any, Any],
    known_ids: np.ndarray[Any, Any],
    known_kinds: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Of each post its place among the known ones (the first of equals; -1 for none), and whether only time says so.

    The same id is the same post. Where no id is the same, ids of different kinds minted at most ``FAMILY`` apart are taken
    for one post: the nearest, unless two known posts are as near.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted, theirs = pa.array(ids, pa.string()), pa.array(known_ids, pa.string())
    place = pc.fill_null(pc.index_in(wanted, value_set=theirs), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    place[ids == ""] = -1
    inferred = np.zeros(len(ids), bool)
    times = moments(known_ids.tolist())
    usable = np.flatnonzero(~np.isnat(times))
    usable = usable[np.argsort(times[usable], kind="stable")]
    left = np.flatnonzero((place < 0) & (ids != ""))
    if not len(left) or not len(usable):
        return place, inferred
    sorted_times = times[usable]
    at = moments(ids[left].tolist())
    first = np.searchsorted(sorted_times, at - FAMILY)
    stop = np.searchsorted(sorted_times, at + FAMILY, "right")
    for n in np.flatnonzero((stop > first) & ~np.isnat(at)).tolist():
        near: dict[str, tuple[Any, int]] = {}
        for k in usable[first[n] : stop[n]].tolist():
            if known_kinds[k] != kinds[left[n]]:
                near.setdefault(known_ids[k], (abs(times[k] - at[n]), k))
        ranked = sorted(near.values())
        if ranked and (len(ranked) == 1 or ranked[0][0] < ranked[1][0]):
            place[left[n]], inferred[left[n]] = ranked[0][1], True
    return place, inferred
