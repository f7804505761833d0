"""What several tests share. Chats in here are invented."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from podaudit import cli, model
from podaudit.audit import Audit
from podaudit.resources import demo_chat
from tests.making import whole

# What a shell begins in the background ignores interrupts, and so do the processes that it begins; the tests send some.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("podaudit", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("podaudit")

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess[bytes]]
Call = Callable[..., tuple[int, bytes, str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden pages anew (tests/test_golden.py)")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: a quarter of a worker's time it waits for a process or the browser."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def demo() -> Path:
    """The bundled chat, a zip as a phone shares it."""
    return demo_chat()


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Runs ``podaudit`` within this process, which is quicker; for what does not depend on being a process."""
    monkeypatch.chdir(tmp_path)

    def go(*arguments: str | Path) -> tuple[int, bytes, str]:
        with pytest.raises(SystemExit) as stop:
            cli.main([str(argument) for argument in arguments])
        out, said = capfdbinary.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, said.decode()

    return go


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``podaudit`` as a process of its own in an empty folder; takes the arguments, and ``stdin`` as bytes."""

    def go(*arguments: str | Path, stdin: bytes | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "podaudit", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80", **env},
            input=stdin if stdin is not None else b"",
            capture_output=True,
            timeout=120,
            check=False,
        )

    return go


@pytest.fixture
def small_audit() -> Audit:
    """An audit made by hand, with at least one row in every table and a value of every kind."""
    day = dt.datetime(2023, 3, 1, 9, 0)
    url, key = "https://www.linkedin.com/feed/update/urn:li:activity:7036620272307725438", "linkedin:activity:1"
    post_id = "7036620272307725438"
    return whole(
        source=model.Source(
            name="chat.txt", sha256="0" * 64, lines=9, messages=7, system_messages=1, gaps=1, platform="android",
            date_order="dmy", clock="24h", encoding="utf-8", first=day, last=dt.datetime(2023, 3, 2, 9, 0),
            group="Boost 🚀", languages={"nl": 0.93, "en": 0.07},
        ),
        messages=model.MESSAGES.frame([
            (1, 1, day, "", "notice", "Anna heeft Bob toegevoegd", "", "", "", 0, 10),
            (2, 3, day, "+31 6 12345678", "text", "=HYPERLINK(\"x\")\nregel twee", "", "", "Bob", 10, 20),
            (4, 4, None, "", "gap", "\u2028?", "", "no header before it", "", 20, 30),
            (5, 5, day, "Anna", "text", "'quoted' \r bare", "time runs back", "", "Anna", 30, 40),
        ]),
        origins=model.ORIGINS.frame(),
        members=model.MEMBERS.frame([
            ("Anna", [], 3, day, day, [{"from": None, "until": None}], True),
            ("Bob", ["+31 6 12345678"], 1, day, None, [{"from": day, "until": dt.datetime(2023, 3, 2)}], False),
        ]),
        membership=model.MEMBERSHIP.frame([
            (1, day, "added", "Bob", "Anna", None), (8, day, "left", "Bob", None, None),
        ]),
        links=model.LINKS.frame(),
        calls=model.CALLS.frame([
            (5, day, "Anna", "Anna", "linkedin", "activity", post_id, url, dt.datetime(2023, 3, 1, 8, 56, 47, 123456),
             ["comment", "react"], None, dt.datetime(2023, 3, 1, 10), "link and ask", key),
            (6, day, "Anna", "an outsider", "linkedin", "short", None, "https://lnkd.in/x", None,
             [], None, None, "", "k"),
        ]),
        repeats=model.REPEATS.frame([(7, 5, key)]),
        rules=model.RULES.frame([
            (2, "comment_min_words", 5, "Bob", day, "minstens 5", "", None),
            (2, "quota", {"posts": 1, "per": "day"}, "Bob", day, "één per dag", "", None),
            (2, "confirm", "✅", "Bob", day, "zet een ✅", "", None),
            (2, "react", None, "Bob", day, "like", "", None),
        ]),
        replies=model.REPLIES.frame([(7, "Bob", "done", 5, post_id, url, "gedaan", day, key)]),
        absences=model.ABSENCES.frame([(7, "Bob", day, dt.datetime(2023, 3, 5, 23, 59, 59))]),
        ledger=model.LEDGER.frame([
            (5, post_id, url, "Bob", "confirmed", 7, key), (6, None, "https://lnkd.in/x", "Bob", "silent", None, "k"),
        ]),
        checks=model.CHECKS.frame([
            (5, 2, "confirm", "Bob", post_id, url, "kept", [5, 7], "wrote that it was done"),
            (5, 2, "quota", "Anna", None, None, "broken", [5, 6], "2 posts put up that day, at most 1 allowed"),
        ]),
        pressure=model.PRESSURE.frame([(7, day, "Anna", ["threat"], ["Bob"], {"threat": "laatste"}, {"threat": ("x",)})]),
        episodes=model.EPISODES.frame([("punished", "Bob", 7, 8)]),
    )  # fmt: skip
