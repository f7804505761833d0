"""The app's notices -> membership events, in whatever language the phone spoke."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from podaudit.export import words
from podaudit.export.words import BIDI, UNSEEN

_COMMAS = re.compile("\u060c |\u3001")  # as Arabic and Chinese part a list
YOU = "\0you"  # the owner of the phone, before it is known who that is


@dataclass(frozen=True, slots=True)
class Said:
    """What a notice says. Names as exported less invisible marks, or ``YOU``; ``who`` is one text, not yet split."""

    event: str  # empty: understood, but no membership event
    language: str
    by: str | None
    who: str | None
    new: str | None
    first: int  # characters of the name it opens with; 0: it opens with the app's words, -1: with anything


class Reader:
    """Reads notices; remembers the language this chat is in, whose wordings are tried first."""

    def __init__(self) -> None:
        self._language = ""

    def read(self, text: str) -> Said | None:
        """Understand one notice; None where its wording is not known."""
        kept = [i for i, c in enumerate(text) if c not in UNSEEN]
        plain = text if len(kept) == len(text) else "".join(text[i] for i in kept)
        for form in words.load().notices.near(plain.casefold(), self._language):
            if m := form.match(plain):
                self._language = form.language
                # Names as the text has them, the marks inside them too.
                spans = {k: m.span(k) for k in m.re.groupindex if m.start(k) >= 0}
                names = {k: bare(text[kept[a] : kept[b - 1] + 1]) for k, (a, b) in spans.items()}
                start = len(plain) - len(plain.lstrip())
                opens = [b - start for k, (a, b) in spans.items() if k in ("by", "who") and a == start]
                return Said(
                    form.event, form.language,
                    YOU if form.by_you else names.get("by"),
                    YOU if form.who_you else names.get("who"),
                    names.get("new"), max(opens, default=-1 if form.text.startswith("{*") else 0),
                )  # fmt: skip
        return None


def bare(name: str) -> str:
    """A name as exported less marks of direction, spaces made plain; the ``~`` of an unsaved contact stays.

    Other invisible characters stay: they may be all that two names differ in.
    """
    plain = " ".join(BIDI.sub("", name).strip("\ufeff").split())
    return f"~ {rest}" if plain.startswith("~") and (rest := plain.lstrip("~ ")) else plain


def clean(name: str) -> str:
    """A name as exported less marks of direction and the ``~`` of an unsaved contact."""
    return bare(name).removeprefix("~ ")


def is_you(name: str) -> bool:
    """Whether a name in a notice speaks to the owner of the phone."""
    return name.casefold() in words.load().you


def opens_with_you(text: str) -> bool:
    """Whether a notice begins by speaking to the owner of the phone."""
    return bare(text).partition(" ")[0].casefold() in words.load().you


def split_names(text: str, language: str, known: Collection[str]) -> list[str]:
    """Several names in one notice ("A, B and C"), in order.

    Known names are kept whole where they hold commas or the word for "and"; the owner comes out as ``YOU``.
    """
    lead = words.load().lead.get(language, "\0") + " "
    if text in known:
        names = [text]
    else:
        names = [n.removeprefix(lead) for n in _split(text, words.load().lists.get(language, ()), known)]
    return [YOU if is_you(n) else n for n in names]


def _split(text: str, joins: Sequence[str], known: Collection[str]) -> list[str]:
    """The reading that covers most of the text with known names; among equals the last "and" parts the last two."""
    text = _COMMAS.sub(", ", text)
    readings = [(_join_known(text.split(", "), known), -1)]
    for word in joins:
        for comma in (", ", " "):  # "A, B, and C"
            for m in re.finditer(re.escape(f"{comma}{word} "), text, re.IGNORECASE):
                left, right = text[: m.start()].strip(", "), text[m.end() :].strip()
                if left and right and (", " not in right or right in known):
                    readings.append(([*_join_known(left.split(", "), known), right], m.start()))
    return max(readings, key=lambda r: (sum(len(n) for n in r[0] if n in known), r[1]))[0]


def _join_known(pieces: list[str], known: Collection[str]) -> list[str]:
    """Put pieces of a list together again where they make a known name; the longest first."""
    out, i = [], 0
    while i < len(pieces):
        ends = range(len(pieces), i, -1)
        j = next((j for j in ends if ", ".join(pieces[i:j]).strip() in known), i + 1)
        out.append(", ".join(pieces[i:j]).strip())
        i = j
    return [n for n in out if n]
