"""Header lines -> rows: every line of the export in exactly one message, notice or gap. Columnar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import notices, words
from podaudit.export.dates import Bools, Ints, Order
from podaudit.export.headers import Headers, Template, candidates
from podaudit.model import Kind

KINDS = tuple(Kind)
CODE = {k: i for i, k in enumerate(KINDS)}
_LF, _CR, _COLON, _BLANK = 10, 13, 58, 32
_CRS = 3  # before one LF: files written twice as text have two
_BLOCK = 1 << 20  # bytes looked at in one go
_ROWS = 1 << 16  # rows looked at in one go
_NEAR = 64  # bytes of a message in which a sender mostly ends
_LRM = b"\xe2\x80\x8e"
_PHANTOM = 3  # times that a notice with a colon in it may come word for word
_OPENED = 25  # characters of a "sender" that opens a quotation and is a notice in unknown words
_CONSTANT = 3  # messages that show a name with a colon in it
_NAME_WORDS = 3
_NAME = 80  # bytes of a name behind its colon
_HINT_LINES = 400  # messages looked at for the language of the app's words
_QUOTES = set('"\u201c\u201d\u201e\u00ab\u00bb')


@dataclass(frozen=True, slots=True)
class Lines:
    """The physical lines. ``starts``: byte offsets of the lines and of the end; ``stops``: ends without line ending."""

    starts: Ints
    stops: Ints
    text: pa.Array  # with line endings, no copy


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows before members are known, in line order. Texts are as exported."""

    line: Ints
    line_end: Ints
    start: Ints
    stop: Ints
    time: np.ndarray
    kind: Ints  # place in KINDS
    sender_code: Ints  # into ``senders``; -1 for none
    senders: list[str]  # as exported, marks included
    text: pa.Array
    why: dict[int, str]  # by row
    doubts: dict[int, list[str]]  # by row
    lead: dict[int, str]  # iOS notices: what stood before the colon


def split_lines(raw: bytes) -> Lines:
    """Split at LF alone, strip the CRs before it. Where lines end in lone CRs, it is split at those too."""
    data = np.frombuffer(raw, dtype=np.uint8)
    ends = _places(data, _LF)
    if b"\r" in raw:
        lone = _lone(data, _places(data, _CR))
        if len(lone) * 3 <= len(ends):
            lone = lone[_opens(raw, lone + 1)]  # in a message, but for those before a header
        ends = np.sort(np.concatenate([ends, lone]), kind="stable")
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    if starts[-1] != len(raw):
        starts = np.append(starts, len(raw))
    text = pa.Array.from_buffers(pa.large_string(), len(starts) - 1, [None, pa.py_buffer(starts), pa.py_buffer(raw)])
    return Lines(starts, _without_ending(data, starts[:-1], starts[1:]), text)


def _lone(data: np.ndarray, cr: Ints) -> Ints:
    """Those CRs, one or more in a row, that no LF follows."""
    if not len(cr):
        return cr
    last = np.append(np.diff(cr) != 1, True)  # the last of its row
    follows = data[np.minimum(cr + 1, len(data) - 1)]
    ended = np.where(last, (follows != _LF) | (cr + 1 == len(data)), False)
    return cr[ended]


def _opens(raw: bytes, at: Ints) -> Bools:
    """Whether a header seems to begin at each of some bytes."""
    heads = (
        _slices(raw, at, np.minimum(at + _NEAR, np.append(at[1:], len(raw))))
        if len(at)
        else pa.array([], pa.large_string())
    )
    opens = np.zeros(len(at), dtype=bool)
    opens[candidates(heads)] = True
    return opens


