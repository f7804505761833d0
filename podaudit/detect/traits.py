"""What a message shows that bears on pressure: words by concept, who is named, where it stands. No judgement yet."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from podaudit.detect.chat import LAUGH, Chat, places
from podaudit.detect.names import Mention
from podaudit.detect.pronouns import PRONOUNS
from podaudit.detect.surroundings import Stand, Surroundings
from podaudit.detect.weighing import below
from podaudit.lexicon import Hit, Lexicon

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
STEM = "~"  # what the names of such traits begin with: the beginning of a word, those of two in a row, or an emoji
_STEM, _OF_TWO = 6, 5  # letters
_STEMS = regex.compile(r"[a-z]{3,}")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_NEAR, _NEXT = 6, 4  # messages back and on that still belong to the same exchange
_LENGTHS = (4, 9, 18, 35)
_TALK = dt.timedelta(hours=2)  # how far back an exchange of words reaches
_NONE, _CAPITALS = frozenset[str](), frozenset({"capitals"})


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of one message: their names (all of weight one) and what they rest on."""

    i: int
    traits: frozenset[str]
    hits: tuple[Hit, ...]
    named: tuple[str, ...]  # members named, the writer left out


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
    breaks: int  # of lines


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
    lines = {"rule": rules["line"], "call": calls["line"], "repeat": repeats["line"]}
    marked = {name: set(of) for name, of in lines.items()}
    repeat, short = np.zeros((2, len(chat)), bool)
    repeat[places(chat.lines, lines["repeat"])] = True
    for on in (lines["call"], lines["rule"], replies["line"]):
        short[places(chat.lines, on)] = True
    telling, long = lexicon.gate("pressure", chat.column, TELLING), _holding(chat, _LONG)
    listed = np.array([text.count("\n") > 2 for text in chat.unlike], bool)
    worded = ~np.array(chat.media, bool) & (repeat | (telling | listed)[chat.which] | (long[chat.which] & ~short))
    words = cache(lambda n: _words(chat, chat.unlike[n], lexicon))  # of a text, once
    tells, hints = np.zeros((2, len(chat.unlike)), bool)
    for n in np.unique(chat.which[worded]).tolist():
        of = words(n)
        tells[n], hints[n] = of.telling, bool(of.members) or len(of.concepts) > 1
    worded &= repeat | (tells | listed)[chat.which] | (hints[chat.which] & ~short)

    at = np.flatnonzero(worded).tolist()
    which, telling_ = chat.which.tolist(), telling.tolist()
    statuses: dict[int, set[str]] = defaultdict(set)
    said = replies[replies["line"].isin([chat.lines[i] for i in at])]
    for line, status in zip(said["line"].tolist(), said["status"].tolist(), strict=True):
        statuses[line].add(f"says {status}")
    named = [tuple(m for m in words(which[i]).members if m != chat.members[i]) for i in at]
    around_ = Surroundings(chat, calls, rules, replies, ledger)
    stands = around_.stands([(m, i) for i, others in zip(at, named, strict=True) for m in (chat.members[i], *others)])
    named_in = cache(lambda n: frozenset(chat.names.members_in(chat.unlike[n])))
    shouts, made = cache(_shouts), dict[tuple[Any, ...], frozenset[str]]()
    for i, others in zip(at, named, strict=True):
        of, who, line = words(which[i]), chat.members[i], chat.lines[i]
        own, *theirs = islice(stands, 1 + len(others))
        before = set[str]()
        for j in range(max(0, i - 3), i):  # what the last few messages by others held
            if chat.members[j] != who and chat.times[i] - chat.times[j] <= _TALK and not chat.media[j]:
                if telling_[which[j]]:
                    before |= words(which[j]).after
                if who in named_in(which[j]):
                    before.add("was just named")
        here = (
            frozenset(statuses.get(line, set()) | {name for name, of_kind in marked.items() if line in of_kind}),
            _CAPITALS if shouts(chat.texts[i]) else _NONE,
            _writer(own, who in chat.admins, who in around_.lays_down),
            _naming(of, others, theirs) if others else _NONE,
            around_.exits(i, others),
            frozenset(before),
        )
        if (which[i], here) not in made:
            found = of.traits.union(*here)
            made[which[i], here] = found | _together(found, of.concepts)
        yield Traits(i, made[which[i], here], of.hits, others)


