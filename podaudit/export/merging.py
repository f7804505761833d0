"""Several exports of one group -> one: what stands in both is found, taken once, and everything says where it stands.

Claims: two exports are of one group when most of what members wrote in the days that both cover stands in both, or, where
they cover different days, when their members are the same and their groups not named differently. Nothing is claimed beyond that: a
message that one export alone holds is kept. Fires: the same texts a whole number of quarter-hours apart. Near miss: a post
put before two groups by the same people on the same day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export.dates import Bools, Ints
from podaudit.export.lines import ledger, split_lines
from podaudit.export.members import number_key, presence
from podaudit.model import MEMBERS, MEMBERSHIP, MESSAGES, ORIGINS, DifferentGroups, Export, Kind, Source, rows

_SHARED = 0.5  # share of the messages of the days covered by both that must stand in both
_COMMON = 0.5  # share of the smaller group's writers that must be in the other, where the days differ
_FEW = 3  # writers in common at least, unless the groups bear the same name
_SELDOM = 2  # times that a telling text stands in an export, which may hold everything twice
_ANCHOR = 12  # characters of a text that is telling
_SLACK = 120  # seconds: one phone shows minutes, and a message sent at the edge of one may arrive in the next
_QUARTER = 900  # seconds: clocks of two zones differ by quarters of an hour
_FARTHEST = 26 * 3600  # seconds: the clocks of no two zones are farther apart
_OFFSETS = 0.02  # share of the anchors that makes a difference of clocks more than chance
_AGREE = 0.8  # share of the pairs in which a name must stand for the same other name
_TYPED = (Kind.TEXT.value, Kind.DELETED.value)
_APP = (Kind.NOTICE.value, Kind.GAP.value)

# What phones write differently into one and the same message: names in mentions, marks, the mark of an edit, white space.
_LOOSE = (
    ("@\u2068[^\u2069\n]*\u2069", "@"),
    ("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]+", ""),
    (r"\s*<[^<>\n]{3,60}>\s*$", ""),
    (r"\s+", " "),
)


@dataclass(frozen=True, slots=True)
class _Side:
    """One export for comparison. ``key``: what a message says, less what phones write differently."""

    export: Export
    name: str
    key: list[str]
    kind: list[str]
    member: list[str]
    second: Ints  # since 1970, the time above where a row has none

    @property
    def spoken(self) -> Bools:
        return np.array([k in _TYPED for k in self.kind], dtype=bool)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows of two exports that are the same message.

    ``offset``: seconds to add to each row of the second; ``alias``: its names -> names of the first.
    """

    a: Ints
    b: Ints
    offset: Ints
    alias: dict[str, str]


def merge(exports: Sequence[Export]) -> Export:
    """One export out of several of the same group; the first gives the names and the clock.

    Lines are counted through the merged text; ``Export.origins`` says where each message stands. A file given twice is
    read once. Raises ``DifferentGroups`` where an export is not of the same group as the others.
    """
    merged = exports[0]
    left: list[Export] = []
    again: list[str] = []
    seen, used = {merged.source.sha256}, {merged.source.name}
    for export in exports[1:]:
        if export.source.sha256 in seen:
            again.append(export.source.name)
            continue
        left.append(_named_apart(export, used))
        seen.add(export.source.sha256)
        used.add(left[-1].source.name)
    while left:
        reasons = {}
        for at, export in enumerate(left):
            fitted, reason = _fit(merged, export)
            if fitted is not None:
                merged = _joined(merged, left.pop(at), fitted)
                break
            reasons[at] = reason
        else:
            raise DifferentGroups(reasons[0])
    notes = tuple(f"{name} is the same file as one given before; it was read once." for name in again)
    return dataclasses.replace(
        merged, source=dataclasses.replace(merged.source, warnings=(*merged.source.warnings, *notes))
    )


def _named_apart(export: Export, used: Collection[str]) -> Export:
    """The export under a name that no other file has: phones name their exports alike."""
    name, n = export.source.name, 2
    while name in used:
        name, n = f"{export.source.name} ({n})", n + 1
    files = tuple(dataclasses.replace(file, name=name) for file in export.source.files)
    return dataclasses.replace(export, source=dataclasses.replace(export.source, name=name, files=files))


