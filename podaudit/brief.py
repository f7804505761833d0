"""The audit in twelve lines for the terminal: the report's questions, in its order, each with counts and denominators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from podaudit.dynamics.measures import PARTS, SATURDAY
from podaudit.dynamics.pressing import PRESSING, presses
from podaudit.model import REPORTED, Event, Label, Status, rows
from podaudit.terminal import count, gaps, plain

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.model import Source


def lines(audit: Audit) -> list[str]:
    """Twelve lines, and up to three on LinkedIn's exports where any were given; what the chat's text brings into them is safe to show."""
    return [
        _group(audit), _asked(audit), _rules(audit), _cost(audit), _read(audit), _record(audit), _pressure(audit),
        _spoken(audit), _given(audit), _circle(audit), _left(audit),
        "Not shown: what anybody did on LinkedIn or Instagram. A chat shows what people said, not what they did.",
        *(_evidence(audit.evidence.figures) if audit.evidence else ()),
    ]  # fmt: skip


def _evidence(figures: Mapping[str, Any]) -> list[str]:
    """What the owner's LinkedIn exports show of what was asked of her or him."""
    lacks = [
        f"LinkedIn: no file of {what} could be read in the archive; ask LinkedIn for the larger archive."
        for what in figures["missing"]
    ]
    if not figures["obligations"]:
        put = f"{figures['posts_put']} of them put before the group"
        return [*lacks, f"LinkedIn: {count(figures['posts'], 'post')} of the owner's known, {put}."]
    found = ("corroborated", "not_found", "unknown")
    claimed, other = ([figures[f"{said}_{of}"] for of in found] for said in ("claimed", "unclaimed"))
    clock = (
        "the chat's time zone is not known (--tz)"
        if figures["tz"] is None
        else f"times by {figures['tz']}, {figures['tz_grounds']}"
    )
    return [
        *lacks,
        f"LinkedIn: asked {count(figures['obligations'], 'time')}. Said to be done: {figures['claimed']}, of these found "
        f"{claimed[0]}, not found {claimed[1]}, unknown {claimed[2]}; of the others found {other[0]}, not found {other[1]}, "
        f"unknown {other[2]}. Not found is not 'not done'; {clock}.",
    ]


def _group(audit: Audit) -> str:
    source = audit.source
    name = plain(source.group) if source.group else "name not in the export"
    notes = f" ({count(len(source.warnings), 'note')} on the reading with -v)" if source.warnings else ""
    return (
        f"Group: {name}, {_period(source)}; {count(source.messages, 'message')} by {count(len(audit.members), 'member')}; "
        f"{gaps(source)}{notes}."
    )


def _period(source: Source) -> str:
    if source.first is None or source.last is None:
        return "no dates"
    return f"{source.first:%Y-%m-%d} to {source.last:%Y-%m-%d}"


def _asked(audit: Audit) -> str:
    callers = audit.calls["caller"].nunique()
    return (
        f"Asked: {count(len(audit.calls), 'post')} put before the group by {callers} of {count(len(audit.members), 'member')}, "
        f"{count(len(audit.repeats), 'repeat')}; {count(len(audit.ledger), 'request')}, one per post and member asked."
    )


def _rules(audit: Audit) -> str:
    if audit.rules.empty:
        return "Rules: none found."
    per_type = audit.rules.groupby("type")["line"].nunique()
    return (
        f"Rules: {len(audit.rules)} laid down in {count(audit.rules['line'].nunique(), 'message')}; "
        f"{int((per_type > 1).sum())} of {count(len(per_type), 'kind')} changed or repeated later."
    )


def _cost(audit: Audit) -> str:
    load = audit.load
    if not load.obligations:
        return "Cost: nothing was asked."
    asked = load.days["obligations"]
    evening = int(asked[load.days["hour"].isin(PARTS["evening"])].sum())
    weekend = int(asked[load.days["weekday"] >= SATURDAY].sum())
    return (
        f"Cost: {_hours(load.hours_asked)} hours at {load.minutes_each:g} minutes a request (stated, not measured), "
        f"{_hours(load.hours_done)} of them for what was said to be done; "
        f"{evening} of {load.obligations} requests in the evening, {weekend} at the weekend."
    )


