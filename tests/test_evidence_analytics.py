"""LinkedIn's analytics: what is none is refused first, then every form that its exports have had."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_evidence import archive, workbook

from podaudit.evidence import analytics, gather
from podaudit.lexicon.fold import fold
from podaudit.model import Unreadable

A, B = (f"https://www.linkedin.com/feed/update/urn:li:activity:720100000000000000{n}/" for n in (1, 2))
LIMIT = 1 << 26
Sheets = dict[str, list[list[Any]]]


def load(folder: Path, sheets: Sheets) -> analytics.Metrics:
    path = folder / "analytics.xlsx"
    path.write_bytes(workbook(sheets))
    return analytics.load(path)


def top(first: str, day: str, engaged: str, shown: str, title: str = "TOP POSTS") -> Sheets:
    return {title: [
        ["Maximum of 50 posts available to include in this list"], [], [first, day, engaged, None, first, day, shown],
        [A, "1/31/2024", "1,234", None, B, "2/1/2024", 900], [B, "2/1/2024", 7, None, A, "1/31/2024", "12 345"],
    ]}  # fmt: skip


# --------------------------------------------------------------------------------------------------------- what is none


def _parts(edit: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook with its parts changed."""
    with zipfile.ZipFile(
        io.BytesIO(workbook(top("Post URL", "Post publish date", "Engagements", "Impressions")))
    ) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    edit(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return made.getvalue()


def _entity(parts: dict[str, bytes]) -> None:
    name = "xl/workbook.xml"
    parts[name] = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + parts[name].partition(b"?>")[2]


def _bomb(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = b" " * (80 << 20)


def _cut(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:200]


def _gone(parts: dict[str, bytes]) -> None:
    del parts["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no Excel workbook"), (b"Post URL,Impressions\n", "no Excel workbook"), (b"PK\x03\x04" + b"\0" * 40, "a broken workbook"),
        (archive({"Comments.csv": "x"}), "it with --linkedin"), (_parts(_entity), "declares in its parts"), (_parts(_bomb), "MB"),
        (_parts(_cut), "cannot be read as a workbook"), (_parts(_gone), "cannot be read as a workbook|no analytics"),
        (workbook({"Sheet": [["Budget", 2024], ["Koffie", 12]]}), "no analytics"), (workbook({"Leeg": []}), "no analytics"),
    ],
    ids=["empty", "csv", "cut zip", "archive", "entities", "bomb", "cut sheet", "no sheet", "other", "blank"],
)  # fmt: skip
def test_what_is_no_analytics_is_refused_in_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=says) as error:
        analytics.load(path)
    assert "a.xlsx" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "is a folder"), (tmp_path / "gone.xlsx", "does not exist")):
        with pytest.raises(Unreadable, match=says):
            analytics.load(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=30))
def test_no_damage_brings_it_down(tmp_path: Path, at: int, noise: bytes) -> None:
    data = bytearray(workbook(top("Post URL", "Date", "Engagements", "Impressions")))
    at %= len(data)
    data[at : at + len(noise)] = noise
    (tmp_path / "a.xlsx").write_bytes(bytes(data))
    try:
        made = analytics.load(tmp_path / "a.xlsx")
    except Unreadable as error:
        assert "a.xlsx" in str(error)
    else:
        assert made.posts or made.days


# ---------------------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    "labels",
    [("Post URL", "Post publish date", "Engagements", "Impressions"), ("Post URL", "Post Publish Date", "Engagements", "Impressions"),
     ("URL da publicação", "Data de publicação", "Engajamentos", "Impressões"),
     ("Beitrags-URL", "Veröffentlichungsdatum", "Interaktionen", "Impressionen"),
     ("URL van bijdrage", "Publicatiedatum", "Interacties", "Weergaven"),
     ("Ссылка", "Дата", "Реакции", "Показы")],
)  # fmt: skip
def test_top_posts_in_every_language(tmp_path: Path, labels: tuple[str, str, str, str]) -> None:
    made = load(tmp_path, top(*labels))
    assert made.posts == {A: {"engagements": 1234, "impressions": 12345}, B: {"engagements": 7, "impressions": 900}}
    assert bool(made.notes) == (labels[0] == "Ссылка")
    assert made.places[A] == ["TOP POSTS:4", "TOP POSTS:5"]


def test_a_count_where_the_gap_should_be_is_no_figure(tmp_path: Path) -> None:
    """Newer exports have a number in the empty column between the two tables."""
    url = "https://www.linkedin.com/posts/iemand_verzonnen-share-7201000000000000003-aBcD"
    made = load(tmp_path, {"TOP POSTS": [["Maximum of 50 posts available to include in this list"], [], [
        "Post URL", "Post Publish Date", "Engagements", "481", "Post URL", "Post Publish Date", "Impressions",
    ], [url, "10/9/2026", "2", "481", url, "10/9/2026", "10"]]})  # fmt: skip
    assert made.posts == {url: {"engagements": 2, "impressions": 10}}


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (["10/30/2026", "10/31/2026", "11/1/2026"], dt.date(2026, 10, 30)),
        (["30/10/2026", "31/10/2026", "01/11/2026"], dt.date(2026, 10, 30)),
        (["30.10.2026", "31.10.2026", "1.11.2026"], dt.date(2026, 10, 30)),
        (["2026-10-30", "2026-10-31", "2026-11-01"], dt.date(2026, 10, 30)),
        (["4/5/2026", "5/5/2026", "6/5/2026"], dt.date(2026, 5, 4)),  # days that follow one another, not months
        (["4/5/2026", "4/6/2026", "4/7/2026"], dt.date(2026, 4, 5)),
        ([46325, 46326, 46327], dt.date(2026, 10, 30)),
        ([dt.datetime(2026, 10, 30), dt.datetime(2026, 10, 31), dt.datetime(2026, 11, 1)], dt.date(2026, 10, 30)),
    ],
)
def test_days_in_every_form(tmp_path: Path, days: list[Any], first: dt.date) -> None:
    made = load(tmp_path, {"ENGAGEMENT": [["Date", "Impressions", "Engagements"], *([d, "1,000", -28] for d in days)]})
    assert sorted(made.days) == [first + dt.timedelta(days=n) for n in range(3)]
    assert made.days[first] == {"impressions": 1000, "engagements": -28}


