"""Replies: what is none, then what is, with the calls they speak of; signs that a group makes for itself."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from podaudit import ledger, lexicon
from podaudit.audit import audit
from podaudit.detect.chat import view
from podaudit.detect.replies import claims
from podaudit.detect.signs import Sign, first_answers, learn, stems, words_of
from podaudit.detect.signs import said as said_in
from podaudit.lexicon.fold import fold
from podaudit.links import find
from podaudit.model import CALLS, RULES, Options
from tests.making import chat_of, export_of, post

FIXTURES = Path(__file__).parent.parent / "fixtures" / "replies"

MEMBERS = """
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca en Dirk toegevoegd
08:02 Anna: hallo
08:03 Bob: hoi
08:04 Cisca: hoi
08:05 Dirk: hoi
"""
CALLED = f"09:00 Anna: {post(1, 'anna')}\n09:30 Bob: {post(2, 'bob')}\n"
ANNA, BOB = 7, 8
NO_RULES = RULES.frame()


def _replies(script: str, rules=NO_RULES) -> list[tuple[str, str, int]]:  # type: ignore[no-untyped-def]
    """(member, status, line of the call) of every reply; every post link in the script is its sender's call."""
    e = export_of(MEMBERS + script)
    links = find(e.messages["line"].to_numpy(), e.messages["text"], e.source.last)
    chat = view(e.messages, e.members, e.membership, links)
    who = dict(zip(chat.lines, zip(chat.members, chat.times, strict=True), strict=True))
    first = links.drop_duplicates("key")
    made = CALLS.frame(
        [
            {
                "line": x.line,
                "time": who[x.line][1],
                "caller": who[x.line][0],
                "beneficiary": who[x.line][0],
                "platform": x.platform,
                "post_kind": x.kind,
                "post_id": x.post_id,
                "url": x.url,
                "asks": [],
                "why": "",
                "key": x.key,
            }
            for x in first.itertuples()
        ]
    )
    replies, _ = ledger.tie(ledger.with_due(made, rules), claims(chat, links, made, rules, lexicon.load()), chat)
    return [(r.member, r.status, r.call_line) for r in replies.itertuples()]


def test_without_calls_there_are_no_replies() -> None:
    assert _replies("09:00 Anna: gedaan ✅") == []


@pytest.mark.parametrize(
    "line",
    [
        "10:00 Cisca: wie gaat er vrijdag mee naar de borrel?",
        "10:00 Cisca: is dit al gedaan?",
        "10:00 Cisca: nog niet gedaan",
        "10:00 Bob: dank jullie wel voor de reacties!",
        "10:00 Dirk: vrijdag borrel bij mij\n10:01 Dirk: om acht uur\n10:02 Dirk: neem wat mee\n10:05 Cisca: 👍",
        "10:00 Cisca: dit is een heel lang verhaal over mijn weekend in de bergen waar het regende en wij met zijn allen in "
        "een hutje zaten met een kaartspel en veel te weinig eten zodat iedereen blij was toen het eindelijk klaar was met "
        "die regen en wij naar huis konden",
        "10:00 Dirk: Stand van de week:\nAnna ✅✅\nBob ✅\nCisca ...\nwie mist?",
    ],
)
def test_no_reply(line: str) -> None:
    assert _replies(CALLED + line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10:00 Cisca: gedaan ✅", [("Cisca", "done", BOB)]),
        ("10:00 Cisca: done!", [("Cisca", "done", BOB)]),
        ("10:00 Cisca: @Anna gedaan", [("Cisca", "done", ANNA)]),
        ("10:00 Cisca: Anna en Bob ✅", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: ✅✅", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: 2/2", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: allebei gedaan", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: alles gedaan", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: Bob gedaan, Anna doe ik vanavond", [("Cisca", "done", BOB), ("Cisca", "promise", ANNA)]),
        ("10:00 Cisca: doe ik straks", [("Cisca", "promise", BOB)]),
        ("10:00 Cisca: deze sla ik over", [("Cisca", "refuse", BOB)]),
        ("10:00 Bob: gedaan", [("Bob", "done", ANNA)]),  # never his own
        (f"10:00 Cisca: gedaan: {post(1, 'anna')}", [("Cisca", "done", ANNA)]),
        ("10:00 Cisca: gedaan\n10:05 Cisca: en Anna ook gedaan", [("Cisca", "done", BOB), ("Cisca", "done", ANNA)]),
        (
            f"10:00 Cisca: Anna en Bob gedaan! Nu de mijne {post(3, 'cisca')}",
            [("Cisca", "done", ANNA), ("Cisca", "done", BOB)],
        ),
        (
            f"10:00 Cisca: drie regels geleverd bij Anna, nu de mijne {post(3, 'cisca')}",
            [("Cisca", "done", ANNA)],
        ),
        ("10:00 Cisca: Anna ✅ Bob na het eten", [("Cisca", "done", ANNA), ("Cisca", "promise", BOB)]),
        ("10:00 Cisca: 2/2 en Anna wat een verhaal", [("Cisca", "done", ANNA), ("Cisca", "done", BOB)]),
        ("10:00 Cisca: Bob heeft net een reactie van mij gekregen", [("Cisca", "done", BOB)]),
        ("10:00 Cisca: bij de bakker langs, hartje gegeven", [("Cisca", "done", BOB)]),
        (
            f"10:00 Cisca: mijn post {post(5, 'cisca')} jullie heb ik al gedaan",
            [("Cisca", "done", ANNA), ("Cisca", "done", BOB)],
        ),
        # Answers that no book knows count once the group answers so.
        (
            "10:00 Cisca: ligt in het mandje\n10:01 Dirk: ligt in het mandje!",
            [("Cisca", "done", BOB), ("Dirk", "done", BOB)],
        ),
        ("10:00 Cisca: vanavond na het eten", [("Cisca", "promise", BOB)]),
        (
            "10:00 Cisca: 2/2 ✅. Ik ben op vakantie t/m zondag, dus tot dan",
            [("Cisca", "done", ANNA), ("Cisca", "done", BOB)],
        ),
    ],
)
def test_replies(line: str, expected: list[tuple[str, str, int]]) -> None:
    assert sorted(_replies(CALLED + line)) == sorted(expected)


