"""Blocks of rows: every row once, results in order, whatever the number of workers; and a chat of several blocks."""

from __future__ import annotations

import os

import pytest

from podaudit.export import blocks, read
from podaudit.model import Options


@pytest.mark.parametrize("cpus", [None, 1, 2, 16])
@pytest.mark.parametrize(("n", "size"), [(0, 3), (1, 3), (3, 3), (4, 3), (100, 7)])
def test_every_row_once_and_in_order(monkeypatch: pytest.MonkeyPatch, cpus: int | None, n: int, size: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cpus)
    rows = list(range(n))
    assert [row for part in blocks.over(n, lambda s: rows[s], size) for row in part] == rows
    assert all(len(part) <= size for part in blocks.over(n, lambda s: rows[s], size))


def test_what_goes_wrong_in_one_block_is_not_lost() -> None:
    def work(part: slice) -> int:
        return 1 // (part.start - 3)

    with pytest.raises(ZeroDivisionError):
        blocks.over(9, work, 3)


@pytest.mark.parametrize(("cpus", "share"), [(None, 400_001), (1, 400_001), (2, 200_001), (100, 1 << 16)])
def test_the_share_of_a_worker(monkeypatch: pytest.MonkeyPatch, cpus: int | None, share: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cpus)
    assert blocks.share(400_001) == share


def test_a_chat_of_several_blocks_reads_the_same_on_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers of both widths, continuation lines, empty bodies and late members on either side of every border."""
    lines = ["1/2/21, 9:00 - Ada Verzonnen created group “X”"]
    for i in range(150_000):
        who = f"Lid {i // 50_000}" if i % 3 else f"Een veel langere naam dan de andere, nummer {i // 70_000}"
        lines.append(f"{1 + i // 40_000}/{13 + i // 30_000}/21, {i // 30_000 + 7}:{i % 60:02} - {who}: zin {i}")
        if i % 7 == 0:
            lines.append("en nog een regel: met dubbele punt\r")
    data = "\n".join(lines).encode()
    several = read(None, data=data, name="c.txt", options=Options())
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(blocks, "ROWS", len(lines))
    one = read(None, data=data, name="c.txt", options=Options())
    assert len(several.messages) == 150_001
    assert several.messages.equals(one.messages)
    assert several.source == one.source
    assert several.messages["text"].iloc[70_000] == "zin 69999"
