"""Which lines open a message: the file's own header templates, learnt from the shapes it repeats.

A template is what stays when digits and names change: brackets, separators, words beside the time, widths of numbers.
Lines are tested as a column with one RE2 pass per template; Python looks at samples only.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from podaudit.export import dates, layouts
from podaudit.export.dates import Bools, Decision, Fields, Ints, Order, Times
from podaudit.export.layouts import Numbers
from podaudit.model import Unreadable

_SAMPLE = 400  # lines looked at by Python per round, from the front and again evenly over the file
_STAMP = 24  # bytes of a header up to its sender at least, mostly
_HEAD = 300  # bytes of a line looked at: a header is shorter
_LOOK = 5_000  # lines looked at for headers of any kind, from the front and again evenly
_MOSTLY = 3  # times as many: a habit of the file
_ROUNDS = 6  # templates tried at most
_NO_DATE = "the date or time does not exist"
_HOLED = "NUL bytes stand where its header may have been"
_APART = 100_000  # rows that are worth more than one thread
_WORKERS = 8
_UNPADDED = "(?:0|[1-9][0-9]?)"

_NUL = r"\x{0}*"  # holes before a header that stands whole
_MARK = r"[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{61c}\x{feff}\x{ad}]*"
_SPACE = r"[ \t\x{a0}\x{202f}\x{2000}-\x{200a}\x{3000}]"
_COMMA = r"[,\x{60c}\x{3001}\x{ff0c}]"
_DASH = r"[-\x{2010}-\x{2015}\x{2212}]"
# One of these may be written as wide as a letter of Chinese.
_WIDE = {c: rf"[{re.escape(c)}\x{{{ord(c) + 0xFEE0:x}}}]" for c in "/:[]()"}

# Characters that mean nothing in a header, digits of any script and spaces of any width, as Python sees the samples.
_ZEROS = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
          0x1040, 0x17E0, 0x1810, 0xFF10)  # fmt: skip
_FOLD = (
    {z + i: str(i) for z in _ZEROS for i in range(10)}
    | dict.fromkeys([0xA0, 0x202F, 0x3000, 0x9, *range(0x2000, 0x200B)], " ")
    | dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0x61C, 0xFEFF, 0xAD])
    | dict.fromkeys([0x60C, 0x3001, 0xFF0C], ",")
    | {0xFF0F: "/", 0xFF1A: ":", 0xFF3B: "[", 0xFF3D: "]", 0xFF08: "(", 0xFF09: ")"}
    | dict.fromkeys([*range(0x2010, 0x2013), 0x2212], "-")
)

_DATE = r"(?P<a>\d{1,4})(?P<s1> ?[./年년-] ?)(?P<b>\d{1,2})(?P<s2> ?[./月월-] ?)(?P<c>\d{4}|\d{1,2})(?P<dot>[.日일]?)"
_TIME = (
    r"(?P<H>\d{1,2})(?P<t1> ?[:.hH时時시] ?)(?P<M>\d{2})(?:(?P<t2> ?[:.분分m]i?n? ?)(?P<S>\d{2}))?(?P<t3>[초秒분分]?)"
)
_WORD = r"[^\d\]:;\[]{0,24}?"
_FORMS = (
    rf"(?P<open>\[|\() ?{_DATE}(?P<join>[^\d\[\]]{{1,18}}?){_TIME}(?P<post>{_WORD})(?P<end>[\])]:? ?)",
    rf"(?P<open>\[|\() ?{_TIME}(?P<post>{_WORD})(?P<join>, ?| ){_DATE}(?P<end>[\])]:? ?)",
    rf"{_DATE}(?P<join>[^\d\[\]]{{1,18}}?){_TIME}(?P<post>{_WORD})(?P<end> ?[-–—] | , |; )",
    rf"{_TIME}(?P<post>{_WORD})(?P<join>, ?| ){_DATE}(?P<end> ?[-–—] )",
    rf"{_DATE}(?P<join>[^\d\[\]]{{1,18}}?){_TIME}(?P<post>{_WORD})(?P<end>: )",
    rf"{_DATE}(?P<join>[^\d\[\]]{{1,18}}?){_TIME}(?P<post>|.{{1,12}}?)(?P<end> )(?=\S)",
)
_STAMPS = tuple((re.compile(rf" ?{form}"), form.find("?P<H>") < form.find("?P<a>")) for form in _FORMS)
_BLANKS = re.compile(" {2,}")
_NAMED = re.compile(r"[^:]{1,80}:(?: |$)")

# Anything that could be a header, for one pass over all lines.
_RE_DATE = (
    rf"\p{{Nd}}{{1,4}}{_MARK}{_SPACE}?[./年년\x{{ff0f}}-]{_MARK}{_SPACE}?\p{{Nd}}{{1,2}}{_MARK}{_SPACE}?[./月월\x{{ff0f}}-]{_MARK}{_SPACE}?"
    rf"\p{{Nd}}{{1,4}}"
)
_RE_TIME = rf"\p{{Nd}}{{1,2}}{_MARK}{_SPACE}?[:.hH时時시\x{{ff1a}}]{_MARK}{_SPACE}?\p{{Nd}}{{2}}"
_CANDIDATE = (
    rf"^{_NUL}{_MARK}[\[(\x{{ff3b}}\x{{ff08}}]?{_MARK}{_SPACE}?"
    rf"(?:{_RE_DATE}[^\p{{Nd}}\n\[\]]{{1,24}}{_RE_TIME}|{_RE_TIME}[^\n\[\]]{{1,24}}{_RE_DATE})"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a header looks like less its digits. ``join`` and ``post`` hold ``"*"`` for a word of the clock."""

    open: str
    time_first: bool
    s1: str
    s2: str
    dot: str
    join: str
    t1: str
    t2: str
    t3: str
    post: str
    end: str
    long_year: bool
    year_first: bool
    ascii: bool

    @property
    def bracket(self) -> bool:
        """The stamp stands in brackets, as on iOS: then notices have an author too."""
        return bool(self.open)

    @property
    def platform(self) -> str:
        """``ios``, ``android`` or ``unknown``, from the brackets and the separator."""
        if self.bracket:
            return "unknown" if self.time_first or self.open != "[" else "ios"
        return {"-": "android", ":": "ios"}.get(self.end.strip(), "unknown")

    @property
    def named(self) -> bool:
        """Every message has a sender: there is no other sign of where the header ends."""
        return not self.bracket and not self.end.strip()


