"""What a comment is made of: words, a question, emoji alone, stock phrases, and the same words again.

Stock phrases are data (``stock.toml``). A comment counts as stock only where nothing in it is the writer's own: every word
belongs to a phrase, is a filler, or is a name. "Mooie post!" is; "Mooi, bij ons doen we dit elke maandag" is not; neither is
a comment of emoji alone, which is counted apart.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.lexicon.fold import fold

if TYPE_CHECKING:
    import pyarrow as pa

_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’\-][\p{L}\p{N}\p{M}]+)*"
_IN_WORDS = r"['’\-]|\p{M}"  # what is neither letter nor digit and yet part of a word
_QUESTION = "[?？؟]"
_LETTER = r"[\p{L}\p{N}]"
_TOKENS = re.compile(r"[^\W_]+")
_MOST = 12  # words; a longer comment is never stock


@dataclass(frozen=True, slots=True)
class Words:
    """Per comment, in arrays that run parallel."""

    words: np.ndarray[Any, Any]
    question: np.ndarray[Any, Any]
    emoji_only: np.ndarray[Any, Any]
    stock: np.ndarray[Any, Any]
    same: np.ndarray[Any, Any]  # a number per wording, equal for comments of the same words; -1 where there are none


@dataclass(frozen=True, slots=True)
class _Book:
    phrases: frozenset[tuple[str, ...]]
    fillers: frozenset[str]
    longest: int
    gate: str  # a pattern that every stock comment matches


@cache
def _book() -> _Book:
    held = book()
    phrases = frozenset(tuple(_TOKENS.findall(p)) for language in held.values() for p in language["phrases"])
    fillers = frozenset(word for language in held.values() for word in language["fillers"])
    starts = sorted({phrase[0] for phrase in phrases})
    return _Book(phrases, fillers, max(map(len, phrases)), rf"\b(?:{'|'.join(starts)})\b")


@cache
def book() -> dict[str, dict[str, list[str]]]:
    """The phrase book as it stands: language -> phrases, fillers, yes, no."""
    return tomllib.loads(Path(__file__).with_name("stock.toml").read_text(encoding="utf-8"))


def is_stock(folded: str, names: frozenset[str]) -> bool:
    """Whether all words of a folded comment are stock phrases, fillers and ``names`` (folded words), with a phrase."""
    held, tokens = _book(), _TOKENS.findall(folded)
    if not 0 < len(tokens) <= _MOST:
        return False
    at, phrase = 0, False
    while at < len(tokens):
        for n in range(min(held.longest, len(tokens) - at), 0, -1):
            if tuple(tokens[at : at + n]) in held.phrases:
                at, phrase = at + n, True
                break
        else:
            if tokens[at] not in held.fillers and tokens[at] not in names:
                return False
            at += 1
    return phrase


def measure(texts: pa.Array | pa.ChunkedArray, names: Iterable[str]) -> Words:
    """Measure comments; ``names`` are those of the members, whose words may stand in a stock comment."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def flag(condition: Any) -> Any:
        return pc.fill_null(condition, False).to_numpy(zero_copy_only=False).astype(bool)

    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    coded = pc.fill_null(whole, "").dictionary_encode()
    unique, codes = coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)
    plain = pc.utf8_trim(pc.replace_substring_regex(pc.utf8_lower(unique), r"[^\p{L}\p{N}]+", " "), " ")
    words = np.add(pc.count_substring(plain, " "), pc.not_equal(plain, "").to_numpy(zero_copy_only=False))
    knotty = flag(pc.match_substring_regex(unique, _IN_WORDS))
    words[knotty] = pc.count_substring_regex(unique.filter(pa.array(knotty)), _WORD)
    question = flag(pc.match_substring_regex(unique, _QUESTION))
    bare = ~flag(pc.match_substring_regex(unique, _LETTER)) & flag(pc.match_substring_regex(unique, r"\S"))
    short = np.flatnonzero((words > 0) & (words <= _MOST))
    folded = pc.utf8_lower(
        pc.replace_substring_regex(pc.utf8_normalize(unique.take(pa.array(short)), "NFKD"), r"\p{M}", "")
    )
    maybe = flag(pc.match_substring_regex(folded, _book().gate)) if len(short) else np.zeros(0, bool)
    called = frozenset(token for name in names for token in _TOKENS.findall(fold(name)) if not token.isdigit())
    stock = np.zeros(len(unique), bool)
    for n, text in zip(short[maybe].tolist(), unique.take(pa.array(short[maybe])).to_pylist(), strict=True):
        stock[n] = is_stock(fold(text), called)
    same = plain.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    same = np.where(words > 0, same, -1)
    return Words(words[codes], question[codes], bare[codes], stock[codes], same[codes])
