"""One group in one row: the figures that groups are compared by, out of its audit. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from podaudit.corpus.consent import Consent
from podaudit.dynamics.measures import ratio
from podaudit.dynamics.named import wilson
from podaudit.dynamics.network import WITHIN
from podaudit.model import REPORTED, Ask, EpisodeKind, Event, Label, ReplyStatus, RuleType, Status, rows
from podaudit.report.sayings import kind_of

if TYPE_CHECKING:
    from podaudit.audit import Audit

_ENTERED = (Event.CREATED, Event.ADDED, Event.JOINED)


def summary(group: str, audit: Audit, consent: Consent | None) -> dict[str, Any]:
    """The row of GROUPS of an audit; with ``consent``, the audit is of those who gave it, and this says who they were."""
    source = audit.source
    statuses, labels = Counter(audit.ledger["status"]), _inside(audit.pressure["labels"])
    events = Counter(audit.membership["event"])
    asked, done = len(audit.ledger), sum(statuses[s] for s in REPORTED)
    wrote = int(audit.members["messages"].sum())
    days = None if source.first is None or source.last is None else (source.last.date() - source.first.date()).days + 1
    low, high = (round(end, 4) for end in wilson(done, asked)) if asked else (None, None)
    pressing = audit.dynamics.figures["pressing"]
    return {
        "group": group, "first": source.first, "last": source.last, "days": days, "lines": source.lines,
        "messages": source.messages, "notices": source.system_messages, "gaps": source.gaps, "platform": source.platform,
        "date_order": source.date_order, "languages": dict(source.languages),
        "warnings": [kind_of(said) for said in source.warnings],
        "members": len(audit.members) if consent is None else consent.members,
        "consenting": None if consent is None else len(audit.members),
        "rows_left_out": None if consent is None else consent.rows_left_out,
        "entered": sum(events[e] for e in _ENTERED), "left": events[Event.LEFT], "removed": events[Event.REMOVED],
        "calls": len(audit.calls), "callers": audit.network.callers, "repeats": len(audit.repeats),
        "platforms": dict(sorted(Counter(audit.calls["platform"]).items())),
        "asks": _in_order(Ask, _inside(audit.calls["asks"])),
        "calls_per_week": None if days is None else ratio(7 * len(audit.calls), days),
        "top_three": audit.network.top_three, "gini": audit.network.gini,
        "rules": len(audit.rules), "rule_types": _in_order(RuleType, Counter(audit.rules["type"])),
        "obligations": asked, "statuses": _in_order(Status, statuses), "done": done,
        "compliance": ratio(done, asked), "compliance_low": low, "compliance_high": high,
        "replies": _in_order(ReplyStatus, Counter(audit.replies["status"])),
        "labelled": len(audit.pressure), "labels": _in_order(Label, labels),
        "per_100": {label: ratio(100 * n, wrote) for label, n in _in_order(Label, labels).items()} if wrote else {},
        "pressing": pressing, "pressing_per_100": ratio(100 * pressing, wrote),
        "episodes": _in_order(EpisodeKind, Counter(audit.episodes["kind"])),
        **_dissent(audit), **_answers(audit),
        "reciprocity": audit.network.reciprocity, "weighted_reciprocity": audit.network.weighted_reciprocity,
        "density": audit.network.density,
        "minutes_each": audit.load.minutes_each, "hours_asked": audit.load.hours_asked,
        "hours_done": audit.load.hours_done, "median_per_week": audit.load.median_per_week,
        "highest_per_week": audit.load.highest_per_week,
    }  # fmt: skip


def _inside(lists: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(item for items in lists for item in items)


def _in_order(names: type[StrEnum], counts: Counter[str]) -> dict[str, int]:
    """Those counted at all, in the codebook's order."""
    return {name.value: counts[name] for name in names if counts[name]}


def _dissent(audit: Audit) -> dict[str, int]:
    """What befell, within 14 days, the members who objected."""
    went: dict[str, set[str]] = {}
    for row in rows(audit.dynamics.dissent):
        went.setdefault(row.member, set()).update(after["what"] for after in row.after)
    removed = sum(Event.REMOVED in what for what in went.values())
    left = sum(Event.LEFT in what and Event.REMOVED not in what for what in went.values())
    return {"dissenters": len(went), "dissenters_removed": removed, "dissenters_left": left}


def _answers(audit: Audit) -> dict[str, Any]:
    """The times to an answer, of all members together."""
    names = {"n": "n", "median": "median", "p90": "p90", **{f"within_{m}": f"within_{m}" for m in WITHIN}}
    together = next(rows(audit.network.latencies), None)
    return {
        f"latency_{name}": 0 if together is None and name == "n" else getattr(together, name, None) for name in names
    }
