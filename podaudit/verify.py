"""What of an export, a report or tables still is as podaudit had it: checksums carried, and checksums compared.

A checksum shows a change since podaudit read or wrote a file. It says nothing of the time before, and whoever changes a page
can reckon its checksum anew: only one that was noted elsewhere holds against that.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podaudit.model import Unreadable

if TYPE_CHECKING:
    from podaudit.model import Options, Source

_OWN = '<meta name="podaudit-sha256" content="">'
_MADE_OF = '<meta name="podaudit-made-of" content="">'
_OWN_LISTED = '{\n "sha256": ""'
_SEALED = re.compile(rb'<meta name="podaudit-sha256" content="([0-9a-f]{64})">')
_TOLD = re.compile(rb'<meta name="podaudit-made-of" content="([^"]*)">')
_SEALED_LIST = re.compile(rb'\{\n "sha256": "([0-9a-f]{64})"')
_HEX = re.compile(r"[0-9a-f]{64}")
_MOST = 1 << 30  # bytes of a page or document
_HEAD = 1 << 14  # bytes of a page in which the seal stands
_MANIFEST = "manifest.json"


class State(StrEnum):
    """What comparing a file with its checksum showed."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"  # it stands among the files of a table, or under the name of one, and is not listed
    UNKNOWN = "unknown"  # nothing to compare with


