"""Times a LinkedIn archive of 300,000 rows laid beside a 40,000-message chat: reading it, joining it, all its tables.

    python benchmarks/evidence.py --rows 300000 --runs 5

The chat is audited before and its time is not counted. Prints the shortest run, for other work on the machine only ever adds,
and the processor's time, which other work changes less.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "fixtures"))

from make_chat import make_chat  # noqa: E402 - they lie in fixtures, which is no package
from make_evidence import archive, large  # noqa: E402

from podaudit import evidence  # noqa: E402
from podaudit.audit import audit  # noqa: E402
from podaudit.export import read  # noqa: E402
from podaudit.model import Options  # noqa: E402

MESSAGES = 40_000
TARGET = 3.0  # seconds, for 300,000 rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a LinkedIn archive laid beside a chat.")
    parser.add_argument("--rows", type=int, default=300_000, help="rows of the archive")
    parser.add_argument("--runs", type=int, default=5, help="the shortest counts")
    given = parser.parse_args()
    gc.disable()  # as the command does
    chat = audit(read(None, data=make_chat(MESSAGES), name="chat.txt", options=Options()), Options())
    first, *_, last = chat.members["name"].iloc[0].split()
    posts = chat.calls[["post_kind", "post_id"]].dropna().itertuples(index=False)
    files = large(
        [f"https://www.linkedin.com/feed/update/urn%3Ali%3A{kind}%3A{number}" for kind, number in posts], given.rows
    )
    files["Profile.csv"] = f"First Name,Last Name\n{first},{last}\n"
    reading, laying, worked = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        path.write_bytes(archive(files))
        for _ in range(max(given.runs, 1)):
            started, before = time.perf_counter(), time.process_time()
            held = evidence.gather([path], [], None, 1 << 30)
            read_at = time.perf_counter()
            made = evidence.lay(held, chat.source, chat.members, chat.calls, chat.rules, chat.ledger, None)
            reading.append(read_at - started)
            laying.append(time.perf_counter() - read_at)
            worked.append(time.process_time() - before)
            gc.collect()
    whole = min(map(sum, zip(reading, laying, strict=True)))
    sys.stdout.write(
        f"archive of {given.rows:,} rows beside {MESSAGES:,} messages, {len(made.actions):,} of them on called posts: "
        f"{whole:.2f} s (reading {min(reading):.2f} s, joining and figures {min(laying):.2f} s; processor "
        f"{min(worked):.2f} s); at most {TARGET:g} s: {'reached' if whole <= TARGET else 'NOT reached'}\n"
    )


if __name__ == "__main__":
    main()
