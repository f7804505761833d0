"""What one message says as a norm: split into items and sentences, each read for the rule types it can carry.

Nothing here decides whether the message lays down a rule at all; that is :mod:`podaudit.detect.rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import regex

from podaudit.detect import rule_values as values
from podaudit.lexicon import Hit, Lexicon
from podaudit.model import RuleType
from podaudit.when import changed, clocks, duration

_MARKER = regex.compile(
    r"^\s*(?:\(?\d{1,2}\s?[.):°\-/]+(?!\d)|\d{1,2}\uFE0F?\u20E3|[a-h]\)|[-*•·‣●○▪▫►▶➡→»~>]+(?=\s|\w)|(?:\p{Extended_Pictographic}|✓|✔)+(?=\s))\s*"
)
_INLINE = regex.compile(r"(?<=[\s;,.])(?=\(?(\d{1,2})\s?[.)]\s?\p{L})|(?<=\s)(?=\d\uFE0F?\u20E3)|(?<=\s)(?=[•▪►●])")
_NUMBERED = regex.compile(r"\s*\(?(\d{1,2})\s?[.):°\-/]")
_SENTENCE = regex.compile(r"(?<=[.!?;]|[.!?][)\]])(?<!\b(?:\p{L}|max|min|ca|std|uds?)\.)\s+")  # not after "p.p."
_WARNING = regex.compile(
    r"strike|warn|waarsch|verwarn|avert|aviso|adverten|avviso|richiam|caution|gele?\b|gelb|jaun|amarill|amarel|giall"
)
_HOUR = r"\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|h|u|uur|uhr)"
_TIME = r"\d{1,2}[:.]\d{2}"
_HOURS = regex.compile(rf"(?<![\w.:-])(?:{_HOUR}|{_TIME}|\d{{1,2}})\s?-\s?(?:{_HOUR}|{_TIME})(?!\w)")
_FOLLOWS = regex.compile(
    r"\s*(?:=|:|,|->|→|is\b|and\b|en\b|und\b|et\b|y\b|e\b)\s*\w+"
    r"|[^.!?]{0,60}[,;:]\s*(?:(?:en|and|und|et|y|e)\s)?(?:daarna|after that|then|danach|apres|ensuite|luego|despues|depois|dopo|poi)\b"
)
_DIGIT = regex.compile(r"\d")
_OF = regex.compile(r"(?:\s(?:of|van|von|de|di|da)\s[^,;:]*)?")
# Concepts that say who speaks to whom and of when; their small words are shared between languages.
_FORM = frozenset(
    {"own", "past", "still", "elsewhere", "term", "all", "each", "through", "replaced", "standing", "wish"}
)
_WORDS = regex.compile(r"\w+")
_BRIEF = 60  # characters of a sentence that says one thing


@dataclass(frozen=True, slots=True)
class Found:
    """A rule type found in a sentence."""

    type: RuleType
    value: Any
    phrase: str
    why: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a message: its text (folded), whether a list marker stood before it, and its sentences."""

    text: str
    marked: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a message, with the concepts in it."""

    text: str
    hits: tuple[Hit, ...]
    languages: tuple[str, ...] = ()
    by: dict[str, list[Hit]] = field(default_factory=dict)

    def has(self, *concepts: str) -> bool:
        return any(c in self.by for c in concepts)

    def of(self, concept: str) -> list[Hit]:
        return self.by.get(concept, [])

    def clear(self, concept: str, *others: str) -> list[Hit]:
        """Hits of a concept that no hit of the other concepts covers."""
        covers = [h for o in others for h in self.of(o)]
        return [h for h in self.of(concept) if not any(c.start <= h.start and h.stop <= c.stop for c in covers)]

    def beginnings(self) -> list[Hit]:
        """What says when the rule begins: "from today"."""
        days = self.of("occasion")
        marks = [*self.of("change"), *self.of("standing")]
        return [h for c in marks for d in days if c.start <= d.start <= c.stop + 1 for h in (c, d)]

    def outside(self, spans: Sequence[tuple[int, int]]) -> Sentence:
        """The sentence without the hits that begin in the spans."""
        kept = tuple(h for h in self.hits if not any(a <= h.start < b for a, b in spans))
        return replace(self, hits=kept, by=_by_concept(kept))

    def lone(self, concept: str, *others: str) -> list[Hit]:
        """Hits of a concept that no hit of the other concepts covers or leads up to."""
        covers = [h for o in others for h in self.of(o)]
        return [h for h in self.of(concept) if not any(c.start <= h.start <= c.stop + 1 for c in covers)]


def _by_concept(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    by: dict[str, list[Hit]] = {}
    for h in hits:
        by.setdefault(h.concept, []).append(h)
    return by


@lru_cache(maxsize=1 << 10)
def items(folded: str) -> Sequence[Item]:
    """The items of a message: its lines, and what is numbered within a line."""
    out = []
    for line in folded.split("\n"):
        for part in _parts(line):
            marker = _MARKER.match(part)
            text = part[marker.end() :] if marker else part
            if text.strip():
                out.append(Item(text.strip(), bool(marker), _sentences(text.strip())))
    return out


def _parts(line: str) -> Iterator[str]:
    """A line cut where items begin within it; numbers count up: "between 7 and 22. Max one" holds no item 22."""
    opens = _NUMBERED.match(line)
    start, number = 0, int(opens[1]) if opens else 0
    for m in _INLINE.finditer(line):
        if m[1] and not number < int(m[1]) <= number + 2:  # one may be missing
            continue
        number = int(m[1] or number)
        yield line[start : m.start()]
        start = m.start()
    yield line[start:]


def _sentences(text: str) -> tuple[str, ...]:
    """Sentences; a short question ("Away?") stays with its answer."""
    out: list[str] = []
    for piece in _SENTENCE.split(text):
        if not piece or not piece.strip():
            continue
        if out and out[-1].rstrip("\"')").endswith("?") and len(out[-1]) < 70:
            out[-1] = f"{out[-1]} {piece}"
        else:
            out.append(piece.strip())
    return tuple(out)


class Reader:
    """Reads sentences with the phrase books; languages that hardly occur in a message do not count in it."""

    def __init__(self, lexicon: Lexicon, shares: Mapping[str, float]) -> None:
        """``shares``: language -> share of the chat's messages; one with less than 5 % is not one of its languages."""
        self._lexicon = lexicon
        self._spoken = frozenset(lang for lang, share in shares.items() if share >= 0.05)

    def languages(self, folded: str) -> frozenset[str]:
        """The languages whose phrases carry the message, and ``any``."""
        hits = self._lexicon.scan("rules", folded)
        telling = [h for h in hits if h.concept not in _FORM] or hits
        counts = Counter(h.entry.partition(".")[0] for h in telling)
        counts.pop("any", None)
        if self._spoken and not self._spoken.isdisjoint(counts):
            counts = Counter({lang: n for lang, n in counts.items() if lang in self._spoken})
        top = max(counts.values(), default=0)
        return frozenset(["any", *(lang for lang, n in counts.items() if n >= 0.5 * top)])

    def sentence(self, text: str, languages: frozenset[str]) -> Sentence:
        hits = tuple(
            h
            for topic in ("rules", "norms")
            for h in self._lexicon.scan(topic, text)
            if h.entry.partition(".")[0] in languages
        )
        return Sentence(text, hits, tuple(sorted(languages - {"any"})), _by_concept(hits))

    def read(self, raw: str, item: Item, languages: frozenset[str]) -> list[Found]:
        """The rule types of an item, each once: sentence by sentence, then what spans the sentences of the item."""
        found: list[Found] = []
        parts = [self.sentence(s, languages) for s in item.sentences]
        whole = parts[0] if len(parts) == 1 else self.sentence(item.text, languages)
        for i, s in enumerate(parts):
            near = (
                whole if len(parts) <= 3 else self.sentence(" ".join(item.sentences[max(0, i - 1) : i + 2]), languages)
            )
            # A rule is lifted: nothing is laid down beside it but the time that holds instead.
            for skeleton in (_timing,) if s.has("lifted") else SKELETONS:
                found += skeleton(raw, s, near)
        return best(found)


