"""Header lines -> rows: every line of the export in exactly one message, notice or gap. Columnar."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import kinds, senders, words
from podaudit.export.dates import Ints, Order
from podaudit.export.headers import Headers
from podaudit.export.kinds import CODE
from podaudit.export.lines import Lines, slices, starts_with, without_ending
from podaudit.export.shapes import Template
from podaudit.model import Kind

_LRM = b"\xe2\x80\x8e"
_DOTTED = re.compile(rb"[ap]\.(?: |\xc2\xa0|\xe2\x80\xaf)?m", re.IGNORECASE)
_HINT_LINES = 400  # messages looked at for the language of the app's words


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows before members are known, in line order. Texts are as exported."""

    line: Ints
    line_end: Ints
    start: Ints
    stop: Ints
    time: np.ndarray
    kind: Ints  # place in ``Kind``
    sender_code: Ints  # into ``senders``; -1 for none
    senders: list[str]  # as exported, marks included
    text: pa.Array
    why: dict[int, str]  # by row
    doubts: dict[int, list[str]]  # by row
    lead: dict[int, str]  # iOS notices: what stood before the colon


def hints(raw: bytes, lines: Lines, template: Template, line: Ints, body: Ints) -> list[tuple[Order, str]]:
    """What the shape of the headers and the language of the app's words tell about the order of the date."""
    shape = template.shape
    out: list[tuple[Order, str]] = []
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
    if len(line) and _DOTTED.search(raw[lines.starts[line[0]] : body[0]]):
        out.append(("dmy", "phones that write AM or PM with dots put the day first"))
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
    end = np.maximum(without_ending(data, start, stop), body)
    first_end = np.clip(lines.stops[head], body, end)
    why = dict(zip((np.flatnonzero(~found.good) + top).tolist(), found.why, strict=True))
    if top:
        why[0] = "these lines stand before the first message"
    bracket = np.concatenate([np.zeros(top, dtype=bool), found.bracket])

    said = senders.split(raw, body, first_end, end, is_message, bracket)
    holed = np.isin(said.code, [i for i, name in enumerate(said.names) if "\0" in name])
    if holed.any():
        why.update(dict.fromkeys(np.flatnonzero(holed).tolist(), "NUL bytes stand in the name of its sender"))
        is_message = is_message & ~holed
        said.code[holed], said.text[holed] = -1, start[holed]
    text = slices(raw, said.text, end)
    if b"\r" in raw:
        text = _plain_endings(text, np.flatnonzero(line_end - head > 1), b"\n" in raw)
    marks = [np.zeros(n, dtype=bool)] * 2
    if bracket.any():
        marks = [starts_with(raw, start, _LRM), starts_with(raw, said.text, _LRM)]
    told = kinds.tell(text, said, is_message, bracket, marks[0], marks[1])
    codes = np.where(told.kind == CODE[Kind.NOTICE], -1, said.code)
    time = np.full(n, np.datetime64("NaT", "us"))
    time[top:] = found.time
    time[holed] = np.datetime64("NaT", "us")
    return Rows(head + 1, line_end, start, stop, time, told.kind, codes, said.names, text, why, told.doubts, told.lead)


def _plain_endings(text: pa.Array, several: Ints, lf: bool) -> pa.Array:
    """Texts whose lines end in LF, where those of ``several`` lines end otherwise; in a file without LF, CR ends lines."""
    some = text.take(pa.array(several))
    plain = pc.replace_substring_regex(some, "\r+\n", "\n") if lf else pc.replace_substring(some, "\r", "\n")
    if plain.equals(some):
        return text
    mask = np.zeros(len(text), dtype=bool)
    mask[several] = True
    return pc.replace_with_mask(text, pa.array(mask), plain)
