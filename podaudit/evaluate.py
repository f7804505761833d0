"""How far an audit agrees with chats that a person coded by hand.

A coded chat is a pair ``NAME.txt`` (the export) and ``NAME.truth.json`` (the coding; README, "Measure it on chats you coded").
What coder and audit say of a chat becomes the same kind of items, members by the coder's keys and posts by their ids;
items that say the same agree. Precision, recall and F1 count items.

Cohen's kappa counts units, and sets what two readers agree on against what they would by chance. The units are

* for a label of pressure: the messages that members wrote (and those that the coder labelled, if podaudit took one of them
  for something else), each with the label or without it;
* for a status of the ledger: the obligations in the coder's ledger and in the audit's, each with the status or without
  it; for the ledger as a whole, the same obligations with their six statuses.

Of several chats, items and units are added up; figures are never averaged. A figure with nothing to divide by is None.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from podaudit import __version__, links, tables
from podaudit.export.notices import clean
from podaudit.model import Ask, EpisodeKind, Event, Kind, Label, ReplyStatus, RuleType, Status, Unreadable
from podaudit.values import wrong_value

if TYPE_CHECKING:
    from podaudit.audit import Audit

SCHEMA_VERSION = 1
CODING = ".truth.json"

# What is compared, in the order in which it is shown -> the field of a coding that it needs.
PARTS: dict[str, str] = {
    "messages": "messages",
    "membership": "membership",
    "calls": "calls",
    "repeats": "repeats",
    **{f"call {name}": "calls" for name in ("caller", "beneficiary", "asks", "deadline", "posted_at")},
    "rules": "rules",
    "rule values": "rules",
    "replies": "replies",
    "ledger": "ledger",
    **{f"ledger: {status}": "ledger" for status in Status},
    "pressure": "pressure",
    **{f"pressure: {label}": "pressure" for label in Label},
    "pressure targets": "pressure",
    "episodes": "episodes",
}

_FREE_TEXT = (RuleType.WINDOW, RuleType.PAYMENT)  # their values are in words of one's own
_NOT_COMPARED = (Event.ADMIN,)  # a phone shows this notice to its owner only
_CLOSE = dt.timedelta(seconds=2)

Row = dict[str, Any]
Units = Counter[tuple[Hashable, Hashable]]  # (what the coder says of a unit, what the audit says of it) -> how many


# ------------------------------------------------------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is said of a chat. Two items are the same if they say the same, wherever they stand."""

    says: tuple[Hashable, ...]
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What coder and audit say of one part."""

    agreed: int
    missed: tuple[Item, ...]  # by the audit
    extra: tuple[Item, ...]
    units: Units | None = None  # None where no kappa belongs

    @classmethod
    def of(cls, coded: Iterable[Item], found: Iterable[Item], units: Units | None = None) -> Agreement:
        """Match items one to one; of what stands twice, once agrees with once."""
        left, extra = Counter(coded), []
        agreed = 0
        for item in found:
            if left[item] > 0:
                left[item] -= 1
                agreed += 1
            else:
                extra.append(item)
        return cls(agreed, tuple(left.elements()), tuple(extra), units)

    @property
    def coded(self) -> int:
        return self.agreed + len(self.missed)

    @property
    def found(self) -> int:
        return self.agreed + len(self.extra)

    @property
    def precision(self) -> float | None:
        """The share of what was found that is coded."""
        return self.agreed / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of what is coded that was found."""
        return self.agreed / self.coded if self.coded else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return 2 * self.agreed / (self.coded + self.found) if self.coded + self.found else None

    @property
    def kappa(self) -> float | None:
        return None if self.units is None else kappa(self.units)


def kappa(units: Units) -> float | None:
    """Cohen's kappa; None without units, and where both readers say one and the same thing of all of them."""
    n = units.total()
    coded, found = Counter[Hashable](), Counter[Hashable]()
    for (one, other), count in units.items():
        coded[one] += count
        found[other] += count
    same = sum(count for (one, other), count in units.items() if one == other)
    by_chance = sum(count * found[what] for what, count in coded.items())  # over n * n
    return (n * same - by_chance) / (n * n - by_chance) if n * n > by_chance else None


def pool(chats: Iterable[Mapping[str, Agreement]]) -> dict[str, Agreement]:
    """The agreement over all chats; parts that no chat has are left out."""
    every = list(chats)
    pooled = {}
    for part in PARTS:
        if own := [chat[part] for chat in every if part in chat]:
            units = [a.units for a in own if a.units is not None]
            pooled[part] = Agreement(
                sum(a.agreed for a in own),
                tuple(item for a in own for item in a.missed),
                tuple(item for a in own for item in a.extra),
                sum(units, Units()) if units else None,
            )
    return pooled


