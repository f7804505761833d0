"""Every seed of the fuzzers and every case that they once found, without a fuzzer; and merging, tried in every order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from podaudit.export import merge, read
from podaudit.model import Export, Options
from tests.fuzz import each
from tests.fuzz.each import NAMES, target
from tests.hostile.making import android

HERE = Path(each.__file__).parent
INPUTS = sorted(path for kind in ("seeds", "found") for path in (HERE / kind).glob("*/*"))


@pytest.mark.parametrize("path", INPUTS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_seeds_and_finds_keep_the_promises(path: Path) -> None:
    if path.parent.name not in NAMES:
        pytest.skip("this part of podaudit is not here")
    target(path.parent.name)(path.read_bytes())


def test_every_target_is_run_and_has_seeds() -> None:
    assert set(NAMES) <= {p.parent.name for p in INPUTS}


class Merging(RuleBasedStateMachine):
    """One group, of which exports are made that overlap as they will; merged in any order, nothing is lost or counted twice."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.exports: list[tuple[int, int]] = []

    @initialize(
        texts=st.lists(st.sampled_from(["ok", "gedaan", "nee", "wie komt er", "tot morgen"]), min_size=12, max_size=40)
    )
    def chat(self, texts: list[str]) -> None:
        said = [f"{('Anna', 'Bob', 'Chris')[i % 3]}: {text} {i}" for i, text in enumerate(texts)]
        self.lines = android(*said).splitlines(keepends=True)
        self.exports = [(0, len(self.lines))]

    @rule(data=st.data())
    def cut(self, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(self.lines) - 6))
        self.exports.append((start, data.draw(st.integers(start + 6, len(self.lines)))))

    @precondition(lambda self: len(self.exports) > 1)
    @rule()
    def turn_round(self) -> None:
        self.exports.reverse()

    def _read(self, start: int, stop: int) -> Export:
        data = "".join(self.lines[start:stop]).encode()
        return read(None, data=data, name=f"{start}-{stop}.txt", options=Options(date_order="dmy"))

    @invariant()
    def nothing_is_lost_or_counted_twice(self) -> None:
        if len(self.exports) < 2:
            return
        made = merge([self._read(*span) for span in self.exports[:4]])
        wanted = Counter(self.lines[i] for i in {i for span in self.exports[:4] for i in range(*span)})
        rows = made.messages
        raw = [made.raw[a:b].decode() for a, b in zip(rows["start"].tolist(), rows["stop"].tolist(), strict=True)]
        assert Counter(line.rstrip("\n") for line in raw) == Counter(line.rstrip("\n") for line in wanted.elements())
        assert rows["time"].is_monotonic_increasing
        assert set(rows["member"]) <= {"Anna", "Bob", "Chris"}


TestMerging = Merging.TestCase
TestMerging.settings = settings(
    max_examples=15, stateful_step_count=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
