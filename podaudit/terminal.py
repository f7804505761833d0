"""What is said on the terminal: the text of a chat is hostile, and so are file names.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

from podaudit.model import Label, Status, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from podaudit.agreement import Agreement as Coders
    from podaudit.agreement import Estimate
    from podaudit.estimating import Measured
    from podaudit.evaluate import Agreement
    from podaudit.model import Source
    from podaudit.verify import Verified

# Control characters (C0, C1, DEL), line and paragraph separators, bidi controls, invisible and tag characters,
# surrogates. The joiners that emoji are built with stay.
_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def plain(text: object) -> str:
    """``text`` on one line, without anything that a terminal would obey or that hides or reorders what is shown."""
    return _UNSAFE.sub("", _BREAKS.sub(" ", str(text)))


def out(data: str | bytes) -> None:
    """Data to standard output, as UTF-8 whatever the terminal's encoding.

    On a terminal what would steer it is written as JSON does (``\\u009b``); a file or a program gets the data as they are.
    Raises ``BrokenPipeError`` where nobody reads any longer, ``Unwritable`` where it cannot be written.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if sys.stdout is None:
        raise Unwritable("Cannot write to standard output: it is closed; leave it open, or send it elsewhere.")
    if sys.stdout.isatty():
        raw = _UNSAFE.sub(_escaped, raw.decode("utf-8", "replace")).encode()
    sys.stdout.flush()
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:  # a stand-in for standard output that takes text only
            sys.stdout.write(raw.decode("utf-8"))
        else:
            stream.write(raw)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Unwritable(f"Cannot write to standard output: {reason}; send it elsewhere.") from error


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0] in "\t\n" else json.dumps(found[0])[1:-1]


def say(line: str) -> None:
    """One line to standard error, made safe to show; where that is closed or full, nobody is there to be told."""
    if sys.stderr is None:
        return
    text = plain(line)
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError):
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stderr.flush()


def is_person(stream: TextIO | None) -> bool:
    """Whether a standard stream is a terminal; Python has none for one that was closed."""
    return stream is not None and stream.isatty()


