"""Which messages a person codes by hand, drawn so that totals can be estimated from them.

Strata are made of what the audit found: a message belongs to the rarest of the codes that it carries, or to ``nothing``. Half
of the sample goes to messages in which nothing was found (that is where misses are), the other half to the codes in
proportion to the square root of how often they were found, so that the rare ones are not lost. Within a stratum every
message has the same chance: messages stand by member, then by time, and every so-many-th is taken from a random start
(systematic sampling), which spreads them over both.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from podaudit.codes import CODES, found
from podaudit.model import DecisionNeeded, Kind

if TYPE_CHECKING:
    from podaudit.audit import Audit

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message that was drawn. Its chance was ``drawn / of``, so it stands for ``of / drawn`` messages."""

    line: int
    stratum: str
    of: int  # messages in the stratum
    drawn: int  # of them drawn

    @property
    def probability(self) -> float:
        return self.drawn / self.of

    @property
    def weight(self) -> float:
        return self.of / self.drawn


def draw(audit: Audit, size: int, seed: int) -> list[Drawn]:
    """Draw ``size`` messages that members wrote, or all where there are no more, in the order of their lines.

    The same audit, size and seed give the same messages. Raises ``DecisionNeeded`` where ``size`` is too small for every
    stratum to have one.
    """
    held = strata(audit)
    sizes = allocate({name: len(lines) for name, lines in held.items()}, size)
    made = [
        Drawn(line, name, len(lines), sizes[name])
        for name, lines in held.items()
        for line in _systematic(lines, sizes[name], Random(f"{seed} {name}"))
    ]
    return sorted(made, key=lambda drawn: drawn.line)


def written(audit: Audit) -> list[int]:
    """The lines of the messages that members wrote; the app's notices, deleted messages and gaps are none."""
    kinds = ~audit.messages["kind"].isin([Kind.NOTICE, Kind.DELETED, Kind.GAP])
    lines: list[int] = audit.messages.loc[kinds, "line"].tolist()
    return lines


def strata(audit: Audit) -> dict[str, list[int]]:
    """Stratum -> the lines of its messages, by member and then by line; in the order of ``CODES``, ``nothing`` last.

    Together they hold every message of :func:`written` once.
    """
    codes, lines = found(audit), written(audit)
    often = Counter(code for line in lines for code in codes.get(line, ()))
    rarest = {line: min(codes[line], key=lambda c: (often[c], CODES.index(c))) for line in lines if line in codes}
    member = dict(zip(audit.messages["line"].tolist(), audit.messages["member"].tolist(), strict=True))
    made: dict[str, list[int]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (member[line], line)):
        made[rarest.get(line, NOTHING)].append(line)
    return {name: made[name] for name in (*CODES, NOTHING) if name in made}


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many to draw from each stratum of these sizes; they add up to ``size``, or to all there are."""
    size = min(size, sum(sizes.values()))
    names = [name for name in sizes if name != NOTHING]
    nothing = sizes.get(NOTHING, 0)
    half = size - min(nothing, size // 2)
    coded = min(half, sum(sizes[name] for name in names))
    if coded < len(names) or (nothing and coded == size):
        raise DecisionNeeded(
            f"{size} messages are too few to draw from each of the {len(sizes)} strata of this chat; ask for at least "
            f"{2 * len(sizes)} with --size."
        )
    made = dict.fromkeys(names, 1)
    for _ in range(coded - len(names)):  # the divisor method of Webster, on square roots
        room = [name for name in names if made[name] < sizes[name]]
        made[max(room, key=lambda name: math.sqrt(sizes[name]) / (2 * made[name] + 1))] += 1
    return made | ({NOTHING: size - coded} if nothing else {})


def _systematic(lines: Sequence[int], number: int, random: Random) -> list[int]:
    """Every so-many-th line from a random start: each has the chance ``number / len(lines)``."""
    start = random.random()
    return [lines[math.floor((start + n) * len(lines) / number)] for n in range(number)]
