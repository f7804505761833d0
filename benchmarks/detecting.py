"""Times what comes between reading a chat and the report, stage by stage, on generated chats of growing length.

    python benchmarks/detecting.py --sizes 10k,100k,1M --runs 3

Prints Markdown. Every run is a process of its own; of the runs of a size the shortest counts, for other work on the
machine only ever adds. The chats stand in ``.bench/chats``.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

from reading import BENCH, MEGABYTE, SIZES, cpu, figure, generate, markdown, say, seconds, short, sizes_of, times

from podaudit import __version__, audit, ledger, lexicon, links
from podaudit.export import read
from podaudit.model import Options

LAYOUT = "ios"
TARGET = 8.0  # seconds for the largest of SIZES; pressure and the figures over it not among them
ALL, MEMORY = 15.0, 2000  # seconds and MB for all of it, reading too
# What the audit calls, in its order: the stage, and where the audit finds the functions that do it.
STAGES: dict[str, list[tuple[Any, str]]] = {
    "phrase books": [(lexicon, "load")],
    "links": [(links, "find")],
    "view": [(audit, "view")],
    "rules": [(audit, "rules")],
    "calls": [(audit, "calls")],
    "replies": [(audit, "claims")],
    "ledger": [(ledger, "with_due"), (ledger, "tie"), (ledger, "settle")],
    "pressure": [(audit, "pressure")],
    "checks": [(audit, "checks")],
    "figures": [(audit, name) for name in ("episodes", "dynamics", "network", "load")],
}


@dataclass(frozen=True, slots=True)
class Run:
    """One audit."""

    messages: int
    stages: dict[str, float]  # seconds
    reading: float  # seconds
    whole: float  # seconds from the export as read to the audit
    processor: float  # seconds that a processor worked on both; waiting for one, as on a busy machine, does not count
    read: int  # bytes at the peak of reading
    peak: int  # bytes at the peak of all

    @property
    def timed(self) -> float:
        """Seconds without pressure and the figures over it."""
        return self.whole - self.stages["pressure"] - self.stages["figures"]


def one(path: Path) -> Run:
    """Audit a chat in this process, as the command does."""
    gc.disable()
    options, taken = Options(), defaultdict[str, float](float)

    def clocked(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def run(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                taken[stage] += time.perf_counter() - started

        return run

    worked, started = time.process_time(), time.perf_counter()
    export = read(path, name=path.name, options=options)
    reading, peak = time.perf_counter() - started, _peak()
    for stage, places in STAGES.items():
        for place, name in places:
            mock.patch.object(place, name, clocked(stage, getattr(place, name))).start()
    started = time.perf_counter()
    audit.audit(export, options)
    whole = time.perf_counter() - started
    worked = time.process_time() - worked
    stages = {stage: taken[stage] for stage in STAGES}
    return Run(len(export.messages), stages, reading, whole, worked, peak, _peak())


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure(size: int, runs: int) -> Run:
    """The shortest of several runs on a chat of that many messages."""
    path = generate(LAYOUT, size, BENCH / "chats").path
    done = []
    for n in range(runs):
        command = [sys.executable, __file__, "--one", str(path)]
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"TZ": "UTC"})
        done.append(Run(**json.loads(told.stdout)))
        say(f"{size:,} messages, run {n + 1} of {runs}: {done[-1].whole:.2f} s")
    return min(done, key=lambda run: run.timed)


def report(found: dict[int, Run]) -> Iterator[str]:
    """The tables, line by line."""
    order = list(found)
    steps = list(pairwise(order))
    yield f"* Machine: {cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    yield f"* {platform.python_implementation()} {platform.python_version()}; podaudit {__version__}"
    yield "* Seconds, of the shortest run. Growth is the time of the one over that of the other."
    yield ""

    def line(name: str, of: Callable[[Run], float]) -> list[str]:
        growth = (of(found[b]) / of(found[a]) if of(found[a]) else None for a, b in steps)
        return [name, *(seconds(of(found[size])) for size in order), *map(times, growth)]

    def stage(name: str) -> Callable[[Run], float]:
        return lambda run: run.stages[name]

    rows = [line(name, stage(name)) for name in STAGES]
    rows.append(line("in all, without pressure and figures", lambda run: run.timed))
    rows.append(line("in all", lambda run: run.whole))
    rows.append(line("reading before it", lambda run: run.reading))
    rows.append(line("processor time of both", lambda run: run.processor))
    blank = [""] * len(steps)
    rows.append(["messages per second", *(f"{run.messages / run.whole:,.0f}" for run in found.values()), *blank])
    rows.append(["memory at the peak, MB", *(f"{run.peak / MEGABYTE:,.0f}" for run in found.values()), *blank])
    rows.append(["of it, MB when read", *(f"{run.read / MEGABYTE:,.0f}" for run in found.values()), *blank])
    yield from markdown(["stage", *(short(n) for n in order), *(f"{short(a)} to {short(b)}" for a, b in steps)], rows)
    if SIZES[-1] in found:
        run = found[SIZES[-1]]
        reached = "reached" if run.timed <= TARGET else "NOT reached"
        yield ""
        yield f"At most {TARGET:g} s for {SIZES[-1]:,} messages, pressure and figures apart: {figure(run.timed)} s, {reached}."
        seconds_, megabytes = run.reading + run.whole, run.peak / MEGABYTE
        reached = "reached" if seconds_ <= ALL and megabytes <= MEMORY else "NOT reached"
        yield f"At most {ALL:g} s and {MEMORY:,} MB with reading: {figure(seconds_)} s and {megabytes:,.0f} MB, {reached}."


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description="Time the audit of a chat, stage by stage.")
    parser.add_argument("--sizes", type=sizes_of, default=list(SIZES), help="messages, such as 10k,100k,1M")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the shortest counts")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run = one(given.one)
        sys.stdout.write(json.dumps({name: getattr(run, name) for name in Run.__slots__}))
        return
    (BENCH / "chats").mkdir(parents=True, exist_ok=True)
    found = {size: measure(size, max(given.runs, 1)) for size in given.sizes}
    sys.stdout.write("\n".join(report(found)) + "\n")


if __name__ == "__main__":
    main()
