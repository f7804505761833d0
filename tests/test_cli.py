"""The command line as a person meets it: a process, its status, and what it says where."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
import tomllib
import webbrowser
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from make_chat import make_chat

from podaudit import cli, codebook, model, terminal

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Call = Callable[..., tuple[int, bytes, str]]
CHAT = make_chat(200)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT)
    return path


def zipped(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)


def encrypted(path: Path) -> None:
    """A zip whose only member is marked as encrypted."""
    zipped(path, chat__txt=CHAT)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))


# ----------------------------------------------------------------------------------------------------------- bad input

BAD = {
    "missing": ("none.txt", lambda p: None),
    "a folder": ("folder.txt", lambda p: p.mkdir()),
    "empty": ("empty.txt", lambda p: p.write_bytes(b"")),
    "not a chat": ("letter.txt", lambda p: p.write_bytes(b"Dear Sir,\n\nthis is a letter.\n")),
    "no text": ("photo.txt", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)),
    "a broken zip": ("broken.zip", lambda p: p.write_bytes(b"PK\x03\x04 and then nothing of the kind")),
    "a zip cut short": ("short.zip", lambda p: (zipped(p, chat__txt=CHAT), p.write_bytes(p.read_bytes()[:-40]))),
    "an encrypted zip": ("locked.zip", encrypted),
    "a zip without a chat": ("photos.zip", lambda p: zipped(p, photo__jpg=b"\xff\xd8\xff")),
    "an empty zip": ("nothing.zip", zipped),
}


@pytest.mark.parametrize("command", [["report"], ["audit", "--json"], ["tables", "-o", "out"]], ids=lambda c: c[0])
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_writes_nothing(
    call: Call, tmp_path: Path, case: str, command: list[str]
) -> None:
    name, make = BAD[case]
    make(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    status, out, said = call(*command, name)
    assert (status, out) == (1, b""), said
    assert re.fullmatch(rf"podaudit: [^\n]*{re.escape(Path(name).stem)}[^\n]*\.\n", said), said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("target", ["missing/x.html", "file/x.html", "folder", "chat.txt"])
def test_target_that_cannot_be_written(call: Call, chat: Path, target: str) -> None:
    (chat.parent / "folder").mkdir()
    (chat.parent / "file").write_bytes(b"")
    before = sorted(chat.parent.rglob("*"))
    status, out, said = call("report", chat, "-o", target)
    assert (status, out) == (1, b"")
    assert re.fullmatch(r"podaudit: [^\n]+\.\n", said)
    assert sorted(chat.parent.rglob("*")) == before
    assert chat.read_bytes() == CHAT


def test_tables_need_a_folder_that_can_be_made(call: Call, chat: Path) -> None:
    for target in ("missing/out", "chat.txt"):
        status, out, said = call("tables", chat, "-o", target)
        assert (status, out) == (1, b"")
        assert said.startswith("podaudit: Cannot make the folder")
    assert sorted(chat.parent.iterdir()) == [chat]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "EXPORT is missing"),
        (["report"], "Missing argument 'EXPORT'"),
        (["--nonsense"], "No such option: --nonsense"),
        (["audit", "-", "-"], "- stands for standard input, which can be read once"),
        (["audit", "chat.txt", "--max-size", "0"], "greater than or equal to 1"),
        (["audit", "chat.txt", "--date-order", "ydm"], "'ydm' is not one of"),
        (["report", "chat.txt", "--lang", "pl"], "Invalid value for '--lang': 'pl' is not one of"),
        (["tables", "chat.txt"], "Missing option '--output'"),
        (["tables", "chat.txt", "-o", "out", "--format", "doc"], "'doc' is not one of"),
        (["explian", "threat"], "did you mean podaudit explain?"),
        (["explain", "treat"], "did you mean threat"),
        (["explain", "xyzzy"], "podaudit explain lists all names"),
        (["evaluate"], "Missing argument 'CODED_DIR'"),
    ],
)
def test_wrong_usage(call: Call, tmp_path: Path, arguments: list[str], said: str) -> None:
    status, out, told = call(*arguments)
    assert (status, out) == (2, b"")
    assert said in told
    assert list(tmp_path.iterdir()) == []


def test_a_language_may_be_written_in_capitals(call: Call) -> None:
    assert call("explain", "shaming", "--lang", "NL") == call("explain", "shaming", "--lang", "nl")


def test_strict_stops_at_gaps_and_names_the_first(call: Call, chat: Path) -> None:
    assert call("audit", chat, "--strict")[0] == 0
    chat.write_bytes(b"this line stands before any message\n" + CHAT)
    for command in (["report"], ["audit", "--json"], ["tables", "-o", "out"]):
        status, out, said = call(*command, chat, "--strict")
        assert (status, out) == (3, b"")
        assert re.fullmatch(r"podaudit: chat\.txt:1: [^\n]+\.\n", said)
    assert sorted(chat.parent.iterdir()) == [chat]
    assert json.loads(call("audit", chat, "--json")[1])["source"]["gaps"] == 1


@pytest.mark.parametrize(
    ("text", "option", "answer"),
    [
        (CHAT, ["--me", "Nobody at all"], ["--me", "Bram Verzonnen"]),
        (b"04/05/21, 09:00 - Anna: hello\n05/05/21, 10:00 - Bob: hello\n", [], ["--date-order", "dmy"]),
    ],
    ids=["an unknown member", "an open date order"],
)
def test_what_only_the_user_can_decide(
    call: Call, chat: Path, text: bytes, option: list[str], answer: list[str]
) -> None:
    chat.write_bytes(text)
    status, out, said = call("report", chat, *option)
    assert (status, out) == (3, b"")
    assert re.fullmatch(rf"podaudit: [^\n]*{answer[0]}[^\n]*\.\n|podaudit: [^\n]*say which it is\.\n", said), said
    assert sorted(chat.parent.iterdir()) == [chat]
    assert call("report", chat, "-q", "--no-open", *answer)[0] == 0


# --------------------------------------------------------------------------------------------------- errors of our own


def test_our_own_error_shows_its_place_and_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: str) -> codebook.Book:
        secret = "what somebody wrote"
        raise TypeError(secret)

    monkeypatch.setattr(codebook, "load", broken)
    with pytest.raises(SystemExit) as stop:
        cli.main(["explain"])
    plain = capsys.readouterr().err
    assert stop.value.code == 1
    assert re.fullmatch(r"podaudit: internal error \(TypeError in cli\.py:\d+\)\. This is a bug [^\n]+\n", plain)
    with pytest.raises(SystemExit):
        cli.main(["explain", "--debug"])
    with_debug = capsys.readouterr().err
    assert "Traceback" in with_debug
    assert "secret =" not in with_debug  # the line, but never the value of a local variable


def test_debug_shows_the_way_of_an_expected_error_too(call: Call) -> None:
    assert "Traceback" not in call("audit", "none.txt")[2]
    assert "Traceback" in call("audit", "none.txt", "--debug")[2]


def test_interrupted(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "podaudit", "audit", "-"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(1.5)  # long enough to be waiting for its input
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert re.fullmatch(rb"podaudit: interrupted[^\n]+\n", said)


def test_a_reader_that_leaves_is_no_reason_to_complain(chat: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "podaudit", "audit", str(chat), "--json", "-q"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output(chat: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "podaudit", "audit", str(chat), "--json", "-q"],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"podaudit: Cannot write to standard output: no space left on device")


# ------------------------------------------------------------------------------------------------------- the commands


def test_report_beside_the_export(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "map met spaties"
    folder.mkdir()
    chat = folder / "WhatsApp-chat met Ünïcode 🚀.txt"
    chat.write_bytes(CHAT)
    done = run(chat)
    target = folder / "WhatsApp-chat met Ünïcode 🚀.report.html"
    assert done.returncode == 0, done.stderr
    assert done.stdout == os.fsencode(target) + b"\n"
    assert len(done.stderr.decode().splitlines()) == 12
    assert target.read_bytes().lower().startswith(b"<!doctype html>")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(folder.iterdir()) == sorted([chat, target])


def test_report_from_standard_input(run: Run, tmp_path: Path) -> None:
    assert run("-", "-q", stdin=CHAT).stdout == b"chat.report.html\n"
    assert [path.name for path in tmp_path.iterdir()] == ["chat.report.html"]


def test_report_in_the_language_asked_for(call: Call, chat: Path) -> None:
    for lang in LANGUAGES:
        assert call(chat, "-q", "--no-open", "--lang", lang, "-o", f"{lang}.html")[0] == 0
        assert f'<html lang="{lang}"'.encode() in (chat.parent / f"{lang}.html").read_bytes()


def test_zip_stdin_and_text_give_one_audit(run: Run, call: Call, chat: Path) -> None:
    zipped(chat.parent / "chat.zip", chat__txt=CHAT)
    printed = [call("audit", "--json", name)[1] for name in ("chat.txt", "chat.zip")]
    made = [json.loads(text) for text in (*printed, run("audit", "--json", "-", stdin=CHAT).stdout)]
    for document in made:
        for given in (document["source"], document["source"]["files"][0]):
            del given["name"], given["sha256"]
    assert made[0] == made[1] == made[2]


def test_audit_json_says_what_it_read(call: Call, chat: Path) -> None:
    _, out, said = call("audit", chat, "--json")
    source = json.loads(out)["source"]
    assert source["sha256"] == hashlib.sha256(CHAT).hexdigest()
    assert source["messages"] == 200
    assert said == ""


def test_audit_summary_is_data(call: Call, chat: Path) -> None:
    _, out, said = call("audit", chat)
    assert said == ""
    assert [line.partition(":")[0] for line in out.decode().splitlines()] == [
        "Group", "Asked", "Rules", "Cost", "Read", "On record", "Pressure", "Spoke up", "Give and take, on record", "Circle",
        "Left", "Not shown",
    ]  # fmt: skip


def test_quiet_and_verbose(call: Call, chat: Path) -> None:
    assert call(chat, "-q", "--no-open")[2] == ""
    said = call("-v", "audit", chat)[2]
    assert hashlib.sha256(CHAT).hexdigest() in said
    assert "dates dmy" in said


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_tables_and_audit_agree(call: Call, chat: Path, format: str) -> None:
    assert call("tables", chat, "-o", "out", "--format", format)[:2] == (0, b"out\n")
    document = json.loads(call("audit", chat, "--json")[1])
    manifest = json.loads((chat.parent / "out/manifest.json").read_bytes())
    assert manifest["source"] == document["source"]
    assert {name: manifest["counts"][name] for name in document if isinstance(document[name], list)} == {
        name: len(rows) for name, rows in document.items() if isinstance(rows, list)
    }
    assert manifest["counts"]["messages"] == document["source"]["messages"] + document["source"]["gaps"]


def test_demo_writes_into_this_folder(call: Call, tmp_path: Path) -> None:
    status, out, said = call("demo")
    assert status == 0, said
    assert [path.name for path in tmp_path.iterdir()] == [out.decode().strip()]


def test_demo_chat_is_the_coded_one(demo: Path, root: Path) -> None:
    with zipfile.ZipFile(demo) as archive:
        assert archive.namelist() == ["WhatsApp-chat met Zichtbaar Samen.txt"]
        lines = archive.read(archive.namelist()[0]).decode().split("\n")
    truth = json.loads((root / "fixtures/demo/d-nl-marketing.truth.json").read_text(encoding="utf-8"))
    assert all(call["url"] in "\n".join(lines[call["line"] - 1 : call["line"] + 5]) for call in truth["calls"])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["chat.txt"], ["report", "chat.txt"]),
        (["-o", "x.html", "chat.txt"], ["report", "-o", "x.html", "chat.txt"]),
        (["-q", "chat.txt"], ["report", "-q", "chat.txt"]),
        (["-q", "audit", "chat.txt"], ["audit", "-q", "chat.txt"]),
        (["--debug", "-v", "explain"], ["explain", "--debug", "-v"]),
        (["./audit"], ["report", "./audit"]),
        (["-"], ["report", "-"]),
        (["-q", "-h"], ["-h"]),
        (["--version"], ["--version"]),
        (["tables", "x"], ["tables", "x"]),
    ],
)
def test_report_is_the_default_command(given: list[str], meant: list[str]) -> None:
    assert cli._with_command(given) == meant


# -------------------------------------------------------------------------------------------------- hostile text, speed


def test_plain_leaves_ordinary_text_alone() -> None:
    for text in ("", "Zichtbaar Samen 🐝", "👩‍👩‍👧 ❤️", "[b]x[/b] %s {0}", "naïef · 'q' \"r\"", "日本語", "العربية"):
        assert terminal.plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a[2Jb"), ("a\x1b]0;title\x07b", "a]0;titleb"), ("a\x9b31mb", "a31mb"), ("a\nb\r\nc", "a b c"),
        ("a\u202egpj.b", "agpj.b"), ("a\u2066b\u2069\u200e\u200f\u061c", "ab"),
        ("a\u2028b", "a b"), ("\ufeffa\u200bb", "ab"),
        ("a\x08\x7fb\x00", "ab"), ("a\udcffb", "ab"), ("a\U000e0041b", "ab"),
    ],
)  # fmt: skip
def test_plain_takes_away_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert terminal.plain(text) == shown


def test_a_hostile_group_name_and_file_name_reach_no_terminal(call: Call, tmp_path: Path) -> None:
    chat = tmp_path / "a\x1b]0;owned\x07\u202ex.txt"
    chat.write_bytes(CHAT.replace("Verzonnen Vooruit 🚀".encode(), "x\x1b[31m\u202e[/b][link=y]".encode(), 1))
    status, out, said = call("audit", chat)
    assert status == 0, said
    assert "[31m[/b][link=y]" in out.decode()
    verbose, gone, usage = (
        call(*more)[2] for more in (["audit", chat, "-v"], ["audit", f"{chat}.gone"], ["report", chat, chat])
    )
    for shown in (out.decode(), verbose, gone, usage):
        assert shown
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_a_narrow_terminal_encoding_is_no_obstacle(run: Run, chat: Path) -> None:
    done = run("audit", chat, "--json", "-v", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert json.loads(done.stdout)["source"]["group"] == "Verzonnen Vooruit 🚀"


@pytest.mark.parametrize(
    ("more", "person", "screen", "opens"),
    [
        ([], False, True, False),
        ([], True, False, False),  # a browser in the terminal would take its place
        (["--no-open"], True, True, False),
        ([], True, True, True),
        (["--open"], False, True, True),
    ],
)
def test_the_browser_is_opened_only_for_a_person(
    call: Call, chat: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], person: bool, screen: bool, opens: bool
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: person)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if screen:
        monkeypatch.setenv("DISPLAY", ":0")
    assert call(chat, "-q", *more)[0] == 0
    assert opened == ([(chat.parent / "chat.report.html").resolve().as_uri()] if opens else [])


@pytest.mark.parametrize("asked", ["--help", "-h", "--version", "-V"])
def test_help_and_version_answer_at_once(asked: str) -> None:
    taken = []
    for _ in range(5):  # the processor's work, which no other process on the machine adds to
        before = _worked()
        subprocess.run([sys.executable, "-m", "podaudit", asked], check=True, capture_output=True)
        taken.append(_worked() - before)
        if taken[-1] < 0.3:
            return
    pytest.fail(f"podaudit {asked} took {min(taken):.2f} s at best")


def _worked() -> float:
    """Seconds that processors have worked for processes begun here that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from podaudit import cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pandas", "pyarrow", "numpy", "regex", "jinja2", "dateparser", "networkx", "rich"} & set(loaded)