# ----------------------------------------------------------------------------------------------------------- comparing


class Call(NamedTuple):
    """What is said of one post put before the group."""

    caller: str | None
    beneficiary: str | None  # None where the coder names an outsider
    asks: tuple[str, ...]
    deadline: dt.datetime | None  # to the minute
    posted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What one side, coder or audit, says of a chat; members and posts by the names that both share."""

    messages: int | None
    membership: list[tuple[int, str, str | None]]  # line, event, member
    calls: dict[tuple[int, str], Call]  # by line and post
    repeats: list[tuple[int, int]]  # line, line of the call
    rules: list[tuple[int, str, str | None]]  # line, type, value as text
    replies: list[tuple[int, str, str]]  # line, status, post
    ledger: dict[tuple[str, str | None], tuple[str, int]]  # status and line of the call, by post and member
    pressure: dict[int, tuple[list[str], list[str | None]]]  # labels and targets, by line
    episodes: list[tuple[str, str | None, int]]  # kind, member, line of the first event


def compare(coding: Coding, audit: Audit) -> dict[str, Agreement]:
    """The agreement of a coding with the audit of its chat, by part; parts that were not coded are left out.

    Raises ``Unreadable`` where the coding speaks of a line that the export does not have.
    """
    _check_lines(coding, audit.source.lines)
    coded, found = _accounts(coding.content, tables.document(audit))
    calls = {key: call for key, call in coded.calls.items() if key in found.calls}
    values = {(line, type) for line, type, value in coded.rules if value is not None and type not in _FREE_TEXT}
    values &= {(line, type) for line, type, _ in found.rules}
    lines = coded.pressure.keys() & found.pressure.keys()
    by_coder, by_audit = (_said(account, calls, values, lines) for account in (coded, found))

    kinds = zip(audit.messages["line"].tolist(), audit.messages["kind"].tolist(), strict=True)
    written = {line for line, kind in kinds if kind not in (Kind.NOTICE, Kind.GAP)} | coded.pressure.keys()
    units = {"ledger": Units((status, found.ledger[key][0]) for key, (status, _) in coded.ledger.items()
                             if key in found.ledger)}  # fmt: skip
    for status in Status:
        units[f"ledger: {status}"] = Units()
        for (one, other), count in units["ledger"].items():
            units[f"ledger: {status}"][one == status, other == status] += count
    for label in Label:
        units[f"pressure: {label}"] = Units(
            (label in coded.pressure.get(line, _NONE)[0], label in found.pressure.get(line, _NONE)[0])
            for line in written
        )
    return {
        part: Agreement.of(by_coder[part], by_audit[part], units.get(part))
        for part, needed in PARTS.items()
        if needed in coding.content
    }


_NONE: tuple[list[str], list[str | None]] = ([], [])


def _said(
    account: Account, calls: Mapping[tuple[int, str], Call], values: Collection[tuple[int, str]], lines: Collection[int]
) -> dict[str, list[Item]]:
    """What an account says, by part.

    What is said of a call, a rule's value or targets counts only where both sides have the call (``calls``: as coded), the
    rule (``values``: those to compare) or a label on the line (``lines``).
    """
    of = {key: account.calls[key] for key in calls}
    value = {(line, type): value for line, type, value in account.rules}
    made = {
        "messages": [Item((account.messages,))],
        "membership": [_at(*row) for row in account.membership],
        "calls": [_at(*key) for key in account.calls],
        "repeats": [_at(*row) for row in account.repeats],
        "call caller": [_at(line, call.caller) for (line, _), call in of.items()],
        "call beneficiary": [_at(key[0], call.beneficiary) for key, call in of.items() if calls[key].beneficiary],
        "call asks": [_at(line, ask) for (line, _), call in of.items() for ask in call.asks],
        "call deadline": [_at(line, call.deadline) for (line, _), call in of.items() if call.deadline],
        "call posted_at": [_at(key[0], _rounded(call.posted_at, to)) for key, call in of.items()
                           if (to := calls[key].posted_at)],
        "rules": [_at(line, type) for line, type, _ in account.rules],
        "rule values": [_at(*key, value[key]) for key in sorted(values)],
        "replies": [_at(*row) for row in account.replies],
        "ledger": [Item((*key, status), line) for key, (status, line) in account.ledger.items()],
        "pressure": [_at(line, label) for line, (labels, _) in account.pressure.items() for label in labels],
        "pressure targets": [_at(line, target) for line in sorted(lines) for target in account.pressure[line][1]],
        "episodes": [Item(row, row[-1]) for row in account.episodes],
    }  # fmt: skip
    for part, kinds in (("ledger", Status), ("pressure", Label)):
        made |= {f"{part}: {kind}": [item for item in made[part] if item.says[-1] == kind] for kind in kinds}
    return made


def _at(line: int, *says: Hashable) -> Item:
    """What is said of the message on a line."""
    return Item((line, *says), line)


def _rounded(time: dt.datetime | None, to: dt.datetime) -> dt.datetime | None:
    """``to`` where the time is all but the same: coders write times with and without fractions of a second."""
    return to if time is not None and abs(time - to) <= _CLOSE else time


def _accounts(coding: Row, document: Row) -> tuple[Account, Account]:
    """The coder's account and the audit's, members by the coder's keys (others by ``?name``), posts by their ids."""
    keys: dict[str, str] = {}
    for key, member in coding.get("members", {}).items():
        keys |= {_name(name): key for name in (member["name"], *member.get("also", ()))}
    for member in document["members"]:
        names = [_name(name) for name in (member["name"], *member["also"])]
        known = next((keys[name] for name in names if name in keys), f"?{names[0]}")
        for name in names:
            keys.setdefault(name, known)

    def key_of(name: str | None) -> str | None:
        return keys.get(_name(name), f"?{_name(name)}") if name else None

    posts = {call["post_key"]: _post(call) for call in coding.get("calls", ())}
    found = document | {
        "messages": document["source"]["messages"],
        "calls": [
            call | {"caller_key": key_of(call["caller"]), "beneficiary_key": key_of(call["beneficiary"])}
            for call in document["calls"]
        ],
        "ledger": [row | {"key": key_of(row["member"])} for row in document["ledger"]],
        "pressure": [row | {"target_keys": [key_of(name) for name in row["targets"]]} for row in document["pressure"]],
    }
    return _account(coding, key_of, posts), _account(found, key_of, posts)