@dataclass(frozen=True, slots=True)
class Template:
    """A shape with the widths of its numbers, as an RE2 pattern. ``year_first``: the date begins with the year."""

    shape: Shape
    year_first: bool
    widths: tuple[str, str, str]  # RE2 of the first two numbers of the date and of the hour
    pattern: str


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
class _Seen:
    shape: Shape
    parts: tuple[str, str, str]  # first two numbers of the date, and the hour, as digits
    day_last: bool  # the last number of the date has one digit: no year has
    word: str  # the word of the clock
    named: bool


def fold(text: str) -> str:
    """A line's start with ASCII digits, plain spaces, and no invisible marks."""
    return _BLANKS.sub(" ", text.lstrip("\0").translate(_FOLD))


def see(line: str) -> _Seen | None:
    """The header at the start of a line, if there is one."""
    plain = fold(line)
    for form, time_first in _STAMPS:
        m = form.match(plain)
        if m is None or (len(m["a"]) == 3) or (len(m["a"]) == 4 and len(m["c"]) == 4):
            continue
        if len(m["a"]) == 1 and len(m["c"]) == 1:
            continue
        join, pre, post = m["join"], "", m["post"]
        if not dates.is_join(join):
            pre = join.strip(" ,")
            join = join.replace(pre, "*", 1)
        word = post.strip(" ,_")
        if pre and word:
            continue
        half = dates.half_of(pre or word)
        named = bool(_NAMED.match(plain[m.end() :]))
        open_, end = m.groupdict().get("open") or "", m["end"]
        sure = bool(open_) or end.strip() not in ("", ":")
        if not sure and (half == dates.UNKNOWN_HALF or not (named or (end.strip() and not word))):
            continue  # a sender or a word of the text stands where a marker would
        digits = [c for c in line if c.isdigit()][: sum(c.isdigit() for c in m[0])]
        shape = Shape(
            open_, time_first, m["s1"], m["s2"], m["dot"], join, m["t1"], m["t2"] or "", m["t3"],
            "*" if word and half else post.rstrip() if word else "", end, 4 in (len(m["a"]), len(m["c"])),
            len(m["a"]) == 4, all(c.isascii() for c in digits),
        )  # fmt: skip
        return _Seen(shape, (m["a"], m["b"], m["H"]), len(m["c"]) == 1, pre or word, named)
    return None


def _width(values: Sequence[str], digit: str) -> str:
    """RE2 for a number of one or two digits: padded, unpadded or either, by what most of the sample shows."""
    if all(len(v) == 4 for v in values):
        return f"{digit}{{4}}"
    single = sum(len(v) == 1 for v in values)
    padded = sum(len(v) == 2 and v.startswith("0") for v in values)
    if padded >= _MOSTLY * max(single, 1) or (padded and not single):
        return f"{digit}{{2}}"
    if digit == "[0-9]" and (single >= _MOSTLY * max(padded, 1) or (single and not padded)):
        return _UNPADDED
    return f"{digit}{{1,2}}"


def _literal(text: str) -> str:
    out = []
    for c in text:
        if c == " ":
            out.append(_SPACE + "+")
        elif c in _WIDE:
            out.append(_WIDE[c])
        elif c == ",":
            out.append(_COMMA)
        elif c == "-":
            out.append(_DASH)
        elif c == "*":
            out.append(r"(?P<w>[^\p{Nd}\n\[\]:;]{1,24}?)")
        else:
            out.append(re.escape(c) if c.isascii() else c)
        out.append(_MARK)
    return "".join(out)


