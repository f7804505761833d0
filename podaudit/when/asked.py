"""By when something is asked, in a message (``deadline``) or by a rule (``rule_deadline``).

Claims times with a word that makes them a deadline ("binnen", "by", "avant", "entro"). Does not claim appointments,
windows ("tussen 9 en 10"), one's own hours ("in a call till two"), what is past, prices, ages or scores. Fires on
``reacties voor 10u graag``; stays silent on ``vertrek om 18:15``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from podaudit.when.moments import ENDS, moment, shift_minutes
from podaudit.when.points import Point, find_points
from podaudit.when.stretches import Stretch, becomes, changed, counts, find_stretches
from podaudit.when.words import (
    CUES,
    DAY_END,
    LONGEST,
    RANGE,
    after,
    any_of,
    before,
    book,
    clause,
    clock_word,
    closes,
    count,
    cue_pattern,
    follows,
    outdated,
    silence,
    strongest,
)


@dataclass(frozen=True, slots=True)
class Due:
    """By when something is asked, and the words that say so."""

    at: dt.datetime
    start: int
    stop: int
    phrase: str


_LEAST, _MOST = 5, 2880  # minutes: what takes less ("a minute each") is no term, nor is what takes more than two days
_THOSE = re.compile(
    r"(?<!\w)(?:th(?:at|is|ose|ese)|d(?:ie|at|eze|iese?[nrs]?)|c(?:es|ette)|es[ao]s?|est[ao]s|ess[ae]s?|aquel\w+|que(?:i|gli|lla|lle|sti|ste))\s+$"
)
_NOT_A_CLOCK = re.compile(r"(?<!entro )(?<!per )(?<!\w)(?:la|le|el|il|o|lo|de|het|die|der|den|the|een|les|los|os)\s*$")
_LOOSE_BY = re.compile(r"(?<!\w)(?:pour|para|per|voor|for)(?:\s+(?:las?|el|le|het|de|the))?\s*$")
_RANGE_ON = re.compile(r"\s*(?:-|(?:tot|to|till|bis|et|en|and|y|e|und)\s)\s*(?:las?\s+|les?\s+)?\d")
_INDEFINITE = re.compile(r"(?<=\w)\s+(?:een|an|a|ne)\s*$")
_SINCE = re.compile(r"(?<!\w)(?:na|after|nach|apres|tras|dopo|apos|(?:despues|depois) de)\s*$")
_BETWEEN = re.compile(r"(?<!\w)(?:tussen|between|zwischen|entre|tra|fra)(?:\s+\w+)?\s*$")


@lru_cache(maxsize=1 << 12)
def _may_ask(text: str) -> bool:
    """Is there a word that makes a time a deadline?"""
    return bool(_trigger().search(text))


@cache
def _trigger() -> re.Pattern[str]:
    names = ("within", "given", "before", "by", "until", "through", "latest", "then", "allowed", "near")
    return re.compile(any_of(*(book()[n] for n in names), book()["today"]["still"], book()["end"]["this_week"]))


@cache
def _then() -> re.Pattern[str]:
    return re.compile(any_of(book()["then"]))


@cache
def _scored() -> re.Pattern[str]:
    quiet = book()["silence"]
    return re.compile(rf"(?:{any_of(quiet['score'])}|{any_of(quiet['outcome'])}(?:\s+[\w']+){{0,3}})\s+by\s*$")


@cache
def _places() -> re.Pattern[str]:
    return re.compile(any_of(book()["silence"]["place"]) + r"(?:\s+[\w'-]+){0,4}\s*$")


def deadline(folded: str, base: dt.datetime, languages: Sequence[str] = ()) -> Due | None:
    """The time by which the message asks something done, or None.

    ``languages`` (ISO 639-1) settles what two of them say differently ("half 8"). Needs a word that makes a time a
    deadline ("binnen", "by", "avant", "entro"): a time alone is an appointment. The first deadline that names a time of
    day or a stretch wins over one that names a day only.
    """
    text = folded[:LONGEST]
    if not _may_ask(text):
        return None
    stretches = find_stretches(text)
    found: list[tuple[int, Due]] = []
    for s in stretches:
        if s.unit != "week" and (start := _asked_within(text, s)) is not None:
            at = shift_minutes(base, s.minutes)
            if at is not None:
                found.append((0, Due(at, start, s.stop, text[start : s.stop])))
    for p in find_points(text, stretches, languages):
        due = _asked_by(text, p, base)
        if due is not None:
            found.append((0 if p.clock is not None else 1, due))
    if not found and (then := _then().search(text)):
        for p in find_points(text, stretches, languages):
            if p.clock is not None and not p.bare and (at := moment(p, base, early=True)) is not None:
                return Due(at, p.start, p.stop, text[then.start() : then.end()])
    return min(found, key=lambda f: (f[0], f[1].start))[1] if found else None


def _asked_within(text: str, s: Stretch) -> int | None:
    """Where the words begin that make a stretch a deadline; None where nothing does."""
    left, right = before(text, s.start), after(text, s.stop)
    if outdated(text, s.start, s.stop):
        return None
    m = cue_pattern("within").search(left)
    if m:
        loose = re.sub(r"\s+", " ", _INDEFINITE.sub("", m[0]).strip()) in book()["loose"]["all"]
        if re.match(r"max", m[0]) and s.minutes >= 30:
            loose = False
        if m[0].strip() == "dans" and text.startswith("l'", s.start):
            loose = False
        if not loose or s.near or follows("allowed").match(right) or follows("latest").match(right):
            return s.start - len(left) + m.start()
        return None
    m = cue_pattern("given").search(left)
    if m and not silence("if").search(clause(left[: m.start()])) and not re.match(r"[^.!\n]*\?", right):
        return s.start - len(left) + m.start()
    if s.article and not s.near:
        return None
    if s.near and s.unit in ("minute", "hour", "either"):
        return s.start if closes(right) else None
    if s.unit in ("minute", "hour", "either") and follows("allowed").match(right):
        return s.start
    return None


def _asked_by(text: str, p: Point, base: dt.datetime) -> Due | None:
    """A point in time as a deadline, if its words make it one."""
    left, right = before(text, p.start), after(text, p.stop)
    cue, words = (p.cue, p.cue_words) if p.cue else strongest(left, CUES)
    latest = bool(follows("latest").match(right) or (words and follows("latest").match(words)))
    start = p.start if p.cue or not cue else p.start - len(left) + left.rfind(words)
    if p.opened or RANGE.search(left) or _RANGE_ON.match(right) or _BETWEEN.search(left):
        return None
    if cue == "back" or (cue == "through" and not silence("shared").search(clause(left))):
        return None
    if cue == "by" and (p.bare or p.weak) and _scored().search(left):
        return None
    if cue == "until" and _own_hours(clause(left[: left.rfind(words)]), words):
        return None
    if p.end in ("still", "this_week"):
        at = moment(p, base, early=False)
        return Due(at, p.start, p.stop, text[p.start : p.stop]) if at else None
    if not cue:
        if not latest or p.weak or p.bare:
            return None
        cue = "by"
    if (p.bare or (p.weak and p.date is None)) and not (latest or closes(right) or clock_word(left)):
        return None
    if p.bare and _NOT_A_CLOCK.search(left) and not latest:
        return None
    if p.bare and _LOOSE_BY.search(left) and not (latest or silence("urged").search(clause(left))):
        return None
    if _LOOSE_BY.search(left) and not p.cue and p.clock is None and p.end in ("", "week", "weekend") and not latest:
        urged = re.search(r"(?<!\w)(?:nog|graag|uiterlijk|liefst|antes)\s+(?:voor)\s*$", left)
        if not urged:
            return None
    if p.meal and _LOOSE_BY.search(left) and not re.search(r"(?<!\w)voor\s+(?:de|het)?\s*$", left):
        return None
    at = moment(p, base, early=cue == "before")
    if at is None or at <= base:
        return None
    return Due(at, start, p.stop, text[start : p.stop])


def _own_hours(said: str, cue: str) -> bool:
    """Whether "until" closes one's own hours ("in a call till two") and not the group's time."""
    if silence("shared").search(said):
        return False
    if silence("self").search(said):
        return True
    if not re.match(r"till?|until|tot|jusqu", cue):
        return False
    return bool(_places().search(said))


def rule_deadline(folded: str, languages: Sequence[str] = ()) -> int | str | None:
    """The value of a rule about time: minutes after the post, or "HH:MM" for "by that time the same day"; else None.

    For texts, better clauses, that are known to lay down a time: a stretch without any further word ("SLA 4 uur") will
    do where nothing better stands there. What is said to hold no longer ("in plaats van twee uur") is passed over.
    """
    text = folded[:LONGEST]
    if new := changed(text):
        return new.minutes
    base = dt.datetime(2001, 1, 1)  # a Monday, midnight: every time of day lies ahead
    stretches = find_stretches(text)
    found: list[tuple[int, int, int | str]] = []
    for s in stretches:
        given = cue_pattern("given").search(before(text, s.start))  # Italian "ha" is no "ago" behind "ognuno"
        over = not given and outdated(text, s.start, s.stop)
        if s.unit == "week" or over or (s.article and not counts(text, s)):
            continue
        if s.near and (_THOSE.search(before(text, s.start)) or silence("weighs").match(after(text, s.stop).lstrip())):
            continue  # "those first minutes are what counts"
        if becomes().search(before(text, s.start)):
            found.append((-1, s.start, s.minutes))
        elif _asked_within(text, s) is not None:
            found.append((0, s.start, s.minutes))
        elif s.minutes >= _LEAST and not s.near and s.minutes <= _MOST and not _since(text, s):
            found.append((3 if s.unit != "day" else 4, s.start, s.minutes))
    for p in find_points(text, stretches, languages):
        if outdated(text, p.start, p.stop) or (p.day or 0) > 0 or p.weekday is not None or p.date is not None:
            continue
        due = _asked_by(text, p, base)
        value = _same_day(p)
        if value is None:
            continue
        if due is not None:
            found.append((0 if p.clock is not None else 1, p.start, value))
        elif not (p.bare or p.weak or p.meal or p.end) and _holds(text, p):
            found.append((2, p.start, value))
    return min(found, key=lambda f: f[:2])[2] if found else _left_out(text, stretches, languages)


def _since(text: str, s: Stretch) -> bool:
    """Is it days after which something is said: "an addition, after a day of use"."""
    return s.unit == "day" and _SINCE.search(before(text, s.start)) is not None


def _left_out(text: str, stretches: Sequence[Stretch], languages: Sequence[str]) -> int | None:
    """The one number beside a stretch that holds no longer, in the unit of that one: "two hours was too short, make it six"."""
    units = {s.unit for s in stretches}
    old = [s for s in stretches if outdated(text, s.start, s.stop)]
    new = [n for n in count(text, languages) if not any(s.start < n.stop and n.start < s.stop for s in stretches)]
    if len(old) != len(stretches) or len(units) != 1 or len(new) != 1 or not units <= book()["unit"]["minutes"].keys():
        return None
    return new[0].value * int(book()["unit"]["minutes"][units.pop()])


def _holds(text: str, p: Point) -> bool:
    """A time of day without a word for "by": a rule's only if nothing makes it the begin or end of a window."""
    left, right = before(text, p.start), after(text, p.stop)
    if RANGE.search(left) or _RANGE_ON.match(right) or _BETWEEN.search(left):
        return False
    return not strongest(left, ("at", "back", "through"))[0] and p.clock is not None


def _same_day(p: Point) -> str | None:
    """The time of day of a rule, "HH:MM"."""
    minutes = p.clock
    if minutes is None:
        if p.end == "work":
            minutes = 17 * 60
        elif p.end in ("day", "still"):
            minutes = DAY_END
        elif p.part:
            minutes = ENDS[p.part]
        else:
            return None
    elif p.twelve and minutes < 8 * 60:
        minutes += 720
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
