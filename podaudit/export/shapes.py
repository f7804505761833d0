"""What a header looks like: its shape less its digits, and the template of a file's own, as a pattern.

A template is what stays when digits and names change: brackets, separators, words beside the time, widths of numbers.
Python looks at samples only; lines are tested as a column, with RE2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import blocks, dates
from podaudit.export.dates import Bools, Ints

_MOSTLY = 3  # times as many: a habit of the file
UNPADDED = "(?:0|[1-9][0-9]?)"

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
class Seen:
    """A header as Python sees it on one line."""

    shape: Shape
    parts: tuple[str, str, str]  # first two numbers of the date, and the hour, as digits
    day_last: bool  # the last number of the date has one digit: no year has
    word: str  # the word of the clock
    named: bool


def fold(text: str) -> str:
    """A line's start with ASCII digits, plain spaces, and no invisible marks."""
    return _BLANKS.sub(" ", text.lstrip("\0").translate(_FOLD))


def see(line: str) -> Seen | None:
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
        return Seen(shape, (m["a"], m["b"], m["H"]), len(m["c"]) == 1, pre or word, named)
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
        return UNPADDED
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


def template_of(shape: Shape, seen: Sequence[Seen]) -> Template:
    """The template of a shape: the widths of its numbers are those that the sample shows."""
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


def candidates(lines: pa.Array) -> Ints:
    """Lines that begin like a header of any kind."""
    return np.flatnonzero(matches(lines, _CANDIDATE)).astype(np.int64)


def matches(column: pa.Array, pattern: str) -> Bools:
    """One RE2 pass over a column, its parts side by side."""

    def some(part: slice) -> Bools:
        found: Bools = pc.match_substring_regex(column[part], pattern).to_numpy(zero_copy_only=False)
        return found

    return np.concatenate([np.zeros(0, dtype=bool), *blocks.over(len(column), some, blocks.share(len(column)))])
