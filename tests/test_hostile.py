"""Hostile and broken files through the whole command line: each is read as it should be, or refused in one line.

No traceback, the input untouched, the outputs whole or absent and private, pages inert to a parser and to Chromium, sheets
guarded, the terminal clean. What is heavy runs as a process of its own, with 20 s of work and 2 GB.
"""

from __future__ import annotations

import csv
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from podaudit import tables
from tests.conftest import Call
from tests.hostile.cases import CASES
from tests.hostile.inert import check_inert
from tests.hostile.making import Case, Read, Refused

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS, BYTES = 20, 2 << 30
CLASSES = (
    "markup", "links", "sheets", "terminal", "identity", "encodings", "zips", "no chat", "places", "several", "times", "headers",
    "sizes", "patterns", "linkedin", "pseudonyms", "corrections",
)  # fmt: skip
SHEETS = ("sheets", "markup", "terminal", "linkedin")  # whose tables are looked at
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_FIGURE = re.compile(r'<b data-figure="(messages|gaps|members|calls)">([\d.,]+)</b>')
_Tree = dict[str, tuple[int, int, bytes]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser | None]:
    if CHROMIUM is None:
        assert "CI" not in os.environ, "CI needs chromium"
        yield None
        return
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


def _tree(folder: Path) -> _Tree:
    """All there is in a folder: mode, time of change and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        held = (
            os.readlink(path).encode()
            if path.is_symlink()
            else path.read_bytes()
            if stat.S_ISREG(seen.st_mode)
            else b""
        )
        found[os.fsdecode(path.relative_to(folder))] = (seen.st_mode, seen.st_mtime_ns, held)
    return found


def _prepared(case: Case, tmp_path: Path) -> tuple[list[str], Path, _Tree]:
    """The arguments of a report, where it goes, and the input as it was."""
    place, out = tmp_path / "given", tmp_path / "made"
    place.mkdir()
    out.mkdir()
    arguments = list(case.make(place))
    if "-o" not in arguments:
        arguments += ["-o", str(out / "report.html")]
    return arguments, out, _tree(place)


def _check_said(case: Case, status: int, said: str, out: Path) -> None:
    assert "Traceback" not in said and "internal error" not in said, said
    assert not _CONTROL.search(said), ascii(said)
    assert not [word for word in case.hidden if word.casefold() in said.replace(str(out), "").casefold()]
    if isinstance(case.outcome, Refused):
        assert status == case.outcome.status, said
        *before, line = said.splitlines()
        assert line.startswith("podaudit: ") and case.outcome.said in line, said
        assert not [x for x in before if x.startswith("podaudit: ")], said
    else:
        assert status == 0, said
        assert case.outcome.said in said


def _check_made(case: Case, out: Path) -> str:
    """The page, where there has to be one; otherwise nothing has been left."""
    made = sorted(path.name for path in out.iterdir())
    if isinstance(case.outcome, Refused):
        assert made == []
        return ""
    assert made in (["report.html"], ["report.html", "report.review.txt"])  # --quotes lists them for their maker
    for name in made:
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o600
    page = out / "report.html"
    html = page.read_text(encoding="utf-8")
    assert html.endswith("</html>\n")
    assert not [word for word in case.hidden if word.casefold() in html.casefold()]
    return html


def _check_figures(expected: Read, html: str) -> None:
    shown = {name: int(re.sub("[.,]", "", value)) for name, value in _FIGURE.findall(html)}
    wanted = {
        "messages": expected.messages,
        "gaps": expected.gaps,
        "members": expected.members,
        "calls": expected.calls,
    }
    shown.setdefault("gaps", 0)
    assert {name: shown[name] for name, value in wanted.items() if value is not None} == {
        name: value for name, value in wanted.items() if value is not None
    }


def _check_canary(browser: Browser, page: Path) -> None:
    context = browser.new_context()
    try:
        opened: Any = context.new_page()
        seen: list[str] = []
        opened.on("dialog", lambda dialog: (seen.append("a dialog"), dialog.dismiss()))
        opened.on("console", lambda message: seen.append(message.text))
        opened.on("pageerror", lambda error: seen.append(str(error)))
        opened.on("request", lambda request: seen.append(request.url))
        opened.goto(page.as_uri())
        opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert opened.evaluate("document.documentElement.dataset.pdxfired") is None
        assert seen == [page.as_uri()]
        assert opened.url == page.as_uri()
    finally:
        context.close()


@pytest.mark.parametrize("case", [c for c in CASES if not c.heavy], ids=lambda case: case.name)
def test_read_or_refused(case: Case, call: Call, tmp_path: Path, browser: Browser | None) -> None:
    arguments, out, before = _prepared(case, tmp_path)
    status, path, said = call("report", *arguments, "-v", "--no-open")
    _check_said(case, status, said, out)
    assert _tree(tmp_path / "given") == before
    html = _check_made(case, out)
    if isinstance(case.outcome, Refused):
        assert path == b""
        return
    assert os.fsdecode(path) == f"{out / 'report.html'}\n"
    _check_figures(case.outcome, html)
    check_inert(html)
    assert "62773913" not in html
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", html)
    if browser is not None:
        _check_canary(browser, out / "report.html")
    if case.threat in SHEETS:
        _check_sheets(call, [a for a in arguments if a not in ("-o", str(out / "report.html"), "--lang", "en")], out)


def _check_sheets(call: Call, arguments: list[str], out: Path) -> None:
    """No cell begins with what a spreadsheet would run; every file is private."""
    folder = out / "tables"
    status, _, said = call("tables", *arguments, "-o", folder, "--format", "csv", "-q")
    assert status == 0, said
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    live = tuple(
        set(tables.GUARDED) - {"'"}
    )  # an apostrophe in front is the guard itself; a number of ours may be negative
    csv.field_size_limit(1 << 24)
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [c for row in csv.reader(file) for c in row]
        cells += [
            c.lstrip('"') for c in re.split("[;\t\r\n]", path.read_text("utf-8"))
        ]  # as spreadsheets elsewhere part them
        assert [c for c in cells if c.startswith(live) and not re.fullmatch(r"-\d+(\.\d+)?", c)] == [], path.name


def _as_a_process(case: Case, tmp_path: Path) -> tuple[int, str, Path]:
    arguments, out, before = _prepared(case, tmp_path)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # of work: the clock tells how busy the machine is

    done = subprocess.run(
        [sys.executable, "-m", "podaudit", "report", *arguments, "-v", "--no-open"], cwd=tmp_path, timeout=15 * SECONDS,
        capture_output=True, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"}, preexec_fn=limit, check=False,
    )  # fmt: skip
    assert _tree(tmp_path / "given") == before
    return done.returncode, done.stderr.decode(), out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory cannot be capped in this way here")
@pytest.mark.parametrize("case", [c for c in CASES if c.heavy], ids=lambda case: case.name)
def test_heavy_ones_are_bounded(case: Case, tmp_path: Path) -> None:
    status, said, out = _as_a_process(case, tmp_path)
    _check_said(case, status, said, out)
    html = _check_made(case, out)
    if isinstance(case.outcome, Read):
        _check_figures(case.outcome, html)


@pytest.mark.skipif(sys.platform != "linux", reason="memory cannot be capped in this way here")
@pytest.mark.parametrize(
    "threat",
    [
        pytest.param(threat, marks=[] if threat in ("zips", "markup", "linkedin") else pytest.mark.slow)
        for threat in sorted({c.threat for c in CASES if not c.heavy})
    ],
)
def test_a_process_of_its_own_does_the_same(threat: str, tmp_path: Path) -> None:
    case = next(c for c in CASES if c.threat == threat)
    status, said, out = _as_a_process(case, tmp_path)
    _check_said(case, status, said, out)
    _check_made(case, out)


def test_the_set_covers_every_class() -> None:
    assert len(CASES) >= 150
    assert Counter(c.name for c in CASES).most_common(1)[0][1] == 1
    assert {c.threat for c in CASES} == set(CLASSES)


def test_the_set_is_the_same_each_time(tmp_path: Path) -> None:
    made = []
    for place in ("a", "b"):
        for case in CASES:
            if not case.heavy:
                (tmp_path / place / case.name).mkdir(parents=True)
                case.make(tmp_path / place / case.name)
        made.append({name: (mode, held) for name, (mode, _, held) in _tree(tmp_path / place).items()})
    assert made[0] == made[1]
