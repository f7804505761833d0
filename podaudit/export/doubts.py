"""What in an export may not be what it seems: times running back, headers inside bodies, names that look alike."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from podaudit.export.dates import Bools, Times
from podaudit.export.words import MARKS

BACK = np.timedelta64(60, "s")  # delivery may swap two messages by seconds
CAPS = (10_000, 40_000)  # the app exports so many messages at most: with media, without
_CAP_SLACK = 30
_NAME = 256  # characters of a name that are compared: normalising is slow on hostile text

# Letters of other scripts that look like Latin ones.
_ALIKE = str.maketrans(
    "абвгеёикмнорстухѕіјԁһɡαβγεηικμνορτυχωⅼǀ",
    "a6breeukmhopctyxsijdhgabyeniкmvoptuxwll".replace("к", "k"),
)


def out_of_order(time: Times) -> Bools:
    """Times that are out of order by ``BACK`` or more: the fewest whose removal leaves the others in order.

    A pasted line runs back or ahead alone; where the clock was set back, the shorter side is out of order.
    """
    out = np.zeros(len(time), dtype=bool)
    known = np.flatnonzero(~np.isnat(time))
    t = time[known].astype("datetime64[s]").astype(np.int64)
    if len(t) < 2 or np.all(np.diff(t) >= 0):
        return out
    past = np.maximum.accumulate(t)
    ahead = np.minimum.accumulate(t[::-1])[::-1]
    loose = np.flatnonzero((t < past) | (t > ahead))  # all others fit whatever is decided
    worst = _misfits(t[loose].tolist())
    if worst and worst[0] == 0 and loose[0] == 0:
        # The first message may be as much to blame as the second: then it is the second.
        other = [len(loose) - 1 - i for i in reversed(_misfits((-t[loose])[::-1].tolist()))]
        worst = other if len(other) == len(worst) else worst
    odd = loose[worst]
    rest = np.delete(t, odd)
    place = np.searchsorted(np.delete(np.arange(len(t)), odd), odd)
    before = rest[np.maximum(place - 1, 0)]
    after = rest[np.minimum(place, len(rest) - 1)]
    slack = int(BACK / np.timedelta64(1, "s"))
    out[known[odd[(t[odd] <= before - slack) | (t[odd] >= after + slack)]]] = True
    return out


def _misfits(values: Sequence[int]) -> list[int]:
    """Places of the fewest values whose removal leaves a sequence that never falls."""
    tails: list[int] = []
    at: list[int] = []
    parent: list[int] = []
    for i, v in enumerate(values):
        k = bisect_right(tails, v)
        parent.append(at[k - 1] if k else -1)
        if k == len(tails):
            tails.append(v)
            at.append(i)
        else:
            tails[k] = v
            at[k] = i
    kept, i = set(), at[-1] if at else -1
    while i >= 0:
        kept.add(i)
        i = parent[i]
    return [i for i in range(len(values)) if i not in kept]


def skeleton(name: str) -> str:
    """A name reduced to how it looks: width, case, accents' spelling, invisible marks and look-alike letters folded."""
    plain = unicodedata.normalize("NFKC", MARKS.sub("", name[:_NAME])).casefold().translate(_ALIKE)
    return " ".join(plain.replace("0", "o").replace("1", "l").split()) if not plain.strip("+ ").isdigit() else plain


def truncated(messages: int) -> int | None:
    """The app's cap that an export of so many messages seems to have run into."""
    return next((cap for cap in CAPS if cap - _CAP_SLACK <= messages <= cap + _CAP_SLACK), None)


def span(seconds: float) -> str:
    """A length of time in words, for a doubt."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            n = round(seconds / size)
            return f"{n} {unit}{'s' if n != 1 else ''}"
    return "less than a minute"
