"""A group's own signs for «done»: learnt from its confirm rule and from where they stand (codebook section 3)."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from podaudit.detect.chat import LINK_SIGN, Chat, places
from podaudit.lexicon.fold import fold
from podaudit.model import RuleType

if TYPE_CHECKING:
    import pandas as pd

EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{RI}{2}")
WORD = regex.compile(r"[\p{L}][\p{L}'-]*")
_WINDOW = dt.timedelta(hours=12)  # a first answer to a call that comes later is rarely a bare sign
_STEM = 4  # letters; shorter words are compared whole
_PARTICIPLE = "ge"  # before the stem, in Dutch and German
_DOUBLED = regex.compile(r"(\p{L})\1+")
_APART = regex.compile(r"(?<!\w)\p{L}(?: \p{L}){3,}(?!\w)")  # k w a k
_SHORT = 4  # words of a sign that a rule names
_BRIEF = 8  # words and emoji of a short answer
_BRIEF_TEXT = 80  # characters of one
_ANSWER = 12  # words of an answer, names not counted
_NO_SIGN = frozenset(
    "ja nee yes no ok oke okay haha hahaha lol thanks dank merci gracias grazie danke si oui top".split()
)

Places = np.ndarray[Any, np.dtype[np.bool_]]  # of each message of a chat, whether it is meant


@dataclass(frozen=True, slots=True)
class Sign:
    """A word or emoji that says «done» in this group, and how that is known."""

    token: str
    why: str
    pattern: regex.Pattern[str] | None = None  # of a sign of several words
    sure: bool = True  # says it wherever it stands, not only right after a call

    def stems(self) -> Iterator[tuple[str, int]]:
        """What the other forms of a word begin with, and how long they are at most; none of emoji and short words."""
        word = undrawn(self.token)
        if len(word) >= _STEM and word.isalpha():
            if self.token != word or len(word) == _STEM:
                yield word, len(word)
            if len(self.token) > _STEM:
                yield word[: max(_STEM, len(word) - 2)], len(word) + 3
            yield f"{_PARTICIPLE}{word[: max(_STEM, len(word) - 2)]}", len(word) + 5
            if word.startswith(_PARTICIPLE) and len(word) >= _STEM + 3:
                base = word[len(_PARTICIPLE) :]
                yield base[: max(_STEM, len(base) - 3)], max(_STEM, len(base) - 2)


def undrawn(word: str) -> str:
    """A word without drawn-out or doubled letters: ``kwakkk`` and ``kwaak`` are ``kwak``."""
    return _DOUBLED.sub(r"\1", word)


def tokens(folded: str) -> list[str]:
    """The words and emoji of a folded text."""
    return [*WORD.findall(folded), *(c for c in EMOJI.findall(folded) if c != LINK_SIGN)]


def stems(signs: Mapping[str, Sign]) -> dict[str, list[tuple[str, int]]]:
    """The signs that have other forms, and how long these are at most, by what they begin with."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for token, sign in signs.items():
        for stem, most in sign.stems():
            found[stem].append((token, most))
    return found


def said(signs: Mapping[str, Sign], by_stem: Mapping[str, Sequence[tuple[str, int]]], folded: str) -> list[str]:
    """The signs in a folded text, as often as they stand there; words in their other forms too.

    As in ``cravei`` and ``cravada``, ``gekwaakt`` and ``kwakkk``, ``k w a k``.
    """
    found = []
    for token in [*tokens(folded), *("".join(m[0].split()) for m in _APART.finditer(folded))]:
        if token in signs:
            found.append(token)
        elif len(word := undrawn(token)) >= _STEM:
            forms = (
                t for n in range(_STEM, len(word) + 1) for t, most in by_stem.get(word[:n], ()) if len(word) <= most
            )
            found += list(islice(forms, 1))
    return found or [t for t, sign in signs.items() if sign.pattern and sign.pattern.search(folded)]


def first_answers(chat: Chat, calls: pd.DataFrame) -> Places:
    """Which messages are their sender's first since the latest call by somebody else, within twelve hours."""
    at = np.unique(places(chat.lines, calls["line"]))  # the messages with calls
    if not len(at):
        return np.zeros(len(chat), bool)
    caller, everywhere = chat.writers[at], np.arange(len(chat))
    runs = np.r_[True, caller[1:] != caller[:-1]]  # calls in a row by one member
    by_another = (np.flatnonzero(runs) - 1)[
        runs.cumsum() - 1
    ]  # of each call, the latest before it by another; -1 for none
    latest = np.searchsorted(at, everywhere) - 1
    latest = np.where((latest >= 0) & (caller[latest] == chat.writers), by_another[latest], latest)
    order = np.argsort(chat.writers, kind="stable")
    before = np.full(len(chat), -1)  # the message before by the same member
    same = chat.writers[order[1:]] == chat.writers[order[:-1]]
    before[order[1:][same]] = order[:-1][same]
    soon = chat.moments - chat.moments[at[latest]] <= np.timedelta64(_WINDOW)
    found: Places = (latest >= 0) & (before < at[latest]) & soon
    return found


def words_of(chat: Chat) -> list[list[str]]:
    """The words and emoji of each text of ``chat.unlike``, members' names left out."""
    return [without_names(chat, text) for text in chat.unlike]


