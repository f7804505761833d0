"""Whether it was one circle: between whom something was given, and whether both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from podaudit.dynamics.measures import FEW
from podaudit.report import pictures
from podaudit.report.language import Piece, Text
from podaudit.report.pressed import left_out
from podaudit.report.tally import Tally, rows
from podaudit.report.view import Column, Question, Row, Sort, Table

_PAIRS, _PAIRS_COMPACT = 400, 150  # rows


@dataclass(frozen=True, slots=True)
class Circle:
    """The section: the circle, its members by number, and the pairs."""

    question: Question
    ring: pictures.Ring
    pairs: Table


def circle(t: Tally) -> Circle | None:
    """None where nobody could give anybody anything."""
    ties = {(r["giver"], r["receiver"]): r for r in rows(t.audit.network.ties)}
    if not ties:
        return None
    there_are = {name for pair in ties for name in pair}
    names = [name for name in t.names if name in there_are]
    pairs = [
        (a, b, ties.get((first, second)), ties.get((second, first)))
        for a, first in enumerate(names) for b, second in enumerate(names[a + 1 :], start=a + 1)
        if (first, second) in ties or (second, first) in ties
    ]  # fmt: skip
    drawn = [
        (a, b, _n(there, "asked"), _n(there, "done"), _n(back, "asked"), _n(back, "done"))
        for a, b, there, back in pairs
    ]
    ring = pictures.ring([(t.member(name).text, f"#p{t.number[name]}") for name in names], drawn)
    return Circle(_question(t, ties), ring, _table(t, names, pairs))


_Tie = dict[str, Any] | None  # a row of ``network.ties``


def _n(tie: _Tie, key: str) -> int:
    return int(tie[key]) if tie else 0


def _question(t: Tally, ties: dict[tuple[str, str], dict[str, Any]]) -> Question:
    lang = t.lang
    given = {pair for pair, r in ties.items() if r["done"]}
    both = sum((b, a) in given for a, b in given)
    answer = [lang.say(
        "Of %(all)s ways from one member to another along which something was asked, %(given)s have a “done” on record (%(share)s). Of "
        "those %(given)s, %(both)s run both ways (%(mutual)s).",
        all=t.figure("ties", len(ties)), given=t.figure("ties-given", len(given)), share=lang.percent(len(given), len(ties)),
        both=t.figure("ties-mutual", both), mutual=lang.percent(both, len(given)),
    )]  # fmt: skip
    always = len(t.audit.network.pairs)
    answer.append(lang.say_n(
        "%(n)s pair of members answered nine of ten of each other's calls or more.",
        "%(n)s pairs of members answered nine of ten of each other's calls or more.", always, n=t.figure("always", always),
    ))  # fmt: skip
    return Question(tuple(answer), (), (
        lang.say("A way leads from a member who was asked to the member whose post it was. It counts as given when at least one “done” is "
                 "on record. What is not on record may have been given all the same, so the circle may be closer than this shows."),
        lang.say("Pairs that answered nine of ten are counted from %(n)s calls each way on.", n=lang.number(FEW)),
        lang.say("Members stand around the circle in alphabetical order. The nearness of two numbers means nothing."),
    ))  # fmt: skip


def _table(t: Tally, names: list[str], pairs: list[tuple[int, int, _Tie, _Tie]]) -> Table:
    lang = t.lang
    every = sorted(pairs, key=lambda p: -(_n(p[2], "done") + _n(p[3], "done")))
    kept = sorted(every[: _PAIRS_COMPACT if t.compact else _PAIRS], key=lambda p: p[:2])

    def way(r: _Tie) -> tuple[Text, Text]:
        if r is None:
            return (), ()
        found = () if t.compact else t.evidence(r["lines"], most=8)
        return lang.say("%(n)s of %(all)s", n=lang.number(r["done"]), all=lang.number(r["asked"])), found

    made = []
    for a, b, there, back in kept:
        cells: list[Text] = [
            (Piece(lang.number(a + 1)),),
            (t.member(names[a]),),
            (Piece(lang.number(b + 1)),),
            (t.member(names[b]),),
        ]
        one, other = way(there), way(back)
        cells += [one[0], other[0]] if t.compact else [one[0], one[1], other[0], other[1]]
        made.append(Row(tuple(cells)))
    lines = () if t.compact else (Column(lang.gettext("lines"), Sort.ORDER),)
    columns = (
        Column(lang.gettext("No."), Sort.NUMBER), Column(lang.gettext("One")), Column(lang.gettext("No."), Sort.NUMBER),
        Column(lang.gettext("The other")), Column(lang.gettext("the one gave, of what was asked"), Sort.NUMBER), *lines,
        Column(lang.gettext("the other gave, of what was asked"), Sort.NUMBER), *lines,
    )  # fmt: skip
    return Table("ties", lang.gettext("Pairs of members of whom one asked something of the other"), columns, tuple(made), head=1,
                 note=left_out(t, len(pairs) - len(made)))  # fmt: skip
