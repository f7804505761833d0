"""What a message says of the calls before it: by its words, and by where it stands among them (codebook section 3)."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from podaudit import when
from podaudit.detect.chat import LAUGH, LINK_SIGN, Chat
from podaudit.detect.names import Mention
from podaudit.detect.reading import YOU_ALL, Clause, Message, Reader, Said, meaning
from podaudit.detect.weighing import SINCE
from podaudit.lexicon import Hit
from podaudit.model import ReplyStatus
from podaudit.when.words import any_of, book

_LONG = 45  # words; beyond that a message tells a story, and only its first clauses report
_OPEN_TO_ALL = (ReplyStatus.DONE, ReplyStatus.PROMISE)  # one skips one post, or says which
_OTHERWISE = frozenset("received idiom howto notyet excuse absent refuse promise".split())
_DECLINED = frozenset({"refuse", "excuse", "promise"})
_DAY_END = (23, 59)
_WEAK = 22  # words; a weak word counts in short messages only
_BARE = 8  # words of a first answer without any word that is known
FIRST = 14  # words of a first answer that is looked at
_LONG_AGO = 1 << 30  # minutes
_MINUTE = dt.timedelta(minutes=1)
_SOON, FRESH, _STILL, RECENT = (dt.timedelta(hours=h) for h in (2, 12, 48, 72))
_FIRST_SAID = "a short first answer right after the call, as is the group's habit"
NOTHING: dict[str, Any] = {
    "names": [], "keys": [], "count": None, "all": False, "inverse": False, "strict": False, "until": None, "way": "",
}  # fmt: skip
_UNTIL = regex.compile(
    r"\b(?:until|till?|through|thru|this week|tot|t/m|deze week|bis|diese woche|jusqu\w*|cette semaine|hasta|esta semana|ate|fino)\b"
)
# «and Bob too»: what follows comes on top of what was said
_AND = regex.compile(r"\W*(?:oh\s)?(?:and|en|und|et|y|e)\b")
_MORE = regex.compile(r"\b(?:ook|also|too|as well|plus|auch|aussi|tambien|tambem|anche|pure)\b")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a message stands among the calls. Equal ones are one object: see ``place_at``."""

    since: int | None  # minutes since the latest call by another, up to one of weighing.SINCE; None where there is none
    unsaid: bool  # the member has claimed nothing since that call
    talk: int  # messages since the latest call that were neither claims nor the caller's, up to a few
    asked: bool  # somebody has just asked about something else
    own_call: bool  # the message is a call itself

    @property
    def first(self) -> bool:
        """Is the message the member's first since a call of the last hours, with nothing between?"""
        return self.talk == 0 and self.fresh()

    def fresh(self, window: dt.timedelta = FRESH) -> bool:
        """Is there a call by another within the window that the member has said nothing on yet?"""
        return self.unsaid and self.since is not None and self.since <= window / _MINUTE


place_at = cache(Place)
_STRETCHES, _ENDS = [n * 60_000_000 for n in SINCE], (*SINCE, _LONG_AGO)