def hold_closed() -> None:
    """Take the numbers of standard streams that were closed: files opened next would get them, and what a library prints."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def let_go() -> None:
    """Drop standard streams that cannot be written, which is said by now: in its end Python would try once more, and fail."""
    for name in ("stdout", "stderr"):
        try:
            if (stream := getattr(sys, name)) is not None:
                stream.flush()
        except OSError:
            setattr(sys, name, None)


@contextlib.contextmanager
def progress(words: str) -> Iterator[None]:
    """Say on a terminal's standard error what is being done, once it takes longer than a second; elsewhere nothing."""
    if not is_person(sys.stderr):
        yield
        return
    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True).status(Text(plain(words) + " …"))  # as text: brackets in a name are no markup
    timer = threading.Timer(1.0, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


def details(source: Source) -> list[str]:
    """What was read and what was assumed, for ``-v``."""
    languages = ", ".join(f"{code} {share:.0%}" for code, share in source.languages.items())
    return [
        *(f"read {file.name}: {count(file.lines, 'line')}, {count(file.messages, 'message')}, SHA-256 {file.sha256}"
          for file in source.files),
        f"{count(source.messages, 'message')} with {count(source.system_messages, 'notice')} of the app; {gaps(source)}",
        *(f"layout of {file.name}: {file.encoding}, {file.platform}, dates {file.date_order}, clock {file.clock}"
          for file in source.files),
        f"languages: {languages or 'unknown'}",
    ]  # fmt: skip


def count(number: int, noun: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def gaps(source: Source) -> str:
    """Whether every line was read."""
    return "every line was read" if source.gaps == 0 else f"{count(source.gaps, 'gap')} where lines could not be read"


_VERIFIED = {
    ("page", "same"): "unchanged since podaudit wrote it",
    ("page", "changed"): "CHANGED since podaudit wrote it",
    ("table", "same"): "unchanged since podaudit wrote it",
    ("table", "changed"): "CHANGED since podaudit wrote it",
    ("table", "missing"): "MISSING",
    ("table", "added"): "ADDED since podaudit wrote the tables, or left from before: not one of them",
    ("manifest", "same"): "unchanged since podaudit wrote it",
    ("manifest", "changed"): "CHANGED since podaudit wrote it",
    ("manifest", "unknown"): "carries no checksum of its own, as in earlier versions, so it may have been changed",
    ("export", "same"): "unchanged since it was given to podaudit",
    ("export", "changed"): "NOT what podaudit was given",
    ("export", "unknown"): "cannot be compared, for exports are named by keyed hashes here",
    ("document", "unknown"): "carries no checksum of its own; only exports can be compared with it",
}


def verified(found: Verified) -> list[str]:
    """What is unchanged and what is not, a line for each file, and how many of the exports were not compared.

    What a file says that was changed, or may have been, is told as what that file says.
    """
    carrier, sound = found.findings[0].name, found.findings[0].state == "same"
    listed = {
        "same": f"as listed in {carrier}, which may itself have been changed",
        "changed": f"NOT as listed in {carrier}",
    }
    lines = []
    for file in found.findings:
        said = _VERIFIED[file.what, file.state.value]
        if not sound and file.what in ("table", "export"):
            said = listed.get(file.state, said)
        lines.append(f"{file.name}: {said}" + (f" (SHA-256 {file.sha256})" if file.sha256 else ""))
    lines += [f"{name}: not of these tables" for name in found.unlisted]
    made = f"Made by {found.generator} of {count(found.inputs, 'export')}"
    made = made if sound else f"{carrier} says: m{made[1:]}"
    if found.keyed:
        return [*lines, f"{made}, named by keyed hashes, which no export can be compared with."]
    return [*lines, f"{made}; {found.left} not compared (--export)." if found.left else f"{made}, compared."]


# What may change every figure is said unasked.
_GRAVE = (
    "From line ", "About ", "The archive holds ", "NUL bytes in the file", "Years such as ", "Corrections by the reader: ",
)  # fmt: skip


def grave(source: Source) -> list[str]:
    """The notes that no figure should be read without: a file that repeats itself, holds two chats, or is cut off."""
    starts = (*_GRAVE, *(f"{file.name}: {words}" for file in source.files for words in _GRAVE))
    return [
        note
        for note in source.warnings
        if note.startswith(starts) or "as asked for; " in note or "no day in common" in note
    ]


_MAIN_PARTS = ("calls", "rules", "replies", "ledger", "pressure", "episodes")
_FIGURES = ("precision", "recall", "F1", "coded", "found", "kappa", "units")


def agreement(chats: Mapping[str, Mapping[str, Agreement]]) -> list[str]:
    """The agreement with coded chats: F1 of the main parts of each, then every part of all of them together."""
    from podaudit.evaluate import PARTS, pool

    wide = max(map(len, (*PARTS, *map(plain, chats))))

    def row(title: str, columns: Iterable[str], cells: Iterable[object]) -> str:
        return f"{title:{wide}}" + "".join(
            f"{cell:>{max(7, len(column) + 1)}}" for column, cell in zip(columns, cells, strict=False)
        )

    lines = [row("F1", _MAIN_PARTS, _MAIN_PARTS)]
    for name, parts in chats.items():
        f1 = (parts[part].f1 if part in parts else None for part in _MAIN_PARTS)
        lines.append(row(plain(name), _MAIN_PARTS, map(_exact, f1)))
    lines += ["", row(f"{count(len(chats), 'chat')} together", _FIGURES, _FIGURES)]
    for part, a in pool(chats.values()).items():
        cells = [_exact(a.precision), _exact(a.recall), _exact(a.f1), a.coded, a.found]
        units = [] if a.units is None else [_exact(a.kappa), a.units.total()]
        lines.append(row(part, _FIGURES, cells + units))
    return lines


def agreed(figures: Coders) -> list[str]:
    """The agreement of coders: alpha of all of them, each pair of readers with its confusion, and estimated totals."""
    lines: list[str] = []
    used = {p.code for p in figures.pairs if p.units[True, True] + p.units[True, False] + p.units[False, True]}
    used |= {e.code for e in figures.estimates if (e.total and e.total.value) or e.found}

    def table(title: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[object]]]) -> None:
        held = [(code, cells) for code, cells in rows if code in used]
        lines.extend(["", f"{title}"] if lines else [title])
        wide = [
            max(6, *(len(str(cell)) for cell in column)) for column in zip(heads, *(c for _, c in held), strict=True)
        ]
        for name, cells in (("", heads), *held):
            lines.append(f"  {name:{_CODE}}" + "".join(f" {cell:>{w}}" for cell, w in zip(cells, wide, strict=True)))

    if figures.alphas:
        table(f"{len(figures.coders)} coders", ("units", "coders", "alpha"),
              ((a.code, (a.units, a.coders, _exact(a.value))) for a in figures.alphas))  # fmt: skip
    for a, b in dict.fromkeys((p.a, p.b) for p in figures.pairs):
        held = [p for p in figures.pairs if (p.a, p.b) == (a, b)]
        table(f"{plain(a)} and {plain(b)}", ("units", "both", "first", "second", "neither", "agreed", "kappa"), (
            (p.code, (p.units.total(), p.units[True, True], p.units[True, False], p.units[False, True],
                      p.units[False, False], _exact(p.agreed), _exact(p.kappa))) for p in held
        ))  # fmt: skip
    for coder in dict.fromkeys(e.coder for e in figures.estimates):
        rows = [e for e in figures.estimates if e.coder == coder]
        table(f"Of {_population(rows)}, estimated from {plain(coder)}", _ESTIMATES, (
            (e.code, (*_messages(e.total), "–" if e.found is None else e.found, *_share(e.precision), *_share(e.recall)))
            for e in rows
        ))  # fmt: skip
        for strata in dict.fromkeys(e.left_out for e in rows if e.left_out):
            codes = [e.code for e in rows if e.left_out == strata]
            of = "" if len(codes) == len(rows) else f" for {', '.join(codes)}"
            lines.append(f"  Left out{of}, for {plain(coder)} coded nothing there: {', '.join(map(plain, strata))}.")
    unused = sorted({p.code for p in figures.pairs} - used)
    if unused:
        lines += ["", f"Given by nobody: {', '.join(unused)}."]
    return lines


