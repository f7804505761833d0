"""Agreement with coded chats: exact figures for a coded chat worked out by hand, and what is no coding."""

from __future__ import annotations

import copy
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from report_fixture import coded_audit

from podaudit import evaluate, terminal
from podaudit.audit import Audit, audit
from podaudit.evaluate import Agreement, Coding, Item, Units
from podaudit.export import read
from podaudit.model import Label, Options, Unreadable

Row = dict[str, Any]
Parts = dict[str, Agreement]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "fixtures" / "coded"


@pytest.fixture
def coding(folder: Path) -> Coding:
    (only,) = evaluate.codings(folder)
    return only


@pytest.fixture
def second(folder: Path) -> Audit:
    """The second coding, as an audit."""
    raw = (folder / "kitchen.txt").read_bytes()
    return coded_audit("kitchen.txt", raw, json.loads((folder / "kitchen.second.json").read_bytes()))


@pytest.fixture
def parts(coding: Coding, second: Audit) -> Parts:
    return evaluate.compare(coding, second)


# ------------------------------------------------------------------------------------------------------------- figures


def figure(text: str) -> float | None:
    return None if text == "-" else float(Fraction(text))


def test_the_agreement_is_the_one_worked_out_by_hand(folder: Path, parts: Parts) -> None:
    expected = tomllib.loads((folder / "kitchen.expected.toml").read_text(encoding="utf-8"))
    assert list(parts) == list(evaluate.PARTS)
    unused = {f"pressure: {label}" for label in Label} - expected.keys()
    assert parts.keys() - unused == expected.keys()
    for part, row in expected.items():
        a = parts[part]
        assert [a.agreed, a.coded, a.found] == row["items"], part
        assert [a.precision, a.recall, a.f1] == [figure(text) for text in row["figures"]], part
        assert a.kappa == figure(row.get("kappa", "-")), part
        assert (a.units.total() if a.units is not None else None) == row.get("units"), part
    for part in unused:
        assert (parts[part].agreed, parts[part].coded, parts[part].found) == (0, 0, 0)
        assert parts[part].kappa is None
        assert parts[part].units == {(False, False): 12}


def test_a_chat_agrees_with_itself(folder: Path, coding: Coding) -> None:
    same = coded_audit("kitchen.txt", coding.chat.read_bytes(), copy.deepcopy(coding.content))
    for part, a in evaluate.compare(coding, same).items():
        assert (a.missed, a.extra) == ((), ()), part
        assert a.f1 in (1, None) and a.kappa in (1, None), part


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({}, None),
        ({(False, False): 9}, None),
        ({(True, True): 1}, None),
        ({(True, False): 1}, 0),
        ({(True, True): 20, (True, False): 5, (False, True): 10, (False, False): 15}, 0.4),  # 35 of 50, by chance 25
        ({(True, False): 3, (False, True): 3}, -1),
        ({("a", "a"): 2, ("b", "b"): 1, ("c", "c"): 1}, 1),
        ({("a", "a"): 2, ("b", "c"): 2}, (Fraction(1, 2) - Fraction(1, 4)) / Fraction(3, 4)),
    ],
)
def test_kappa(units: Row, expected: float | None) -> None:
    assert evaluate.kappa(Units(units)) == (None if expected is None else pytest.approx(float(expected), abs=1e-12))


def test_what_stands_twice_agrees_once_with_once() -> None:
    a, b = Item(("a",), 1), Item(("b",), 2)
    made = Agreement.of([a, a, b], [Item(("a",), 9), b, b])
    assert (made.agreed, made.missed, made.extra) == (2, (a,), (b,))


def test_pooling_adds_up_and_never_averages(coding: Coding, second: Audit, parts: Parts) -> None:
    only = Coding("pressed", coding.chat, {k: coding.content[k] for k in ("members", "pressure")})
    some = evaluate.compare(only, second)
    assert list(some) == [part for part in evaluate.PARTS if part.startswith("pressure")]
    pooled = evaluate.pool([parts, some])
    assert list(pooled) == list(parts)
    assert pooled["calls"] == parts["calls"]
    threat = pooled["pressure: threat"]
    assert (threat.agreed, threat.coded, threat.found) == (2, 4, 4)
    assert threat.units == {(True, True): 2, (True, False): 2, (False, True): 2, (False, False): 18}
    assert evaluate.pool([some]) == some
    content = only.content | {"pressure": [{"line": 2, "labels": ["threat"], "target_keys": []}]}
    on_a_notice = evaluate.compare(Coding("pressed", coding.chat, content), second)["pressure: threat"]
    assert on_a_notice.units == {(True, False): 1, (False, True): 2, (False, False): 10}


