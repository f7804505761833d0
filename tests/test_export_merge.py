"""Several exports of one group made one; and refused when they are not of one group."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import random
from collections.abc import Callable, Sequence

import pytest

from podaudit.export import merge, read
from podaudit.model import DifferentGroups, Export, Options

START = dt.datetime(2023, 5, 20, 8, 0)
NAMES = ("Aukje", "Bram", "Carlijn", "Dirk", "Eefje")
MARK = "\u200e"
WORDS = "appel beuk ceder den esp fruit gras heide iep jasmijn klaver linde mos netel olm peer".split()
Row = tuple[dt.datetime, str, str]
Write = Callable[[Row], str]


def android(row: Row) -> str:
    time, who, text = row
    return f"{time:%d-%m-%Y %H:%M} - {f'{who}: ' if who else ''}{text}\n"


def ios(row: Row) -> str:
    time, who, text = row
    # iOS puts its notices down to somebody and marks them
    return f"[{time:%d-%m-%Y} {time:%H:%M:%S}] {who or 'De pod'}: {'' if who else MARK}{text}\n"


def conversation(n: int = 60, seed: int = 1) -> list[Row]:
    """A chat with short confirmations, double sends and longer texts, in order of time."""
    rng = random.Random(seed)
    time, out = START, [(START, "", 'Aukje heeft de groep "De pod" gemaakt')]
    while len(out) < n:
        time += dt.timedelta(minutes=rng.randrange(1, 50))
        who = rng.choice(NAMES)
        roll = rng.random()
        if roll < 0.4:
            out += [(time, who, "✅")] * (2 if roll < 0.1 else 1)
        else:
            out.append((time, who, f"{' '.join(rng.sample(WORDS, 4))} {len(out)}"))
    return out


def of(rows: Sequence[Row], name: str, write: Write = android, **options: object) -> Export:
    data = "".join(map(write, rows)).encode()
    return read(None, data=data, name=name, options=Options(**options))  # type: ignore[arg-type]


def says(export: Export) -> list[tuple[dt.datetime, str, str]]:
    m = export.messages
    return [row for row in zip(m["time"], m["member"], m["text"].str.strip(MARK), strict=True) if row[0] == row[0]]


def check(export: Export) -> None:
    """Every line of every file in exactly one row; raw spans and lines run on."""
    m = export.messages
    assert b"".join(export.raw[a:b] for a, b in zip(m["start"], m["stop"], strict=True)) == export.raw
    assert m["line"].tolist() == [1, *(n + 1 for n in m["line_end"].tolist()[:-1])]
    assert m["line_end"].iloc[-1] == export.source.lines == export.raw.count(b"\n")
    assert set(export.origins["line"]) == set(m["line"])
    assert sum(dataclasses.astuple(export.source.line_ledger)) == export.source.lines
    for file in export.source.files:
        own = export.origins[export.origins["file"] == file.name]
        assert len(own) == file.messages and own["line_in_file"].is_unique


CHAT = conversation()


# --------------------------------------------------------------------------------------------------------- must refuse


def test_two_groups_of_the_same_people_are_refused_with_the_reason() -> None:
    other = [(t, w, x) for t, w, x in conversation(seed=2) if w or "groep" not in x]
    other[5:5] = CHAT[10:14]  # a few messages put before both groups
    other.sort(key=lambda row: row[0])
    with pytest.raises(
        DifferentGroups, match=r"^a.txt and b.txt are not exports of the same group: \d+ of the \d+ messages"
    ):
        merge([of(CHAT, "a.txt"), of(other, "b.txt")])


def test_other_days_and_another_name_are_refused() -> None:
    later = [(t + dt.timedelta(days=90), w, x.replace("pod", "club")) for t, w, x in conversation(seed=3)]
    with pytest.raises(DifferentGroups, match="cover different days and their groups bear different names"):
        merge([of(CHAT, "a.txt"), of(later, "b.txt")])


def test_other_days_and_other_people_are_refused() -> None:
    later = [(t + dt.timedelta(days=90), w and f"{w} X", x) for t, w, x in conversation(seed=3)]
    with pytest.raises(DifferentGroups, match="cover different days, and only 0 of their members are in both"):
        merge([of(CHAT, "a.txt"), of(later, "b.txt")])


def test_of_three_the_one_that_does_not_belong_is_named() -> None:
    later = [(t + dt.timedelta(days=90), w and f"{w} X", x.replace("pod", "club")) for t, w, x in conversation(seed=3)]
    with pytest.raises(DifferentGroups, match=r"a.txt \+ b.txt and c.txt"):
        merge([of(CHAT[:40], "a.txt"), of(later, "c.txt"), of(CHAT[20:], "b.txt")])


# ------------------------------------------------------------------------------------------------------------- must be


@pytest.mark.parametrize(("first", "second"), [(android, android), (android, ios), (ios, android), (ios, ios)])
@pytest.mark.parametrize("cut", [(0, 40, 20, 99), (20, 99, 0, 40), (0, 99, 10, 30), (10, 30, 0, 99), (0, 99, 0, 60)])
def test_overlapping_exports_give_the_whole_chat_once(first: Write, second: Write, cut: tuple[int, ...]) -> None:
    a, b = CHAT[cut[0] : cut[1]], CHAT[cut[2] : cut[3]]
    merged = merge([of(a, "a.txt", first), of(b, "b.txt", second)])
    whole = of(CHAT[min(cut[0], cut[2]) : max(cut[1], cut[3])], "all.txt", first)
    assert says(merged) == says(whole)
    assert merged.members.drop(columns="owner").equals(whole.members.drop(columns="owner"))
    check(merged)
    both = len(a) + len(b) - len(merged.messages)
    assert (
        f"a.txt and b.txt are of one group. Messages in both, counted once: {both}; in a.txt alone: {len(a) - both}; "
        f"in b.txt alone: {len(b) - both}."
    ) in merged.source.warnings


def test_names_of_two_phones_are_mapped_and_numbers_give_way_to_names() -> None:
    book = {
        "Aukje": "Mama",
        "Bram": "+31 6 12345678",
        "Carlijn": "Carlijn",
        "Dirk": "Eefje",
        "Eefje": "+31 6 87654321",
        "": "",
    }
    numbers = {"Carlijn": "+31 6 11112222"}
    a = [(t, numbers.get(w, w), x) for t, w, x in CHAT[:45]]
    b = [(t, book[w], x.replace("Aukje", "Mama")) for t, w, x in CHAT[15:]]
    merged = merge([of(a, "a.txt"), of(b, "b.txt")])
    assert says(merged) == says(of(CHAT, "all.txt"))
    also = dict(zip(merged.members["name"], merged.members["also"], strict=True))
    assert also == {
        "Aukje": ["Mama"], "Bram": ["+31 6 12345678"], "Carlijn": ["+31 6 11112222"], "Dirk": ["Eefje"], "Eefje": ["+31 6 87654321"],
    }  # fmt: skip
    assert any(w.startswith("Members who bear another name in b.txt: 5;") for w in merged.source.warnings)


def test_two_people_whom_both_phones_call_the_same_are_kept_apart() -> None:
    b = [(t, {"Aukje": "Bram", "Bram": "Aukje B."}.get(w, w), x) for t, w, x in CHAT[15:]]
    b += [(CHAT[-1][0] + dt.timedelta(hours=2), "Aukje", "ik ben nieuw hier en heet ook Aukje")]
    merged = merge([of(CHAT, "a.txt"), of(b, "b.txt")])
    assert "Aukje (b.txt)" in merged.members["name"].tolist()
    assert says(merged)[-1][1:] == ("Aukje (b.txt)", "ik ben nieuw hier en heet ook Aukje")


@pytest.mark.parametrize("minutes", [-120, -60, 30, 345])
def test_clocks_of_other_zones_are_stated_and_brought_together(minutes: int) -> None:
    b = [(t + dt.timedelta(minutes=minutes), w, x) for t, w, x in CHAT[15:]]
    merged = merge([of(CHAT[:45], "a.txt"), of(b, "b.txt", ios)])
    assert says(merged) == says(of(CHAT, "all.txt"))
    assert any(f"The clock of b.txt differs by {minutes:+} minutes" in w for w in merged.source.warnings)


def test_what_one_phone_shows_as_deleted_the_other_shows_in_full() -> None:
    def hide(rows: list[Row], at: int) -> list[Row]:
        return [(t, w, "Dit bericht is verwijderd") if i == at else (t, w, x) for i, (t, w, x) in enumerate(rows)]

    spoken = [i for i, (_, w, x) in enumerate(CHAT) if w and x != "✅"]
    p, q = spoken[8], spoken[12]
    merged = merge([of(hide(CHAT, p), "a.txt"), of(hide(CHAT, q), "b.txt")])
    assert says(merged) == says(of(CHAT, "all.txt"))
    doubts = merged.messages["doubts"].tolist()
    assert doubts[p] == "it stands as deleted in a.txt" and doubts[q] == "it stands as deleted in b.txt"
    assert sum(d != "" for d in doubts) == 2
    assert any(
        w == "Messages that one export shows as deleted and the other in full: 2." for w in merged.source.warnings
    )
    check(merged)


def test_mentions_and_edits_read_otherwise_on_the_other_phone() -> None:
    a, b = list(CHAT), list(CHAT)
    spoken = [i for i, (_, w, x) in enumerate(CHAT) if w and x != "✅"]
    for rows, name in ((a, "Bram"), (b, "+31 6 12345678")):
        t, w, _ = rows[spoken[3]]
        rows[spoken[3]] = (t, w, f"@\u2068{name}\u2069 kijk jij hier even naar")
        t, w, _ = rows[spoken[5]]
        rows[spoken[5]] = (t, w, f"@{name} doe jij het ook")
    t, w, x = b[spoken[7]]
    b[spoken[7]] = (t, w, f"{x} en meer <Dit bericht is bewerkt>")
    merged = merge([of(a, "a.txt"), of(b, "b.txt")])
    assert says(merged) == says(of(a, "all.txt"))


@pytest.mark.parametrize(("early", "late"), [(0, 120), (60, 120), (-60, 60)])
def test_a_clock_that_differs_at_times_is_said_so(early: int, late: int) -> None:
    half = len(CHAT) // 2
    b = [(t + dt.timedelta(minutes=late if i > half else early), w, x) for i, (t, w, x) in enumerate(CHAT)]
    merged = merge([of(CHAT, "a.txt"), of(b, "b.txt")])
    assert says(merged) == says(of(CHAT, "all.txt"))
    assert any(f"The clock of b.txt differs by {early:+} to {late:+} minutes" in w for w in merged.source.warnings)


def test_clocks_days_apart_are_not_brought_together() -> None:
    long = conversation(400)
    b = [(t + dt.timedelta(days=3), w, x) for t, w, x in long]
    with pytest.raises(DifferentGroups):
        merge([of(long, "a.txt"), of(b, "b.txt")])


def test_an_export_that_holds_everything_twice_still_fits() -> None:
    twice = read(None, data=2 * "".join(map(android, CHAT)).encode(), name="a.txt", options=Options())
    b = [
        (t + dt.timedelta(minutes=60), {"Aukje": "Mama"}.get(w, w), x.replace("Aukje", "Mama")) for t, w, x in CHAT[15:]
    ]
    merged = merge([twice, of(b, "b.txt")])
    assert any(f"Messages in both, counted once: {len(b)};" in w for w in merged.source.warnings)


def test_double_sends_stay_double() -> None:
    time = CHAT[-1][0] + dt.timedelta(minutes=5)
    twice = [*CHAT, (time, "Bram", "ok"), (time, "Bram", "ok"), (time, "Dirk", "ok")]
    once = [*CHAT, (time, "Bram", "ok"), (time, "Dirk", "ok")]
    assert says(merge([of(once, "a.txt"), of(twice, "b.txt")])) == says(of(twice, "all.txt"))
    assert says(merge([of(twice, "a.txt"), of(once, "b.txt")])) == says(of(twice, "all.txt"))


def test_days_that_do_not_meet_are_one_group_by_its_members() -> None:
    cut = next(i for i in range(30, 60) if CHAT[i][0] > CHAT[i - 1][0] + dt.timedelta(minutes=5))
    merged = merge([of(CHAT[cut:], "new.txt"), of(CHAT[:cut], "old.txt")])
    assert says(merged) == says(of(CHAT, "all.txt"))
    assert any("Messages in both, counted once: 0;" in w for w in merged.source.warnings)
    said = "new.txt and old.txt have no day in common; they were taken to be of one group by their members."
    assert said in merged.source.warnings
    check(merged)


def test_three_exports_whatever_the_order() -> None:
    a, b, c = of(CHAT[:25], "a.txt"), of(CHAT[20:45], "b.txt", ios), of(CHAT[40:], "c.txt")
    whole = says(of(CHAT, "all.txt"))
    for order in ([a, b, c], [c, a, b], [b, c, a]):
        merged = merge(order)
        assert says(merged) == whole
        assert sorted(f.name for f in merged.source.files) == ["a.txt", "b.txt", "c.txt"]
        check(merged)


def test_the_same_file_twice_is_read_once() -> None:
    a = of(CHAT, "a.txt")
    merged = merge([a, of(CHAT, "copy.txt")])
    assert merged.messages.equals(a.messages)
    assert merged.source.warnings[-1] == "copy.txt is the same file as one given before; it was read once."


def test_files_of_the_same_name_are_told_apart() -> None:
    merged = merge([of(CHAT[:40], "_chat.txt"), of(CHAT[20:], "_chat.txt")])
    assert [f.name for f in merged.source.files] == ["_chat.txt", "_chat.txt (2)"]
    check(merged)


@pytest.mark.parametrize(
    ("first", "second", "platform"),
    [(android, android, "android"), (ios, ios, "ios"), (android, ios, "unknown"), (ios, android, "unknown")],
)
def test_a_platform_is_said_where_all_files_are_of_one(first: Write, second: Write, platform: str) -> None:
    assert merge([of(CHAT[:40], "a.txt", first), of(CHAT[20:], "b.txt", second)]).source.platform == platform


@pytest.mark.parametrize("minutes", [-60, 0, 60])
@pytest.mark.parametrize("seconds", [-50, 50])
def test_a_difference_of_clocks_is_a_quarter_though_one_shows_other_seconds(minutes: int, seconds: int) -> None:
    b = [(t + dt.timedelta(minutes=minutes, seconds=seconds), w, x) for t, w, x in CHAT]
    merged = merge([of(CHAT, "a.txt"), of(b, "b.txt", ios)])
    assert says(merged) == says(of(CHAT, "all.txt"))
    said = [w.split(";")[0] for w in merged.source.warnings if w.startswith("The clock of b.txt")]
    assert said == ([f"The clock of b.txt differs by {minutes:+} minutes"] if minutes else [])


def test_source_and_hash_speak_of_all_files() -> None:
    a, b = of(CHAT[:40], "a.txt"), of(CHAT[20:], "b.txt", ios)
    source = merge([a, b]).source
    assert (source.name, source.platform, source.group) == ("a.txt + b.txt", "unknown", "De pod")
    assert source.sha256 == hashlib.sha256(f"{a.source.sha256}\n{b.source.sha256}\n".encode()).hexdigest()
    assert source.first == CHAT[0][0] and source.last == CHAT[-1][0]
    assert source.warnings[0].startswith("a.txt: The dates were read as")


def test_notices_of_both_count_once_and_fill_each_other() -> None:
    time = CHAT[-1][0] + dt.timedelta(minutes=5)
    mine = [*CHAT, (time, "", "Je hebt Floor toegevoegd"), (time, "Floor", "hoi allemaal, fijn om erbij te zijn")]
    theirs = [*CHAT, (time, "", "Bram heeft Floor toegevoegd"), (time, "Floor", "hoi allemaal, fijn om erbij te zijn")]
    theirs += [(time + dt.timedelta(hours=1), "", "Bram heeft Floor verwijderd")]
    merged = merge([of(mine, "a.txt"), of(theirs, "b.txt")])
    events = merged.membership[["event", "member", "by"]].values.tolist()
    assert events == [["created", "Aukje", "Aukje"], ["added", "Floor", "Bram"], ["removed", "Floor", "Bram"]]
    floor = merged.members.set_index("name").loc["Floor"]
    assert floor["periods"] == [{"from": time, "until": time + dt.timedelta(hours=1)}]


def test_notices_that_name_nobody_or_not_the_same_number_of_people() -> None:
    time = CHAT[-1][0] + dt.timedelta(minutes=5)
    mine = [*CHAT, (time, "", "Je hebt Floor toegevoegd"), (time, "", "Floor en Gijs zijn toegevoegd")]
    theirs = [*CHAT, (time, "", "Je hebt Floor toegevoegd"), (time, "", "Floor is toegevoegd")]
    merged = merge([of(mine, "a.txt"), of(theirs, "b.txt")])
    assert merged.membership[["event", "member"]].values.tolist()[1:] == [
        ["added", "Floor"], ["added", "Floor"], ["added", "Gijs"], ["added", "Floor"],
    ]  # fmt: skip
    assert merged.membership["by"].isna().tolist()[2:] == [True, True, True]


def test_doubts_and_gaps_say_which_file_their_lines_are_of() -> None:
    broken = "".join(map(android, CHAT[20:])).replace(f"{CHAT[30][0]:%d-%m-%Y}", "99-99-2023", 1).encode()
    b = read(None, data=b"tail of a message\n" + broken, name="b.txt", options=Options())
    merged = merge([of(CHAT[:40], "a.txt"), b])
    gaps = merged.messages[merged.messages["kind"] == "gap"]
    assert len(gaps) == merged.source.gaps == 2
    assert all(why.startswith("b.txt: ") for why in gaps["why"])
    assert says(merged)[:30] == says(of(CHAT[:30], "all.txt"))


# ---------------------------------------------------------------------------------------------- edges of what is the same


def test_what_is_counted_of_a_merged_chat_is_what_stands_in_it() -> None:
    time = CHAT[-1][0] + dt.timedelta(minutes=5)
    kinds = (
        "<Media weggelaten>",
        "Dit bericht is verwijderd",
        "null",
        "PEILING:\nWanneer?",
        "Kaart.vcf (bestand bijgevoegd)",
        "nou",
    )
    rows = [*CHAT, *((time + dt.timedelta(minutes=i), "Bram", text) for i, text in enumerate(kinds))]
    gap = read(None, data=b"tail\n" + written(rows[:50]), name="a.txt", options=Options())
    merged = merge([gap, of(rows[20:], "b.txt")])
    source, kind = merged.source, merged.messages["kind"].tolist()
    assert set(kind) == {"text", "notice", "media", "deleted", "call", "poll", "contact", "gap"}
    assert (source.messages, source.system_messages, source.gaps) == (len(rows), 1, 1)
    assert source.line_ledger.messages == len(rows) - 1 and source.line_ledger.gaps == 1
    assert (source.first, source.last) == (rows[0][0], rows[-1][0])


@pytest.mark.parametrize(
    ("seconds", "once"), [(0, True), (119, True), (120, True), (121, False), (-120, True), (-121, False)]
)
def test_how_far_apart_two_phones_may_have_put_one_message(seconds: int, once: bool) -> None:
    quiet = [
        (START + dt.timedelta(minutes=10 * i), NAMES[i % 3], f"{WORDS[i % 16]} en dan nog wat {i}") for i in range(20)
    ]
    other = list(quiet)
    other[11] = (quiet[11][0] + dt.timedelta(seconds=seconds), *quiet[11][1:])
    merged = merge([of(quiet, "a.txt", ios), of(other, "b.txt", ios)])
    assert len(merged.messages) == (20 if once else 21)
    assert not any("clock of b.txt" in w for w in merged.source.warnings)


def test_a_text_that_each_phone_holds_another_time_of_stays_two() -> None:
    rows = [
        (START + dt.timedelta(minutes=5 * i), NAMES[i % 5], f"{WORDS[i % 16]} en dan nog wat {i}") for i in range(60)
    ]
    for i in (10, 22):  # an hour apart, as clocks may be
        rows[i] = (rows[i][0], NAMES[0], "dit zeg ik twee keer op een ochtend")
    merged = merge([of(rows[:22] + rows[23:], "a.txt"), of(rows[:10] + rows[11:], "b.txt")])
    assert says(merged) == says(of(rows, "all.txt"))


def test_a_text_that_is_said_again_moves_no_clock() -> None:
    """The other phone lacks the first time, and an hour's difference of clocks is usual with it."""
    text = "dit zeg ik twee keer op een ochtend"
    rows = [
        (START + dt.timedelta(minutes=5 * i), NAMES[i % 5], f"{WORDS[i % 16]} en dan nog wat {i}") for i in range(60)
    ]
    for i in (10, 23):
        rows[i] = (*rows[i][:2], text)
    for i in range(24, 30):
        rows[i] = (*rows[i][:2], "✅")
    b = [(t + dt.timedelta(minutes=60 * (i > 40)), w, x) for i, (t, w, x) in enumerate(rows) if i != 10]
    merged = merge([of(rows, "a.txt"), of(b, "b.txt")])
    assert says(merged) == says(of(rows, "all.txt"))


