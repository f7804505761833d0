"""What each section of the report says, against the audit it was made from; and its pictures."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_fixture import coded_demo

from podaudit.audit import Audit
from podaudit.detect import weighing
from podaudit.dynamics.measures import PARTS
from podaudit.model import Options
from podaudit.report import pictures, render, sayings, tally
from podaudit.report.language import Language, Piece
from podaudit.report.page import css
from podaudit.tables import document
from tests.making import audit_of
from tests.test_golden import POD

DAY = dt.datetime(2024, 3, 4, 9, 0)


class Tables(HTMLParser):
    """The tables of a page: key -> rows of cells, each its text and the links in it; and the figures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.held: dict[str, list[list[tuple[str, list[str]]]]] = {}
        self.figures: dict[str, str] = {}
        self._key = self._figure = ""
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {k: v or "" for k, v in attrs}
        if tag == "table":
            self._key = at.get("id", "")[2:]
            self.held[self._key] = []
        elif tag == "tr":
            self._row: list[tuple[str, list[str]]] = []
            self._fold = at.get("class") == "fold"
        elif tag in ("td", "th"):
            self._cell = True
            self._row.append(("", []))
        elif tag == "a" and self._cell:
            self._row[-1][1].append(at["href"])
        self._figure = at.get("data-figure", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and not self._fold:
            self.held[self._key].append(self._row)
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            text, links = self._row[-1]
            self._row[-1] = (text + data, links)
        if self._figure:
            self.figures[self._figure] = data
            self._figure = ""

    def column(self, key: str, n: int) -> list[str]:
        """The texts of a column, headings left out."""
        return [row[n][0] for row in self.held[key][1:]]


@pytest.fixture(scope="module")
def coded(root: Path) -> Audit:
    return coded_demo(root)


@pytest.fixture(scope="module")
def shown(coded: Audit) -> Tables:
    return Tables(render(coded, lang="en", version="1"))


@pytest.fixture(scope="module")
def pod() -> Audit:
    return audit_of(POD)


# --------------------------------------------------------------------------------------------------------- figures


def test_the_figures_of_every_section_are_those_of_the_document(coded: Audit, shown: Tables) -> None:
    told = document(coded, "1")
    load, dynamics, network = told["load"], told["dynamics"], told["network"]
    given = {(row["giver"], row["receiver"]) for row in network["ties"] if row["done"]}
    after = next(row for row in dynamics["after_naming"] if row["member"] is None)
    exits = [row for row in dynamics["moves"] if row["event"] in ("left", "removed")]
    balances = [row["balance"] for row in network["members"]]
    expected = {
        "load-obligations": load["figures"]["obligations"], "load-members": len(load["members"]),
        "load-evening": sum(r["obligations"] for r in load["days"] if r["hour"] in PARTS["evening"]),
        "load-weekend": sum(r["obligations"] for r in load["days"] if r["weekday"] >= 5),
        "answered": network["latencies"][0]["n"], "to-read": network["latencies"][0]["to_read"],
        "reported": sum(row["status"] in ("confirmed", "late") for row in told["ledger"]),
        "dynamics-pressing": dynamics["figures"]["pressing"], "namings": after["namings"], "after-naming": after["done"],
        "as-far-behind": dynamics["figures"]["as_far_behind"], "of-these-named": dynamics["figures"]["of_these_named"],
        "dissent": len(dynamics["dissent"]), "dissent-followed": sum(bool(r["after"]) for r in dynamics["dissent"]),
        "gave-more": sum(b > 0 for b in balances), "received-more": sum(b < 0 for b in balances),
        "ties": len(network["ties"]), "ties-given": len(given), "ties-mutual": sum((b, a) in given for a, b in given),
        "pressed-before": sum(row["pressed_before"] > 0 for row in exits),
    }  # fmt: skip
    assert {key: shown.figures.get(key) for key in expected} == {key: str(value) for key, value in expected.items()}
    assert float(shown.figures["load-hours"]) == pytest.approx(load["figures"]["hours_asked"], abs=0.05)


def test_tables_hold_the_rows_of_the_audit(coded: Audit, shown: Tables) -> None:
    dynamics, network, load = coded.dynamics, coded.network, coded.load
    assert len(shown.held["pairs"]) - 1 == len(dynamics.pairs)
    assert len(shown.held["gap"]) - 1 == len(dynamics.gap)
    assert len(shown.held["dissent"]) - 1 == len(dynamics.dissent)
    assert len(shown.held["after"]) - 1 == len(dynamics.after_naming)
    assert sum(map(int, shown.column("pairs", 2))) == dynamics.pairs["messages"].sum()
    assert sum(map(int, shown.column("weeks", 2))) == load.obligations
    assert sorted(shown.column("give", 0)) == sorted(network.members["member"])
    pairs = {frozenset(pair) for pair in zip(network.ties["giver"], network.ties["receiver"], strict=True)}
    assert len(shown.held["ties"]) - 1 == len(pairs)
    hours = Counter({(r.weekday, r.hour): r.calls for r in dynamics.hours.itertuples()})
    assert sum(int(n or 0) for n in shown.column("hours", 2)) == sum(hours.values())


def test_every_count_of_the_ledger_leads_to_its_messages(coded: Audit, shown: Tables) -> None:
    html = render(coded, lang="en", version="1")
    by = Counter(zip(coded.ledger["member"], coded.ledger["status"], strict=True))
    seen = 0
    for row in shown.held["members"][1:-1]:
        name = row[0][0].split(" (also")[0].strip()
        for (text, links), status in zip(row[4:], tally.STATUS_ORDER, strict=True):
            assert int(text or 0) == by[name, status.value]
            if text:
                (link,) = links
                fold = re.search(rf'id="{link[1:]}".*?</dd>', html)
                assert fold
                lines = set(re.findall(r'href="#m(\d+)"', fold[0]))
                own = coded.ledger[(coded.ledger["member"] == name) & (coded.ledger["status"] == status.value)]
                assert lines == {str(n) for n in own["line"].fillna(own["call_line"])}
                seen += 1
    assert seen > 20


def test_members_stand_in_alphabetical_order(shown: Tables) -> None:
    for key in ("members", "give", "load"):
        names = [name.split(" (also")[0] for name in shown.column(key, 0) if name != "Together"]
        assert names == sorted(names, key=tally.alphabetical), key


def test_words_that_decided_and_why_stand_with_the_message(pod: Audit) -> None:
    html = render(pod, lang="en", version="1")
    row = next(r for r in pod.pressure.to_dict("records") if "threat" in r["labels"])
    article = re.search(rf'<article id="m{row["line"]}".*?</article>', html, re.S)
    assert article
    assert "<mark>" in article[0] and 'class="chip pressing">threat<' in article[0]
    assert "laatste waarschuwing" in article[0]
    reply = pod.replies.iloc[0]
    article = re.search(rf'<article id="m{reply["line"]}".*?</article>', html, re.S)
    assert article and "says that it is done: <span" in article[0]


def test_ones_own_file(pod: Audit) -> None:
    html = render(pod, lang="en", me="Lies", version="1")
    own = html.partition('<h2 id="own">')[2].partition("</section>")[0]
    tables = Tables(own)
    mine = pod.ledger[pod.ledger["member"] == "Lies"]
    assert len(tables.held["owncalls"]) - 1 == len(mine)
    assert sum(map(int, tables.column("ownweeks", 1))) == len(mine)
    assert tables.figures["own-done"] == str(mine["status"].isin(["confirmed", "late"]).sum())
    gave = pod.network.ties[pod.network.ties["giver"] == "Lies"]
    assert sum(int(text.split(" of ")[0]) for text in tables.column("ownties", 1) if text) == gave["done"].sum()
    after = own.partition("What came after you had left")[2]
    assert "Haal allemaal je likes weg bij Lies." in re.sub("</?mark>", "", after)
    assert "Your next message, line" in own and "zo niet met elkaar" in re.sub("</?mark>", "", own)
    assert "What came after you had left" not in render(pod, lang="en", me="Noor", version="1")


def test_the_options_of_the_run_are_told(pod: Audit) -> None:
    run = render(pod, lang="en", version="1", options=Options(date_order="dmy", strict=True)).partition('id="run"')[2]
    assert "3.0 minutes for each request" in run
    assert "order of day and month as asked for: dmy" in run and "no line may go unread" in run


def test_calls_too_many_to_list_stand_by_week(coded: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    from podaudit.report import asked, cost

    for module in (tally, asked, cost):
        monkeypatch.setattr(module, "CALLS_LISTED", 5)
    html = render(coded, lang="en", version="1")
    shown = Tables(html)
    assert "calls" not in shown.held
    assert sum(map(int, shown.column("weeks", 1))) == len(coded.calls)
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert {h for h in re.findall(r'href="#([^"]+)"', html)} <= ids


@pytest.mark.parametrize("words", ['say "so"', "a\\b", "</style>", "l'été 100%", "x\ny", "日本"])
def test_words_in_the_style_sheet_stay_words(words: str) -> None:
    written = css(words)
    assert not set('"\\<>\n') & set(re.sub(r"\\[0-9a-f]+ ", "", written))
    assert re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), written) == words


