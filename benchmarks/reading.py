"""Times reading a chat: podaudit, the other readers there are, and ``grep -c``, side by side in one run.

    python benchmarks/reading.py --sizes 10k,100k,1M --layouts android,ios --runs 3

Prints Markdown. ``benchmarks/peers`` says who takes part, at which versions; all that is made on the way, their
environments included, stands in ``.bench/``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import multiprocessing
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"
BENCH = ROOT / ".bench"
sys.path.insert(0, str(ROOT / "fixtures"))
sys.path.insert(0, str(ROOT))

from make_chat import LAYOUTS, conversation  # noqa: E402 - it lies in fixtures, which is no package

from podaudit import __version__  # noqa: E402 - the package beside this folder, installed or not

SIZES = (10_000, 100_000, 1_000_000)
PACE = 2.0  # minutes between messages: even a million of them end within six years
SLOW = 60  # seconds after which one run is enough
LIMIT = 600  # seconds after which a run is given up
MEGABYTE = 1_000_000
OURS, GREP = "podaudit", "grep"


# ---------------------------------------------------------------------------------------------------------------- chats


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader has to return: how many messages, the earliest and the latest time."""

    messages: int
    first: str
    last: str

    @classmethod
    def of(cls, times: Sequence[dt.datetime], shape: str) -> Seen:
        """``shape`` tells how precise the times of the layout are."""
        return cls(len(times), min(times).strftime(shape), max(times).strftime(shape))


@dataclass(frozen=True, slots=True)
class Chat:
    """A generated file. Some readers leave the notices of the app out, by design: ``typed`` is without them."""

    layout: str
    size: int
    path: Path
    size_bytes: int
    all: Seen
    typed: Seen


def generate(layout: str, size: int, folder: Path) -> Chat:
    """Write the chat of a layout; the same bytes every time."""
    path = folder / f"{layout}-{size}.txt"
    render, times, typed = LAYOUTS[layout], [], []
    with path.open("wb") as out:
        for message in conversation(size, pace=PACE):
            out.write(render(message).encode())
            times.append(message.at)
            if not message.notice:
                typed.append(message.at)
    shape = "%Y-%m-%dT%H:%M:00" if layout == "android" else "%Y-%m-%dT%H:%M:%S"
    return Chat(layout, size, path, path.stat().st_size, Seen.of(times, shape), Seen.of(typed, shape))


# -------------------------------------------------------------------------------------------------------------- readers


