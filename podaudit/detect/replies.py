"""Replies: what members say of their own part in calls (codebook section 3).

Claims: that a message says done, promise, excuse or refuse, of whom and of how many. Which calls that means is for
``podaudit.ledger`` to tie. Meaning comes from the phrase books and the group's own signs, and from structure: who has
calls open, how long since the latest, what stands between. Does not claim: anything of thanks by the caller, questions,
lists of who did and who did not. Fires on ``Anna en Bob ✅``; stays silent on ``👍`` under a plan for Friday.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from podaudit.detect import saying, weighing
from podaudit.detect.chat import SPLIT, Chat, places
from podaudit.detect.reading import Message, Reader, is_list
from podaudit.detect.saying import FIRST, Place, Setting, place_at, since
from podaudit.detect.signs import WORD, Habit, Places, Sign, first_answers, learn, words_of
from podaudit.lexicon import Lexicon
from podaudit.lexicon.fold import fold
from podaudit.model import CLAIMS, ReplyStatus

if TYPE_CHECKING:
    import pandas as pd

_ELSEWHERE = frozenset(
    {"asks", "tells of others", *(f"word {x}" for x in ("received", "idiom", "howto", "notyet"))}
)  # traits
_ANSWERED = 3  # messages in which a question is answered
_MUCH = 6  # messages; beyond that it is no matter how many
_HOURS, _DAYS = (span // dt.timedelta(microseconds=1) for span in (saying.FRESH, saying.RECENT))
_DIGIT = regex.compile(r"\d")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """What a message that may answer calls says, and the traits by which it is weighed. Alike messages share one."""

    read: tuple[Mapping[str, Any], ...]  # of CLAIMS all but who says it and when, each with the ``way`` it was found
    traits: tuple[frozenset[str], ...]  # in groups
    callers: tuple[str, ...]  # members named who have made a call of late
    count: int | None  # how many it says, whatever of
    keys: tuple[str, ...]  # posts linked to
    settles: bool  # it is read as claiming something but a promise, which leaves the call open


def claims(chat: Chat, links: pd.DataFrame, calls: pd.DataFrame, rules: pd.DataFrame, lexicon: Lexicon) -> pd.DataFrame:
    """What members say of their own part (CLAIMS), given LINKS, CALLS and RULES."""
    found = list(candidates(chat, links, calls, rules, lexicon)) if len(calls) else []
    rows, of = list[Mapping[str, Any]](), dict[Candidate, range]()  # the claims of each candidate, once
    for i, candidate in found:
        if candidate not in of:
            said = {"line": chat.lines[i], "time": chat.times[i], "member": chat.members[i]}
            start = len(rows)
            rows += [{**row, **said} for row in _weighed(candidate)]
            of[candidate] = range(start, len(rows))
    at = [i for i, candidate in found for _ in of[candidate]]
    alike = CLAIMS.frame(rows).take([n for _, candidate in found for n in of[candidate]])
    who = {name: [of_all[i] for i in at] for name, of_all in (("line", chat.lines), ("member", chat.members))}
    return CLAIMS.frame(alike.assign(**who, time=chat.moments[at]))


def _weighed(c: Candidate) -> Iterable[Mapping[str, Any]]:
    """What was read and weighs enough; or, where nothing was and the rest alone weighs enough, what that says."""
    weight = weighing.weigh(c.traits)
    kept: list[Mapping[str, Any]] = [
        r
        for r in c.read
        if r["until"] is not None
        or (weight.get(r["status"], 1.0) > 0 and (r["way"] != "first" or c.traits[-1] <= weighing.HABITUAL))
    ]
    status = max(weight, key=lambda s: weight[s])
    if not c.read and weight[status] > 0 and not c.traits[0] & _ELSEWHERE:
        about = {"names": list(c.callers), "count": None if c.callers else c.count}
        kept = [saying.NOTHING | about | {"status": status.value, "why": weighing.why(status, c.traits)}]
    return [{**r, "keys": list(c.keys)} for r in kept[:1]] if c.keys else kept


def candidates(
    chat: Chat, links: pd.DataFrame, calls: pd.DataFrame, rules: pd.DataFrame, lexicon: Lexicon
) -> Iterator[tuple[int, Candidate]]:
    """The messages that may answer calls, in order: by a word, a sign, a name, a number, or as first word after a call.

    Each with its position in the chat.
    """
    answers, words = first_answers(chat, calls), words_of(chat)
    habit, signs = Habit.learn(chat, calls, answers, words), learn(chat, calls, rules, answers, words)
    reader = Reader(chat, lexicon, signs, _outsiders(chat, links, calls))
    telling = _telling(chat, signs, lexicon)
    texts = [_Text(*of, is_list(chat, of[0])) for of in zip(chat.unlike, words, telling, strict=True)]
    called_for, linked = _called_for(calls), _linked(links, calls)
    called, own_call = _with_calls(chat, calls)
    mute = np.array(chat.media, bool)
    mute[places(chat.lines, rules["line"])] = True
    state, known = _State(), dict[tuple[Any, ...], Candidate]()
    messages = zip(
        chat.lines, chat.members, chat.moments.astype(np.int64).tolist(), [texts[n] for n in chat.which.tolist()],
        *(flags.tolist() for flags in (mute, called, own_call, habit.answers)), strict=True,
    )  # fmt: skip
    for i, (line, member, now, text, silent, calling, own, answer) in enumerate(messages):
        candidate = None
        if state.caller and not silent:
            place = state.place(member, now, own)
            if not text.listed and (text.telling or (place.first and text.length <= FIRST)):
                message = text.message or text.read(reader)
                stand = tuple([state.stand(member, name, now) for name in text.names]) if text.names else ()
                keys, by_admin = linked.get(line, ()), member in chat.admins
                given = (text, place, stand, by_admin, answer, keys, now if text.timed else None)
                candidate = known.get(given)
                if candidate is None:  # what a message says is the same wherever all this is the same
                    setting = _setting(place, chat.times[i], text.names, stand)
                    read = tuple(saying.read(chat, text.folded, text.length, reader, setting))
                    ratio = habit.ratio(dict.fromkeys(text.words), answer)
                    candidate = known[given] = _candidate(
                        message, read, place, stand, ratio, by_admin=by_admin, keys=keys
                    )
                yield i, candidate
        state.pass_by(member, now, called_for[line] if calling else None, candidate, text.asks)


def _candidate(
    message: Message,
    read: tuple[Mapping[str, Any], ...],
    place: Place,
    stand: Sequence[int],
    ratio: float | None,
    *,
    by_admin: bool,
    keys: tuple[str, ...],
) -> Candidate:
    others = [(name, at) for name, at in zip(message.members, stand, strict=False) if at != _SELF]
    recent = tuple(name for name, at in others if at & _RECENT)
    traits = (
        message.traits,
        weighing.of_reading(read),
        weighing.of_place(
            place.since,
            place.talk,
            first_word=place.unsaid,
            a_call_itself=place.own_call,
            by_an_admin=by_admin,
            after_a_question=place.asked,
        ),
        weighing.of_names(len(others), len(recent), any(at & _LATEST for _, at in others)),
        weighing.of_habit(ratio),
    )
    settles = any(row["status"] != ReplyStatus.PROMISE for row in read)
    return Candidate(read, traits, recent, message.count, keys, settles)


@dataclass(slots=True, eq=False)
class _Text:
    """A text of the chat, and what holds of it wherever it stands."""

    folded: str
    words: Sequence[str]  # and emoji, members' names left out
    telling: bool  # it holds a word of an answer, a sign, a name or a number
    listed: bool  # it lists who did what
    length: int = 0  # words
    asks: bool = False
    message: Message | None = None  # once it is read
    names: tuple[str, ...] = ()  # those it names, the members first
    timed: bool = False  # it may say until when

    def __post_init__(self) -> None:
        self.length, self.asks = len(WORD.findall(self.folded)), "?" in self.folded

    def read(self, reader: Reader) -> Message:
        self.message = reader.read(self.folded)
        self.names = tuple(dict.fromkeys([*self.message.members, *(n for c in self.message.clauses for n in c.names)]))
        self.timed = saying.absence(self.message, self.folded) is not None
        return self.message


# How somebody named stands to the writer of a message: any of the last four together, or the first.
_SELF, _KNOWN, _RECENT, _UNANSWERED, _LATEST = 1, 2, 4, 8, 16


def _setting(place: Place, now: dt.datetime, names: Sequence[str], stand: Sequence[int]) -> Setting:
    of = (frozenset(n for n, at in zip(names, stand, strict=True) if at & x) for x in (_KNOWN, _RECENT, _UNANSWERED))
    return Setting(place, now, *of)


@dataclass(slots=True)
class _State:
    """What has gone before, as far as a reader of the chat has it in mind. Times are in microseconds."""

    latest: dict[str, int] = field(default_factory=dict)  # caller -> time of the latest call
    known: set[str] = field(default_factory=set)  # callers and those they called for
    spoke: dict[str, int] = field(default_factory=dict)  # member -> time of the last claim but promises
    talk: int = 0  # messages since the latest call that were neither claims nor the caller's own, up to _MUCH
    asked: int = 0  # messages in which an answer to somebody's question about something else may come
    caller: str = ""  # who made the latest call
    other: int | None = None  # time of the latest call by anybody but that caller

    def place(self, member: str, now: int, own_call: bool) -> Place:
        """Where the next message stands."""
        call = self.other if self.caller == member else self.latest[self.caller]
        if call is None:
            return place_at(None, False, self.talk, self.asked > 0, own_call)
        unsaid = self.spoke.get(member, call) <= call
        return place_at(since(now - call), unsaid, self.talk, self.asked > 0, own_call)

    def stand(self, member: str, name: str, now: int) -> int:
        """How somebody named stands to the writer."""
        if name == member:
            return _SELF
        found = _KNOWN * (name in self.known) + _LATEST * (name == self.caller)
        call = self.latest.get(name)
        if call is not None and now - call <= _DAYS:
            unanswered = now - call <= _HOURS and (member not in self.spoke or self.spoke[member] < call)
            found += _RECENT + _UNANSWERED * unanswered
        return found

    def pass_by(self, member: str, now: int, called_for: set[str] | None, said: Candidate | None, asks: bool) -> None:
        """Go on to the next message."""
        claimed = said is not None and bool(said.read)
        if said is not None and said.settles:
            self.spoke[member] = now
        if called_for is not None:
            self.asked = 0
            if self.caller and self.caller != member:
                self.other = self.latest[self.caller]
            self.talk, self.caller, self.latest[member] = 0, member, now
            self.known |= called_for
            return
        if not claimed and member != self.caller:
            self.talk = min(self.talk + 1, _MUCH)
            self.asked = _ANSWERED if asks else self.asked - 1
        else:
            self.asked -= 1


def _with_calls(chat: Chat, calls: pd.DataFrame) -> tuple[Places, Places]:
    """The messages with calls; and those with the messages right before and after by the same member."""
    called = np.zeros(len(chat), bool)
    called[places(chat.lines, calls["line"])] = True
    in_a_row = (chat.writers[1:] == chat.writers[:-1]) & (np.abs(np.diff(chat.moments)) <= np.timedelta64(SPLIT))
    own = called.copy()
    own[1:] |= in_a_row & called[:-1]
    own[:-1] |= in_a_row & called[1:]
    return called, own


def _telling(chat: Chat, signs: Mapping[str, Sign], lexicon: Lexicon) -> list[bool]:
    """Which texts of ``chat.unlike`` hold a word of an answer, a sign, a name or a number."""
    marks = regex.compile(r"(?<!\w)\L<signs>(?!\w)", signs=list(signs)) if signs else None

    def tells(folded: str) -> bool:
        return bool((marks and marks.search(folded)) or chat.names.found(folded) or _DIGIT.search(folded))

    worded = lexicon.gate("replies", chat.column).tolist()
    return [there or tells(folded) for there, folded in zip(worded, chat.unlike, strict=True)]


def _linked(links: pd.DataFrame, calls: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    """Line -> the posts of calls that it links to, of messages that are no calls themselves."""
    posts, called = set(calls["key"].tolist()), set(calls["line"].tolist())
    linked: dict[int, tuple[str, ...]] = {}
    for line, key in zip(links["line"].tolist(), links["key"].tolist(), strict=True):
        if key in posts and line not in called:
            linked[line] = (*linked.get(line, ()), key)
    return linked


def _called_for(calls: pd.DataFrame) -> dict[int, set[str]]:
    by_line: dict[int, set[str]] = defaultdict(set)
    for line, *names in zip(*(calls[c].tolist() for c in ("line", "caller", "beneficiary")), strict=True):
        by_line[line].update(names)
    return by_line


def _outsiders(chat: Chat, links: pd.DataFrame, calls: pd.DataFrame) -> dict[str, str]:
    """Words for outsiders whose posts were put before the group («my sister Esi») -> the beneficiary of the call.

    An outsider's name stands with a capital in the call, behind the words for him or her or in the author's name in the link.
    """
    found: dict[str, str] = {}
    texts = (chat.texts[i] for i in places(chat.lines, calls["line"]))
    authors = dict(zip(links["key"].tolist(), links["vanity"].tolist(), strict=True))
    worded = cache(lambda said: [(word, fold(word)) for word in WORD.findall(said)])
    called = zip(texts, *(calls[c].tolist() for c in ("key", "caller", "beneficiary")), strict=True)
    for text, key, caller, name in called:
        outsider = name not in chat.present
        author = authors.get(key)
        slug = set(WORD.findall(fold(author).replace("-", " "))) if isinstance(author, str) else set()
        words = worded(text.partition("http")[0])
        tokens = [token for _, token in words]
        last = WORD.findall(name)[-1] if outsider and WORD.findall(name) else ""
        if len(last) > 2:
            found[last] = name
        behind = tokens[tokens.index(last) + 1 : tokens.index(last) + 3] if last in tokens else []
        for word, token in words[1:]:
            named = word[0].isupper() and not chat.names.found(token) and len(token) > 1
            if named and (token in slug or token in behind) and token not in fold(caller):
                found[token] = name
    return found
