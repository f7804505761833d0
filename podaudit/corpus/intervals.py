"""Intervals of 95 % for what is measured over groups: of medians by order statistics, of pooled rates by the bootstrap.

Shares of groups have the score interval of :func:`podaudit.dynamics.named.wilson`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podaudit.dynamics.measures import LEVEL, median_rank

DRAWS = 10_000
SEED = 20200420
_AT_ONCE = 1 << 22  # drawn groups held in memory at a time


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval; ``low`` and ``high`` are in the unit of what was measured."""

    low: float
    high: float


def of_median(values: Sequence[float]) -> Interval | None:
    """The exact interval of a median (``podaudit.dynamics.measures.median_rank``); None for fewer than six values."""
    k, ordered = median_rank(len(values)), sorted(values)
    return Interval(ordered[k - 1], ordered[-k]) if k else None


def of_pooled(parts: Sequence[float], wholes: Sequence[float]) -> Interval | None:
    """The interval of sum(parts) / sum(wholes), a part and a whole per group, by redrawing groups (percentile bootstrap).

    Groups are redrawn and not their members, for those of one group are no independent cases (B. Efron, R. J. Tibshirani, An
    Introduction to the Bootstrap, 1993). The seed is fixed: the same groups give the same interval. None for fewer than six
    groups with a whole above 0.
    """
    pairs = np.array([(p, w) for p, w in zip(parts, wholes, strict=True) if w > 0], float).reshape(-1, 2)
    if len(pairs) < 6:
        return None
    pairs = pairs[np.lexsort(pairs.T)]  # the order that the groups come in decides nothing
    random, rates = np.random.default_rng(SEED), []
    step = max(1, _AT_ONCE // len(pairs))
    for start in range(0, DRAWS, step):
        drawn = pairs[random.integers(0, len(pairs), (min(step, DRAWS - start), len(pairs)))].sum(axis=1)
        rates.append(drawn[:, 0] / drawn[:, 1])
    low, high = np.percentile(np.concatenate(rates), (50 * (1 - LEVEL), 50 * (1 + LEVEL))).tolist()
    return Interval(low, high)
