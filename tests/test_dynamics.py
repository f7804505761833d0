"""Episodes: windows, order, one per first event; silence first."""

from __future__ import annotations

import datetime as dt

import pytest

from podaudit.dynamics import episodes
from podaudit.model import MEMBERSHIP, PRESSURE, REPLIES

T0 = dt.datetime(2024, 3, 4, 9)


def _at(hours: float) -> dt.datetime:
    return T0 + dt.timedelta(hours=hours)


def _run(*events: tuple[float, str, str]) -> list[tuple[str, str, int, int]]:
    """Events (hours, what, member): ``by LABEL``, ``on LABEL``, ``done``, ``left`` or ``removed``; line = position + 1."""
    pressure, replies, membership = [], [], []
    for line, (hours, what, member) in enumerate(events, 1):
        verb, _, label = what.partition(" ")
        if verb == "by":
            pressure.append((line, _at(hours), member, [label], [], {}, {}))
        elif verb == "on":
            pressure.append((line, _at(hours), "Boss", [label], [member], {}, {}))
        elif verb == "done":
            replies.append((line, member, "done", 1, None, "u", "", _at(hours), "k"))
        else:
            membership.append((line, _at(hours), verb, member, None, None))
    found = episodes(PRESSURE.frame(pressure), REPLIES.frame(replies), MEMBERSHIP.frame(membership))
    return list(found.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "events",
    [
        [],
        [(0, "by dissent", "Ann"), (1, "removed", "Bob")],  # somebody else
        [(0, "removed", "Ann"), (1, "by dissent", "Ann")],  # the other way round
        [(0, "by dissent", "Ann"), (7 * 24 + 1, "removed", "Ann")],  # too late to be silenced
        [(0, "on threat", "Ann"), (49, "done", "Ann")],
        [(0, "on shaming", "Ann"), (14 * 24 + 1, "removed", "Ann")],
        [(0, "by distress", "Ann"), (14 * 24 + 1, "left", "Ann")],
        [(0, "left", "Ann"), (1, "on praise", "Ann")],
        [(0, "on reminder", "Ann"), (1, "done", "Ann")],
        [(0, "by distress", "Ann"), (1, "removed", "Ann")],  # removed is no leaving
    ],
)
def test_silent(events: list[tuple[float, str, str]]) -> None:
    assert _run(*events) == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(0, "by dissent", "Ann"), (7 * 24, "removed", "Ann")], [("silenced", "Ann", 1, 2)]),
        ([(0, "by dissent", "Ann"), (1, "on insult", "Ann"), (2, "removed", "Ann")], [("silenced", "Ann", 1, 2)]),
        ([(0, "on threat", "Ann"), (48, "done", "Ann")], [("enforced", "Ann", 1, 2)]),
        ([(0, "on shaming", "Ann"), (1, "by apology", "Ann")], [("enforced", "Ann", 1, 2)]),
        ([(0, "on shaming", "Ann"), (14 * 24, "on sanction", "Ann")], [("punished", "Ann", 1, 2)]),
        ([(0, "by distress", "Ann"), (14 * 24, "left", "Ann")], [("driven_out", "Ann", 1, 2)]),
        ([(0, "left", "Ann"), (14 * 24, "on insult", "Ann")], [("after_exit", "Ann", 1, 2)]),
        (
            [(0, "by dissent", "Ann"), (1, "by dissent", "Ann"), (2, "removed", "Ann")],
            [("silenced", "Ann", 1, 3), ("silenced", "Ann", 2, 3)],
        ),
    ],
)
def test_found(events: list[tuple[float, str, str]], expected: list[tuple[str, str, int, int]]) -> None:
    assert _run(*events) == expected


def test_a_clock_that_runs_back_hides_nothing() -> None:
    events = [(0, "by dissent", "Ann"), (400, "removed", "Ann"), (5, "on insult", "Ann")]
    assert _run(*events) == [("silenced", "Ann", 1, 3), ("after_exit", "Ann", 2, 3)]  # the exit is earlier by its line
