"""What the hostile and broken files are made with. All texts, names, numbers and links in them are invented."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CANARY = "document.documentElement.dataset.pdxfired=1"  # what a script of a chat would do, were it to run
POST = "https://www.linkedin.com/feed/update/urn:li:activity:71071508201472000"  # and two digits: an id of 12 September 2023
POD = 11  # messages of ``pod``
POD_CALLS = 3

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """The file is read; what is None is not compared."""

    messages: int
    gaps: int | None = 0
    calls: int | None = None
    members: int | None = None
    said: str = ""  # stands among the notes that -v says


@dataclass(frozen=True, slots=True)
class Refused:
    """The file is refused in one line, which holds ``said``."""

    status: int
    said: str


Outcome = Read | Refused


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile or broken input: ``make`` writes it into an empty folder and returns the arguments that name it."""

    name: str
    threat: str
    outcome: Outcome
    make: Callable[[Path], Sequence[str]]
    heavy: bool = False  # in size or in what it asks of the machine: run as a process of its own, with a cap
    hidden: tuple[str, ...] = ()  # stand neither on the page nor in what is said, in capitals or not


def pod(name: str = "Bob", text: str = "", group: str = "Pod") -> str:
    """A chat of eleven messages in which ``name`` calls, is asked, named, speaks back and is removed, and all say ``text``."""
    return android(
        f'Anna heeft de groep "{group}" gemaakt',
        f"Anna heeft {name} toegevoegd",
        f"Anna: Afspraken: 1. Like elke post. 2. Reageer met minimaal 5 woorden. 3. Binnen een uur. {text}",
        f"{name}: Nieuwe post, graag reageren {POST}01 {text}",
        f"Anna: gedaan {text}",
        f"Anna: Nieuwe post, graag reageren {POST}02 {text}",
        f"Chris: Mijn nieuwe post, liken en reageren aub {POST}03",
        f"{name}: gedaan {text}",
        f"Anna: @{name} weer niets van jou, schandalig! Dit is je laatste waarschuwing {text}",
        f"{name}: Dit vind ik niet eerlijk, ik stop ermee {text}",
        f"Anna heeft {name} verwijderd",
    )


def android(*lines: str, form: str = "{day:02}-09-2023 {hour:02}:00 - ") -> str:
    """An Android export of one line a message, an hour apart; from the 13th on, so that day and month are told apart."""
    return "".join(f"{form.format(day=13 + i // 12, hour=8 + i % 12)}{line}\n" for i, line in enumerate(lines))


def ios(*lines: str) -> str:
    return android(*lines, form="[{day:02}-09-2023 {hour:02}:00:00] ")


def file(content: Content, name: str = "chat.txt", *options: str) -> Callable[[Path], list[str]]:
    """A maker of one file; ``options`` are further arguments."""

    def make(folder: Path) -> list[str]:
        (folder / name).write_bytes(content() if callable(content) else content)
        return [str(folder / name), *options]

    return make


def files(*contents: tuple[str, Content]) -> Callable[[Path], list[str]]:
    """A maker of several exports, given as one."""

    def make(folder: Path) -> list[str]:
        return [argument for name, content in contents for argument in file(content, name)(folder)]

    return make


def archive(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    """A zip, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.comment = comment
        for name, data in members:
            info = name if isinstance(name, zipfile.ZipInfo) else member(name)
            info.compress_type = method
            made.writestr(info, data)
    return out.getvalue()


def member(name: str, mode: int = 0o100600) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x", (2023, 9, 13, 8, 0, 0))
    info.filename = name  # past the constructor, which cuts names at a NUL
    info.external_attr = mode << 16
    return info
