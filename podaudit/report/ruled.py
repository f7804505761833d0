"""By what rules, how they changed, and what the chat shows of their being kept."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from podaudit.report import pictures
from podaudit.report.kept import checks
from podaudit.report.language import N_, Piece, plain
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import rule_text
from podaudit.report.view import Column, Question, Row, Sort, Table

_SNIPPET = 260


@dataclass(frozen=True, slots=True)
class Ruled:
    """The section: the rules over time, one by one, and how they were kept."""

    question: Question
    strips: tuple[pictures.Strip, ...]
    ticks: tuple[pictures.Tick, ...]
    rules: Table | None
    checks: Table | None


def ruled(t: Tally) -> Ruled:
    """Rules by type in the order of first appearance, so that a rule and what replaced it stand together."""
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(t.audit.rules):
        held[row["type"]].append(row)
    t.fetch([*t.audit.rules["line"].tolist(), *t.audit.rules["lifted"].dropna().tolist()])
    numbered = {id(row): n for n, row in enumerate((row for versions in held.values() for row in versions), start=1)}
    drawn, ticks = _strips(t, held, numbered)
    return Ruled(_question(t, held), drawn, ticks, _table(t, held, numbered) if held else None, checks(t))


def _question(t: Tally, held: dict[str, list[dict[str, Any]]]) -> Question:
    lang = t.lang
    if not held:
        return Question((lang.say("In this chat no rules were found."),), (), ())
    count = sum(map(len, held.values()))
    lines = {row["line"] for versions in held.values() for row in versions}
    by = sorted({row["by"] for versions in held.values() for row in versions})
    changed = [kind for kind, versions in held.items() if len({v["line"] for v in versions}) > 1]
    answer = [lang.say_n(
        "%(n)s rule of %(kinds)s kinds was laid down in %(messages)s messages, by %(people)s.",
        "%(n)s rules of %(kinds)s kinds were laid down in %(messages)s messages, by %(people)s.", count,
        n=lang.number(count), kinds=lang.number(len(held)), messages=lang.number(len(lines)), people=t.members(by),
    )]  # fmt: skip
    if changed:
        names = [Piece(plain(rule_text(lang, kind, None))) for kind in changed]
        answer.append(lang.say_n(
            "%(n)s of the kinds was changed or repeated later: %(names)s.",
            "%(n)s of the kinds were changed or repeated later: %(names)s.", len(changed),
            n=lang.number(len(changed)), names=lang.listing(names),
        ))  # fmt: skip
    else:
        answer.append(lang.say("None was changed later."))
    return Question(tuple(answer), t.evidence(lines, rest="t-rules"), (
        lang.say("A rule is what members must, should or may not do in or for the group, put as a standing norm and not as a "
                 "request about one post. A later rule of the same kind replaces the earlier one from the next message on."),
        lang.say("A rule ends where one who lays down the rules says that it no longer holds. Rules told elsewhere, as in the group's "
                 "description, are not read."),
        *(() if t.wordless else (lang.say("The marked words in the message decided it."),)),
    ))  # fmt: skip


def _strips(
    t: Tally, held: dict[str, list[dict[str, Any]]], numbered: dict[int, int]
) -> tuple[tuple[pictures.Strip, ...], tuple[pictures.Tick, ...]]:
    source = t.audit.source
    if not held or source.first is None or source.last is None:
        return (), ()
    drawn = []
    for kind, versions in held.items():
        bars = []
        for i, row in enumerate(versions):
            end = _end(t, row, versions[i + 1 :])
            until = end[1] if end else max(source.last, row["time"])
            words = plain(rule_text(t.lang, kind, row["value"]))
            title = f"{words}: {t.lang.moment(row['time'])} – {t.lang.moment(until)}"
            bars.append(pictures.Bar(row["time"], until, f"#r{numbered[id(row)]}", title, end is not None))
        drawn.append((rule_text(t.lang, kind, versions[0]["value"] if len(versions) == 1 else None), bars))
    return pictures.strips(t.lang, drawn, min(source.first, source.last), source.last)


def _end(t: Tally, row: dict[str, Any], versions: Sequence[dict[str, Any]]) -> tuple[int, dt.datetime] | None:
    """Line and time of the message that lifts a rule or replaces it; None where it still stands."""
    if row["lifted"] is not None and (message := t.message(row["lifted"])) and message.time:
        return row["lifted"], message.time
    later = next((r for r in versions if r["line"] > row["line"]), None)
    return (later["line"], later["time"]) if later else None


def _table(t: Tally, held: dict[str, list[dict[str, Any]]], numbered: dict[int, int]) -> Table:
    lang = t.lang
    made: list[Row] = []
    quoted: set[int] = set()
    for versions in held.values():
        for row in versions:
            line = row["line"]
            end = _end(t, row, versions)
            anchor = f"r{numbered[id(row)]}"
            until = lang.say("still stood when the export ends")
            if end:
                said = N_("%(time)s, replaced in line %(line)s")
                if end[0] == row["lifted"]:
                    said = N_("%(time)s, lifted in line %(line)s")
                elif any(r["line"] == end[0] and r["value"] == row["value"] for r in versions):
                    said = N_("%(time)s, said again in line %(line)s")
                until = lang.say(said, time=lang.moment(end[1]), line=t.line(end[0]))
                t.cite(end[0])
            t.cite(line, t.claim(lang.gettext("rule"), f"#{anchor}"))
            # Without words of its own to show, a rule shows its message's once.
            quote = t.quote(line, _SNIPPET, [row["phrase"]] if row["phrase"] else [])
            quote = quote if row["phrase"] or line not in quoted else ()
            quoted.add(line)
            cells = (
                rule_text(lang, row["type"], row["value"]), (Piece(lang.moment(row["time"])),), until,
                (t.member(row["by"]),), (t.line(line),),
            )  # fmt: skip
            made.append(Row(cells, anchor, "replaced" if end else "", quote))
    columns = (
        Column(lang.gettext("The rule")), Column(lang.gettext("From")), Column(lang.gettext("Until")),
        Column(lang.gettext("Said by")), Column(lang.gettext("Line"), Sort.NUMBER),
    )  # fmt: skip
    return Table("rules", lang.gettext("Rules as they stood and changed"), columns, tuple(made))