@dataclass(frozen=True, slots=True)
class Habit:
    """The words of the group's short first answers to calls against those of all else it writes."""

    answers: Places  # the short first answers
    sizes: tuple[int, int]  # how many these are, and all others
    inside: Counter[str]
    outside: Counter[str]

    @staticmethod
    def learn(chat: Chat, calls: pd.DataFrame, answers: Places, words: Sequence[Sequence[str]]) -> Habit:
        """How the group answers CALLS, given ``first_answers`` and ``words_of``."""
        worded, each = ~np.array(chat.media, bool), [list(dict.fromkeys(of)) for of in words]
        brief = np.array([len(of) <= _BRIEF for of in each], bool)[chat.which] | ~worded
        asking = np.array(["?" in text for text in chat.unlike], bool)[chat.which]
        answers = answers & brief & ~asking
        answers[places(chat.lines, calls["line"])] = False
        inside, outside = Counter[str](), Counter[str]()
        for counts, of in ((inside, answers & worded), (outside, ~answers & worded)):
            often = np.bincount(chat.which[of], minlength=len(each))
            for n in np.flatnonzero(often).tolist():
                for word in each[n]:
                    counts[word] += int(often[n])
        number = int(answers.sum())
        return Habit(answers, (number, len(chat) - number), inside, outside)

    def ratio(self, words: Iterable[str], own: bool) -> float | None:
        """The highest natural logarithm, over the words of a message, of how much oftener one stands in answers than elsewhere.

        The message itself is left out of the count, on the side of the answers if it is one (``own``); None where no word of
        it stands anywhere else.
        """
        answers, others = (size + 1 for size in self.sizes)
        best = None
        for word in words:
            a, b = self.inside[word] - own, self.outside[word] - (not own)
            if a + b > 0:
                ratio = (a + 0.5) / answers * others / (b + 0.5)
                best = ratio if best is None else max(best, ratio)
        return None if best is None else math.log(best)


def learn(
    chat: Chat, calls: pd.DataFrame, rules: pd.DataFrame, answers: Places, words: Sequence[Sequence[str]]
) -> dict[str, Sign]:
    """The group's signs by token: words or emoji of the confirm rule, and those that short first answers to calls are made of.

    A sign stands in at least three such answers (of ``answers``: ``first_answers``) by two members, alone in two of them, and
    mostly there: three fifths of all messages that hold it. ``words``: ``words_of``.
    """
    found: dict[str, Sign] = {}
    for line, value in zip(
        *(rules.loc[rules["type"] == RuleType.CONFIRM, c].tolist() for c in ("line", "value")), strict=True
    ):
        parts = tokens(fold(value)) if isinstance(value, str) else []
        marks = [p for p in parts if EMOJI.match(p)]
        for token in marks or ([" ".join(parts)] if 0 < len(parts) <= _SHORT else []):
            pattern = regex.compile(rf"(?<!\w){regex.escape(token)}(?!\w)") if " " in token else None
            found[token] = Sign(token, f"“{token}”, the group's sign for done by the rule on line {line}", pattern)
    inside: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    by: dict[str, set[int]] = defaultdict(set)
    fit = [
        len(text) <= _BRIEF_TEXT and "?" not in text and sum(not EMOJI.match(w) for w in of) <= _ANSWER
        for text, of in zip(chat.unlike, words, strict=True)
    ]
    short = answers & ~np.array(chat.media, bool) & np.array(fit, bool)[chat.which]
    short[places(chat.lines, calls["line"])] = False
    several = int(chat.writers.max(initial=0)) + 1
    said_by, often = np.unique(chat.which[short] * several + chat.writers[short], return_counts=True)
    for text, writer, n in zip(*(x.tolist() for x in np.divmod(said_by, several)), often.tolist(), strict=True):
        distinct = dict.fromkeys(words[text])
        for token in distinct:
            inside[token] += n
            by[token].add(writer)
            if len(distinct) == 1 or (len(words[text]) <= 2 and EMOJI.match(token)):
                alone[token] += n
    candidates = {
        t for t, n in inside.items()
        if n >= 3 and len(by[t]) >= 2 and (alone[t] >= 2 or len(t) > _STEM or EMOJI.match(t)) and t not in _NO_SIGN
    }  # fmt: skip
    if candidates:
        outside: Counter[str] = Counter()
        some = regex.compile(r"\L<words>", words=sorted(candidates))
        for text, n in zip(
            chat.unlike, np.bincount(chat.which[~short], minlength=len(chat.unlike)).tolist(), strict=True
        ):
            if n and some.search(text):
                outside.update(dict.fromkeys(candidates.intersection(tokens(text)), n))
        for token in sorted(candidates):
            if inside[token] >= 1.5 * outside[token]:
                why = f"“{token}”, how this group answers calls ({inside[token]} times)"
                found.setdefault(token, Sign(token, why, sure=alone[token] >= 2))
    return found


def without_names(chat: Chat, folded: str) -> list[str]:
    """The words and emoji of a folded text, members' names left out."""
    rest, at = [], 0
    for m in chat.names.found(folded):
        rest.append(folded[at : max(at, m.start)])
        at = max(at, m.stop)
    return tokens("".join([*rest, folded[at:]]))
