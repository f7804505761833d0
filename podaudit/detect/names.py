"""Who is meant by a name in a message: full names, first names, mentions, numbers, and names learnt from the chat itself.

A member who is shown as a number or a push name is called by a first name that no table holds. It is learnt from where it
stands: how the member introduces himself or herself, the author's name in the links he or she drops, an ``@name`` that
fits nobody else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import regex

from podaudit.lexicon.fold import fold

if TYPE_CHECKING:
    import pandas as pd

# Words that stand before a first name, or where a first name would, and are none.
_TITLES = frozenset(
    "mr mrs ms miss dr drs ir ing prof mevr mevrouw dhr meneer heer frau herr mme mlle monsieur madame sr sra srta dona don "
    "dott dottssa sig sigra tia tio tante oom coach the de het een team van von el la le il lo os as".split()
)
# Words that open a first message and are nobody's name.
_OPENERS = frozenset(
    "sorry hello hallo hey thanks thank bedankt dank welkom welcome danke merci gracias obrigado obrigada grazie noted ok oke okay "
    "yes ja oui sim si perfect super top leuk goed great nice good guten bonjour salut ciao buongiorno buenas bom boa servus moin "
    "morning morgen hoi hoihoi hi oi ola dag joehoe yo yes haha lol pardon excuus scusate perdon desculpa entschuldigung".split()
)
_WORD = regex.compile(r"[\p{L}][\p{L}'\-]*")
_CAMEL = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})")
_NUMBER = regex.compile(r"@?\+?\(?\d[\d\s().\-]{6,22}\d")
_AT = regex.compile(r"(?<!\w)@([\p{L}][\p{L}\-]+)")
# How people say who they are, over the languages; what stands at «X» is the name.
_INTRO = regex.compile(
    r"(?:\b(?:ik ben|naam is|ik heet|i'?m|i am|this is|it'?s|name'?s|call me|ich bin(?: der| die)?|ich hei(?:ss|ß)e|"
    r"je suis|moi c'?est|je m'?appelle|ici|c'?est|soy|me llamo|aqui|sou (?:o|a)|me chamo|eu sou (?:o|a)|sono|mi chiamo)"
    r"\s+(?P<a>\p{L}[\p{L}\-]+))|(?:(?<!\p{L})(?P<b>\p{L}[\p{L}\-]{1,40})\s*,?\s+(?:hier|here|aqui|ici|qui|da|is my name)\b)"
)
_GREETING = regex.compile(
    r"^\W*(?:(?:hoi|hallo|hey|hi|hello|hola|ola|oi|ciao|salut|bonjour|servus|moin|dag|goedemorgen|goedemiddag|hallo|buenas|"
    r"buongiorno|boas|bom dia|boa tarde|allemaal|allen|iedereen|all|everyone|everybody|folks|zusammen|alle|tous|toutes|a "
    r"tous|a todos|todos|tutti|a tutti|pessoal|gente)\W+)+(?P<c>\p{L}[\p{L}\-]+)(?=\s*[,.!(]|$| uit | van | from | aus | de )"
)


_PAIR = 2  # letters
_SHORT = 24  # letters: no short form of a name is longer
_LONGEST = 200  # characters of a shown name; nobody is called by a longer one
_DRAWN_OUT = 3  # times a letter that a name is drawn out by
_AFTER = 20  # messages in which a post is answered
_FIRST = 3  # messages in which people say who they are
_FEW = 4  # words of a message that is hardly more than a name
_MARKS = regex.compile(r"[^\p{L}\p{N}\s'._-]")
_OWNER_S = regex.compile("'s?$")
_SLUG_END = regex.compile(r"[-_.\d]")
_CAPITAL = regex.compile(r"[\p{L},&+][^\S\n]+(\p{Lu}[\p{L}\-]+)")
_OPENING = regex.compile(r"^\W*(?:\p{L}+\W+)?(?P<d>\p{L}[\p{L}\-]+)\s*[,!]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a folded text. ``members`` holds one name, or several where the words fit several members."""

    members: tuple[str, ...]
    start: int
    stop: int
    at: bool  # written as @name

    @property
    def member(self) -> str | None:
        """The one member meant, if it is clear."""
        return self.members[0] if len(self.members) == 1 else None


