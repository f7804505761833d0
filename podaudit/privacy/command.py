"""What the commands do where names are to be hidden: the key, the pseudonyms, the check, and only then the files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from podaudit import __version__, terminal
from podaudit.privacy.coarse import FEW, Coarse
from podaudit.privacy.keys import kept_key, read_key
from podaudit.privacy.leaks import leaks, refuse
from podaudit.privacy.pseudonyms import Texts, pseudonymise
from podaudit.writing import Inputs, check_target, make_folder, remove, staging, write_whole

if TYPE_CHECKING:
    from podaudit.audit import Audit

KEY = "podaudit.key"


def project_key(path: Path, quiet: bool) -> bytes:
    """The project's key, made where there is none, which is said."""
    key, made = kept_key(path)
    if made and not quiet:
        terminal.say(
            f"Made a new key, {path}: keep it, for only with it do the same people get the same pseudonyms again, and keep "
            "it to yourself."
        )
    return key


def check_key(path: Path) -> None:
    """Tell before the work is done that a key cannot be used, or none can be made there. Raises ``BadKey`` and ``Unwritable``."""
    if os.path.lexists(path):
        read_key(path)
    else:
        check_target(path)


def warn_of_few(audit: Audit, quiet: bool) -> None:
    """Pseudonyms hide nobody among a handful."""
    if len(audit.members) < FEW and not quiet:
        terminal.say(
            f"note: the group has fewer than {FEW} members, so whoever knows of it can tell who is who; think before you "
            "hand this on."
        )


@dataclass(frozen=True, slots=True)
class Hiding:
    """The options of ``--pseudonyms``."""

    key: Path
    text: Texts
    coarse: Coarse | None
    suppress: bool

    def __post_init__(self) -> None:
        check_key(self.key)

    def __call__(self, audit: Audit, quiet: bool) -> Audit:
        """The audit with pseudonyms. Raises ``BadKey`` and ``Unwritable``."""
        warn_of_few(audit, quiet)
        key = project_key(self.key, quiet)
        return pseudonymise(audit, key, text=self.text, coarse=self.coarse, suppress=self.suppress)

    def check(self, audit: Audit, outputs: Mapping[str, bytes]) -> None:
        """Raise ``Leaking`` where outputs still show who is in ``audit``, which bears its names."""
        refuse(leaks(audit, outputs))

    def write(self, audit: Audit, folder: Path, write: Callable[[Path], list[Path]]) -> list[Path]:
        """Have ``write`` fill a folder, and move its files to ``folder`` once none of them leaks.

        The last of them, which the folder is not complete without, moves last. Raises ``Leaking`` and ``Unwritable``.
        """
        there = os.path.exists(folder)
        make_folder(folder)
        try:
            with staging(folder) as part:
                written = write(part)
                self.check(audit, {path.relative_to(part).as_posix(): path.read_bytes() for path in written})
                moved = [folder / path.relative_to(part) for path in written]
                remove(moved[-1])
                for path, target in zip(written, moved, strict=True):
                    os.replace(path, target)
        except BaseException:
            if not there:  # a folder made for nothing goes
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise
        return moved


@dataclass(frozen=True, slots=True)
class Page:
    """The options of ``--share``."""

    target: Path | None
    beside: Path  # the export's folder
    key: Path | None
    quotes: bool
    inputs: Inputs  # besides the key

    def __post_init__(self) -> None:
        if self.target:
            self.check(self.target)
        if self.key or self.key_file.parent.is_dir():  # a folder without an export is the export's problem
            check_key(self.key_file)

    @property
    def key_file(self) -> Path:
        """Where the key is, or is to be made: as given, else beside the page."""
        return self.key or (self.target.parent if self.target else self.beside) / KEY

    def check(self, target: Path) -> None:
        """Raise ``Unwritable`` where ``target``, or the list of its quotes, cannot be written."""
        for path in (target, self.listed(target)) if self.quotes else (target,):
            check_target(path, {**self.inputs, self.key_file: "the key"})

    def listed(self, target: Path) -> Path:
        """Where the quotes on the page are listed for its maker."""
        return target.with_suffix(".review.txt")


def write_page(audit: Audit, page: Page, lang: str, quiet: bool) -> Path:
    """Write the version to share, and with quotes a list of them for its maker. Returns the page's path.

    Raises ``BadKey``, ``Leaking`` and ``Unwritable``.
    """
    from podaudit.report.share import share_name, shareable

    key = project_key(page.key_file, quiet)
    target = page.target or page.beside / share_name(audit, key)
    page.check(target)
    made = shareable(audit, key, name=target.name, lang=lang, quotes=page.quotes, version=__version__)
    warn_of_few(audit, quiet)
    if page.quotes:
        listed = page.listed(target)
        write_whole(listed, _review(target.name, made.quotes).encode("utf-8", "replace"))
        if not quiet:
            terminal.say(
                f"{len(made.quotes)} messages are quoted, redacted. {listed} holds each beside what was written: read it before "
                "you hand the page on, and keep it to yourself."
            )
    write_whole(target, made.html)
    return target


def _review(page: str, quotes: tuple[tuple[int, str, str], ...]) -> str:
    """The quotes for their maker to read, each line of chat marked and made safe for a terminal."""
    parts = [
        f"The quotes on {page}, each as it was written and as it is quoted. This list is private: it holds names.\n"
        "Look for what no program knows: people who are not in the group, places, employers, and whatever happened that\n"
        "only a few know of.\n"
    ]
    for line, written, quoted in quotes:
        marked = [
            f"  {mark} {terminal.plain(row)}"
            for mark, text in (("-", written), ("+", quoted))
            for row in text.split("\n")
        ]
        parts.append("\n".join([f"line {line}", *marked]) + "\n")
    return "\n".join(parts)
