"""Who did it, and who is not on record: the ledger, and the members."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from podaudit.model import REPORTED
from podaudit.report import pictures
from podaudit.report.language import Language, Piece, Text, visible
from podaudit.report.tally import STATUS_ORDER, Tally, rows
from podaudit.report.terms import STATUSES
from podaudit.report.view import Column, Fold, Item, Question, Row, Sort, StatusHead, Table

_FOLDED = 400  # messages listed under a member, per status


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The section: the ledger as a picture, the members with their sums, and who signed off."""

    question: Question
    matrix: pictures.Matrix | None
    members: Table
    absences: Table | None


def record(t: Tally) -> OnRecord:
    """The ledger by member."""
    return OnRecord(_question(t), _matrix(t), _members(t), _absences(t))


def status_heads(t: Tally) -> tuple[StatusHead, ...]:
    """The statuses, in their order."""
    return tuple(
        StatusHead(s.value, t.lang.gettext(STATUSES[s][0]), t.lang.gettext(STATUSES[s][1])) for s in STATUS_ORDER
    )


def _question(t: Tally) -> Question:
    lang, asked = t.lang, len(t.audit.ledger)
    if not asked:
        return Question((lang.say("Without calls nobody was asked anything."),), (), ())
    totals = dict(zip(STATUS_ORDER, t.call_counts.sum(axis=0).tolist(), strict=True))
    done = sum(totals[s] for s in REPORTED)
    other = asked - done - totals[STATUS_ORDER[-1]]
    heard = int((t.member_counts[:, [STATUS_ORDER.index(s) for s in REPORTED]].sum(axis=1) > 0).sum())
    people = int((t.member_counts.sum(axis=1) > 0).sum())
    answer = (
        lang.say(
            "Of %(asked)s requests, %(done)s are on record as done (%(share)s), %(other)s as excused, declined or promised, and for "
            "%(silent)s nothing is on record.",
            asked=lang.number(asked), done=t.figure("reported", done), share=lang.percent(done, asked), other=lang.number(other),
            silent=lang.number(totals[STATUS_ORDER[-1]]),
        ),
        lang.say("%(heard)s of the %(people)s members who were asked said at least once that it was done.",
                 heard=t.figure("heard", heard), people=lang.number(people)),
    )  # fmt: skip
    claims = t.evidence((line for _, _, _, line in t.ledger if line), rest="t-members") if not t.compact else ()
    return Question(answer, claims, (
        lang.say("Every call asks something of every member who was in the group at that moment, other than its maker and the one "
                 "whose post it is."),
        lang.say("Where several statuses apply, the first in the order of the columns counts. A call's time is its own where it names "
                 "one, else the one that the rules set at that moment."),
        lang.say("Which call a message speaks of is told by the names, links and numbers in it; otherwise it is the latest call that the "
                 "member had not confirmed. “All done” reaches back seven days."),
    ))  # fmt: skip


def _matrix(t: Tally) -> pictures.Matrix | None:
    if not len(t.audit.ledger):
        return None
    shown = [i for i in range(len(t.names)) if t.cells[i].strip(b"\xff")]
    statuses = [(s.value, t.lang.gettext(STATUSES[s][0])) for s in STATUS_ORDER]
    return pictures.matrix(
        t.lang, [(visible(t.names[i]), f"p{i + 1}") for i in shown], [c["time"] for c in t.calls], [t.cells[i] for i in shown],
        [*statuses, ("own", t.lang.gettext("own call or own post"))],
    )  # fmt: skip


