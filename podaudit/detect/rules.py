"""The rules of the group: what members must, should or may not do, and in force from when (codebook, section 2).

Claims standing norms of a pod: the items of a list in which at least one is about liking or commenting, and single
sentences by those who lay down the rules, marked as new or as binding. Fires: "From now on it is one hour, not two."
Near miss: "Can you do mine within the hour?" (one post), "No chatter here, dues by Friday" (no pod), "Rule 3 was eight
words, Bob" (cited, not made).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import regex

from podaudit.detect import rule_values as values
from podaudit.detect.chat import LINK_SIGN, Chat
from podaudit.detect.rule_reading import Found, Item, Reader, Sentence, best, items
from podaudit.lexicon import LANGUAGES
from podaudit.model import RULES, RuleType
from podaudit.when import changed

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.lexicon import Lexicon

_CORE = frozenset({RuleType.REACT, RuleType.COMMENT})
# Types that only a pod has: they say that a list is one of a pod's.
_POD = frozenset({
    RuleType.REACT, RuleType.COMMENT, RuleType.COMMENT_MIN_WORDS, RuleType.COMMENT_QUESTION,
    RuleType.COMMENT_NO_EMOJI_ONLY, RuleType.COMMENT_NO_GENERIC, RuleType.COMMENT_MENTION, RuleType.GIVE_FIRST,
    RuleType.NO_RETRACT, RuleType.ANSWER_COMMENTS, RuleType.CONFIRM, RuleType.SAVE, RuleType.SHARE,
})  # fmt: skip
# Types whose wording is a norm by itself: a lawgiver's sentence needs no mark of novelty.
_STANDING = frozenset({
    RuleType.SECRECY, RuleType.NO_CHAT, RuleType.QUOTA, RuleType.WINDOW, RuleType.NO_RETRACT, RuleType.FOLLOW,
    RuleType.REPORT_ABSENCE,
})  # fmt: skip
# In a message with a link they are as a rule about that post; with a name in the sentence, about that member.
_OF_ONE_POST = frozenset(
    {
        RuleType.REACT,
        RuleType.COMMENT,
        RuleType.DEADLINE,
        RuleType.READ,
        RuleType.SHARE,
        RuleType.SAVE,
        RuleType.CONFIRM,
    }
)
_SINGLE_WORDS = (
    "within", "by", "term", "done_when", "give_first", "quota", "between", "day", "secrecy", "no_chat", "absence",
    "sign_off", "retract", "no_retract", "strikes", "failing", "follow", "outsider",
)  # fmt: skip
_HARSH = frozenset({RuleType.PENALTY, RuleType.STRIKES, RuleType.DEADLINE, RuleType.CONFIRM, RuleType.WINDOW})
# "Read this first", "a word from me": above a list these are no rules.
_NO_HEADING = frozenset({RuleType.READ, RuleType.CONFIRM, RuleType.NO_CHAT})
_QUALITY = frozenset({
    RuleType.COMMENT_MIN_WORDS, RuleType.COMMENT_QUESTION, RuleType.COMMENT_NO_EMOJI_ONLY, RuleType.COMMENT_NO_GENERIC,
    RuleType.COMMENT_MENTION,
})  # fmt: skip
_ANY = frozenset(LANGUAGES)  # phrases that lift are long enough to be clear in any language
# What names a rule where it is lifted.
_NAMED = {
    RuleType.DEADLINE: ("term", "within", "by"),
    RuleType.COMMENT_MIN_WORDS: ("min_words",),
    RuleType.COMMENT_QUESTION: ("question",),
    RuleType.COMMENT_MENTION: ("tag",),
    RuleType.SHARE: ("share",),
    RuleType.SAVE: ("save",),
    RuleType.FOLLOW: ("follow",),
    RuleType.READ: ("read", "seconds"),
    RuleType.CONFIRM: ("done", "done_when"),
    RuleType.GIVE_FIRST: ("give_first",),
    RuleType.QUOTA: ("quota", "per_day", "per_week"),
    RuleType.WINDOW: ("between", "day"),
    RuleType.NO_CHAT: ("no_chat",),
    RuleType.REPORT_ABSENCE: ("sign_off",),
    RuleType.PENALTY: ("fee",),
    RuleType.STRIKES: ("strikes",),
}
_POST = regex.compile(r"(?i)linkedin\.com/(?:posts|feed|pulse|embed|groups)|lnkd\.in/|instagram\.com/(?:p|reel)s?/")
_ASKS = regex.compile(r"(?<!,\s?\w{1,12})(?<!,\s?\w{1,8}\s\w{1,8})\?\W*$")  # no question: "…, is that clear?"
_RUN = dt.timedelta(minutes=10)
_TERSE = 50  # characters: "Reageren binnen 2 uur."
_FIRST = 30  # messages
_SEVERAL = 3  # kinds of norm in one message
_ADDED = 2  # of them, by a member who lays down none else
_EARLY = dt.timedelta(days=4)
_LONG = 90  # characters: shorter messages lay down a rule only with a mark of their own
_JOKE = regex.compile(r"(?:😂|🤣|😜|🙃)|\b(?:ha){2,}|\b(?:je){2,}\b|\bjaja|\blol\b|\bhihi|\bkk+\b|\brs(?:rs)+")


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as read for rules."""

    at: int
    items: tuple[tuple[Item, tuple[Found, ...]], ...]
    rule: bool
    change: bool
    duty: bool

    @property
    def types(self) -> frozenset[RuleType]:
        return frozenset(f.type for _, found in self.items for f in found)

    @property
    def listed(self) -> int:
        return sum(item.marked for item, _ in self.items)


