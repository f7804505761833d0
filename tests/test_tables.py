"""The audit document and the tables: a public interface, so its shape is held here."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from podaudit import model, tables
from podaudit.audit import Audit, audit
from podaudit.checks import CHECKED
from podaudit.export import read
from podaudit.model import Options, Unwritable
from tests.making import whole

FORMATS: tuple[tables.Format, ...] = get_args(tables.Format)


def undo(cell: str) -> str:
    """Read a guarded cell back, as ``TABLES.txt`` says."""
    return re.sub(r"""((?:^|[;\t\r\n])"*)'""", r"\1", cell)


@pytest.fixture(scope="module")
def schema(root: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads((root / "podaudit/audit.schema.json").read_text(encoding="utf-8")))


# ------------------------------------------------------------------------------------------------------- the document


def test_an_empty_audit_has_empty_lists_and_is_valid(small_audit: Audit, schema: Draft202012Validator) -> None:
    of = {f.name: getattr(model, f.name.upper(), None) for f in fields(Audit) if f.name != "source"}
    t = {name: schema.frame() for name, schema in of.items() if schema is not None}
    empty = whole(replace(small_audit.source, first=None, last=None), **t)
    made = tables.document(empty, "0.1.0")
    assert {name: [key for key, rows in made[name].items() if rows and key != "figures"] for name in tables.SECTIONS} == {
        "dynamics": [], "network": [], "load": [],
    }  # fmt: skip
    assert {key: made[key] for key in made if isinstance(made[key], list)} == {s.name: [] for s in tables.DOCUMENT}
    assert list(schema.iter_errors(json.loads(tables.dumps(made)))) == []


def test_document_is_valid_and_survives_its_own_writing(small_audit: Audit, schema: Draft202012Validator) -> None:
    made = tables.document(small_audit, "0.1.0")
    again = json.loads(tables.dumps(made))
    assert again == made
    assert [error.message for error in schema.iter_errors(again)] == []


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("calls", {"asks": ["clap"]}), ("calls", {"posted_at": "2023-03-01T08:56:47"}), ("calls", {"line": 0}),
        ("ledger", {"status": "ignored"}), ("rules", {"value": {"posts": 1}}), ("pressure", {"labels": []}),
        ("membership", {"event": "gone"}), ("replies", {"time": None, "status": None}), ("members", {"name": ""}),
        ("checks", {"verdict": "failed"}), ("checks", {"type": "react"}), ("checks", {"lines": []}),
    ],
)  # fmt: skip
def test_schema_notices_a_wrong_row(
    small_audit: Audit, schema: Draft202012Validator, table: str, wrong: dict[str, Any]
) -> None:
    made = tables.document(small_audit, "0.1.0")
    made[table][0] |= wrong
    assert not schema.is_valid(made)


def test_schema_knows_every_field_and_value(small_audit: Audit, schema: Draft202012Validator) -> None:
    definitions = schema.schema["$defs"]
    for table in tables.DOCUMENT:
        public = [column.name for column in table.columns if column.public]
        assert definitions[table.name]["required"] == public, table.name
    for section, held in tables.SECTIONS.items():
        assert schema.schema["properties"][section]["required"] == ["figures", *held]
        for table in held.values():
            assert {c.name: c.about for c in table.columns} == {
                name: about["description"] for name, about in definitions[table.name]["properties"].items()
            }
    values = {
        ("calls", "asks"): model.Ask, ("rules", "type"): model.RuleType, ("replies", "status"): model.ReplyStatus,
        ("ledger", "status"): model.Status, ("pressure", "labels"): model.Label, ("membership", "event"): model.Event,
        ("episodes", "kind"): model.EpisodeKind, ("checks", "verdict"): model.Verdict, ("checks", "type"): CHECKED,
    }  # fmt: skip
    for (table_name, field), closed in values.items():
        listed = definitions[table_name]["properties"][field]
        assert listed.get("items", listed)["enum"] == [member.value for member in closed]
    assert list(tables.document(small_audit, "0.1.0")["source"]) == definitions["source"]["required"]


