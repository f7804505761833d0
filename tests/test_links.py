"""Links: what is none stays none, every form is read right, and nothing crashes on what was made to."""

from __future__ import annotations

import datetime as dt
import time
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podaudit import links
from podaudit.model import LINKS

FIXTURES = Path(__file__).parent.parent / "fixtures" / "links"
FORMS = tomllib.loads((FIXTURES / "forms.toml").read_text(encoding="utf-8"))["link"]
TEXTS = tomllib.loads((FIXTURES / "texts.toml").read_text(encoding="utf-8"))
LATEST = dt.datetime(2026, 5, 2)


def found(text: str) -> list[str]:
    return [text[a:b] for a, b in links.scan(text)]


@pytest.mark.parametrize("case", TEXTS["silent"], ids=lambda c: c["text"])
def test_no_link(case: dict[str, Any]) -> None:
    assert found(case["text"]) == []


@pytest.mark.parametrize("case", TEXTS["text"], ids=lambda c: c["text"])
def test_links_in_a_text(case: dict[str, Any]) -> None:
    assert found(case["text"]) == case["links"]


@pytest.mark.parametrize("case", FORMS, ids=lambda c: c["given"])
def test_form(case: dict[str, Any]) -> None:
    link = links.parse(case["given"], LATEST)
    assert link is not None
    assert link.platform == case.get("platform", "linkedin")
    assert link.kind == case["kind"]
    assert link.post_id == case.get("post_id")
    assert link.is_post == case.get("is_post", False)
    assert link.vanity == case.get("vanity")
    assert link.url == case.get("url", case["given"])
    if "key" in case:
        assert link.key == case["key"]
    posted = link.posted_at and link.posted_at.replace(microsecond=link.posted_at.microsecond // 1000 * 1000)
    assert posted == (dt.datetime.fromisoformat(case["posted_at"]) if "posted_at" in case else None)


def test_every_form_is_found_whole_in_a_text() -> None:
    """What parse reads, scan finds, except links that hold marks no link holds."""
    for case in FORMS:
        if case["given"].isascii() and "[" not in case["given"] and "linkedin.com.attacker" not in case["given"]:
            assert found(f"zie {case['given']} graag") == [case["given"]]


@pytest.mark.parametrize("digits", [1, 5, 25, 5000])
def test_ids_of_absurd_length(digits: int) -> None:
    number = "7" * digits  # beyond 4300, int() itself would raise
    for url in (
        f"https://www.linkedin.com/feed/update/urn:li:activity:{number}",
        f"https://www.linkedin.com/posts/a_x-activity-{number}-ABcd",
        f"https://www.instagram.com/p/{number}/",
    ):
        link = links.parse(url, None)
        assert link is not None and (link.is_post or digits > 4000)
        assert link.platform == "instagram" or link.posted_at is None


def test_a_time_needs_to_lie_before_the_end_of_the_export() -> None:
    url = "https://www.linkedin.com/feed/update/urn:li:activity:7063792621977612345"  # 2023-05-15 08:30 UTC
    for latest, dated in (
        (None, True),
        (dt.datetime(2023, 5, 14, 8, 31), True),
        (dt.datetime(2023, 5, 14, 8, 29), False),
    ):
        link = links.parse(url, latest)
        assert link is not None and (link.posted_at is not None) is dated


def test_not_even_a_host() -> None:
    assert links.parse("", None) is None
    assert links.parse("https://", None) is None


def test_wrappers_end() -> None:
    url = "https://www.linkedin.com/safety/go?url="
    assert links.parse(url * 50 + "x", None) is not None


@pytest.mark.parametrize(
    "make", [list, lambda v: pd.Series(v, dtype="str"), lambda v: pa.chunked_array([v[:1], v[1:]])]
)
def test_table(make: Any) -> None:
    texts = ["niets", "https://lnkd.in/aaa en linkedin.com/in/bob", "", "https://www.instagram.com/p/DW1nTDiDvnF/"]
    table = links.find([3, 5, 6, 9], make(texts), LATEST)
    assert list(table.columns) == LINKS.names
    assert table.line.tolist() == [5, 5, 9]
    assert [texts[[3, 5, 6, 9].index(r.line)][r.start : r.stop] for r in table.itertuples()] == [
        "https://lnkd.in/aaa", "linkedin.com/in/bob", "https://www.instagram.com/p/DW1nTDiDvnF/",
    ]  # fmt: skip
    assert table.is_post.tolist() == [True, False, True]
    assert table.posted_at.isna().tolist() == [True, True, False]


def test_empty_table() -> None:
    table = links.find([], pa.array([], type=pa.string()), None)
    assert len(table) == 0 and list(table.columns) == LINKS.names
    assert str(table.dtypes["posted_at"]) == "datetime64[us]" and str(table.dtypes["is_post"]) == "bool"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from([c["given"] for c in FORMS]), st.text()
)
def test_nothing_crashes(before: str, url: str, after: str) -> None:
    text = before + url + after
    last = 0
    for start, stop in links.scan(text):
        assert last <= start < stop <= len(text)
        last = stop
        links.parse(text[start:stop], LATEST)


PIECES = ["a.", "https://", "www.", "linkedin.com/", "activity-7163147469877407744-", "https://lnkd.in/a,", "%25", "("]


@pytest.mark.parametrize("piece", [*PIECES, "?url=https://"])
def test_time_grows_with_length_only(piece: str) -> None:
    def cost(n: int) -> float:
        text = "https://www.linkedin.com/" + piece * n
        start = time.process_time()
        for a, b in links.scan(text):
            links.parse(text[a:b], LATEST)
        return time.process_time() - start

    small, large = min(cost(2000) for _ in range(3)), min(cost(8000) for _ in range(3))
    assert large < 8 * small + 0.05
