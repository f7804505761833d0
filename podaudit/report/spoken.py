"""What happened when someone spoke up: dissent and what came after, and episodes as stories."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from podaudit.model import EpisodeKind, Event, Label
from podaudit.report.labelled import QUOTE, QUOTE_COMPACT, elapsed, event_text, names
from podaudit.report.language import Piece, Text
from podaudit.report.pressed import left_out
from podaudit.report.tally import Tally, rows
from podaudit.report.terms import EPISODES, LABELS, primary_group
from podaudit.report.view import Column, Question, Row, Sort, Table

_TOLD, _TOLD_COMPACT = 200, 4  # episodes of one member told one by one
_LISTED = 100  # messages of dissent
_SNIPPET = 240


@dataclass(frozen=True, slots=True)
class Step:
    """A message in a story."""

    line: int
    time: str
    who: Piece | None
    what: Text
    group: str
    quote: Text


@dataclass(frozen=True, slots=True)
class Story:
    """The episodes of one member, and their messages once each, in order."""

    anchor: str
    member: Piece
    episodes: tuple[Text, ...]
    steps: tuple[Step, ...]
    left_out: Text


@dataclass(frozen=True, slots=True)
class Spoken:
    """The section: words of dissent with what came after, the kinds of episode, the stories."""

    question: Question
    dissent: Table | None
    kinds: Table | None
    stories: tuple[Story, ...]


def spoken(t: Tally) -> Spoken:
    """From the figures of ``dynamics`` and the episodes."""
    return Spoken(_question(t), _dissent(t), _kinds(t), _stories(t))


def _question(t: Tally) -> Question:
    lang, held = t.lang, rows(t.audit.dynamics.dissent)
    how = (
        lang.say("After words of dissent: messages that press and are aimed at the same member within 7 days, and that member's going "
                 "within 14 days. Agreeing with another's dissent is dissent too."),
        lang.say("An episode is a sequence in time: one thing, and within a set number of days another. It does not show that the one "
                 "caused the other. There is one per member, kind and first message; it ends with the first message that completes it."),
    )  # fmt: skip
    if not held:
        answer: tuple[Text, ...] = (
            lang.say("In this chat no message was found that objects to the rules or to how members are treated."),
        )
    else:
        speakers = {row["member"] for row in held}
        after = [row for row in held if row["after"]]
        went = {a["line"] for row in held for a in row["after"] if a["what"] in (Event.LEFT.value, Event.REMOVED.value)}
        answer = (lang.say_n(
            "%(n)s message by %(people)s members objects to the rules or to how members are treated. After %(after)s of them, pressing "
            "words were aimed at the same member within 7 days or he or she was gone within 14; for the others the chat shows neither.",
            "%(n)s messages by %(people)s members object to the rules or to how members are treated. After %(after)s of them, pressing "
            "words were aimed at the same member within 7 days or he or she was gone within 14; for the others the chat shows neither.",
            len(held), n=t.figure("dissent", len(held)), people=t.figure("dissenters", len(speakers)),
            after=t.figure("dissent-followed", len(after)),
        ),)  # fmt: skip
        if went:
            answer = (*answer, lang.say_n("%(n)s such member left or was removed.", "%(n)s times such a member left or was removed.",
                                          len(went), n=lang.number(len(went))))  # fmt: skip
    counts = Counter(t.audit.episodes["kind"].tolist())
    if counts:
        answer = (*answer, lang.say_n("%(n)s episode was found.", "%(n)s episodes were found; they are told below, member by member.",
                                      sum(counts.values()), n=lang.number(sum(counts.values()))))  # fmt: skip
    lines = [row["line"] for row in held if not t.compact or row["line"] in t.listed]
    return Question(answer, t.evidence(lines, rest="t-dissent"), how)


def _dissent(t: Tally) -> Table | None:
    lang, held = t.lang, rows(t.audit.dynamics.dissent)
    made = []
    for row in held[:_LISTED]:
        grouped: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for after in row["after"]:
            grouped[after["line"]].append(after)
        told: list[Piece | Text | str] = []
        for line, what in grouped.items():
            t.cite(line)
            told.append((*_what(t, what), Piece(" ("), t.line(line), Piece(")")))
        t.cite(row["line"])
        cells = (
            (t.line(row["line"]),), (Piece(lang.moment(row["time"])),), (t.member(row["member"]),),
            lang.listing(told) or lang.say("nothing of the kind was found"),
        )  # fmt: skip
        made.append(Row(cells, quote=t.quote(row["line"], _SNIPPET)))
    columns = (
        Column(lang.gettext("Line"), Sort.ORDER), Column(lang.gettext("When"), Sort.ORDER), Column(lang.gettext("Who spoke up")),
        Column(lang.gettext("What came after")),
    )  # fmt: skip
    return Table("dissent", lang.gettext("Words of dissent, in order, and what came after"), columns, tuple(made), head=2,
                 note=left_out(t, len(held) - len(made))) if made else None  # fmt: skip


def _what(t: Tally, after: list[dict[str, Any]]) -> Text:
    """Pressing labels of one message with who wrote it; or that the member went."""
    lang, by = t.lang, after[0]["by"]
    what = [a["what"] for a in after]
    if what[0] == Event.LEFT.value:
        return lang.say("left the group")
    if what[0] == Event.REMOVED.value:
        return lang.say("removed by %(member)s", member=t.member(by)) if by else lang.say("removed")
    kinds = lang.listing([lang.gettext(LABELS[Label(x)][0]) for x in what if x in set(Label)])
    return lang.say("%(labels)s by %(member)s", labels=kinds, member=t.member(by))


def _kinds(t: Tally) -> Table | None:
    lang, counts = t.lang, Counter(t.audit.episodes["kind"].tolist())
    made = tuple(
        Row(((Piece(lang.gettext(name)),), (Piece(lang.gettext(about)),), (Piece(lang.number(counts[kind.value])),)))
        for kind, (name, about) in EPISODES.items() if counts[kind.value]
    )  # fmt: skip
    columns = (
        Column(lang.gettext("Episode")),
        Column(lang.gettext("What is meant")),
        Column(lang.gettext("Found"), Sort.NUMBER),
    )
    return Table("episodes", lang.gettext("Kinds of episode found"), columns, made) if made else None


def _stories(t: Tally) -> tuple[Story, ...]:
    """The episodes by member, in the order of their beginnings; every message of a member's episodes once."""
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    table = t.audit.episodes
    for row in rows(table.iloc[np.argsort(table["first_line"].to_numpy(), kind="stable")]):
        held[row["member"]].append(row)
    labelled = {row["line"]: row for row in t.pressure}
    happened = {row["line"]: row for row in t.membership}
    told = {name: episodes[: _TOLD_COMPACT if t.compact else _TOLD] for name, episodes in held.items()}
    t.fetch(line for part in told.values() for row in part for line in (row["first_line"], row["last_line"]))
    made = []
    for name, episodes in told.items():
        anchor = f"e{t.number.get(name, 0)}"
        lines = sorted({line for row in episodes for line in (row["first_line"], row["last_line"])})
        steps = tuple(_step(t, line, labelled, happened) for line in lines)
        for line in lines:
            t.cite(line, t.claim(t.lang.gettext("episode"), f"#{anchor}"))
        left = len(held[name]) - len(episodes)
        more = t.lang.say_n(
            "%(n)s more episode of this member stands in the tables that podaudit can write.",
            "%(n)s more episodes of this member stand in the tables that podaudit can write.",
            left, n=t.lang.number(left),
        ) if left else ()  # fmt: skip
        made.append(Story(anchor, t.member(name), tuple(episode(t, row) for row in episodes), steps, more))
    return tuple(made)