# -------------------------------------------------------------------------------------------------- numbers in words


def test_shares_and_spans() -> None:
    en, nl = Language("en"), Language("nl")
    assert [en.percent(*x) for x in ((0, 9), (9, 9), (1, 3), (1, 1000), (999, 1000), (0, 0))] == [
        "0%", "100%", "33%", "< 1%", "> 99%", "–",
    ]  # fmt: skip
    assert [en.decimal(6.35), nl.decimal(1234.25), en.decimal(-2.4, 0)] == ["6.4", "1.234,3", "\N{MINUS SIGN}2"]
    assert [en.span(m) for m in (0.2, 1, 119, 160, 2000, 5000)] == [
        "less than a minute", "1 minute", "119 minutes", "3 hours", "33 hours", "3 days",
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- pictures


def _bars(d: str) -> list[tuple[float, float, float]]:
    """The flat bars of a path: (left, base, height)."""
    return [(float(x), float(y), float(h)) for x, y, h in re.findall(r"M([\d.]+) ([\d.]+)v-([\d.]+)", d)]


def test_give_and_take_is_drawn_to_scale() -> None:
    drawn = pictures.gives(Language("en"), [
        pictures.Give(Piece("A"), 10, 5, 20, 20), pictures.Give(Piece("B"), 10, 0, 0, 0),
    ])  # fmt: skip
    marks = {mark.shape: mark.d for mark in drawn.marks}
    wide = {shape: [float(w) for w in re.findall(r"h([\d.]+)v", marks[shape])] for shape in ("given", "received")}
    assert wide == {"given": [250.0], "received": [1000.0]}
    assert re.findall(r"h([\d.]+)", marks["asked"]) == ["500", "1000", "500"]
    assert (drawn.height, len(drawn.names)) == (60, 2)


def test_delays_grow_and_are_left_out_where_few() -> None:
    drawn = pictures.delays(Language("en"), [
        pictures.Delay(Piece("A"), 5.0, 60.0), pictures.Delay(Piece("B"), None, None), pictures.Delay(Piece("C"), 500.0, 900.0),
    ])  # fmt: skip
    at = [mark.at for mark in drawn.marks if mark.shape == "median"]
    assert len(at) == 2 and at[0] is not None and at[1] is not None
    assert at[0] < at[1] < 100
    assert [tick.label for tick in drawn.ticks][:2] == ["1 minute", "15 minutes"]


def test_the_hours_of_the_week_are_drawn_where_they_belong() -> None:
    drawn = pictures.heat(Language("en"), {(0, 8): (4, 0), (6, 23): (1, 2)})
    calls = _bars(next(mark.d for mark in drawn.rows.marks if mark.shape == "calls"))
    assert [(int(x // (1000 / 24)), base // 26) for x, base, _ in calls] == [(8, 0), (23, 6)]
    assert calls[0][2] > calls[1][2]


def test_rules_are_drawn_from_when_until_when() -> None:
    end = DAY + dt.timedelta(days=10)
    bars = [pictures.Bar(DAY, DAY + dt.timedelta(days=4), "#r1", "old", True),
            pictures.Bar(DAY + dt.timedelta(days=4), end, "#r2", "new", False)]  # fmt: skip
    (strip,), ticks = pictures.strips(Language("en"), [((Piece("within a time"),), bars)], DAY, end)
    assert [mark.shape for mark in strip.marks] == ["rule old", "rule"]
    assert [x for mark in strip.marks for x, _, _ in _bars(mark.d)] == [0, 400]
    assert ticks[0].label == "4 Mar"


def test_the_circle_tells_both_ways_from_one() -> None:
    drawn = pictures.ring([("A", "#p1"), ("B", "#p2"), ("C", "#p3")], [
        (0, 1, 4, 4, 4, 1), (0, 2, 9, 1, 0, 0), (1, 2, 5, 0, 5, 0),
    ])  # fmt: skip
    assert {mark.shape: mark.d.count("M") for mark in drawn.lines} == {"both thick": 1, "once thin": 1}
    assert [node.label for node in drawn.nodes] == ["1", "2", "3"]
    assert drawn.nodes[0].y < drawn.nodes[1].y


def test_weeks_without_requests_stay_empty() -> None:
    marks, ticks, most = pictures.weeks(Language("en"), DAY.date(), [(4, 1), (0, 0), (2, 2)])
    drawn: dict[str, Any] = {mark.shape: _bars(mark.d) for mark in marks}
    assert len(drawn["rest"]) == 2 and len(drawn["given"]) == 2
    assert drawn["rest"][0][2] == pytest.approx(2 * drawn["rest"][1][2])
    assert most == "4" and ticks[0].label == "4 Mar"


# ------------------------------------------------------------------------------------------- reasons, in the page's language


def test_reasons_of_replies_are_told_in_dutch(pod: Audit) -> None:
    dutch = Language("nl")
    assert set(weighing._SPOKEN.values()) == set(sayings.TRAITS)
    whys = [why for why in pod.replies["why"] if why]
    assert whys and [why for why in whys if sayings.retell(dutch, why).lang != "nl"] == []
    told = sayings.retell(dutch, "taken together it reads like an answer: a tick, names callers")
    assert told == sayings.Saying("alles bijeen leest het als een antwoord: een vinkje, noemt wie oproepen deden", "nl")
