"""Laws of reading: nothing lost, one chat in many spellings, a quote is no speaker."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podaudit.export import doubts, read
from podaudit.model import Export, Options, PodauditError, Unreadable

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
LRM = "\u200e"

# What stands before the sender, the order of the date, and the zero of the digits. {h} hour of twelve; halves of the day:
# {P} PM, {p} p, {c} Chinese, {k} Korean, {a} Arabic, {g} the German day parts.
DIALECTS = {
    "android nl": ("{d:%d-%m-%Y} {d:%H:%M} - ", "dmy", "0"),
    "android nl short": ("{d:%d-%m-%y} {d:%H:%M} - ", "dmy", "0"),
    "android en-GB": ("{d:%d/%m/%Y}, {d:%H:%M} - ", "dmy", "0"),
    "android en-GB 12 h": ("{d:%d/%m/%Y}, {h}:{d:%M}\u202f{p}m - ", "dmy", "0"),
    "android en-US": ("{d.month}/{d.day}/{d:%y}, {h}:{d:%M}\u202f{P} - ", "mdy", "0"),
    "android en-US 24 h": ("{d.month}/{d.day}/{d:%y}, {d:%H:%M} - ", "mdy", "0"),
    "android en-CA": ("{d:%Y-%m-%d}, {h}:{d:%M} {p}.m. - ", "ymd", "0"),
    "android en-ZA": ("{d:%Y/%m/%d}, {d:%H:%M} - ", "ymd", "0"),
    "android en-ZA 12 h": ("{d:%Y/%m/%d}, {h}:{d:%M} {p}m - ", "ymd", "0"),
    "android de": ("{d:%d.%m.%y}, {d:%H:%M} - ", "dmy", "0"),
    "android de day parts": ("{d:%d.%m.%y}, {h}:{d:%M} {g} - ", "dmy", "0"),
    "android de unpadded": ("{d.day}.{d.month}.{d.year}, {d:%H:%M} - ", "dmy", "0"),
    "android fr": ("{d:%d/%m/%Y} à {d:%H:%M} - ", "dmy", "0"),
    "android fr-CH": ("{d:%d.%m.%y} à {d:%H:%M} - ", "dmy", "0"),
    "android it": ("{d:%d/%m/%y}, {d:%H:%M} - ", "dmy", "0"),
    "android pt-BR": ("{d:%d/%m/%Y} {d:%H:%M} - ", "dmy", "0"),
    "android es-AR": ("{d:%d/%m/%y} {d:%H:%M} - ", "dmy", "0"),
    "android es-MX": ("{d.day}/{d.month}/{d:%Y} {h}:{d:%M} {p}.\u00a0m. - ", "dmy", "0"),
    "android es": ("{d.day}/{d.month}/{d:%Y}, {h}:{d:%M} {p}. m. - ", "dmy", "0"),
    "android sv-FI": ("{d:%Y-%m-%d} {d:%H:%M} - ", "ymd", "0"),
    "android fi": ("{d.day}.{d.month}.{d.year} klo {d.hour}.{d:%M} - ", "dmy", "0"),
    "android id": ("{d:%d/%m/%y} {d:%H.%M} - ", "dmy", "0"),
    "android zh": ("{d.year}/{d.month}/{d.day} {c}{h}:{d:%M} - ", "ymd", "0"),
    "android zh behind": ("{d.year}/{d.month}/{d.day} {h:02}:{d:%M} {c} - ", "ymd", "0"),
    "android ko": ("{d.year}년 {d.month}월 {d.day}일 {k} {h}:{d:%M} - ", "ymd", "0"),
    "android fa": ("{d.year}/{d.month}/{d.day}، {d:%H:%M} - ", "ymd", "۰"),
    "android ar": ("{d.day}\u200f/{d.month}\u200f/{d.year}، {h}:{d:%M} {a} - ", "dmy", "٠"),
    "android hi": ("{d:%d/%m/%y}, {d:%H:%M} - ", "dmy", "०"),
    "android en dash": ("{d:%m/%d/%y}, {h}:{d:%M:%S} {P} – ", "mdy", "0"),
    "android underscore": ("{d.month}/{d.day}/{d:%y}, {h}:{d:%M}_{P} - ", "mdy", "0"),
    "android full width": ("{d:%Y/%m/%d}, {d:%H:%M} - ", "ymd", "０"),
    "ios nl": ("[{d:%d-%m-%Y} {d:%H:%M:%S}] ", "dmy", "0"),
    "ios en-US": ("[{d.month}/{d.day}/{d:%y}, {h}:{d:%M:%S} {P}] ", "mdy", "0"),
    "ios en-GB 12 h": ("[{d:%d/%m/%Y}, {h}:{d:%M:%S}\u202f{P}] ", "dmy", "0"),
    "ios de": ("[{d:%d.%m.%y}, {d:%H:%M:%S}] ", "dmy", "0"),
    "ios de 12 h": ("[{d:%d.%m.%y}, {h}:{d:%M:%S} {P}] ", "dmy", "0"),
    "ios es": ("[{d.day}/{d.month}/{d:%y} {h}:{d:%M:%S} {p}. m.] ", "dmy", "0"),
    "ios no comma": ("[{d.day}/{d.month}/{d:%y} {d:%H:%M:%S}] ", "dmy", "0"),
    "ios ymd": ("[{d:%Y/%m/%d}, {d:%H:%M:%S}] ", "ymd", "0"),
    "ios mdy dashes": ("[{d:%m-%d-%Y}, {d:%H:%M:%S}] ", "mdy", "0"),
    "ios fi": ("[{d.day}.{d.month}.{d.year} klo {d.hour}.{d:%M.%S}] ", "dmy", "0"),
    "ios dots": ("[{d.day}.{d.month}.{d.year}, {d:%H.%M.%S}] ", "dmy", "0"),
    "ios mark before": ("\u200e[{d:%d-%m-%Y} {d:%H:%M:%S}] ", "dmy", "0"),
    "ios bom inside": ("[\ufeff{d:%d.%m.%y}, {d:%H:%M:%S}] ", "dmy", "0"),
    "ios 2013": ("{d:%d.%m.%y}, {d:%H:%M:%S}: ", "dmy", "0"),
    "ios 2016": ("{d:%Y-%m-%d}, {h}:{d:%M:%S} {P}: ", "ymd", "0"),
    "ios 2012": ("{d:%d/%m/%Y} {d:%H:%M:%S}: ", "dmy", "0"),
    "viewer": ("{d:%d.%m.%Y} - {d:%H:%M:%S}; ", "dmy", "0"),
}
FORMS = {name: (form, zero) for name, (form, _, zero) in DIALECTS.items()}


def header(dialect: str, d: dt.datetime) -> str:
    form, zero = FORMS[dialect]
    pm = d.hour >= 12
    parts = ("morgens", "vorm.", "mittags", "nachm.", "abends")
    text = form.format(
        d=d, h=d.hour % 12 or 12, P="PM" if pm else "AM", p="p" if pm else "a", c="下午" if pm else "上午",
        k="오후" if pm else "오전", a="م" if pm else "ص",
        g="nachts" if d.hour < 5 else parts[(d.hour >= 10) + (d.hour >= 12) + (d.hour >= 14) + (d.hour >= 18)],
    )  # fmt: skip
    return text.translate({ord("0") + i: chr(ord(zero) + i) for i in range(10)})


NAMES = st.sampled_from(["Anna", "Bob B.", "~ Chris", "+31 6 12345678", "Élodie 🌸", "a - b", "O'Neil", "李雷"])
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), exclude_characters="<"), min_size=1, max_size=40
).map(lambda s: "x" + s)
BODY = st.one_of(
    TEXT,
    st.lists(TEXT, min_size=2, max_size=4).map("\n".join),
    st.just("he said 20/05/2023, 09:59 - Bob: no"),
    st.just("a: b: c"),
    st.just("x\n\ny"),
    st.just("xa\u2028b\u0085c"),
)
MESSAGES = st.lists(st.tuples(st.integers(1, 90_000), NAMES, BODY), min_size=1, max_size=12)


def render(messages: list[tuple[int, str, str]], dialect: str) -> tuple[str, list[tuple[dt.datetime, str, str]]]:
    """A chat, and what it says. The first message is on a day above 12, so that the order of the date is plain."""
    time = dt.datetime(2023, 5, 20, 8, 0)
    out, says = [], []
    for minutes, name, body in messages:
        time += dt.timedelta(minutes=minutes % 5_000)
        out.append(f"{header(dialect, time)}{name}: {body}\n")
        says.append((time, name.removeprefix("~ "), body))
    return "".join(out), says


def of(data: bytes, **options: object) -> Export:
    return read(None, data=data, name="chat.txt", options=Options(**options))  # type: ignore[arg-type]


def rebuilt(export: Export) -> bytes:
    m = export.messages
    return b"".join(export.raw[a:b] for a, b in zip(m["start"].tolist(), m["stop"].tolist(), strict=True))


def check_lines(export: Export) -> None:
    """Every line in exactly one row, in order."""
    m = export.messages
    assert rebuilt(export) == export.raw
    assert m["line"].tolist() == [1, *(n + 1 for n in m["line_end"].tolist()[:-1])]
    assert m["line_end"].tolist()[-1] == export.source.lines
    gaps = m["kind"] == "gap"
    assert (m["why"] != "").tolist() == gaps.tolist() == m["time"].isna().tolist()
    assert export.source.messages + export.source.gaps == len(m)
    counted = export.source.line_ledger
    assert sum(dataclasses.astuple(counted)) == export.source.lines
    assert counted.gaps == int((m["line_end"] - m["line"] + 1)[gaps].sum())
    assert counted.messages + counted.notices == export.source.messages


# ---------------------------------------------------------------------------------------------------------------- law 1


@QUICK
@given(st.binary(max_size=300))
def test_random_bytes_are_read_whole_or_refused_in_a_sentence(data: bytes) -> None:
    try:
        check_lines(of(data))
    except PodauditError as e:
        assert str(e).endswith(".") and "\n" not in str(e)


PIECES = st.sampled_from([
    b"20/05/2023, 10:00 - Anna: ", b"20/05/2023, 10:00 - ", b"[20-05-2023 10:00:00] Bob: ", b"5/6/23, 9:00 PM - C: ",
    b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"\xe2\x80\x8e", b"\xff", b"\x00", b"text", b": ", b"\xe2\x80\xa8",
    b"99/99/2023, 10:00 - X: ",
    b"Anna left", b"<Media omitted>", "é".encode(), b"20/05/2023, 10:00 - Anna:", b"12:00",
])  # fmt: skip


@QUICK
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_nothing_is_lost_of_hostile_files(data: bytes) -> None:
    try:
        check_lines(of(b"20/05/2023, 10:00 - Anna: x\n" + data, date_order="dmy"))
    except Unreadable:
        assert data  # a word beside the time that is not known


@QUICK
@given(MESSAGES, st.sampled_from(sorted(DIALECTS)), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_nothing_is_lost_of_chats(messages: list[tuple[int, str, str]], dialect: str, ending: str, bom: bool) -> None:
    text, _ = render(messages, dialect)
    data = ("\ufeff" * bom + text.replace("\n", ending)).encode()
    export = of(data)
    assert export.raw == data
    check_lines(export)


# ---------------------------------------------------------------------------------------------------------------- law 2


@QUICK
@given(MESSAGES, st.sampled_from(sorted(DIALECTS)), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]),
       st.sampled_from(["utf-8", "utf-16", "utf-16-le"]))  # fmt: skip
def test_one_chat_in_many_spellings(
    messages: list[tuple[int, str, str]], dialect: str, ending: str, bom: str, encoding: str
) -> None:
    text, says = render(messages, dialect)
    export = of((bom + text.replace("\n", ending)).encode(encoding))
    m = export.messages
    assert list(zip(m["time"], m["sender"], m["text"], strict=True)) == says
    assert set(m["kind"]) == {"text"} and set(m["doubts"]) == {""}
    assert export.source.date_order == DIALECTS[dialect][1]
    assert export.source.gaps == 0


@settings(QUICK, max_examples=6)
@given(MESSAGES)
def test_the_dialect_changes_no_row(messages: list[tuple[int, str, str]]) -> None:
    seen = []
    for dialect in DIALECTS:
        export = of(render(messages, dialect)[0].encode())
        m = export.messages
        seen.append((m[["line", "line_end", "time", "sender", "kind", "text", "member"]].to_dict("list"),
                     export.members.drop(columns="periods").to_dict("list")))  # fmt: skip
    assert all(str(s) == str(seen[0]) for s in seen)


@QUICK
@given(MESSAGES, st.sampled_from(sorted(DIALECTS)))
def test_reading_twice_gives_the_same(messages: list[tuple[int, str, str]], dialect: str) -> None:
    data = render(messages, dialect)[0].encode()
    one, two = of(data), of(data)
    assert one.source == two.source
    assert (
        one.messages.equals(two.messages) and one.members.equals(two.members) and one.membership.equals(two.membership)
    )


# ---------------------------------------------------------------------------------------------------------------- law 6


@QUICK
@given(MESSAGES, st.sampled_from(sorted(DIALECTS)), st.sampled_from(sorted(DIALECTS)), st.integers(0, 11), TEXT)
def test_a_header_inside_a_line_makes_no_message(
    messages: list[tuple[int, str, str]], dialect: str, other: str, where: int, before: str
) -> None:
    quote = f"{before} {header(other, dt.datetime(2023, 5, 19, 9, 0))}Bob B.: never said"
    at = where % len(messages)
    quoted = [(t, n, b + quote if i == at else b) for i, (t, n, b) in enumerate(messages)]
    text, says = render(quoted, dialect)
    m = of(text.encode()).messages
    assert list(zip(m["time"], m["sender"], m["text"], strict=True)) == says


@QUICK
@given(MESSAGES, st.sampled_from(sorted(DIALECTS)), st.sampled_from(sorted(DIALECTS)), st.integers(0, 11))
def test_a_header_pasted_at_the_start_of_a_line_is_kept_with_a_doubt(
    messages: list[tuple[int, str, str]], dialect: str, other: str, where: int
) -> None:
    messages = [*messages, (1, "Anna", "xy"), (1, "Anna", "xz"), (1, "Anna", "xa"), (1, "Anna", "xb")]
    pasted = header(other, dt.datetime(2023, 5, 19, 9, 0)) + "Bob B.: never said"
    at = where % len(messages)
    quoted = [(t, n, f"{b}\n{pasted}" if i == at else b) for i, (t, n, b) in enumerate(messages)]
    text, _ = render(quoted, dialect)
    export = of(text.encode())
    line = text.split("\n").index(pasted) + 1
    m = export.messages
    row = m[(m["line"] <= line) & (m["line_end"] >= line)].iloc[0]
    assert row["doubts"]
    assert any(f"line {line}" in w or f"{line}" in w for w in export.source.warnings)
    if dialect == other:
        assert row["line"] == line and len(m) == len(messages) + 1
    else:
        assert "never said" in row["text"] and len(m) == len(messages)
    assert m["doubts"].tolist().count("") == len(m) - 1


# ------------------------------------------------------------------------------------------------------ times in order


def removed(values: list[int]) -> int:
    """How few values can go so that the rest never falls, by trying all chains."""
    best: list[int] = []
    for i, v in enumerate(values):
        best.append(1 + max((best[j] for j in range(i) if values[j] <= v), default=0))
    return len(values) - max(best, default=0)


@QUICK
@given(st.lists(st.integers(0, 9), max_size=30))
def test_the_fewest_are_out_of_order(values: list[int]) -> None:
    odd = doubts._misfits(values)
    rest = [v for i, v in enumerate(values) if i not in odd]
    assert odd == sorted(set(odd)) and rest == sorted(rest)
    assert len(odd) == removed(values)


@QUICK
@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=20))
def test_times_out_of_order(minutes: list[int | None]) -> None:
    """What is left is in order; where the first is not among the rest, nearly all the rest is before it."""
    time = np.array(
        [np.datetime64("NaT", "us") if m is None else np.datetime64(m * 60, "s") for m in minutes], "datetime64[us]"
    )
    odd = doubts.out_of_order(time)
    rest = time[~odd & ~np.isnat(time)]
    assert np.all(rest[1:] >= rest[:-1])
    assert not np.any(odd & np.isnat(time))
    known = [m for m in minutes if m is not None]
    if known == sorted(known):
        assert not odd.any()
    if known and not odd[minutes.index(known[0])] and min(known) >= known[0]:
        assert int(odd.sum()) == removed(known)


@pytest.mark.parametrize("seconds", [59, 60, 61, 3600])
def test_how_far_back_is_out_of_order(seconds: int) -> None:
    """Delivery may swap messages by seconds."""
    start = dt.datetime(2023, 5, 20, 10)
    for swap in (-seconds, seconds):
        times = [start + dt.timedelta(hours=3 * i) for i in range(6)]
        times[3] = (times[2] if swap < 0 else times[4]) + dt.timedelta(seconds=swap)
        odd = doubts.out_of_order(np.array(times, "datetime64[us]"))
        assert odd[[0, 1, 5]].tolist() == [False] * 3
        assert int(odd.sum()) == (seconds >= 60)  # either of the two


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "less than a minute"), (59, "less than a minute"), (60, "1 minute"), (89, "1 minute"), (91, "2 minutes"), (3599, "60 minutes"),
     (3600, "1 hour"), (7200, "2 hours"), (86_399, "24 hours"), (86_400, "1 day"), (200_000, "2 days")],
)  # fmt: skip
def test_lengths_of_time_in_words(seconds: int, said: str) -> None:
    assert doubts.span(seconds) == said


@pytest.mark.parametrize(
    ("messages", "cap"),
    [(0, None), (9_969, None), (9_970, 10_000), (10_000, 10_000), (10_030, 10_000), (10_031, None), (39_969, None), (39_970, 40_000),
     (40_030, 40_000), (40_031, None)],
)  # fmt: skip
def test_how_near_the_most_that_the_app_exports(messages: int, cap: int | None) -> None:
    assert doubts.truncated(messages) == cap
