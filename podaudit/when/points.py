"""Points in time as far as the words fix them: days, dates, weekdays, times of day, and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from podaudit.when.months import month
from podaudit.when.stretches import Stretch, find_stretches
from podaudit.when.words import (
    CUES,
    DAY_END,
    LONGEST,
    PARTS,
    Span,
    any_of,
    before,
    book,
    flat,
    number,
    number_words,
    phrase,
    silence,
    strongest,
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point in time as far as the words fix it."""

    start: int
    stop: int
    clock: int | None = None  # minutes after midnight
    twelve: bool = False  # the hour may as well be twelve later
    day: int | None = None  # days from the message's
    weekday: int | None = None
    later: int = 0  # 1: "next Friday", 2: "Friday next week", 3: "a week on Friday"
    date: tuple[int, int] | None = None  # day (0 = the last), month (0 = none said)
    year: int = 0  # 0 = none said
    part: str = ""  # morning, afternoon, evening, night
    end: str = ""  # day, work, week, weekend, month; still, this_week: asked by its end without another word
    meal: bool = False
    bare: bool = False  # a number and nothing else
    weak: bool = False  # 3/3, 9.30: only behind a cue
    cue: str = ""  # a cue that stands within
    cue_words: str = ""
    opened: Point | None = None  # the day from which, where this one ends the range

    @property
    def dated(self) -> bool:
        return self.day is not None or self.weekday is not None or self.date is not None or bool(self.end)


