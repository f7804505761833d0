"""Whom a labelled message is aimed at (codebook section 5: targets hold for the message as a whole)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

import numpy as np
import regex

from podaudit.detect.chat import Chat
from podaudit.detect.names import Mention
from podaudit.detect.pronouns import PRONOUNS
from podaudit.detect.surroundings import Exit
from podaudit.model import Event, Label

_AIMED = frozenset(
    {
        Label.SHAMING,
        Label.PRAISE,
        Label.THREAT,
        Label.INSULT,
        Label.RETALIATION_CALL,
        Label.SANCTION,
        Label.GUILT,
        Label.DEMAND,
    }
)
_AT_SOMEBODY = frozenset(
    {Label.SHAMING, Label.INSULT, Label.SANCTION, Label.RETALIATION_CALL}
)  # never at the group as a whole
_BEFELL, _OBJECTING = frozenset({Label.SANCTION, Label.THREAT}), frozenset({Label.DISSENT, Label.DISTRESS})
_OF_OTHERS = _AIMED - _BEFELL
_SPOKEN_TO = frozenset(
    {Label.SHAMING, Label.THREAT, Label.DEMAND, Label.GUILT}
)  # where one name may be spoken to about another
_SPOKEN_OF = frozenset({Label.RETALIATION_CALL, Label.SANCTION, Label.PRAISE})
_OWNER = regex.compile(
    r"\b(?:for|under|at|after|since|of|voor|bij|onder|van|na|sinds|fur|bei|beim|unter|von|seit|pour|chez|sous|apres|depuis|para|por|"
    r"en lo de|desde|do|da|no|na|desde|per|da|sotto|sul|dopo)\s+$"
)
_AND = regex.compile(r"[\s,&+]*(?:(?:en|and|und|et|y|e|ed|plus)\s+)?")
_YOU = regex.compile(
    r"\b(?:je|jij|jou|jouw|u|uw|you|your|u|ur|du|dich|dir|dein\w*|tu|te|toi|ton|ta|tes|vous|ti|tuyo|usted|voce|vc|seu|sua|teu|tua|tuo|lei)\b"
)
_TALK = dt.timedelta(hours=2)
_NOW, _JUST, _AFTER = np.timedelta64(0, "m"), np.timedelta64(15, "m"), np.timedelta64(3, "D")
_TICK = regex.compile(r"[✅✔☑👍💪🟢]|\bok\b")
_SHORT = regex.compile(
    r"\.\.\.|(?<!\d)0(?!\d)|[❌✖🔴⬜☐⚪🔲❓?]|\b(?:nul|zero|null|niets|niks|nothing|none|nichts|rien|nada|niente|nope|nee|no|nein|non|nao)\b|-\s*$"
)
_COUNT = regex.compile(r"(?<!\d)(\d{1,3})(?!\d)")


class Aim:
    """Finds targets; knows the chat, who went, and which messages are labelled."""

    def __init__(self, chat: Chat, gone: Sequence[Exit], labelled: Mapping[int, Iterable[str]]) -> None:
        self._chat, self._gone, self._labelled = chat, gone, labelled
        self._times = np.array([x.time for x in gone], "datetime64[us]")
        self._lines = np.array([x.line for x in gone], np.int64)

    def at(self, i: int, labels: Iterable[str], named: Sequence[str]) -> list[str]:
        """The targets of message ``i``, sorted; empty where it is aimed at the group as a whole."""
        kinds = set(labels)
        if kinds & _BEFELL and kinds & _OBJECTING and not kinds & _OF_OTHERS and _of_oneself(self._chat.folded[i]):
            return [self._chat.members[i]]
        if not kinds & _AIMED:
            return sorted(self._objected(i, named)) if Label.DISSENT in kinds else []
        listed = self._listed(i)
        if listed is not None and Label.SHAMING in kinds:
            return sorted(listed)
        if named:
            return self._meant(i, kinds, named)
        if kinds & _AIMED == {Label.DEMAND}:
            return []
        spoken_to = bool(_YOU.search(self._chat.folded[i]))
        if kinds & (_AT_SOMEBODY | {Label.THREAT}):
            went, removed = self._went(i)
            other = self._other(i, kinds) if spoken_to and not removed else None  # «you» is seldom who has gone
            if went and not other:
                return [went]
        if kinds & _AT_SOMEBODY or spoken_to:
            other = self._other(i, kinds)
            return [other] if other else []
        return []

    def _meant(self, i: int, kinds: set[str], named: Sequence[str]) -> list[str]:
        """Of the members named those who are aimed at: who is spoken to, else who is not merely whose post it is about."""
        text, found = (
            self._chat.folded[i],
            [m for m in self._chat.names.found(self._chat.folded[i]) if m.member in named],
        )
        if called := {m.member for m in found if m.at}:  # who is called by @ is spoken to, others of
            return sorted(m for m in named if m in called)
        if kinds & _SPOKEN_TO and not kinds & _SPOKEN_OF and text.count("\n") < 2:
            together = _in_one_breath(text, found)
            if spoken := {
                m.member
                for group in together
                if not _owns(text, group) and any(_addressed(text, m) for m in group)
                for m in group
            }:
                return sorted(m for m in named if m in spoken)
            about = {m.member for group in together if not _owns(text, group) for m in group}
            if Label.DEMAND in kinds and not kinds & (_AT_SOMEBODY | {Label.THREAT}):
                return []  # all are told to do it, for whoever is named
            return sorted(m for m in named if m in about) or sorted(named)
        return sorted(named)

    def _objected(self, i: int, named: Sequence[str]) -> list[str]:
        """Dissent is aimed at who is addressed by name at the end or by @."""
        text = self._chat.folded[i]
        called = [
            m.member
            for m in self._chat.names.found(text)
            if m.member and m.member != self._chat.members[i] and (m.at or m.stop >= len(text.rstrip(" .!?")) - 1)
        ]
        return list(dict.fromkeys(called)) if len(named) <= 1 else []

    def _listed(self, i: int) -> list[str] | None:
        """In a list of who did what: those who fell short."""
        lines = [x for x in self._chat.folded[i].split("\n") if x.strip()]
        if len(lines) < 3:
            return None
        entries: list[tuple[str, str]] = []
        for line in lines:
            mentions = [m for m in self._chat.names.found(line) if m.member]
            for m, following in zip_longest(mentions, mentions[1:]):
                entries.append((str(m.member), line[m.stop : following.start if following else None]))
        if len({m for m, _ in entries}) < 3:
            return None
        counts = {m: int(c[1]) for m, rest in entries if (c := _COUNT.search(rest))}
        top = max(counts.values(), default=0)
        short = {m for m, rest in entries if _SHORT.search(rest) and not _TICK.search(rest)} | {
            m for m, n in counts.items() if n * 2 < top
        }
        ticked = {m for m, rest in entries if _TICK.search(rest)}
        if ticked and not short:
            short = {m for m, _ in entries} - ticked
        return sorted(short - {self._chat.members[i]}) or None

    def _went(self, i: int) -> tuple[str | None, bool]:
        """Who is removed by the writer right after (then True), or who went lately."""
        ahead, who = self._times - self._chat.moments[i], self._chat.members[i]
        for n in np.flatnonzero((ahead >= _NOW) & (ahead <= _JUST)).tolist():
            x = self._gone[n]
            if x.event == Event.REMOVED and x.by == who:
                return x.member, True
        before = (ahead < _NOW) | ((ahead == _NOW) & (self._lines < self._chat.lines[i]))
        lately = np.flatnonzero(before & (ahead >= -_AFTER)).tolist()
        return (self._gone[lately[-1]].member if lately else None), False

    def _other(self, i: int, kinds: set[str]) -> str | None:
        """Whom the writer answers: the last to object or to be labelled, else the last who spoke."""
        before = [
            j
            for j in range(max(0, i - 8), i)
            if self._chat.times[i] - self._chat.times[j] <= _TALK and self._chat.members[j] != self._chat.members[i]
        ]
        for j in reversed(before):
            if (
                Label.DISSENT in self._labelled.get(j, ())
                or Label.DISTRESS in self._labelled.get(j, ())
                or Label.APOLOGY in self._labelled.get(j, ())
            ):
                return self._chat.members[j]
        if Label.THREAT in kinds and not kinds & _AT_SOMEBODY:
            return None
        return self._chat.members[before[-1]] if before else None


def _of_oneself(text: str) -> bool:
    """Does who objects tell what befell him or her, and not another? Dutch "er" is "there"."""
    return bool(PRONOUNS["i"].search(text)) and {*PRONOUNS["he"].findall(text)} <= {"er"}


def _addressed(text: str, mention: Mention) -> bool:
    """Is a member spoken to: named at the beginning or end, or set apart by commas?"""
    before, after = text[: mention.start].rstrip(" @~"), text[mention.stop :].lstrip(" ")
    begins = not before or before[-1] in ".!?:\n"
    parted = not after or after[0] in ",.!?:\n" or after.startswith("...")
    if begins:
        return parted or bool(_YOU.match(after))
    return (parted and before.endswith(",")) or not after.strip(" .!?")


def _in_one_breath(text: str, found: Sequence[Mention]) -> list[list[Mention]]:
    """Members named one after the other, with nothing but a comma or «and» between them."""
    groups: list[list[Mention]] = []
    for m in found:
        if groups and _AND.fullmatch(text, groups[-1][-1].stop, m.start):
            groups[-1].append(m)
        else:
            groups.append([m])
    return groups


def _owns(text: str, group: Sequence[Mention]) -> bool:
    """Are they named only as those whose post it is about?"""
    return bool(_OWNER.search(text[: group[0].start])) or text[: group[-1].stop].endswith("'s")
