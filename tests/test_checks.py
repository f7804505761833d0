"""Rule checks: what a chat cannot show first, then what it shows, with exact verdicts and lines; and what is in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from podaudit import ledger, lexicon, window
from podaudit.checks import CHECKED, checks
from podaudit.detect.chat import Chat
from podaudit.lexicon.fold import fold
from podaudit.model import ABSENCES, CALLS, CHECKS, CLAIMS, PRESSURE, REPEATS, RULES
from podaudit.standing import Standing, in_force
from tests.making import audit_of, chat_of, post

T0 = dt.datetime(2024, 3, 4, 9)  # a Monday
MEMBERS = """
08:00 Ann heeft de groep "Pod" gemaakt
08:01 Ann heeft Bob en Cis toegevoegd
08:02 Ann: hallo
08:03 Bob: hoi
08:04 Cis: hoi
+20
10:00 Ann: hallo
"""  # lines 1 to 6; the export ends on Sunday the 24th
Call = tuple[int, float, str]
Shown = list[tuple[int, str, str, list[int]]]


@pytest.fixture(scope="module")
def chat() -> Chat:
    return chat_of(MEMBERS)


def _at(hours: float) -> dt.datetime:
    return T0 + dt.timedelta(hours=hours)


def _checks(
    chat: Chat,
    rules: list[tuple[int, str, Any]],
    calls: list[Call],
    claims: list[tuple[int, float, str, str, list[str]]] | None = None,
    absences: list[tuple[int, str, float, float]] | None = None,
    deadline: float | None = None,
) -> Any:
    """CHECKS of calls (line, hours after T0, caller) and claims (line, hours, member, status, names)."""
    ruled = RULES.frame([(line, kind, value, "Ann", T0, "", "", None) for line, kind, value in rules])
    called = CALLS.frame([
        {
            "line": line, "time": _at(h), "caller": who, "beneficiary": who, "platform": "linkedin",
            "post_kind": "activity", "post_id": f"{n}", "url": f"u{n}", "asks": [], "why": "", "key": f"k{n}",
            "deadline": _at(deadline) if deadline is not None else None,
        }
        for n, (line, h, who) in enumerate(calls)
    ])  # fmt: skip
    called = ledger.with_due(called, ruled)
    said = CLAIMS.frame([
        {
            "line": line, "time": _at(h), "member": who, "status": status, "names": names, "keys": [], "all": False,
            "inverse": False, "strict": False, "why": "",
        }
        for line, h, who, status, names in claims or []
    ])  # fmt: skip
    replies, _ = ledger.tie(called, said, chat)
    away = ABSENCES.frame([(line, who, _at(since), _at(until)) for line, who, since, until in absences or []])
    settled = ledger.settle(called, replies, away, chat)
    made = checks(chat, called, REPEATS.frame(), ruled, replies, away, settled, PRESSURE.frame(), lexicon.load())
    assert list(made.dtypes) == list(CHECKS.frame().dtypes)
    assert list(made.columns) == CHECKS.names
    return made


def _shown(made: Any, kind: str, member: str | None = None) -> Shown:
    part = made[(made["type"] == kind) & (made["member"] == member if member else True)]
    return list(zip(part["line"], part["member"], part["verdict"], part["lines"], strict=True))


# -------------------------------------------------------------------------------------------------------------- silence


def test_no_rules_no_checks(chat: Chat) -> None:
    assert len(_checks(chat, [], [(10, 0, "Ann")])) == 0
    assert len(_checks(chat, [(3, "quota", {"posts": 1, "per": "day"}), (3, "deadline", 60)], [])) == 0


def test_rules_that_a_chat_cannot_show_are_not_checked(chat: Chat) -> None:
    others = [(3, kind, None) for kind in ("react", "comment", "share", "secrecy", "no_retract", "answer_comments")]
    assert len(_checks(chat, others, [(10, 0, "Ann")])) == 0


def test_a_rule_obliges_nobody_before_it_was_laid_down(chat: Chat) -> None:
    late = [(10, kind, value) for kind, value in (
        ("deadline", 60), ("confirm", None), ("give_first", None), ("quota", {"posts": 0, "per": "day"}),
        ("window", "links alleen tussen 20:00 en 21:00"), ("report_absence", None),
    )]  # fmt: skip
    made = _checks(chat, late, [(8, 0, "Ann"), (9, 1, "Bob")], [(10, 2, "Cis", "excuse", ["Ann"])])
    assert len(made) == 0


@pytest.mark.parametrize("status", ["promise", "excuse", "refuse"])
@pytest.mark.parametrize("kind", ["deadline", "confirm", "give_first"])
def test_what_one_means_to_do_keeps_and_breaks_nothing(chat: Chat, status: str, kind: str) -> None:
    value = 60 if kind == "deadline" else None
    calls = [(10, 0.0, "Ann"), (30, 5.0, "Bob")]
    made = _checks(chat, [(3, kind, value)], calls, [(20, 0.1, "Bob", status, [])])
    expected = (30, "Bob", "unknown", [10, 30]) if kind == "give_first" else (10, "Bob", "unknown", [10, 20])
    assert _shown(made, kind, "Bob") == [expected]


def test_nothing_on_record_is_never_broken(chat: Chat) -> None:
    rules = [(3, "deadline", 60), (3, "confirm", None), (3, "give_first", None), (3, "report_absence", None)]
    made = _checks(chat, rules, [(10, 0, "Ann"), (20, 24, "Bob"), (30, 48, "Cis")])
    assert set(made["verdict"]) == {"unknown"}
    assert set(made["why"]) == {
        "nothing on record",
        "“done” on record by then for 0 of 1 calls by others, those of the seven days before",
        "“done” on record by then for 0 of 2 calls by others, those of the seven days before",
    }


# ------------------------------------------------------------------------------------------------ deadline and confirm


@pytest.mark.parametrize(
    ("value", "said", "verdict", "why"),
    [
        (60, 1.0, "kept", "wrote that it was done before the time was over"),
        (60, 1.5, "broken", "wrote that it was done 30 min after the time was over"),
        (60, 50.0, "broken", "wrote that it was done 2 d 1 h after the time was over"),
        (60, 1 + 20 / 3600, "broken", "wrote that it was done less than a minute after the time was over"),
        ("12:00", 3.0, "kept", "wrote that it was done before the time was over"),
        (None, 3.0, "unknown", "the time that the rule sets could not be read"),
    ],
)
def test_deadline(chat: Chat, value: Any, said: float, verdict: str, why: str) -> None:
    made = _checks(chat, [(3, "deadline", value)], [(10, 0, "Ann")], [(20, said, "Bob", "done", [])])
    assert _shown(made, "deadline") == [(10, "Bob", verdict, [10, 20]), (10, "Cis", "unknown", [10])]
    assert made["why"].tolist() == [why, "nothing on record"]
    assert made["rule_line"].tolist() == [3, 3]
    assert made["url"].tolist() == ["u0", "u0"]


def test_a_call_with_a_time_of_its_own_is_no_occasion_of_the_rule(chat: Chat) -> None:
    made = _checks(chat, [(3, "deadline", 60), (3, "confirm", "🐝")], [(10, 0, "Ann")], deadline=5)
    assert made["type"].tolist() == ["confirm", "confirm"]


def test_confirm_is_kept_late_as_well(chat: Chat) -> None:
    rules = [(3, "deadline", 60), (3, "confirm", None)]
    made = _checks(chat, rules, [(10, 0, "Ann")], [(20, 9, "Bob", "done", [])])
    assert _shown(made, "confirm") == [(10, "Bob", "kept", [10, 20]), (10, "Cis", "unknown", [10])]


def test_several_posts_in_a_message_are_an_occasion_each(chat: Chat) -> None:
    made = _checks(chat, [(3, "confirm", None)], [(10, 0, "Ann"), (10, 0, "Ann")], [(20, 1, "Bob", "done", [])])
    assert list(zip(made["url"], made["member"], made["verdict"], strict=True)) == [
        ("u0", "Bob", "unknown"), ("u0", "Cis", "unknown"), ("u1", "Bob", "kept"), ("u1", "Cis", "unknown"),
    ]  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- give first


@pytest.mark.parametrize(
    ("value", "done", "verdict", "lines"),
    [
        (None, ["Ann", "Bob"], "kept", [31, 32, 40]),
        (None, ["Bob"], "unknown", [10, 40]),
        (1, ["Bob"], "kept", [31, 40]),
        (1, ["Ann"], "unknown", [20, 40]),
        (3, ["Ann", "Bob"], "kept", [31, 32, 40]),
    ],
)
def test_give_first(chat: Chat, value: int | None, done: list[str], verdict: str, lines: list[int]) -> None:
    calls = [(10, 0.0, "Ann"), (20, 1.0, "Bob"), (40, 5.0, "Cis")]
    claims = [(31 + n, 2.0 + n, "Cis", "done", [name]) for n, name in enumerate(done)]
    made = _checks(chat, [(3, "give_first", value)], calls, claims)
    assert _shown(made, "give_first", "Cis") == [(40, "Cis", verdict, lines)]
    assert len(_shown(made, "give_first", "Ann")) == 0  # nothing stood before hers


def test_done_that_is_written_afterwards_does_not_show_the_order(chat: Chat) -> None:
    made = _checks(chat, [(3, "give_first", None)], [(10, 0, "Ann"), (20, 1, "Bob")], [(30, 2, "Bob", "done", [])])
    assert _shown(made, "give_first") == [(20, "Bob", "unknown", [10, 20])]


def test_calls_of_more_than_seven_days_ago_are_not_meant_by_all(chat: Chat) -> None:
    made = _checks(chat, [(3, "give_first", None)], [(10, 0, "Ann"), (20, 7 * 24 + 1, "Bob")])
    assert _shown(made, "give_first") == []


# ----------------------------------------------------------------------------------------------------- quota and window


@pytest.mark.parametrize(
    ("value", "hours", "expected"),
    [
        ({"posts": 1, "per": "day"}, [0, 24], [(10, "kept", [10]), (11, "kept", [11])]),
        ({"posts": 1, "per": "day"}, [0, 14.9], [(10, "broken", [10, 11])]),
        ({"posts": 1, "per": "day"}, [0, 15], [(10, "kept", [10]), (11, "kept", [11])]),
        ({"posts": 2, "per": "week"}, [0, 24, 150], [(10, "broken", [10, 11, 12])]),
        ({"posts": 2, "per": "week"}, [0, 24, 170], [(10, "kept", [10, 11]), (12, "kept", [12])]),
        ({"posts": 1, "per": "day"}, [20 * 24], [(10, "unknown", [10])]),  # the export ends on that day
        ({"posts": 1, "per": "day"}, [20 * 24, 20 * 24 + 1], [(10, "broken", [10, 11])]),
        ({"posts": 1, "per": "week"}, [19 * 24], [(10, "unknown", [10])]),  # and in that week
    ],
)
def test_quota(chat: Chat, value: Any, hours: list[float], expected: list[tuple[int, str, list[int]]]) -> None:
    calls = [(10 + n, h, "Ann") for n, h in enumerate(hours)]
    made = _checks(chat, [(3, "quota", value)], calls)
    assert [(line, verdict, lines) for line, _, verdict, lines in _shown(made, "quota", "Ann")] == expected


def test_two_posts_in_a_message_are_two(chat: Chat) -> None:
    made = _checks(chat, [(3, "quota", {"posts": 1, "per": "day"})], [(10, 0, "Ann"), (10, 0, "Ann"), (20, 1, "Bob")])
    assert _shown(made, "quota") == [(10, "Ann", "broken", [10]), (20, "Bob", "kept", [20])]
    assert made["why"].tolist()[0] == "2 posts put up that day, at most 1 allowed"


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (1, [("broken", [10, 20], 3)]),  # said again, it goes on
        (2, [("unknown", [10], 3), ("kept", [20], 15)]),
        (0, [("unknown", [10], 3), ("broken", [20], 15)]),
    ],
)
def test_a_limit_that_changes_on_the_day(chat: Chat, again: int, expected: list[tuple[str, list[int], int]]) -> None:
    rules = [(3, "quota", {"posts": 1, "per": "day"}), (15, "quota", {"posts": again, "per": "day"})]
    made = _checks(chat, rules, [(10, 0, "Ann"), (20, 1, "Ann")])
    assert list(zip(made["verdict"], made["lines"], made["rule_line"], strict=True)) == expected


def test_posts_from_before_the_limit_leave_it_open(chat: Chat) -> None:
    made = _checks(chat, [(15, "quota", {"posts": 1, "per": "day"})], [(10, 0, "Ann"), (20, 1, "Ann")])
    assert _shown(made, "quota") == [(20, "Ann", "unknown", [20])]


UNREAD = (
    "reageren tussen 9 en 10",  # of comments, not of posts
    "weekend is om uit te rusten",
    "links go up mon/wed/fri between 8:00 and 9:15 central",
    "no links on Sundays before 14:00",
    "no links on the first Monday",
    "geen linkjes na 20:00",
    "links between 8:00 and 9:00 except on Fridays",
    "posts tussen 9 en 1",
    None,
    5,
)
READ = (
    # words, Monday 9:00, Monday 9:31, Tuesday 20:15, Sunday 9:00
    ("Links alleen tussen 8:00 en 9:30", True, False, False, True),
    ("links alleen tussen 8 en 9 uur", None, False, None, None),  # in the morning or in the evening
    ("drop your link between 8 and 9 am only", True, False, False, True),
    ("posts from 9 to 21", True, True, True, True),
    ("geen posts in het weekend", True, True, True, False),
    ("No links on Sundays", True, True, True, False),
    ("niente link la domenica", True, True, True, False),
    ("rounds mardi + jeudi, on droppe entre 20h et 20h30, ni avant ni apres", False, False, True, False),
    ("links only Monday to Friday", True, True, True, False),
    ("rodada abre 9h e fecha 10h, link so nesse horario", True, True, False, True),
)
MOMENTS = (_at(0), _at(31 / 60), _at(35.25), _at(6 * 24))


@pytest.mark.parametrize("words", UNREAD, ids=str)
def test_windows_that_are_not_plain_stay_unread(words: Any) -> None:
    assert window.read(words, lexicon.load(), lambda hit: True) is None


@pytest.mark.parametrize(("words", *"abcd"), READ, ids=[row[0][:30] for row in READ])
def test_windows(words: str, a: bool, b: bool, c: bool, d: bool) -> None:
    held = window.read(words, lexicon.load(), lambda hit: len(hit.phrase) > 4 or hit.phrase in fold(words).split())
    assert held is not None
    assert [held.holds(moment) for moment in MOMENTS] == [a, b, c, d]


def test_window(chat: Chat) -> None:
    calls = [(10, 0.0, "Ann"), (20, 1.0, "Bob"), (20, 1.0, "Bob")]
    made = _checks(chat, [(3, "window", "Links alleen tussen 8:00 en 9:30")], calls)
    assert _shown(made, "window") == [(10, "Ann", "kept", [10]), (20, "Bob", "broken", [20])]
    assert made["why"].tolist() == [
        "put up on Mon at 09:00, within the rule's days and hours",
        "put up on Mon at 10:00, outside the rule's days and hours",
    ]
    unread = _checks(chat, [(3, "window", "alleen overdag graag")], calls)
    assert _shown(unread, "window") == [(10, "Ann", "unknown", [10]), (20, "Bob", "unknown", [20])]


# --------------------------------------------------------------------------------------------------- talk and absences


def test_no_chat_is_told_by_member_and_day() -> None:
    talk = chat_of(
        MEMBERS.partition("+20")[0]
        + """
        09:00 Bob: hoi hoi
        09:01 Bob: Wie weet er een goede bakker in de buurt van het station?
        09:02 Cis: Wat een mooie reactie onder mijn post, dank je wel allemaal zeg
        09:03 Cis: <Media weggelaten>
        09:04 Bob: Ik zag gisteren een ooievaar boven het dak van onze schuur
        09:05 Ann: gedaan
        +1
        09:00 Bob: ✅
        """
    )
    made = _checks(talk, [(3, "no_chat", None)], [(12, 0, "Ann")])
    assert _shown(made, "no_chat") == [
        (5, "Cis", "unknown", [5, 9, 10]),
        (8, "Bob", "broken", [8, 11]),
        (12, "Ann", "kept", [12]),
        (13, "Bob", "unknown", [13]),
    ]


def test_report_absence(chat: Chat) -> None:
    rules = [(3, "report_absence", None), (3, "deadline", 60)]
    claims = [(20, 0.5, "Bob", "excuse", []), (21, 3.0, "Cis", "excuse", [])]
    made = _checks(chat, rules, [(10, 0, "Ann")], claims, [(8, "Ann", 0, 40)])
    assert _shown(made, "report_absence") == [
        (8, "Ann", "kept", [8]), (20, "Bob", "kept", [10, 20]), (21, "Cis", "unknown", [10, 21]),
    ]  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- in force


def test_a_rule_is_in_force_from_the_message_after_it_until_the_next_of_its_type() -> None:
    rules = RULES.frame([
        (3, "deadline", 60, "Ann", T0, "", "", None), (3, "confirm", "🐝", "Ann", T0, "", "", None),
        (9, "deadline", 30, "Bob", T0, "", "", None), (9, "deadline", 20, "Bob", T0, "", "", 20),
    ])  # fmt: skip
    assert in_force(rules, 3) == {}
    for line, expected in ((4, {"deadline": 60, "confirm": "🐝"}), (9, {"deadline": 60, "confirm": "🐝"})):
        assert {kind: row.value for kind, row in in_force(rules, line).items()} == expected
    assert [(kind, row.value) for kind, row in in_force(rules, 10).items()] == [("confirm", "🐝"), ("deadline", 20)]
    assert Standing.of(rules).at("quota", 10) is None
    assert in_force(rules, 20).keys() == {"confirm", "deadline"}  # a rule holds up to the message that lifts it
    assert in_force(rules, 21).keys() == {"confirm"}


def test_the_ledger_and_the_checks_hold_the_same_rule_in_force(chat: Chat) -> None:
    rules = [(3, "deadline", 60), (20, "deadline", 30)]
    made = _checks(chat, rules, [(3, 0, "Ann"), (20, 1, "Ann"), (21, 2, "Ann")])
    assert sorted(set(zip(made["line"], made["rule_line"], strict=True))) == [(20, 3), (21, 20)]


# ------------------------------------------------------------------------------------------------------------ the whole


def test_the_audit_has_them_in_order() -> None:
    rules = "De regels: 1) iedereen liket en reageert op elke post 2) minstens vijf woorden 3) binnen 1 uur "
    rules += "4) zet een 🐝 als je klaar bent 5) maximaal 1 post per dag"
    script = f"""
    08:00 Ann heeft de groep "Pod" gemaakt
    08:01 Ann heeft Bob en Cis toegevoegd
    08:02 Ann: {rules}
    09:00 Bob: graag liken en reageren {post(1)}
    09:10 Ann: 🐝
    12:00 Cis: 🐝
    13:00 Bob: ook deze graag liken en reageren {post(2)}
    +1
    09:00 Cis: dank je wel
    """
    made = audit_of(script).checks
    assert list(zip(made["line"], made["type"], made["member"], made["verdict"], made["lines"], strict=True)) == [
        (4, "deadline", "Ann", "kept", [4, 5]),
        (4, "deadline", "Cis", "broken", [4, 6]),
        (4, "confirm", "Ann", "kept", [4, 5]),
        (4, "confirm", "Cis", "kept", [4, 6]),
        (4, "quota", "Bob", "broken", [4, 7]),
        (7, "deadline", "Ann", "unknown", [7]),
        (7, "deadline", "Cis", "unknown", [7]),
        (7, "confirm", "Ann", "unknown", [7]),
        (7, "confirm", "Cis", "unknown", [7]),
    ]
    assert set(made["type"]) <= set(CHECKED)
