"""Bytes of an exported chat -> messages, membership and members, with everything that was assumed on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podaudit.model import Export, Options

__all__ = ["merge", "read"]


def read(path: Path | None, *, data: bytes | None = None, name: str, options: Options) -> Export:
    """Read an export (.txt, or the .zip a phone shares) from ``path``, or from ``data`` for a stream.

    ``name`` is the file name as shown to the reader. Times are local as exported. ``members.periods`` holds
    ``{"from": datetime or None, "until": datetime or None}``. Raises ``Unreadable`` when there is no chat to read and
    ``DecisionNeeded`` when the date order is open or ``options.me`` names nobody.
    """
    # Arrow and pandas cost half a second to import: not before there is something to read.
    from podaudit.export import assemble, source

    return assemble.export(source.load(path, data, name, options.max_bytes, assemble.weigh), name, options)


def merge(exports: Sequence[Export]) -> Export:
    """One export out of several of the same group, whose messages stand in one order and are counted once.

    The first gives the names and the clock. Lines are those of the merged text; ``origins`` says where each message
    stands. Raises ``DifferentGroups`` where they cannot be told to be of one group.
    """
    from podaudit.export.merging import merge as join

    return join(exports)
