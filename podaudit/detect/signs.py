"""A group's own signs for «done»: learnt from its confirm rule and from where they stand (codebook section 3)."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import regex

from podaudit.detect.chat import LINK_SIGN, Chat
from podaudit.lexicon.fold import fold
from podaudit.model import RuleType

if TYPE_CHECKING:
    import pandas as pd

EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{RI}{2}")
WORD = regex.compile(r"[\p{L}][\p{L}'-]*")
_WINDOW = dt.timedelta(hours=12)  # a first answer to a call that comes later is rarely a bare sign
_STEM = 4  # letters; shorter words are compared whole
_SHORT = 4  # words of a sign that a rule names
_BRIEF = 8  # words and emoji of a short answer
_ANSWER = 12  # words of an answer, names not counted
_NO_SIGN = frozenset(
    "ja nee yes no ok oke okay haha hahaha lol thanks dank merci gracias grazie danke si oui top".split()
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A word or emoji that says «done» in this group, and how that is known."""

    token: str
    why: str
    pattern: regex.Pattern[str] | None = None  # of a sign of several words
    sure: bool = True  # says it wherever it stands, not only right after a call

    @property
    def stem(self) -> str:
        """What the other forms of a word begin with; empty for emoji and short words."""
        return self.token[: max(_STEM, len(self.token) - 2)] if len(self.token) > _STEM and self.token.isalpha() else ""


def tokens(folded: str) -> list[str]:
    """The words and emoji of a folded text."""
    return [*WORD.findall(folded), *(c for c in EMOJI.findall(folded) if c != LINK_SIGN)]


def stems(signs: Mapping[str, Sign]) -> dict[str, list[str]]:
    """The signs that have other forms, by what these begin with."""
    found: dict[str, list[str]] = defaultdict(list)
    for token, sign in signs.items():
        if sign.stem:
            found[sign.stem].append(token)
    return found


def said(signs: Mapping[str, Sign], by_stem: Mapping[str, Sequence[str]], folded: str) -> list[str]:
    """The signs in a folded text, as often as they stand there; words in their other forms too (``cravei``, ``cravada``)."""
    found = []
    for token in tokens(folded):
        if token in signs:
            found.append(token)
        elif len(token) > _STEM:
            forms = (
                t for n in range(_STEM, len(token) + 1) for t in by_stem.get(token[:n], ()) if len(token) <= len(t) + 3
            )
            found += list(islice(forms, 1))
    return found or [t for t, sign in signs.items() if sign.pattern and sign.pattern.search(folded)]


def first_answers(chat: Chat, calls: pd.DataFrame) -> Iterator[int]:
    """Positions of messages that are their sender's first since the latest call by somebody else, within twelve hours."""
    caller_at: dict[int, str] = dict(zip(calls["line"].tolist(), calls["caller"].tolist(), strict=True))
    latest: tuple[int, str] | None = None  # position and caller of the latest call
    before: tuple[int, str] | None = None  # the latest by another caller than that
    spoke: dict[str, int] = {}
    for i, (line, member) in enumerate(zip(chat.lines, chat.members, strict=True)):
        call = latest if latest is None or latest[1] != member else before
        if call is not None and spoke.get(member, -1) < call[0] and chat.times[i] - chat.times[call[0]] <= _WINDOW:
            yield i
        if line in caller_at:
            if latest is not None and latest[1] != member:
                before = latest
            latest = (i, member)
        spoke[member] = i


@dataclass(frozen=True, slots=True)
class Habit:
    """The words of the group's short first answers to calls against those of all else it writes."""

    words: Sequence[tuple[str, ...]]  # of each message of the chat, each once, names left out
    answers: Set[int]  # positions of the short first answers
    inside: Counter[str]
    outside: Counter[str]

    @staticmethod
    def learn(chat: Chat, calls: pd.DataFrame, answers: Set[int]) -> Habit:
        """How the group answers CALLS, given ``first_answers``."""
        of = lru_cache(maxsize=1 << 15)(lambda text: tuple(dict.fromkeys(without_names(chat, text))))
        words = [() if media else of(text) for text, media in zip(chat.folded, chat.media, strict=True)]
        called = set(calls["line"].tolist())
        answers = {
            i for i in answers
            if len(words[i]) <= _BRIEF and "?" not in chat.folded[i] and chat.lines[i] not in called
        }  # fmt: skip
        inside, outside = Counter[str](), Counter[str]()
        for (said_, answer), n in Counter(
            zip(words, map(answers.__contains__, range(len(words))), strict=True)
        ).items():
            for word in said_:
                (inside if answer else outside)[word] += n
        return Habit(words, answers, inside, outside)

    def ratio(self, words: tuple[str, ...], own: bool) -> float | None:
        """The highest natural logarithm, over the words of a message, of how much oftener one stands in answers than elsewhere.

        The message itself is left out of the count, on the side of the answers if it is one (``own``); None where no word of
        it stands anywhere else.
        """
        answers, others = len(self.answers) + 1, len(self.words) - len(self.answers) + 1
        best = None
        for word in words:
            a, b = self.inside[word] - own, self.outside[word] - (not own)
            if a + b > 0:
                ratio = (a + 0.5) / answers * others / (b + 0.5)
                best = ratio if best is None else max(best, ratio)
        return None if best is None else math.log(best)


def learn(chat: Chat, calls: pd.DataFrame, rules: pd.DataFrame, answers: Set[int]) -> dict[str, Sign]:
    """The group's signs by token: words or emoji of the confirm rule, and those that short first answers to calls are made of.

    A sign stands in at least three such answers (of ``answers``: ``first_answers``) by two members, alone in two of them, and
    mostly there: three fifths of all messages that hold it.
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
    called = set(calls["line"])
    inside: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    by: dict[str, set[str]] = defaultdict(set)
    candidates: set[str] = set()
    short: dict[int, Sequence[str]] = {}
    for i in sorted(answers):
        if chat.lines[i] in called or chat.media[i] or len(chat.folded[i]) > 80 or "?" in chat.folded[i]:
            continue
        words = without_names(chat, chat.folded[i])
        distinct = dict.fromkeys(words)
        if sum(not EMOJI.match(w) for w in words) <= _ANSWER:
            short[i] = list(distinct)
            for token in distinct:
                inside[token] += 1
                by[token].add(chat.members[i])
                alone[token] += len(distinct) == 1 or (len(words) <= 2 and bool(EMOJI.match(token)))
    candidates = {
        t for t, n in inside.items()
        if n >= 3 and len(by[t]) >= 2 and (alone[t] >= 2 or len(t) > _STEM or EMOJI.match(t)) and t not in _NO_SIGN
    }  # fmt: skip
    if candidates:
        outside: Counter[str] = Counter()
        some = regex.compile(r"\L<words>", words=sorted(candidates))
        for i, text in enumerate(chat.folded):
            if i not in short and some.search(text):
                outside.update(candidates.intersection(tokens(text)))
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
