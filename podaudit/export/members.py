"""Who is who: spellings, numbers and renames made one member; the phone's owner; who was in the group when."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from podaudit.export import notices, words
from podaudit.export.dates import Ints
from podaudit.export.doubts import skeleton
from podaudit.export.kinds import CODE
from podaudit.export.notices import YOU, Said, bare, clean
from podaudit.export.parse import Rows
from podaudit.export.senders import firsts, tally
from podaudit.model import DecisionNeeded, Event, Kind

_NUMBER = re.compile(r"(?:\+|00)?[\d\s().\-\u2010-\u2015/]{7,40}")
_MIN_DIGITS = 7
_GREETING = 8  # messages after the owner's joining in which the newcomer is called by name
_MIN_TOKEN = 3
_ENTERS = (Event.CREATED, Event.ADDED, Event.JOINED)
_EXITS = (Event.LEFT, Event.REMOVED)
_SEVERAL = (Event.ADDED, Event.REMOVED, Event.ADMIN)  # may befall several at once
_BY_MEMBER = (Event.CREATED, Event.SUBJECT_CHANGED, Event.DESCRIPTION_CHANGED)


Period = dict[str, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the members. ``membership`` and ``members`` are rows of the tables of those names."""

    membership: list[dict[str, object]]
    members: list[dict[str, object]]
    member_of: list[str]  # canonical name per sender code
    group: str | None
    warnings: list[str]
    doubts: dict[int, str]  # by row


@dataclass(slots=True)
class _Event:
    row: int
    event: Event
    who: str | None  # id of a member, YOU, or None
    by: str | None
    to: str | None


@dataclass(slots=True)
class _Book:
    """Members by id while they are found. An id is a cleaned name, ``~ name`` where both exist, or ``+digits``."""

    tilde: frozenset[str]  # names that occur both saved and as a push name
    shown: dict[str, list[str]] = field(default_factory=dict)  # id -> spellings, in order
    seen: dict[str, int] = field(default_factory=dict)  # id -> first row
    parent: dict[str, str] = field(default_factory=dict)

    def id_of(self, name: str) -> str:
        plain = bare(name)
        if number := number_key(plain):
            return number
        short = clean(plain)
        return plain if plain.startswith("~ ") and short in self.tilde else short

    def note(self, name: str, row: int) -> str:
        key = self.id_of(name)
        spelling = key if key.startswith("~ ") else clean(name)
        spellings = self.shown.setdefault(key, [])
        if spelling not in spellings:
            spellings.append(spelling)
        self.seen[key] = min(row, self.seen.get(key, row))
        return key

    def root(self, key: str) -> str:
        while key in self.parent:
            key = self.parent[key]
        return key

    def tie(self, old: str, new: str) -> None:
        a, b = self.root(old), self.root(new)
        if a == b:  # changed back to an earlier number: the last one shown becomes the root again
            return
        self.parent[a] = b


def number_key(name: str) -> str:
    """``+digits`` for a name that is a telephone number in international spelling, whatever its spacing; else empty."""
    if not _NUMBER.fullmatch(name) or sum(c.isdigit() for c in name) < _MIN_DIGITS or name[:1] not in "+0":
        return ""
    if name.startswith("00"):
        name = "+" + name[2:]
    if name.startswith("+") and "(0" in name:
        import phonenumbers

        try:
            parsed = phonenumbers.parse(name, None)
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
        except phonenumbers.NumberParseException:
            pass
    digits = "".join(str(int(c)) for c in name if c.isdigit())
    return ("+" if name.startswith("+") else "") + digits


