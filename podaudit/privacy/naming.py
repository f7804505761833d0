"""Where names stand in a text, whatever their spelling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from podaudit.privacy import forms
from podaudit.privacy.known import PART, WORDS, Known, Who, either
from podaudit.privacy.letters import SEAM, folded

# What is put behind a first name or a long surname: the owner's s, and the small forms of seven languages.
_ENDINGS = (
    "s", "je", "jes", "tje", "tjes", "etje", "pje", "ke", "kes", "ken", "ie", "i", "y", "chen", "lein", "erl", "inha", "inho",
    "ita", "ito", "ina", "ino", "etta", "etto",
)  # fmt: skip
_GAP = 3  # characters that may stand between the words of a name
_SPELT = 60  # letters of a name that are looked for where they stand apart
_LONG = 8  # letters of a whole name from which it is found inside a longer word
_LONGEST = 100  # letters of it that are looked for there
_SURNAME = 6  # letters of a surname from which it takes these endings, in small letters too
_ENDED = frozenset(".!?…:;\n•-–*")
_HAILED = frozenset(",!:")


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a text: where it stands in the raw one, and whose it is."""

    start: int
    stop: int
    who: Who


@dataclass(slots=True)
class Namer:
    """Finds the known names of a chat. ``sure`` leaves out what may be an ordinary word wherever it stands."""

    known: Known
    sure: bool = False
    weak: frozenset[str] = frozenset()  # further words that are ordinary ones as well
    _whole: dict[str, Who] = field(init=False, default_factory=dict)  # names that are found inside a longer word
    _lengths: dict[str, list[int]] = field(init=False)  # theirs, the longest first, by the letters they begin with

    def __post_init__(self) -> None:
        lengths: dict[str, set[int]] = defaultdict(set)
        for glued, who in self.known.glued.items():
            if len(glued) >= _LONG:
                cut = glued[:_LONGEST]
                self._whole[cut] = either(self._whole.get(cut), who)
                lengths[cut[:_LONG]].add(len(cut))
        self._lengths = {begins: sorted(held, reverse=True) for begins, held in lengths.items()}

    def inside(self, word: str) -> Who | None:
        """Whose whole name is glued into a longer word: the first such name, and of those that begin there the longest."""
        for at in range(len(word) - _LONG + 1):
            for n in self._lengths.get(word[at : at + _LONG], ()):
                if (who := self._whole.get(word[at : at + n])) is not None:
                    return who
        return None

    def find(self, text: str) -> list[Named]:
        """All names in ``text``, in order, never overlapping; the longest first."""
        copy, origin = folded(text, seams=True)
        words = list(forms.tokens(copy))
        found: list[Named] = []
        at = 0
        while at < len(words):
            who, count = self._from(text, copy, origin, words, at)
            start, stop = words[at][0], words[at + count - 1][1]
            if who is None and (hit := self._single(text, copy, origin, words[at])) is not None:
                who = hit
            if who is None:
                who = self.inside(words[at][2])
            if who is None and (spelt := self._spelt(copy, words, at)) is not None:
                who, stop, count = spelt
            if who is not None:
                found.append(Named(origin[start], origin[stop - 1] + 1, who))
            at += count
        return found

    def _from(
        self, text: str, copy: str, origin: Sequence[int], words: Sequence[tuple[int, int, str]], at: int
    ) -> tuple[Who | None, int]:
        """The longest name of several words that begins at a word; else whether the word is one glued together."""
        held = self.known.sequences.get(words[at][2])
        parts = tuple(w[2] for w in words[at : at + WORDS]) if held else ()
        for n in range(len(parts), 1, -1):
            if (
                held is not None
                and (who := held.get(parts[:n])) is not None
                and all(_near(copy[words[i][1] : words[i + 1][0]]) for i in range(at, at + n - 1))
                and not (
                    self.sure
                    and all(map(self._is_weak, parts[:n]))
                    and not self._capitals(text, origin, words[at : at + n])
                )
            ):
                return who, n
        if words[at][2] in self.weak:  # "mail" is not Mai L.
            return None, 1
        # A possessive s may be glued to the last word: de Vriess, de Vries'
        glued = self.known.glued.get(words[at][2]) or self.known.glued.get(words[at][2].removesuffix("s"))
        return glued, 1

    def _spelt(self, copy: str, words: Sequence[tuple[int, int, str]], at: int) -> tuple[Who, int, int] | None:
        """A name whose letters stand apart, as in A.n.n.a or A N N A: whose, where it ends, of how many letters."""
        letters = ""
        for i, (start, _, word) in enumerate(words[at : at + _SPELT], start=at):
            if len(word) > 1 or (letters and start - words[i - 1][1] != 1):
                break
            letters += word
        for count in range(len(letters), 2, -1):
            name = letters[:count]
            who = self.known.glued.get(name) or self.known.single.get(name)
            if who is not None and not self._is_weak(name):
                return who, words[at + count - 1][1], count
        return None

    def _single(self, text: str, copy: str, origin: Sequence[int], word: tuple[int, int, str]) -> Who | None:
        start, stop, name = word
        raw = text[origin[start]]
        who = self.known.single.get(name)
        if who is not None and self._is_weak(name):
            return who if not self.sure and _stands_as_name(copy, start, stop, raw) else None
        if who is not None:
            return who if len(name) > 2 or (raw.isupper() and not self.sure) else None
        if self.sure and self._is_weak(name):  # French "pris" is no possessive of Pri
            return None
        for ending in ("s",) if self.sure else _ENDINGS:
            stem = name.removesuffix(ending)
            whose = self.known.single.get(stem) if len(stem) > 2 and not self._is_weak(stem) else None
            surname = whose is not None and whose.kind == PART and len(stem) >= _SURNAME
            if whose is not None and (ending == "s" or surname or (stem in self.known.first and raw.isupper())):
                return whose
        if not self.sure and raw.isupper():
            return self.known.short.get(name)
        return None

    def _is_weak(self, word: str) -> bool:
        return len(word) == 1 or word in self.known.weak or word in self.weak

    @staticmethod
    def _capitals(text: str, origin: Sequence[int], words: Sequence[tuple[int, int, str]]) -> bool:
        return all(text[origin[start]].isupper() and len(word) > 1 for start, _, word in words)


def _near(between: str) -> bool:
    between = forms.ESCAPE.sub(" ", between)
    return len(between) <= _GAP and not any(c.isdigit() or c == "\n" for c in between)


def _stands_as_name(copy: str, start: int, stop: int, raw: str) -> bool:
    """Whether a word that is an ordinary one as well stands here as a name: a capital inside a sentence, an @, hailed."""
    before = copy[:start].rstrip(" \t" + SEAM)
    if copy[max(0, start - 1) : start] in ("@", "#"):
        return True
    if not raw.isupper():
        return False
    opens = not before or before[-1] in _ENDED
    return not opens or copy[stop : stop + 1] in _HAILED
