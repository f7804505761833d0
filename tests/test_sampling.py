"""Samples for coding: every message has a known chance, rare codes are in, and the sheet tells nothing."""

from __future__ import annotations

import csv
import io
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podaudit import codebook, sampling, sheet, tables
from podaudit.audit import Audit
from podaudit.codes import CODES, found
from podaudit.model import DecisionNeeded, Unreadable
from podaudit.sampling import NOTHING, allocate, draw
from tests.making import audit_of, post

Call = Callable[..., tuple[int, bytes, str]]
NAMES = ("Anna", "Bob", "Chris", "Dana")


@pytest.fixture(scope="module")
def audit() -> Audit:
    """A chat of some days in which members mostly chat."""
    days = []
    for day in range(12):
        talk = [f"{9 + n // 6:02}:{n % 6}5 {NAMES[n % 4]}: gewoon wat praat nummer {day * 12 + n}" for n in range(12)]
        days += [
            *talk,
            f"14:00 {NAMES[day % 4]}: graag liken en reageren {post(day + 1)}",
            f"14:05 {NAMES[(day + 1) % 4]}: gedaan ✅",
            "+1",
        ]
    made = audit_of("\n".join([f"08:0{n} {name}: hallo allemaal" for n, name in enumerate(NAMES)] + days))
    assert (len(made.calls), len(made.replies)) == (12, 12)
    return made


# ------------------------------------------------------------------------------------------------------------ drawing


@given(st.dictionaries(st.sampled_from((*CODES, NOTHING)), st.integers(1, 500), min_size=1), st.integers(1, 600))
def test_allocation_adds_up_and_leaves_no_stratum_out(sizes: dict[str, int], size: int) -> None:
    try:
        made = allocate(sizes, size)
    except DecisionNeeded as error:
        assert size < 2 * len(sizes)
        assert "--size" in str(error)
        return
    assert sum(made.values()) == min(size, sum(sizes.values()))
    assert made.keys() == sizes.keys()
    assert all(0 < made[name] <= sizes[name] for name in sizes)


def test_half_goes_to_what_was_not_found_and_rare_codes_keep_their_place() -> None:
    made = allocate({"call": 400, "threat": 4, NOTHING: 9000}, 100)
    assert made[NOTHING] == 50
    assert made["threat"] == 4  # its share by the square root would be 4.5
    assert allocate({"call": 3, NOTHING: 9000}, 100) == {"call": 3, NOTHING: 97}
    assert allocate({"call": 900, NOTHING: 5}, 100) == {"call": 95, NOTHING: 5}


def test_every_message_has_the_chance_that_the_design_states(audit: Audit) -> None:
    times: Counter[int] = Counter()
    chances: dict[int, float] = {}
    rounds = 150
    for seed in range(rounds):
        for row in draw(audit, 60, seed):
            times[row.line] += 1
            chances[row.line] = row.probability
    assert set(times) == set(sampling.written(audit))
    for line, chance in chances.items():
        assert abs(times[line] / rounds - chance) < 4.5 * (chance * (1 - chance) / rounds) ** 0.5 + 1e-9


def test_weights_add_up_and_totals_are_estimated_without_bias(audit: Audit) -> None:
    codes = found(audit)
    even = {line for line in sampling.written(audit) if line % 3 == 0}  # what a coder might find
    totals = []
    for seed in range(100):
        drawn = draw(audit, 60, seed)
        assert sum(row.weight for row in drawn) == pytest.approx(len(sampling.written(audit)))
        assert sum(row.weight for row in drawn if "call" in codes.get(row.line, ())) == pytest.approx(len(audit.calls))
        totals.append(sum(row.weight for row in drawn if row.line in even))
    assert sum(totals) / len(totals) == pytest.approx(len(even), rel=0.06)


def test_a_sample_is_spread_over_members_and_time(audit: Audit) -> None:
    member = dict(zip(audit.messages["line"], audit.messages["member"], strict=True))
    lines = [row.line for row in draw(audit, 60, 3) if row.stratum == NOTHING]
    counts = Counter(member[line] for line in lines)
    assert set(counts) == set(NAMES)
    assert max(counts.values()) - min(counts.values()) <= 1
    for name in NAMES:
        own = [line for line in lines if member[line] == name]
        assert own[0] < 60 < 120 < own[-1]


def test_the_same_seed_draws_the_same_and_another_others(audit: Audit) -> None:
    one, again, other = (draw(audit, 40, seed) for seed in (5, 5, 6))
    assert one == again
    assert one != other
    assert [row.line for row in one] == sorted({row.line for row in one})
    assert all(row.weight == 1 for row in draw(audit, 10_000, 1))
    with pytest.raises(DecisionNeeded, match="too few to draw from each"):
        draw(audit, 1, 1)


