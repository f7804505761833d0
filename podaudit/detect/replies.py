"""Replies: what members say of their own part in calls (codebook section 3).

Claims: that a message says done, promise, excuse or refuse, of whom and of how many. Which calls that means is for
``podaudit.ledger`` to tie. Meaning comes from the phrase books and the group's own signs, and from structure: who has
calls open, how long since the latest, what stands between. Does not claim: anything of thanks by the caller, questions,
lists of who did and who did not. Fires on ``Anna en Bob ✅``; stays silent on ``👍`` under a plan for Friday.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import regex

from podaudit import when
from podaudit.detect import weighing
from podaudit.detect.chat import LAUGH, LINK_SIGN, Chat
from podaudit.detect.names import Mention
from podaudit.detect.reading import YOU_ALL, Clause, Message, Reader, Said, is_list, meaning
from podaudit.detect.signs import WORD, Habit, Sign, first_answers, learn
from podaudit.lexicon import Lexicon
from podaudit.lexicon.fold import fold
from podaudit.model import CLAIMS, ReplyStatus
from podaudit.when.words import any_of, book

if TYPE_CHECKING:
    import pandas as pd

_LONG = 45  # words; beyond that a message tells a story, and only its first clauses report
_OPEN_TO_ALL = (ReplyStatus.DONE, ReplyStatus.PROMISE)  # one skips one post, or says which
_OTHERWISE = frozenset("received idiom howto notyet excuse absent refuse promise".split())
_ELSEWHERE = frozenset(
    {"asks", "tells of others", "word received", "word idiom", "word howto", "word notyet"}
)  # traits
_DAY_END = (23, 59)
_WEAK = 22  # words; a weak word counts in short messages only
_BARE = 8  # words of a first answer without any word that is known
_FIRST = 14  # words of a first answer that is looked at
_ANSWERED = 3  # messages in which a question is answered
_DECLINED = frozenset({"refuse", "excuse", "promise"})
_EVER = dt.datetime.min
_MINUTE = dt.timedelta(minutes=1)
_LONG_AGO = 1 << 30  # minutes
_MUCH = 6  # messages; beyond that it is no matter how many
_TIMED = frozenset({"absent", "refuse", "excuse"})  # concepts that may go with a time until when
_NOTHING: dict[str, Any] = {
    "names": [], "keys": [], "count": None, "all": False, "inverse": False, "strict": False, "until": None, "way": "",
}  # fmt: skip
_SOON, _FRESH, _STILL, _RECENT = (dt.timedelta(hours=h) for h in (2, 12, 48, 72))
_FIRST_SAID = "a short first answer right after the call, as is the group's habit"
# «and Bob too»: what follows comes on top of what was said
_UNTIL = regex.compile(
    r"\b(?:until|till?|through|thru|this week|tot|t/m|deze week|bis|diese woche|jusqu\w*|cette semaine|hasta|esta semana|ate|fino)\b"
)
_DIGIT = regex.compile(r"\d")
_AND = regex.compile(r"\W*(?:oh\s)?(?:and|en|und|et|y|e)\b")
_MORE = regex.compile(r"\b(?:ook|also|too|as well|plus|auch|aussi|tambien|tambem|anche|pure)\b")


@dataclass(slots=True)
class _State:
    """What has gone before, as far as a reader of the chat has it in mind."""

    latest: dict[str, dt.datetime] = field(default_factory=dict)  # caller -> time of the latest call
    spoke: dict[str, dt.datetime] = field(default_factory=dict)  # member -> time of the last claim but promises
    talk: int = 0  # messages since the latest call that were neither claims nor the caller's own
    asked: int = 0  # messages in which an answer to somebody's question about something else may come
    caller: str = ""  # who made the latest call
    other: tuple[str, dt.datetime] | None = None  # the latest call by anybody but that caller

    def call_by_other(self, member: str) -> dt.datetime | None:
        """Time of the latest call by somebody else."""
        if self.caller != member:
            return self.latest.get(self.caller)
        return self.other[1] if self.other else None

    def pass_by(self, member: str, now: dt.datetime, called: bool, claimed: set[str], asks: bool) -> None:
        """Go on to the next message. A promise leaves the call open."""
        self.asked = 0 if called else _ANSWERED if asks and not claimed and member != self.caller else self.asked - 1
        if claimed - {ReplyStatus.PROMISE.value}:
            self.spoke[member] = now
        if called:
            if self.caller and self.caller != member:
                self.other = (self.caller, self.latest[self.caller])
            self.talk, self.caller = 0, member
            self.latest[member] = now
        elif not claimed and member != self.caller:
            self.talk += 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message stands among the calls."""

    since: int | None  # minutes since the latest call by another, up to one of weighing.SINCE; None where there is none
    unsaid: bool  # the member has claimed nothing since that call
    talk: int  # messages since the latest call that were neither claims nor the caller's, up to _MUCH
    asked: bool  # somebody has just asked about something else
    length: int  # words of the message
    own_call: bool  # the message is a call itself

    def fresh(self, window: dt.timedelta = _FRESH) -> bool:
        """Is there a call by another within the window that the member has said nothing on yet?"""
        return self.unsaid and self.since is not None and self.since <= window / _MINUTE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may answer calls: what was read in it, and the traits by which it is weighed."""

    i: int  # position in the chat
    read: tuple[Mapping[str, Any], ...]  # of CLAIMS all but who says it and when, each with the ``way`` it was found
    traits: tuple[frozenset[str], ...]  # in groups
    callers: tuple[str, ...]  # members named who have made a call of late
    count: int | None  # how many it says, whatever of
    keys: tuple[str, ...]  # posts linked to


def claims(chat: Chat, links: pd.DataFrame, calls: pd.DataFrame, rules: pd.DataFrame, lexicon: Lexicon) -> pd.DataFrame:
    """What members say of their own part (CLAIMS), given LINKS, CALLS and RULES."""
    found = candidates(chat, links, calls, rules, lexicon) if len(calls) else ()
    made = [(c.i, row) for c in found for row in _weighed(c)]
    columns = {name: [row.get(name) for _, row in made] for name in CLAIMS.names}
    for name, values in (("line", chat.lines), ("time", chat.times), ("member", chat.members)):
        columns[name] = [values[i] for i, _ in made]
    return CLAIMS.frame(columns)


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
        kept = [_NOTHING | about | {"status": status.value, "why": weighing.why(status, c.traits)}]
    return [{**r, "keys": list(c.keys)} for r in kept[:1]] if c.keys else kept


def candidates(
    chat: Chat, links: pd.DataFrame, calls: pd.DataFrame, rules: pd.DataFrame, lexicon: Lexicon
) -> Iterator[Candidate]:
    """The messages that may answer calls, in order: by a word, a sign, a name, a number, or as first word after a call."""
    answers = frozenset(first_answers(chat, calls))
    signs, habit = learn(chat, calls, rules, answers), Habit.learn(chat, calls, answers)
    callers, outsiders = _first_lines(calls), _outsiders(chat, links, calls)
    rule_lines, linked = set(rules["line"].tolist()), _linked(links, calls)
    reader, ratio = Reader(chat, lexicon, signs, outsiders), lru_cache(maxsize=1 << 15)(habit.ratio)
    telling, length = _telling(chat, signs, lexicon), lru_cache(maxsize=1 << 15)(lambda text: len(WORD.findall(text)))
    state, known = _State(), set[str]()

    @lru_cache(maxsize=1 << 15)
    def equally(folded: str, place: _Place) -> tuple[dict[str, Any], ...]:
        """What a message says that names nobody and no time: the same wherever the place is the same."""
        return tuple(_read(chat, folded, _EVER, "", reader, frozenset(), state, place))

    for i, (line, member) in enumerate(zip(chat.lines, chat.members, strict=True)):
        folded, read, called = chat.folded[i], tuple[dict[str, Any], ...](), line in callers
        if state.caller and not chat.media[i] and line not in rule_lines:
            now = chat.times[i]
            place = _place(
                state, length(folded), member, now, called or any(chat.lines[j] in callers for j in chat.in_a_row(i))
            )
            bare = place.talk == 0 and place.length <= _FIRST and place.fresh()
            if (bare or telling[i]) and not is_list(chat, folded):
                message = reader.read(folded)
                if message.names or message.hits.keys() & _TIMED:
                    read = tuple(_read(chat, folded, now, member, reader, known, state, place))
                else:
                    read = equally(folded, place)
                named = [m for m in message.members if m != member]
                recent = tuple(m for m in named if m in state.latest and now - state.latest[m] <= _RECENT)
                traits = (
                    message.traits,
                    weighing.of_reading(read),
                    weighing.of_place(
                        place.since,
                        place.talk,
                        first_word=place.unsaid,
                        a_call_itself=place.own_call,
                        by_an_admin=member in chat.admins,
                        after_a_question=place.asked,
                    ),
                    weighing.of_names(len(named), len(recent), state.caller in named),
                    weighing.of_habit(ratio(habit.words[i], i in habit.answers)),
                )
                yield Candidate(i, read, traits, recent, message.count, linked.get(line, ()))
        if called:
            known |= callers[line]
        state.pass_by(member, chat.times[i], called, {f["status"] for f in read}, "?" in folded)


def _telling(chat: Chat, signs: Mapping[str, Sign], lexicon: Lexicon) -> Sequence[bool]:
    """Which messages hold a word of an answer, a sign, a name or a number."""
    marks = regex.compile(r"(?<!\w)\L<signs>(?!\w)", signs=list(signs)) if signs else None

    @lru_cache(maxsize=1 << 15)
    def tells(folded: str) -> bool:
        return bool((marks and marks.search(folded)) or chat.names.found(folded) or _DIGIT.search(folded))

    worded = lexicon.gate("replies", chat.column).tolist()
    return [there or tells(folded) for there, folded in zip(worded, chat.folded, strict=True)]


def _linked(links: pd.DataFrame, calls: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    """Line -> the posts of calls that it links to, of messages that are no calls themselves."""
    posts, called = set(calls["key"].tolist()), set(calls["line"].tolist())
    linked: dict[int, tuple[str, ...]] = {}
    for line, key in zip(links["line"].tolist(), links["key"].tolist(), strict=True):
        if key in posts and line not in called:
            linked[line] = (*linked.get(line, ()), key)
    return linked


def _first_lines(calls: pd.DataFrame) -> dict[int, set[str]]:
    by_line: dict[int, set[str]] = defaultdict(set)
    for line, *names in zip(calls["line"], calls["caller"], calls["beneficiary"], strict=True):
        by_line[line].update(names)
    return by_line


def _outsiders(chat: Chat, links: pd.DataFrame, calls: pd.DataFrame) -> dict[str, str]:
    """Words for outsiders whose posts were put before the group («my sister Esi») -> the beneficiary of the call.

    An outsider's name stands with a capital in the call, behind the words for him or her or in the author's name in the link.
    """
    found: dict[str, str] = {}
    text_of = dict(zip(chat.lines, chat.texts, strict=True))
    authors = dict(zip(links["key"].tolist(), links["vanity"].tolist(), strict=True))
    for line, key, caller, name in zip(
        *(calls[c].tolist() for c in ("line", "key", "caller", "beneficiary")), strict=True
    ):
        outsider = name not in chat.present
        author = authors.get(key)
        slug = set(WORD.findall(fold(author).replace("-", " "))) if isinstance(author, str) else set()
        words = WORD.findall(text_of[line].partition("http")[0])
        tokens = [fold(w) for w in words]
        last = WORD.findall(name)[-1] if outsider and WORD.findall(name) else ""
        if len(last) > 2:
            found[last] = name
        behind = tokens[tokens.index(last) + 1 : tokens.index(last) + 3] if last in tokens else []
        for word, token in zip(words[1:], tokens[1:], strict=True):
            named = word[0].isupper() and not chat.names.found(token) and len(token) > 1
            if named and (token in slug or token in behind) and token not in fold(caller):
                found[token] = name
    return found


def _place(state: _State, length: int, member: str, now: dt.datetime, own_call: bool) -> _Place:
    call, spoke = state.call_by_other(member), state.spoke.get(member)
    minutes = None if call is None else (now - call) / _MINUTE
    return _Place(
        since=None if minutes is None else next((n for n in weighing.SINCE if minutes <= n), _LONG_AGO),
        unsaid=call is not None and (spoke is None or spoke <= call),
        talk=min(state.talk, _MUCH),
        asked=state.asked > 0,
        length=length,
        own_call=own_call,
    )


def _read(
    chat: Chat,
    folded: str,
    now: dt.datetime,
    member: str,
    reader: Reader,
    known: Set[str],
    state: _State,
    place: _Place,
) -> Iterator[dict[str, Any]]:
    message, base, others = reader.read(folded), _NOTHING, known - {member}
    absent = message.hits.get("absent")
    if absent is None and _UNTIL.search(folded):
        absent = message.hits.get("refuse") or message.hits.get("excuse")
    of_others = message.members and not message.traits & {"i", "we"}  # «Anna, until Friday you have time»
    if absent and not of_others:  # «the gym is closed until Sunday»
        of_others = any(c.of_others and absent in c.hits.values() for c in message.clauses)
    if absent and not place.own_call and not of_others and (until := when.until(folded, now)) is not None:
        away = until.date() > now.date() or (until.hour, until.minute) == _DAY_END
        if away and (absent.concept == "absent" or not any(c.names for c in message.spoken(others))):
            yield base | {
                "status": ReplyStatus.EXCUSE.value,
                "until": until,
                "why": f"signs off: “{absent.phrase}”",
                "way": "period",
            }
            for clause in message.spoken(others):  # «3/3. and off to Lisbon until Tuesday»
                told = None if absent.phrase in clause.text else meaning(clause, reader.signs)
                if (
                    told
                    and told.status is ReplyStatus.DONE
                    and told.strong
                    and (clause.ratio or clause.signs or clause.names)
                ):
                    names = [] if clause.ratio else clause.names
                    yield base | {
                        "status": told.status.value,
                        "names": names,
                        "count": clause.count,
                        "why": told.why,
                        "way": told.way,
                    }
            return
        if absent.concept == "absent":
            if place.fresh() and place.length <= _WEAK:  # «in calls till 11:30, then all five»
                yield base | {
                    "status": ReplyStatus.PROMISE.value,
                    "why": f"says from when: “{absent.phrase}”",
                    "way": "time",
                }
            return
    waiting: list[str] = []  # members named before it is said what of them
    counted: int | None = None  # and how many, likewise
    made: list[dict[str, Any]] = []
    for n, clause in enumerate(message.spoken(others)):
        if place.length > _LONG and n > 2:
            break
        told = meaning(clause, reader.signs) or _by_place(clause, message, now, member, state, place, n == 0)
        if told is None:
            counted = counted or clause.count
            if clause.names and not clause.question:
                on_top = _MORE.search(clause.text) or _AND.match(clause.text)
                if made and not clause.hits and clause.other <= 5 and (made[-1]["names"] or on_top):
                    last = made[-1]
                    if last["names"]:
                        last["names"] += clause.names  # «Anna gedaan, en Bob»
                    else:  # «gedaan. en Bob ook»
                        made.append(
                            last | {"names": clause.names, "count": None, "all": False, "strict": True, "more": True}
                        )
                else:
                    waiting += clause.names
            continue
        names = [] if clause.ratio else clause.names or waiting
        if clause.names and waiting and clause.other <= 6:
            names = waiting + clause.names
        if not _accept(clause, told, names, now, state, place, bool(made)):
            continue
        more = bool(clause.names and made and _MORE.search(clause.text))
        if clause.names and clause.signs and not made and (at := _MORE.search(clause.text)):
            sign = clause.text.find(clause.signs[0])
            if sign < at.start() and not any(m.member in clause.names for m in chat.names.found(clause.text[:sign])):
                made.append(
                    base | {"status": told.status.value, "why": told.why, "way": told.way}
                )  # «✅ en Bob ook»: the latest, and Bob's
                more = True
        count = (clause.count or counted) if told.status is ReplyStatus.PROMISE else clause.count
        if told.status not in _OPEN_TO_ALL:
            count = None
        waiting, counted = [], None
        made.append(
            base
            | {
                "status": told.status.value,
                "names": names,
                "count": count,
                "why": told.why,
                "way": told.way,
                "more": more,
                "all": bool(clause.has("all") or (place.own_call and YOU_ALL.search(clause.text)))
                and not (clause.count or names)
                and told.status in _OPEN_TO_ALL,
                "inverse": bool(clause.has("except") and clause.has("all")),
                "strict": bool(names) and not told.strong,
            }
        )
    if waiting and made and not (made[-1]["names"] or made[-1]["count"] or made[-1]["all"]) and place.length <= _WEAK:
        made[-1]["names"] = waiting
    elif waiting and not made and place.fresh() and place.length <= 3 and "received" not in message.hits:
        made.append(
            base
            | {
                "status": ReplyStatus.DONE.value,
                "names": waiting,
                "strict": True,
                "why": "the caller's name alone, after the call",
                "way": "names",
            }
        )
    if not made and (told := _first_answer(message, folded, chat.names.found(folded), place)):
        made.append(base | {"status": told.status.value, "why": told.why, "way": told.way})
    if elsewhere := [n for row in made if row["status"] != ReplyStatus.DONE for n in row["names"]]:
        for row in made:  # «3/4, Devon's tonight»: three, and Devon's is none of them
            if row["status"] == ReplyStatus.DONE and row["count"] and not row["names"]:
                row.update(names=elsewhere, inverse=True)
    for row in made:
        row["names"] = list(dict.fromkeys(row["names"]))
    yield from _merged(made) if len(made) > 1 else made


def _first_answer(message: Message, folded: str, mentions: Sequence[Mention], place: _Place) -> Said | None:
    """What a member's first word after a call says where nothing in it is known: in a pod that is mostly «done»."""
    if place.own_call or place.talk or mentions or "?" in folded or not place.fresh() or YOU_ALL.search(folded):
        return None
    if LINK_SIGN in folded or LAUGH.search(folded):
        return None
    if later := message.hits.get("later"):
        soon = place.length <= _FIRST and not _weekday().search(later.phrase)  # a day of the week is a plan
        return Said(ReplyStatus.PROMISE, False, f"names a later time: “{later.phrase}”", "time") if soon else None
    if not place.fresh(_SOON) or place.length > _BARE or message.hits.keys() & _OTHERWISE:
        return None
    known = message.hits.keys() & {"done", "tick", "weak", "all", "both"}
    return Said(ReplyStatus.DONE, False, _FIRST_SAID, "mark" if known else "first")


@cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(book()['weekday']['long'])})\b")


def _by_place(
    clause: Clause, message: Message, now: dt.datetime, member: str, state: _State, place: _Place, first: bool
) -> Said | None:
    """What the place alone says: the names of callers with a word or two, or a short first answer right after a call."""
    if clause.question or clause.of_others or clause.hits or YOU_ALL.search(clause.text) or LINK_SIGN in clause.text:
        return None
    recent = _recent(clause, state, now)
    if len(recent) >= 2 and len(recent) == len(clause.names) and clause.other <= 5 and place.length <= _WEAK:
        return Said(ReplyStatus.DONE, True, "names those whose calls stand open, and little else", "names")
    if place.own_call:  # «got Trent's. mine is about …»
        fits = bool(recent) and len(recent) == len(clause.names) and clause.other <= _BARE and place.fresh()
        return Said(ReplyStatus.DONE, True, "names callers in a call of one's own", "names") if fits else None
    unsaid = [x for x in recent if now - state.latest[x] <= _FRESH and state.spoke.get(member, _EVER) < state.latest[x]]
    known = message.hits.keys() & _OTHERWISE or "later" in message.hits
    if (
        unsaid
        and len(unsaid) == len(clause.names)
        and 2 < clause.other <= _BARE
        and place.length <= _FIRST
        and not known
    ):
        return Said(ReplyStatus.DONE, True, "names callers of the last hours whom nothing was answered yet", "names")
    addressed = first and not clause.other and message.hits.keys() & _DECLINED  # «Anna, yours I'm leaving alone»
    if recent and clause.other <= 2 and place.fresh() and place.length <= _FIRST and not addressed:
        if "later" in message.hits and not message.hits.keys() & {"done", "tick"}:
            return Said(ReplyStatus.PROMISE, False, f"names a later time: “{message.hits['later'].phrase}”", "time")
        return Said(ReplyStatus.DONE, False, "names the caller, and little else", "names")
    if first and place.length <= _BARE and place.talk == 0 and place.fresh(_SOON) and not clause.names:
        return Said(ReplyStatus.DONE, False, _FIRST_SAID, "first")
    return None