def _account(rows: Row, key_of: Callable[[str | None], str | None], posts: Mapping[str, str]) -> Account:
    """Read rows in the form of a coding; a row without ``post_key`` names its post by id or link."""

    def table(name: str) -> list[Row]:
        listed: list[Row] = rows.get(name, [])
        return listed

    def post(row: Row) -> str:
        return posts[row["post_key"]] if "post_key" in row else _post(row)

    return Account(
        messages=rows.get("messages"),
        membership=[(row["line"], row["event"], key_of(row.get("member"))) for row in table("membership")
                    if row["event"] not in _NOT_COMPARED],
        calls={(row["line"], post(row)): Call(row["caller_key"], row.get("beneficiary_key"), tuple(row["asks"]),
                                              _minute(row.get("deadline")), _utc(row.get("posted_at")))
               for row in table("calls")},
        repeats=[(row["line"], row["of"]) for row in table("repeats")],
        rules=[(row["line"], row["type"], _value(row.get("value"))) for row in table("rules")],
        replies=[(row["line"], row["status"], post(row)) for row in table("replies")],
        ledger={(post(row), row["key"]): (row["status"], row["call_line"]) for row in table("ledger")},
        pressure={row["line"]: (row["labels"], row["target_keys"]) for row in table("pressure")},
        episodes=[(row["kind"], key_of(row["member"]), row["first_line"]) for row in table("episodes")],
    )  # fmt: skip


def _name(name: str) -> str:
    """A name without what only serves its display."""
    return clean(name).casefold()


def _post(row: Row) -> str:
    """What identifies a post: its id, or its link where that holds none."""
    if row.get("post_id") is not None:
        return str(row["post_id"])
    link = links.parse(row["url"])
    return row["url"] if link is None else link.post_id or link.key


def _value(value: Any) -> str | None:
    """A rule's value as text, upper and lower case alike."""
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False).casefold()


def _utc(time: str | None) -> dt.datetime | None:
    """A time without a zone; one with a zone is brought to UTC."""
    if time is None:
        return None
    read = dt.datetime.fromisoformat(time)
    return read if read.tzinfo is None else read.astimezone(dt.UTC).replace(tzinfo=None)


def _minute(time: str | None) -> dt.datetime | None:
    read = _utc(time)
    return read and read.replace(second=0, microsecond=0)


