"""Weights learnt from coded chats (``make train``), as they ship beside the detectors: ``NAME.weights.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Weights:
    """Per label: trait -> weight (log odds; the empty trait is the base), and the sum above which the label is given."""

    of: Mapping[str, Mapping[str, float]]
    threshold: Mapping[str, float]

    def over(self, label: str, traits: Iterable[str]) -> float:
        """By how much the weights of some traits, with the base, exceed the threshold of a label (log odds)."""
        of = self.of[label]
        return sum(sorted(of.get(t, 0.0) for t in traits)) + of.get("", 0.0) - self.threshold[label]


def file_of(name: str) -> Path:
    """Where the weights of a detector stand."""
    return Path(__file__).with_name(f"{name}.weights.json")


@cache
def load(name: str) -> Weights:
    """The weights that ship with the package for a detector."""
    raw = json.loads(file_of(name).read_text(encoding="utf-8"))
    return Weights(raw["weights"], raw["thresholds"])


def as_json(found: Weights, about: Mapping[str, Any]) -> str:
    """The file of weights: sorted, four decimals, so that training twice gives the same bytes."""
    table = {
        "about": dict(about),
        "thresholds": {k: round(v, 4) for k, v in sorted(found.threshold.items())},
        "weights": {
            k: {t: round(w, 4) for t, w in sorted(v.items()) if round(w, 4)} for k, v in sorted(found.of.items())
        },
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"
