"""What the reader corrects, put in place: over what the detectors found, before anything is worked out from it.

Each function takes tables and gives them back corrected, with ``MARK`` as the reason of every row that a reader gave. A
correction that does not fit the chat raises ``DecisionNeeded``, which says which one and why; so those that return have all
been applied. Members become one in the export, before anything is looked for in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from podaudit import when
from podaudit.corrections import Correction, Corrections
from podaudit.export.members import number_key, presence
from podaudit.export.notices import clean
from podaudit.model import CALLS, CLAIMS, CORRECTIONS, MEMBERS, PRESSURE, REPEATS, RULES, Ask, DecisionNeeded, rows
from podaudit.model import CorrectionKind as K

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.detect.chat import Chat
    from podaudit.lexicon import Lexicon
    from podaudit.model import Export, Source

MARK = "as corrected by the reader"


def misfit(given: Corrections, entry: Correction, why: str) -> DecisionNeeded:
    """The error for a correction that does not fit."""
    place = f", line {entry.line}" if entry.line else ""
    return DecisionNeeded(f"{given.file}: [[{entry.kind}]] number {entry.number}{place}: {why}; nothing was written.")


# ------------------------------------------------------------------------------------------------------------- members


def one_member(export: Export, given: Corrections) -> Export:
    """The export with members made one whom the reader says to be one. Checks that the corrections are for this export."""
    files = [file.sha256 for file in export.source.files]
    if given.sha256 and given.sha256 not in ((export.source.sha256,), tuple(files)):
        raise DecisionNeeded(
            f"{given.file} was made for another export: its sha256 is not that of {export.source.name}. Look the lines up "
            "again and put the SHA-256 that the report shows, or leave sha256 out."
        )
    for entry in given.of(K.SAME_MEMBER):
        known = _names(export.members)
        kept, other = (known.get(_key(name)) for name in (entry.name, entry.also))
        for key, found in (("name", kept), ("also", other)):
            if found is None:
                raise misfit(given, entry, f"{key} is nobody in this chat; give it as the table members shows it")
        if kept == other:
            raise misfit(given, entry, "the two are one member already")
        export = _joined(export, str(kept), str(other))
    return export


def _joined(export: Export, kept: str, other: str) -> Export:
    alias = {other: kept}
    membership = export.membership.assign(**{c: export.membership[c].replace(alias) for c in ("member", "by")})
    periods = presence((e.event, e.member, e.time) for e in rows(membership))
    held = {member.name: member for member in rows(export.members)}
    own, also = held[kept], held[other]
    times = [t for t in (own.first, own.last, also.first, also.last) if t is not None]
    one = own._replace(
        also=[n for n in dict.fromkeys([*own.also, also.name, *also.also]) if n != kept],
        messages=own.messages + also.messages,
        first=min(times, default=None),
        last=max(times, default=None),
        periods=periods.get(kept) or [{"from": None, "until": None}],
        owner=own.owner or also.owner,
    )
    made = [one if name == kept else member for name, member in held.items() if name != other]
    return dataclasses.replace(
        export,
        messages=export.messages.assign(member=export.messages["member"].replace(alias)),
        membership=membership,
        members=MEMBERS.frame(made),
    )


def _names(members: pd.DataFrame) -> dict[str, str]:
    """Every name and number the chat shows -> the member's canonical name; canonical names come first."""
    known: dict[str, str] = {}
    for name in members["name"]:
        known.setdefault(_key(name), name)
    for name, also in zip(members["name"], members["also"], strict=True):
        for other in also:
            known.setdefault(_key(other), name)
    return known


def _key(name: str) -> str:
    return number_key(clean(name)) or clean(name).casefold()


# --------------------------------------------------------------------------------------------------------------- calls


