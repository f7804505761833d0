"""What the commands ``corpus`` and ``compare`` do between the command line and the library."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from podaudit import __version__, terminal
from podaudit.corpus import engines
from podaudit.corpus.group import RECORDS, Plan
from podaudit.corpus.outcome import Done
from podaudit.corpus.places import Place, exports, is_url, outside, plainly, same_place, shares_memory
from podaudit.corpus.progress import Progress
from podaudit.corpus.run import FAILURES_FILE, GROUPS_FILE, stated_before
from podaudit.corpus.run import run as run_all
from podaudit.corpus.sharing import Sharing
from podaudit.model import DecisionNeeded, Options, PodauditError, Unreadable, Unwritable
from podaudit.tables import MANIFEST, NOTES, check_folder
from podaudit.writing import fitting, remove

if TYPE_CHECKING:
    from podaudit.corpus.engines import Engine


@contextmanager
def project_key(output: str, given: str | None, quiet: bool) -> Iterator[bytes]:
    """The project's key: of the file ``given``, else of the one beside the results; made there if it is missing.

    A key that was made is said once something was named by it, and is taken away again where no group was written. Raises
    ``Unwritable`` where it would lie among the results, to be shared with them.
    """
    from podaudit.privacy import kept_key

    output = plainly(output)
    if given is None and is_url(output):
        raise Unwritable(f"The key must not lie with the results in {output}: say with --pseudonyms where to keep it.")
    path = Path(given if given is not None else f"{output.rstrip('/' + os.sep)}.key")
    if not is_url(output) and path.resolve().is_relative_to(Path(output).resolve()):
        raise Unwritable(f"The key {path} must not lie among the results; name another place with --pseudonyms.")
    key, made = kept_key(path)
    refused = False
    try:
        yield key
    except DecisionNeeded:
        refused = True
        raise
    finally:
        if made and (refused or not _has_groups(Place(output))):
            remove(path)
        elif made and not quiet:
            terminal.say(
                f"key of this project: {path}, made now; keep it to yourself, and use it again for more exports."
            )


def _has_groups(out: Place) -> bool:
    """Whether a group may stand there: where that cannot be seen, one may."""
    try:
        return bool(out.sizes(RECORDS))
    except PodauditError:
        return True


def plan(
    output: str,
    options: Options,
    key: bytes | None,
    text: Literal["none", "redacted"],
    coarse: Literal["hour", "day", "week"] | None,
    suppress: bool,
    consent: str | None,
) -> Plan:
    return Plan(Place(plainly(output)), options, Sharing(key, text, coarse, suppress), consent)


def addresses(given: Sequence[str], output: str) -> list[str]:
    """The addresses of all exports below what was given, as ``places.exports``, but for what lies among the results.

    Raises ``Unwritable`` where results would lie among the exports, or take the place of what was given or is not podaudit's.
    """
    out, given = plainly(output), [plainly(address) for address in given]
    if any(same_place(address, out) for address in given):
        raise Unwritable(f"The results would lie among the exports in {output}; name another folder with -o.")
    if not is_url(out):
        files = {Path(address): "one of the exports" for address in given if os.path.isfile(address)}
        check_folder(Path(out), (GROUPS_FILE, FAILURES_FILE, NOTES), files)
    found = outside(exports(given), out)
    if not found:
        raise Unreadable(f"{given[0]} holds no exports besides results of podaudit; name the folder that holds them.")
    return found


def _same_names(plan: Plan) -> None:
    """Raises ``DecisionNeeded`` where other names stand in the results already: those would be lost for good."""
    before, now = stated_before(plan.out), plan.stated()
    if before is None or before.get("key") == now["key"]:
        return
    there = f"under the key {before['key']}" if before.get("key") else "with names kept"
    here = f"this one is {now['key']}" if now["key"] else "this run keeps names"
    raise DecisionNeeded(
        f"{plan.out.address} holds groups {there}, and {here}; give the key they were made with (--pseudonyms), or another folder (-o)."
    )


def engine(plan: Plan, addresses: Sequence[str], jobs: int | None, scheduler: str | None) -> Engine:
    """Who does the work; what only this process can reach is done in this process."""
    if scheduler is not None:
        return engines.cluster(scheduler)
    if any(map(shares_memory, (*addresses, plan.out.address))):
        return engines.in_turn
    return engines.processes(jobs or os.cpu_count() or 1)


def run(addresses: Sequence[str], plan: Plan, engine: Engine, quiet: bool) -> str:
    """Audit the exports and say what came of it. Returns how many failed, in words; empty if none did."""
    _same_names(plan)
    progress = Progress(len(addresses), quiet, time.monotonic)
    started = time.monotonic()
    try:
        result = run_all(addresses, plan, engine, progress)
    finally:
        progress.end()
    fresh = sum(isinstance(o, Done) and o.fresh for o in result.outcomes.values())
    if not quiet:
        said = [f"{_n(len(result.done), 'group')} of {_n(len(addresses), 'export')}, {fresh:,} audited now"]
        said += [f"{_n(result.copies, 'export')} with the bytes of another"] if result.copies else []
        said += [f"{_n(result.removed, 'group')} of an earlier run removed"] if result.removed else []
        if plan.consent is not None:
            rows = [done.record["group"] for done in result.done.values()]
            gave, asked, dropped = (
                sum(row[name] or 0 for row in rows) for name in ("consenting", "members", "rows_left_out")
            )
            said += [f"{gave:,} of {_n(asked, 'member')} consent and {_n(dropped, 'row')} of others dropped"]
            if rows and not gave:
                said += ["nobody posted that sentence: check its spelling"]
        terminal.say(f"{', '.join(said)}; {time.monotonic() - started:.1f} s. {MANIFEST} lists what was written.")
    return f"{len(result.failed):,} of {_n(len(addresses), 'export')} failed" if result.failed else ""


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# --------------------------------------------------------------------------------------------------------------- compare


def beside(folder: str) -> Path:
    """Where the report over a corpus goes: beside its folder; of a URL, into the current one."""
    name = plainly(folder).rstrip("/" + os.sep)
    path = Path(name.rpartition("/")[2] if is_url(folder) else name)
    return path.with_name(fitting(path.name, ".html"))


def page(folder: str, lang: str) -> str:
    """The report over the groups of a corpus. Raises ``Unreadable`` where there is none, or none that is complete."""
    from podaudit.corpus.parquet import from_parquet
    from podaudit.report.groups import render

    out = Place(plainly(folder))
    if not is_url(out.address) and not Path(out.address).is_dir():
        raise Unreadable(f"{folder} is no folder; name the one that podaudit corpus wrote.")
    manifest = out.read(MANIFEST)
    tables = [out.read(name) for name in (GROUPS_FILE, FAILURES_FILE)]
    if manifest is None or None in tables:
        raise Unreadable(
            f"{folder} holds no complete corpus ({MANIFEST} or a table is missing); run podaudit corpus on it to the end."
        )
    try:
        stated = json.loads(manifest)
        groups, failures = (from_parquet(data) for data in tables if data is not None)
        return render(groups, failures, stated, lang=lang, version=__version__)
    except (ValueError, KeyError) as error:  # what Arrow and JSON raise on damaged files are ValueErrors
        raise Unreadable(
            f"{folder} cannot be compared: its tables are damaged or of another version ({type(error).__name__}); "
            "run podaudit corpus on it again."
        ) from error
