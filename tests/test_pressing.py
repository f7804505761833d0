"""Pressure in time and among people: silence, a chat worked out by hand, figures recomputed otherwise, and two laws."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest

from podaudit.dynamics.named import newcombe, wilson
from podaudit.dynamics.pressing import NAMING_LABELS, PRESSING, Dynamics, dynamics
from podaudit.model import CALLS, LEDGER, MEMBERS, MEMBERSHIP, PRESSURE, REPLIES, RULES

T0 = dt.datetime(2024, 3, 4, 9)  # a Monday
WEEK = dt.timedelta(weeks=1)
H = dt.timedelta(hours=1)


class Chat:
    """Tables of an invented chat, line by line."""

    def __init__(self, members: str, until: dt.timedelta = 4 * WEEK) -> None:
        self.members = {m: [{"from": T0, "until": None}] for m in members.split()}
        self.line, self.last = 1, T0 + until
        self.calls: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.pressure: list[dict[str, Any]] = []
        self.moves: list[dict[str, Any]] = []

    def _next(self) -> int:
        self.line += 1
        return self.line

    def call(self, at: dt.timedelta, who: str) -> int:
        line = self._next()
        self.calls.append(
            {"line": line, "time": T0 + at, "caller": who, "beneficiary": who, "key": f"k{line}", "asks": []}
        )
        return line

    def done(self, at: dt.timedelta, who: str, call: int) -> int:
        line = self._next()
        self.replies.append(
            {"line": line, "member": who, "status": "done", "call_line": call, "key": f"k{call}", "time": T0 + at}
        )
        return line

    def press(self, at: dt.timedelta, who: str, labels: str, targets: str = "") -> int:
        line = self._next()
        self.pressure.append(
            {
                "line": line,
                "time": T0 + at,
                "actor": who,
                "labels": sorted(labels.split()),
                "targets": sorted(targets.split()),
            }
        )
        return line

    def move(self, at: dt.timedelta, event: str, who: str, by: str | None = None) -> int:
        line = self._next()
        self.moves.append({"line": line, "time": T0 + at, "event": event, "member": who, "by": by})
        if event in ("left", "removed"):
            self.members[who][-1]["until"] = T0 + at  # type: ignore[assignment]
        return line

    def ledger(self) -> list[dict[str, Any]]:
        answered = {(r["call_line"], r["member"]): r["line"] for r in reversed(self.replies)}
        return [
            {
                "call_line": c["line"], "key": c["key"], "member": m, "line": answered.get((c["line"], m)),
                "status": "confirmed" if (c["line"], m) in answered else "silent",
            }
            for c in self.calls for m, periods in self.members.items()
            if m != c["caller"] and any(p["until"] is None or c["time"] < p["until"] for p in periods)
        ]  # fmt: skip

    def figures(self, shift: dt.timedelta = dt.timedelta(0), names: dict[str, str] | None = None) -> Dynamics:
        def moved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [{k: called(v + shift if isinstance(v, dt.datetime) else v) for k, v in r.items()} for r in rows]

        def called(value: Any) -> Any:
            if isinstance(value, list):
                return [called(v) for v in value]
            return (names or {}).get(value, value) if isinstance(value, str) else value

        members = [
            {"name": called(m), "also": [], "messages": 1, "owner": False,
             "periods": [{k: v + shift if v else None for k, v in p.items()} for p in periods]}
            for m, periods in self.members.items()
        ]  # fmt: skip
        return dynamics(
            CALLS.frame(moved(self.calls)), RULES.frame(), REPLIES.frame(moved(self.replies)),
            LEDGER.frame(moved(self.ledger())), PRESSURE.frame(moved(self.pressure)), MEMBERS.frame(members),
            MEMBERSHIP.frame(moved(self.moves)), T0 + shift, self.last + shift,
        )  # fmt: skip


def _rows(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    picked = table[list(columns)] if columns else table
    return [
        tuple(None if v is pd.NA or v != v else v for v in row) for row in picked.itertuples(index=False, name=None)
    ]


def test_nothing_is_said_of_an_empty_chat() -> None:
    empty = dynamics(
        CALLS.frame(), RULES.frame(), REPLIES.frame(), LEDGER.frame(), PRESSURE.frame(), MEMBERS.frame(), MEMBERSHIP.frame(),
        None, None,
    )  # fmt: skip
    for name in ("pairs", "members", "hours", "weeks", "months", "namings", "after_naming", "gap", "dissent", "moves"):
        assert len(getattr(empty, name)) == 0
    assert empty.figures["pressing"] == 0
    assert empty.figures["pressing_per_call"] is None


def test_praise_and_apologies_press_nobody() -> None:
    chat = Chat("Ann Bob")
    chat.call(0 * H, "Ann")
    chat.press(1 * H, "Ann", "praise", "Bob")
    chat.press(2 * H, "Bob", "apology distress")
    found = chat.figures()
    assert len(found.pairs) == len(found.namings) == len(found.gap) == 0
    assert found.figures["labels"] == {"praise": 1, "apology": 1, "distress": 1}


def by_hand() -> Chat:
    """Ann founds; Bob and Cas leave two calls open, Dee one; only Bob is named, does one within 48 h, and is removed."""
    chat = Chat("Ann Bob Cas Dee")
    chat.move(0 * H, "created", "Ann", "Ann")  # line 2
    first = chat.call(1 * H, "Ann")  # 3, Monday 10:00
    second = chat.call(24 * H, "Ann")  # 4, Tuesday 9:00
    chat.done(25 * H, "Dee", second)  # 5
    chat.press(30 * H, "Ann", "shaming demand", "Bob")  # 6, Tuesday 15:00
    chat.done(40 * H, "Bob", first)  # 7
    chat.press(41 * H, "Cas", "dissent")  # 8
    chat.press(43 * H, "Ann", "threat", "Cas")  # 9, Thursday 4:00
    chat.done(92 * H, "Cas", second)  # 10, 49 hours later
    chat.move(100 * H, "removed", "Cas", "Ann")  # 11
    chat.press(101 * H, "Ann", "reminder")  # 12
    return chat


def test_worked_out_by_hand() -> None:
    found = by_hand().figures()
    assert _rows(found.pairs, "actor", "target", "messages", "labels", "lines") == [
        ("Ann", None, 1, {"reminder": 1}, [12]),
        ("Ann", "Bob", 1, {"demand": 1, "shaming": 1}, [6]),
        ("Ann", "Cas", 1, {"threat": 1}, [9]),
    ]
    assert _rows(found.namings, "line", "target", "labels", "open", "done", "lines") == [
        (6, "Bob", ["shaming"], 2, 1, [3, 4, 7]),
        (9, "Cas", ["threat"], 2, 0, [3, 4]),
    ]
    # At line 6 Cas had two calls open as well, Dee one; at line 9 Bob has only one left.
    assert _rows(found.gap, "line", "named", "open", "not_named") == [(6, ["Bob"], 2, ["Cas"]), (9, ["Cas"], 2, [])]
    assert _rows(found.members, "member", "admin", "wrote", "aimed_at", "behind", "named") == [
        ("Ann", True, 3, 0, 0, 0),
        ("Bob", False, 0, 1, 1, 1),
        ("Cas", False, 0, 1, 2, 1),
    ]
    assert _rows(found.dissent, "line", "member", "after", "lines") == [
        (
            8,
            "Cas",
            [{"line": 9, "what": "threat", "by": "Ann"}, {"line": 11, "what": "removed", "by": "Ann"}],
            [8, 9, 11],
        )
    ]
    assert _rows(found.moves, "line", "event", "member", "pressed_before", "lines") == [
        (2, "created", "Ann", 0, [2]),
        (11, "removed", "Cas", 1, [9, 11]),
    ]
    assert _rows(found.hours, "weekday", "hour", "calls", "pressing") == [
        (0, 10, 1, 0), (1, 9, 1, 0), (1, 15, 0, 1), (2, 4, 0, 1), (4, 14, 0, 1),
    ]  # fmt: skip
    assert _rows(found.weeks, "week", "calls", "pressing", "per_call", "lines")[:2] == [
        ("2024-03-04", 2, 3, 1.5, [6, 9, 12]),
        ("2024-03-11", 0, 0, None, []),
    ]
    assert len(found.weeks) == 5
    assert _rows(found.months, "month", "calls", "asked", "done", "share_done", "removed") == [
        ("2024-03", 2, 6, 3, 0.5, 1), ("2024-04", 0, 0, 0, None, 0),
    ]  # fmt: skip
    everybody, bob, cas = _rows(
        found.after_naming, "member", "namings", "open", "done", "share", "difference", "enough"
    )
    assert everybody == (None, 2, 4, 1, 0.25, None, False)
    assert bob == ("Bob", 1, 2, 1, 0.5, None, False)
    assert cas == ("Cas", 1, 2, 0, 0.0, None, False)
    assert found.figures["parts_of_day"] == {"night": 1, "day": 2, "evening": 0}
    assert found.figures["admins"] == {"members": 1, "wrote": 3, "aimed_at": 0, "wrote_each": 3.0, "aimed_at_each": 0.0}
    assert (found.figures["as_far_behind"], found.figures["of_these_named"]) == (3, 2)


def test_the_usual_pace_is_that_of_days_far_from_a_naming() -> None:
    chat = Chat("Ann Bob")
    early = chat.call(
        0 * H, "Ann"
    )  # Monday 9:00, done on Wednesday 13:00: open at two noons, done within 48 h of both? no
    chat.done(52 * H, "Bob", early)  # Monday noon + 48 h is Wednesday noon: not; Tuesday noon: yes; Wednesday noon: yes
    chat.call(14 * 24 * H, "Ann")  # a fortnight later, never done: open at seven noons, none of them near the naming
    chat.call(23 * 24 * H, "Ann")
    chat.press(23 * 24 * H + H, "Ann", "threat", "Bob")  # noons within 48 hours before and after do not count
    usual = chat.figures().after_naming.iloc[1]
    # 3 noons of the first, 7 of the second; the third is open at 7 noons, from day 23 on, two of them too near: 23 and 24
    # (noon of day 25 lies 50 hours after), so 5 more; the export ends at 9:00 of day 28: noons of days 25, 26, 27.
    assert (usual["usual_open"], usual["usual_done"]) == (3 + 7 + 3, 2)


def test_intervals_are_those_published() -> None:
    # Newcombe 1998, table II, method 10: 56/70 against 48/80 and 9/10 against 3/10.
    assert [round(x, 4) for x in newcombe(56, 70, 48, 80)] == [0.0524, 0.3339]
    assert [round(x, 4) for x in newcombe(9, 10, 3, 10)] == [0.1705, 0.8090]
    assert [round(x, 4) for x in wilson(81, 263)] == [0.2553, 0.3662]  # Newcombe 1998, the companion paper, method 3


def _random(seed: int) -> Chat:
    rng = random.Random(seed)
    chat = Chat("Ann Bob Cas Dee Eef", until=8 * WEEK)
    chat.move(0 * H, "created", "Ann", "Ann")
    now, labels = dt.timedelta(0), [x.value for x in PRESSING] + ["dissent", "praise"]
    while (now := now + dt.timedelta(minutes=rng.randrange(1, 900))) < 8 * WEEK:
        who = rng.choice("Ann Bob Cas Dee Eef".split())
        kind = rng.random()
        if kind < 0.3 or not chat.calls:
            chat.call(now, who)
        elif kind < 0.7:
            call = rng.choice(chat.calls[-6:])
            if call["caller"] != who:
                chat.done(now, who, call["line"])
        else:
            others = [m for m in chat.members if m != who]
            chat.press(
                now, who, " ".join(set(rng.choices(labels, k=2))), " ".join(rng.sample(others, rng.randrange(3)))
            )
    return chat


@pytest.mark.parametrize("seed", range(6))
def test_figures_recomputed(seed: int) -> None:
    chat = _random(seed)
    found = chat.figures()
    when = {c["line"]: c["time"] for c in chat.calls}
    caller = {c["line"]: c["caller"] for c in chat.calls}
    done = {(r["member"], r["call_line"]): r["time"] for r in reversed(chat.replies)}

    def open_(member: str, moment: dt.datetime, line: int) -> list[int]:
        return [
            c for c, made in when.items()
            if caller[c] != member and c < line and made <= moment < min(made + WEEK, done.get((member, c), dt.datetime.max))
        ]  # fmt: skip

    namings = [
        (p["line"], t, len(held), sum(done.get((t, c), dt.datetime.max) <= p["time"] + 48 * H for c in held))
        for p in chat.pressure if set(p["labels"]) & {x.value for x in NAMING_LABELS}
        for t in p["targets"]
        for held in [open_(t, p["time"], p["line"])]
    ]  # fmt: skip
    assert _rows(found.namings, "line", "target", "open", "done") == namings
    for _, row in found.after_naming.iloc[1:].iterrows():
        at = [p["time"] for p in chat.pressure
              if set(p["labels"]) & {x.value for x in NAMING_LABELS} and row["member"] in p["targets"]]  # fmt: skip
        usual_open = usual_done = 0
        noon = T0.replace(hour=12)
        while noon < chat.last:
            if all(abs(noon - t) > 48 * H for t in at):
                held = open_(row["member"], noon, 1 << 30)
                usual_open += len(held)
                usual_done += sum(done.get((row["member"], c), dt.datetime.max) <= noon + 48 * H for c in held)
            noon += dt.timedelta(days=1)
        assert (row["usual_open"], row["usual_done"]) == (usual_open, usual_done)
        assert row["namings"] == sum(n[1] == row["member"] and n[2] > 0 for n in namings)
    pressing = [p for p in chat.pressure if set(p["labels"]) & {x.value for x in PRESSING}]
    assert found.weeks["pressing"].sum() == found.hours["pressing"].sum() == len(pressing) == found.figures["pressing"]
    assert found.weeks["calls"].sum() == found.months["calls"].sum() == len(chat.calls)
    assert found.members["wrote"].sum() == len(pressing)
    assert found.members["aimed_at"].sum() == sum(len(p["targets"]) for p in pressing)
    assert len(found.dissent) == sum("dissent" in p["labels"] for p in chat.pressure)


@pytest.mark.parametrize("seed", range(3))
def test_names_and_dates_carry_nothing(seed: int) -> None:
    chat = _random(seed)
    found, later = chat.figures(), chat.figures(shift=9 * WEEK)
    for name in ("pairs", "members", "hours", "after_naming"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(later, name))
    assert found.figures == later.figures
    names = {"Ann": "Vos", "Bob": "Wim", "Cas": "Xan", "Dee": "Yde", "Eef": "Zus"}  # in the same order
    renamed = chat.figures(names=names)
    assert renamed.figures == found.figures
    assert renamed.members["member"].tolist() == [names[m] for m in found.members["member"]]
    pd.testing.assert_frame_equal(renamed.members.drop(columns="member"), found.members.drop(columns="member"))
    pd.testing.assert_frame_equal(
        renamed.after_naming.drop(columns="member"), found.after_naming.drop(columns="member")
    )


def test_who_reports_what_befell_oneself_presses_nobody() -> None:
    chat = Chat("Ann Bob Cas")
    chat.call(0 * H, "Ann")
    threat = chat.press(1 * H, "Ann", "threat", "Bob")
    told = chat.press(2 * H, "Bob", "dissent sanction", "Bob")
    made = chat.figures()
    assert made.figures["pressing"] == 1
    assert made.pairs[["actor", "target", "messages"]].values.tolist() == [["Ann", "Bob", 1]]
    of = made.members.set_index("member")
    assert (of["wrote"]["Bob"], of["aimed_at"]["Bob"], of["lines"]["Bob"]) == (0, 2, [threat, told])