# ------------------------------------------------------------------------------------------------------------- codings


@dataclass(frozen=True, slots=True)
class Coding:
    """A coded chat: where its export lies, and what stands in its coding, whose form has been checked."""

    name: str  # NAME of the pair
    chat: Path
    content: Row


def codings(folder: Path) -> list[Coding]:
    """The coded chats of a folder, in the order of their names. Raises ``Unreadable``."""
    try:
        names = sorted(path.name.removesuffix(CODING) for path in folder.iterdir() if path.name.endswith(CODING))
    except OSError as error:
        raise Unreadable(
            f"Cannot read the folder {folder}: {_reason(error)}; name the folder of coded chats."
        ) from error
    if not names:
        raise Unreadable(f"{folder} holds no coded chat; put NAME.txt and its coding NAME{CODING} there.")
    return [_coding(folder, name) for name in names]


def uncoded(folder: Path) -> list[str]:
    """The text files of a folder that have no coding beside them, in the order of their names."""
    return sorted(path.name for path in folder.glob("*.txt") if not path.with_name(f"{path.stem}{CODING}").exists())


def _coding(folder: Path, name: str) -> Coding:
    path, chat = folder / f"{name}{CODING}", folder / f"{name}.txt"
    if not chat.is_file():
        raise Unreadable(f"{path}: there is no {chat.name} beside it; put the chat that was coded there.")
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"Cannot read {path}: {_reason(error)}.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}:{error.lineno}: from here on this is no JSON; mend it, or export it anew.") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path} is no JSON in UTF-8; save it so.") from error
    wrong = _wrong(content)
    if wrong:
        raise Unreadable(f"{path}: {wrong}.")
    return Coding(name, chat, content)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


@dataclass(frozen=True, slots=True)
class _Field:
    """What a field of a coding has to be."""

    about: str
    fits: Callable[[Any], bool]
    optional: bool = False  # may be missing or null

    def maybe(self) -> _Field:
        return _Field(f"{self.about}, or null", self.fits, True)

    def listed(self) -> _Field:
        return _Field(
            f"a list, each {self.about}", lambda value: isinstance(value, list) and all(map(self.fits, value))
        )


def _one_of(names: Collection[str], about: str = "") -> _Field:
    known = frozenset(names)
    return _Field(about or f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in known)


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and dt.datetime.fromisoformat(value) is not None
    except ValueError:
        return False


_LINE = _Field("a line of the export, counted from 1", lambda value: type(value) is int and value > 0)
_COUNT = _Field("a number", lambda value: type(value) is int and value >= 0)
_TEXT = _Field("text", lambda value: isinstance(value, str))
_TIME = _Field("a time such as 2023-03-01T09:00:00", _is_time)
_NAMED = ("membership", "episodes")  # say who by name
_ONCE = {"calls": ("post_key",), "ledger": ("post_key", "key"), "pressure": ("line",)}  # may not stand twice


def _form(members: Collection[str], posts: Collection[str]) -> dict[str, dict[str, _Field]]:
    """The lists of a coding and the fields of their rows. Other fields may stand beside them and are not read."""
    member = _one_of(members, "one of the keys of members")
    post = _one_of(posts, "the post_key of one of the calls")
    return {
        "membership": {"line": _LINE, "event": _one_of(tuple(Event)), "member": _TEXT.maybe()},
        "calls": {
            "line": _LINE, "post_key": _TEXT, "url": _TEXT, "post_id": _TEXT.maybe(), "caller_key": member,
            "beneficiary_key": member.maybe(), "asks": _one_of(tuple(Ask)).listed(), "deadline": _TIME.maybe(),
            "posted_at": _TIME.maybe(),
        },
        "repeats": {"line": _LINE, "of": _LINE},
        "rules": {"line": _LINE, "type": _one_of(tuple(RuleType))},
        "replies": {"line": _LINE, "status": _one_of(tuple(ReplyStatus)), "post_key": post},
        "ledger": {"call_line": _LINE, "post_key": post, "key": member, "status": _one_of(tuple(Status))},
        "pressure": {"line": _LINE, "labels": _one_of(tuple(Label)).listed(), "target_keys": member.listed()},
        "episodes": {"kind": _one_of(tuple(EpisodeKind)), "member": _TEXT, "first_line": _LINE},
    }  # fmt: skip


