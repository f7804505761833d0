"""The value of a window rule, which is free text, as days and hours; what is not plain stays unread.

Reads: "links between 8 and 9 am", "Tuesday and Thursday, 8h30-9h", "no links on Sundays". Near misses, left unread:
"not on Sundays before 14:00" (a clock time of its own), "8:00 to 9:15 Central" (a time zone, and the chat's is the
phone's), "comment between 9 and 10" (says nothing of when posts go up), "weekends are for resting" (says not what is
forbidden).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import regex

from podaudit.lexicon import Hit, Lexicon
from podaudit.lexicon.fold import fold
from podaudit.when import number
from podaudit.when.words import any_of, book, phrase

_DAY, _HALF = 24 * 60, 12 * 60
_CLOCK = (
    r"(?<![\w:.,])(?P<h{0}>\d{{1,2}})(?:(?P<sure{0}>\s?[:.hu]\s?)(?P<m{0}>[0-5]\d))?"
    r"(?:\s*(?:(?P<ap{0}>[ap])\.?m\.?(?!\w)|(?P<h24{0}>h)(?!\w)|(?:uur|uhr|hours?|heures?|horas?|ore|u)(?!\w)))?"
)
_JOIN = (
    r"\s*(?:-|–|(?:t/m|tot|to|till|until|bis|and|en|und|et|e|y|a|al|alle|as|au|ate|hasta|fino a|sluit|closes?|schliesst)"
    r"(?:\s+(?:om|at|um|as|las|la|le|les|alle|fecha|cierra|ferme|chiude|sluit|closes?|schliesst))?(?!\w))\s*(?:a\s+)?"
)
_FROM = r"(?:(?<!\w)(?:from|vanaf|van|von|ab|de|da|dalle|das|desde)\s+(?:(?:las?|les?|as)\s+)?)?"
_HOURS = regex.compile(_FROM + _CLOCK.format(1) + _JOIN + _CLOCK.format(2) + r"(?![\w:])")
_TO = r"\s*(?:-|–|(?:t/m|tot en met|tot|to|through|thru|until|bis|a|al|au|ate|hasta)(?!\w))\s*"
# "Neither before nor after" says a window once more.
_NEITHER = regex.compile(
    r"(?<!\w)(?:ni|not|nor|neither|niet|noch|nicht|weder|non|ne|nao|nem|no)\s+(?:ervoor|erna|eerder|later|daarbuiten|avant|apres|"
    r"before|after|earlier|outside|vorher|nachher|fruher|spater|antes|despues|depois|prima|dopo|fuera|fora|fuori)(?!\w)"
)
# Words after which days and hours mean something else than they say.
_BUT = regex.compile(
    r"(?<!\w)(?:except\w*|unless|behalve|tenzij|ausser|ausgenommen|sauf|salvo|excepto|exceto|menos|tranne|eccetto|before|after|"
    r"until|voor|na|vanaf|vor|nach|ab|avant|apres|antes|despues|depois|prima|dopo|from|central|eastern|pacific|mountain|[cemp][sde]t|"
    r"cest|gmt|utc|bst|uk|time zone|first|every other|om de)(?!\w)"
)
_CONCEPTS_LEFT = frozenset({"day", "between", "ord"})
_ENGAGING = frozenset({"like", "comment", "engage"})


@dataclass(frozen=True, slots=True)
class Window:
    """When posts may go up (``allowed``), or on which days they may not."""

    days: frozenset[int]  # Monday = 0; empty: any
    hours: tuple[tuple[int, int], ...]  # every reading of the hours, in minutes after midnight; empty: any
    allowed: bool

    def holds(self, time: dt.datetime) -> bool | None:
        """Is a post at that moment within the rule? None where the readings differ."""
        on_day = not self.days or time.weekday() in self.days
        if not self.allowed:
            return not on_day
        if not on_day:
            return False
        at = time.hour * 60 + time.minute
        inside = {low <= at <= high for low, high in self.hours} or {True}
        return inside.pop() if len(inside) == 1 else None


def read(value: object, lexicon: Lexicon, at_home: Callable[[Hit], bool]) -> Window | None:
    """The window that the words of a rule set for putting up posts; None where they do not say it plainly.

    ``at_home`` says whether a word counts in the chat (``Chat.at_home``).
    """
    if not isinstance(value, str):
        return None
    text = _NEITHER.sub(" ", fold(value))

    def concepts(stretch: str) -> set[str]:
        return {hit.concept for hit in lexicon.scan("rules", stretch) if at_home(hit)}

    said = concepts(text)
    if not said & {"drop", "post"} or said & _ENGAGING:
        return None
    hours, rest = _hours(text)
    days, rest = _days(rest)
    if any(n not in (None, 1) for n in map(number, regex.findall(r"\w+", rest))) or regex.search(r"\d", rest):
        return None
    if _BUT.search(rest) or _CONCEPTS_LEFT & concepts(rest):
        return None
    if "not" in said:
        return Window(days, (), False) if days and not hours and "only" not in said else None
    if hours or (days and "only" in said):
        return Window(days, hours, True)
    return None


def _hours(text: str) -> tuple[tuple[tuple[int, int], ...], str]:
    """The readings of the one stretch of hours in a text, and the text without it; none where there are several."""
    found = list(_HOURS.finditer(text))
    if len(found) != 1:
        return (), text
    m = found[0]
    low, high = (int(m[f"h{n}"]) * 60 + int(m[f"m{n}"] or 0) for n in "12")
    halves = m["ap1"] or m["ap2"], m["ap2"] or m["ap1"]
    if high > _DAY or low > _DAY:
        return (), text
    if halves[0]:
        low, high = (t % _HALF + _HALF * (half == "p") for t, half in zip((low, high), halves, strict=True))
        if low >= high and not m["ap1"]:  # 11-1 pm
            low -= _HALF
    elif high <= _HALF and not any(m[f"{sure}{n}"] for sure in ("sure", "h24") for n in "12"):
        readings = ((low, high), (low + _HALF, high + _HALF))  # "8 to 9" may be either
        return (readings, _without(text, m)) if low < high else ((), text)
    return (((low, high),), _without(text, m)) if 0 <= low < high else ((), text)


@cache
def _day_pattern() -> regex.Pattern[str]:
    names = [
        f"(?P<d{n}{{0}}>(?:{'|'.join(sorted(map(phrase, held), key=lambda p: (-len(p), p)))})(?:s|en|e|i)?)"
        for n, held in enumerate(book()["weekday"]["long"])
    ]
    one = "(?<!\\w)(?:" + "|".join(names) + ")(?!\\w)"
    return regex.compile(f"{_FROM}{one.replace('{0}', 'a')}(?:{_TO}{one.replace('{0}', 'b')})?|{_weekend()}")


def _weekend() -> str:
    return f"(?P<weekend>{any_of([f'{p}[s]' for p in book()['end']['weekend']])})"


def _days(text: str) -> tuple[frozenset[int], str]:
    """The weekdays named in a text, and the text without them."""
    days: set[int] = set()
    rest = text
    for m in _day_pattern().finditer(text):
        days.update(_named(m))
        rest = _without(rest, m)
    return frozenset(days), rest


def _named(m: regex.Match[str]) -> Iterator[int]:
    if m["weekend"]:
        return iter((5, 6))
    first = next(n for n in range(7) if m[f"d{n}a"])
    last = next((n for n in range(7) if m[f"d{n}b"]), first)
    return iter([n % 7 for n in range(first, last + 1 + 7 * (last < first))])


def _without(text: str, m: regex.Match[str]) -> str:
    """The text with a match blanked, so that places stay."""
    return text[: m.start()] + " " * (m.end() - m.start()) + text[m.end() :]
