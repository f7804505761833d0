"""The leak check: whether what is about to be written still shows who was in the chat."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from podaudit.model import PodauditError
from podaudit.privacy import forms
from podaudit.privacy.decode import texts
from podaudit.privacy.known import Known, known
from podaudit.privacy.letters import words
from podaudit.privacy.naming import Namer
from podaudit.privacy.tokens import PSEUDONYM

if TYPE_CHECKING:
    from podaudit.audit import Audit

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"[a-z0-9_-]{6,}")
_RUN = re.compile(r"\d(?:[ ().\-/+]{0,4}\d){6,}")
_LONG = re.compile(r"\d{10,}")
_ACCOUNT = re.compile(r"[a-z]{2}[ .-]?\d{2}(?:[ .-]?[a-z0-9]{1,4}){3,9}")
_GROUP = re.compile(r"\d+")
_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PREFIX = 5  # digits that a country or area puts before a number: 00316
_SHOWN = 5  # leaks that the refusal lists


class Leaking(PodauditError):
    """An output that should hold nobody's name still does; it was not written."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of the chat in an output. It names the place and the kind, never what stands there."""

    output: str  # the output's name, as given
    kind: str  # full name, name, part of a name, number, mail, handle, account, post, slug, group, file name
    line: int  # line of the first, in the output as it is read; 0: in the output's own name
    count: int

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "its own name"
        return f"{self.output}, {where}: {self.kind} ({self.count})"


def leaks(audit: Audit, outputs: Mapping[str, bytes]) -> list[Leak]:
    """What of the chat shows in ``outputs`` (name -> bytes), by output and kind.

    ``audit`` still bears its names. Outputs are read as they are, without escapes and marks, and unpacked: HTML,
    percent and \\u escapes, base64, gzip, zip and Parquet, metadata included. A word of a name that is an ordinary word
    too, of the chat or of podaudit's own pages, is not looked for by itself. Empty: nothing was found.
    """
    check = Check.of(audit)
    return [leak for name, data in outputs.items() for leak in check.leaks(name, data)]


def refuse(found: Iterable[Leak]) -> None:
    """Raise ``Leaking`` where there are leaks."""
    held = list(found)
    if not held:
        return
    more = f"; and {len(held) - _SHOWN} more" if len(held) > _SHOWN else ""
    if all(not leak.line for leak in held):
        todo = "name another file with -o"
    else:
        todo = "this is a bug in podaudit, please report it, without the chat"
    raise Leaking(
        f"Nothing was written, for it would still show who was in the chat: {'; '.join(map(str, held[:_SHOWN]))}{more}; {todo}."
    )