def test_values_are_as_the_document_has_them(small_audit: Audit) -> None:
    made = tables.document(small_audit, "0.1.0")
    assert made["schema"] == 1
    assert made["generator"] == "podaudit 0.1.0"
    call, short = made["calls"]
    assert (call["time"], call["posted_at"], call["due"]) == (
        "2023-03-01T09:00:00", "2023-03-01T08:56:47Z", "2023-03-01T10:00:00",
    )  # fmt: skip
    assert (call["post_id"], short["post_id"], short["posted_at"], short["asks"]) == (
        "7036620272307725438",
        None,
        None,
        [],
    )
    assert [rule["value"] for rule in made["rules"]] == [5, {"posts": 1, "per": "day"}, "✅", None]
    assert [row["line"] for row in made["ledger"]] == [7, None]
    assert made["members"][1]["periods"] == [{"from": "2023-03-01T09:00:00", "until": "2023-03-02T00:00:00"}]
    assert made["pressure"][0]["why"] == {"threat": "laatste"}
    assert "key" not in call
    assert "phrases" not in made["pressure"][0]


def test_one_line_per_row(small_audit: Audit) -> None:
    lines = tables.dumps(tables.document(small_audit, "0.1.0")).split("\n")
    assert sum(line.startswith('  {"line": 2, "type": ') for line in lines) == 4


# --------------------------------------------------------------------------------------------------- the spreadsheet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gedaan ✅",
        " =1+1",
        "a=b",
        "1-2",
        "7036620272307725438",
        "2023-03-01T09:00:00",
        "[1]",
        "é",
        "https://x.example/=1",
    ],
)
def test_guard_leaves_harmless_cells_alone(text: str) -> None:
    assert tables.guard(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+31 6 12345678", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"]
)
def test_guard_disarms_what_a_spreadsheet_would_run(text: str) -> None:
    assert tables.guard(text) == f"'{text}"


@given(st.text() | st.text("=+-@\t\r\n'＝＋－＠a1"))
def test_guard_can_be_undone(text: str) -> None:
    assert tables.guard(text).removeprefix("'" * text.startswith(tables.GUARDED)) == text
    assert not tables.guard(text).startswith(tables.GUARDED[:-1])


@given(st.text() | st.text("=+-@\t\r\n'＝＋－＠a1;\""))
def test_guard_of_csv_can_be_undone_and_holds_wherever_cells_are_parted(text: str) -> None:
    cell = tables.guard_csv(text)
    assert undo(cell) == text
    written = io.StringIO(newline="")
    csv.writer(written).writerow([1, cell, "end"])
    for part in re.split("[;\t\r\n]", written.getvalue()):
        assert not part.lstrip('"').startswith(tables.GUARDED[:-1])


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize(
    "text", ["x;=1+1;y", "gedaan\n=3+3\nklaar", "a\t=4+4\tb", 'x;"=5+5";y', "Els;@SUM(1);+1;-1;＝1"]
)
def test_csv_that_is_parted_elsewhere_runs_nothing(separator: str, text: str, tmp_path: Path) -> None:
    """As a spreadsheet does it whose list separator is another; some take quotes in the midst of a cell as they stand."""
    chat = f"01-09-2023 08:00 - Els;=2+2;: {text}\n01-09-2023 08:01 - Bob: ja\n"
    made = audit(read(None, data=chat.encode(), name="chat.txt", options=Options()), Options())
    tables.write_tables(made, tmp_path, "csv", Options(), "0")
    for path in tmp_path.glob("*.csv"):
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            with path.open(encoding="utf-8", newline="") as file:
                cells = [c for row in csv.reader(file, delimiter=separator, quoting=quoting) for c in row]
            assert not [c for c in cells if c.lstrip('"').startswith(tables.GUARDED[:-1])], path.name


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.text("=,\"'\r\n\0;a")), max_size=4
    )
)
def test_csv_reads_back(values: list[tuple[str, str | None]]) -> None:
    names = ["one", "two"]
    text = tables._csv([dict(zip(names, row, strict=True)) for row in values], names)
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == names
    assert [[undo(cell) for cell in row] for row in rows] == [[one, two or ""] for one, two in values]


