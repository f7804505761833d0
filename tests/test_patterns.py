"""No pattern and no phrase is slower than linear: twice the length takes at most 2.5 times as long.

Every pattern that is kept in a module, or made by a function without arguments, and every phrase of the phrase books is run
against pumped strings: short pieces, its own words among them, over and over. Times are the least of several, so that a busy
machine does not fail it; what takes next to no time is not measured.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import regex

import podaudit
from podaudit import lexicon
from podaudit.lexicon.fold import fold

N = 2_000  # characters, and twice as many
RUN = 60  # what the detectors see of a run of letters or of signs is not much longer (``podaudit.detect.chat``)
RAW = (
    "podaudit.export",
    "podaudit.links",
    "podaudit.report",
    "podaudit.terminal",
    "podaudit.verify",
    "podaudit.tables",
)
ENOUGH = 0.003  # seconds below which nothing is measured
WORST = 2.5
TIMES = 5
PUMPS = (
    "a", "ab", "A", "Ab ", "a ", " ", "\n", "\t", " \n", "0", "01", "0 ", "0-", "0.", "0,", "1:", "12:", "1/", "0 a", "a0", ".", ",", "a.",
    "a,", "a, ", ". ", "! ", "?", "-", "a-", "a-b ", "_", "'", "a'", '"', "'a ", '"a', "“a", "(", ")", "(a", "[", "]", "<a", "<", "@a", "@",
    "+", "+31 ", "#", "/", "//", "a/", "http://", "https://a.", "www.", "%25", "&", "=", ";", ":", ": ", "€", "€1", "1€ ", "✅", "✅ ",
    "😂",
    "👩\u200d", "🇳🇱", "é", "e\u0301", "\u200e", "\u202f", "ха", "中", "م", "ha", "en ", "of ", "e o ", "anna en ", "a en b, ",
    "binnen 1 uur ",
    "van 1 tot ", "ik ben ", "maandag ", "1 jan ", "2 of 3 ", "k", "1k ", "urn:li:activity:", "activity-", "7", "\x00", "\r", "\r\n",
)  # fmt: skip
# Sentences of podaudit's own with slots, for names of files and phrases, which are short; matched as a whole.
SHORT = {
    "podaudit.report.sayings._WHOLE",
    "podaudit.report.sayings._BESIDE",
    "podaudit.report.sayings.REASONS",
    "podaudit.report.sayings._INSIDE",
}
_WORDS = re.compile(r"(?<![\\\w])[^\W\d_]{2,}")
Pattern = re.Pattern[Any] | regex.Pattern[Any]

pytestmark = pytest.mark.slow


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(podaudit.__path__, "podaudit."):
        if not found.name.endswith((".__main__", ".update")):
            yield importlib.import_module(found.name)


def _patterns_in(value: Any, depth: int = 0) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set) and depth < 3:
        for inner in value:
            yield from _patterns_in(inner, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        for inner in value.values():
            yield from _patterns_in(inner, depth + 1)


def _kept() -> dict[tuple[str, int], tuple[str, Pattern]]:
    """Pattern and flags -> where it stands, and it."""
    found: dict[tuple[str, int], tuple[str, Pattern]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            made = value
            if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
                hints = str(getattr(value.__wrapped__, "__annotations__", {}).get("return", ""))
                if "Pattern" not in hints or inspect.signature(value).parameters:
                    continue
                made = value()
            if f"{module.__name__}.{name}" in SHORT:
                continue
            for pattern in _patterns_in(made):
                found.setdefault((str(pattern.pattern), pattern.flags), (f"{module.__name__}.{name}", pattern))
    return found


def _least(pattern: Pattern, text: Any, times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.process_time()
        for _ in pattern.finditer(text):
            pass
        taken.append(time.process_time() - started)
    return min(taken)


def pumped(pump: str, length: int, raw: bool) -> str:
    """``pump`` over and over; as the detectors see it where not ``raw``."""
    if not raw and (pump.isalnum() or not any(c.isalnum() for c in pump)):
        pump = pump * (RUN // len(pump)) + " b "
    return "x " + pump * (length // len(pump)) + "\u2021"


def linear(pattern: Pattern, pump: str, raw: bool = True) -> bool:
    """Whether twice the length takes at most WORST times as long, in the best of some tries: what is quadratic never does."""
    return any(slower_than_linear(pattern, pump, raw) <= WORST for _ in range(4))


def slower_than_linear(pattern: Pattern, pump: str, raw: bool = True) -> float:
    """How many times as long twice the length takes; 0 where it takes next to nothing."""
    half: Any = pumped(pump, N, raw)
    whole: Any = pumped(pump, 2 * N, raw)
    if isinstance(pattern.pattern, bytes):
        half, whole = half.encode(), whole.encode()
    if _least(pattern, whole, 1) < ENOUGH:
        return 0
    least = {half: 99.0, whole: 99.0}
    ratio = 99.0
    for _ in range(8):  # a busy machine only ever adds
        least = {text: min(before, _least(pattern, text, TIMES)) for text, before in least.items()}
        ratio = least[whole] / max(least[half], 1e-6)
        if ratio <= WORST:
            break
    return ratio


KEPT = _kept()


@pytest.mark.parametrize(
    ("where", "pattern"), list(KEPT.values()), ids=[f"{w}-{i}" for i, (w, _) in enumerate(KEPT.values())]
)
def test_patterns_are_linear(where: str, pattern: Pattern) -> None:
    own = list(dict.fromkeys(_WORDS.findall(str(pattern.pattern))))[:6]
    for pump in (*PUMPS, *(f"{word} " for word in own)):
        assert linear(pattern, pump, where.startswith(RAW)), (where, pump)


@pytest.mark.parametrize("topic", sorted({e.topic for e in lexicon.load().entries}))
def test_phrase_books_are_linear(topic: str) -> None:
    """A phrase is run only where a word of its own stands, so its own words are what it is pumped with."""
    books = lexicon.load()
    for phrase in books._phrases[topic]:
        if phrase.plain:
            continue
        words = list(dict.fromkeys(_WORDS.findall(fold(phrase.words))))[:4]
        for pump in (*(f"{w} " for w in words), " ".join(words) + " ", "a, ", " "):
            assert linear(books.pattern(phrase.words, phrase.entry), pump, raw=False), (
                phrase.entry.id,
                phrase.words,
                pump,
            )


def test_the_measure_tells_a_bad_pattern_from_a_good_one() -> None:
    assert slower_than_linear(re.compile(r"\w+\d"), "a") > WORST
    assert slower_than_linear(re.compile(r"\w+\d"), "a", raw=False) <= WORST
    assert slower_than_linear(regex.compile(r"(?<!\w)\w{1,40}\d"), "a") <= WORST


def test_all_patterns_are_found() -> None:
    assert len(KEPT) > 120
    assert sum(not p.plain for ps in lexicon.load()._phrases.values() for p in ps) > 1000
