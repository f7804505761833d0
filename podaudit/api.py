"""podaudit for programs: an export in, an audit out, its tables as pandas DataFrames.

``import podaudit`` costs nothing; what is heavy is imported when something is audited.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from podaudit.corrections import NONE, Corrections
from podaudit.model import DecisionNeeded, Options

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.audit import Audit
    from podaudit.model import Export

PathLike = str | os.PathLike[str]
_OPTIONS = Options()


def audit(
    exports: PathLike | Iterable[PathLike],
    options: Options = _OPTIONS,
    corrections: Corrections | PathLike = NONE,
    *,
    linkedin: PathLike | Iterable[PathLike] = (),
    analytics: PathLike | Iterable[PathLike] = (),
    tz: str | None = None,
) -> Audit:
    """Audit an exported chat, or several exports of one group, which are read as one.

    ``corrections``: what a reader corrects, or the file that says so. ``linkedin`` and ``analytics``: the data archives (zip or
    folder) and analytics (.xlsx) that LinkedIn gave one of the members, who is ``options.me`` or found by the archive's name;
    ``Audit.evidence`` then holds what they add. ``tz``: the zone of the chat's clock, such as Europe/Amsterdam or +01:00, to
    set LinkedIn's UTC by; otherwise inferred.

    Raises ``PodauditError``: ``Unreadable`` where there is no chat, archive or workbook to read, ``DecisionNeeded`` where only
    the user can decide (the order of dates, ``options.strict``, a correction that does not fit, whose archive it is),
    ``DifferentGroups`` where the exports are not of one group, ``UnknownZone`` where there is no such zone.
    """
    from podaudit.audit import audit as run

    chats, archives, workbooks = map(_paths, (exports, linkedin, analytics))
    if not chats:
        raise ValueError("no export was given")
    given = None
    if archives or workbooks:
        from podaudit.evidence import gather

        given = gather(archives, workbooks, tz, options.max_bytes, options.me)
    elif tz is not None:
        raise ValueError("tz is for linkedin and analytics, of which none was given")
    wanted = corrections if isinstance(corrections, Corrections) else Corrections.read(Path(corrections))
    return run(read([*chats], options), options, wanted, given)


def _paths(given: PathLike | Iterable[PathLike]) -> list[Path]:
    return [Path(path) for path in ([given] if isinstance(given, (str, os.PathLike)) else given)]


def frames(audit: Audit) -> dict[str, pd.DataFrame]:
    """The tables of an audit by name: those, and the columns, that ``podaudit tables`` writes and ``podaudit schema`` explains."""
    from podaudit import tables

    return {
        schema.name: frame[[column.name for column in schema.columns if column.public]]
        for schema, frame in tables.frames(audit)
    }


def read(exports: list[Path | bytes], options: Options) -> Export:
    """Read an export, or several of one group as one; bytes are a chat that came without a file.

    ``options.me`` speaks of the phone that made the first export, ``options.date_order`` of every export that leaves the order
    open. Raises ``PodauditError``.
    """
    from podaudit.export import merge

    if len(exports) == 1:
        return _read(exports[0], options)
    others = replace(options, me=None)
    return merge([read_open(export, others if i else options) for i, export in enumerate(exports)])


def read_open(export: Path | bytes, options: Options, name: str = "") -> Export:
    """Read one of several exports: the order of dates that was given decides only where its own dates do not.

    ``name``: what it is called in messages and tables, where that is not its own name.
    """
    if options.date_order is None:
        return _read(export, options, name)
    try:
        return _read(export, replace(options, date_order=None), name)
    except DecisionNeeded:
        return _read(export, options, name)


def _read(export: Path | bytes, options: Options, name: str = "") -> Export:
    from podaudit import export as reader

    if isinstance(export, bytes):
        chat = reader.read(None, data=export, name=name or "chat.txt", options=options)
    else:
        chat = reader.read(export, name=name or export.name, options=options)
    if options.strict and chat.source.gaps:
        first = int(chat.messages.loc[chat.messages["kind"] == "gap", "line"].iloc[0])
        raise DecisionNeeded(
            f"{chat.source.name}:{first}: here is the first gap (in all: {chat.source.gaps}), lines that could not be read; "
            "--strict forbids them, so nothing was written; without --strict they are counted and listed in the report."
        )
    return chat