def _places(data: np.ndarray, byte: int) -> Ints:
    """Where a byte stands, ascending; in blocks, as memory touched for the first time is what costs most."""
    blocks = [np.flatnonzero(data[at : at + _BLOCK] == byte) + at for at in range(0, len(data), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)


def _without_ending(data: np.ndarray, start: Ints, stop: Ints) -> Ints:
    """Ends of stretches of bytes less one line ending."""
    if not len(data):
        return stop
    last = np.where(stop > start, data[np.maximum(stop - 1, 0)], 0)
    ends: Ints = stop - (last == _LF)
    for _ in range(_CRS if np.any(last == _CR) or np.any(last == _LF) else 0):
        before = np.where(ends > start, data[np.maximum(ends - 1, 0)], 0)
        if not np.any(before == _CR):
            break
        ends = ends - (before == _CR)
    return ends


def _slices(raw: bytes, start: Ints, stop: Ints) -> pa.Array:
    """Texts between byte offsets (ascending, not overlapping) as one column."""
    if not len(start):
        return pa.array([], pa.large_string())
    offsets = np.empty(2 * len(start), dtype=np.int64)
    offsets[::2], offsets[1::2] = start, stop
    both = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(raw)])
    return both.take(pa.array(np.arange(0, len(offsets), 2)))


def hints(raw: bytes, lines: Lines, template: Template, line: Ints, body: Ints) -> list[tuple[Order, str]]:
    """What the shape of the headers and the language of the app's words tell about the order of the date."""
    shape = template.shape
    out: list[tuple[Order, str]] = []
    if "年" in shape.s1 or "년" in shape.s1 or (shape.dot and "*" in shape.join and "." in shape.s1):
        out.append(("ymd", "the words beside the numbers"))
    take = np.arange(min(len(line), _HINT_LINES))
    texts = []
    for start, stop in zip(body[take].tolist(), lines.stops[line[take]].tolist(), strict=True):
        rest = raw[start : min(stop, start + 600)].decode("utf-8", errors="ignore")
        _, colon, tail = rest.partition(": ")
        texts.append(tail if colon and (shape.bracket or tail.startswith("<")) else rest)
        if colon and not shape.bracket:
            texts.append(tail)
    counts = words.language_hints(texts)
    language = counts.most_common(1)[0][0] if counts else ""
    if order := words.load().orders.get(language):
        out.append((order, f"the app's own words in the chat are in the language {language!r}"))
    elif language == "en" and shape.s1 == "/":
        padded = any(w.endswith("{2}") for w in template.widths[:2])
        capitals = shape.post == "*"
        if padded:
            out.append(("dmy", "English exports that pad the numbers put the day first"))
        elif not shape.long_year and capitals:
            out.append(("mdy", "English exports with short years and AM or PM put the month first"))
    if "." in shape.s1 or "-" in shape.s1:
        out.append(("dmy", "dates with dots or dashes that end in the year put the day first"))
    return out


def build(raw: bytes, lines: Lines, found: Headers) -> Rows:
    """Put every line into a row, split off the senders, and tell messages, notices and placeholders apart."""
    n_lines = len(lines.starts) - 1
    top = 1 if found.line[0] > 0 else 0
    head = np.concatenate([np.zeros(top, dtype=np.int64), found.line])
    n = len(head)
    start = lines.starts[head]
    stop = np.append(start[1:], len(raw))
    line_end = np.append(head[1:], n_lines)
    is_message = np.concatenate([np.zeros(top, dtype=bool), found.good])
    body = np.concatenate([np.zeros(top, dtype=np.int64), found.body])
    body = np.where(is_message, body, start)
    data = np.frombuffer(raw, dtype=np.uint8)
    end = np.maximum(_without_ending(data, start, stop), body)
    first_end = np.clip(lines.stops[head], body, end)
    why = dict(zip((np.flatnonzero(~found.good) + top).tolist(), found.why, strict=True))
    if top:
        why[0] = "these lines stand before the first message"
    bracket = np.concatenate([np.zeros(top, dtype=bool), found.bracket])

    colon, text_start = _colons(raw, data, body, first_end, end, is_message)
    codes, senders = _senders(raw, body, colon)
    _long_names(raw, codes, senders, colon, text_start, end)
    _marked_names(raw, codes, senders, colon, text_start, first_end, bracket)
    lead: dict[int, str] = {}
    notice = is_message & (colon < 0)
    notice |= _phantoms(raw, codes, senders, body, end, is_message & ~bracket)
    text_start = np.where(notice, body, text_start)
    codes = np.where(notice, -1, codes)

    text = _slices(raw, text_start, end)
    if b"\r" in raw:
        text = pc.replace_substring_regex(text, "\r+\n", "\n")
        text = pc.replace_substring(text, "\r", "\n") if b"\n" not in raw else text
    kind = np.full(n, CODE[Kind.TEXT], dtype=np.int64)
    kind[notice] = CODE[Kind.NOTICE]
    kind[~is_message] = CODE[Kind.GAP]
    marked_line, marked_body = (
        _starts_with(data, at, _LRM) if _LRM in raw else np.zeros(n, dtype=bool) for at in (start, text_start)
    )
    any_mark = bool(np.any(marked_body & bracket & (colon >= 0)))
    _kinds(kind, text, codes, senders, is_message & ~notice, bracket, marked_line, marked_body, any_mark, lead)
    codes = np.where(kind == CODE[Kind.NOTICE], -1, codes)
    time = np.full(n, np.datetime64("NaT", "us"))
    time[top:] = found.time
    return Rows(head + 1, line_end, start, stop, time, kind, codes, senders, text, why, {}, lead)


