"""The same input and options give the same bytes, whatever the hash seed, time zone, locale, working folder and Python.

Other Pythons are those that ``PODAUDIT_PYTHONS`` names (paths with ``:`` between, each with podaudit's dependencies in the same
versions): ``PODAUDIT_PYTHONS=~/v312/bin/python:~/v313/bin/python pytest tests/test_determinism.py``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podaudit.resources import demo_chat
from tests.conftest import ROOT
from tests.hostile.making import pod
from tests.hostile.texts import MARKUP
from tests.making import export_text
from tests.test_golden import POD, REELS, STREET

OTHERS = list(filter(None, os.environ.get("PODAUDIT_PYTHONS", "").split(os.pathsep)))
_DAY = "2024-03-14"  # tells day and month apart
CHATS = {
    "pod": export_text(POD, _DAY), "reels": export_text(REELS, _DAY), "street": export_text(STREET, _DAY),
    "markup": pod(*[MARKUP["mutation"]] * 2),
    "names": pod("Ren\u00e9e \u0130\u1e9e \U0001f41d", "\ufb01jn \u0661 \u00e9"), "demo": "",
}  # fmt: skip
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
    """The SHA-256 of every output of a run of ``python`` in ``place``; a Python that is not this one brings its own packages."""
    paths = sys.path if python == sys.executable else [str(ROOT)]
    place.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [python, "-c", OUTPUTS, str(chat)], cwd=place, env=kept | world | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
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


@pytest.mark.skipif(not OTHERS, reason="PODAUDIT_PYTHONS names no other Pythons")
@pytest.mark.parametrize("name", CHATS)
def test_every_python_gives_the_same(name: str, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt" if CHATS[name] else Path(demo_chat())
    if CHATS[name]:
        chat.write_text(CHATS[name], encoding="utf-8")
    made = [
        digests(python, chat, tmp_path / str(n), WORLDS["plain"]) for n, python in enumerate((sys.executable, *OTHERS))
    ]
    assert len(made[0]) > 60
    assert made[1:] == made[:1] * len(OTHERS)
