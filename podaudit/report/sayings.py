"""What other stages say in English (warnings, doubts, reasons), in the page's language where the sentence is known.

The stages write plain English sentences, which the audit document and the tables hold as they are. A sentence that none
of the patterns below fits is shown as it stands and marked as English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from podaudit.model import Label
from podaudit.report.language import N_, Language, plain, visible
from podaudit.report.terms import LABELS


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence and the language it is in."""

    text: str
    lang: str


DATES = (
    N_(
        "The dates were read as %(order)s, as asked for; %(n)s of %(all)s dates do not exist that way, %(other)s in another order."
    ),
    N_("The dates were read as %(order)s, as asked for."),
    N_("The dates begin with a four-digit year."),
    N_("The dates begin with the year: their last number is a day."),
    N_("The dates were read as %(order)s: the chat covers %(n)s days that way, %(other)s otherwise."),
    N_("The dates were read as %(order)s: %(wrong)s of %(all)s dates do not exist in another order."),
    N_("The dates were read as %(order)s: %(back)s messages run back in time that way, %(other)s as %(second)s."),
    N_("The dates were read as %(order)s: %(grounds)s."),
)
LINES = N_(
    "Lines: %(n)s in all. Opening a message: %(a)s; opening a notice of the app: %(b)s; going on with one: %(c)s; "
    "blank: %(d)s; not read: %(e)s."
)
OWNER = N_("The phone's owner ('you') was taken to be the member on line %(line)s, who %(grounds)s.")
OTHER_PHONE = N_("'You' in the notices is another member than --me names: the export comes from another phone.")
_WARNINGS = (
    N_("Messages with headers of a second shape: %(n)s, from line %(line)s on."),
    N_("The file is not UTF-8; it was read as %(encoding)s."),
    N_("Pieces of the file that are not valid %(encoding)s: %(n)s; they show as %(mark)s."),
    N_("Lines before any message: %(n)s; the export may begin inside one."),
    N_("No message could be made of %(lines)s."),
    N_("Inside messages, what looks like the header of another message: %(lines)s."),
    N_("Time does not run on at %(lines)s; it may be pasted text, or the clocks were set back."),
    N_("About %(n)s messages are the most the app exports: older ones are probably missing."),
    N_("The archive holds %(n)s text files; %(words)s was taken."),
    N_("NUL bytes in the file, at %(lines)s; broken storage leaves such holes, and some of the text is lost."),
    N_("Years such as %(n)s are of the Buddhist calendar; it was read as %(other)s."),
    N_("Years such as %(n)s are of another calendar; times are as written, and weekdays and spans may be wrong."),
    N_("Notices of the app that could not be read: %(n)s; they are kept as notices without an event."),
    N_("A saved contact and an unsaved one bear the same name; they are kept apart."),
    N_("The members on lines %(lines)s have names that look alike; they are kept apart."),
    N_(
        "%(first)s and %(second)s are of one group. Messages in both, counted once: %(n)s; in %(one)s alone: %(a)s; "
        "in %(two)s alone: %(b)s."
    ),
    N_("%(first)s and %(second)s have no day in common; they were taken to be of one group by their members."),
    N_("The clock of %(second)s differs by %(n)s minutes; its times were brought to that of %(first)s."),
    N_("Members who bear another name in %(second)s: %(n)s; what both exports hold of theirs shows who is who."),
    N_("Messages that one export shows as deleted and the other in full: %(n)s."),
    N_("%(first)s is the same file as one given before; it was read once."),
    N_(
        "From line %(line)s on the file repeats itself: %(n)s of the %(all)s messages there stand before it too and are "
        "counted twice; give every export once."
    ),
    N_(
        "From line %(line)s on the file seems to hold another chat: %(n)s of the %(all)s messages there are by people who "
        "write nothing before it; give every chat by itself."
    ),
    N_("Messages of more than %(all)s characters: %(n)s; only that much of each was searched."),
    N_("Who 'you' is in the notices is open; members who may be: %(n)s; --me NAME decides."),
    OTHER_PHONE,
    N_("Corrections by the reader: %(n)s; all were applied, and the report and the table corrections list them."),
)
_DOUBTS = (
    N_("line %(line)s looks like the header of another message"),
    N_("time runs back by %(span)s"),
    N_("time runs ahead of the next message by %(span)s"),
    N_("the line may be pasted text"),
    N_("the clocks may have been set back"),
    N_("time does not fit the order of the messages"),
    N_("these lines stand before the first message"),
    N_("it stands as deleted in %(first)s"),
    N_("it holds NUL bytes: some of its text is lost"),
    N_("NUL bytes stand where its header may have been"),
    N_("NUL bytes stand in the name of its sender"),
    N_("the date or time does not exist"),
    N_("the word “%(words)s” beside the time is not known"),
    N_("the app's mark stands before it, yet it reads as typed"),
    N_("the notice is put down to another member than the one it names"),
)
_CALLS = (
    N_("as corrected by the reader"),
    N_("a post dropped where calls are the group's habit"),
    N_("a post with an ask: “%(words)s”"),
    N_("a post put forward as the caller's own: “%(words)s”"),
)
_REPLIES = (
    # Why a message is read as an answer to a call (podaudit/detect/reading.py, replies.py, signs.py, weighing.py).
    N_("“%(words)s”, the group's sign for done by the rule on line %(line)s"),
    N_("“%(words)s”, how this group answers calls (%(n)s times)"),
    N_("“%(words)s” right after a call"),
    N_("says it is done: “%(words)s”"),
    N_("announces it: “%(words)s”"),
    N_("says it cannot be done: “%(words)s”"),
    N_("skips it: “%(words)s”"),
    N_("counts: “%(words)s”"),
    N_("names a later time: “%(words)s”"),
    N_("signs off: “%(words)s”"),
    N_("says from when: “%(words)s”"),
    N_("says when: “%(words)s”"),
    N_("names callers in a call of one's own"),
    N_("the caller's name alone, after the call"),
    N_("names the caller, and little else"),
    N_("names callers of the last hours whom nothing was answered yet"),
    N_("names those whose calls stand open, and little else"),
    N_("a short first answer right after the call, as is the group's habit"),
    N_("taken together it reads like an answer: %(traits)s"),
    N_("taken together it reads like an answer"),
)
TRAITS = (
    N_("the member's first word since the call"),
    N_("within twenty minutes"),
    N_("within the hour"),
    N_("right after the call"),
    N_("in words with which this group answers calls"),
    N_("a sign alone"),
    N_("names who made the latest call"),
    N_("names callers"),
    N_("opens with a name"),
    N_("a name alone"),
    N_("with the post itself"),
    N_("with the group's sign"),
    N_("with a sign the group uses"),
    N_("counts"),
    N_("words of a promise"),
    N_("a later time"),
    N_("words of refusing"),
    N_("words of having done it"),
    N_("words that often mean done"),
    N_("a tick"),
    N_("speaks of all"),
    N_("speaks of both"),
)
_PARTS = (
    N_("day, month, year"),
    N_("month, day, year"),
    N_("year, month, day"),
    N_("lines %(lines)s and %(n)s more"),
    N_("lines %(lines)s"),
    N_("line %(lines)s"),
    N_("deleted a message under the app's word 'you'"),
    N_("is named as the author of a notice that says 'you'"),
    N_("is the only one who writes and is never named in a notice"),
    N_("is called by name right after 'you' came in"),
    N_("dates with dots or dashes that end in the year put the day first"),
    N_("the app's own words in the chat are in the language %(code)s"),
    N_("they are the same in every order"),
    N_("English exports that pad the numbers put the day first"),
    N_("English exports with short years and AM or PM put the month first"),
    N_("phones that write AM or PM with dots put the day first"),
    N_("less than a minute"),
)
_REASONS = (
    N_("as corrected by the reader"),
    # What the words of a labelled message say (podaudit/lexicon/pressure.toml), and what its place says.
    N_("a neutral nudge to do what is still open"),
    N_("a command or a claim of duty about taking part"),
    N_("an appeal to loyalty, fairness or one's own sacrifice"),
    N_("singles out who did not comply, or who takes without giving"),
    N_("a penalty to come, or a last warning"),
    N_("a penalty carried out, or being carried out"),
    N_("asks others to penalise somebody"),
    N_("belittles or abuses somebody"),
    N_("asks to keep the group hidden"),
    N_("publicly praises who delivered"),
    N_("says sorry"),
    N_("taking part weighs on one"),
    N_("objects to the rules or to the way members are treated"),
    N_("announces leaving"),
    N_("money for taking part"),
    N_("bots, plug-ins, shared log-ins, bought engagement"),
    N_("what the pod does for reach, in words of its own"),
    N_("sides with what another has just said"),
    N_("opens a condition: if, whoever, next time"),
    N_("what befalls who does not comply"),
    N_("addresses all members"),
    N_("must, have to, expected to"),
    N_("what a pod does: like, comment, post, support, call, round"),
    N_("not done, nothing from, still open"),
    N_("drops posts, collects likes, profits"),
    N_("what the speaker does for the others"),
    N_("taking back a like, comment, follow, or blocking"),
    N_("is out of the group, was removed"),
    N_("views, impressions, reach, followers"),
    N_("went up, doubled, record"),
    N_("thanks to the group"),
    N_("an amount, a fee, paying"),
    N_("tired, stressed, no time"),
    N_("not sincere, a trick"),
    N_("not right, too far, not normal"),
    N_("well done, bravo"),
    N_("first, within minutes, always there"),
    N_("all did it, complete"),
    N_("a bot, plug-in, log-in or the like"),
    N_("quiet, between us, screenshots"),
    N_("names a member"),
    N_("names several members"),
    N_("addresses somebody with an @"),
    N_("a member named has calls open"),
    N_("a list of names"),
    N_("the writer has calls open"),
    N_("the writer has several calls open"),
    N_("written by an admin"),
    N_("within two days after somebody went"),
    N_("names somebody who went"),
    N_("within three hours after somebody went"),
    N_("the writer has just removed somebody"),
    N_("the writer removes somebody within a quarter of an hour"),
    N_("the writer is removed within a week"),
    N_("the writer leaves within a day"),
    N_("the writer leaves within the hour"),
    N_("the writer was named just before"),
    N_("drops a post again"),
    N_("lays down a rule"),
    N_("declines a call"),
    N_("says it cannot be done"),
    N_("reports having done it"),
    N_("in capitals"),
    N_("holds a large number"),
    N_("speaks of money"),
    N_("right after words of dissent"),
    N_("right after words of shaming"),
    N_("right after words of threat"),
    N_("right after words of sanction"),
    N_("right after words of insult"),
    N_("reads, taken together, like messages that coders gave this label"),
    N_("all but one"),
    N_("the group, taking part in it, a place in it"),
    N_("another matter: weather, food, family, sport, travel"),
    N_("nobody, or people who are not in the group"),
    N_("telling, mentioning, making screenshots"),
    N_("meant for another chat"),
    N_("a word of messages that coders gave this label"),
    N_("a member named has several calls open"),
    N_("a member named has nothing open"),
    N_("a member named asked for support lately"),
    N_("a member named is gone within a week"),
    N_("speaks to a member by name"),
    N_("written by who lays down the rules"),
    N_("the writer asked for support lately"),
    N_("counts how many of how many"),
    N_("a sign for not done"),
    N_("asks for what is still open"),
    N_("lays a duty on all"),
    N_("sets what one gave against what came back"),
    N_("sets one apart from those who did it"),
    N_("asks or takes, and gives nothing"),
    N_("a list with something left empty"),
    N_("a condition and what follows"),
    N_("reports support taken away"),
    N_("speaks of somebody just put out"),
    N_("bids others take their support away"),
    N_("a bad word for somebody"),
    N_("kept from those outside"),
    N_("commends somebody for having done it"),
    N_("sorry for what was left undone"),
    N_("what is asked weighs on one"),
    N_("objects to how it goes"),
    N_("takes leave"),
    N_("something else does the engaging"),
    N_("reach put down to the group"),
    N_("right after a message read as %(label)s"),
    N_("right before a message read as %(label)s"),
    N_("the writer has just written a message read as %(label)s"),
    N_("the writer goes on with a message read as %(label)s"),
)
_WORDS = re.compile(r"“(?P<words>[^“”]*)” \((?P<about>[^()]*)\)")
_SLOT = re.compile(r"%\((\w+)\)s")
_SPAN = re.compile(r"(?<!\d)(\d+) (day|hour|minute)s?")
_MINUTES = {"day": 1440, "hour": 60, "minute": 1}


