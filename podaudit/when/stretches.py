"""Stretches of time: "anderhalf uur", "90 min", "the first hour"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from podaudit.when.words import (
    LONGEST,
    PARTS,
    Span,
    after,
    any_of,
    before,
    book,
    flat,
    follows,
    number,
    number_words,
    phrase,
    strongest,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in a text."""

    start: int
    stop: int
    minutes: int
    unit: str  # minute, hour, either, day, week
    near: bool  # "the first", "the next"
    article: bool  # an article stands for the number
    hours: int = 0  # the number, where the unit may be a clock's


@cache
def _stretches_pattern() -> re.Pattern[str]:
    words = book()
    units = "|".join(f"(?P<{u}>{any_of(words['unit'][u])})" for u in ("minute", "hour", "either", "day", "week"))
    fixed = "|".join(f"(?P<f{minutes}>{any_of(v)})" for minutes, v in words["fixed"].items())
    near = any_of(words["near"])
    # Digits may be glued to their unit, which then does not begin at the begin of a word.
    glued = units.replace(r"(?<!\w)", r"(?<![^\W\d_])")
    return re.compile(
        rf"(?:(?P<near0>{near})\s+)?(?:{fixed}"
        rf"|(?:(?P<onehalf>(?<!\w)(?:{'|'.join(map(phrase, words['half']['one']))})|(?<!\w)1\s*1/2|(?<!\w)1?½)"
        rf"|(?P<joined>(?:{number_words()}|\d{{1,2}}))\s*(?:½|{'|'.join(map(phrase, words['half']['joined']))})"
        rf"|(?P<apart>(?:{number_words()}|\d{{1,2}}))\s+(?:{'|'.join(map(phrase, words['half']['apart']))})"
        rf"|(?P<n>(?<![\w.,:/])\d{{1,4}}(?:[.,]\d)?|(?<!\w)(?:{number_words()}))"
        rf"|(?P<the>(?<!\w)(?:{'|'.join(map(phrase, words['the']['all']))}))"
        rf"|(?P<none>(?<!\w)(?={near})))"
        rf"[\s-]*(?:{any_of(words['size'])}\s+)?(?:(?P<near>{near})\s+(?:(?P<n2>\d{{1,3}}|{number_words()})\s*)?)?(?:{glued})"
        rf"(?P<half>\s+(?:{'|'.join(map(phrase, words['half']['apart']))})(?!\w))?"
        rf"(?:\s+(?P<quarter>{any_of(words['clock']['and_quarter'])}))?"
        rf"(?:\s+(?:of|or|oder|ou|o)\s+(?:(?P<orhalf>{any_of(words['half']['one'])})|(?P<or>{number_words()}|\d{{1,2}}))(?!\w))?"
        rf"(?:\s*(?:en|and|und|et|y|e)?\s*(?P<extra>[0-5]?\d)\s*(?:{any_of(words['unit']['minute'])})"
        rf"|\s+(?:{any_of(words['clock']['plus'])})\s+(?P<more>{any_of(words['clock']['minutes'])})(?=\s*(?:$|[.,;:!?)\n])))?)"
    )


@cache
def _short_stretch() -> re.Pattern[str]:
    """1h30, 2u15: a stretch only by the words before it."""
    return re.compile(r"(?<![\w.,:])(?P<n>\d)\s?[hu]\s?(?P<extra>[0-5]\d)(?!\w)")