def test_a_number_that_was_changed_a_short_link_and_an_outsider(coding: Coding, second: Audit) -> None:
    """Members are tied together by any of their names, posts without an id by their link less tracking."""
    content = copy.deepcopy(coding.content)
    content["members"]["cleo"] = {"name": "+31 6 00000000", "also": ["~\u00a0CLEO\u202fMarsh"]}
    content["calls"][0] |= {"beneficiary_key": None, "url": "https://lnkd.in/aBcD?utm_source=share", "post_id": None}
    second.members.at[2, "name"], second.members.at[2, "also"] = "+31 6 11111111", ["Cleo Marsh"]
    for table in (second.ledger, second.episodes):
        table["member"] = table["member"].replace("Cleo Marsh", "+31 6 11111111")
    second.pressure["targets"] = [[], ["+31 6 11111111", "Bo Lind"]]
    second.calls.loc[0, ["post_id", "url"]] = [None, "http://www.lnkd.in/aBcD/"]
    for table in (second.ledger, second.replies):
        table.loc[table["url"].str.endswith("7151875019243520000/"), ["post_id", "url"]] = [None, "lnkd.in/aBcD"]
    made = evaluate.compare(Coding("kitchen", coding.chat, content), second)
    assert (made["calls"].agreed, made["replies"].agreed, made["ledger"].agreed) == (2, 2, 3)
    assert (made["call beneficiary"].coded, made["call beneficiary"].found) == (1, 1)
    assert made["pressure targets"].agreed == made["episodes"].agreed == 1


def test_what_is_alike_and_what_is_not_compared(coding: Coding, second: Audit) -> None:
    content = copy.deepcopy(coding.content)
    content["membership"].append({"line": 4, "event": "admin", "member": "Bo Lind"})
    content["calls"][0] |= {"deadline": "2024-01-13T12:00:40", "posted_at": "2024-01-13T10:58:03+01:00"}
    content["calls"][1]["posted_at"] = None
    content["rules"] = [
        {"line": 5, "type": "react", "value": "Like"},
        {"line": 5, "type": "window", "value": "weekdays"},
    ]
    second.rules["type"] = ["react", "window", "deadline"]
    second.rules["value"] = ["LIKE", "on weekdays", 60]
    made = evaluate.compare(Coding("kitchen", coding.chat, content), second)
    figures = {part: (a.agreed, a.coded, a.found) for part, a in made.items()}
    assert figures["membership"] == (2, 3, 3)  # without the admin
    assert figures["call deadline"] == (1, 1, 1)  # to the minute
    assert figures["call posted_at"] == (1, 1, 1)  # two seconds apart, by another zone; the other was not coded
    assert figures["rules"] == (2, 2, 3)
    assert figures["rule values"] == (1, 1, 1)  # without case; a window is in words of one's own
    content["calls"][0]["posted_at"] = "2024-01-13T09:58:04"
    made = evaluate.compare(Coding("kitchen", coding.chat, content), second)
    assert (made["call posted_at"].agreed, made["call posted_at"].found) == (0, 1)


# --------------------------------------------------------------------------------------------------------------- output

TABLE = """\
F1                          calls  rules replies ledger pressure episodes
kitchen                     0.800  0.667   0.571  0.600    0.333    1.000

1 chat together            precision recall     F1  coded  found  kappa  units
messages                       1.000  1.000  1.000      1      1
membership                     0.667  0.667  0.667      3      3
calls                          1.000  0.667  0.800      3      2
repeats                            –      –      –      0      0
call caller                    1.000  1.000  1.000      2      2
call beneficiary               0.500  0.500  0.500      2      2
call asks                      0.667  0.667  0.667      3      3
call deadline                  0.000      –  0.000      0      1
call posted_at                 1.000  1.000  1.000      2      2
rules                          0.667  0.667  0.667      3      3
rule values                    0.000  0.000  0.000      1      1
replies                        0.667  0.500  0.571      4      3
ledger                         0.750  0.500  0.600      6      4  0.636      4
ledger: confirmed              1.000  0.667  0.800      3      2  1.000      4
ledger: late                       –  0.000  0.000      1      0  0.000      4
ledger: excused                    –      –      –      0      0      –      4
ledger: refused                    –      –      –      0      0      –      4
ledger: promised               0.000      –  0.000      0      1  0.000      4
ledger: silent                 1.000  0.500  0.667      2      1  1.000      4
pressure                       0.333  0.333  0.333      3      3
pressure: reminder                 –      –      –      0      0      –     12
pressure: demand                   –      –      –      0      0      –     12
pressure: guilt                    –      –      –      0      0      –     12
pressure: shaming              0.000      –  0.000      0      1  0.000     12
pressure: threat               0.500  0.500  0.500      2      2  0.400     12
pressure: sanction                 –      –      –      0      0      –     12
pressure: retaliation_call         –      –      –      0      0      –     12
pressure: insult                   –      –      –      0      0      –     12
pressure: secrecy                  –      –      –      0      0      –     12
pressure: praise                   –      –      –      0      0      –     12
pressure: apology                  –  0.000  0.000      1      0  0.000     12
pressure: distress                 –      –      –      0      0      –     12
pressure: dissent                  –      –      –      0      0      –     12
pressure: leaving                  –      –      –      0      0      –     12
pressure: payment                  –      –      –      0      0      –     12
pressure: automation               –      –      –      0      0      –     12
pressure: reach_claim              –      –      –      0      0      –     12
pressure targets               0.500  1.000  0.667      1      2
episodes                       1.000  1.000  1.000      1      1
"""


