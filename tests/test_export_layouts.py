"""Numbers taken out of headers by their bytes are those that RE2 takes out; and bytes are compared right."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_laws_export import DIALECTS, QUICK, header

from podaudit.export import blocks, bytewise, dates, headers, layouts, lines, senders, shapes

DAYS = st.datetimes(dt.datetime(2012, 1, 1), dt.datetime(2029, 12, 31))
NEAR = st.sampled_from(
    ["", "text", "12/05/2023", "99/99/9999, 99:99 - A: x", "\u200e", "[", "20-05-2023 10:0x - A: b", " " * 70]
)


@QUICK
@given(st.sampled_from(sorted(DIALECTS)), st.lists(st.one_of(DAYS, NEAR), min_size=1, max_size=60), st.text(max_size=3))
def test_layouts_give_what_re2_gives(dialect: str, given: list[dt.datetime | str], tail: str) -> None:
    tail = "".join(tail.split())
    text = "".join(f"{header(dialect, g) if isinstance(g, dt.datetime) else g}Anna: {tail}\n" for g in given)
    raw = text.encode("utf-8", "replace")
    split = lines.split_lines(raw)
    seen = headers._sample(raw, split.starts, np.arange(len(split.text)))
    if not seen:
        return
    template = shapes.template_of(*headers._shapes(seen)[0])
    if not template.shape.ascii or template.shape.named:  # these are left to RE2
        return
    at = np.arange(len(split.text), dtype=np.int64)
    bare = "".join(n for n, w in zip("abH", template.widths, strict=True) if w == shapes.UNPADDED)
    found = layouts.scan(raw, split.text, at, split.starts[:-1], template.pattern, bare, shapes.fold)
    plain = layouts.Numbers.empty(len(at))
    headers._match_rest(plain, split.text, at, template)
    hit = found.hit
    assert not np.any(hit & ~plain.hit)
    for name in ("length", "a", "b", "c", "clock"):
        assert np.array_equal(getattr(found, name)[hit], getattr(plain, name)[hit]), name
    assert [found.words[i] for i in found.word[hit]] == [plain.words[i] for i in plain.word[hit]]
    # All but what stands too near the end is found by its bytes, where a blank ends the header.
    early = plain.hit & (split.starts[:-1] + 72 < len(raw))
    if template.shape.end.endswith(" "):
        assert np.array_equal(hit & early, early)


@settings(QUICK, max_examples=100)
@given(st.binary(min_size=1, max_size=200), st.integers(0, 255))
def test_words_of_bytes(data: bytes, byte: int) -> None:
    raw = data + bytes(40)
    start = np.arange(len(data))
    n = bytewise.reach(raw, start, 40)
    assert n == len(data)
    words = bytewise.gather(raw, start, 40)
    assert words.shape == (5, len(data))
    plain = np.array([list(raw[i : i + 40]) for i in start.tolist()], dtype=np.uint8)
    assert np.array_equal(np.ascontiguousarray(words.T).view(np.uint8), plain)
    high = np.ascontiguousarray(bytewise.equal(words, byte).T).view(np.uint8)
    assert np.array_equal(high, np.where(plain == byte, 0x80, 0))
    assert np.array_equal(bytewise.byte_of(words, 13, start), plain[:, 13])
    pairs = [raw[i : i + 40].find(bytes([byte, 32])) for i in start.tolist()]
    assert bytewise.first_pair(words, byte, 32).tolist() == pairs


@settings(QUICK, max_examples=100)
@given(st.binary(min_size=24, max_size=24), st.integers(1, 20), st.data())
def test_a_form_takes_any_digit_for_a_digit_and_nothing_else(data: bytes, length: int, draw: st.DataObject) -> None:
    form = bytewise.Form.of(data[:length])
    place = draw.draw(st.integers(0, length - 1))
    others = [data[:place] + bytes([byte]) + data[place + 1 :] for byte in range(256)]
    raw = b"".join(others)
    words = bytewise.gather(raw, np.arange(0, len(raw), 24), 24)
    fits = form.fits(words, np.arange(256))
    same = b"0123456789" if data[place] in b"0123456789" else data[place : place + 1]
    assert np.flatnonzero(fits).tolist() == list(same)
    assert form.fits(words, np.flatnonzero(fits)[:1]).all()


def test_reach_stops_where_a_word_would_run_past_the_end() -> None:
    assert bytewise.reach(bytes(16), np.array([0, 7, 8, 9, 15]), 8) == 3
    assert bytewise.reach(bytes(3), np.array([0, 1]), 8) == 0


@pytest.mark.parametrize(
    ("hour", "half", "read"),
    [(12, "am", 0), (1, "am", 1), (11, "am", 11), (12, "pm", 12), (1, "pm", 13), (11, "pm", 23), (0, "pm", 12), (0, "am", 0),
     (12, "noon", 12), (11, "noon", 11), (10, "noon", 10), (1, "noon", 13), (5, "noon", 17), (6, "noon", 6),
     (12, "night", 0), (1, "night", 1), (6, "night", 6), (7, "night", 19), (11, "night", 23),
     (13, "pm", 13), (13, "am", 13), (13, "night", 13), (23, "am", 23), (9, "neutral", 9), (23, "neutral", 23)],
)  # fmt: skip
def test_hours(hour: int, half: str, read: int) -> None:
    one, zero = np.array([hour], dtype=np.int32), np.zeros(1, dtype=np.int32)
    for value in (dates.HALVES[half], np.array([dates.HALVES[half]], dtype=np.int32)):
        assert dates.clock(one, zero, zero, value).tolist() == [read * 3600]


@pytest.mark.parametrize(
    ("hour", "minute", "second", "clock"), [(24, 0, 0, -1), (23, 59, 59, 86399), (0, 60, 0, -1), (0, 0, 60, -1)]
)
def test_times_that_do_not_exist(hour: int, minute: int, second: int, clock: int) -> None:
    values = [np.array([v], dtype=np.int32) for v in (hour, minute, second)]
    assert dates.clock(*values, 0).tolist() == [clock]


@pytest.mark.parametrize("n", [0, 1, 3, 1 << 15, (1 << 15) + 1, 100_000])
def test_columns_of_any_length(n: int) -> None:
    raw = "".join(f"{i};" for i in range(n)).encode()
    ends = np.flatnonzero(np.frombuffer(raw, np.uint8) == ord(";"))
    starts = np.concatenate([[0], ends + 1])[:-1] if n else ends
    column = lines.slices(raw, starts, ends)
    assert column.type == pa.large_string() and column.to_pylist() == [str(i) for i in range(n)]


@pytest.mark.parametrize("n", [99_999, 100_000, 100_001])
def test_matching_side_by_side(n: int) -> None:
    column = pa.array(["x" if i % 3 else "y" for i in range(n)], pa.large_string())
    assert shapes.matches(column, "^y").tolist() == [i % 3 == 0 for i in range(n)]


# ---------------------------------------------------------------------------------------------------------------- lines

BYTES = [
    (b"", []),
    (b"a", [b"a"]),
    (b"a\n", [b"a"]),
    (b"\n\n", [b"", b""]),
    (b"\n\n\ra\n", [b"", b"", b"\ra"]),
    (b"\n\ra\n", [b"", b"", b"a"]),
    (b"a\nb", [b"a", b"b"]),
    (b"a\r\nb\r\r\nc\r\r\r\nd\r\r\r\r\n", [b"a", b"b", b"c", b"d\r"]),
    # lone CRs part lines where more than one comes to three LFs, whatever stands before other LFs
    (b"a\rb\rc\n", [b"a", b"b", b"c"]),
    (b"a\r\nb\rc\r\nd", [b"a", b"b", b"c", b"d"]),
    (b"a\rb\r\nc\r\nd", [b"a", b"b", b"c", b"d"]),
    (b"a\r\r\nb\rc\n", [b"a", b"b", b"c"]),
    (b"a\r\nb\r\rc\r\n", [b"a", b"b", b"", b"c"]),
    (b"a\nb\r", [b"a", b"b"]),
    (b"a\r\nb\r\nc\rd\r\ne", [b"a", b"b", b"c\rd", b"e"]),
    (b"a\rb\r\nc\r\nd\r\n", [b"a\rb", b"c", b"d"]),
    # and before a header anyway
    (b"a\n\n\n20/05/2023, 10:00 - A: x\r21/05/2023, 10:00 - B: y\n",
     [b"a", b"", b"", b"20/05/2023, 10:00 - A: x", b"21/05/2023, 10:00 - B: y"]),
    (b"a\n\n\n\n20/05/2023, 10:00 - A: x\ry\r21/05/2023, 10:00 - B: y\n\n\n",
     [b"a", b"", b"", b"", b"20/05/2023, 10:00 - A: x\ry", b"21/05/2023, 10:00 - B: y", b"", b""]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "texts"), BYTES)
def test_where_lines_end(raw: bytes, texts: list[bytes]) -> None:
    split = lines.split_lines(raw)
    assert [raw[a:b] for a, b in zip(split.starts[:-1].tolist(), split.stops.tolist(), strict=True)] == texts
    assert "".join(split.text.to_pylist()).encode() == raw


@settings(QUICK, max_examples=100)
@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=4), st.lists(st.integers(0, 12), max_size=9))
def test_marks_of_a_few_bytes(text: str, mark: str, places: list[int]) -> None:
    """Those that run past the end as well."""
    at = sorted(min(place, len(text)) for place in places)
    found = lines.starts_with(text.encode(), np.array(at, dtype=np.int64), mark.encode())
    assert found.tolist() == [text.startswith(mark, place) for place in at]


@settings(QUICK, max_examples=100)
@given(st.lists(st.text("a: ", max_size=60), max_size=8), st.integers(0, 3))
def test_where_a_sender_ends(texts: list[str], tail: int) -> None:
    """Near, far, and at the end of the file, where no word of bytes fits any more."""
    raw = "|: ".join(texts).encode() + b": " * tail
    stop = np.cumsum([len(t) + 3 for t in texts], dtype=np.int64) - 3
    start = stop - np.array([len(t) for t in texts], dtype=np.int64)
    assert senders._first_colon(raw, start, stop).tolist() == [t.find(": ") for t in texts]


@QUICK
@given(st.lists(st.integers(-1, 5), max_size=40))
def test_how_often_and_where_first_each_code_comes(codes: list[int]) -> None:
    column = np.array(codes, dtype=np.int64)
    assert senders.tally(column, 7).tolist() == [codes.count(n) for n in range(7)]
    assert senders.firsts(column, 7).tolist() == [codes.index(n) if n in codes else 0 for n in range(7)]
    assert {n: own.tolist() for n, own in senders._by_code(column)} == {
        n: [i for i, c in enumerate(codes) if c == n] for n in set(codes)
    }


@pytest.mark.parametrize("low", range(5))
def test_a_code_that_first_comes_in_a_later_block(low: int) -> None:
    codes = np.repeat(np.array([low % 5, (low + 1) % 5, -1, (low + 2) % 5]), 50_000)
    expected = [0] * 5
    for place, code in ((0, low), (50_000, low + 1), (150_000, low + 2)):
        expected[code % 5] = place
    assert senders.firsts(codes, 5).tolist() == expected


def test_rare_layouts_are_learnt_stretch_by_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "_SEEN", 1)  # the rare hours are not among the lines looked at first
    monkeypatch.setattr(blocks, "ROWS", 3)
    hours = ["10", "9", "9", "9", "9", "9", "11", "x", "9"]
    raw = "".join(f"1/2/2023, {h}:0{i} - Anna: tot {'z' * 80}\n" for i, h in enumerate(hours)).encode()
    split = lines.split_lines(raw)
    at = np.arange(len(hours), dtype=np.int64)
    template = shapes.template_of(*headers._shapes(headers._sample(raw, split.starts, at))[0])
    found = layouts.scan(raw, split.text, at, split.starts[:-1], template.pattern, "abH", shapes.fold)
    assert found.hit.tolist() == [h != "x" for h in hours]
    clocks = [
        dates.clock(*(np.array([n], dtype=np.int32) for n in (int(h), i, 0)), dates.half_of(""))[0]
        for i, h in enumerate(hours)
        if h != "x"
    ]
    assert found.clock[found.hit].tolist() == clocks
