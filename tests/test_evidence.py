"""LinkedIn's exports beside a chat: silence first, then a chat whose truth is known by construction, then the laws."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import statistics
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator
from make_evidence import DEEDS, OTHERS, OWNER, Deed, Pod, archive, pod, post_id, table, workbook

from podaudit import evidence, tables
from podaudit.audit import Audit, audit
from podaudit.evidence import identity, owner, posts, words, zones
from podaudit.evidence.schemas import TABLES, Period
from podaudit.export import read
from podaudit.lexicon.fold import fold
from podaudit.model import MEMBERS, DecisionNeeded, Options, rows
from podaudit.report import render
from tests.conftest import Call, Run
from tests.making import audit_of, export_of, post

LIMIT = 1 << 26
COMMENTS = ("Date", "Link", "Message")
REACTIONS = ("Date", "Type", "Link")


def laid(folder: Path, made: Pod, *, tz: str | None = None, me: str | None = None, analytics: bool = True) -> Audit:
    (folder / "archive.zip").write_bytes(archive(made.files))
    (folder / "analytics.xlsx").write_bytes(workbook(made.sheets))
    given = evidence.gather([folder / "archive.zip"], [folder / "analytics.xlsx"] if analytics else [], tz, LIMIT, me)
    options = Options(date_order="dmy", me=me)
    return audit(read(None, data=made.chat.encode(), name="chat.txt", options=options), options, given=given)


def beside(
    folder: Path, script: str, files: dict[str, str], *, me: str | None = "Eefje", tz: str | None = "+00:00"
) -> Audit:
    """A small chat with an archive of those files."""
    (folder / "a.zip").write_bytes(archive(files))
    given = evidence.gather([folder / "a.zip"], [], tz, LIMIT, me)
    return audit(export_of(script, me=me), Options(me=me), given=given)


def both(comments: list[tuple[str, str, str]] = (), reactions: list[tuple[str, str, str]] = ()) -> dict[str, str]:  # type: ignore[assignment]
    return {"Comments.csv": table(COMMENTS, comments), "Reactions.csv": table(REACTIONS, reactions)}


def of(made: Audit) -> evidence.Evidence:
    assert made.evidence is not None
    return made.evidence


@pytest.fixture(scope="module")
def truth() -> Pod:
    return pod()


@pytest.fixture(scope="module")
def whole(truth: Pod, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return laid(tmp_path_factory.mktemp("pod"), truth)


# -------------------------------------------------------------------------------------------------------------- silence


def test_without_exports_nothing_is_said_of_them(truth: Pod) -> None:
    made = audit(read(None, data=truth.chat.encode(), name="chat.txt", options=Options()), Options())
    assert made.evidence is None
    assert "evidence" not in tables.document(made)
    page = render(made, lang="en", version="0")
    assert "in my archive" not in page
    assert "How to get your archive from LinkedIn" in page
    assert "before you close your account" in page


RULE = "09:00 Ann: Regels: iedereen liket en reageert met minstens 5 woorden, binnen 2 uur, eindig met een vraag"
ASK = "10:00 Ann: Nieuwe post, graag liken en reageren"


@pytest.mark.parametrize(
    ("files", "link", "why"),
    [
        (both(), "https://lnkd.in/eAbc123", "no post"),
        (both(), "https://www.instagram.com/p/Cabc123/", "not on LinkedIn"),
        ({"Reactions.csv": table(REACTIONS, [])}, post(1), "no file of comments"),
        ({"Comments.csv": table(COMMENTS, [])}, post(1), "no file of reactions"),
    ],
)
def test_what_cannot_be_known_is_unknown(tmp_path: Path, files: dict[str, str], link: str, why: str) -> None:
    script = f"{RULE}\n09:01 Eefje: hoi\n{ASK} {link}\n10:30 Ann: en nog een, graag liken {post(2)}"
    row = next(rows(of(beside(tmp_path, script, files)).obligations))
    assert (row.found, row.kinds, row.sources) == ("unknown", [], [])
    assert why in row.why


def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    """Comments under headings that are not known are not comments that are not found."""
    files = both() | {"Comments.csv": "Datum,Koppeling,Bericht\n2024-03-04 10:05:00,x,y\n"}
    made = beside(tmp_path, f"{RULE}\n09:01 Eefje: hoi\n{ASK} {post(1)}", files)
    assert of(made).obligations["found"].tolist() == ["unknown"]
    assert of(made).figures["missing"] == ["comments"]
    page = render(made, lang="en", me="Eefje", version="0")
    assert "Your archive has no comments that can be read" in page
    assert "the archive has no comments that can be read" in page
    assert "no likes that can be read" not in page


def test_a_call_later_than_the_archive_is_unknown(tmp_path: Path) -> None:
    """The zip is of 1 June 2024, the chat of a day after."""
    script = f"{RULE}\n09:01 Eefje: hoi\n{ASK} {post(1)}"
    for start, found in (("2024-05-31", "not_found"), ("2024-06-03", "unknown")):
        (tmp_path / "a.zip").write_bytes(archive(both()))
        given = evidence.gather([tmp_path / "a.zip"], [], "Europe/Amsterdam", LIMIT, "Eefje")
        made = audit(export_of(script, start=start, me="Eefje"), Options(me="Eefje"), given=given)
        assert of(made).obligations["found"].tolist() == [found]


def test_absence_breaks_no_rule(tmp_path: Path) -> None:
    script = (
        "09:00 Ann: Regels: iedereen liket en reageert met minstens 5 woorden, binnen 2 uur, eindig met een vraag\n"
        f"09:01 Eefje: oké\n{ASK} {post(1)}"
    )
    made = of(beside(tmp_path, script, both()))
    assert set(made.checks["verdict"]) == {"unknown"}
    assert len(made.checks) >= 4


def test_a_like_of_a_comment_is_none_of_the_post(tmp_path: Path) -> None:
    script = f"{RULE}\n09:01 Eefje: hoi\n{ASK} {post(1)}"
    urn = re.search(r"activity:\d+", post(1))[0]  # type: ignore[index]
    links = (
        f"https://www.linkedin.com/feed/update/urn:li:comment:({urn},7170000000000000001)",
        post(1) + "?commentUrn=x",
    )
    made = of(beside(tmp_path, script, both(reactions=[("2024-03-04 10:05:00", "LIKE", link) for link in links])))
    assert made.obligations["found"].tolist() == ["not_found"]
    assert made.figures["reactions"] == 0


# ------------------------------------------------------------------------------------------------- true by construction


def test_every_obligation_is_as_it_was_made(truth: Pod, whole: Audit) -> None:
    held = {row.call_line: row for row in rows(of(whole).obligations)}
    assert sorted(held) == [line for line, _, _ in truth.calls]
    for line, deed, at in truth.calls:
        row = held[line]
        assert row.found == deed.found, row
        if deed.found != "corroborated":
            assert (row.kinds, row.first_at, row.words, row.sources) == ([], None, None, [])
            continue
        moments = [deed.react, deed.comment[0] if deed.comment else None]
        first = min(m for m in moments if m is not None)
        assert (
            row.kinds == [k for k, m in zip(("react", "comment"), moments, strict=True) if m is not None][::-1]
            or len(row.kinds) == 1
        )
        assert row.after_call == float(first)
        assert row.first_at == at + dt.timedelta(minutes=first)
        assert row.after_post == float(first + 3 + [c[0] for c in truth.calls].index(line) % 5)
        assert row.in_time is (first <= 120)
        assert (row.words, row.stock) == (deed.words, deed.stock)
        assert row.inferred is deed.share_id
        assert row.question is (None if deed.comment is None else "?" in deed.comment[1])
        assert row.emoji_only is (None if deed.comment is None else deed.comment[1] == "👏👏")
        assert row.reaction == ("LIKE" if deed.react is not None else None)


def test_sources_lead_to_the_rows(truth: Pod, whole: Audit) -> None:
    lines = {name: text.split("\n") for name, text in truth.files.items()}
    for row in rows(of(whole).actions):
        file, _, number = row.source.rpartition(":")
        cell = lines[file][int(number) - 1]
        assert row.url in cell
        assert f"{row.utc}" in cell
        assert row.text is None or row.text in cell


def _said(deed: Deed) -> bool:
    return deed.says


def test_claimed_against_found(truth: Pod, whole: Audit) -> None:
    f, counts = of(whole).figures, Counter((deed.says, deed.found) for _, deed, _ in truth.calls)
    assert f["obligations"] == len(truth.calls)
    assert f["claimed"] == sum(deed.says for _, deed, _ in truth.calls)
    for found in ("corroborated", "not_found", "unknown"):
        assert (f[f"claimed_{found}"], f[f"unclaimed_{found}"]) == (counts[True, found], counts[False, found])
    claims = of(whole).claims
    assert claims["obligations"].sum() == len(truth.calls)
    assert (claims["corroborated"] + claims["not_found"] + claims["unknown"]).tolist() == claims["obligations"].tolist()


def test_the_rules_that_only_the_archive_decides(truth: Pod, whole: Audit) -> None:
    checks = of(whole).checks
    found = Counter(zip(checks["type"], checks["verdict"], strict=True))
    deeds = [deed for _, deed, _ in truth.calls]
    commented = [d for d in deeds if d.comment]
    assert found["comment_min_words", "kept"] == sum((d.words or 0) >= 5 for d in commented)
    assert found["comment_min_words", "broken"] == sum((d.words or 0) < 5 for d in commented)
    assert found["comment", "kept"] == len(commented)
    assert found["react", "kept"] == sum(d.react is not None and d.found == "corroborated" for d in deeds)
    firsts = [min(m for m in (d.react, d.comment and d.comment[0]) if m) for d in deeds if d.found == "corroborated"]
    assert found["deadline", "kept"] == sum(m <= 120 for m in firsts)
    assert found["deadline", "broken"] == sum(m > 120 for m in firsts)
    assert found["react", "broken"] == found["comment", "broken"] == 0


def test_my_comments(truth: Pod, whole: Audit) -> None:
    held = {row.where: row for row in rows(of(whole).comments)}
    commented = [deed.comment for _, deed, _ in truth.calls if deed.comment]
    assert (held["pod"].comments, held["others"].comments) == (len(commented), len(truth.calls))
    assert held["pod"].stock == round(sum(text == "Mooie post!" for _, text in commented) / len(commented), 4)
    assert held["pod"].emoji_only == held["pod"].question == held["pod"].stock  # the three come in turn
    texts = [text for _, text in commented if text != "👏👏"]
    assert held["pod"].same_words == round((len(texts) - len(set(texts))) / len(commented), 4)
    assert held["pod"].after_call_median == statistics.median(minutes for minutes, _ in commented)
    assert held["others"].evenings == 1.0
    assert held["others"].same_words == 0
    assert of(whole).hours["comments"].sum() == len(commented) + len(truth.calls)
    assert {row.text: (row.pod, row.others) for row in rows(of(whole).repeated)} == {
        text: (n, 0) for text, n in Counter(texts).items()
    }


def test_my_posts_and_the_groups_part(truth: Pod, whole: Audit) -> None:
    held = list(rows(of(whole).posts))
    found = sorted((row.call_line or 0, row.period, row.engagements, row.impressions) for row in held)
    assert found == sorted((line or 0, *rest) for line, *rest in truth.own)
    for row in held:
        if row.call_line is None:
            assert (row.asked, row.recorded, row.group_low, row.share_high) == (0, 0, None, None)
        else:
            assert (row.asked, row.recorded, row.group_low, row.group_high) == (4, 2, 2, 8)
            assert row.share_low == round(2 / row.engagements, 4)
            assert row.share_high == round(8 / row.engagements, 4)
    put = [engagements for line, _, engagements, _ in truth.own if line is not None]
    f = of(whole).figures
    assert (f["posts"], f["posts_put"], f["put_measured"]) == (len(truth.own), len(put), len(put))
    assert (f["put_engagements"], f["put_group_low"], f["put_group_high"]) == (sum(put), 2 * len(put), 8 * len(put))
    assert f["missing"] == []


def test_the_comparison_is_of_those_posts(truth: Pod, whole: Audit) -> None:
    got = {(row.by, row.group, row.measure): row for row in rows(of(whole).comparison)}
    for group, there in (("put", True), ("not_put", False)):
        engaged = [e for line, period, e, _ in truth.own if (line is not None) == there and period == "during"]
        assert got["put", group, "engagements"].cases == len(engaged)
        assert got["put", group, "engagements"].median == statistics.median(engaged)
    for period in ("before", "during", "after"):
        assert got["period", period, "impressions"].median == statistics.median(
            i for _, p, _, i in truth.own if p == period
        )
    assert got["period", "before", "engagements"].low is None  # one post is too few
    days = of(whole).days
    assert (
        got["period", "before", "day_impressions"].median
        == days.loc[days["period"] == "before", "impressions"].median()
    )


def test_what_to_clean_up_holds_all_that_was_given(truth: Pod, whole: Audit) -> None:
    found = Counter(of(whole).actions["kind"])
    deeds = [deed for _, deed, _ in truth.calls if deed.found == "corroborated"]
    assert found == {
        "react": sum(d.react is not None for d in deeds),
        "comment": sum(d.comment is not None for d in deeds),
    }
    figures = of(whole).figures
    assert (figures["pod_reactions"], figures["pod_comments"]) == (found["react"], found["comment"])


def test_connections_are_counted_by_their_dates(whole: Audit) -> None:
    f = of(whole).figures
    assert [f[f"connections_{p}"] for p in ("before", "during", "after", "unknown")] == [3, 4, 2, 0]
    assert "Iemand" not in json.dumps(tables.document(whole)["evidence"])


# ----------------------------------------------------------------------------------------------------------------- laws


def _document(made: Audit) -> dict[str, Any]:
    return json.loads(json.dumps(tables.document(made)["evidence"]))  # type: ignore[no-any-return]


def test_law_4_names_carry_nothing(truth: Pod, whole: Audit, tmp_path: Path) -> None:
    others = ("Zeynep Anders", "Yara Ooit", "Wietse Nergens", "Veerle Soms")
    renamed = laid(tmp_path, pod(owner="Quirine Elders", others=others))
    to = dict(zip((OWNER, *OTHERS), ("Quirine Elders", *others), strict=True))
    text = json.dumps(_document(whole))
    for old, new in to.items():
        text = text.replace(old, new)

    def bare(made: Any) -> Any:
        made["figures"].pop("archives")
        return made

    assert bare(_document(renamed)) == bare(json.loads(text))


@pytest.mark.parametrize("weeks", [1, 53])
def test_law_5_time_carries_nothing_absolute(truth: Pod, tmp_path: Path, weeks: int) -> None:
    figures = []
    for by in (0, weeks):
        made = of(laid(tmp_path, pod(weeks=by), tz="+01:00"))
        timeless = {
            f.name: getattr(made, f.name)
            for f in dataclasses.fields(made)
            if f.name not in ("figures", "months", "files")
        }
        gone = {"first_at", "utc", "time", "posted_at", "date", "post_id", "url", "sources"}
        found = {
            name: [{k: v for k, v in row._asdict().items() if k not in gone} for row in rows(t)]
            for name, t in timeless.items()
        }
        figures.append((found, {k: v for k, v in made.figures.items() if k not in ("archives", "until")}))
    assert figures[0] == figures[1]


def test_same_bytes_whatever_the_hash_seed(truth: Pod, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(truth.chat, encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(archive(truth.files))
    (tmp_path / "m.xlsx").write_bytes(workbook(truth.sheets))
    made = set()
    for seed in ("0", "4242"):
        command = [
            sys.executable,
            "-m",
            "podaudit",
            "audit",
            "chat.txt",
            "--json",
            "--linkedin",
            "a.zip",
            "--analytics",
            "m.xlsx",
        ]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        made.add(done.stdout)
    assert len(made) == 1


# ------------------------------------------------------------------------------------------------------------- identity


BASE = dt.datetime(2024, 1, 1)


def _place(kind: str, seconds: float, known: list[tuple[str, float]]) -> tuple[int, bool]:
    def ids(posts: list[tuple[str, float]]) -> identity.Ids:
        numbers = [str(post_id(BASE + dt.timedelta(seconds=at))) for _, at in posts]
        return identity.Ids.of(numbers, [name for name, _ in posts])

    place, inferred = identity.match(ids([(kind, seconds)]), ids(known))
    return int(place[0]), bool(inferred[0])


@pytest.mark.parametrize(
    ("kind", "seconds", "known", "expected"),
    [
        ("activity", 0, [("activity", 60)], (-1, False)),
        ("activity", 0, [("activity", 1)], (-1, False)),  # two ids of one kind are two posts
        ("share", 0, [("activity", 2.5)], (-1, False)),
        ("share", 0, [("activity", 1), ("activity", -1)], (-1, False)),  # as near as one another
        ("share", 0, [], (-1, False)),
        ("activity", 0, [("activity", 60), ("activity", 0)], (1, False)),
        ("share", 0, [("activity", 2)], (0, True)),
        ("ugcPost", 0, [("activity", -1.5), ("activity", 0.5)], (1, True)),
        ("share", 0, [("activity", 1), ("share", 0)], (1, False)),  # the same id goes before time
    ],
)
def test_two_ids_of_one_post(
    kind: str, seconds: float, known: list[tuple[str, float]], expected: tuple[int, bool]
) -> None:
    assert _place(kind, seconds, known) == expected


# ---------------------------------------------------------------------------------------------------------------- clock


def _calls(pairs: list[tuple[dt.datetime, dt.datetime]]) -> pd.DataFrame:
    return pd.DataFrame({
        "posted_at": pd.Series([p for p, _ in pairs], dtype="datetime64[us]"),
        "time": pd.Series([c for _, c in pairs], dtype="datetime64[us]"),
    })  # fmt: skip


def _in_zone(name: str, minutes: int = 4) -> list[tuple[dt.datetime, dt.datetime]]:
    made = []
    for n in range(40):
        utc = dt.datetime(2024, 1, 3, 9) + dt.timedelta(days=n * 9)
        local = utc.replace(tzinfo=dt.UTC).astimezone(zones.zone(name)).replace(tzinfo=None)
        made.append((utc, local + dt.timedelta(minutes=minutes + n)))
    return made


@pytest.mark.parametrize("name", ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Sydney"])
def test_the_zone_is_inferred_from_calls_that_follow_their_posts(name: str) -> None:
    found = zones.clock(_calls(_in_zone(name)), None)
    assert (found.name, found.grounds, found.calls, found.soonest) == (name, "inferred", 40, 4)


def test_times_are_those_of_the_zone_at_every_moment() -> None:
    """Also in the hours around the change of the clocks."""
    for name in ("Europe/Amsterdam", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Sydney"):
        zone = zones.zone(name)
        held = zones.Clock(zone, name, "given", 0, None)
        utc = [dt.datetime(2018, 10, 20) + dt.timedelta(minutes=47 * n) for n in range(16_000)]
        expected = [moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None) for moment in utc]
        assert held.local([*utc, None]).tolist() == [*expected, None]


def test_too_few_calls_tell_no_zone() -> None:
    found = zones.clock(_calls(_in_zone("Europe/Amsterdam")[:2]), None)
    assert (found.name, found.grounds, found.soonest) == (None, "unknown", None)
    assert np.isnat(found.local([BASE])).all()


def test_the_user_decides_the_zone() -> None:
    found = zones.clock(_calls(_in_zone("Europe/Amsterdam")), "+05:30")
    assert (found.name, found.grounds) == ("+05:30", "given")
    assert found.local([BASE])[0].item() == BASE + dt.timedelta(hours=5, minutes=30)


def test_one_link_edited_in_later_misleads_nobody() -> None:
    pairs = _in_zone("Europe/Amsterdam") * 3
    pairs[7] = (pairs[7][0], pairs[7][1] - dt.timedelta(minutes=40))
    assert zones.clock(_calls(pairs), None).name == "Europe/Amsterdam"


@pytest.mark.parametrize("name", ["Europe/Atlantis", "+25:00", "", "../etc/passwd", "\0", "CET-1x"])
def test_a_zone_that_there_is_not(name: str) -> None:
    with pytest.raises(zones.UnknownZone, match="Europe/Amsterdam"):
        zones.zone(name)


# ---------------------------------------------------------------------------------------------------------------- owner


def _members(*shown: tuple[str, list[str]]) -> pd.DataFrame:
    always = [{"from": None, "until": None}]
    return MEMBERS.frame([(name, also, 1, BASE, BASE, always, name == "Me") for name, also in shown])


@pytest.mark.parametrize(
    ("names", "shown", "says"),
    [
        (("Eefje Verzonnen",), [("Bram", []), ("Carlijn", [])], "no name of a member"),
        ((), [("Eefje", [])], "whose they are"),
        (("Eefje Verzonnen",), [("Eefje", []), ("Eefje V", [])], "no name|several"),
        (("Anna Verzonnen",), [("Anna", []), ("Anna 🌸", [])], "several"),
    ],
)
def test_who_cannot_be_told_is_asked(names: tuple[str, ...], shown: list[tuple[str, list[str]]], says: str) -> None:
    if shown == [("Eefje", []), ("Eefje V", [])]:
        assert owner.find(_members(*shown), None, names, BASE, BASE).name == "Eefje"
        return
    with pytest.raises(DecisionNeeded, match=says) as error:
        owner.find(_members(*shown), None, names, BASE, BASE)
    assert "--me" in str(error.value)
    assert not any(name in str(error.value) for name, _ in shown)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("Éefje Verzonnen",), "eefje verzonnen 🚀"), (("Eefje Verzonnen",), "Verzonnen, Eefje"),
        (("Eefje van der Verzonnen",), "Eefje"), (("", "eefje verzonnen"), "Eefje Verzonnen"),
    ],
)  # fmt: skip
def test_the_archives_own_name_finds_the_member(names: tuple[str, ...], shown: str) -> None:
    assert owner.find(_members(("Bram", []), (shown, [])), None, names, BASE, BASE).name == shown
    assert owner.find(_members(("Bram", []), ("Zij", [shown])), None, names, BASE, BASE).name == "Zij"


def test_me_goes_before_the_archives_name_and_says_so() -> None:
    found = owner.find(_members(("Me", []), ("Eefje Verzonnen", [])), "Me", ("Eefje Verzonnen",), BASE, BASE)
    assert (found.name, found.other_name) == ("Me", True)


def test_periods_against_the_time_in_the_group() -> None:
    day = dt.timedelta(days=1)
    first, last = BASE, BASE + 100 * day
    stays = ((BASE + 10 * day, BASE + 20 * day), (BASE + 30 * day, None))
    held = owner.Owner("Me", stays, first, last)
    found = [held.period(BASE + n * day).value for n in (-5, 5, 15, 25, 40, 101)] + [held.period(None).value]
    assert found == ["before", "before", "during", "unknown", "during", "unknown", "unknown"]
    instant = dt.timedelta(microseconds=1)
    moments = [BASE + n * day + step for n in range(-3, 104) for step in (-instant, dt.timedelta(0), instant)]
    for one in (held, owner.Owner("Me", ((None, None),), first, last), owner.Owner("Me", (), None, None)):
        assert one.periods([*moments, None]) == [*(one.period(moment).value for moment in moments), "unknown"]
    always = owner.Owner("Me", ((None, None),), first, last)
    assert always.period(BASE - day) is Period.UNKNOWN
    assert held.month(dt.datetime(2024, 1, 1)) is Period.DURING
    assert held.month(dt.datetime(2023, 12, 1)) is Period.BEFORE


# ---------------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("language", "line", "stock"),
    [
        (language, line, key == "yes")
        for language, held in words.book().items()
        for key in ("no", "yes")
        for line in held[key]
    ],
)
def test_the_stock_phrases_hold_to_their_lines(language: str, line: str, stock: bool) -> None:
    assert words.is_stock(fold(line), frozenset()) is stock


def test_phrases_are_folded_and_stand_once() -> None:
    for held in words.book().values():
        for key in ("phrases", "fillers"):
            assert [w for w in held[key] if fold(w) != w or not re.fullmatch(r"[a-z0-9 ]+", w)] == []
            assert len(set(held[key])) == len(held[key])


def test_what_a_comment_is_made_of() -> None:
    texts = ["👏👏", "Mooie post, Bram!", "Eens?", "it's a well-known fact", "", "MOOIE POST bram", "Ünïcode wörter"]
    w = words.measure(pa.array(texts), ["Bram Nietecht"])
    assert w.words.tolist() == [0, 3, 1, 4, 0, 3, 2]
    assert w.question.tolist() == [False, False, True, False, False, False, False]
    assert w.emoji_only.tolist() == [True, False, False, False, False, False, False]
    assert w.stock.tolist() == [False, True, True, False, False, True, False]
    assert w.same[1] == w.same[5]
    assert len(set(w.same.tolist())) == 5
    assert (w.same[[0, 4]] == -1).all()
    hearts = words.measure(
        pa.array(["\u2764\ufe0f", "\u2764\ufe0f\u2764\ufe0f wat mooi", "na\u0308ive", "l'e\u0301te\u0301"]), []
    )
    assert hearts.words.tolist() == [0, 2, 1, 1]  # the mark that colours an emoji is no word
    assert hearts.emoji_only.tolist() == [True, False, False, False]


# --------------------------------------------------------------------------------------------------------------- median


def test_the_interval_of_a_median_holds_it_often_enough() -> None:
    """Of all ways that n values can fall above or below the true median, at least 95 % leave it in the interval."""
    for n in range(1, 15):
        count, _, low, high = posts.median(list(range(1, n + 1)))
        assert count == n
        inside = 0
        for size in range(n + 1):  # how many values are below the true median
            ways = sum(1 for _ in combinations(range(n), size))
            if low is not None and high is not None and low <= size and size <= high - 1:
                inside += ways
        if low is not None:
            assert inside / 2**n >= 0.95
        else:
            assert n < 6
    assert posts.median([]) == (0, None, None, None)
    assert posts.median(list(range(2001)))[1:] == (1000.0, 955.0, 1045.0)


# ------------------------------------------------------------------------------------------------- document, table, page


def test_the_document_is_valid_and_knows_every_column(whole: Audit, root: Path) -> None:
    schema = json.loads((root / "podaudit/audit.schema.json").read_text(encoding="utf-8"))
    made = json.loads(tables.dumps(tables.document(whole)))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(made)] == []
    assert list(made["evidence"]) == schema["properties"]["evidence"]["required"]
    assert list(made["evidence"]["figures"]) == schema["properties"]["evidence"]["properties"]["figures"]["required"]
    for held in TABLES:
        assert {c.name: c.about for c in held.columns} == {
            name: about["description"] for name, about in schema["$defs"][held.name]["properties"].items()
        }
    assert "evidence" not in schema["required"]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_the_tables_are_written(whole: Audit, tmp_path: Path, format: tables.Format) -> None:
    written = tables.write_tables(whole, tmp_path, format, Options(), "0")
    names = {path.name for path in written}
    assert {f"{schema.name}.{format}" for schema in TABLES} <= names
    notes = (tmp_path / "TABLES.txt").read_text(encoding="utf-8")
    assert all(f"  {column.name}: {column.about}" in notes for schema in TABLES for column in schema.columns)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["figures"]["evidence"]["owner"] == OWNER
    assert manifest["counts"]["evidence_obligations"] == len(of(whole).obligations)


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags[tag] += 1
        self.hrefs += [held["href"] or ""] if "href" in held else []
        self.ids += [held["id"] or ""] if "id" in held else []


def _parsed(page: str) -> _Anchors:
    parser = _Anchors()
    parser.feed(page)
    return parser


@pytest.mark.parametrize(
    ("lang", "tiers", "close"),
    [("en", ("said in chat", "in my archive", "inferred"), "before you close your account"),
     ("nl", ("gezegd in de chat", "in mijn archief", "afgeleid"), "vóórdat je je account opheft")],
)  # fmt: skip
def test_the_page_says_where_each_figure_comes_from(
    whole: Audit, lang: str, tiers: tuple[str, ...], close: str
) -> None:
    page = render(whole, lang=lang, me=OWNER, version="0")
    own, _, rest = page.partition('id="archive"')
    for tier in tiers:
        assert f">{tier}</span>" in rest
        assert f">{tier}</span>" in own  # the reader's own part has them too
    assert close in page
    found = _parsed(page)
    assert all(href.startswith("#") for href in found.hrefs)
    assert {href[1:] for href in found.hrefs} <= set(found.ids)
    assert "urn%3Ali%3Aactivity" in rest  # as text, to copy
    assert len(found.ids) == len(set(found.ids))
    assert "<q><bdi>Mooie post!</bdi></q>" in rest  # in the list to clean up, to find the comment by
    f = of(whole).figures
    for key in (
        "obligations",
        "claimed",
        "claimed_corroborated",
        "claimed_not_found",
        "pod_comments",
        "put_engagements",
    ):
        assert f'data-figure="archive-{key}">{f[key]}<' in page


def test_the_page_shows_hours_and_the_calls_under_which_a_rule_was_broken(truth: Pod, whole: Audit) -> None:
    page = render(whole, lang="en", me=OWNER, version="0")
    hours = page.partition('id="t-own-hours"')[2].partition("</table>")[0]
    assert hours.count("<tr>") - 1 == len(of(whole).hours)  # no hour holds comments of two places
    assert page.count('class="pic own-heat"') == 1
    rules = page.partition('id="t-archive-rules"')[2].partition("</table>")[0]
    late = [line for line, deed, _ in truth.calls if deed.comment and deed.comment[0] > 120]
    shown = rules.rpartition("<tr")[2]
    assert "within a set time" in shown
    assert [int(line) for line in re.findall(r">(\d+)</a>", shown)] == late


def test_what_was_done_in_a_month_stands_beside_before_and_after(truth: Pod, whole: Audit) -> None:
    """The owner was in the group from January to February; of December there are connections and a post."""
    page = render(whole, lang="en", me=OWNER, version="0")
    shown = re.sub(r"<[^>]+>", " ", page.partition("What you did in a month, on average")[2].partition("</table>")[0])
    commented = truth.files["Comments_17529409.csv"].count("https://")
    reacted = of(whole).figures["reactions"]
    pod = sum(of(whole).figures[f"pod_{kind}"] for kind in ("reactions", "comments"))
    rows_shown = [
        " ".join(row.split()) for row in shown.split("before you were in the group")[1].split("while you were in it")
    ]
    assert rows_shown[0] == "1 0 0 0 1 3"
    assert rows_shown[1] == f"2 {reacted / 2:g} {commented / 2:g} {pod / 2:g} 6.5 3"


def test_hostile_archives_add_no_markup(truth: Pod, whole: Audit, tmp_path: Path) -> None:
    bad = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e\"'&"
    made = pod()
    made.files["Comments_17529409.csv"] = made.files["Comments_17529409.csv"].replace(
        "Mooie post!", bad.replace('"', "“")
    )
    made.files["<b>x</b>.csv"] = "x"
    page = render(laid(tmp_path, made), lang="en", me=OWNER, version="0")
    tags, plain = _parsed(page).tags, _parsed(render(whole, lang="en", me=OWNER, version="0")).tags
    assert tags["img"] == plain["img"] == 0
    assert tags["script"] == plain["script"]
    assert tags["b"] == plain["b"]
    assert "<img src=x" not in page


def test_nothing_found_is_never_worded_as_not_done(whole: Audit) -> None:
    text = json.dumps(_document(whole)) + "".join(column.about for schema in TABLES for column in schema.columns)
    assert not re.search(r"(?i)did not|didn't|failed|neglect|(?<!not ')(?<!not “)not done(?!')", text)


# ------------------------------------------------------------------------------------------------------------ commands


@pytest.fixture
def given(truth: Pod, tmp_path: Path) -> Path:
    (tmp_path / "chat.txt").write_text(truth.chat, encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(archive(truth.files))
    (tmp_path / "m.xlsx").write_bytes(workbook(truth.sheets))
    nameless = {name: text for name, text in truth.files.items() if name not in ("Profile.csv", "Email Addresses.csv")}
    (tmp_path / "nameless.zip").write_bytes(archive(nameless))
    (tmp_path / "basic.zip").write_bytes(archive({"Connections.csv": truth.files["Connections.csv"]}))
    stranger = {**nameless, "Profile.csv": "First Name,Last Name\nWillemijn,Anders\n"}
    (tmp_path / "stranger.zip").write_bytes(archive(stranger))
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--linkedin", "a.zip"), 0, "found 16, not found 4, unknown 4"),
        (("--linkedin", "a.zip", "--linkedin", "a.zip"), 0, "found 16, not found 4, unknown 4"),
        (("--linkedin", "nameless.zip", "--me", "Eefje"), 0, "found 16, not found 4, unknown 4"),
        (("--linkedin", "a.zip", "--me", "Bram"), 0, "another member"),
        (("--analytics", "m.xlsx", "--me", "Eefje"), 0, "LinkedIn"),
        (("--linkedin", "nameless.zip"), 3, "--me NAME"),
        (("--analytics", "m.xlsx"), 3, "--me NAME"),
        (("--linkedin", "chat.txt"), 1, "no zip"),
        (("--linkedin", "nowhere.zip"), 1, "does not exist"),
        (("--analytics", "chat.txt"), 1, "Excel"),
        (("--analytics", "a.zip"), 1, "give it with --linkedin"),
        (("--analytics", "old.xls"), 1, "old kind (.xls)"),
        (("--linkedin", ""), 2, "empty name"),
        (("--linkedin", "basic.zip", "--me", "Eefje"), 0, "no file of comments could be read"),
        (("--linkedin", "stranger.zip"), 3, "no name of a member; say with --me NAME"),
        (("--linkedin", "a.zip", "--me", "Nobody"), 3, "--me"),
        (("--linkedin", "a.zip", "--tz", "Foo"), 2, "there is no time zone of that name"),
        (("--linkedin", "a.zip", "--tz", "Europe/Nowhere"), 2, "Europe/Amsterdam"),
        (("--tz", "Europe/Amsterdam"), 2, "--linkedin"),
    ],
)
def test_the_command_and_its_exit_status(
    call: Call, given: Path, arguments: tuple[str, ...], status: int, says: str
) -> None:
    code, out, said = call("audit", "chat.txt", *arguments)
    assert code == status
    assert says in out.decode() + said
    assert "internal error" not in said


def test_an_archive_is_never_overwritten(call: Call, given: Path) -> None:
    before = (given / "a.zip").read_bytes()
    code, _, said = call("report", "chat.txt", "--linkedin", "a.zip", "-o", "a.zip", "--no-open")
    assert code == 1
    assert "a.zip" in said
    assert (given / "a.zip").read_bytes() == before


def test_report_and_tables_take_it_too(run: Run, given: Path) -> None:
    done = run(
        "report",
        "chat.txt",
        "--linkedin",
        "a.zip",
        "--analytics",
        "m.xlsx",
        "--no-open",
        "-o",
        "r.html",
        "--lang",
        "en",
    )
    assert done.returncode == 0, done.stderr
    assert b"in my archive" in (given / "r.html").read_bytes()
    done = run("tables", "chat.txt", "--linkedin", "a.zip", "-o", "t", "-q")
    assert done.returncode == 0, done.stderr
    assert (given / "t/evidence_obligations.csv").read_text(encoding="utf-8").count("corroborated") >= 20


def test_every_deed_is_made() -> None:
    assert {deed.found for deed in DEEDS} == {"corroborated", "not_found", "unknown"}
    assert len(pod().calls) == 4 * len(DEEDS)


def test_the_small_audit_without_calls(tmp_path: Path) -> None:
    made = of(beside(tmp_path, "09:00 Ann: hoi\n09:01 Eefje: hallo", both([("2024-03-04 10:00:00", post(1), "Mooi")])))
    assert (len(made.obligations), len(made.actions), made.figures["tz"]) == (0, 0, "+00:00")
    assert made.comments["where"].tolist() == ["others"]
    assert audit_of("09:00 Ann: hoi").evidence is None
