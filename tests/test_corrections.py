"""A reader's corrections: nothing changes without them, each says what it did, and one that does not fit is an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from podaudit import audit as _audit
from podaudit import model, tables
from podaudit.correcting import MARK
from podaudit.corrections import Corrections
from podaudit.model import CorrectionKind, DecisionNeeded, Options, Unreadable
from tests.making import audit_of, export_of, export_text, post

Call = Callable[..., tuple[int, bytes, str]]

SCRIPT = f"""
09:00 Anna heeft de groep 'Boost' gemaakt
09:01 Anna heeft Bob toegevoegd
09:01 Anna heeft Chris toegevoegd
09:01 Anna heeft +31 6 00000001 toegevoegd
09:02 Anna: Regels: like en reageer op elke post binnen een uur, en meld het met ✅
10:00 Anna: graag liken en reageren {post(1)}
10:05 Bob: ✅
10:06 +31 6 00000001: gedaan
11:00 Bob: nieuwe post, like graag {post(2)}
11:10 Anna: ✅
12:00 Chris: wie kan hier liken? {post(3)}
12:05 Bob: gedaan ✅
12:06 Anna: kijk eens {post(4)}
12:30 Anna: Chris heeft weer niks gedaan, altijd alleen halen en nooit brengen
12:40 Chris: ik vind dit niet meer leuk, het voelt als een verplichting
+1
09:00 Anna: wie vandaag niets laat horen gaat eruit
09:30 Chris: gedaan ✅
10:00 Anna: nog een post van mij, like graag {post(5)}
10:10 Bob: ✅
"""


def corrected(toml: str) -> _audit.Audit:
    return _audit.audit(export_of(SCRIPT), Options(), Corrections.parse(toml, "mine.toml"))


@pytest.fixture(scope="module")
def plain() -> _audit.Audit:
    return audit_of(SCRIPT)


def entry(kind: str, **fields: object) -> str:
    return f"[[{kind}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


def status(audit: _audit.Audit, call: int, member: str) -> str:
    ledger = audit.ledger
    return str(ledger.loc[(ledger["call_line"] == call) & (ledger["member"] == member), "status"].iloc[0])


# ------------------------------------------------------------------------------------------------------------- silence


def test_what_the_script_holds(plain: _audit.Audit) -> None:
    """What the corrections below rest on."""
    assert plain.calls["line"].tolist() == [6, 9, 11, 18]
    assert set(plain.replies["line"]) == {7, 8, 10, 12, 17, 19}
    assert plain.pressure["line"].tolist() == [14, 15, 16]
    assert plain.rules["line"].tolist() == [5] * len(plain.rules)
    assert len(plain.corrections) == 0
    assert not any("Corrections" in note for note in plain.source.warnings)


def test_a_correction_changes_what_follows_from_it_and_nothing_else(plain: _audit.Audit) -> None:
    made = corrected(entry("no_label", line=16, label="threat"))
    for name in ("messages", "members", "calls", "repeats", "rules", "replies", "absences", "ledger", "checks"):
        assert_frame_equal(getattr(made, name), getattr(plain, name))


# --------------------------------------------------------------------------------------------------------------- calls


def test_a_call_that_is_none_is_gone_everywhere() -> None:
    made = corrected(entry("no_call", line=11, reason="hij vroeg het niet"))
    assert made.calls["line"].tolist() == [6, 9, 18]
    assert 11 not in set(made.replies["call_line"]) | set(made.ledger["call_line"])
    assert 12 not in set(made.replies["line"])  # «gedaan» had no other call left to speak of


def test_a_call_is_for_whom_the_reader_says() -> None:
    made = corrected(entry("call", line=11, beneficiary="bob"))
    call = made.calls.set_index("line").loc[11]
    assert (call["beneficiary"], call["why"]) == ("Bob", MARK)
    assert "Bob" not in set(made.ledger.loc[made.ledger["call_line"] == 11, "member"])


def test_a_missed_call_is_made_of_the_message_with_its_link() -> None:
    made = corrected(entry("call", line=13, beneficiary="mijn zus"))
    call = made.calls.set_index("line").loc[13]
    assert (call["caller"], call["beneficiary"], call["why"]) == ("Anna", "mijn zus", MARK)
    assert call["due"] == pd.Timestamp("2024-03-04 13:06")  # by the rule in force
    assert set(made.ledger.loc[made.ledger["call_line"] == 13, "member"]) == {"Bob", "Chris", "+31 6 00000001"}
    assert made.replies.loc[made.replies["line"] == 17, "call_line"].tolist() == [13]  # now the latest


# ------------------------------------------------------------------------------------------------- replies and rules


def test_a_reply_that_is_none_and_one_that_speaks_of_another_call(plain: _audit.Audit) -> None:
    assert status(plain, 11, "Bob") != "silent"
    made = corrected(entry("no_reply", line=12))
    assert 12 not in set(made.replies["line"])
    assert status(made, 11, "Bob") == "silent"

    made = corrected(entry("reply", line=17, calls=[6, 9]))
    spoken = made.replies[made.replies["line"] == 17]
    assert spoken["call_line"].tolist() == [6, 9]
    assert set(spoken["why"]) == {MARK}
    assert set(spoken["status"]) == {"done"}
    assert (status(made, 6, "Chris"), status(made, 9, "Chris")) == ("late", "late")


def test_a_reply_that_was_missed() -> None:
    made = corrected(entry("reply", line=15, status="refuse", calls=[9]) + entry("no_reply", line=17))
    assert status(made, 9, "Chris") == "refused"


def test_a_rule_that_is_none_no_longer_holds(plain: _audit.Audit) -> None:
    assert plain.calls["due"].notna().all()
    made = corrected(entry("no_rule", line=5, type="deadline"))
    assert "deadline" not in set(made.rules["type"])
    assert made.calls["due"].isna().all()
    made = corrected(entry("no_rule", line=5, type="deadline") + entry("rule", line=5, type="deadline", value=30))
    assert made.rules.loc[made.rules["type"] == "deadline", ["value", "why"]].values.tolist() == [[30, MARK]]
    assert made.calls.set_index("line").loc[6, "due"] == pd.Timestamp("2024-03-04 10:30")


# ------------------------------------------------------------------------------------------------------------- labels


def test_labels_that_are_wrong_or_missing(plain: _audit.Audit) -> None:
    assert plain.pressure.set_index("line").loc[16, "labels"] == ["threat"]
    made = corrected(
        entry("no_label", line=16, label="threat")
        + entry("label", line=14, label="guilt")
        + entry("label", line=10, label="praise", targets=["bob"], reason="ironisch bedoeld")
    )
    assert made.pressure["line"].tolist() == [10, 14, 15]
    row = made.pressure.set_index("line").loc[10]
    assert (row["labels"], row["targets"], row["why"]) == (["praise"], ["Bob"], {"praise": MARK})
    assert made.pressure.set_index("line").loc[14, "why"]["guilt"] == MARK
    assert tables.document(made)["dynamics"]["figures"]["labelled"] == 3


def test_episodes_are_worked_out_anew(plain: _audit.Audit) -> None:
    shamed = plain.pressure[plain.pressure["line"] == 14].iloc[0]
    assert "shaming" in shamed["labels"]
    enforced = plain.episodes[plain.episodes["kind"] == "enforced"]
    assert set(enforced["first_line"]) == {14}
    made = corrected(entry("no_label", line=14, label="shaming"))
    assert "enforced" not in set(made.episodes["kind"])


# ------------------------------------------------------------------------------------------------------------ members


def test_two_who_are_one(plain: _audit.Audit) -> None:
    made = corrected(entry("same_member", name="Chris", also="+31600000001"))
    assert set(made.members["name"]) == {"Anna", "Bob", "Chris"}
    chris = made.members.set_index("name").loc["Chris"]
    before = plain.members.set_index("name")["messages"]
    assert chris["messages"] == before["Chris"] + before["+31 6 00000001"]
    assert chris["also"] == ["+31 6 00000001"]
    assert status(made, 6, "Chris") == "confirmed"  # by the message from the number
    assert "+31 6 00000001" not in set(made.ledger["member"]) | set(made.membership["member"].dropna())
    assert made.messages["sender"].tolist() == plain.messages["sender"].tolist()  # as exported


# ---------------------------------------------------------------------------------------------------- never silently


def test_every_correction_is_counted_and_listed() -> None:
    made = corrected(
        entry("label", line=14, label="guilt", targets=["bob"], reason="=1+1")
        + entry("no_call", line=11)
        + entry("same_member", name="Chris", also="+31 6 00000001")
        + entry("reply", line=17, calls=[9])
    )
    table = made.corrections
    assert table["kind"].tolist() == ["same_member", "no_call", "reply", "label"]
    assert table["number"].tolist() == [1, 1, 1, 1]
    assert [None if pd.isna(n) else n for n in table["line"]] == [None, 11, 17, 14]
    assert table["members"].tolist() == [["Chris", "+31 6 00000001"], [], [], ["Bob"]]
    assert [None if pd.isna(x) else x for x in table["term"]] == [None, None, None, "guilt"]
    assert table["calls"].tolist() == [[], [], [9], []]
    assert [note for note in made.source.warnings if "Corrections" in note] == [
        "Corrections by the reader: 4; all were applied, and the report and the table corrections list them."
    ]


def test_the_same_corrections_give_the_same_audit() -> None:
    toml = entry("no_call", line=11) + entry("label", line=14, label="guilt")
    assert tables.dumps(tables.document(corrected(toml))) == tables.dumps(tables.document(corrected(toml)))


# ------------------------------------------------------------------------------------------------ what does not fit


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (entry("no_call", line=7), "podaudit found no such call there"),
        (entry("no_call", line=99), "podaudit found no such call there"),
        (entry("no_call", line=6, post="1"), "podaudit found no such call there"),
        (entry("call", line=6), "podaudit found that call as well"),
        (entry("call", line=7), "no such link stands there"),
        (entry("call", line=2), "no message by a member begins there"),
        (entry("no_rule", line=6), "podaudit found no such rule there"),
        (entry("no_rule", line=5), "several rules stand there"),
        (entry("rule", line=5, type="deadline", value=30), "say first that it is none"),
        (entry("rule", line=99, type="follow"), "no message by a member begins there"),
        (entry("no_reply", line=14), "podaudit found no reply there"),
        (entry("reply", line=15, calls=[9]), "say what it says of them, with status"),
        (entry("reply", line=17, calls=[7]), "no call stands on line 7"),
        (entry("reply", line=7, calls=[9]), "the call on line 9 does not come before it"),
        (entry("reply", line=12, calls=[9]), "by or for the one who writes it"),
        (entry("reply", line=19, calls=[6]), "an earlier message says done of the call on line 6"),
        (entry("reply", line=99, status="done", calls=[6]), "no message by a member begins there"),
        (entry("no_label", line=16, label="shaming"), "podaudit found no shaming there"),
        (entry("label", line=16, label="threat"), "podaudit found threat there as well"),
        (entry("label", line=99, label="threat"), "no message by a member begins there"),
        (entry("label", line=7, label="threat", targets=["Bob", "Zoë"]), "target 2 is nobody in this chat"),
        (entry("same_member", name="Chris", also="Zoë"), "also is nobody in this chat"),
        (entry("same_member", name="Anna", also="anna"), "the two are one member already"),
        (entry("no_call", line=6) * 2, "[[no_call]] number 2, line 6"),
        (entry("no_call", line=6) + entry("no_call", line=9) + entry("no_call", line=11)
         + entry("no_call", line=18) + entry("label", line=7, label="threat"), "the chat has no calls"),
    ],
)  # fmt: skip
def test_a_correction_that_does_not_fit_says_which_and_why(toml: str, why: str) -> None:
    with pytest.raises(DecisionNeeded, match=r"^mine\.toml: \[\[\w+\]\] number [12]") as caught:
        corrected(toml)
    assert why in str(caught.value)
    assert "Zoë" not in str(caught.value)
    assert caught.value.status == 3


def test_a_repeat_is_not_taken_for_its_call() -> None:
    script = SCRIPT + f"11:00 Anna: denken jullie nog aan mijn post? {post(5)}\n"
    assert audit_of(script).repeats[["line", "of"]].values.tolist() == [[20, 18]]
    for kind, why in (("no_call", "it repeats the call on line 18"), ("call", "that post is the call on line 18")):
        with pytest.raises(DecisionNeeded, match=why):
            _audit.audit(export_of(script), Options(), Corrections.parse(entry(kind, line=20), "mine.toml"))
    both = Corrections.parse(entry("call", line=20) + entry("no_call", line=18), "mine.toml")
    made = _audit.audit(export_of(script), Options(), both)
    assert (made.calls["line"].iloc[-1], len(made.repeats)) == (20, 0)


def test_corrections_hold_for_the_export_they_were_made_for() -> None:
    export = export_of(SCRIPT)
    right, wrong = (entry("no_call", line=11).join([f'sha256 = "{x}"\n', ""]) for x in (export.source.sha256, "0" * 64))
    assert len(corrected(right).corrections) == 1
    with pytest.raises(DecisionNeeded, match=r"mine\.toml was made for another export"):
        corrected(wrong)


# ---------------------------------------------------------------------------------------------------------- the form


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("", "corrects nothing"),
        ("[[no_call]\nline = 1", r"is no TOML \(.*line 1"),
        ("[[no_cal]]\nline = 1", "the key no_cal is not known; did you mean no_call?"),
        ("[no_call]\nline = 1", r"no_call must be a list of tables; write \[\[no_call\]\]"),
        ("[[no_call]]\nlin = 1", r"\[\[no_call\]\] number 1: the key lin is not known; did you mean line?"),
        ("[[no_call]]\nline = 1\nlabel = 'x'", "the key label is not known; it may hold line, post, reason"),
        ("[[no_call]]", "line is missing; it must be the line of the export"),
        ("[[no_call]]\nline = 0", "line must be the line of the export"),
        ("[[no_call]]\nline = '6'", "line must be"),
        ("[[no_call]]\nline = true", "line must be"),
        ("[[no_label]]\nline = 6\nlabel = 'shame'", "label must be one of reminder, demand"),
        ("[[reply]]\nline = 6\ncalls = []", "calls must be a list of the lines of calls"),
        ("[[reply]]\nline = 6\ncalls = [1]\nstatus = 'late'", "status must be one of done, promise, excuse, refuse"),
        (
            "[[rule]]\nline = 6\ntype = 'deadline'\nvalue = 'soon'",
            "must be a number of minutes or a time such as 18:00",
        ),
        ("[[rule]]\nline = 6\ntype = 'follow'\nvalue = 1", "such a rule has none"),
        ("[[no_call]]\nline = 6\nreason = ''", "reason must be text of at most 200"),
        ("sha256 = 'abc'\n[[no_call]]\nline = 6", "sha256 must be the 64 digits"),
        ("[[no_call]]\nline = 6\n'é secret' = 1", "a key is not known"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_place(toml: str, why: str) -> None:
    with pytest.raises(Unreadable, match=f"^mine.toml.*{why}") as caught:
        Corrections.parse(toml, "mine.toml")
    assert "secret" not in str(caught.value)


def test_every_kind_has_its_fields_and_a_place_in_the_readme(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    for kind in CorrectionKind:
        assert f"`[[{kind}]]`" in readme
    assert model.CORRECTIONS.columns[0].values == tuple(CorrectionKind)


def test_the_command_line_applies_them_and_says_so(call: Call, tmp_path: Path) -> None:
    chat, file = tmp_path / "chat.txt", tmp_path / "mine.toml"
    chat.write_text(export_text(SCRIPT), encoding="utf-8")
    file.write_text(entry("no_call", line=11), encoding="utf-8")
    given = ("--corrections", file, "--date-order", "dmy")
    code, out, said = call("audit", chat, "--json", *given)
    assert (code, "note: Corrections by the reader: 1; " in said) == (0, True)
    assert [row["line"] for row in json.loads(out)["corrections"]] == [11]
    code, out, said = call("tables", chat, "-o", tmp_path / "out", *given)
    assert code == 0
    assert "no_call,1,11" in (tmp_path / "out" / "corrections.csv").read_text(encoding="utf-8")

    file.write_text(entry("no_call", line=12), encoding="utf-8")
    code, out, said = call("report", chat, *given)
    assert (code, out, list(tmp_path.glob("*.html"))) == (3, b"", [])
    assert said.count("\n") == 1
    code, _, said = call("report", chat, "--corrections", tmp_path / "none.toml")
    assert (code, said.count("\n")) == (1, 1)
    file.write_bytes(b"\xff\xfe")
    assert "is not UTF-8" in call("report", chat, "--corrections", file)[2]
