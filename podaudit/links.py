"""Links: what a link leads to (platform, kind, id, time), read from its letters alone; nothing is ever fetched.

LinkedIn ids hold milliseconds since 1970 UTC above bit 22, Instagram ids milliseconds since 2011-08-24 above bit 23.
Neither is promised by the platforms, so a time outside what can be is no time at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from podaudit.model import LINKS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

__all__ = ["Link", "find", "parse", "scan"]


@dataclass(frozen=True, slots=True)
class Link:
    """One link. The fields are those of ``model.LINKS``."""

    url: str
    platform: str
    kind: str
    key: str
    post_id: str | None = None
    posted_at: dt.datetime | None = None  # naive, UTC
    is_post: bool = False
    vanity: str | None = None


# ------------------------------------------------------------------------------------------------------------ finding

# Domains that people write without scheme; a bare domain counts as a link only when a path follows.
_TLD = (
    "com|net|org|edu|info|biz|io|co|me|app|dev|ai|tv|ly|gl|gd|to|be|nl|de|fr|es|pt|it|eu|uk|at|ch|br|mx|ar|cl|us|ca|au"
    "|in|am|link|page|site|online|shop|blog|news|example"
)
_GATE = r"https?:/|www\.|\.(?:" + _TLD + r")/"
# Marks that a link never holds: quotes, angle brackets, zero-width and bidi marks, arrows, dingbats, emoji, CJK stops.
_STOP = (
    '\\s<>"`|{}^\u00ab\u00bb\u2018-\u201f\u2026\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f\u2190-\u2bff'
    "\u3000-\u303f\uff01-\uff1f\U0001f000-\U000e01ff"
)
_START = re.compile(
    r"(https?:/{1,3}(?:www\.)?|(?<![a-z0-9/=.])www\.(?=[a-z0-9]))"
    r"|(?<![\w@./=&?:%-])(?:[a-z0-9-]{1,63}\.){1,5}(?:" + _TLD + r")(?=/)",
    re.I,
)
_BREAK = re.compile(f"[{_STOP}]")
_LONGEST = 4096  # characters; no real link comes near
_TRAILING = ".,;:!?'*~)]\u00b4"
_END = re.compile(
    r"(?:activity|share|ugcpost)-[0-9]{10,}(?:-[a-z0-9_-]{4})?|urn(?::|%3a)li(?::|%3a)[a-z]+(?::|%3a)[0-9]{6,}(?:-[0-9]+)?"
    r"|^(?:https?:/+)?lnkd\.in/(?:p/)?[a-z0-9_-]+|instagr(?:am\.com|\.am)/(?:[\w.]+/)?(?:p|reels?|tv)/[a-z0-9_-]+",
    re.I,
)


def scan(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans (start, stop; characters) of the links in ``text``, in order, never overlapping."""
    starts = [(m.start(), m.end(), m.end(1)) for m in _START.finditer(text)]
    at = 0
    for i, (start, head, after_scheme) in enumerate(starts):
        if start < at:  # within the link before
            continue
        limit = min(len(text), start + _LONGEST)
        for nearby, _, _ in starts[i + 1 : i + _LONGEST]:
            if nearby >= limit:
                break
            # A second link glued to the first ends it; as the value of a parameter it is part of it.
            if text[nearby - 1] != "=" or text.find("?", start, nearby) < 0:
                limit = nearby
                break
        halt = _BREAK.search(text, head, limit)
        stop = _glued(text, start, halt.start() if halt else limit)
        while stop > start and (
            text[stop - 1] in _TRAILING or (text[stop - 1] == "_" and start and text[start - 1] == "_")
        ):
            if text[stop - 1] == ")" and text.count("(", start, stop) >= text.count(")", start, stop):
                break
            stop -= 1
        at = max(stop, start + 1)
        if stop > after_scheme:  # more than a scheme alone
            yield start, stop


def _glued(text: str, start: int, stop: int) -> int:
    """Where a post link ends that has other text stuck to it, as in ``…-activity-7…-abcd,please``."""
    head = min((i for i in (text.find("?", start, stop), text.find("#", start, stop)) if i >= 0), default=stop)
    if head - start > 1000 or "(" in text[start:head]:
        return stop
    ends = list(_END.finditer(text[start:head]))
    if not ends or start + ends[-1].end() >= head:
        return stop
    end = start + ends[-1].end()
    return stop if text[end] in "/%-_:" or (text[end].isalnum() and not _complete(ends[-1][0])) else end


def _complete(tail: str) -> bool:
    """Whether a post's id in a link has its closing code, so that a letter behind it cannot belong to it."""
    return bool(re.fullmatch(r"[a-z]+-[0-9]{10,}-.{4}|urn.*", tail, re.I))


