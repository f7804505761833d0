"""Who gave to whom, as a circle: members around it, lines between those who gave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from podaudit.report.pictures.parts import Mark

SIZE = 480
_MOST_LINES = 700  # in one picture: the ties with most given; the caption says so
_STRONG = 0.5  # of what was asked, from which a line is thick


@dataclass(frozen=True, slots=True)
class Node:
    """A member on the circle: a number, and whose it is."""

    x: float
    y: float
    label: str
    href: str
    name: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The circle: lines by kind (both ways or one way, thick or thin), and members on top of them."""

    size: int
    radius: float  # of a node
    lines: tuple[Mark, ...]
    nodes: tuple[Node, ...]
    left_out: int


def ring(names: Sequence[tuple[str, str]], ties: Sequence[tuple[int, int, int, int, int, int]]) -> Ring:
    """Draw the circle of ``names`` (name, link), clockwise from the top.

    ``ties`` holds for each pair (a, b, asked of a, done by a, asked of b, done by b), with a and b positions.
    """
    n = max(len(names), 1)
    radius = max(4.0, min(15.0, 560 / n))
    around = SIZE / 2 - radius - 3
    at = [
        (SIZE / 2 + around * math.sin(2 * math.pi * i / n), SIZE / 2 - around * math.cos(2 * math.pi * i / n))
        for i in range(len(names))
    ]
    given = sorted((t for t in ties if t[3] or t[5]), key=lambda t: (-(t[3] + t[5]), t[0], t[1]))
    kinds: dict[str, list[str]] = {"once thin": [], "once thick": [], "both thin": [], "both thick": []}
    for a, b, a_asked, a_done, b_asked, b_done in given[:_MOST_LINES]:
        share = (a_done + b_done) / (a_asked + b_asked)
        kind = f"{'both' if a_done and b_done else 'once'} {'thick' if share >= _STRONG else 'thin'}"
        (x, y), (to_x, to_y) = at[a], at[b]
        kinds[kind].append(f"M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}")
    return Ring(
        SIZE, radius, tuple(Mark(kind, "".join(d)) for kind, d in kinds.items() if d),
        tuple(Node(round(x, 1), round(y, 1), str(i + 1) if n <= 60 else "", href, name)
              for i, ((x, y), (name, href)) in enumerate(zip(at, names, strict=True))),
        max(len(given) - _MOST_LINES, 0),
    )  # fmt: skip