def _wrong(content: Any) -> str | None:
    """The first thing that is wrong with the form of a coding, or None. Never shows what it holds."""
    if not isinstance(content, dict) or not any(needed in content for needed in PARTS.values()):
        return f"it has to be one JSON object with at least one of {', '.join(dict.fromkeys(PARTS.values()))}"
    if "messages" in content and not _COUNT.fits(content["messages"]):
        return f"messages must be {_COUNT.about}"
    members = content.get("members", {})
    if not isinstance(members, dict):
        return "members must be an object with a row for each member"
    named = {"name": _TEXT, "also": _Field("a list of names", _TEXT.listed().fits, True)}
    for number, row in enumerate(members.values(), 1):
        if wrong := _wrong_row(row, named):
            return f"members, row {number}: {wrong}"
    names = {_name(name) for row in members.values() for name in (row["name"], *(row.get("also") or ()))}
    calls = content.get("calls")
    rows = [row for row in calls if isinstance(row, dict)] if isinstance(calls, list) else []
    posts = [row["post_key"] for row in rows if _TEXT.fits(row.get("post_key"))]
    for name, fields in _form(members, posts).items():
        table = content.get(name, [])
        if not isinstance(table, list):
            return f"{name} must be a list"
        seen = set()
        for number, row in enumerate(table, 1):
            if wrong := _wrong_row(row, fields):
                return f"{name}, row {number}: {wrong}"
            if name in _ONCE:
                once = tuple(row[field] for field in _ONCE[name])
                if once in seen:
                    return f"{name}, row {number}: a row with this {' and '.join(_ONCE[name])} stands before; make them one"
                seen.add(once)
            if name == "rules" and (wrong := wrong_value(row["type"], row.get("value"))):
                return f"{name}, row {number}: value {wrong} ({row['type']})"
            if members and name in _NAMED and row.get("member") is not None and _name(row["member"]) not in names:
                return f"{name}, row {number}: member must be a name, or another name, of one of the members"
    return None


def _wrong_row(row: Any, fields: Mapping[str, _Field]) -> str | None:
    if not isinstance(row, dict):
        return "must be an object"
    for name, field_ in fields.items():
        value = row.get(name)
        if not (field_.fits(value) or (value is None and field_.optional)):
            return f"{name} {'must be' if name in row else 'is missing; it must be'} {field_.about}"
    return None


def _check_lines(coding: Coding, last: int) -> None:
    for name, fields in _form((), ()).items():
        for number, row in enumerate(coding.content.get(name, ()), 1):
            beyond = [key for key, wanted in fields.items() if wanted is _LINE and row[key] > last]
            if beyond:
                raise Unreadable(
                    f"{coding.name}{CODING}: {name}, row {number}: {beyond[0]} lies beyond the {last} lines of "
                    f"{coding.chat.name}; put the export that was coded beside it."
                )


# -------------------------------------------------------------------------------------------------------------- output


def document(chats: Mapping[str, Mapping[str, Agreement]], errors: bool = False) -> Row:
    """The agreement as data: a row per part over all chats, a row per chat and part, and the ``errors`` if wanted.

    ``units`` is the number of units that kappa counts.
    """
    made: Row = {
        "schema": SCHEMA_VERSION,
        "generator": f"podaudit {__version__}",
        "chats": list(chats),
        "pooled": [_figures(part, agreement) for part, agreement in pool(chats.values()).items()],
        "per_chat": [
            {"chat": name} | _figures(part, agreement)
            for name, parts in chats.items()
            for part, agreement in parts.items()
        ],
    }
    if errors:
        made["errors"] = list(differences(chats))
    return made


def differences(chats: Mapping[str, Mapping[str, Agreement]]) -> list[Row]:
    """What was missed and what was extra, by chat, part and line."""
    made = []
    for name, parts in chats.items():
        for part, agreement in parts.items():
            if ":" in part:  # stands in the part as a whole
                continue
            wrong = [("missed", item) for item in agreement.missed] + [("extra", item) for item in agreement.extra]
            for error, item in sorted(wrong, key=lambda pair: pair[1].line or 0):
                says = [word.isoformat() if isinstance(word, dt.datetime) else word for word in item.says]
                made.append({"chat": name, "line": item.line, "part": part, "error": error, "says": says})
    return made


def _figures(part: str, agreement: Agreement) -> Row:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return {
        "part": part,
        "precision": rounded(agreement.precision),
        "recall": rounded(agreement.recall),
        "f1": rounded(agreement.f1),
        "coded": agreement.coded,
        "found": agreement.found,
        "agreed": agreement.agreed,
        "kappa": rounded(agreement.kappa),
        "units": None if agreement.units is None else agreement.units.total(),
    }