@given(st.integers(1, 200), st.data())
def test_systematic_sampling_takes_so_many_different_ones(n: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, n))
    taken = sampling._systematic(range(n), number, Random(data.draw(st.integers(0, 99))))
    assert len(set(taken)) == number
    assert taken == sorted(taken)


# ---------------------------------------------------------------------------------------------------------- the sheet


def test_the_sheet_shows_nothing_of_what_was_found(audit: Audit, tmp_path: Path) -> None:
    drawn = draw(audit, 40, 1)
    blind = replace(audit, calls=audit.calls.iloc[:0], pressure=audit.pressure.iloc[:0], replies=audit.replies.iloc[:0])
    words = codebook.load("en")
    rows = sheet.sheet_rows(audit, drawn, 2)
    assert rows == sheet.sheet_rows(blind, drawn, 2)
    assert sheet.as_workbook(rows, words, tmp_path) == sheet.as_workbook(
        sheet.sheet_rows(blind, drawn, 2), words, tmp_path
    )
    assert not {"stratum", "weight", "probability", "found"} & set(sheet.COLUMNS)
    head, *read = csv.reader(io.StringIO(sheet.as_csv(rows).decode("utf-8-sig"), newline=""))
    assert head == list(sheet.COLUMNS)
    assert all(not any(row[len(sheet.ABOUT) :]) for row in read)


def test_context_stands_around_each_message(audit: Audit) -> None:
    rows = sheet.sheet_rows(audit, draw(audit, 10_000, 1), 2)
    assert (rows[0][4], rows[-1][6]) == ("", "")
    assert rows[5][4].count("\n") == 1
    assert rows[5][4].endswith(f"{rows[4][3]}: {rows[4][5]}")
    assert rows[5][6].split("\n")[0].endswith(f"{rows[6][3]}: {rows[6][5]}")
    assert {row[4] + row[6] for row in sheet.sheet_rows(audit, draw(audit, 20, 1), 0)} == {""}