def find(
    lines: Sequence[int] | np.ndarray, texts: pa.Array | pa.ChunkedArray | pd.Series, latest: dt.datetime | None
) -> pd.DataFrame:
    """Find all links in the messages.

    ``lines`` and ``texts`` run parallel, one item a message. ``latest`` is the time of the last message: an id from
    more than a day after it holds no time. Returns a table ``model.LINKS``, a row per link, in the order of the
    messages and within one in the order of the text.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, type=pa.large_string())
    hits = pc.fill_null(pc.match_substring_regex(column, _GATE, ignore_case=True), False)
    where = np.flatnonzero(hits.to_numpy(zero_copy_only=False) if isinstance(hits, pa.Array) else hits.to_numpy())
    known: dict[str, Link | None] = {}
    spans, found = list[tuple[int, int, int]](), list[Link]()
    for i, text in zip(where.tolist(), column.take(pa.array(where, type=pa.int64())).to_pylist(), strict=True):
        for start, stop in scan(text):
            url = text[start:stop]
            link = known[url] if url in known else known.setdefault(url, parse(url, latest))
            if link is not None:
                spans.append((int(lines[i]), start, stop))
                found.append(link)
    line, start_, stop_ = zip(*spans, strict=True) if spans else ((), (), ())
    fields = {name: [getattr(link, name) for link in found] for name in Link.__slots__}
    return LINKS.frame({"line": line, "start": start_, "stop": stop_, **fields})


# ------------------------------------------------------------------------------------------------------------ reading

_PARTS = re.compile(r"(?:(https?):/+)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.I | re.S)
_ODD = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
_BARE = re.compile(r"^(?:www|m)\.")
_SHORT = re.compile(r"^(?:www|m|[a-z]{2})\.")
_HOST = re.compile(r"(?<![a-z0-9_-])[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_DEEPEST = 4  # wrappers within wrappers
# Parameters that say who shared or opened the link and how, not where it leads.
_TRACKING = frozenset((
    "rcm", "trk", "trkinfo", "trkemail", "lipi", "licu", "lici", "midtoken", "midsig", "otptoken", "eid", "ebp",
    "refid", "trackingid", "origintrackingid", "loid", "recommendedflavor", "fromemail", "originalsubdomain",
    "igsh", "igshid", "ig_rid", "ig_mid", "ig_web_copy_link", "xmt", "fbclid", "gclid", "msclkid", "mibextid",
    "mc_cid", "mc_eid", "_hsenc", "_hsmi", "si", "share_id", "li_fat_id",
))  # fmt: skip
_WRAPPERS: dict[str, tuple[str, ...]] = {  # path of LinkedIn's own redirects -> the parameter with the target
    "safety/go": ("url",),
    "redir/redirect": ("url",),
    "redir/suspicious-page": ("url",),
    "redirect": ("url",),
    "authwall": ("sessionredirect", "session_redirect"),
    "login": ("session_redirect",),
    "uas/login": ("session_redirect",),
    "signup/cold-join": ("session_redirect",),
    "checkpoint/lg/sign-in-another-account": ("session_redirect",),
}
_OUTER: dict[str, tuple[str, ...]] = {  # other redirects, by host
    "l.instagram.com": ("u",), "l.facebook.com": ("u",), "lm.facebook.com": ("u",), "l.wl.co": ("u",),
    "google.com": ("url", "q"),
}  # fmt: skip


def parse(url: str, latest: dt.datetime | None = None, _depth: int = 0) -> Link | None:
    """Read one link; None where the string is no link at all.

    ``latest``: see ``find``. Whatever looks like LinkedIn or Instagram without being it (another host, a user name or
    an odd port before the path, control characters) is of platform ``other``.
    """
    if len(url) >= _LONGEST:
        return Link(url, "other", "other", f"url:{url}")
    scheme, authority, path, query, fragment = _PARTS.fullmatch(url).groups()  # type: ignore[union-attr]
    host = _host(authority, path)
    if not authority:
        return None
    pairs = _pairs(query or "")
    if host is None:
        return Link(url, "other", "other", f"url:{url}")
    plain = _BARE.sub("", host)
    decoded = _decoded(path)
    steps = [s for s in decoded.split("/") if s]
    linkedin = plain == "linkedin.com" or plain.endswith(".linkedin.com")
    inner = _unwrapped(plain, steps, pairs, linkedin) if _depth < _DEEPEST else None
    if inner is not None and (found := parse(inner, latest, _depth + 1)) is not None and found.platform != "other":
        return found

    if linkedin:
        link = _linkedin(steps, pairs)
    elif plain == "lnkd.in":
        link = Link("", "linkedin", "short" if steps else "other", "", is_post=bool(steps))
    elif plain in ("instagram.com", "instagr.am"):
        link = _instagram(steps)
    else:
        link = Link("", "other", "other", "")
    return _finished(link, url, (scheme, host, decoded, query, fragment), pairs, steps, latest)


def _finished(
    link: Link,
    url: str,
    parts: tuple[str | None, str, str, str | None, str | None],
    pairs: list[tuple[str, str, str]],
    steps: list[str],
    latest: dt.datetime | None,
) -> Link:
    """Add what all platforms share: the link less tracking, its identity, its time."""
    _scheme, host, decoded, query, fragment = parts
    by_path = not (steps and steps[-1].casefold() in ("feed", "update"))
    kept = [raw for name, _, raw in pairs if not _tracks(name) and not (name == "updateentityurn" and by_path)]
    less = url if query is None else url[: url.index("?")]
    if kept:
        less += "?" + "&".join(kept)
    if fragment is not None and query is not None and not fragment.startswith(":~:"):
        less += "#" + fragment
    posted = _time(link.platform, link.post_id, latest) if link.is_post or link.post_id else None
    if link.post_id is not None:
        kind = "post" if link.kind == "reel" else link.kind  # one reel is shared under /p/ and under /reel/
        key = f"{link.platform}:{kind}:{link.post_id}"
    else:
        key = f"url:{_SHORT.sub('', host)}{decoded.rstrip('/')}"
        if link.platform == "other" and kept:
            key += "?" + "&".join(kept)
    return Link(less, link.platform, link.kind, key, link.post_id, posted, link.is_post, link.vanity)


def _host(authority: str, path: str) -> str | None:
    """The host in lower case; None where the authority holds anything but a plain host name and the usual port."""
    host, _, port = authority.casefold().partition(":")
    host = host.removesuffix(".")
    if port not in ("", "80", "443") or not host.isascii() or not _HOST.fullmatch(host):
        return None
    return None if _ODD.search(path) else host


def _decoded(path: str) -> str:
    """The path without percent signs; links that went through a mail or another link are encoded twice or more."""
    for _ in range(3):
        if "%" not in path:
            break
        path = unquote(path)
    return path


def _pairs(query: str) -> list[tuple[str, str, str]]:
    """The parameters: (name in lower case, value decoded, as it stands)."""
    out = []
    for piece in query.split("&"):
        if raw := piece.removeprefix("amp;"):
            name, _, value = raw.partition("=")
            out.append((unquote(name).casefold(), unquote(value), raw))
    return out


def _tracks(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKING


def _unwrapped(plain: str, steps: list[str], pairs: list[tuple[str, str, str]], linkedin: bool) -> str | None:
    """The target that a redirect carries as a parameter."""
    if linkedin:
        names = _WRAPPERS.get("/".join(steps).casefold(), ())
    elif plain.endswith(".safelinks.protection.outlook.com"):
        names = ("url",)
    else:
        names = _OUTER.get(plain, ())
    for wanted in names:
        for name, value, _ in pairs:
            if name == wanted and value:
                return f"www.linkedin.com{value}" if linkedin and value.startswith("/") else value
    return None


# ---------------------------------------------------------------------------------------------------------- platforms

_KINDS = {"activity": "activity", "share": "share", "ugcpost": "ugcPost", "grouppost": "groupPost"}
_SLUG = re.compile(r"(?:^|[-_])(activity|share|ugcpost)-([0-9]{6,})(?![0-9])", re.I)
_URN = re.compile(r"(?<![a-z])(activity|share|ugcpost|grouppost):(?:([0-9]+)-)?([0-9]+)", re.I)
_PLACES = {
    "in": "profile", "pub": "profile", "company": "company", "school": "company", "showcase": "company", "jobs": "job",
    "job": "job", "events": "event", "event": "event",
}  # fmt: skip
_NOT_ARTICLES = frozenset(("topics", "channel", "discover", "articles", "search"))


def _linkedin(steps: list[str], pairs: list[tuple[str, str, str]]) -> Link:
    """Platform, kind, id and author's slug of a path on linkedin.com; the rest is empty."""
    while steps and steps[0].casefold() in ("comm", "mwlite", "m"):
        steps = steps[1:]
    first = steps[0].casefold() if steps else ""
    if len(steps) > 1 and first == "posts":
        vanity, mark, _ = steps[1].partition("_")
        author = vanity if mark and vanity else None
        marks = list(_SLUG.finditer(steps[1]))
        if not marks:
            return Link("", "linkedin", "post", "", is_post=True, vanity=author)
        named = marks[-1]  # a title may hold such words itself
        return Link("", "linkedin", _KINDS[named[1].casefold()], "", named[2], is_post=True, vanity=author)
    if len(steps) > 1 and first in _PLACES:
        return Link("", "linkedin", _PLACES[first], "", vanity=steps[1] if first in ("in", "company") else None)
    if first == "pulse" and len(steps) > 1 and steps[1].casefold() not in _NOT_ARTICLES:
        return Link("", "linkedin", "article", "", is_post=True)
    if [s.casefold() for s in steps[:3]] == ["today", "post", "article"]:
        return Link("", "linkedin", "article", "", is_post=True)
    if first == "slink":
        return Link("", "linkedin", "short", "", is_post=True)
    if first == "groups" and len(steps) > 2 and re.fullmatch(r"[0-9]+-[0-9]+", steps[-1]):
        return Link("", "linkedin", "groupPost", "", steps[-1].partition("-")[2], is_post=True)
    if first in ("feed", "embed", "video", "analytics", "hp", "posts"):
        place = "/".join(steps)
        urn = _URN.search(place)
        if urn is None and first == "feed" and len(steps) <= 2:
            # Only where the path itself names no post do the parameters say which one the page opens on.
            wanted = ("updateentityurn", "highlightedupdateurn") if len(steps) > 1 else ("highlightedupdateurn",)
            values = [_decoded(value) for want in wanted for name, value, _ in pairs if name == want]
            urn = next((m for v in values if (m := _URN.search(v))), None)
        if urn is not None:
            return Link("", "linkedin", _KINDS[urn[1].casefold()], "", urn[3], is_post=True)
        if old := re.fullmatch(r"hp/update/([0-9]+)", place, re.I):
            return Link("", "linkedin", "activity", "", old[1], is_post=True)
    return Link("", "linkedin", _PLACES.get(first, "other"), "")


