"""How a message is read for what it says of calls: cut into clauses, each with its names, signs, counts and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import regex

from podaudit import when
from podaudit.detect.chat import LINK_SIGN, Chat
from podaudit.detect.names import Mention
from podaudit.detect.pronouns import OF_OTHERS, PRONOUNS, TELLS_OF
from podaudit.detect.signs import EMOJI, WORD, Sign, said, stems
from podaudit.detect.weighing import below
from podaudit.lexicon import Hit, Lexicon
from podaudit.model import ReplyStatus

# The end of a sentence, or a break within one; a full stop or slash between digits is neither.
_BREAK = regex.compile(
    r"(?P<end>[.!?\n](?<!\d\.(?=\d))[.!?\n\s]*)|[,;()]|\s[-+]\s|\b(?:maar|but|aber|mais|pero|mas|ma)\b"
)
_OF_N = r"(?:/|of|out of|von|van|van de|de|di|sur|su|por|uit|aus)"
_RATIO = regex.compile(rf"(?<![\d/:.,])(\d{{1,2}})\s*{_OF_N}\s*(?:the\s+)?(\d{{1,2}})(?!\d|[/:.,]\d)")
_DIGITS = regex.compile(
    r"(?<!\b(?:om|at|um|a|as|alle|las|vers|per|nr|no|week|dag|plek voor|vor|bis|tot|by) )(?<![\d:.,/#€$+-])(\d{1,2})\s*(?:x\b|×)?"
    r"(?!\d|[a-wyz]|[:.,%/]\d|%|\s*(?:min|uur|u\b|h\b|hrs?\b|hour|heure|ore\b|hora|am\b|pm\b|uhr|std|jaar|year|tag|dag|day|days|weken|"
    r"week|k\b|sec|s\b|euro|€))"
)
_SIGNED = regex.compile(r"(?:\p{Extended_Pictographic}\s*)+")
_LENGTHS = (2, 4, 8, 14, 22, 40)  # words
_MANY = 15  # calls that somebody counts
_ASIDE = 8  # words of a clause in which a sign may be a word like any other
YOU_ALL = regex.compile(r"\b(?:jullie|you guys|y'all|you all|ihr|euch|vous|vosotros|ustedes|voces|voi)\b")


@dataclass(slots=True)
class Clause:
    """A stretch of a message that says one thing."""

    text: str
    question: bool = False
    hits: dict[str, Hit] = field(default_factory=dict)  # concept -> its first hit
    names: list[str] = field(default_factory=list)  # members (and outsiders) with calls
    signs: list[str] = field(default_factory=list)
    count: int | None = None
    ratio: bool = False
    other: int = 0  # words that are no names
    of_others: bool = False  # it tells what somebody or something else did or is

    def has(self, *concepts: str) -> Hit | None:
        for concept in concepts:
            if concept in self.hits:
                return self.hits[concept]
        return None


@dataclass(frozen=True, slots=True)
class Said:
    """What a clause says: status, how surely, why, and by which way that is known."""

    status: ReplyStatus
    strong: bool
    why: str
    way: str = "words"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as read. ``clauses`` are shared between equal messages: leave them as they are."""

    hits: Mapping[str, Hit]  # concept -> its first hit
    clauses: tuple[Clause, ...]
    traits: frozenset[str]  # what the text shows, wherever it stands
    members: tuple[str, ...]  # clearly named, each once
    names: bool  # it names somebody, a member or not
    count: int | None  # how many it says, whatever of

    def spoken(self, known: Set[str]) -> Iterator[Clause]:
        """The clauses, naming only those who have made a call by then."""
        for clause in self.clauses:
            names = [n for n in clause.names if n in known]
            yield clause if len(names) == len(clause.names) else replace(clause, names=names)


