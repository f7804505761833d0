"""Who says it: where the sender ends and the text begins, in every row at once.

A colon and a blank part the two. Names hold colons too, and so do notices of the app, which on Android have no sender:
what the notices call people, how often a name comes, and quotation marks tell these apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from podaudit.export import blocks, notices, words
from podaudit.export.bytewise import first_pair, gather, reach
from podaudit.export.dates import Bools, Ints
from podaudit.export.lines import places, slices

_COLON, _BLANK, _CR = 58, 32, 13
_NEAR = 40  # bytes of a message in which a sender mostly ends
_LRM = b"\xe2\x80\x8e"
_PHANTOM = 3  # times that a notice with a colon in it may come word for word
_CONSTANT = 3  # messages that show a name with a colon in it
_NAME_WORDS = 3
_NAME = 80  # bytes of a name behind its colon
_SENTENCE = 4  # words that hardly a name has
_QUOTED = re.compile('["\u201c\u201e\u00ab\u300c][^"\u201c\u201d\u00bb\u300d\\n]*["\u201c\u201d\u00bb\u300d]')
_OPENING = {"\u201c": "\u201d\u201c", "\u201e": "\u201c\u201d", "\u00ab": "\u00bb", "\u300c": "\u300d", '"': '"'}


@dataclass(slots=True)
class Said:
    """The rows with their senders. ``code``: into ``names`` (as exported), -1 for none; ``text``: byte where it begins."""

    code: Ints
    names: list[str]
    text: Ints

    def rename(self, rows: Ints, name: str, text: Ints) -> None:
        """Put rows down to another name, with their texts beginning elsewhere."""
        if name not in self.names:
            self.names.append(name)
        self.code[rows] = self.names.index(name)
        self.text[rows] = text


def split(raw: bytes, body: Ints, first_end: Ints, end: Ints, is_message: Bools, bracket: Bools) -> Said:
    """Part senders and texts. ``body``: the byte after the header; ``first_end``: the end of its line; ``end``: of all."""
    colon, text = _colons(raw, body, first_end, end, is_message)
    said = Said(*_coded(raw, body, colon), text)
    _tight(raw, said, body, first_end, is_message & (colon < 0), bracket)
    named = _named(raw, said, body, end, is_message & ~bracket)
    _phantoms(raw, said, body, end, is_message & ~bracket, named)
    _long_names(raw, said, named)
    _constant_names(raw, said, end, named)
    _marked_names(raw, said, first_end, bracket)
    said.text = np.where(said.code < 0, body, said.text)
    return said


# ---------------------------------------------------------------------------------------------------------- the colon


def _colons(raw: bytes, body: Ints, first_end: Ints, end: Ints, is_message: Bools) -> tuple[Ints, Ints]:
    """Where the sender ends (-1: no sender) and the text begins. ``Name:`` alone on its line has an empty text."""
    data = np.frombuffer(raw, dtype=np.uint8)
    at = _first_colon(raw, body, first_end)
    at[~is_message] = -1
    colon = body + at
    text = colon + 2
    none = np.flatnonzero(at < 0)
    colon[none], text[none] = -1, body[none]
    alone = none[is_message[none] & (first_end[none] > body[none] + 1)]
    alone = alone[data[first_end[alone] - 1] == _COLON]
    colon[alone], text[alone] = first_end[alone] - 1, first_end[alone]
    # In old exports the text began on the line below every header: there the line break is the header's.
    if len(alone) * 2 > len(at) - len(none) + len(alone):
        more = alone[first_end[alone] < end[alone]]
        text[more] = np.minimum(first_end[more] + 1 + (data[first_end[more]] == _CR), end[more])
    return colon, text


def _first_colon(raw: bytes, start: Ints, stop: Ints) -> Ints:
    """How many bytes stand before the first ``": "`` of each stretch; -1 where there is none."""
    out = np.full(len(start), -2, dtype=np.int64)  # not looked at

    def near(part: slice) -> None:
        at = first_pair(gather(raw, start[part], _NEAR), _COLON, _BLANK)
        length = stop[part] - start[part]
        out[part] = np.where((at >= 0) & (at + 2 <= length), at, np.where((at >= 0) | (length <= _NEAR), -1, -2))

    blocks.over(reach(raw, start, _NEAR), near)
    far = np.flatnonzero(out == -2)
    out[far] = pc.find_substring(slices(raw, start[far], stop[far]), ": ").to_numpy(zero_copy_only=False)
    return out


def _coded(raw: bytes, body: Ints, colon: Ints) -> tuple[Ints, list[str]]:
    """A code per row (-1: no sender) and the names, in the order in which they first speak."""
    codes = np.full(len(body), -1, dtype=np.int64)
    spoken = np.flatnonzero(colon >= 0)

    def code(part: slice) -> tuple[list[str], Ints]:
        coded = pc.dictionary_encode(slices(raw, body[spoken[part]], colon[spoken[part]]))
        return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False)

    known: dict[str, int] = {}
    place = 0
    for names, own in blocks.over(len(spoken), code):
        of = np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)
        codes[spoken[place : place + len(own)]] = of[own]
        place += len(own)
    return codes, list(known)


def _tight(raw: bytes, said: Said, body: Ints, first_end: Ints, silent: Bools, bracket: Bools) -> None:
    """Rows without a sender in which one stands right before a colon, without the blank: a known one, or on iOS any."""
    known = {name.encode("utf-8") for name in said.names}
    for row in np.flatnonzero(silent).tolist():
        name, colon, rest = raw[body[row] : first_end[row]].partition(b":")
        ios = bool(bracket[row]) and 0 < len(name) <= _NAME and not rest.startswith(b"//")
        if colon and (name in known or ios):
            said.rename(np.array([row]), name.decode("utf-8"), np.array([body[row] + len(name) + 1]))


# ------------------------------------------------------------------------------------------------- notices with colons


def _named(raw: bytes, said: Said, body: Ints, end: Ints, plain: Bools) -> set[str]:
    """Whom the notices name that have no colon in them."""
    rows = np.flatnonzero(plain & (said.code < 0))
    reader = notices.Reader()
    named: set[str] = set()
    for text in pc.unique(slices(raw, body[rows], end[rows])).to_pylist():
        named.update(_names(reader.read(text)))
    return named


def _names(read: notices.Said | None) -> list[str]:
    if read is None or not read.event:
        return []
    whole = [name for name in (read.by, read.who) if name and name != notices.YOU]
    return [n for name in whole for n in (name, *notices.split_names(name, read.language, ()))]


def _phantoms(raw: bytes, said: Said, body: Ints, end: Ints, plain: Bools, named: set[str]) -> None:
    """Notices with a colon in them: it stands behind the name they open with, or between quotation marks."""
    reader = notices.Reader()
    count = _count(said, plain)
    few = [n <= _PHANTOM or bool(_OPENING.keys() & set(s)) for n, s in zip(count.tolist(), said.names, strict=True)]
    some = np.flatnonzero(np.append(np.array(few, dtype=bool), False)[said.code])
    some = some[plain[some]]
    long: list[tuple[int, str]] = []
    names = [notices.clean(n) for n in said.names if len(n.split()) < _SENTENCE]
    for code, own in _by_code(said.code[some]):
        rows, sender = some[own], said.names[code]
        length = len(words.MARKS.sub("", sender).strip())
        for row in rows.tolist():
            text = raw[body[row] : end[row]].decode("utf-8")
            read = reader.read(text)
            once = len(rows) == 1 and (_quotes_across(sender, text[len(sender) :]) or _tells_of(sender, text, names))
            if once or (read is not None and 0 <= read.first <= length):
                said.code[row] = -1
                named.update(_names(read))
            elif read is not None and read.first > length:
                long += [(row, name) for name in _names(read) if ": " in name]
    # "Boss: Piet left" is a notice where Boss: Piet is known from another one, or from what he says.
    speaks = {notices.bare(said.names[code]) for code in np.flatnonzero(_count(said)).tolist()}
    for row, name in long:
        if name.partition(": ")[2] in speaks:
            continue  # somebody quotes another member
        prefix = f"{name}: "
        own = np.flatnonzero(said.code == said.code[row])
        if name in named or any(raw.startswith(prefix.encode("utf-8"), at) for at in body[own].tolist()):
            said.code[row] = -1
            named.add(name)


def _tells_of(sender: str, text: str, names: Sequence[str]) -> bool:
    """Whether the words before the colon are a sentence about a member, and two quotations come behind it."""
    quoted = len(_QUOTED.findall(text[len(sender) :])) >= 2
    return quoted and len(sender.split()) >= _SENTENCE and any(f" {n} " in f" {sender} " for n in names if n)


def _quotes_across(sender: str, text: str) -> bool:
    """Whether a quotation opens before the colon and closes behind it."""
    for opening, closing in _OPENING.items():
        at = sender.rfind(opening)
        even = opening == '"' and sender.count('"') % 2 == 0
        if at >= 0 and not even and not any(c in sender[at + 1 :] for c in closing) and any(c in text for c in closing):
            return True
    return False


# ------------------------------------------------------------------------------------------------- names with colons


def _long_names(raw: bytes, said: Said, named: set[str]) -> None:
    """Names with a colon that a notice names."""
    plain = {notices.bare(name): code for code, name in enumerate(said.names)}
    for name in sorted(n for n in named if ": " in n):
        head, _, tail = name.partition(": ")
        prefix = f"{tail}: ".encode()
        if head in plain:
            rows = np.flatnonzero(said.code == plain[head])
            rows = rows[[raw.startswith(prefix, at) for at in said.text[rows].tolist()]]
            if len(rows):
                said.rename(rows, f"{said.names[plain[head]]}: {tail}", said.text[rows] + len(prefix))


def _constant_names(raw: bytes, said: Said, end: Ints, named: set[str]) -> None:
    """Names with a colon that nothing names: all that the "sender" says opens with the same words and a colon."""
    count, first = _count(said), firsts(said.code, len(said.names))
    for code in np.flatnonzero(count >= _CONSTANT).tolist():
        name = said.names[code]
        a, b = int(said.text[first[code]]), int(end[first[code]])
        opening, found, _ = raw[a : min(b, a + _NAME)].partition(b": ")
        if not found or notices.bare(name) in named or not _is_name(opening.decode("utf-8", errors="ignore")):
            continue
        rows = np.flatnonzero(said.code == code)
        prefix = opening + b": "
        at = said.text[rows]
        rests = {
            raw[start + len(prefix) : min(start + len(prefix) + _NAME, stop)]
            for start, stop in zip(at.tolist(), end[rows].tolist(), strict=True)
        }
        if len(rests) == len(rows) and all(raw.startswith(prefix, start) for start in at.tolist()):
            said.rename(rows, f"{name}: {opening.decode('utf-8')}", at + len(prefix))


def _is_name(text: str) -> bool:
    """Whether words between two colons may be the second half of a name: short, capitalised, without numbers."""
    parts = text.split()
    return 0 < len(parts) <= _NAME_WORDS and not text[0].islower() and not any(c.isdigit() or c in "/\n" for c in text)


def _marked_names(raw: bytes, said: Said, first_end: Ints, bracket: Bools) -> None:
    """The same for iOS, where the mark behind the colon shows where a name ends."""
    rows = np.flatnonzero(bracket & (said.code >= 0))
    if not len(rows):
        return
    data = np.frombuffer(raw, dtype=np.uint8)
    at = places(data, _LRM[0])  # in UTF-8, two bytes follow this one
    for byte, off in ((_COLON, -2), (_BLANK, -1), (_LRM[1], 1), (_LRM[2], 2)):
        at = at[data[at + off] == byte]
    own = rows[np.searchsorted(said.text[rows], at, side="right") - 1]
    begin = said.text[own]
    behind = (at > begin + 2) & (at - 2 <= np.minimum(begin + _NAME, first_end[own]))
    found = np.stack([own, begin, at - begin - 2], axis=1)[behind]
    for row, start, length in found.tolist():
        if said.text[row] != start or raw.startswith(_LRM, start):
            continue
        prefix = raw[start : start + length + 2]
        rest = raw[start + length + 2 : int(first_end[row])].decode("utf-8")
        if words.kind_of(rest) is None and notices.Reader().read(rest) is None:
            continue
        same = rows[said.code[rows] == said.code[row]]
        same = same[[raw.startswith(prefix, a) for a in said.text[same].tolist()]]
        said.rename(same, f"{said.names[said.code[row]]}: {prefix[:-2].decode('utf-8')}", said.text[same] + length + 2)


# ------------------------------------------------------------------------------------------------------------- codes


def _count(said: Said, rows: Bools | None = None) -> Ints:
    return tally(said.code if rows is None else said.code[rows], len(said.names))


def tally(codes: Ints, n: int) -> Ints:
    """How many rows each of ``n`` codes has; codes below zero do not count."""
    return np.bincount(codes + 1, minlength=n + 1)[1:]


def firsts(codes: Ints, n: int) -> Ints:
    """The first row of each of ``n`` codes; 0 where it has none."""
    first = np.zeros(n + 1, dtype=np.int64)
    open_ = np.append(tally(codes, n) > 0, False)
    for low in range(0, len(codes), blocks.ROWS):
        rows = low + np.flatnonzero(open_[codes[low : low + blocks.ROWS]])
        first[codes[rows[::-1]]] = rows[::-1]  # where an index comes twice, the last value stays
        open_[codes[rows]] = False
        if not open_.any():
            break
    return first[:-1]


def _by_code(codes: Ints) -> Iterator[tuple[int, Ints]]:
    """The rows of each code, ascending."""
    order = np.argsort(codes, kind="stable")
    values, at = np.unique(codes[order], return_index=True)
    yield from zip(values.tolist(), np.split(order, at[1:]), strict=False)  # no codes at all make one empty part
