"""What all figures are measured by: shares, how few cases are too few, and the parts of the day."""

from __future__ import annotations

from typing import Any

FEW = 5  # cases; below that there is too little to say
PARTS = {"night": (*range(7), 23), "day": tuple(range(7, 18)), "evening": tuple(range(18, 23))}  # hours
SATURDAY = 5  # with Sunday the weekend; Monday = 0


def ratio(part: Any, whole: Any) -> float | None:
    """A share or a mean of two counts, rounded to 4 decimals; None where there is nothing to measure it by."""
    return round(float(part / whole), 4) if whole else None
