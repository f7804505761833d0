"""Agreement of coders: worked examples from print, reference implementations, and the figures on sheets."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from podaudit import agreement, terminal
from podaudit.agreement import alpha, compare
from podaudit.estimating import Measured
from podaudit.evaluate import Units, kappa
from podaudit.model import DecisionNeeded
from podaudit.sampling import Drawn, draw
from podaudit.sheet import CODES, Sheet
from tests.making import audit_of, export_text, post

Call = Callable[..., tuple[int, bytes, str]]

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, examples A, B and C.
MEG, OWEN = "0100000010", "1110010000"
BEN, GERRY = "aabbdcccedda", "babbbcccedd" + "d"
FOUR = ("12332141 2".replace(" ", "") + "...", "123322412" + "5.3", ".33323422" + "51.", "123324412" + "51.")


def units_of(readers: Any) -> list[list[str]]:
    return [[value for value in values if value != "."] for values in zip(*readers, strict=True)]


# ------------------------------------------------------------------------------------------------------- in print


def test_kappa_of_cohen_1960() -> None:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    units = Units({(a, b): n for a, row in enumerate(table) for b, n in enumerate(row)})
    assert kappa(units) == pytest.approx(0.29 / 0.59)  # printed as .492


def test_alpha_of_krippendorff_2011() -> None:
    assert alpha(units_of([MEG, OWEN])) == pytest.approx(0.095, abs=5e-4)
    assert alpha(units_of([BEN, GERRY])) == pytest.approx(0.692, abs=5e-4)
    assert alpha(units_of(FOUR)) == pytest.approx(0.743, abs=5e-4)


# ------------------------------------------------------------------------------------------------------ by reference


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=60))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    one, other = zip(*pairs, strict=True)
    ours = kappa(Units(pairs))
    if len({*one, *other}) == 1:
        assert ours is None
    else:
        theirs = cohen_kappa_score(one, other)
        assert ours == pytest.approx(theirs) if ours is not None else math.isnan(theirs)


@given(
    st.integers(2, 5).flatmap(
        lambda coders: st.lists(st.tuples(*[st.sampled_from((0, 1, 2, None))] * coders), min_size=2, max_size=30)
    )
)
def test_alpha_is_that_of_krippendorff(units: list[tuple[int | None, ...]]) -> None:
    ours = alpha([[value for value in unit if value is not None] for unit in units])
    pairable = [unit for unit in units if sum(value is not None for value in unit) > 1]
    if len({value for unit in pairable for value in unit if value is not None}) < 2:
        assert ours is None
        return
    data = np.array([[np.nan if value is None else value for value in unit] for unit in units], float).T
    assert ours == pytest.approx(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def test_nothing_to_measure_is_no_figure() -> None:
    assert alpha([]) is None
    assert alpha([["yes"], ["no"]]) is None
    assert alpha([["yes", "yes"], ["yes", "yes"]]) is None
    assert alpha([["yes", "no"]] * 2 + [["no", "yes"]] * 2) == pytest.approx(-0.75)


# ---------------------------------------------------------------------------------------------------------- on sheets


def sheet(name: str, **codes: str) -> Sheet:
    """A sheet with a word for each code: a sign per message, ``+`` yes, ``-`` no, ``?`` can't tell, a blank not coded."""
    coded: dict[Any, dict[str, bool | None]] = {}
    for code, signs in codes.items():
        for line, sign in enumerate(signs, 1):
            if sign != " ":
                coded.setdefault(("", line), {})[code] = {"+": True, "-": False, "?": None}[sign]
    return Sheet(name, coded, tuple(codes), 0)


def test_confusion_kappa_and_alpha_of_each_code() -> None:
    anna = sheet("anna", threat="++--?", guilt="-----")
    ben = sheet("ben", threat="+-- +", guilt="-- --")
    made = compare([anna, ben])
    of = {pair.code: pair for pair in made.pairs}
    assert of["threat"].units == Counter({(True, True): 1, (True, False): 1, (False, False): 1})
    assert of["threat"].agreed == pytest.approx(2 / 3)
    assert of["threat"].kappa == pytest.approx(cohen_kappa_score([1, 1, 0], [1, 0, 0]))
    assert (of["guilt"].agreed, of["guilt"].kappa) == (1.0, None)
    alphas = {a.code: a for a in made.alphas}
    assert (alphas["threat"].units, alphas["threat"].coders) == (3, 2)
    assert alphas["threat"].value == pytest.approx(alpha([[1, 1], [1, 0], [0, 0]]))
    assert alphas["guilt"].value is None
    assert [row["code"] for row in agreement.document(made)["pairs"]] == [
        code for code in CODES if code in ("threat", "guilt")
    ]


