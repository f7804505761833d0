"""Which rules are in force where: from the message after, until a later one of the type replaces the rule or it is lifted.

The one place that says so. Order is that of the lines, for clocks run back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podaudit.model import rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules of one chat by type, each type's versions in order of line; a version is a row of RULES."""

    versions: Mapping[str, Sequence[Any]]
    _lines: Mapping[str, Sequence[int]]

    @staticmethod
    def of(rules: pd.DataFrame) -> Standing:
        """Index RULES, which is ordered by line."""
        versions: dict[str, list[Any]] = defaultdict(list)
        for row in rows(rules):
            versions[row.type].append(row)
        return Standing(dict(versions), {kind: [row.line for row in held] for kind, held in versions.items()})

    def number(self, kind: str, line: int) -> int:
        """Which version of a type is in force for the message on ``line``, counted from 1; 0 where none is."""
        n = bisect_left(self._lines.get(kind, ()), line)
        lifted = self.versions[kind][n - 1].lifted if n else None
        return 0 if lifted is not None and lifted < line else n

    def at(self, kind: str, line: int) -> Any | None:
        """The row of RULES that is in force for the message on ``line``, if any."""
        n = self.number(kind, line)
        return self.versions[kind][n - 1] if n else None


def in_force(rules: pd.DataFrame, line: int) -> dict[str, Any]:
    """The rules in force for the message on ``line``: type -> its row of RULES, in order of line."""
    standing = Standing.of(rules)
    held = {kind: row for kind in standing.versions if (row := standing.at(kind, line)) is not None}
    return dict(sorted(held.items(), key=lambda item: item[1].line))
