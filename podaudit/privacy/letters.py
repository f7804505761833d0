"""The folded copy of a text that names are looked for in, with the way back to the characters it came from.

Wider than ``podaudit.lexicon.fold``: compatibility forms (full-width, mathematical, circled letters), every decimal digit,
decomposed accents and every invisible character are folded too, for a name that is spelt oddly is a name all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from podaudit.lexicon.fold import fold

SEAM = "\ue000"  # stands in the folded copy where a small letter meets a capital, as in AnnaDeVries
_WORDS = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1 << 14)
def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kept = "".join(
        c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) not in ("Mn", "Mc", "Me", "Cf")
    )
    return fold(kept) if unicodedata.category(character) != "Cc" or character in "\n\t" else " "


def folded(text: str, seams: bool = False) -> tuple[str, Sequence[int]]:
    """The folded copy, and for each of its characters (and its end) the place in ``text`` that it came from."""
    if text.isascii() and text.isprintable() and not seams:
        return text.lower(), range(len(text) + 1)
    parts: list[str] = []
    origin: list[int] = []
    small = False
    for i, c in enumerate(text):
        if seams and small and c.isupper():
            parts.append(SEAM)
            origin.append(i)
        piece = _plain(c)
        parts.append(piece)
        origin.extend([i] * len(piece))
        if piece:  # what leaves no trace does not part two letters
            small = c.islower()
    origin.append(len(text))
    return "".join(parts), origin


def plain(text: str) -> str:
    """The folded copy alone."""
    return folded(text)[0]


def words(text: str) -> list[str]:
    """The folded words of letters in ``text``, parted at capitals: ``AnnaDeVries`` -> anna, de, vries."""
    return _WORDS.findall(folded(text, seams=True)[0])