@pytest.mark.slow
def test_report_of_a_long_chat_is_quick(run: Run, tmp_path: Path) -> None:
    """40,000 messages in under 6 s, whole process; the best of three, for machines that have other work too."""
    (tmp_path / "long.txt").write_bytes(make_chat(40_000))
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        assert run("long.txt", "-q").returncode == 0
        taken.append(time.perf_counter() - started)
        if taken[-1] < 6:
            return
    pytest.fail(f"the report took {min(taken):.2f} s at best")


# --------------------------------------------------------------------------------------------------------- the codebook

GROUPS = {
    "label": model.Label, "rule": model.RuleType, "reply": model.ReplyStatus,
    "status": model.Status, "event": model.Event,
    "episode": model.EpisodeKind, "ask": model.Ask,
}  # fmt: skip
LANGUAGES: tuple[model.Lang, ...] = get_args(model.Lang)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_model_is_explained(language: model.Lang) -> None:
    book = codebook.load(language)
    for group, closed in GROUPS.items():
        assert [e.name for e in book.entries if e.group == group] == [member.value for member in closed]
    assert all(entry.title and entry.means.endswith(".") for entry in book.entries)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_the_languages_explain_the_same(language: model.Lang) -> None:
    one, two = codebook.load("en"), codebook.load(language)
    assert [(e.group, e.name, bool(e.unlike), bool(e.example)) for e in one.entries] == [
        (e.group, e.name, bool(e.unlike), bool(e.example)) for e in two.entries
    ]
    assert list(one.groups) == list(two.groups)
    for a, b in zip(one.entries, two.entries, strict=True):
        assert a.means != b.means
        assert a.example != b.example or not a.example or a.name == "replies", a
    assert len({e.title for e in two.entries if e.group == "label"}) == len(model.Label)


