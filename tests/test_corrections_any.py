"""Corrections in any number, order and combination, fitting or no longer fitting: applied as said, counted, never silently."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from jsonschema import Draft202012Validator

import podaudit
from podaudit import tables
from podaudit.audit import Audit, audit
from podaudit.corrections import NONE, Corrections
from podaudit.model import CorrectionKind, DecisionNeeded, Export, Label, Options, ReplyStatus, RuleType
from tests.making import export_of
from tests.test_corrections import SCRIPT

_VALID = Draft202012Validator(
    json.loads(Path(podaudit.__file__).with_name("audit.schema.json").read_text(encoding="utf-8"))
)
_NAMED = re.compile(r"^mine\.toml: \[\[(\w+)\]\] number (\d+)(?:, line \d+)?: .+; nothing was written\.$")
_NAMES = st.sampled_from(["Anna", "Bob", "Chris", "+31 6 00000001", "ANNA", "Nobody"])
# Lines that something stands on, some of them what a kind is about, and some that there are not.
_LINES = st.one_of(st.integers(1, 22), st.sampled_from([5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 18]), st.just(99))
_CALLS = [6, 9, 11, 13, 18]
_FIELDS: dict[CorrectionKind, dict[str, st.SearchStrategy[Any]]] = {
    CorrectionKind.SAME_MEMBER: {"name": _NAMES, "also": _NAMES},
    CorrectionKind.NO_CALL: {"line": st.sampled_from([*_CALLS, 7])},
    CorrectionKind.CALL: {"line": st.sampled_from([*_CALLS, 7]), "beneficiary": _NAMES},
    CorrectionKind.NO_RULE: {"line": st.sampled_from([5, 16]), "type": st.sampled_from(list(RuleType))},
    CorrectionKind.RULE: {"line": _LINES, "type": st.sampled_from([RuleType.FOLLOW, RuleType.CONFIRM])},
    CorrectionKind.NO_REPLY: {"line": st.sampled_from([7, 8, 10, 12, 14, 17])},
    CorrectionKind.REPLY: {
        "line": _LINES, "status": st.sampled_from(list(ReplyStatus)),
        "calls": st.lists(st.sampled_from([*_CALLS, 7]), min_size=1, max_size=2, unique=True),
    },
    CorrectionKind.NO_LABEL: {"line": st.sampled_from([14, 15, 16]), "label": st.sampled_from(list(Label))},
    CorrectionKind.LABEL: {"line": _LINES, "label": st.sampled_from(list(Label)), "targets": st.lists(_NAMES, max_size=2)},
}  # fmt: skip

_Entry = tuple[CorrectionKind, dict[str, Any]]


@st.composite
def _entries(draw: st.DrawFn) -> _Entry:
    kind = draw(st.sampled_from(list(CorrectionKind)))
    return kind, {name: draw(values) for name, values in _FIELDS[kind].items()}


def _toml(entries: list[_Entry]) -> str:
    return "".join(
        f"[[{kind}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
        for kind, fields in entries
    )


@cache
def _plain() -> tuple[Export, Audit]:
    export = export_of(SCRIPT)
    return export, audit(export, Options())


class Correcting(RuleBasedStateMachine):
    """A reader who adds corrections, takes them back and reorders them, and drops the one that is said not to fit."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[_Entry] = []
        self.export, self.plain = _plain()
        self.made = self.plain

    def _given(self) -> Corrections:
        return Corrections.parse(_toml(self.entries), "mine.toml") if self.entries else NONE

    def _apply(self) -> None:
        """Audit anew; whatever does not fit is named, so that dropping what is named always comes to an end."""
        while True:
            try:
                self.made = audit(self.export, Options(), self._given())
                return
            except DecisionNeeded as refused:
                said = _NAMED.match(str(refused))
                assert said, str(refused)
                of_kind = [i for i, (kind, _) in enumerate(self.entries) if kind == said[1]]
                del self.entries[of_kind[int(said[2]) - 1]]

    @initialize()
    def nothing_is_corrected(self) -> None:
        assert self.made.corrections.empty

    @rule(entry=_entries())
    def add(self, entry: _Entry) -> None:
        self.entries.append(entry)
        self._apply()

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        del self.entries[data.draw(st.integers(0, len(self.entries) - 1))]
        self._apply()

    @precondition(lambda self: len(self.entries) > 1)
    @rule()
    def sort_by_kind(self) -> None:
        """Kinds are applied in an order of their own, so that only the order within a kind can count."""
        before = tables.dumps(tables.document(self.made))
        self.entries.sort(key=lambda entry: list(CorrectionKind).index(entry[0]), reverse=True)
        self._apply()
        assert tables.dumps(tables.document(self.made)) == before

    @invariant()
    def every_one_is_counted_and_said(self) -> None:
        listed = self.made.corrections
        assert Counter(listed["kind"]) == Counter(kind.value for kind, _ in self.entries)
        wanted = Counter(fields.get("line") for _, fields in self.entries)
        assert Counter(None if pd.isna(line) else int(line) for line in listed["line"]) == wanted
        said = [note for note in self.made.source.warnings if note.startswith("Corrections by the reader")]
        assert [f"reader: {len(self.entries)};" in note for note in said] == [True] * bool(self.entries)

    @invariant()
    def each_is_applied(self) -> None:
        made, of = self.made, {kind: [f for k, f in self.entries if k is kind] for kind in CorrectionKind}
        calls, labels = set(made.calls["line"]), dict(zip(made.pressure["line"], made.pressure["labels"], strict=True))
        given = {entry["line"] for entry in of[CorrectionKind.CALL]}
        assert given <= calls
        assert not {entry["line"] for entry in of[CorrectionKind.NO_CALL]} & calls - given
        for entry in of[CorrectionKind.LABEL]:
            assert entry["label"] in labels[entry["line"]]
        added = {(entry["line"], entry["label"]) for entry in of[CorrectionKind.LABEL]}
        for entry in of[CorrectionKind.NO_LABEL]:
            there = entry["label"] in labels.get(entry["line"], [])
            assert there == ((entry["line"], entry["label"]) in added)
        tied = set(zip(made.replies["line"], made.replies["call_line"], strict=True))
        for entry in of[CorrectionKind.REPLY]:
            assert {(entry["line"], call) for call in entry["calls"]} <= tied
        replied = {entry["line"] for entry in of[CorrectionKind.REPLY]}
        assert not {entry["line"] for entry in of[CorrectionKind.NO_REPLY]} - replied & {line for line, _ in tied}
        assert len(made.members) == len(self.plain.members) - len(of[CorrectionKind.SAME_MEMBER])
        ruled = set(zip(made.rules["line"], made.rules["type"], strict=True))
        assert {(entry["line"], entry["type"]) for entry in of[CorrectionKind.RULE]} <= ruled

    @invariant()
    def the_tables_fit_each_other(self) -> None:
        made = self.made
        assert not list(_VALID.iter_errors(tables.document(made)))
        assert made.messages["text"].tolist() == self.plain.messages["text"].tolist()
        asked, members = set(zip(made.calls["line"], made.calls["key"], strict=True)), set(made.members["name"])
        for table, line in ((made.ledger, "call_line"), (made.replies, "call_line"), (made.repeats, "of")):
            assert set(zip(table[line], table["key"], strict=True)) <= asked
        assert not made.ledger.duplicated(["call_line", "key", "member"]).any()
        assert {
            *made.ledger["member"],
            *made.calls["caller"],
            *made.replies["member"],
            *made.pressure["actor"],
        } <= members
        assert {target for targets in made.pressure["targets"] for target in targets} <= members


TestCorrecting = Correcting.TestCase
TestCorrecting.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