ANSWERS = tomllib.loads((FIXTURES / "answers.toml").read_text(encoding="utf-8"))
BEFORE = f"""
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca en Dirk toegevoegd
08:02 Anna: Rules: like and comment on every post within 2 hours, confirm with ✅
08:10 Cisca: mine, like and comment please {post(2, "cisca")}
08:20 Dirk: ✅
08:21 Bob: ✅
08:30 Dirk: mine, like and comment please {post(3, "dirk")}
08:40 Cisca: ✅
08:41 Bob: ✅
08:50 Bob: mine, like please {post(4, "bob")}
08:55 Anna: ✅
+9
09:00 Anna: new one, like and comment please {post(1, "anna")}
09:10 Cisca: ✅
"""


@pytest.mark.parametrize(("status", "text"), [(s, t) for s, texts in ANSWERS.items() for t in texts])
def test_what_members_answer_in_seven_languages(status: str, text: str) -> None:
    a = audit(export_of(f"{BEFORE}09:20 Bob: {text}"), Options())
    line = int(a.messages["line"].iloc[-1])
    told = a.replies.loc[a.replies["line"] == line, "status"].tolist() + ["absence"] * len(a.absences)
    assert told == ([] if status == "none" else [status])


def test_a_member_shown_as_a_number_is_known_by_what_others_write() -> None:
    chat = chat_of(
        MEMBERS
        + f"""
        09:00 +31 6 12345678: {post(5, "x")}
        09:05 Bob: Marzia ✅
        09:06 Cisca: ook Marzia ✅
        """
    )
    assert chat.names.members_in("marzia") == ["+31 6 12345678"]


def test_two_letters_that_are_always_a_capital_are_a_name() -> None:
    lines = "".join(f"09:0{n} {who}: Ci staat\n" for n, who in enumerate(["Anna", "Bob", "Dirk", "Anna"]))
    assert chat_of(MEMBERS + lines).names.members_in("ci") == ["Cisca"]
    assert chat_of(MEMBERS + lines + "09:09 Bob: ci vediamo\n").names.members_in("ci") == []


