"""Numbers in headers -> times: which of them is the day, which the month, which half of the day; with the grounds."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podaudit.model import DecisionNeeded

Order = Literal["dmy", "mdy", "ymd"]
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

# The app's first year; a two-digit year before it is a day or month read as a year.
_FIRST_DAY = int(np.datetime64("2009-01-01", "D").astype(np.int64))
_DAY = 86400  # seconds
_DENSER = 20  # times as short: the span of a chat in the one right reading
_BUDDHIST = 2500  # years of the Buddhist calendar, as phones in Thai write them; its months and days are the usual ones
_PERSIAN = (1300, 1500)
_AHEAD = 543  # years by which it is ahead
_SLACK = 200  # one header in this many may contradict the rest (pasted text) without deciding the order
_PLACE = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}  # where year, month and day stand
_WORDS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The numbers of the headers of one template, in line order."""

    a: NDArray[np.int16]
    b: NDArray[np.int16]
    c: NDArray[np.int16]
    clock: NDArray[np.int32]  # seconds of the day, -1 where there is no such time
    long_year: bool  # the year has four digits
    year_first: bool  # the year stands first, for certain


Hints = Callable[[], Sequence[tuple[Order, str]]]


@dataclass(frozen=True, slots=True)
class Decision:
    """The order of the numbers, and a sentence saying what decided it."""

    order: Order
    grounds: str


HALVES = {"neutral": 0, "am": 1, "pm": 2, "noon": 3, "night": 4}
UNKNOWN_HALF = -1