_ALPHABET = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")}
_NO_PROFILE = frozenset((
    "explore", "accounts", "direct", "stories", "reels", "about", "legal", "developer", "share", "s", "p", "tv",
    "reel", "web", "api", "your_activity",
))  # fmt: skip


def _instagram(steps: list[str]) -> Link:
    """Platform, kind, id and author of a path on instagram.com; the rest is empty."""
    other = Link("", "instagram", "other", "")
    low = [s.casefold() for s in steps]
    if not steps:
        return other
    if low[0] == "share" and len(steps) > 1:  # opaque: needs the network
        return Link("", "instagram", "reel" if low[1] == "reel" else "post", "", is_post=True)
    if low[0] == "stories":
        return other
    author = None
    if len(steps) > 2 and low[1] in ("p", "reel", "tv") and low[0] not in _NO_PROFILE:
        author, steps, low = steps[0], steps[1:], low[1:]
    if low[0] in ("p", "reel", "reels", "tv") and len(steps) > 1 and low[1] != "audio":
        kind = "reel" if low[0].startswith("reel") else "post"
        return Link("", "instagram", kind, "", _number(steps[1]), is_post=True, vanity=author)
    if low[0] not in _NO_PROFILE and re.fullmatch(r"[\w.]{1,30}", steps[0]):
        return Link("", "instagram", "profile", "", vanity=steps[0])
    return other


