"""What the chat shows of the rules, by member: how often kept, broken or not to be known, and where broken."""

from __future__ import annotations

from collections import Counter, defaultdict

from podaudit.model import Verdict
from podaudit.report.language import Piece, Text
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import rule_text
from podaudit.report.view import CheckRow

_LINKED, _LINKED_COMPACT = 12, 3  # messages linked per member and kind of rule


def check_rows(t: Tally) -> tuple[CheckRow, ...]:
    """A row for every member whom a rule obliged on some occasion, in alphabetical order."""
    checks = t.audit.checks
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for member, verdict in zip(checks["member"].tolist(), checks["verdict"].tolist(), strict=True):
        counts[member][verdict] += 1
    shown: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(checks[checks["verdict"] == Verdict.BROKEN], ("member", "type", "lines")):
        shown[row["member"]][row["type"]].add(row["lines"][-1])
    made = []
    for name in t.names:
        if name in counts:
            number = counts[name]
            where = tuple(_where(t, kind, sorted(lines)) for kind, lines in shown[name].items())
            kept, broken, unknown = (t.lang.number(number[v]) if number[v] else "" for v in Verdict)
            made.append(CheckRow(t.member(name), kept, broken, unknown, where))
    return tuple(made)


def _where(t: Tally, kind: str, lines: list[int]) -> Text:
    """The rule, and links to the messages that show it broken."""
    linked = lines[: _LINKED_COMPACT if t.compact else _LINKED]
    for line in linked:
        t.cite(line, (Piece(t.lang.gettext("rule not kept"), href="#kept"),))
    more = [Piece("…")] if len(lines) > len(linked) else []
    return (*rule_text(t.lang, kind, None), Piece(": "), *t.lang.listing([*(t.line(line) for line in linked), *more]))
