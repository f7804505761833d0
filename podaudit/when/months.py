"""Months by name, as dateparser knows them.

dateparser reads a month's name in all seven languages, abbreviated or not; weekdays, parts of the day, clocks and
stretches it reads worse than the words of ``words.toml``, so nothing else is given to it. It is imported and asked only
for words that begin like a month's name and stand beside a number, once for each.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from podaudit.when.words import book

_ANY_YEAR = dt.datetime(2001, 1, 1)  # no clock of the machine's in it
_DAY = 17


@lru_cache(maxsize=1 << 10)
def month(word: str) -> int | None:
    """The number of the month that a folded word names, 1 to 12; None where it names none."""
    if word in book()["month"]["more"]:
        return int(book()["month"]["more"][word]) or None
    import dateparser

    found = dateparser.parse(
        f"{_DAY} {word}",
        languages=list(book()["number"]),
        settings={
            "RELATIVE_BASE": _ANY_YEAR,
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "REQUIRE_PARTS": ["day", "month"],
            "PARSERS": ["absolute-time"],
            "TIMEZONE": "UTC",
        },
    )
    return found.month if found is not None and found.day == _DAY else None
