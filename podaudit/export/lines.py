"""Bytes -> physical lines, and texts as columns of slices of the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from podaudit.export import blocks
from podaudit.export.dates import Bools, Ints
from podaudit.export.shapes import candidates
from podaudit.model import LineLedger

_LF, _CR = 10, 13
_WORD = 4  # bytes
_CRS = 3  # before one LF: files written twice as text have two
_BLOCK = 1 << 20  # bytes looked at in one go
_HEAD = 64  # bytes behind a lone CR in which a header shows


@dataclass(frozen=True, slots=True)
class Lines:
    """The physical lines. ``starts``: byte offsets of the lines and of the end; ``stops``: ends without line ending."""

    starts: Ints
    stops: Ints
    text: pa.Array  # with line endings, no copy


def split_lines(raw: bytes) -> Lines:
    """Split at LF alone, strip the CRs before it. Where lines end in lone CRs, it is split at those too."""
    data = np.frombuffer(raw, dtype=np.uint8)
    ends = places(data, _LF)
    crs = sum(blocks.over(len(data), lambda part: np.count_nonzero(data[part] == _CR), _BLOCK))
    if crs > np.count_nonzero(data[ends[ends > 0] - 1] == _CR):
        lone = _lone(data, places(data, _CR))
        if len(lone) * 3 <= len(ends):
            lone = lone[_opens(raw, lone + 1)]  # in a message, but for those before a header
        ends = np.sort(np.concatenate([ends, lone]), kind="stable")
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    if starts[-1] != len(raw):
        starts = np.append(starts, len(raw))
    text = pa.Array.from_buffers(pa.large_string(), len(starts) - 1, [None, pa.py_buffer(starts), pa.py_buffer(raw)])
    return Lines(starts, without_ending(data, starts[:-1], starts[1:]), text)


def _lone(data: np.ndarray, cr: Ints) -> Ints:
    """Those CRs, one or more in a row, that no LF follows."""
    row = np.cumsum(np.append(True, np.diff(cr) != 1)) - 1
    last = cr[np.append(np.flatnonzero(np.diff(row)), len(cr) - 1)]
    follows = np.where(last + 1 < len(data), data[np.minimum(last + 1, len(data) - 1)], 0)
    found: Ints = cr[(follows != _LF)[row]]
    return found


def _opens(raw: bytes, at: Ints) -> Bools:
    """Whether a header seems to begin at each of some bytes."""
    if not len(at):
        return np.zeros(0, dtype=bool)
    heads = slices(raw, at, np.minimum(at + _HEAD, np.append(at[1:], len(raw))))
    opens = np.zeros(len(at), dtype=bool)
    opens[candidates(heads)] = True
    return opens


def places(data: np.ndarray, byte: int) -> Ints:
    """Where a byte stands, ascending; in blocks, as memory touched for the first time is what costs most."""
    found = blocks.over(len(data), lambda part: np.flatnonzero(data[part] == byte) + part.start, _BLOCK)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def without_ending(data: np.ndarray, start: Ints, stop: Ints) -> Ints:
    """Ends of stretches of bytes less one line ending."""
    ends = np.empty(len(stop), dtype=np.int64)

    def some(part: slice) -> None:
        begin, end = start[part], stop[part]
        end = end - (np.where(end > begin, data[end - 1], 0) == _LF)
        for _ in range(_CRS):
            before = np.where(end > begin, data[end - 1], 0) == _CR
            if not before.any():
                break
            end = end - before
        ends[part] = end

    blocks.over(len(stop), some)
    return ends


def slices(raw: bytes, start: Ints, stop: Ints) -> pa.Array:
    """Texts between byte offsets (ascending, not overlapping) as one column."""

    def some(part: slice) -> pa.Array:
        offsets = np.empty(2 * (part.stop - part.start), dtype=np.int64)
        offsets[::2], offsets[1::2] = start[part], stop[part]
        both = pa.Array.from_buffers(
            pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(raw)]
        )
        return both.take(pa.array(np.arange(0, len(offsets), 2)))

    return column(stop - start, some)


def column(length: Ints, some: Callable[[slice], pa.Array]) -> pa.Array:
    """A text column whose texts have so many bytes, made of parts of some rows each.

    In blocks: memory that is touched for the first time costs more than the work done in it, so most of it is used again.
    """
    n = len(length)
    if n <= blocks.ROWS:
        return some(slice(0, n)) if n else pa.array([], pa.large_string())
    offsets = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(length, out=offsets[1:])
    data = np.empty(offsets[-1], dtype=np.uint8)

    def enter(part: slice) -> None:
        low, high = offsets[part.start], offsets[part.stop]
        data[low:high] = np.frombuffer(some(part).buffers()[2], dtype=np.uint8)[: high - low]

    blocks.over(n, enter)
    return pa.Array.from_buffers(pa.large_string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def ledger(lines: Lines, line: Ints, line_end: Ints, notice: Bools, gap: Bools) -> LineLedger:
    """Count every line once. ``line``, ``line_end``: first and last line of each row, from 1 and without holes."""
    blank = np.flatnonzero(lines.stops == lines.starts[:-1]) + 1
    row = np.searchsorted(line, blank, side="right") - 1
    further = int(np.count_nonzero(~gap[row] & (line[row] != blank)))
    held = line_end - line + 1
    read = int(held[~gap].sum())
    opened = int(np.count_nonzero(~gap))
    notices = int(np.count_nonzero(notice))
    return LineLedger(opened - notices, notices, read - opened - further, further, int(held[gap].sum()))


def starts_with(raw: bytes, at: Ints, mark: bytes) -> Bools:
    """Whether up to four bytes stand at each offset."""
    padded = raw[-_WORD:].ljust(_WORD, b"\0") + bytes(_WORD)  # a word must not reach past the end
    inside = int(np.searchsorted(at, len(raw) - _WORD, side="right"))
    found = np.zeros(len(at), dtype=bool)
    mask = np.uint32(int.from_bytes(b"\xff" * len(mark), "little"))
    value = np.uint32(int.from_bytes(mark, "little"))
    for part, view, start in (
        (slice(0, inside), raw, at[:inside]),
        (slice(inside, len(at)), padded, at[inside:] - max(len(raw) - _WORD, 0)),
    ):
        words = np.ndarray(max(len(view) - _WORD + 1, 0), f"V{_WORD}", buffer=view, strides=(1,))
        if len(start):
            found[part] = (words[start].view("<u4") & mask) == value
    return found
