"""Whether people read what they reacted to: how soon they said it was done."""

from __future__ import annotations

from dataclasses import dataclass

from podaudit.dynamics.measures import FEW
from podaudit.dynamics.network import READING, WITHIN
from podaudit.report import pictures
from podaudit.report.language import Piece, Text
from podaudit.report.tally import Tally, rows
from podaudit.report.view import Column, Question, Row, Sort, Table


@dataclass(frozen=True, slots=True)
class Reading:
    """The section: times from a call to the message that says it is done."""

    question: Question
    delays: pictures.Rows
    members: Table


def reading(t: Tally) -> Reading | None:
    """None where nobody said that anything was done."""
    held = rows(t.audit.network.latencies)
    if not held or not held[0]["n"]:
        return None
    every, each = held[0], {r["member"]: r for r in held[1:]}
    shown = [(name, each[name]) for name in t.names if name in each and each[name]["n"]]
    everybody = Piece(t.lang.gettext("all together"))
    drawn = [pictures.Delay(everybody, every["median"], every["p90"])]
    drawn += [pictures.Delay(t.member(name), row["median"], row["p90"]) for name, row in shown]
    made = [_row(t, everybody, every), *(_row(t, t.member(name), row) for name, row in shown)]
    lang = t.lang
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("said to be done"), Sort.NUMBER),
        Column(lang.gettext("Half of them within"), Sort.ORDER), Column(lang.gettext("Nine of ten within"), Sort.ORDER),
        *(Column(lang.gettext("within %(time)s").replace("%(time)s", lang.duration(m)), Sort.NUMBER) for m in WITHIN),
        Column(lang.gettext("asked to read"), Sort.NUMBER), Column(lang.gettext("sooner than one can read"), Sort.TEXT),
    )  # fmt: skip
    table = Table(
        "delays", lang.gettext("Times from a call to the member's “done”, in alphabetical order"), columns, tuple(made)
    )
    return Reading(_question(t, every), pictures.delays(lang, drawn), table)


def _question(t: Tally, every: dict[str, object]) -> Question:
    lang = t.lang
    n, asked = int(str(every["n"])), len(t.audit.ledger)
    first = lang.say(
        "On %(n)s of %(asked)s requests “done” is on record.", n=t.figure("answered", n), asked=lang.number(asked)
    )
    median, p90 = every["median"], every["p90"]
    if isinstance(median, float) and isinstance(p90, float):
        first = (*first, Piece(" "), *lang.say(
            "Half of them came within %(median)s of the call, nine of ten within %(p90)s; %(soon)s within %(two)s.",
            median=lang.span(median), p90=lang.span(p90), soon=_share(t, every[f"within_{WITHIN[0]}"]), two=lang.duration(WITHIN[0]),
        ))  # fmt: skip
    else:
        first = (*first, Piece(" "), *lang.say("That is too few to say how soon they came."))
    to_read, judged, faster = int(str(every["to_read"])), int(str(every["judged"])), every["faster"]
    if not to_read:
        second = lang.say("None of them was for a call that asked, itself or by a rule, to read the post first.")
    elif not isinstance(faster, int):
        second = lang.say(
            "%(n)s of them were for calls that asked to read the post; whether one came sooner than one can read cannot be known, "
            "for this export shows no seconds.",
            n=t.figure("to-read", to_read),
        )  # fmt: skip
    else:
        second = lang.say(
            "%(n)s of them were for calls that asked to read the post. Of the %(judged)s whose times can show it, %(faster)s came "
            "sooner than one can read.",
            n=t.figure("to-read", to_read), judged=lang.number(judged), faster=t.figure("faster", faster),
        )  # fmt: skip
    lines = every["faster_lines"]
    evidence = (
        t.evidence(lines, t.claim(lang.gettext("sooner than one can read"), "#reading"))
        if isinstance(lines, list)
        else ()
    )
    left = int(str(every["left_out"]))
    how = [
        lang.say("Measured from the call to the message that says it is done. One message may speak of many calls; each counts. That "
                 "somebody answered late says nothing of when he or she did it."),
        lang.say("Sooner than one can read: the call asks to read, or a rule with a number of seconds stands, and “done” came within "
                 "those seconds (%(n)s where the rules give none). A time without seconds is taken as the end of its minute, so it "
                 "counts only where it must have been sooner. Who read the post before it was put up is not known.",
                 n=lang.number(READING)),
        lang.say("A median and nine-of-ten are given from %(n)s answers on.", n=lang.number(FEW)),
    ]  # fmt: skip
    if left:
        how.append(lang.say_n(
            "%(n)s further answer bears a time before its call's and is left out.",
            "%(n)s further answers bear a time before their call's and are left out.", left, n=lang.number(left),
        ))  # fmt: skip
    return Question((first, second), evidence, tuple(how))


def _share(t: Tally, share: object) -> str:
    return t.lang.percent(share, 1) if isinstance(share, float | int) else "–"


def _row(t: Tally, who: Piece, row: dict[str, object]) -> Row:
    lang = t.lang

    def span(value: object) -> Text:
        return (Piece(lang.span(value)),) if isinstance(value, float) else lang.say("too few to say")

    lines = row["faster_lines"]
    claim = t.claim(lang.gettext("sooner than one can read"), "#reading")
    if not row["to_read"]:
        sooner: Text = ()
    elif row["faster"] is None:
        sooner = lang.say("cannot be known")
    else:
        found = t.evidence(lines, claim) if isinstance(lines, list) and lines else ()
        count = lang.say(
            "%(n)s of %(all)s", n=lang.number(int(str(row["faster"]))), all=lang.number(int(str(row["judged"])))
        )
        sooner = (*count, Piece(t.lang.gettext(": ")), *found) if found else count
    to_read = int(str(row["to_read"]))
    return Row((
        (who,), (Piece(lang.number(int(str(row["n"])))),), span(row["median"]), span(row["p90"]),
        *((Piece(_share(t, row[f"within_{m}"])),) for m in WITHIN), (Piece(lang.number(to_read)),) if to_read else (), sooner,
    ))  # fmt: skip
