"""What came of one export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Failed(StrEnum):
    """Why an export gave no group."""

    UNREADABLE = "unreadable"  # it cannot be read, or holds no chat
    UNDECIDED = "undecided"  # only the user can decide, as on the order of day and month
    LEAK = "leak"  # a name or the like would have stood in its tables
    DIED = "died"  # the process that worked on it ended, alone too, as where memory runs out
    BUG = "bug"  # an error of podaudit itself


@dataclass(frozen=True, slots=True)
class Done:
    """A group that stands in the corpus. Its record is kept as it was written, which takes little memory."""

    group: str
    written: bytes  # JSON
    fresh: bool  # audited now, not found from an earlier run

    @property
    def record(self) -> Mapping[str, Any]:
        """What was made of the export: the row of GROUPS under ``group``, the files under ``outputs``."""
        held: Mapping[str, Any] = json.loads(self.written)
        return held


@dataclass(frozen=True, slots=True)
class Failure:
    """An export that gave no group; ``reason`` holds nothing of the chat."""

    group: str | None
    kind: Failed
    reason: str


Outcome = Done | Failure
