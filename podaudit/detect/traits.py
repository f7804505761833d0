"""What a message shows that bears on pressure: words by concept, who is named, where it stands. No judgement yet."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import regex

from podaudit.detect.chat import LAUGH, Chat, places
from podaudit.detect.names import Mention
from podaudit.detect.pronouns import PRONOUNS
from podaudit.detect.weighing import below
from podaudit.lexicon import Hit, Lexicon
from podaudit.model import REPORTED, Event, ReplyStatus, rows, times

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


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A way in which a label is often put: of each group of concepts or traits one is there, and none of those barred."""

    says: str
    needs: tuple[tuple[str, ...], ...]
    bars: tuple[str, ...] = ("of another matter",)

    def fits(self, there: Set[str]) -> bool:
        return all(not there.isdisjoint(group) for group in self.needs) and there.isdisjoint(self.bars)


_OTHER = "of another matter"
SKELETONS = (
    Skeleton("asks for what is still open", (("reminder",), ("task", "missing", "asks"))),
    Skeleton("lays a duty on all", (("duty", "demand"), ("everyone",), ("task", "demand"))),
    Skeleton(
        "sets what one gave against what came back", (("effort", "guilt"), ("everyone", "missing", "you", "task"))
    ),
    Skeleton(
        "sets one apart from those who did it",
        (("except",), ("names",), ("task", "everyone", "delivered")),
        (_OTHER, "elsewhere"),
    ),
    Skeleton("asks or takes, and gives nothing", (("missing", "shaming"), ("names", "you"), ("takes", "task"))),
    Skeleton("a list with something left empty", (("list of names",), ("empty tick", "missing", "so many of so many"))),
    Skeleton(
        "a condition and what follows",
        (
            ("condition", "threat"),
            ("penalty", "threat", "group"),
            ("names", "missing", "task"),
            ("missing", "withdraw", "threat"),
        ),
    ),
    Skeleton(
        "reports support taken away",
        (("withdraw", "sanction"), ("i",), ("task", "names", "you")),
        (_OTHER, "condition"),
    ),
    Skeleton(
        "speaks of somebody just put out",
        (("gone", "penalty", "sanction", "withdraw"), ("names who went", "after removing somebody", "about to remove")),
    ),
    Skeleton(
        "bids others take their support away",
        (("withdraw", "retaliation_call"), ("names", "he"), ("task", "everyone")),
        (_OTHER, "i", "condition"),
    ),
    Skeleton("a bad word for somebody", (("insult",), ("you", "names", "he")), (_OTHER, "i", "apology")),
    Skeleton(
        "kept from those outside",
        (("hush", "tell", "secrecy"), ("outsiders", "group"), ("not", "outsiders", "secrecy")),
    ),
    Skeleton("commends somebody for having done it", (("kudos", "praise"), ("names",), ("quick", "task", "delivered"))),
    Skeleton("sorry for what was left undone", (("apology",), ("task", "missing", "has open calls"))),
    Skeleton(
        "what is asked weighs on one",
        (("distress", "weary"), ("task", "distress")),
        (_OTHER, "says excuse", "says promise"),
    ),
    Skeleton("objects to how it goes", (("dissent", "unfair"), ("i", "we", "not", "you")), (_OTHER, "laughs")),
    Skeleton("takes leave", (("leaving",), ("i", "group")), (_OTHER, "names")),
    Skeleton("money for taking part", (("payment", "money", "money sign"), ("group", "payment", "task"))),
    Skeleton("something else does the engaging", (("trick", "automation"), ("task", "automation"))),
    Skeleton("reach put down to the group", (("metric", "reach_claim"), ("growth", "credit", "figure", "reach_claim"))),
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
_FIGURE = regex.compile(r"\d[\d.,]{0,12}\s?k\b|\d{1,3}[.,]\d{3}|\d{3,}")
_CLOCK = regex.compile(r"\d{1,2}[:.h]\d\d|\d\s?(?:uur|uhr|pm|am|h|hs|horas?|heures?|ore)\b")
_OF = regex.compile(r"\d\s?(?:/|of|out of|van de|van|uit|von|sur|de|di|su)\s?(?:the |las |los |i |os |as )?\d")
_NO_TICK = regex.compile(r"[❌✖🔴⬜☐]")
_TICK = regex.compile(r"[✅✔☑]")
_SIGNS = {
    "money sign": _MONEY,
    "figure": _FIGURE,
    "clock": _CLOCK,
    "so many of so many": _OF,
    "empty tick": _NO_TICK,
    "tick": _TICK,
    "laughs": LAUGH,
}
_LONG = r"\w\W+\w+\W+\w+\W+\w"  # four words or more
STEM = "~"  # what the names of such traits begin with: the beginning of a word, or an emoji
_STEM = 6  # letters
_STEMS = regex.compile(r"[a-z]{3,}")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_NEAR, _NEXT = 6, 4  # messages back and on that still belong to the same exchange
_LENGTHS = (4, 9, 18, 35)
_TALK = dt.timedelta(hours=2)  # how far back an exchange of words reaches
_WEEK = dt.timedelta(days=7)
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
        made = dict(zip(calls["key"].tolist(), times(calls), strict=True))
        done = replies[replies["status"] == ReplyStatus.DONE]
        at = dict(zip(zip(done["member"].tolist(), done["key"].tolist(), strict=True), times(done), strict=True))
        self._from: dict[str, list[dt.datetime]] = defaultdict(list)
        self._until: dict[str, list[dt.datetime]] = defaultdict(list)
        answered = {status.value for status in REPORTED}
        for member, key, status in zip(*(ledger[c].tolist() for c in ("member", "key", "status")), strict=True):
            lapses = made[key] + _WEEK
            self._from[member].append(made[key])
            self._until[member].append(min(at.get((member, key), lapses), lapses) if status in answered else lapses)
        for moments in (*self._from.values(), *self._until.values()):
            moments.sort()

    def count(self, member: str, now: dt.datetime) -> int:
        if member not in self._from:
            return 0
        return bisect_left(self._from[member], now) - bisect_right(self._until[member], now)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the words of a text show, whoever writes it and wherever it stands."""

    hits: tuple[Hit, ...]
    concepts: frozenset[str]
    telling: bool
    after: frozenset[str]  # what it makes of the messages that follow
    traits: frozenset[str]
    mentions: tuple[Mention, ...]
    members: tuple[str, ...]  # those named


def read(
    chat: Chat,
    calls: pd.DataFrame,
    repeats: pd.DataFrame,
    rules: pd.DataFrame,
    replies: pd.DataFrame,
    ledger: pd.DataFrame,
    lexicon: Lexicon,
) -> Iterator[Traits]:
    """The traits of every message that holds a telling word, names somebody or hints twice, or drops a post again."""
    statuses: dict[int, set[str]] = defaultdict(set)
    for line, status in zip(replies["line"].tolist(), replies["status"].tolist(), strict=True):
        statuses[line].add(f"says {status}")
    lines = {"rule": set(rules["line"]), "call": set(calls["line"]), "repeat": set(repeats["line"])}
    marked = lines["call"] | lines["rule"] | lines["repeat"]
    short = lines["call"] | lines["rule"] | set(statuses)
    place = _Place(chat, calls, rules, replies, ledger)
    telling, long = lexicon.gate("pressure", chat.column, TELLING), _holding(chat, _LONG)
    said: dict[str, _Said] = {}
    made: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def words(i: int) -> _Said:
        text = chat.texts[i]
        if text not in said:
            said[text] = _words(chat, i, lexicon)
        return said[text]

    members_in = cache(chat.names.members_in)
    for i in range(len(chat)):
        line, text = chat.lines[i], chat.texts[i]
        if chat.media[i]:
            continue
        listed = chat.folded[i].count("\n") > 2
        if not (telling[i] or line in lines["repeat"] or listed or (long[i] and line not in short)):
            continue
        of = words(i)
        if not (
            line in lines["repeat"]
            or listed
            or of.telling
            or (line not in short and (of.members or len(of.concepts) > 1))
        ):
            continue
        found = set(statuses.get(line, ()))
        if line in marked:
            found |= {name for name, at in lines.items() if line in at}
        named = tuple(m for m in of.members if m != chat.members[i])
        found |= place.of(i, named, of.mentions)
        for j in range(max(0, i - 3), i):  # what the last few messages by others held
            if chat.members[j] != chat.members[i] and chat.times[i] - chat.times[j] <= _TALK and not chat.media[j]:
                if telling[j]:
                    found |= words(j).after
                if chat.members[i] in members_in(chat.folded[j]):
                    found.add("was just named")
        key = text, frozenset(found)
        if key not in made:
            made[key] = of.traits | found | _together(found | of.traits, of.concepts)
        yield Traits(i, made[key], of.hits, named)


def near(chat: Chat, positions: Sequence[int]) -> list[tuple[tuple[str, int], ...]]:
    """For each of some messages of a chat (positions, ascending): how others of them stand to it, and which those are."""
    found: list[list[tuple[str, int]]] = [[] for _ in positions]
    for n, i in enumerate(positions):
        for back in range(n - 1, -1, -1):
            j = positions[back]
            if i - j > _NEAR or chat.times[i] - chat.times[j] > _TALK:
                break
            mine = chat.members[i] == chat.members[j]
            found[n].append(("own, before" if mine else "before", back))
            if i - j <= _NEXT:
                found[back].append(("own, after" if mine else "after", n))
    return [tuple(f) for f in found]


def around(beside: Iterable[tuple[str, int]], given: Sequence[Set[str]]) -> frozenset[str]:
    """The traits that the labels of messages around one make."""
    found = {f"{how}: {label}" for how, n in beside for label in given[n]}
    if not found:
        return frozenset()
    return frozenset(found | {f"{x.split(':')[0]}: any" for x in found})


def _holding(chat: Chat, pattern: str) -> Sequence[bool]:
    import pyarrow.compute as pc

    return pc.match_substring_regex(chat.column, pattern).to_pylist()  # type: ignore[no-any-return]


def _words(chat: Chat, i: int, lexicon: Lexicon) -> _Said:
    text, raw = chat.folded[i], chat.texts[i]
    hits = tuple(h for h in lexicon.scan("pressure", text) if chat.at_home(h))
    all_mentions = chat.names.found(text)
    mentions = tuple(m for m in all_mentions if m.member)
    counts = Counter(h.concept for h in hits)
    found = {f"word {c}" for c in counts} | {f"words {c}" for c, n in counts.items() if n > 1}
    found |= {name for name, pattern in PRONOUNS.items() if pattern.search(text)}
    high = sum(map(str.isupper, raw))
    if high > 6 and (letters := sum(map(str.isalpha, raw))) > 12 and high > letters / 2:
        found.add("capitals")
    found |= {name for name, mark in (("asks", "?"), ("exclaims", "!"), ("trails off", "...")) if mark in text}
    found |= {name for name, pattern in _SIGNS.items() if pattern.search(text)}
    found.add(f"words {below(len(text.split()), _LENGTHS)}")
    bare = text
    for m in reversed(all_mentions):  # who is called what must not weigh
        bare = bare[: m.start] + " " * (m.stop - m.start) + bare[m.stop :]
    found |= {f"{STEM}{w[:_STEM]}" for w in _STEMS.findall(bare)} | {f"{STEM}{c}" for c in _EMOJI.findall(bare)}
    after = frozenset(f"after {c}" for c in _BEFORE if c in counts)
    members = tuple(dict.fromkeys(str(m.member) for m in mentions))
    return _Said(
        hits, frozenset(counts), not counts.keys().isdisjoint(TELLING), after, frozenset(found), mentions, members
    )


class _Place:
    """Where a message stands: who writes it, who is named, what they have open, who goes before and after."""

    def __init__(
        self, chat: Chat, calls: pd.DataFrame, rules: pd.DataFrame, replies: pd.DataFrame, ledger: pd.DataFrame
    ) -> None:
        self._chat, self._open, self._gone = chat, Open(calls, replies, ledger), exits(chat)
        self._went = [x.time for x in self._gone]
        laid = Counter(chat.members[i] for i in places(chat.lines, rules["line"]) if i >= 0)
        self._lays_down = frozenset(m for m, n in laid.items() if n > 2)
        self._called: dict[str, list[dt.datetime]] = defaultdict(list)
        for c in rows(calls):
            self._called[c.caller].append(c.time)

    def of(self, i: int, named: tuple[str, ...], mentions: Sequence[Mention]) -> set[str]:
        chat, now, who, text = self._chat, self._chat.times[i], self._chat.members[i], self._chat.folded[i]
        found = set[str]()
        if named:
            found.add("names")
            behind = [self._open.count(m, now) for m in named]
            found |= {
                trait
                for trait, holds in (
                    ("names two", len(named) > 1),
                    ("names four", len(named) > 3),
                    ("calls by @", any(m.at for m in mentions)),
                    ("names one with open calls", any(behind)),
                    ("names one with several open calls", max(behind) > 2),
                    ("names one with nothing open", not all(behind)),
                    ("names nobody behind", not any(behind)),
                    ("list of names", text.count("\n") >= len(named) > 1),
                    ("begins with a name", mentions[0].start < 3),
                    ("names one who just posted", any(self._posted(m, now) for m in named)),
                )
                if holds
            }
        if n := self._open.count(who, now):
            found |= {"has open calls"} | ({"has several open calls"} if n > 2 else set())
        if who in chat.admins:
            found.add("admin")
        if who in self._lays_down:
            found.add("lays down the rules")
        if self._posted(who, now):
            found.add("posted lately")
        for x in self._gone[bisect_left(self._went, now - _AFTER) :]:
            ahead = x.time - now
            if ahead > dt.timedelta(days=7):
                break
            if ahead < dt.timedelta(0) or (x.time == now and x.line < chat.lines[i]):
                found.add("after an exit")
                found |= {"soon after an exit"} if -ahead <= dt.timedelta(hours=3) else set()
                found |= {"names who went"} if x.member in named else set()
                found |= {"after removing somebody"} if x.by == who else set()
                continue
            found |= {"names one who will go"} if x.member in named else set()
            if x.event == Event.REMOVED:
                found |= {"about to remove"} if x.by == who and ahead <= dt.timedelta(minutes=15) else set()
                found |= {"about to be removed"} if x.member == who else set()
            elif x.member == who:
                found |= {"about to leave"} if ahead <= dt.timedelta(days=1) else set()
                found |= {"leaves within the hour"} if ahead <= dt.timedelta(hours=1) else set()
        return found

    def _posted(self, member: str, now: dt.datetime) -> bool:
        """Has the member asked for something within the last two days?"""
        called = self._called.get(member, [])
        n = bisect_left(called, now)
        return n > 0 and now - called[n - 1] <= _AFTER


def _together(found: Set[str], concepts: Set[str]) -> set[str]:
    """What traits and concepts make together."""
    there = set(found) | concepts
    if "elsewhere" in there and there.isdisjoint(("task", "group")):
        there.add(_OTHER)
    pairs = {f"{a} and {b}" for a, b in _PAIRS if a in concepts and b in concepts}
    pairs |= {f"{c} and a name" for c in _WITH_NAME if c in concepts and "names" in found}
    pairs |= {f"{c} and you" for c in _WITH_NAME if c in concepts and "you" in found}
    pairs |= {f"{c} and i" for c in _BY_ME if c in concepts and "i" in found}
    pairs |= {f"apology and {t}" for t in ("has open calls", "was just named") if "apology" in concepts and t in found}
    pairs |= {s.says for s in SKELETONS if s.fits(there)}
    return pairs | (there & {_OTHER})
