"""The ledger: deadlines, tying replies to calls, statuses and their order, presence; law 3."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podaudit import ledger
from podaudit.detect.chat import Chat
from podaudit.model import ABSENCES, CALLS, CLAIMS, LEDGER, RULES, Status
from tests.making import chat_of

T0 = dt.datetime(2024, 3, 4, 9)
MEMBERS = """
08:00 Ann heeft de groep "Pod" gemaakt
08:01 Ann heeft Bob, Cis en Dan toegevoegd
08:02 Ann: hallo
08:03 Bob: hoi
08:04 Cis: hoi
08:05 Dan: hoi
"""


@pytest.fixture(scope="module")
def chat() -> Chat:
    return chat_of(MEMBERS)


def _calls(*rows: tuple[int, float, str]) -> ledger.pd.DataFrame:  # type: ignore[name-defined]
    """Calls as (line, hours after T0, caller)."""
    made = [
        {
            "line": line,
            "time": T0 + dt.timedelta(hours=h),
            "caller": who,
            "beneficiary": who,
            "platform": "linkedin",
            "post_kind": "activity",
            "post_id": str(line),
            "url": f"u{line}",
            "asks": [],
            "why": "",
            "key": f"k{line}",
        }
        for line, h, who in rows
    ]
    return CALLS.frame(made)


def _claims(*rows: dict[str, object]):  # type: ignore[no-untyped-def]
    base = {
        "names": [],
        "keys": [],
        "count": None,
        "all": False,
        "inverse": False,
        "strict": False,
        "until": None,
        "why": "",
    }
    return CLAIMS.frame(
        [base | {"status": "done", "time": T0 + dt.timedelta(hours=float(r["line"]) / 100)} | r for r in rows]
    )  # type: ignore[arg-type]


def _tied(chat: Chat, calls, *claims: dict[str, object]) -> list[tuple[int, str, str, int]]:  # type: ignore[no-untyped-def]
    replies, _ = ledger.tie(ledger.with_due(calls, RULES.frame()), _claims(*claims), chat)
    return [(r.line, r.member, r.status, r.call_line) for r in replies.itertuples()]


THREE = ((10, 0.0, "Ann"), (20, 1.0, "Bob"), (30, 2.0, "Ann"))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({}, [30]),  # the latest by another
        ({"member": "Ann"}, [20]),  # never one's own
        ({"count": 2}, [20, 30]),
        ({"count": 5}, [10, 20, 30]),
        ({"count": 9}, []),  # «10/10 would come again»
        ({"all": True}, [10, 20, 30]),
        ({"names": ["Bob"]}, [20]),
        ({"names": ["Ann"]}, [30]),
        ({"names": ["Ann"], "count": 2}, [10, 30]),
        ({"names": ["Ann", "Bob"]}, [20, 30]),
        ({"names": ["Bob"], "all": True, "inverse": True}, [10, 30]),
        ({"names": ["Dan"], "strict": True}, []),  # Dan has no call, and the words speak of Dan's only
        ({"names": ["Dan"]}, [30]),
        ({"names": ["Cis"]}, [30]),  # oneself
        ({"keys": ["k10"]}, [10]),
        ({"keys": ["nowhere"]}, []),
        ({"line": 25}, [20]),  # calls to come are not meant
    ],
)
def test_which_calls_a_claim_speaks_of(chat: Chat, claim: dict[str, object], expected: list[int]) -> None:
    one = {"line": 300, "member": "Cis"} | claim
    assert [c for *_, c in _tied(chat, _calls(*THREE), one)] == expected


def test_whose_calls_are_all_confirmed_is_not_said_of_another(chat: Chat) -> None:
    bob = {"line": 300, "member": "Cis", "names": ["Bob"]}
    found = _tied(chat, _calls(*THREE), bob, bob | {"line": 301}, bob | {"line": 302, "all": True})
    assert [(line, call) for line, *_, call in found] == [(300, 20), (302, 10), (302, 30)]


def test_a_confirmed_call_is_not_meant_again(chat: Chat) -> None:
    found = _tied(chat, _calls(*THREE), *({"line": n, "member": "Cis"} for n in (300, 301, 302, 303)))
    assert [c for *_, c in found] == [30, 20, 10]


def test_a_promise_leaves_the_call_open(chat: Chat) -> None:
    found = _tied(
        chat, _calls(*THREE), {"line": 300, "member": "Cis", "status": "promise"}, {"line": 301, "member": "Cis"}
    )
    assert [(s, c) for _, _, s, c in found] == [("promise", 30), ("done", 30)]


def test_calls_older_than_seven_days_are_reached_by_name_only(chat: Chat) -> None:
    old = _calls((10, 0.0, "Ann"))
    late = {"line": 11, "member": "Cis", "time": T0 + dt.timedelta(days=7, minutes=1)}
    assert _tied(chat, old, late) == []
    assert _tied(chat, old, late | {"names": ["Ann"]}) == [(11, "Cis", "done", 10)]
    assert _tied(chat, old, late | {"time": T0 + dt.timedelta(days=7)}) == [(11, "Cis", "done", 10)]


def test_calls_before_joining_are_reached_by_name_only() -> None:
    chat = chat_of(MEMBERS + "10:00 Ann heeft Eve toegevoegd\n10:01 Eve: hoi\n")
    calls = _calls((5, 0.0, "Ann"), (50, 2.0, "Ann"))
    claim = {"line": 300, "member": "Eve", "time": T0 + dt.timedelta(hours=3), "all": True}
    assert [c for *_, c in _tied(chat, calls, claim)] == [50]
    assert [c for *_, c in _tied(chat, calls, claim | {"all": False, "names": ["Ann"], "count": 2})] == [5, 50]


@pytest.mark.parametrize(
    ("value", "hour", "due"),
    [
        (120, 9, "2024-03-04T11:00"),
        ("12:00", 9, "2024-03-04T12:00"),
        ("12:00", 13, "2024-03-05T12:00"),
        ("12:00", 12, "2024-03-05T12:00"),
        ("24:00", 9, "2024-03-05T00:00"),
        (None, 9, None),
    ],
)
def test_due_by_the_rule_in_force(value: object, hour: int, due: str | None) -> None:
    calls = _calls((10, hour - 9, "Ann"))
    rules = RULES.frame([(3, "deadline", value, "Ann", T0, "", "", None)])
    (found,) = ledger.with_due(calls, rules)["due"]
    assert (None if found != found else found.isoformat()[:16]) == due


def test_a_later_rule_holds_from_then_on() -> None:
    rules = RULES.frame([(3, "deadline", 60, "Ann", T0, "", "", None), (15, "deadline", 30, "Ann", T0, "", "", None)])
    due = ledger.with_due(_calls((2, 0, "Ann"), (10, 0, "Ann"), (20, 0, "Ann")), rules)["due"]
    assert [None if d != d else (d - T0).seconds // 60 for d in due] == [None, 60, 30]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([], "silent"),
        ([("promise", 1)], "promised"),
        ([("promise", 1), ("refuse", 2)], "refused"),
        ([("refuse", 1), ("excuse", 2)], "excused"),
        ([("excuse", 1), ("done", 59)], "confirmed"),
        ([("done", 60)], "confirmed"),
        ([("done", 61)], "late"),
        ([("refuse", 1), ("done", 600)], "late"),
    ],
)
def test_the_first_status_that_applies(chat: Chat, said: list[tuple[str, int]], status: str) -> None:
    rules = RULES.frame([(3, "deadline", 60, "Ann", T0, "", "", None)])
    calls = ledger.with_due(_calls((10, 0.0, "Ann")), rules)
    claims = _claims(
        *(
            {"line": 20 + n, "member": "Bob", "status": s, "time": T0 + dt.timedelta(minutes=m)}
            for n, (s, m) in enumerate(said)
        )
    )
    replies, absences = ledger.tie(calls, claims, chat)
    settled = ledger.settle(calls, replies, absences, chat)
    assert dict(zip(settled["member"], settled["status"], strict=True))["Bob"] == status


def test_an_absence_excuses_the_calls_made_within_it(chat: Chat) -> None:
    calls = ledger.with_due(_calls((10, 0.0, "Ann"), (20, 2.0, "Ann"), (30, 50.0, "Ann")), RULES.frame())
    away = ABSENCES.frame([(15, "Bob", T0 + dt.timedelta(hours=1), T0 + dt.timedelta(hours=40))])
    settled = ledger.settle(calls, ledger.REPLIES.frame(), away, chat)
    bob = settled[settled["member"] == "Bob"]
    assert list(zip(bob["call_line"], bob["status"], strict=True)) == [(10, "silent"), (20, "excused"), (30, "silent")]
    assert bob["line"].tolist()[1] == 15


def test_nobody_is_asked_who_was_not_there() -> None:
    chat = chat_of(MEMBERS + "10:00 Ann heeft Bob verwijderd\n10:30 Dan heeft de groep verlaten\n")
    settled = ledger.settle(
        ledger.with_due(_calls((10, 0.5, "Ann"), (50, 3.0, "Ann")), RULES.frame()),
        ledger.REPLIES.frame(),
        ABSENCES.frame(),
        chat,
    )
    asked = settled.groupby("call_line")["member"].agg(sorted)
    assert asked[10] == ["Bob", "Cis", "Dan"]
    assert asked[50] == ["Cis"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Bob", "Cis"]), st.floats(0, 300)), max_size=8),
    st.lists(
        st.tuples(
            st.sampled_from(["Ann", "Bob", "Cis", "Dan"]),
            st.sampled_from(["done", "promise", "excuse", "refuse"]),
            st.booleans(),
            st.integers(1, 400),
        ),
        max_size=20,
    ),
)
def test_law_3_the_ledger_balances(calls: list[tuple[str, float]], said: list[tuple[str, str, bool, int]]) -> None:
    chat = chat_of(MEMBERS)
    book = ledger.with_due(
        _calls(*((10 * (n + 1), h, who) for n, (who, h) in enumerate(sorted(calls, key=lambda c: c[1])))), RULES.frame()
    )
    claims = _claims(
        *(
            {"line": n, "member": m, "status": s, "all": a, "time": T0 + dt.timedelta(hours=n)}
            for m, s, a, n in sorted(said, key=lambda x: x[3])
        )
    )
    replies, absences = ledger.tie(book, claims, chat)
    settled = ledger.settle(book, replies, absences, chat)
    assert list(settled.columns) == LEDGER.names
    assert Counter(settled["call_line"]) == dict.fromkeys(book["line"], 3)
    assert set(settled["status"]) <= set(Status)
    assert not settled.duplicated(["call_line", "key", "member"]).any()


def _meant(
    claim: dict[str, Any], calls: list[tuple[int, dt.datetime, str]], confirmed: set[int], joined: list[dt.datetime]
) -> list[int]:
    """Lines of the calls that a claim means, read off codebook section 3 call by call. ``calls``: line, time, caller."""

    def open_(named: str | None = None) -> list[int]:
        return [
            line for n, (line, _, who) in reversed(list(enumerate(calls)))
            if line < claim["line"] and who != claim["member"] and line not in confirmed and named in (None, who)
            and (named or max(time for _, time, _ in calls[: n + 1]) >= since)
        ]  # fmt: skip

    since = max([claim["time"] - dt.timedelta(days=7), *(at for at in joined if at <= claim["time"])])
    names, count = claim["names"], claim["count"]
    if claim["keys"]:
        return [
            line for line in (int(key[1:]) for key in claim["keys"]) if line in {x for c in "ABCD" for x in open_(c)}
        ]
    named = [line for name in names for line in open_(name)[: count if count and len(names) == 1 else 1]]
    others = [line for line in open_() if line not in named]
    if claim["inverse"]:
        return others[:count]
    if named:
        return [*dict.fromkeys(named), *others[: max(0, count - len(named)) if count and len(names) > 1 else 0]]
    of_them = [
        n for n, (line, _, who) in enumerate(calls)
        if line < claim["line"] and who in names and who != claim["member"] and max(t for _, t, _ in calls[: n + 1]) >= since
    ]  # fmt: skip
    strict = claim["strict"] or (of_them and not count and not claim["all"])  # all of theirs are confirmed
    found = [] if strict else others[: None if claim["all"] else count or 1]
    return [] if count and count > len(found) + 2 else found


_CLAIM = st.fixed_dictionaries({
    "line": st.integers(1, 300), "member": st.sampled_from("ABCD"), "status": st.sampled_from(["done", "promise"]),
    "names": st.lists(st.sampled_from("ABCDX"), max_size=2, unique=True), "count": st.sampled_from([None, None, 1, 2, 5]),
    "keys": st.lists(st.integers(1, 12).map(lambda n: f"k{20 * n}"), max_size=1), "all": st.booleans(),
    "inverse": st.booleans(), "strict": st.booleans(), "hours": st.floats(-30, 30),
})  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 300)), max_size=10),
    st.lists(_CLAIM, max_size=25),
    st.lists(st.integers(0, 300), max_size=2),
)
def test_claims_are_tied_as_the_codebook_has_it(
    callers: list[tuple[str, float]], said: list[dict[str, Any]], joined: list[int]
) -> None:
    """Also where clocks run back, members come twice, and a call is confirmed out of turn."""
    hour = dt.timedelta(hours=1)
    calls = [(20 * (n + 1), T0 + (20 * n + h) * hour, who) for n, (who, h) in enumerate(callers)]
    came = [T0 + n * hour for n in joined]
    chat = dataclasses.replace(chat_of(MEMBERS), present={"A": tuple((at, None) for at in came)})
    claims = [c | {"time": T0 + (c["line"] + c["hours"]) * hour} for c in sorted(said, key=lambda c: int(c["line"]))]
    confirmed: dict[str, set[int]] = {member: set() for member in "ABCD"}
    expected = []
    for claim in claims:
        member = claim["member"]
        meant = sorted(_meant(claim, calls, confirmed[member], came if member == "A" else []))
        expected += [(claim["line"], member, claim["status"], line) for line in meant]
        confirmed[member].update(meant if claim["status"] == "done" else ())
    table = _calls(*((line, (time - T0) / hour, who) for line, time, who in calls))
    assert _tied(chat, table, *({k: v for k, v in c.items() if k != "hours"} for c in claims)) == expected


def test_nobody_is_asked_between_two_stays_even_where_clocks_run_back(chat: Chat) -> None:
    spans = ((None, 1.0), (3.0, 2.0), (2.4, 2.6), (4.0, None))
    stays = tuple(tuple(None if h is None else T0 + dt.timedelta(hours=h) for h in span) for span in spans)
    there = dataclasses.replace(chat, present={"Bob": stays})
    calls = _calls(*((10 * (n + 1), h, "Ann") for n, h in enumerate((0.5, 5.0, 1.0, 2.5, 4.0, 3.9))))
    settled = ledger.settle(ledger.with_due(calls, RULES.frame()), ledger.REPLIES.frame(), ABSENCES.frame(), there)
    assert settled["call_line"].tolist() == [10, 20, 40, 50]
    assert settled["call_line"].tolist() == [
        line for line, time in zip(calls["line"], calls["time"], strict=True) if there.here("Bob", time)
    ]


def test_of_two_absences_the_first_decides_and_words_about_the_call_before_both(chat: Chat) -> None:
    calls = ledger.with_due(_calls((10, 1.0, "Ann"), (20, 2.0, "Ann")), RULES.frame())
    away = ABSENCES.frame([
        (3, "Bob", T0, T0 + dt.timedelta(hours=2)), (4, "Bob", T0, T0 + dt.timedelta(hours=9)), (5, "Eve", T0, T0),
    ])  # fmt: skip
    said = {"line": 25, "member": "Bob", "names": ["Ann"], "time": T0 + dt.timedelta(hours=2)}
    replies, _ = ledger.tie(calls, _claims(said | {"status": "excuse"}, said | {"line": 26, "status": "refuse"}), chat)
    bob = ledger.settle(calls, replies, away, chat).query("member == 'Bob'")
    assert list(zip(bob["call_line"], bob["status"], bob["line"], strict=True)) == [
        (10, "excused", 3),
        (20, "excused", 25),
    ]
