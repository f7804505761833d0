"""The data dictionary: every table and column with type, unit, allowed values and what it holds, from the schemas alone."""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Iterable
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podaudit.model import Column, Item, Schema

_WIDTH = 100
_WORDS = {
    "int": "whole number", "str": "text", "time": "time", "bool": "true or false", "float": "number",
    "any": "whole number, text or mapping",
}  # fmt: skip
_MANY = {"int": "whole numbers", "float": "numbers", "str": "texts"}
_JSON = {"int": "integer", "str": "string", "time": "string", "bool": "boolean", "float": "number"}
_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"


def type_of(column: Column) -> str:
    """A column's type in words, as in "list of whole numbers" and "text, may be empty"."""
    plain = column.type.rstrip("?")
    if plain == "list":
        return f"list of {_items(column.of)}"
    if plain == "map":
        return f"mapping of texts to {_items(column.of)}"
    return _WORDS[plain] + (", may be empty" if column.type.endswith("?") or plain == "any" else "")


def _items(of: Item) -> str:
    return _MANY[of] if isinstance(of, str) else f"mappings of {' and '.join(name for name, _ in of)}"


def unit_of(column: Column) -> str:
    """What a column's numbers or times are measured in; empty for what has no unit."""
    plain = column.type.rstrip("?")
    if plain == "time":
        return column.unit or "local time, no zone"
    if column.unit or plain != "int":
        return column.unit
    return "count"


def text(schema: Schema, suffix: str = "") -> str:
    """A table's dictionary as text: its name, what its rows are, and two lines or more a column."""
    lines = [schema.name + suffix, *_wrapped(schema.about, "  ")]
    for column in _public(schema):
        lines.append(f"  {column.name}: {column.about}")
        facts = [type_of(column), *filter(None, [unit_of(column)])]
        lines += _wrapped(
            "; ".join(facts) + (f". One of: {', '.join(column.values)}" if column.values else ""), "      "
        )
    return "\n".join(lines)


def markdown(schemas: Iterable[Schema]) -> str:
    """The dictionary of tables in Markdown: a heading and a table each."""
    made = ["# Data dictionary\n"]
    for schema in schemas:
        made.append(f"## {schema.name}\n\n{schema.about}\n")
        made.append(
            "| column | type | unit | allowed values | what it holds, and how it comes about |\n| --- | --- | --- | --- | --- |"
        )
        for c in _public(schema):
            cells = (f"`{c.name}`", type_of(c), unit_of(c), ", ".join(f"`{v}`" for v in c.values), c.about)
            made.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        made.append("")
    return "\n".join(made)


def json_schema(schema: Schema) -> str:
    """A JSON Schema of a table's rows as ``tables --format jsonl`` writes them."""
    columns = _public(schema)
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.about,
        "type": "object",
        "required": [column.name for column in columns],
        "additionalProperties": False,
        "properties": {column.name: _property(column) for column in columns},
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def document_schema() -> str:
    """The JSON Schema of the audit document, as it ships with the package."""
    return resources.files("podaudit").joinpath("audit.schema.json").read_text(encoding="utf-8")


def unknown(name: str, known: Iterable[str]) -> str:
    """One sentence on the name of a table that there is not, with those that come close."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(close)}?" if close else f"the tables are {', '.join(names)}."
    return f"there is no table '{name}'; {hint}"


def _property(column: Column) -> dict[str, Any]:
    plain, allowed = column.type.rstrip("?"), {"enum": list(column.values)} if column.values else {}
    made: dict[str, Any] = {"description": column.about}
    if unit := unit_of(column):
        made["x-unit"] = unit
    if plain == "list":
        return made | {"type": "array", "items": _item(column.of) | allowed}
    if plain == "map":
        names = {"propertyNames": allowed} if allowed else {}
        return made | {"type": "object", "additionalProperties": _item(column.of), **names}
    if plain == "any":
        return made | {"type": ["integer", "string", "object", "null"]}
    return made | _typed(column.type, "Z$" if column.unit == "UTC" else "$") | allowed


def _item(of: Item) -> dict[str, Any]:
    if isinstance(of, str):
        return _typed(of)
    return {
        "type": "object",
        "required": [name for name, _ in of],
        "properties": {name: _typed(type) for name, type in of},
    }


def _typed(type: str, end: str = "$") -> dict[str, Any]:
    plain = _JSON[type.rstrip("?")]
    made: dict[str, Any] = {"type": [plain, "null"] if type.endswith("?") else plain}
    if type.rstrip("?") == "time":
        made["pattern"] = _TIME + end
    return made


def _public(schema: Schema) -> list[Column]:
    return [column for column in schema.columns if column.public]


def _wrapped(paragraph: str, indent: str) -> list[str]:
    return textwrap.wrap(paragraph, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
