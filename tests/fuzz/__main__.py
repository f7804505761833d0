"""``python -m tests.fuzz TARGET --seconds 60``: fuzz the targets named, or all, as many at once as there are processors.

Each starts from its seeds and the dictionary. What is learnt is kept in ``.fuzz/`` of the current folder, with a log for
each target; what breaks a promise is written there as ``find-…`` and shown. Exit status 0: nothing was found.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import multiprocessing.connection
import os
import pkgutil
import sys
from pathlib import Path

import podaudit
from tests.fuzz.each import NAMES, target

HERE = Path(__file__).parent
KEPT = Path(".fuzz")
MOST = 4096  # bytes of an input


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz podaudit.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; otherwise all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(NAMES):
        parser.error(f"there is no target {min(unknown)}; there are {', '.join(NAMES)}.")
    _instrument()
    fork = multiprocessing.get_context("fork")  # instrumenting takes most of a minute: once for all
    waiting = [fork.Process(target=_fuzz, args=(name, given.seconds), name=name) for name in given.targets or NAMES]
    going, bad = {}, False
    while waiting or going:
        while waiting and len(going) < len(os.sched_getaffinity(0)):
            process = waiting.pop(0)
            process.start()
            going[process.sentinel] = process
        for ended in multiprocessing.connection.wait(list(going)):
            process = going.pop(int(ended))
            process.join()
            bad |= process.exitcode != 0
            lines = _log(process.name).read_text("utf-8", "replace").splitlines()
            told = lines[-200:] if process.exitcode else [line for line in lines if line.startswith("stat::")]
            print(
                f"{process.name}: exit status {process.exitcode} after {given.seconds} s", *told, sep="\n", flush=True
            )
    sys.exit(bad)


def _instrument() -> None:
    try:
        import atheris
    except ImportError:
        sys.exit(
            "Fuzzing needs atheris, which has no wheel for every system and Python; on Linux: pip install atheris."
        )
    with atheris.instrument_imports(include=["podaudit"], enable_loader_override=False):
        for module in pkgutil.walk_packages(podaudit.__path__, "podaudit."):
            if not module.name.endswith(("__main__", ".update")):
                importlib.import_module(module.name)


def _log(name: str) -> Path:
    return KEPT / f"{name}.log"


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    with _log(name).open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    options = [
        f"-max_total_time={seconds}", f"-max_len={MOST}", "-len_control=0", f"-artifact_prefix={KEPT}/find-{name}-", "-timeout=200",
        "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=1", f"-dict={HERE / 'exports.dict'}",
    ]  # fmt: skip
    seeds = [str(folder) for folder in (HERE / "seeds" / name, HERE / "found" / name) if folder.exists()]
    atheris.Setup([sys.argv[0], *options, str(kept), *seeds], target(name))
    atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
