"""What the documents say is true: the README's commands are run, and named files exist."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from podaudit import __version__, model, tables

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DUTCH = (ROOT / "README.nl.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DOCUMENTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "README.nl.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "PRIVACY.md")
}


def sessions(text: str) -> list[tuple[str, str]]:
    """Commands and what they print, from the ``console`` blocks of a document."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    """A folder with the bundled chat as ``chat.zip``, coded chats, exports, and a ``podaudit`` that runs this checkout's."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copy(demo, folder / "chat.zip")
    shutil.copytree(ROOT / "fixtures" / "coded", folder / "coded")
    shutil.copy(ROOT / "fixtures" / "corrections" / "corrections.toml", folder)
    shutil.copytree(ROOT / "fixtures" / "sheets", folder / "sheets")
    shutil.copytree(ROOT / "fixtures" / "evidence" / "mirthe", folder / "linkedin")
    (folder / "exports" / "2024").mkdir(parents=True)
    shutil.copy(demo, folder / "exports")
    shutil.copy(ROOT / "fixtures" / "coded" / "kitchen.txt", folder / "exports" / "2024" / "a.txt")
    second = (ROOT / "fixtures" / "coded" / "kitchen.txt").read_bytes()[:-200].rpartition(b"\n")[0] + b"\n"
    (folder / "exports" / "2024" / "b.txt").write_bytes(second)
    programs = tmp_path_factory.mktemp("bin")
    for name in ("podaudit", "dask"):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    (folder / ".bin").write_text(str(programs), encoding="utf-8")
    return folder


SAMPLE, GROUPS = (
    README.partition(f"\n### {first}\n")[2].partition(f"\n### {after}\n")[0]
    for first, after in (("Code a sample by hand", "Measure it on chats you coded"), ("Many groups", "Exit status"))
)


def test_the_readmes_show_what_happens(place: Path) -> None:
    """One after the other, as readers do: some commands need what an earlier one wrote."""
    for command, shown in [*sessions(README.replace(SAMPLE, "").replace(GROUPS, "")), *sessions(DUTCH)]:
        shows(place, command, shown)


def shell(place: Path, command: str, **how: Any) -> subprocess.CompletedProcess[str]:
    path = f"{(place / '.bin').read_text(encoding='utf-8')}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command], cwd=place, env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False, **how,
    )  # fmt: skip


def shows(place: Path, command: str, shown: str) -> None:
    done = shell(place, command)
    assert done.returncode == 0, done.stdout
    agrees = doctest.OutputChecker().check_output(shown, done.stdout, doctest.ELLIPSIS)
    assert agrees, f"For {command!r} the README shows:\n{shown}\nbut it prints:\n{done.stdout}"


def test_the_research_sections_are_walked_as_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of them, one after the other: commands and what they print, Python, and the cluster."""
    monkeypatch.chdir(place)
    shutil.rmtree("groups", ignore_errors=True)
    Path("groups.key").unlink(missing_ok=True)
    walked = []
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", SAMPLE + GROUPS, re.MULTILINE | re.DOTALL):
        walked.append(language)
        if language == "console":
            for command, shown in sessions(f"```console\n{block}```\n"):
                shows(place, command, shown)
        elif language == "python":
            names: dict[str, Any] = {}
            exec(block, names)
            assert len(names["groups"]) == 3
            assert sorted(names["groups"]["obligations"])[0] <= len(names["ledger"])
        else:
            before = held(place / "groups")
            shutil.rmtree("groups")
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = str(free.getsockname()[1])
            commands = block.replace("8786", port).splitlines()
            assert commands.pop(0) == "pip install '.[dask]'"
            assert [line.split()[1] for line in commands] == ["scheduler", "worker", "worker", "corpus"]
            quiet = [f"{line[:-1]} >>dask.log 2>&1 &" if line.endswith("&") else line for line in commands]
            ends = """trap 'trap "" TERM; kill 0' EXIT"""
            done = shell(place, "\n".join([ends, *quiet]), start_new_session=True)
            assert done.returncode == 0, done.stdout
            assert "3 groups of 3 exports, 3 audited now" in done.stdout
            assert held(place / "groups") == before
    assert walked == ["console", "console", "console", "python", "sh"]


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_readme_shows_what_python_prints(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    blocks = re.findall(r"^```pycon\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        example = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        said: list[str] = []
        assert runner.run(example, out=said.append).failed == 0, "".join(said)


def test_the_readme_shows_every_command() -> None:
    shown = " ".join(command for command, _ in sessions(README))
    for words in ("podaudit chat.zip", "audit chat.zip --json", "tables chat.zip", "explain", "evaluate", "--help"):
        assert words in shown
    assert "```sh\nmake demo " in README
    assert "make test " in README


def test_the_dutch_readme_shows_what_a_former_member_needs() -> None:
    shown = " ".join(command for command, _ in sessions(DUTCH))
    for words in ("podaudit chat.zip", "--me", "--share", "--lang", "explain"):
        assert words in shown
    for step in (
        "### iPhone",
        "### Android",
        "### Windows",
        "### macOS",
        "Exporteer chat",
        "Chat exporteren",
        "Zonder media",
    ):
        assert step in DUTCH
    assert DUTCH.count(" -m venv ") == DUTCH.count(r"pip install .") == 2


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    text = DOCUMENTS[name]
    paths = re.findall(r"`((?:podaudit|templates|fixtures|tests|benchmarks|\.ci)/[\w./<>-]*)`", text)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [path for path in paths + links if not list(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_that_are_named_exist(name: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"^make (\w+)", DOCUMENTS[name], re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def test_exit_statuses_in_the_readme_are_those_of_the_errors() -> None:
    statuses = [int(row) for row in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    assert statuses == [0, 1, 2, 3, 4, 130]
    assert {error.status for error in (model.PodauditError, *model.PodauditError.__subclasses__())} <= set(statuses)


def test_the_guard_in_the_readme_is_the_one_in_the_code() -> None:
    paragraph = README.partition("Spreadsheets run cells")[2].partition("To read the value back")[0]
    for character in tables.GUARDED:
        assert character in paragraph or (
            character in "\t\r\n" and "a tab, a line break" in " ".join(paragraph.split())
        )


def test_the_changelog_is_kept() -> None:
    text = DOCUMENTS["CHANGELOG.md"]
    headings = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert __version__ in text


def test_the_citation_file_is_of_this_version() -> None:
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^(?:cff-version|title|version|license): (.+)$", cited, re.MULTILINE) == [
        "1.2.0", "podaudit", __version__, "MIT",
    ]  # fmt: skip


def test_the_phrase_in_contributing_is_written_as_the_lexicon_has_it() -> None:
    for sign in ("word*", "...", "..", "(a|b)", "[a]", "#", "<concept>"):
        assert f"`{sign}`" in CONTRIBUTING
    about = (ROOT / "podaudit/lexicon/__init__.py").read_text(encoding="utf-8").partition('"""')[2].partition('"""')[0]
    assert all(f"{key} =" in about and f"{key} =" in CONTRIBUTING for key in ("id", "is", "words", "yes", "no"))