def _pattern(message: str) -> re.Pattern[str]:
    parts = _SLOT.split(message)
    return re.compile("".join(f"(?P<{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(parts)), re.S)


_WHOLE = tuple((m, _pattern(m)) for m in (*DATES, OWNER, LINES, *_WARNINGS, *_DOUBTS, *_CALLS, *_REPLIES))
_INSIDE = tuple((m, _pattern(m)) for m in _PARTS)
_QUOTED = frozenset({"words", "encoding", "mark", "code", "n", "wrong", "all", "back", "other", "line"})


def retell(lang: Language, sentence: str) -> Saying:
    """The sentence in the page's language; as it stands, and marked as English, where it is not known."""
    if lang.code != "en":
        for message, pattern in _WHOLE:
            if match := pattern.fullmatch(sentence):
                return Saying(_told(lang, message, match), lang.code)
        file, said, rest = sentence.partition(": ")  # of several exports, which one it speaks of
        if said and (told := retell(lang, rest)).lang == lang.code:
            return Saying(f"{visible(file)}: {told.text}", lang.code)
    return Saying(visible(sentence), "en")


def kind_of(sentence: str) -> str:
    """Which of the sentences known here it is, in English and with … for its values, which may be words of the chat."""
    message = next((m for m, pattern in _WHOLE if pattern.fullmatch(sentence)), None)
    return "another note" if message is None else _SLOT.sub("…", message)


def is_usual(kind: str) -> bool:
    """Whether a note, as ``kind_of`` has it, is made on every export: how its lines and dates were read, and who is "you"."""
    return kind in {_SLOT.sub("…", message) for message in (*DATES[1:], LINES, OWNER)}


def retell_all(lang: Language, sentences: str) -> Saying:
    """As ``retell``, for sentences with ``; `` between them."""
    told = [retell(lang, sentence) for sentence in sentences.split("; ")]
    return Saying("; ".join(s.text for s in told), told[0].lang)


REASONS = frozenset(_REASONS)
_BESIDE = re.compile(rf"(?P<how>.+ a message read as) (?P<label>{'|'.join(x.value.replace('_', ' ') for x in Label)})")


def reason(lang: Language, why: str, most: int = 0) -> str:
    """Why a label was given, in the page's language: the words stay as written, what they say and the context are retold.

    Of many reasons the first ``most``, where that is not 0.
    """

    def told(match: re.Match[str]) -> str:
        words, about = visible(match["words"]), lang.gettext(match["about"])
        return plain(lang.say("“%(words)s” (%(about)s)", words=words, about=about))

    parts, at = [], 0
    for match in _WORDS.finditer(why):
        parts += _contexts(lang, why[at : match.start()])
        parts.append(told(match))
        at = match.end()
    parts += _contexts(lang, why[at:])
    return "; ".join([*parts[:most], "…"] if 0 < most < len(parts) else parts)


def _contexts(lang: Language, words: str) -> list[str]:
    return [_context(lang, part) for part in words.split("; ") if part]


def _context(lang: Language, words: str) -> str:
    if beside := _BESIDE.fullmatch(words):
        label = LABELS[Label(beside["label"].replace(" ", "_"))][0]
        message = f"{beside['how']} %(label)s"
        return plain(lang.say(message, label=lang.gettext(label)))
    return visible(lang.gettext(words))


def is_one_of(sentence: str, messages: Sequence[str]) -> re.Match[str] | None:
    """Whether the sentence is one of the messages, with what stands in its slots."""
    return next((found for m, p in _WHOLE if m in messages and (found := p.fullmatch(sentence))), None)


def part(lang: Language, words: str) -> str:
    """A part of a sentence in the page's language, where it is known."""
    if span := _SPAN.fullmatch(words):
        return lang.duration(int(span[1]) * _MINUTES[span[2]])
    for message, pattern in _INSIDE:
        if match := pattern.fullmatch(words):
            return _told(lang, message, match)
    return visible(words)


def _told(lang: Language, message: str, match: re.Match[str]) -> str:
    return plain(lang.say(message, **{k: _slot(lang, k, v) for k, v in match.groupdict().items()}))


def _slot(lang: Language, name: str, words: str) -> str:
    if name == "traits":
        return ", ".join(lang.gettext(trait) if trait in TRAITS else visible(trait) for trait in words.split(", "))
    return visible(words) if name in _QUOTED else part(lang, words)
