"""The phrase books: words as data, compiled into fast, explainable matching.

A *topic* (``replies``, ``rules``, …) has a file ``<topic>.toml`` beside this module that names its *concepts* and says what
each means, and one phrase book per language, ``<language>/<topic>.toml``. A phrase book is a list of entries::

    [[entry]]
    id = "nl.done.staat"            # unique over all books
    is = "done"                     # the concept, as named in replies.toml
    words = ["staat [er] (op|onder)", "heb* ... gereageerd"]
    yes = ["Zo, staat eronder!"]    # at least one line that it must match
    no = ["staat er nog iets op de agenda?"]  # and at least one that it must not

The words, matched on the folded text (lower case, no accents), at word boundaries:

=============  =================================================================================
``word``       that word; words in a row may have a comma or the like between them, no full stop
``word*``      any ending; ``*word`` any beginning; ``*word*`` both
``...``        up to five words of the same sentence; ``..`` up to two
``(a|b c|d*)`` any of these
``[a]``        may be left out; ``[a|b]`` too
``#``          a number in digits; ``#x``, ``€#``: one that other signs are written to
``<concept>``  whatever matches that concept of the same topic in the same language or in ``any``
``^`` ``$``    begin and end of the message; ``\\$`` is the sign itself
=============  =================================================================================

The folder ``any`` holds what belongs to no language (emoji, ticks). Every language is always matched: it weighs, it never gates.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

from podaudit.lexicon.fold import fold
from podaudit.model import PodauditError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

HERE = Path(__file__).parent
LANGUAGES = ("any", "nl", "en", "de", "fr", "es", "pt", "it")

_SEP = r"[^\w.!?\n]{1,4}"
_RUN = r"[^\w.!?\n]{1,12}"
_ELEMENT = re.compile(r"\s*(\.\.\.|\.\.|[\[(]|[\])|]|<[\w.]+>|[^\s\[\]()|<>]+)")
_PLAIN = re.compile(r"[a-z0-9]+(?: +[a-z0-9]+)*")
_GROUP = re.compile(r"[(\[][^()\[\]]*[)\]]|<[\w.]+>|\.\.\.?|[^\s()\[\]]*#[^\s()\[\]]*|\\?[\^$]")
_BETWEEN = re.compile(_SEP)
_CHOICE = re.compile(r"\(([^()\[\]<]*)\)")
_FLAT = frozenset("()[]|")
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_TOKEN = regex.compile(r"\w+|[^\w\s]")
_PREFIXES = range(1, 25)


class LexiconError(PodauditError):
    """A phrase book that cannot be used: says which file, which entry, and what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its kind: hashed by what it is, not by all its lines
