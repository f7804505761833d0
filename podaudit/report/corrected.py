"""What the reader corrected, listed so that nobody takes it for what podaudit found."""

from __future__ import annotations

from typing import Any

from podaudit.model import CorrectionKind, Label
from podaudit.report.language import Piece, Text, visible
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import LABELS, rule_text
from podaudit.report.view import Column, Row, Sort, Table


def corrections(t: Tally) -> Table | None:
    """A row for every correction; the message that it speaks of is cited. None where there are none."""
    lang, made = t.lang, []
    for n, row in enumerate(rows(t.audit.corrections), 1):
        anchor = f"k{n}"
        if row["line"] is not None:
            t.cite(row["line"], (Piece(lang.gettext("corrected by the reader"), href=f"#{anchor}"),))
        line = (Piece("–"),) if row["line"] is None else (t.line(row["line"]),)
        made.append(Row((line, _what(t, row), (Piece(visible(row["reason"] or "–"), name=True),)), anchor))
    columns = (
        Column(lang.gettext("Line"), Sort.NUMBER), Column(lang.gettext("What the reader says of it")),
        Column(lang.gettext("Reason given")),
    )  # fmt: skip
    return (
        Table("corrections", lang.gettext("Corrections, all of which were applied"), columns, tuple(made))
        if made
        else None
    )


def _what(t: Tally, row: dict[str, Any]) -> Text:
    """What the reader says of the message, or of two members."""
    lang, members = t.lang, t.lang.listing([t.member(name) for name in row["members"]])
    match CorrectionKind(row["kind"]):
        case CorrectionKind.SAME_MEMBER:
            return lang.say("%(members)s are one member", members=members)
        case CorrectionKind.NO_CALL:
            return lang.say("is no call")
        case CorrectionKind.CALL:
            return lang.say("is a call, for %(members)s", members=members) if members else lang.say("is a call")
        case CorrectionKind.NO_RULE if row["term"]:
            return lang.say("lays down no such rule: %(rule)s", rule=rule_text(lang, row["term"], None))
        case CorrectionKind.NO_RULE:
            return lang.say("lays down no rule")
        case CorrectionKind.RULE:
            return lang.say("lays down a rule: %(rule)s", rule=rule_text(lang, row["term"], None))
        case CorrectionKind.NO_REPLY:
            return lang.say("is no reply to a call")
        case CorrectionKind.REPLY:
            for line in row["calls"]:
                t.cite(line)
            lines = lang.listing([t.line(line) for line in row["calls"]])
            return lang.say_n(
                "speaks of the call in line %(lines)s",
                "speaks of the calls in lines %(lines)s",
                len(row["calls"]),
                lines=lines,
            )
        case CorrectionKind.NO_LABEL:
            return lang.say("does not carry the label “%(label)s”", label=_label(t, row["term"]))
        case CorrectionKind.LABEL if members:
            return lang.say(
                "carries the label “%(label)s”, aimed at %(members)s", label=_label(t, row["term"]), members=members
            )
        case CorrectionKind.LABEL:
            return lang.say("carries the label “%(label)s”", label=_label(t, row["term"]))


def _label(t: Tally, label: str) -> str:
    return t.lang.gettext(LABELS[Label(label)][0])