def test_three_coders_with_gaps() -> None:
    signs = ("+-+ -+", "+--+ +", " -+++?")
    made = compare([sheet(name, threat=word) for name, word in zip("abc", signs, strict=True)])
    (threat,) = made.alphas
    assert threat.value == pytest.approx(alpha([[1, 1], [0, 0, 0], [1, 0, 1], [1, 1], [0, 1], [1, 1]]))
    assert [(pair.a, pair.b) for pair in made.pairs] == list(itertools.combinations("abc", 2))


def test_sheets_of_one_name_are_told_apart_and_strangers_refused() -> None:
    one, other = sheet("sheet", threat="+-"), sheet("sheet", threat="+-")
    assert compare([one, other]).coders == ("sheet", "sheet (2)")
    assert compare([sheet("podaudit", threat="+-"), other]).coders == ("podaudit (2)", "sheet")
    with pytest.raises(DecisionNeeded, match="no message in common"):
        compare([one, sheet("late", threat="  +")])


# ------------------------------------------------------------------------------------------------------ with the audit

SCRIPT = f"""
09:00 Anna heeft de groep 'Boost' gemaakt
09:01 Anna heeft Bob toegevoegd
09:02 Anna: Regels: like en reageer op elke post binnen een uur, en meld het met ✅
10:00 Anna: graag liken en reageren {post(1)}
10:05 Bob: ✅
11:00 Bob: nieuwe post, like graag {post(2)}
12:00 Anna: wie kan hier liken? {post(3)}
12:30 Anna: lekker weer vandaag
12:31 Bob: ja hoor
"""


def test_the_audit_is_one_more_reader() -> None:
    audit = audit_of(SCRIPT)
    coder = Sheet(
        "anna", {("", line): {"call": line in (4, 8), "done": line == 5} for line in range(3, 9)}, ("call", "done"), 0
    )
    made = compare([coder], audit)
    of = {pair.code: pair for pair in made.pairs}
    assert (of["call"].a, of["call"].b, made.alphas) == ("anna", "podaudit", ())
    assert of["call"].units == Counter({(True, True): 1, (True, False): 1, (False, True): 2, (False, False): 2})
    assert of["done"].kappa == 1
    for strange in (("c000000000000", 4), ("", 99)):
        with pytest.raises(DecisionNeeded, match="another export"):
            compare([Sheet("anna", {strange: {"call": True}}, ("call",), 0)], audit)


DESIGN = {
    ("", 4): Drawn(4, "call", 3, 1), ("", 5): Drawn(5, "done", 1, 1),
    ("", 8): Drawn(8, "nothing", 2, 2), ("", 9): Drawn(9, "nothing", 2, 2),
}  # fmt: skip


def test_what_the_chat_holds_is_estimated_by_the_design() -> None:
    audit = audit_of(SCRIPT)
    coded = {key: {"call": key[1] in (4, 8), "done": False} for key in DESIGN}
    call, done = compare([Sheet("anna", coded, ("call", "done"), 0)], audit, DESIGN).estimates
    assert call.total is not None and call.precision is not None and call.recall is not None
    assert (call.total.value, call.found, call.precision.value, call.recall.value) == (4.0, 3, 1.0, 0.75)
    assert (call.left_out, call.messages) == ((), 6)
    # one of three calls was coded, all the rest: at least that one and line 8 carry it, and at most what is unseen misses it
    assert call.total == Measured(4, 2, 4)
    assert (call.precision.low, call.precision.high) == (pytest.approx(1 / 3), 1)
    assert (call.recall.low, call.recall.high) == (pytest.approx(1 / 2), 0.75)
    assert done.total is not None and done.precision is not None
    assert (done.total.value, done.found, done.precision.value, done.recall) == (0.0, len({5, 9}), 0.0, None)

    del coded["", 9]  # which podaudit gives done as well: of two, one is known
    _, done = compare([Sheet("anna", coded, ("call", "done"), 0)], audit, DESIGN).estimates
    assert done.precision == Measured(0, 0, 0.5)
    # of what is left of a stratum, each stands for more
    call, _ = compare([Sheet("anna", coded, ("call", "done"), 0)], audit, DESIGN).estimates
    assert call.total is not None and call.total.value == 5.0
    coded["", 7] = {"call": True, "done": False}
    with pytest.raises(DecisionNeeded, match="line 7 is not in the design"):
        compare([Sheet("anna", coded, ("call",), 0)], audit, DESIGN)