class Entry:
    """One entry of a phrase book."""

    id: str
    topic: str
    concept: str
    language: str
    words: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words of a message that match an entry; ``start`` and ``stop`` count characters of the folded text."""

    concept: str
    entry: str
    start: int
    stop: int
    phrase: str
    language: str = "any"


_Literals = frozenset[tuple[str, bool, bool]]  # (text, open at the left, open at the right)


class _Phrase(NamedTuple):  # there are tens of thousands of them, and these are made in a quarter of the time
    entry: Entry
    words: str
    plain: tuple[str, ...]  # the words, where the phrase is nothing but words in a row
    needs: tuple[_Literals, ...]  # of each of these, one must be there
    literals: _Literals  # the rarest of them, to be found by


@dataclass(slots=True)
class _Index:
    """The phrases of a topic by a literal that each of them requires."""

    exact: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    prefix: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    inner: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class Lexicon:
    """All phrase books, compiled. Build it with :func:`load`; immutable from then on."""

    def __init__(self, about: dict[str, dict[str, str]], entries: Sequence[Entry]) -> None:
        self.about = about
        self.entries = tuple(entries)
        by_concept: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for e in self.entries:
            by_concept[e.topic, e.concept, e.language].append(e)
        self._by_concept = dict(by_concept)
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._index: dict[str, _Index] = defaultdict(_Index)
        for e in self.entries:
            for words in e.words:
                folded = fold(words)
                plain = tuple(folded.split()) if _PLAIN.fullmatch(folded) else ()
                needs = (frozenset({(max(plain, key=len), False, False)}),) if plain else _needs(folded)
                literals = max(needs, key=_worth, default=frozenset()) or self._compile(words, e, ())[1]
                if not literals:
                    raise LexiconError(f"phrase book entry {e.id}: {words!r} has no word that must be there; add one")
                number = len(self._phrases[e.topic])
                self._phrases[e.topic].append(_Phrase(e, words, plain, needs, literals))
                index = self._index[e.topic]
                for text, left, right in literals:
                    kind = index.inner if left or not _is_token(text) else index.prefix if right else index.exact
                    kind[text].append(number)
        self._scan = lru_cache(maxsize=1 << 16)(self._scan_uncached)

    # ------------------------------------------------------------------------------------------------------- compiling

    def _compile(self, words: str, entry: Entry, seen: tuple[str, ...]) -> tuple[str, _Literals]:
        folded = fold(words)
        if _PLAIN.fullmatch(folded):  # most phrases: words in a row
            parts = folded.split()
            longest = max(parts, key=lambda w: (len(w), w))
            return rf"\b{_SEP.join(parts)}\b", frozenset({(longest, False, False)})
        pattern, literals, rest = self._sequence(elements(folded), entry, seen)
        if rest:
            raise LexiconError(f"phrase book entry {entry.id}: {words!r} has a bracket too many")
        return pattern, literals

    def _sequence(self, tokens: list[str], entry: Entry, seen: tuple[str, ...]) -> tuple[str, _Literals, list[str]]:
        out, best, glue = "", _Literals(), ""
        while tokens and tokens[0] not in ("]", ")", "|"):
            token, tokens = tokens[0], tokens[1:]
            if token in ("...", ".."):
                glue = rf"(?:{_RUN}\w{{1,40}}){{0,{5 if token == '...' else 2}}}?{_RUN}" if out else ""
                continue
            if (token == "^" and out) or (token == "$" and tokens and tokens[0] not in ("]", ")", "|")):
                raise LexiconError(f"phrase book entry {entry.id}: {token} stands where it can never match")
            if token == "^":
                out, glue = out + r"(?<![\s\S])\W*", ""
                continue
            if token == "$":
                out += r"(?=\W*(?![\s\S]))"
                continue
            literals = _Literals()
            if token in ("(", "["):
                piece, literals, tokens = self._choice(tokens, entry, seen, "]" if token == "[" else ")")
                if token == "[":
                    out += f"(?:{glue}{piece})?" if out else f"(?:{piece}{_SEP})?"
                    glue = (glue or _SEP) if out and not out.endswith(f"{_SEP})?") else ""
                    continue
            elif token.startswith("<"):
                piece, literals = self._reference(token[1:-1], entry, seen)
            else:
                if not token.strip("*"):
                    raise LexiconError(f"phrase book entry {entry.id}: a star stands beside no word")
                piece, literals = self._word(token)
            out += (glue or "") + piece
            glue = _SEP
            if literals and (not best or _worth(literals) > _worth(best)):
                best = literals
        return out, best, tokens

    def _choice(
        self, tokens: list[str], entry: Entry, seen: tuple[str, ...], end: str
    ) -> tuple[str, _Literals, list[str]]:
        pieces, literals, all_have = [], _Literals(), True
        while True:
            piece, found, tokens = self._sequence(tokens, entry, seen)
            pieces.append(piece)
            literals |= found
            all_have &= bool(found)
            if not tokens:
                raise LexiconError(f"phrase book entry {entry.id}: a bracket is not closed")
            mark, tokens = tokens[0], tokens[1:]
            if mark == end:
                return f"(?:{'|'.join(pieces)})", literals if all_have else frozenset(), tokens
            if mark != "|":
                raise LexiconError(f"phrase book entry {entry.id}: brackets are crossed")

    def _reference(self, name: str, entry: Entry, seen: tuple[str, ...]) -> tuple[str, _Literals]:
        if name in seen:
            raise LexiconError(f"phrase book entry {entry.id}: <{name}> refers to itself")
        topic, _, concept = name.rpartition(".")
        sources = [
            e
            for language in dict.fromkeys(("any", entry.language))
            for e in self._by_concept.get((topic or entry.topic, concept, language), ())
        ]
        if not sources:
            raise LexiconError(f"phrase book entry {entry.id}: <{name}> has no entry in {entry.language}")
        pieces, literals, all_have = [], _Literals(), True
        for source in sources:
            for words in source.words:
                piece, found = self._compile(words, source, (*seen, name))
                pieces.append(piece)
                literals |= found
                all_have &= bool(found)
        return f"(?:{'|'.join(pieces)})", literals if all_have else frozenset()

    def _word(self, token: str) -> tuple[str, _Literals]:
        left, right = token.startswith("*") and len(token) > 1, token.endswith("*") and len(token) > 1
        text = token[1 if left else 0 : len(token) - 1 if right else None].replace("\\", "")
        start = r"\b\w{0,20}" if left else r"\b"  # beside a letter what looking around says, compiled in half the time
        stop = r"\w{0,20}\b" if right else "" if text[-1:] == "#" else r"\b"
        pattern = r"\d+".join(map(_escape, text.split("#")))
        literal = text if text.replace("#", "").isalnum() else max(text.split("#"), key=len)
        literals = frozenset({(literal, left, right)}) if literal else _Literals()
        return f"{start * _of_word(text[:1])}{pattern}{stop * _of_word(text[-1:])}", literals

    @cache  # noqa: B019 - a Lexicon lives as long as the process
    def pattern(self, words: str, entry: Entry) -> re.Pattern[str]:
        """The pattern of some words of an entry, for folded texts. Raises LexiconError where they are malformed."""
        # The library's own engine compiles these in a third of the time, and every run in them is bounded: no timeout needed.
        return re.compile(self._compile(words, entry, ())[0])

    # -------------------------------------------------------------------------------------------------------- matching

    def gate(
        self, topic: str, folded: pa.Array | pa.ChunkedArray, concepts: tuple[str, ...] = ()
    ) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which messages hold a word that some phrase of the topic (or of those concepts) requires: one RE2 pass."""
        import pyarrow.compute as pc

        return pc.match_substring_regex(folded, self._gate_pattern(topic, concepts)).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]

    @cache  # noqa: B019 - a Lexicon lives as long as the process
    def _gate_pattern(self, topic: str, concepts: tuple[str, ...]) -> str:
        wanted = [p for p in self._phrases[topic] if not concepts or p.entry.concept in concepts]
        literals = {literal for p in wanted for literal in p.literals}
        groups: dict[str, set[str]] = defaultdict(set)
        for text, left, right in literals:
            kind = "inner" if left or not _is_token(text) else "prefix" if right else "exact"
            kind = "inner" if not _of_word(text[-1:]) or not _of_word(text[:1]) else kind
            groups[kind].add(regex.escape(text).replace(r"\#", r"\d+"))
        parts = [rf"\b(?:{'|'.join(sorted(groups['exact']))})\b"] if groups["exact"] else []
        parts += [rf"\b(?:{'|'.join(sorted(groups['prefix']))})"] if groups["prefix"] else []
        return "|".join(parts + sorted(groups["inner"])) or r"\z\A."

    def scan(self, topic: str, folded: str) -> tuple[Hit, ...]:
        """All matches of a topic's phrases in one folded message, by start; overlapping ones too, one per phrase and place."""
        return self._scan(topic, folded)

    def _scan_uncached(self, topic: str, folded: str) -> tuple[Hit, ...]:
        index, phrases = self._index[topic], self._phrases[topic]
        numbers: set[int] = set()
        for token in _numbered(dict.fromkeys(_TOKEN.findall(folded))):
            if token in index.exact:
                numbers.update(index.exact[token])
            for n in _PREFIXES:
                if n > len(token):
                    break
                if token[:n] in index.prefix:
                    numbers.update(index.prefix[token[:n]])
        for text, found in index.inner.items():
            if text in folded:
                numbers.update(found)
        if not numbers:
            return ()
        words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(folded)]
        held = set(_numbered(w for w, _, _ in words))
        begun = {w[:n] for w in held for n in range(1, len(w) + 1)}
        hits: set[Hit] = set()
        for p in (phrases[n] for n in numbers):
            if p.plain:
                spans = _runs(p.plain, words, folded) if held.issuperset(p.plain) else ()
            else:
                there = _there(p.needs, held, begun, folded)
                spans = (m.span() for m in self.pattern(p.words, p.entry).finditer(folded)) if there else ()
            for start, stop in spans:
                phrase = folded[start:stop].strip()
                hits.add(Hit(p.entry.concept, p.entry.id, start, stop, phrase, p.entry.language))
        return tuple(sorted(hits, key=lambda h: (h.start, -h.stop, h.concept, h.entry)))

    def _malformed(self) -> Iterable[LexiconError]:
        for phrases in self._phrases.values():
            for phrase in phrases:
                try:
                    self.pattern(phrase.words, phrase.entry)
                except LexiconError as fault:
                    yield fault

    def check(self) -> list[str]:
        """What is wrong with the ``yes`` and ``no`` lines of the books, a sentence each; empty when all is well."""
        faults = [str(f) for f in self._malformed()]
        for e in self.entries:
            if not e.yes or not e.no:
                faults.append(f"{e.id}: at least one yes line and one no line are needed")
            for line in e.yes:
                if not any(h.entry == e.id for h in self.scan(e.topic, fold(line))):
                    faults.append(f"{e.id}: does not match its yes line {line!r}")
            for line in e.no:
                if any(h.entry == e.id for h in self.scan(e.topic, fold(line))):
                    faults.append(f"{e.id}: matches its no line {line!r}")
        return faults