def know(rows: Rows, text_of: Callable[[int], str], me: str | None, name: str) -> People:
    """Read the notices and settle who is who.

    ``text_of(row)`` is the text of a row. Raises ``DecisionNeeded`` when ``me`` names nobody in the chat.
    """
    said = _read_notices(rows, text_of)
    n_codes = len(rows.senders)
    by_code, first_row = tally(rows.sender_code, n_codes), firsts(rows.sender_code, n_codes)
    used = np.flatnonzero(by_code).tolist()
    spoken = [bare(rows.senders[c]) for c in used]
    noted = [n for s in said.values() if s for n in (s.by, s.who) if n and n != YOU]
    tildes = {clean(n) for n in [*spoken, *noted] if n.startswith("~ ")}
    plain = {n for n in [*spoken, *noted] if not n.startswith("~ ")}
    book = _Book(frozenset(tildes & plain))
    code_id = {c: book.note(rows.senders[c], int(first_row[c])) for c in used}
    known = {*spoken, *(n for s in said.values() if s for n in (s.by, s.who if s.event not in _SEVERAL else "") if n)}
    events, group = _events(said, book, known)
    _tie_numbers(events, book)
    counts: Counter[str] = Counter()
    for c, key in code_id.items():
        counts[key] += int(by_code[c])
    warnings: list[str] = []
    owner = you = _owner(rows, said, events, book, code_id, text_of, me, name, warnings)
    if me is not None and owner in {k for e in events for k in (e.who, e.by)} and _says_you(events):
        # The app never names the phone's owner: this is the export of another, who shared it.
        warnings.append("'You' in the notices is another member than --me names: the export comes from another phone.")
        you = _owner(rows, said, events, book, code_id, text_of, None, name, [])
        you = None if you == owner else you
    for e in events:
        e.who = you if e.who == YOU else e.who
        e.by = you if e.by == YOU else e.by
    doubts = _other_author(rows, said, book, counts)
    names = _canonical(book)
    unread = sum(s is None for s in said.values())
    if unread:
        warnings.append(
            f"Notices of the app that could not be read: {unread}; they are kept as notices without an event."
        )
    if book.tilde:
        warnings.append("A saved contact and an unsaved one bear the same name; they are kept apart.")
    warnings += _look_alikes(names, book, rows)

    def shown(key: str | None) -> str | None:
        return names[book.root(key)] if key else None

    membership: list[dict[str, object]] = [
        {
            "line": int(rows.line[e.row]), "time": rows.time[e.row], "event": e.event.value,
            "member": shown(e.who), "by": shown(e.by), "to": e.to,
        }
        for e in events
    ]  # fmt: skip
    if group is None:
        group = _ios_group(rows, book, counts)
    members = _members(rows, events, book, names, code_id, owner, by_code, first_row)
    member_of = [shown(code_id.get(c)) or "" for c in range(len(rows.senders))]
    return People(membership, members, member_of, group, warnings, doubts)


def _read_notices(rows: Rows, text_of: Callable[[int], str]) -> dict[int, Said | None]:
    reader = notices.Reader()
    read: dict[str, Said | None] = {}
    out: dict[int, Said | None] = {}
    for row in np.flatnonzero(rows.kind == CODE[Kind.NOTICE]).tolist():
        text = text_of(row)
        if text not in read:
            read[text] = reader.read(text)
        out[row] = read[text]
    return out


def _events(said: Mapping[int, Said | None], book: _Book, known: set[str]) -> tuple[list[_Event], str | None]:
    events: list[_Event] = []
    group = None
    for row, s in said.items():
        if s is None or not s.event:
            continue
        event = Event(s.event)
        by = _id(s.by, row, book)
        if event in (Event.CREATED, Event.SUBJECT_CHANGED) and s.new:
            group = s.new
        if event in _BY_MEMBER:
            events.append(_Event(row, event, by, by, s.new if event is Event.SUBJECT_CHANGED else None))
            continue
        if event is Event.NUMBER_CHANGED:
            who = _id(s.who, row, book)
            events.append(_Event(row, event, who, who, clean(s.new) if s.new else None))
            continue
        whos = (
            [s.who]
            if s.who in (None, YOU) or event not in _SEVERAL
            else notices.split_names(s.who or "", s.language, known)
        )
        events.extend(_Event(row, event, _id(w, row, book), by, None) for w in whos)
    return events, group


def _id(name: str | None, row: int, book: _Book) -> str | None:
    if name is None or name == YOU:
        return name
    return YOU if notices.is_you(name) else book.note(name, row)