# ----------------------------------------------------------------------------------------------------------- comparing


def _side(export: Export) -> _Side:
    table = export.messages
    text: Any = pa.chunked_array(table["text"].array.__arrow_array__()).combine_chunks()
    for pattern, by in _LOOSE:
        text = pc.replace_substring_regex(text, pattern, by)
    time = table["time"].ffill().bfill().to_numpy().astype("datetime64[s]").astype(np.int64)
    return _Side(
        export, export.source.name, [t.strip() for t in text.to_pylist()], table["kind"].tolist(),
        table["member"].tolist(), time,
    )  # fmt: skip


def _fit(first: Export, second: Export) -> tuple[_Pairs | None, str]:
    """The messages that two exports share, or None and the reason why they are not of one group."""
    a, b = _side(first), _side(second)
    offset = _offsets(a, b)
    moved = b.second + offset
    low, high = max(a.second.min(), moved.min()) - _SLACK, min(a.second.max(), moved.max()) + _SLACK
    inside = [int(np.count_nonzero(s.spoken & (t >= low) & (t <= high))) for s, t in ((a, a.second), (b, moved))]
    pairs = _pairs(a, b, offset)
    shared = int(np.count_nonzero(a.spoken[pairs.a]))
    names = f"{a.name} and {b.name}"
    if min(inside):
        if shared >= _SHARED * min(inside):
            return pairs, ""
        return None, (
            f"{names} are not exports of the same group: {shared} of the {min(inside)} messages that could stand in both do; "
            "audit them one by one."
        )
    writers = [{m for m, k in zip(s.member, s.kind, strict=True) if m and k in _TYPED} for s in (a, b)]
    common = len(writers[0] & writers[1])
    groups = {first.source.group, second.source.group} - {None}
    named = len(groups) == 1 and None not in (first.source.group, second.source.group)
    if len(groups) > 1:
        return None, f"{names} cover different days and their groups bear different names; audit them one by one."
    if common >= _COMMON * min(map(len, writers)) and (common >= _FEW or (named and common)):
        return pairs, ""
    return None, (
        f"{names} cover different days, and only {common} of their members are in both, so that they cannot be told to be "
        "of the same group; audit them one by one."
    )


def _offsets(a: _Side, b: _Side) -> Ints:
    """Seconds to add to the times of ``b``, row by row: the difference of the clocks at the telling message above."""
    own, other = (_once(s) for s in (a, b))
    rows = np.array([(other[key], own[key]) for key in other if key in own], dtype=np.int64).reshape(-1, 2)
    gap = a.second[rows[:, 1]] - b.second[rows[:, 0]]
    whole = np.round(gap / _QUARTER).astype(np.int64) * _QUARTER
    near = np.abs(gap - whole) <= _SLACK
    counts = Counter(whole[near].tolist())
    usual = {n for n, count in counts.items() if count >= max(1, _OFFSETS * sum(counts.values()))}
    good = near & np.array([n in usual and abs(n) <= _FARTHEST for n in whole.tolist()], dtype=bool)
    rows, whole = rows[good], whole[good]
    if not len(rows):
        return np.zeros(len(b.key), dtype=np.int64)
    order = np.argsort(rows[:, 0], kind="stable")
    at = np.searchsorted(rows[order, 0], np.arange(len(b.key)), side="right") - 1
    found: Ints = whole[order][np.maximum(at, 0)]
    return found


def _once(side: _Side) -> dict[str, int]:
    """Telling texts that are no habit of the export, with the rows on which they first stand."""
    counts = Counter(side.key)
    found: dict[str, int] = {}
    for row, key in enumerate(_telling(side)):
        if key is not None and counts[key] <= _SELDOM:
            found.setdefault(key, row)
    return found


