"""What in an export may not be what it seems: times running back, a file put together from two, names that look alike."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export.dates import Bools, Ints, Times
from podaudit.export.words import MARKS

BACK = np.timedelta64(60, "s")  # delivery may swap two messages by seconds
CAPS = (10_000, 40_000)  # the app exports so many messages at most: with media, without
_CAP_SLACK = 30
_NAME = 256  # characters of a name that are compared: normalising is slow on hostile text

_FALLS = 5  # falls of the time at which a second export is looked for, the deepest
_FALL = np.timedelta64(1, "h")
_REPEATED = 0.8  # share of messages that stand before already, for a second copy
_STRANGERS = 0.5  # share of messages by people unheard before, for another chat
_PART = 3  # messages that a part has at least
_LOUD = 20  # messages that a part has at least where only its writers tell it apart
_OPENS = 3  # rows in which the notice that opens an export stands

# Letters of other scripts that look like Latin ones.
_ALIKE = str.maketrans(
    "абвгеёикмнорстухѕіјԁһɡαβγεηικμνορτυχωⅼǀ",
    "a6breeukmhopctyxsijdhgabyeniкmvoptuxwll".replace("к", "k"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A second export behind the first in one file: from ``row`` on, ``messages`` by members.

    ``repeated`` of them stand before ``row`` already, ``strangers`` of them are by people who write nothing before it.
    """

    row: int
    messages: int
    repeated: int
    strangers: int

    @property
    def double(self) -> bool:
        """The part is a second copy rather than another chat."""
        return self.repeated >= _REPEATED * self.messages


def second_parts(time: Times, sender: Ints, notice: Bools, text: pa.Array) -> list[Part]:
    """Where a file seems to be put together from several exports.

    ``sender``: a code per row, below zero for none. A part opens where the time falls, where the notice that opens the
    export comes again, or where everybody who wrote falls silent and others write. A pasted passage, or a clock set
    back, shows neither a second copy nor other people.
    """
    found: list[Part] = []
    spoken = np.flatnonzero(sender >= 0)
    codes: Ints | None = None
    for row in sorted(_openings(time, sender, notice, text)):
        place = int(np.searchsorted(spoken, row))
        before, after = spoken[:place], spoken[place:]
        if min(place, len(after)) < _PART or any(np.searchsorted(spoken, part.row) == place for part in found):
            continue
        codes = _codes(time, sender, text) if codes is None else codes
        part = Part(
            row, len(after), int(np.count_nonzero(np.isin(codes[after], codes[before]))),
            int(np.count_nonzero(~np.isin(sender[after], sender[before]))),
        )  # fmt: skip
        if part.double or part.strangers >= _STRANGERS * part.messages:
            found.append(part)
    return found


def _openings(time: Times, sender: Ints, notice: Bools, text: pa.Array) -> list[int]:
    """Rows at which a second export may begin."""
    known = np.flatnonzero(~np.isnat(time))
    fall = time[known][:-1] - time[known][1:]
    falls = np.flatnonzero(fall >= _FALL)
    deepest = falls[np.argsort(-fall[falls].astype(np.int64), kind="stable")[:_FALLS]]
    # A pasted line falls alone: the next one is back in time.
    out = [
        int(known[i + 1]) for i in deepest.tolist() if np.count_nonzero(time[known[i + 1 :]] < time[known[i]]) >= _PART
    ]
    first = next((row for row in range(min(_OPENS, len(notice))) if notice[row]), None)
    if first is not None:
        rows = np.flatnonzero(notice)
        again = pc.equal(text.take(pa.array(rows)), text[first]).to_numpy(zero_copy_only=False)
        out += rows[again][1 : _FALLS + 1].tolist()
    return out + _handovers(sender)


def _handovers(sender: Ints) -> list[int]:
    """The row at which everybody who wrote falls silent for good and others write, if there is one."""
    spoken = np.flatnonzero(sender >= 0)
    own = sender[spoken]
    if len(own) < 2 * _LOUD:
        return []
    if np.isin(own[:_LOUD], own[-_LOUD:]).any():
        return []
    last = np.zeros(own.max() + 1, dtype=np.int64)
    last[own] = np.arange(len(own))
    silent = np.maximum.accumulate(last[own])[:-1] == np.arange(len(own) - 1)
    for at in (np.flatnonzero(silent) + 1).tolist():
        if min(at, len(own) - at) >= _LOUD and min(len(np.unique(own[:at])), len(np.unique(own[at:]))) >= _PART:
            return [int(spoken[at])]
    return []


def _codes(time: Times, sender: Ints, text: pa.Array) -> Ints:
    """The same number for rows of the same time, sender and text."""
    said = pc.dictionary_encode(text).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    rows = np.stack([time.astype("datetime64[s]").astype(np.int64), sender, said])
    codes: Ints = np.unique(rows, axis=1, return_inverse=True)[1].reshape(-1)
    return codes


_STROKES = str.maketrans("i1|", "lll")  # a capital I is an l to the eye


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
    values = t[loose].tolist()
    worst = _misfits(values)
    if worst and worst[0] == 0 and loose[0] == 0:
        # An export begins with a message of its own: what is pasted stands behind it, unless nearly all does.
        later = [i for i, v in enumerate(values) if v >= values[0]]
        odd_later = {later[i] for i in _misfits([values[i] for i in later])}
        kept = [i for i in later if i not in odd_later]
        if 2 * len(kept) >= len(values) - len(worst):
            worst = sorted(set(range(len(values))) - set(kept))
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
    return " ".join(plain.replace("0", "o").translate(_STROKES).split()) if not plain.strip("+ ").isdigit() else plain


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