@cache
def _points_pattern(*, months: bool = True) -> re.Pattern[str]:
    """Everything that may be a point; without ``months``, all but what hangs on a month's name."""
    w = book()
    clock, part, today = w["clock"], w["part"], w["today"]
    num = rf"(?:\d{{1,2}}|{number_words()})"
    unit = any_of(w["unit"]["either"], clock["only"]).replace(r"(?<!\w)", r"(?<![^\W\d_])")
    named = any_of([stem + "*" for stem in w["month"]["stems"]])
    year = r"(?:,?\s+(?:(?:de|del|of)\s+)?(?P<y{0}>20\d\d)(?![\w:]|[.,]\d))?"
    ap = r"(?:\s*(?P<ap{0}>a\.?\s?m(?!\w)\.?|p\.?\s?m(?!\w)\.?))"
    plain_parts = {k: part[k] for k in PARTS}
    weekday = "|".join(phrase(p) for p in sorted(flat(w["weekday"]["long"]), key=lambda p: -len(p)))
    short = "|".join(phrase(p) for p in sorted(flat(w["weekday"]["short"]), key=lambda p: -len(p)))
    joined = "|".join(phrase(p) for p in sorted(flat([plain_parts, clock["noon"]]), key=lambda p: -len(p)))
    some = any_of(w["weekday"]["after_next"], w["weekday"]["next"], w["weekday"]["this"])
    minutes = any_of(clock["minutes"])
    less = rf"{any_of(clock['less'])}\s+(?P<l{{0}}>{minutes})"
    ordinal = "(?:st|nd|rd|th|e|de|ste|er|o|[.°º])"
    small = any_of(part["small"])
    next_week = any_of(w["period"]["next_week"])
    fraction = any_of(clock["and_half"], clock["and_quarter"], clock["less_quarter"])
    pieces = [
        rf"(?P<still>{any_of(today['still'])})",
        *(rf"(?P<end_{k}>{any_of(v)})" for k, v in w["end"].items()),
        *(rf"(?P<meal{i}>{any_of(v)})" for i, v in enumerate(w["meal"].values())),
        *(rf"(?P<to_{k}>{any_of(today[k])})" for k in ("tonight", "afternoon", "morning", "night")),
        rf"(?P<today>{any_of(today['plain'])})",
        rf"(?P<domattina>{any_of(w['tomorrow']['morning'])})",
        rf"(?P<overmorrow>{any_of(w['tomorrow']['after'])})",
        rf"(?P<smallpart>(?:{small}\s*){{1,3}}(?P<sp>{any_of(plain_parts)}))",
        rf"(?P<tomorrow>(?<!\w)(?<!guten )(?<!goede )(?<!goeie )(?<!goeden )(?<!schonen )"
        rf"(?:{'|'.join(map(phrase, flat(w['tomorrow']['plain'])))})"
        rf"(?P<tj>{joined})?(?!\w))",
        rf"(?P<date1>(?<![\w/])(?P<d1>\d{{1,2}}|{any_of(w['month']['first'])}){ordinal}?\s*(?:of\s+|de\s+|d'|-)?(?P<mo1>{named}){year.format(1)})",
        rf"(?P<date2>(?P<mo2>{named})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\w|[:.]\d){year.format(2)})",
        rf"(?P<endmonth>{any_of(w['month']['end'])}\s+(?P<mo7>{named}){year.format(7)})",
        r"(?P<date6>(?<![\w/.-])(?P<y6>20\d\d)-(?P<mo6>\d\d)-(?P<d6>\d\d)(?![\w-]))",
        rf"(?P<weekday>(?:(?P<nw1>{next_week})\s+|(?P<wl1>{any_of(w['weekday']['week_later']['ahead'])})\s+|(?P<wn>{some})\s+)?"
        rf"(?<!\w)(?P<wd>{weekday})(?:\s*(?P<wj>{joined}))?(?!\w)"
        rf"(?:\s+(?:(?:de|der|da|del|van|of)\s+)?(?P<nw2>{next_week})|\s+(?P<wl2>{any_of(w['weekday']['week_later']['behind'])})(?!\s*\d)"
        rf"|\s+(?P<wn2>{any_of(w['weekday']['next'])}))?"
        rf"(?:[\s,]+(?:(?:{any_of(w['month']['article'])})\s+)?(?P<wdd>\d{{1,2}})(?:st|nd|rd|th|e|de|ste|\.)?"
        rf"(?![\w:.]|\s*(?:{unit}|[ap]\.?m|-|tot|to|bis|a|(?:of|de)?\s*(?:{named}))))?)",
        r"(?P<date3>(?<![\w/.-])(?P<d3>\d{1,2})[/-](?P<mo3>\d{1,2})(?:[/-](?P<y3>(?:20)?\d\d))?(?![\w/]))",
        r"(?P<date4>(?<![\w/.])(?P<d4>\d{1,2})\.(?P<mo4>\d{1,2})\.(?P<y4>20\d\d|\d\d)?(?!\w))",
        rf"(?P<c1>(?<![\w:.,])(?P<h1>\d{{1,2}}):(?P<m1>[0-5]\d)(?::\d\d)?(?![\d:])(?:\s*(?:{unit}))?{ap.format(1)}?)",
        r"(?P<c2>(?<![\w:.,])(?P<h2>\d{1,2})\s?(?:uhr|uur|heures?|horas?|h|u)\s?(?P<m2>[0-5]\d)(?![\w%]))",
        rf"(?P<c3>(?<![\w:.,/])(?P<h3>\d{{1,2}})\.(?P<m3>[0-5]\d)(?![\d.%])(?:\s*(?P<u3>{unit}))?{ap.format(3)}?(?!\w))",
        rf"(?P<halfpast>{any_of(clock['half_past'])}\s+(?P<hp>{num})(?!\w))",
        rf"(?P<halfto>(?<!\w)(?:{'|'.join(map(phrase, clock['half_to']))})\s*(?P<ht>{num})(?!\w))",
        rf"(?P<rel>(?:(?P<rq>{any_of(clock['quarter'])})|(?P<rn>(?<!\w)(?:{any_of(clock['minutes'])})))\s+"
        rf"(?:(?P<rpast>{any_of(clock['past'])})|(?P<rto>{any_of(clock['to'])}))\s+"
        rf"(?P<rhalf>{any_of(clock['half_to'])}\s+)?(?P<rh>{num})(?!\w))",
        rf"(?P<viertel>(?<!\w)(?P<v3>drei\s?)?viertel\s+(?P<vh>{num})(?!\w))",
        rf"(?P<about>(?<![\w:.,/-])(?P<hi>\d{{1,2}})(?:[:.](?P<mi>[0-5]\d))?[ -]?(?:{'|'.join(clock['about'])})(?!\w))",
        rf"(?P<plus>(?<!\w)(?:las?|as|alle|delle|les?)\s+(?P<hl>{num})\s+{any_of(clock['plus'])}\s+(?P<ml>{minutes}))",
        rf"(?P<ahead>{any_of(clock['ahead'])}\s+(?P<ha>\d{{1,2}})(?:[:.](?P<ma>[0-5]\d))?(?!\w))",
        rf"(?P<c4>(?<![\w:.,/-])(?P<h4>{num})\s*(?P<u4>{unit})(?:\s+(?:(?P<q4>{fraction})|{less.format(4)}))?)",
        rf"(?P<c5>(?<![\w:.,/-])(?P<h5>{num})\s+(?:(?P<q5>{fraction})|{less.format(5)}))",
        rf"(?P<noon>{any_of(clock['noon'])}(?:\s+(?P<qn>{fraction}))?)",
        rf"(?P<midnight>{any_of(clock['midnight'])}(?:\s+(?P<qm>{fraction}))?)",
        rf"(?P<plural>(?<!\w)(?P<hpl>{'|'.join(sorted(clock['plural'], key=len, reverse=True))})(?!\w))",
        rf"(?P<part>{any_of(plain_parts)})",
        rf"(?P<short>(?<!\w)(?P<ws>{short})(?!\w))",
        r"(?P<date5>(?<![\w/.,:-])(?P<d5>\d{1,2})(?:st|nd|rd|th|ste|e|de|er"
        r"|(?<=(?:am|em|en|um)\s\d\d)\.|(?<=(?:am|em|en|um)\s\d)\.)(?!\w))",
        rf"(?P<c6>(?<![\w:.,/€$£+-])(?P<h6>\d{{1,2}}){ap.format(6)})",
        rf"(?P<bare>(?<![\w:.,/€$£+-])(?P<hb>{num})(?![\w:/%€$£]|[.,]\d|\s?[%€$£]))",
    ]
    named_month = ("(?P<date1>", "(?P<date2>", "(?P<endmonth>")
    return re.compile("|".join(p for p in pieces if months or not p.startswith(named_month)))


