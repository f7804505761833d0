"""Tables as Arrow and Parquet: the types are those of the schemas, and the values those of the audit."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from podaudit import model, tables, typed
from podaudit.audit import Audit
from podaudit.model import Options, Schema


def read(table: Any, schema: Schema) -> pa.Table:
    return pq.read_table(io.BytesIO(typed.parquet(table, schema)))


@pytest.mark.parametrize("schema", tables.WRITTEN, ids=lambda s: s.name)
def test_an_empty_table_has_the_right_columns_and_types(schema: Schema) -> None:
    made = read(schema.frame(), schema)
    assert made.num_rows == 0
    assert made.column_names == [column.name for column in schema.columns if column.public]
    assert made.schema == typed.arrow_schema(schema)
    for field in made.schema:
        assert field.metadata[b"description"]


def test_types_are_those_of_the_schema(small_audit: Audit) -> None:
    calls = read(small_audit.calls, model.CALLS).schema
    assert calls.field("line").type == pa.int64()
    assert calls.field("post_id").type == pa.string()
    assert calls.field("time").type == pa.timestamp("us")
    assert calls.field("posted_at").type == pa.timestamp("us", "UTC")
    assert calls.field("asks").type == pa.list_(pa.string())
    assert (calls.field("time").nullable, calls.field("due").nullable) == (False, True)
    assert read(small_audit.checks, model.CHECKS).schema.field("lines").type == pa.list_(pa.int64())
    assert read(small_audit.pressure, model.PRESSURE).schema.field("why").type == pa.map_(pa.string(), pa.string())
    ties = tables.SECTIONS["network"]["ties"]
    assert read(small_audit.network.ties, ties).schema.field("share").type == pa.float64()


def test_values_are_those_of_the_audit(small_audit: Audit) -> None:
    call, short = read(small_audit.calls, model.CALLS).to_pylist()
    assert (call["post_id"], short["post_id"]) == ("7036620272307725438", None)
    assert call["posted_at"].tzinfo is not None
    assert call["posted_at"].replace(tzinfo=None) == small_audit.calls["posted_at"][0].to_pydatetime()
    assert call["asks"] == ["comment", "react"]
    assert [row["value"] for row in read(small_audit.rules, model.RULES).to_pylist()] == [
        "5", '{"posts": 1, "per": "day"}', '"✅"', None,
    ]  # fmt: skip
    members = read(small_audit.members, model.MEMBERS).to_pylist()
    assert members[1]["periods"] == [{"from": dt.datetime(2023, 3, 1, 9), "until": dt.datetime(2023, 3, 2)}]
    assert dict(read(small_audit.pressure, model.PRESSURE).to_pylist()[0]["why"]) == {"threat": "laatste"}
    texts = read(small_audit.messages, model.MESSAGES).column("text").to_pylist()
    assert texts == list(small_audit.messages["text"])  # raw: nothing is guarded


def test_every_table_reads_back_as_it_stands_in_json_lines(small_audit: Audit, tmp_path: Path) -> None:
    tables.write_tables(small_audit, tmp_path, "parquet", Options(), "0.1.0")
    for schema, frame in tables.frames(small_audit):
        held = pq.read_table(tmp_path / f"{schema.name}.parquet")
        plain = tables.rows(frame, schema)
        assert held.num_rows == len(plain)
        for column in schema.columns:
            if column.public and column.type in ("int", "int?", "str", "str?", "bool", "float?"):
                assert held.column(column.name).to_pylist() == [row[column.name] for row in plain], column.name