# ----------------------------------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("format", FORMATS)
def test_files_match_the_manifest(small_audit: Audit, tmp_path: Path, format: tables.Format) -> None:
    folder = tmp_path / "out"
    options = Options(me="Anna", date_order="dmy")
    written = tables.write_tables(small_audit, folder, format, options, "0.1.0")
    assert written[-1].name == "manifest.json"
    assert sorted(written) == sorted(folder.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    manifest = json.loads(written[-1].read_text(encoding="utf-8"))
    assert [row["file"] for row in manifest["outputs"]] == [path.name for path in written[:-1]]
    for row in manifest["outputs"]:
        data = (folder / row["file"]).read_bytes()
        assert (row["bytes"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert manifest["input"] == {"name": "chat.txt", "sha256": "0" * 64}
    assert manifest["generator"] == "podaudit 0.1.0"
    assert manifest["options"] == {
        "format": format, "date_order": "dmy", "me": "Anna", "strict": False, "max_bytes": options.max_bytes, "minutes": 3.0,
    }  # fmt: skip
    assert manifest["counts"] == {s.name: len(getattr(small_audit, s.name)) for s in model.TABLES} | {
        table.name: len(getattr(getattr(small_audit, section), name))
        for section, held in tables.SECTIONS.items()
        for name, table in held.items()
    }
    made = tables.document(small_audit)
    assert manifest["figures"] == {section: made[section]["figures"] for section in tables.SECTIONS}


@pytest.mark.parametrize("format", FORMATS)
def test_same_audit_same_bytes(small_audit: Audit, tmp_path: Path, format: tables.Format) -> None:
    for name in ("one", "two"):
        tables.write_tables(small_audit, tmp_path / name, format, Options(), "0.1.0")
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_jsonl_is_raw_and_agrees_with_the_document(small_audit: Audit, tmp_path: Path) -> None:
    tables.write_tables(small_audit, tmp_path, "jsonl", Options(), "0.1.0")
    made = tables.document(small_audit, "0.1.0")
    for schema in tables.DOCUMENT:
        lines = (tmp_path / f"{schema.name}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        assert [json.loads(line) for line in lines] == made[schema.name]
    messages = [json.loads(line) for line in (tmp_path / "messages.jsonl").read_bytes().decode().split("\n")[:-1]]
    assert [row["text"] for row in messages] == list(small_audit.messages["text"])
    assert messages[2] == {
        "line": 4, "line_end": 4, "time": None, "sender": "", "kind": "gap", "text": "\u2028?", "doubts": "",
        "why": "no header before it",
    }  # fmt: skip


def test_csv_is_guarded_and_reads_back(small_audit: Audit, tmp_path: Path) -> None:
    tables.write_tables(small_audit, tmp_path, "csv", Options(), "0.1.0")
    with open(tmp_path / "messages.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["sender"] == "'+31 6 12345678"
    assert rows[1]["text"].startswith("'=HYPERLINK")
    assert [undo(row["text"]) for row in rows] == list(small_audit.messages["text"])
    with open(tmp_path / "calls.csv", encoding="utf-8", newline="") as file:
        call, short = csv.DictReader(file)
    assert json.loads(call["asks"]) == ["comment", "react"]
    assert (call["line"], call["post_id"], short["post_id"], short["due"]) == ("5", "7036620272307725438", "", "")
    with open(tmp_path / "rules.csv", encoding="utf-8", newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["5", '{"posts": 1, "per": "day"}', "✅", ""]


@pytest.mark.parametrize("format", FORMATS)
def test_notes_name_every_column(format: tables.Format) -> None:
    notes = tables.notes(format)
    for schema in model.TABLES:
        assert f"\n{schema.name}.{format}\n" in notes
        assert all(f"\n  {column.name}: {column.about}" in notes for column in schema.columns if column.public)
    assert ("Spreadsheets" in notes) == (format in ("csv", "xlsx"))


def test_a_failure_leaves_no_manifest(small_audit: Audit, tmp_path: Path) -> None:
    tables.write_tables(small_audit, tmp_path, "csv", Options(), "0.1.0")
    (tmp_path / "calls.csv").unlink()
    (tmp_path / "calls.csv").mkdir()
    with pytest.raises(Unwritable):
        tables.write_tables(small_audit, tmp_path, "csv", Options(), "0.1.0")
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".*"))