def _members(t: Tally) -> Table:
    lang, made = t.lang, Counter(c["caller"] for c in t.calls)
    held = {row["name"]: row for row in rows(t.audit.members)}
    order = np.argsort(t.ledger.member, kind="stable")
    bounds = np.searchsorted(t.ledger.member[order], np.arange(len(t.names) + 1)).tolist()
    result = []
    for i, name in enumerate(t.names):
        counts, anchor = t.member_counts[i].tolist(), f"p{i + 1}"
        fold, hrefs = _fold(t, anchor, order[bounds[i] : bounds[i + 1]])
        also = lang.listing([Piece(visible(n), name=True) for n in held[name]["also"]])
        who = (t.member(name, link=False), *((Piece(" "), *lang.say("(also: %(names)s)", names=also)) if also else ()))
        cells: list[Text] = [
            who, _presence(t, held[name]["periods"]), (Piece(lang.number(made[name])),) if made[name] else (),
            (Piece(lang.number(sum(counts))),),
        ]  # fmt: skip
        cells += [(Piece(lang.number(n), href=hrefs.get(s, "")),) if n else () for s, n in enumerate(counts)]
        result.append(Row(tuple(cells), anchor, fold=fold))
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("In the group"), Sort.ORDER),
        Column(lang.gettext("Own calls"), Sort.NUMBER), Column(lang.gettext("Asked"), Sort.NUMBER),
        *(Column(lang.gettext(STATUSES[s][0]), Sort.NUMBER, lang.gettext(STATUSES[s][1])) for s in STATUS_ORDER),
    )  # fmt: skip
    foot: tuple[Text, ...] = ()
    if t.calls:
        sums = [len(t.calls), len(t.audit.ledger), *t.call_counts.sum(axis=0).tolist()]
        foot = (lang.say("Together"), (), *((Piece(lang.number(n)),) for n in sums))
    return Table("members", lang.gettext("Members in alphabetical order; the counts are calls put to them"), columns,
                 tuple(result), foot=foot)  # fmt: skip


def _fold(t: Tally, anchor: str, own: np.ndarray) -> tuple[Fold | None, dict[int, str]]:
    """The messages behind a member's counts, and per status where they stand; in a large chat the first of each."""
    lines: dict[int, list[int]] = defaultdict(list)
    for call, _, status, line in t.ledger.of(own):
        lines[status].append(line or t.calls[call]["line"])
    if t.compact:
        for held in lines.values():
            t.cite(held[0], t.claim(t.lang.gettext("on record"), f"#{anchor}"))
        return None, {status: f"#m{held[0]}" for status, held in lines.items()}
    items, hrefs = [], {}
    for status in sorted(lines):
        kind = STATUS_ORDER[status]
        hrefs[status] = f"#{anchor}-{kind.value}"
        links = t.evidence(lines[status], most=_FOLDED)
        text = links if kind is not STATUS_ORDER[-1] else t.lang.say("about the calls in lines %(lines)s", lines=links)
        items.append(Item(t.lang.gettext(STATUSES[kind][0]), text, hrefs[status][1:], kind.value))
    return (Fold(t.lang.gettext("the messages"), tuple(items)) if items else None), hrefs


def _presence(t: Tally, periods: list[dict[str, Any]]) -> Text:
    lang, parts = t.lang, []
    for period in periods:
        since, until = _day(lang, period.get("from")), _day(lang, period.get("until"))
        if since and until:
            parts.append(lang.say("%(since)s to %(until)s", since=since, until=until))
        elif since:
            parts.append(lang.say("from %(since)s", since=since))
        elif until:
            parts.append(lang.say("until %(until)s", until=until))
        else:
            parts.append(lang.say("throughout"))
    return lang.listing(parts)


def _day(lang: Language, time: Any) -> str:
    if time is None:
        return ""
    return lang.date(dt.datetime.fromisoformat(time) if isinstance(time, str) else time, short=True)


def _absences(t: Tally) -> Table | None:
    lang, made = t.lang, []
    for row in rows(t.audit.absences):
        t.cite(row["line"], t.claim(lang.gettext("signed off"), "#absences"))
        made.append(Row((
            (t.member(row["member"]),), (Piece(lang.moment(row["from"])),), (Piece(lang.moment(row["until"])),),
            (t.line(row["line"]),),
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("From"), Sort.ORDER), Column(lang.gettext("Until"), Sort.ORDER),
        Column(lang.gettext("Line"), Sort.NUMBER),
    )  # fmt: skip
    return Table("absences", lang.gettext("Who signed off for a while"), columns, tuple(made)) if made else None
