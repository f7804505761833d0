"""The audit as data: the audit document, and tables in files with a manifest."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import textwrap
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from podaudit import __version__
from podaudit.dictionary import text
from podaudit.dynamics.load import TABLES as LOAD_TABLES
from podaudit.dynamics.network import TABLES as NETWORK_TABLES
from podaudit.dynamics.pressing import TABLES as DYNAMICS_TABLES
from podaudit.evidence.schemas import TABLES as EVIDENCE_TABLES
from podaudit.model import (
    ABSENCES,
    CALLS,
    CHECKS,
    CORRECTIONS,
    EPISODES,
    LEDGER,
    MEMBERS,
    MEMBERSHIP,
    ORIGINS,
    PRESSURE,
    REPEATS,
    REPLIES,
    RULES,
    TABLES,
    Schema,
    Unwritable,
)
from podaudit.verify import seal_manifest
from podaudit.writing import Inputs, check_replaced, is_ours, make_folder, remove, staging, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from podaudit.audit import Audit
    from podaudit.model import Options, Source

SCHEMA_VERSION = 1
Format = Literal["csv", "jsonl", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
Row = dict[str, Any]

DOCUMENT = (
    MEMBERS, CALLS, REPEATS, RULES, REPLIES, ABSENCES, LEDGER, CHECKS, PRESSURE, MEMBERSHIP, EPISODES, ORIGINS,
    CORRECTIONS,
)  # fmt: skip


def _named(section: str, schemas: tuple[Schema, ...]) -> dict[str, Schema]:
    return {schema.name.removeprefix(f"{section}_"): schema for schema in schemas}


# Sections of figures: the name of a table in its section -> its schema, whose own name is that of its file.
SECTIONS = {
    "dynamics": _named("dynamics", DYNAMICS_TABLES),
    "network": _named("network", NETWORK_TABLES),
    "load": _named("load", LOAD_TABLES),
}
# One more, where the owner's LinkedIn exports were given.
EVIDENCE = {"evidence": _named("evidence", EVIDENCE_TABLES)}
# A file each; those of the evidence where there is any.
WRITTEN = (*TABLES, *(schema for held in (SECTIONS | EVIDENCE).values() for schema in held.values()))
MANIFEST = "manifest.json"
NOTES = "TABLES.txt"

# A spreadsheet runs a cell that begins so, full-width forms included. The apostrophe is in the list so that the guard
# can be undone: whatever begins with one afterwards has one too many.
GUARDED = tuple("=+-@\t\r\n＝＋－＠'")
# In most of Europe a spreadsheet parts CSV at semicolons, and knows no quotes in the midst of a cell.
_PARTED = re.compile(r"""(^"*(?=[\t\r\n])|(?:^|[;\t\r\n])"*(?=[=+\-@＝＋－＠']))""")
_UTC = frozenset({"posted_at", "utc"})
_HOW = {
    "csv": (
        'CSV: UTF-8, comma, cells quoted with ", lines ended by CR LF. Lists and mappings stand as JSON; empty means '
        "no value. Spreadsheets run cells that begin with = + - @, a tab, a line break or the full-width ＝ ＋ － ＠. "
        "A text that begins with one of these, or with ', therefore has a ' put before it (a number such as +31 6 … "
        "reads '+31 6 …), and so it has within the text behind a semicolon, a tab or a line break, where some spreadsheets part "
        "cells. To read the value back, drop one ' from the beginning of every cell that begins with one, and one behind every "
        'semicolon, tab or line break that has one (behind any " there): in regular expressions, ((?:^|[;\\t\\r\\n])"*)\' becomes \\1.'
    ),
    "jsonl": "JSON Lines: UTF-8, one object a line, values as they are; null means no value.",
    "parquet": (
        "Parquet: values as they are and typed: times are timestamps, lists are lists, mappings are maps; a rule's value is "
        "JSON as text. Every column says in its metadata what it holds."
    ),
    "xlsx": (
        "Excel: a workbook a table, texts as text, times as dates, lists and mappings as JSON; empty means no value. "
        "Spreadsheets run cells that begin with = + - @, a tab, a line break or the full-width ＝ ＋ － ＠, once a workbook is "
        "saved as CSV. A text that begins with one of these, or with ', therefore has a ' put before it. To read the value back, "
        "drop one ' from the beginning of every cell that begins with one."
    ),
}


def document(audit: Audit, version: str = __version__) -> Row:
    """The audit document: every public column of the audit's tables, lists in the order of the export's lines.

    Times are ISO 8601 strings, local and without a zone, but for ``posted_at``, which is UTC and ends in ``Z``.
    """
    made: Row = {"schema": SCHEMA_VERSION, "generator": f"podaudit {version}", "source": _source(audit.source)}
    made |= {schema.name: rows(getattr(audit, schema.name), schema) for schema in DOCUMENT}
    made |= {name: _section(getattr(audit, name), held) for name, held in sections(audit).items()}
    return made


def sections(audit: Audit) -> dict[str, dict[str, Schema]]:
    """The sections of figures that an audit has."""
    return SECTIONS if audit.evidence is None else SECTIONS | EVIDENCE


def _section(section: Any, tables: dict[str, Schema]) -> Row:
    """A section of figures: its tables by name, and what stands in no table under ``figures``."""
    held = {table: rows(getattr(section, table), schema) for table, schema in tables.items()}
    return {"figures": _figures(section, tables), **held}


def _figures(section: Any, tables: dict[str, Schema]) -> Row:
    """What stands in no table of a section."""
    found = {f.name: _plain(getattr(section, f.name)) for f in fields(section) if f.name not in tables}
    own: Row = found.pop("figures", {})
    return found | own


def rows(table: pd.DataFrame, schema: Schema) -> list[Row]:
    """The public columns of ``table`` as plain values, a mapping per row."""
    columns = [column for column in schema.columns if column.public]
    values = [_plain_column(table[column.name], column.type, column.name in _UTC) for column in columns]
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def dumps(made: Row) -> str:
    """``made`` as JSON that a person can read and a line-based tool can compare: one line per row. Deterministic."""
    parts = []
    for key, value in made.items():
        if key in SECTIONS or key in EVIDENCE:
            inner = ",\n".join(f"  {_compact(name)}: {_listed(held, 3)}" for name, held in value.items())
            parts.append(f" {_compact(key)}: {{\n{inner}\n }}")
        else:
            parts.append(f" {_compact(key)}: {_listed(value, 2)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _listed(value: Any, depth: int) -> str:
    """A list with a line per item, indented; anything else on one line."""
    if not (isinstance(value, list) and value):
        return _compact(value)
    items = f",\n{' ' * depth}".join(_compact(item) for item in value)
    return f"[\n{' ' * depth}{items}\n{' ' * (depth - 1)}]"


def file_names(format: Format) -> list[str]:
    """The files beside the manifest that ``write_tables`` may write."""
    return [*(_file(schema, format) for schema in WRITTEN), NOTES]


def _file(schema: Schema, format: Format) -> str:
    return f"{schema.name}.{format}"


def check_folder(folder: Path, names: Iterable[str], inputs: Inputs) -> None:
    """Say early that files called ``names`` and a manifest cannot go into ``folder``.

    Raises ``Unwritable`` where one of them would replace an input, what is no regular file, or a manifest of another program's.
    """
    for path in (folder / name for name in (*names, MANIFEST)):
        check_replaced(path, inputs)
    if os.path.lexists(folder / MANIFEST) and not is_ours(folder / MANIFEST):
        raise Unwritable(
            f"{folder / MANIFEST} is not podaudit's, and would be replaced; name another folder with -o, or move it away."
        )


def write_tables(
    audit: Audit,
    folder: Path,
    format: Format,
    options: Options,
    version: str,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write every table into ``folder`` (made if it is missing), with notes on the columns and, last, the manifest.

    Each file is private and written whole; while the manifest is missing, the folder is not complete. Returns the
    files in the order of writing; ``tell`` gets a sentence for what did not fit into one. Raises ``Unwritable``.
    """
    make_folder(folder)
    remove(folder / MANIFEST)
    written: list[Path] = []
    outputs: list[Row] = []
    counts: dict[str, int] = {}
    remarks: list[str] = []

    def put(name: str, data: bytes) -> None:
        write_whole(folder / name, data)
        written.append(folder / name)
        outputs.append({"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    made = frames(audit)
    for schema, frame in made:
        counts[schema.name] = len(frame)
        name = _file(schema, format)
        data, *said = written_as(format, frame, schema, folder)
        put(name, data)
        remarks += [f"{name}: {remark}" for remark in said]
    put(NOTES, notes(format, [schema for schema, _ in made], remarks, audit.source.pseudonyms).encode())

    manifest = {
        "sha256": "",
        "schema": SCHEMA_VERSION,
        "generator": f"podaudit {version}",
        "input": {"name": audit.source.name, "sha256": audit.source.sha256},
        "source": _source(audit.source),
        "options": {"format": format, **_options(audit, options)},
        "counts": counts,
        "remarks": remarks,
        "figures": {name: _figures(getattr(audit, name), held) for name, held in sections(audit).items()},
        "outputs": outputs,
    }
    write_whole(folder / MANIFEST, seal_manifest(dumps(manifest).encode("utf-8", "replace")))
    for remark in remarks:
        tell(remark)
    return [*written, folder / MANIFEST]


def frames(audit: Audit) -> list[tuple[Schema, pd.DataFrame]]:
    """Every table that is written, in the order of writing."""
    made = [(schema, getattr(audit, schema.name)) for schema in TABLES]
    for section, held in sections(audit).items():
        made += [(schema, getattr(getattr(audit, section), name)) for name, schema in held.items()]
    return made


def written_as(format: Format, frame: pd.DataFrame, schema: Schema, folder: Path) -> tuple[Any, ...]:
    """A table as a file's bytes, then a sentence for each thing that did not fit into it as it is.

    What has to wait on the disk meanwhile does so in ``folder``.
    """
    if format == "parquet":
        from podaudit.typed import parquet

        return (parquet(frame, schema),)
    if format == "xlsx":
        from podaudit.workbook import CHARACTERS, ROWS, workbook

        with staging(folder) as part:
            made = workbook(frame, schema, guard, part)
        remarks = []
        if made.sheets > 1:
            remarks.append(f"its {len(frame)} rows are spread over {made.sheets} sheets, for a sheet holds {ROWS}.")
        if made.cut:
            remarks.append(
                f"cells cut short, for a cell holds {CHARACTERS} characters: {made.cut}; other formats hold all."
            )
        return (made.data, *remarks)
    writer: Callable[[list[Row], list[str]], str] = _csv if format == "csv" else _jsonl
    return (writer(rows(frame, schema), [c.name for c in schema.columns if c.public]).encode("utf-8", "replace"),)


def _options(audit: Audit, options: Options) -> Row:
    """The options as given; with pseudonyms, without the name of who made the export."""
    return asdict(options) | ({} if audit.source.pseudonyms is None else {"me": None})


_PRIVATE = (
    "These files hold names, numbers and messages of real people. They are private: keep them where others can't "
    "read them."
)
_PSEUDONYMOUS = (
    "People, the group, posts and files bear pseudonyms here, under a key that is not in this folder; links and who made the "
    "export are left out. sha256 of the input is an HMAC of its SHA-256 under that key. Pseudonymised data are still personal "
    "data: whoever was in the group may recognise people by what happened, and so may whoever has the key."
)
_WORDS = {
    "none": "Nothing that members wrote is in here.",
    "redacted": "Messages stand redacted: names of members, numbers, addresses, links, handles and files are replaced, as far as "
    "they are recognised. Read them before you hand them on.",
}


def _handling(pseudonyms: Mapping[str, Any] | None) -> str:
    """How to treat the files, by what is in them."""
    last = (
        "manifest.json lists every file with its SHA-256 and carries its own; it is written last, so without it the folder is not "
        "complete."
    )
    if pseudonyms is None:
        return f"{_PRIVATE} {last}"
    coarse, few = pseudonyms["coarse"], pseudonyms["suppress"]
    parts = [_PSEUDONYMOUS, _WORDS[pseudonyms["text"]]]
    parts += [f"Times are those of the beginning of the {coarse}."] if coarse else []
    parts += (
        ["Counts from 1 to 4 are left out of the tables of figures, and what is worked out from them."] if few else []
    )
    return " ".join((*parts, last))


def notes(
    format: Format,
    schemas: Sequence[Schema] = WRITTEN,
    remarks: Sequence[str] = (),
    pseudonyms: Mapping[str, Any] | None = None,
) -> str:
    """What stands beside the tables: how values are written, how to treat the files, what did not fit, and each column."""
    paragraphs = [
        "Tables written by podaudit. What the words mean: podaudit explain NAME.",
        "Lines are lines of the exported text, counted from 1; of several exports, of their merged text, and the table origins says "
        "where each stands. Their times are by the clock of the first. Times are local, as the export shows them, in ISO 8601; "
        "posted_at and utc are UTC and end in Z. post_id has 19 digits: load it as text (in pandas, dtype={'post_id': str}), or the "
        "last digits change. A chat shows what people said, not what they did.",
        _handling(pseudonyms),
        _HOW[format],
        *remarks,
    ]
    lines = "\n\n".join(textwrap.fill(paragraph, 100, break_on_hyphens=False) for paragraph in paragraphs).split("\n")
    return "\n".join([*lines, *(f"\n{text(schema, f'.{format}')}" for schema in schemas)]) + "\n"


def guard(text: str) -> str:
    """``text`` as a cell that no spreadsheet runs. Undo: drop one ``'`` from the beginning where there is one."""
    return f"'{text}" if text.startswith(GUARDED) else text


def guard_csv(text: str) -> str:
    """``text`` as a cell of CSV that no spreadsheet runs, whatever it parts cells at. Undo: as ``TABLES.txt`` says."""
    return _PARTED.sub(r"\1'", text)


def _source(source: Source) -> Row:
    """What was read, as in the audit document."""
    return {
        "name": source.name,
        "sha256": source.sha256,
        "lines": source.lines,
        "messages": source.messages,
        "system_messages": source.system_messages,
        "gaps": source.gaps,
        "platform": source.platform,
        "date_order": source.date_order,
        "clock": source.clock,
        "encoding": source.encoding,
        "first": _plain(source.first),
        "last": _plain(source.last),
        "group": source.group,
        "languages": dict(source.languages),
        "warnings": list(source.warnings),
        "files": [{name: _plain(value) for name, value in asdict(file).items()} for file in source.files],
        "line_ledger": asdict(source.line_ledger),
        **({} if source.pseudonyms is None else {"pseudonyms": dict(source.pseudonyms)}),
    }


def _plain_column(column: pd.Series[Any], type: str, utc: bool) -> list[Any]:
    """The values of one column as what JSON knows; missing ones are None."""
    if type.startswith("time"):
        zone = "Z" if utc else ""
        return [f"{value.isoformat(timespec='seconds')}{zone}" if there else None
                for value, there in zip(column, column.notna(), strict=True)]  # fmt: skip
    if type in ("float?", "list", "map", "any"):
        return [_plain(value) for value in column]
    if type in ("int?", "str?") or (type == "int" and column.hasnans):  # counts may have been left out on request
        kind = str if type == "str?" else int
        return [kind(value) if there else None for value, there in zip(column, column.notna(), strict=True)]
    values: list[Any] = column.tolist()
    return values


def _plain(value: Any) -> Any:
    """A nested value as what JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return str(value)
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:  # the last: not a number
        return None
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return value.item() if hasattr(value, "item") else value  # a numpy scalar


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _jsonl(table: list[Row], names: list[str]) -> str:
    return "".join(f"{_compact(row)}\n" for row in table)


def _csv(table: list[Row], names: list[str]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in table)
    return file.getvalue()


def _cell(value: Any) -> str:
    """One value as text for CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_csv(value)
    if isinstance(value, list | dict):
        return guard_csv(_compact(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _compact(value)
