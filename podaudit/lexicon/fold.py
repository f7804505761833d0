"""The normalised copy of a text that matching works on; the raw text itself is never changed.

Folding is character by character, so that a match can be led back to the characters it came from: lower case, accents off
(``é`` -> ``e``, ``ß`` -> ``ss``), typographic quotes and dashes plain, odd spaces plain; marks that only serve display (zero
width, bidi, variation selectors, skin tones) and combining marks dropped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

_DROPPED = (
    *range(0x0300, 0x0370), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A),
    *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), 0x00AD, 0xFEFF,
)  # fmt: skip
_PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "…": "...", "\xa0": " ", "\u2007": " ", "\u2009": " ",
    "\u202f": " ", "\t": " ", "\r": "\n", "ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d",
    "ı": "i", "þ": "th", "Æ": "ae", "Œ": "oe", "Ø": "o", "Ł": "l", "Đ": "d", "Ð": "d", "Þ": "th",
}  # fmt: skip


def _table() -> dict[int, str]:
    table = dict.fromkeys(_DROPPED, "")
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00), *range(0xFF01, 0xFF5F)):
        base = "".join(c for c in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(c))
        table[code] = base.lower()
    table.update({ord(k): v for k, v in _PLAIN.items()})
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """The folded copy of ``text``."""
    return text.lower() if text.isascii() and "\t" not in text and "\r" not in text else text.translate(_TABLE).lower()


def fold_all(texts: Iterable[str]) -> list[str]:
    """The folded copies, in order; equal texts are folded once."""
    return list(map(cache(fold), texts))


@lru_cache(maxsize=512)
def _map(text: str) -> tuple[str, tuple[int, ...]]:
    parts, origin = [], []
    for i, c in enumerate(text):
        piece = c.translate(_TABLE).lower()
        parts.append(piece)
        origin += [i] * len(piece)
    return "".join(parts), (*origin, len(text))


def locate(text: str, phrase: str) -> list[tuple[int, int]]:
    """Where a phrase that was matched on the folded text stands in the raw ``text``: (start, stop) pairs, in order.

    Both arguments may be raw or folded; an empty phrase stands nowhere.
    """
    folded, origin = _map(text)
    wanted = fold(phrase).strip()
    found: list[tuple[int, int]] = []
    at = folded.find(wanted) if wanted else -1
    while at >= 0:
        found.append((origin[at], origin[at + len(wanted) - 1] + 1))
        at = folded.find(wanted, at + len(wanted))
    return found