def rules(chat: Chat, lexicon: Lexicon) -> pd.DataFrame:
    """RULES of the chat, by line."""
    found, lifts = _decide(chat, lexicon)
    return RULES.frame(
        {
            "line": chat.lines[i],
            "type": f.type.value,
            "value": f.value,
            "by": chat.members[i],
            "time": chat.times[i],
            "why": f"{f.why}, {where}",
            "lifted": None if lifted is None else chat.lines[lifted],
            "phrase": f.phrase,
        }
        for (i, f, where), lifted in zip(found, _ends(found, lifts), strict=True)
    )


def _ends(found: list[tuple[int, Found, str]], lifts: list[tuple[int, RuleType]]) -> Iterator[int | None]:
    """For each rule the message that lifts it, if that comes before another of its type."""
    for i, f, _ in found:
        later = min((at for at, other, _ in found if other.type is f.type and at > i), default=None)
        lift = min((at for at, kind in lifts if kind is f.type and at > i), default=None)
        yield lift if lift is not None and (later is None or lift < later) else None


# ------------------------------------------------------------------------------------------------------------- deciding


def _decide(chat: Chat, lexicon: Lexicon) -> tuple[list[tuple[int, Found, str]], list[tuple[int, RuleType]]]:
    """The rules laid down, and the types of rules lifted; by position in the chat."""
    reader = Reader(lexicon, chat.languages)
    candidates = _candidates(chat, lexicon)
    habit = _habit(chat, lexicon)
    lists = _lists(chat, lexicon, reader, candidates, habit=habit)
    if not lists and not habit:
        return [], []
    first = min(lists, default=-1)
    lawgivers = frozenset(chat.members[i] for i in lists) | chat.admins
    held: set[RuleType] = {t for m in lists.values() for t in m.types}
    out: list[tuple[int, Found, str]] = []
    lifts: list[tuple[int, RuleType]] = []
    opened = _opened(chat)
    single, ended = cache(partial(_single, chat, reader)), cache(partial(_lifted, reader))
    last: tuple[int, dt.datetime] | None = None  # the latest message with a rule: what follows at once belongs to it
    for i in sorted({*lists, *_said_by(chat, lexicon, lawgivers, opened)}):
        count = len(out)
        if i in lists:
            out += [(i, f, "in a list of rules") for f in _list(chat, reader, lists[i])]
        elif i > first and (chat.members[i] in lawgivers or _adds(chat, i, last)):
            goes_on = (
                last is not None
                and last[0] == i - 1
                and chat.members[i] == chat.members[i - 1]
                and chat.times[i] - last[1] <= _RUN
            )
            goes_on = goes_on or i < opened or _answers(chat, i)
            beside = _beside_a_post(chat, i)
            told = single(chat.texts[i], chat.folded[i], frozenset(held), goes_on=goes_on, beside=beside)
            if chat.members[i] not in lawgivers and len(told) < _ADDED:
                told = []
            out += [(i, f, "a single rule") for f in told]
            lifts += [(i, kind) for kind in sorted(ended(chat.folded[i]) & (held - {f.type for f in told}))]
        if len(out) > count:
            held |= {f.type for _, f, _ in out[count:]}
            last = (i, chat.times[i])
    return out, lifts


