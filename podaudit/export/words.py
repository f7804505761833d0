"""The app's own words (``notices.toml``) as patterns: what stands in place of a message, and what a notice says."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from podaudit.export.dates import Order
from podaudit.model import Kind

_SPACES = " \t\u00a0\u202f\u2000-\u200a\u3000"
_QUOTE = f"[{_SPACES}]?[\"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u2018\u2019\u300c\u300d'][{_SPACES}]?"
_HEAD = 12  # characters of a text that tell that it may be the app's
_LONGEST = 1200  # characters of a text by the app: patterns never run on more
# Marks that only serve display: zero-width, bidi controls, soft hyphen, byte-order mark.
MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\u00ad]")
UNSEEN = frozenset(c for c in map(chr, (0xAD, 0x61C, 0xFEFF, *range(0x2000, 0x2070))) if MARKS.match(c))
# Those of them that set the direction of the text, and so are never part of a name.
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_SLOT = re.compile(r"\{[^}]*\}")
_CUT = re.compile("[\0\"' ]")
_ORDER = (Kind.CONTACT, Kind.DELETED, Kind.POLL, Kind.LOCATION, Kind.CALL, Kind.MEDIA)


@dataclass(frozen=True, slots=True)
class Form:
    """One wording. ``anchors``: pieces in lower case of which every text of this form holds one, looked for before it is tried."""

    language: str
    event: str  # a membership event, or empty for another notice
    by_you: bool
    who_you: bool
    text: str
    anchors: frozenset[str]
    kind: Kind | None = None  # what a placeholder stands for; None for a notice

    def match(self, plain: str) -> re.Match[str] | None:
        """Fit a whole text without invisible marks. The app's texts are short."""
        return _compile(self.text).fullmatch(plain) if len(plain) <= _LONGEST else None


@dataclass(frozen=True, slots=True)
class Forms:
    """Wordings by their anchors: a text is tried on those only whose anchor it holds."""

    forms: tuple[Form, ...]
    by_anchor: Mapping[str, tuple[int, ...]]  # places in ``forms``

    @classmethod
    def of(cls, forms: Iterable[Form]) -> Forms:
        """Group wordings; their order stays the order in which they are tried."""
        held, groups = tuple(forms), defaultdict[str, list[int]](list)
        for i, form in enumerate(held):
            for anchor in form.anchors:
                groups[anchor].append(i)
        return cls(held, {anchor: tuple(group) for anchor, group in groups.items()})

    def near(self, low: str, language: str = "") -> list[Form]:
        """The wordings a casefolded text may have, those of ``language`` first."""
        if len(low) > 3 * _LONGEST:  # no character is folded to more than three
            return []
        found = {i for anchor, group in self.by_anchor.items() if anchor in low for i in group}
        return [self.forms[i] for i in sorted(found, key=lambda i: (self.forms[i].language != language, i))]

    def __iter__(self) -> Iterator[Form]:
        return iter(self.forms)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything read from the file, compiled."""

    notices: Forms
    kinds: Forms
    you: frozenset[str]
    lists: Mapping[str, tuple[str, ...]]  # language -> words between the last two of a list
    lead: Mapping[str, str]  # language -> the preposition before a name that was added ("a")
    orders: Mapping[str, Order]  # language -> usual date order
    deleted_by_you: Forms
    edited: frozenset[str]  # what stands behind a text that was edited, casefolded
    openings: str  # RE2: a body that may be one of the kinds, media only where that shows
    media: str  # RE2: a body that may stand for media


def _translate(form: str) -> str:
    """A form as a pattern that both ``re`` and RE2 read, but for the named groups."""
    out, i = [], 0
    named: set[str] = set()
    while i < len(form):
        c = form[i]
        if c == "{":
            name, i = form[i + 1 : form.index("}", i)], form.index("}", i)
            if name == "*":
                out.append(r"[\s\S]*?")
            else:
                out.append(rf"(?P<{name}>[^\n]+?)" if name not in named else r"[^\n]+?")
                named.add(name)
        elif c in "[|]":
            out.append({"[": "(?:", "|": "|", "]": ")"}[c])
        elif c == " ":
            out.append(f"[{_SPACES}]+")
        elif c == '"':
            out.append(_QUOTE)
        elif c == "'":
            out.append("['\u2019\u02bc]")
        else:
            out.append(re.escape(c))
        i += 1
    return "".join(out)


def _anchors(form: str) -> frozenset[str]:
    """Of the fixed words, and of what each pair of brackets lets one choose from, the pieces that other texts least likely hold."""
    fixed, choices, depth = "", list[str](), 0
    for c in _SLOT.sub("\0", form):
        if c == "[":
            if depth == 0:
                fixed += "\0"
                choices.append("")
            else:
                choices[-1] += "\0"
            depth += 1
        elif c == "]":
            depth -= 1
        elif depth == 0:
            fixed += c
        elif depth == 1:  # what nested brackets hold may be missing
            choices[-1] += c
    return max(
        (frozenset(map(_piece, texts)) for texts in ([fixed], *(choice.split("|") for choice in choices))),
        key=lambda pieces: (min(map(len, pieces)), -len(pieces)),
    )


def _piece(text: str) -> str:
    """The longest of the words that a text holds in any case."""
    return max(_CUT.split(text), key=len).casefold()


@cache
def _compile(form: str) -> re.Pattern[str]:
    # A full stop behind a name is the name's ("Njeri W.") unless the form has it; behind words it may be missing.
    stop = "" if form.endswith(("{who}", "{by}", "{new}", ".")) else "[.\u3002]?"
    # Words in capitals ("POLL:") are so in the export; a typed "poll: who comes?" is not the app's.
    capitals = form.split(":", maxsplit=1)[0].strip("[").isupper()
    return re.compile(rf"\s*{_translate(form)}{stop}\s*", 0 if capitals else re.IGNORECASE)


@cache
def load() -> Words:
    """Read and compile the words once."""
    text = resources.files(__package__).joinpath("notices.toml").read_text(encoding="utf-8")
    languages: dict[str, dict[str, Any]] = tomllib.loads(text)
    notices: list[Form] = []
    kinds: list[Form] = []
    for code, table in languages.items():
        for kind in _ORDER:
            own = table.get("deleted_by_you", ()) if kind is Kind.DELETED else ()
            kinds.extend(_form(code, f, kind=kind) for f in (*own, *table.get("kinds", {}).get(kind, ())))
        for entry in table.get("notices", ()):
            by, who = entry.get("by") == "you", entry.get("who") == "you"
            notices.extend(_form(code, f, entry["event"], by, who) for f in entry["forms"])
    kinds.sort(key=lambda f: _ORDER.index(f.kind or Kind.MEDIA))
    return Words(
        Forms.of(notices), Forms.of(kinds),
        frozenset(w.casefold() for t in languages.values() for w in t.get("you", ())),
        {code: tuple(t.get("and", ())) for code, t in languages.items()},
        {code: t["lead"] for code, t in languages.items() if "lead" in t},
        {code: t["date_order"] for code, t in languages.items() if "date_order" in t},
        Forms.of(_form(code, f) for code, t in languages.items() for f in t.get("deleted_by_you", ())),
        frozenset(w.casefold() for t in languages.values() for w in t.get("edited", ())),
        _openings(f.text for f in kinds if f.kind is not Kind.MEDIA and not f.text.startswith("{")),
        rf"^(?i:{_heads(f.text for f in kinds if f.kind is Kind.MEDIA and f.text[0] not in '{<')})",
    )  # fmt: skip


def _form(
    language: str, text: str, event: str = "", by_you: bool = False, who_you: bool = False, kind: Kind | None = None
) -> Form:
    return Form(language, event, by_you, who_you, text, _anchors(text), kind)


def _heads(forms: Iterable[str]) -> str:
    """RE2 for how some forms begin: enough to tell a text that may be one from nearly all that are not."""
    heads = set()
    for form in forms:
        depth, fixed, end = 0, 0, len(form)
        for i, c in enumerate(form):
            depth += {"[": 1, "]": -1}.get(c, 0)
            fixed += not depth and c != "]"  # what stands in brackets may be missing
            if c == "{" or fixed > _HEAD:
                end = i
                break
        heads.add(_translate(form[:end]).replace(f"[{_SPACES}]", r"[ \x{a0}\x{202f}]"))
    return "|".join(sorted(heads))


def _openings(forms: Iterable[str]) -> str:
    """RE2: one pass over all bodies that leaves the few Python looks at."""
    mark = "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
    place = r"[^\n]*https://foursquare\.com/v/"
    behind = (
        rf"(?:[ \x{{a0}}\x{{202f}}]\([^()\n]{{3,40}}\)|[^\n]*{mark}<[^<>\n]{{3,80}}>|[^\n]*\x{{2022}}[^\n]*\x{{200e}})"
    )
    files = rf"[^\n]*\.[A-Za-z0-9]{{2,5}}{behind}"
    return rf"^{mark}(?:\x{{200e}}|(?i:{_heads(forms)})|<[^<>\n]{{3,80}}>|{files}|{place})"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands in place of a message. ``typed_rarely``: hardly a text that a member would type."""

    kind: Kind
    language: str
    typed_rarely: bool


