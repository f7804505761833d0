"""The page's language: translated sentences as pieces, and numbers, times and lists as that language writes them."""

from __future__ import annotations

import datetime as dt
import gettext
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

from podaudit.model import Lang

LANGUAGES: tuple[str, ...] = get_args(Lang)
DOMAIN = "report"
LOCALE = Path(__file__).with_name("locale")

_SLOT = re.compile(r"%\((\w+)\)s")
_SOUNDS_I = re.compile(r"h?[ií](?![aeo])", re.IGNORECASE)  # Spanish "y" before it is "e": Ana e Inés, but agua y hielo


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: plain words, or a figure, a link, a name (which the page isolates), or words that decided."""

    text: str
    href: str = ""
    figure: str = ""
    name: bool = False
    mark: bool = False


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


@dataclass(frozen=True, slots=True)
class Forms:
    """How a language writes numbers and dates, from the Unicode CLDR (``locale/forms.toml``, which ``update.py`` makes)."""

    months: tuple[str, ...]  # from January
    months_short: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday
    weekdays_short: tuple[str, ...]
    date: str  # templates with {day}, {month} and {year}
    date_short: str
    day_short: str
    month_short: str
    group: str  # between thousands
    decimal: str
    percent: str  # a template with {0}
    first: str  # the first of the month, where that is not 1
    languages: dict[str, str]  # what the languages of a chat are called, by code


@cache
def _forms(code: str) -> Forms:
    held: dict[str, Any] = tomllib.loads((LOCALE / "forms.toml").read_text(encoding="utf-8"))[code]
    lists: dict[str, Any] = {key: tuple(value) for key, value in held.items() if isinstance(value, list)}
    return Forms(**(held | lists))


class Language:
    """One of ``LANGUAGES``. Holds no state besides its catalogue, its forms, and whether clock times are left out."""

    __slots__ = ("code", "days", "forms", "translations")

    def __init__(self, code: str, days: bool = False) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"no report in the language {code!r}; there is {', '.join(LANGUAGES)}")
        self.code = code
        self.days = days
        self.translations = _catalogue(code)
        self.forms = _forms(code)

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
        pieces: list[Piece] = []
        for i, item in enumerate(items):
            text = _as_text(item)
            if i:
                pieces.append(Piece(self._and(plain(text)) if i == len(items) - 1 else ", "))
            pieces.extend(text)
        return tuple(pieces)

    def _and(self, following: str) -> str:
        word = "e" if self.code == "es" and _SOUNDS_I.match(following) else self.gettext("and")
        return f" {word} "

    # Numbers and times ----------------------------------------------------------------------------------------------

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", self.forms.group)

    def decimal(self, value: float, digits: int = 1) -> str:
        """``1,234.5``; ``digits`` after the point."""
        exact = Decimal(str(abs(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)  # 6.35 is 6.4
        whole, _, rest = f"{exact:,}".partition(".")
        sign = "\N{MINUS SIGN}" if value < 0 else ""
        return sign + whole.replace(",", self.forms.group) + (self.forms.decimal + rest if rest else "")

    def percent(self, part: float, whole: float) -> str:
        """A share in whole percents; 0 % and 100 % only where exact, a dash where there is nothing to measure it by."""
        if not whole:
            return "–"
        if 0 < part < whole and not 0.005 <= part / whole < 0.995:
            few = part / whole < 0.5
            return ("< " if few else "> ") + self.forms.percent.replace("{0}", "1" if few else "99")
        return self.forms.percent.replace("{0}", self.decimal(100 * part / whole, 0))

    def language(self, code: str) -> str:
        """What a language is called, by its code."""
        return self.forms.languages.get(code, code)

    def weekday(self, day: int, short: bool = False) -> str:
        """``Monday`` or ``Mon`` for 0, as ``datetime.date.weekday`` counts."""
        return (self.forms.weekdays_short if short else self.forms.weekdays)[day]

    def span(self, minutes: float) -> str:
        """A measured time in words: minutes up to two hours, hours up to two days, then days."""
        whole = round(minutes)
        if whole < 1:
            return self.gettext("less than a minute")
        unit = 1440 if whole >= 2880 else 60 if whole >= 120 else 1
        return self.duration(round(minutes / unit) * unit)

    def date(self, day: dt.date, short: bool = False) -> str:
        """``4 September 2023``, or ``4 Sep 2023``."""
        return self._dated(self.forms.date_short, day, True) if short else self._dated(self.forms.date, day, False)

    def day(self, day: dt.date) -> str:
        """``4 Sep``, for the axis of a picture."""
        return self._dated(self.forms.day_short, day, True)

    def month(self, day: dt.date) -> str:
        """``Sep 2023``."""
        return self._dated(self.forms.month_short, day, True)

    def _dated(self, template: str, day: dt.date, short: bool) -> str:
        months = self.forms.months_short if short else self.forms.months
        number = self.forms.first if day.day == 1 else str(day.day)
        return (
            template.replace("{day}", number).replace("{month}", months[day.month - 1]).replace("{year}", str(day.year))
        )

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
