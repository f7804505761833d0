"""The codes that a message can be given by hand, one by one with yes or no, and those that the audit gives it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from podaudit.model import Label, ReplyStatus

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.model import Source

CALL, RULE = "call", "rule"
CODES: tuple[str, ...] = (CALL, RULE, *ReplyStatus, *Label)
GROUPS = {CALL: ("detector", "calls"), RULE: ("detector", "rules")}  # where the codebook has them
GROUPS |= {x: ("reply", x.value) for x in ReplyStatus} | {x: ("label", x.value) for x in Label}


def found(audit: Audit) -> dict[int, frozenset[str]]:
    """By line of the export, the codes that the audit gives its message; lines without any are left out."""
    made: dict[int, set[str]] = defaultdict(set)
    for table, code in ((audit.calls, CALL), (audit.rules, RULE), (audit.absences, ReplyStatus.EXCUSE.value)):
        for line in table["line"].tolist():
            made[line].add(code)
    for line, status in zip(audit.replies["line"].tolist(), audit.replies["status"].tolist(), strict=True):
        made[line].add(status)
    for line, labels in zip(audit.pressure["line"].tolist(), audit.pressure["labels"].tolist(), strict=True):
        made[line].update(labels)
    return {line: frozenset(codes) for line, codes in sorted(made.items())}


def chat_id(source: Source) -> str:
    """A short name for an export, to tell sheets of different chats apart; a letter first, or Excel may see a number."""
    return f"c{source.sha256[:12]}"
