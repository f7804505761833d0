"""The first bytes of many lines at once, eight to a word: what a comparison costs for one byte, it then costs for eight.

The words of all lines stand in columns: ``words[i]`` holds bytes ``8 i`` to ``8 i + 7`` of each, the first one lowest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podaudit.export.dates import Bools, Ints

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


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes in which every ASCII digit stands for any other, as words."""

    value: Words  # with zeros for digits
    reach: Words  # what lifts the high bit of a byte where a digit should stand and more than 9 is left of it
    test: Words  # the bits that must stay clear

    @classmethod
    def of(cls, head: bytes) -> Form:
        """The form of some bytes."""
        digit = [48 <= byte <= 57 for byte in head]
        value = bytes(48 if d else byte for d, byte in zip(digit, head, strict=True))
        return cls(*(_words(bytes(part)) for part in (
            value, (0x76 if d else 0 for d in digit), (0x80 if d else 0xFF for d in digit)
        )))  # fmt: skip

    def fits(self, words: Words, rows: NDArray[np.int64]) -> Bools:
        """Which of some rows have this form."""
        wrong = np.zeros(len(rows), dtype=np.uint64)
        for word, value, reach, test in zip(words, self.value, self.reach, self.test, strict=False):
            left = of_rows(word, rows) ^ value
            wrong |= (left | (left + reach)) & test  # a carry leaves the byte it comes from wrong
        good: Bools = wrong == 0
        return good


def _words(text: bytes) -> Words:
    return np.frombuffer(text.ljust(-(-len(text) // WORD) * WORD, b"\0"), dtype="<u8")


def byte_of(words: Words, place: int, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """One byte of some rows."""
    column: NDArray[np.uint8] = words[place // WORD].view(np.uint8)[place % WORD :: WORD]
    return of_rows(column, rows)


def of_rows(column: np.ndarray, rows: NDArray[np.int64]) -> np.ndarray:
    """The values of some rows, which mostly are all."""
    return column if len(rows) == len(column) else column[rows]


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
