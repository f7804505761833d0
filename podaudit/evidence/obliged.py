"""The owner's obligations beside the archive: corroborated, not found or unknown; and the rules that only it can decide.

What is not found was not necessarily not done: a like that was taken back is missing from an archive. So absence never breaks
a rule here; only what is found can, such as a comment of fewer words than asked.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from podaudit.evidence.schemas import CHECKED, CLAIMS, OBLIGATIONS, Found, Given, What
from podaudit.evidence.zones import Clock
from podaudit.lexicon.fold import fold
from podaudit.model import RuleType, Status, Verdict, rows
from podaudit.standing import Standing

if TYPE_CHECKING:
    import pandas as pd

RULES = (
    RuleType.REACT, RuleType.COMMENT, RuleType.COMMENT_MIN_WORDS, RuleType.COMMENT_QUESTION,
    RuleType.COMMENT_NO_EMOJI_ONLY, RuleType.COMMENT_NO_GENERIC, RuleType.COMMENT_MENTION, RuleType.SHARE,
    RuleType.DEADLINE,
)  # fmt: skip
Done = Mapping[tuple[int, str | None], Sequence[Any]]  # (line of the call, id of the post) -> rows of ACTIONS
_EAST = np.timedelta64(14, "h")  # the clock farthest ahead of UTC
_WORDS = {"react": "reaction", "comment": "comment", "share": "repost", "vote": "vote"}
_ASKED = frozenset({What.REACTIONS.value, What.COMMENTS.value})


def obligations(
    given: Given, done: Done, calls: pd.DataFrame, ledger: pd.DataFrame, clock: Clock, owner: str
) -> pd.DataFrame:
    """OBLIGATIONS, by line of the call: the owner's rows of the LEDGER beside what was done (``by_post``)."""
    call_of = {key: row for key, row in zip(calls["key"].tolist(), rows(calls), strict=True)}
    own = ledger[ledger["member"] == owner] if _ASKED & given.holds else ledger.iloc[:0]
    made = []
    for row in rows(own):
        call = call_of[row.key]
        found = done.get((row.call_line, row.post_id), [])
        verdict, why = (Found.CORROBORATED, _what(found)) if found else _absent(given, call, clock)
        made.append({
            "call_line": row.call_line, "post_id": row.post_id, "url": row.url, "member": owner, "status": row.status,
            "found": verdict.value, "kinds": sorted({a.kind for a in found}), **_measures(found, call),
            "inferred": bool(found) and all(a.inferred for a in found), "sources": [a.source for a in found], "why": why,
        })  # fmt: skip
    return OBLIGATIONS.frame(made)


def not_held(given: Given) -> list[str]:
    """Of comments and reactions, what no archive that was given holds so that it can be read; none without an archive."""
    return sorted(_ASKED - given.holds) if (given.files["what"] != "analytics").any() else []


def by_post(actions: pd.DataFrame) -> Done:
    """The rows of ACTIONS by line of the call and id of the post."""
    held: dict[tuple[int, str | None], list[Any]] = defaultdict(list)
    for row in rows(actions):
        held[row.call_line, row.post_id].append(row)
    return held


def _what(found: Sequence[Any]) -> str:
    counts = Counter(a.kind for a in found)
    listed = ", ".join(f"{n} {_WORDS[kind]}{'s' * (n > 1)}" for kind, n in sorted(counts.items()))
    by_time = "; matched by the time in the ids" if all(a.inferred for a in found) else ""
    return f"in the archive: {listed}{by_time}"


def _absent(given: Given, call: Any, clock: Clock) -> tuple[Found, str]:
    """Of an obligation without anything in the archive, whether that says anything."""
    if call.platform != "linkedin":
        return Found.UNKNOWN, "the post is not on LinkedIn"
    if call.post_id is None:
        return Found.UNKNOWN, "the link in the chat names no post (a short link or an article)"
    if missing := not_held(given):
        return Found.UNKNOWN, f"nothing found, but the archive has no file of {missing[0]} that could be read"
    if given.until is not None:
        until = np.datetime64(given.until, "us")
        ends = clock.local([until])[0] if clock.zone else until + _EAST
        if ends < np.datetime64(call.time, "us"):
            return Found.UNKNOWN, "the call is later than the archive"
    return (
        Found.NOT_FOUND,
        "nothing found in the archive; what was taken back, or done by another account, is not in it",
    )


def _measures(found: Sequence[Any], call: Any) -> dict[str, Any]:
    """When, how long after, and with what words."""
    timed = sorted((a for a in found if a.utc is not None), key=lambda a: a.utc)
    first = timed[0] if timed else None
    reactions = [a for a in (*timed, *(a for a in found if a.utc is None)) if a.kind == "react"]
    comments = [a for a in found if a.kind == "comment"]
    in_time = None
    if first is not None and first.time is not None and call.due is not None:
        in_time = bool(_minute(first.time) <= call.due)
    return {
        "first_at": first.time if first else None, "after_call": first.after_call if first else None,
        "after_post": first.after_post if first else None, "in_time": in_time,
        "reaction": reactions[0].type if reactions else None, "comments": len(comments),
        "words": max((a.words for a in comments), default=None),
        "question": any(a.question for a in comments) if comments else None,
        "emoji_only": all(a.emoji_only for a in comments) if comments else None,
        "stock": all(a.stock for a in comments) if comments else None,
    }  # fmt: skip


