"""Give and take: silence first, a chat by hand, every figure recomputed with plain loops, laws 4 and 5."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from podaudit.dynamics.network import BALANCES, FIGURES, LATENCIES, PAIRS, TIES, Network, network
from podaudit.model import CALLS, LEDGER, MEMBERS, REPLIES, RULES, Schema, Status
from podaudit.tables import rows as plain_rows
from tests.making import audit_of, post

T0 = dt.datetime(2024, 3, 4, 9)
TABLES = {"ties": TIES, "members": BALANCES, "pairs": PAIRS, "latencies": LATENCIES}
Row = dict[str, Any]
Call = tuple[int, dt.datetime, str, str, list[str]]  # line, time, caller, beneficiary, asks
Duty = tuple[
    int, str, str, int | None, dt.datetime | None
]  # number of the call, member, status, line and time of the reply


@dataclasses.dataclass(frozen=True)
class Chat:
    """What the figures are made from; keys are the numbers of the calls."""

    calls: list[Call]
    duties: list[Duty]
    rules: list[tuple[int, Any]]  # line and value of "read" rules
    members: list[tuple[str, bool]]  # name, ever present

    def network(self) -> Network:
        calls = CALLS.frame([
            {
                "line": line, "time": time, "caller": caller, "beneficiary": whose, "platform": "linkedin",
                "post_kind": "post", "url": "u", "asks": asks, "why": "", "key": f"k{n}",
            }
            for n, (line, time, caller, whose, asks) in enumerate(self.calls)
        ])  # fmt: skip
        ledger = LEDGER.frame([
            {"call_line": self.calls[n][0], "url": "u", "member": who, "status": status, "line": line, "key": f"k{n}"}
            for n, who, status, line, _ in self.duties
        ])  # fmt: skip
        replies = REPLIES.frame([
            {
                "line": line, "member": who, "status": "done", "call_line": self.calls[n][0], "url": "u", "why": "",
                "time": time, "key": f"k{n}",
            }
            for n, who, _, line, time in sorted((d for d in self.duties if d[4]), key=lambda d: (d[3], d[0]))
        ])  # fmt: skip
        rules = RULES.frame([(line, "read", value, "Ann", T0, "", "", None) for line, value in self.rules])
        periods = [{"from": None, "until": None}]
        members = MEMBERS.frame([(m, [], 1, None, None, periods if here else [], False) for m, here in self.members])
        return network(calls, ledger, replies, rules, members)


def _tables(made: Network) -> dict[str, list[Row]]:
    return {name: plain_rows(getattr(made, name), schema) for name, schema in TABLES.items()}


def _figures(made: Network) -> Row:
    return {name: getattr(made, name) for name in FIGURES.names}


# -------------------------------------------------------------------------------------------------------------- silence


def test_no_calls_no_figures() -> None:
    made = audit_of("09:00 Ann: hallo\n09:01 Bob: gedaan ✅\n09:02 Ann: fijn")
    found = network(made.calls, made.ledger, made.replies, made.rules, made.members)
    assert _tables(found) == {"ties": [], "members": [], "pairs": [], "latencies": []}
    assert _figures(found) == dict.fromkeys(FIGURES.names) | {"calls": 0, "callers": 0}
    for name, schema in TABLES.items():
        table = getattr(found, name)
        assert list(table.columns) == schema.names
        assert table.dtypes.equals(schema.frame().dtypes)


def test_who_is_alone_gives_and_takes_nothing() -> None:
    found = Chat([(3, T0, "Ann", "Ann", ["read"]), (3, T0, "Ann", "my client", [])], [], [], [("Ann", True)]).network()
    nothing = dict.fromkeys(("share_given", "share_received", "circle")) | dict.fromkeys(
        ("asked", "given", "expected", "received", "balance", "given_to", "received_from"), 0
    )
    assert plain_rows(found.members, BALANCES) == [nothing | {"member": "Ann", "calls": 2, "circle_of": []}]
    assert [(r["member"], r["n"], r["median"], r["within_2"], r["faster"]) for r in _tables(found)["latencies"]] == [
        (None, 0, None, None, None),
        ("Ann", 0, None, None, None),
    ]
    assert not len(found.ties)
    assert not len(found.pairs)
    # one call each of one who could: all of the calls, but no one to compare with
    assert _figures(found) == {
        "reciprocity": None, "weighted_reciprocity": None, "density": None, "calls": 2, "callers": 1, "top_three": 1.0,
        "gini": None,
    }  # fmt: skip


def test_who_was_never_there_could_not_have_called() -> None:
    """Ann of two: x = 0, 1; (2·(1·0 + 2·1) - 3·1) / (2·1) = 0.5. With a third in the group 2/3."""
    calls = [(3, T0, "Ann", "Ann", list[str]())]
    assert Chat(calls, [], [], [("Ann", True), ("Bob", True), ("Cis", False)]).network().gini == 0.5
    assert Chat(calls, [], [], [("Ann", True), ("Bob", True), ("Cis", True)]).network().gini == 0.6667


# -------------------------------------------------------------------------------------------------------------- by hand


def _ask(n: int) -> str:
    return f"Graag liken en reageren {post(n)}"


SMALL = f"""
08:00 Ann heeft de groep "Pod" gemaakt
08:01 Ann heeft Bob, Cis en Dan toegevoegd
08:02 Dan: Hallo allemaal
08:30 Ann: {_ask(1)}
08:31 Bob: gedaan ✅
09:30 Bob: {_ask(2)}
09:32 Ann: gedaan ✅
10:10 Cis: gedaan ✅
+1
08:30 Ann: {_ask(3)}
08:31 Bob: gedaan ✅
08:40 Cis: gedaan ✅
09:30 Bob: {_ask(4)}
09:32 Ann: gedaan ✅
09:45 Cis: gedaan ✅
+1
08:30 Ann: {_ask(5)}
08:31 Bob: gedaan ✅
08:40 Cis: gedaan ✅
09:30 Bob: {_ask(6)}
09:32 Ann: gedaan ✅
+1
08:30 Ann: {_ask(7)}
08:31 Bob: gedaan ✅
09:30 Bob: {_ask(8)}
09:32 Ann: gedaan ✅
+1
08:30 Ann: {_ask(9)}
08:31 Bob: gedaan ✅
09:30 Bob: {_ask(10)}
09:32 Ann: gedaan ✅
11:00 Cis: {_ask(11)}
11:20 Ann: gedaan ✅
12:00 Dan: Graag een like voor de post van Bob {post(12)}
14:00 Ann: gedaan ✅
"""


@cache
def _small() -> Network:
    made = audit_of(SMALL)
    return network(made.calls, made.ledger, made.replies, made.rules, made.members)


def test_ties_by_hand() -> None:
    """Ann puts up 5 posts, Bob 5, Cis 1, and Dan one of Bob's, which asks Ann and Cis only: Bob receives it."""
    assert [tuple(r.values()) for r in _tables(_small())["ties"]] == [
        ("Ann", "Bob", 6, 6, 1.0, [7, 13, 19, 23, 27, 31]),
        ("Ann", "Cis", 1, 1, 1.0, [29]),
        ("Bob", "Ann", 5, 5, 1.0, [5, 10, 16, 21, 25]),
        ("Bob", "Cis", 1, 0, 0.0, []),
        ("Cis", "Ann", 5, 2, 0.4, [11, 17]),
        ("Cis", "Bob", 6, 2, 0.3333, [8, 14]),
        ("Dan", "Ann", 5, 0, 0.0, []),
        ("Dan", "Bob", 5, 0, 0.0, []),
        ("Dan", "Cis", 1, 0, 0.0, []),
    ]