def kind_of(body: str) -> Placeholder | None:
    """What a whole body stands for; None for anything a member typed. Invisible marks are ignored."""
    plain = MARKS.sub("", body[:_LONGEST])  # a poll may be longer, its beginning tells
    first, broken, _ = plain.partition("\n")
    if broken and first.endswith((")", ">")) and (attached := kind_of(first)) is not None:
        return attached  # a file with its caption below
    loose: Placeholder | None = None
    for form in load().kinds.near(plain.casefold()):
        if form.kind is not None and form.match(plain):
            vague = (form.kind is Kind.CALL and "{*}" in form.text) or (
                form.kind is Kind.DELETED and form.text.startswith("{")
            )
            if not vague:
                return Placeholder(form.kind, form.language, True)
            loose = loose or Placeholder(form.kind, form.language, False)
    return loose


def deleted_by_you(body: str) -> bool:
    """Whether the app says that the phone's owner deleted this message: so the owner had sent it."""
    plain = MARKS.sub("", body[:_LONGEST])
    return any(f.match(plain) for f in load().deleted_by_you.near(plain.casefold()))


def unedited(text: str) -> str:
    """A text less what the app writes behind it when it was edited."""
    body, mark, tail = text.rpartition("<")
    if mark and MARKS.sub("", mark + tail).strip().casefold() in load().edited:
        return body.rstrip(" \u200e")
    return text


def language_hints(bodies: Iterable[str]) -> Counter[str]:
    """How many of some bodies are the app's words in each language."""
    counts: Counter[str] = Counter()
    for body, times in Counter(bodies).items():
        plain = MARKS.sub("", body)
        found = {f.language for f in load().notices.near(plain.casefold()) if f.match(plain)}
        if not found and (kind := kind_of(body)) is not None:
            found = {kind.language}
        counts.update(dict.fromkeys(sorted(found), times))
    return counts