def _part_of(word: str) -> str:
    for name in PARTS:
        if re.fullmatch("|".join(map(phrase, book()["part"][name])), word):
            return name
    return ""


def _clock(hour: int, minute: int, *, twelve: bool) -> dict[str, Any] | None:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return {"clock": DAY_END if hour == 24 else hour * 60 + minute, "twelve": twelve and 1 <= hour <= 11}


def _meridian(fields: dict[str, Any] | None, ap: str | None) -> dict[str, Any] | None:
    if fields is None or not ap:
        return fields
    clock = fields["clock"]
    if clock >= 13 * 60:
        return fields
    return {"clock": clock % 720 + (720 if ap[0] == "p" else 0), "twelve": False}


def _quarter(hour: int, words: str | None) -> tuple[int, int]:
    """Hour and minute of "y media", "et quart", "moins le quart"."""
    clock = book()["clock"]
    if words is None:
        return hour, 0
    if re.fullmatch("|".join(map(phrase, clock["and_half"])), words):
        return hour, 30
    if re.fullmatch("|".join(map(phrase, clock["and_quarter"])), words):
        return hour, 15
    return _before(hour), 45


def _before(hour: int) -> int:
    """The hour before one that a quarter or some minutes are taken from; before one o'clock it is noon."""
    return hour - 1 if hour > 1 else 12 if hour else 23


def _joined(word: str | None) -> dict[str, Any]:
    """The part of the day that is written behind a day's name, or its noon ("Freitagmittag")."""
    part = _part_of(word or "")
    return {"clock": 720} if word and not part else {"part": part}


def _index(names: Sequence[Sequence[str]], word: str) -> int:
    return next(i for i, group in enumerate(names) if any(re.fullmatch(phrase(p), word) for p in group))