def test_the_workbook_offers_the_codes_as_choices_and_explains_them(audit: Audit, tmp_path: Path) -> None:
    data = sheet.as_workbook(sheet.sheet_rows(audit, draw(audit, 30, 1), 1), codebook.load("nl"), tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["coding", "codes"]
    coding = book["coding"]
    head = [cell.value for cell in coding[1]]
    assert head == list(sheet.COLUMNS)
    (rule,) = coding.data_validations.dataValidation
    assert rule.formula1 == '"yes,no,?"'
    first, last = (coding.cell(n, head.index(name) + 1).coordinate for n, name in ((2, "call"), (31, "none")))
    assert str(rule.sqref) == f"{first}:{last}"
    explained = [row[0].value for row in book["codes"].iter_rows(min_row=4)]
    assert explained == list(CODES)
    assert "Vul yes in" in book["codes"]["A1"].value


def test_chat_text_is_never_run(tmp_path: Path) -> None:
    script = '09:00 =cmd|x: hallo\n09:01 =cmd|x: =HYPERLINK("http://x")\n09:02 Bob: ' + "lang verhaal " * 3_100
    made = audit_of(script)
    rows = sheet.sheet_rows(made, draw(made, 10, 1), 1)
    for cell in next(
        csv.reader(io.StringIO(sheet.as_csv(rows[1:2], sheet.ABOUT).decode("utf-8-sig").partition("\r\n")[2]))
    ):
        assert not cell.startswith(tables.GUARDED[:-1])
    book = openpyxl.load_workbook(io.BytesIO(sheet.as_workbook(rows, codebook.load("en"), tmp_path)))
    kinds = {cell.data_type for row in book["coding"].iter_rows() for cell in row}
    assert "f" not in kinds


# -------------------------------------------------------------------------------------------------------- reading back


def saved(path: Path, *rows: str, head: str = "chat,line,call,threat,none") -> Path:
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return path


def test_what_is_empty_beside_something_filled_in_is_no(tmp_path: Path) -> None:
    read = sheet.read_sheet(
        saved(tmp_path / "anna.csv", "c1,4,yes,,", "c1,5,,?,", "c1,6,,,yes", "c1,7,,,", "c1,8,no,,")
    )
    assert read.name == "anna"
    assert read.columns == ("call", "threat")
    assert read.left == 1
    assert dict(read.coded) == {
        ("c1", 4): {"call": True, "threat": False}, ("c1", 5): {"call": False, "threat": None},
        ("c1", 6): {"call": False, "threat": False}, ("c1", 8): {"call": False, "threat": False},
    }  # fmt: skip


@pytest.mark.parametrize("word", ["yes", "Yes", "ja", "x", "1", "1.0"])
def test_spreadsheets_write_a_sheet_in_their_own_way(tmp_path: Path, word: str) -> None:
    if word != "1.0":
        path = tmp_path / "a.csv"
        path.write_bytes(f"chat;line;text;call;none\r\nc1;4;{'é'};{word};\r\n".encode("cp1252"))
        assert sheet.read_sheet(path).coded == {("c1", 4): {"call": True}}
    book = openpyxl.Workbook()
    book.active.title = "coding"
    book.active.append(["chat", "line", "call", "none"])
    book.active.append(["c1", 4, float(word) if "." in word else word, None])
    book.save(tmp_path / "a.xlsx")
    assert sheet.read_sheet(tmp_path / "a.xlsx").coded == {("c1", 4): {"call": True}}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            ["c1,4,geheim,,"],
            "a.csv:2: what stands under call is none of yes, no, ?; choose one of these, or leave it empty.",
        ),
        (["c1,4,yes,,", "c1,4,no,,"], "a.csv:3: line 4 stands in the sheet twice"),
        (["c1,vier,yes,,"], "a.csv:2: what should be a number is none"),
        (["c1,4,yes,,yes"], "a.csv:2: none says that no code fits"),
        (["c1,4,,,"], "holds no message that was coded"),
        ([], "holds no message that was coded"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_where(tmp_path: Path, rows: list[str], why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sheet.read_sheet(saved(tmp_path / "a.csv", *rows))
    assert why in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_column_that_was_meant_to_be_a_code_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"a\.csv has a column treat, which is no code; did you mean threat\?"):
        sheet.read_sheet(saved(tmp_path / "a.csv", "c1,4,yes,yes", head="chat,line,call,treat"))
    read = sheet.read_sheet(saved(tmp_path / "a.csv", "c1,4,yes,,mine", head="chat,line,call,,my notes"))
    assert (read.columns, read.strange) == (("call",), ("my notes",))


def test_other_files_are_no_sheets(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no column line"):
        sheet.read_sheet(saved(tmp_path / "a.csv", head="a,b"))
    with pytest.raises(Unreadable, match="has no column for any code"):
        sheet.read_sheet(saved(tmp_path / "a.csv", "c1,4", head="chat,line"))
    with pytest.raises(Unreadable, match="does not exist"):
        sheet.read_sheet(tmp_path / "none.csv")
    for name in ("a.xlsx", "none.xlsx"):
        (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(Unreadable, match=r"a broken workbook|does not exist"):
            sheet.read_sheet(tmp_path / name)
    with pytest.raises(Unreadable, match="has no column chat"):
        sheet.read_design(saved(tmp_path / "a.csv", head="line"))


def test_the_design_reads_back(audit: Audit, tmp_path: Path) -> None:
    drawn = draw(audit, 40, 1)
    path = tmp_path / "s.design.csv"
    path.write_bytes(sheet.as_csv(sheet.design_rows(audit, drawn), sheet.DESIGN))
    assert list(sheet.read_design(path).values()) == drawn


# ----------------------------------------------------------------------------------------------------- the command line


def test_sample_writes_private_files_that_are_the_same_each_time(call: Call, demo: Path, tmp_path: Path) -> None:
    held = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        status, out, said = call("sample", demo, "-o", f"{name}/s.xlsx", "--size", "60", "--seed", "4")
        assert (status, out.decode()) == (0, f"{name}/s.xlsx\n")
        assert "keep it from the coders" in said
        held.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / name).iterdir()} == {0o600}
    assert held[0] == held[1]
    assert set(held[0]) == {"s.xlsx", "s.design.csv"}


def test_sample_leaves_what_a_coder_filled_in(call: Call, demo: Path, tmp_path: Path) -> None:
    words = ("sample", demo, "-o", "s.csv", "--size", "60", "-q", "--seed")
    assert call(*words, "4")[0] == call(*words, "4")[0] == 0
    sheet_, design = tmp_path / "s.csv", tmp_path / "s.design.csv"
    drawn = design.read_bytes()
    status, _, said = call("sample", demo, "-o", "s.xlsx", "--size", "60", "--seed", "5")
    assert status == 1 and "s.design.csv is there and holds something else" in said
    coded = sheet_.read_bytes().replace(b",,,,", b",yes,,,", 1)
    sheet_.write_bytes(coded)
    status, _, said = call(*words, "4")
    assert status == 1 and "s.csv is there and holds something else, perhaps what a coder filled in" in said
    assert (sheet_.read_bytes(), design.read_bytes(), (tmp_path / "s.xlsx").exists()) == (coded, drawn, False)


def test_sample_refuses_what_it_cannot_do(call: Call, demo: Path, tmp_path: Path) -> None:
    status, _, said = call("sample", demo, "-o", "s.txt")
    assert (status, "ends in .csv or .xlsx" in said) == (2, True)
    status, _, said = call("sample", demo, "-o", "s.csv", "--size", "3")
    assert (status, "are too few" in said) == (3, True)
    status, _, said = call("sample", demo, "-o", "missing/s.csv")
    assert (status, "does not exist" in said) == (1, True)
    assert list(tmp_path.iterdir()) == []