def test_the_table(parts: Parts) -> None:
    assert terminal.agreement({"kitchen": parts}) == TABLE.splitlines()


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (1.0, "1.000"), (0.9999, "0.999"), (0.0, "0.000"), (0.0001, "0.001"), (-0.0001, "-0.001"), (-1.0, "-1.000")],
)  # fmt: skip
def test_one_and_nought_only_where_they_are_exact(value: float | None, shown: str) -> None:
    assert terminal._exact(value) == shown


DIFFERENCES = """\
kitchen.txt:4: missed membership: added, cleo
kitchen.txt:4: extra membership: joined, cleo
kitchen.txt:15: missed calls: 7152946328371200000
kitchen.txt:12: missed call beneficiary: bo
kitchen.txt:12: extra call beneficiary: ada
kitchen.txt:9: missed call asks: comment
kitchen.txt:12: extra call asks: comment
kitchen.txt:9: extra call deadline: 2024-01-13T12:00:00
kitchen.txt:5: missed rules: comment
kitchen.txt:5: extra rules: comment_question
kitchen.txt:5: missed rule values: deadline, 120
kitchen.txt:5: extra rule values: deadline, 60
kitchen.txt:11: missed replies: done, 7151875019243520000
kitchen.txt:11: extra replies: promise, 7151875019243520000
kitchen.txt:16: missed replies: done, 7152946328371200000
kitchen.txt:9: missed ledger: 7151875019243520000, cleo, late
kitchen.txt:9: extra ledger: 7151875019243520000, cleo, promised
kitchen.txt:15: missed ledger: 7152946328371200000, bo, confirmed
kitchen.txt:15: missed ledger: 7152946328371200000, cleo, silent
kitchen.txt:14: extra pressure: threat
kitchen.txt:17: extra pressure: shaming
kitchen.txt:18: missed pressure: apology
kitchen.txt:19: missed pressure: threat
kitchen.txt:17: extra pressure targets: bo
"""


def test_differences_by_line(parts: Parts) -> None:
    assert terminal.differences(evaluate.differences({"kitchen": parts})) == DIFFERENCES.splitlines()


def test_the_document_has_a_row_for_each_part(parts: Parts) -> None:
    made = evaluate.document({"kitchen": parts}, errors=True)
    assert list(made) == ["schema", "generator", "chats", "pooled", "per_chat", "errors"]
    assert made["chats"] == ["kitchen"]
    assert made["per_chat"] == [{"chat": "kitchen"} | row for row in made["pooled"]]
    by_part = {row["part"]: row for row in made["pooled"]}
    assert list(by_part) == list(evaluate.PARTS)
    assert by_part["ledger"] == {
        "part": "ledger", "precision": 0.75, "recall": 0.5, "f1": 0.6, "coded": 6, "found": 4, "agreed": 3,
        "kappa": 0.636364, "units": 4,
    }  # fmt: skip
    assert by_part["call deadline"] == {
        "part": "call deadline", "precision": 0.0, "recall": None, "f1": 0.0, "coded": 0, "found": 1, "agreed": 0,
        "kappa": None, "units": None,
    }  # fmt: skip
    assert len(made["errors"]) == len(DIFFERENCES.splitlines())
    assert made["errors"][-1] == {
        "chat": "kitchen", "line": 17, "part": "pressure targets", "error": "extra", "says": [17, "bo"],
    }  # fmt: skip
    assert "errors" not in evaluate.document({"kitchen": parts})


