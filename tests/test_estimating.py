"""Estimates from a stratified sample: a worked example, cases in which nothing or all is known, and how often intervals hold."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podaudit.estimating import Coded, Measured, part_of_both, share, total

# Worked out by hand, with Wilson's interval (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), z2 = 3.841459.
# Of 60 messages given the code 25 were coded, and 20 carry it: 25 / (1 - 25/60) = 42.857 cases of p = 0.8:
#   (0.8448171 -+ 1.959964 sqrt(0.00373334 + 0.00052287)) / 1.0896341 = 0.775322 -+ 0.117349 = 0.657973, 0.892671.
# Of 400 others 80 were coded, and 2 carry it: 80 / (1 - 80/400) = 100 cases of p = 0.025:
#   (0.0442073 -+ 1.959964 sqrt(0.00024375 + 0.00009604)) / 1.0384146 = 0.042572 -+ 0.034792 = 0.007780, 0.077364.
FOUND, OTHERS = Coded(20, 25, 25 / 60), Coded(2, 80, 80 / 400)


def of(made: Measured | None) -> tuple[float, float, float]:
    assert made is not None
    return made.value, made.low, made.high


def test_a_worked_example() -> None:
    # 48 + 10 messages. Below: 60 x 0.142027 = 8.5216 and 400 x 0.017220 = 6.8882; above: 60 x 0.092671 = 5.5603 and
    # 400 x 0.052364 = 20.9457. Their squares add up to 120.065 and 469.639, whose roots are 10.9574 and 21.6712.
    assert of(total([FOUND, OTHERS])) == pytest.approx((58, 47.0426, 79.6712), abs=3e-4)
    assert of(share([FOUND])) == pytest.approx((0.8, 0.657973, 0.892671), abs=1e-6)
    # Others to found, at most: (480 + sqrt((10 x 8.5216)^2 + 20.9457^2 x 2231.382)) / (48^2 - 8.5216^2 = 2231.382) = 0.660168;
    # found to others, at most: (480 + sqrt((48 x 6.8882)^2 + 5.5603^2 x 52.553)) / (10^2 - 6.8882^2 = 52.553) = 15.4717.
    recall = part_of_both(total([FOUND]), total([OTHERS]))
    assert of(recall) == pytest.approx((48 / 58, 1 / 1.660168, 1 - 1 / 16.4717), abs=1e-5)


def test_what_was_coded_whole_is_known() -> None:
    whole = [Coded(3, 4, 1.0), Coded(0, 6, 1.0)]
    assert of(total(whole)) == (3, 3, 3)
    assert of(share(whole)) == (0.3, 0.3, 0.3)
    assert of(part_of_both(total(whole), total([Coded(1, 5, 1.0)]))) == (0.75, 0.75, 0.75)
    assert of(part_of_both(total(whole), total([]))) == (1, 1, 1)
    assert of(part_of_both(total([]), total(whole))) == (0, 0, 0)


def test_none_and_all_of_a_sample_are_not_none_and_all_of_a_chat() -> None:
    missed = total([Coded(0, 150, 150 / 9000)])
    assert (missed.value, missed.low) == (0, 0)
    assert missed.high > 200  # of 9,000 messages, when none of 150 was one
    recall = of(part_of_both(total([Coded(20, 20, 1.0)]), missed))
    assert recall[0] == recall[2] == 1
    assert recall[1] < 0.1
    assert of(share([Coded(10, 10, 0.5)]))[2] == 1
    assert of(part_of_both(missed, total([Coded(5, 10, 0.5)])))[1] == 0


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert share([]) is None
    assert part_of_both(total([Coded(0, 9, 0.5)]), total([Coded(0, 3, 0.1)])) is None


strata = st.lists(
    st.integers(1, 60).flatmap(
        lambda n: st.builds(lambda hits, more: Coded(min(hits, n), n, n / (n + more)), st.integers(0, 60), st.integers(0, 500))
    ),
    max_size=6,
)  # fmt: skip


@given(strata, strata)
def test_intervals_hold_the_estimate_and_what_was_seen(one: list[Coded], other: list[Coded]) -> None:
    made = total(one)
    sizes, hits = sum(part.size for part in one), sum(part.hits for part in one)
    assert hits <= made.low <= made.value + 1e-9
    assert made.value - 1e-9 <= made.high <= sizes - sum(part.cases - part.hits for part in one) + 1e-9
    if (both := part_of_both(made, total(other))) is not None:
        assert -1e-9 <= both.low <= both.value + 1e-9
        assert both.value - 1e-9 <= both.high <= 1 + 1e-9


@pytest.mark.parametrize(
    "chat",
    [
        # messages, of them coded; given the code, of these carrying it; others carrying it
        [(40, 20, 40, 30, 0), (400, 60, 0, 0, 4), (60, 25, 6, 5, 1), (9000, 200, 0, 0, 20)],
        [(40, 20, 40, 36, 0), (400, 60, 0, 0, 0), (60, 25, 6, 5, 1), (3000, 200, 0, 0, 60)],
        [(20, 12, 20, 10, 0), (80, 30, 4, 2, 10), (1000, 100, 0, 0, 30)],
    ],
    ids=["few missed", "many missed", "small"],
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(chat: Sequence[tuple[int, int, int, int, int]]) -> None:
    draw, rounds, held = random.Random(3), 400, [0, 0, 0]
    groups = [
        ([(True, True)] * both + [(True, False)] * (given - both) + [(False, True)] * missed
         + [(False, False)] * (size - given - missed), coded)
        for size, coded, given, both, missed in chat
    ]  # fmt: skip
    true = sum(both + missed for *_, both, missed in chat)
    agreed, found = sum(row[3] for row in chat), sum(row[2] for row in chat)
    for _ in range(rounds):
        parts: dict[bool | None, list[Coded]] = {True: [], False: [], None: []}
        for messages, coded in groups:
            drawn = draw.sample(messages, coded)
            for which, held_by in parts.items():
                codes = [yes for given, yes in drawn if which in (given, None)]
                if codes:
                    held_by.append(Coded(sum(codes), len(codes), coded / len(messages)))
        figures = (
            (total(parts[None]), true),
            (share(parts[True]), agreed / found),
            (part_of_both(total(parts[True]), total(parts[False])), agreed / true),
        )
        for n, (made, truth) in enumerate(figures):
            held[n] += made is not None and made.low - 1e-9 <= truth <= made.high + 1e-9
    assert all(0.915 <= n / rounds <= 0.995 for n in held), held