def test_the_codebook_has_no_keys_that_nobody_reads(root: Path) -> None:
    for language in LANGUAGES:
        data = tomllib.loads((root / f"podaudit/codebook/{language}.toml").read_text(encoding="utf-8"))
        assert set(data) == {"groups", "words", *data["groups"]}


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["threat", "--lang", "en"], ["threat (Labels of pressure", "penalty to come"]),
        (["threat", "--lang", "nl"], ["Dreigement", "Voorbeeld: Laatste waarschuwing"]),
        (["silent", "--lang", "de"], ["Nichts vermerkt", "Nicht: Eine Feststellung"]),
        (["silent", "--lang", "fr"], ["Aucune trace", "Ce n’est pas : La constatation"]),
        (["Retaliation-Call", "--lang", "en"], ["Call to retaliate"]),
        (["secrecy", "--lang", "en"], ["(Labels of", "(Rule types)"]),
        (
            ["--lang", "en"],
            ["threat", "comment_min_words", "silent", "driven_out", "number_changed", "promise", "Detectors"],
        ),
    ],
)
def test_explain(call: Call, arguments: list[str], shown: list[str]) -> None:
    status, out, _ = call("explain", *arguments)
    assert status == 0
    text = " ".join(out.decode().split())
    assert all(part in text for part in shown), text


