"""The command line: thin commands over the stages.

Nothing heavy is imported at the top, so that ``--help`` and ``--version`` answer at once. Exit status: 0 done, 1 it
could not, 2 wrong usage, 3 the user has to decide, 4 some of many inputs failed, 130 interrupted.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import difflib
import gc
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

import typer

from podaudit import __version__, terminal
from podaudit.model import Lang, Options, PodauditError, SomeFailed, Unreadable, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from podaudit.audit import Audit
    from podaudit.evidence import Given
    from podaudit.model import Source
    from podaudit.privacy.command import Hiding
    from podaudit.writing import Inputs

USAGE = 2
INTERRUPTED = 130
COMMANDS = (
    "report", "audit", "tables", "demo", "explain", "schema", "corpus", "compare", "sample", "agree", "evaluate",
    "verify",
)  # fmt: skip
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

Chats = Annotated[
    list[str],
    typer.Argument(
        metavar="EXPORT",
        help="The exported chat: .txt, the .zip a phone shares, or -. Several exports of one group are read as one.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the report here instead; - is standard output."),
]
_CODES = ", ".join(get_args(Lang))
Language = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        metavar="CODE",
        case_sensitive=False,
        help=f"Language of the report, of {_CODES}; otherwise the chat's own.",
    ),
]
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
Archives = Annotated[
    list[str] | None,
    typer.Option(
        "--linkedin",
        metavar="ARCHIVE",
        help="Your own data archive from LinkedIn, zip or folder; may be given several times.",
    ),
]
Workbooks = Annotated[
    list[str] | None,
    typer.Option(
        "--analytics",
        metavar="FILE",
        help="Analytics of your own posts as LinkedIn exports them (.xlsx); may be given several times.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--tz",
        metavar="ZONE",
        help="Time zone of the chat, such as Europe/Amsterdam or +01:00, to set LinkedIn's UTC by.",
    ),
]
Correct = Annotated[
    str | None,
    typer.Option("--corrections", metavar="FILE", help="Put right what this TOML file says podaudit has wrong."),
]
Pseudonyms = Annotated[
    str | None,
    typer.Option(
        "--pseudonyms", metavar="KEYFILE", help="Pseudonyms for people, group, files and posts, under this key."
    ),
]
Texts = Annotated[
    Literal["none", "redacted"] | None,
    typer.Option("--text", help="With --pseudonyms: what becomes of what members wrote; none of it stays otherwise."),
]
Coarse = Annotated[
    Literal["hour", "day", "week"] | None,
    typer.Option("--coarse", help="With --pseudonyms: round all times down to this."),
]
Suppress = Annotated[
    bool, typer.Option("--suppress", help="With --pseudonyms: leave counts from 1 to 4 out of the tables of figures.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop with status 3 if any line could not be read.")]
FullLog = Annotated[
    bool, typer.Option("--full-log", help="Put the whole chat into the report, compressed; else what it cites.")
]
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
    full_log: FullLog = False,
    open_: Open = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    linkedin: Archives = None,
    analytics: Workbooks = None,
    tz: Zone = None,
    corrections: Correct = None,
    strict: Strict = False,
    share: Annotated[
        bool,
        typer.Option(
            "--share", help="Write a version to share: pseudonyms, no times of day, no links, nothing quoted."
        ),
    ] = False,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEYFILE", help="With --share: the key; otherwise podaudit.key beside it."),
    ] = None,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="With --share: quote messages, redacted, and list them for you to read.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the report of a chat: one HTML file beside the export, named after it. Prints its path."""
    inputs = _inputs(exports, linkedin, analytics, corrections)
    options = Options(date_order, me, strict, max_size << 20, minutes)
    if share:
        from podaudit.privacy import command

        if linkedin or analytics or full_log:
            raise _UsageError(
                "--linkedin, --analytics and --full-log are for the private report; leave them out with --share."
            )
        where = Path("chat" if exports[0] == "-" else exports[0]).parent
        page = command.Page(Path(output) if output else None, where, Path(key) if key else None, quotes, inputs)
        made = _audit(exports, options, verbose, quiet, corrections)
        shown = command.write_page(made, page, lang or _language_of(made), quiet)
        _show(shown, open_, quiet)
        return
    if key or quotes:
        raise _UsageError("--key and --quotes go with --share.")
    target = _target(output, _beside(exports[0]), inputs, open_)
    made = _audit(exports, options, verbose, quiet, corrections, _given(linkedin, analytics, tz, options))
    _write_report(made, target, lang, options, full_log, open_, quiet)


