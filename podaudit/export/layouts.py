"""Numbers out of header lines by their bytes: the few layouts in which a phone writes a template, eight bytes at a time.

RE2 tells a header at the speed of the disk, yet takes ten times as long to say where its numbers stand. But a file
writes them in few layouts (one or two digits here, AM or PM there). Each is learnt from one line that fits the template,
and then found by comparing words of bytes in which digits count as equal. What fits no layout is left to RE2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from podaudit.export import dates
from podaudit.export.bytewise import WORD, Words, digits, gather, reach
from podaudit.export.dates import Bools, Ints

_BLOCK = 1 << 15  # lines at a time: what they need stays in the processor's cache
_SEEN = 32  # lines looked at beforehand
_PROBES = 8  # lines looked at for layouts not yet known
_LAYOUTS = 64  # layouts learnt at most
_LONGEST = 64  # bytes of a header
_MORE = 8  # bytes that a layout not yet seen may have more than those that were
_LOW = np.uint64(0x0F0F0F0F0F0F0F0F)  # "0" is what is left of a digit without these bits
_NUMBERS = ("a", "b", "c", "H", "M", "S")


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write a header. ``places``: the bytes of each number's digits; ``word``: the word of the clock."""

    length: int
    mask: Words  # which bytes of each word belong to the header
    normal: Words  # the header with every digit as "0"
    places: Mapping[str, tuple[int, ...]]
    word: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of those lines that fit, aligned with the lines asked for. ``hit``: whether a line fits."""

    hit: Bools
    length: NDArray[np.int16]  # bytes of the header
    a: NDArray[np.int16]
    b: NDArray[np.int16]
    c: NDArray[np.int16]
    clock: NDArray[np.int32]  # seconds of the day, -1 where there is no such time
    word: NDArray[np.int16]  # into ``words``
    words: list[str]  # words of the clock, folded

    @classmethod
    def empty(cls, n: int) -> Numbers:
        """Room for ``n`` lines, none of which fits yet."""
        short = [np.zeros(n, dtype=np.int16) for _ in range(5)]
        length, a, b, c, word = short
        return cls(np.zeros(n, dtype=bool), length, a, b, c, np.zeros(n, dtype=np.int32), word, [])

    def place(self, word: str) -> int:
        """The number of a word of the clock."""
        if word not in self.words:
            self.words.append(word)
        return self.words.index(word)


def scan(
    raw: bytes, lines: pa.Array, at: Ints, start: Ints, pattern: str, bare: str, fold: Callable[[str], str]
) -> Numbers:
    """Test lines against a template with named groups ``h`` (the header), ``a b c H M``, perhaps ``S`` and ``w``.

    ``at``: the lines; ``start``: their first bytes. ``bare``: groups whose two digits never begin with zero.
    """
    out = Numbers.empty(len(at))
    layouts: list[Layout] = []
    first = _learn(lines.take(pa.array(at[:: max(len(at) // _SEEN, 1)][:_SEEN])), pattern, fold)
    width = max((layout.length for layout in first), default=0) + _MORE
    width = min(-(-width // WORD) * WORD, _LONGEST)
    enough = reach(raw, start, width)
    for low in range(0, enough, _BLOCK):
        place = slice(low, min(low + _BLOCK, enough))
        _block(out, place, gather(raw, start[place], width), lines, at, pattern, bare, layouts, fold)
    return out


def _block(
    out: Numbers, place: slice, words: Words, lines: pa.Array, at: Ints, pattern: str, bare: str, layouts: list[Layout],
    fold: Callable[[str], str],
) -> None:  # fmt: skip
    """Fill ``out`` for one block of lines, learning layouts on the way."""
    normal = words & ~(digits(words) & _LOW)
    open_ = np.arange(words.shape[1])
    known = 0
    while True:
        for layout in layouts[known:]:
            open_ = _take(out, place.start, layout, words, normal, open_, bare)
        known = len(layouts)
        if not len(open_) or known >= _LAYOUTS:
            return
        probes = open_[np.unique(np.linspace(0, len(open_) - 1, _PROBES).astype(np.int64))]
        for layout in _learn(lines.take(pa.array(at[place][probes])), pattern, fold, words.shape[0] * WORD):
            if all(not np.array_equal(layout.normal, other.normal) for other in layouts):
                layouts.append(layout)
        if len(layouts) == known:
            return


def _take(out: Numbers, first: int, layout: Layout, words: Words, normal: Words, open_: Ints, bare: str) -> Ints:
    """Enter the lines of one layout; what is still open comes back."""
    fits = np.ones(len(open_), dtype=bool)
    for i, (mask, value) in enumerate(zip(layout.mask, layout.normal, strict=True)):
        fits &= (_of(normal[i], open_) & mask) == value
    hit = open_[fits]
    if not len(hit):
        return open_
    used = sorted({p // WORD for places in layout.places.values() for p in places})
    held = {i: _of(words[i], hit) for i in used}
    figures = {
        name: [((held[p // WORD] >> np.uint64(p % WORD * 8)) & np.uint64(15)).astype(np.int32) for p in places]
        for name, places in layout.places.items()
    }
    good = np.ones(len(hit), dtype=bool)
    for name in bare:
        if len(figures[name]) > 1:
            good &= figures[name][0] != 0
    values = {name: _number(parts) for name, parts in figures.items()}
    if not good.all():
        values = {name: value[good] for name, value in values.items()}
    hit = hit[good]
    zero = np.zeros(len(hit), dtype=np.int32)
    rows = slice(first, first + len(hit)) if len(hit) == words.shape[1] else hit + first
    out.hit[rows] = True
    out.length[rows] = layout.length
    out.a[rows], out.b[rows], out.c[rows] = values["a"], values["b"], values["c"]
    out.clock[rows] = dates.clock(values["H"], values["M"], values.get("S", zero), dates.half_of(layout.word))
    out.word[rows] = out.place(layout.word)
    fits[fits] = good
    return open_[~fits]


def _of(column: Words, rows: Ints) -> Words:
    """The values of some rows, which mostly are all."""
    return column if len(rows) == len(column) else column[rows]


def _number(digits: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    value = digits[0]
    for digit in digits[1:]:
        value = value * 10 + digit
    return value


def _learn(lines: pa.Array, pattern: str, fold: Callable[[str], str], longest: int = _LONGEST) -> list[Layout]:
    """The layouts of those lines that fit the template and end in a space: then nothing behind can change the match."""
    out = []
    spans = pc.extract_regex_span(lines, pattern).to_pylist()
    for line, span in zip(lines.to_pylist(), spans, strict=True):
        if span is None:
            continue
        start, length = span["h"]
        head = line.encode("utf-8")[: start + length]
        if start or not head.endswith(b" ") or length > longest:
            continue
        places = {n: tuple(range(span[n][0], sum(span[n]))) for n in _NUMBERS if n in span}
        kept = bytes(48 if 48 <= byte <= 57 else byte for byte in head)
        used = -(-length // WORD)
        mask = np.frombuffer((b"\xff" * length).ljust(used * WORD, b"\0"), dtype="<u8")
        normal = np.frombuffer(kept.ljust(used * WORD, b"\0"), dtype="<u8")
        word = head[span["w"][0] : sum(span["w"])].decode("utf-8") if "w" in span else ""
        out.append(Layout(length, mask, normal, places, fold(word).strip(" ,_")))
    return out