def _minute(time: Any) -> Any:
    """An export may leave the seconds out; what falls in the minute of the deadline is in time."""
    return time.replace(second=0, microsecond=0)


def claims(obliged: pd.DataFrame) -> pd.DataFrame:
    """CLAIMS: what the chat has on record against what the archive shows, in the order of the statuses."""
    counts = Counter(zip(obliged["status"].tolist(), obliged["found"].tolist(), strict=True))
    held = Counter(obliged["status"].tolist())
    return CLAIMS.frame([
        (status.value, held[status], *(counts[status, found] for found in Found)) for status in Status if held[status]
    ])  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- rules


def checks(obliged: pd.DataFrame, done: Done, calls: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """CHECKED: per obligation and rule in force, what the archive shows of it; by line, then in the order of ``RULES``."""
    standing = Standing.of(rules)
    kinds = [kind for kind in RULES if kind in standing.versions]
    call_of = {(row.line, row.post_id, row.url): row for row in rows(calls)}
    made = []
    for row in rows(obliged):
        call, found = call_of[row.call_line, row.post_id, row.url], done.get((row.call_line, row.post_id), [])
        for kind in kinds:
            rule = standing.at(kind, row.call_line)
            if rule is None or (kind is RuleType.DEADLINE and (call.due is None or call.deadline is not None)):
                continue
            verdict, why, rests = _decide(kind, rule.value, found, row, call)
            made.append((
                row.call_line, rule.line, kind.value, row.member, row.post_id, row.url, verdict.value,
                bool(rests) and all(a.inferred for a in rests), [a.source for a in rests], why,
            ))  # fmt: skip
    return CHECKED.frame(made)


def _decide(kind: RuleType, value: Any, found: Sequence[Any], row: Any, call: Any) -> tuple[Verdict, str, list[Any]]:
    """Whether a rule was kept, on what grounds, and the actions it rests on."""
    wanted = {RuleType.REACT: "react", RuleType.SHARE: "share"}.get(kind, "comment")
    if kind is RuleType.DEADLINE:
        return _deadline(found, row)
    rests = [a for a in found if a.kind == wanted]
    if not rests:
        return (
            Verdict.UNKNOWN,
            row.why if not found else f"no {_WORDS[wanted]} found; what was taken back is not in an archive",
            [],
        )
    kept, why = next(_of_comments(kind, value, rests, call), (True, ""))
    if kept is None:
        return Verdict.UNKNOWN, why, rests
    return (Verdict.KEPT if kept else Verdict.BROKEN), why or _what(rests), rests


def _of_comments(kind: RuleType, value: Any, comments: Sequence[Any], call: Any) -> Iterator[tuple[bool | None, str]]:
    """What comments must be like, where the rule says so; one that is so is enough."""
    if kind is RuleType.COMMENT_MIN_WORDS:
        most = max(a.words for a in comments)
        if not isinstance(value, int):
            yield None, "the rule says no number"
        else:
            yield most >= value, f"the longest comment found has {most} words; asked: {value}"
    elif kind is RuleType.COMMENT_QUESTION:
        kept = any(a.question for a in comments)
        yield kept, "a comment found holds a question mark" if kept else "no comment found holds a question mark"
    elif kind is RuleType.COMMENT_NO_EMOJI_ONLY:
        kept = not all(a.emoji_only for a in comments)
        yield kept, "a comment found has words" if kept else "the comments found are emoji alone"
    elif kind is RuleType.COMMENT_NO_GENERIC:
        kept = not all(a.stock or a.emoji_only for a in comments)
        yield kept, "a comment found has words of its own" if kept else "the comments found are stock phrases only"
    elif kind is RuleType.COMMENT_MENTION:
        name = re.findall(r"[^\W\d_]{3,}", fold(call.beneficiary))
        named = bool(name) and any(re.search(rf"\b{name[0]}\b", fold(a.text or "")) for a in comments)
        yield (
            (True if named else None),
            "a comment found names the author" if named else "the author may bear another name there",
        )


def _deadline(found: Sequence[Any], row: Any) -> tuple[Verdict, str, list[Any]]:
    if not found:
        return Verdict.UNKNOWN, row.why, []
    if row.in_time is None:
        return Verdict.UNKNOWN, "found without a time, or the time zone of the chat is not known", list(found)
    timed = [a for a in found if a.time is not None]
    why = f"the first found {row.after_call} minutes after the call"
    return (Verdict.KEPT if row.in_time else Verdict.BROKEN), why, timed


def figures(obliged: pd.DataFrame, checked: pd.DataFrame) -> Mapping[str, int]:
    """Claimed (the owner said it was done) against found."""
    said = obliged["status"].isin([Status.CONFIRMED, Status.LATE])
    found = obliged["found"]
    return {
        "obligations": len(obliged),
        "claimed": int(said.sum()),
        **{f"claimed_{x.value}": int((said & (found == x)).sum()) for x in Found},
        **{f"unclaimed_{x.value}": int((~said & (found == x)).sum()) for x in Found},
        **{f"rules_{v.value}": int((checked["verdict"] == v).sum()) for v in Verdict},
    }
