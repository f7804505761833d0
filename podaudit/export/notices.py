"""The app's notices -> membership events, in whatever language the phone spoke."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from podaudit.export import words
from podaudit.export.words import MARKS

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
        plain = MARKS.sub("", text).strip()
        for form in words.load().notices.near(plain.casefold(), self._language):
            if m := form.match(plain):
                self._language = form.language
                groups = m.groupdict()
                opens = [m.end(k) for k in ("by", "who") if groups.get(k) is not None and m.start(k) == 0]
                return Said(
                    form.event, form.language,
                    YOU if form.by_you else _name(groups.get("by")),
                    YOU if form.who_you else _name(groups.get("who")),
                    _name(groups.get("new")), max(opens, default=-1 if form.text.startswith("{*") else 0),
                )  # fmt: skip
        return None


def _name(text: str | None) -> str | None:
    return bare(text) if text is not None else None


def bare(name: str) -> str:
    """A name as exported less invisible marks, inner spaces made plain; the ``~`` of an unsaved contact stays."""
    plain = " ".join(MARKS.sub("", name).split())
    return f"~ {rest}" if plain.startswith("~") and (rest := plain.lstrip("~ ")) else plain


def clean(name: str) -> str:
    """A name as exported less invisible marks and the ``~`` of an unsaved contact."""
    return bare(name).removeprefix("~ ")


def is_you(name: str) -> bool:
    """Whether a name in a notice speaks to the owner of the phone."""
    return name.casefold() in words.load().you


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
    readings = [(_join_known(text.split(", "), known), -1)]
    low = text.casefold()
    for word in joins:
        for comma in (", ", " "):  # "A, B, and C"
            cut = f"{comma}{word} "
            at = low.find(cut) if len(low) == len(text) else -1
            while at >= 0:
                left, right = text[:at].strip(", "), text[at + len(cut) :].strip()
                if left and right and (", " not in right or right in known):
                    readings.append(([*_join_known(left.split(", "), known), right], at))
                at = low.find(cut, at + 1)
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