@pytest.mark.parametrize("seconds", [-500, -400, 400, 500])
@pytest.mark.parametrize("quarters", [-1, 0, 1])
def test_a_text_said_again_by_no_quarter_of_an_hour_moves_no_clock(seconds: int, quarters: int) -> None:
    """Each phone lacks one of the two times; what follows is too short to show the clock, which is set anew later."""
    rows = [
        (START + dt.timedelta(minutes=5 * i), NAMES[i % 5], f"{WORDS[i % 16]} en dan nog wat {i}") for i in range(60)
    ]
    for i in range(11, 17):
        rows[i] = (*rows[i][:2], "✅")
    again = (rows[10][0] + dt.timedelta(seconds=seconds), *rows[10][1:])
    b = [(t + dt.timedelta(minutes=15 * quarters * (i > 40)), w, x) for i, (t, w, x) in enumerate(rows)]
    merged = merge([of(sorted([*rows[:10], again, *rows[11:]]), "a.txt", ios), of(b, "b.txt", ios)])
    assert says(merged) == sorted([*rows, again])


@pytest.mark.parametrize("hours", [26, -26])
def test_the_farthest_two_clocks_can_be_apart(hours: int) -> None:
    long = conversation(400)
    b = [(t + dt.timedelta(hours=hours), w, x) for t, w, x in long]
    assert says(merge([of(long, "a.txt"), of(b, "b.txt")])) == says(of(long, "all.txt"))
    b = [(t + dt.timedelta(minutes=15 if hours > 0 else -15), w, x) for t, w, x in b]
    with pytest.raises(DifferentGroups):
        merge([of(long, "a.txt"), of(b, "b.txt")])


