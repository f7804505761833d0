"""How much a message weighs as an answer to calls: its words, where it stands, how this group answers.

What the rules of reading find (``podaudit.detect.reading``, ``podaudit.detect.replies``) is weighed here against the rest of
what a message shows. How much each trait weighs was learnt from coded chats (``make train``) and stands in
``replies.weights.json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from podaudit.detect.weights import load
from podaudit.model import ReplyStatus

WEIGHED = (ReplyStatus.DONE, ReplyStatus.PROMISE, ReplyStatus.REFUSE)
SINCE = (20, 60, 120, 720, 2880)  # minutes; how long ago a call was is told to the next of these
_TALK = (1, 3, 6)  # messages
_HABIT = (-1, 0, 1, 2, 3)  # natural logarithm of a ratio
_HABITS = {x: frozenset({f"habit {x}"}) for x in ("none", "any", *(f"below {e}" for e in _HABIT))}


# In a word that stands at least e times oftener in the group's answers than elsewhere.
HABITUAL = frozenset({"habit below 2", "habit below 3", "habit any"})


def below(value: float, edges: Sequence[float]) -> str:
    """The stretch between two edges that a value lies in, as a trait names it."""
    return next((f"below {e}" for e in edges if value < e), "any")


def of_reading(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Traits of what was read in the message: the claims (rows of CLAIMS, with the ``way`` each was found)."""
    return _of_reading(
        tuple((r["status"], r["way"], bool(r["names"]), bool(r["count"]), r["all"], r["strict"]) for r in rows)
    )


@lru_cache(maxsize=1 << 12)
def _of_reading(read: tuple[tuple[str, str, bool, bool, bool, bool], ...]) -> frozenset[str]:
    found = {"says nothing"} if not read else set[str]()
    for status, way, names, count, all_, strict in read:
        found |= {f"says {status}", f"says {status}: {way}"} | ({"says strict"} if strict else set())
        found |= {f"says {status} {x}" for x, there in (("names", names), ("count", count), ("all", all_)) if there}
    return frozenset(found)


@lru_cache(maxsize=1 << 12)
def of_place(since: int | None, talk: int, **there: bool) -> frozenset[str]:
    """Traits of place: minutes since the latest call by another, up to one of SINCE; messages since; and what else is so."""
    minutes = "there is none" if since is None else f"within {since} minutes" if since <= SINCE[-1] else "long ago"
    found = {f"the call: {minutes}", f"messages since the call {below(talk, _TALK)}"}
    return frozenset(found | {name.replace("_", " ") for name, so in there.items() if so})


@lru_cache(maxsize=1 << 10)
def of_names(named: int, callers: int, latest: bool) -> frozenset[str]:
    """Traits of whom it names: how many members, how many of them with calls of late, and whether the latest caller."""
    if not named:
        return frozenset({"names nobody"})
    whom = "names callers only" if callers == named else "names callers too" if callers else "names no callers"
    found = {whom, "names one" if named == 1 else "names several"}
    return frozenset(found | ({"names the latest caller"} if latest else set()))


def of_habit(ratio: float | None) -> frozenset[str]:
    """Trait of habit: the highest ratio of a word of the message (``podaudit.detect.signs.Habit``)."""
    return _HABITS["none" if ratio is None else below(ratio, _HABIT)]


@lru_cache(maxsize=1 << 15)
def weigh(traits: tuple[frozenset[str], ...]) -> Mapping[ReplyStatus, float]:
    """For each status that is weighed: log odds above the threshold, given groups of traits."""
    known, all_ = load("replies"), frozenset[str]().union(*traits)
    return {status: known.over(status, all_) for status in WEIGHED}


def why(status: ReplyStatus, traits: Iterable[frozenset[str]]) -> str:
    """What tipped it, heaviest first, in words."""
    of = load("replies").of[status]
    told = sorted({t for group in traits for t in group if t in _SPOKEN}, key=lambda t: (-of.get(t, 0.0), t))
    most = [_SPOKEN[t] for t in told[:3] if of.get(t, 0.0) > 0]
    return "taken together it reads like an answer" + (f": {', '.join(most)}" if most else "")


# What traits say in words; those not here are too small to name.
_SPOKEN = {
    "first word": "the member's first word since the call",
    "the call: within 20 minutes": "within twenty minutes",
    "the call: within 60 minutes": "within the hour",
    "messages since the call below 1": "right after the call",
    "habit below 3": "in words with which this group answers calls",
    "habit any": "in words with which this group answers calls",
    "emoji only": "a sign alone",
    "names the latest caller": "names who made the latest call",
    "names callers only": "names callers",
    "name first": "opens with a name",
    "name alone": "a name alone",
    "holds a link": "with the post itself",
    "sign sure": "with the group's sign",
    "sign weak": "with a sign the group uses",
    "count": "counts",
    "word promise": "words of a promise",
    "word later": "a later time",
    "word refuse": "words of refusing",
    "word done": "words of having done it",
    "word weak": "words that often mean done",
    "word tick": "a tick",
    "word all": "speaks of all",
    "word both": "speaks of both",
}