def _read(m: re.Match[str], english: bool) -> dict[str, Any] | None:
    """The fields of the point that one match of the pattern names; None where it names none after all."""
    kind = next(k for k, v in m.groupdict().items() if v is not None and k in _KINDS)
    w = book()
    if kind == "still":
        return {"end": "still"}
    if kind.startswith("end_"):
        return {"end": kind[4:]}
    if kind.startswith("meal"):
        hour, minute = map(int, list(w["meal"])[int(kind[4:])].split(":"))
        return {"clock": hour * 60 + minute, "meal": True}
    if kind.startswith("to_"):
        return {"day": 0, "part": "evening" if kind == "to_tonight" else kind[3:]}
    if kind in ("today", "overmorrow"):
        return {"day": 0 if kind == "today" else 2}
    if kind == "domattina":
        return {"day": 1, "part": "morning"}
    if kind == "tomorrow":
        return {"day": 1} | _joined(m["tj"])
    if kind in ("smallpart", "part"):
        return {"part": _part_of(m["sp"] or m[0])}
    if kind in ("date1", "date2"):
        first, named = m["d1"] or m["d2"], month(m["mo1"] or m["mo2"])
        day = int(first) if first.isdigit() else 1
        year = int(m["y1"] or m["y2"] or 0)
        return {"date": (day, named), "year": year} if named and 1 <= day <= 31 else None
    if kind == "endmonth":
        named = month(m["mo7"])
        return {"date": (0, named), "year": int(m["y7"] or 0), "end": "month"} if named else None
    if kind in ("date3", "date4", "date6"):
        day, named, year = (int(m[part + kind[4]] or 0) for part in ("d", "mo", "y"))
        if named > 12 >= day:
            day, named = named, day
        if not (1 <= day <= 31 and 1 <= named <= 12):
            return None
        year += 2000 if 0 < year < 100 else 0
        return {"date": (day, named), "year": year, "weak": kind == "date3" and not year}
    if kind == "date5":
        return {"date": (int(m["d5"]), 0), "weak": True} if 1 <= int(m["d5"]) <= 31 else None
    if kind == "weekday":
        said = m["wn"] or m["wn2"]
        if m["nw1"] or m["nw2"]:
            later = 2
        elif m["wl1"] or m["wl2"]:
            later = 3
        else:
            later = next(
                (n for n, name in ((3, "after_next"), (1, "next")) if said and _weekday(name).fullmatch(said)), 0
            )
        day = int(m["wdd"] or 0)
        found = {"weekday": _index(w["weekday"]["long"], m["wd"]), "later": later} | _joined(m["wj"])
        return found | ({"date": (day, 0)} if later < 2 and 1 <= day <= 31 else {})
    if kind == "short":
        return {"weekday": _index(w["weekday"]["short"], m["ws"]), "weak": True}
    if kind == "noon":
        return _clock(*_quarter(12, m["qn"]), twelve=False)
    if kind == "midnight":
        return _clock(*_quarter(0, m["qm"]), twelve=False) if m["qm"] else {"clock": DAY_END}
    if kind == "plural":
        return _clock(w["clock"]["plural"][m["hpl"]], 0, twelve=True)
    if kind in ("c1", "c2", "c3"):
        n = kind[1]
        fields = _clock(int(m["h" + n]), int(m["m" + n]), twelve=int(m["h" + n]) <= 7 and m["h" + n][0] != "0")
        if fields and kind == "c3" and not (m["u3"] or m["ap3"]):
            fields["weak"] = True
        return _meridian(fields, m["ap" + n] if n != "2" else None)
    if kind == "halfpast":
        return _clock(number(m["hp"]) or 0, 30, twelve=True)
    if kind == "halfto":
        hour = number(m["ht"]) or 0
        past = english and m["ht"] not in w["number"]["nl"] and m["ht"] not in w["number"]["de"]
        return _clock(hour if past else hour - 1 if hour > 1 else 12, 30, twelve=hour != 1) if 1 <= hour <= 24 else None
    if kind == "viertel":
        hour = number(m["vh"]) or 0
        return _clock(_before(hour), 45 if m["v3"] else 15, twelve=True) if 1 <= hour <= 24 else None
    if kind == "about":
        return _clock(int(m["hi"]), int(m["mi"] or 0), twelve=True)
    if kind == "plus":
        return _clock(number(m["hl"]) or 0, number(m["ml"]) or 0, twelve=True)
    if kind == "rel":
        shift = 15 if m["rq"] else number(m["rn"]) or 0
        hour = number(m["rh"]) or 0
        total = hour * 60 - (30 if m["rhalf"] else 0) + (shift if m["rpast"] else -shift)
        total += 720 if total < 60 else 0  # a quarter to one
        return _clock(total // 60 % 24, total % 60, twelve=True) if 1 <= hour <= 24 else None
    if kind == "ahead":
        return _clock(int(m["ha"]), int(m["ma"] or 0), twelve=True)
    if kind in ("c4", "c5"):
        hour, minute = _quarter(number(m["h" + kind[1]]) or 0, m["q" + kind[1]])
        if less := number(m["l" + kind[1]] or ""):
            hour, minute = _before(hour), 60 - less
        return _clock(hour, minute, twelve=True)
    if kind == "c6":
        return _meridian(_clock(int(m["h6"]), 0, twelve=True), m["ap6"])
    fields = _clock(number(m["hb"]) or 0, 0, twelve=True)
    return fields and fields | {"bare": True}


_KINDS = frozenset((
    "still", "end_day", "end_work", "end_week", "end_this_week", "end_weekend", "end_month", "endmonth", "meal0",
    "meal1", "meal2", "to_tonight", "to_afternoon", "to_morning", "to_night", "today", "overmorrow", "domattina",
    "tomorrow", "smallpart", "part", "date1", "date2", "date3", "date4", "date5", "date6", "viertel", "about", "plus",
    "weekday", "short", "noon", "midnight", "plural", "c1", "c2", "c3", "c4", "c5", "c6", "halfpast",
    "halfto", "rel", "ahead", "bare",
))  # fmt: skip


# "tot zo" and "bis so" are no Sundays: words that are unclear stand only behind "through".
_SHORT = {False: ("through", "until", "by", "before", "back"), True: ("through",)}


@cache
def _weekday(name: str) -> re.Pattern[str]:
    return re.compile(any_of(book()["weekday"][name]))


def _matches(text: str, english: bool) -> Iterator[tuple[re.Match[str], dict[str, Any] | None]]:
    """What may be points, from left to right, with what they name; a word that proves no month is read without it."""
    at = 0
    while m := _points_pattern().search(text, at):
        fields = _read(m, english)
        if fields is None and (m["mo1"] or m["mo2"] or m["mo7"]):
            plain = _points_pattern(months=False).match(text, m.start())
            if plain is None:
                at = m.start() + 1
                continue
            m, fields = plain, _read(plain, english)
        yield m, fields
        at = m.end()


def _atoms(text: str, stretches: Iterable[Stretch], languages: Sequence[str]) -> list[Point]:
    english = "en" in languages and not {"nl", "de"} & set(languages)  # of "half 8"
    articles = book()["more"]["articles"]
    taken = [(s.start, s.stop) for s in stretches if not ((s.article or s.near) and s.unit in ("day", "week"))]
    taken += [m.span() for m in silence("open_end").finditer(text)]
    unclear = book()["weekday"]["unclear"]
    out = []
    for m, fields in _matches(text, english):
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        if m["short"] and not strongest(before(text, m.start()), _SHORT[m["ws"] in unclear])[0]:
            continue
        if (
            m["bare"]
            and m["bare"] in articles
            and not re.search(r"(?:\bla|all')\s*$", text[max(0, m.start() - 6) : m.start()])
        ):
            continue
        if fields is not None:
            out.append(Point(m.start("hl") if m["plus"] else m.start(), m.end(), **fields))
    return out


_GAP = re.compile(
    r"(?:[\s,(]|(?<!\w)(?:om|at|um|a|alle|all'|ore|as|le|las|la|los|de|d'|den|dem|the|of|in|fruh|around|rond|gegen|circa|ca|'s|op|on|am"
    r"|ao|o|do|da|di|del|della|dello|nog|noch|al|il|por|y|e|uk|cet|time|tijd)(?!\w))*"
)


def find_points(text: str, stretches: Iterable[Stretch], languages: Sequence[str]) -> tuple[Point, ...]:
    """The points in time, with what belongs together ("tomorrow before noon", "8 in the evening") made one."""
    return _points(text, tuple(stretches), tuple(languages))


@lru_cache(maxsize=1 << 12)  # groups repeat themselves
def _points(text: str, stretches: tuple[Stretch, ...], languages: tuple[str, ...]) -> tuple[Point, ...]:
    out: list[Point] = []
    for p in _atoms(text, stretches, languages):
        if out and (joined := _join(text, out[-1], p)) is not None:
            out[-1] = joined
        else:
            out.append(p)
    for n, (a, b) in enumerate(pairwise(out)):
        if _is_day(a) and _is_day(b) and (m := _to().fullmatch(text[a.stop : b.start])):
            out[n + 1] = replace(b, opened=a, cue="through", cue_words=m[0].strip())
    # A part of the day alone is today's, and a point only behind a cue: "bis zum Abend".
    out = [replace(p, day=0) if p.part and p.clock is None and not p.dated and _led(text, p) else p for p in out]
    return tuple(p for p in out if p.clock is not None or p.dated)


def _is_day(p: Point) -> bool:
    return p.day is not None or p.weekday is not None or p.date is not None


@cache
def _to() -> re.Pattern[str]:
    """What stands between the first and the last day of a range."""
    w = book()
    ends = any_of(w["upto"], w["through"], w["until"])
    return re.compile(rf"\s*(?:-|a|{ends}(?:\s+{any_of(w['month']['article'])})?)\s*")


def _led(text: str, p: Point) -> bool:
    return strongest(before(text, p.start), ("before", "by", "until"))[0] != ""


@cache
def _say() -> re.Pattern[str]:
    return re.compile(rf"[\s,(:-]*{any_of(book()['say'])}[\s,:]*")


def _join(text: str, a: Point, b: Point) -> Point | None:
    gap = text[a.stop : b.start]
    if len(gap) > 24 or "\n" in gap:
        return None
    if a.bare and gap.strip() in book()["upto"]["all"]:  # "dall'11 al 15 marzo"
        return None
    cue, cue_words = "", ""
    if not _GAP.fullmatch(gap) and not (a.meal and _say().fullmatch(gap)):
        cue, cue_words = strongest(gap, CUES)
        if not cue or gap.strip() != cue_words or not (a.dated and b.clock is not None and not b.dated):
            return None
    if a.weak and a.clock is None and b.weak:
        return None
    clock, twelve = a.clock, a.twelve
    if a.clock is not None and b.clock is not None:
        if not a.meal:
            return None
        clock, twelve = b.clock, b.twelve
    elif b.clock is not None:
        if b.bare and not a.dated and not a.part:
            return None
        if b.bare and not re.search(r"(?:om|at|um|a|alle|as|las|le|gegen|rond)\s+$|^\s+$", gap) and not cue:
            return None
        clock, twelve = b.clock, b.twelve
    if _is_day(a) is not _is_day(b) and {a.end, b.end} & {"day", "work"}:
        day = a if _is_day(a) else b
        return replace(day, start=a.start, stop=b.stop, end=a.end or b.end, weak=False)
    if (
        a.dated
        and b.dated
        and not (a.weekday is not None and b.date is not None)
        and not (a.end == "still" or b.end == "still")
    ):
        return None
    part = a.part or b.part
    if a.part and b.part and a.part != b.part:
        return None
    if clock is not None and part in ("afternoon", "evening", "night") and clock < 720:
        clock = clock + 720
    if part and clock is not None:
        twelve = False
    made = replace(
        a, stop=b.stop, clock=clock, twelve=twelve, part=part, bare=False, weak=a.weak and b.weak, cue=cue or a.cue,
        cue_words=cue_words or a.cue_words, meal=a.meal and b.clock is None,
    )  # fmt: skip
    if not a.dated or (b.date is not None and a.weekday is not None):
        made = replace(
            made,
            day=b.day,
            weekday=a.weekday if b.date else b.weekday,
            later=b.later,
            date=b.date,
            year=b.year,
            end=b.end,
        )
    return made


def clocks(folded: str, languages: Sequence[str] = ()) -> list[Span]:
    """The times of day in the text, in minutes after midnight: "half acht", "20u", "5pm", "a las 9", "noon".

    A bare number is one only behind a word such as "om", "at", "a las".
    """
    text = folded[:LONGEST]
    out = []
    for p in find_points(text, find_stretches(text), languages):
        if p.clock is None or p.meal or (p.end and p.end != "still"):
            continue
        if (p.bare or p.weak) and not strongest(before(text, p.start), (*CUES, "at"))[0]:
            continue
        out.append(Span(p.start, p.stop, p.clock))
    return out
