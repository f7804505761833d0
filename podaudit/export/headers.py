"""Which lines open a message: the file's own header templates, found and tested over all of its lines as a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from podaudit.export import dates, layouts
from podaudit.export.dates import Bools, Decision, Fields, Ints, Order, Times
from podaudit.export.layouts import Numbers
from podaudit.export.shapes import UNPADDED, Seen, Shape, Template, candidates, fold, see, template_of
from podaudit.model import Unreadable

_SAMPLE = 400  # lines looked at by Python per round, from the front and again evenly over the file
_STAMP = 24  # bytes of a header up to its sender at least, mostly
_HEAD = 300  # bytes of a line looked at: a header is shorter
_LOOK = 5_000  # lines looked at for headers of any kind, from the front and again evenly
_ROUNDS = 6  # templates tried at most
_NO_DATE = "the date or time does not exist"
_HOLED = "NUL bytes stand where its header may have been"


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines, ascending. ``body``: the byte after the header; ``good``: whether the time exists."""

    line: Ints
    body: Ints
    time: Times
    good: Bools
    why: list[str]  # aligned with the lines that are not good
    bracket: Bools
    platform: str
    order: Order
    clock: str
    suspects: Ints  # lines that look like a header of another kind and stand in a body
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class _Match:
    line: Ints
    rest: Ints  # the lines that do not fit
    length: Ints  # bytes of the header
    fields: Fields
    words: list[str]
    word: NDArray[np.int16]  # index into words, per line

    @property
    def half(self) -> Ints:
        """A value of ``dates.HALVES`` per line."""
        return np.array([dates.half_of(w) for w in self.words], dtype=np.int64)[self.word]


def _match(raw: bytes, starts: Ints, lines: pa.Array, at: Ints, template: Template) -> _Match:
    """Test the lines ``at`` against a template and take the numbers out of those that fit."""
    shape = template.shape
    if shape.ascii and not shape.named:
        bare = "".join(n for n, width in zip("abH", template.widths, strict=True) if width == UNPADDED)
        found = layouts.scan(raw, lines, at, starts[at], template.pattern, bare, fold)
    else:
        found = layouts.Numbers.empty(len(at))
    _match_rest(found, lines, at, template)
    hit = found.hit
    fields = Fields(
        found.a[hit], found.b[hit], found.c[hit], found.clock[hit], long_year=shape.long_year,
        year_first=template.year_first,
    )  # fmt: skip
    return _Match(at[hit], at[~hit], found.length[hit].astype(np.int64), fields, found.words or [""], found.word[hit])


def _match_rest(found: Numbers, lines: pa.Array, at: Ints, template: Template) -> None:
    """Enter what RE2 finds among the lines that fit no layout."""
    left = np.flatnonzero(~found.hit)
    parts = pc.extract_regex(lines.take(pa.array(at[left])), template.pattern)
    hit = left[parts.is_valid().to_numpy(zero_copy_only=False)]
    if not len(hit):
        return
    parts = parts.drop_null()
    columns = {parts.type.field(i).name: column for i, column in enumerate(parts.flatten())}
    words, half = np.full(len(hit), found.place(""), dtype=np.int16), np.zeros(len(hit), dtype=np.int32)
    if "w" in columns:
        coded = pc.dictionary_encode(columns["w"])
        folded = [fold(w).strip(" ,_") for w in coded.dictionary.to_pylist()]
        code = coded.indices.to_numpy(zero_copy_only=False)
        words = np.array([found.place(w) for w in folded], dtype=np.int16)[code]
        half = np.array([dates.half_of(w) for w in folded], dtype=np.int32)[code]
    second = _numbers(columns["S"]) if "S" in columns else np.zeros(len(hit), dtype=np.int32)
    found.hit[hit] = True
    found.length[hit] = pc.binary_length(columns["h"]).to_numpy(zero_copy_only=False)
    found.a[hit], found.b[hit], found.c[hit] = (_numbers(columns[name]) for name in "abc")
    found.clock[hit] = dates.clock(_numbers(columns["H"]), _numbers(columns["M"]), second, half)
    found.word[hit] = words


def _numbers(column: pa.Array) -> NDArray[np.int32]:
    coded = pc.dictionary_encode(column)
    values = np.array([int(v) if v else 0 for v in coded.dictionary.to_pylist()] or [0], dtype=np.int32)
    taken: NDArray[np.int32] = values[coded.indices.to_numpy(zero_copy_only=False)]
    return taken


