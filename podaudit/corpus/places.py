"""Where exports come from and where results go: folders on this machine, and places that fsspec knows by URL."""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from podaudit.model import PodauditError, Unreadable, Unwritable
from podaudit.tables import MANIFEST
from podaudit.writing import is_ours, make_folder, remove, write_whole

_URL = re.compile(r"[a-z][a-z0-9+.-]{1,40}(::|://)", re.IGNORECASE)
_GLOB = re.compile(r"[*?\[]")
_EXPORTS = (".txt", ".zip")
_LIST_BYTES = 1 << 24  # a list of exports is no longer than this
_PART = re.compile(r"\.podaudit-[0-9a-f]{16}\.part")


def is_url(address: str) -> bool:
    """Whether an address is a URL, of fsspec's; ``C:\\x`` is none."""
    return _URL.match(address) is not None


def plainly(address: str) -> str:
    """The address, as a path where it is a URL of a file of this machine."""
    return unquote(urlsplit(address).path) if address.startswith("file://") else address


def anywhere(address: str) -> str:
    """The address as another process finds it, which may have another current folder."""
    return address if is_url(address) else os.path.abspath(address)


def file_name(address: str) -> str:
    """The name of a file without its folders."""
    return re.split(r"[\\/]", address)[-1]


def shares_memory(address: str) -> bool:
    """Whether only this very process can reach the address."""
    return address.startswith("memory://")