def test_members_by_hand() -> None:
    """Asked: Ann 6 + 1, Bob 5 + 1, Cis 5 + 6, Dan 5 + 5 + 1. Expected: by Ann 5·3, by Bob 5·3 + 2, by Cis 3."""
    made = _tables(_small())["members"]
    columns = ("member", "calls", "asked", "given", "expected", "received", "balance", "share_given", "share_received")
    assert [tuple(r[c] for c in columns) for r in made] == [
        ("Ann", 5, 7, 7, 15, 7, 0, 1.0, 0.4667),
        ("Bob", 5, 6, 5, 17, 8, -3, 0.8333, 0.4706),
        ("Cis", 1, 11, 4, 3, 1, 3, 0.3636, 0.3333),
        ("Dan", 1, 11, 0, 0, 0, 0, 0.0, None),
    ]
    # two gave to Ann and two to Bob, which is all of it; Cis received once: too few to say
    assert [(r["given_to"], r["received_from"], r["circle"], r["circle_of"]) for r in made] == [
        (2, 2, 1.0, ["Bob", "Cis"]),
        (1, 2, 1.0, ["Ann", "Cis"]),
        (2, 1, None, []),
        (0, 0, None, []),
    ]


def test_figures_by_hand() -> None:
    assert _figures(_small()) == {
        "reciprocity": 0.8,  # of A>B, A>C, B>A, C>A, C>B all but the last: 4 / 5
        "weighted_reciprocity": 0.75,  # 2·min(6, 5) + 2·min(1, 2) + 2·min(0, 2) = 12; of 6 + 1 + 5 + 2 + 2 = 16
        "density": 0.5556,  # 5 of 9 ties
        "calls": 12,
        "callers": 4,
        "top_three": 0.9167,  # (5 + 5 + 1) / 12
        "gini": 0.3333,  # x = 1, 1, 5, 5: 2·(1 + 2 + 15 + 20) / (4·12) - 5/4
    }