@cache
def _dialects() -> dict[str, dict[str, list[str]]]:
    text = resources.files(__package__).joinpath("dialects.toml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return loaded


def fold_word(word: str) -> str:
    """A word of a header without case, dots, spaces, quotes and invisible marks."""
    return "".join(
        c for c in word.casefold() if unicodedata.category(c) not in ("Cf", "Zs") and c not in "._;|'’״\"\t,،"
    )


@cache
def _halves() -> dict[str, int]:
    clock = _dialects()["clock"]
    return {fold_word(w): HALVES[k] for k in ("neutral", "night", "noon", "pm", "am") for w in clock[k]}


@cache
def _joins() -> frozenset[str]:
    return frozenset(fold_word(w) for w in _dialects()["join"]["words"])


def half_of(word: str) -> int:
    """Which half of the day a word beside the time means (a value of ``HALVES``), or ``UNKNOWN_HALF``."""
    folded = fold_word(word)
    return _halves().get(folded, UNKNOWN_HALF) if folded else 0


def is_join(word: str) -> bool:
    """Whether a word between date and time says nothing ("à", "klo")."""
    folded = fold_word(word)
    return not folded.strip("-–—") or folded in _joins()


# -------------------------------------------------------------------------------------------------------- arithmetic


def clock(hour: Small, minute: Small, second: Small, half: int | Small) -> Small:
    """Seconds of the day, -1 where there is no such time. ``half``: a value of ``HALVES``, for all or for each.

    An hour above 12 beside a marker is a 24-hour one already.
    """
    low = hour % 12
    pm = low + 12
    read = np.select(
        [half == HALVES["am"], half == HALVES["pm"], half == HALVES["noon"], half == HALVES["night"]],
        [low, pm, np.where((hour >= 12) | (low <= 5), pm, low), np.where((low <= 6), low, pm)],
        hour,
    ) if np.any(np.asarray(half) > 0) else hour  # fmt: skip
    read = np.where((hour > 12), hour, read)
    return np.where((read <= 23) & (minute <= 59) & (second <= 59), read * 3600 + minute * 60 + second, -1).astype(
        np.int32
    )


def times(f: Fields, order: Order) -> tuple[Times, Bools]:
    """Local times (datetime64[us]) for one reading, and which of them exist; those that do not are NaT."""
    second, good, _ = _seconds(f, _runs(f), order)
    made = (second * 1_000_000).view("datetime64[us]")
    made[~good] = np.datetime64("NaT", "us")
    return made, good


def _seconds(f: Fields, runs: Ints, order: Order) -> tuple[Ints, Bools, Ints]:
    """Seconds since 1970 in one reading, which of them exist, and the day of each run (0 where it does not)."""
    day, exists = _days(f, runs, order)
    length = np.diff(np.append(runs, len(f.a)))
    return np.repeat(day * _DAY, length) + f.clock, np.repeat(exists, length) & (f.clock >= 0), day


def _runs(f: Fields) -> Ints:
    """Where runs of headers of the same date begin: a chat has far fewer days than messages."""
    change = (np.diff(f.a) != 0) | (np.diff(f.b) != 0) | (np.diff(f.c) != 0)
    return np.concatenate([[0], np.flatnonzero(change) + 1])


def _days(f: Fields, runs: Ints, order: Order) -> tuple[Ints, Bools]:
    """Days since 1970 of the date of each run in one reading (0 where there is none), and which of them exist."""
    numbers = [x[runs].astype(np.int64) for x in (f.a, f.b, f.c)]
    year, month, day = (numbers[i] for i in _PLACE[order])
    year = np.where(year >= _BUDDHIST, year - _AHEAD, year) if f.long_year else year + 2000
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    first = ((np.where(good, year, 2000) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    begins = first.astype("datetime64[D]").astype(np.int64)
    good &= day <= (first + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - begins
    return np.where(good, begins + day - 1, 0), good


# ------------------------------------------------------------------------------------------------------------- order


@dataclass(frozen=True, slots=True)
class _Reading:
    order: Order
    valid: int  # headers whose date exists and is not before the app
    back: int  # headers whose time runs back
    day: Ints  # days since 1970 of each run of headers, 0 where the date does not exist

    @property
    def span(self) -> int:
        """Days from the first to the last."""
        known = self.day[self.day != 0]
        return int(known.max() - known.min()) if len(known) else 0


def _read(f: Fields, runs: Ints, order: Order) -> _Reading:
    second, good, day = _seconds(f, runs, order)
    second = second[good]
    valid = len(second) if f.long_year else int(np.count_nonzero(second >= _FIRST_DAY * _DAY))
    return _Reading(order, valid, int(np.count_nonzero(second[1:] < second[:-1])), day)


def decide(f: Fields, name: str, given: Order | None, hints: Hints) -> Decision:
    """Day, month and year from the whole file: ranges, then the order of the messages, then shape and language.

    ``hints()``: what the template's shape and the language of the app's words tell, strongest first, with grounds.
    Raises ``DecisionNeeded`` where the readings are equally good, or where the order given cannot be.
    """
    if given is not None:
        if (f.long_year or f.year_first) and (given == "ymd") != f.year_first:
            ends = "begin" if f.year_first else "end"
            raise DecisionNeeded(f"{name}: the dates {ends} with the year, so --date-order {given} cannot be right.")
        return Decision(given, f"The dates were read as {_WORDS[given]}, as asked for{_against(f, given)}.")
    if f.year_first:
        what = "a four-digit year" if f.long_year else "the year: their last number is a day"
        return Decision("ymd", f"The dates begin with {what}.")
    runs = _runs(f)
    readings = [_read(f, runs, order) for order in ("dmy", "mdy")]
    n = len(f.a)
    slack = n // _SLACK
    if not f.long_year and (found := _short_year_first(_read(f, runs, "ymd"), readings, n, slack, hints)) is not None:
        return found
    best_valid = max(r.valid for r in readings)
    left = [r for r in readings if r.valid >= best_valid - slack]
    if len(left) == 1:
        return Decision(left[0].order, _by_range(left[0], readings, n))
    best_back = min(r.back for r in left)
    calm = [r for r in left if r.back <= best_back + min(slack, best_back)]
    if len(calm) == 1:
        return Decision(calm[0].order, _by_order(calm[0], [r for r in left if r not in calm]))
    if calm[0].valid != calm[1].valid:
        winner = max(calm, key=lambda r: r.valid)
        return Decision(winner.order, _by_range(winner, readings, n))
    for order, grounds in hints():
        if any(r.order == order for r in calm):
            return Decision(order, f"The dates were read as {_WORDS[order]}: {grounds}.")
    differ = np.flatnonzero(calm[0].day != calm[1].day)
    if not len(differ):
        same = "they are the same in every order"
        return Decision(calm[0].order, f"The dates were read as {_WORDS[calm[0].order]}: {same}.")
    shown = " or ".join(f"{np.datetime64(int(r.day[differ[0]]), 'D')} (--date-order {r.order})" for r in calm)
    raise DecisionNeeded(f"{name}: the first date may be {shown} and nothing in the file decides; say which it is.")


def _against(f: Fields, given: Order) -> str:
    """What speaks against the order that was asked for: dates that do not exist in it."""
    runs = _runs(f)
    orders: tuple[Order, ...] = ("dmy", "mdy", "ymd")
    bad = {order: len(f.a) - _read(f, runs, order).valid for order in orders}
    best = min(bad.values())
    return (
        f"; {bad[given]} of {len(f.a)} dates do not exist that way, {best} in another order"
        if bad[given] > best
        else ""
    )


def _short_year_first(first: _Reading, usual: Sequence[_Reading], n: int, slack: int, hints: Hints) -> Decision | None:
    """Whether two-digit years stand first. That is rare: no other reading may be possible, or it must be clearly better."""
    rivals = [r for r in usual if r.valid >= first.valid - slack]
    if not rivals:
        return Decision("ymd", _by_range(first, usual, n))
    span = min(r.span for r in rivals)
    if first.valid < n - slack or first.back > slack or first.span > span:
        return None
    if first.span * _DENSER < span:
        return Decision(
            "ymd",
            f"The dates were read as {_WORDS['ymd']}: the chat covers {first.span} days that way, {span} otherwise.",
        )
    if first.span < span and min(r.back for r in rivals) > max(first.back, slack):
        return Decision("ymd", _by_order(first, rivals))
    told = [grounds for order, grounds in hints() if order == "ymd"]
    return Decision("ymd", f"The dates were read as {_WORDS['ymd']}: {told[0]}.") if told else None


def _by_order(winner: _Reading, others: Sequence[_Reading]) -> str:
    other = min(others, key=lambda r: r.back)
    return (
        f"The dates were read as {_WORDS[winner.order]}: {winner.back} messages run back in time that way, "
        f"{other.back} as {_WORDS[other.order]}."
    )


def calendar(f: Fields, order: Order) -> str:
    """What to say of years that are not those of the usual calendar; mostly nothing."""
    year = int((f.a if order == "ymd" else f.c).max(initial=0))
    if f.long_year and year >= _BUDDHIST:
        return f"Years such as {year} are of the Buddhist calendar; it was read as {year - _AHEAD}."
    if f.long_year and _PERSIAN[0] <= year <= _PERSIAN[1]:
        return (
            f"Years such as {year} are of another calendar; times are as written, and weekdays and spans may be wrong."
        )
    return ""


def _by_range(winner: _Reading, readings: Sequence[_Reading], n: int) -> str:
    wrong = n - max(r.valid for r in readings if r is not winner)
    return f"The dates were read as {_WORDS[winner.order]}: {wrong} of {n} dates do not exist in another order."