def episode(t: Tally, row: dict[str, Any]) -> Text:
    """An episode as a sentence."""
    first, last = row["first_line"], row["last_line"]
    kind = t.lang.gettext(EPISODES[EpisodeKind(row["kind"])][0])
    begun, ended = t.time(first), t.time(last)
    between = ended - begun if begun and ended else None
    return t.lang.say(
        "%(kind)s: line %(first)s, then line %(last)s%(later)s",
        kind=Piece(kind), first=t.line(first), last=t.line(last),
        later=Piece(f" ({elapsed(t.lang, between)})" if between is not None else ""),
    )  # fmt: skip


def _step(t: Tally, line: int, labelled: dict[int, dict[str, Any]], happened: dict[int, dict[str, Any]]) -> Step:
    limit = QUOTE_COMPACT if t.compact else QUOTE
    message = t.message(line)
    time = t.lang.moment(message.time) if message and message.time else ""
    if line in labelled:
        row = labelled[line]
        words = (Piece(names(t.lang, row["labels"])),)
        return Step(line, time, t.member(row["actor"]), words, primary_group(row), t.quote(line, limit))
    if line in happened:
        return Step(line, time, None, event_text(t, happened[line]), "event", ())
    who = t.member(message.sender) if message and message.sender else None
    return Step(line, time, who, t.lang.say("says that it is done"), "reply", t.quote(line, limit))
