"""The file in which a reader disagrees: what is no call, who is one member, which label is wrong.

TOML, a list of tables for each kind of correction (README, "Correct it"). Reading checks the form alone; whether a correction
fits the chat is for ``podaudit.correcting``.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from podaudit.export.source import read_file
from podaudit.model import CorrectionKind, Label, ReplyStatus, RuleType, Unreadable
from podaudit.values import wrong_value

_WORDS = 200  # characters of a reason or a name
_LARGEST = 1 << 20  # bytes of a file
_LONGEST = 20_000  # characters of a line: reading a key of many parts takes time in the square of them


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry. What a kind does not have is empty; ``targets`` None leaves them as they are."""

    kind: CorrectionKind
    number: int  # among those of its kind, from 1
    line: int = 0  # of the message; 0 for same_member
    reason: str = ""
    name: str = ""
    also: str = ""
    beneficiary: str = ""
    post: str = ""  # id or link, where a line holds several
    status: str = ""
    calls: tuple[int, ...] = ()  # lines
    label: str = ""
    targets: tuple[str, ...] | None = None
    type: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a reader corrects in one chat. ``sha256``: of the export, or of each of several, where the file says so."""

    file: str = ""  # its name, for messages
    sha256: tuple[str, ...] = ()
    entries: tuple[Correction, ...] = ()

    def of(self, *kinds: CorrectionKind) -> list[Correction]:
        """The entries of these kinds, kind by kind in the order given, then as in the file."""
        return [entry for kind in kinds for entry in self.entries if entry.kind is kind]

    @staticmethod
    def read(path: Path) -> Corrections:
        """Read a file of corrections. Raises ``Unreadable``."""
        data = read_file(path, _LARGEST, "the file of corrections")
        try:
            return Corrections.parse(data.decode("utf-8-sig"), path.name)
        except UnicodeDecodeError as error:
            raise Unreadable(f"{path.name} is not UTF-8; save it so.") from error

    @staticmethod
    def parse(text: str, file: str) -> Corrections:
        """Corrections from TOML; ``file`` names them in messages. Raises ``Unreadable``, without showing what they hold."""
        if max(map(len, text.split("\n"))) > _LONGEST:
            raise Unreadable(f"{file} holds a line of more than {_LONGEST:,} characters; no correction is that long.")
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            where = str(error).rpartition(" (at ")[2].rstrip(")")
            raise Unreadable(f"{file} is no TOML ({where}); mend it there.") from error
        except (ValueError, RecursionError) as error:  # thousands of digits; brackets within thousands of brackets
            raise Unreadable(f"{file} is no TOML that can be read; write it as the README shows.") from error
        entries: list[Correction] = []
        for key, held in content.items():
            if key == "sha256":
                continue
            _known(key, ("sha256", *CorrectionKind), file)
            if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
                raise Unreadable(f"{file}: {key} must be a list of tables; write [[{key}]] above each.")
            entries += [_entry(CorrectionKind(key), n, row, file) for n, row in enumerate(held, 1)]
        if not entries:
            raise Unreadable(f"{file} corrects nothing; write an entry such as [[no_call]] with its line.")
        return Corrections(file, _hashes(content.get("sha256", []), file), tuple(entries))


NONE = Corrections()


class _Field(NamedTuple):
    """What a key of an entry has to be."""

    about: str
    fits: Callable[[Any], bool]
    needed: bool = False


def _is_line(value: Any) -> bool:
    return type(value) is int and 0 < value < 1 << 31


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _WORDS


def _one_of(names: Collection[str], needed: bool) -> _Field:
    return _Field(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names, needed)


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


_LINE = {"line": _Field("the line of the export on which the message begins", _is_line, True)}
_NAME = _Field("a name as the chat shows it", _is_words, True)
_POST = {"post": _Field("the id or the link of one of the posts on that line", _is_words)}
_LABEL = {"label": _one_of(tuple(Label), True)}
_FIELDS: dict[CorrectionKind, dict[str, _Field]] = {
    CorrectionKind.SAME_MEMBER: {"name": _NAME, "also": _NAME},
    CorrectionKind.NO_CALL: {**_LINE, **_POST},
    CorrectionKind.CALL: {**_LINE, **_POST, "beneficiary": _NAME._replace(about="a name", needed=False)},
    CorrectionKind.NO_RULE: {**_LINE, "type": _one_of(tuple(RuleType), False)},
    CorrectionKind.RULE: {**_LINE, "type": _one_of(tuple(RuleType), True), "value": _Field("", lambda _: True)},
    CorrectionKind.NO_REPLY: _LINE,
    CorrectionKind.REPLY: {
        **_LINE,
        "status": _one_of(tuple(ReplyStatus), False),
        "calls": _Field("a list of the lines of calls", lambda value: bool(value) and _list_of(_is_line)(value), True),
    },
    CorrectionKind.NO_LABEL: {**_LINE, **_LABEL},
    CorrectionKind.LABEL: {
        **_LINE, **_LABEL, "targets": _Field("a list of names as the chat shows them", _list_of(_is_words)),
    },
}  # fmt: skip
_REASON = _Field(f"text of at most {_WORDS} characters", _is_words)


def _entry(kind: CorrectionKind, number: int, row: dict[str, Any], file: str) -> Correction:
    where = f"{file}: [[{kind}]] number {number}"
    fields = {**_FIELDS[kind], "reason": _REASON}
    for key in row:
        _known(key, tuple(fields), where)
    for key, wanted in fields.items():
        if key in row and not wanted.fits(row[key]):
            raise Unreadable(f"{where}: {key} must be {wanted.about}.")
        if wanted.needed and key not in row:
            raise Unreadable(f"{where}: {key} is missing; it must be {wanted.about}.")
    if kind is CorrectionKind.RULE and (wrong := wrong_value(row["type"], row.get("value"))):
        raise Unreadable(f"{where}: the value of a rule {row['type']} {wrong}.")
    held: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) and key != "value" else value for key, value in row.items()
    }
    if held.get("type") == RuleType.PENALTY and "value" in held:
        held["value"] = held["value"].replace(" ", "_")
    return Correction(kind, number, **held)


def _known(key: str, known: Collection[str], where: str) -> None:
    if key not in known:
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else f"it may hold {', '.join(known)}."
        shown = f"the key {key}" if key.isidentifier() else "a key"
        raise Unreadable(f"{where}: {shown} is not known; {hint}")


def _hashes(held: Any, file: str) -> tuple[str, ...]:
    listed = [held] if isinstance(held, str) else held
    if not (isinstance(listed, list) and all(isinstance(x, str) and len(x) == 64 for x in listed)):
        raise Unreadable(f"{file}: sha256 must be the 64 digits that the report shows, or a list of them.")
    return tuple(x.lower() for x in listed)