@lru_cache(maxsize=1 << 12)  # several readers ask of one message, and groups repeat themselves
def find_stretches(text: str) -> tuple[Stretch, ...]:
    """All stretches of time, in order. What may be a clock time as well is decided by what stands before it."""
    out: list[Stretch] = []
    minutes_of = book()["unit"]["minutes"]
    for m in _stretches_pattern().finditer(text):
        near = bool(m["near"] or m["near0"] or m["none"] is not None)
        fixed = next((int(k[1:]) for k, v in m.groupdict().items() if v and re.fullmatch(r"f\d+", k)), 0)
        if fixed:
            out.append(Stretch(m.start(), m.end(), fixed, "hour" if fixed < 10080 else "week", near, False))
            continue
        unit = next(u for u in ("minute", "hour", "either", "day", "week") if m[u])
        half = 0.5 if m["half"] else 0.0
        if m["onehalf"] or m["joined"] or m["apart"]:
            whole = 1 if m["onehalf"] else number(m["joined"] or m["apart"]) or 0
            value, hours = whole + 0.5, 0
        else:
            said = m["or"] or m["n2"] or m["n"]
            value = 1.5 if m["orhalf"] else _value(said) if said else 1.0
            hours = int(value) if value == int(value) and not half else 0
        total = round((value + half + 0.25 * bool(m["quarter"])) * minutes_of[unit])
        total += number(m["extra"] or m["more"] or "0") or 0
        if not 0 < total <= 60 * 24 * 366:
            continue
        start = m.start()
        found = Stretch(
            start, m.end(), total, unit, near, bool(m["the"]) or (m["n"] or "") in book()["more"]["articles"], hours
        )
        if unit == "either" and not near and _is_clock(text, found, bool(m["n"])):
            continue
        out.append(found)
    for m in _short_stretch().finditer(text):
        cue, _ = strongest(before(text, m.start()), ("within", "before", "by", "until", "at", "back"))
        if cue == "within" or (
            cue in ("by", "until") and int(m["n"]) <= 4 and re.search(r"d'ici|em ate", before(text, m.start())[-12:])
        ):
            out = [s for s in out if s.stop <= m.start() or s.start >= m.end()]
            out.append(Stretch(m.start(), m.end(), int(m["n"]) * 60 + int(m["extra"]), "hour", False, False))
    return tuple(sorted(out, key=lambda s: s.start))


_EITHER_WAY = re.compile(r"(?<!\w)(?:ate|d'ici|antes de|max\w*|en|em|in|sous|dans)\s*$")


_MINUTES = re.compile(r"\s?[0-5]\d(?![\w:%€$])")  # "18 h 30"
# Nobody is to be done by three at night: "deadline: 3 uur" is a stretch.
_TERM = re.compile(r"(?<!\w)(?:deadline|termijn|frist|delai|plazo|limite|prazo|scadenza|termine)\W*$")
_CLOCK_ARTICLE = re.compile(r"(?<!\w)(?:as|las|alle|dalle|om|um|at)\s*$")


@cache
def _less() -> re.Pattern[str]:
    return re.compile(rf"\s*{any_of(book()['clock']['less'])}")


def _is_clock(text: str, s: Stretch, counted: bool) -> bool:
    """Whether "8 uur", "20h", "3 heures" is a time of day."""
    left = before(text, s.start)
    right = after(text, s.stop)
    if _less().match(right) or (s.hours >= 5 and _MINUTES.match(right)):
        return True
    if s.hours <= 4 and (_TERM.search(left) or becomes().search(left)):
        return False
    if (s.article and not counted) or (follows("allowed").match(right) and not follows("latest").match(right)):
        return False
    if (s.hours <= 24 and _day_word().search(left)) or (s.hours < 24 and _CLOCK_ARTICLE.search(left)):
        return True
    cue, words = strongest(left, ("within", "before", "by", "until", "at", "back", "through"))
    if s.hours >= 24 or (cue == "within" and words == "binnen"):
        return False
    if _EITHER_WAY.search(left):
        return 5 <= s.hours <= 23 and s.minutes == s.hours * 60 and bool(re.search(r"(?:ate|d'ici|antes de)\s*$", left))
    if cue in ("before", "by", "until", "back", "through"):
        if re.search(r"(?<!\w)(?:de|di|van|von|of)\s*$", left):  # a term of two hours
            return False
        return not re.search(r"(?<!\w)(?:entro|pour|para|per|for)\s*$", left) or (5 <= s.hours <= 23)
    if cue == "at":
        return not re.search(r"(?<!\w)(?:de|van|von|for|das|na|nach|apres|after)\s*$", left)
    glued = text[s.start : s.start + 1].isdigit() and " " not in text[s.start : s.stop]
    return cue == "" and glued and 13 <= s.hours <= 23