def _tie_numbers(events: Iterable[_Event], book: _Book) -> None:
    for e in events:
        if e.event is Event.NUMBER_CHANGED and e.to and e.who and e.who != YOU:
            book.tie(e.who, book.note(e.to, e.row))


def _canonical(book: _Book) -> dict[str, str]:
    return {key: (spellings[-1] or key) for key, spellings in book.shown.items()}


# --------------------------------------------------------------------------------------------------------------- owner


def _owner(
    rows: Rows, said: Mapping[int, Said | None], events: Sequence[_Event], book: _Book, code_id: Mapping[int, str],
    text_of: Callable[[int], str], me: str | None, name: str, warnings: list[str],
) -> str | None:  # fmt: skip
    """The member whose phone made the export: given, shown by the app's words, or the only one it can be; else None."""
    if me is not None:
        wanted = (number_key(bare(me)), clean(me).casefold())
        for key, spellings in book.shown.items():
            if (wanted[0] and key == wanted[0]) or wanted[1] in (s.casefold() for s in spellings):
                return key
        first = [
            k for k, shown in book.shown.items() if wanted[1] in ((s.casefold().split() or [""])[0] for s in shown)
        ]
        if len({book.root(k) for k in first}) == 1:
            return first[0]
        raise DecisionNeeded(f"{name}: nobody in the chat has the name given with --me; give it as the chat shows it.")
    deleted = np.flatnonzero((rows.kind == CODE[Kind.DELETED]) & (rows.sender_code >= 0))
    coded = pc.dictionary_encode(rows.text.take(pa.array(deleted)))
    by_you = np.array([words.deleted_by_you(text) for text in coded.dictionary.to_pylist()] or [False])
    own_rows = deleted[by_you[coded.indices.to_numpy(zero_copy_only=False)]]
    if len(own_rows):
        key = code_id[int(rows.sender_code[own_rows[0]])]
        return _found(book, key, rows, "deleted a message under the app's word 'you'", warnings)
    persons = set(code_id.values())
    for row, s in said.items():
        own = s is not None and (s.by == YOU or (s.who == YOU and s.event in (Event.JOINED, Event.LEFT)))
        own = own or (row in rows.lead and (s is None or not s.event) and notices.opens_with_you(text_of(row)))
        if own and row in rows.lead and (key := book.id_of(rows.lead[row])) in persons:
            return _found(book, key, rows, "is named as the author of a notice that says 'you'", warnings)
    if not _says_you(events):
        return None
    named = {k for e in events for k in (e.who, e.by) if k and k != YOU}
    left = [
        k for c, k in code_id.items()
        if k not in named and not number_key(k) and not bare(rows.senders[c]).startswith("~ ")
    ]  # fmt: skip
    left = list(dict.fromkeys(left))
    if len(left) == 1:
        return _found(book, left[0], rows, "is the only one who writes and is never named in a notice", warnings)
    if greeted := _greeted(rows, events, left, text_of):
        return _found(book, greeted, rows, "is called by name right after 'you' came in", warnings)
    if left:
        warnings.append(f"Who 'you' is in the notices is open; members who may be: {len(left)}; --me NAME decides.")
    return None


def _says_you(events: Sequence[_Event]) -> bool:
    return any(YOU in (e.who, e.by) for e in events)


def _found(book: _Book, key: str, rows: Rows, grounds: str, warnings: list[str]) -> str:
    line = int(rows.line[book.seen[key]])
    warnings.append(f"The phone's owner ('you') was taken to be the member on line {line}, who {grounds}.")
    return key


def _greeted(rows: Rows, events: Sequence[_Event], left: Sequence[str], text_of: Callable[[int], str]) -> str | None:
    """The one candidate whose first name is said after the owner came in, before he or she has written anything."""
    row = next((e.row for e in events if e.who == YOU and e.event in (Event.ADDED, Event.JOINED)), None)
    if row is None:
        return None
    tokens = {key: (re.findall(r"\w+", key.casefold()) or [""])[0] for key in left}
    silent = {key for key, token in tokens.items() if len(token) >= _MIN_TOKEN}
    for at in range(row + 1, min(row + 1 + _GREETING, len(rows.line))):
        if rows.sender_code[at] < 0:
            continue
        silent.discard(clean(rows.senders[int(rows.sender_code[at])]))
        said = set(re.findall(r"\w+", text_of(at).casefold()))
        if named := [key for key in left if key in silent and tokens[key] in said]:
            return named[0] if len(named) == 1 else None
    return None