@app.command(epilog="Example: podaudit audit 'WhatsApp Chat with Boost.zip' --json > boost.json")
def audit(
    exports: Chats,
    json: Annotated[bool, typer.Option("--json", help="Print the whole audit as one JSON document.")] = False,
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    linkedin: Archives = None,
    analytics: Workbooks = None,
    tz: Zone = None,
    corrections: Correct = None,
    strict: Strict = False,
    pseudonyms: Pseudonyms = None,
    text: Texts = None,
    coarse: Coarse = None,
    suppress: Suppress = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Print a summary of the audit, or with --json the audit document."""
    hide = _hiding(pseudonyms, text, coarse, suppress, [*(linkedin or ()), *(analytics or ())])
    options = Options(date_order, me, strict, max_size << 20, minutes)
    made = _audit(exports, options, verbose, quiet, corrections, _given(linkedin, analytics, tz, options))
    shown = hide(made, quiet) if hide else made
    if json:
        from podaudit import tables

        data = tables.dumps(tables.document(shown, __version__)).encode("utf-8", "replace")
        if hide:
            hide.check(made, {"the audit document": data})
        terminal.out(data)
    else:
        from podaudit import brief

        terminal.out("".join(f"{terminal.plain(line)}\n" for line in brief.lines(shown)))


@app.command(epilog="Example: podaudit tables 'WhatsApp Chat with Boost.zip' -o boost-tables --format csv")
def tables(
    exports: Chats,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="The folder to write the tables into.")],
    format_: Annotated[
        Literal["csv", "jsonl", "parquet", "xlsx"], typer.Option("--format", help="How to write them.")
    ] = "csv",
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    linkedin: Archives = None,
    analytics: Workbooks = None,
    tz: Zone = None,
    corrections: Correct = None,
    strict: Strict = False,
    pseudonyms: Pseudonyms = None,
    text: Texts = None,
    coarse: Coarse = None,
    suppress: Suppress = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write the audit as tables, one file each, and a manifest of them. Prints the folder's path."""
    from podaudit.tables import check_folder, file_names, write_tables

    check_folder(Path(output), file_names(format_), _inputs(exports, linkedin, analytics, corrections, pseudonyms))
    hide = _hiding(pseudonyms, text, coarse, suppress, [*(linkedin or ()), *(analytics or ())])
    options = Options(date_order, me, strict, max_size << 20, minutes)
    made = _audit(exports, options, verbose, quiet, corrections, _given(linkedin, analytics, tz, options))
    tell = (lambda _: None) if quiet else terminal.say
    if hide:
        shown = hide(made, quiet)
        written = hide.write(
            made, Path(output), lambda folder: write_tables(shown, folder, format_, options, __version__, tell)
        )
    else:
        written = write_tables(made, Path(output), format_, options, __version__, tell)
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
    target = _target(output, Path(_beside(chat).name), _inputs([chat]), open_)
    _write_report(_audit([chat], Options(), verbose, quiet), target, lang, Options(), False, open_, quiet)


@app.command(epilog="Example: podaudit explain shaming --lang nl")
def explain(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What to explain; otherwise all names.")] = None,
    lang: Annotated[
        Lang | None,
        typer.Option(
            "--lang", metavar="CODE", case_sensitive=False, help=f"Language, of {_CODES}; otherwise that of the system."
        ),
    ] = None,
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


@app.command(epilog="Example: podaudit schema calls")
def schema(
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help="Of which table; otherwise of all.")] = None,
    format_: Annotated[
        Literal["text", "markdown", "json"],
        typer.Option("--format", help="json: as JSON Schema, of the audit document or of the rows of TABLE."),
    ] = "text",
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Print the data dictionary: every table and column with type, unit, allowed values and what it holds."""
    from podaudit import dictionary, tables
    from podaudit.corpus.schemas import FAILURES, GROUPS

    known = {schema.name: schema for schema in (*tables.WRITTEN, GROUPS, FAILURES)}
    if table is not None and table not in known:
        raise typer.BadParameter(dictionary.unknown(table, known), param_hint="'TABLE'")
    wanted = [known[table]] if table is not None else list(known.values())
    if format_ == "text":
        terminal.out("\n\n".join(map(dictionary.text, wanted)) + "\n")
    elif format_ == "markdown":
        terminal.out(dictionary.markdown(wanted))
    else:
        terminal.out(dictionary.json_schema(wanted[0]) if table else dictionary.document_schema())


@app.command(epilog="Example: podaudit sample 'WhatsApp Chat with Boost.zip' -o sheet.xlsx --size 200")
def sample(
    exports: Chats,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="SHEET", help="The sheet to write, .csv or .xlsx; its design goes beside it."
        ),
    ],
    size: Annotated[int, typer.Option("--size", metavar="N", min=1, help="How many messages to draw.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed draws other messages.")] = 1,
    context: Annotated[
        int, typer.Option("--context", metavar="K", min=0, max=20, help="Messages to show before and after each.")
    ] = 3,
    lang: Annotated[
        Lang | None,
        typer.Option("--lang", case_sensitive=False, help="Language of what the codes mean; otherwise the chat's own."),
    ] = None,
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Draw messages to be coded by hand into a sheet that shows nothing of what podaudit found. Prints its path."""
    from podaudit import codebook, sheet
    from podaudit.sampling import draw, written
    from podaudit.writing import check_target, staging, write_whole

    target = Path(output)
    if target.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter("name a file that ends in .csv or .xlsx.", param_hint="'-o'")
    design = target.with_suffix(".design.csv")
    for path in (target, design):
        check_target(path, _inputs(exports))
    made = _audit(exports, Options(date_order, me, strict, max_size << 20), verbose, quiet)
    drawn = draw(made, size, seed)
    rows = sheet.sheet_rows(made, drawn, context)
    csv = target.suffix.lower() == ".csv"
    book = codebook.load(lang or _language_of(made))
    with contextlib.nullcontext(target.parent) if csv else staging(target.parent) as part:
        coding = sheet.as_csv(rows) if csv else sheet.as_workbook(rows, book, part)
    files = {design: sheet.as_csv(sheet.design_rows(made, drawn), sheet.DESIGN), target: coding}
    for path, data in files.items():
        if path.exists() and path.read_bytes() != data:
            raise Unwritable(
                f"{path} is there and holds something else, perhaps what a coder filled in; name another file with -o."
            )
    for path, data in files.items():
        write_whole(path, data)
    if not quiet:
        terminal.say(
            f"{len(drawn)} of {len(written(made))} messages, from {len({d.stratum for d in drawn})} strata. {design.name} says "
            "with which chance each was drawn, and what podaudit found: keep it from the coders."
        )
    _path_out(target)


@app.command(epilog="Example: podaudit agree anna.xlsx ben.xlsx --audit 'WhatsApp Chat with Boost.zip'")
def agree(
    sheets: Annotated[list[str], typer.Argument(metavar="SHEET", help="The sheets that coders filled in, one each.")],
    audit: Annotated[
        list[str] | None,
        typer.Option(
            "--audit", metavar="EXPORT", help="Compare with the audit of this export; of several, one option each."
        ),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            "--design", metavar="FILE", help="The sample's .design.csv, to estimate totals of the whole chat."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON document.")] = False,
    me: Me = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Say how far coders agree with each other and with podaudit: Cohen's kappa, Krippendorff's alpha, confusion."""
    from podaudit import agreement, sheet, tables

    if len(sheets) < 2 and not audit and design is None:
        raise _UsageError("one sheet has nothing to be compared with; give two, or --audit EXPORT.")
    coded = [sheet.read_sheet(Path(path)) for path in sheets]
    if not quiet:
        for one in coded:
            if one.left:
                terminal.say(f"note: {one.name}: messages not coded, and left out: {one.left}.")
            if one.strange:
                terminal.say(f"note: {one.name}: columns that are no codes, and left out: {', '.join(one.strange)}.")
    drawn = sheet.read_design(Path(design)) if design is not None else None
    made = _audit(audit, Options(date_order, me, False, max_size << 20), verbose, quiet) if audit else None
    figures = agreement.compare(coded, made, drawn)
    if json:
        terminal.out(tables.dumps(agreement.document(figures)))
    else:
        terminal.out("".join(f"{terminal.plain(line)}\n" for line in terminal.agreed(figures)))


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
    from podaudit.api import read_open
    from podaudit.audit import audit as run

    options = Options(date_order, None, strict, max_size << 20)
    chats = {}
    codings = measure.codings(Path(folder))
    if not quiet:
        for name in measure.uncoded(Path(folder)):
            terminal.say(f"note: {name} has no coding beside it ({Path(name).stem}{measure.CODING}); it was left out.")
    for coding in codings:
        started = time.perf_counter()
        made = run(read_open(coding.chat, options), options)
        _tell(made.source, started, verbose, quiet)
        chats[coding.name] = measure.compare(coding, made)
    if json:
        terminal.out(tables.dumps(measure.document(chats, errors)))
    else:
        lines = terminal.agreement(chats)
        if errors:
            lines += ["", *terminal.differences(measure.differences(chats))]
        terminal.out("".join(f"{terminal.plain(line)}\n" for line in lines))


@app.command(epilog="Example: podaudit corpus exports -o groups --jobs 4")
def corpus(
    exports: Annotated[
        list[str],
        typer.Argument(metavar="DIR|GLOB|LIST", help="Folder, pattern or list of exports (.txt, .zip), or their URL."),
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="OUT", help="The folder (or URL) to write into.")],
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes; otherwise one per processor.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Run on the Dask cluster of this scheduler.")
    ] = None,
    pseudonyms: Annotated[
        str | None,
        typer.Option("--pseudonyms", metavar="KEYFILE", help="The project's key, made if missing; otherwise OUT.key."),
    ] = None,
    keep_names: Annotated[bool, typer.Option("--keep-names", help="Write names and texts as they are.")] = False,
    text: Annotated[
        Literal["none", "redacted"], typer.Option("--text", help="What becomes of the messages' texts.")
    ] = "none",
    coarse: Annotated[
        Literal["hour", "day", "week"] | None, typer.Option("--coarse", help="Round all times down to this.")
    ] = None,
    suppress: Annotated[bool, typer.Option("--suppress", help="Hold back counts from 1 to 4.")] = False,
    consent: Annotated[
        str | None,
        typer.Option("--consent", metavar="SENTENCE", help="Keep only the rows of members who posted this sentence."),
    ] = None,
    date_order: DateOrder = None,
    max_size: MaxSize = 1024,
    minutes: Minutes = 3,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Audit every export below a folder into tables to share: a row a group, a file a table and group. Resumes."""
    from podaudit.corpus import command

    if keep_names and (pseudonyms or text != "none" or coarse or suppress):
        raise _UsageError(
            "--keep-names hides nothing; leave out --pseudonyms, --text, --coarse and --suppress with it."
        )
    if jobs is not None and scheduler is not None:
        raise _UsageError("--jobs is for this machine, --scheduler for a cluster; leave one of them out.")
    if consent is not None and not any(map(str.isalnum, consent)):
        raise _UsageError("--consent needs the sentence that members agreed to post; an empty message is no consent.")
    options = Options(date_order, None, False, max_size << 20, minutes)
    addresses = command.addresses(exports, output)
    if keep_names and not quiet:
        terminal.say(
            "warning: --keep-names writes names, numbers and messages as they are; do not share what it writes."
        )
    with contextlib.nullcontext() if keep_names else command.project_key(output, pseudonyms, quiet) as key:
        plan = command.plan(output, options, key, text, coarse, suppress, consent)
        failed = command.run(addresses, plan, command.engine(plan, addresses, jobs, scheduler), quiet)
    _path_out(output if "://" in output else Path(output))
    if failed:
        raise SomeFailed(f"{failed}; the table failures says why, by the exports' numbers. All others are done.")


@app.command(epilog="Example: podaudit compare groups -o groups.html --lang en")
def compare(
    folder: Annotated[str, typer.Argument(metavar="OUT", help="The folder (or URL) that podaudit corpus wrote.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report here; otherwise OUT.html.")
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", case_sensitive=False, help="Language of the report.")] = "en",
    open_: Open = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a report over the groups of a corpus: how they differ, with intervals, beside the literature's figures."""
    from podaudit.corpus import command

    target = _target(output, command.beside(folder), {Path(folder): "the corpus"}, open_)
    _write_page(command.page(folder, lang).encode("utf-8", "replace"), target, open_, quiet, [])


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

    Exit status 1 where something was changed, is missing or was added to the tables.
    """
    from podaudit import verify as compare

    found = compare.verify(Path(path), [Path(name) for name in export or ()])
    terminal.out("".join(f"{terminal.plain(line)}\n" for line in terminal.verified(found)))
    if not quiet:
        terminal.say("A match says nothing of the time before: an export is not signed by whoever sent it.")
    if not found.good:
        raise typer.Exit(1)


# ------------------------------------------------------------------------------------------------------ shared steps


def _given(linkedin: list[str] | None, analytics: list[str] | None, tz: str | None, options: Options) -> Given | None:
    """What LinkedIn gave the user, read; None where nothing of it was given."""
    if not linkedin and not analytics:
        if tz is not None:
            raise _UsageError("--tz is for --linkedin and --analytics, of which none was given.")
        return None
    if "" in (*(linkedin or ()), *(analytics or ())):
        raise _UsageError("--linkedin and --analytics were given an empty name; name the archive or the file.")
    from podaudit.evidence import gather

    return gather(
        [Path(x) for x in linkedin or ()], [Path(x) for x in analytics or ()], tz, options.max_bytes, options.me
    )


def _audit(
    exports: Sequence[str],
    options: Options,
    verbose: bool,
    quiet: bool,
    corrections: str | None = None,
    given: Given | None = None,
) -> Audit:
    """Read and audit an export, or several of one group; with ``verbose``, say what was read and assumed."""
    from podaudit.api import read
    from podaudit.audit import audit as run
    from podaudit.corrections import NONE, Corrections

    started = time.perf_counter()
    gc.disable()  # one audit, then the process ends: collecting its millions of small objects costs a sixth of the time
    if list(exports).count("-") > 1:
        raise _UsageError("- stands for standard input, which can be read once.")
    said = Corrections.read(Path(corrections)) if corrections is not None else NONE
    with _progress("reading the chat", quiet):
        chat = read([_stdin(options.max_bytes) if export == "-" else Path(export) for export in exports], options)
    with _progress("looking for calls, rules, answers and pressure", quiet):
        made = run(chat, options, said, given)
    _tell(made.source, started, verbose, quiet)
    if made.evidence and made.evidence.figures["other_name"] and not quiet:
        terminal.say("note: The LinkedIn exports bear the name of another member than --me says.")
    return made


def _hiding(
    key: str | None, text: str | None, coarse: str | None, suppress: bool, archives: Sequence[str]
) -> Hiding | None:
    """What --pseudonyms and the options that go with it ask for."""
    if key is None:
        if text or coarse or suppress:
            raise _UsageError("--text, --coarse and --suppress go with --pseudonyms KEYFILE.")
        return None
    if archives:
        raise _UsageError("--linkedin and --analytics hold what is yours alone; leave them out with --pseudonyms.")
    from podaudit.privacy.command import Hiding

    return Hiding(Path(key), cast("Any", text or "none"), cast("Any", coarse), suppress)


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


def _write_report(
    made: Audit,
    target: Path | None,
    lang: Lang | None,
    options: Options,
    full_log: bool,
    open_: bool | None,
    quiet: bool,
) -> None:
    """Write the report to ``target``, or to standard output where that is None."""
    from podaudit import brief
    from podaudit.report import render
    from podaudit.verify import seal

    lang, me = lang or _language_of(made), options.me
    if me is not None:  # reading found the member that the user means, whatever the spelling
        me = next(iter(made.members.loc[made.members["owner"], "name"]), me)
    with _progress("writing the report", quiet):
        html = render(made, lang=lang, me=me, version=__version__, options=options, full_log=full_log)
        page = seal(html.encode("utf-8", "replace"), made.source, options, lang, __version__)
    _write_page(page, target, open_, quiet, brief.lines(made))


def _write_page(page: bytes, target: Path | None, open_: bool | None, quiet: bool, says: Sequence[str]) -> None:
    """Write a page, to standard output where ``target`` is None; say what there is to say of it, and open it where wanted."""
    from podaudit.writing import write_whole

    if target is not None:
        write_whole(target, page)
    if not quiet:
        for line in says:
            terminal.say(line)
    if target is None:
        terminal.out(page)
        return
    _show(target, open_, quiet)


def _show(target: Path, open_: bool | None, quiet: bool) -> None:
    """Say where the report is, and open it where that is wanted."""
    _path_out(target)
    if open_ or (open_ is None and terminal.is_person(sys.stdout) and _has_screen()):
        import webbrowser

        if not webbrowser.open(target.resolve().as_uri()) and not quiet:
            terminal.say("No browser could be started; open the file by hand.")


def _progress(words: str, quiet: bool) -> AbstractContextManager[None]:
    """Tells what is being done, where that takes a while and somebody looks on."""
    return contextlib.nullcontext() if quiet else terminal.progress(words)


def _has_screen() -> bool:
    """Whether a browser would open beside the terminal, and not take its place."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in names)


def _stdin(limit: int) -> bytes:
    if sys.stdin is None:
        raise Unreadable("Standard input is closed; send the chat there, or name its file.")
    try:
        data = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Unreadable(f"Standard input cannot be read ({reason}); send the chat there, or name its file.") from error
    if len(data) > limit:
        raise Unreadable(f"Standard input holds more than {limit >> 20} MB; raise --max-size if that is right.")
    return data


def _beside(export: str) -> Path:
    """Where the report of ``export`` goes: beside it; for standard input, into the current folder."""
    from podaudit.writing import fitting

    path = Path("chat" if export == "-" else export)
    stem = path.stem if path.suffix.lower() in (".txt", ".zip") else path.name
    return path.with_name(fitting(stem or "chat", ".report.html"))


def _inputs(
    exports: Sequence[str],
    archives: Sequence[str] | None = None,
    workbooks: Sequence[str] | None = None,
    corrections: str | None = None,
    key: str | None = None,
) -> Inputs:
    """What a command reads, which nothing that it writes may take the place of."""
    given = {
        "the export itself": exports, "the archive from LinkedIn": archives, "the analytics from LinkedIn": workbooks,
        "the file of corrections": [corrections], "the key": [key],
    }  # fmt: skip
    return {Path(name): what for what, names in given.items() for name in names or () if name and name != "-"}


def _target(output: str | None, beside: Path, inputs: Inputs, open_: bool | None) -> Path | None:
    """Where the report goes, checked before any work is done; None is standard output."""
    from podaudit.writing import check_target

    if output == "-":
        if open_:
            raise _UsageError("--open opens a file in the browser, and -o - writes none; leave one of them out.")
        return None
    target = Path(output) if output else beside
    if output or os.path.exists(target.parent):  # a target beside a missing export is the export's problem
        check_target(target, inputs)
    return target


def _language_of(made: Audit) -> Lang:
    """The language that most of the chat is in, where there are reports in it, else English."""
    shares = made.source.languages
    main = max(shares, key=lambda code: shares[code], default="en")
    return cast("Lang", main) if main in get_args(Lang) else "en"


def _path_out(path: Path | str) -> None:
    """A path on standard output: byte for byte for a program, made safe for a person, and for nobody where that is closed."""
    if sys.stdout is not None:
        terminal.out(f"{terminal.plain(path)}\n" if sys.stdout.isatty() else os.fsencode(path) + b"\n")


# -------------------------------------------------------------------------------------------------------- entry point


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    terminal.hold_closed()
    try:
        with _no_interrupt_lost():
            status = _status(given)
    except KeyboardInterrupt:
        status = INTERRUPTED
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # all is done; Python only takes itself down
    if status == INTERRUPTED:  # typer turns an interrupt into this status
        more = " Run the same command to go on." if given[:1] == ["corpus"] else ""
        terminal.say(f"podaudit: interrupted; nothing was left half-written.{more}")
    terminal.let_go()
    sys.exit(status)


@contextlib.contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Send an interrupt again that came while an object was taken down (regex has such), where Python would drop it."""
    before, main = sys.unraisablehook, threading.get_ident()

    def send() -> None:
        while any(frame.f_code is again.__code__ for frame, _ in traceback.walk_stack(sys._current_frames().get(main))):
            time.sleep(0.001)  # in there it would be dropped as well
        _thread.interrupt_main()

    def again(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            threading.Thread(target=send, daemon=True).start()
        else:
            before(dropped)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = before


def _status(given: list[str]) -> int:
    """Run one command line and return its exit status; every error becomes a sentence here."""
    try:
        return int(app(_with_command(given), prog_name="podaudit", standalone_mode=False) or 0)
    except PodauditError as error:
        return _fail(given, str(error), error.status)
    except _UsageError as error:
        return _usage(error)
    except MemoryError:
        return _fail(given, "there is not enough memory for this chat; close other programs, or give less of it.", 1)
    except Exception as error:  # the system's refusal in its words; our own bug with its place, without the chat's text
        if isinstance(error, OSError) and error.strerror:
            return _fail(given, _refused(error), 1)
        hint = "" if "--debug" in given else " Run it again with --debug to see more."
        return _fail(
            given, f"internal error ({place_of(error)}). This is a bug in podaudit; please report it.{hint}", 1
        )


def _refused(error: OSError) -> str:
    """What the system would not do, which is no bug of ours: a name that is too long, a folder that may not be looked into."""
    reason = str(error.strerror).lower()
    if not isinstance(error.filename, (str, bytes, os.PathLike)):
        return f"the system stopped the work: {reason}."
    return f"{os.fsdecode(error.filename)} cannot be opened: {reason}; check the name, its folders and their rights."


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
    terminal.say(f"podaudit: {format_message().replace('Value error, ', '')}")
    return USAGE


def place_of(error: BaseException) -> str:
    """ "As in "TypeError in parse.py:123": the innermost line of ours that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).resolve().parent
    ours = [f for f in frames if package in Path(f.filename).resolve().parents] or frames
    return f"{type(error).__name__} in {Path(ours[-1].filename).name}:{ours[-1].lineno}"
