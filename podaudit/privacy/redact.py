"""A text without what gives people away: names become pseudonyms, the rest a word in square brackets for what it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from podaudit.privacy import forms
from podaudit.privacy.known import Known, Who
from podaudit.privacy.letters import words
from podaudit.privacy.naming import Namer
from podaudit.privacy.tokens import Tokens

NAME = "[name]"  # somebody's, but whose is not clear
REST = "[rest]"  # of a message longer than any that WhatsApp sends
_SHORT = 2  # letters of a shown name that is looked for as a word only
_COUNTED = 4  # digits of a count right after a number, and one more
_INVISIBLE = "\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u200b\u200c\u200d\u200e\u200f\ufeff"

_Span = tuple[int, int, Who]


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one chat; equal texts are worked out once."""

    known: Known
    tokens: Tokens
    members: Mapping[str, str]  # canonical name -> pseudonym
    _namer: Namer = field(init=False)
    _shown: re.Pattern[str] | None = field(init=False)
    _signs: re.Pattern[str] | None = field(init=False)
    _done: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._namer = Namer(self.known)
        shown = sorted(
            (name for name in self.known.shown if _SHORT < len(name) <= forms.READ), key=lambda name: (-len(name), name)
        )
        self._shown = re.compile(rf"(?<!\w)(?:~\s?)?({'|'.join(map(re.escape, shown))})(?!\w)") if shown else None
        # A name of a sign or two is looked for where it stands alone; whether it is meant as one is not clear.
        signs = sorted(name for name in self.known.shown if len(name) <= _SHORT and not words(name))
        self._signs = re.compile(rf"(?<!\S)[@~]?({'|'.join(map(re.escape, signs))})(?!\S)") if signs else None

    def text(self, text: str) -> str:
        """``text`` redacted."""
        if text not in self._done:
            self._done[text] = self._redacted(text)
        return self._done[text]

    def _redacted(self, text: str) -> str:
        if not text:
            return text
        if len(text) > forms.READ:  # a word that is cut goes with the rest, for half a name is one too
            head = text[: forms.READ]
            return self._redacted(head.removesuffix((head.rsplit(maxsplit=1) or [""])[-1])) + REST
        found = forms.find(text)
        fixed = [(form.start, form.stop, self._placeholder(form)) for form in found if form.kind != "handle"]
        spans = list(fixed)
        names = self._names(text)
        for form in found:  # a name says more than the handle it stands in
            if form.kind == "handle" and not any(form.start < name[1] and name[0] < form.stop for name in names):
                spans.append((form.start, form.stop, self._placeholder(form)))
        handles = [(form.start, form.stop) for form in found if form.kind == "handle"]
        for start, stop, who in names:
            low, high = _apart(*_widened(text, start, stop, handles), fixed)
            if low < high:
                spans.append((low, high, self._pseudonym(who)))
        parts: list[str] = []
        at = 0
        for start, stop, word in sorted(spans):
            if start < at:
                continue
            parts += [text[at:start].rstrip(_INVISIBLE), word]
            at = stop
            while at < len(text) and text[at] in _INVISIBLE:
                at += 1
        return "".join((*parts, text[at:]))

    def _names(self, text: str) -> list[_Span]:
        """The names in a text; those that stand as the app shows them with their signs and emoji."""
        shown = self._shown.finditer(text) if self._shown else ()
        whole: list[_Span] = [(m.start(), m.end(), Who("full name", (self.known.shown[m[1]],))) for m in shown]
        if self._signs:
            whole += [(m.start(), m.end(), Who("full name")) for m in self._signs.finditer(text)]
        every = [*whole, *((named.start, named.stop, named.who) for named in self._namer.find(text))]
        kept: list[_Span] = []
        for start, stop, who in sorted(every, key=lambda span: span[:2]):
            if kept and start < kept[-1][1]:  # of two that overlap, the longer says who
                low, high, other = kept[-1]
                kept[-1] = (low, max(high, stop), who if stop - start > high - low else other)
            else:
                kept.append((start, stop, who))
        return kept

    def _placeholder(self, form: forms.Form) -> str:
        for after in range(_COUNTED) if form.kind == "number" else ():  # digits of a count that stands after it
            number, count = form.value[: len(form.value) - after], form.value[len(form.value) - after :]
            if member := self.known.numbers.get(number[-9:]):
                return f"{self.members[member]} {count}".rstrip()
        if form.kind == "handle" and (who := self.known.glued.get(forms.squeezed(form.value))):
            return self._pseudonym(who)
        return f"[{form.kind}]"

    def _pseudonym(self, who: Who) -> str:
        if len(who.members) == 1:
            return self.members[who.members[0]]
        if who.members:
            return NAME
        if who.outsider:
            return self.tokens.outsider(who.outsider)
        return self.tokens.group(who.group) if who.group else NAME


def _widened(text: str, start: int, stop: int, handles: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """A name with the rest of the handle it stands in, as in ``@anna_85``."""
    for low, high in handles:
        if low < stop and start < high:
            start, stop = min(start, low), max(stop, high)
    while stop < len(text) and (text[stop].isdigit() or text[stop] == "_"):
        stop += 1
    return start, stop


def _apart(start: int, stop: int, fixed: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """Of a name that runs into a link or the name of a file, what stands outside."""
    for low, high, _ in fixed:
        if low < stop and start < high:
            start, stop = (high, stop) if low <= start else (start, low)
    return start, stop