def test_a_stratum_that_was_not_coded_is_left_out_by_name() -> None:
    audit = audit_of(SCRIPT)
    coded = {
        ("", 4): {"call": True, "done": False}, ("", 5): {"call": False, "done": True},
        ("", 8): {"call": True, "done": None}, ("", 9): {"call": False, "done": None},
    }  # fmt: skip
    call, done = compare([Sheet("anna", coded, ("call", "done"), 0)], audit, DESIGN).estimates
    assert (call.left_out, call.messages) == ((), 6)
    assert (done.left_out, done.messages) == (("nothing",), 4)
    assert done.total is not None and done.total.value == 1
    assert done.found is None  # the design is not of these strata, so what is found in two of them is not known
    figures = compare([Sheet("anna", coded, ("call", "done"), 0)], audit, DESIGN)
    said = "\n".join(terminal.agreed(figures))
    assert "Of 6 messages that members wrote, estimated from anna" in said
    assert "Left out for done, for anna coded nothing there: nothing." in said

    drawn = {("", row.line): row for row in draw(audit, 7, 1)}
    coded = {key: {"call": row.stratum == "call"} for key, row in drawn.items() if row.stratum != "nothing"}
    figures = compare([Sheet("anna", coded, ("call",), 0)], audit, drawn)
    (call,) = figures.estimates
    assert call.left_out == ("nothing",) and call.messages == sum(r.stratum != "nothing" for r in drawn.values())
    assert call.total == Measured(3, 3, 3) and call.found == 3 and call.recall == Measured(1, 1, 1)
    assert "Left out, for anna coded nothing there: nothing." in "\n".join(terminal.agreed(figures))
    nobody = compare([Sheet("anna", {("", 4): {"call": None}}, ("call",), 0)], audit, DESIGN).estimates[0]
    assert (nobody.messages, nobody.total, nobody.found, nobody.precision) == (0, None, None, None)


def test_from_the_sample_to_the_figures(call: Call, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text(export_text(SCRIPT), encoding="utf-8")
    given = ("--date-order", "dmy")
    status, out, said = call("sample", chat, "-o", "sheet.csv", *given)
    assert (status, out) == (0, b"sheet.csv\n")
    assert "7 of 7 messages" in said
    head, *rows = csv.reader(io.StringIO((tmp_path / "sheet.csv").read_bytes().decode("utf-8-sig"), newline=""))
    for name, mark in (("anna", "yes"), ("ben", "no")):
        filled = [dict(zip(head, row, strict=True)) for row in rows]
        for row in filled:
            row["call" if "lik" in row["text"] and "http" in row["text"] else "none"] = mark
        with open(tmp_path / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head)
            writer.writeheader()
            writer.writerows(filled)
    status, out, said = call(
        "agree", "anna.csv", "ben.csv", "--audit", chat, "--design", "sheet.design.csv", "--json", *given
    )
    assert status == 0, said
    made = json.loads(out)
    assert made["coders"] == ["anna", "ben"]
    row = {(r["a"], r["b"], r["code"]): r for r in made["pairs"]}
    assert row["anna", "podaudit", "call"]["both"] == 3
    assert row["anna", "ben", "call"]["only_a"] == 3
    estimated = {(r["coder"], r["code"]): r for r in made["estimates"]}["anna", "call"]
    assert estimated["total"] == estimated["precision"] | {"value": 3.0, "low": 3.0, "high": 3.0}
    assert (estimated["messages"], estimated["left_out"], estimated["found"]) == (7, [], 3)
    status, out, _ = call("agree", "anna.csv", "ben.csv", *given)
    text = out.decode()
    assert status == 0
    assert text.startswith("2 coders\n")
    assert "anna and ben" in text
    assert "Given by nobody: " in text
    status, _, said = call("agree", "anna.csv")
    assert (status, "one sheet has nothing to be compared with" in said) == (2, True)
