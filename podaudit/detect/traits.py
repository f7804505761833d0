"""What a message shows that bears on pressure: words by concept, who is named, where it stands. No judgement yet."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from podaudit.detect.chat import Chat
from podaudit.detect.pronouns import PRONOUNS
from podaudit.lexicon import Hit, Lexicon
from podaudit.model import Event, ReplyStatus, Status, rows

if TYPE_CHECKING:
    import pandas as pd

# Concepts of which one alone makes a message worth weighing; the others only count beside them.
TELLING = (
    "reminder",
    "demand",
    "guilt",
    "shaming",
    "threat",
    "sanction",
    "retaliation_call",
    "insult",
    "secrecy",
    "praise",
    "apology",
    "distress",
    "dissent",
    "leaving",
    "payment",
    "automation",
    "reach_claim",
    "agree",
    "withdraw",
    "takes",
    "trick",
    "fake",
    "unfair",
    "gone",
    "penalty",
    "kudos",
    "metric",
    "money",
    "hush",
    "weary",
)
_PAIRS = (
    ("condition", "penalty"),
    ("condition", "task"),
    ("condition", "withdraw"),
    ("missing", "task"),
    ("takes", "task"),
    ("withdraw", "task"),
    ("metric", "growth"),
    ("metric", "credit"),
    ("kudos", "quick"),
    ("kudos", "delivered"),
    ("duty", "task"),
    ("duty", "everyone"),
    ("hush", "task"),
    ("money", "task"),
    ("trick", "task"),
    ("weary", "task"),
    ("fake", "task"),
    ("unfair", "task"),
    ("gone", "penalty"),
    ("effort", "everyone"),
    ("missing", "everyone"),
)
_WITH_NAME = (
    "missing",
    "takes",
    "kudos",
    "quick",
    "penalty",
    "withdraw",
    "demand",
    "insult",
    "gone",
    "shaming",
    "threat",
)
_BY_ME = ("withdraw", "effort", "apology", "weary", "fake", "dissent", "unfair", "leaving", "distress")
_BEFORE = (
    "dissent",
    "shaming",
    "threat",
    "sanction",
    "retaliation_call",
    "insult",
    "apology",
    "automation",
    "payment",
    "leaving",
    "distress",
    "unfair",
    "withdraw",
    "demand",
    "trick",
)
_MONEY = regex.compile(
    r"[€$£]|\d\s?(?:eur|euro|euros|reais|pesos|chf)\b|\b(?:tikkie|venmo|paypal|pix|bizum|lydia|twint)\b"
)
_FIGURE = regex.compile(r"\d[\d.,]*\s?k\b|\d{1,3}[.,]\d{3}|\d{3,}")
_LENGTHS = (4, 9, 18, 35)
_TALK = dt.timedelta(hours=2)  # how far back an exchange of words reaches
_AFTER = dt.timedelta(days=2)  # how long the group still speaks of somebody who went


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of one message: their names (all of weight one) and what they rest on."""

    i: int
    traits: frozenset[str]
    hits: tuple[Hit, ...]
    named: tuple[str, ...]  # members named, the writer left out


@dataclass(frozen=True, slots=True)
class Exit:
    """Somebody left or was removed."""

    time: dt.datetime
    line: int
    event: str
    member: str
    by: str | None


def exits(chat: Chat) -> list[Exit]:
    """Who left or was removed, in order, as far as the notices say."""
    went = chat.membership[chat.membership["event"].isin([Event.LEFT, Event.REMOVED])]
    return [Exit(r.time, r.line, r.event, r.member, r.by) for r in rows(went) if r.member is not None]


