"""What the chat shows of the rules, by member: how often kept, broken or not to be known, and where broken."""

from __future__ import annotations

from collections import Counter, defaultdict

from podaudit.model import Verdict
from podaudit.report.language import N_, Piece, Text
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import rule_text
from podaudit.report.view import Column, Fold, Item, Row, Sort, Table

_LINKED, _LINKED_COMPACT = 40, 1  # messages linked per member, kind of rule and verdict
_VERDICTS = {Verdict.KEPT: N_("Kept"), Verdict.BROKEN: N_("Not kept"), Verdict.UNKNOWN: N_("Cannot be known")}


def checks(t: Tally) -> Table | None:
    """A row for every member whom a rule obliged on some occasion, in alphabetical order; None where none did."""
    table = t.audit.checks
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (member, verdict), n in Counter(zip(table["member"].tolist(), table["verdict"].tolist(), strict=True)).items():
        counts[member][verdict] = n
    lines: dict[str, dict[tuple[str, str], set[int]]] = defaultdict(lambda: defaultdict(set))
    by = ["member", "verdict", "type"]
    held = table[[*by, "lines"]]
    for row in rows(held.groupby(by, sort=False).head(_LINKED_COMPACT) if t.compact else held):
        if row["lines"]:
            lines[row["member"]][row["verdict"], row["type"]].add(row["lines"][-1])
    if not counts:
        return None
    lang = t.lang
    made = []
    for name in t.names:
        if name not in counts:
            continue
        anchor = f"k{t.number[name]}"
        cells: list[Text] = [(t.member(name),)]
        for verdict in Verdict:
            n = counts[name][verdict]
            cells.append((Piece(lang.number(n), href=f"#{anchor}-{verdict.value}"),) if n else ())
        items = []
        for verdict, words in _VERDICTS.items():
            of_kind = {kind: found for (v, kind), found in lines[name].items() if v == verdict}
            if counts[name][verdict]:
                where = [_where(t, kind, sorted(found), anchor) for kind, found in of_kind.items()]
                text: list[Piece] = []
                for part in where:
                    text += [Piece("; "), *part] if text else part
                items.append(Item(lang.gettext(words), tuple(text), f"{anchor}-{verdict.value}"))
        made.append(Row(tuple(cells), anchor, fold=Fold(lang.gettext("the messages"), tuple(items))))
    columns = (
        Column(lang.gettext("Member")), *(Column(lang.gettext(words), Sort.NUMBER) for words in _VERDICTS.values())
    )  # fmt: skip
    return Table("checks", lang.gettext("Occasions on which a rule applied, by member"), columns, tuple(made))


def _where(t: Tally, kind: str, lines: list[int], anchor: str) -> Text:
    """The rule, and links to the messages that show it."""
    most = _LINKED_COMPACT if t.compact else _LINKED
    links = t.evidence(lines, t.claim(t.lang.gettext("checked against a rule"), f"#{anchor}"), most)
    return (*rule_text(t.lang, kind, None), Piece(t.lang.gettext(": ")), *links)
