"""The same input and options give the same bytes, whatever the hash seed, time zone, locale, working folder and umask."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podaudit.resources import demo_chat

# Each after the first is one run under other circumstances; all of them at once is what two machines differ in.
WORLDS: dict[str, dict[str, str]] = {
    "plain": {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    "another seed, zone and locale": {
        "PYTHONHASHSEED": "4242",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "LANG": "nl_NL.UTF-8",
        "COLUMNS": "40",
    },
    "a third": {
        "PYTHONHASHSEED": "7",
        "TZ": "America/St_Johns",
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
        "OMP_NUM_THREADS": "1",
    },
}
OUTPUTS = """
import sys
from podaudit import cli
for arguments in (["report", sys.argv[1], "-o", "page.html", "-q", "--no-open"], ["tables", sys.argv[1], "-o", "t", "-q"],
                  ["tables", sys.argv[1], "-o", "l", "-q", "--format", "jsonl"], ["audit", sys.argv[1], "--json"]):
    try:
        cli.main(arguments)
    except SystemExit as stop:
        assert stop.code == 0, (arguments, stop.code)
"""


def digests(python: str, chat: Path, place: Path, world: dict[str, str]) -> dict[str, str]:
    """The SHA-256 of every output of a run of ``python`` in ``place``."""
    place.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [python, "-c", OUTPUTS, str(chat)], cwd=place, env=kept | world | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    made = {str(p.relative_to(place)): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    return {name: hashlib.sha256(data).hexdigest() for name, data in {**made, "document": done.stdout}.items()}


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo_chat(), tmp_path_factory.mktemp("chat") / "chat.zip"))


@pytest.fixture(scope="module")
def plain(chat: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return digests(sys.executable, chat, tmp_path_factory.mktemp("worlds") / "plain", WORLDS["plain"])


@pytest.mark.parametrize("world", list(WORLDS)[1:])
def test_the_world_leaves_no_trace(chat: Path, plain: dict[str, str], tmp_path: Path, world: str) -> None:
    assert len(plain) > 60
    assert digests(sys.executable, chat, tmp_path / "somewhere \u00e9lse", WORLDS[world]) == plain
