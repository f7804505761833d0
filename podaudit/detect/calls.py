"""Calls: messages that put a post before the group, and the repeats of them (codebook section 1).

Claims: every message that holds a link to a post and asks for engagement with it, and, where calls are the group's habit,
every bare post that a member drops as his or her own. Does not claim: posts in rule texts, thanks, reports of having done
it, posts that only illustrate. Fires on ``nieuw van mij, duimpje graag https://…``; stays silent on ``moet je zien hoe deze
flopte https://…``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

from podaudit import when
from podaudit.detect.chat import LAUGH, LINK_SIGN, Chat, places
from podaudit.lexicon import Hit, Lexicon
from podaudit.lexicon.fold import fold
from podaudit.model import CALLS, REPEATS, Ask, RuleType, rows

if TYPE_CHECKING:
    import pandas as pd

ASKS = tuple(a.value for a in Ask)
_CORE = frozenset({RuleType.REACT, RuleType.COMMENT, RuleType.DEADLINE, RuleType.CONFIRM, RuleType.GIVE_FIRST})
_OF = r"(?:van|voor|von|vom|fur|for|of|de|d'|du|di|do|da|del|della|para|pour|per|namens|by|a)"
_POST_OF = regex.compile(rf"\b(?:post|stuk|artikel|bericht|beitrag|article|publi\w*)\W+{_OF}\W+$")
_EPOCH, _SECOND = dt.datetime(1970, 1, 1), dt.timedelta(seconds=1)
_FAMILY = 2  # seconds; activity, share and ugcPost ids of one post are minted within a second or two


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands beside a link, read for asks: the folded text and its hits by concept."""

    text: str
    hits: Mapping[str, Sequence[Hit]]
    asks: list[str]
    plea: Hit | None  # the first that asks for something
    laughs: bool

    def has(self, *concepts: str) -> bool:
        return any(c in self.hits for c in concepts)


class _Drop(NamedTuple):
    """A message with at least one link that could be a call, and the words that go with it."""

    i: int
    at: Sequence[int]  # positions whose words belong to it: itself, and its other half
    words: _Words
    links: list[Any]  # rows of LINKS, ``vanity`` folded


def calls(chat: Chat, links: pd.DataFrame, rules: pd.DataFrame, lexicon: Lexicon) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The calls (CALLS, ``due`` not yet set by rules) and the repeats (REPEATS) of a chat, given LINKS and RULES."""
    links = links.assign(
        i=places(chat.lines, links["line"]),
        vanity=links["vanity"].map({name: fold(name) for name in links["vanity"].dropna().unique()}),
    )
    drops = list(_drops(chat, links, lexicon))
    owners = _owners(chat, links)
    if not _is_habit(chat, drops, rules):
        return CALLS.frame(), REPEATS.frame()
    rule_lines = set(rules["line"])
    made: list[dict[str, Any]] = []
    repeats: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    minted: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)  # platform and second -> calls
    for d in drops:
        ground = None if chat.lines[d.i] in rule_lines else _ground(chat, d, owners)
        for x in d.links:
            earlier = known.get(x.key) or _same_post(x, minted)
            if earlier is not None:
                if earlier["line"] != chat.lines[d.i] and _drops_again(chat, d, earlier):
                    repeats.append({"line": chat.lines[d.i], "of": earlier["line"], "key": earlier["key"]})
                continue
            if ground is None or not (
                x.is_post or (x.platform == "linkedin" and d.words.has("react", "comment", "share"))
            ):
                continue
            deadline = _deadline(chat, d)
            row = {
                "line": chat.lines[d.i],
                "time": chat.times[d.i],
                "caller": chat.members[d.i],
                "beneficiary": _beneficiary(chat, d, x, owners),
                "platform": x.platform,
                "post_kind": x.kind,
                "post_id": x.post_id,
                "url": x.url,
                "posted_at": x.posted_at,
                "asks": d.words.asks.copy(),
                "deadline": deadline,
                "due": deadline,
                "why": ground,
                "key": x.key,
            }
            known[x.key] = row
            if (second := _second(x.posted_at)) is not None:
                minted[x.platform, second].append(row)
            made.append(row)
    return CALLS.frame(made), REPEATS.frame(repeats)


def _drops(chat: Chat, links: pd.DataFrame, lexicon: Lexicon) -> Iterator[_Drop]:
    candidates = links[(links["is_post"] | (links["platform"] == "linkedin")) & (links["i"] >= 0)]
    by_place: dict[int, dict[str, Any]] = defaultdict(dict)
    for x in rows(candidates):
        by_place[x.i].setdefault(x.key, x)

    @cache
    def read(*texts: str) -> _Words:
        return _words(" ".join(texts), [h for text in texts for h in lexicon.scan("calls", text)])

    for i, held in sorted(by_place.items()):
        at = sorted([i, *(j for j in chat.in_a_row(i) if not chat.media[j] and j not in by_place)])
        yield _Drop(i, at, read(*(chat.folded[j] for j in at)), list(held.values()))


def _words(text: str, hits: Sequence[Hit]) -> _Words:
    by_concept: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_concept[hit.concept].append(hit)
    asks = sorted(by_concept.keys() & set(ASKS))
    plea = next((h for h in hits if h.concept in (*ASKS, "support", "please")), None)
    return _Words(text, dict(by_concept), asks, plea, bool(LAUGH.search(text)))


def _is_habit(chat: Chat, drops: list[_Drop], rules: pd.DataFrame) -> bool:
    """Are calls the group's habit? Its rules say so, asks recur, or posts are dropped all the time and some with an ask."""
    if _CORE.intersection(rules["type"]):
        return True
    posts = [d for d in drops if any(x.is_post for x in d.links)]
    asked = [d for d in posts if d.words.asks or d.words.has("support")]
    share = len(posts) / max(1, len(chat))
    recur = len(asked) >= 3 and len({chat.members[d.i] for d in asked}) >= 2
    often = len(posts) >= 8 and len({chat.members[d.i] for d in posts}) >= 4 and share >= 1 / 12
    return (recur and 5 * len(asked) >= len(posts) and share >= 1 / 20) or (often and len(asked) >= 2)