def since(microseconds: int) -> int:
    """A stretch of time as ``Place.since`` has it."""
    return _ENDS[bisect_left(_STRETCHES, microseconds)]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a message is read against: where and when it stands, and how its writer stands to those it names."""

    place: Place
    now: dt.datetime
    known: Set[str]  # those named, others than the writer, whose posts were called for before
    recent: Set[str]  # of these, whose latest call is of the last days
    unanswered: Set[str]  # of these, of the last hours, and the writer has claimed nothing since


def absence(message: Message, folded: str) -> Hit | None:
    """The words that sign off, or decline with a time until when."""
    if (absent := message.hits.get("absent")) is None and _UNTIL.search(folded):
        return message.hits.get("refuse") or message.hits.get("excuse")
    return absent


def read(chat: Chat, folded: str, length: int, reader: Reader, setting: Setting) -> Iterator[dict[str, Any]]:
    """The claims of a message of so many words: of CLAIMS all but who says it and when, each with the ``way`` it was found."""
    message, base, others, place, now = reader.read(folded), NOTHING, setting.known, setting.place, setting.now
    absent = absence(message, folded)
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
            if place.fresh() and length <= _WEAK:  # «in calls till 11:30, then all five»
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
        if length > _LONG and n > 2:
            break
        told = meaning(clause, reader.signs) or _by_place(clause, message, length, setting, n == 0)
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
        if not _accept(clause, told, names, length, setting, bool(made)):
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
    if waiting and made and not (made[-1]["names"] or made[-1]["count"] or made[-1]["all"]) and length <= _WEAK:
        made[-1]["names"] = waiting
    elif waiting and not made and place.fresh() and length <= 3 and "received" not in message.hits:
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
    if not made and (told := _first_answer(message, folded, length, chat.names.found(folded), place)):
        made.append(base | {"status": told.status.value, "why": told.why, "way": told.way})
    if elsewhere := [n for row in made if row["status"] != ReplyStatus.DONE for n in row["names"]]:
        for row in made:  # «3/4, Devon's tonight»: three, and Devon's is none of them
            if row["status"] == ReplyStatus.DONE and row["count"] and not row["names"]:
                row.update(names=elsewhere, inverse=True)
    for row in made:
        row["names"] = list(dict.fromkeys(row["names"]))
    yield from _merged(made) if len(made) > 1 else made


def _first_answer(message: Message, folded: str, length: int, mentions: Sequence[Mention], place: Place) -> Said | None:
    """What a member's first word after a call says where nothing in it is known: in a pod that is mostly «done»."""
    if place.own_call or place.talk or mentions or "?" in folded or not place.fresh() or YOU_ALL.search(folded):
        return None
    if LINK_SIGN in folded or LAUGH.search(folded):
        return None
    if later := message.hits.get("later"):
        soon = length <= FIRST and not _weekday().search(later.phrase)  # a day of the week is a plan
        return Said(ReplyStatus.PROMISE, False, f"names a later time: “{later.phrase}”", "time") if soon else None
    if not place.fresh(_SOON) or length > _BARE or message.hits.keys() & _OTHERWISE:
        return None
    known = message.hits.keys() & {"done", "tick", "weak", "all", "both"}
    return Said(ReplyStatus.DONE, False, _FIRST_SAID, "mark" if known else "first")


@cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(book()['weekday']['long'])})\b")


def _by_place(clause: Clause, message: Message, length: int, setting: Setting, first: bool) -> Said | None:
    """What the place alone says: the names of callers with a word or two, or a short first answer right after a call."""
    if clause.question or clause.of_others or clause.hits or YOU_ALL.search(clause.text) or LINK_SIGN in clause.text:
        return None
    place, recent = setting.place, [x for x in clause.names if x in setting.recent]
    if len(recent) >= 2 and len(recent) == len(clause.names) and clause.other <= 5 and length <= _WEAK:
        return Said(ReplyStatus.DONE, True, "names those whose calls stand open, and little else", "names")
    if place.own_call:  # «got Trent's. mine is about …»
        fits = bool(recent) and len(recent) == len(clause.names) and clause.other <= _BARE and place.fresh()
        return Said(ReplyStatus.DONE, True, "names callers in a call of one's own", "names") if fits else None
    unsaid = [x for x in recent if x in setting.unanswered]
    known = message.hits.keys() & _OTHERWISE or "later" in message.hits
    if unsaid and len(unsaid) == len(clause.names) and 2 < clause.other <= _BARE and length <= FIRST and not known:
        return Said(ReplyStatus.DONE, True, "names callers of the last hours whom nothing was answered yet", "names")
    addressed = first and not clause.other and message.hits.keys() & _DECLINED  # «Anna, yours I'm leaving alone»
    if recent and clause.other <= 2 and place.fresh() and length <= FIRST and not addressed:
        if "later" in message.hits and not message.hits.keys() & {"done", "tick"}:
            return Said(ReplyStatus.PROMISE, False, f"names a later time: “{message.hits['later'].phrase}”", "time")
        return Said(ReplyStatus.DONE, False, "names the caller, and little else", "names")
    if first and length <= _BARE and place.talk == 0 and place.fresh(_SOON) and not clause.names:
        return Said(ReplyStatus.DONE, False, _FIRST_SAID, "first")
    return None


def _accept(clause: Clause, told: Said, names: list[str], length: int, setting: Setting, made: bool) -> bool:
    """Is what the clause says of calls, given where it stands?"""
    place = setting.place
    if not told.strong:
        late = clause.names and told.status is ReplyStatus.DONE and setting.recent.isdisjoint(clause.names)
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
        short = length <= (_BARE if all_alone else _WEAK) or place.own_call
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
        return length <= _WEAK and (named or near or (bool(clause.has("all")) and clause.other <= 8))
    near = place.fresh() and not made and place.talk <= 2
    return length <= _WEAK and (near or bool(names))


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
