"""The target of LinkedIn's files: any bytes under any of their names are read, with every row a column of each or unread."""

from __future__ import annotations

import tempfile
from pathlib import Path

from podaudit.evidence import analytics, files, reading
from podaudit.evidence.schemas import What
from podaudit.model import Unreadable

_MOST = 1 << 20


def linkedin(data: bytes) -> None:
    """The first byte says what the rest claims to be: one of the archive's files, the archive, or an analytics workbook."""
    kinds = list(What)
    kind, rest = (data[0] if data else 0) % (len(kinds) + 2), data[1:]
    if kind < len(kinds):
        columns = reading.read(kinds[kind], rest)
        assert {len(cells) for cells in columns.cells.values()} <= {len(columns)}
        assert columns.unread >= 0
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given.zip")
        path.write_bytes(b"PK\x03\x04" + rest)
        try:
            files.load(path, _MOST) if kind == len(kinds) else analytics.load(path)
        except Unreadable as refused:
            assert str(refused).endswith(".") and "\n" not in str(refused)