def _owners(chat: Chat, links: pd.DataFrame) -> dict[str, str | None]:
    """Whose post a link leads to, by the author's slug in it: a member, or None for an outsider; absent where unsure."""
    dropped: dict[str, Counter[str]] = defaultdict(Counter)
    for i, vanity in zip(links["i"].tolist(), links["vanity"].tolist(), strict=True):
        if isinstance(vanity, str) and i >= 0:
            dropped[vanity][chat.members[i]] += 1
    owners: dict[str, str | None] = {}
    for vanity in dropped:
        plain = regex.sub(r"[-_.\d]+", " ", vanity).strip()
        named = {m.member for m in chat.names.found(plain) if m.member and m.start == 0}  # not «sister-of-lotte»
        if len(named) == 1:
            owners[vanity] = named.pop()
    known = set(owners.values())
    for vanity, by in sorted(dropped.items()):
        (member, n), *_ = sorted(by.items(), key=lambda x: (-x[1], x[0]))
        if vanity not in owners:
            if n > 1 and len(by) == 1:
                owners[vanity] = member
                known.add(member)
            elif member in known:
                owners[vanity] = None  # the member's own posts carry another name
    return owners


def _ground(chat: Chat, d: _Drop, owners: dict[str, str | None]) -> str | None:
    """Why this drop is a call, or None where it is not."""
    caller, words = chat.members[d.i], d.words
    whose = [owners.get(x.vanity, "?") for x in d.links if isinstance(x.vanity, str)]
    own, foreign = caller in whose, bool(whose) and all(w is None for w in whose)
    if words.has("thanks") and not words.asks and not own:
        return None
    score = 2 * bool(words.asks) + words.has("support", "mine", "relation", "please") + 2 * own - 2 * foreign
    score -= (not own) * (words.laughs + 2 * words.has("illustrate"))
    if score < 0:
        return None
    if words.plea:
        return f"a post with an ask: “{words.plea.phrase}”"
    if words.has("mine"):
        return f"a post put forward as the caller's own: “{words.hits['mine'][0].phrase}”"
    return "a post dropped where calls are the group's habit"


def _drops_again(chat: Chat, d: _Drop, earlier: dict[str, Any]) -> bool:
    """A post that stood before the group already: dropped again for engagement, not thanked for or reported on."""
    thanks = d.words.hits.get("thanks", ())
    asks = [h for concept in ("please", "again") for h in d.words.hits.get(concept, ())]
    own = chat.members[d.i] in (earlier["caller"], earlier["beneficiary"])
    return (own or bool(d.words.asks or asks)) and (
        not thanks or any(not any(t.start <= h.start < t.stop for t in thanks) for h in asks)
    )


def _same_post(x: Any, minted: dict[tuple[str, int], list[dict[str, Any]]]) -> dict[str, Any] | None:
    """The call for the same post under another kind of id, inferred from the times in the ids."""
    at = _second(x.posted_at)
    for second in () if at is None else range(at - _FAMILY, at + _FAMILY + 1):
        for row in minted.get((x.platform, second), ()):
            if row["post_kind"] != x.kind and abs((row["posted_at"] - x.posted_at).total_seconds()) <= _FAMILY:
                return row
    return None


def _second(at: dt.datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _SECOND


def _deadline(chat: Chat, d: _Drop) -> dt.datetime | None:
    for j in d.at:
        if (due := when.deadline(chat.folded[j], chat.times[j])) is not None:
            return due.at
    return None


def _beneficiary(chat: Chat, d: _Drop, x: Any, owners: dict[str, str | None]) -> str:
    caller, text = chat.members[d.i], d.words.text
    named = [m for m in chat.names.found(text) if m.member and m.member != caller]
    if isinstance(x.vanity, str):
        owner = owners.get(x.vanity, caller)
        if owner and owner != caller and any(m.member == owner for m in named):
            return owner
        if owner == caller and x.vanity in owners:
            return caller
    if relation := d.words.hits.get("relation"):
        return relation[0].phrase
    for m in named:
        if not d.words.has("mine") and _POST_OF.search(text[: m.start]):
            return str(m.member)
    return caller


__all__ = ["ASKS", "LINK_SIGN", "calls"]
