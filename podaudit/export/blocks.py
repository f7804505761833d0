"""Work on many rows in blocks that stay in the processor's cache, several at once: NumPy and Arrow let go of Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ROWS = 1 << 16
_WORKERS = 8

T = TypeVar("T")


def share(n: int) -> int:
    """How many of ``n`` rows each of the workers has, where one large block is better than many."""
    return max(-(-n // min(os.cpu_count() or 1, _WORKERS)), ROWS)


def over(n: int, work: Callable[[slice], T], size: int = ROWS) -> list[T]:
    """What ``work`` makes of each stretch of ``size`` among ``n`` rows, in their order; it must not call this again."""
    parts = [slice(low, min(low + size, n)) for low in range(0, n, size)]
    workers = min(os.cpu_count() or 1, _WORKERS, len(parts))
    if workers < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, parts))