def test_short_texts_of_one_minute_that_differ_stay_two() -> None:
    time = CHAT[-1][0] + dt.timedelta(minutes=5)
    merged = merge([of([*CHAT, (time, "Bram", "ja")], "a.txt"), of([*CHAT, (time, "Bram", "nee")], "b.txt")])
    assert sorted(text for _, _, text in says(merged)[len(CHAT) :]) == ["ja", "nee"]


def test_the_same_word_hundreds_of_times() -> None:
    """More of them in one export than in the other, and both ways round: each is paired once."""
    often = [*CHAT, *((CHAT[-1][0] + dt.timedelta(minutes=1), "Bram", "ok") for _ in range(300))]
    for a, b in ((often, often[:-10]), (often[:-10], often)):
        assert says(merge([of(a, "a.txt"), of(b, "b.txt")])) == says(of(often, "all.txt"))


@pytest.mark.parametrize("row", range(20, 26))
def test_what_one_export_alone_holds_stays_between_its_neighbours(row: int) -> None:
    """Though its time says otherwise: messages that arrive late stand below later ones."""
    rows = [
        (START + dt.timedelta(minutes=5 * i), NAMES[i % 5], f"{WORDS[i % 16]} en dan nog wat {i}") for i in range(40)
    ]
    for minutes in (-7, 12):
        late = (rows[row][0] + dt.timedelta(minutes=minutes), "Bram", "dit staat in het ene bestand alleen")
        longer = [*rows[: row + 1], late, *rows[row + 1 :]]
        merged = merge([of(rows, "a.txt"), of(longer, "b.txt")])
        assert says(merged) == says(of(longer, "all.txt"))
        check(merged)