def _fs(address: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise Unreadable(
            f"{address} is a URL, and the package fsspec, which reads those, is not installed: install podaudit[remote]."
        ) from None
    try:
        fs, path = url_to_fs(address)
    except ImportError as error:  # fsspec says which package opens this kind of URL
        raise Unreadable(f"{address} cannot be opened: {error}.") from None
    except ValueError as error:
        raise Unreadable(f"{address} cannot be opened: {str(error).rstrip('.').lower()}; check the address.") from None
    return fs, str(path)


# --------------------------------------------------------------------------------------------------------------- exports


def exports(given: Sequence[str]) -> list[str]:
    """The addresses of all exports below what was given, each once, in order.

    A folder (or its URL) stands for every .txt and .zip below it, however deep, hidden ones left out; a pattern for what it
    matches; a text file whose every line ends in .txt or .zip for the exports it names, seen from its own folder, lines that
    begin with # left out; any other file for itself. Raises ``Unreadable`` for what is not there or holds nothing.
    """
    found: set[str] = set()
    for address in given:
        below = set(_below_url(address) if is_url(address) else _below_path(address))
        if not below and _GLOB.search(address):
            raise Unreadable(
                f"{address} matches no exports: no file of that pattern is a .txt or .zip; check the pattern."
            )
        if not below:
            raise Unreadable(f"{address} holds no exports: there is no .txt or .zip; name the folder that holds them.")
        found |= below
    return sorted(found)


def _is_export(path: str) -> bool:
    return path.lower().endswith(_EXPORTS) and not any(part.startswith(".") for part in re.split(r"[\\/]", path))


def _below_path(address: str) -> Iterator[str]:
    path = Path(address)
    try:
        if path.is_dir():
            yield from _below_folder(path)
        elif path.is_file():
            listed = _listed(path.read_bytes()) if path.suffix.lower() != ".zip" and _small(path.stat().st_size) else ()
            yield from (name if is_url(name) else str(path.parent / name) for name in listed or ())
            if not listed:
                yield address
        elif _GLOB.search(address):
            import glob

            matched = sorted(glob.glob(address, recursive=True))
            yield from (name for name in matched if Path(name).is_file() and name.lower().endswith(_EXPORTS))
        else:
            raise Unreadable(f"{address} does not exist; name a folder, a pattern or a list of exports.")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Unreadable(f"{error.filename or address} cannot be read ({reason}); check its permissions.") from None


def _below_folder(top: Path) -> Iterator[str]:
    """The exports below a folder. Raises ``OSError`` for a folder in it that cannot be looked into: exports may be missing."""

    def refuse(error: OSError) -> None:
        raise error

    for folder, inside, files in os.walk(top, onerror=refuse):
        if MANIFEST in files and is_ours(Path(folder, MANIFEST)):  # tables or a corpus
            inside.clear()
            continue
        inside[:] = [name for name in inside if not name.startswith(".")]
        yield from (os.path.join(folder, name) for name in files if _is_export(name) and Path(folder, name).is_file())


def same_place(address: str, other: str) -> bool:
    """Whether two addresses are of one file or folder."""
    return _absolute(address) == _absolute(other)


def outside(addresses: Iterable[str], folder: str) -> list[str]:
    """Those of some addresses that do not lie in a folder."""
    end = "/" if is_url(folder) else os.sep
    top = _absolute(folder).rstrip(end) + end
    return [address for address in addresses if not f"{_absolute(address)}{end}".startswith(top)]


def _absolute(address: str) -> str:
    return address.rstrip("/") if is_url(address) else os.path.realpath(address)


def _below_url(address: str) -> Iterator[str]:
    fs, path = _fs(address)
    with _reaching(address):
        if _GLOB.search(path):
            names = [name for name in fs.glob(path) if name.lower().endswith(_EXPORTS)]
        elif fs.isdir(path):
            names = [name for name in fs.find(path) if _is_export(posixpath.relpath(name, path))]
        elif not fs.exists(path):
            raise Unreadable(f"{address} does not exist; name a folder, a pattern or a list of exports.")
        else:
            listed = None if path.lower().endswith(".zip") or not _small(fs.size(path)) else _listed(fs.cat_file(path))
            if not listed:
                yield address
                return
            base = address.rpartition("/")[0]
            yield from (name if is_url(name) else f"{base}/{name}" for name in listed)
            return
    yield from sorted(fs.unstrip_protocol(name) for name in names)


def _small(size: int) -> bool:
    return size <= _LIST_BYTES


def _listed(data: bytes) -> list[str] | None:
    """The exports that a list names; None for a file that is no list."""
    lines = [line.strip() for line in data.decode("utf-8-sig", "replace").split("\n")]
    names = [line for line in lines if line and not line.startswith("#")]
    return names if names and all(name.lower().endswith(_EXPORTS) for name in names) else None


@contextlib.contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Turn what a file system far away may raise into a sentence; its own words may name much more than the address."""
    try:
        yield
    except PodauditError:
        raise
    except Exception as error:  # each kind of file system has errors of its own
        raise Unreadable(
            f"{address} cannot be reached ({type(error).__name__}); check the address and your access."
        ) from error


@dataclass(frozen=True, slots=True)
class Given:
    """An export as given: on this machine its path, from elsewhere its bytes; and the SHA-256 of these."""

    sha256: str
    source: Path | bytes


def take(address: str, max_bytes: int) -> Given:
    """Fetch an export. Raises ``Unreadable``, whose sentence calls it "the export"."""
    if not is_url(address):
        path = Path(address)
        try:
            with path.open("rb") as file:
                return Given(hashlib.file_digest(file, "sha256").hexdigest(), path)
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
            raise Unreadable(
                f"the export cannot be read ({reason}); check that it is there, and its permissions."
            ) from None
    try:
        fs, path_ = _fs(address)
        with fs.open(path_, "rb") as file:
            data = file.read(max_bytes + 1)
    except PodauditError:
        raise
    except Exception as error:  # each kind of file system has errors of its own
        reason = type(error).__name__
        raise Unreadable(f"the export cannot be fetched ({reason}); check that it is there, and your access.") from None
    if len(data) > max_bytes:
        raise Unreadable(f"the export holds more than {max_bytes >> 20:,} MB; raise --max-size if that is right.")
    return Given(hashlib.sha256(data).hexdigest(), data)


# --------------------------------------------------------------------------------------------------------------- results


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to keep results in, named by a path or a URL. Files in it are named with ``/`` between folders.

    On this machine files are private and written whole; elsewhere that is up to the file system, and what counts as
    complete is said by a record that is written last.
    """

    address: str

    def prepare(self) -> None:
        """Make the folder. Raises ``Unwritable``."""
        if is_url(self.address):
            with self._writing():
                fs, path = _fs(self.address)
                fs.makedirs(path, exist_ok=True)
        else:
            make_folder(Path(self.address))

    def folder(self, name: str) -> None:
        """Make a folder in it. Raises ``Unwritable``."""
        if not is_url(self.address):  # elsewhere writing a file makes its folder
            make_folder(Path(self.address) / name)

    def write(self, name: str, data: bytes) -> None:
        """Raises ``Unwritable``."""
        if not is_url(self.address):
            write_whole(Path(self.address) / name, data)
            return
        with self._writing():
            fs, path = _fs(self.address)
            fs.makedirs(posixpath.dirname(f"{path}/{name}"), exist_ok=True)
            fs.pipe_file(f"{path}/{name}", data)

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where there is none. Raises ``Unreadable``."""
        try:
            if not is_url(self.address):
                return (Path(self.address) / name).read_bytes()
            fs, path = _fs(self.address)
            data: bytes = fs.cat_file(f"{path}/{name}")
            return data
        except FileNotFoundError:
            return None
        except PodauditError:
            raise
        except Exception as error:
            reason = type(error).__name__
            raise Unreadable(f"{self.address}/{name} cannot be read ({reason}); check your access to it.") from error

    def sizes(self, below: str = "") -> dict[str, int]:
        """Every file, or every one in a folder of it, with its size in bytes."""
        if not is_url(self.address):
            top = Path(self.address)
            return {
                (Path(folder) / name).relative_to(top).as_posix(): os.stat(os.path.join(folder, name)).st_size
                for folder, _, names in os.walk(top / below)
                for name in names
            }
        with _reaching(self.address):
            fs, path = _fs(self.address)
            fs.invalidate_cache()
            root = path.rstrip("/") + "/"
            found = fs.find(root + below if below else path, detail=True)
            return {str(name).removeprefix(root): int(about["size"]) for name, about in found.items()}

    def remove(self, name: str) -> None:
        """Remove a file where there is one. Raises ``Unwritable``."""
        if not is_url(self.address):
            remove(Path(self.address) / name)
            return
        with self._writing(), contextlib.suppress(FileNotFoundError):
            fs, path = _fs(self.address)
            fs.rm_file(f"{path}/{name}")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except PodauditError:
            raise
        except Exception as error:
            raise Unwritable(
                f"Cannot write to {self.address} ({type(error).__name__}); check the address and your access, or name another "
                "with -o."
            ) from error


def is_left_over(name: str) -> bool:
    """Whether a file is what an interrupted write left behind."""
    return _PART.fullmatch(posixpath.basename(name)) is not None
