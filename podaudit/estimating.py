"""What a coded sample says of all messages that it was drawn from: totals and shares with their 95 % intervals. Pure.

A stratum's coded messages stand for all of it (Horvitz-Thompson). The interval of a share within a stratum is Wilson's (1927),
over ``n / (1 - n / N)`` cases, for the ``n`` coded ones were drawn without replacement from ``N``: it is a point where all were
coded, and says something where none or all of them carry the code. Those of a sum over strata and of a ratio of two such sums
are recovered from the strata's (MOVER): G. Y. Zou, W. Huang, X. Zhang, A note on confidence interval estimation for a linear
function of binomial proportions, Computational Statistics & Data Analysis 53, 2009; R. G. Newcombe, MOVER-R confidence intervals
for ratios and products of two independently estimated quantities, Statistical Methods in Medical Research 25, 2016.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from podaudit.dynamics.named import wilson


@dataclass(frozen=True, slots=True)
class Measured:
    """An estimate and its 95 % interval, in one unit."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Coded:
    """Coded messages of one stratum, all of them or those that one thing is true of, and how many carry the code."""

    hits: int
    cases: int  # 1 or more
    drawn: float  # the share of the stratum's messages that was coded

    @property
    def size(self) -> float:
        """For how many messages they stand."""
        return self.cases / self.drawn


def total(parts: Iterable[Coded]) -> Measured:
    """How many messages carry the code, over strata (or parts of strata) that have no message in common."""
    value = below = above = seen = most = 0.0
    for part in parts:
        share = part.hits / part.cases
        low = high = share
        if part.drawn < 1:
            cases = part.cases / (1 - part.drawn)
            low, high = wilson(share * cases, cases)
        value += part.size * share
        below += (part.size * (share - low)) ** 2
        above += (part.size * (high - share)) ** 2
        seen += part.hits
        most += part.size - (part.cases - part.hits)
    return Measured(value, max(seen, value - math.sqrt(below)), min(most, value + math.sqrt(above)))


def share(parts: Iterable[Coded]) -> Measured | None:
    """The share of messages that carry the code; None of no messages."""
    held = list(parts)
    size, carry = sum(part.size for part in held), total(held)
    return Measured(carry.value / size, carry.low / size, carry.high / size) if held else None


def part_of_both(one: Measured, other: Measured) -> Measured | None:
    """``one / (one + other)`` of two totals without a message in common; None where both are 0."""
    both = one.value + other.value
    if not both:
        return None
    over, under = _highest(one, other), _highest(other, one)
    return Measured(one.value / both, 1 / (1 + under), 1 - 1 / (1 + over))


def _highest(one: Measured, other: Measured) -> float:
    """The upper end of the interval of ``one / other``."""
    if not other.low:
        return math.inf
    above, below = one.high - one.value, other.value - other.low
    square = other.value**2 - below**2
    return (one.value * other.value + math.sqrt((one.value * below) ** 2 + above**2 * square)) / square
