"""Excel: text is text, dates are dates, and what does not fit is said."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from podaudit import model, tables
from podaudit.audit import Audit
from podaudit.model import Column, Options, Schema
from podaudit.workbook import CHARACTERS, ROWS, Workbook, workbook

TEXTS = Schema("texts", (Column("line", "int", "a number"), Column("text", "str", "a text")))


def cells(data: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def written(*texts: str, most: int = 100) -> Any:
    return book_of(TEXTS.frame(list(enumerate(texts))), TEXTS, most)


def book_of(table: pd.DataFrame, schema: Schema, most: int = ROWS) -> Workbook:
    with tempfile.TemporaryDirectory() as folder:
        return workbook(table, schema, tables.guard, Path(folder), most)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+31 6 00000001",
        "@SUM(A1)",
        "{=1+1}",
        "https://example.org/x",
        "7036620272307725438",
        "2023-03-01",
        "TRUE",
    ],
)
def test_nothing_in_a_cell_is_run_or_turned_into_something_else(text: str) -> None:
    data = written(text).data
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = book["texts"]["B2"]
    assert (cell.value, cell.data_type) == (tables.guard(text), "s")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


@pytest.mark.parametrize(
    "text", ["twee\nregels", "a\tb", " spaces ", "<b>&amp;</b>", "🚀 é \u202e", "_x0041_", "\x0b\x1b"]
)
def test_texts_read_back(text: str) -> None:
    (_, (_, read)) = cells(written(text).data)["texts"]
    assert openpyxl.utils.escape.unescape(read) == tables.guard(text)


def test_types_are_kept(small_audit: Audit) -> None:
    head, call, short = cells(book_of(small_audit.calls, model.CALLS).data)["calls"]
    row = dict(zip(head, call, strict=True))
    assert row["line"] == 5
    assert row["time"] == dt.datetime(2023, 3, 1, 9)
    assert row["post_id"] == "7036620272307725438"
    assert json.loads(row["asks"]) == ["comment", "react"]
    assert dict(zip(head, short, strict=True))["post_id"] is None
    book = openpyxl.load_workbook(io.BytesIO(book_of(small_audit.calls, model.CALLS).data))
    posted = head.index("posted_at") + 1
    assert book["calls"].cell(2, posted).number_format.endswith('"Z"')
    head, *held = cells(book_of(small_audit.messages, model.MESSAGES).data)["messages"]
    assert held[2][head.index("time")] is None  # a gap has no time


def test_a_time_before_excel_has_dates_stands_as_text() -> None:
    schema = Schema("times", (Column("time", "time", "a time"),))
    table = schema.frame([(dt.datetime(1899, 12, 31, 12),), (dt.datetime(1900, 3, 1),)])
    assert cells(book_of(table, schema).data)["times"][1:] == [
        ["1899-12-31T12:00:00"],
        [dt.datetime(1900, 3, 1)],
    ]


def test_rows_that_do_not_fit_go_on_in_a_further_sheet() -> None:
    made = written(*"abcde", most=2)
    held = cells(made.data)
    assert list(held) == ["texts", "texts (2)", "texts (3)"]
    assert [row[1] for rows in held.values() for row in rows[1:]] == list("abcde")
    assert all(rows[0] == ["line", "text"] for rows in held.values())
    assert made.sheets == 3
    assert list(cells(written(most=2).data)["texts"]) == [["line", "text"]]


def test_a_text_longer_than_a_cell_is_cut_and_said(small_audit: Audit, tmp_path: Path) -> None:
    fits, long, wide = "x" * CHARACTERS, "x" * (CHARACTERS + 1), "🚀" * CHARACTERS
    made = written(fits, long, wide)
    assert made.cut == 2
    for text, row in zip((fits, long, wide), cells(made.data)["texts"][1:], strict=True):
        assert row[1] == text or (row[1].endswith(" … [cut]") and text.startswith(row[1].removesuffix(" … [cut]")))
        assert len(row[1].encode("utf-16-le")) <= 2 * CHARACTERS

    small_audit.messages.loc[1, "text"] = long
    told: list[str] = []
    folder = tmp_path / "out"
    tables.write_tables(small_audit, folder, "xlsx", Options(), "0.1.0", told.append)
    (remark,) = told
    assert remark.startswith("messages.xlsx: cells cut short")
    assert json.loads((folder / "manifest.json").read_text())["remarks"] == told
    assert " ".join(remark.split()) in " ".join((folder / "TABLES.txt").read_text().split())


def test_nothing_of_the_clock_is_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(written("x").data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        assert "2000-01-01T00:00:00Z" in archive.read("docProps/core.xml").decode()