@dataclass(frozen=True, slots=True)
class Reader:
    """Something that reads a chat, ready to run; or, with ``lacks``, why it is not here."""

    name: str
    about: str
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    given: dict[str, str] | None = None
    ours: bool = False
    lacks: str = ""

    def command(self, chat: Chat) -> list[str]:
        """The command line that reads ``chat``."""
        told = [self.given[chat.layout]] if self.given else []
        if self.name == GREP:
            return [*self.start, *told, str(chat.path)]
        return [*self.start, str(chat.path), *told, *self.end]

    def environment(self) -> dict[str, str]:
        """One time zone for all; podaudit is the one beside this folder."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NODE_", "GREP_"))} | {"TZ": "UTC"}
        if self.name == GREP:
            return kept | {"LC_ALL": "C"}  # bytes as they are, whatever the machine is set to
        return kept | {"PYTHONPATH": str(ROOT)} if self.ours else kept


def readers(names: Sequence[str] | None) -> list[Reader]:
    """The readers of the table, installed where need be; podaudit always takes part."""
    table = tomllib.loads((PEERS / "peers.toml").read_text(encoding="utf-8"))
    unknown = set(names or ()) - {entry["name"] for entry in table["readers"]}
    if unknown:
        known = ", ".join(entry["name"] for entry in table["readers"])
        raise SystemExit(f"no reader is called {', '.join(sorted(unknown))}; there are: {known}")

    @functools.cache
    def installed(name: str) -> str:
        return install(BENCH / name, table["environments"][name]["kind"], table["environments"][name]["pins"])

    out = []
    for entry in table["readers"]:
        if names and entry["name"] not in (*names, OURS):
            continue
        ready: dict[str, Any] = {"name": entry["name"], "about": entry["about"], "given": entry.get("given")}
        if entry["name"] == GREP:
            grep = shutil.which("grep")
            out.append(Reader(**ready, start=(grep or "", "-c", "-E"), lacks="" if grep else "no grep on this machine"))
            continue
        script = str(PEERS / entry["script"])
        if "environment" not in entry:
            out.append(Reader(**ready, start=(sys.executable, script), ours=True))
            continue
        folder, lacks = BENCH / entry["environment"], installed(entry["environment"])
        if table["environments"][entry["environment"]]["kind"] == "node":
            out.append(Reader(**ready, start=(shutil.which("node") or "", script), end=(str(folder),), lacks=lacks))
        else:
            out.append(Reader(**ready, start=(str(folder / "bin" / "python"), script), lacks=lacks))
    return out


def install(folder: Path, kind: str, pins: list[str]) -> str:
    """Make the environment of a peer, unless it stands there as declared. Returns why that did not go, or nothing."""
    ready = folder / ".ready"
    wanted = "\n".join([kind, platform.python_version(), *pins])
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return ""
    say(f"installing {', '.join(pins)}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if kind == "node":
        npm = shutil.which("npm")
        if not npm or not shutil.which("node"):
            return "no Node.js with npm on this machine"
        quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"]
        steps = [[npm, "install", "--prefix", str(folder), *quiet, *pins]]
    else:
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        steps = [[sys.executable, "-m", "venv", str(folder)], [*pip, *pins]]
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, timeout=LIMIT, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"could not be installed ({type(problem).__name__})"
        if done.returncode:
            return f"could not be installed ({complaint(done.stderr)})"
    ready.write_text(wanted, encoding="utf-8")
    return ""


_UNREACHED = re.compile(r"NewConnectionError|NameResolutionError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|Connection refused")


def complaint(stderr: str) -> str:
    """The line of an error output that says most, without addresses and places on this machine."""
    if _UNREACHED.search(stderr):
        return "the registry cannot be reached"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()] or ["it did not say why"]
    npm = [line for line in lines if line.startswith("npm err")][1:2]  # the first names a code, the second says it
    errors = npm or [line for line in lines if re.match(r"\w*error\b", line, re.IGNORECASE)] or lines
    plain = re.sub(r"https?://\S+", "…", errors[-1].replace("|", "/"))
    return re.sub(r"(?<!\S)['\"(]?(?:/[^\s/]+){2,}", "…", plain)[:120]


# ----------------------------------------------------------------------------------------------------------------- runs


@dataclass(frozen=True, slots=True)
class Run:
    """One reading in a process of its own."""

    seconds: float  # of the reading call alone; of the process where there is no such call (grep)
    whole: float
    peak: int  # bytes
    seen: Seen | None  # None: it counts only
    messages: int
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A reading that came to nothing."""

    why: str


