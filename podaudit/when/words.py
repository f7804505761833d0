"""The word file as patterns, and the words around a time that say what it is.

Patterns match folded text at word boundaries; how phrases are written stands in ``words.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LONGEST = 20_000  # characters looked at; no deadline stands further on
NEAR = 44  # characters before and after a time in which the words around it are looked for
DAY_END = 23 * 60 + 59
PARTS = ("morning", "afternoon", "evening", "night")
CUES = ("through", "back", "before", "by", "until")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the folded text and what it stands for: minutes, minutes after midnight, or a number."""

    start: int
    stop: int
    value: int

    @property
    def minutes(self) -> int:
        """The value, under its name for durations and clock times."""
        return self.value


@cache
def book() -> dict[str, Any]:
    """The word file."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


_TOKEN = re.compile(r"[\[\]()| *]|[^\[\]()| *]+")


def phrase(words: str) -> str:
    """A phrase of the word file as a pattern; what may be left out takes its space with it."""
    return _sequence(_TOKEN.findall(words))


def _sequence(tokens: list[str]) -> str:
    out = ""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token in "[(":
            close = _closing_bracket(tokens, i)
            inner = "|".join(_sequence(part) for part in _alternatives(tokens[i + 1 : close]))
            if token == "(":
                out += f"(?:{inner})"
            elif out.endswith(r"\s+") and not _required(tokens[close + 1 :]):
                out = out.removesuffix(r"\s+") + rf"(?:\s+(?:{inner}))?"
            elif tokens[close + 1 : close + 2] == [" "] and (not out or out.endswith((r"\s+", r"\s+)?"))):
                out += rf"(?:(?:{inner})\s+)?"
                close += 1
            else:
                out += f"(?:{inner})?"
            i = close
        elif token == " ":
            out += r"\s+"
        elif token == "*":
            out += r"\w*"
        else:
            out += _spelt(token)
        i += 1
    return out


_UMLAUTS = {"ä": "ae?", "ö": "oe?", "ü": "ue?"}
_TYPED_OVER = 6  # letters of a word in which a doubled consonant may be missing


def _spelt(word: str) -> str:
    """A word as a pattern of its spellings: "frueh" for "früh", "midag" for "middag"."""
    out = re.escape(word)
    if len(word) >= _TYPED_OVER:
        out = re.sub(r"([b-df-hj-np-tv-z])\1", r"\1\1?", out)
    return re.sub("[äöü]", lambda m: _UMLAUTS[m[0]], out)


def _closing_bracket(tokens: list[str], at: int) -> int:
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i] in "[(") - (tokens[i] in "])")
        if depth == 0:
            return i
    raise ValueError(f"unbalanced brackets in the phrase {''.join(tokens)!r}")


def _alternatives(tokens: list[str]) -> list[list[str]]:
    out: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in "[(") - (token in "])")
        if token == "|" and depth == 0:
            out.append([])
        else:
            out[-1].append(token)
    return out


def _required(tokens: list[str]) -> bool:
    """Whether anything in the rest of a phrase may not be left out."""
    depth = 0
    for token in tokens:
        depth += (token == "[") - (token == "]")
        if depth == 0 and token not in ("]", " "):
            return True
    return False


def flat(value: Any) -> Iterator[str]:
    """All phrases in a part of the word file."""
    if isinstance(value, str):
        yield value
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from flat(item)


def any_of(*values: Any) -> str:
    """Any of the phrases as a whole word, the longest first."""
    phrases = sorted({p for v in values for p in flat(v)}, key=lambda p: (-len(p), p))
    return r"(?<!\w)(?:" + "|".join(map(phrase, phrases)) + r")(?:(?<=')|(?!\w))"


@cache
def numbers() -> dict[str, int]:
    """The value of every number word of the seven languages."""
    return {word: value for table in book()["number"].values() for word, value in table.items()}


def number_words() -> str:
    """All number words as alternatives, the longest first."""
    return "|".join(re.escape(w) for w in sorted(numbers(), key=lambda w: (-len(w), w)))


def number(word: str) -> int | None:
    """The value of a number in digits (up to nine of them) or as a word of a language; articles count as one."""
    if word.isascii() and word.isdigit():
        return int(word) if len(word) <= 9 else None
    return numbers().get(word)


@cache
def _count_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,:/-])(?:\d{{1,4}}|(?:{number_words()}))(?![\w:/%]|[.,]\d)")


def count(folded: str, languages: Sequence[str] = ()) -> list[Span]:
    """The numbers in the text, in digits or words; no articles, no clock times, prices or dates.

    A word that means something else in another language ("once", "due") counts only where ``languages`` names its own.
    """
    more = book()["more"]
    out = []
    for m in _count_pattern().finditer(folded[:LONGEST]):
        word = m[0]
        if word in more["articles"]:
            continue
        if word in more["clashes"] and not any(word in book()["number"].get(lang, ()) for lang in languages):
            continue
        out.append(Span(m.start(), m.end(), number(word) or 0))
    return out


@cache
def cue_pattern(name: str) -> re.Pattern[str]:
    """The words of a cue at the very end of what stands before a time, with articles and the like between."""
    fill = (
        r"(?:\s*[:=~]|\s+(?:om|at|um|ca\.?|circa|rond|about|the|de|het|'t|die|der|den|dem|le|la|les|el|las|los|o|a|as|os|il"
        r"|lo|alle|ore|dia|on|op|am|au|die|een|ne|an|that|sa|sometime|deze|this|diesen|ce|este|komende|coming))*"
    )
    return re.compile(any_of(book()[name]) + fill + r"\s*$")


@cache
def follows(name: str) -> re.Pattern[str]:
    """The words of a cue right behind a time."""
    return re.compile(r"[\s,(:-]*" + any_of(book()[name]))


@cache
def silence(name: str) -> re.Pattern[str]:
    """Words that speak against a time being what it seems."""
    return re.compile(any_of(book()["silence"][name]))


def before(text: str, start: int) -> str:
    """The characters before a time in which its cue is looked for."""
    return text[max(0, start - NEAR) : start]


def after(text: str, stop: int) -> str:
    """The characters behind a time in which its cue is looked for."""
    return text[stop : stop + NEAR]


def clause(left: str) -> str:
    """What stands before a time in the same clause."""
    return re.split(r"[.!?;\n]|,\s", left)[-1]


def strongest(left: str, names: Sequence[str]) -> tuple[str, str]:
    """The name and words of the longest cue at the end of ``left``; empty where there is none."""
    best = ("", "")
    size = 0
    for name in names:
        m = cue_pattern(name).search(left)
        if m and len(m[0]) > size:
            best, size = (name, m[0].strip()), len(m[0])
    return best


@cache
def _closing() -> re.Pattern[str]:
    # Behind a bare number: the end, a stop, an emoji, or a word that no number counts.
    return re.compile(r"\s*(?:$|[.,;:!?)\n]|[^\w\s%€$£/+'\"(-])|\s+" + any_of(book()["silence"]["follow"]))


def closes(right: str) -> bool:
    """Whether nothing that a bare number could count stands behind it."""
    return bool(_closing().match(right))


@cache
def _past() -> re.Pattern[str]:
    quiet = book()["silence"]
    articles = r"(?:\s+(?:de|die|the|les|las|los|i|le|der|den))?"
    return re.compile(rf"(?:{any_of(quiet['ago'])}|{any_of(quiet['instead'])}{articles})\s*$")


@cache
def _outdated() -> re.Pattern[str]:
    return re.compile(r"[\s,]*(?:" + "|".join(map(phrase, book()["silence"]["outdated"])) + r")(?!\w)")


def outdated(text: str, start: int, stop: int) -> bool:
    """Whether a time is said to hold no longer, or to lie in the past."""
    return bool(_past().search(clause(before(text, start))) or _outdated().match(after(text, stop)))


def clock_word(left: str) -> bool:
    """Whether a word that goes before times of day only stands at the end."""
    return bool(re.search(r"(?<!\w)(?:las|as|alle|delle|das|om|um|at|le|o'clock)\s*$", left))


# "9 tot 12", "8h30 et 9h": what stands before the second of two times
RANGE = re.compile(
    r"(?<![\w:.])\d{1,2}(?:[:.]\d\d|[hu]\d\d)?\s*(?:uur|uhr|[hu]|heures?|horas?|am|pm)?"
    r"(?:\s*-\s*|\s+(?:tot|to|till|until|bis|a|al|alle|et|en|and|y|e|und|as|ate|au|fino a)\s+(?:(?:las?|les?|as)\s+)?)$"
)