class Reader:
    """Reads the messages of one chat; equal messages once."""

    def __init__(self, chat: Chat, lexicon: Lexicon, signs: Mapping[str, Sign], outsiders: Mapping[str, str]) -> None:
        self._chat, self._lexicon, self.signs, self._outsiders = chat, lexicon, signs, outsiders
        self._stems = stems(signs)
        self.read = lru_cache(maxsize=1 << 15)(self._read)

    def _read(self, folded: str) -> Message:
        found = [h for h in self._lexicon.scan("replies", folded) if self._chat.at_home(h)]
        hits = tuple(h for h in found if not any(_drowned(h, other) for other in found))
        first = {h.concept: h for h in reversed(hits)}
        clauses = tuple(self._clauses(folded, hits))
        return Message(
            hits=first,
            clauses=clauses,
            traits=frozenset(self._traits(folded, first, clauses)),
            members=tuple(self._chat.names.members_in(folded)),
            names=bool(self._chat.names.found(folded)) or any(c.names for c in clauses),
            count=next((c.count for c in clauses if c.count), None),
        )

    def _traits(self, folded: str, hits: Mapping[str, Hit], clauses: Sequence[Clause]) -> Iterator[str]:
        yield from (f"word {concept}" for concept in hits)
        yield f"words {below(len(folded.split()), _LENGTHS)}"
        signs = [s for c in clauses for s in c.signs]
        if signs:
            yield "sign sure" if any(self.signs[s].sure for s in signs) else "sign weak"
        yield from (name for name in ("ratio", "count") if any(getattr(c, name) for c in clauses))
        if not WORD.search(folded) and EMOJI.search(folded):
            yield "emoji only"
        yield from (name for name, mark in (("asks", "?"), ("holds a link", LINK_SIGN)) if mark in folded)
        yield from (name for name, pattern in PRONOUNS.items() if pattern.search(folded))
        if clauses and all(c.of_others for c in clauses):
            yield "tells of others"
        mentions = self._chat.names.found(folded)
        if mentions and mentions[0].start <= 1:
            yield "name alone" if mentions[0].stop + 2 >= len(folded) else "name first"

    def _clauses(self, folded: str, hits: tuple[Hit, ...]) -> Iterator[Clause]:
        words = [(m.start(), m[0]) for m in WORD.finditer(folded)]
        mentions = self._chat.names.found(folded)
        start, open_ = 0, list[Clause]()
        for stop, ends, asks in _cuts(folded, mentions):
            text = folded[start:stop]
            if text and not text.isspace():
                clause = Clause(text)
                inside = [m for m in mentions if start <= m.start < stop]
                for h in hits:
                    if start <= h.start < stop and not any(m.start <= h.start < m.stop for m in inside):
                        clause.hits.setdefault(h.concept, h)
                clause.names = list(dict.fromkeys(m.member for m in inside if m.member))
                own = [w for at, w in words if start <= at < stop and not any(m.start <= at < m.stop for m in inside)]
                clause.other = len(own)
                clause.names += [self._outsiders[w] for w in own if w in self._outsiders]
                clause.signs = said(self.signs, self._stems, text) if self.signs else []
                clause.count, clause.ratio = _count(clause, own)
                clause.of_others = _of_others(clause, inside, folded, start, stop)
                open_.append(clause)
            if ends:
                for clause in open_:
                    clause.question = asks
                yield from open_
                open_ = []
            start = stop


def _of_others(clause: Clause, mentions: Sequence[Mention], folded: str, start: int, stop: int) -> bool:
    """Is the clause's subject a member named, or another person or thing that is away?"""
    if any(PRONOUNS[who].search(clause.text) for who in ("i", "we")) and not OF_OTHERS.match(clause.text):
        return False
    if clause.names and mentions:
        named = not folded[start : mentions[0].start].strip(" \n.-*@")
        return bool(named and TELLS_OF.match(folded, mentions[0].stop, stop))
    return bool(clause.has("absent", "excuse") and OF_OTHERS.match(clause.text))


def _cuts(folded: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, bool, bool]]:
    """Ends of clauses: (position, is the sentence over, does it ask)."""
    breaks = [(m.end(), bool(m["end"]), "?" in m[0]) for m in _BREAK.finditer(folded)]
    if len(mentions) > 1:  # «Anna ✅ Bob after lunch»
        breaks += [
            (m.end(), False, False)
            for a, b in pairwise(mentions)
            for m in _SIGNED.finditer(folded, a.stop, b.start)
            if not any(a.stop < stop <= b.start for stop, _, _ in breaks)
        ]
    yield from sorted(breaks)
    yield len(folded), True, False


def _count(clause: Clause, own: list[str]) -> tuple[int | None, bool]:
    digits = any(c.isdigit() for c in clause.text)
    if digits and (m := _RATIO.search(clause.text)):
        return (int(m[1]), True) if 0 < int(m[1]) <= int(m[2]) <= 40 else (None, False)
    if "both" in clause.hits:
        return 2, False
    spoken = [n for w in own if (n := when.number(w)) is not None]
    if len(spoken) == 2 and spoken[0] == spoken[1] > 1 and len(own) <= 4:
        return spoken[0], True  # «cuatro de cuatro»
    if digits and (m := _DIGITS.search(clause.text)):
        spoken.insert(0, int(m[1]))
    big = next((n for n in spoken if 1 < n <= _MANY), None)
    if big is not None and (when.clocks(clause.text) or when.duration(clause.text)):
        big = None  # «at eight» counts no calls
    if big is not None:
        return big, False
    marks = [c for c in EMOJI.findall(clause.text) if c != LINK_SIGN and (not own or c in clause.signs)]
    if len(marks) > 1 and len(set(marks)) == 1:
        return len(marks), False
    return None, False


