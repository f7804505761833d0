"""Tables with the types that their schemas declare: Arrow tables, and Parquet files of them.

``int`` is a 64-bit integer, ``float?`` a double, ``time`` a timestamp in microseconds (without a zone, or in UTC where the
column's unit says so), ``list`` a list and ``map`` a map of what the column is ``of``; ``any`` holds JSON as text.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    import pyarrow as pa

    from podaudit.model import Column, Item, Schema


def arrow_schema(schema: Schema, sparse: bool = False) -> pa.Schema:
    """The Arrow schema of a table's public columns; each field says in its metadata what it holds.

    ``sparse``: every column may be empty, as where small counts are held back.
    """
    import pyarrow as pa

    return pa.schema([
        pa.field(
            c.name, _type(c.type, c.of, c.unit), sparse or c.type in ("any", "list", "map") or c.type.endswith("?"),
            {"description": c.about, **({"unit": c.unit} if c.unit else {})},
        )
        for c in schema.columns if c.public
    ])  # fmt: skip


def to_arrow(table: pd.DataFrame, schema: Schema, sparse: bool = False) -> pa.Table:
    """The public columns of ``table`` as an Arrow table; the values are those of the audit, unguarded."""
    import pyarrow as pa

    made = arrow_schema(schema, sparse)
    return pa.Table.from_arrays(
        [_array(table[c.name], c, made.field(c.name).type) for c in schema.columns if c.public], schema=made
    )


def parquet(table: pd.DataFrame, schema: Schema, sparse: bool = False) -> bytes:
    """``table`` as a Parquet file; ``sparse`` as for ``arrow_schema``. Deterministic for one version of pyarrow."""
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(to_arrow(table, schema, sparse), file, compression="zstd")
    return file.getvalue()


def _type(type: str, of: Item = "str", unit: str = "") -> pa.DataType:
    import pyarrow as pa

    match type.rstrip("?"):
        case "int":
            return pa.int64()
        case "float":
            return pa.float64()
        case "bool":
            return pa.bool_()
        case "time":
            return pa.timestamp("us", "UTC" if unit == "UTC" else None)
        case "list":
            return pa.list_(_item(of))
        case "map":
            return pa.map_(pa.string(), _item(of))
        case _:
            return pa.string()


def _item(of: Item) -> pa.DataType:
    import pyarrow as pa

    if isinstance(of, str):
        return _type(of)
    return pa.struct([pa.field(name, _type(type)) for name, type in of])


def _array(values: pd.Series[Any], column: Column, type: pa.DataType) -> Any:
    import pyarrow as pa

    if column.type == "any":
        return pa.array([None if v is None else json.dumps(v, ensure_ascii=False) for v in values], type)
    if column.type == "map":
        return pa.array([None if v is None else list(v.items()) for v in values], type)
    if column.type == "list" and not isinstance(column.of, str):
        return pa.array([_structs(v, [name for name, _ in column.of]) for v in values], type)
    return pa.array(values, type, from_pandas=True)


def _structs(values: Iterable[Any] | None, names: Iterable[str]) -> list[dict[str, Any]] | None:
    return None if values is None else [{name: value.get(name) for name in names} for value in values]
