"""The folded copy of a text that names are looked for in, with the way back to the characters it came from.

Wider than ``podaudit.lexicon.fold``: compatibility forms (full-width, mathematical, circled letters), every decimal digit,
decomposed accents and every invisible character are folded too, for a name that is spelt oddly is a name all the same.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

from podaudit.lexicon.fold import fold

SEAM = "\ue000"  # stands in the folded copy where a small letter meets a capital, as in AnnaDeVries
_MEETING = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLAIN: dict[str, str] = {}  # filled as characters are met
_WORDS = re.compile(r"[^\W\d_]+")
_SPELT_OUT = 8  # letters that one character stands for; \ufdfa stands for a phrase of eighteen, which names nobody


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kept = "".join(
        c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) not in ("Mn", "Mc", "Me", "Cf")
    )
    if len(kept) > _SPELT_OUT or (unicodedata.category(character) == "Cc" and character not in "\n\t"):
        return " "
    return fold(kept)


def folded(text: str, seams: bool = False) -> tuple[str, Sequence[int]]:
    """The folded copy, and for each of its characters (and its end) the place in ``text`` that it came from."""
    if text.isascii() and text.isprintable():
        low = text.lower()
        at = [m.start() for m in _MEETING.finditer(text)] if seams and low != text else []
        if not at:
            return low, range(len(text) + 1)
        cuts = [0, *at, len(text)]
        origin = [i for a, b in itertools.pairwise(cuts) for i in (*range(a, b), b)]  # a seam is where its capital is
        return SEAM.join(low[a:b] for a, b in itertools.pairwise(cuts)), origin
    parts: list[str] = []
    origin = []
    small = False
    for i, c in enumerate(text):
        if seams and small and c.isupper():
            parts.append(SEAM)
            origin.append(i)
        piece = _PLAIN.get(c)
        if piece is None:
            piece = _PLAIN.setdefault(c, _plain(c))
        parts.append(piece)
        if len(piece) == 1:
            origin.append(i)
        else:
            origin.extend([i] * len(piece))
        if piece:  # what leaves no trace does not part two letters
            small = c.islower()
    origin.append(len(text))
    return "".join(parts), origin


def words(text: str) -> list[str]:
    """The folded words of letters in ``text``, parted at capitals: ``AnnaDeVries`` -> anna, de, vries."""
    return _WORDS.findall(folded(text, seams=True)[0])