def _sample(raw: bytes, starts: Ints, at: Ints) -> list[Seen]:
    """What Python sees on some of the lines: the first, and others spread evenly."""
    if len(at) > 2 * _SAMPLE:
        spread = np.linspace(_SAMPLE, len(at) - 1, _SAMPLE).astype(np.int64)
        at = np.concatenate([at[:_SAMPLE], at[spread]])
    seen = []
    for i in at.tolist():
        start, stop = int(starts[i]), int(starts[i + 1])
        one = see(raw[start : min(stop, start + _HEAD)].decode("utf-8", errors="ignore").rstrip("\r\n"))
        if one is not None:
            seen.append(one)
    return seen


def _shapes(seen: Sequence[Seen]) -> list[tuple[Shape, list[Seen]]]:
    """Shapes by how often they were seen, the first seen first among equals."""
    counts = Counter(s.shape for s in seen)
    return [(shape, [s for s in seen if s.shape == shape]) for shape, _ in counts.most_common()]


def _main(raw: bytes, starts: Ints, lines: pa.Array, name: str) -> tuple[Shape, Template, _Match]:
    """The shape that the file repeats most, or that of its first line where it is about as frequent."""
    seen, opens = _first_look(raw, starts, lines)
    ranked = _shapes(seen)
    first = next((r for r in ranked if opens and r[0] == seen[0].shape and len(r[1]) * 3 >= len(ranked[0][1])), None)
    for shape, examples in ([first] if first else []) + ranked[:_ROUNDS]:
        template = template_of(shape, examples)
        match = _match(raw, starts, lines, np.arange(len(lines), dtype=np.int64), template)
        if len(match.line):
            return shape, template, match
    raise Unreadable(
        f"{name} holds no chat: no line begins like a message of an exported WhatsApp chat; give the file that the phone made."
    )


def _first_look(raw: bytes, starts: Ints, lines: pa.Array) -> tuple[list[Seen], bool]:
    """Headers of any kind on some of the lines, and whether the first line has one."""
    n = len(lines)
    some = np.arange(n, dtype=np.int64)
    if n > 2 * _LOOK:
        some = np.concatenate([some[:_LOOK], np.linspace(_LOOK, n - 1, _LOOK).astype(np.int64)])
    at = some[candidates(lines.take(pa.array(some)))]
    if not len(at) and n > len(some):
        at = candidates(lines)
    return _sample(raw, starts, at), bool(len(at)) and at[0] == 0


Hints = Callable[[Template, Ints, Ints], Sequence[tuple[Order, str]]]


def find(raw: bytes, starts: Ints, lines: pa.Array, name: str, given: Order | None, hints: Hints) -> Headers:
    """Find the header lines and their times.

    ``starts``: byte offsets of the lines and of the end. ``hints(template, lines, bodies)`` tells the order of the date
    by shape and language. Raises ``Unreadable`` where there is no chat or a word beside the time is unknown,
    ``DecisionNeeded`` where the order of day and month is open.
    """
    shape, template, match = _main(raw, starts, lines, name)
    _check_words(match, name)
    decision = dates.decide(
        match.fields, name, given, lambda: hints(template, match.line, starts[match.line] + match.length)
    )
    warnings = [w for w in (decision.grounds, dates.calendar(match.fields, decision.order)) if w]
    time, good = dates.times(match.fields, decision.order)
    if not good.any():
        raise Unreadable(
            f"{name} holds no chat: not one of its {len(good)} dates exists; give the file that the phone made."
        )
    parts = [(match, time, good, shape)]
    left = match.rest[candidates(lines.take(pa.array(match.rest)))]
    tried = {(template.shape, template.widths)}
    while len(tried) <= _ROUNDS:
        seen = _shapes(_sample(raw, starts, left))
        other = next((t for t in (template_of(*s) for s in seen) if (t.shape, t.widths) not in tried), None)
        if other is None:
            break
        tried.add((other.shape, other.widths))
        more = _match(raw, starts, lines, left, other)
        order = _fitting(more.fields, decision, parts, more.line)
        if order is None:
            continue
        _check_words(more, name)
        parts.append((more, *dates.times(more.fields, order), other.shape))
        left = more.rest
        warnings.append(f"Messages with headers of a second shape: {len(more.line)}, from line {more.line[0] + 1} on.")
    return _merge(parts, starts, left, _overwritten(raw, starts, lines), raw, decision, warnings)


def _check_words(match: _Match, name: str) -> None:
    """An unknown word of the clock may be worth twelve hours: name it, unless it is a stray one."""
    counts = np.bincount(match.word, minlength=len(match.words))
    for word, n in zip(match.words, counts.tolist(), strict=True):
        if dates.half_of(word) == dates.UNKNOWN_HALF and n * 50 >= len(match.word):
            raise Unreadable(
                f"{name}: the word {word!r} beside the time is not known, so the hours could be twelve off; "
                "export the chat again with the phone set to a 24-hour clock."
            )