def _template(shape: Shape, seen: Sequence[_Seen]) -> Template:
    d = "[0-9]" if shape.ascii else r"\p{Nd}"
    wa, wb, wh = (_width([s.parts[i] for s in seen], d) for i in range(3))
    # Words that say year, or a word of the clock behind a dot as in Korean: the date begins with the year.
    worded = shape.s1.strip() in ("年", "년") or (bool(shape.dot) and "." in shape.s1 and "*" in shape.join)
    year_first = shape.year_first or worded or any(s.day_last for s in seen)
    year = "{1,2}" if year_first else "{4}" if shape.long_year else "{2}"
    date = (
        rf"(?P<a>{wa}){_MARK}{_literal(shape.s1)}(?P<b>{wb}){_MARK}{_literal(shape.s2)}"
        rf"(?P<c>{d}{year}){_MARK}{_literal(shape.dot)}"
    )
    second = rf"{_literal(shape.t2)}(?P<S>{d}{{2}}){_MARK}" if shape.t2 else ""
    minute = rf"{_literal(shape.t1)}(?P<M>{d}{{2}}){_MARK}"
    time = rf"(?P<H>{wh}){_MARK}{minute}{second}{_literal(shape.t3)}{_literal(shape.post)}"
    stamp = time + _literal(shape.join) + date if shape.time_first else date + _literal(shape.join) + time
    opened = rf"{_WIDE[shape.open]}{_MARK}{_SPACE}?" if shape.bracket else ""
    end = shape.end
    closing = _literal(end.rstrip(" ")) + rf"{_SPACE}?" if end.strip() else _SPACE
    tail = rf"{_MARK}[^:\n]{{1,200}}:" if shape.named else ""
    return Template(shape, year_first, (wa, wb, wh), rf"^(?P<h>{_NUL}{_MARK}{opened}{stamp}{closing}){tail}")


# ------------------------------------------------------------------------------------------------------------ columns


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
        bare = "".join(n for n, width in zip("abH", template.widths, strict=True) if width == _UNPADDED)
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


def _sample(raw: bytes, starts: Ints, at: Ints) -> list[_Seen]:
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


def _shapes(seen: Sequence[_Seen]) -> list[tuple[Shape, list[_Seen]]]:
    """Shapes by how often they were seen, the first seen first among equals."""
    counts = Counter(s.shape for s in seen)
    return [(shape, [s for s in seen if s.shape == shape]) for shape, _ in counts.most_common()]


def candidates(lines: pa.Array) -> Ints:
    """Lines that begin like a header of any kind."""
    return np.flatnonzero(matches(lines, _CANDIDATE)).astype(np.int64)


def matches(column: pa.Array, pattern: str) -> Bools:
    """One RE2 pass over a column, its parts side by side."""
    n = os.cpu_count() or 1
    if len(column) < _APART or n == 1:
        found: Bools = pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False)
        return found
    size = -(-len(column) // min(n, _WORKERS))
    parts = [column.slice(at, size) for at in range(0, len(column), size)]
    with ThreadPoolExecutor(len(parts)) as pool:
        done = list(pool.map(lambda part: pc.match_substring_regex(part, pattern), parts))
    return np.concatenate([part.to_numpy(zero_copy_only=False) for part in done])


def _main(raw: bytes, starts: Ints, lines: pa.Array, name: str) -> tuple[Shape, Template, _Match]:
    """The shape that the file repeats most, or that of its first line where it is about as frequent."""
    seen, opens = _first_look(raw, starts, lines)
    ranked = _shapes(seen)
    first = next((r for r in ranked if opens and r[0] == seen[0].shape and len(r[1]) * 3 >= len(ranked[0][1])), None)
    for shape, examples in ([first] if first else []) + ranked[:_ROUNDS]:
        template = _template(shape, examples)
        match = _match(raw, starts, lines, np.arange(len(lines), dtype=np.int64), template)
        if len(match.line):
            return shape, template, match
    raise Unreadable(
        f"{name} holds no chat: no line begins like a message of an exported WhatsApp chat; give the file that the phone made."
    )


def _first_look(raw: bytes, starts: Ints, lines: pa.Array) -> tuple[list[_Seen], bool]:
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
        other = next((t for t in (_template(*s) for s in seen) if (t.shape, t.widths) not in tried), None)
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
    line = np.concatenate([p[0].line for p in parts])
    if len(holed):
        holed = np.setdiff1d(holed, line)
        left = np.setdiff1d(left, holed)
    none = np.zeros(len(holed), dtype=np.int64)
    line = np.concatenate([line, holed])
    by_line = np.argsort(line, kind="stable") if len(parts) > 1 or len(holed) else slice(None)

    def column(values: Sequence[np.ndarray], of_holed: np.ndarray) -> np.ndarray:
        return np.concatenate([*values, of_holed])[by_line]

    half = column([p[0].half for p in parts], none)
    good = column([p[2] for p in parts], none.astype(bool)) & (half != dates.UNKNOWN_HALF)
    time = column([p[1] for p in parts], none.astype("datetime64[us]"))
    time[~good] = np.datetime64("NaT")
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