class Open:
    """How many calls of the last seven days a member has not answered at a moment, by the ledger."""

    def __init__(self, calls: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame) -> None:
        made = {c.key: c.time for c in rows(calls)}
        at = {(r.member, r.key): r.time for r in rows(replies) if r.status == ReplyStatus.DONE}
        self._asked: dict[str, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
        answered = {Status.CONFIRMED.value, Status.LATE.value}
        for member, key, status in zip(*(ledger[c].tolist() for c in ("member", "key", "status")), strict=True):
            until = at.get((member, key), dt.datetime.max) if status in answered else dt.datetime.max
            self._asked[member].append((made[key], until))
        for asked in self._asked.values():
            asked.sort()

    def count(self, member: str, now: dt.datetime) -> int:
        asked = self._asked.get(member, [])
        first = bisect_left(asked, (now - dt.timedelta(days=7), dt.datetime.min))
        last = bisect_left(asked, (now, dt.datetime.min))
        return sum(until > now for _, until in asked[first:last])


def read(
    chat: Chat,
    calls: pd.DataFrame,
    repeats: pd.DataFrame,
    rules: pd.DataFrame,
    replies: pd.DataFrame,
    ledger: pd.DataFrame,
    lexicon: Lexicon,
) -> Iterator[Traits]:
    """The traits of every message that holds a telling word, names several members in a list, or drops a post again."""
    said: dict[int, set[str]] = defaultdict(set)
    for line, status in zip(replies["line"].tolist(), replies["status"].tolist(), strict=True):
        said[line].add(status)
    lines = {"rule": set(rules["line"]), "call": set(calls["line"]), "repeat": set(repeats["line"])}
    open_, gone = Open(calls, replies, ledger), exits(chat)
    telling = lexicon.gate("pressure", chat.column, TELLING)
    went = [x.time for x in gone]
    for i in range(len(chat)):
        line, text = chat.lines[i], chat.folded[i]
        if chat.media[i] or not (telling[i] or line in lines["repeat"] or text.count("\n") > 2):
            continue
        hits = tuple(h for h in lexicon.scan("pressure", text) if chat.at_home(h))
        if not (line in lines["repeat"] or text.count("\n") > 2 or any(h.concept in TELLING for h in hits)):
            continue
        found = _words(chat, i, hits)
        found |= {name for name, at in lines.items() if line in at} | {f"says {s}" for s in said.get(line, ())}
        named = tuple(m for m in chat.names.members_in(text) if m != chat.members[i])
        found |= _place(chat, i, named, open_, gone, went)
        found |= _exchange(chat, i, lexicon)
        found |= _together(found, {h.concept for h in hits})
        yield Traits(i, frozenset(found), hits, named)


def _words(chat: Chat, i: int, hits: Iterable[Hit]) -> set[str]:
    text, raw = chat.folded[i], chat.texts[i]
    counts = Counter(h.concept for h in hits)
    found = {f"word {c}" for c in counts} | {f"words {c}" for c, n in counts.items() if n > 1}
    found |= {name for name, pattern in PRONOUNS.items() if pattern.search(text)}
    high = sum(map(str.isupper, raw))
    if high > 6 and (letters := sum(map(str.isalpha, raw))) > 12 and high > letters / 2:
        found.add("capitals")
    found |= {name for name, mark in (("asks", "?"), ("exclaims", "!")) if mark in text}
    found |= {name for name, pattern in (("money sign", _MONEY), ("figure", _FIGURE)) if pattern.search(text)}
    n = len(text.split())
    found.add(f"words below {next((x for x in _LENGTHS if n < x), 'any')}")
    return found


def _place(
    chat: Chat, i: int, named: tuple[str, ...], open_: Open, gone: list[Exit], went: list[dt.datetime]
) -> set[str]:
    now, who, found = chat.times[i], chat.members[i], set[str]()
    if named:
        found |= (
            {"names"}
            | ({"names two"} if len(named) > 1 else set())
            | ({"calls by @"} if "@" in chat.folded[i] else set())
        )
        if any(open_.count(m, now) for m in named):
            found.add("names one with open calls")
        if chat.folded[i].count("\n") >= len(named) > 1:
            found.add("list of names")
    if n := open_.count(who, now):
        found |= {"has open calls"} | ({"has several open calls"} if n > 2 else set())
    if who in chat.admins:
        found.add("admin")
    for x in gone[bisect_left(went, now - _AFTER) :]:
        ahead = x.time - now
        if ahead > dt.timedelta(days=7):
            break
        if ahead < dt.timedelta(0):
            found.add("after an exit")
            found |= {"soon after an exit"} if -ahead <= dt.timedelta(hours=3) else set()
            found |= {"names who went"} if x.member in named else set()
            found |= {"after removing somebody"} if x.by == who else set()
        elif x.event == Event.REMOVED:
            found |= {"about to remove"} if x.by == who and ahead <= dt.timedelta(minutes=15) else set()
            found |= {"about to be removed"} if x.member == who else set()
        elif x.member == who:
            found |= {"about to leave"} if ahead <= dt.timedelta(days=1) else set()
            found |= {"leaves within the hour"} if ahead <= dt.timedelta(hours=1) else set()
    return found


def _exchange(chat: Chat, i: int, lexicon: Lexicon) -> set[str]:
    """What the last few messages by others held."""
    found: set[str] = set()
    for j in range(max(0, i - 3), i):
        if chat.members[j] != chat.members[i] and chat.times[i] - chat.times[j] <= _TALK and not chat.media[j]:
            concepts = {h.concept for h in lexicon.scan("pressure", chat.folded[j])}
            found |= {f"after {c}" for c in _BEFORE if c in concepts}
            if chat.members[i] in chat.names.members_in(chat.folded[j]):
                found.add("was just named")
    return found


def _together(found: set[str], concepts: set[str]) -> set[str]:
    pairs = {f"{a} and {b}" for a, b in _PAIRS if a in concepts and b in concepts}
    pairs |= {f"{c} and a name" for c in _WITH_NAME if c in concepts and "names" in found}
    pairs |= {f"{c} and you" for c in _WITH_NAME if c in concepts and "you" in found}
    pairs |= {f"{c} and i" for c in _BY_ME if c in concepts and "i" in found}
    pairs |= {f"apology and {t}" for t in ("has open calls", "was just named") if "apology" in concepts and t in found}
    return pairs
