"""podaudit for programs: light to import, and the same audit as on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from make_evidence import OWNER, archive, pod, workbook

import podaudit
from podaudit import tables
from tests.making import export_text, post

Call = Callable[..., tuple[int, bytes, str]]
SCRIPT = f"""
09:00 Anna heeft de groep 'Boost' gemaakt
09:01 Anna heeft Bob toegevoegd
09:02 Anna: Regels: like en reageer op elke post binnen een uur, en meld het met ✅
10:00 Anna: graag liken en reageren {post(1)}
10:05 Bob: ✅
11:00 Bob: nieuwe post, like graag {post(2)}
12:00 Anna: wie kan hier liken? {post(3)}
"""


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_text(export_text(SCRIPT, "2024-03-14"), encoding="utf-8")
    return path


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, podaudit; print([m for m in ('pandas', 'pyarrow', 'numpy', 'typer') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_audit_is_a_function_and_a_module_in_any_order() -> None:
    code = "import podaudit; a = podaudit.audit; from podaudit.audit import Audit; assert a is podaudit.audit and callable(a); "
    code += "import podaudit.audit as m; assert m is a and m.Audit is Audit is podaudit.Audit; print(Audit.__name__)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "Audit\n"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        podaudit.nothing  # noqa: B018
    assert all(getattr(podaudit, name) is not None for name in podaudit.__all__)


def test_it_gives_what_the_command_line_gives(chat: Path, call: Call) -> None:
    made = podaudit.audit(chat)
    status, out, _ = call("audit", chat, "--json")
    assert status == 0
    assert json.loads(tables.dumps(tables.document(made))) == json.loads(out)
    assert json.loads(tables.dumps(tables.document(podaudit.audit([str(chat), str(chat)]))))["calls"]


def test_frames_are_the_tables_that_are_written(chat: Path) -> None:
    frames = podaudit.frames(podaudit.audit(chat))
    assert list(frames) == [schema.name for schema in tables.WRITTEN if not schema.name.startswith("evidence_")]
    for schema in (s for s in tables.WRITTEN if s.name in frames):
        assert list(frames[schema.name]) == [column.name for column in schema.columns if column.public]
    assert frames["ledger"]["status"].tolist() == ["confirmed", "silent", "silent"]


def test_options_and_corrections_reach_the_audit(chat: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[[no_reply]]\nline = 5\n", encoding="utf-8")
    for given in (file, str(file), podaudit.Corrections.read(file)):
        made = podaudit.audit(chat, podaudit.Options(minutes=6), given)
        assert made.load.minutes_each == 6
        assert made.ledger["status"].tolist() == ["silent"] * 3


def test_linkedins_exports_reach_the_audit(tmp_path: Path, call: Call) -> None:
    made = pod()
    paths = {"chat.txt": made.chat.encode(), "a.zip": archive(made.files), "m.xlsx": workbook(made.sheets)}
    for name, data in paths.items():
        (tmp_path / name).write_bytes(data)
    chat, zipped, book = (tmp_path / name for name in paths)
    got = podaudit.audit(chat, linkedin=zipped, analytics=[str(book)], tz="+01:00")
    status, out, _ = call("audit", chat, "--json", "--linkedin", zipped, "--analytics", book, "--tz", "+01:00")
    assert status == 0
    assert json.loads(tables.dumps(tables.document(got))) == json.loads(out)
    assert got.evidence is not None
    assert (got.evidence.figures["owner"], got.evidence.figures["claimed_corroborated"]) == (OWNER, 16)
    assert podaudit.frames(got)["evidence_posts"]["engagements"].notna().all()


def test_what_is_amiss_with_linkedins_exports_is_said(chat: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"Comments.csv": "Date,Link,Message\n"}))
    with pytest.raises(podaudit.PodauditError, match="--me NAME") as error:
        podaudit.audit(chat, linkedin=[tmp_path / "a.zip"])
    assert error.value.status == 3
    assert podaudit.audit(chat, podaudit.Options(me="Bob"), linkedin=tmp_path / "a.zip").evidence is not None
    with pytest.raises(podaudit.PodauditError, match="no time zone"):
        podaudit.audit(chat, linkedin=tmp_path / "a.zip", tz="Foo")
    with pytest.raises(ValueError, match="tz is for linkedin"):
        podaudit.audit(chat, tz="+01:00")


def test_errors_are_sentences(chat: Path, tmp_path: Path) -> None:
    with pytest.raises(podaudit.PodauditError, match=r"none\.txt"):
        podaudit.audit(tmp_path / "none.txt")
    with pytest.raises(ValueError, match="no export was given"):
        podaudit.audit([])
    chat.write_text("no header\n" + chat.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(podaudit.PodauditError, match="first gap"):
        podaudit.audit(chat, podaudit.Options(strict=True))