# ------------------------------------------------------------------------------------------------------------ presence


def presence(events: Iterable[tuple[str, str | None, dt.datetime]]) -> dict[str, list[Period]]:
    """When each member was in the group, from events (what, whom it befell, when) in their order."""
    periods: dict[str, list[Period]] = {}
    for event, who, time in events:
        if not who or event not in (*_ENTERS, *_EXITS):
            continue
        own = periods.setdefault(who, [])
        if event in _ENTERS:
            if not own or own[-1]["until"] is not None:
                own.append({"from": time, "until": None})
        elif own and own[-1]["until"] is None:
            own[-1]["until"] = time
        elif not own:
            own.append({"from": None, "until": time})
    return periods


def _members(
    rows: Rows,
    events: Sequence[_Event],
    book: _Book,
    names: Mapping[str, str],
    code_id: Mapping[int, str],
    owner: str | None,
    counts: Ints,
    first_at: Ints,
) -> list[dict[str, object]]:
    periods = presence((e.event, book.root(e.who) if e.who else None, rows.time[e.row].astype(object)) for e in events)
    root_codes: dict[str, list[int]] = {}
    for c, key in code_id.items():
        root_codes.setdefault(book.root(key), []).append(c)
    last_at = len(rows.line) - 1 - firsts(rows.sender_code[::-1], len(rows.senders))
    groups: dict[str, list[str]] = {}
    for key in sorted(book.shown, key=lambda k: book.seen[k]):
        groups.setdefault(book.root(key), []).append(key)
    out = []
    for root, keys in groups.items():
        own_codes = root_codes.get(root, [])
        also = [s for k in keys for s in book.shown[k] if s != names[root]]
        out.append({
            "name": names[root], "also": list(dict.fromkeys(also)), "messages": int(sum(counts[c] for c in own_codes)),
            "first": rows.time[min(first_at[c] for c in own_codes)] if own_codes else np.datetime64("NaT", "us"),
            "last": rows.time[max(last_at[c] for c in own_codes)] if own_codes else np.datetime64("NaT", "us"),
            "periods": periods.get(root) or [{"from": None, "until": None}],
            "owner": owner is not None and book.root(owner) == root,
        })  # fmt: skip
    return out


def _ios_group(rows: Rows, book: _Book, counts: Mapping[str, int]) -> str | None:
    """iOS puts general notices down to the group: the author of the first ones who never writes."""
    for row, lead in rows.lead.items():
        key = book.id_of(lead)
        if not counts.get(key) and key not in book.seen:
            return bare(rows.lead[row])
    return None


def _other_author(
    rows: Rows, said: Mapping[int, Said | None], book: _Book, counts: Mapping[str, int]
) -> dict[int, str]:
    """iOS notices put down to a member other than the one they open with: a member may have typed them."""
    out = {}
    for row, s in said.items():
        if row not in rows.lead or s is None or s.first <= 0 or s.event in ("", Event.ADMIN):
            continue
        author = book.id_of(rows.lead[row])
        if s.by and s.by != YOU and counts.get(author) and book.id_of(s.by) != author:
            out[row] = "the notice is put down to another member than the one it names"
    return out


def _look_alikes(names: Mapping[str, str], book: _Book, rows: Rows) -> list[str]:
    alike: dict[str, dict[str, int]] = {}
    for key, row in book.seen.items():
        root = book.root(key)
        own = alike.setdefault(skeleton(names[root]), {})
        own[root] = min(row, own.get(root, row))
    out = []
    for own in alike.values():
        if len(own) > 1 and len({names[k] for k in own}) > 1:
            lines = " and ".join(str(int(rows.line[r])) for r in sorted(own.values()))
            out.append(f"The members on lines {lines} have names that look alike; they are kept apart.")
    return out
