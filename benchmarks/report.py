"""Times the report of a 40,000-message chat, as a whole process: what a user waits for."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "fixtures"))

from make_chat import make_chat  # noqa: E402 - it lies in fixtures, which is no package

MESSAGES = 40_000
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        chat = Path(folder) / "chat.txt"
        chat.write_bytes(make_chat(MESSAGES))
        seconds = [
            _timed([sys.executable, "-m", "podaudit", "report", str(chat), "--no-open", "-q"]) for _ in range(RUNS)
        ]
        size = (Path(folder) / "chat.report.html").stat().st_size
    sys.stdout.write(
        f"report of {MESSAGES:,} messages, whole process, {RUNS} runs: min {min(seconds):.2f} s, "
        f"median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s; {size / 1e6:.1f} MB\n"
    )


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
