"""The values of rules, read from the words that laid them down (codebook, section 2)."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from podaudit.lexicon import Hit
from podaudit.lexicon.fold import locate
from podaudit.when import changed, clocks, duration, number, rule_deadline

_WORD = regex.compile(r"\w+")
_CLOCK = regex.compile(r"\d|\w\W+\w")  # more than a number in words
_ORDINAL_DIGITS = regex.compile(r"^(\d{1,2})(?:st|nd|rd|th|e|de|ste|er|ere|eme|a|o|ª|º|°)?$")
# Numbers of order by their beginnings, over the languages; the folded text is compared.
_ORDINALS = (
    (1, ("first", "eerste", "erst", "premier", "primer", "primeir", "prim")),
    (2, ("second", "tweede", "zweit", "deuxieme", "segund")),
    (3, ("third", "derde", "dritt", "troisieme", "tercer", "terceir", "terz")),
    (4, ("fourth", "vierde", "viert", "quatrieme", "cuart", "quart")),
    (5, ("fifth", "vijfde", "funft", "cinquieme", "quint")),
)
_WORTH = {
    word: value
    for value, words in {
        1: "once eenmaal einmal eentje eene oans oaner uno unico unica single",
        2: "twice tweemaal zweimal tweetal",
        3: "thrice driemaal dreimal",
        10: "dizaine decena dezena decina",
        12: "douzaine docena duzia dozzina dozen",
        15: "quinzaine",
        20: "vingtaine veintena ventina",
        30: "trentaine",
    }.items()
    for word in words.split()
}  # numbers that are nouns, adverbs or diminutives
MONEY = regex.compile(
    r"(?:r\$|us\$|[€$£])\s?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+){0,4}\s?(?:[€$£]|\b(?:euros?|eur|euri|usd|dollars?|bucks|pounds?|quid|gbp|"
    r"chf|franken|fr|pesos|mxn|reais|real|brl|eurootjes|eurinhos|eurini|euritos|kes|naira|rand|ksh|cedis|zloty|kronor|piastres|pavos|lucas|contos|tientjes?)\b)"
)
_PICTURE = r"\p{Extended_Pictographic}[\uFE0F\U0001F3FB-\U0001F3FF]*"
_EMOJI = regex.compile(rf"(?:\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTURE}(?:\u200D{_PICTURE})*)")
_QUOTED = regex.compile(r"(?<![\w])(['\"])(?P<words>[^'\"\n]{1,24}?)\1(?!\w)")
_TOLD = regex.compile(r"\s*:\s*(?P<word>\p{L}{3,16})\s*(?:[.!,;]|$)")
_HALF = regex.compile(r"\b(?:half|halve|halbe|demi|demie|media|medio|meio|meia|mezzo|mezza)\b")
_PUT = regex.compile(r"\s+(?:an?|een|ein|eine|une?|una?|uno|um|uma)\s+(?P<word>\p{L}{3,16})\s*(?:[.!,;]|$)")
_BETWEEN_EMOJI = regex.compile(r"(\p{Extended_Pictographic})(?P<words>[\p{L}]{3,16})\1")
_ASIDE = frozenset(
    "a an the word just simple single quick little een het de woord woordje even gewoon kort korte ein eine einen "
    "das wort kurz einfach un une le la mot el una palabra simplemente solo um uma palavra o so il lo parola "
    "semplice apenas l de den einmal es dann then dan entonces alors allora puis ici hier here aqui qui no na in im "
    "altijd always siempre sempre toujours immer seintje teken signe signal senal sinal segno zeichen message mensaje "
    "bericht mensagem messaggio even just maar wel "
    "into op by with met mit avec con com your je uw dein euer ton votre tu su teu seu tuo vostro".split()
)  # small words that may stand around the word to confirm with


_HOURS_OF_DAY = range(13, 24)


def deadline(sentence: str, past: Sequence[Hit], languages: Sequence[str], *, due: bool) -> int | str | None:
    """The time a sentence sets: minutes, or "HH:MM"; what stands in the ``past`` phrases holds no longer.

    Of what is ``due``, a time of day will do without a word for "by", where no other stands beside it.
    """
    if new := changed(sentence):
        return new.minutes
    for hit in past:
        sentence = sentence[: hit.start] + " " * (hit.stop - hit.start) + sentence[hit.stop :]
    value = rule_deadline(sentence, languages)
    if isinstance(value, int) and value % 60 == 0 and value // 60 in _HOURS_OF_DAY:
        return f"{value // 60}:00"  # "by 19 h": nobody is given nineteen hours
    if value is not None:
        return value
    stretches, times = duration(sentence), clocks(sentence, languages)
    if due and len(times) == 1 and not stretches and _CLOCK.search(sentence[times[0].start : times[0].stop]):
        return f"{times[0].minutes // 60:02d}:{times[0].minutes % 60:02d}"
    return None


def first_number(phrase: str) -> int | None:
    """The first number in a folded phrase, in digits or words; none for no number."""
    for word in _WORD.findall(phrase):
        value = _WORTH.get(word) or number(word)
        if value is not None:
            return value
    return None


def seconds(phrase: str) -> int | None:
    """Seconds, in a folded phrase: "twenty seconds", "half a minute"."""
    n = first_number(phrase)
    if "min" not in phrase:
        return n
    return 30 if _HALF.search(phrase) else 60 * (n or 1)


def ordinal(word: str) -> int | None:
    """What a folded number of order stands for ("third" -> 3)."""
    if m := _ORDINAL_DIGITS.match(word):
        return int(m[1])
    for value, beginnings in _ORDINALS:
        if word.startswith(beginnings):
            return value
    return None


def strikes(phrase: str, ordinals: Sequence[Hit]) -> int | None:
    """Warnings before the penalty: "third time is out" -> 2, "two strikes" -> 2."""
    for hit in ordinals:
        value = ordinal(_WORD.findall(hit.phrase)[0])
        if value is not None and value > 1:
            return value - 1
    value = first_number(phrase)
    return value if value is not None and 0 < value < 11 else None


def sign(text: str, unit: str) -> str | None:
    """A sign to confirm with, as it stands in the raw ``text``: words between quotes or emoji, in capitals, an emoji.

    ``unit`` is the folded sentence that asks for it.
    """
    for m in (_QUOTED.search(unit), _BETWEEN_EMOJI.search(unit)):
        if m:
            return _raw(text, unit, m["words"])
    if capitals := _capitals(text, unit):
        return capitals[0]
    if emoji := _EMOJI.search(unit):
        return _raw(text, unit, emoji[0], marks=True)
    return "screenshot" if "screenshot" in unit else None


def word(text: str, unit: str, said: Sequence[Hit], here: Sequence[Hit], ends: Sequence[Hit]) -> str | None:
    """The word to confirm with where no mark sets it off: what stands between "say" and "here" or "when done".

    Nothing where more than two words stand there.
    """
    borders = sorted([*here, *ends], key=lambda h: h.start)
    for verb in said:
        stop = min((h.start for h in borders if h.start >= verb.stop), default=len(unit))
        if (found := _lone(unit[verb.stop : stop])) and not any(e.start <= verb.start < e.stop for e in ends):
            return _raw(text, unit, found)
    for place in here:
        start = max((h.stop for h in [*ends, *said] if h.stop <= place.start), default=0)
        if start and (found := _lone(unit[start : place.start])):
            return _raw(text, unit, found)
    return None


def _lone(stretch: str) -> str | None:
    words = [w for w in _WORD.findall(stretch) if w not in _ASIDE]
    return words[0] if 0 < len(words) <= 2 and 2 < len(words[0]) < 16 and not words[0].isdigit() else None


def _capitals(text: str, unit: str) -> list[str]:
    """Words in capitals among ordinary ones: a group's own word, more often than an abbreviation."""
    for start, stop in locate(text, unit)[:1]:
        words = regex.findall(r"(?<!\w)\p{Lu}{3,}(?!\w)", text[start:stop])
        letters = [c for c in text[start:stop] if c.isalpha()]
        if words and sum(c.isupper() for c in letters) < 0.5 * len(letters):
            return [w for w in words if w not in ("DM", "LinkedIn", "URL", "GIF", "CET", "GMT", "EST", "PST", "CEST")]
    return []


