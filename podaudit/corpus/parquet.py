"""The tables of a corpus as Parquet: typed by their schemas alone, so that the files of all groups fit together."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from podaudit.typed import parquet

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.model import Schema


def to_parquet(table: pd.DataFrame, schema: Schema) -> bytes:
    """The public columns of a table of ``schema``; all of them may be empty, for small counts can be held back."""
    return parquet(table, schema, sparse=True)


def from_parquet(data: bytes) -> list[Mapping[str, Any]]:
    """The rows of a file that :func:`to_parquet` wrote, as plain values; mappings are mappings again."""
    table = pq.read_table(io.BytesIO(data))
    maps = {field.name for field in table.schema if pa.types.is_map(field.type)}
    rows: Sequence[Mapping[str, Any]] = table.to_pylist()
    return [{name: dict(v) if name in maps else v for name, v in row.items()} for row in rows]
