"""Measures ``podaudit corpus`` on generated exports: pace and memory, and that the bytes never depend on how it went.

    python benchmarks/corpus.py --exports 1000

Prints Markdown. The same exports are audited by two processes without a break; again, killed half-way (SIGKILL) and resumed;
and by a Dask cluster of two workers, one of which is killed half-way. All three must leave the same bytes. The exports have
400 messages each on average, and stand in ``.bench/corpus``. On a machine that others use, seconds tell of them as well; the
processor's work tells of podaudit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from reading import BENCH, MEGABYTE, cpu, markdown, say

from podaudit import __version__

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "fixtures"))

from make_chat import LAYOUTS, make_chat  # noqa: E402 - it lies in fixtures, which is no package

PLACE = BENCH / "corpus"
MESSAGES = 400  # per export, on average
JOBS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """One run, or the part of it after an interruption."""

    seconds: float
    groups: int  # audited in it
    peak: int  # bytes, of all its processes together
    bytes: str  # SHA-256 over all that it left
    work: float | None = None  # seconds that processors worked for it, where none of its processes was killed


def generate(exports: int) -> Path:
    """So many exports, of 200 to 600 messages, 5 to 40 members and both layouts; made again only where they are missing."""
    folder = PLACE / f"exports-{exports}"
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(exports):
        path = folder / f"{i:05}.txt"
        if not path.exists():
            layout = list(LAYOUTS)[i % len(LAYOUTS)]
            path.write_bytes(make_chat(MESSAGES + (i % 5 - 2) * 100, members=5 + i % 36, seed=i, layout=layout))
    return folder


def command(exports: Path, out: Path, *further: str) -> list[str]:
    return [
        sys.executable, "-m", "podaudit", "corpus", str(exports), "-o", str(out), "--pseudonyms", str(PLACE / "project.key"), "-q",
        *further,
    ]  # fmt: skip


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


def done(out: Path) -> int:
    records = out / "done"
    return sum(name.endswith(".json") for name in os.listdir(records)) if records.exists() else 0


class Watch:
    """Samples the memory of some processes and all of theirs, twice a second."""

    def __init__(self, *pids: int) -> None:
        self._pids, self.peak, self._stop = pids, 0, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        while not self._stop.wait(0.5):
            self.peak = max(self.peak, sum(map(_memory, self._pids)))

    def end(self) -> int:
        self._stop.set()
        self._thread.join()
        return self.peak


def _memory(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def tree(out: Path) -> str:
    """A hash over the names and bytes of all files below."""
    digest = hashlib.sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(out).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def finish(process: subprocess.Popen[bytes], out: Path, before: int, started: float, *others: int) -> Run:
    watch = Watch(process.pid, *others)
    status = process.wait()
    seconds, peak = time.perf_counter() - started, watch.end()
    if status:
        raise SystemExit(f"podaudit ended with status {status}")
    return Run(seconds, done(out) - before, peak, tree(out))


def plain(exports: Path) -> Run:
    """Two processes, without a break."""
    out = _empty("plain")
    worked, started = _worked(), time.perf_counter()
    run = finish(_start(command(exports, out, "--jobs", str(JOBS))), out, 0, started)
    return replace(run, work=_worked() - worked)


def killed(exports: Path, total: int) -> Run:
    """Two processes, killed when half is done; then the same command again, whose figures these are."""
    out = _empty("killed")
    process = _start(command(exports, out, "--jobs", str(JOBS)))
    _wait_for(out, total // 2, process)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=30)
    if alive:
        raise SystemExit(f"{len(alive)} workers outlived the process that started them")
    say(f"killed with {done(out):,} of {total:,} done")
    before, started = done(out), time.perf_counter()
    return finish(_start(command(exports, out, "--jobs", str(JOBS))), out, before, started)


def cluster(exports: Path, total: int) -> Run:
    """A scheduler and two workers as the README starts them; one worker is killed when half is done."""
    out = _empty("cluster")
    with _scheduler() as (address, scheduler), _worker(address) as first, _worker(address) as second:
        started = time.perf_counter()
        process = _start(command(exports, out, "--scheduler", address))
        killer = threading.Thread(target=_kill_at, args=(first, out, total // 2, process))
        killer.start()
        run = finish(process, out, 0, started, scheduler.pid, first.pid, second.pid)
        killer.join()
        return run


def _wait_for(out: Path, groups: int, process: subprocess.Popen[bytes]) -> None:
    while done(out) < groups:
        if process.poll() is not None:
            raise SystemExit("podaudit ended before it could be killed")
        time.sleep(0.05)


def _kill_at(worker: subprocess.Popen[bytes], out: Path, groups: int, process: subprocess.Popen[bytes]) -> None:
    _wait_for(out, groups, process)
    os.killpg(worker.pid, signal.SIGKILL)  # the worker and the nanny that would start it again
    say(f"killed a worker with {done(out):,} done")


@contextmanager
def _scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard") as process:
        yield f"tcp://127.0.0.1:{port}", process


@contextmanager
def _worker(address: str) -> Iterator[subprocess.Popen[bytes]]:
    with _dask("worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(PLACE)) as process:
        yield process


@contextmanager
def _dask(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    with open(PLACE / "dask.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words], stderr=log, stdout=log, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _worked() -> float:
    """Seconds that processors have worked for processes that this one started, and theirs, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _empty(name: str) -> Path:
    out = PLACE / name
    shutil.rmtree(out, ignore_errors=True)
    return out


def report(exports: int, runs: dict[str, Run]) -> Iterator[str]:
    yield f"* Machine: {cpu()}, {os.cpu_count()} cores; load of the last 15 minutes {os.getloadavg()[2]:.1f}; podaudit {__version__}"
    yield f"* {exports:,} exports, {exports * MESSAGES:,} messages; pseudonyms, no text, the leak check over everything"
    yield ""
    yield from markdown(["run", "groups", "seconds", "groups per second", "memory at the peak, MB"], [
        [name, f"{run.groups:,}", f"{run.seconds:.1f}", f"{run.groups / run.seconds:.2f}", f"{run.peak / MEGABYTE:,.0f}"]
        for name, run in runs.items()
    ])  # fmt: skip
    for name, run in runs.items():
        if run.work is not None:
            yield ""
            yield f"{name}: processors worked {run.work / run.groups:.2f} s a group, the start of the processes included."
    same = len({run.bytes for run in runs.values()}) == 1
    yield ""
    yield f"All left the same bytes: {'yes' if same else 'NO'}."


def main(arguments: Sequence[str] | None = None) -> None:
    """Generate, run, compare, print."""
    parser = argparse.ArgumentParser(description="Measure podaudit corpus.")
    parser.add_argument("--exports", type=int, default=1000, help="a multiple of 5")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a cluster is ended with it
    exports = generate(given.exports)
    runs = {}
    for name, run in (
        (f"{JOBS} processes", lambda: plain(exports)),
        (f"{JOBS} processes, killed half-way: the rest", lambda: killed(exports, given.exports)),
        ("Dask, 2 workers, one killed half-way", lambda: cluster(exports, given.exports)),
    ):
        runs[name] = run()
        say(f"{name}: {runs[name].seconds:.1f} s")
    sys.stdout.write("\n".join(report(given.exports, runs)) + "\n")
    if len({run.bytes for run in runs.values()}) > 1:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