def _starts_with(data: np.ndarray, at: Ints, mark: bytes) -> Bools:
    if not len(data):
        return np.zeros(len(at), dtype=bool)
    found = np.ones(len(at), dtype=bool)
    for i, byte in enumerate(mark):
        found &= (at + i < len(data)) & (data[np.minimum(at + i, len(data) - 1)] == byte)
    return found


def _colons(
    raw: bytes, data: np.ndarray, body: Ints, first_end: Ints, end: Ints, is_message: Bools
) -> tuple[Ints, Ints]:
    """Where the sender ends (-1: no sender) and the text begins. ``Name:`` alone on its line has an empty text."""
    at = _first_colon(raw, body, first_end)
    colon = np.where(at >= 0, body + at, -1)
    text_start = np.where(at >= 0, colon + 2, body)
    last = data[np.maximum(first_end - 1, 0)] if len(data) else np.zeros(len(body), dtype=np.uint8)
    bare = is_message & (at < 0) & (first_end > body + 1) & (last == _COLON)
    colon = np.where(bare, first_end - 1, colon)
    text_start = np.where(bare, first_end, text_start)
    spoken = is_message & (colon > 0)
    # In old exports the text began on the line below every header: there the line break is the header's.
    if np.count_nonzero(bare) * 2 > np.count_nonzero(spoken):
        more = bare & (first_end < end)
        width = 1 + (data[np.minimum(first_end, len(data) - 1)] == _CR)
        text_start = np.where(more, np.minimum(first_end + width, end), text_start)
    colon = np.where(is_message, colon, -1)
    return colon, np.where(is_message, text_start, body)