_ESTIMATES = ("messages", "95 %", "found", "precision", "95 %", "recall", "95 %")


def _population(rows: Sequence[Estimate]) -> str:
    """Which messages the estimates of a coder speak of."""
    return count(max(e.messages for e in rows), "message") + " that members wrote"


def _messages(made: Measured | None) -> tuple[str, str]:
    """An estimated number of messages, and its interval in whole ones."""
    if made is None:
        return "–", ""
    return f"{made.value:.1f}", f"{math.floor(made.low)}–{math.ceil(made.high)}"


def _share(made: Measured | None) -> tuple[str, str]:
    return ("–", "") if made is None else (_exact(made.value), f"{_exact(made.low, 2)}–{_exact(made.high, 2)}")


_CODE = max(map(len, (*Label, *Status)))  # characters of the longest code


def differences(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """As in "boost.txt:57: missed pressure: shaming", a line for each thing in which coder and audit differ."""
    listed = []
    for row in rows:
        place = f"{row['chat']}.txt" + (f":{row['line']}" if row["line"] else "")
        says = ", ".join("none" if word is None else str(word) for word in row["says"] if word != row["line"])
        listed.append(f"{place}: {row['error']} {row['part']}" + (f": {says}" if says else ""))
    return listed


def _exact(value: float | None, digits: int = 3) -> str:
    """So many decimals; 0 and 1 only where they are exact, and a dash where nothing could be measured."""
    if value is None:
        return "–"
    if value not in (0, 1):
        least = 10**-digits
        value = min(value, 1 - least) if value > 0.5 else math.copysign(max(abs(value), least), value)
    return f"{value:.{digits}f}"