def _hours(value: float) -> str:
    """As the report rounds: 6.35 is 6.4."""
    return f"{Decimal(str(value)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


def _read(audit: Audit) -> str:
    every = audit.network.latencies.iloc[:1].to_dict("records")
    if not every or not every[0]["n"]:
        return 'Read: no "done" is on record, so there are no times to measure.'
    row = every[0]
    soon = "too few to say how soon" if row["median"] is None else f"half of them within {row['median']:,.0f} minutes"
    faster, judged = row["faster"], row["judged"]
    if not row["to_read"]:
        sooner = "no call asked to read first"
    elif not judged:
        sooner = f"{row['to_read']} for calls that asked to read, whose times cannot show whether anybody did"
    else:
        sooner = f"{int(faster)} of {judged} sooner than one can read, where that was asked"
    return f'Read: {count(row["n"], "request")} with "done" on record, {soon}; {sooner}.'


def _record(audit: Audit) -> str:
    statuses = Counter(audit.ledger["status"].tolist())
    if not statuses:
        return "On record: nobody was asked anything."
    told = _counted(statuses, [s for s in Status if s is not Status.SILENT]) or "nothing"
    done = sum(statuses[s.value] for s in REPORTED)
    return (
        f"On record: {told}; {done} of {len(audit.ledger)} done. Nothing on record for {statuses[Status.SILENT.value]}, "
        "which is not the same as not done."
    )


def _pressure(audit: Audit) -> str:
    figures = audit.dynamics.figures
    labels = Counter(
        label for row in rows(audit.pressure) if presses(row.labels, row.actor, row.targets) for label in row.labels
    )
    told = _counted(labels, [x for x in Label if x in PRESSING], most=5)
    line = f"Pressure: {figures['pressing']} of {count(figures['labelled'], 'labelled message')} press members"
    line += f": {told}." if told else "."
    if figures["as_far_behind"]:
        line += f" {figures['of_these_named']} of {figures['as_far_behind']} who were as far behind were named."
    return line


def _spoken(audit: Audit) -> str:
    dissent = audit.dynamics.dissent
    followed = sum(bool(after) for after in dissent["after"])
    kinds = Counter(audit.episodes["kind"].tolist())
    told = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(kinds.items()))
    return (
        f"Spoke up: {count(len(dissent), 'message')} of dissent, {followed} of them followed by pressure or going. "
        f"Episodes: {len(audit.episodes)}" + (f" ({told})." if told else ".")
    )


def _given(audit: Audit) -> str:
    balance = audit.network.members["balance"]
    return (
        f"Give and take, on record: {int((balance > 0).sum())} of {count(len(balance), 'member')} gave more than they received, "
        f"{int((balance < 0).sum())} received more."
    )


def _circle(audit: Audit) -> str:
    ties = audit.network.ties
    given = int((ties["done"] > 0).sum())
    both = round((audit.network.reciprocity or 0) * given)
    return f"Circle: {given} of {count(len(ties), 'way')} from member to member with something given, {both} of them both ways."


def _left(audit: Audit) -> str:
    events = Counter(audit.membership["event"].tolist())
    moves = audit.dynamics.moves
    gone = moves[moves["event"].isin([Event.LEFT, Event.REMOVED])]
    pressed = int((gone["pressed_before"] > 0).sum())
    return (
        f"Left: {events[Event.LEFT]} left, {events[Event.REMOVED]} removed; {pressed} of {len(gone)} had been pressed by name in the "
        "14 days before."
    )


def _counted(counts: Counter[str], order: Iterable[str], most: int = 99) -> str:
    """As in "3 late, 2 refused": in the order given, or the most frequent where there are more than ``most``."""
    found = [(name, counts[name]) for name in order if counts[name]]
    shown = found if len(found) <= most else sorted(found, key=lambda pair: -pair[1])[:most]
    text = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in shown)
    return text if len(found) <= most else f"{text} and others"