def _first_colon(raw: bytes, start: Ints, stop: Ints) -> Ints:
    """How many bytes stand before the first ``": "`` of each stretch; -1 where there is none."""
    out = np.full(len(start), -2, dtype=np.int64)  # not looked at
    view = np.ndarray(max(len(raw) - _NEAR + 1, 0), f"V{_NEAR}", buffer=raw, strides=(1,))
    inside = int(np.searchsorted(start, len(view)))
    for low in range(0, inside, _BLOCK // _NEAR):
        part = slice(low, min(low + _BLOCK // _NEAR, inside))
        near = view[start[part]].view(np.uint8).reshape(-1, _NEAR)
        colon = (near[:, :-1] == _COLON) & (near[:, 1:] == _BLANK)
        at = colon.argmax(axis=1)
        found = colon[np.arange(len(at)), at]
        reach = stop[part] - start[part]
        out[part] = np.where(found & (at + 2 <= reach), at, np.where(found | (reach <= _NEAR), -1, -2))
    far = np.flatnonzero(out == -2)
    out[far] = pc.find_substring(_slices(raw, start[far], stop[far]), ": ").to_numpy(zero_copy_only=False)
    return out


def _senders(raw: bytes, body: Ints, colon: Ints) -> tuple[Ints, list[str]]:
    """A code per row (-1: no sender) and the names, in the order in which they first speak."""
    codes = np.full(len(body), -1, dtype=np.int64)
    spoken = np.flatnonzero(colon >= 0)
    known: dict[str, int] = {}
    for low in range(0, len(spoken), _ROWS):
        rows = spoken[low : low + _ROWS]
        coded = pc.dictionary_encode(_slices(raw, body[rows], colon[rows]))
        own = np.array([known.setdefault(name, len(known)) for name in coded.dictionary.to_pylist()], dtype=np.int64)
        codes[rows] = own[coded.indices.to_numpy(zero_copy_only=False)]
    return codes, list(known)


def _long_names(raw: bytes, codes: Ints, senders: list[str], colon: Ints, text_start: Ints, end: Ints) -> None:
    """Names that hold a colon: where all that a "sender" says opens with the same words and a colon.

    Changes its arrays in place.
    """
    count, first = tally(codes, len(senders))
    for code in np.flatnonzero(count >= _CONSTANT).tolist():
        a, b = int(text_start[first[code]]), int(end[first[code]])
        opening, found, _ = raw[a : min(b, a + _NAME)].partition(b": ")
        if not found or not _is_name(opening.decode("utf-8", errors="ignore")):
            continue
        rows = np.flatnonzero(codes == code)
        prefix = opening + b": "
        rests = {raw[at + len(prefix) : min(at + len(prefix) + _NAME, stop)] for at, stop in zip(
            text_start[rows].tolist(), end[rows].tolist(), strict=True)}  # fmt: skip
        if len(rests) == len(rows) and all(raw.startswith(prefix, at) for at in text_start[rows].tolist()):
            colon[rows] = text_start[rows] + len(opening)
            text_start[rows] += len(prefix)
            senders[code] = f"{senders[code]}: {opening.decode('utf-8')}"


def _is_name(text: str) -> bool:
    """Whether words between two colons may be the second half of a name: short, capitalised, without numbers."""
    parts = text.split()
    return 0 < len(parts) <= _NAME_WORDS and not text[0].islower() and not any(c.isdigit() or c in "/\n" for c in text)


def _marked_names(
    raw: bytes, codes: Ints, senders: list[str], colon: Ints, text_start: Ints, first_end: Ints, bracket: Bools
) -> None:
    """The same for iOS, where the mark behind the colon shows where a name ends. Changes its arrays in place."""
    rows = np.flatnonzero(bracket & (codes >= 0))
    at = pc.find_substring(_slices(raw, text_start[rows], first_end[rows]), ": " + _LRM.decode("utf-8"))
    for i in np.flatnonzero(at.to_numpy(zero_copy_only=False) > 0).tolist():
        row, length = int(rows[i]), at[i].as_py()
        start = int(text_start[row])
        if length > _NAME or raw.startswith(_LRM, start):
            continue
        prefix = raw[start : start + length + 2]
        rest = raw[start + length + 2 : int(first_end[row])].decode("utf-8")
        if words.kind_of(rest) is None and notices.Reader().read(rest) is None:
            continue
        same = rows[codes[rows] == codes[row]]
        same = same[[raw.startswith(prefix, a) for a in text_start[same].tolist()]]
        senders.append(f"{senders[codes[row]]}: {prefix[:-2].decode('utf-8')}")
        colon[same] = text_start[same] + length
        text_start[same] += length + 2
        codes[same] = len(senders) - 1


def _phantoms(raw: bytes, codes: Ints, senders: list[str], body: Ints, end: Ints, plain: Bools) -> Bools:
    """Notices with a colon in them, where the format has no other sign: it stands behind the name they open with."""
    out = np.zeros(len(codes), dtype=bool)
    reader = notices.Reader()
    spoken = np.where(plain, codes, -1)
    count, _ = tally(spoken, len(senders))
    few = np.array(
        [n <= _PHANTOM or bool(_QUOTES & set(s)) for n, s in zip(count.tolist(), senders, strict=True)], bool
    )
    some = np.flatnonzero((spoken >= 0) & np.append(few, False)[spoken])
    for code, places in _by_code(spoken[some]):
        rows, sender = some[places], senders[code]
        length = len(words.MARKS.sub("", sender).strip())
        opened = sum(c in _QUOTES for c in sender) % 2 == 1 and len(sender) > _OPENED and len(rows) == 1
        for row in rows.tolist():
            said = reader.read(raw[body[row] : end[row]].decode("utf-8"))
            out[row] = opened or (said is not None and 0 <= said.first <= length)
    return out


def tally(codes: Ints, n: int) -> tuple[Ints, Ints]:
    """How many rows each of ``n`` codes has, and its first row (0 where it has none); codes below zero do not count."""
    count = np.bincount(codes[codes >= 0], minlength=n)
    first = np.zeros(n + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # where an index comes twice, the last value stays
    return count, first[:-1]


def _by_code(codes: Ints) -> Iterator[tuple[int, Ints]]:
    """The rows of each code from 0 up, ascending."""
    if not len(codes):
        return
    order = np.argsort(codes, kind="stable")
    values, at = np.unique(codes[order], return_index=True)
    for value, rows in zip(values.tolist(), np.split(order, at[1:]), strict=True):
        if value >= 0:
            yield value, rows


def _kinds(
    kind: Ints, text: pa.Array, codes: Ints, senders: list[str], typed: Bools, bracket: Bools, marked_line: Bools,
    marked_body: Bools, any_mark: bool, lead: dict[int, str],
) -> None:  # fmt: skip
    """Placeholders and iOS notices, in place. Python looks at each distinct text once."""
    maybe = typed & (
        pc.match_substring_regex(text, words.load().openings).to_numpy(zero_copy_only=False) | (marked_line & bracket)
    )
    rows = np.flatnonzero(maybe)
    coded = pc.dictionary_encode(text.take(pa.array(rows)))
    bodies = coded.dictionary.to_pylist()
    distinct = [words.kind_of(t) for t in bodies]
    for row, at in zip(rows.tolist(), coded.indices.to_pylist(), strict=True):
        found = distinct[at]
        marked = bool(marked_body[row])
        sure = marked or bodies[at].startswith("<") or not (bracket[row] and any_mark)
        if found is not None and sure and (marked or found.typed_rarely):
            kind[row] = CODE[found.kind]
        elif bracket[row] and marked_body[row]:
            kind[row] = CODE[Kind.MEDIA] if marked_line[row] else CODE[Kind.NOTICE]
            if kind[row] == CODE[Kind.NOTICE]:
                lead[row] = senders[codes[row]]
    if not any_mark:
        _unmarked_notices(kind, text, codes, senders, typed & bracket, lead)
    empty = typed & (pc.binary_length(text).to_numpy(zero_copy_only=False) == 0)
    kind[empty] = CODE[Kind.MEDIA]  # view-once media leave an empty body


def _unmarked_notices(
    kind: Ints, text: pa.Array, codes: Ints, senders: list[str], rows: Bools, lead: dict[int, str]
) -> None:
    """iOS exports that lost their invisible marks: a notice opens with the name of whom it is put down to."""
    names = pa.array([notices.clean(s) for s in senders], pa.large_string())
    at = np.flatnonzero(rows & (codes >= 0))
    if not len(at):
        return
    reader = notices.Reader()
    bodies = text.take(pa.array(at))
    lengths = pc.binary_length(bodies).to_numpy(zero_copy_only=False)
    for i in np.flatnonzero(lengths < 400).tolist():
        body = bodies[i].as_py()
        row = int(at[i])
        name = names[int(codes[row])].as_py()
        plain = notices.clean(body)
        if name and plain.startswith(name) and (said := reader.read(body)) and said.first > 0:
            kind[row] = CODE[Kind.NOTICE]
            lead[row] = senders[codes[row]]