# ---------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def call(call: Callable[..., tuple[int, bytes, str]]) -> Call:
    """The same, with standard output as text."""

    def go(*arguments: str | Path) -> tuple[int, str, str]:
        status, out, said = call(*arguments)
        return status, out.decode(), said

    return go


def test_the_command_reads_audits_and_measures(call: Call, folder: Path, coding: Coding) -> None:
    made = evaluate.compare(coding, audit(read(coding.chat, name="kitchen.txt", options=Options()), Options()))
    assert [made[part].f1 for part in ("messages", "membership", "calls", "call posted_at")] == [1, 1, 1, 1]
    table, listed = terminal.agreement({"kitchen": made}), terminal.differences(evaluate.differences({"kitchen": made}))
    assert call("evaluate", folder) == (0, "\n".join(table) + "\n", "")
    assert call("evaluate", "--errors", folder) == (0, "\n".join([*table, "", *listed]) + "\n", "")
    status, out, said = call("evaluate", folder, "--json", "--errors")
    assert (status, said) == (0, "")
    assert json.loads(out) == evaluate.document({"kitchen": made}, errors=True)
    assert "audited in" in call("evaluate", folder, "-v")[2]


def test_names_of_files_and_members_are_made_safe(call: Call, folder: Path, tmp_path: Path) -> None:
    """A terminal obeys neither a file's name nor a member's key."""
    shutil.copy(folder / "kitchen.txt", tmp_path / "a\x1b[31m.txt")
    coded = (folder / "kitchen.truth.json").read_text(encoding="utf-8").replace('"cleo"', '"\\u001b[2Jcleo"')
    (tmp_path / "a\x1b[31m.truth.json").write_text(coded.replace('"added"', '"left"'), encoding="utf-8")
    status, out, said = call("evaluate", tmp_path, "--errors")
    assert status == 0
    assert "\x1b" not in out + said
    assert "a[31m.txt:4: missed membership: left, [2Jcleo\n" in out