def test_pairs_by_hand() -> None:
    assert [tuple(r.values()) for r in _tables(_small())["pairs"]] == [("Ann", "Bob", 6, 6, 5, 5)]


def test_latencies_by_hand() -> None:
    """Minutes: Ann 2 five times, 20, 120; Bob 1 five times; Cis 40, 10, 15, 10; Dan none.

    All 16 in order: 1 1 1 1 1 2 2 2 2 2 10 10 15 20 40 120; the 90th percentile stands at 0.9·15 = 13.5: (20 + 40) / 2.
    Ann's stands at 0.9·6 = 5.4: 20 + 0.4·100.
    """
    columns = ("member", "n", "left_out", "median", "p90", "within_2", "within_15", "within_60")
    made = _tables(_small())["latencies"]
    assert [tuple(r[c] for c in columns) for r in made] == [
        (None, 16, 0, 2.0, 30.0, 0.625, 0.8125, 0.9375),
        ("Ann", 7, 0, 2.0, 60.0, 0.7143, 0.7143, 0.8571),
        ("Bob", 5, 0, 1.0, 1.0, 1.0, 1.0, 1.0),
        ("Cis", 4, 0, None, None, 0.0, 0.75, 1.0),
        ("Dan", 0, 0, None, None, None, None, None),
    ]
    assert {(r["to_read"], r["judged"], r["faster"], *r["faster_lines"]) for r in made} == {(0, 0, None)}


def test_a_post_of_an_outsider_counts_for_who_asked() -> None:
    people = [("Ann", True), ("Bob", True), ("Cis", True)]
    duties = [(0, "Bob", "late", 9, T0), (1, "Ann", "silent", None, None), (1, "Bob", "confirmed", 9, T0)]
    calls: list[Call] = [(4, T0, "Ann", "my client", []), (5, T0, "Cis", "Dan", [])]
    made = _tables(Chat(calls, duties, [], people).network())["ties"]
    assert [(r["giver"], r["receiver"], r["done"], r["lines"]) for r in made] == [
        ("Ann", "Cis", 0, []),
        ("Bob", "Ann", 1, [9]),
        ("Bob", "Cis", 1, [9]),
    ]


def _between(*duties: tuple[str, str, int, int]) -> Network:
    """Ties as giver, receiver, asked, done; each call asks one member."""
    calls, made = list[Call](), list[Duty]()
    for giver, receiver, asked, done in duties:
        for n in range(asked):
            line = 10 * len(calls) + 1
            calls.append((line, T0, receiver, receiver, []))
            said = (Status.CONFIRMED, line + 1, T0) if n < done else (Status.PROMISED, line + 1, None)
            made.append((len(calls) - 1, giver, *said))
    return Chat(calls, made, [], []).network()


@pytest.mark.parametrize(
    ("there", "back", "always"),
    [
        ((4, 4), (9, 9), False),  # asked too seldom
        ((5, 4), (9, 9), False),
        ((10, 9), (19, 17), False),  # 0.8947
        ((20, 20), (20, 17), False),
        ((20, 20), (0, 0), False),  # never asked back
        ((5, 5), (5, 5), True),
        ((10, 9), (20, 18), True),
    ],
)
def test_pairs_that_always_answer_each_other(there: tuple[int, int], back: tuple[int, int], always: bool) -> None:
    found = _between(("Bob", "Ann", *there), ("Ann", "Bob", *back))
    assert [tuple(r.values()) for r in _tables(found)["pairs"]] == ([("Ann", "Bob", *back, *there)] if always else [])