def _answers(chat: Chat, i: int) -> bool:
    """Was the message before it, in the group's first days, a question by another: "and how often may I?"."""
    return (
        i > 0
        and chat.times[i] - chat.times[0] <= _EARLY
        and chat.members[i - 1] != chat.members[i]
        and chat.times[i] - chat.times[i - 1] <= _RUN
        and "?" in chat.folded[i - 1]
        and LINK_SIGN not in chat.folded[i - 1] + chat.folded[i]
    )


def _opened(chat: Chat) -> int:
    """Where the group's first post stands, if that is early: what is said of norms before it founds the group."""
    first = next((i for i in range(min(len(chat), _FIRST)) if LINK_SIGN in chat.folded[i]), 0)
    return first if first and chat.times[first] - chat.times[0] <= _EARLY else 0


def _habit(chat: Chat, lexicon: Lexicon) -> bool:
    """Members keep putting posts before the group, and with some of them stands what is asked."""
    import pyarrow.compute as pc

    linked = pc.match_substring(chat.column, LINK_SIGN).to_numpy(zero_copy_only=False)
    dropped = linked[chat.which].nonzero()[0].tolist()
    posts = [i for i in dropped if _POST.search(chat.texts[i])]
    sample = posts[:: max(1, len(posts) // 400)]
    asking = [
        i
        for i in sample
        if any(h.concept in ("like", "comment", "engage") for h in lexicon.scan("rules", chat.folded[i]))
    ]
    if len({chat.members[i] for i in sample}) < 3:
        return False
    several = len({chat.members[i] for i in asking}) >= 2 and len(posts) >= 5
    return several or (bool(asking) and len(posts) >= max(8, 0.07 * len(chat)))


def _candidates(chat: Chat, lexicon: Lexicon) -> list[int]:
    """Messages that may be a list of rules: not short, and with a word that marks a norm or in several lines."""
    import pyarrow.compute as pc

    enough = pc.greater_equal(pc.utf8_length(chat.column), 24)
    lines = pc.greater_equal(pc.count_substring(chat.column, "\n"), 2)
    marked = lexicon.gate("norms", chat.column) | lines.to_numpy(zero_copy_only=False)
    marked &= enough.to_numpy(zero_copy_only=False)
    return [i for i in marked[chat.which].nonzero()[0].tolist() if not chat.media[i]]


def _adds(chat: Chat, i: int, last: tuple[int, dt.datetime] | None) -> bool:
    """Is it said right after rules were laid down, and asks nothing?"""
    return last is not None and chat.times[i] - last[1] <= _RUN and "?" not in chat.folded[i]


def _said_by(chat: Chat, lexicon: Lexicon, lawgivers: Set[str], opened: int) -> list[int]:
    """Messages with a word of a rule, of those who lay them down; before position ``opened`` of anybody."""
    import pyarrow.compute as pc

    marked = lexicon.gate("norms", chat.column) | lexicon.gate("rules", chat.column, _SINGLE_WORDS)
    marked &= pc.greater_equal(pc.utf8_length(chat.column), 12).to_numpy(zero_copy_only=False)
    found = marked[chat.which].nonzero()[0].tolist()
    return [i for i in found if (i < opened or chat.members[i] in lawgivers) and not chat.media[i]]


def _founders(chat: Chat) -> frozenset[str]:
    """Who created the group; where no notice says so, nobody."""
    events = chat.membership
    return frozenset(n for n in events.loc[events["event"] == "created", "member"].tolist() if isinstance(n, str))


def _lists(
    chat: Chat, lexicon: Lexicon, reader: Reader, candidates: Sequence[int], *, habit: bool
) -> dict[int, _Message]:
    """The messages that are lists of a pod's rules."""
    found: dict[int, _Message] = {}
    founders = _founders(chat)
    authors: set[str] = set()
    early = chat.times[0] + _EARLY if len(chat) else None
    for i in candidates:
        folded = chat.folded[i]
        if len(folded) < _LONG and "\n" not in folded and len(items(folded)) < 3:
            continue
        if found and (chat.members[i] not in authors | founders or folded.count("\n") < 2):
            continue
        if not found and i >= _FIRST and "\n" not in folded and chat.times[i] > early and not _titled(lexicon, folded):
            continue
        message = _read(chat, reader, i)
        founding = (
            not found and (chat.members[i] in founders or not founders) and (i < _FIRST or chat.times[i] <= early)
        )
        if _is_list(message, folded, again=bool(found), habit=habit) or (
            founding and _is_charter(message, folded, habit=habit)
        ):
            found[i] = message
            authors.add(chat.members[i])
    return found


def _titled(lexicon: Lexicon, folded: str) -> bool:
    return any(h.concept in ("rule", "change") for h in lexicon.scan("norms", folded))


def _is_list(message: _Message, folded: str, *, again: bool, habit: bool) -> bool:
    """Several norms in one message, of a kind that only a pod has; once the group has rules, in plain list form only.

    Where members do not ask for engagement with posts, both core acts are needed and a further norm of a pod, two in
    running text.
    """
    types = message.types
    several = message.listed >= 3 or len(message.items) >= 4
    if again:
        return len(types) >= 3 and several and bool(types & _POD)
    if len(types) < 3 or not types & _CORE or len(types & _POD) < 2:
        return False
    if not habit and not (types >= _CORE and len(types & _POD) >= (3 if message.listed >= 3 else 4)):
        return False
    if LINK_SIGN in folded and not (message.rule or several):
        return False
    return several or ((message.rule or message.change) and len(types) >= 4)


def _is_charter(message: _Message, folded: str, *, habit: bool) -> bool:
    """The founder tells on the first days, in running text, what members do, in a group that goes on to do it.

    A core act with something more that only a pod has, or three norms of any kind.
    """
    types = message.types
    if LINK_SIGN in folded:
        return False
    if not habit:  # calls may yet have to begin
        return types >= _CORE and len(types & _POD) >= 3
    return len(types) >= 3 or (bool(types & _CORE) and len(types & _POD) >= 2)


def _read(chat: Chat, reader: Reader, i: int) -> _Message:
    folded = chat.folded[i]
    languages = reader.languages(folded)
    whole = reader.sentence(folded, languages)
    parts = items(folded)
    heading = sum(item.marked for item in parts) >= 3 and not parts[0].marked
    read = tuple(
        (
            item,
            tuple(
                f for f in reader.read(chat.texts[i], item, languages) if k or not heading or f.type not in _NO_HEADING
            ),
        )
        for k, item in enumerate(parts)
    )
    return _Message(i, read, whole.has("rule"), whole.has("change"), whole.has("duty"))


def _list(chat: Chat, reader: Reader, message: _Message) -> list[Found]:
    """The rules of a list.

    An item that nothing else explains is read by what such lists hold: who fails, a sign, who may not know.
    """
    found = [f for _, per_item in message.items for f in per_item]
    types = {f.type for f in found}
    languages = reader.languages(chat.folded[message.at])
    for k, (item, per_item) in enumerate(message.items):
        if per_item or not item.marked:
            continue
        s = reader.sentence(item.text, languages)
        if s.has("failing") and RuleType.PENALTY not in types:
            found.append(Found(RuleType.PENALTY, "other", item.text[:60], "who does not comply, in an item of its own"))
        elif (
            RuleType.CONFIRM not in types
            and len(item.text) < 60
            and (sign := values.sign(chat.texts[message.at], item.text))
        ):
            found.append(Found(RuleType.CONFIRM, sign, item.text[:60], f"a sign of its own among the rules: {sign!r}"))
        elif k == len(message.items) - 1 and s.has("not") and RuleType.SECRECY not in types:
            found.append(
                Found(RuleType.SECRECY, None, item.text[:60], "the last item, which forbids something about the group")
            )
    about = [f for f in found if f.type in _QUALITY]
    if about and RuleType.COMMENT not in types:
        found.append(
            Found(RuleType.COMMENT, None, about[0].phrase, f"implied by {about[0].type.value}: {about[0].phrase!r}")
        )
    return best(found)


def _single(
    chat: Chat, reader: Reader, raw: str, folded: str, held: Set[RuleType], *, goes_on: bool, beside: bool
) -> list[Found]:
    """Rules in a message that is no list: what is marked as new or agreed, and what has the form of a norm.

    ``held``: types of which there is a rule; ``goes_on``: one was laid down right before; ``beside``: a post is put up beside it.
    """
    if _JOKE.search(folded):
        return []
    languages = reader.languages(folded)
    linked = LINK_SIGN in folded
    parts = [(item, [(t, reader.sentence(t, languages)) for t in item.sentences]) for item in items(folded)]
    read = [pair for _, sentences in parts for pair in sentences]
    norms = [reader.read(raw, Item(text, False, (text,)), languages) for text, _ in read]
    someone = bool(chat.names.members_in(folded))
    marked = (
        goes_on
        or any(s.has("change") or (s.has("rule") and ":" in t) for t, s in read)
        or sum(item.marked for item, _ in parts) >= 2
        or (not (someone or linked) and len({f.type for found in norms for f in found}) >= _SEVERAL)
    )
    proposed = any(s.has("propose") for _, s in read)
    today = any(s.lone("occasion", "change", "each", "standing") for _, s in read)
    asked = linked or beside or any(s.clear("own", "wish", "propose") for _, s in read)
    out: list[Found] = []
    for (text, s), found in zip(read, norms, strict=True):
        if _ASKS.search(text) and not s.has("propose", "tell", "wish"):
            continue
        named = chat.names.members_in(text) if not s.has("change") else []
        for f in found:
            # Said again, a rule is no new one; but hushing members up is, each time.
            known = f.type in held and f.type is not RuleType.SECRECY and f.value is None and not s.has("change")
            if (
                known
                or (f.type in _CORE and f.type in held)
                or (f.type is RuleType.CONFIRM and RuleType.CONFIRM in held and not (f.value and s.has("change")))
            ):
                continue
            if (linked and f.type in _OF_ONE_POST) or (named and f.type in _HARSH):
                continue
            if f.type in _HARSH and f.type is not RuleType.WINDOW:
                barred = someone or today or (asked and f.type in _OF_ONE_POST)
            else:
                barred = bool(named) or (asked and f.type in _OF_ONE_POST)
            told = (
                f.type is RuleType.DEADLINE
                and not changed(s.text)
                and (s.has("elsewhere") or _of_clause(f, s, "still", "optional"))
            )
            told |= goes_on and bool(s.clear("past", "done_when"))
            told |= goes_on and f.type is RuleType.DEADLINE and bool(s.lone("occasion", "change", "each", "standing"))
            of_mine = f.type in _OF_ONE_POST and (
                beside or bool(s.clear("own", "wish", "propose") and not _ASKS.search(text))
            )
            agreed = marked or (proposed and not of_mine and not s.lone("occasion", "change", "each", "standing"))
            if (agreed and not told) or (not barred and _norm(f, s)):
                if f.type is RuleType.DEADLINE and s.has("change"):  # "four hours is too long. From today it is two"
                    out = [other for other in out if other.type is not f.type]
                out.append(f)
    return best(out)


def _of_clause(f: Found, s: Sentence, *concepts: str) -> bool:
    """Does the first concept, not covered by the others, stand in the clause of what was found?"""
    at = s.text.find(f.phrase)
    return any("," not in s.text[min(at, h.start) : max(at, h.start)] for h in s.clear(*concepts))


def _lifted(reader: Reader, folded: str) -> frozenset[RuleType]:
    """The types of rules that a message says hold no longer, by what it names."""
    if LINK_SIGN in folded or _JOKE.search(folded):
        return frozenset()
    read = [(text, reader.sentence(text, _ANY)) for item in items(folded) for text in item.sentences]
    told = [s for text, s in read if s.has("lifted") and not s.has("propose", "elsewhere") and not _ASKS.search(text)]
    return frozenset(kind for kind, concepts in _NAMED.items() if any(s.has(*concepts) for s in told))


def _beside_a_post(chat: Chat, i: int) -> bool:
    """Does the same member put a link beside the message? Then it speaks of that post."""
    return any(LINK_SIGN in chat.folded[j] for j in chat.in_a_row(i))


def _norm(f: Found, s: Sentence) -> bool:
    """Does the sentence speak of always and all, without a word of novelty?

    It tells nothing of oneself, of what was, is still open or is on one day only, and nothing of another group.
    """
    if f.type is RuleType.WINDOW:
        bounds = [*s.of("not"), *s.of("only"), *s.of("limit")]
        if not s.has("drop", "post"):
            return bool(bounds) and s.has("between") and s.has("here", "all") and not s.has("own", "past", "elsewhere")
        return any(abs(b.start - d.start) < 40 for b in bounds for d in (*s.of("day"), *s.of("between")))
    if (
        s.clear("own", "wish", "propose")
        or s.clear("past", "done_when")
        or s.clear("still", "optional")
        or s.has("elsewhere")
    ):
        return False
    if s.lone("occasion", "change", "each", "standing"):
        return False
    who = s.has("all", "duty", "rule", "propose", "change", "limit", "standing", "wish")
    what = s.has("like", "comment", "engage", "post", "each", "through")
    if f.type is RuleType.DEADLINE:
        if changed(s.text):
            return s.has("all", "term", "change", "each")
        general = s.has("each") and (isinstance(f.value, int) or s.has("like", "comment", "engage", "through"))
        if isinstance(f.value, str):  # a time of day alone is today's
            modal = s.has("all") and bool(s.clear("duty", "all"))
            bound = modal or s.has("standing", "rule", "propose", "wish")
            return s.has("term") or general or (what and bound)
        return s.has("term") or general or (what and (who or len(s.text) < _TERSE))
    if f.type in (RuleType.CONFIRM, RuleType.REPORT_ABSENCE):
        return True
    if f.type in (RuleType.GIVE_FIRST, RuleType.NO_RETRACT):
        return what or s.has("drop", "no_retract")
    if f.type in (RuleType.PENALTY, RuleType.STRIKES):
        return s.has("failing", "strikes") and (what or f.type is RuleType.STRIKES or s.has("strikes", "secrecy"))
    if f.type is RuleType.QUOTA:
        return s.has("post", "drop") and (who or s.has("not", "heed", "only") or len(s.text) < _TERSE)
    bound = s.has("duty", "heed", "limit", "not", "only")
    return f.type in _STANDING and bound and (f.type is RuleType.SECRECY or not s.has("failing"))
