"""Look-alikes: what reads like a call, a reply, a rule, a link or a time, and is none, stays silent in a whole chat."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from podaudit.audit import Audit, asked_and_answered
from tests.making import export_of, post

TABLE = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "silent" / "cases.toml").read_text(encoding="utf-8"))
FRAMES: dict[str, str] = TABLE["frame"]
CASES: list[dict[str, Any]] = TABLE["case"]
MEMBERS = """
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca en Dirk toegevoegd
"""
OPENING = 2  # lines of MEMBERS


@cache
def _audit(script: str) -> Audit:
    linked = re.sub(r"\{(\d+) ?([\w-]*)\}", lambda m: post(int(m[1]), m[2]), script)
    return asked_and_answered(export_of(MEMBERS + linked))[0]


def _found(what: str, audit: Audit, first: int) -> list[Any]:
    """What was found of that kind from line ``first`` on."""
    if what == "links":
        return audit.links[audit.links["is_post"] & (audit.links["line"] >= first)]["url"].tolist()
    if what == "deadline":
        called = audit.calls[audit.calls["line"] >= first]
        assert len(called) == 1, "the call itself is missing"
        return called["deadline"].dropna().tolist()
    tables = {
        "calls": [audit.calls, audit.repeats],
        "replies": [audit.replies],
        "rules": [audit.rules],
        "until": [audit.absences],
    }
    return [row for t in tables[what] for row in t[t["line"] >= first].itertuples()]


def _marked(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason=case["open"])] if "open" in case else []
    return pytest.param(case, marks=marks, id=f"{case['language']} {case['said'].strip()[:60]}")


@pytest.mark.parametrize("case", [_marked(c) for c in CASES])
def test_stays_silent(case: dict[str, Any]) -> None:
    frame = FRAMES[case["language"]].strip() + "\n" if case.get("pod", True) else ""
    audit = _audit(frame + case["said"])
    first = OPENING + frame.count("\n") + 1
    assert audit.messages["line"].max() >= first
    assert {what: _found(what, audit, first) for what in case["silent"]} == {what: [] for what in case["silent"]}


@pytest.mark.parametrize("language", FRAMES)
def test_the_frame_itself_does_not(language: str) -> None:
    audit = _audit(FRAMES[language])
    assert audit.rules["type"].tolist() == ["react", "comment", "comment_min_words", "confirm"]
    assert set(audit.rules["line"]) == {3}
    assert audit.calls[["line", "caller"]].to_numpy().tolist() == [[7, "Anna"], [9, "Bob"]]
    assert audit.replies[["line", "member", "status", "call_line"]].to_numpy().tolist() == [
        [8, "Bob", "done", 7],
        [10, "Cisca", "done", 9],
    ]


def test_there_are_enough_of_every_kind() -> None:
    assert len(CASES) >= 60
    languages = Counter(c["language"] for c in CASES)
    assert set(languages) == set(FRAMES) and min(languages.values()) >= 8
    kinds = Counter(what for c in CASES for what in c["silent"])
    assert {k: n >= 8 for k, n in kinds.items()} == dict.fromkeys(
        ("calls", "replies", "rules", "links", "deadline", "until"), True
    )