MEMBERS = {"ada": {"name": "Ada Vos", "also": []}}
CALLS = {"line": 9, "post_key": "p1", "url": "https://lnkd.in/a", "caller_key": "ada", "asks": []}
PRESSED = {"line": 17, "labels": [], "target_keys": []}
BROKEN: dict[str, tuple[str | bytes | Row, str]] = {
    "no JSON": ('{\n "rules": [\n', r"kitchen\.truth\.json:3: from here on this is no JSON; "),
    "not UTF-8": (b'{"rules": "\xff"}', r"is no JSON in UTF-8; "),
    "a number without end": ('{"messages": ' + "9" * 5000 + "}", r"is no JSON in UTF-8; "),
    "too deep": ("[" * 100_000, r"kitchen\.truth\.json(:1:)? "),
    "a list": ("[]", r"one JSON object with at least one of messages, membership, calls, "),
    "nothing coded": ({"members": MEMBERS}, r"one JSON object with at least one of messages, "),
    "messages": ({"messages": True}, r"messages must be a number"),
    "members": ({"members": [], "rules": []}, r"members must be an object"),
    "a member without a name": ({"members": {"ada": {}}, "rules": []}, r"members, row 1: name is missing; "),
    "names that are none": ({"members": {"ada": {"name": "Ada", "also": "Vos"}}, "rules": []}, r"row 1: also must be "),
    "no list": ({"rules": {}}, r"rules must be a list"),
    "no row": ({"rules": ["react"]}, r"rules, row 1: must be an object"),
    "a field missing": ({"repeats": [{"line": 9}]}, r"repeats, row 1: of is missing; it must be a line "),
    "line nought": ({"repeats": [{"line": 9, "of": 0}]}, r"repeats, row 1: of must be a line of the export"),
    "a line as text": ({"rules": [{"line": "9", "type": "react"}]}, r"rules, row 1: line must be a line of the export"),
    "an unknown label": ({"pressure": [PRESSED | {"labels": ["shamming"]}]}, r"labels must be .*\bshaming\b"),
    "an unknown target": ({"members": MEMBERS, "pressure": [PRESSED | {"target_keys": ["bo"]}]}, r"keys of members"),
    "an unknown event": ({"membership": [{"line": 2, "event": ["left"]}]}, r"event must be one of created, "),
    "an unknown kind": ({"episodes": [{"kind": "x", "member": "Ada", "first_line": 9}]}, r"kind must be one of silenced"),
    "an unknown caller": ({"calls": [CALLS]}, r"calls, row 1: caller_key must be one of the keys of members"),
    "an id as a number": ({"members": MEMBERS, "calls": [CALLS | {"post_id": 7}]}, r"post_id must be text, or null"),
    "a time that is none": ({"members": MEMBERS, "calls": [CALLS | {"deadline": "noon"}]}, r"deadline must be a time such"),
    "a post that is no call": ({"replies": [{"line": 9, "status": "done", "post_key": "p1"}]}, r"post_key of one of the calls"),
    "a call twice": ({"members": MEMBERS, "calls": [CALLS, CALLS]}, r"calls, row 2: a row with this post_key stands before"),
    "a message twice": ({"pressure": [PRESSED, PRESSED]}, r"pressure, row 2: a row with this line stands before"),
    "a number as text": ({"rules": [{"line": 5, "type": "comment_min_words", "value": "five"}]},
                         r"rules, row 1: value must be a number of words \(comment_min_words\)"),
    "a value of nothing": ({"rules": [{"line": 5, "type": "react", "value": 1}]}, r"value must be left out: such a rule has none"),
    "half a quota": ({"rules": [{"line": 5, "type": "quota", "value": {"posts": 1}}]}, r"value must be a mapping such as"),
    "a stranger who left": ({"members": MEMBERS, "membership": [{"line": 2, "event": "left", "member": "Bo"}]},
                            r"membership, row 1: member must be a name, or another name, of one of the members"),
    "a stranger's episode": ({"members": MEMBERS, "episodes": [{"kind": "silenced", "member": "Bo", "first_line": 9}]},
                             r"episodes, row 1: member must be a name"),
    "a line too far": ({"rules": [{"line": 20, "type": "react"}]}, r"rules, row 1: line lies beyond the 19 lines of kitchen\.txt; "),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_coding_is_one_sentence(call: Call, folder: Path, tmp_path: Path, case: str) -> None:
    content, said = BROKEN[case]
    shutil.copy(folder / "kitchen.txt", tmp_path)
    raw = json.dumps(content) if isinstance(content, dict) else content
    (tmp_path / "kitchen.truth.json").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    status, out, told = call("evaluate", tmp_path)
    assert (status, out) == (1, "")
    assert re.fullmatch(r"podaudit: [^\n]*kitchen\.truth\.json[^\n]*\.\n", told), told
    assert re.search(said, told), told


def test_chats_without_a_coding_are_named(call: Call, folder: Path, tmp_path: Path) -> None:
    for name in ("kitchen.txt", "kitchen.truth.json"):
        shutil.copy(folder / name, tmp_path)
    shutil.copy(folder / "kitchen.txt", tmp_path / "attic.txt")
    status, _, said = call("evaluate", tmp_path)
    assert status == 0
    assert "note: attic.txt has no coding beside it (attic.truth.json); it was left out.\n" in said
    assert "attic" not in call("evaluate", tmp_path, "-q")[2]


def test_a_folder_without_coded_chats_is_one_sentence(call: Call, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "alone").mkdir()
    shutil.copy(folder / "kitchen.truth.json", tmp_path / "alone")
    for name, said in (
        ("missing", "Cannot read the folder missing: no such file or directory; name the folder of coded chats."),
        ("empty", "empty holds no coded chat; put NAME.txt and its coding NAME.truth.json there."),
        ("alone", "alone/kitchen.truth.json: there is no kitchen.txt beside it; put the chat that was coded there."),
    ):
        assert call("evaluate", name) == (1, "", f"podaudit: {said}\n")


def test_a_chat_that_cannot_be_read_or_leaves_its_dates_open(call: Call, tmp_path: Path) -> None:
    (tmp_path / "kitchen.truth.json").write_text('{"messages": 2}', encoding="utf-8")
    (tmp_path / "kitchen.txt").write_bytes(b"Dear Sir,\n\nthis is a letter.\n")
    status, out, said = call("evaluate", tmp_path)
    assert (status, out) == (1, "")
    assert re.fullmatch(r"podaudit: [^\n]*kitchen\.txt[^\n]*\.\n", said)
    (tmp_path / "kitchen.txt").write_bytes(b"04/05/21, 09:00 - Ada: hello\n05/05/21, 10:00 - Bo: hello\n")
    status, out, said = call("evaluate", tmp_path)
    assert (status, out) == (3, "")
    assert "--date-order" in said or "say which it is" in said
    assert call("evaluate", tmp_path, "--date-order", "dmy")[0] == 0


def test_a_coding_is_read_before_any_chat_is_audited(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(folder / "kitchen.txt", tmp_path / f"{name}.txt")
    (tmp_path / "a.truth.json").write_text('{"messages": 16}', encoding="utf-8")
    (tmp_path / "b.truth.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"b\.truth\.json: it has to be"):
        evaluate.codings(tmp_path)