def test_days_and_followers_of_one_export(tmp_path: Path) -> None:
    made = load(tmp_path, {
        "DISCOVERY": [["Overall Performance", "10/30/2026 - 10/31/2026"], ["Impressions", "9"], ["Members reached", 4]],
        "ENGAGEMENT": [["Date", "Impressions", "Engagements"], ["10/30/2026", 4, 0], ["10/31/2026", 5, 2]],
        "FOLLOWERS": [["Total followers on 10/31/2026:", "1200"], [], ["Date", "New followers"], ["10/30/2026", 3]],
        "DEMOGRAPHICS": [["Top Demographics", "Value", "Percentage"], ["Job titles", "Coach", "< 1%"], ["Job titles", "CEO", 0.02]],
    })  # fmt: skip
    assert made.days == {
        dt.date(2026, 10, 30): {"impressions": 4, "engagements": 0, "followers": 3},
        dt.date(2026, 10, 31): {"impressions": 5, "engagements": 2},
    }
    assert (made.posts, made.notes, made.unread) == ({}, [], 0)


def test_days_under_unknown_labels_are_told_by_where_they_stand(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        {"X": [["日付", "インプレッション", "エンゲージメント"], ["2026/10/30", 40, 3], ["2026/10/31", 50, 4]]},
    )
    assert made.days[dt.date(2026, 10, 31)] == {"impressions": 50, "engagements": 4}
    assert "where they stand" in made.notes[0]


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        (("Post URL", "Post Date", "Impressions", "Members reached", "Social engagements", "Reactions", "Comments", "Reposts", "Saves"),
         {"impressions": 1500, "engagements": 36, "reactions": 20, "comments": 12, "reposts": 4}),
        (("URL da publicação", "Data de publicação", "Impressões", "Usuários alcançados", "Engajamentos", "Reações", "Comentários",
          "Republicações", "Itens salvos"),
         {"impressions": 1500, "engagements": 36, "reactions": 20, "comments": 12, "reposts": 4}),
        (("Post URL", "Post Date", "Impressions", "x", "y", "Reactions", "Comments", "Reposts", "z"),
         {"impressions": 1500, "reactions": 20, "comments": 12, "reposts": 4}),
    ],
)  # fmt: skip
def test_a_single_post(tmp_path: Path, labels: tuple[str, ...], values: dict[str, int]) -> None:
    cells = (A, "Oct 9, 2026", "1,500", 700, 36, "20", 12, 4, 1)
    made = load(tmp_path, {"PERFORMANCE": [[label, cell] for label, cell in zip(labels, cells, strict=True)]})
    assert made.posts == {A: values}


def test_formulas_count_as_the_values_saved_with_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Post URL", "Date", "Engagements"],
        [A, "1/1/2024", "=1+1"],
        [B, '=HYPERLINK("https://example.org")', 3],
    ):
        sheet.append(row)
    book.save(tmp_path / "f.xlsx")
    made = analytics.load(tmp_path / "f.xlsx")
    assert made.posts == {A: {}, B: {"engagements": 3}}  # nobody has ever calculated the first
    assert made.unread == 1


def test_of_two_exports_the_larger_figure_counts(tmp_path: Path) -> None:
    for name, n in (("a.xlsx", 5), ("b.xlsx", 9), ("c.xlsx", 7)):
        (tmp_path / name).write_bytes(workbook({"T": [["Post URL", "Date", "Engagements"], [A, "1/1/2024", n]]}))
    got = gather([], [tmp_path / name for name in ("a.xlsx", "b.xlsx", "c.xlsx")], None, LIMIT)
    assert got.metrics["engagements"].tolist() == [9]
    assert got.metrics["sources"].tolist() == [["a.xlsx/T:2", "b.xlsx/T:2", "c.xlsx/T:2"]]
    assert got.files["what"].tolist() == ["analytics"] * 3


@pytest.mark.parametrize(
    ("cell", "value"),
    [(None, None), (True, None), ("", None), ("< 1%", None), ("12.5", None), (float("nan"), None), (float("inf"), None),
     (2.5, None), ("=1+1", None), ("9" * 5000, None), (7, 7), (7.0, 7), ("7", 7), ("1,234", 1234), ("1.234.567", 1234567), ("1 234", 1234),
     ("-28", -28)],
)  # fmt: skip
def test_counts(cell: Any, value: int | None) -> None:
    assert analytics.number(cell) == value


def test_labels_are_folded_and_stand_once() -> None:
    labels = analytics._labels()
    assert all(fold(label) == label for label in labels)
    assert set(labels.values()) == {"url", "date", "followers", *analytics.COUNTS}