def best(found: Iterable[Found]) -> list[Found]:
    """Each type once, in order: the first with a value; of warnings the highest number, the last step of a ladder."""
    out: dict[RuleType, Found] = {}
    for f in found:
        old = out.get(f.type)
        higher = f.type is RuleType.STRIKES and old is not None and f.value > old.value
        if old is None or higher or (old.value is None and f.value is not None):
            out[f.type] = f
    return list(out.values())


Skeleton = Callable[[str, Sentence, Sentence], Iterable[Found]]


def _one(type: RuleType, hits: Sequence[Hit], value: Any = None, how: str = "") -> list[Found]:
    if not hits:
        return []
    hit = max(hits, key=lambda h: h.stop - h.start)
    return [Found(type, value, hit.phrase, f"{hit.phrase!r}{': ' + how if how else ''} ({hit.entry})")]


# --------------------------------------------------------------------------------------------------- what is to be done


def _acts(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    if s.has("optional"):
        return []
    if quoted := values.quoted(s.text):  # what is quoted is what some write, not what is to be done
        s = s.outside(quoted)
    out: list[Found] = []
    bare = s.has("short") and s.has("only", "not")
    taken_back = s.has("retract", "no_retract") and not s.has("post")
    likes = s.clear(
        "like", "short", "answer", "retract", "no_retract", "no_support", "tag", "done_when", "removal", "generic"
    )
    if likes and not taken_back and not bare and not _denied(s, likes):
        out += _one(RuleType.REACT, likes, how="asked as a norm")
    comments = s.clear(
        "comment", "answer", "retract", "no_retract", "no_support", "generic", "no_chat", "done_when", "question"
    )
    if not comments and out and not s.has("short"):
        comments = s.clear("support_words", "min_words", "generic")
    if comments and not (s.has("answer") and len(comments) < 2) and not taken_back and not _denied(s, comments):
        out += _one(RuleType.COMMENT, comments, how="asked as a norm")
    outside = s.has("secrecy") and s.has("not")
    if (shares := s.clear("share", "secrecy", "done_when")) and not outside and not _denied(s, shares):
        out += _one(RuleType.SHARE, shares)
    if (follows := s.clear("follow", "retract")) and not _denied(s, follows) and not s.has("failing"):
        out += _one(RuleType.FOLLOW, follows)
    if (saves := s.clear("save")) and not _denied(s, saves):
        out += _one(RuleType.SAVE, saves)
    return out


def _denied(s: Sentence, hits: Sequence[Hit]) -> bool:
    """A word of denial stands right before the words."""
    return all(
        any(0 <= h.start - n.stop <= 12 and " " not in s.text[n.stop : h.start].strip() for n in s.of("not"))
        for h in hits
    )


def _quality(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    out: list[Found] = []
    for hit in s.of("min_words")[:1]:
        n = values.first_number(hit.phrase)
        if n and 1 < n < 200:
            out += _one(RuleType.COMMENT_MIN_WORDS, [hit], n)
    if s.has("question"):
        out += _one(RuleType.COMMENT_QUESTION, s.of("question"))
    if s.has("short") and s.has("only", "not") and not s.has("done_when"):
        out += _one(RuleType.COMMENT_NO_EMOJI_ONLY, s.of("short"), how="alone is not enough")
    about = near.has("comment", "min_words", "substance", "short", "like", "support_words")
    if s.has("generic") and s.has("not", "substance") and about:
        out += _one(RuleType.COMMENT_NO_GENERIC, s.of("generic"), how="refused")
    elif not s.has("failing") and (substance := s.clear("substance", "support_words")):
        out += _one(RuleType.COMMENT_NO_GENERIC, substance)
    elif (
        not s.has("done_when", "failing", "secrecy", "here", "outsider")
        and (quotes := values.quotes(s.text))
        and (s.has("not") or len(quotes) > 1)
    ):
        out.append(Found(RuleType.COMMENT_NO_GENERIC, None, quotes[0], f"{quotes[0]!r}: quoted as not enough"))
    days = duration(s.text)  # in German, "Tag" is a day
    tags = [
        h for h in s.clear("tag", "per_day", "quota") if not any(d.start < h.stop and h.start < d.stop for d in days)
    ]
    if tags:
        out += _one(RuleType.COMMENT_MENTION, tags)
    return out


def _reading(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    reads = s.clear("read")
    seconds = s.of("seconds")
    if seconds and (reads or s.has("post", "duty", "rule") or len(s.text) < _BRIEF) and not s.has("failing"):
        return _one(RuleType.READ, seconds, values.seconds(seconds[0].phrase))
    if reads and not s.has("secrecy", "sign_off") and not s.has("optional"):
        near_seconds = near.of("seconds")
        return _one(RuleType.READ, reads, values.seconds(near_seconds[0].phrase) if near_seconds else None)
    return []


# ------------------------------------------------------------------------------------------------------ when, how often


def _quota(s: Sentence, near: Sentence) -> list[Found]:
    """So many, within a few words of "a day" or "a week"; what is counted need not be named in a pod's list."""
    if s.has("seconds", "min_words") or (s.has("no_support") and not s.has("limit")) or values.MONEY.search(s.text):
        return []
    for concept in ("per_day", "per_week"):
        for unit in s.of(concept):
            counted = next((h for h in s.of("quota") if h.start <= unit.start and unit.stop <= h.stop), None)
            n = values.last_number(s.text[counted.start if counted else max(0, unit.start - 48) : unit.start])
            if n is None and s.has("limit", "only"):
                n = values.first_number(s.text[unit.stop : unit.stop + 40])
            if (
                n
                and n < 20
                and not duration(s.text[max(0, unit.start - 24) : unit.start])
                and (s.has("post", "limit", "quota") or not unit.phrase[0].isdigit())  # "24 hours"
                and (len(s.text) < 90 or s.has("post", "drop", "limit"))
            ):
                return _one(RuleType.QUOTA, [unit], {"posts": n, "per": concept[4:]}, how=f"{n} of them")
    for hit in s.of("quota"):
        n = values.first_number(hit.phrase)
        unit_near = "day" if near.has("per_day") else "week" if near.has("per_week") else None
        if n and n < 20 and unit_near and s.has("post", "drop"):
            return _one(RuleType.QUOTA, [hit], {"posts": n, "per": unit_near})
    return []


def _window(s: Sentence) -> list[Found]:
    """Hours or days within which, or outside which, posts are put up."""
    if values.MONEY.search(s.text) or s.has("failing", "tell", "secrecy"):
        return []
    about = s.has("drop", "post")
    times = clocks(s.text, s.languages)  # "eight in the evening" is a time of day
    on = [  # "from Monday" is when the rule begins
        h for h in s.clear("day", "change") if not any(c.start < h.stop and h.start <= c.stop + 1 for c in times)
    ]
    hours = _HOURS.search(s.text)
    bounds = _bounds(s)
    between = (bounds or hours is not None) and (
        about or bool(on) or s.has("only") or (s.has("not") and not s.has("own"))
    )
    days = bool(on) and (about or s.has("not", "only")) and not s.has("within")
    if between or (days and (s.has("only", "not", "limit") or not s.has("by"))):
        hits = [*bounds, *on]
        if hours and not hits:
            hits = [Hit("between", "hours", *hours.span(), hours[0])]
        return _one(RuleType.WINDOW, hits, s.text.strip(" .!"))
    return []


def _bounds(s: Sentence) -> list[Hit]:
    """Hours within which something is done; "from two to four hours" are none."""
    new = changed(s.text)
    found = s.clear("between", "by", "replaced")
    return [h for h in found if not (new and new.start < h.stop and h.start < new.stop)]


def _lifted(s: Sentence) -> list[Hit]:
    """What says that a rule is lifted, with its clause before and what is said of the rule: "the 30 minute rule is gone"."""
    return [
        replace(h, start=max(s.text.rfind(c, 0, h.start) for c in ",;:") + 1, stop=_OF.match(s.text, h.stop).end())  # type: ignore[union-attr]
        for h in s.of("lifted")
    ]


def _timing(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    quota, window = [] if s.has("lifted") else _quota(s, near), _window(s)
    out = [*quota, *window]
    if s.has("seconds") or _bounds(s) or values.MONEY.search(s.text):
        return out
    if s.has("absence") and s.has("tell", "sign_off"):
        return out
    if s.has("no_support", "fee") and s.has("failing", "strikes"):
        return out
    if (quota or window) and not s.has("within", "by"):
        return out
    if not s.has("within", "by", "n", "term") and not (_DIGIT.search(s.text) or duration(s.text) or clocks(s.text)):
        return out
    other = s.has("read", "failing", "no_support", "own", "give_first") or s.clear("strikes", "replaced")
    shared = s.has("all", "term", "duty", "change", "each", "standing") and not other
    due = bool(shared) and s.has("duty", "all") and s.has("through", "each")
    past = [*s.of("replaced"), *_lifted(s), *s.beginnings()]
    value = values.deadline(s.text, past, s.languages, due=due)
    if value is None:
        return out
    if quota and value == 1440 and not s.has("by"):
        return out
    hits = [*s.of("within"), *s.of("by")]
    if hits:
        return out + _one(RuleType.DEADLINE, hits, value)
    if s.has("change", "duty", "done_when", "post", "all", "term") or near.has("within", "by") or len(s.text) < _BRIEF:
        out.append(Found(RuleType.DEADLINE, value, "", f"a time set: {value}"))
    return out


def _give_first(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    dwelt = s.of("seconds")
    hits = [h for h in s.of("give_first") if not any(d.start < h.stop and h.start < d.stop for d in dwelt)]
    if not hits or (s.has("absence") and s.has("tell")):
        return []
    taken = [*s.of("quota"), *s.of("min_words"), *s.of("seconds"), *s.of("strikes")]
    numbers = [
        n
        for h in sorted([*s.of("n")], key=lambda h: h.start)
        if not any(t.start <= h.start < t.stop for t in taken) and (n := values.first_number(h.phrase)) and 1 < n < 31
    ]
    digits = [
        int(m[0])
        for m in _WORDS.finditer(s.text)
        if m[0].isdigit() and not any(t.start <= m.start() < t.stop for t in taken)
    ]
    digits = [n for n in digits if 1 < n < 31]
    return _one(RuleType.GIVE_FIRST, hits, next(iter([*numbers, *digits]), None))


# ---------------------------------------------------------------------------------------------------- towards the group


def _confirm(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    """A word or sign to put here when done. Two of: here, when done, to say; or one of them and a sign."""
    if s.has("seconds", "min_words") or s.clear("strikes", "done_when") or (s.has("absence") and s.has("tell")):
        return []
    ends, here, said = s.of("done_when"), s.clear("here", "done_when"), s.of("say")
    if not said and not s.has("absence", "sign_off", "give_first"):
        said = s.of("tell")
    asked = s.text.partition("?")[0]
    if "?" in s.text and len(asked) < 24 and not s.has("absence", "sign_off"):
        ends = [Hit("done_when", "question", 0, len(asked) + 1, asked + "?"), *ends]
    if not (ends or here or said or s.has("done")):
        return []
    sure = values.sign(raw, s.text) or (values.named(raw, s.text, here) if said else None)
    if sure and not (ends or here) and s.has("within"):  # "SLA: 2 hours"
        return []
    other = s.has("post", "like", "comment", "generic", "short", "secrecy", "outsider", "no_chat", "give_first", "tag")
    if sure and (said or s.has("done")) and not other:
        ends = ends or said or s.of("done")
    if not (
        (ends and (here or said or s.has("done")))
        or (sure and (ends or (here and not s.has("post", "like", "comment"))))
    ):
        return []
    if not (sure or s.has("here")) and any(s.clear(x, "done_when") for x in ("comment", "tag")):
        return []  # "afterwards you leave a comment"
    if not ends and (s.has("secrecy", "sign_off") or (not said and s.has("no_chat", "generic"))):
        return []
    value = (
        sure
        or values.word(raw, s.text, said, here, ends)
        or values.placed(raw, s.text, here)
        or next((values.as_written(raw, h.phrase) for h in s.of("done")), None)
    )
    return _one(RuleType.CONFIRM, ends or here, value)


def _group(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    out: list[Found] = []
    away = (s.has("absence") and s.has("tell", "say")) or s.has("sign_off")
    if away:
        out += _one(RuleType.REPORT_ABSENCE, [*s.of("sign_off"), *s.of("tell")], how="when absent")
    covers = (
        *(("absence", "tell") if away else ()),
        *(("removal", "no_support") if s.has("failing", "strikes") else ()),
    )
    secret = [
        h for h in s.of("secrecy") if not any(c.start < h.stop and h.start < c.stop for k in covers for c in s.of(k))
    ]
    if secret:
        out += _one(RuleType.SECRECY, secret)
    elif s.has("not") and not s.has("link", "comment", "like", "failing", "quota"):
        out += _one(RuleType.SECRECY, s.clear("outsider", "removal"), how="kept from them")
    if s.has("no_chat") and not _window(s):
        out += _one(RuleType.NO_CHAT, s.of("no_chat"))
    if s.has("answer"):
        out += _one(RuleType.ANSWER_COMMENTS, s.of("answer"))
    return out


_KINDS = (
    ("retract", "retract"),
    ("removal", "removal"),
    ("no_support", "no_support"),
    ("fee", "fee"),
    ("other", "other"),
)


def _sanctions(raw: str, s: Sentence, near: Sentence) -> list[Found]:
    out: list[Found] = []
    if s.has("absence") and s.has("tell") and not s.has("failing", "change"):
        return []
    money = values.MONEY.search(s.text)
    kept = s.has("no_retract") or (s.has("retract") and s.has("not") and not s.has("failing"))
    if kept and s.has("like", "comment", "engage", "no_retract"):
        out += _one(RuleType.NO_RETRACT, [*s.of("no_retract"), *s.of("retract")])
    struck = s.of("strikes")
    ordinals = [o for h in struck for o in near.of("ord") if o.phrase in h.phrase]
    after = min((h.start for h in struck), default=0)
    kinds = sorted(
        (
            ((h.start < after, h.start, -h.stop, order, value), h)
            for order, (value, concept) in enumerate(_KINDS)
            for h in s.of(concept)
            if not (concept == "retract" and (kept or not s.has("like", "comment")))
        ),
        key=lambda pair: pair[0],
    )
    kind = kinds[0][0][4] if kinds else None
    if money and kind in (None, "other") and any(h.start < money.start() for h in (*s.of("failing"), *struck)):
        kind = "fee"
    failing = s.has("failing", "strikes") or (kind in ("removal", "no_support") and near.has("failing", "strikes"))
    if kind and failing:
        out += _one(RuleType.PENALTY, [h for key, h in kinds if key[4] == kind][:1] or s.of("failing"), kind)
    elif (
        struck
        and not kind
        and values.strikes(struck[0].phrase, ordinals) != 1
        and not near.has("removal", "no_support", "fee", "other")
        and _goes_on(s.text, max(h.stop for h in struck))
    ):
        kind = "removal"
        out += _one(RuleType.PENALTY, struck, kind, how="what follows after so many")
    if struck and (kind or near.has("removal", "no_support", "fee", "other") or "strike" in s.text):
        for hit in sorted(struck, key=lambda h: h.start - h.stop):
            value = values.strikes(hit.phrase, ordinals)
            if value and (value > 1 or ordinals or _WARNING.search(hit.phrase)):
                out += _one(RuleType.STRIKES, [hit], value)
                break
    forfeit = kind == "fee" or any(h.start < money.start() for h in s.of("failing")) if money else False
    if money and not forfeit and near.has("price"):
        out.append(
            Found(
                RuleType.PAYMENT,
                values.around(raw, s.text, money.span()),
                money[0],
                f"an amount asked for: {money[0]!r}",
            )
        )
    return out


def _goes_on(text: str, stop: int) -> bool:
    """Something follows the count of failings: "third time = …", "at the third, …", "twice a warning, after that …"."""
    return bool(_FOLLOWS.match(text, stop))


SKELETONS: tuple[Skeleton, ...] = (_acts, _quality, _reading, _timing, _give_first, _confirm, _group, _sanctions)