def test_the_circle_is_of_three_and_who_answered_first_goes_before() -> None:
    """Eve received 2 + 2 + 2 + 3 + 1 = 10: Dan gave most; of Cis, Bob and Ann, who gave as much, Cis and Bob came first."""
    found = _between(
        ("Fay", "Eve", 1, 1), ("Cis", "Eve", 3, 2), ("Bob", "Eve", 2, 2), ("Ann", "Eve", 2, 2), ("Dan", "Eve", 3, 3)
    )
    (eve,) = [r for r in _tables(found)["members"] if r["member"] == "Eve"]
    assert (eve["circle"], eve["circle_of"]) == (0.7, ["Dan", "Cis", "Bob"])


@pytest.mark.parametrize(("received", "circle"), [(4, None), (5, 1.0)])
def test_too_few_to_speak_of_a_circle(received: int, circle: float | None) -> None:
    (ann, bob) = _tables(_between(("Bob", "Ann", 9, received)))["members"]
    assert (ann["circle"], ann["circle_of"]) == (circle, ["Bob"] if circle else [])
    assert bob["circle"] is None


# -------------------------------------------------------------------------------------------------------------- reading

READ = ["read"]


@pytest.mark.parametrize(
    ("call", "reply", "asks", "rules", "expected"),  # times in seconds; expected: to_read, judged, faster
    [
        (0, 1, ["react"], [], (0, 0, None)),  # nobody asked to read
        (0, 1, [], [(3, None)], (0, 0, None)),  # a rule without seconds gives no measure
        (0, 1, [], [(11, 45)], (0, 0, None)),  # laid down after the call
        (0, 1, [], [(3, 45), (4, None)], (0, 0, None)),  # replaced by then
        (0, -1, READ, [], (0, 0, None)),  # the clock ran back
        (0, 0, READ, [], (1, 0, None)),  # whole minutes: up to 59 s may have passed
        (0, 60, READ, [], (1, 0, None)),
        (5, 60, READ, [], (1, 0, None)),  # a whole minute among seconds may be a phone that shows minutes
        (0, 0, [], [(3, 59)], (1, 0, None)),
        (0, 30, READ, [], (1, 1, 0)),  # as long as it takes
        (0, 61, READ, [], (1, 1, 0)),
        (0, 60, [], [(3, 119)], (1, 1, 0)),
        (0, 1, READ, [], (1, 1, 1)),
        (0, 29, READ, [], (1, 1, 1)),
        (50, 61, READ, [], (1, 1, 1)),
        (0, 44, [], [(3, 45)], (1, 1, 1)),
        (0, 44, READ, [(3, 45)], (1, 1, 1)),  # the rule's seconds hold
        (0, 15, READ, [(3, 10)], (1, 1, 0)),
        (0, 15, READ, [(3, 10), (4, None)], (1, 1, 1)),
        (0, 0, [], [(3, 60)], (1, 1, 1)),  # within the same minute is within 59 s
        (0, 60, [], [(3, 120)], (1, 1, 1)),
    ],
)
def test_sooner_than_one_can_read(
    call: int, reply: int, asks: list[str], rules: list[tuple[int, Any]], expected: tuple[int, int, int | None]
) -> None:
    at = [T0 + dt.timedelta(seconds=s) for s in (call, reply)]
    chat = Chat([(10, at[0], "Ann", "Ann", asks)], [(0, "Bob", "confirmed", 20, at[1])], rules, [("Ann", True)])
    made = _tables(chat.network())["latencies"]
    for r in made[0], made[2]:  # all together, and Bob
        assert (r["to_read"], r["judged"], r["faster"]) == expected
        assert r["faster_lines"] == ([20] if expected[2] else [])
        assert (r["n"], r["left_out"]) == ((1, 0) if reply >= call else (0, 1))


# ------------------------------------------------------------------------------------------------- recomputed at random

