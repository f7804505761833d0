"""Times in words: what is no deadline and no absence stays silent, and what is one gets the right minute."""

from __future__ import annotations

import datetime as dt
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podaudit import when
from podaudit.lexicon.fold import fold

FIXTURES = Path(__file__).parent.parent / "fixtures" / "when"
BASE = dt.datetime(2024, 3, 5, 14, 30)  # a Tuesday
LANGUAGES = ("nl", "en", "de", "fr", "es", "pt", "it")
CASES = [
    tomllib.loads((FIXTURES / f"{name}.toml").read_text(encoding="utf-8"))
    for name in ("before", "after", "later", "terms")
]


def cases(kind: str) -> list[Any]:
    return [pytest.param(*c, *([None] * (4 - len(c))), id=f"{c[0]} {c[1]}") for table in CASES for c in table[kind]]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def base(text: str | None) -> dt.datetime:
    return moment(text) if text else BASE


@pytest.mark.parametrize(("language", "text"), [c.values[:2] for c in cases("silent")])
def test_silent(language: str, text: str) -> None:
    assert when.deadline(fold(text), BASE, (language,)) is None
    assert when.until(fold(text), BASE, (language,)) is None


@pytest.mark.parametrize(("language", "text", "expected", "at"), cases("deadline"))
def test_deadline(language: str, text: str, expected: str, at: str | None) -> None:
    due = when.deadline(fold(text), base(at), (language,))
    assert due is not None and due.at == moment(expected)
    assert 0 <= due.start < due.stop <= len(fold(text))
    assert due.phrase and due.at > base(at)


@pytest.mark.parametrize(("language", "text", "expected", "at"), cases("until"))
def test_until(language: str, text: str, expected: str, at: str | None) -> None:
    assert when.until(fold(text), base(at), (language,)) == moment(expected)


@pytest.mark.parametrize(("language", "text", "expected", "at"), cases("rule"))
def test_rule(language: str, text: str, expected: int | str, at: None) -> None:
    assert when.rule_deadline(fold(text), (language,)) == expected


@pytest.mark.parametrize(("language", "text", "expected", "at"), cases("minutes"))
def test_duration(language: str, text: str, expected: int, at: None) -> None:
    assert [s.minutes for s in when.duration(fold(text))] == [expected]


@pytest.mark.parametrize(("language", "text", "expected", "at"), cases("clock"))
def test_clock(language: str, text: str, expected: str, at: None) -> None:
    assert [f"{s.value // 60:02d}:{s.value % 60:02d}" for s in when.clocks(fold(text), (language,))] == [expected]


def test_there_are_enough_cases_in_every_language() -> None:
    timed = [c for t in CASES for k in ("deadline", "until", "rule", "minutes", "clock") for c in t[k]]
    assert len(timed) >= 120
    assert sum(len(t["silent"]) for t in CASES) >= 40
    for language in LANGUAGES:
        assert sum(c[0] == language for c in timed) >= 15


@pytest.mark.parametrize(
    "text",
    [
        "SLA",
        "a like and a comment",
        "10 words or more",
        "one post a week",
        "third strike",
        "those first sixty minutes are what counts",
        "die ersten 60 Minuten zählen",
        "it takes a minute",
        "publicamos de 9 a 12 horas",
    ],
)
def test_a_rule_without_a_time(text: str) -> None:
    assert when.rule_deadline(fold(text)) is None


def test_the_days_of_an_absence_count_from_the_message() -> None:
    """Shifting the chat by whole weeks shifts the times with it and changes nothing else."""
    for table in CASES:
        for language, text, *_ in table["deadline"] + table["until"]:
            if any(c.isdigit() for c in text) or any(
                m in fold(text) for m in ("mar", "feb", "nov", "sept", "abril", "april", "mois")
            ):
                continue  # may name a date or a month
            folded, later = fold(text), BASE + dt.timedelta(weeks=52)
            first, second = when.deadline(folded, BASE, (language,)), when.deadline(folded, later, (language,))
            assert (first and first.at - BASE) == (second and second.at - later)
            a, b = when.until(folded, BASE, (language,)), when.until(folded, later, (language,))
            assert (a and a - BASE) == (b and b - later)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("twaalf", 12),
        ("eleven", 11),
        ("zwolf", 12),
        ("seize", 16),
        ("veinte", 20),
        ("dezoito", 18),
        ("tredici", 13),
        ("7", 7),
    ],
)
def test_number(word: str, value: int) -> None:
    assert when.number(word) == value


@pytest.mark.parametrize("word", ["", "veel", "a", "1.5", "-3", "9" * 5000, "٣"])
def test_no_number(word: str) -> None:
    assert when.number(word) is None


def test_all_numbers_to_twenty_in_every_language() -> None:
    words = tomllib.loads(Path(when.__file__).with_name("words.toml").read_text(encoding="utf-8"))["number"]
    assert list(words) == list(LANGUAGES)
    for table in words.values():
        assert set(range(21)) <= set(table.values())
        assert all(fold(w) == w for w in table)


@pytest.mark.parametrize(
    ("text", "languages", "values"),
    [
        ("alle drie gedaan", (), [3]),
        ("the other four, done", (), [4]),
        ("liked twee en vijf", (), [2, 5]),
        ("eentje, een post", (), []),
        ("once a week", (), []),
        ("hechos los once", ("es",), [11]),
        ("12:30 of 3/4, 50%", (), []),
        ("3 gedaan", (), [3]),
    ],
)
def test_count(text: str, languages: tuple[str, ...], values: list[int]) -> None:
    assert [s.value for s in when.count(fold(text), languages)] == values


WORDS = [
    "voor", "by", "bis", "d'ici", "antes de las", "entro le", "tot", "binnen", "99", "24:00", "31.12.", "31/02", "half",
    "12", "0", "uur", "vrijdag", "morgen", "t/m", "next week", "een", "pm", "9999 weken", "kwart", "de 31e", ",",
]  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=8), st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)))
def test_nothing_crashes(words: list[str], at: dt.datetime) -> None:
    text = " ".join(words)
    for languages in ((), ("en",)):
        due, end = when.deadline(text, at, languages), when.until(text, at, languages)
        assert due is None or (due.at > at and due.phrase in text)
        assert end is None or end.date() >= at.date()
        value = when.rule_deadline(text, languages)
        assert value is None or (value > 0 if isinstance(value, int) else len(value) == 5 and value < "24:00")
    for spans in (when.duration(text), when.clocks(text), when.count(text)):
        assert all(0 <= s.start < s.stop <= len(text) for s in spans)


@pytest.mark.parametrize(
    "piece",
    [
        "voor 12 uur ",
        "tot ",
        "een ",
        "1",
        "half ",
        "antes de las ",
        "-",
        "a ",
        " ",
        "\n",
        ", ",
        "van 9 tot 12 vrijdag ",
        "de dos horas a ",
        "from two to ",
    ],
)
def test_time_is_bounded(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    when.deadline(text, BASE)
    when.until(text, BASE)
    when.rule_deadline(text)
    assert time.process_time() - start < 5