def test_explain_picks_one_of_two_by_group(call: Call) -> None:
    assert call("explain", "rule:secrecy", "-q")[1].count(b"secrecy (") == 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "nl_NL", "LC_ALL": "de_DE"}, "de"),
        ({"LANG": "pt_BR.UTF-8"}, "pt"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "pl_PL.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_MESSAGES": "nl"}, "nl"),
    ],
)
def test_language_of_the_system(environment: dict[str, str], language: str) -> None:
    assert codebook.system_language(environment) == language


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_each_command_shows_an_example(call: Call, command: str) -> None:
    for flag in ("-h", "--help"):
        status, out, said = call(command, flag)
        assert (status, said) == (0, "")
        assert f"Example: podaudit {command}" in out.decode()


# ------------------------------------------------------------------------------------------------------- several exports


def test_several_exports_are_one_audit(call: Call, chat: Path) -> None:
    lines = re.split(rb"(?m)^(?=\d\d-\d\d-\d{4} )", CHAT)[1:]  # a message may have several
    (chat.parent / "a.txt").write_bytes(b"".join(lines[:150]))
    (chat.parent / "b.txt").write_bytes(b"".join(lines[50:]))
    status, out, _ = call("audit", "--json", "a.txt", "b.txt")
    assert status == 0
    made, whole = json.loads(out), json.loads(call("audit", "--json", chat)[1])
    for key in ("members", "calls", "ledger", "pressure", "replies"):
        assert made[key] == whole[key], key
    assert [f["name"] for f in made["source"]["files"]] == ["a.txt", "b.txt"]
    assert len(made["origins"]) == sum(f["messages"] for f in made["source"]["files"])
    status, out, _ = call("report", "a.txt", "b.txt", "--no-open")
    page = (chat.parent / "a.report.html").read_text(encoding="utf-8")
    assert status == 0 and out.decode().strip() == "a.report.html"
    assert "b.txt" in page and ("Line in the export:" in page or "Regel in de export:" in page)


