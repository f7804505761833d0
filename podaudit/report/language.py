"""The page's language: translated sentences as pieces, and numbers, times and lists as that language writes them."""

from __future__ import annotations

import datetime as dt
import gettext
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "nl")
DOMAIN = "report"
LOCALE = Path(__file__).with_name("locale")

_SLOT = re.compile(r"%\((\w+)\)s")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
}
_THOUSANDS = {"en": ",", "nl": "."}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: plain words, or a figure, a link or a name (which the page isolates)."""

    text: str
    href: str = ""
    figure: str = ""
    name: bool = False


Text = tuple[Piece, ...]


def N_(message: str) -> str:
    """Mark a message for translation where it is declared; it is translated where it is used."""
    return message


def plain(text: Text) -> str:
    """The sentence as bare words."""
    return "".join(piece.text for piece in text)


def visible(text: str) -> str:
    """The text with control characters as their Unicode pictures, so that a page holds none; tab and newline stay."""
    if text.isprintable():
        return text
    return "".join(_picture(c) if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)


def _picture(character: str) -> str:
    code = ord(character)
    if character in "\n\t":
        return character
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    # The messages themselves are English, so English needs no catalogue.
    return gettext.translation(DOMAIN, LOCALE, [code], fallback=code == "en")


class Language:
    """One of ``LANGUAGES``. Holds no state besides its catalogue, and whether clock times are left out."""

    __slots__ = ("code", "days", "translations")

    def __init__(self, code: str, days: bool = False) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"no report in the language {code!r}; there is {', '.join(LANGUAGES)}")
        self.code = code
        self.days = days
        self.translations = _catalogue(code)

    # Sentences ------------------------------------------------------------------------------------------------------

    def gettext(self, message: str) -> str:
        return self.translations.gettext(message)

    def say(self, message: str, **values: Piece | Text | str) -> Text:
        """Translate ``message`` and put ``values`` in its ``%(slots)s``."""
        return _fill(self.translations.gettext(message), values)

    def say_n(self, one: str, many: str, count: int, **values: Piece | Text | str) -> Text:
        """As ``say``, in the form that ``count`` asks for."""
        return _fill(self.translations.ngettext(one, many, count), values)

    def listing(self, items: Sequence[Piece | Text | str]) -> Text:
        """``A, B and C``."""
        last = " " + self.gettext("and") + " "
        pieces: list[Piece] = []
        for i, item in enumerate(items):
            if i:
                pieces.append(Piece(last if i == len(items) - 1 else ", "))
            pieces.extend(_as_text(item))
        return tuple(pieces)

    # Numbers and times ----------------------------------------------------------------------------------------------

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", _THOUSANDS[self.code])

    def date(self, day: dt.date, short: bool = False) -> str:
        """``4 September 2023``, or ``4 Sep 2023``."""
        months = (_SHORT if short else _MONTHS)[self.code].split()
        return f"{day.day} {months[day.month - 1]} {day.year}"

    def day(self, day: dt.date) -> str:
        """``4 Sep``, for the axis of a picture."""
        return f"{day.day} {_SHORT[self.code].split()[day.month - 1]}"

    def month(self, day: dt.date) -> str:
        """``Sep 2023``."""
        return f"{_SHORT[self.code].split()[day.month - 1]} {day.year}"

    def moment(self, time: dt.datetime, year: bool = True) -> str:
        """``4 Sep 2023 09:30``, or without the year, or without the clock."""
        day = self.date(time, short=True) if year else self.day(time)
        return day if self.days else f"{day} {time:%H:%M}"

    def due(self, due: dt.datetime, since: dt.datetime) -> str:
        """A deadline as short as it can be beside the time of its call: the clock alone on the same day."""
        if self.days:
            return self.gettext("the same day") if due.date() == since.date() else self.day(due)
        return f"{due:%H:%M}" if due.date() == since.date() else f"{self.day(due)} {due:%H:%M}"

    def duration(self, minutes: int) -> str:
        """``45 minutes``, ``2 hours``, ``1 day``; whole units only, the largest that fits."""
        unit, size = (
            ("minute", 1) if minutes % 60 else ("hour", 60) if minutes % 1440 or minutes < 2880 else ("day", 1440)
        )
        count = minutes // size
        texts = {
            "minute": lambda: self.say_n("%(n)s minute", "%(n)s minutes", count, n=self.number(count)),
            "hour": lambda: self.say_n("%(n)s hour", "%(n)s hours", count, n=self.number(count)),
            "day": lambda: self.say_n("%(n)s day", "%(n)s days", count, n=self.number(count)),
        }
        return plain(texts[unit]())


def _as_text(value: Piece | Text | str) -> Text:
    if isinstance(value, str):
        return (Piece(value),)
    return (value,) if isinstance(value, Piece) else value


def _fill(message: str, values: dict[str, Piece | Text | str]) -> Text:
    pieces: list[Piece] = []
    for i, part in enumerate(_SLOT.split(message)):
        if i % 2:
            pieces.extend(_as_text(values[part]))
        elif part:
            pieces.append(Piece(part))
    return tuple(pieces)
