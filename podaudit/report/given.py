"""Who asked much and gave little: give and take, on record, by member."""

from __future__ import annotations

from dataclasses import dataclass

from podaudit.report import pictures
from podaudit.report.language import Piece
from podaudit.report.tally import Tally, rows
from podaudit.report.view import Column, Question, Row, Sort, Table


@dataclass(frozen=True, slots=True)
class Given:
    """The section: bars and a table, in alphabetical order."""

    question: Question
    bars: pictures.Rows
    members: Table


def given(t: Tally) -> Given | None:
    """None where nothing was asked."""
    held = {r["member"]: r for r in rows(t.audit.network.members)}
    if not held or not len(t.audit.ledger):
        return None
    shown = [(name, held[name]) for name in t.names if name in held]
    bars = pictures.gives(t.lang, [
        pictures.Give(t.member(name), r["asked"], r["given"], r["expected"], r["received"]) for name, r in shown
    ])  # fmt: skip
    return Given(_question(t, [r for _, r in shown]), bars, _table(t, shown))


def _question(t: Tally, held: list[dict[str, int]]) -> Question:
    lang = t.lang
    more, less = sum(r["balance"] > 0 for r in held), sum(r["balance"] < 0 for r in held)
    answer = [lang.say(
        "By what is on record, %(more)s of %(all)s members gave more than they received, %(less)s received more than they gave, and "
        "for %(even)s it is even.",
        more=t.figure("gave-more", more), all=lang.number(len(held)), less=t.figure("received-more", less),
        even=t.figure("even", len(held) - more - less),
    )]  # fmt: skip
    calls = sorted((r["calls"] for r in held), reverse=True)
    if len([n for n in calls if n]) > 3:
        top = sum(calls[:3])
        answer.append(lang.say(
            "The three members with most calls put up %(top)s of the %(all)s (%(share)s).", top=t.figure("top-three", top),
            all=lang.number(sum(calls)), share=lang.percent(top, sum(calls)),
        ))  # fmt: skip
    return Question(tuple(answer), (), (
        lang.say("Given: calls of others for which the member's “done” is on record, in time or late. Received: the same by others for "
                 "the member's own posts. Who gives without saying so gives more than this shows."),
        lang.say("One call asks something of everybody in the group, so what a member can receive grows with the group. The balance is "
                 "given less received; it is no judgement of anybody."),
    ))  # fmt: skip


def _table(t: Tally, shown: list[tuple[str, dict[str, int]]]) -> Table:
    lang, made = t.lang, []
    for name, r in shown:
        number = t.number.get(name, 0)
        of = lang.say(
            "%(n)s of %(all)s", n=Piece(lang.number(r["given"]), href=f"#p{number}"), all=lang.number(r["asked"])
        )
        got = lang.say("%(n)s of %(all)s", n=lang.number(r["received"]), all=lang.number(r["expected"]))
        sign = "+" if r["balance"] > 0 else "\N{MINUS SIGN}" if r["balance"] < 0 else ""
        made.append(Row((
            (t.member(name),), (Piece(lang.number(r["calls"])),), of, (Piece(lang.percent(r["given"], r["asked"])),),
            (Piece(lang.number(r["given_to"])),), got, (Piece(lang.percent(r["received"], r["expected"])),),
            (Piece(lang.number(r["received_from"])),), (Piece(sign + lang.number(abs(r["balance"]))),),
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("Own calls"), Sort.NUMBER),
        Column(lang.gettext("Given, of what was asked"), Sort.NUMBER),
        Column(lang.gettext("that is"), Sort.NUMBER), Column(lang.gettext("to members"), Sort.NUMBER),
        Column(lang.gettext("Received, of what was asked for own posts"), Sort.NUMBER), Column(lang.gettext("that is"), Sort.NUMBER),
        Column(lang.gettext("from members"), Sort.NUMBER),
        Column(lang.gettext("Balance"), Sort.NUMBER, lang.gettext("given less received")),
    )  # fmt: skip
    return Table("give", lang.gettext("Give and take on record, in alphabetical order"), columns, tuple(made))