@dataclass(frozen=True, eq=False)
class Names:
    """The names by which the chat's members are called."""

    aliases: tuple[tuple[str, tuple[str, ...]], ...]  # folded words -> members, longest first
    numbers: tuple[tuple[str, str], ...]  # last nine digits -> member

    @staticmethod
    def learn(
        members: pd.DataFrame,
        senders: Sequence[str],
        texts: Sequence[str],
        folded: Sequence[str],
        links: pd.DataFrame,
        lines: Sequence[int],
    ) -> Names:
        """Learn them from MEMBERS, who wrote what (raw and folded, links taken out of both) and LINKS."""
        words: dict[str, set[str]] = defaultdict(set)
        numbers: dict[str, str] = {}
        shown = {n: [n, *also] for n, also in zip(members["name"].tolist(), members["also"].tolist(), strict=True)}
        for member, names in shown.items():
            for name in names:
                digits = "".join(c for c in name if c.isdigit())
                if len(digits) >= 7 and not any(c.isalpha() for c in name):
                    numbers[digits[-9:]] = member
                    continue
                for alias in _aliases(name):
                    if len(alias) <= _LONGEST:
                        words[alias].add(member)
        given = {first for names in shown.values() for name in names for first in _aliases(name)[:1]}
        for alias in [a for a in words if a not in given and len(words[a]) > 1]:
            del words[alias]  # a surname or a trade that several share says nothing
        later = {a for a in words if a not in given and " " not in a}
        for alias in _ordinary(later, texts, folded):
            del words[alias]  # «copy» of Stijn copy is a word like any other here
        for alias, member in sorted(_learnt(shown, words, senders, texts, folded, links, lines).items()):
            words[alias].add(member)
        order = sorted(words, key=lambda a: (-len(a), a))
        return Names(tuple((a, tuple(sorted(words[a]))) for a in order), tuple(sorted(numbers.items())))

    def found(self, folded: str) -> tuple[Mention, ...]:
        """The members named in a folded text, in order of place."""
        return _find(self, folded)

    def members_in(self, folded: str) -> list[str]:
        """The members clearly named in a folded text, each once, in order of place."""
        return list(dict.fromkeys(m.member for m in self.found(folded) if m.member))


@cache
def _pattern(names: Names) -> regex.Pattern[str] | None:
    if not names.aliases:
        return None
    parts = [regex.escape(a, literal_spaces=True) + ("s?" if len(a) > 3 else "") for a, _ in names.aliases]
    return regex.compile(rf"(?<![\w-])(?P<at>@(?:~ ?)?)?(?P<alias>{'|'.join(parts)})(?:'s)?(?!\w)")


@lru_cache(maxsize=1 << 16)
def _find(names: Names, folded: str) -> tuple[Mention, ...]:
    found: list[Mention] = []
    pattern, table = _pattern(names), _tables(names)
    if pattern is not None:
        for m in pattern.finditer(folded):
            alias = m["alias"]
            members = table[0].get(alias) or table[0].get(alias[:-1])
            if members:
                found.append(Mention(members, m.start(), m.end(), bool(m["at"])))
    if names.numbers:
        for m in _NUMBER.finditer(folded):
            stop = m.end()  # a count after it is no part of the number, as in "@+31 6 00000000 2"
            while stop > m.start():
                digits = "".join(c for c in folded[m.start() : stop] if c.isdigit())[-9:]
                if member := table[1].get(digits):
                    found.append(Mention((member,), m.start(), stop, m[0].startswith("@")))
                    break
                stop = folded.rfind(" ", m.start(), stop)
    return tuple(sorted(found, key=lambda x: (x.start, x.stop)))


@cache
def _tables(names: Names) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    return dict(names.aliases), dict(names.numbers)


def _aliases(name: str) -> list[str]:
    """The words a member may be called by, the first name first: ``Yvonne VA`` -> yvonne, yvonne va, va."""
    parts = [p for w in _WORD.findall(name) for p in ([w] if w.isupper() else _CAMEL.split(w))]
    tokens = [t for t in (fold(p).strip("-'") for p in parts) if len(t) > 1]
    while len(tokens) > 1 and tokens[0] in _TITLES:
        tokens = tokens[1:]
    if not tokens:
        return []
    plain = " ".join(fold(w).strip("-'") for w in _WORD.findall(name))
    written = next((t for w in _WORD.findall(name) if (t := fold(w).strip("-'")) not in _TITLES), "")  # DeShawn
    out = [tokens[0], plain, " ".join(tokens), written, _MARKS.sub("", fold(name)).strip()]
    if "-" in tokens[0]:
        parts = tokens[0].split("-")
        out += [
            " ".join(parts),
            "".join(parts),
            *(t for t in parts[:1] if len(t) > 2),
            "".join(t[0] for t in parts if t),
        ]
    out += [t for t in tokens[1:] if len(t) > 3 and t not in _TITLES]
    out += [short for alias in out for short in drawn_in(alias)]
    return [a for a in dict.fromkeys(out) if len(a) > 1]