def _number(code: str) -> str | None:
    """The id behind an Instagram short code; None for what is none or has more than 64 bits."""
    if not 1 <= len(code) <= 11 or any(c not in _ALPHABET for c in code):
        return None
    value = 0
    for c in code:
        value = value * 64 + _ALPHABET[c]
    return str(value) if value < 1 << 64 else None


_EPOCH = dt.datetime(1970, 1, 1)
_EARLIEST = {"linkedin": dt.datetime(2010, 1, 1), "instagram": dt.datetime(2010, 10, 1)}
_INSTAGRAM_EPOCH = 1314220021721  # ms since 1970


def _time(platform: str, post_id: str | None, latest: dt.datetime | None) -> dt.datetime | None:
    """UTC time in an id; None where it cannot be one (aggregates, invented ids, ids of absurd length)."""
    if post_id is None or platform not in _EARLIEST or len(post_id) > 20:
        return None
    number = int(post_id)
    if number >= 1 << 63:
        return None
    ms = number >> 22 if platform == "linkedin" else (number >> 23) + _INSTAGRAM_EPOCH
    time = _EPOCH + dt.timedelta(milliseconds=ms)
    if time < _EARLIEST[platform] or (latest is not None and time > latest + dt.timedelta(days=1)):
        return None
    return time