def _pairs(a: _Side, b: _Side, offset: Ints) -> _Pairs:
    """The rows that are one message: same text, same writer, same time; then what one phone shows otherwise."""
    found = _Matching(
        a, b, b.second + offset, np.full(len(a.key), -1, dtype=np.int64), np.zeros(len(b.key), dtype=bool)
    )
    found.add(_telling(a), _telling(b))
    alias = found.aliases()
    found.add(_said(a, a.member), _said(b, [alias.get(m, m) for m in b.member]))
    # Writers whom no telling message has mapped: by the text alone.
    mapped = set(alias.values())
    found.add(
        _said(a, [None if m in mapped else "" for m in a.member]),
        _said(b, [None if m in alias else "" for m in b.member]),
    )
    found.add(_events(a), _events(b))
    alias = found.aliases()
    by_b = [alias.get(m, m) for m in b.member]
    found.add(_odd(a, a.member), _whole(b, by_b))
    found.add(_whole(a, a.member), _odd(b, by_b))
    rows = np.flatnonzero(found.partner >= 0)
    return _Pairs(rows, found.partner[rows], offset, alias)


@dataclass(slots=True)
class _Matching:
    """Pairs while they are found. ``partner``: the row of ``b`` for each row of ``a``, -1 while it has none."""

    a: _Side
    b: _Side
    moved: Ints  # times of b by the clock of a
    partner: Ints
    taken: Bools

    def add(self, keys_a: Sequence[object], keys_b: Sequence[object]) -> None:
        """Pair free rows whose keys agree (None: with nothing), in order, each with the first that is near in time."""
        waiting: dict[object, list[int]] = {}
        for row in np.flatnonzero(self.partner < 0).tolist():
            if keys_a[row] is not None:
                waiting.setdefault(keys_a[row], []).append(row)
        passed: Counter[object] = Counter()
        for row in np.flatnonzero(~self.taken).tolist():
            key = keys_b[row]
            rows = waiting.get(key, []) if key is not None else []
            at = passed[key]
            while at < len(rows) and self.a.second[rows[at]] < self.moved[row] - _SLACK:
                at += 1
            if at < len(rows) and self.a.second[rows[at]] <= self.moved[row] + _SLACK:
                self.partner[rows[at]], self.taken[row] = row, True
                at += 1
            passed[key] = at

    def aliases(self) -> dict[str, str]:
        """Names of ``b`` -> names of ``a``, where the messages both have put down to them agree."""
        rows = np.flatnonzero(self.partner >= 0)
        pairs = zip(rows.tolist(), self.partner[rows].tolist(), strict=True)
        both = Counter((x, y) for i, j in pairs if (x := self.a.member[i]) and (y := self.b.member[j]))
        of_a, of_b = Counter[str](), Counter[str]()
        for (x, y), n in both.items():
            of_a[x] += n
            of_b[y] += n
        return {y: x for (x, y), n in both.items() if n >= _AGREE * max(of_a[x], of_b[y])}


def _telling(side: _Side) -> list[str | None]:
    return [
        key if kind == Kind.TEXT and len(key) >= _ANCHOR else None
        for key, kind in zip(side.key, side.kind, strict=True)
    ]


def _said(side: _Side, by: Sequence[str | None]) -> list[object]:
    """Writer, kind and, of what was typed, the text: phones word all else in their own language."""
    return [
        None if who is None or kind in _APP else (who, kind, key if kind == Kind.TEXT else "")
        for key, kind, who in zip(side.key, side.kind, by, strict=True)
    ]


def _events(side: _Side) -> list[object]:
    """Of the app's notices what happened, else the wording."""
    events: dict[int, list[str]] = {}
    table = side.export.membership
    for line, event in zip(table["line"].tolist(), table["event"].tolist(), strict=True):
        events.setdefault(line, []).append(event)
    lines = side.export.messages["line"].tolist()
    return [
        (tuple(events[line]) if line in events else key) if kind == Kind.NOTICE else None
        for line, key, kind in zip(lines, side.key, side.kind, strict=True)
    ]


def _whole(side: _Side, by: Sequence[str]) -> list[object]:
    return [None if kind in _APP else who for kind, who in zip(side.kind, by, strict=True)]


def _odd(side: _Side, by: Sequence[str]) -> list[object]:
    """What another phone may show otherwise: deleted there, or media here; mentions, and texts with the mark of an edit."""
    text = side.export.messages["text"].tolist()
    return [
        None if kind in _APP or (kind == Kind.TEXT and "@" not in t and not t.endswith(">")) else who
        for kind, who, t in zip(side.kind, by, text, strict=True)
    ]