def drawn_in(name: str) -> list[str]:
    """What a name that ends in a drawn-out letter is called too: ``noaaa`` is ``noa`` and ``noaa``; others nothing."""
    bare = len(name.rstrip(name[-1:]))
    drawn_out = name[-1:].isalpha() and len(name) - bare >= _DRAWN_OUT
    return [name[: bare + 1], name[: bare + 2]] if drawn_out else []


def _answered(
    nameless: set[str],
    known: dict[str, set[str]],
    senders: Sequence[str],
    texts: Sequence[str],
    folded: Sequence[str],
    links: pd.DataFrame,
    lines: Sequence[int],
) -> list[tuple[str, str]]:
    """Names of members shown as numbers, by what others write after their posts: («Marzia ✅», the number)."""
    if not nameless:
        return []
    posts = set(links.loc[links["is_post"], "line"])
    last: dict[str, int] = {}
    seen: Counter[str] = Counter()
    alike: Counter[str] = Counter()  # where a name may stand: beside a known one, or in few words
    after: Counter[tuple[str, str]] = Counter()
    by: dict[str, set[str]] = defaultdict(set)

    @cache
    def capitals(text: str) -> list[tuple[str, bool]]:
        """The words that may be a name: folded, and whether one may stand there."""
        words = _WORD.findall(text)
        tokens = [_OWNER_S.sub("", fold(w)) for w in words]
        return [
            (token, len(tokens) <= _FEW or any(t in known for t in tokens[max(0, n - 2) : n + 3]))
            for n, (word, token) in enumerate(zip(words, tokens, strict=True))
            if word[0].isupper() and not word.isupper() and len(token) > _PAIR and token not in known
        ]

    for i, (line, member, text) in enumerate(zip(lines, senders, texts, strict=True)):
        if member in nameless and line in posts:
            last[member] = i
        if not last or not (found := capitals(text)):
            continue
        near = [m for m, at in last.items() if m != member and i - at <= _AFTER]
        for token, fits in found:
            seen[token] += 1
            by[token].add(member)
            alike[token] += fits
            after.update((token, m) for m in near)
    pairs = {
        (token, m): n for (token, m), n in after.items()
        if n >= 2 and len(by[token]) > 1 and 4 * n >= 3 * seen[token] and 2 * alike[token] > seen[token]
    }  # fmt: skip
    best: dict[str, int] = {}
    for (token, _), n in pairs.items():
        best[token] = max(n, best.get(token, 0))
    only = Counter(token for (token, _), n in pairs.items() if n == best[token])
    low = set(_ordinary(set(best), texts, folded))
    return sorted(p for p, n in pairs.items() if n == best[p[0]] and only[p[0]] == 1 and p[0] not in low)


def _capital_pairs(texts: Sequence[str], wanted: set[str]) -> set[str]:
    """Those of some words of two letters that the chat writes with a capital always, several times: «Jé»."""
    count: Counter[tuple[str, bool]] = Counter()
    for text, often in Counter(texts).items() if wanted else ():
        for word in _WORD.findall(text):
            if len(word) == _PAIR and (plain := fold(word)) in wanted:
                count[plain, word[0].isupper()] += often
    return {w for w in wanted if count[w, True] >= _FEW and not count[w, False]}


def _ordinary(candidates: set[str], texts: Sequence[str], folded: Sequence[str]) -> list[str]:
    """Those of the candidates that the chat also writes as ordinary words, without a capital."""
    low: set[str] = set()
    for text, plain in dict(zip(texts, folded, strict=True)).items() if candidates else ():
        if not candidates.isdisjoint(_WORD.findall(plain)):
            low |= candidates.intersection(_WORD.findall(text))
    return sorted(low)


