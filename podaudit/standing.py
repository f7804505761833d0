"""Which rules are in force where: a rule holds from the message after it, until a later one of its type replaces it.

The one place that says so. Order is that of the lines, for clocks run back. A rule that is lifted would end here as well,
once RULES can say that one is.
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
        """How many versions of a type were laid down before the message on ``line``; the last of them is in force."""
        return bisect_left(self._lines.get(kind, ()), line)

    def at(self, kind: str, line: int) -> Any | None:
        """The row of RULES that is in force for the message on ``line``, if any."""
        n = self.number(kind, line)
        return self.versions[kind][n - 1] if n else None


def in_force(rules: pd.DataFrame, line: int) -> dict[str, Any]:
    """The rules in force for the message on ``line``: type -> its row of RULES, in order of line."""
    standing = Standing.of(rules)
    held = {kind: row for kind in standing.versions if (row := standing.at(kind, line)) is not None}
    return dict(sorted(held.items(), key=lambda item: item[1].line))