# ------------------------------------------------------------------------------------------------------------- joining


def _joined(first: Export, second: Export, pairs: _Pairs) -> Export:
    """The rows of the first export and those that the second alone holds, between their neighbours and by time."""
    a, b = first.messages, second.messages
    names_a, names_b = _names(first, second, pairs)
    alone = np.setdiff1d(np.arange(len(b)), pairs.b)
    # What one phone shows as deleted stands in full on the other.
    hidden = (a["kind"].to_numpy()[pairs.a] == Kind.DELETED) & (b["kind"].to_numpy()[pairs.b] == Kind.TEXT)
    gone = (b["kind"].to_numpy()[pairs.b] == Kind.DELETED) & (a["kind"].to_numpy()[pairs.a] == Kind.TEXT)
    own = _prepared(first, names_a, np.zeros(len(a), dtype=np.int64))
    other = _prepared(second, names_b, pairs.offset)
    _doubt(own, pairs.a[gone], f"it stands as deleted in {second.source.name}")
    _doubt(other, pairs.b[hidden], f"it stands as deleted in {first.source.name}")

    place_a = np.arange(len(a))
    of_a = np.arange(len(a) + len(alone)) < len(a)  # the first export's rows, then those that the second alone holds
    source, row = (~of_a).astype(np.int64), np.concatenate([place_a, alone])
    source[pairs.a[hidden]], row[pairs.a[hidden]] = 1, pairs.b[hidden]
    order = np.lexsort((of_a, np.concatenate([place_a, _slots(own, other, pairs, alone)])))
    source, row = source[order], row[order]

    both = pd.concat([own, other], ignore_index=True)
    table = both.iloc[np.where(source == 0, row, row + len(a))].reset_index(drop=True)
    spans = _spans([first.raw, second.raw], source, table)
    lines = (table["line_end"] - table["line"] + 1).to_numpy()
    length = np.array([len(span) for span in spans], dtype=np.int64)
    table["line"] = np.cumsum(lines) - lines + 1
    table["line_end"] = np.cumsum(lines)
    table["start"], table["stop"] = np.cumsum(length) - length, np.cumsum(length)
    messages = MESSAGES.frame({name: table[name] for name in MESSAGES.names})

    new, line_b = np.empty(len(order), dtype=np.int64), np.empty(len(b), dtype=np.int64)
    new[order] = messages["line"].to_numpy()
    line_a, line_b[alone] = new[: len(a)], new[len(a) :]
    line_b[pairs.b] = line_a[pairs.a]
    membership = _membership(first, second, names_a, names_b, pairs, line_a, line_b)
    raw = b"".join(spans)
    return Export(
        source=_source(
            first, second, pairs, raw, messages, int(hidden.sum() + gone.sum()), len(alone), names_a, names_b
        ),
        raw=raw,
        messages=messages,
        membership=membership,
        members=_members(first, second, names_a, names_b, messages, membership),
        origins=_origins(first, second, line_a, line_b),
    )


def _names(first: Export, second: Export, pairs: _Pairs) -> tuple[dict[str, str], dict[str, str]]:
    """The name that each member of either export bears from now on: the first export's, unless that is but a number."""
    alias = pairs.alias
    own, other = first.members["name"].tolist(), second.members["name"].tolist()
    names_a = {name: name for name in own}
    names_b: dict[str, str] = {}
    for name in other:
        if name in alias:
            mine = alias[name]
            if number_key(mine) and not number_key(name) and name not in names_a:
                names_a[mine] = name
            names_b[name] = names_a[mine]
        elif name in names_a and name in alias.values():  # two people whom the two phones call the same
            names_b[name] = f"{name} ({second.source.name})"
        else:
            names_b[name] = name
    return names_a, names_b


def _prepared(export: Export, names: dict[str, str], offset: Ints) -> pd.DataFrame:
    """The rows with the names and the clock of the merged export; doubts say of which file their lines are."""
    table = export.messages.copy()
    table["member"] = pd.Series([names.get(m, m) for m in table["member"].tolist()], dtype="str")
    table["time"] = table["time"] + pd.Series(offset.astype("timedelta64[s]"))
    if not len(export.origins):
        for column in ("doubts", "why"):
            said = table[column]
            table[column] = said.where(said == "", export.source.name + ": " + said)
    return table