def _learnt(
    shown: dict[str, list[str]],
    known: dict[str, set[str]],
    senders: Sequence[str],
    texts: Sequence[str],
    folded: Sequence[str],
    links: pd.DataFrame,
    lines: Sequence[int],
) -> dict[str, str]:
    """Names that the chat shows to be somebody's: alias -> member. Two grounds are needed; others must say the name too."""
    score: Counter[tuple[str, str]] = Counter()
    linking = set(links["line"].tolist())
    sender_of = {line: sender for line, sender in zip(lines, senders, strict=True) if line in linking}
    slugs = Counter(zip(map(sender_of.get, links["line"].tolist()), links["vanity"].tolist(), strict=True))
    for (member, vanity), n in slugs.items():
        if isinstance(vanity, str) and isinstance(member, str):
            score[_SLUG_END.split(fold(vanity))[0], member] += n
    score = Counter({k: min(n, 2) for k, n in score.items()})
    unique = dict.fromkeys(folded)
    at = {m[1] for text in unique if "@" in text for m in _AT.finditer(text)}
    nameless = {member for member, names in shown.items() if not any(map(_aliases, names))}
    spoken: Counter[str] = Counter()
    for member, text in zip(senders, folded, strict=True):
        if spoken[member] < _FIRST:
            spoken[member] += 1
            # "Done, and gladly": what opens a message names its writer seldom, and no writer whose name is shown.
            opening = ((1, _OPENING),) if member in nameless else ()
            for weight, pattern in ((2, _INTRO), (1, _GREETING), *opening):
                for m in pattern.finditer(text):
                    score[next(g for g in m.groupdict().values() if g), member] += weight
    firsts: dict[str, str] = {a: member for member, names in shown.items() for n in names for a in _aliases(n)[:1]}
    short: dict[str, set[str]] = defaultdict(set)  # Deb for Debby
    for first, member in firsts.items():
        for n in range(2, min(len(first), _SHORT)):
            short[first[:n]].add(member)
    pairs = _capital_pairs(texts, {w for w in short if len(w) == _PAIR})
    for word in sorted(at):  # an @name that spells out one member's name
        short[word] |= {member for first, member in firsts.items() if len(first) > 2 and word.startswith(first)}
    for word in sorted(short):
        if len(short[word]) == 1:
            score[word, next(iter(short[word]))] += 2
    for pair in _answered(nameless, known, senders, texts, folded, links, lines):
        score[pair] += 2
    score = Counter(
        {
            (w, m): n
            for (w, m), n in score.items()
            if (len(w) > 2 or w in pairs) and w not in known and w not in _TITLES | _OPENERS
        }
    )
    wanted = {w for w, _ in score}
    names: Counter[str] = (
        Counter()
    )  # in a name's place: a capital within a sentence, beside a known name, opening a message
    words: Counter[str] = Counter()
    alone: dict[str, set[str]] = defaultdict(set)  # a word that several send by itself is the group's sign for done
    by: dict[str, Counter[str]] = defaultdict(Counter)
    holding = {text for text in unique if not wanted.isdisjoint(_WORD.findall(text))}
    said = Counter(row for row in zip(senders, texts, folded, strict=True) if row[2] in holding)
    for (member, text, plain), often in said.items():
        tokens = _WORD.findall(plain)
        if len(tokens) == 1:
            alone[tokens[0]].add(member)
        capital = {fold(m[1]) for m in _CAPITAL.finditer(text)}
        for i, token in enumerate(tokens):
            if token in wanted:
                beside = {t for j in (i - 2, i - 1, i + 1, i + 2) if 0 <= j < len(tokens) and (t := tokens[j]) in known}
                (names if token in capital or beside or i == 0 else words)[token] += often
                by[token][member] += often
    found: dict[str, str] = {}
    of: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (word, member), n in score.items():
        of[word].append((n, member))
    for word in sorted(wanted):
        (n, member), *rest = sorted(of[word], key=lambda x: (-x[0], x[1]))
        others = len(by[word]) > (member in by[word])
        name_like = (
            (word in at or names[word] > words[word]) and by[word][member] <= 2 and len(alone[word]) < 2
        )  # people seldom name themselves
        if n + others >= 2 and (others or word in at) and name_like and (not rest or rest[0][0] < n):
            found[word] = member
    return found
