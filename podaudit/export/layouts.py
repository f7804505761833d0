"""Numbers out of header lines by their bytes: the few layouts in which a phone writes a template, eight bytes at a time.

RE2 tells a header at the speed of the disk, yet takes ten times as long to say where its numbers stand. But a file
writes them in few layouts (one or two digits here, AM or PM there). Each is learnt from one line that fits the template,
and then found by comparing words of bytes in which digits count as equal. What fits no layout is left to RE2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from podaudit.export import blocks, dates
from podaudit.export.bytewise import WORD, Form, Words, byte_of, gather, reach
from podaudit.export.dates import Bools, Ints

_SEEN = 64  # lines looked at beforehand
_PROBES = 8  # lines looked at for layouts not yet known
_LAYOUTS = 64  # layouts learnt at most
_LONGEST = 64  # bytes of a header
_MORE = 8  # bytes that a layout not yet seen may have more than those that were
_NUMBERS = ("a", "b", "c", "H", "M", "S")


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write a header. ``places``: the bytes of each number's digits; ``word``: the word of the clock."""

    length: int
    form: Form
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
    first: list[Layout] = []
    _add(first, _learn(lines.take(pa.array(at[:: max(len(at) // _SEEN, 1)][:_SEEN])), pattern, fold), out)
    width = max((layout.length for layout in first), default=0) + _MORE
    width = min(-(-width // WORD) * WORD, _LONGEST)
    enough = reach(raw, start, width)
    blocks.over(
        enough, lambda part: _take(out, np.arange(part.start, part.stop), gather(raw, start[part], width), first, bare)
    )
    layouts = [*first]
    left = np.flatnonzero(~out.hit[:enough])
    for low in range(0, len(left), blocks.ROWS):
        rows = left[low : low + blocks.ROWS]
        words = gather(raw, start[rows], width)
        new = layouts[len(first) :]
        while len(open_ := _take(out, rows, words, new, bare)) and len(layouts) < _LAYOUTS:
            probes = rows[open_[np.unique(np.linspace(0, len(open_) - 1, _PROBES).astype(np.int64))]]
            new = _add(layouts, _learn(lines.take(pa.array(at[probes])), pattern, fold, width), out)
            if not new:
                break
    return out


def _add(layouts: list[Layout], learnt: list[Layout], out: Numbers) -> list[Layout]:
    """Put down those layouts that were not known, and their words."""
    new: list[Layout] = []
    for layout in learnt:
        if all(not np.array_equal(layout.form.value, other.form.value) for other in layouts):
            layouts.append(layout)
            new.append(layout)
            out.place(layout.word)
    return new


def _take(out: Numbers, rows: Ints, words: Words, layouts: Sequence[Layout], bare: str) -> Ints:
    """Enter the rows that have one of some layouts; the places of those that are still open come back."""
    open_ = np.flatnonzero(~out.hit[rows])
    for layout in layouts:
        fits = layout.form.fits(words, open_)
        if fits.any():
            fits[fits] = _enter(out, rows, layout, words, open_[fits], bare)
            open_ = open_[~fits]
    return open_


def _enter(out: Numbers, rows: Ints, layout: Layout, words: Words, hit: Ints, bare: str) -> Bools:
    """Enter those that fit a layout but for the zeros that no number begins with; which they are comes back."""
    values = {
        name: [byte_of(words, place, hit) & np.uint8(15) for place in places] for name, places in layout.places.items()
    }
    good = np.ones(len(hit), dtype=bool)
    for name in bare:
        if len(values[name]) > 1:
            good &= values[name][0] != 0
    own = rows[hit[good]]
    none = np.zeros(len(own), dtype=np.int32)
    a, b, c, hour, minute, second = (_number(values[n], good) if n in values else none for n in _NUMBERS)
    out.hit[own], out.length[own] = True, layout.length
    out.a[own], out.b[own], out.c[own] = a, b, c
    out.clock[own] = dates.clock(hour, minute, second, dates.half_of(layout.word))
    out.word[own] = out.place(layout.word)
    return good


def _number(digits: Sequence[NDArray[np.uint8]], rows: Bools) -> NDArray[np.int32]:
    """The value of some digits."""
    if len(digits) == 2:  # room enough in a byte
        digits = [digits[0] * np.uint8(10) + digits[1]]
    value = digits[0][rows].astype(np.int32)
    for digit in digits[1:]:
        value = value * 10 + digit[rows]
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
        word = head[span["w"][0] : sum(span["w"])].decode("utf-8") if "w" in span else ""
        out.append(Layout(length, Form.of(head), places, fold(word).strip(" ,_")))
    return out