def elements(words: str) -> list[str]:
    """The words, brackets and marks of a phrase, folded."""
    return _ELEMENT.findall(fold(words))


def _worth(literals: _Literals) -> tuple[int, int]:
    return min(len(text) for text, _, _ in literals), -len(literals)


def _numbered(tokens: Iterable[str]) -> Iterator[str]:
    """Some tokens, and those with digits once more as phrases spell them: ``3x`` as ``#x``."""
    for token in tokens:
        yield token
        if (spelt := _DIGITS.sub("#", token)) != token:
            yield spelt


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text.replace("#", "0")) is not None


def _of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "#"


def _escape(text: str) -> str:
    return text if text.isalnum() else regex.escape(text)


def _runs(plain: tuple[str, ...], words: Sequence[tuple[str, int, int]], folded: str) -> Iterator[tuple[int, int]]:
    """Where words stand in a row: what the pattern of a plain phrase matches, without compiling it."""
    first, n = plain[0], len(plain)
    for i in range(len(words) - n + 1):
        if words[i][0] == first and all(
            words[i + k][0] == plain[k] and _BETWEEN.fullmatch(folded, words[i + k - 1][2], words[i + k][1])
            for k in range(1, n)
        ):
            yield words[i][1], words[i + n - 1][2]


def _needs(folded: str) -> tuple[_Literals, ...]:
    """What must be there, read off a phrase without nested brackets: each word, and one word of each alternative."""
    bare = _GROUP.sub(" ", folded)
    if not _FLAT.isdisjoint(bare):
        return ()
    found = [frozenset({literal}) for word in bare.split() if (literal := _literal(word))]
    for group in _CHOICE.findall(folded):
        words = [_longest(alternative) for alternative in group.split("|")]
        if all(words):
            found.append(frozenset(w for w in words if w))
    return tuple(found)