@dataclass(slots=True)
class Check:
    """The identifiers of one chat, ready to be looked for in many outputs."""

    known: Known
    _namer: Namer
    _heads: frozenset[str]  # words one of which every name holds
    _posing: frozenset[str]  # what looks like a pseudonym in names that members go by
    _hot: dict[str, bool] = field(default_factory=dict)

    @staticmethod
    def of(audit: Audit) -> Check:
        """What is to be looked for, of an audit that still bears its names."""
        found = known(audit)
        namer = Namer(found, sure=True, weak=vocabulary())
        telling = {max(parts, key=len) for held in found.sequences.values() for parts in held}
        single = found.single.keys() - found.weak - vocabulary()
        heads = {*telling, *found.glued, *single}
        posing = {held[0].lower() for name in found.shown for held in PSEUDONYM.finditer(name)}
        return Check(found, namer, frozenset(heads), frozenset(posing))

    def leaks(self, name: str, data: bytes) -> list[Leak]:
        """What shows in one output, its name included."""
        first: dict[str, int] = {}
        most: Counter[str] = Counter()
        for kind, _ in self._in(name):
            first.setdefault(kind, 0)
            most[kind] = max(1, most[kind])
        for text in texts(data):
            counts: Counter[str] = Counter()
            for kind, line in self._in(text):
                counts[kind] += 1
                first.setdefault(kind, line)
            for kind, count in counts.items():
                most[kind] = max(most[kind], count)
        return [Leak(name, kind, line, most[kind]) for kind, line in sorted(first.items())]

    def _in(self, text: str) -> Iterator[tuple[str, int]]:
        """Kind and line of everything in a text that identifies somebody."""
        bare = PSEUDONYM.sub(lambda held: held[0] if held[0].lower() in self._posing else held[1], text)
        seen = _SHA256.sub("", bare).translate(_dropped())  # whose letters spell Ada or Abe now and then
        if any(map(self._may_name, dict.fromkeys(_WORD.findall(seen)))):
            for number, line in enumerate(seen.split("\n"), start=1):
                if any(map(self._may_name, _WORD.findall(line))):
                    yield from ((named.who.kind, number) for named in self._namer.find(line))
        copy = unicodedata.normalize("NFKC", seen).lower()
        for kind, at in self._others(copy):
            yield kind, copy.count("\n", 0, at) + 1

    def _may_name(self, word: str) -> bool:
        hot = self._hot.get(word)
        if hot is None:
            hot = self._hot[word] = any(
                w in self._heads or w.removesuffix("s") in self._heads or self._namer.inside(w) for w in words(word)
            )
        return hot

    def _others(self, copy: str) -> Iterator[tuple[str, int]]:
        """The kinds and places of identifiers other than names in a text in small letters."""
        known = self.known
        if known.numbers:
            for run in _RUN.finditer(copy):
                if _holds_number(run[0], known.numbers):
                    yield "number", run.start()
        if known.codes:
            there = known.codes & {*_CODE.findall(copy), *_LONG.findall(copy)}
            yield from (("post", at) for code in sorted(there) for at in _places(copy, code))
        if "@" in copy:
            for kind, held in (("mail", known.mails), ("handle", {f"@{handle}" for handle in known.handles})):
                yield from ((kind, at) for word in sorted(held) for at in _places(copy, word))
        if known.accounts:
            for account in _ACCOUNT.finditer(copy):
                if any(wanted in forms.squeezed(account[0]) for wanted in known.accounts):
                    yield "account", account.start()


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _holds_number(run: str, numbers: Mapping[str, str | None]) -> bool:
    """Whether one of the numbers ends where a group of digits of the run ends, and begins near the beginning of one."""
    digits, starts, stops = "", set[int](), list[int]()
    for group in _GROUP.finditer(run):
        starts.update(range(len(digits), len(digits) + _PREFIX + 1))
        digits += "".join(str(unicodedata.decimal(c)) for c in group[0])
        stops.append(len(digits))
    return any(
        stop - length in starts and digits[stop - length : stop] in numbers for stop in stops for length in (9, 8, 7)
    )


@cache
def _dropped() -> dict[int, None]:
    """What a reader does not see: combining and invisible characters."""
    return {
        code: None for code in (*range(0x80, 0x20000), *range(0xE0000, 0xE1000))
        if unicodedata.category(chr(code)) in ("Mn", "Me", "Cf")
    }  # fmt: skip


@cache
def vocabulary() -> frozenset[str]:
    """The words that podaudit itself writes, folded: a member called Mark is not in every <mark>."""
    from podaudit import resources, tables
    from podaudit.report.language import LANGUAGES, LOCALE, Language

    files = [*resources.templates_dir().rglob("*"), *LOCALE.rglob("*.mo"), LOCALE.parents[1] / "audit.schema.json"]
    held = [path.read_bytes().decode("utf-8", "replace") for path in sorted(files) if path.is_file()]
    held += [tables.notes("csv"), tables.notes("jsonl")]
    for day in (dt.date(2000, month, 1) for month in range(1, 13)):  # Jan is a month as well
        for lang in map(Language, LANGUAGES):
            held += [lang.date(day), lang.date(day, short=True), lang.month(day), lang.day(day)]
    return frozenset(word for text in held for word in words(text))
