"""What each row is: typed text, something in its place (media, a deleted message, a poll …), or a notice of the app.

iOS marks all that is not typed, and puts its notices down to somebody; Android writes notices without a sender. Where the
marks are lost, or the words unknown, it is told by who it is put down to and by how often it comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import notices, words
from podaudit.export.dates import Bools, Ints
from podaudit.export.senders import Said, tally
from podaudit.export.shapes import matches
from podaudit.model import Kind

CODE = {k: i for i, k in enumerate(Kind)}
_MARK = "\u200e"
_OPENS = 3  # rows in which the app's notice on encryption stands
_LONG = 60  # characters of it at least
_SHORT = 600  # bytes of a notice at most
_BRACKETED = re.compile(r"<[^<>\n]{3,80}>")
_AGAIN = 3  # times that words nobody knows stand in place of a message, to be taken for media
TYPED = "the app's mark stands before it, yet it reads as typed"


@dataclass(frozen=True, slots=True)
class Told:
    """Place in ``Kind`` per row. ``lead``: of iOS notices by row, whom they are put down to."""

    kind: Ints
    lead: dict[int, str]
    doubts: dict[int, list[str]]


def tell(text: pa.Array, said: Said, is_message: Bools, bracket: Bools, line: Bools, body: Bools) -> Told:
    """Tell rows apart. ``line``, ``body``: whether the app's mark opens the line, and the text."""
    kind = np.full(len(text), CODE[Kind.TEXT], dtype=np.int64)
    typed = is_message & (said.code >= 0)
    kind[is_message & ~typed] = CODE[Kind.NOTICE]
    kind[~is_message] = CODE[Kind.GAP]
    told = Told(kind, {}, {})
    marked = bool(np.any(body & bracket & typed))
    _placeholders(told, text, said, typed, bracket, line, body, marked)
    if not marked:
        _unmarked_notices(told, text, said, typed & bracket & (kind == CODE[Kind.TEXT]))
    kind[typed & (pc.binary_length(text).to_numpy(zero_copy_only=False) == 0)] = CODE[Kind.MEDIA]  # view-once media
    return told


def _placeholders(
    told: Told, text: pa.Array, said: Said, typed: Bools, bracket: Bools, line: Bools, body: Bools, marked: bool
) -> None:
    """What stands in place of a message, and iOS notices. Python looks at each distinct text once."""
    known = words.load()
    maybe = matches(text, known.openings)
    if not marked and np.any(bracket):
        maybe = maybe | matches(text, known.media)
    rows = np.flatnonzero(typed & (maybe | (line & bracket)))
    coded = pc.dictionary_encode(text.take(pa.array(rows)))
    bodies: list[str] = coded.dictionary.to_pylist()
    code = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    read = [_read(t) for t in bodies]
    own = body[rows]  # the mark shows that the app wrote it
    sure = own | ~(bracket[rows] & marked) | np.array([_shows(t) for t in bodies], dtype=bool)[code]
    rarely = np.array([r is not None and r.typed_rarely for r in read], dtype=bool)[code]
    read_as = np.array([CODE[r.kind] if r is not None else -1 for r in read], dtype=np.int64)
    # Words in angle brackets that nobody knows, yet several times the same, stand for media too.
    again = (read_as < 0) & np.array([bool(_BRACKETED.fullmatch(t)) for t in bodies], dtype=bool)
    again &= np.bincount(code, minlength=len(bodies)) >= _AGAIN
    read_as[again] = CODE[Kind.MEDIA]
    rarely |= again[code]
    place = read_as[code]
    found = (place >= 0) & sure & (own | rarely)
    told.kind[rows[found]] = place[found]
    left = np.flatnonzero(~found & own & bracket[rows])
    if len(left):
        _marked_notices(told, said, rows[left], code[left], bodies, line, typed & bracket & ~body)


def _read(text: str) -> words.Placeholder | None:
    found = words.kind_of(text)
    if found is None and text.startswith(_MARK):  # a caption below
        found = words.kind_of(text.partition("\n")[0])
    return found


def _shows(text: str) -> bool:
    """Whether the words alone show that the app wrote them, even where others bear its mark."""
    return text.startswith("<") or _MARK in text.partition("\n")[0]


def _marked_notices(
    told: Told, said: Said, rows: Ints, code: Ints, bodies: list[str], line: Bools, plain: Bools
) -> None:
    """Rows with the app's mark in words of no placeholder: notices, unless a member typed or shared something.

    ``code``: into ``bodies``, per row; ``plain``: rows without the mark, which show who writes.
    """
    writes = tally(said.code[plain], len(said.names)) > 0
    reader = notices.Reader()
    often = np.bincount(code, minlength=len(bodies)) >= _AGAIN
    for row, at in zip(rows.tolist(), code.tolist(), strict=True):
        text, name = bodies[at], said.names[said.code[row]]
        if line[row]:
            told.kind[row] = CODE[Kind.MEDIA]
        elif not writes[said.code[row]] or _opens_with(text, name) or reader.read(text) is not None:
            told.kind[row] = CODE[Kind.NOTICE]
            told.lead[row] = name
        elif often[at] and "\n" not in text:
            told.kind[row] = CODE[Kind.MEDIA]
        else:
            told.doubts[row] = [TYPED]


def _opens_with(text: str, name: str) -> bool:
    return notices.clean(text).startswith(notices.clean(name))


def _unmarked_notices(told: Told, text: pa.Array, said: Said, rows: Bools) -> None:
    """iOS exports that lost their marks: a notice opens with the name it is put down to, or with the group's.

    The group is the name that opens the export, where it says nothing but notices.
    """
    if not rows.any():
        return
    reader = notices.Reader()
    short = rows & (pc.binary_length(text).to_numpy(zero_copy_only=False) < _SHORT)
    count = tally(said.code[rows], len(said.names))
    for row in np.flatnonzero(short[:_OPENS]).tolist():  # in a chat of two, it is put down to the other one
        body = text[row].as_py()
        if len(body) >= _LONG and (read := reader.read(body)) is not None and read.first == 0:
            _put_down(told, np.array([row]), said.names[said.code[row]])
    opening = notices.clean(said.names[said.code[rows.argmax()]])
    for code in np.flatnonzero(count).tolist():
        name = notices.clean(said.names[code])
        own = np.flatnonzero(short & (said.code == code))
        if name == opening and len(own) == count[code] and all(map(reader.read, text.take(pa.array(own)).to_pylist())):
            _put_down(told, own, said.names[code])
            continue
        opens = np.zeros(len(own), dtype=bool)
        bodies = text.take(pa.array(own))
        for prefix in (name, f"~ {name}", f"~\u202f{name}", f"~\u00a0{name}"):
            opens |= pc.starts_with(bodies, prefix).to_numpy(zero_copy_only=False)
        for i in np.flatnonzero(opens).tolist():
            read = reader.read(bodies[i].as_py())
            if read is not None and read.first > 0:
                _put_down(told, own[i : i + 1], said.names[code])


def _put_down(told: Told, rows: Ints, name: str) -> None:
    told.kind[rows] = CODE[Kind.NOTICE]
    told.lead.update(dict.fromkeys(rows.tolist(), name))
