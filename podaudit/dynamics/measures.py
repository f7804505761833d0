"""What all figures are measured by: shares, intervals, how few cases are too few, and the parts of the day."""

from __future__ import annotations

import math
from typing import Any

LEVEL = 0.95  # of every interval
FEW = 5  # cases; below that there is too little to say
PARTS = {"night": (*range(7), 23), "day": tuple(range(7, 18)), "evening": tuple(range(18, 23))}  # hours
SATURDAY = 5  # with Sunday the weekend; Monday = 0


def ratio(part: Any, whole: Any) -> float | None:
    """A share or a mean of two counts, rounded to 4 decimals; None where there is nothing to measure it by."""
    return round(float(part / whole), 4) if whole else None


def median_rank(n: int) -> int:
    """The k for which the k-th lowest and k-th highest of ``n`` values enclose their median with at least 95 %; 0 where none do.

    Holds for any distribution: it is the largest k such that fewer than k heads in n tosses come with a chance of at most 2.5 %
    (W. J. Conover, Practical Nonparametric Statistics, 1999, section 3.2).
    """
    tail, k = 0.0, 0
    while k < n:
        tail += math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
        if tail > (1 - LEVEL) / 2:
            break
        k += 1
    return k
