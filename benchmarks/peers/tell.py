"""What every runner here prints about the chat it has read, as one line of JSON."""

from __future__ import annotations

import datetime as dt
import json
import sys
from importlib import metadata


def tell(seconds: float, messages: int, first: dt.datetime, last: dt.datetime, *packages: str) -> None:
    """``seconds`` of the reading call alone; ``first`` and ``last``: the earliest and the latest time it returned."""
    told = {
        "seconds": seconds,
        "messages": messages,
        "first": f"{first:%Y-%m-%dT%H:%M:%S}",
        "last": f"{last:%Y-%m-%dT%H:%M:%S}",
        "versions": [f"{package} {metadata.version(package)}" for package in packages],
    }
    sys.stdout.write(json.dumps(told) + "\n")