@dataclass(frozen=True, slots=True)
class Finding:
    """One file: its name as given or as listed, what it is, its SHA-256 now.

    It is a ``page``, a ``document``, a ``manifest``, a ``table`` or an ``export``.
    """

    name: str
    what: str
    state: State
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found, first of the file that carries the checksums.

    ``inputs``: how many exports the result names; ``unlisted``: names beside the tables and not of them; ``keyed``: it names the
    exports by keyed hashes, so that none can be compared with them.
    """

    generator: str
    inputs: int
    findings: tuple[Finding, ...]
    unlisted: tuple[str, ...] = ()
    keyed: bool = False

    @property
    def good(self) -> bool:
        """Whether nothing was changed, is missing or was added to the tables."""
        return all(f.state in (State.SAME, State.UNKNOWN) for f in self.findings)

    @property
    def left(self) -> int:
        """How many of the exports were not compared, or were not the same."""
        return self.inputs - len({f.sha256 for f in self.findings if f.what == "export" and f.state is State.SAME})


def seal(page: bytes, source: Source, options: Options, lang: str, version: str) -> bytes:
    """The page with what it was made of (checksums of the exports, options) and its own checksum in its head.

    The checksum is the SHA-256 of the page with the place for it left empty. Names of files or members are not in it.
    """
    made_of = {
        "generator": f"podaudit {version}",
        "inputs": [file.sha256 for file in source.files],
        "options": {
            "lang": lang, "date_order": options.date_order, "me": options.me is not None, "strict": options.strict,
            "max_bytes": options.max_bytes, "minutes": options.minutes,
        },
    }  # fmt: skip
    told = _MADE_OF.replace('""', f'"{html.escape(json.dumps(made_of))}"')
    return _with_its_own(page.replace(_MADE_OF.encode(), told.encode(), 1), _OWN)


def seal_manifest(manifest: bytes) -> bytes:
    """The manifest, whose first value is an empty ``sha256``, with its own checksum there, reckoned as that of a page is."""
    return _with_its_own(manifest, _OWN_LISTED)


def _with_its_own(data: bytes, place: str) -> bytes:
    """The data with the SHA-256 that they have while the place for it is empty."""
    digest = hashlib.sha256(data).hexdigest()
    return data.replace(place.encode(), place.replace('""', f'"{digest}"').encode(), 1)


def _own(data: bytes, sealed: re.Match[bytes] | None) -> State:
    """Whether data are those that the checksum in them was reckoned of."""
    if sealed is None:
        return State.CHANGED
    bare = data[: sealed.start(1)] + data[sealed.end(1) :]
    return State.SAME if hashlib.sha256(bare).hexdigest().encode() == sealed[1] else State.CHANGED


def verify(path: Path, exports: Sequence[Path]) -> Verified:
    """Compare a report, a folder of tables (or its manifest) or an audit document with the checksums that it carries.

    What it is is told by what it holds, not by its name. ``exports`` are compared with those that it was made of. Raises
    ``Unreadable`` where a file cannot be read, or is none of podaudit's.
    """
    if path.is_dir() and not (path / _MANIFEST).exists():
        raise Unreadable(
            f"{path.name or path} has no {_MANIFEST}, which is written last: it is no folder of podaudit's tables, or not complete; run "
            "the command that writes it again."
        )
    manifest = path / _MANIFEST if path.is_dir() else path
    data = _bytes(manifest)
    if path.is_dir():
        found = _tables(manifest, data, _json(data, manifest))
    elif data[:_HEAD].lstrip().startswith(b"{"):
        found = _listing(path, data)
    else:
        found = _page(path, data)
    generator, made_of, findings, unlisted, keyed = found
    inputs = set(made_of)
    for export in exports:
        digest = _digest(export)
        state = State.UNKNOWN if keyed else State.SAME if digest in inputs else State.CHANGED
        findings.append(Finding(export.name, "export", state, digest))
    return Verified(generator, len(inputs), tuple(dict.fromkeys(findings)), unlisted, keyed)


_Found = tuple[str, list[str], list[Finding], tuple[str, ...], bool]


def _page(path: Path, data: bytes) -> _Found:
    sealed, told = _SEALED.search(data, 0, _HEAD), _TOLD.search(data, 0, _HEAD)
    if sealed is None or told is None:
        if b'<body class="share">' in data[: 1 << 20]:
            raise Unreadable(
                f"{path.name} is a version to share: it carries no checksum, which would tell those who have the export that it is "
                "theirs; verify the report it was made beside."
            )
        if b'<body class="groups">' in data[: 1 << 20]:
            raise Unreadable(
                f"{path.name} is a page over groups, which carries no checksum; verify the folder it was made of."
            )
        raise _none_of_ours(path)
    made_of = _json(html.unescape(told[1].decode("utf-8", "replace")).encode(), path)
    finding = Finding(path.name, "page", _own(data, sealed), hashlib.sha256(data).hexdigest())
    return str(made_of.get("generator")), _hashes(made_of.get("inputs")), [finding], (), False


def _listing(path: Path, data: bytes) -> _Found:
    """A manifest, with the tables that it lists, or an audit document."""
    made = _json(data, path)
    if "outputs" in made:
        return _tables(path, data, made)
    source = made.get("source")
    if not isinstance(source, dict) or "generator" not in made:
        raise _none_of_ours(path)
    finding = Finding(path.name, "document", State.UNKNOWN, hashlib.sha256(data).hexdigest())
    return str(made["generator"]), _inputs(source), [finding], (), "pseudonyms" in source


def _tables(manifest: Path, data: bytes, made: dict[str, Any]) -> _Found:
    source, outputs, groups, options = (made.get(name) for name in ("source", "outputs", "inputs", "options"))
    if isinstance(source, dict):
        inputs, keyed = _inputs(source), "pseudonyms" in source
    elif isinstance(groups, list) and isinstance(options, dict):  # a corpus
        inputs = _hashes([row.get("group") for row in groups if isinstance(row, dict)])
        keyed = options.get("names") != "kept"
    else:
        raise _none_of_ours(manifest)
    if not isinstance(outputs, list):
        raise _none_of_ours(manifest)
    own = _own(data, _SEALED_LIST.match(data)) if "sha256" in made else State.UNKNOWN
    corpus = not isinstance(source, dict)
    findings = [Finding(manifest.name, "manifest", own, hashlib.sha256(data).hexdigest())]
    for row in outputs:
        name, listed = (str(row.get("file")), str(row.get("sha256"))) if isinstance(row, dict) else ("", "")
        if not all(map(_plain, name.split("/"))) or not _HEX.fullmatch(listed):
            raise Unreadable(f"{manifest.name} lists what podaudit does not write; nothing was compared with it.")
        file = manifest.parent / name
        now = _digest(file) if file.is_file() else ""
        state = State.SAME if now == listed else State.CHANGED if now else State.MISSING
        findings.append(Finding(name, "table", state, now))
    unlisted = []
    listed_names = {f.name for f in findings}
    folders = {name.rpartition("/")[0] for name in listed_names}
    files_of_tables, folders_of_tables = _names()
    for file in sorted(manifest.parent.iterdir()):
        if file.is_dir() and (file.name in folders or (corpus and file.name.casefold() in folders_of_tables)):
            inside = (f"{file.name}/{held.name}" for held in sorted(file.glob("*")))
            findings += [Finding(name, "table", State.ADDED) for name in inside if name not in listed_names]
        elif file.name.casefold() in files_of_tables and file.name not in listed_names:
            findings.append(Finding(file.name, "table", State.ADDED))
        elif file.name not in listed_names:
            unlisted.append(file.name)
    return str(made.get("generator")), inputs, findings, tuple(unlisted), keyed


def _names() -> tuple[set[str], set[str]]:
    """What podaudit calls files beside a manifest and folders of a corpus: whoever finds one takes it for one of the tables."""
    from podaudit.corpus.group import RECORDS
    from podaudit.corpus.schemas import FAILURES, GROUPS
    from podaudit.tables import FORMATS, NOTES, WRITTEN

    names = {schema.name for schema in WRITTEN}
    files = {f"{name}.{format}" for name in (*names, GROUPS.name, FAILURES.name) for format in FORMATS}
    return files | {NOTES.casefold()}, names | {RECORDS}


def _plain(part: str) -> bool:
    """Whether a part of a listed path names a file or folder right there."""
    return part not in ("", ".", "..") and Path(part).name == part and "\\" not in part and len(part) < 256


def _inputs(source: dict[str, Any]) -> list[str]:
    files = source.get("files")
    held = [f.get("sha256") for f in files if isinstance(f, dict)] if isinstance(files, list) else []
    return _hashes(held or [source.get("sha256")])


def _hashes(values: object) -> list[str]:
    return [str(v) for v in values if _HEX.fullmatch(str(v))] if isinstance(values, list) else []


def _json(data: bytes, path: Path) -> dict[str, Any]:
    try:
        made = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise _none_of_ours(path) from None
    if not isinstance(made, dict):
        raise _none_of_ours(path)
    return made


def _check(path: Path) -> None:
    """A pipe would be waited for, and a device read for ever."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise Unreadable(f"{path.name} is not a regular file; name what podaudit wrote, or an export.")


def _bytes(path: Path) -> bytes:
    _check(path)
    try:
        with path.open("rb") as file:
            data = file.read(min(path.stat().st_size, _MOST) + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if len(data) > _MOST:
        raise Unreadable(
            f"{path.name} is larger than anything podaudit writes; give a report, tables or an audit document."
        )
    return data


def _digest(path: Path) -> str:
    _check(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError | ValueError) -> Unreadable:
    reason = getattr(error, "strerror", None) or "not a name of a file"
    return Unreadable(f"{path.name} cannot be read ({reason.lower()}); check the name and the folder.")


def _none_of_ours(path: Path) -> Unreadable:
    """What is no output of podaudit's that can be verified; a version to share is one of ours, but carries no checksum."""
    return Unreadable(
        f"{path.name} carries no checksums of podaudit's; give a report it wrote (.html), the folder of its tables, or an audit "
        "document (.json)."
    )