def meaning(clause: Clause, signs: Mapping[str, Sign]) -> Said | None:
    """What the clause's own words and signs say; None where they say nothing of a call."""
    promise, later, done = clause.has("promise"), clause.has("later"), _plain(clause, "done")
    signed = [s for s in clause.signs if signs[s].sure]
    sure = bool(signed) or clause.ratio
    if "howto" in clause.hits and not (sure or clause.names):
        return None
    if clause.of_others and not signed:
        return None  # «Lynn did all of them»
    if (refuse := clause.has("refuse")) and _carries(refuse, clause):
        return Said(ReplyStatus.REFUSE, True, f"skips it: “{refuse.phrase}”")
    if "notyet" in clause.hits and not sure:
        return Said(ReplyStatus.PROMISE, True, f"says when: “{promise.phrase}”") if promise else None
    if clause.question and not sure and not (clause.count and done):
        return None
    if promise and not sure and not (done and done.start < promise.start) and _carries(promise, clause):
        return Said(ReplyStatus.PROMISE, True, f"announces it: “{promise.phrase}”")
    if sure:
        why = signs[signed[0]].why if signed else f"counts: “{clause.text.strip()[:30]}”"
        aside = clause.other > _ASIDE and not (clause.names or clause.ratio or clause.count or _edge(clause))
        return Said(ReplyStatus.DONE, not aside, why, "sign" if signed else "count")
    if done and (_opens(done, clause) or not (later and later.start >= done.stop and not clause.count)):
        return Said(
            ReplyStatus.DONE,
            bool(clause.names or clause.count) or _carries(done, clause),
            f"says it is done: “{done.phrase}”",
        )
    if later and ((clause.names and clause.other <= 6) or clause.count or clause.has("all", "both")):
        return Said(ReplyStatus.PROMISE, False, f"names a later time: “{later.phrase}”", "time")
    if "received" in clause.hits:
        return None
    if (excuse := clause.has("excuse")) and _carries(excuse, clause):
        return Said(ReplyStatus.EXCUSE, True, f"says it cannot be done: “{excuse.phrase}”")
    if clause.signs:
        return Said(ReplyStatus.DONE, False, signs[clause.signs[0]].why, "sign")
    if "idiom" in clause.hits and not clause.count:
        return None  # «good luck, Kim ❤»
    counted = _plain(clause, "all") or clause.count
    if (hit := clause.has("tick", "weak", "both")) or (counted and clause.other <= 3):
        words = (hit or clause.has("all")).phrase if hit or clause.has("all") else clause.text.strip()[:30]  # type: ignore[union-attr]
        return Said(ReplyStatus.DONE, False, f"“{words}” right after a call", "mark")
    return None


def _drowned(hit: Hit, other: Hit) -> bool:
    """Is a hit part of a longer one in another language? Spanish «esta la dejo pasar» holds no Portuguese «está lá»."""
    longer = other.start <= hit.start and hit.stop <= other.stop and len(other.phrase) > len(hit.phrase)
    return longer and hit.language != other.language != "any"


def _opens(hit: Hit, clause: Clause) -> bool:
    return clause.text.lstrip(" \n.…-*").startswith(hit.phrase)


def _edge(clause: Clause) -> bool:
    """Does a sign open or close the clause?"""
    text = clause.text.strip()
    return any(text.startswith(s) or text.endswith(s) for s in clause.signs)


def _carries(hit: Hit, clause: Clause) -> bool:
    """Is the clause about what the hit says? One word in a long clause may be about anything."""
    return _opens(hit, clause) or " " in hit.phrase or clause.other <= 5


def _plain(clause: Clause, concept: str) -> Hit | None:
    """A hit that is no part of an idiom: «well done, Kim» reports nothing."""
    hit, idiom = clause.has(concept), clause.has("idiom")
    return None if hit and idiom and idiom.start <= hit.start and hit.stop <= idiom.stop else hit


def is_list(chat: Chat, folded: str) -> bool:
    """Lists of who did and who did not are no replies of the one who made them."""
    lines = [x for x in folded.split("\n") if x.strip()] if folded.count("\n") > 2 else []
    return len(lines) > 3 and sum(bool(chat.names.found(x)) for x in lines) >= 3