def _recent(clause: Clause, state: _State, now: dt.datetime) -> list[str]:
    """Those named whose latest call is of the last days."""
    return [x for x in clause.names if x in state.latest and now - state.latest[x] <= _RECENT]


def _accept(
    clause: Clause, told: Said, names: list[str], now: dt.datetime, state: _State, place: _Place, made: bool
) -> bool:
    """Is what the clause says of calls, given where it stands?"""
    if not told.strong:
        late = clause.names and told.status is ReplyStatus.DONE and not _recent(clause, state, now)
        near = (clause.names and not late) or (
            place.fresh()
            and place.talk <= 2
            and clause.other
            <= (_BARE if clause.signs or clause.has("both") or (place.own_call and clause.count) else 3)
        )
        apart = not place.own_call or (
            clause.has("tick", "weak", "done") and (clause.names or clause.count or clause.has("all", "both"))
        )
        pointed = clause.has("tick", "weak", "both", "done") or clause.names or clause.signs or clause.count
        all_alone = clause.has("all") and not pointed  # «good luck to all»
        short = place.length <= (_BARE if all_alone else _WEAK) or place.own_call
        return bool(near and apart) and short and not YOU_ALL.search(clause.text)
    if told.status is ReplyStatus.DONE:
        if place.own_call and YOU_ALL.search(clause.text):  # «mine: … I have done yours already»
            return True
        pointed = names or clause.signs or clause.ratio or clause.has("all", "both")
        return bool(pointed) or (
            not place.own_call and (place.fresh(_STILL) or bool(clause.count and clause.other <= 6))
        )
    if place.own_call:
        return False
    if told.status is ReplyStatus.PROMISE:
        named = bool(names) and not YOU_ALL.search(clause.text) and "@" not in clause.text and clause.other <= 8
        near = place.fresh() and place.talk <= 4 and not place.asked
        return place.length <= _WEAK and (named or near or (bool(clause.has("all")) and clause.other <= 8))
    near = place.fresh() and not made and place.talk <= 2
    return place.length <= _WEAK and (near or bool(names))


def _merged(made: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One claim per status and set of names: «gedaan, staat eronder» says it once; those with names first, the surer."""
    if any(r["status"] in _OPEN_TO_ALL for r in made):  # «so sorry, I was swamped. on it now»
        made = [r for r in made if r["names"] or r["count"] or r["status"] in _OPEN_TO_ALL]
    kept: list[dict[str, Any]] = []
    for row in made:
        same = None if row.get("more") else next((k for k in kept if _same(k, row)), None)
        if same is None:
            kept.append(row)
        elif not (row["strict"] and (same["count"] or same["all"])):  # «4/4, Wes ❤️»: the heart adds nothing
            same.update({x: same[x] or row[x] for x in ("names", "count")})
            same["all"] = (same["all"] or row["all"]) and not (same["count"] or same["names"])
    order = list(ReplyStatus)
    yield from sorted(kept, key=lambda k: (order.index(k["status"]), not k["names"]))


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Do two claims of one message say the same? A sure one with names beside a count says more."""
    if a["status"] != b["status"] or (b["names"] and not b["strict"] and (a["count"] or a["all"])):
        return False
    return not a["names"] or not b["names"] or bool(a["names"] == b["names"])
