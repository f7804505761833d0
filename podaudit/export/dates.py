"""Numbers in headers -> times: which of them is the day, which the month, which half of the day; with the grounds."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podaudit.model import DecisionNeeded

Order = Literal["dmy", "mdy", "ymd"]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

_FIRST_YEAR = 2009  # the app's first year; a two-digit year before it is a day or month read as a year
_SLACK = 200  # one header in this many may contradict the rest (pasted text) without deciding the order
_PLACE = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}  # where year, month and day stand
_WORDS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The numbers of the headers of one template, in line order. ``half``: 0 none, else a value of ``HALVES``."""

    a: Ints
    b: Ints
    c: Ints
    hour: Ints
    minute: Ints
    second: Ints
    half: Ints
    long_year: bool  # the year has four digits
    year_first: bool  # and stands first


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
    return "".join(c for c in word.casefold() if unicodedata.category(c) not in ("Cf", "Zs") and c not in "._'’״\"\t,،")


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


def times(f: Fields, order: Order) -> tuple[Times, Bools]:
    """Local times in whole seconds for one reading, and which of them exist; those that do not are NaT."""
    numbers = (f.a, f.b, f.c)
    year, month, day = (numbers[i] for i in _PLACE[order])
    if not f.long_year:
        year = year + 2000
    hour = hours(f.hour, f.half)
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    good &= (hour >= 0) & (hour <= 23) & (f.minute <= 59) & (f.second <= 59)
    first = ((np.where(good, year, 2000) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    good &= day <= length
    seconds = (np.where(good, day, 1) - 1) * 86400 + hour * 3600 + f.minute * 60 + f.second
    made = first.astype("datetime64[s]") + np.where(good, seconds, 0).astype("timedelta64[s]")
    made[~good] = np.datetime64("NaT")
    return made, good


def hours(hour: Ints, half: Ints) -> Ints:
    """Hours 0 to 23 (others: no such hour). An hour above 12 beside a marker is a 24-hour one already."""
    low = hour % 12
    pm = low + 12
    read = np.select(
        [half == HALVES["am"], half == HALVES["pm"], half == HALVES["noon"], half == HALVES["night"]],
        [low, pm, np.where((hour >= 12) | (low <= 5), pm, low), np.where((low <= 6), low, pm)],
        hour,
    )
    return np.where((hour > 12) | (half <= 0), hour, read)


# ------------------------------------------------------------------------------------------------------------- order


@dataclass(frozen=True, slots=True)
class _Reading:
    order: Order
    valid: int
    back: int  # headers whose time runs back
    first: str


def _read(f: Fields, order: Order) -> _Reading:
    t, good = times(f, order)
    plausible = good
    if not f.long_year:
        plausible = good & (t >= np.datetime64(f"{_FIRST_YEAR}-01-01"))
    t = t[good]
    back = int(np.count_nonzero(np.diff(t) < np.timedelta64(0, "s")))
    return _Reading(order, int(np.count_nonzero(plausible)), back, str(t[0])[:10] if len(t) else "no date")


def decide(f: Fields, name: str, given: Order | None, hints: Sequence[tuple[Order, str]]) -> Decision:
    """Day, month and year from the whole file: ranges, then the order of the messages, then shape and language.

    ``hints``: what the template's shape and the language of the app's words tell, strongest first, with grounds.
    Raises ``DecisionNeeded`` where the readings are equally good, or where the order given cannot be.
    """
    orders: list[Order] = ["ymd"] if f.year_first else ["dmy", "mdy"]
    if given is not None:
        if f.long_year and (given == "ymd") != f.year_first:
            ends = "begin" if f.year_first else "end"
            raise DecisionNeeded(f"{name}: the dates {ends} with the year, so --date-order {given} cannot be right.")
        return Decision(given, f"The dates were read as {_WORDS[given]}, as asked for.")
    if f.year_first:
        return Decision("ymd", "The dates begin with a four-digit year.")
    if not f.long_year:
        orders.append("ymd")
    readings = [_read(f, o) for o in orders]
    n = len(f.a)
    best_valid = max(r.valid for r in readings)
    slack = n // _SLACK
    left = [r for r in readings if r.valid >= best_valid - slack]
    if len(left) == 1:
        return Decision(left[0].order, _by_range(left[0], readings, n))
    best_back = min(r.back for r in left)
    calm = [r for r in left if r.back <= best_back + min(slack, best_back)]
    worse = [r for r in left if r not in calm]
    if len(calm) > 1 and slack and len({r.valid for r in calm}) > 1 and not worse:
        calm = [r for r in calm if r.valid == best_valid]
    # Two-digit years first are rare: that reading must win on its own.
    if len(calm) > 1 and (usual := [r for r in calm if r.order != "ymd"]):
        hinted = {o for o, _ in hints}
        calm = usual if "ymd" not in hinted else calm
    if len(calm) == 1:
        winner = calm[0]
        if worse:
            other = min(worse, key=lambda r: r.back)
            return Decision(
                winner.order,
                f"The dates were read as {_WORDS[winner.order]}: {winner.back} messages run back in time that way, "
                f"{other.back} as {_WORDS[other.order]}.",
            )
        return Decision(winner.order, _by_range(winner, readings, n))
    for order, grounds in hints:
        if any(r.order == order for r in calm):
            return Decision(order, f"The dates were read as {_WORDS[order]}: {grounds}.")
    shown = " or ".join(f"{r.first} (--date-order {r.order})" for r in calm)
    raise DecisionNeeded(f"{name}: the first date may be {shown} and nothing in the file decides; say which it is.")


def _by_range(winner: _Reading, readings: Sequence[_Reading], n: int) -> str:
    others = [r for r in readings if r is not winner and r.order != "ymd"] or [r for r in readings if r is not winner]
    wrong = n - max((r.valid for r in others), default=0)
    return f"The dates were read as {_WORDS[winner.order]}: {wrong} of {n} dates do not exist in another order."