def _there(needs: tuple[_Literals, ...], words: Set[str], begun: Set[str], folded: str) -> bool:
    """Does a message hold all that a phrase needs? Sparing the pattern of most phrases, which costs more to compile.

    ``begun``: what the words begin with.
    """
    for need in needs:
        for text, left, right in need:
            if text in (folded if left else begun if right else words):
                break
        else:
            return False
    return True


@cache
def _literal(word: str) -> tuple[str, bool, bool] | None:
    core = word.strip("*")
    return (core, word[0] == "*", word[-1] == "*") if core.isalnum() else None


@cache
def _longest(text: str) -> tuple[str, bool, bool] | None:
    words = [literal for word in text.split() if (literal := _literal(word))]
    return max(words, key=lambda w: (len(w[0]), w[0]), default=None)


@lru_cache(maxsize=4)
def load(folder: Path = HERE) -> Lexicon:
    """Read and compile all phrase books under ``folder``.

    Raises LexiconError naming file and entry where a book is malformed. The ``yes`` and ``no`` lines are held to by
    :meth:`Lexicon.check`, which the tests run: at every start it would cost more than the audit of a small chat.
    """
    about = {p.stem: {str(k): str(v) for k, v in _toml(p).items()} for p in sorted(folder.glob("*.toml"))}
    entries: dict[str, Entry] = {}
    for language in LANGUAGES:
        for path in sorted((folder / language).glob("*.toml")):
            for entry in _entries(path, language, about):
                if entry.id in entries:
                    raise LexiconError(f"phrase book {language}/{path.name}: the id {entry.id} stands twice")
                entries[entry.id] = entry
    return Lexicon(about, list(entries.values()))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise LexiconError(f"phrase book {path.parent.name}/{path.name}: {fault}") from fault


def _entries(path: Path, language: str, about: dict[str, dict[str, str]]) -> Iterable[Entry]:
    topic = path.stem
    for raw in _toml(path).get("entry", []):
        where = f"phrase book {language}/{path.name}, entry {raw.get('id', '?')}"
        if unknown := set(raw) - {"id", "is", "words", "yes", "no"}:
            raise LexiconError(f"{where}: unknown field {sorted(unknown)[0]}")
        if raw.get("is") not in about.get(topic, {}):
            raise LexiconError(f"{where}: {raw.get('is')!r} is no concept of {topic}.toml")
        if not raw.get("words"):
            raise LexiconError(f"{where}: no words")
        yield Entry(
            str(raw["id"]), topic, raw["is"], language,
            tuple(raw["words"]), tuple(raw.get("yes", ())), tuple(raw.get("no", ())),
        )  # fmt: skip
