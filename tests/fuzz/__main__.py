"""``python -m tests.fuzz TARGET --seconds 60``: fuzz one target, or each in turn, from its seeds and dictionary.

What is learnt is kept in ``.fuzz/`` of the current folder; what breaks a promise is written there as ``find-…`` and shown.
Exit status 0: nothing was found.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import podaudit
from tests.fuzz.each import NAMES, target

HERE = Path(__file__).parent
MOST = 4096  # bytes of an input


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz podaudit.")
    parser.add_argument("target", nargs="?", choices=NAMES, help="otherwise all, one after another")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    if given.target is None:
        each = [[sys.executable, "-m", "tests.fuzz", name, "--seconds", str(given.seconds)] for name in NAMES]
        sys.exit(max(subprocess.run(command, check=False).returncode != 0 for command in each))
    _fuzz(given.target, given.seconds)


def _fuzz(name: str, seconds: int) -> None:
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
    kept = Path(".fuzz", name)
    kept.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-max_len={MOST}", "-len_control=0", f"-artifact_prefix=.fuzz/find-{name}-", "-timeout=200",
        "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=1", f"-dict={HERE / 'exports.dict'}",
    ]  # fmt: skip
    seeds = [str(folder) for folder in (HERE / "seeds" / name, HERE / "found" / name) if folder.exists()]
    print(f"fuzzing {name} for {seconds} s", flush=True)
    atheris.Setup([sys.argv[0], *options, str(kept), *seeds], target(name))
    atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
