"""What the command line adds to the report: where it goes, the whole log, the summary in twelve lines, progress."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from make_chat import make_chat

from podaudit import brief, terminal
from podaudit.audit import audit
from podaudit.export import read
from podaudit.model import Options
from podaudit.tables import document
from tests.making import audit_of

Call = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_bytes(make_chat(200))
    return path


def test_the_report_goes_to_standard_output_when_asked(call: Call, chat: Path) -> None:
    status, page, said = call(chat, "-o", "-", "--lang", "en")
    assert status == 0
    assert page.startswith(b"<!doctype html>")
    assert page.rstrip().endswith(b"</html>")
    assert len(said.splitlines()) == 12
    assert sorted(p.name for p in chat.parent.iterdir()) == ["chat.txt"]
    assert call(chat, "-o", "page.html", "--lang", "en", "-q", "--no-open")[0] == 0
    assert (chat.parent / "page.html").read_bytes() == page


def test_standard_output_cannot_be_opened_in_a_browser(call: Call, chat: Path) -> None:
    status, out, said = call(chat, "-o", "-", "--open")
    assert (status, out) == (2, b"")
    assert "--open" in said and "-o -" in said


def test_the_whole_log_is_in_the_page_when_asked(call: Call, chat: Path) -> None:
    assert b"log-data" not in call(chat, "-o", "-", "-q")[1].replace(b'$("log-data")', b"")
    page = call(chat, "-o", "-", "-q", "--full-log")[1].decode()
    packed = re.search(r'<script type="text/plain" id="log-data">([^<]+)</script>', page)
    assert packed
    held = json.loads(zlib.decompress(base64.b64decode(packed[1])))
    export = read(chat, name=chat.name, options=Options())
    assert [(row[0], row[3]) for row in held["rows"]] == list(
        zip(export.messages["line"].tolist(), export.messages["text"].tolist(), strict=True)
    )
    names = ["", *held["people"]]
    assert [names[row[2]] for row in held["rows"]] == export.messages["member"].tolist()


def test_the_summary_says_what_the_document_says() -> None:
    made = audit(read(None, data=make_chat(400), name="c.txt", options=Options()), Options())
    told, lines = document(made, "1"), brief.lines(made)
    assert len(lines) == 12
    text = "\n".join(lines)
    done = [row for row in told["ledger"] if row["status"] in ("confirmed", "late")]
    given = [row for row in told["network"]["ties"] if row["done"]]
    for words in (
        f"{len(told['calls'])} posts put before the group by {len({c['caller'] for c in told['calls']})} of",
        f"{len(told['ledger'])} requests",
        f"Rules: {len(told['rules'])} laid down",
        f"{len(done)} of {len(told['ledger'])} done",
        f"{told['dynamics']['figures']['pressing']} of {len(told['pressure'])} labelled",
        f"{len(told['dynamics']['dissent'])} message",
        f"Episodes: {len(told['episodes'])}",
        f"Circle: {len(given)} of {len(told['network']['ties'])} ways",
    ):
        assert words in text


def test_a_chat_without_calls_has_a_summary_too() -> None:
    lines = brief.lines(audit_of("08:00 Anja: Wie haalt de container binnen?\n08:20 Bert: doe ik"))
    assert len(lines) == 12
    assert "Cost: nothing was asked." in lines
    assert any(line.startswith("Asked: 0 posts") for line in lines)


def test_names_cannot_steer_the_terminal() -> None:
    bad = "\x1b]0;owned\x07\u202eX"
    made = audit_of(f"08:00 Noor heeft de groep '{bad}' gemaakt\n08:01 Noor: hoi\n08:02 Sem: hoi")
    assert all(line == terminal.plain(line) for line in brief.lines(made))


def test_progress_says_nothing_where_nobody_looks(capfd: pytest.CaptureFixture[str]) -> None:
    with terminal.progress("reading [bold]a chat"):
        pass
    assert capfd.readouterr() == ("", "")


SLOW = """
import sys, time
from podaudit import terminal
with terminal.progress("reading [red]a chat"):
    time.sleep({seconds})
sys.stdout.write("done")
"""


@pytest.mark.parametrize(("seconds", "told"), [(0.0, False), (2.5, True)])
def test_progress_is_told_on_a_terminal_after_a_second(seconds: float, told: bool) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(seconds=seconds)], stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(theirs)
    said = b""
    with child:
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            said += part
        assert child.stdout is not None
        assert child.stdout.read() == b"done"
    os.close(ours)
    assert child.returncode == 0
    assert (b"reading [red]a chat" in said) == told