def _doubt(table: pd.DataFrame, rows: Ints, text: str) -> None:
    said = table["doubts"].tolist()
    for row in rows.tolist():
        said[row] = f"{said[row]}; {text}" if said[row] else text
    table["doubts"] = pd.Series(said, dtype="str")


def _slots(own: pd.DataFrame, other: pd.DataFrame, pairs: _Pairs, alone: Ints) -> Ints:
    """Before which row of the first export each row that the second alone holds belongs."""
    n = len(own)
    by_b = np.argsort(pairs.b, kind="stable")
    place, partner = pairs.b[by_b], np.maximum.accumulate(pairs.a[by_b]) if len(by_b) else pairs.a
    at = np.searchsorted(place, alone) - 1
    above = np.where(at >= 0, partner[np.maximum(at, 0)] if len(partner) else -1, -1)
    shared = np.sort(pairs.a)
    below = np.append(shared, n)[np.searchsorted(shared, above, side="right")]
    time = own["time"].ffill().to_numpy()
    time = np.maximum.accumulate(np.where(np.isnat(time), np.datetime64("1970-01-01", "us"), time))
    when = other["time"].ffill().bfill().to_numpy()[alone]
    found: Ints = np.clip(np.searchsorted(time, when, side="right"), above + 1, below)
    return found


def _spans(raws: Sequence[bytes], source: Ints, table: pd.DataFrame) -> list[bytes]:
    """The bytes of every row, each with a line ending: the last line of an export may have none."""
    spans = [
        raws[which][start:stop]
        for which, start, stop in zip(source.tolist(), table["start"].tolist(), table["stop"].tolist(), strict=True)
    ]
    return [span if span.endswith((b"\n", b"\r")) else span + b"\n" for span in spans[:-1]] + spans[-1:]


def _membership(
    first: Export, second: Export, names_a: dict[str, str], names_b: dict[str, str], pairs: _Pairs,
    line_a: Ints, line_b: Ints,
) -> pd.DataFrame:  # fmt: skip
    """The events of both; of a notice in both, the first export's, with what only the second one names."""
    a = _rows_of(first, names_a, np.zeros(len(first.messages), dtype=np.int64))
    b = _rows_of(second, names_b, pairs.offset)
    events = [(int(line_a[row]), event) for row, found in a.items() for event in found]
    partner = dict(zip(pairs.b.tolist(), pairs.a.tolist(), strict=True))
    for row, found in b.items():
        mine = a.get(partner.get(row, -1))
        if mine is None:
            events += [(int(line_b[row]), event) for event in found]
        else:
            for event, other in zip(mine, found, strict=True):
                for column in ("member", "by", "to"):
                    event[column] = event[column] if isinstance(event[column], str) else other[column]
    events.sort(key=lambda pair: pair[0])
    return MEMBERSHIP.frame([{**event, "line": line} for line, event in events])


def _rows_of(export: Export, names: dict[str, str], offset: Ints) -> dict[int, list[dict[str, Any]]]:
    """Membership events by row of the messages."""
    out: dict[int, list[dict[str, Any]]] = {}
    at = np.searchsorted(export.messages["line"].to_numpy(), export.membership["line"].to_numpy())
    for row, event in zip(at.tolist(), rows(export.membership), strict=True):
        out.setdefault(row, []).append({
            **event._asdict(), "member": names.get(event.member, event.member), "by": names.get(event.by, event.by),
            "time": event.time + dt.timedelta(seconds=int(offset[row])),
        })  # fmt: skip
    return out


