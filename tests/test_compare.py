"""The report over groups: what it counts, its intervals, and a page that is whole, still and closed."""

from __future__ import annotations

import html.parser
import json
import math
import random
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Call

from podaudit.corpus import figures
from podaudit.corpus.intervals import Interval, of_median, of_pooled
from podaudit.corpus.outcome import Failed
from podaudit.corpus.parquet import from_parquet, to_parquet
from podaudit.corpus.schemas import FAILURES, GROUPS
from podaudit.corpus.summary import summary
from podaudit.report import LANGUAGES
from podaudit.report.groups import render
from podaudit.report.groups.words import FAILED, FIGURES, SECTIONS
from tests.making import audit_of

MANIFEST = {
    "generator": "podaudit 1", "counts": {"exports": 12, "groups": 10, "failures": 2, "copies": 0},
    "options": {"names": "pseudonyms", "text": "none", "coarse": None, "suppress": False, "consent": None, "minutes": 3.0},
}  # fmt: skip


def group(n: int, **values: Any) -> dict[str, Any]:
    """A row of GROUPS of an empty chat, with some of its values replaced."""
    row = summary(f"{n:064}", audit_of("09:00 Anna: hallo\n09:01 Bob: hoi"), None)
    return from_parquet(to_parquet(GROUPS.frame([row | values]), GROUPS))[0]  # type: ignore[return-value]


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Any]]:
    """Nine groups that call, and one that does not."""
    empty = group(0)
    return [empty] + [
        empty | {
            "group": f"{n:064}", "calls": n, "members": 4 + n, "obligations": 10, "done": n, "compliance": n / 10,
            "calls_per_week": n / 2, "rule_types": {"deadline": 1} | ({"penalty": 2} if n > 5 else {}),
            "labels": {"threat": n} if n % 2 else {}, "per_100": {"threat": 1.5 * n} if n % 2 else {},
            "dissenters": 1, "dissenters_removed": int(n > 6), "dissenters_left": 0, "latency_median": None if n < 3 else 12.5 * n,
            "reciprocity": 0.5, "pressing_per_100": float(n), "episodes": {"silenced": 1} if n > 6 else {},
        }
        for n in range(1, 10)
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ intervals


@pytest.mark.parametrize(("n", "k"), [(6, 1), (8, 1), (9, 2), (10, 2), (15, 4), (20, 6), (25, 8), (100, 40)])
def test_the_interval_of_a_median_is_that_of_the_tables_of_the_sign_test(n: int, k: int) -> None:
    values = list(range(1, n + 1))
    random.Random(n).shuffle(values)
    assert of_median(values) == Interval(k, n + 1 - k)
    covered = 1 - 2 * sum(math.comb(n, i) for i in range(k)) / 2**n
    narrower = 1 - 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    assert covered >= 0.95 > narrower


def test_too_few_values_have_no_interval() -> None:
    assert of_median([1, 2, 3, 4, 5]) is None
    assert of_pooled([1] * 5, [2] * 5) is None
    assert of_pooled([1] * 9, [2] * 5 + [0] * 4) is None


def test_the_bootstrap_is_the_same_each_time_and_in_every_order() -> None:
    parts, wholes = [1, 4, 2, 8, 3, 9, 5], [10, 10, 12, 11, 20, 10, 9]
    found = of_pooled(parts, wholes)
    assert found is not None
    assert found == of_pooled(parts[::-1], wholes[::-1])
    assert found.low < sum(parts) / sum(wholes) < found.high
    same = of_pooled([2] * 7, [4] * 7)
    assert same == Interval(0.5, 0.5)


def test_the_bootstrap_has_the_spread_that_theory_gives() -> None:
    rng = random.Random(5)
    parts = [rng.randrange(20, 81) for _ in range(400)]
    found = of_pooled(parts, [100] * 400)
    assert found is not None
    mean = sum(parts) / 400
    half = 1.96 * math.sqrt(sum((p - mean) ** 2 for p in parts) / 400) / math.sqrt(400)
    assert (found.high - found.low) * 100 == pytest.approx(2 * half, rel=0.05)


# -------------------------------------------------------------------------------------------------------------- figures


def test_groups_without_calls_are_not_compared(groups: list[dict[str, Any]]) -> None:
    assert len(figures.pods(groups)) == 9
    assert figures.pods([groups[0]]) == []
    assert figures.pods([groups[0] | {"calls": None}]) != []  # held back: from 1 to 4


def test_what_a_group_cannot_show_leaves_it_out_of_the_figure(groups: list[dict[str, Any]]) -> None:
    found = figures.distribution(figures.pods(groups), "latency_median")
    assert (len(found.values), found.unmeasured, found.median) == (7, 2, 75.0)
    assert found.interval == Interval(37.5, 112.5)
    assert found.quartiles == (56.25, 93.75)
    none = figures.distribution([], "members")
    assert (none.median, none.interval, none.quartiles) == (None, None, None)


def test_shares_of_groups_have_wilsons_interval(groups: list[dict[str, Any]]) -> None:
    pods = figures.pods(groups)
    penalty = figures.share(pods, "rule_types", "penalty")
    assert (penalty.hits, penalty.cases) == (4, 9)
    assert penalty.interval is not None
    assert (round(penalty.interval.low, 3), round(penalty.interval.high, 3)) == (0.189, 0.733)
    every, none = figures.share(pods, "rule_types", "deadline"), figures.share(pods, "rule_types", "payment")
    assert every.interval is not None and none.interval is not None
    assert (every.interval.high, none.interval.low) == (1.0, 0.0)
    held_back = figures.share([{"rule_types": {"penalty": None}}], "rule_types", "penalty")
    assert held_back.hits == 1


def test_rates_over_all_groups_leave_out_what_is_held_back(groups: list[dict[str, Any]]) -> None:
    pods = figures.pods(groups)
    found = figures.pooled([*pods, pods[0] | {"done": None}], "done", "obligations")
    assert (found.part, found.whole, found.groups, found.rate) == (45, 90, 9, 0.5)


# ----------------------------------------------------------------------------------------------------------------- page


class Outline(html.parser.HTMLParser):
    """The tags of a page, which must be balanced, its ids, links and what labels what."""

    VOID = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.refers: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        held = {name: value or "" for name, value in attrs}
        if "id" in held:
            self.ids[held["id"]] += 1
        self.refers |= set(held.get("aria-labelledby", "").split())
        if held.get("href", "").startswith("#"):
            self.refers.add(held["href"][1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_and_closed(groups: list[dict[str, Any]], lang: str) -> None:
    failures: list[Mapping[str, Any]] = [{"kind": "unreadable"}, {"kind": "died"}]
    page = render(groups, failures, MANIFEST, lang=lang, version="1")
    assert page == render(groups, failures, MANIFEST, lang=lang, version="1")
    outline = Outline(page)
    assert set(outline.ids.values()) == {1}
    assert outline.refers <= set(outline.ids)
    assert outline.tags["script"] == 0
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "default-src &#39;none&#39;" in page and "script-src" not in page
    assert outline.tags["desc"] == outline.tags["svg"] > 10
    assert outline.tags["title"] > outline.tags["svg"]
    for section, _, _, names in SECTIONS:
        assert f'<h2 id="{section}">' in page
        assert all(name in FIGURES for name in names)
    assert f'<html lang="{lang}">' in page
    assert "%(" not in page


def test_the_page_says_what_was_counted(groups: list[dict[str, Any]]) -> None:
    page = (
        render(groups, [{"kind": "leak"}], MANIFEST, lang="en", version="1")
        .replace("\N{NO-BREAK SPACE}", " ")
        .replace("\N{WORD JOINER}", "")
    )
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    assert "10 groups" in text and "of these with calls 9" in text
    assert "A set time stands in the rules of 100% (95%: 70% – 100%) of the groups, a penalty in those of 44%" in text
    assert "Of 9 members who objected, 3 were removed within 14 days (33%, 95%: " in text
    assert "The middle group has 9 (95%: 6 – 12) members" in text
    assert "1 × would have shown a name or the like, and was held back" in text
    assert "9 groups with 81 members, who count once per group" in text
    assert "not measurable here: the codebook has no such rule" in text


def test_dutch_writes_numbers_its_own_way(groups: list[dict[str, Any]]) -> None:
    page = (
        render(groups, [], MANIFEST, lang="nl", version="1")
        .replace("\N{NO-BREAK SPACE}", " ")
        .replace("\N{WORD JOINER}", "")
    )
    assert "2,50 (95%: 1,00 – 4,00)" in page
    assert "10.000 keer" in page


def test_a_corpus_without_pods_says_so(groups: list[dict[str, Any]]) -> None:
    page = render([groups[0]], [], MANIFEST, lang="en", version="1")
    assert "None of these groups holds a call, so there is nothing to compare." in page
    Outline(page)
    Outline(render([], [], MANIFEST, lang="nl", version="1"))


def test_what_was_done_to_the_data_is_said(groups: list[dict[str, Any]]) -> None:
    consenting = [g | {"consenting": 1, "rows_left_out": 3} for g in groups]
    options = MANIFEST["options"] | {"consent": "ja ik wil", "suppress": True, "coarse": "day", "names": "kept"}  # type: ignore[operator]
    page = render(consenting, [], MANIFEST | {"options": options}, lang="en", version="1")
    for words in ("Only what 10 of ", "30 rows of others were dropped", "Counts from 1 to 4 were held back", "Times were rounded",
                  "The tables beside this page hold names."):  # fmt: skip
        assert words in page
    assert "ja ik wil" not in page


def test_every_kind_of_failure_has_words() -> None:
    assert set(FAILED) == {kind.value for kind in Failed}


# -------------------------------------------------------------------------------------------------------------- command


def test_the_command_writes_the_page_beside_the_corpus(
    groups: list[dict[str, Any]], call: Call, tmp_path: Path
) -> None:
    status, _, said = call("compare", "missing", "-o", "-", "--open")
    assert status == 2 and "leave one of them out" in said
    status, _, said = call("compare", "missing")
    assert status == 1 and "missing is no folder" in said
    out = tmp_path / "groups"
    out.mkdir()
    (out / "groups.parquet").write_bytes(to_parquet(GROUPS.frame(groups), GROUPS))
    (out / "failures.parquet").write_bytes(to_parquet(FAILURES.frame(), FAILURES))
    status, _, said = call("compare", "groups")
    assert status == 1 and "run podaudit corpus on it to the end" in said
    (out / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    status, told, said = call("compare", "groups/", "--no-open")
    assert (status, told, said) == (0, b"groups.html\n", "")
    assert (tmp_path / "groups.html").stat().st_mode & 0o077 == 0
    assert call("compare", "groups", "-o", "-") == (0, (tmp_path / "groups.html").read_bytes(), "")
    status, _, said = call("verify", "groups.html")
    assert status == 1 and "a page over groups, which carries no checksum" in said
    (out / "groups.parquet").write_bytes(b"PAR1 nothing")
    status, _, said = call("compare", "groups")
    assert status == 1 and "damaged or of another version" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_there_in_every_language(groups: list[dict[str, Any]], lang: str) -> None:
    page = render(groups, [{"kind": "leak"}], MANIFEST, lang=lang, version="1")
    assert f'<html lang="{lang}"' in page
    assert "%(" not in page
    assert ("A set time stands in the rules" in page) == (lang == "en")
