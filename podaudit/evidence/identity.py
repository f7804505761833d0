"""Which post a link of the archive or of the analytics leads to: its kind and id, in columns; and times in ids.

The common form is read for all rows at once; whatever does not fit it goes through ``podaudit.links``, one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from podaudit.links import parse

if TYPE_CHECKING:
    import pyarrow as pa

FAMILY = np.timedelta64(2, "s")  # activity, share and ugcPost ids of one post are minted within a second or two
_COLON = "(?::|%3[Aa])"
_COMMON = (
    rf"^https?://(?:www\.)?linkedin\.com/feed/update/urn{_COLON}li{_COLON}(?P<kind>activity|share|ugcPost){_COLON}"
    r"(?P<id>[0-9]{6,20})/?(?:[?#].*)?$"
)
_COMMENT = re.compile(r"comment:\((?:urn:li:)?(activity|share|ugcPost|groupPost):(?:[0-9]+-)?([0-9]+),", re.I)
_KINDS = {"activity": "activity", "share": "share", "ugcpost": "ugcPost", "grouppost": "groupPost"}
_EPOCH_YEARS = np.datetime64("2010-01-01", "us"), np.datetime64("2100-01-01", "us")


@dataclass(frozen=True, slots=True)
class Ids:
    """Posts as links name them; the columns run parallel."""

    ids: pa.Array  # strings; '' for none
    kinds: pa.Array  # strings; '' where there is no id
    times: np.ndarray[Any, Any]  # UTC, that the ids hold

    @classmethod
    def of(cls, ids: Any, kinds: Any) -> Ids:
        """Of two columns of strings."""
        import pyarrow as pa

        column = pa.array(ids, pa.string())
        return cls(column, pa.array(kinds, pa.string()), moments(column))

    def __len__(self) -> int:
        return len(self.ids)


def identify(urls: pa.Array) -> tuple[pa.Array, pa.Array, np.ndarray[Any, Any]]:
    """Of each link the kind of post ('' for none), its id ('' likewise), and whether it leads to a comment under it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    read = pc.extract_regex(urls, _COMMON)
    kinds, ids = pc.struct_field(read, "kind"), pc.struct_field(read, "id")
    on_comment = pc.match_substring(urls, "commentUrn", ignore_case=True).to_numpy(zero_copy_only=False).astype(bool)
    odd = pc.is_null(ids)
    if pc.any(odd).as_py():
        coded = urls.filter(odd).dictionary_encode()
        each = [_one(url) for url in coded.dictionary.to_pylist()]
        found = zip(*(each[code] for code in coded.indices.to_pylist()), strict=True)
        kinds, ids = (pc.replace_with_mask(c, odd, pa.array(next(found), pa.string())) for c in (kinds, ids))
        on_comment[odd.to_numpy(zero_copy_only=False)] = next(found)
    return kinds, ids, on_comment


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


def moments(ids: pa.Array) -> np.ndarray[Any, Any]:
    """The UTC times in ids; not a time for what can be none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fits = pc.match_substring_regex(ids, r"^(?:[1-8][0-9]{18}|[1-9][0-9]{0,17})$")
    number = pc.cast(pc.if_else(fits, ids, pa.scalar(None, pa.string())), pa.int64())
    value = pc.fill_null(number, 0).to_numpy(zero_copy_only=False)
    at = np.asarray((value >> 22) * 1000).astype("datetime64[us]")
    at[(at < _EPOCH_YEARS[0]) | (at > _EPOCH_YEARS[1])] = np.datetime64("NaT", "us")
    return at


def match(posts: Ids, known: Ids) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Of each post its place among the known ones (the first of equals; -1 for none), and whether only time says so.

    The same id is the same post. Where no id is the same, ids of different kinds minted at most ``FAMILY`` apart are taken
    for one post: the nearest, unless two known posts are as near.
    """
    import pyarrow.compute as pc

    place = pc.fill_null(pc.index_in(posts.ids, value_set=known.ids), -1).to_numpy(zero_copy_only=False).astype("int64")
    place[pc.equal(posts.ids, "").to_numpy(zero_copy_only=False)] = -1
    inferred = np.zeros(len(posts), bool)
    usable = np.flatnonzero(~np.isnat(known.times))
    usable = usable[np.argsort(known.times[usable], kind="stable")]
    left = np.flatnonzero((place < 0) & ~np.isnat(posts.times))
    ordered, at = known.times[usable], posts.times[left]
    first, stop = np.searchsorted(ordered, at - FAMILY), np.searchsorted(ordered, at + FAMILY, "right")
    for n in np.flatnonzero(stop > first).tolist():
        near: dict[Any, tuple[Any, int]] = {}
        for k in usable[first[n] : stop[n]].tolist():
            if known.kinds[k] != posts.kinds[left[n]]:
                near.setdefault(known.ids[k], (abs(known.times[k] - at[n]), k))
        ranked = sorted(near.values())
        if ranked and (len(ranked) == 1 or ranked[0][0] < ranked[1][0]):
            place[left[n]], inferred[left[n]] = ranked[0][1], True
    return place, inferred