def test_a_third_file_of_the_same_name() -> None:
    merged = merge([of(CHAT[:30], "c.txt"), of(CHAT[20:50], "c.txt"), of(CHAT[40:], "c.txt")])
    assert [f.name for f in merged.source.files] == ["c.txt", "c.txt (2)", "c.txt (3)"]
    check(merged)


@pytest.mark.parametrize(
    ("first", "second", "named", "one"),
    [
        ("ABCDEF", "ABCXYZ", False, True),  # half of the writers
        ("ABCDEFG", "ABCWXYZ", False, False),  # three of seven
        ("ABCDEFGH", "ABC", False, True),  # all of the smaller group
        ("ABCD", "ABXY", False, False),  # half, but two are few
        ("ABCD", "ABXY", True, True),  # few, but the groups bear one name
        ("AB", "XY", True, False),  # the name alone
        ("ABCD", "AXYZ", True, False),
    ],
)
def test_other_days_are_one_group_by_enough_of_the_writers(first: str, second: str, named: bool, one: bool) -> None:
    def day(names: str, n: int) -> list[Row]:
        time = START + dt.timedelta(days=n)
        opening = [(time, "", f'Lid {names[0]} heeft de groep "De pod" gemaakt')] * named
        return [
            *opening,
            *((time + dt.timedelta(minutes=i), f"Lid {c}", f"dag {n} {i}") for i, c in enumerate(names, 1)),
        ]

    exports = [of(day(first, 0), "a.txt"), of(day(second, 9), "b.txt")]
    if one:
        assert len(merge(exports).messages) == len(first) + len(second) + 2 * named
    else:
        with pytest.raises(DifferentGroups, match="cover different days, and only"):
            merge(exports)


