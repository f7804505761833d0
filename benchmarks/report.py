"""Times the report of a 40,000-message chat, as whole processes: what a user waits for, and what of it is the page."""

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
        commands = {"report": ["report", str(chat), "--no-open", "-q"], "audit": ["audit", str(chat), "-q"]}
        # In turn, so that a machine that slows down slows both.
        timed = [{name: _timed(words) for name, words in commands.items()} for _ in range(RUNS)]
        size = (Path(folder) / "chat.report.html").stat().st_size
        _timed([*commands["report"], "--full-log"])
        whole = (Path(folder) / "chat.report.html").stat().st_size
    seconds = [run["report"] for run in timed]
    page = [run["report"] - run["audit"] for run in timed]
    sys.stdout.write(
        f"report of {MESSAGES:,} messages, whole process, {RUNS} runs: min {min(seconds):.2f} s, "
        f"median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s; beyond the audit: median "
        f"{statistics.median(page):.2f} s; {size / 1e6:.2f} MB, with the whole log {whole / 1e6:.2f} MB\n"
    )


def _timed(words: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "podaudit", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
