"""Bytes of an exported chat -> messages, membership and members, with everything that was assumed on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podaudit.model import Export, Options

__all__ = ["read"]


def read(path: Path | None, *, data: bytes | None = None, name: str, options: Options) -> Export:
    """Read an export (.txt, or the .zip a phone shares) from ``path``, or from ``data`` for a stream.

    ``name`` is the file name as shown to the reader. Times are local as exported. ``members.periods`` holds
    ``{"from": datetime or None, "until": datetime or None}``. Raises ``Unreadable`` when there is no chat to read and
    ``DecisionNeeded`` when the date order is open or ``options.me`` names nobody.
    """
    # Arrow and pandas cost half a second to import: not before there is something to read.
    from podaudit.export import assemble, source

    return assemble.export(source.load(path, data, name, options.max_bytes, assemble.weigh), name, options)
