"""Calls: what must stay silent, then what fires, with asks, beneficiary, deadline and repeats."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from podaudit import lexicon
from podaudit.detect.calls import calls
from podaudit.detect.chat import view
from podaudit.links import find
from podaudit.model import CALLS, REPEATS, RULES
from tests.making import export_of, post

MEMBERS = """
08:00 Anna heeft de groep "Pod" gemaakt
08:01 Anna heeft Bob, Cisca en Dirk toegevoegd
08:02 Anna: hallo
08:03 Bob: hoi
08:04 Cisca: hoi
08:05 Dirk: hoi
"""
NO_RULES = RULES.frame()
HABIT = RULES.frame(
    [
        (3, "react", None, "Anna", dt.datetime(2024, 3, 4, 8), "", "", None),
        (3, "confirm", "✅", "Anna", dt.datetime(2024, 3, 4, 8), "", "", None),
    ]
)
OWN = "09:00 Anna: {} ".format(post(1, "anna")) + "\n09:30 Bob: " + post(2, "bob") + "\n"


def _found(script: str, rules: pd.DataFrame = HABIT) -> tuple[pd.DataFrame, pd.DataFrame]:
    e = export_of(MEMBERS + script)
    links = find(e.messages["line"].to_numpy(), e.messages["text"], e.source.last)
    return calls(view(e.messages, e.members, e.membership, links), links, rules, lexicon.load())


def _last(script: str) -> dict[str, object]:
    """The call on the last line of the script, two ordinary calls before it."""
    found, _ = _found(OWN + script)
    assert len(found) == 3, "no call, or more than one"
    return dict(found.iloc[-1])


@pytest.mark.parametrize(
    "script",
    [
        "",
        "09:00 Anna: hallo allemaal",
        f"09:00 Anna: {post(1)}",
        f"09:00 Anna: Kijk, de gemeente zet de subsidies op een rij {post(1, 'gemeente')}\n09:10 Bob: {post(2, 'bob')} heb je dit gezien",
        f"09:00 Anna: proud of my daughter {post(1)}\n09:05 Bob: {post(2)}\n09:10 Cisca: {post(3)}",
    ],
)
def test_no_habit_no_calls(script: str) -> None:
    found, repeats = _found(script, NO_RULES)
    assert len(found) == 0
    assert list(found.columns) == CALLS.names
    assert list(repeats.columns) == REPEATS.names
    assert len(repeats) == 0


@pytest.mark.parametrize(
    "line",
    [
        f"10:00 Cisca: moet je zien hoe deze van dat grote merk geflopt is 😂 {post(9, 'groot-merk')}",
        f"10:00 Cisca: look at this, how not to do it lol {post(9, 'big-brand')}",
        "10:00 Cisca: vacature voor een marketeer https://www.linkedin.com/jobs/view/3712845560/",
        "10:00 Cisca: zijn profiel https://www.linkedin.com/in/piet-de-groot/",
        "10:00 Cisca: interessant artikel https://www.krant.example/artikel",
        f"10:00 Anna: bedankt voor al jullie lieve reacties onder {post(1, 'anna')}",
        f"10:00 Cisca: gedaan {post(1, 'anna')}",
    ],
)
def test_silent_in_a_pod(line: str) -> None:
    found, repeats = _found(OWN + line)
    assert found["caller"].tolist() == ["Anna", "Bob"]
    assert len(repeats) == 0


def test_a_link_in_a_rule_text_is_no_call() -> None:
    found, _ = _found(
        f"09:00 Anna: {post(1, 'anna')}",
        RULES.frame([(7, "react", None, "Anna", dt.datetime(2024, 3, 4, 9), "", "", None)]),
    )
    assert len(found) == 0


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        (f"10:00 Cisca: {post(9, 'cisca')}", []),
        (f"10:00 Cisca: Nieuw van mij, duimpje en een reactie graag {post(9, 'cisca')}", ["comment", "react"]),
        (f"10:00 Cisca: please like and share 🙏 {post(9, 'cisca')}", ["react", "share"]),
        (f"10:00 Cisca: graag opslaan voor later {post(9, 'cisca')}", ["save"]),
    ],
)
def test_asks(line: str, asks: list[str]) -> None:
    assert _last(line)["asks"] == asks


def test_ask_and_link_in_two_messages_are_one_call() -> None:
    call = _last(f"10:00 Cisca: Nieuwe post! graag een like\n10:01 Cisca: {post(9, 'cisca')}")
    assert (call["line"], call["asks"]) == (10, ["react"])


@pytest.mark.parametrize("between", ["10:04 Cisca: {}", "10:01 Dirk: hm\n10:01 Cisca: {}"])
def test_but_not_later_nor_with_somebody_in_between(between: str) -> None:
    assert _last("10:00 Cisca: graag een like\n" + between.format(post(9, "cisca")))["asks"] == []


def test_two_posts_in_one_message_are_two_calls_on_one_line() -> None:
    found, _ = _found(OWN + f"10:00 Cisca: twee van mij {post(8, 'cisca')} en {post(9, 'cisca')}")
    assert found["line"].tolist() == [7, 8, 9, 9]
    assert found["key"].is_unique


def test_the_same_post_again_is_a_repeat() -> None:
    found, repeats = _found(
        OWN + f"10:00 Cisca: nog even {post(3, 'cisca')}\n+1\n10:00 Cisca: wie nog? {post(3, 'cisca')}?utm_source=share"
    )
    assert found["line"].tolist() == [7, 8, 9]
    assert repeats[["line", "of"]].to_numpy().tolist() == [[10, 9]]


@pytest.mark.parametrize(
    ("line", "beneficiary"),
    [
        (f"10:00 Cisca: {post(9, 'cisca')}", "Cisca"),
        (f"10:00 Cisca: Anna heeft geen bereik, hier is haar nieuwe post, graag een like {post(9, 'anna')}", "Anna"),
        (f"10:00 Cisca: graag een like voor de post van Bob {post(9)}", "Bob"),
    ],
)
def test_beneficiary(line: str, beneficiary: str) -> None:
    assert _last(line)["beneficiary"] == beneficiary


def test_an_outsider_is_named_in_free_text() -> None:
    assert "klant" in str(_last(f"10:00 Cisca: voor mijn klant, een like graag {post(9)}")["beneficiary"])


def test_deadline_of_the_message_itself() -> None:
    assert _last(f"10:00 Cisca: graag een like binnen een uur {post(9, 'cisca')}")["deadline"] == pd.Timestamp(
        "2024-03-04 11:00"
    )
