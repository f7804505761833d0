"""The first bytes of many lines at once, eight to a word: what a comparison costs for one byte, it then costs for eight.

The words of all lines stand in columns: ``words[i]`` holds bytes ``8 i`` to ``8 i + 7`` of each, the first one lowest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podaudit.export.dates import Ints

Words = NDArray[np.uint64]

WORD = 8
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH = np.uint64(0x8080808080808080)
_ONES = np.uint64(0x0101010101010101)


def reach(raw: bytes, start: Ints, width: int) -> int:
    """How many of some ascending offsets have ``width`` bytes behind them."""
    return int(np.searchsorted(start, len(raw) - width, side="right"))


def gather(raw: bytes, start: Ints, width: int) -> Words:
    """``width`` bytes (a multiple of eight) from each offset on; all must lie inside ``raw``."""
    view = np.ndarray(len(raw) - width + 1, f"V{width}", buffer=raw, strides=(1,))
    return np.ascontiguousarray(view[start].view("<u8").reshape(-1, width // WORD).T)


def equal(words: Words, byte: int) -> Words:
    """The high bit of every byte that is ``byte``."""
    other = words ^ (_ONES * np.uint64(byte))
    found: Words = ~(((other & _LOW7) + _LOW7) | other) & _HIGH
    return found


def digits(words: Words) -> Words:
    """0xFF for every byte that is an ASCII digit."""
    low = words & _LOW7
    at_least = low + np.uint64(0x5050505050505050)  # sets the high bit from "0" on
    beyond = low + np.uint64(0x4646464646464646)  # from ":" on
    found: Words = ((at_least & ~beyond & ~words & _HIGH) >> np.uint64(7)) * np.uint64(0xFF)
    return found


def first_pair(words: Words, one: int, two: int) -> Ints:
    """Where two bytes stand next to each other for the first time in each line; -1 where they do not."""
    at = np.full(words.shape[1], -1, dtype=np.int64)
    ones, twos = equal(words, one), equal(words, two)
    for i in range(len(words) - 1, -1, -1):
        follows = twos[i] >> np.uint64(8)
        if i + 1 < len(words):
            follows |= twos[i + 1] << np.uint64(56)
        both = ones[i] & follows
        hit = np.flatnonzero(both)
        lowest = both[hit] & (~both[hit] + np.uint64(1))
        at[hit] = WORD * i + (np.frexp(lowest.astype(np.float64))[1] - 1) // 8
    return at
