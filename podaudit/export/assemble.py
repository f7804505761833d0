"""The order of the reading stages, and the tables and warnings they end in. Pure on bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from itertools import pairwise
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import doubts, headers, lines, members, parse, shapes, source
from podaudit.export.doubts import Part
from podaudit.export.headers import Headers
from podaudit.export.kinds import CODE
from podaudit.export.members import People
from podaudit.export.notices import clean
from podaudit.export.parse import Rows
from podaudit.export.source import Decoded, Loaded
from podaudit.model import MEMBERS, MEMBERSHIP, MESSAGES, ORIGINS, Export, Kind, LineLedger, Options, Source, Unreadable

_HOUR, _NIGHT = 3600, 4  # seconds by which clocks are set back, and the hour before which
_FEW = 20  # line numbers named in a warning
_PROSE = 0.5  # share of lines before the first message above which a file with hardly any message is no chat
_HARDLY = 3
_SHORT = 12  # lines of a file that may be a single message behind the tail of another


def weigh(data: bytes) -> int:
    """How many lines of some bytes begin like a message."""
    return len(shapes.candidates(lines.split_lines(source.decode(data).raw).text))


def export(loaded: Loaded, name: str, options: Options) -> Export:
    """Read the loaded bytes: lines, headers, rows, members, tables."""
    decoded = source.decode(loaded.data)
    raw = decoded.raw
    split = lines.split_lines(raw)
    found = headers.find(
        raw, split.starts, split.text, name, options.date_order,
        lambda template, line, body: parse.hints(raw, split, template, line, body),
    )  # fmt: skip
    n_lines = len(split.starts) - 1
    if n_lines > _SHORT and found.line[0] > n_lines * _PROSE and len(found.line) < _HARDLY:
        raise Unreadable(f"{name} holds no chat: hardly a line begins like a message of an exported WhatsApp chat.")
    rows = parse.build(raw, split, found)
    people = members.know(rows, lambda row: str(rows.text[row].as_py()), options.me, name)
    parts = doubts.second_parts(rows.time, rows.sender_code, rows.kind == CODE[Kind.NOTICE], rows.text)
    holed = _holed(raw, rows)
    doubted = _doubts(rows, found, people, parts, holed)
    messages = _messages(rows, people, doubted)
    notice, gap = rows.kind == CODE[Kind.NOTICE], rows.kind == CODE[Kind.GAP]
    accounted = lines.ledger(split, rows.line, rows.line_end, notice, gap)
    known = messages["time"].dropna()
    return Export(
        source=Source(
            name=PurePath(name).name or name,
            sha256=loaded.sha256(),
            lines=n_lines,
            messages=int(np.count_nonzero(~gap)),
            system_messages=accounted.notices,
            gaps=int(np.count_nonzero(gap)),
            platform=found.platform,
            date_order=found.order,
            clock=found.clock,
            encoding=decoded.encoding,
            first=known.iloc[0].to_pydatetime() if len(known) else None,
            last=known.iloc[-1].to_pydatetime() if len(known) else None,
            group=people.group,
            warnings=tuple(_warnings(loaded, decoded, rows, found, people, doubted, parts, holed, accounted)),
            line_ledger=accounted,
        ),
        raw=raw,
        messages=messages,
        membership=MEMBERSHIP.frame(people.membership),
        members=MEMBERS.frame(people.members),
        origins=ORIGINS.frame(),
    )


def _doubts(
    rows: Rows, found: Headers, people: People, parts: Sequence[Part], holed: Sequence[int]
) -> dict[int, list[str]]:
    out = {row: [*texts] for row, texts in rows.doubts.items()}
    for row in holed:
        if rows.kind[row] != CODE[Kind.GAP]:
            out.setdefault(row, []).append("it holds NUL bytes: some of its text is lost")
    bounds = [0, *(part.row for part in parts), len(rows.line)]
    odd = np.concatenate([doubts.out_of_order(rows.time[a:b]) for a, b in pairwise(bounds)])
    for row in np.flatnonzero(odd).tolist():
        out.setdefault(row, []).append(_out_of_order(rows, row))
    for line in (found.suspects + 1).tolist():
        row = int(np.searchsorted(rows.line, line, side="right")) - 1
        out.setdefault(row, []).append(f"line {line} looks like the header of another message")
    for row, text in people.doubts.items():
        out.setdefault(row, []).append(text)
    return out


def _holed(raw: bytes, rows: Rows) -> list[int]:
    """Rows with NUL bytes in them, anywhere."""
    if b"\0" not in raw:
        return []
    at = np.flatnonzero(np.frombuffer(raw, dtype=np.uint8) == 0)
    found: list[int] = np.unique(np.searchsorted(rows.start, at, side="right") - 1).tolist()
    return found


def _out_of_order(rows: Rows, row: int) -> str:
    """In words how far a time runs back behind the message above, or ahead of the one below."""

    def gap(other: int) -> float:
        if not 0 <= other < len(rows.time) or np.isnat(rows.time[other]):
            return 0.0
        return float((rows.time[other] - rows.time[row]) / np.timedelta64(1, "s"))

    back, ahead = gap(row - 1), -gap(row + 1)
    night = int(rows.time[row].astype("datetime64[h]").astype(np.int64)) % 24 < _NIGHT
    cause = (
        "the clocks may have been set back" if night and max(back, ahead) <= _HOUR else "the line may be pasted text"
    )
    if back >= ahead and back > 0:
        return f"time runs back by {doubts.span(back)}; {cause}"
    if ahead > 0:
        return f"time runs ahead of the next message by {doubts.span(ahead)}; {cause}"
    return "time does not fit the order of the messages"


def _text(values: pa.Array) -> Any:
    """An Arrow column as a text column, without a copy."""
    return pd.Series(values, dtype=pd.StringDtype("pyarrow", na_value=np.nan))


def _coded(code: np.ndarray, values: list[str]) -> Any:
    """A text column from codes; -1 is empty."""
    texts = pa.array([*values, ""], pa.large_string())
    place = code % (len(values) + 1)
    length = pc.binary_length(texts).to_numpy(zero_copy_only=False)[place]
    return _text(lines.column(length, lambda part: texts.take(pa.array(place[part]))))


def _sparse(n: int, values: dict[int, str]) -> Any:
    """A text column that is empty but for a few rows."""
    length = np.zeros(n + 1, dtype=np.int64)
    texts = [values[row].encode("utf-8") for row in sorted(values)]
    length[np.array(sorted(values), dtype=np.int64) + 1] = [len(t) for t in texts]
    buffers = [None, pa.py_buffer(np.cumsum(length)), pa.py_buffer(b"".join(texts))]
    return _text(pa.Array.from_buffers(pa.large_string(), n, buffers))


def _messages(rows: Rows, people: People, doubted: dict[int, list[str]]) -> pd.DataFrame:
    n = len(rows.line)
    names = [clean(s) for s in rows.senders]
    sender = _coded(rows.sender_code, names)
    return MESSAGES.frame({
        "line": rows.line, "line_end": rows.line_end, "time": rows.time,
        "sender": sender,
        "kind": _coded(rows.kind, [k.value for k in Kind]),
        "text": _text(rows.text),
        "doubts": _sparse(n, {row: "; ".join(texts) for row, texts in doubted.items()}),
        "why": _sparse(n, rows.why),
        "member": sender if people.member_of == names else _coded(rows.sender_code, people.member_of),
        "start": rows.start, "stop": rows.stop,
    })  # fmt: skip


def _warnings(
    loaded: Loaded, decoded: Decoded, rows: Rows, found: Headers, people: People, doubted: dict[int, list[str]],
    parts: Sequence[Part], holed: Sequence[int], accounted: LineLedger,
) -> list[str]:  # fmt: skip
    out = [*loaded.notes, *found.warnings]
    if decoded.encoding != "utf-8":
        out.append(f"The file is not UTF-8; it was read as {decoded.encoding}.")
    if decoded.bad:
        out.append(f"Pieces of the file that are not valid {decoded.encoding}: {decoded.bad}; they show as \ufffd.")
    if found.line[0] > 0:
        out.append(f"Lines before any message: {found.line[0]}; the export may begin inside one.")
    if holed:
        at = _at("line", [int(rows.line[r]) for r in holed])
        out.append(f"NUL bytes in the file, at {at}; broken storage leaves such holes, and some of the text is lost.")
    impossible = sorted(r for r in rows.why if r or not found.line[0])
    if impossible:
        out.append(f"No message could be made of {_at('line', [int(rows.line[r]) for r in impossible])}.")
    if len(found.suspects):
        at = _at("line", (found.suspects + 1).tolist())
        out.append(f"Inside messages, what looks like the header of another message: {at}.")
    odd = [row for row, texts in sorted(doubted.items()) if any(t.startswith("time ") for t in texts)]
    if odd:
        out.append(
            f"Time does not run on at {_at('line', [int(rows.line[r]) for r in odd])}; it may be pasted text, or the clocks were set back."
        )
    for part in parts:
        line = int(rows.line[part.row])
        if part.double:
            out.append(
                f"From line {line} on the file repeats itself: {part.repeated} of the {part.messages} messages there stand "
                "before it too and are counted twice; give every export once."
            )
        else:
            out.append(
                f"From line {line} on the file seems to hold another chat: {part.strangers} of the {part.messages} messages "
                "there are by people who write nothing before it; give every chat by itself."
            )
    cap = doubts.truncated(int(np.count_nonzero(rows.kind != CODE[Kind.GAP])))
    if cap:
        out.append(f"About {cap:,} messages are the most the app exports: older ones are probably missing.")
    return [*out, *people.warnings, _account(accounted)]


def _account(lines: LineLedger) -> str:
    """The line ledger as a sentence."""
    return (
        f"Lines: {sum(astuple(lines))} in all. Opening a message: {lines.messages}; opening a notice of the app: "
        f"{lines.notices}; going on with one: {lines.continuations}; blank: {lines.blank}; not read: {lines.gaps}."
    )


def _at(noun: str, lines: list[int]) -> str:
    """Line numbers in words; a long list is cut."""
    if len(lines) == 1:
        return f"{noun} {lines[0]}"
    shown = ", ".join(map(str, lines[:_FEW]))
    return f"{noun}s {shown}" + (f" and {len(lines) - _FEW} more" if len(lines) > _FEW else "")