def test_an_absence_with_a_period_is_no_reply_but_excuses() -> None:
    e = export_of(MEMBERS + CALLED + "10:00 Cisca: ben op vakantie t/m zondag")
    links = find(e.messages["line"].to_numpy(), e.messages["text"], e.source.last)
    chat = view(e.messages, e.members, e.membership, links)
    called = CALLS.frame(
        [
            {
                "line": ANNA,
                "time": dt.datetime(2024, 3, 4, 9),
                "caller": "Anna",
                "beneficiary": "Anna",
                "platform": "linkedin",
                "post_kind": "activity",
                "post_id": "1",
                "url": "u",
                "asks": [],
                "why": "",
                "key": "k",
            }
        ]
    )
    replies, absences = ledger.tie(
        ledger.with_due(called, NO_RULES), claims(chat, links, called, NO_RULES, lexicon.load()), chat
    )
    assert len(replies) == 0
    assert [(a.member, a.until.date()) for a in absences.itertuples()] == [("Cisca", dt.date(2024, 3, 10))]


def test_a_sign_that_nobody_listed_is_learnt_from_where_it_stands() -> None:
    rounds = "".join(
        f"+1\n09:00 Anna: {post(10 + n, 'anna')}\n09:05 Bob: hooplakee\n09:06 Cisca: hooplakee\n20:00 Dirk: en verder nog nieuws\n"
        for n in range(4)
    )
    found = _replies(rounds)
    assert {(m, s) for m, s, _ in found} == {("Bob", "done"), ("Cisca", "done")}
    assert len(found) == 8


def test_a_word_used_all_over_the_chat_is_no_sign() -> None:
    rounds = "".join(
        f"+1\n09:00 Anna: {post(10 + n, 'anna')}\n09:05 Bob: gezellig\n09:06 Cisca: gezellig\n"
        + "".join(f"{h}:00 Dirk: gezellig weer {h}\n" for h in range(10, 22))
        for n in range(4)
    )
    e = export_of(MEMBERS + rounds)
    links = find(e.messages["line"].to_numpy(), e.messages["text"], e.source.last)
    chat = view(e.messages, e.members, e.membership, links)
    lines = [n for n, t in zip(chat.lines, chat.texts, strict=True) if "linkedin" in t]
    called = CALLS.frame(
        [
            {
                "line": n,
                "time": dt.datetime(2024, 3, 4),
                "caller": "Anna",
                "beneficiary": "Anna",
                "platform": "linkedin",
                "post_kind": "activity",
                "url": "u",
                "asks": [],
                "why": "",
                "key": str(n),
            }
            for n in lines
        ]
    )
    assert learn(chat, called, NO_RULES, first_answers(chat, called), words_of(chat)) == {}


def test_the_rule_names_the_sign() -> None:
    rules = RULES.frame(
        [
            (3, "confirm", "in the pocket", "Anna", dt.datetime(2024, 3, 4, 8), "", "", None),
            (3, "confirm", "🐝", "Anna", dt.datetime(2024, 3, 4, 8), "", "", None),
        ]
    )
    assert _replies(CALLED + "10:00 Cisca: 🐝", rules) == [("Cisca", "done", BOB)]
    assert _replies(CALLED + "10:00 Cisca: in the pocket", rules) == [("Cisca", "done", BOB)]


@pytest.mark.parametrize(
    ("sign", "said", "there"),
    [
        ("kwak", "gekwaakt, benen kapot", True),
        ("kwak", "kwakkkkk", True),
        ("kwak", "k w a k", True),
        ("kwak", "wat kwaken ze toch", False),  # an ordinary form of a short word may be anything
        ("geparafeerd", "paraaf gezet", True),
        ("paraaf", "Geparafeerd! Op de valreep", True),
        ("piallato", "piallata", True),
        ("gebunkert", "bunkert ihr", False),
        ("goal", "goaaaal", True),
        ("goal", "golf", False),
    ],
)
def test_a_sign_in_its_other_forms(sign: str, said: str, there: bool) -> None:
    sure = {sign: Sign(sign, "by the rule")}
    assert said_in(sure, stems(sure), fold(said)) == [sign] * there


def test_a_participle_of_the_groups_word_is_its_sign() -> None:
    rules = RULES.frame([(3, "confirm", "kwak", "Anna", dt.datetime(2024, 3, 4, 8), "", "", None)])
    assert _replies(CALLED + "10:00 Cisca: gekwaakt, pfoe, wat een week was dit weer zeg", rules) == [
        ("Cisca", "done", BOB)
    ]
