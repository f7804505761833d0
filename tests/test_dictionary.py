"""The data dictionary is kept in step with the schemas, the tables and the audit document."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator

from podaudit import dictionary, tables
from podaudit.audit import Audit
from podaudit.model import Column, Schema

Call = Callable[..., tuple[int, bytes, str]]
PUBLIC = [(schema, column) for schema in tables.WRITTEN for column in schema.columns if column.public]


@pytest.mark.parametrize("schema", tables.WRITTEN, ids=lambda s: s.name)
def test_every_table_says_what_its_rows_are(schema: Schema) -> None:
    assert schema.about.endswith(".")
    for text in (dictionary.text(schema), dictionary.markdown([schema])):
        assert schema.about.split()[0] in text
        assert all(
            f"{column.name}" in text and column.about.split("|")[0] in text
            for column in schema.columns
            if column.public
        )


@pytest.mark.parametrize(("schema", "column"), PUBLIC, ids=lambda x: x.name)
def test_every_column_has_a_type_and_what_is_measured_a_unit(schema: Schema, column: Column) -> None:
    assert dictionary.type_of(column)
    assert bool(dictionary.unit_of(column)) == (column.type.rstrip("?") in ("int", "float", "time"))
    if column.name in ("line", "line_end", "of") or column.name.endswith("_line"):
        assert column.unit == "line of the export"
    if column.name in ("lines", "faster_lines"):
        assert column.of == "int"
    assert len(set(column.values)) == len(column.values)


def test_allowed_values_are_those_of_the_audit_document() -> None:
    definitions = json.loads(dictionary.document_schema())["$defs"]
    for schema in tables.DOCUMENT:
        for column in schema.columns:
            about = definitions[schema.name]["properties"].get(column.name, {})
            allowed = about.get("items", about).get("enum") or about.get("propertyNames", {}).get("enum")
            if column.public and allowed:
                assert list(column.values) == allowed, f"{schema.name}.{column.name}"


def test_rows_fit_their_json_schema_and_wrong_ones_do_not(small_audit: Audit) -> None:
    for schema, frame in tables.frames(small_audit):
        wanted = json.loads(dictionary.json_schema(schema))
        Draft202012Validator.check_schema(wanted)
        check = Draft202012Validator(wanted)
        for row in tables.rows(frame, schema):
            assert [error.message for error in check.iter_errors(row)] == []
            assert not check.is_valid({**row, "more": 1})
            for column in schema.columns:
                if column.values and column.type == "str":
                    assert not check.is_valid({**row, column.name: "clap"})


def test_schema_prints_the_dictionary(call: Call) -> None:
    status, out, _ = call("schema")
    assert status == 0
    assert [schema.name for schema in tables.WRITTEN if f"\n{schema.name}\n" not in f"\n{out.decode()}"] == []
    status, out, _ = call("schema", "ledger")
    assert out.decode() == dictionary.text(dict((s.name, s) for s in tables.WRITTEN)["ledger"]) + "\n"
    assert "One of: confirmed, late, excused, refused, promised, silent" in out.decode()
    status, out, _ = call("schema", "ledger", "--format", "markdown")
    assert "| `status` | text |" in out.decode()


def test_schema_prints_json_schemas(call: Call, small_audit: Audit) -> None:
    _, out, _ = call("schema", "--format", "json")
    assert Draft202012Validator(json.loads(out)).is_valid(tables.document(small_audit))
    _, out, _ = call("schema", "rules", "--format", "json")
    assert json.loads(out)["title"] == "rules"


def test_an_unknown_table_is_wrong_usage(call: Call) -> None:
    status, out, said = call("schema", "cals")
    assert (status, out) == (2, b"")
    assert "did you mean calls" in said
    assert "the tables are messages, origins" in call("schema", "xyz")[2]


def test_the_dictionary_stands_beside_the_tables() -> None:
    notes = tables.notes("csv")
    assert all(dictionary.text(schema, ".csv") in notes for schema in tables.WRITTEN)
