"""Load: silence first, a small chat by hand, every figure again in plain Python, laws 4 and 5."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from podaudit import ledger
from podaudit.dynamics.load import LOAD_DAYS, LOAD_MEMBERS, LOAD_WEEKS, Load, load
from podaudit.model import ABSENCES, CALLS, LEDGER, MEMBERS, REPLIES, rows
from tests.making import chat_of

Stay = tuple[dt.datetime | None, dt.datetime | None]
Group = dict[str, Any]  # the arguments of load, minutes excepted

EMPTY = chat_of("08:00 Ann: hallo")
ALWAYS: tuple[Stay, ...] = ((None, None),)
NOTHING = {
    "members": [], "weeks": [], "days": [], "obligations": 0, "done": 0, "hours_asked": 0.0, "hours_done": 0.0,
    "median_per_week": None, "highest_per_week": None,
}  # fmt: skip
SCHEMAS = {"members": LOAD_MEMBERS, "weeks": LOAD_WEEKS, "days": LOAD_DAYS}


def _at(day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    """A time in March 2024; the 4th, the 11th and the 18th are Mondays."""
    return dt.datetime(2024, 3, day, hour, minute)


def _group(
    present: dict[str, Sequence[Stay]],
    calls: Sequence[tuple[int, dt.datetime, str, str, dt.datetime | None]],
    said: Sequence[tuple[int, dt.datetime, str, str, str]],
    first: dt.datetime,
    last: dt.datetime,
) -> Group:
    """Calls: line, time, caller, post, due. Said: line, time, member, status, post."""
    called = CALLS.frame([
        {"line": line, "time": time, "caller": who, "beneficiary": who, "platform": "linkedin", "post_kind": "post",
         "url": key, "asks": [], "due": due, "why": "", "key": key}
        for line, time, who, key, due in calls
    ])  # fmt: skip
    line_of = {key: line for line, _, _, key, _ in calls}
    replies = REPLIES.frame([
        {"line": line, "member": who, "status": status, "call_line": line_of[key], "url": key, "why": "", "time": time,
         "key": key}
        for line, time, who, status, key in said
    ])  # fmt: skip
    members = MEMBERS.frame([
        {"name": name, "also": [], "messages": 0, "periods": [{"from": a, "until": b} for a, b in stays], "owner": False}
        for name, stays in present.items()
    ])  # fmt: skip
    chat = dataclasses.replace(EMPTY, present={name: tuple(stays) for name, stays in present.items()})
    book = ledger.settle(called, replies, ABSENCES.frame(), chat)
    return {"calls": called, "ledger": book, "replies": replies, "members": members, "first": first, "last": last}


def _plain(found: Load) -> dict[str, Any]:
    """Tables as lists of mappings, in place of frames."""
    return {
        f.name: [row._asdict() for row in rows(getattr(found, f.name))] if f.name in SCHEMAS else getattr(found, f.name)
        for f in dataclasses.fields(found)
    }


# --------------------------------------------------------------------------------------------------------------- silence


@pytest.mark.parametrize(("first", "last"), [(None, None), (_at(4), _at(20))])
def test_where_nothing_was_asked_there_is_no_load(first: dt.datetime | None, last: dt.datetime | None) -> None:
    members = MEMBERS.frame([("Ann", [], 3, None, None, [{"from": None, "until": None}], False)])
    found = load(CALLS.frame(), LEDGER.frame(), REPLIES.frame(), members, first, last, 3)
    assert _plain(found) == NOTHING | {"minutes_each": 3.0}
    for name, schema in SCHEMAS.items():
        assert getattr(found, name).dtypes.to_dict() == schema.frame().dtypes.to_dict()


def test_calls_that_nobody_was_asked_are_calls_and_no_load() -> None:
    found = _plain(load(**_group({"Ann": ALWAYS}, [(10, _at(5, 9), "Ann", "k", None)], [], _at(4), _at(12)), minutes=3))
    assert found["members"] == []
    assert found["days"] == [{"weekday": 1, "hour": 9, "calls": 1, "obligations": 0}]
    assert [(w["week"], w["calls"], w["members_asked"], w["per_member_asked"]) for w in found["weeks"]] == [
        ("2024-03-04", 1, 0, None),
        ("2024-03-11", 0, 0, None),
    ]
    assert (found["obligations"], found["median_per_week"], found["highest_per_week"]) == (0, None, None)


@pytest.mark.parametrize("minutes", [0, -1, -0.5, float("inf"), float("-inf"), float("nan")])
def test_minutes_that_no_obligation_takes_are_refused(minutes: float) -> None:
    with pytest.raises(ValueError, match="minutes per obligation"):
        load(CALLS.frame(), LEDGER.frame(), REPLIES.frame(), MEMBERS.frame(), None, None, minutes)


# --------------------------------------------------------------------------------------------------------------- by hand


def test_a_small_chat_by_hand() -> None:
    """Cis comes on Wednesday at noon and is gone when Friday begins; the export has nine days in two weeks."""
    present = {"Cis": [(_at(6, 12), _at(8))], "Bob": ALWAYS, "Ann": ALWAYS}
    calls = [
        (10, _at(4, 9), "Ann", "k10", None),  # Monday; asks Bob
        (20, _at(4, 18), "Ann", "k20", None),  # evening; two posts in one message: asks Bob twice
        (20, _at(4, 18), "Ann", "k21", None),
        (30, _at(6, 23), "Bob", "k30", None),  # night; asks Ann and Cis
        (40, _at(9, 6, 59), "Ann", "k40", None),  # Saturday, still night; asks Bob
        (50, _at(11, 9), "Ann", "k50", None),  # Monday; asks Bob; k10 is exactly seven days old
    ]
    said = [
        (21, _at(4, 18), "Bob", "done", "k20"),  # in the same minute
        (22, _at(4, 18), "Bob", "promise", "k21"),  # a promise leaves it open
        (31, _at(7, 8), "Cis", "done", "k30"),
        (55, _at(11, 9), "Bob", "done", "k10"),
    ]
    found = _plain(load(**_group(present, calls, said, _at(4, 8), _at(12, 20)), minutes=3))
    # Bob had open: 1 on Monday at 9; 3 at 18 (k20 is done after it was asked); on Saturday k10, k21, k40;
    # on the second Monday k10 (not older than seven days, and done on a later line), k21, k40, k50.
    none = [0] * 24
    assert found["members"] == [
        {
            "member": "Ann", "obligations": 1, "done": 0, "days_present": 9, "weeks_present": 2, "per_day": 0.1111,
            "per_week": 0.5, "busiest_day": "2024-03-06", "busiest_day_obligations": 1, "busiest_week": "2024-03-04",
            "busiest_week_obligations": 1, "most_open": 1, "most_open_at": _at(6, 23), "evenings": 0.0, "nights": 1.0,
            "weekends": 0.0, "hours": [*none[:23], 1], "minutes_each": 3.0, "hours_asked": 0.05, "hours_done": 0.0,
            "lines": [30],
        },
        {
            "member": "Bob", "obligations": 5, "done": 2, "days_present": 9, "weeks_present": 2, "per_day": 0.5556,
            "per_week": 2.5, "busiest_day": "2024-03-04", "busiest_day_obligations": 3, "busiest_week": "2024-03-04",
            "busiest_week_obligations": 4, "most_open": 4, "most_open_at": _at(11, 9), "evenings": 0.4, "nights": 0.2,
            "weekends": 0.2, "hours": [*none[:6], 1, 0, 0, 2, *none[10:18], 2, *none[19:]], "minutes_each": 3.0,
            "hours_asked": 0.25, "hours_done": 0.1, "lines": [10, 20],
        },
        {
            "member": "Cis", "obligations": 1, "done": 1, "days_present": 2, "weeks_present": 1, "per_day": 0.5,
            "per_week": 1.0, "busiest_day": "2024-03-06", "busiest_day_obligations": 1, "busiest_week": "2024-03-04",
            "busiest_week_obligations": 1, "most_open": 1, "most_open_at": _at(6, 23), "evenings": 0.0, "nights": 1.0,
            "weekends": 0.0, "hours": [*none[:23], 1], "minutes_each": 3.0, "hours_asked": 0.05, "hours_done": 0.05,
            "lines": [30],
        },
    ]  # fmt: skip
    assert [tuple(week.values()) for week in found["weeks"]] == [
        ("2024-03-04", 5, 6, 3, 3, 2.0, 3.0, 0.3),
        ("2024-03-11", 1, 1, 0, 1, 1.0, 3.0, 0.05),
    ]
    assert [tuple(slot.values()) for slot in found["days"]] == [
        (0, 9, 2, 2),
        (0, 18, 2, 2),
        (2, 23, 1, 2),
        (5, 6, 1, 1),
    ]
    # Weeks present: Ann 1 and 0, Bob 4 and 1, Cis 1.
    figures = {name: value for name, value in found.items() if name not in SCHEMAS}
    assert figures == {
        "minutes_each": 3.0, "obligations": 7, "done": 3, "hours_asked": 0.35, "hours_done": 0.15,
        "median_per_week": 1.0, "highest_per_week": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("age", "answer", "open_then"),
    [
        (dt.timedelta(days=7), None, 2),
        (dt.timedelta(days=7, minutes=1), None, 1),  # older than seven days
        (dt.timedelta(hours=1), (15, dt.timedelta(minutes=59)), 1),
        (dt.timedelta(hours=1), (15, dt.timedelta(hours=1)), 1),  # in the same minute, on a line before
        (dt.timedelta(hours=1), (25, dt.timedelta(hours=1)), 2),  # and on a line after
        (dt.timedelta(hours=1), (15, dt.timedelta(hours=-1)), 1),  # the clock ran back: answered before it was asked
    ],
)
def test_how_long_a_call_is_open(age: dt.timedelta, answer: tuple[int, dt.timedelta] | None, open_then: int) -> None:
    start = _at(4, 9)
    said = [(answer[0], start + answer[1], "Bob", "done", "a")] if answer else []
    calls = [(10, start, "Ann", "a", None), (20, start + age, "Ann", "b", None)]
    (bob,) = load(**_group({"Ann": ALWAYS, "Bob": ALWAYS}, calls, said, start, start + age), minutes=3).members[
        "most_open"
    ]
    assert bob == open_then


def test_a_day_counts_once_however_often_one_comes_and_goes() -> None:
    stays = [(None, _at(4, 10)), (_at(4, 11), _at(5)), (_at(6, 9), _at(6, 8)), (_at(20), None)]
    calls = [(10, _at(4, 9), "Ann", "a", None)]
    (bob,) = rows(load(**_group({"Ann": ALWAYS, "Bob": stays}, calls, [], _at(4, 8), _at(12)), minutes=3).members)
    assert (bob.days_present, bob.weeks_present) == (1, 1)


# ------------------------------------------------------------------------------------------------------- again, in Python

NAMES = ["Zoë", "ann", "Ann", "\U0001f98a fox", "\ufb01n"]  # by UTF-16 the fox would come before the ligature


BUSY = (2, 5, 6)  # random chats with calls enough for the laws to be about something


def _random(seed: int) -> Group:
    """A chat in which people come and go, answer early, late or never, and the clock now and then runs back."""
    rng = random.Random(seed)
    time = first = _at(rng.randint(1, 14), rng.randint(0, 23), rng.randint(0, 59))
    present: dict[str, list[list[Any]]] = {name: [[None, None]] if rng.random() < 0.7 else [] for name in NAMES}
    calls: list[tuple[int, dt.datetime, str, str, dt.datetime | None]] = []
    said: list[tuple[int, dt.datetime, str, str, str]] = []
    for line in range(10, 10 + rng.choice([3, 30, 200])):
        step = rng.choice([0, 0, 1, 5, 60, 600, 3000]) * (-1 if rng.random() < 0.15 else 1)
        time += dt.timedelta(minutes=step)
        who, what = rng.choice(NAMES), rng.random()
        if what < 0.4:
            for n in range(rng.choice([1, 1, 1, 3])):
                due = time + dt.timedelta(hours=rng.randint(0, 50)) if rng.random() < 0.5 else None
                calls.append((line, time, who, f"k{line}.{n}", due))
        elif what < 0.9 and calls:
            for _, _, caller, key, _ in rng.sample(calls[-12:], min(len(calls), rng.choice([1, 2, 5]))):
                if caller != who:
                    said.append((line, time, who, rng.choice(["done", "done", "done", "promise", "refuse"]), key))
        elif what > 0.95:
            stays = present[who]
            if stays and stays[-1][1] is None:
                stays[-1][1] = time
            else:
                stays.append([time, None])
    stayed = {name: [(a, b) for a, b in stays] for name, stays in present.items()}
    return _group(stayed, calls, said, first, time)


def _again(group: Group, minutes: float) -> dict[str, Any]:
    """What ``load`` should find, worked out call by call and day by day."""
    calls, book, said = ([*rows(group[name])] for name in ("calls", "ledger", "replies"))
    if not calls:
        return NOTHING | {"minutes_each": minutes}
    time_of = {c.key: c.time for c in calls}
    first, last = min(group["first"], *time_of.values()), max(group["last"], *time_of.values())
    days = [first.date() + dt.timedelta(days=n) for n in range((last.date() - first.date()).days + 1)]
    monday: Callable[[dt.date], str] = lambda day: (day - dt.timedelta(days=day.weekday())).isoformat()  # noqa: E731
    answered: dict[tuple[str, str], tuple[dt.datetime, int]] = {}
    for r in said:
        if r.status == "done":
            answered.setdefault((r.member, r.key), (r.time, r.line))
    periods = dict(zip(group["members"]["name"], group["members"]["periods"], strict=True))
    hours: Callable[[int], float] = lambda n: round(n * minutes / 60, 4)  # noqa: E731

    def there(name: str, day: dt.date) -> bool:
        begin = max(dt.datetime.combine(day, dt.time()), first)
        end = min(dt.datetime.combine(day, dt.time.max), last)
        return any(
            max(p["from"] or begin, begin) <= end and max(p["from"] or begin, begin) < (p["until"] or dt.datetime.max)
            for p in periods[name]
        )

    def open_at(name: str, when: dt.datetime, line: int) -> int:
        count = 0
        for o in own[name]:
            asked = (time_of[o.key], o.call_line)
            if asked == (when, line):
                count += 1
            elif asked < (when, line) and when - asked[0] <= dt.timedelta(days=7):
                count += answered.get((name, o.key), (dt.datetime.max, 0)) > (when, line)
        return count

    own = {
        name: [o for o in book if o.member == name]
        for name in sorted({o.member for o in book}, key=lambda n: [*map(ord, n)])
    }
    members, weekly = [], []
    for name, faced in own.items():
        times = [time_of[o.key] for o in faced]
        n, done = len(faced), sum((name, o.key) in answered for o in faced)
        by_day, by_week = Counter(t.date().isoformat() for t in times), Counter(monday(t.date()) for t in times)
        day, week = (min(c, key=lambda d: (-c[d], d)) for c in (by_day, by_week))
        present = [d for d in days if there(name, d)]
        weeks = {monday(d) for d in present}
        weekly += [by_week[w] for w in weeks]
        moments = sorted({(time_of[o.key], o.call_line) for o in faced})
        most = max(open_at(name, *m) for m in moments)
        members.append({
            "member": name, "obligations": n, "done": done, "days_present": len(present), "weeks_present": len(weeks),
            "per_day": round(n / len(present), 4), "per_week": round(n / len(weeks), 4), "busiest_day": day,
            "busiest_day_obligations": by_day[day], "busiest_week": week, "busiest_week_obligations": by_week[week],
            "most_open": most, "most_open_at": next(t for t, line in moments if open_at(name, t, line) == most),
            "evenings": round(sum("18:00" <= f"{t:%H:%M}" <= "22:59" for t in times) / n, 4),
            "nights": round(sum(not "07:00" <= f"{t:%H:%M}" <= "22:59" for t in times) / n, 4),
            "weekends": round(sum(f"{t:%a}" in ("Sat", "Sun") for t in times) / n, 4),
            "hours": [sum(t.hour == h for t in times) for h in range(24)], "minutes_each": minutes,
            "hours_asked": hours(n), "hours_done": hours(done),
            "lines": sorted({o.call_line for o in faced if time_of[o.key].date().isoformat() == day}),
        })  # fmt: skip
    weeks_made = []
    for week in sorted({monday(d) for d in days}):
        faced = [o for o in book if monday(time_of[o.key].date()) == week]
        asked, n = len({o.member for o in faced}), len(faced)
        weeks_made.append({
            "week": week, "calls": sum(monday(c.time.date()) == week for c in calls), "obligations": n,
            "done": sum((o.member, o.key) in answered for o in faced), "members_asked": asked,
            "per_member_asked": round(n / asked, 4) if asked else None, "minutes_each": minutes, "hours_asked": hours(n),
        })  # fmt: skip
    made, brought = (
        Counter((c.time.weekday(), c.time.hour) for c in calls),
        Counter((time_of[o.key].weekday(), time_of[o.key].hour) for o in book),
    )
    done = sum((o.member, o.key) in answered for o in book)
    return {
        "members": members, "weeks": weeks_made,
        "days": [{"weekday": d, "hour": h, "calls": made[d, h], "obligations": brought[d, h]} for d, h in sorted(made)],
        "minutes_each": minutes, "obligations": len(book), "done": done, "hours_asked": hours(len(book)),
        "hours_done": hours(done), "median_per_week": round(statistics.median(weekly), 4) if weekly else None,
        "highest_per_week": max(weekly, default=None),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_every_figure_again_in_plain_python(seed: int) -> None:
    group, minutes = _random(seed), [3.0, 1.5, 7.0][seed % 3]
    assert _plain(load(**group, minutes=minutes)) == _again(group, minutes)


def test_the_random_chats_hold_what_is_to_be_tested() -> None:
    groups = [_random(seed) for seed in range(60)]
    assert any(group["calls"].empty for group in groups)
    assert any(not group["calls"]["time"].is_monotonic_increasing for group in groups)
    assert any(group["calls"]["line"].duplicated().any() for group in groups)
    assert {status for group in groups for status in group["ledger"]["status"]} >= {"confirmed", "late", "silent"}
    assert any(len(p) > 1 for group in groups for p in group["members"]["periods"])
    assert max(most for group in groups for most in load(**group, minutes=3).members["most_open"]) > 9


# ------------------------------------------------------------------------------------------------------------------ laws


@pytest.mark.parametrize("seed", BUSY)
def test_law_4_names_carry_nothing(seed: int) -> None:
    group = _random(seed)
    to = dict(zip(NAMES, ["Mo", "zed", "Ülo", "B", "\U0001f43b"], strict=True))
    renamed = group | {
        name: group[name].assign(**{c: group[name][c].map(to) for c in columns})
        for name, columns in {
            "calls": ["caller", "beneficiary"], "ledger": ["member"], "replies": ["member"], "members": ["name"],
        }.items()
    }  # fmt: skip
    plain, found = _plain(load(**group, minutes=3)), _plain(load(**renamed, minutes=3))
    plain["members"] = sorted(
        (row | {"member": to[row["member"]]} for row in plain["members"]), key=lambda row: str(row["member"])
    )
    assert len(plain["members"]) > 1
    assert found == plain


@pytest.mark.parametrize("weeks", [-260, 1, 53])
@pytest.mark.parametrize("seed", BUSY)
def test_law_5_time_carries_nothing_absolute(seed: int, weeks: int) -> None:
    """Shifting the chat by whole weeks shifts the dates and changes nothing else."""
    group, by = _random(seed), dt.timedelta(weeks=weeks)

    def later(value: Any) -> Any:
        return None if value is None else value + by

    def date(value: str) -> str:
        return (dt.date.fromisoformat(value) + by).isoformat()

    periods = [[{end: later(p[end]) for end in p} for p in own] for own in group["members"]["periods"]]
    shifted = group | {
        "calls": group["calls"].assign(time=group["calls"]["time"] + by, due=group["calls"]["due"] + by),
        "replies": group["replies"].assign(time=group["replies"]["time"] + by),
        "members": group["members"].assign(periods=periods),
        "first": later(group["first"]), "last": later(group["last"]),
    }  # fmt: skip
    plain, found = _plain(load(**group, minutes=3)), _plain(load(**shifted, minutes=3))
    for row in plain["members"]:
        row |= {"busiest_day": date(row["busiest_day"]), "busiest_week": date(row["busiest_week"])}
        row["most_open_at"] += by
    for row in plain["weeks"]:
        row["week"] = date(row["week"])
    assert len(plain["members"]) > 1
    assert found == plain
