"""The command line: thin commands over the stages.

Nothing heavy is imported at the top, so that ``--help`` and ``--version`` answer at once. Exit status: 0 done, 1 it
could not, 2 wrong usage, 3 the user has to decide, 130 interrupted.
"""

from __future__ import annotations

import difflib
import gc
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from podaudit import __version__, terminal
from podaudit.model import DecisionNeeded, Options, PodauditError, Unreadable, Unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podaudit.audit import Audit
    from podaudit.model import Export, Source

USAGE = 2
INTERRUPTED = 130
COMMANDS = ("report", "audit", "tables", "demo", "explain", "evaluate", "verify")
_COMMON = ("-q", "--quiet", "-v", "--verbose", "--debug")
_ABOUT = ("-h", "--help", "-V", "--version", "--install-completion", "--show-completion")

# Usage errors of typer have no public name of their own; this is the class they share.
_UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])

app = typer.Typer(
    name="podaudit",
    rich_markup_mode=None,  # plain help; and square brackets in a chat's text are no markup
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Lang = Literal["nl", "en"]
Chats = Annotated[
    list[str],
    typer.Argument(
        metavar="EXPORT",
        help="The exported chat: .txt, the .zip a phone shares, or -. Several exports of one group are read as one.",
    ),
]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report here instead.")]
Language = Annotated[Lang | None, typer.Option("--lang", help="Language of the report; otherwise the chat's own.")]
Me = Annotated[str | None, typer.Option("--me", metavar="NAME", help="Your own name as the (first) export shows it.")]
DateOrder = Annotated[
    Literal["dmy", "mdy", "ymd"] | None,
    typer.Option("--date-order", help="Order of day and month, where the export leaves it open."),
]
MaxSize = Annotated[
    int, typer.Option("--max-size", metavar="MB", min=1, help="Refuse a chat of more megabytes of text than this.")
]
Minutes = Annotated[
    float,
    typer.Option(
        "--minutes",
        metavar="N",
        min=0.1,
        max=600,
        help="Minutes that one obligation is assumed to take, for the hours spent.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop with status 3 if any line could not be read.")]
Open = Annotated[
    bool | None,
    typer.Option("--open/--no-open", help="Open the report in the browser; if neither is given, on a terminal only."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors on standard error.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what was read and assumed, and how long it took.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error came from.")]


def _version(wanted: bool) -> None:
    if wanted:
        terminal.out(f"podaudit {__version__}\n")
        raise typer.Exit


@app.callback(epilog="Example: podaudit 'WhatsApp Chat with Boost.zip'")
def podaudit(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Read an exported WhatsApp group chat and lay out what an engagement pod asked, of whom, and what is on record.

    "podaudit EXPORT" is short for "podaudit report EXPORT". Everything happens on this computer: no link is opened
    and nothing is sent anywhere.
    """


@app.command(epilog="Example: podaudit report 'WhatsApp Chat with Boost.zip' -o boost.html --lang en")
def report(
    exports: Chats,
    output: Output = None,
    lang: Language = None,
    me: Me = None,
    date_order: DateOrder = None,
    open_: Open = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the report of a chat: one HTML file beside the export, named after it. Prints its path."""
    target = Path(output) if output else _beside(exports[0])
    _check(target, exports)
    options = Options(date_order, me, strict, max_size << 20, minutes)
    _write_report(_audit(exports, options, verbose, quiet), target, lang, options, open_, quiet)


@app.command(epilog="Example: podaudit audit 'WhatsApp Chat with Boost.zip' --json > boost.json")
def audit(
    exports: Chats,
    json: Annotated[bool, typer.Option("--json", help="Print the whole audit as one JSON document.")] = False,
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Print a summary of the audit, or with --json the audit document."""
    made = _audit(exports, Options(date_order, me, strict, max_size << 20, minutes), verbose, quiet)
    if json:
        from podaudit import tables

        terminal.out(tables.dumps(tables.document(made, __version__)))
    else:
        terminal.out("".join(f"{terminal.plain(line)}\n" for line in terminal.summary(made)))


@app.command(epilog="Example: podaudit tables 'WhatsApp Chat with Boost.zip' -o boost-tables --format csv")
def tables(
    exports: Chats,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="The folder to write the tables into.")],
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="How to write them.")] = "csv",
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the audit as tables, one file each, and a manifest of them. Prints the folder's path."""
    from podaudit.tables import write_tables

    options = Options(date_order, me, strict, max_size << 20, minutes)
    made = _audit(exports, options, verbose, quiet)
    written = write_tables(made, Path(output), format_, options, __version__)
    if not quiet:
        terminal.say(f"{len(written)} files; manifest.json lists them with their SHA-256.")
    _path_out(Path(output))


@app.command(epilog="Example: podaudit demo --lang en")
def demo(
    output: Output = None,
    lang: Language = None,
    open_: Open = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the report of the bundled, invented chat into this folder. Prints its path."""
    from podaudit.resources import demo_chat

    chat = str(demo_chat())
    target = Path(output) if output else Path(_beside(chat).name)
    _check(target, [chat])
    _write_report(_audit([chat], Options(), verbose, quiet), target, lang, Options(), open_, quiet)


@app.command(epilog="Example: podaudit explain shaming --lang nl")
def explain(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What to explain; otherwise all names.")] = None,
    lang: Annotated[Lang | None, typer.Option("--lang", help="Language; otherwise that of the system.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what a label, rule type, status, event, episode, ask or detector means."""
    from podaudit import codebook

    book = codebook.load(lang or codebook.system_language(os.environ))
    if name is None:
        terminal.out(codebook.listing(book))
        return
    found = codebook.find(book, name)
    if not found:
        raise typer.BadParameter(codebook.unknown(book, name), param_hint="'NAME'")
    terminal.out("\n".join(codebook.text(book, entry) for entry in found))
    if not quiet:
        terminal.say(book.words["lines"])


@app.command(epilog="Example: podaudit evaluate coded-chats --json > agreement.json")
def evaluate(
    folder: Annotated[
        str,
        typer.Argument(
            metavar="CODED_DIR", help="The folder of coded chats: pairs NAME.txt (the export) and NAME.truth.json."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON document.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="List what was missed and what was extra, by line.")] = False,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Say how far the audit agrees with chats that were coded by hand: precision, recall, F1 and Cohen's kappa."""
    from podaudit import evaluate as measure
    from podaudit import tables
    from podaudit.audit import audit as run

    options = Options(date_order, None, strict, max_size << 20)
    chats = {}
    for coding in measure.codings(Path(folder)):
        started = time.perf_counter()
        made = run(_read_open(str(coding.chat), options), options)
        _tell(made.source, started, verbose, quiet)
        chats[coding.name] = measure.compare(coding, made)
    if json:
        terminal.out(tables.dumps(measure.document(chats, errors)))
    else:
        lines = terminal.agreement(chats)
        if errors:
            lines += ["", *terminal.differences(measure.differences(chats))]
        terminal.out("".join(f"{terminal.plain(line)}\n" for line in lines))


@app.command(epilog="Example: podaudit verify boost.report.html --export 'WhatsApp Chat with Boost.zip'")
def verify(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A report (.html), a folder of tables, or an audit document (.json).")
    ],
    export: Annotated[
        list[str] | None,
        typer.Option(
            "--export", metavar="FILE", help="An export to compare with what PATH was made of; may be repeated."
        ),
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say whether a report or tables are unchanged since podaudit wrote them, and exports since podaudit was given them.

    Exit status 1 where something was changed or is missing.
    """
    from podaudit import verify as compare

    found = compare.verify(Path(path), [Path(name) for name in export or ()])
    terminal.out("".join(f"{terminal.plain(line)}\n" for line in terminal.verified(found)))
    if not quiet:
        terminal.say("A match says nothing of the time before: an export is not signed by whoever sent it.")
    if not found.good:
        raise typer.Exit(1)


# ------------------------------------------------------------------------------------------------------ shared steps


def _audit(exports: Sequence[str], options: Options, verbose: bool, quiet: bool) -> Audit:
    """Read and audit an export, or several of one group; with ``verbose``, say what was read and assumed."""
    from podaudit.audit import audit as run
    from podaudit.export import merge

    started = time.perf_counter()
    gc.disable()  # one audit, then the process ends: collecting its millions of small objects costs a sixth of the time
    if list(exports).count("-") > 1:
        raise _UsageError("- stands for standard input, which can be read once.")
    if len(exports) == 1:
        chat = _read(exports[0], options)
    else:  # --me speaks of the phone that made the first export, --date-order of every export that leaves the order open
        others = replace(options, me=None)
        chat = merge([_read_open(export, others if i else options) for i, export in enumerate(exports)])
    made = run(chat, options)
    _tell(made.source, started, verbose, quiet)
    return made


def _tell(source: Source, started: float, verbose: bool, quiet: bool) -> None:
    """Say what no figure should be read without; with ``verbose``, all that was read and assumed."""
    if not verbose and not quiet:
        for note in terminal.grave(source):
            terminal.say(f"note: {note}")
    if verbose:
        for line in terminal.details(source):
            terminal.say(line)
        terminal.say(f"audited in {time.perf_counter() - started:.2f} s")
        for note in source.warnings:
            terminal.say(f"note: {note}")


def _read_open(export: str, options: Options) -> Export:
    """Read one of several exports: the order of dates that was given decides only where its own dates do not."""
    if options.date_order is None or export == "-":
        return _read(export, options)
    try:
        return _read(export, replace(options, date_order=None))
    except DecisionNeeded:
        return _read(export, options)


def _read(export: str, options: Options) -> Export:
    from podaudit.export import read

    if export == "-":
        chat = read(None, data=_stdin(options.max_bytes), name="chat.txt", options=options)
    else:
        chat = read(Path(export), name=Path(export).name, options=options)
    if options.strict and chat.source.gaps:
        first = int(chat.messages.loc[chat.messages["kind"] == "gap", "line"].iloc[0])
        raise DecisionNeeded(
            f"{chat.source.name}:{first}: here is the first gap (in all: {chat.source.gaps}), lines that could not be read; "
            "--strict forbids them, so nothing was written; without --strict they are counted and listed in the report."
        )
    return chat


def _write_report(
    made: Audit, target: Path, lang: Lang | None, options: Options, open_: bool | None, quiet: bool
) -> None:
    from podaudit.report import render
    from podaudit.verify import seal
    from podaudit.writing import write_whole

    lang, me = lang or _language_of(made), options.me
    if me is not None:  # reading found the member that the user means, whatever the spelling
        me = next(iter(made.members.loc[made.members["owner"], "name"]), me)
    html = render(made, lang=lang, me=me, version=__version__).encode("utf-8", "replace")
    write_whole(target, seal(html, made.source, options, lang, __version__))
    if not quiet:
        for line in terminal.summary(made):
            terminal.say(line)
    _path_out(target)
    if open_ or (open_ is None and sys.stdout.isatty() and _has_screen()):
        import webbrowser

        if not webbrowser.open(target.resolve().as_uri()) and not quiet:
            terminal.say("No browser could be started; open the file by hand.")


def _has_screen() -> bool:
    """Whether a browser would open beside the terminal, and not take its place."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in names)


def _stdin(limit: int) -> bytes:
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"Standard input holds more than {limit >> 20} MB; raise --max-size if that is right.")
    return data


def _beside(export: str) -> Path:
    """Where the report of ``export`` goes: beside it; for standard input, into the current folder."""
    path = Path("chat" if export == "-" else export)
    stem = path.stem if path.suffix.lower() in (".txt", ".zip") else path.name
    return path.with_name(f"{stem or 'chat'}.report.html")


def _check(target: Path, exports: Sequence[str]) -> None:
    """Refuse a target that cannot be written, or that is an export itself, before any work is done."""
    from podaudit.writing import check_target

    # A target beside a missing export is the export's problem, and reading will say so.
    if target.parent.exists() or target.parent != Path(exports[0]).parent:
        check_target(target)
    for export in exports:
        if export != "-" and target.exists() and Path(export).exists() and target.samefile(export):
            raise Unwritable(f"{target} is the export itself, which stays as it is; name another file with -o.")


def _language_of(made: Audit) -> Lang:
    """Dutch for a chat that is mostly Dutch, else English."""
    shares = made.source.languages
    return "nl" if shares and max(shares, key=lambda code: shares[code]) == "nl" else "en"


def _path_out(path: Path) -> None:
    """A path on standard output: byte for byte for a program, made safe for a person."""
    terminal.out(f"{terminal.plain(path)}\n" if sys.stdout.isatty() else os.fsencode(path) + b"\n")


# -------------------------------------------------------------------------------------------------------- entry point


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_status(given))


def _status(given: list[str]) -> int:
    """Run one command line and return its exit status; every error becomes a sentence here."""
    try:
        status = app(_with_command(given), prog_name="podaudit", standalone_mode=False) or 0
    except PodauditError as error:
        return _fail(given, str(error), error.status)
    except _UsageError as error:
        return _usage(error)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except MemoryError:
        return _fail(given, "there is not enough memory for this chat; close other programs, or give less of it.", 1)
    except Exception as error:  # our own bug: loud, with its place, but without the chat's text
        hint = "" if "--debug" in given else " Run it again with --debug to see more."
        return _fail(given, f"internal error ({_place(error)}). This is a bug in podaudit; please report it.{hint}", 1)
    if status == INTERRUPTED:  # typer turns an interrupt into this status
        terminal.say("podaudit: interrupted; nothing was left half-written.")
    return int(status)


def _with_command(given: list[str]) -> list[str]:
    """Put the command first: ``podaudit -q audit X`` is ``audit -q X``, and ``podaudit X`` is ``report X``."""
    if not given:
        raise _UsageError("EXPORT is missing; name the exported chat, or see podaudit --help.")
    at = next((i for i, word in enumerate(given) if word not in _COMMON), len(given))
    word = given[at] if at < len(given) else ""
    if word in COMMANDS:
        return [word, *given[:at], *given[at + 1 :]]
    if word.split("=")[0] in _ABOUT:
        return given[at:]
    close = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.75)
    if close and word.isalpha() and not Path(word).exists():
        raise _UsageError(f"there is no command or file '{word}'; did you mean podaudit {close[0]}?")
    return ["report", *given]


def _fail(given: list[str], message: str, status: int) -> int:
    if "--debug" in given:
        for line in traceback.format_exc().splitlines():
            terminal.say(line)
    terminal.say(f"podaudit: {message}")
    return status


def _usage(error: Exception) -> int:
    format_message = getattr(error, "format_message", error.__str__)
    context = getattr(error, "ctx", None)
    if context is not None:
        for line in context.get_usage().splitlines():
            terminal.say(line)
    terminal.say(f"podaudit: {format_message()}")
    return USAGE


def _place(error: BaseException) -> str:
    """ "As in "TypeError in parse.py:123": the innermost line of ours that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).resolve().parent
    ours = [f for f in frames if package in Path(f.filename).resolve().parents] or frames
    return f"{type(error).__name__} in {Path(ours[-1].filename).name}:{ours[-1].lineno}"