def run(reader: Reader, chat: Chat) -> Run | Failed:
    """Read ``chat`` once."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        late = threading.Event()
        started = time.perf_counter()
        process = subprocess.Popen(reader.command(chat), stdout=out, stderr=err, env=reader.environment())

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(LIMIT, give_up)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.perf_counter() - started
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if late.is_set():
            return Failed(f"over {LIMIT // 60} min")
        out.seek(0)
        err.seek(0)
        if process.returncode:
            return Failed(f"failed ({complaint(err.read())})")
        said = out.read()
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if reader.name == GREP:
        return Run(whole, whole, peak, None, int(said), ())
    told = json.loads(said.splitlines()[-1])
    seen = Seen(told["messages"], told["first"], told["last"])
    return Run(told["seconds"], whole, peak, seen, seen.messages, tuple(told["versions"]))


class Results:
    """All runs of all readers on all chats."""

    def __init__(self, chats: list[Chat], readers: list[Reader]) -> None:
        self.chats = chats
        self.readers = readers
        self.runs: dict[tuple[str, int, str], list[Run]] = {}
        self.failed: dict[tuple[str, int, str], Failed] = {}

    def measure(self, rounds: int) -> None:
        """Every reader on every chat before anything is done again, so that drift of the machine hits all alike."""
        here = [reader for reader in self.readers if not reader.lacks]
        for i in range(rounds):
            for chat in self.chats:
                for reader in [*here[i % len(here) :], *here[: i % len(here)]]:
                    key = (chat.layout, chat.size, reader.name)
                    before = self.runs.setdefault(key, [])
                    if key in self.failed or (before and before[0].whole > SLOW):
                        continue
                    result = run(reader, chat)
                    if isinstance(result, Failed):
                        self.failed[key] = result
                        told = result.why
                    else:
                        before.append(result)
                        told = f"{result.seconds:.3f} s, whole process {result.whole:.3f} s"
                    say(f"round {i + 1} of {rounds}, {chat.layout} {chat.size:,}, {reader.name}: {told}")

    def of(self, chat: Chat, name: str) -> list[Run]:
        """The runs of a reader on a chat; none when one of them failed."""
        key = (chat.layout, chat.size, name)
        return [] if key in self.failed else self.runs.get(key, [])

    def why(self, chat: Chat, reader: Reader) -> str:
        """Why there are no runs."""
        if reader.lacks:
            return f"not here: {reader.lacks}"
        return self.failed[chat.layout, chat.size, reader.name].why

    def right(self, chat: Chat) -> bool:
        """Whether podaudit returned all of a chat, every time."""
        runs = self.of(chat, OURS)
        return bool(runs) and all(r.seen == chat.all for r in runs)

    def seconds(self, chat: Chat, name: str) -> float | None:
        """The median reading time."""
        runs = self.of(chat, name)
        return statistics.median(r.seconds for r in runs) if runs else None

    def ratio(self, chat: Chat, name: str, other: str) -> float | None:
        """How many times the reading time of ``other`` the reading time of ``name`` is."""
        a, b = self.seconds(chat, name), self.seconds(chat, other)
        return None if a is None or b is None else a / b

    def growth(self, layout: str, name: str) -> float | None:
        """The time of the largest chat of a layout by that of the next smaller one."""
        chats = [chat for chat in self.chats if chat.layout == layout]
        if len(chats) < 2:
            return None
        a, b = self.seconds(chats[-1], name), self.seconds(chats[-2], name)
        return None if a is None or b is None else a / b


# --------------------------------------------------------------------------------------------------------------- report


def report(results: Results, load: str) -> Iterator[str]:
    """Everything, as lines of Markdown."""
    layouts = list(dict.fromkeys(chat.layout for chat in results.chats))
    sizes = list(dict.fromkeys(chat.size for chat in results.chats))
    yield "# Reading an export: podaudit and others, side by side"
    yield ""
    yield from _machine(results, load)
    for layout in layouts:
        yield ""
        yield f"## {_LAYOUT[layout]}"
        yield ""
        yield from _times([chat for chat in results.chats if chat.layout == layout], results)
    if len(sizes) > 1:
        yield ""
        yield f"## Growth: the time for {short(sizes[-1])} by the time for {short(sizes[-2])}"
        yield ""
        yield from markdown(
            ["reader", *(_LAYOUT[layout] for layout in layouts)],
            ([r.about, *(times(results.growth(layout, r.name)) for layout in layouts)] for r in results.readers),
        )
    yield ""
    yield f"## Targets, at {sizes[-1]:,} messages"
    yield ""
    yield from _targets(results, layouts, sizes)


_LAYOUT = {"android": "Android", "ios": "iOS"}


def _machine(results: Results, load: str) -> Iterator[str]:
    versions: dict[str, None] = {}
    for runs in results.runs.values():
        versions |= dict.fromkeys(version for r in runs for version in r.versions)
    yield f"* Machine: {cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; {load}"
    yield f"* {platform.python_implementation()} {platform.python_version()}; podaudit {__version__}"
    yield f"* {', '.join([*sorted(versions, key=str.lower), *grep_version(results.readers)])}"
    yield (
        "* Every reading is a process of its own, interleaved with those of all the others. Reading: from the file on disk "
        "to the parsed result, imports not counted; median and range of the runs. Whole process and peak memory "
        f"(1 MB = {MEGABYTE:,} bytes): medians. Readings of more than {SLOW} s were done once."
    )
    yield (
        "* `grep -c -E` runs in the C locale with a pattern of the header that is anchored to the start of a line; its "
        "time is that of its whole process. Peaks are not measured below the size of the process that starts the others."
    )


def _times(chats: list[Chat], results: Results) -> Iterator[str]:
    rows, floor = [], own_peak()
    for chat in chats:
        label = f"{chat.size:,} ({chat.size_bytes / MEGABYTE:.1f} MB)"
        for reader in results.readers:
            runs = results.of(chat, reader.name)
            if not runs:
                rows.append([label, reader.about, results.why(chat, reader), *[""] * 6])
                continue
            taken = [r.seconds for r in runs]
            spread = f"{seconds(min(taken))}–{seconds(max(taken))}" if len(taken) > 1 else "one run"
            peak = statistics.median(r.peak for r in runs)
            rows.append([
                label, reader.about, seconds(statistics.median(taken)), spread,
                seconds(statistics.median(r.whole for r in runs)),
                f"< {floor / MEGABYTE:.0f}" if peak <= floor else f"{peak / MEGABYTE:,.0f}",
                times(results.ratio(chat, reader.name, OURS)), times(results.ratio(chat, reader.name, GREP)),
                verdict(chat, runs),
            ])  # fmt: skip
    yield from markdown(
        ["messages", "reader", "reading, s", "range, s", "whole process, s", "peak, MB", "time / podaudit's",
         "time / grep's", "returned"],
        rows,
    )  # fmt: skip


def _targets(results: Results, layouts: list[str], sizes: list[int]) -> Iterator[str]:
    asked = {reader.name: reader for reader in results.readers}

    def at_least(chat: Chat, name: str, bound: float) -> str:
        if name in asked and not results.of(chat, name):
            return f"not measured ({results.why(chat, asked[name]).partition(':')[0]})"
        return judged(results.ratio(chat, name, OURS), bound, least=True)

    largest = {chat.layout: chat for chat in results.chats}
    rows: list[list[str]] = [
        ["at least 15 times faster than whatstk, its format given",
         *(at_least(largest[x], "whatstk", 15) for x in layouts)],
        ["at least 3 times faster than whatsapp-chat-parser",
         *(at_least(largest[x], "whatsapp-chat-parser", 3) for x in layouts)],
        ["at most 10 times the time of `grep -c`",
         *(judged(results.ratio(largest[x], OURS, GREP), 10) for x in layouts)],
    ]  # fmt: skip
    memory = ["at most 1 GB of memory at the peak"]
    right = ["every message returned, with its time"]
    for layout in layouts:
        runs = results.of(largest[layout], OURS)
        peak = max((r.peak for r in runs), default=None)
        memory.append(judged(None if peak is None else peak / (1000 * MEGABYTE), 1, unit=" GB"))
        right.append(verdict(largest[layout], runs) if runs else "not measured")
    rows.append(memory)
    if len(sizes) > 1:
        bound = 1.1 * sizes[-1] / sizes[-2]
        rows.append([
            f"{short(sizes[-1])} in at most {bound:.3g} times the time of {short(sizes[-2])}",
            *(judged(results.growth(layout, OURS), bound) for layout in layouts),
        ])  # fmt: skip
    rows.append(right)
    yield from markdown(["podaudit", *(_LAYOUT[layout] for layout in layouts)], rows)
    if sizes[-1] < SIZES[-1]:
        yield ""
        yield f"The targets are set for {SIZES[-1]:,} messages; this run stopped at fewer."


def verdict(chat: Chat, runs: Sequence[Run]) -> str:
    """Whether a reader returned what stands in the chat."""
    returned = {(r.messages, r.seen) for r in runs}
    if len(returned) > 1:
        return f"WRONG: differs from run to run ({', '.join(sorted(f'{n:,}' for n, _ in returned))})"
    ((messages, seen),) = returned
    if messages == chat.all.messages:
        fit, told = chat.all, f"{messages:,}"
    elif messages == chat.typed.messages:
        fit, told = chat.typed, f"{messages:,} (no notices)"
    else:
        return f"WRONG: {messages:,} of {chat.all.messages:,}"
    if seen is not None and seen != fit:
        return f"{told}, but WRONG times: {seen.first} to {seen.last}, not {fit.first} to {fit.last}"
    return told


def judged(value: float | None, bound: float, *, least: bool = False, unit: str = "×") -> str:
    """A figure and whether it is where it should be."""
    if value is None:
        return "not measured"
    reached = value >= bound if least else value <= bound
    return f"{figure(value)}{unit}: {'reached' if reached else 'NOT reached'}"


def markdown(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(' --- ' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def seconds(value: float) -> str:
    """Seconds to the millisecond, or to three figures."""
    return f"{value:.3f}" if value < 1 else figure(value)


def times(value: float | None) -> str:
    """A ratio, if there is one."""
    return "" if value is None else f"{figure(value)}×"


def figure(value: float) -> str:
    """A number to three figures or so, never in powers of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def short(size: int) -> str:
    """10000 as 10k."""
    for unit, name in ((1_000_000, "M"), (1000, "k")):
        if size >= unit and not size % unit:
            return f"{size // unit}{name}"
    return str(size)


