"""Every header shape of the catalogue, read back with its exact times, senders and texts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from podaudit.export import read
from podaudit.model import DecisionNeeded, Export, Options, Unreadable

SHAPES = tomllib.loads((Path(__file__).parent.parent / "fixtures/export/shapes.toml").read_text(encoding="utf-8"))[
    "shape"
]
BODIES = ("Anna: hi there", "Bob B.: two\nlines: yes", "Anna: ok", "Bob B.: a: b", "Anna: 5", "Bob B.: last")


def chat(text: str, **options: Any) -> Export:
    return read(None, data=text.encode(), name="chat.txt", options=Options(**options))


def rows(export: Export) -> list[tuple[str, str, str]]:
    m = export.messages
    return [(t.isoformat(), s, x) for t, s, x in zip(m["time"], m["sender"], m["text"], strict=True)]


def written(shape: dict[str, Any], times: int = 1) -> tuple[str, list[tuple[str, str, str]]]:
    """A chat in a shape, each header ``times`` times, and what it says."""
    lines, expected = [], []
    for i, (header, time) in enumerate(zip(shape["headers"], shape["times"], strict=True)):
        for _ in range(times):
            body = BODIES[i % len(BODIES)]
            lines.append(header + body)
            expected.append((time, *body.split(": ", 1)))
    return "\n".join(lines) + "\n", expected


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s["name"])
def test_shape(shape: dict[str, Any], ending: str) -> None:
    text, expected = written(shape)
    export = chat(text.replace("\n", ending))
    assert rows(export) == expected
    assert export.source.gaps == 0
    assert export.source.lines == text.count("\n")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s["name"])
def test_shape_with_byte_order_mark_and_repeats(shape: dict[str, Any]) -> None:
    text, expected = written(shape, times=3)
    assert rows(chat("\ufeff" + text)) == expected


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s["name"])
def test_shape_behind_the_tail_of_an_older_message(shape: dict[str, Any]) -> None:
    text, expected = written(shape)
    export = chat("tail of something older\n" + text)
    assert rows(export)[1:] == expected
    assert export.messages["kind"].tolist()[0] == "gap"
    assert export.messages["why"].tolist()[0]


PLATFORMS = [
    ("[02-09-2024 19:00:08] A: x\n[22-09-2024 19:00:08] A: y\n", "ios", "dmy", "24h"),
    ("8/9/21, 11:06 PM - A: x\n8/21/21, 12:06 AM - A: y\n", "android", "mdy", "12h"),
    ("2019/01/01, 11:25 - A: x\n", "android", "ymd", "24h"),
    ("01.04.2015 - 16:00:27; ME: x\n", "unknown", "dmy", "24h"),
]


@pytest.mark.parametrize(("text", "platform", "order", "clock"), PLATFORMS)
def test_what_was_assumed(text: str, platform: str, order: str, clock: str) -> None:
    source = chat(text).source
    assert (source.platform, source.date_order, source.clock) == (platform, order, clock)
    assert any("date" in w.lower() for w in source.warnings)


# ---------------------------------------------------------------------------------------------------- order of the date

AMBIGUOUS = [
    "03/04/2023, 10:00 - Anna: hoi\n03/04/2023, 10:05 - Bob: hi\n",
    "[03/04/23, 10:00:00] Anna: hoi\n[03/05/23, 10:05:00] Bob: hi\n",
    '3/4/2023, 10:00 - Anna created group "X"\n3/4/2023, 10:00 - Anna: hoi\n',
    "3/4/23, 10:00 - Anna: hoi\n4/5/23, 10:05 - Bob: hi\n5/6/23, 10:00 - Anna: ok\n",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_equally_good_readings_are_asked(text: str) -> None:
    with pytest.raises(DecisionNeeded) as caught:
        chat(text)
    said = str(caught.value)
    assert "--date-order" in said and "2023-04-03" in said and "2023-03-04" in said
    assert "hoi" not in said
    assert chat(text, date_order="dmy").messages["time"].tolist()[0].isoformat() == "2023-04-03T10:00:00"
    assert chat(text, date_order="mdy").messages["time"].tolist()[0].isoformat() == "2023-03-04T10:00:00"


@pytest.mark.parametrize("header", ["99/99/2023, 10:00 - ", "01/01/2023, 99:99 - ", "23/16/11, 18:44 - "])
@pytest.mark.parametrize("order", [None, "dmy"])
def test_no_date_at_all_is_no_chat(header: str, order: str | None) -> None:
    with pytest.raises(Unreadable, match="not one of its 2 dates exists"):
        chat(f"{header}Anna: hoi\n{header}Bob: hi\n", date_order=order)


def test_the_first_date_that_differs_is_shown() -> None:
    with pytest.raises(DecisionNeeded, match=r"2023-05-06 \(--date-order dmy\) or 2023-06-05 \(--date-order mdy\)"):
        chat("5/5/2023, 10:00 - A: x\n6/5/2023, 11:00 - B: y\n")


def test_calendars_are_said() -> None:
    said = chat("14/3/2566 10:05 - Anna: a\n25/3/2566 10:05 - Bob: a\n").source.warnings
    assert "Years such as 2566 are of the Buddhist calendar; it was read as 2023." in said
    said = chat("1402/1/14, 18:44 - Anna: a\n1402/1/25, 18:44 - Bob: a\n").source.warnings
    assert any(w.startswith("Years such as 1402 are of another calendar") for w in said)


DECIDED = [
    # one day above 12 is enough
    ("03/04/2023, 10:00 - A: x\n13/04/2023, 10:00 - A: y\n", "dmy"),
    ("03/04/2023, 10:00 - A: x\n04/13/2023, 10:00 - A: y\n", "mdy"),
    # nothing above 12: one reading runs back
    ("11/03/2023, 10:00 - A: x\n12/03/2023, 10:00 - A: y\n01/04/2023, 10:00 - A: z\n", "dmy"),
    ("03/11/2023, 10:00 - A: x\n03/12/2023, 10:00 - A: y\n04/01/2023, 10:00 - A: z\n", "mdy"),
    # two-digit years first
    ("23/11/30, 10:00 - A: x\n23/12/01, 10:00 - A: y\n24/01/31, 10:00 - A: y\n", "ymd"),
    # one line that runs back makes no two-digit year first
    ("25/12/23, 10:30 - A: x\n31/01/23, 15:45 - B: y\n", "dmy"),
    # the same in every order
    ("5/5/2023, 10:00 - A: x\n5/5/2023, 11:00 - B: y\n", "dmy"),
    ("1/1/22, 12:00 - A: x\n99/99/99, 12:01 - B: y\n2/2/22, 12:02 - A: z\n", "dmy"),
    # the app's own words
    ('03/04/2023, 10:00 - Anna heeft de groep "X" gemaakt\n03/04/2023, 10:01 - Anna: hoi\n', "dmy"),
    ("03/04/2023, 10:00 - Anna: <Media omitted>\n04/04/2023, 10:00 - Anna: hi\n", "dmy"),
    ("3/4/23, 10:00 AM - Messages and calls are end-to-end encrypted. Tap.\n3/4/23, 10:00 AM - Anna: hi\n", "mdy"),
    ("[3/4/23, 10:00:00 AM] Anna: \u200eimage omitted\n[3/4/23, 10:00:00 AM] Anna: hi\n", "mdy"),
    # dots and dashes
    ("03.04.2023, 10:00 - A: x\n", "dmy"),
    ("03-04-2023 10:00 - A: x\n", "dmy"),
]


@pytest.mark.parametrize(("text", "order"), DECIDED)
def test_order_of_the_date(text: str, order: str) -> None:
    source = chat(text).source
    assert source.date_order == order
    assert source.warnings[0].startswith("The dates")


def test_one_pasted_date_does_not_turn_a_file_round() -> None:
    lines = [f"{d:02d}/05/2023, 10:00 - Anna: day {d}" for d in range(1, 29)] * 1
    lines.insert(9, "05/20/2023, 09:59 - Bob: pasted")
    export = chat("\n".join(lines) + "\n")
    assert export.source.date_order == "dmy"
    assert export.messages["kind"].tolist().count("gap") == 1


def test_days_above_twelve_decide_against_one_line_in_the_other_order() -> None:
    lines = [f"{m:02d}/{d:02d}/2023, 10:00 - A: x" for m in (1, 2) for d in range(1, 29)]
    lines[30] = "30/01/2023, 10:00 - A: odd"
    assert chat("\n".join(lines)).source.date_order == "mdy"


@pytest.mark.parametrize(("text", "given"), [
    ("03/04/2023, 10:00 - A: x\n", "ymd"),
    ("2023-04-03, 10:00 - A: x\n", "dmy"),
])  # fmt: skip
def test_an_order_that_cannot_be_is_refused(text: str, given: str) -> None:
    with pytest.raises(DecisionNeeded, match="--date-order"):
        chat(text, date_order=given)


# ---------------------------------------------------------------------------------------------------------------- clock


@pytest.mark.parametrize("word", ["zz", "qq.m.", "vorabend"])
@pytest.mark.parametrize("form", ["{d}, 5:52:02 {w} - A: x\n", "[{d}, 5:52:02 {w}] A: x\n"])
def test_an_unknown_word_beside_the_time_is_an_error_that_names_it(form: str, word: str) -> None:
    text = "".join(form.format(d=d, w=word) for d in ("05.08.23", "06.08.23", "07.08.23"))
    with pytest.raises(Unreadable, match=word.replace(".", r"\.")):
        chat(text)


def test_a_stray_unknown_word_is_a_gap() -> None:
    lines = [f"13/05/2023, 10:{i:02d} am - A: x" for i in range(59)]
    lines[30] = "13/05/2023, 10:30 zz - A: x"
    export = chat("\n".join(lines))
    assert export.messages["kind"].tolist().count("gap") == 1
    assert export.messages["line"][export.messages["kind"] == "gap"].tolist() == [31]


IMPOSSIBLE = ["32/05/2023, 10:00", "00/05/2023, 10:00", "20/13/2023, 10:00", "20/00/2023, 10:00", "29/02/2023, 10:00",
              "31/04/2023, 10:00", "20/05/2023, 25:00", "20/05/2023, 10:61", "20/05/0000, 10:00"]  # fmt: skip


@pytest.mark.parametrize("header", IMPOSSIBLE)
def test_a_date_that_does_not_exist_is_a_gap_with_its_lines(header: str) -> None:
    text = f"19/05/2023, 10:00 - A: one\n{header} - B: two\nmore\n20/05/2023, 11:00 - A: three\n"
    export = chat(text)
    assert export.messages["kind"].tolist() == ["text", "gap", "text"]
    assert export.messages["line_end"].tolist() == [1, 3, 4]
    assert export.messages["text"].tolist()[1] == f"{header} - B: two\nmore"
    assert "does not exist" in export.messages["why"].tolist()[1]
    assert export.source.messages == 2 and export.source.gaps == 1


def test_a_leap_day_exists() -> None:
    assert chat("29/02/2024, 10:00 - A: x\n").source.messages == 1


# ----------------------------------------------------------------------------------------------------------- not a chat

NOT_A_CHAT = [
    "Dear all,\n\nthis is a letter.\n",
    "name,date\nAnna,2023-01-01\n",
    "12:30 lunch\n13:30 walk\n",
    "20/05/2023\n21/05/2023\n",
    "\n".join(["prose without any header"] * 30) + "\n20/05/2023, 10:00 - A: a quoted line\n",
    "<html><body>[20/05/2023, 10:00:00] A: x</body></html>",
]


@pytest.mark.parametrize("text", NOT_A_CHAT)
def test_not_a_chat(text: str) -> None:
    with pytest.raises(Unreadable, match="no chat"):
        chat(text)


# --------------------------------------------------------------------------------------------- characters that differ

SPACES = [" ", "\t", "\u00a0", "\u202f", "\u3000", *map(chr, range(0x2000, 0x200B))]
UNSEEN = [
    *map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]),
    "\u061c",
    "\ufeff",
    "\u00ad",
]
ZEROS = [0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
         0x17E0, 0x1810, 0xFF10]  # fmt: skip
PLAIN = "[14/03/2023, 9:59:08 PM] "


def varied(old: str, new: str, form: str = PLAIN) -> None:
    """A chat reads the same with something of every header, or of one, written otherwise."""
    people = ((14, "Anna"), (25, "Bob"), (26, "Anna"))
    lines = [f"{form.replace('14/', f'{day}/')}{name}: x\n" for day, name in people]
    times = [f"2023-03-{day}T21:59:{'08' if ':08' in form else '00'}" for day, _ in people]
    for own in ((0, 1, 2), (1,)):
        export = chat("".join(line.replace(old, new) if i in own else line for i, line in enumerate(lines)))
        assert rows(export) == [(time, name, "x") for time, (_, name) in zip(times, people, strict=True)]
        assert export.source.platform == ("ios" if "[" in form else "android")


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_spaces_of_any_width(space: str) -> None:
    varied(", ", f",{space}")
    varied(" PM", f"{space}PM")
    varied(" - ", f"{space}- ", "14/03/2023, 21:59 - ")


@pytest.mark.parametrize("mark", UNSEEN, ids=ascii)
def test_marks_that_are_not_seen(mark: str) -> None:
    for place in ("[", "/", "2023", ":08", " PM"):
        varied(place, place + mark)
    varied("[", mark + "[")


WIDE = [
    (", ", "\u060c "), (", ", "\u3001 "), (", ", "\uff0c"), ("/", "\uff0f"), (":", "\uff1a"), ("[", "\uff3b"), ("]", "\uff3d"),
    ("[", "\uff08"),
]  # fmt: skip


@pytest.mark.parametrize(("plain", "other"), WIDE, ids=ascii)
def test_signs_as_wide_as_a_letter_of_chinese(plain: str, other: str) -> None:
    form = PLAIN if other != "\uff08" else PLAIN.replace("]", ")")
    bodies = "".join(f"{form.replace('14/', f'{day}/').replace(plain, other)}Anna: x\n" for day in (14, 25, 26))
    assert rows(chat(bodies)) == [(f"2023-03-{day}T21:59:08", "Anna", "x") for day in (14, 25, 26)]


@pytest.mark.parametrize("dash", ["-", *map(chr, range(0x2010, 0x2015)), "\u2212"], ids=ascii)
def test_dashes(dash: str) -> None:
    bodies = "".join(f"{day}/03/2023, 21:59 {dash} Anna: x\n" for day in (14, 25, 26))
    assert rows(chat(bodies)) == [(f"2023-03-{day}T21:59:00", "Anna", "x") for day in (14, 25, 26)]


@pytest.mark.parametrize("zero", ZEROS, ids=hex)
def test_digits_of_any_script(zero: int) -> None:
    digits = str.maketrans({str(i): chr(zero + i) for i in range(10)})
    stamps = [("14/03/2023, 21:57", "2023-03-14T21:57:00"), ("25/06/2023, 08:49", "2023-06-25T08:49:00")]
    export = chat("".join(f"{stamp.translate(digits)} - Anna: 12\n" for stamp, _ in stamps))
    assert rows(export) == [(time, "Anna", "12") for _, time in stamps]


@pytest.mark.parametrize("zero", ZEROS, ids=hex)
def test_a_header_without_the_zeros_of_all_others_is_pasted_in_any_script(zero: int) -> None:
    digits = str.maketrans({str(i): chr(zero + i) for i in range(10)})
    stamps = ("04/03/2023, 08:05", "05/04/2023, 09:06", "06/05/2023, 01:07")
    lines = [f"{stamp.translate(digits)} - Anna: x" for stamp in stamps]
    lines.insert(1, f"{'4/3/2023, 8:05'.translate(digits)} - Bob: x")
    export = chat("\n".join(lines), date_order="dmy")
    assert export.messages["text"].tolist() == [f"x\n{lines[1]}", "x", "x"]


# ------------------------------------------------------------------------------------------------------------ calendars


@pytest.mark.parametrize(
    ("year", "read", "said"),
    [(2023, 2023, ""), (2499, 2499, ""), (2500, 1957, "Buddhist"), (2566, 2023, "Buddhist"), (1299, 1299, ""), (1300, 1300, "another"),
     (1402, 1402, "another"), (1500, 1500, "another"), (1501, 1501, "")],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}/03/14, 10:00 - A: x\n", "14/03/{}, 10:00 - A: x\n"])
def test_years_of_other_calendars(form: str, year: int, read: int, said: str) -> None:
    export = chat(form.format(year))
    assert rows(export) == [(f"{read}-03-14T10:00:00", "A", "x")]
    warnings = [w for w in export.source.warnings if "calendar" in w]
    assert [said in w and str(year) in w for w in warnings] == ([True] if said else [])


def test_no_year_is_before_the_app() -> None:
    """Two digits before 09 are a day or a month."""
    text = "".join(f"09/11/{day}, 10:00 - A: x\n" for day in (13, 14, 15))
    assert chat(text).source.date_order == "ymd"
    with pytest.raises(DecisionNeeded, match=r"2013-11-08 \(--date-order dmy\) or 2013-08-11"):
        chat(text.replace("09/", "08/"))


# ------------------------------------------------------------------------------------------ how an order is decided


def dated(*dates: str) -> str:
    return "".join(f"{date}, 10:00 - A: x\n" for date in dates)


BACK = (
    "1/2/2023",
    "2/3/2023",
    "3/4/2023",
    "2/2/2023",
    "4/5/2023",
    "3/6/2023",
)  # one falls either way, one as month, day alone


@pytest.mark.parametrize(("n", "decided"), [(199, True), (200, False)])
def test_one_header_in_two_hundred_that_falls_decides_nothing(n: int, decided: bool) -> None:
    text = dated(*BACK, *["5/7/2023"] * (n - len(BACK)))
    if decided:
        source = chat(text).source
        assert source.warnings[0] == (
            "The dates were read as day, month, year: 1 messages run back in time that way, 2 as month, day, year."
        )
    else:
        with pytest.raises(DecisionNeeded, match=r"2023-02-01 \(--date-order dmy\) or 2023-01-02 \(--date-order mdy\)"):
            chat(text)


@pytest.mark.parametrize(("n", "order"), [(199, "mdy"), (200, "ymd")])
def test_one_date_in_two_hundred_speaks_against_no_short_year(n: int, order: str) -> None:
    source = chat(dated(*["10/11/12"] * 99, "10/13/12", *["10/11/13"] * (n - 100))).source
    assert (source.date_order, source.gaps) == (order, order == "ymd")


@pytest.mark.parametrize(("n", "order", "grounds"), [
    (199, "dmy", "day, month, year: 1 of 199 dates do not exist in another order."),
    (200, "mdy", "month, day, year: 0 messages run back in time that way, 3 as day, month, year."),
])  # fmt: skip
def test_one_header_in_two_hundred_that_does_not_exist_decides_nothing(n: int, order: str, grounds: str) -> None:
    dates = [f"{month:02}/{day:02}/2023" for month in (1, 2, 3) for day in range(1, 13)]
    source = chat(dated(*dates, *["03/12/2023"] * (n - len(dates) - 1), "13/04/2023")).source
    assert (source.date_order, source.warnings[0]) == (order, f"The dates were read as {grounds}")


GROUNDS = [
    ("dmy", "2 of 3 dates do not exist in another order", "13/04/2023", "03/04/2023", "14/04/2023"),
    ("mdy", "2 of 3 dates do not exist in another order", "04/13/2023", "04/03/2023", "04/14/2023"),
    ("dmy", "1 of 2 dates do not exist in another order", "13.04.2023", "03.04.2023"),
    ("dmy", "0 messages run back in time that way, 1 as month, day, year", "11/03/2023", "12/03/2023", "01/04/2023"),
    ("mdy", "0 messages run back in time that way, 1 as day, month, year", "03/11/2023", "03/12/2023", "04/01/2023"),
    ("ymd", "the chat covers 33 days that way, 731 otherwise", "10/01/12", "10/02/14"),
    ("ymd", "the chat covers 1 days that way, 365 otherwise", "10/11/12", "10/11/13"),
    ("", "only twelve times as short", "10/01/12", "10/02/13"),
    ("", "as short either way", "10/01/12", "10/02/12"),
]


@pytest.mark.parametrize(("order", "grounds", "dates"), [(order, grounds, dates) for order, grounds, *dates in GROUNDS])
def test_the_grounds_of_an_order(order: str, grounds: str, dates: list[str]) -> None:
    if not order:
        with pytest.raises(DecisionNeeded):
            chat(dated(*dates))
        return
    words = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}[order]
    source = chat(dated(*dates)).source
    assert (source.date_order, source.warnings[0]) == (order, f"The dates were read as {words}: {grounds}.")


@pytest.mark.parametrize("clock", ["00:00", "00:01", "23:59", "12:00"])
def test_every_minute_of_the_day_exists(clock: str) -> None:
    export = chat(f"14/03/2023, {clock} - A: x\n15/03/2023, {clock} - A: x\n")
    assert rows(export) == [(f"2023-03-{day}T{clock}:00", "A", "x") for day in (14, 15)]