@cache
def _writer(stand: Stand, admin: bool, lays_down: bool) -> frozenset[str]:
    """Traits of how the writer of a message stands."""
    traits = {
        "has open calls": stand.open != 0,  # where a clock ran back, below it too
        "has several open calls": stand.open > 2,
        "admin": admin,
        "lays down the rules": lays_down,
        "posted lately": stand.posted,
    }
    return frozenset(trait for trait, holds in traits.items() if holds)


def _naming(of: _Said, named: Sequence[str], stands: Sequence[Stand]) -> frozenset[str]:
    """Traits of whom a message names, the writer left out, and how they stand."""
    behind = [stand.open for stand in stands]
    traits = {
        "names": True,
        "names two": len(named) > 1,
        "names four": len(named) > 3,
        "calls by @": any(m.at for m in of.mentions),
        "names one with open calls": any(behind),
        "names one with several open calls": max(behind) > 2,
        "names one with nothing open": not all(behind),
        "names nobody behind": not any(behind),
        "list of names": of.breaks >= len(named) > 1,
        "begins with a name": of.mentions[0].start < 3,
        "names one who just posted": any(stand.posted for stand in stands),
    }
    return frozenset(trait for trait, holds in traits.items() if holds)


def _shouts(raw: str) -> bool:
    """Is most of it in capitals?"""
    high = sum(map(str.isupper, raw))
    return high > 6 and (letters := sum(map(str.isalpha, raw))) > 12 and high > letters / 2


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


def _holding(chat: Chat, pattern: str) -> Any:
    """Which of ``chat.unlike`` hold it."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(chat.column, pattern).to_numpy(zero_copy_only=False)


def _words(chat: Chat, text: str, lexicon: Lexicon) -> _Said:
    hits = tuple(h for h in lexicon.scan("pressure", text) if chat.at_home(h))
    all_mentions = chat.names.found(text)
    mentions = tuple(m for m in all_mentions if m.member)
    counts = Counter(h.concept for h in hits)
    found = {f"word {c}" for c in counts} | {f"words {c}" for c, n in counts.items() if n > 1}
    found |= {name for name, pattern in PRONOUNS.items() if pattern.search(text)}
    found |= {name for name, mark in (("asks", "?"), ("exclaims", "!"), ("trails off", "...")) if mark in text}
    found |= {name for name, pattern in _SIGNS.items() if pattern.search(text)}
    found.add(f"words {below(len(text.split()), _LENGTHS)}")
    bare = text
    for m in reversed(all_mentions):  # who is called what must not weigh
        bare = bare[: m.start] + " " * (m.stop - m.start) + bare[m.stop :]
    stems = _STEMS.findall(bare)
    found |= {f"{STEM}{w[:_STEM]}" for w in stems} | {f"{STEM}{c}" for c in _EMOJI.findall(bare)}
    found |= {f"{STEM}{a[:_OF_TWO]} {b[:_OF_TWO]}" for a, b in pairwise(stems)}
    after = frozenset(f"after {c}" for c in _BEFORE if c in counts)
    members = tuple(dict.fromkeys(str(m.member) for m in mentions))
    tells = not counts.keys().isdisjoint(TELLING)
    return _Said(hits, frozenset(counts), tells, after, frozenset(found), mentions, members, text.count("\n"))


def spelt(stem: str) -> str:
    """The pattern of a trait that begins with STEM, in a folded text: the words it stands for, or the emoji."""
    first, *second = stem.removeprefix(STEM).split(" ")
    if not first.isalpha():
        return regex.escape(first)
    return rf"\b{first}\w*" + "".join(rf"\W+(?:\w{{1,2}}\W+){{0,6}}{x}\w*" for x in second)


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
