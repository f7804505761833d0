"""Consent: only the rows of members who posted an agreed sentence are kept.

The whole chat is read first, for what a message means depends on those around it. Then every row that somebody else wrote,
or that is about somebody else, goes; others' names go out of lists of members; and the figures are worked out anew from what
is left. A call of somebody else goes with all that the ledger says of it, so that what stays on record is what consenting
members asked of one another.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podaudit.audit import figures
from podaudit.dynamics import episodes
from podaudit.export.words import unedited
from podaudit.model import Kind

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.audit import Audit

_TABLES = (
    "messages", "members", "membership", "calls", "repeats", "rules", "replies", "absences", "ledger", "checks", "pressure",
)  # fmt: skip


_AROUND = " .!…\"'“”„«»‘’*_~"  # what people put around a sentence that they copy


@dataclass(frozen=True, slots=True)
class Consent:
    """What the filter did: how many members there were, and how many rows it dropped from the audit's tables."""

    members: int
    rows_left_out: int


def _said(text: str) -> str:
    return " ".join(unedited(text).split()).casefold().strip(_AROUND)


def consenting(messages: pd.DataFrame, sentence: str) -> set[str]:
    """The members who posted the sentence as a message of its own; case, spaces and the signs around it do not count.

    A message of which it is doubtful whose it is, such as one pasted with an earlier time, is nobody's consent.
    """
    wanted = _said(sentence)
    sure = (messages["kind"] == Kind.TEXT) & (messages["member"] != "") & (messages["doubts"] == "")
    texts = messages.loc[sure, ["member", "text"]]
    return {
        member for member, text in zip(texts["member"], texts["text"], strict=True) if wanted and _said(text) == wanted
    }


def only_consenting(audit: Audit, sentence: str, minutes: float) -> tuple[Audit, Consent]:
    """The audit of those who posted ``sentence``; ``minutes``: as in ``Options``."""
    keep = consenting(audit.messages, sentence)
    kept = _rows(audit, keep)
    left_out = sum(len(getattr(audit, name)) - len(kept[name]) for name in _TABLES)
    # Who is gone left no rows, and there is no telling from a count of the whole chat's messages who wrote them.
    source = dataclasses.replace(
        audit.source, messages=len(kept["messages"]),
        system_messages=int((kept["messages"]["kind"] == Kind.NOTICE).sum()), group=None,
    )  # fmt: skip
    asked = dataclasses.replace(
        audit, source=source, **kept,
        origins=audit.origins[audit.origins["line"].isin(kept["messages"]["line"])].reset_index(drop=True),
        links=audit.links[audit.links["line"].isin(kept["messages"]["line"])].reset_index(drop=True),
        episodes=episodes(kept["pressure"], kept["replies"], kept["membership"]),
    )  # fmt: skip
    made = dataclasses.replace(asked, **figures(asked, asked.pressure, minutes))
    return made, Consent(len(audit.members), left_out)


def _rows(audit: Audit, keep: set[str]) -> dict[str, Any]:
    """The tables of ``_TABLES`` with the rows of the members in ``keep``."""
    members = set(audit.members["name"])
    others = members - keep

    def own(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """The rows all of whose members consent; who is no member of the chat has no say."""
        there = ~table[list(columns)].isin(others).any(axis=1)
        return table[there].reset_index(drop=True)

    def named(names: list[str]) -> list[str]:
        return [name for name in names if name not in others]

    notices = audit.membership[["line", "member", "by"]]
    about_others = set(notices.loc[notices[["member", "by"]].isin(others).any(axis=1), "line"])
    messages = own(audit.messages, "member")
    spoken = (messages["kind"] != Kind.NOTICE) | ~messages["line"].isin(about_others)
    membership = own(audit.membership, "member")
    membership = membership.assign(by=membership["by"].mask(membership["by"].isin(others)))
    calls = own(audit.calls, "caller", "beneficiary")
    asked = set(zip(calls["line"], calls["key"], strict=True))
    lines = set(calls["line"])

    def of_kept_calls(table: pd.DataFrame, line: str) -> pd.DataFrame:
        there = [pair in asked for pair in zip(table[line], table["key"], strict=True)]
        return table.loc[there].reset_index(drop=True)

    messages = messages[spoken & (messages["kind"] != Kind.GAP)].reset_index(drop=True)
    writers = dict(zip(audit.messages["line"], audit.messages["member"], strict=True))
    repeats = of_kept_calls(audit.repeats, "of")
    checks = own(audit.checks, "member")
    checks = checks[
        checks["rule_line"].map(writers).isin(keep)
        & (checks["post_id"].isna() & checks["url"].isna() | checks["line"].isin(lines))
    ]
    pressure = own(audit.pressure, "actor")
    pressure["targets"] = [named(targets) for targets in pressure["targets"]]
    return {
        "messages": messages,
        "members": own(audit.members, "name"),
        "membership": membership,
        "calls": calls,
        "repeats": repeats[repeats["line"].map(writers).isin(keep)].reset_index(drop=True),
        "rules": own(audit.rules, "by"),
        "replies": of_kept_calls(own(audit.replies, "member"), "call_line"),
        "absences": own(audit.absences, "member"),
        "ledger": of_kept_calls(own(audit.ledger, "member"), "call_line"),
        "checks": checks.reset_index(drop=True),
        "pressure": pressure,
    }
