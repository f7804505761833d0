"""What is installed is whole: the wheel and the editable install both run without the checkout's help."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from podaudit import __version__
from podaudit.report import LANGUAGES
from podaudit.resources import demo_chat, templates_dir

INVENTORY = """
import json, sys, podaudit
from podaudit import resources
print(json.dumps([podaudit.__file__, str(resources.templates_dir()), str(resources.demo_chat()), sys.path]))
"""


def environment() -> dict[str, str]:
    """Without what would let a process find the checkout by itself."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")} | {
        "LC_ALL": "C.UTF-8"
    }


def call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def shipped(root: Path, project: dict[str, Any]) -> dict[str, Path]:
    """The files of the package that a wheel is to hold, by their path in it."""
    excluded = project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    files = {path.relative_to(root).as_posix(): path for path in (root / "podaudit").rglob("*") if path.is_file()}
    return {name: path for name, path in files.items() if "__pycache__" not in name and name not in excluded}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as a packager would."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, root, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


def empty_environment(folder: Path) -> Path:
    """A new environment that sees the dependencies installed here, but neither podaudit nor its checkout.

    A path file in it leads to this environment's packages. Path files in *those* are not followed, so that an
    editable install here stays out of sight.
    """
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def install(python: Path, what: list[str], cwd: Path) -> None:
    call(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", *what, cwd=cwd)


def runs_the_demo(python: Path, folder: Path) -> None:
    """``podaudit demo``, by the command that was installed, in an empty folder."""
    empty = folder / "empty"
    empty.mkdir()
    made = Path(empty, call(python.with_name("podaudit"), "demo", "-q", cwd=empty).strip())
    assert list(empty.iterdir()) == [made]
    assert made.read_bytes().lower().startswith(b"<!doctype html>")
    assert b"Zichtbaar Samen" in made.read_bytes()
    assert call(python, "-m", "podaudit", "--version", cwd=empty) == f"podaudit {__version__}\n"
    assert "penalty" in call(python, "-m", "podaudit", "explain", "threat", "--lang", "en", "-q", cwd=empty)


def test_the_wheel_runs_the_demo(wheel: Path, root: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "environment")
    install(python, [str(wheel)], tmp_path)
    package, templates, demo, path = json.loads(call(python, "-c", INVENTORY, cwd=tmp_path))
    here = (tmp_path / "environment").resolve()
    for found in (package, templates, demo):
        assert here in Path(found).resolve().parents
    assert not any(root == Path(entry).resolve() for entry in path if entry)
    runs_the_demo(python, tmp_path)


def test_an_editable_install_runs_the_demo(root: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "environment")
    install(python, ["--no-build-isolation", "--editable", str(root)], tmp_path)
    package, templates, demo, _ = json.loads(call(python, "-c", INVENTORY, cwd=tmp_path))
    assert Path(package) == root / "podaudit/__init__.py"
    assert (Path(templates), Path(demo)) == (templates_dir(), demo_chat())
    runs_the_demo(python, tmp_path)


def test_the_wheel_holds_all_that_is_read_and_nothing_else(wheel: Path, root: Path, project: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    templates = {
        f"podaudit/{path.relative_to(root).as_posix()}" for path in (root / "templates").rglob("*") if path.is_file()
    }
    assert templates
    assert {"podaudit/audit.schema.json", "podaudit/py.typed", "podaudit/report/locale/forms.toml"} <= held
    for code in LANGUAGES:
        assert f"podaudit/codebook/{code}.toml" in held
        assert code == "en" or f"podaudit/report/locale/{code}/LC_MESSAGES/report.mo" in held
    assert held == set(shipped(root, project)) | templates | {f"podaudit/demo/{demo_chat().name}"}


def test_the_source_distribution_holds_the_documents(wheel: Path) -> None:
    (made,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "README.nl.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"} <= held


def test_the_wheel_says_who_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        told = Parser().parsestr(archive.read(metadata).decode())
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert (told["Name"], told["Version"], told["License-Expression"]) == ("podaudit", __version__, "MIT")
    assert told["Requires-Python"] == ">=3.11"


def test_every_import_is_a_declared_dependency(root: Path, project: dict[str, Any]) -> None:
    """In the tests' environment more is installed than a user has."""
    extras = project["project"]["optional-dependencies"]
    listed = [*project["project"]["dependencies"], *extras["dask"], *extras["remote"], *extras["train"]]
    declared = {re.split(r"[^\w-]", needed)[0] for needed in listed}
    imported: set[str] = set()
    for path in (path for path in shipped(root, project).values() if path.suffix == ".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"podaudit"}
    # numpy comes with pandas, whose public types are numpy's.
    by_module = packages_distributions()
    needed = {name.lower() for module in foreign for name in by_module[module]} - {"numpy"}
    assert needed <= declared
    assert "pandas" in needed
