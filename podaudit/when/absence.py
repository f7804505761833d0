"""Until when an absence lasts.

For messages that speak of being away: says when that ends, not whether it is an excuse. Fires on ``ben weg t/m
zondag``; stays silent on ``nieuw deze week``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from podaudit.when.moments import at_minute, date_of, moment, shift_days, shift_minutes
from podaudit.when.points import Point, find_points
from podaudit.when.stretches import Stretch, find_stretches
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
    number,
    outdated,
    strongest,
)

_AGAIN = re.compile(
    r".{0,24}?(?<!\w)(?:weer|wieder|again|terug|back|zuruck|zruck|bereikbaar|beschikbaar|online|erreichbar|available|dispo\w*"
    r"|joignable|reachable|aanwezig|de nouveau|di nuovo|de vuelta|de volta|disponi\w+)(?!\w)"
)
_DAY_ARTICLE = re.compile(r"(?<!\w)(?:al|el|au|le|il|dia|o|the|de|am|zum|den|ao)\s+$")
# Behind these "le 18" is a day, not an hour.
_FRENCH = re.compile(r"(?:de retour|retour|re(?:viens|ntre)|pas|a partir) ")
_FOR = re.compile(r"(?<!\w)(?:for|voor|fur|pour|pendant|por|per|durante)\s+(?:de\s+|the\s+)?$")
_WEAK_BACK = re.compile(r"^(?:ab|vanaf|from|a partir d\w*|dal?|pas|erst|back|terug|tot aan)\b")


@cache
def _periods() -> tuple[tuple[str, re.Pattern[str]], ...]:
    names = ("today_and_tomorrow", "next_week", "week", "weekend", "month", "day")
    return tuple((n, re.compile(any_of(book()["period"][n]))) for n in names)


@cache
def _today() -> re.Pattern[str]:
    return re.compile(any_of(book()["today"]["plain"]))


@cache
def _from() -> re.Pattern[str]:
    return re.compile(any_of(book()["from"]) + r"\s*\S+")


def until(folded: str, base: dt.datetime, languages: Sequence[str] = ()) -> dt.datetime | None:
    """The end of the period that an absence lasts, or None where the text names none.

    A day counts to its end; behind Dutch "tot" it does not count itself ("tot morgen" ends today at 23:59). A weekday
    is the next one, never today's.
    """
    text = folded[:LONGEST]
    stretches = find_stretches(text)
    ends: list[tuple[int, dt.datetime]] = []
    points = find_points(text, stretches, languages)
    for p in points:
        if (end := _lasts(text, p, base)) is not None:
            ends.append(end)
        elif (
            p.day == 0
            and p.clock is None
            and p.part != "night"
            and not _cued(text, p)
            and _absent(text, p.start, p.stop)
        ):
            ends.append((3, at_minute(base.date(), DAY_END)))  # "can't today"
    for name, pattern in _periods():
        if (m := pattern.search(text)) and (name == "today_and_tomorrow" or _absent(text, m.start(), m.end())):
            day = _named_day(text, points, m) if name == "day" else None
            at = moment(replace(day, clock=None, part=""), base, early=False) if day else None
            ends.append((1, at or _period_end(name, base)))
    ends += [(2, at) for s in stretches if (at := _runs_out(text, s, base)) is not None]
    if not ends:
        return None
    rank = min(r for r, _ in ends)
    best = next(at for r, at in ends if r == rank)
    if best.date() == base.date() and best.hour >= 18 and _today().search(text):
        return at_minute(best.date(), DAY_END)
    return best


@cache
def _back_after() -> re.Pattern[str]:
    return re.compile(any_of(book()["back"]) + r"\s+" + any_of(book()["ahead"]) + r"\s*$")


def _runs_out(text: str, s: Stretch, base: dt.datetime) -> dt.datetime | None:
    """The end of a stretch from now, if it is that of an absence."""
    lasting = s.near or bool(_FOR.search(before(text, s.start)))
    if s.unit in ("day", "week"):
        again = _back_after().search(before(text, s.start))
        days = s.minutes // 1440 - (0 if not again and (s.unit == "week" or lasting) else 1)
        last = shift_days(base.date(), days) if again or _is_absence(text, s) else None
        return at_minute(last, DAY_END) if last else None
    return shift_minutes(base, s.minutes) if lasting and _absent(text, s.start, s.stop) else None


def _cued(text: str, p: Point) -> bool:
    return bool(p.cue or strongest(before(text, p.start), (*CUES, "upto", "from"))[0])


def _named_day(text: str, points: Sequence[Point], m: re.Match[str]) -> Point | None:
    """The day whose whole is meant: "all day tomorrow", "vrijdag de hele dag"."""

    def between(p: Point) -> str:
        return text[m.end() : p.start] if p.start >= m.end() else text[p.stop : m.start()]

    named = [p for p in points if (p.day is not None or p.weekday is not None or p.date) and not _cued(text, p)]
    near = [p for p in named if not re.search(r"[.!?\n]", between(p))]
    return min(near, key=lambda p: len(between(p)), default=None)


def _lasts(text: str, p: Point, base: dt.datetime) -> tuple[int, dt.datetime] | None:
    """The end of an absence that a point in time names, with its rank: the lowest wins."""
    left, right = before(text, p.start), after(text, p.stop)
    cue, words = strongest(left, ("through", "back", "until"))
    if not cue and p.cue == "until":
        cue, words = "until", p.cue_words
    elif cue and strongest(left, CUES)[0] != cue:
        cue = ""
    if p.opened is not None:
        cue, words = p.cue, p.cue_words
    if not cue and strongest(left, ("upto",))[0] and _from().search(left[:-2]):
        cue, words = "until", "al"
    if not cue or (p.weak and p.clock is not None):
        return None
    day = p.bare and bool(_DAY_ARTICLE.search(left)) and (not clock_word(left) or bool(_FRENCH.match(words)))
    if p.clock is not None and not p.dated and not day and RANGE.search(left):
        return None
    if p.bare and (re.search(r"(?<!\w)la\s+$", left) or (cue == "back" and not day and not clock_word(left))):
        return None
    if p.bare and not day and not text[p.start].isdigit() and not (clock_word(left) or closes(right)):
        return None
    if p.bare and not day:
        if not (closes(right) or clock_word(left)):
            return None
    elif p.bare:  # "al 24", "hasta el 12": a day of the month
        p = replace(p, clock=None, bare=False, date=(number(text[p.start : p.stop]) or 1, 0))
    if cue == "back":
        if _WEAK_BACK.match(words) and not (
            _AGAIN.match(right) or re.match(r"(?:back|terug)\b", words) or _AGAIN.match(left[-24:])
        ):
            return None
        at = moment(p, base, early=True)
        return (2, at) if at else None
    dutch = (cue == "until" or p.opened is not None) and re.match(r"tot\b(?! en| &)", words) is not None
    at = moment(p, base, early=dutch and not p.end, inclusive=not dutch)
    return (0 if p.dated or p.part else 1, at) if at else None


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(any_of(book()["absence"]["signs"]))


def _absent(text: str, start: int, stop: int) -> bool:
    """Whether the sentence around a stretch speaks of being away or unable."""
    ahead = re.split(r"[.!?\n]", text[max(0, start - 120) : start])[-1]
    behind = re.split(r"[.!?\n]", text[stop : stop + 120])[0]
    return bool(_signs().search(f"{ahead} ; {behind}"))


def _period_end(name: str, base: dt.datetime) -> dt.datetime:
    today = base.date()
    sunday = 6 - today.weekday()
    days = {"day": 0, "today_and_tomorrow": 1, "week": sunday, "weekend": sunday, "next_week": sunday + 7}.get(name)
    end = date_of(Point(0, 0, end="month"), base) if days is None else shift_days(today, days)
    return at_minute(end or today, DAY_END)


@cache
def _off() -> re.Pattern[str]:
    return re.compile(any_of(book()["period"]["off"]))


@cache
def _lasting() -> re.Pattern[str]:
    return re.compile(any_of(book()["period"]["lasting"]) + r"(?:\s+(?:de|the|die|les|las|los|i|le|os|as))?\s*$")


def _is_absence(text: str, s: Stretch) -> bool:
    """Whether some days or weeks are those of an absence ("3 days off", "for two weeks")."""
    left, right = before(text, s.start), after(text, s.stop)
    if outdated(text, s.start, s.stop) or re.match(r"\s*(?:per|pro|par|por|/|geleden|ago|fa|her)\b", right):
        return False
    off = _off()
    if (s.near or _lasting().search(left)) and off.search(clause(left) + " ; " + right):
        return True
    lead = re.match(r"\s*(?:(?:op|in|di|de|of)\s+)?", right)
    return lead is not None and off.match(right, lead.end()) is not None
