"""Times in words: how long, at what o'clock, by when, until when; in seven languages, words in ``words.toml``.

All functions take *folded* text (``podaudit.lexicon.fold``); spans count characters of it. ``base`` is the naive
local time of the message. A time of day that has passed is the next day's; the end of a day is 23:59. Every language is
always tried, for people mix them; ``languages`` (ISO 639-1) only settles what two of them say differently.
"""

from podaudit.when.absence import until
from podaudit.when.asked import Due, deadline, rule_deadline
from podaudit.when.points import clocks
from podaudit.when.stretches import changed, duration
from podaudit.when.words import Span, count, number

__all__ = ["Due", "Span", "changed", "clocks", "count", "deadline", "duration", "number", "rule_deadline", "until"]