NAMES = ("Zoë", "anna", "Bob", "Ünal", "+31 6 12345678", "Eve 🌸", "Dan", "bob")
OTHERS = ("dan", "Aaltje", "Éric", "ids", "+44 20 7946 0000", "Oene", "Zus", "bea")  # another order


@cache
def _random(seed: int) -> Chat:
    """Up to eight members of uneven zeal; some calls share a line, some are for others or outsiders, clocks run back."""
    rng = np.random.default_rng(seed)
    people = [NAMES[n] for n in rng.permutation(len(NAMES))[: rng.integers(1, len(NAMES) + 1)]]
    zeal = dict(zip(people, rng.choice([0.1, 0.5, 0.95, 1.0], len(people)).tolist(), strict=True))
    steps = [60, 1][seed % 2]  # whole minutes, or seconds
    calls, duties = list[Call](), list[Duty]()
    line, now = 5, T0
    for _ in range(rng.integers(0, 50)):
        line += int(rng.integers(1, 4))
        now += dt.timedelta(seconds=steps * int(rng.integers(0, 20000 // steps)))
        caller = people[int(len(people) * rng.random() ** 2)]
        drops = range(len(calls), len(calls) + int(rng.integers(1, 3)))
        for _n in drops:
            whose = str(rng.choice([caller, caller, caller, *people, "my client"]))
            calls.append((line, now, caller, whose, list(rng.choice(["comment", "read", "share"], 1).tolist())))
        for who in people:
            if who == caller or rng.random() < 0.1:
                continue
            line += 1
            later = now + dt.timedelta(
                seconds=steps * int(np.floor((rng.exponential(120 * (1 + 59 * rng.random())) - 45) / steps))
            )
            for n in drops:
                if calls[n][3] == who:
                    continue
                if rng.random() < zeal[who]:
                    duties.append((n, who, str(rng.choice([Status.CONFIRMED, Status.LATE])), line, later))
                else:
                    status = str(rng.choice([Status.SILENT, Status.PROMISED, Status.EXCUSED]))
                    duties.append((n, who, status, None if status == Status.SILENT else line, None))
    rules = [(int(at), rng.choice([None, 10, 60, 90])) for at in np.sort(rng.integers(1, 300, 2))]
    members = [(name, bool(rng.random() < 0.8)) for name in people]
    return Chat(calls, sorted(duties, key=lambda d: d[0]), rules, members)


def _round(x: Fraction | None) -> float | None:
    return None if x is None else round(float(x), 4)


def _over(part: int | Fraction, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


def _percentile(values: Iterable[int], q: Fraction) -> Fraction | None:
    """Linear interpolation between the two values about place q·(n - 1); seconds to minutes."""
    order = sorted(values)
    if len(order) < 5:
        return None
    place = q * (len(order) - 1)
    low = int(place)
    high = min(low + 1, len(order) - 1)
    return (order[low] + (place - low) * (order[high] - order[low])) / 60


def _reading(chat: Chat, call: Call) -> int | None:
    values = [value for line, value in chat.rules if line < call[0]]
    if values and values[-1] is not None:
        return int(values[-1])
    return 30 if "read" in call[4] else None


def _latency(chat: Chat, member: str | None) -> Row:
    passed, left_out, to_read, judged, faster = [], 0, 0, 0, []
    for n, who, _, line, time in chat.duties:
        if time is None or member not in (None, who):
            continue
        seconds = int((time - chat.calls[n][1]).total_seconds())
        if seconds < 0:
            left_out += 1
            continue
        passed.append(seconds)
        reading = _reading(chat, chat.calls[n])
        if reading is not None:
            slack = 59 if time.second == 0 else 0
            to_read += 1
            judged += slack < reading
            faster += [line] if seconds + slack < reading else []
    n = len(passed)
    return {
        "member": member, "n": n, "left_out": left_out, "median": _round(_percentile(passed, Fraction(1, 2))),
        "p90": _round(_percentile(passed, Fraction(9, 10))),
        **{f"within_{m}": _round(_over(sum(s <= 60 * m for s in passed), n)) for m in (2, 15, 60)},
        "to_read": to_read, "judged": judged, "faster": len(faster) if judged else None,
        "faster_lines": sorted(set(faster)),
    }  # fmt: skip


def _expected(chat: Chat) -> tuple[dict[str, list[Row]], Row]:
    """Every table and figure, obligation by obligation."""
    known = {name for name, _ in chat.members}
    asked: Counter[tuple[str, str]] = Counter()
    done: Counter[tuple[str, str]] = Counter()
    lines: dict[tuple[str, str], set[int]] = {}
    for n, who, _, line, time in chat.duties:
        _, _, caller, whose, _ = chat.calls[n]
        tie = who, whose if whose in known else caller
        asked[tie] += 1
        if time is not None and line is not None:
            done[tie] += 1
            lines.setdefault(tie, set()).add(line)
    put_up = Counter(call[2] for call in chat.calls)
    names = sorted(
        {*put_up, *(g for g, _ in asked), *(r for _, r in asked), *({call[3] for call in chat.calls} & known)}
    )

    balances = []
    for name in names:
        gives = [tie for tie in asked if tie[0] == name]
        takes = [tie for tie in asked if tie[1] == name]
        given, received = sum(done[t] for t in gives), sum(done[t] for t in takes)
        givers = sorted((t for t in takes if done[t]), key=lambda t: (-done[t], min(lines[t])))
        circle = givers[:3] if received >= 5 else []
        balances.append({
            "member": name, "calls": put_up[name], "asked": sum(asked[t] for t in gives), "given": given,
            "expected": sum(asked[t] for t in takes), "received": received, "balance": given - received,
            "share_given": _round(_over(given, sum(asked[t] for t in gives))),
            "share_received": _round(_over(received, sum(asked[t] for t in takes))),
            "given_to": sum(done[t] > 0 for t in gives), "received_from": len(givers),
            "circle": _round(_over(sum(done[t] for t in circle), received)) if circle else None,
            "circle_of": [giver for giver, _ in circle],
        })  # fmt: skip

    def always(a: str, b: str) -> bool:
        return asked[a, b] >= 5 and Fraction(done[a, b], asked[a, b]) >= Fraction(9, 10)

    edges = [tie for tie in done if done[tie]]
    mutual = sum(2 * min(done[a, b], done[b, a]) for a, b in combinations(names, 2))
    counts = [put_up[name] for name in {*put_up, *(name for name, here in chat.members if here)}]
    apart = sum(abs(a - b) for a in counts for b in counts)  # Gini: half the mean difference, over the mean
    tables = {
        "ties": [
            {
                "giver": g, "receiver": r, "asked": asked[g, r], "done": done[g, r],
                "share": _round(_over(done[g, r], asked[g, r])), "lines": sorted(lines.get((g, r), ())),
            }
            for g, r in sorted(asked)
        ],
        "members": balances,
        "pairs": [
            dict(zip(PAIRS.names, (a, b, asked[a, b], done[a, b], asked[b, a], done[b, a]), strict=True))
            for a, b in combinations(names, 2) if always(a, b) and always(b, a)
        ],
        "latencies": [_latency(chat, None), *(_latency(chat, name) for name in names)] if names else [],
    }  # fmt: skip
    return tables, {
        "reciprocity": _round(_over(sum((b, a) in edges for a, b in edges), len(edges))),
        "weighted_reciprocity": _round(_over(mutual, sum(done.values()))),
        "density": _round(_over(len(edges), len(asked))),
        "calls": len(chat.calls),
        "callers": len(put_up),
        "top_three": _round(_over(sum(sorted(put_up.values())[-3:]), len(chat.calls))),
        "gini": _round(_over(apart, 2 * len(counts) * sum(counts))) if len(counts) > 1 else None,
    }


SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_recomputed(seed: int) -> None:
    chat = _random(seed)
    made = chat.network()
    tables, figures = _expected(chat)
    assert _tables(made) == tables
    assert _figures(made) == figures


def test_the_random_chats_hold_every_case() -> None:
    made = [(_tables(n), _figures(n)) for n in (_random(seed).network() for seed in SEEDS)]
    balances = [r for tables, _ in made for r in tables["members"]]
    latencies = [r for tables, _ in made for r in tables["latencies"]]
    assert any(tables["pairs"] for tables, _ in made)
    assert any(not figures["calls"] for _, figures in made)
    for rows, columns in ((balances, ("circle", "share_given", "share_received")), (latencies, ("median", "faster"))):
        for column in columns:
            assert any(r[column] is None for r in rows)
            assert any(r[column] not in (None, 0, 1) for r in rows)
    assert all(any(r[c] for r in latencies) for c in ("left_out", "to_read", "judged", "faster_lines"))
    assert any(r["balance"] < 0 < r["received"] for r in balances)


# ----------------------------------------------------------------------------------------------------------------- laws


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_law_4_names_carry_nothing(seed: int) -> None:
    chat, to = _random(seed), dict(zip(NAMES, OTHERS, strict=True)) | {None: None, "my client": "a friend"}
    renamed = Chat(
        [(line, time, to[a], to[b], asks) for line, time, a, b, asks in chat.calls],
        [(n, to[who], *rest) for n, who, *rest in chat.duties],
        chat.rules,
        [(to[who], here) for who, here in reversed(chat.members)],
    ).network()
    made = chat.network()
    assert _figures(renamed) == _figures(made)

    def names(table: str, r: Row) -> Row:
        whose = {"ties": ("giver", "receiver"), "members": ("member",), "pairs": ("a", "b"), "latencies": ("member",)}
        r = r | {c: to[r[c]] for c in whose[table]}
        if table == "members":
            r["circle_of"] = [to[giver] for giver in r["circle_of"]]
        if table == "pairs" and r["a"] > r["b"]:
            r = dict(
                zip(PAIRS.names, [r[c] for c in ("b", "a", "b_asked", "b_done", "a_asked", "a_done")], strict=True)
            )
        return r

    for table, found in _tables(renamed).items():
        expected = [names(table, r) for r in _tables(made)[table]]
        assert sorted(map(repr, found)) == sorted(map(repr, expected))


@pytest.mark.parametrize("weeks", [-260, 1, 53])
@pytest.mark.parametrize("seed", SEEDS[:6])
def test_law_5_time_carries_nothing_absolute(seed: int, weeks: int) -> None:
    chat, by = _random(seed), dt.timedelta(weeks=weeks)
    shifted = dataclasses.replace(
        chat,
        calls=[(line, time + by, *rest) for line, time, *rest in chat.calls],
        duties=[(*rest, time and time + by) for *rest, time in chat.duties],
    )
    assert _tables(shifted.network()) == _tables(chat.network())
    assert _figures(shifted.network()) == _figures(chat.network())


# ------------------------------------------------------------------------------------------------------------ agreement


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_networkx_agrees(seed: int) -> None:
    made = _random(seed).network()
    given = made.ties[made.ties["done"] > 0]
    graph = nx.from_pandas_edgelist(given, "giver", "receiver", "done", create_using=nx.DiGraph)
    graph.add_nodes_from(made.members["member"])
    for r in made.members.itertuples():
        assert (graph.out_degree(r.member), graph.in_degree(r.member)) == (r.given_to, r.received_from)
        assert graph.out_degree(r.member, "done") == r.given
        assert graph.in_degree(r.member, "done") == r.received
    if len(given):
        assert made.reciprocity == pytest.approx(nx.overall_reciprocity(graph), abs=5.1e-5)
    n = len(graph)
    if len(made.ties) and n > 1:  # networkx takes every ordered pair, we those of which one asked the other
        assert made.density == pytest.approx(nx.density(graph) * n * (n - 1) / len(made.ties), abs=5.1e-5)


def test_percentiles_are_numpys() -> None:
    seconds = [7, 60, 65, 200, 201, 4000, 86400]
    calls: list[Call] = [(10 * n, T0, "Ann", "Ann", []) for n in range(1, 8)]
    times = [T0 + dt.timedelta(seconds=s) for s in seconds]
    duties: list[Duty] = [(n, "Bob", "late", 10 * n + 15, time) for n, time in enumerate(times)]
    (all_, *_) = _tables(Chat(calls, duties, [], []).network())["latencies"]
    assert [all_["median"], all_["p90"]] == np.percentile(np.array(seconds) / 60, [50, 90]).round(4).tolist()


def test_figures_and_tables_are_all_that_a_network_holds() -> None:
    assert [f.name for f in dataclasses.fields(Network)] == [*TABLES, *FIGURES.names]
    assert all(isinstance(schema, Schema) and schema.name == f"network_{name}" for name, schema in TABLES.items())
    assert all(isinstance(getattr(_small(), name), pd.DataFrame) for name in TABLES)