# --------------------------------------------------------------------------------- one file put together from two exports


def parts(data: bytes) -> list[str]:
    return [
        w for w in read(None, data=data, name="x.txt", options=Options()).source.warnings if w.startswith("From line")
    ]


def written(rows: Sequence[Row]) -> bytes:
    return "".join(map(android, rows)).encode()


def test_one_export_is_not_taken_for_two() -> None:
    pasted = [(t - dt.timedelta(days=9), w, x) for t, w, x in CHAT[5:9]]
    back = [*CHAT[:40], *((t - dt.timedelta(days=300), w, x) for t, w, x in CHAT[40:])]  # a clock set back
    for rows in (CHAT, CHAT[:3], [*CHAT[:30], *pasted, *CHAT[30:]], back):
        assert parts(written(rows)) == []


@pytest.mark.parametrize("n", [4, 20, 60])
def test_an_export_put_twice_into_one_file_is_said(n: int) -> None:
    data = written(CHAT[:n])
    [said] = parts(data + data)
    spoken = sum(bool(w) for _, w, _ in CHAT[:n])
    assert said == (
        f"From line {len(CHAT[:n]) + 1} on the file repeats itself: {spoken} of the {spoken} messages there stand before it too "
        "and are counted twice; give every export once."
    )


@pytest.mark.parametrize("days", [-40, 40])
@pytest.mark.parametrize("opening", [True, False])
def test_another_chat_in_the_same_file_is_said(days: int, opening: bool) -> None:
    other = [(t + dt.timedelta(days=days), w and f"{w} X", x) for t, w, x in conversation(seed=4)][not opening :]
    [said] = parts(written(CHAT) + written(other))
    assert said.startswith(f"From line {len(CHAT) + 1} on the file seems to hold another chat: ")