@cache
def _day_word() -> re.Pattern[str]:
    w = book()
    days = "|".join(map(phrase, flat([w["today"], w["tomorrow"], w["weekday"]["long"]])))
    parts = "|".join(map(phrase, flat([w["part"][k] for k in PARTS])))
    return re.compile(rf"(?<!\w)(?:{days})\s*(?:{parts})?[\s,]*$")


def duration(folded: str) -> list[Span]:
    """The stretches of time in the text, in minutes: "anderhalf uur", "90 min", "une heure et demie"."""
    text = folded[:LONGEST]
    return [
        Span(s.start, s.stop, s.minutes)
        for s in find_stretches(text)
        if not s.article or s.minutes != 60 or counts(text, s)
    ]


@cache
def _changed() -> re.Pattern[str]:
    w = book()
    n = rf"(?:\d{{1,3}}(?:[.,]5)?|{number_words()})"
    units = "|".join(f"(?P<{{0}}{u}>{any_of(w['unit'][u])})" for u in ("minute", "hour", "either", "day"))
    units = units.replace(r"(?<!\w)", r"(?<![^\W\d_])")
    the = r"(?:(?:the|de|den|les|las?|los|as|os|i|le)\s+)?"
    return re.compile(
        rf"{any_of(w['changed']['from'])}\s+{the}{n}(?:\s*(?:{units.format('old_')}))?\s+"
        rf"{any_of(w['changed']['to'])}\s+{the}(?:(?P<n>{n})(?!\w)|(?P<n2>\d{{1,3}})(?=[hu]))?(?:\s*(?:{units.format('new_')}))?"
    )


@cache
def becomes() -> re.Pattern[str]:
    """What stands before a span of time that holds from now on: "it becomes …"."""
    return re.compile(any_of(book()["changed"]["becomes"]) + r"\s*$")


@cache
def _moves() -> re.Pattern[str]:
    return re.compile(any_of(book()["changed"]["moves"]))


def changed(folded: str) -> Span | None:
    """The first change of a stretch into another, with its new minutes: "from 90 to 45 minutes", "de duas para quatro horas".

    Of either number the unit may stand at the other. Hours from "de 9 a 12 h" are those of the day, unless something
    is said to change.
    """
    text = folded[:LONGEST]
    minutes_of = book()["unit"]["minutes"]
    for m in _changed().finditer(text):
        said = {k: v for k, v in m.groupdict().items() if v}
        unit = next((k.partition("_")[2] for k in said if k.startswith("new_")), "")
        unit = unit or next((k.partition("_")[2] for k in said if k.startswith("old_")), "")
        stop, minutes = m.end(), 0
        if n := m["n"] or m["n2"]:
            minutes = round(_value(n) * minutes_of[unit]) if unit else 0
        elif behind := next((s for s in find_stretches(after(text, m.end())) if s.start <= 1), None):
            stop, minutes, unit = m.end() + behind.stop, behind.minutes, behind.unit
        hours = unit == "either" and not _moves().search(text, max(0, m.start() - 60), m.start())
        if 0 < minutes <= minutes_of["week"] and not (hours and re.search(r"\sa\s", m[0])):
            return Span(m.start(), stop, minutes)
    return None


def _value(said: str) -> float:
    return float(said.replace(",", ".")) if said[0].isdigit() else float(number(said) or 0)


@cache
def _sized() -> re.Pattern[str]:
    return re.compile(any_of(book()["size"]))


def counts(text: str, s: Stretch) -> bool:
    """An article with "hour" is a stretch in "an hour", "a full day"; in "the hour", "a day" only behind "within"."""
    if _sized().search(text, s.start, s.stop):
        return True
    first = text[s.start : s.stop].split(maxsplit=1)[0]
    return first not in ("het", "de", "the", "der", "la", "a") or strongest(before(text, s.start), ("within",))[0] != ""
