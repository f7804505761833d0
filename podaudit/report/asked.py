"""What was asked: the course of it, and the calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from podaudit.model import Ask, Event
from podaudit.report import pictures
from podaudit.report.language import Piece, Text, visible
from podaudit.report.sayings import retell
from podaudit.report.tally import CALLS_LISTED, STATUS_ORDER, Tally
from podaudit.report.terms import ANSWERING, ASKS, CAME, PRESSING, STATUSES, WENT, primary_group
from podaudit.report.view import Column, Fold, Item, Question, Row, Sort, Table


@dataclass(frozen=True, slots=True)
class Asked:
    """The section: what was asked."""

    question: Question
    timeline: pictures.Timeline | None
    course: Table | None  # the same as the timeline
    calls: Table | None  # None: no calls, or too many to list


def asked(t: Tally) -> Asked:
    """Calls, one row each; in a very large chat they stand by week in the section on what it cost."""
    listed = 0 < len(t.calls) <= CALLS_LISTED
    timeline = _timeline(t)
    return Asked(_question(t), timeline, _course(t, timeline) if timeline else None, _calls(t) if listed else None)


def _question(t: Tally) -> Question:
    lang, count = t.lang, len(t.calls)
    if not count:
        return Question((lang.say("In this chat no calls were found."),), (), (_what_a_call_is(t),))
    asks = Counter(ask for call in t.calls for ask in call["asks"])
    bare = sum(not call["asks"] for call in t.calls)
    parts = [
        lang.say("%(n)s × %(ask)s", n=lang.number(asks[ask.value]), ask=lang.gettext(ASKS[ask]))
        for ask in Ask if asks[ask.value]
    ]  # fmt: skip
    answer = [lang.say_n(
        "%(n)s post was put before the group, by %(callers)s of the %(members)s members.",
        "%(n)s posts were put before the group, by %(callers)s of the %(members)s members.", count,
        n=lang.number(count), callers=lang.number(len({c["caller"] for c in t.calls})), members=lang.number(len(t.names)),
    )]  # fmt: skip
    if parts and bare:
        answer.append(lang.say(
            "Asked for in so many words, in %(with)s of the %(n)s: %(parts)s; the other %(bare)s hold a link and no ask.",
            **{"with": lang.number(count - bare), "n": lang.number(count), "bare": lang.number(bare)},
            parts=lang.listing(parts),
        ))  # fmt: skip
    elif parts:
        answer.append(lang.say("Asked for: %(parts)s.", parts=lang.listing(parts)))
    repeats = len(t.audit.repeats)
    if repeats:
        answer.append(lang.say_n(
            "%(n)s message put a post before the group again.", "%(n)s messages put a post before the group again.", repeats,
            n=lang.number(repeats),
        ))  # fmt: skip
    evidence = t.evidence((c["line"] for c in t.calls), rest="t-calls" if len(t.calls) <= CALLS_LISTED else "cost")
    return Question(tuple(answer), evidence, (
        _what_a_call_is(t),
        lang.say("The same post put up again later is no new call but a reminder. A message with several posts is a call for each."),
        lang.say("What decided that a message is a call stands with it, so that you can disagree. A call that is put in words "
                 "the program does not know is missed where posting links is not the group's habit."),
    ))  # fmt: skip


def _what_a_call_is(t: Tally) -> Text:
    return t.lang.say(
        "A call is a message in which a member puts a post before the group so that the others engage with it, because the "
        "message asks for it or because that is the group's habit."
    )


# ------------------------------------------------------------------------------------------------------------- the calls


def _calls(t: Tally) -> Table:
    lang = t.lang
    repeats: dict[int, list[int]] = defaultdict(list)
    for line, of in zip(t.audit.repeats["line"].tolist(), t.audit.repeats["of"].tolist(), strict=True):
        repeats[of].append(line)
    folds = _folds(t)
    years = len({c["time"].year for c in t.calls}) > 1
    made = []
    for i, (c, anchor) in enumerate(zip(t.calls, t.call_anchor, strict=True)):
        line, counts = c["line"], t.call_counts[i].tolist()
        who = [t.member(c["caller"], link=not t.compact)]
        if c["beneficiary"] != c["caller"]:
            who += lang.say(" for %(member)s", member=t.member(c["beneficiary"], link=not t.compact))
        if not t.compact:
            t.cite(line, t.claim(lang.gettext("call"), f"#{anchor}"))
            for again in repeats.get(line, ()):
                t.cite(again, t.claim(lang.gettext("call put again"), f"#{anchor}"))
                who += [Piece("; "), *lang.say("put again in line %(line)s", line=t.line(again))]
        cells: list[Text] = [
            (t.line(line) if not t.compact else Piece(lang.number(line)),),
            (Piece(lang.moment(c["time"], year=years)),), tuple(who),
            (Piece(", ".join(lang.gettext(ASKS[Ask(a)]) for a in c["asks"]) or "–"),),
            (Piece(lang.due(c["due"], c["time"]) if c["due"] else "–"),), (Piece(lang.number(sum(counts))),),
        ]  # fmt: skip
        for status, number in zip(STATUS_ORDER, counts, strict=True):
            href = "" if t.compact else f"#{anchor}-{status.value}"
            cells.append((Piece(lang.number(number), href=href),) if number else ())
        made.append(Row(tuple(cells), anchor, fold=folds[i] if folds else None))
    note = lang.say(
        "This chat is large: which member is on record for which call, line by line, stands in the tables that podaudit can "
        "write (podaudit tables). Calls are not quoted here; the number is the line of the export."
    )  # fmt: skip
    columns = (
        Column(lang.gettext("Line"), Sort.ORDER), Column(lang.gettext("When"), Sort.ORDER), Column(lang.gettext("Who")),
        Column(lang.gettext("Asks for")), Column(lang.gettext("Due"), Sort.TEXT), Column(lang.gettext("Asked"), Sort.NUMBER),
        *(Column(lang.gettext(STATUSES[s][0]), Sort.NUMBER, lang.gettext(STATUSES[s][1])) for s in STATUS_ORDER),
    )  # fmt: skip
    return Table("calls", lang.gettext("The calls and what is on record for each"), columns, tuple(made), head=1,
                 note=note if t.compact else ())  # fmt: skip


def _folds(t: Tally) -> list[Fold]:
    """Per call its post, why it is a call, and who has which status, each name a link to the message that decides it."""
    if t.compact:
        return []
    lang = t.lang
    who: list[dict[int, list[tuple[str, int]]]] = [defaultdict(list) for _ in t.calls]
    spoken: dict[int, list[int]] = defaultdict(list)
    for call, member, status, line in t.ledger:
        who[call][status].append((t.names[member], line))
        if line:
            spoken[line].append(call)
    t.fetch([*spoken, *(c["line"] for c in t.calls)])
    for line in sorted(spoken):
        links = [Piece(lang.number(t.calls[c]["line"]), href=f"#{t.call_anchor[c]}") for c in spoken[line][:8]]
        more = [Piece("…")] if len(spoken[line]) > 8 else []
        t.cite(line, lang.say_n("reply to the call in line %(lines)s", "reply to the calls in lines %(lines)s",
                                len(spoken[line]), lines=lang.listing([*links, *more])))  # fmt: skip
    made = []
    for c, anchor, held in zip(t.calls, t.call_anchor, who, strict=True):
        items = [Item(lang.gettext("Post"), (Piece(visible(c["url"])),))] if c["url"] else []
        if c["why"]:
            items.append(Item(lang.gettext("Why this is a call"), (Piece(retell(lang, c["why"]).text),)))
        for s in sorted(held):
            names: list[Piece | Text | str] = [
                Piece(visible(name), name=True, href=f"#m{line}" if line else "") for name, line in held[s]
            ]
            kind = STATUS_ORDER[s]
            items.append(
                Item(lang.gettext(STATUSES[kind][0]), lang.listing(names), f"{anchor}-{kind.value}", kind.value)
            )
        made.append(Fold(lang.gettext("post and names"), tuple(items)))
    return made


# ----------------------------------------------------------------------------------------------------------- the course


def _timeline(t: Tally) -> pictures.Timeline | None:
    lang, table = t.lang, t.audit.messages
    by_members = table.loc[table["member"] != "", "time"].dropna()
    if not (t.calls or t.pressure) or by_members.empty:
        return None
    first, last = by_members.iloc[0].to_pydatetime(), table["time"].dropna().max().to_pydatetime()
    events = [pictures.Event(c["time"], "calls", t.call_href(i), "calls") for i, c in enumerate(t.calls)]
    for row in t.pressure:
        group = primary_group(row)
        if group in (PRESSING, ANSWERING):
            events.append(pictures.Event(row["time"], group, "#" + t.labelled(row["line"]), group))
    for row in t.membership:
        event = Event(row["event"])
        shape = "joined" if event in CAME else event.value if event in WENT else ""
        if shape:
            events.append(pictures.Event(row["time"], "members", f"#m{row['line']}", shape))
            t.cite(row["line"])
    lanes = (
        ("calls", lang.gettext("calls"), "calls"),
        (PRESSING, lang.gettext("pressing"), "pressing"),
        (ANSWERING, lang.gettext("speaking back"), "answering"),
        ("members", lang.gettext("came and went"), "members"),
    )
    return pictures.timeline(lang, events, lanes, min(first, last), last)


def _course(t: Tally, timeline: pictures.Timeline) -> Table:
    columns = (Column(t.lang.gettext("When"), Sort.ORDER), *(Column(name, Sort.NUMBER) for name in timeline.columns))
    made = tuple(
        Row(((Piece(row.label),), *((Piece(count),) if count else () for count in row.counts))) for row in timeline.bins
    )
    return Table("course", t.lang.gettext("Counts over time"), columns, made)
