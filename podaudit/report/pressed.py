"""What happened to those who did not: messages that press, who was named, what followed, and who was passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from podaudit.dynamics.measures import FEW
from podaudit.dynamics.pressing import presses
from podaudit.model import Kind, Label
from podaudit.report.labelled import names, quoted
from podaudit.report.language import Piece, Text
from podaudit.report.tally import CITED, Tally, rows
from podaudit.report.terms import GROUP_NAMES, GROUPS, LABELS
from podaudit.report.view import Column, Fold, Item, Question, Quoted, Row, Sort, Table

_PAIRS, _NAMINGS = 300, 200  # rows
_FEWER = 100  # rows of each in a large chat
_NAMED = 8  # up to so many names stand in a sentence


@dataclass(frozen=True, slots=True)
class Pressed:
    """The section: labels, who pressed whom, what came after a naming, the gap, and the messages; ``marks`` is what is marked in them."""

    question: Question
    labels: Table | None
    pairs: Table | None
    after: Table | None
    gap: Table | None
    gap_said: Text
    marks: Text
    messages: tuple[Quoted, ...]
    left_out: Text


def pressed(t: Tally) -> Pressed:
    """From the labelled messages and the figures of ``dynamics``."""
    t.fetch(t.listed)
    messages = []
    for row in t.pressure:
        if row["line"] in t.listed:
            anchor = t.labelled(row["line"])
            t.cite(row["line"], t.claim(names(t.lang, row["labels"]), f"#{anchor}"))
            messages.append(quoted(t, row, anchor))
    return Pressed(
        _question(t), _labels(t), _pairs(t), _after(t), _gap(t), _gap_said(t), _marks(t), tuple(messages),
        left_out(t, len(t.pressure) - len(messages)),
    )  # fmt: skip


def _marks(t: Tally) -> Text:
    if t.wordless:
        return ()
    return t.lang.say(
        "Marked are words that speak for a label by themselves. What else counted is said beneath: other words, with what they were "
        "taken for, who wrote it, who is named, what came before and after."
    )


def left_out(t: Tally, count: int) -> Text:
    """That so many rows are not listed; nothing for none."""
    if count <= 0:
        return ()
    return t.lang.say_n(
        "%(n)s more is not listed here.", "%(n)s more are not listed here.", count, n=t.lang.number(count)
    )


def people(t: Tally, key: str, whom: set[str]) -> Text:
    """``3 members (A, B and C)``, the names as long as they are few; in alphabetical order."""
    count = len(whom)
    text = t.lang.say_n("%(n)s member", "%(n)s members", count, n=t.figure(key, count))
    return (*text, Piece(" ("), *t.members(whom), Piece(")")) if 0 < count <= _NAMED else text


def _question(t: Tally) -> Question:
    lang, figures = t.lang, t.audit.dynamics.figures
    pressing = [row for row in t.pressure if presses(row["labels"], row["actor"], row["targets"])]
    if not t.pressure:
        return Question(
            (lang.say("In this chat no messages were found that press members to take part."),), (), _how(t)
        )
    sent = int((t.audit.messages["kind"] == Kind.TEXT.value).sum())
    answer = [lang.say_n(
        "%(n)s of %(sent)s written messages presses members to take part; written by %(actors)s, aimed at %(targets)s. %(whole)s "
        "of them speak to the group as a whole.",
        "%(n)s of %(sent)s written messages press members to take part; written by %(actors)s, aimed at %(targets)s. %(whole)s of "
        "them speak to the group as a whole.", len(pressing),
        n=t.figure("dynamics-pressing", figures["pressing"]), sent=lang.number(sent),
        actors=people(t, "pressing-actors", {row["actor"] for row in pressing}),
        targets=people(t, "pressing-targets", {name for row in pressing for name in row["targets"]}),
        whole=t.figure("pressing-to-all", sum(not row["targets"] for row in pressing)),
    )]  # fmt: skip
    after = next((r for r in rows(t.audit.dynamics.after_naming) if r["member"] is None), None)
    if after:
        words = lang.say_n(
            "%(n)s time a member was singled out or threatened by name with calls still open; of the %(open)s calls open then, "
            "%(done)s were said to be done within 48 hours (%(share)s, against %(usual)s on the same members' other days).",
            "%(n)s times a member was singled out or threatened by name with calls still open; of the %(open)s calls open then, "
            "%(done)s were said to be done within 48 hours (%(share)s, against %(usual)s on the same members' other days).",
            after["namings"], n=t.figure("namings", after["namings"]), open=lang.number(after["open"]),
            done=t.figure("after-naming", after["done"]), share=lang.percent(after["done"], after["open"]),
            usual=lang.percent(after["usual_done"], after["usual_open"]),
        )  # fmt: skip
        answer.append(words)
    return Question(tuple(answer), t.evidence((row["line"] for row in pressing), rest="labelled"), _how(t))


def _how(t: Tally) -> tuple[Text, ...]:
    lang = t.lang
    return (
        lang.say("A message can carry several labels; what decided them stands beneath it, so that you can disagree. Whether words press "
                 "is judged by a program that learnt it from coded chats: it misses some and takes some for what they are not. Who tells "
                 "of a threat or a penalty that befell him or her does not count as pressing."),
        lang.say("A naming is a message that singles out or threatens somebody by name. A call is open for a member from when it is made "
                 "until he or she reports it done, for seven days at most. The usual pace is taken at noon of the days of which no "
                 "naming of that member lies within 48 hours, before or after."),
        lang.say("The difference carries a 95% interval (Newcombe, method 10) and is given from %(n)s cases on both sides on. It is a "
                 "sequence in time: it does not show that the one caused the other.", n=lang.number(FEW)),
    )  # fmt: skip


def _labels(t: Tally) -> Table | None:
    counts = Counter(label for row in t.pressure for label in row["labels"])
    if not counts:
        return None
    first: dict[str, int] = {}
    for row in t.pressure:
        for label in row["labels"] if row["line"] in t.listed else ():
            first.setdefault(label, row["line"])
    lang = t.lang
    made = tuple(
        Row((
            (Piece(lang.gettext(LABELS[label][0])),), (Piece(lang.gettext(GROUP_NAMES[group])),), (Piece(lang.gettext(LABELS[label][1])),),
            (Piece(lang.number(counts[label]), href="#" + t.labelled(first.get(label, 0))),),
        ), mark=group)
        for group, held in GROUPS.items() for label in held if counts[label]
    )  # fmt: skip
    columns = (
        Column(lang.gettext("Label")), Column(lang.gettext("Kind")), Column(lang.gettext("A message that …")),
        Column(lang.gettext("Messages"), Sort.NUMBER),
    )  # fmt: skip
    return Table("labels", lang.gettext("The labels found; the number leads to the first message"), columns, made)


def _label_counts(t: Tally, counts: dict[str, int]) -> Text:
    return (Piece(", ".join(f"{t.lang.number(n)} × {t.lang.gettext(LABELS[Label(x)][0])}" for x, n in counts.items())),)


def _pairs(t: Tally) -> Table | None:
    lang, held = t.lang, rows(t.audit.dynamics.pairs)
    if not held:
        return None
    place = {name: i for i, name in enumerate(t.names)}
    held.sort(key=lambda r: (place.get(r["actor"], -1), place.get(r["target"] or "", -1)))
    made = []
    for row in held[: _FEWER if t.compact else _PAIRS]:
        whom = (t.member(row["target"]),) if row["target"] else lang.say("the group as a whole")
        made.append(Row((
            (t.member(row["actor"]),), whom, (Piece(lang.number(row["messages"])),), _label_counts(t, row["labels"]),
            t.evidence([x for x in row["lines"] if not t.compact or x in t.listed], most=CITED),
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Who wrote")), Column(lang.gettext("aimed at")), Column(lang.gettext("Messages"), Sort.NUMBER),
        Column(lang.gettext("Labels")), Column(lang.gettext("Lines"), Sort.ORDER),
    )  # fmt: skip
    return Table("pairs", lang.gettext("Messages that press, by who wrote them and whom they are aimed at, in alphabetical order"),
                 columns, tuple(made), note=left_out(t, len(held) - len(made)))  # fmt: skip


def _after(t: Tally) -> Table | None:
    lang, made = t.lang, []
    lines: dict[str | None, list[int]] = {}
    for row in rows(t.audit.dynamics.namings):
        if row["open"]:
            lines.setdefault(row["target"], []).append(row["line"])
    place = {name: i for i, name in enumerate(t.names)}
    for row in sorted(rows(t.audit.dynamics.after_naming), key=lambda r: place.get(r["member"] or "", -1)):
        who = (t.member(row["member"]),) if row["member"] else lang.say("all together")
        if row["enough"]:
            points = lang.say("%(difference)s points (%(low)s to %(high)s)", **{
                key: lang.decimal(100 * row[key], 0) for key in ("difference", "low", "high")
            })  # fmt: skip
        else:
            points = lang.say("too few to say")
        made.append(Row((
            who, (Piece(lang.number(row["namings"])),),
            lang.say("%(n)s of %(all)s", n=lang.number(row["done"]), all=lang.number(row["open"])),
            (Piece(lang.percent(row["done"], row["open"])),), (Piece(lang.percent(row["usual_done"], row["usual_open"])),), points,
            t.evidence([x for x in lines.get(row["member"], []) if not t.compact or x in t.listed], most=CITED),
        )))  # fmt: skip
    columns = (
        Column(lang.gettext("Member")), Column(lang.gettext("Namings"), Sort.NUMBER),
        Column(lang.gettext("Open calls said to be done within 48 hours")), Column(lang.gettext("that is"), Sort.NUMBER),
        Column(lang.gettext("on other days"), Sort.NUMBER), Column(lang.gettext("Difference, 95% interval")),
        Column(lang.gettext("Lines"), Sort.ORDER),
    )  # fmt: skip
    return Table("after", lang.gettext("After a naming with calls open"), columns, tuple(made)) if made else None


def _gap_said(t: Tally) -> Text:
    figures = t.audit.dynamics.figures
    if not figures["as_far_behind"]:
        return ()
    return t.lang.say(
        "At the namings, %(behind)s times a member had at least as many open calls as somebody who "
        "was named; %(named)s of these times he or she was named too.",
        behind=t.figure("as-far-behind", figures["as_far_behind"]), named=t.figure("of-these-named", figures["of_these_named"]),
    )  # fmt: skip


def _gap(t: Tally) -> Table | None:
    lang, held = t.lang, rows(t.audit.dynamics.gap)
    made = []
    for row in held[: _FEWER if t.compact else _NAMINGS]:
        t.cite(row["line"])
        others = Item(lang.gettext("not named"), t.members(row["not_named"]))
        fold = Fold(lang.gettext("who had as many open"), (others,)) if row["not_named"] and not t.compact else None
        made.append(Row((
            (t.line(row["line"]),), (Piece(lang.moment(row["time"])),), (t.member(row["actor"]),), t.members(row["named"]),
            (Piece(lang.number(row["open"])),), (Piece(lang.number(len(row["not_named"]))),),
        ), fold=fold))  # fmt: skip
    columns = (
        Column(lang.gettext("Line"), Sort.ORDER), Column(lang.gettext("When"), Sort.ORDER), Column(lang.gettext("Who wrote")),
        Column(lang.gettext("named")), Column(lang.gettext("open calls, at least"), Sort.NUMBER),
        Column(lang.gettext("others with as many open, not named"), Sort.NUMBER),
    )  # fmt: skip
    return Table("gap", lang.gettext("Namings, and who had as many open calls and was not named"), columns, tuple(made), head=1,
                 note=left_out(t, len(held) - len(made))) if made else None  # fmt: skip
