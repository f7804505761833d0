"""podaudit never connects: nothing of it opens a socket or looks up a name, and no module that it imports is asked to."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import podaudit
from podaudit.resources import demo_chat

PACKAGE = Path(podaudit.__file__).parent
# What a program connects with. ``webbrowser`` hands a local file to the browser, on a person's own screen.
NETWORK = {
    "socket", "ssl", "http", "urllib.request", "urllib.error", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "asyncio",
    "socketserver", "requests", "httpx", "urllib3", "aiohttp", "websockets", "paramiko", "boto3", "selectors",
}  # fmt: skip
EXCEPTED: dict[str, set[str]] = {}  # module of ours -> what it may import, where a user asks for it by name

WATCH = """
import json, os, sys
seen = []
def hook(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "subprocess.", "os.system", "os.exec",
                         "os.posix_spawn", "os.fork")):
        seen.append(event)
sys.addaudithook(hook)
from podaudit import cli
status = []
for arguments in json.loads(sys.argv[1]):
    try:
        cli.main(arguments)
    except SystemExit as stop:
        status.append(stop.code)
sys.stderr.write(json.dumps({"seen": sorted(set(seen)), "status": status}) + "\\n")
"""


def _runs(folder: Path) -> list[list[str]]:
    """Every command over the bundled chat, which holds links."""
    demo, report = str(demo_chat()), str(folder / "demo.html")
    return [
        ["report", demo, "-o", report, "--no-open", "-q"],
        ["report", demo, demo, "-o", str(folder / "two.html"), "--lang", "en", "--no-open", "-v"],
        ["audit", demo, "--json"],
        ["tables", demo, "-o", str(folder / "tables")],
        ["verify", report, "--export", demo],
        ["explain", "shaming"],
        ["evaluate", str(Path(__file__).parent.parent / "fixtures" / "coded"), "--json"],
        ["demo", "-o", str(folder / "own.html"), "--no-open"],
        ["report", str(folder / "gone.txt")],
    ]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What the interpreter itself saw happen over a run of every command: events of connecting or of starting processes."""
    runs = _runs(tmp_path_factory.mktemp("watched"))
    done = subprocess.run(
        [sys.executable, "-c", WATCH, json.dumps(runs)], capture_output=True, text=True, timeout=300, check=True
    )
    told: dict[str, list[object]] = json.loads(done.stderr.splitlines()[-1])
    return told


def test_no_run_opens_a_socket_or_starts_a_process(watched: dict[str, list[object]]) -> None:
    assert watched["status"] == [0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert watched["seen"] == []


def test_the_watch_sees_a_socket() -> None:
    """So that the test above cannot pass by not looking."""
    code = WATCH.replace("from podaudit import cli", "import socket; socket.socket().close(); from podaudit import cli")
    done = subprocess.run([sys.executable, "-c", code, "[]"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stderr.splitlines()[-1])["seen"] == ["socket.__new__"]


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_module_of_ours_imports_what_connects() -> None:
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        bad = {m for m in _imports(path) if m in NETWORK or m.split(".")[0] in NETWORK} - EXCEPTED.get(name, set())
        assert bad == set(), name


def test_nothing_of_ours_runs_what_it_read() -> None:
    """No ``eval``, ``exec``, ``pickle`` or ``marshal``, no process started: whatever a file holds stays data."""
    for path in PACKAGE.rglob("*.py"):
        assert not _imports(path) & {"pickle", "marshal", "shelve", "subprocess", "ctypes", "dill", "cloudpickle"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path