def corrected_calls(
    calls: pd.DataFrame, repeats: pd.DataFrame, chat: Chat, links: pd.DataFrame, members: pd.DataFrame, given: Corrections,
    lexicon: Lexicon,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """CALLS (``due`` not yet set by rules) and REPEATS, given LINKS and MEMBERS; a call that is none takes its repeats along."""
    if not given.of(K.NO_CALL, K.CALL):
        return calls, repeats
    held, known, at = list(rows(calls)), _names(members), {line: i for i, line in enumerate(chat.lines)}
    for entry in given.of(K.NO_CALL):
        meant = [c for c in held if c.line == entry.line and _means(entry, c)]
        if not meant:
            again = repeats.loc[repeats["line"] == entry.line, "of"].tolist()
            why = f"it repeats the call on line {again[0]}" if again else "podaudit found no such call there"
            raise misfit(given, entry, why)
        held = [c for c in held if c not in meant]
    for entry in given.of(K.CALL):
        named = entry.beneficiary and known.get(_key(entry.beneficiary), entry.beneficiary)
        there = [c for c in held if c.line == entry.line and _means(entry, c)]
        if there:
            if all(c.beneficiary == (named or c.beneficiary) for c in there):
                raise misfit(given, entry, "podaudit found that call as well")
            held = [c._replace(beneficiary=named, why=MARK) if c in there else c for c in held]
            continue
        if entry.line not in at:
            raise misfit(given, entry, "no message by a member begins there")
        held += _made(entry, chat, at[entry.line], links, named, held, given, lexicon)
    held.sort(key=lambda c: c.line)
    keys = {c.key for c in held}
    lines = {(c.line, c.key) for c in held}
    left = [r for r in rows(repeats) if r.key in keys and (r.line, r.key) not in lines]
    return CALLS.frame([_fields(c) for c in held]), REPEATS.frame(left)


def _means(entry: Correction, row: Any) -> bool:
    """Is it this post that the entry speaks of?"""
    return not entry.post or entry.post in (row.post_id, row.url)


def _made(
    entry: Correction, chat: Chat, i: int, links: pd.DataFrame, named: str, held: Iterable[Any], given: Corrections,
    lexicon: Lexicon,
) -> list[Any]:  # fmt: skip
    """The calls of a message that the reader says to be one: one a post, else one a link."""
    there = [x for x in rows(links) if x.line == entry.line and _means(entry, x)]
    posts = {x.key: x for x in there if x.is_post} or {x.key: x for x in there}
    if not posts:
        raise misfit(given, entry, "no such link stands there; a call is a message with a link to a post")
    for call in held:
        if call.key in posts:
            raise misfit(
                given, entry, f"that post is the call on line {call.line}; say first that this is none (no_call)"
            )
    deadline = when.deadline(chat.folded[i], chat.times[i])
    asks = {hit.concept for hit in lexicon.scan("calls", chat.folded[i])} & set(Ask)
    due = None if deadline is None else deadline.at
    made = CALLS.frame([{
        "line": entry.line, "time": chat.times[i], "caller": chat.members[i], "beneficiary": named or chat.members[i],
        "platform": x.platform, "post_kind": x.kind, "post_id": x.post_id, "url": x.url, "posted_at": x.posted_at,
        "asks": sorted(asks), "deadline": due, "due": due, "why": MARK, "key": x.key,
    } for x in posts.values()])  # fmt: skip
    return list(rows(made))


# --------------------------------------------------------------------------------------------------- rules and replies


def corrected_rules(rules: pd.DataFrame, calls: pd.DataFrame, chat: Chat, given: Corrections) -> pd.DataFrame:
    """RULES without those that are none, and with those that the reader adds."""
    if not given.of(K.NO_RULE, K.RULE):
        return rules
    held, at = list(rows(rules)), {line: i for i, line in enumerate(chat.lines)}
    for entry in given.of(K.NO_RULE):
        meant = [r for r in held if r.line == entry.line and entry.type in ("", r.type)]
        if not meant:
            raise misfit(given, entry, "podaudit found no such rule there")
        if len(meant) > 1:
            raise misfit(given, entry, f"several rules stand there ({', '.join(r.type for r in meant)}); give its type")
        held.remove(meant[0])
    made = [_fields(r) for r in held]
    for entry in given.of(K.RULE):
        if not len(calls):
            raise misfit(given, entry, "the chat has no calls, and rules are about taking part in a pod")
        if entry.line not in at:
            raise misfit(given, entry, "no message by a member begins there")
        if any(row["line"] == entry.line and row["type"] == entry.type for row in made):
            raise misfit(given, entry, "a rule of that type stands there; say first that it is none (no_rule)")
        i = at[entry.line]
        made.append({
            "line": entry.line, "type": entry.type, "value": entry.value, "by": chat.members[i], "time": chat.times[i],
            "why": MARK, "phrase": "",
        })  # fmt: skip
    return RULES.frame(_by_line(made))


def corrected_claims(claims: pd.DataFrame, calls: pd.DataFrame, chat: Chat, given: Corrections) -> pd.DataFrame:
    """CLAIMS: what a line says is exactly what the reader's entries for it say, where there are any."""
    if not given.of(K.NO_REPLY, K.REPLY):
        return claims
    held, at = [_fields(c) for c in rows(claims)], {line: i for i, line in enumerate(chat.lines)}
    gone, made = set(), list[dict[str, Any]]()
    for entry in given.of(K.NO_REPLY, K.REPLY):
        found = [c["status"] for c in held if c["line"] == entry.line]
        if entry.kind is K.NO_REPLY and not found:
            raise misfit(given, entry, "podaudit found no reply there")
        gone.add(entry.line)
        if entry.kind is K.NO_REPLY:
            continue
        if entry.line not in at:
            raise misfit(given, entry, "no message by a member begins there")
        status = entry.status or (found[0] if len(set(found)) == 1 else "")
        if not status:
            raise misfit(given, entry, "say what it says of them, with status")
        member = chat.members[at[entry.line]]
        made.append({
            "line": entry.line, "time": chat.times[at[entry.line]], "member": member, "status": status, "names": [],
            "keys": _spoken_of(entry, member, calls, given), "count": None, "all": False, "inverse": False, "strict": False,
            "until": None, "why": MARK,
        })  # fmt: skip
    left = [c for c in held if c["line"] not in gone]
    return CLAIMS.frame(_by_line([*left, *made]))


def _spoken_of(entry: Correction, member: str, calls: pd.DataFrame, given: Corrections) -> list[str]:
    keys = []
    for line in entry.calls:
        meant = [c for c in rows(calls) if c.line == line]
        if not meant:
            raise misfit(given, entry, f"no call stands on line {line}")
        if line >= entry.line:
            raise misfit(given, entry, f"the call on line {line} does not come before it")
        if all(member in (c.caller, c.beneficiary) for c in meant):
            raise misfit(given, entry, f"the call on line {line} is by or for the one who writes it")
        keys += [c.key for c in meant]
    return keys


def check_replies(replies: pd.DataFrame, given: Corrections) -> None:
    """Do REPLIES hold what the reader said? A member confirms a call once: what comes later says nothing more of it."""
    tied = set(zip(replies["line"].tolist(), replies["call_line"].tolist(), strict=True))
    for entry in given.of(K.REPLY):
        for line in entry.calls:
            if (entry.line, line) not in tied:
                raise misfit(
                    given, entry, f"an earlier message says done of the call on line {line}; correct that one first"
                )


# -------------------------------------------------------------------------------------------------------------- labels


def corrected_labels(
    pressure: pd.DataFrame, calls: pd.DataFrame, chat: Chat, members: pd.DataFrame, given: Corrections
) -> pd.DataFrame:
    """PRESSURE without the labels that are wrong, and with those that are missing."""
    if not given.of(K.NO_LABEL, K.LABEL):
        return pressure
    held = {row.line: _fields(row) for row in rows(pressure)}
    known, at = _names(members), {line: i for i, line in enumerate(chat.lines)}
    for entry in given.of(K.NO_LABEL):
        if entry.label not in held.get(entry.line, {}).get("labels", ()):
            raise misfit(given, entry, f"podaudit found no {entry.label} there")
        held[entry.line] = _less(held[entry.line], entry.label)
    for entry in given.of(K.LABEL):
        if not len(calls):
            raise misfit(given, entry, "the chat has no calls, and labels are about taking part in a pod")
        if entry.line not in at:
            raise misfit(given, entry, "no message by a member begins there")
        targets = None if entry.targets is None else _members(entry, known, given)
        row = held.get(entry.line) or _blank(chat, at[entry.line])
        if entry.label in row["labels"] and targets in (None, row["targets"]):
            raise misfit(given, entry, f"podaudit found {entry.label} there as well")
        held[entry.line] = row | {
            "labels": sorted({*row["labels"], entry.label}),
            "targets": row["targets"] if targets is None else targets,
            "why": row["why"] | {entry.label: MARK},
            "phrases": row["phrases"] | {entry.label: ()},
        }
    return PRESSURE.frame([held[line] for line in sorted(held) if held[line]["labels"]])


def _less(row: Mapping[str, Any], label: str) -> dict[str, Any]:
    def without(held: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in held.items() if key != label}

    labels = [x for x in row["labels"] if x != label]
    return {**row, "labels": labels, "why": without(row["why"]), "phrases": without(row["phrases"])}


def _blank(chat: Chat, i: int) -> dict[str, Any]:
    return {
        "line": chat.lines[i], "time": chat.times[i], "actor": chat.members[i], "labels": [], "targets": [], "why": {},
        "phrases": {},
    }  # fmt: skip


def _members(entry: Correction, known: Mapping[str, str], given: Corrections) -> list[str]:
    found = [known.get(_key(name)) for name in entry.targets or ()]
    if None in found:
        which = found.index(None) + 1
        raise misfit(given, entry, f"target {which} is nobody in this chat; give it as the table members shows it")
    return sorted({name for name in found if name is not None})


# --------------------------------------------------------------------------------------------------------- the account


def account(given: Corrections, members: pd.DataFrame) -> pd.DataFrame:
    """CORRECTIONS: every entry, in the order of the file's kinds and then of the file; all were applied."""
    known = _names(members)

    def named(*names: str) -> list[str]:
        return [known.get(_key(name), name) for name in names if name]

    return CORRECTIONS.frame([{
        "kind": entry.kind.value, "number": entry.number, "line": entry.line or None,
        "term": entry.label or entry.type or entry.status or None,
        "members": [*named(entry.name, entry.beneficiary, *(entry.targets or ())), *filter(None, [entry.also])],
        "post": entry.post or None, "calls": list(entry.calls), "reason": entry.reason or None,
    } for entry in given.of(*K)])  # fmt: skip


def noted(source: Source, given: Corrections) -> Source:
    """The source with a note that there are corrections, so that no reader misses them."""
    if not given.entries:
        return source
    note = f"Corrections by the reader: {len(given.entries)}; all were applied, and the report and the table corrections list them."
    return dataclasses.replace(source, warnings=(*source.warnings, note))


def _by_line(made: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(made, key=lambda row: row["line"])


def _fields(row: Any) -> dict[str, Any]:
    made: Callable[[], dict[str, Any]] = row._asdict
    return made()