def _raw(text: str, unit: str, found: str, *, marks: bool = False) -> str:
    places = locate(text, unit)
    low, high = places[0] if places else (0, len(text))
    for start, stop in locate(text, found):
        if low <= start < high:
            if marks and (m := _EMOJI.match(text, start)):
                return m[0]
            return text[start:stop]
    return found


def last_number(text: str) -> int | None:
    """The last number in a folded stretch; articles count, as one, where no other number stands."""
    found = None
    for w in reversed(_WORD.findall(text)):
        value = _WORTH.get(w) or number(w)
        if value is not None and (value != 1 or found is None):
            if value != 1:
                return value
            found = value
    return found


def quotes(text: str) -> list[str]:
    """What stands between quotes in a folded text, short stretches only."""
    return [text[start:stop] for start, stop in quoted(text)]


def quoted(text: str) -> list[tuple[int, int]]:
    """Where in a folded text short stretches stand between quotes."""
    return [m.span("words") for m in _QUOTED.finditer(text)]


def named(text: str, unit: str, here: Sequence[Hit]) -> str | None:
    """The one word behind "here:", to be said: "then you say here: buzz"."""
    return _behind(_TOLD, text, unit, here)


def placed(text: str, unit: str, here: Sequence[Hit]) -> str | None:
    """The one word behind "here a": "then you put here a tick"."""
    return _behind(_PUT, text, unit, here)


def _behind(pattern: regex.Pattern[str], text: str, unit: str, here: Sequence[Hit]) -> str | None:
    found = next((m for place in here if (m := pattern.match(unit, place.stop))), None)
    return _raw(text, unit, found["word"]) if found else None


def as_written(text: str, found: str) -> str:
    """A folded word as it stands in the raw text."""
    return _raw(text, text, found)


def around(text: str, sentence: str, span: tuple[int, int]) -> str:
    """The words around an amount, as written: the amount and the few words after it, in the raw ``text``."""
    rest = regex.match(r"(?:\s*(?:/|\p{L}+)\.?){0,5}", sentence[span[1] :])
    return _raw(text, sentence, (sentence[span[0] : span[1]] + (rest[0] if rest else "")).strip())
