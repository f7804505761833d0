"""What identifies people in one chat: names in all their forms, numbers, addresses, handles, posts, the group, its files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from podaudit.detect.names import drawn_in
from podaudit.model import Event
from podaudit.privacy import forms
from podaudit.privacy.letters import folded, words

if TYPE_CHECKING:
    from podaudit.audit import Audit

_TITLES = frozenset("mr mrs ms dr drs ir ing prof mevr mevrouw dhr meneer herr frau mme mlle sr sra sig dott".split())
# What exporting puts into a file's name around the group's own.
_FILE_WORDS = frozenset(
    "whatsapp chat met with mit avec con com de do da del di des und the export txt zip conversation chatverlauf discussion "
    "conversa conversacion historico messages".split()
)
_QUOTED = re.compile(r"""["“„«‘'](.{2,100}?)["”“»’'](?!\w)""")
_INTRODUCES = re.compile(
    r"(?:\b(?:naam is|ik heet|name'?s|name is|call me|hei(?:ss|ß)e|m'?appelle|me llamo|me chamo|mi chiamo)\s+(?P<name>[^\W\d_]{3,24})\b)"
    r"|(?:(?:^|[,.!]\s*)(?P<here>[^\W\d_]{3,24}),?\s+(?:hier|here|aqui|ici|qui)\b(?=\s*(?:[,.!]|$)))"
)
_SHORTEST = 3  # letters of a word that is looked for by itself
_SHORT = 24  # letters: no short form of a name is longer
PART = "part of a name"
WORDS = 12  # of a name that are looked for together; a longer one is looked for piece by piece
_MOSTLY = 2  # small-letter uses from which a word beside a first name may be an ordinary one


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a form stands for: members' canonical names (one, or several who share it), an outsider, or the group."""

    kind: str  # what the form is, for the leak check: "full name", "name", "slug", "group", "file name"
    members: tuple[str, ...] = ()
    outsider: str = ""
    group: str = ""


@dataclass(slots=True)
class Known:
    """The identifiers of a chat. Words are folded; a sequence of words is matched whatever stands between them."""

    sequences: dict[str, dict[tuple[str, ...], Who]] = field(default_factory=lambda: defaultdict(dict))  # by first word
    glued: dict[str, Who] = field(default_factory=dict)  # a whole name in one word
    single: dict[str, Who] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)  # those of ``single`` that are first names: they take endings
    weak: set[str] = field(default_factory=set)  # words that are ordinary ones as well
    short: dict[str, Who] = field(default_factory=dict)  # Deb for Debby
    numbers: dict[str, str | None] = field(default_factory=dict)  # last nine digits -> member
    mails: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)  # name as the app shows it -> member
    codes: set[str] = field(default_factory=set)  # ids of posts, and codes that lead to them

    def sequence(self, parts: Sequence[str], who: Who) -> None:
        """Have a name of several words found; the whole of it glued together, too."""
        pieces, glued = -(-len(parts) // WORDS), "".join(parts)
        for i in range(pieces):  # of about the same length, so that none is a word alone
            piece = tuple(parts[len(parts) * i // pieces : len(parts) * (i + 1) // pieces])
            held = self.sequences[piece[0]]
            held[piece] = either(held.get(piece), who)
        self.glued[glued] = either(self.glued.get(glued), who)

    def word(self, word: str, who: Who, first: bool = False) -> None:
        """Have a word found by itself; where it is several members', it is all of theirs."""
        self.single[word] = either(self.single.get(word), who)
        if first:
            self.first.add(word)


def either(known: Who | None, who: Who) -> Who:
    """Whom a form stands for that is known already: A. de Vries may be Anna or Arie. Of many who share it, two are enough."""
    if known is None or known.members == who.members or len(known.members) > 1:
        return known or who
    return Who(known.kind, tuple(dict.fromkeys((*known.members, *who.members))), known.outsider, known.group)


def known(audit: Audit) -> Known:
    """What identifies people in the chat behind ``audit``, which still bears its names."""
    found = Known()
    texts = [text[: forms.READ] for text in dict.fromkeys(audit.messages["text"].tolist()) if text]
    stop = stop_words(tuple(audit.source.languages))
    parts: dict[str, set[str]] = defaultdict(set)  # words beside a first name -> members
    for member, shown in _shown(audit).items():
        for name in shown:
            if digits := forms.number(name):
                found.numbers[digits] = member
            else:
                found.shown[name] = member
                _learn_name(found, name, member, parts, stop)
    for alias, member in _learnt(audit):
        found.word(alias, Who("name", (member,)), first=True)
    _learn_outsiders(found, audit)
    _learn_slugs(found, audit, parts, stop)
    _learn_places(found, audit)
    _learn_texts(found, texts)
    found.codes.update(str(post_id) for post_id in audit.links["post_id"].dropna())
    for word, members in parts.items():
        if word not in found.single and word not in stop:
            found.word(word, Who(PART, tuple(sorted(members))))
    _learn_short(found, stop)
    _weigh(found, texts, stop)
    return found


@cache
def stop_words(languages: tuple[str, ...]) -> frozenset[str]:
    """The words without which no sentence of these languages does, folded."""
    import stopwordsiso

    held = [code for code in (*languages, "en") if stopwordsiso.has_lang(code)]
    return frozenset(folded(word)[0] for word in stopwordsiso.stopwords(held))


def _shown(audit: Audit) -> Mapping[str, list[str]]:
    members = audit.members
    return {n: [n, *also] for n, also in zip(members["name"].tolist(), members["also"].tolist(), strict=True)}


def _learn_name(found: Known, name: str, member: str, parts: dict[str, set[str]], stop: frozenset[str]) -> None:
    """All that a member shown as ``name`` may be called."""
    held = words(name)
    while len(held) > 1 and held[0] in _TITLES:
        held = held[1:]
    if not held:
        return
    who, called = Who("full name", (member,)), words(name.split(maxsplit=1)[0])
    if (called and held[: len(called)] == called and 1 < len(called) < len(held)) or len(called) == len(held) > 1:
        found.word("".join(called), Who("name", (member,)), first=True)  # Jo-Ann, as joann
        found.sequence(called, Who("name", (member,)))
    if len(held) > 1:
        rest, last = held[1:], held[-1]
        for form in (held, [held[0], last], [*rest, held[0]], [last, held[0]], [held[0][0], *rest], [held[0][0], last]):
            if len("".join(form)) > _SHORTEST:
                found.sequence(form, who)
        if len(rest) > 1:
            found.sequence(rest, Who(PART, (member,)))
        if len(last) > 1:
            found.sequence([held[0], last[0]], who)
            found.sequence([held[0], *(word[0] for word in rest)], who)
    found.word(held[0], Who("name", (member,)), first=True)
    for short in drawn_in(held[0]):
        found.word(short, Who("name", (member,)), first=True)
    for word in held[1:]:
        if len(word) >= _SHORTEST and word not in stop:
            parts[word].add(member)


def _learnt(audit: Audit) -> Iterator[tuple[str, str]]:
    """The first names that the chat itself shows to be somebody's, as the detectors learn them."""
    from podaudit.detect.chat import view

    shown = {member: [word for name in names for word in words(name)] for member, names in _shown(audit).items()}
    yield from _introduced(audit, {member for member, held in shown.items() if not held})
    for alias, members in view(audit.messages, audit.members, audit.membership, audit.links).names.aliases:
        if len(members) == 1 and len(alias) >= _SHORTEST and alias.isalpha():
            own = shown[members[0]]
            if not own or (
                alias not in own and any(word.startswith(alias[:_SHORTEST]) for word in own)
            ):  # a number's name, or a short one
                yield alias, members[0]


def _introduced(audit: Audit, numbers: set[str]) -> Iterator[tuple[str, str]]:
    """The names by which members of whom only a number is shown say who they are: "Vince here, new phone"."""
    told = audit.messages[audit.messages["member"].isin(numbers)]
    for member, text in zip(told["member"].tolist(), told["text"].tolist(), strict=True):
        for m in _INTRODUCES.finditer(folded(text[: forms.READ])[0]):
            yield m["name"] or m["here"], member


def _learn_outsiders(found: Known, audit: Audit) -> None:
    inside = set(audit.members["name"])
    for name in sorted(set(audit.calls["beneficiary"]) - inside):
        held = words(name)
        if len(held) > 1:
            found.sequence(held, Who("full name", outsider=name))
        elif held and held[0] not in found.single:
            found.word(held[0], Who("name", outsider=name))


def _learn_slugs(found: Known, audit: Audit, parts: dict[str, set[str]], stop: frozenset[str]) -> None:
    """The authors' own names in the links, such as anna-de-vries-8a7b6c."""
    senders = dict(zip(audit.messages["line"].tolist(), audit.messages["member"].tolist(), strict=True))
    of: dict[str, Counter[str]] = defaultdict(Counter)
    for line, vanity in zip(audit.links["line"].tolist(), audit.links["vanity"].tolist(), strict=True):
        if isinstance(vanity, str) and vanity:
            of[vanity][senders.get(line, "")] += 1
    for vanity, counts in sorted(of.items()):
        sender = counts.most_common(1)[0][0]
        held = [word for word in words(vanity) if len(word) > 1]
        if not held:
            continue
        named = {word for shown in _shown(audit).get(sender, ()) for word in words(shown)}
        own = bool(sender) and (not named or not named.isdisjoint(held))
        who = Who("slug", (sender,)) if own else Who("slug")
        if len(held) > 1 and not stop.issuperset(held):
            found.sequence(held, who)
            if own:
                for word in held:
                    if len(word) > _SHORTEST and word not in stop:
                        parts[word].add(sender)
        elif len(held[0]) > _SHORTEST and held[0] not in found.single:
            found.word(held[0], who)


def _learn_places(found: Known, audit: Audit) -> None:
    """The group's names, past and present, and those of the files it came in."""
    renames = audit.membership[audit.membership["event"].isin([Event.CREATED, Event.SUBJECT_CHANGED])]
    subjects = {s for s in (audit.source.group, *renames["to"].tolist()) if isinstance(s, str)}
    notices = audit.messages[audit.messages["line"].isin(renames["line"])]
    subjects |= {quoted for text in notices["text"].tolist() for quoted in _QUOTED.findall(text)}
    for kind, names in (("group", subjects), ("file name", {file.name for file in audit.source.files})):
        for name in sorted(names):
            held = [w for w in words(name) if kind == "group" or w not in _FILE_WORDS]
            who = Who(kind, group=name if kind == "group" else audit.source.group or name)
            if len(held) > 1:
                found.sequence(held, who)
            elif held and len(held[0]) > _SHORTEST and held[0] not in found.single:
                found.word(held[0], who)


def _learn_texts(found: Known, texts: Iterable[str]) -> None:
    """Addresses, handles and numbers that members wrote, and what leads to a post."""
    for text in texts:
        for hit in forms.find(text):
            if hit.kind == "mail":
                found.mails.add(hit.value)
            elif hit.kind == "handle" and len(hit.value) > _SHORTEST:
                found.handles.add(hit.value)
            elif hit.kind == "account":
                found.accounts.add(forms.squeezed(hit.value))
            elif hit.kind == "number" and forms.is_telephone(hit.value):
                found.numbers.setdefault(hit.value[-9:], None)
            elif hit.kind == "link":
                found.codes.update(forms.codes(hit.value))


def _learn_short(found: Known, stop: frozenset[str]) -> None:
    of: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name in sorted(found.first):
        for n in range(_SHORTEST, min(len(name), _SHORT + 1)):
            of[name[:n]].add(found.single[name].members)
    for word, members in of.items():
        if len(members) == 1 and word not in stop:
            found.short[word] = Who("short name", next(iter(members)))


def _weigh(found: Known, texts: Iterable[str], stop: frozenset[str]) -> None:
    """Tell the names that are ordinary words as well: those found as such only where they stand as a name would."""
    low: Counter[str] = Counter()
    high: Counter[str] = Counter()
    wanted = (found.single.keys() | found.short.keys()) - found.first
    for text in texts:
        copy, origin = folded(text, seams=True)
        met = [(origin[start], word) for start, _, word in forms.tokens(copy) if word in wanted]
        # A link is in small letters throughout, whoever's name it holds.
        within = [(form.start, form.stop) for form in forms.find(text)] if met else []
        for at, word in met:
            if not any(start <= at < stop for start, stop in within):
                (high if text[at].isupper() else low)[word] += 1
    found.weak = {w for w in found.single if w in stop}
    found.weak |= {w for w in wanted if w in found.single and low[w] >= _MOSTLY and low[w] >= high[w]}
    found.short = {w: who for w, who in found.short.items() if not low[w]}
