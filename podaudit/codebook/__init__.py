"""The codebook that ships with the package: what every word of an audit means, in several languages.

The text is data, one TOML file per language beside this module; ``podaudit explain`` prints it.
"""

from __future__ import annotations

import difflib
import re
import textwrap
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, cast, get_args

from podaudit.model import Lang

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the codebook. ``unlike`` and ``example`` may be empty."""

    group: str
    name: str
    title: str
    means: str
    unlike: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The codebook in one language: headings by group, the entries in order, and the words between them."""

    groups: Mapping[str, str]
    entries: tuple[Entry, ...]
    words: Mapping[str, str]


def load(language: Lang) -> Book:
    """The codebook in ``language``."""
    data = tomllib.loads(resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    groups = data["groups"]
    entries = tuple(Entry(group, name, **fields) for group in groups for name, fields in data[group].items())
    return Book(groups=groups, entries=entries, words=data["words"])


def system_language(environment: Mapping[str, str]) -> Lang:
    """The language that the system is set to, as far as the codebook has it; otherwise English."""
    setting = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    code = re.split(r"[^a-z]", setting.lower())[0]
    return cast("Lang", code) if code in get_args(Lang) else "en"


def find(book: Book, name: str) -> list[Entry]:
    """The entries called ``name``; several groups may share a name, and ``group:name`` picks one of them."""
    group, _, word = name.strip().casefold().replace("-", "_").replace(" ", "_").rpartition(":")
    return [entry for entry in book.entries if entry.name == word and group in ("", entry.group)]


def unknown(book: Book, name: str) -> str:
    """One sentence on a ``name`` that the codebook does not have, with the names that come close."""
    names = list(dict.fromkeys(entry.name for entry in book.entries))
    close = difflib.get_close_matches(name.rpartition(":")[2].casefold(), names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "podaudit explain lists all names."
    return f"nothing in the codebook is called '{name}'; {hint}"


def listing(book: Book) -> str:
    """All names with their titles, by group."""
    width = max(len(entry.name) for entry in book.entries)
    parts = []
    for group, heading in book.groups.items():
        rows = [f"  {entry.name:<{width}}  {entry.title}" for entry in book.entries if entry.group == group]
        parts.append("\n".join([f"{heading} ({group})", *rows]))
    return "\n\n".join(parts) + "\n"


def text(book: Book, entry: Entry) -> str:
    """One entry as text for the terminal, wrapped."""
    lines = [f"{entry.name} ({book.groups[entry.group]}): {entry.title}", *_wrapped(entry.means)]
    if entry.unlike:
        lines += _wrapped(f"{book.words['unlike']}: {entry.unlike}")
    if entry.example:
        lines += _wrapped(f"{book.words['example']}: {entry.example}")
    return "\n".join(lines) + "\n"


def _wrapped(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