def cpu() -> str:
    """The processor by its trade name, where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    if sys.platform == "darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return platform.processor() or platform.machine()


def grep_version(readers: list[Reader]) -> list[str]:
    """The first line of ``grep --version``, if it takes part."""
    for reader in readers:
        if reader.name == GREP and not reader.lacks:
            asked = subprocess.run([reader.start[0], "--version"], capture_output=True, text=True, check=False)
            return asked.stdout.splitlines()[:1]
    return []


def own_peak() -> int:
    """The peak of this process, below which the system reports none for those it starts."""
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) * 1.02)


def say(text: str) -> None:
    """Progress, apart from the report."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


# -------------------------------------------------------------------------------------------------------------- command


def main() -> int:
    """Generate, install, measure, print. The status is 1 if podaudit itself failed or returned something wrong."""
    parser = argparse.ArgumentParser(description="Time reading a chat, beside the other readers there are.")
    parser.add_argument("--sizes", type=sizes_of, default=list(SIZES), help="messages, such as 10k,100k,1M")
    parser.add_argument("--layouts", type=_layouts, default=list(LAYOUTS), help=",".join(LAYOUTS))
    parser.add_argument("--peers", type=lambda text: text.split(","), help="names of benchmarks/peers/peers.toml; all")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median counts")
    given = parser.parse_args()
    chats_in = BENCH / "chats"
    chats_in.mkdir(parents=True, exist_ok=True)
    taking_part = readers(given.peers)
    # In another process: what this one holds counts as the least memory of every process it starts.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        wanted = [(layout, size) for size in given.sizes for layout in given.layouts]
        say(f"generating {len(wanted)} chats")
        chats = list(other.map(generate, *zip(*wanted, strict=True), [chats_in] * len(wanted)))
    results = Results(chats, taking_part)
    before = os.getloadavg()[0]
    results.measure(max(given.runs, 1))
    load = f"load {before:.1f} at the start, {os.getloadavg()[0]:.1f} at the end (1 is this run itself)"
    sys.stdout.write("\n".join(report(results, load)) + "\n")
    return 0 if all(results.right(chat) for chat in chats) else 1


def sizes_of(text: str) -> list[int]:
    units = {"k": 1000, "m": 1_000_000}
    sizes = []
    for part in text.lower().split(","):
        found = re.fullmatch(r"(\d+)([km]?)", part.strip())
        if not found or int(found[1]) < 1:
            raise argparse.ArgumentTypeError(f"{part} is no number of messages")
        sizes.append(int(found[1]) * units.get(found[2], 1))
    return sorted(set(sizes))


def _layouts(text: str) -> list[str]:
    asked = text.split(",")
    if not set(asked) <= set(LAYOUTS):
        raise argparse.ArgumentTypeError(f"layouts are {', '.join(LAYOUTS)}")
    return [layout for layout in LAYOUTS if layout in asked]


if __name__ == "__main__":
    sys.exit(main())