def _members(
    first: Export, second: Export, names_a: dict[str, str], names_b: dict[str, str], messages: pd.DataFrame,
    membership: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    also: dict[str, list[str]] = {}
    for export, names in ((first, names_a), (second, names_b)):
        for member in rows(export.members):
            also.setdefault(names[member.name], []).extend([member.name, *member.also])
    owner = {names_a[name] for name, own in zip(first.members["name"], first.members["owner"], strict=True) if own}
    periods = presence((e.event, e.member, e.time) for e in rows(membership))
    spoken = messages[messages["member"] != ""].groupby("member", sort=False)["time"].agg(["size", "first", "last"])
    heard: dict[Any, Any] = spoken.to_dict("index")
    seen = {name: line for name, line in zip(messages["member"][::-1], messages["line"][::-1], strict=True)}
    for event in list(rows(membership))[::-1]:
        for name in (event.by, event.member):
            if name is not None:
                seen[name] = min(event.line, seen.get(name, event.line))
    out = []
    for name in sorted(also, key=lambda n: seen.get(n, len(messages))):
        own = heard.get(name, {"size": 0, "first": pd.NaT, "last": pd.NaT})
        out.append({
            "name": name, "also": [n for n in dict.fromkeys(also[name]) if n != name],
            "messages": own["size"], "first": own["first"], "last": own["last"],
            "periods": periods.get(name) or [{"from": None, "until": None}], "owner": name in owner,
        })  # fmt: skip
    return MEMBERS.frame(out)


def _origins(first: Export, second: Export, line_a: Ints, line_b: Ints) -> pd.DataFrame:
    """Where every row stands, in the order of the merged lines, the first export before the second."""
    out: list[tuple[int, str, int]] = []
    for export, new in ((first, line_a), (second, line_b)):
        if len(export.origins):
            renumbered = dict(zip(export.messages["line"].tolist(), new.tolist(), strict=True))
            out += [(renumbered[o.line], o.file, o.line_in_file) for o in rows(export.origins)]
        else:
            out += [
                (line, export.source.name, old)
                for line, old in zip(new.tolist(), export.messages["line"].tolist(), strict=True)
            ]
    out.sort(key=lambda origin: origin[0])
    return ORIGINS.frame(out)


def _source(
    first: Export, second: Export, pairs: _Pairs, raw: bytes, messages: pd.DataFrame, uncovered: int, alone: int,
    names_a: dict[str, str], names_b: dict[str, str],
) -> Source:  # fmt: skip
    a, b = first.source, second.source
    files = (*a.files, *b.files)
    known = messages["time"].dropna()
    kinds = messages["kind"]
    line, line_end = messages["line"].to_numpy(), messages["line_end"].to_numpy()
    accounted = ledger(
        split_lines(raw), line, line_end, (kinds == Kind.NOTICE).to_numpy(), (kinds == Kind.GAP).to_numpy()
    )
    notes = [
        f"{a.name} and {b.name} are of one group. Messages in both, counted once: {len(pairs.a)}; in {a.name} alone: "
        f"{len(first.messages) - len(pairs.a)}; in {b.name} alone: {alone}."
    ]
    if not len(pairs.a):
        notes.append(
            f"{a.name} and {b.name} have no day in common; they were taken to be of one group by their members."
        )
    offsets = sorted({n // 60 for n in pairs.offset.tolist()})
    if any(offsets):
        span = f"{-offsets[0]:+}" if len(offsets) == 1 else f"{-offsets[-1]:+} to {-offsets[0]:+}"
        notes.append(f"The clock of {b.name} differs by {span} minutes; its times were brought to that of {a.name}.")
    other = sum(names_b[name] != name for name in names_b) + sum(names_a[name] != name for name in names_a)
    if other:
        notes.append(
            f"Members who bear another name in {b.name}: {other}; what both exports hold of theirs shows who is who."
        )
    if uncovered:
        notes.append(f"Messages that one export shows as deleted and the other in full: {uncovered}.")
    said = [w if len(export.origins) else f"{export.source.name}: {w}"
            for export in (first, second) for w in export.source.warnings]  # fmt: skip
    return dataclasses.replace(
        a,
        name=f"{a.name} + {b.name}",
        sha256=hashlib.sha256("".join(f"{file.sha256}\n" for file in files).encode()).hexdigest(),
        lines=int(messages["line_end"].iloc[-1]),
        line_ledger=accounted,
        messages=int((kinds != Kind.GAP).sum()),
        system_messages=accounted.notices,
        gaps=int((kinds == Kind.GAP).sum()),
        platform=a.platform if a.platform == b.platform else "unknown",
        first=known.min().to_pydatetime(), last=known.max().to_pydatetime(),
        group=a.group or b.group,
        warnings=tuple([*said, *notes]),
        files=files,
    )  # fmt: skip