@pytest.mark.parametrize("n", [2, 3])
def test_the_notice_that_opens_an_export_comes_again(n: int) -> None:
    """Too few for anybody's falling silent to show it, and the time runs on."""
    opening = "Berichten en oproepen worden end-to-end versleuteld."
    days = [START, START + dt.timedelta(days=3)]
    one, other = (
        [(day, "", opening), *((day + dt.timedelta(minutes=i), f"{name}{i}", f"{i}") for i in range(n))]
        for day, name in zip(days, ("Lid", "Gast"), strict=True)
    )
    assert parts(written(one) + written(other)) == (
        [
            f"From line {n + 2} on the file seems to hold another chat: 3 of the 3 messages there are by people who write "
            "nothing before it; give every chat by itself."
        ]
        if n == 3
        else []
    )
    assert parts(written(one) + written([(t, w.replace("Gast", "Lid"), x) for t, w, x in other])) == []


@pytest.mark.parametrize(("own", "said"), [(19, False), (20, True)])
def test_where_all_fall_silent_and_others_write(own: int, said: bool) -> None:
    first = [(START + dt.timedelta(minutes=i), f"Lid {i % 3}", f"a {i}") for i in range(own)]
    second = [(START + dt.timedelta(days=1, minutes=i), f"Gast {i % 3}", f"b {i}") for i in range(own)]
    assert bool(parts(written(first + second))) == said
    assert not parts(written([*first, *second, (second[-1][0], "Lid 0", "weer terug")]))
    two = [(t, w.replace("2", "1"), x) for t, w, x in second]  # two are hardly a group
    assert not parts(written(first + two))