def _fitting(
    fields: Fields, decision: Decision, parts: Sequence[tuple[_Match, Times, Bools, Shape]], at: Ints
) -> Order | None:
    """The order in which a second shape's times fit between those of the headers already trusted, if they do.

    Pasted chats run back in time; a change of the phone's settings, or a second export put behind the first, does not.
    """
    if len(at) < 3:
        return None
    line = np.concatenate([p[0].line[p[2]] for p in parts])
    time = np.concatenate([p[1][p[2]] for p in parts])
    by_line = np.argsort(line, kind="stable")
    line, time = line[by_line], time[by_line]
    orders: list[Order] = ["ymd"] if fields.year_first else [decision.order, "dmy", "mdy"]
    if not fields.year_first and fields.long_year:
        orders = [o for o in orders if o != "ymd"]
    best: tuple[int, Order] | None = None
    for order in orders:
        own, good = dates.times(fields, order)
        place = np.searchsorted(line, at)
        before = time[np.maximum(place - 1, 0)]
        after = time[np.minimum(place, len(time) - 1)]
        fits = good & ((place == 0) | (own >= before)) & ((place == len(line)) | (own <= after))
        score = int(np.count_nonzero(fits))
        if best is None or score > best[0]:
            best = (score, order)
    if best is not None and best[0] >= 0.9 * len(at):
        return best[1]
    # Two exports one behind the other: a large share of the headers, in one stretch of lines.
    alone = not np.any((line > at[0]) & (line < at[-1]))
    return best[1] if best is not None and alone and len(at) >= 20 and len(at) * 4 >= len(line) else None


def _overwritten(raw: bytes, starts: Ints, lines: pa.Array) -> Ints:
    """Lines that begin with NUL bytes where a header may have been: broken storage leaves such holes."""
    if b"\0" not in raw:
        return np.zeros(0, dtype=np.int64)
    holed = np.flatnonzero(pc.match_substring(lines, "\0").to_numpy(zero_copy_only=False))
    at = pc.find_substring(lines.take(pa.array(holed)), "\0").to_numpy(zero_copy_only=False)
    found: Ints = holed[at < _STAMP]
    return found


def _why(parts: Sequence[tuple[_Match, Times, Bools, Shape]], line: Ints, half: Ints, holed: Ints) -> list[str]:
    """Why no message could be made of some header lines."""
    out = []
    for at, unknown in zip(line.tolist(), (half == dates.UNKNOWN_HALF).tolist(), strict=True):
        if unknown:
            match, place = next(
                (p[0], i)
                for p in parts
                if (i := int(np.searchsorted(p[0].line, at))) < len(p[0].line) and p[0].line[i] == at
            )
            out.append(f"the word “{match.words[match.word[place]]}” beside the time is not known")
        else:
            out.append(_HOLED if at in holed else _NO_DATE)
    return out


def _merge(
    parts: Sequence[tuple[_Match, Times, Bools, Shape]], starts: Ints, left: Ints, holed: Ints, raw: bytes,
    decision: Decision, warnings: list[str],
) -> Headers:  # fmt: skip
    line = np.concatenate([p[0].line for p in parts]) if len(parts) > 1 else parts[0][0].line
    if len(holed):
        holed = np.setdiff1d(holed, line)
        left = np.setdiff1d(left, holed)
    none = np.zeros(len(holed), dtype=np.int64)
    line = np.concatenate([line, holed]) if len(holed) else line
    by_line = np.argsort(line, kind="stable") if len(parts) > 1 or len(holed) else slice(None)

    def column(values: Sequence[np.ndarray], of_holed: np.ndarray) -> np.ndarray:
        return np.concatenate([*values, of_holed])[by_line] if len(values) > 1 or len(of_holed) else values[0]

    half = column([p[0].half for p in parts], none)
    good = column([p[2] for p in parts], none.astype(bool)) & (half != dates.UNKNOWN_HALF)
    time = column([p[1] for p in parts], none.astype("datetime64[us]"))
    time[~good] = np.datetime64("NaT", "us")
    length = column([p[0].length for p in parts], none)
    bracket = column([np.full(len(p[0].line), p[3].bracket) for p in parts], none.astype(bool))
    line = line[by_line]
    why = _why(parts, line[~good], half[~good], holed)
    shape = parts[0][3]
    suspects = [
        i for i in left.tolist()
        if (s := see(raw[starts[i] : min(starts[i + 1], starts[i] + _HEAD)].decode("utf-8", errors="ignore")))
        and s.named and dates.half_of(s.word) != dates.UNKNOWN_HALF
    ]  # fmt: skip
    return Headers(
        line=line, body=starts[line] + length, time=time, good=good, why=why, bracket=bracket, platform=shape.platform,
        order=decision.order, clock="12h" if np.any(half > 0) else "24h",
        suspects=np.array(suspects, dtype=np.int64), warnings=warnings,
    )  # fmt: skip
