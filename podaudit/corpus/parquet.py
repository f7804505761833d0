"""Tables as Parquet: the columns' types follow from the schema alone, so that the files of all groups fit together."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from podaudit.model import Column, Schema

if TYPE_CHECKING:
    import pandas as pd

_TIME = pa.timestamp("us")
_PLAIN = {
    "int": pa.int64(), "int?": pa.int64(), "str": pa.string(), "str?": pa.string(), "bool": pa.bool_(), "time": _TIME,
    "time?": _TIME, "any": pa.float64(),
}  # fmt: skip
# What the type in the schema leaves open: what lists and mappings hold.
_WHOLE_NUMBERS = frozenset({"lines", "faster_lines", "hours"})
_RECORDS = {
    "periods": pa.struct([("from", _TIME), ("until", _TIME)]),
    "after": pa.struct([("line", pa.int64()), ("what", pa.string()), ("by", pa.string())]),
}
_WORDS = frozenset({"why", "phrases"})
_SHARES = frozenset({"languages", "per_100"})
_MIXED = frozenset({"value"})  # of a rule: a number, words or a mapping; stands as JSON


def arrow_type(column: Column) -> pa.DataType:
    """The Parquet type of a column; ``any`` is a number with decimals, but for the value of a rule, which is JSON."""
    if column.type == "list":
        return pa.list_(pa.int64() if column.name in _WHOLE_NUMBERS else _RECORDS.get(column.name, pa.string()))
    if column.type == "map":
        kind = pa.string() if column.name in _WORDS else pa.float64() if column.name in _SHARES else pa.int64()
        return pa.map_(pa.string(), kind)
    return pa.string() if column.name in _MIXED else _PLAIN[column.type]


def to_parquet(table: pd.DataFrame, schema: Schema) -> bytes:
    """The public columns of a table of ``schema``. The same table gives the same bytes; nothing else stands in the file."""
    columns = [column for column in schema.columns if column.public]
    fields = [pa.field(c.name, arrow_type(c)) for c in columns]  # all may be empty: small counts can be held back
    arrays = [_array(table[c.name], c) for c in columns]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), file, compression="zstd")
    return file.getvalue()


def _array(values: pd.Series[Any], column: Column) -> pa.Array:
    kind = arrow_type(column)
    if column.name in _MIXED:
        return pa.array(
            [None if v is None else json.dumps(v, ensure_ascii=False, sort_keys=True) for v in values], kind
        )
    if column.type == "map":
        return pa.array([list(v.items()) for v in values], kind)
    if column.type in ("list", "any"):
        return pa.array(values.tolist(), kind)
    return pa.array(values, kind, from_pandas=True)


def from_parquet(data: bytes) -> list[Mapping[str, Any]]:
    """The rows of a file that :func:`to_parquet` wrote, as plain values; mappings are mappings again."""
    table = pq.read_table(io.BytesIO(data))
    maps = {field.name for field in table.schema if pa.types.is_map(field.type)}
    rows: Sequence[Mapping[str, Any]] = table.to_pylist()
    return [{name: dict(v) if name in maps else v for name, v in row.items()} for row in rows]