def test_exports_of_two_groups_are_refused(call: Call, chat: Path) -> None:
    (chat.parent / "o.txt").write_text(
        "01-02-2019 10:00 - Xerxes: hoi\n13-02-2019 10:01 - Ylva: ja\n", encoding="utf-8"
    )
    status, out, said = call("audit", chat, "o.txt")
    assert (status, out) == (1, b"")
    assert "audit them one by one." in said


def test_the_order_of_dates_is_for_exports_that_leave_it_open(call: Call, chat: Path) -> None:
    lines = [f"{d:02}-04-2023 10:00 - {'AB'[d % 2]}: een bericht met nummer {d}\n" for d in range(1, 29)]
    (chat.parent / "a.txt").write_text("".join(lines), encoding="utf-8")
    (chat.parent / "b.txt").write_text(
        "".join(f"{line[3:5]}/{line[:2]}/{line[6:]}" for line in lines[:9]), encoding="utf-8"
    )
    assert call("audit", "a.txt", "b.txt")[0] in (0, 3)
    status, out, _ = call("audit", "--json", "a.txt", "b.txt", "--date-order", "mdy")
    source = json.loads(out)["source"]
    assert status == 0 and source["gaps"] == 0
    assert [f["date_order"] for f in source["files"]] == ["dmy", "mdy"]


def test_what_changes_every_figure_is_said_unasked(call: Call, chat: Path) -> None:
    chat.write_bytes(CHAT + CHAT)
    for arguments, shown in ((("audit",), 1), (("audit", "-q"), 0), (("audit", "-v"), 1)):
        said = call(*arguments, chat)[2]
        assert said.count("the file repeats itself") == shown


@pytest.mark.parametrize("command", [("audit", "--json"), ("report", "-o", "-")])
def test_data_on_a_terminal_do_not_steer_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """A program that reads them gets the characters as they are; JSON says the same either way."""
    signs = "\x9b31m \u202e \x9d0;x\x9c \u2066"
    chat = tmp_path / "chat.txt"
    chat.write_text(f"01-09-2023 08:00 - Bob {signs}: hallo {signs}\n01-09-2023 08:01 - Anna: {signs}\n", "utf-8")
    name, *options = command
    plain = call(name, chat, *options, "-q")[1].decode()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = call(name, chat, *options, "-q")[1].decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    if name == "audit":
        assert "\x9b" in plain
        assert json.loads(shown) == json.loads(plain)
