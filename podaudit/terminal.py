"""What is said on the terminal: the text of a chat is hostile, and so are file names.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from podaudit.model import Event, Label, Status, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podaudit.audit import Audit
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

    Raises ``BrokenPipeError`` where nobody reads any longer, ``Unwritable`` where it cannot be written.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
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


def say(line: str) -> None:
    """One line to standard error, made safe to show."""
    text = plain(line)
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stderr.flush()


def summary(audit: Audit) -> list[str]:
    """Five lines on what the chat holds: what was read, calls, rules and replies, pressure, episodes."""
    source = audit.source
    ledger = Counter(audit.ledger["status"])
    labels = Counter(label for row in audit.pressure["labels"] for label in row)
    events = Counter(audit.membership["event"])
    statuses = _counted(ledger, Status, {Status.SILENT: "with nothing on record"})
    exits = f"{events[Event.LEFT]} left, {events[Event.REMOVED]} removed"
    return [
        f"Group: {_group(source)}, {_period(source)}; {_n(source.messages, 'message')} "
        f"by {_n(len(audit.members), 'member')} ({exits}); {_gaps(source)}{_notes(source)}.",
        f"Calls: {_n(len(audit.calls), 'post')} put before the group, {_n(len(audit.repeats), 'repeat')}.",
        f"Rules: {len(audit.rules)} laid down. Asked of members: {_n(len(audit.ledger), 'time')}"
        + (f", of these {statuses}." if statuses else "."),
        f"Pressure: {_n(len(audit.pressure), 'message')} labelled"
        + (f": {_counted(labels, Label, {}, most=5)}." if labels else "."),
        f"Episodes: {_episodes(audit)}. A chat shows what people said, not what they did.",
    ]


def details(source: Source) -> list[str]:
    """What was read and what was assumed, for ``-v``."""
    languages = ", ".join(f"{code} {share:.0%}" for code, share in source.languages.items())
    return [
        *(f"read {file.name}: {_n(file.lines, 'line')}, {_n(file.messages, 'message')}, SHA-256 {file.sha256}"
          for file in source.files),
        f"{_n(source.messages, 'message')} with {_n(source.system_messages, 'notice')} of the app; {_gaps(source)}",
        *(f"layout of {file.name}: {file.encoding}, {file.platform}, dates {file.date_order}, clock {file.clock}"
          for file in source.files),
        f"languages: {languages or 'unknown'}",
    ]  # fmt: skip


_VERIFIED = {
    ("page", "same"): "unchanged since podaudit wrote it",
    ("page", "changed"): "CHANGED since podaudit wrote it",
    ("table", "same"): "unchanged since podaudit wrote it",
    ("table", "changed"): "CHANGED since podaudit wrote it",
    ("table", "missing"): "MISSING",
    ("export", "same"): "unchanged since it was given to podaudit",
    ("export", "changed"): "NOT what podaudit was given",
    ("document", "unknown"): "carries no checksum of its own; only exports can be compared with it",
}


def verified(found: Verified) -> list[str]:
    """What is unchanged and what is not, a line for each file, and how many of the exports were not compared."""
    lines = [
        f"{file.name}: {_VERIFIED[file.what, file.state.value]}" + (f" (SHA-256 {file.sha256})" if file.sha256 else "")
        for file in found.findings
    ]
    lines += [f"{name}: not of these tables" for name in found.unlisted]
    left = found.inputs - sum(file.what == "export" and file.state == "same" for file in found.findings)
    made = f"Made by {found.generator} of {_n(found.inputs, 'export')}"
    return [*lines, f"{made}; {left} not compared (--export)." if left else f"{made}, compared."]


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _gaps(source: Source) -> str:
    return "every line was read" if source.gaps == 0 else f"{_n(source.gaps, 'gap')} where lines could not be read"


# What may change every figure is said unasked.
_GRAVE = ("From line ", "About ", "The archive holds ", "NUL bytes in the file", "Years such as ")


def grave(source: Source) -> list[str]:
    """The notes that no figure should be read without: a file that repeats itself, holds two chats, or is cut off."""
    starts = (*_GRAVE, *(f"{file.name}: {words}" for file in source.files for words in _GRAVE))
    return [
        note
        for note in source.warnings
        if note.startswith(starts) or "as asked for; " in note or "no day in common" in note
    ]


def _notes(source: Source) -> str:
    """What was assumed stands in the report and comes with ``-v``; here only that there is something."""
    return f" ({_n(len(source.warnings), 'note')} on the reading with -v)" if source.warnings else ""


def _group(source: Source) -> str:
    return plain(source.group) if source.group else "name not in the export"


def _period(source: Source) -> str:
    if source.first is None or source.last is None:
        return "no dates"
    return f"{source.first:%Y-%m-%d} to {source.last:%Y-%m-%d}"


def _counted(counts: Counter[str], order: Iterable[str], words: dict[str, str], most: int = 99) -> str:
    """As in "3 late, 2 refused": in the order given, or the most frequent where there are more than ``most``."""
    found = [(name, counts[name]) for name in order if counts[name]]
    shown = found if len(found) <= most else sorted(found, key=lambda pair: -pair[1])[:most]
    text = ", ".join(f"{count} {words.get(name, name.replace('_', ' '))}" for name, count in shown)
    return text if len(found) <= most else f"{text}, …"


def _episodes(audit: Audit) -> str:
    counts = Counter(audit.episodes["kind"])
    listed = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(counts.items()))
    return f"{len(audit.episodes)} ({listed})" if listed else "none"


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
    lines += ["", row(f"{_n(len(chats), 'chat')} together", _FIGURES, _FIGURES)]
    for part, a in pool(chats.values()).items():
        cells = [_exact(a.precision), _exact(a.recall), _exact(a.f1), a.coded, a.found]
        units = [] if a.units is None else [_exact(a.kappa), a.units.total()]
        lines.append(row(part, _FIGURES, cells + units))
    return lines


def differences(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """As in "boost.txt:57: missed pressure: shaming", a line for each thing in which coder and audit differ."""
    listed = []
    for row in rows:
        place = f"{row['chat']}.txt" + (f":{row['line']}" if row["line"] else "")
        says = ", ".join("none" if word is None else str(word) for word in row["says"] if word != row["line"])
        listed.append(f"{place}: {row['error']} {row['part']}" + (f": {says}" if says else ""))
    return listed


def _exact(value: float | None) -> str:
    """Three decimals; 0 and 1 only where they are exact, and a dash where nothing could be measured."""
    if value is None:
        return "–"
    shown = f"{value:.3f}"
    if shown in ("1.000", "0.000", "-0.000") and value not in (0, 1):
        return "0.999" if value > 0.5 else "0.001" if value > 0 else "-0.001"
    return shown
